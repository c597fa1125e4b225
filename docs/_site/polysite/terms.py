"""The first time that a lesson uses a term of the glossary, the term leads to what it means.

Terms are found where they stand in the running text if nothing else can be meant: of several words, with a hyphen or a
capital. Others, such as *word*, only in italics: lessons use these for terms, and bold letters for controls.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from .anchors import GLOSSARY, NOT_HERE, ancestors, identifier

ENTRY = re.compile(r"^\*\*([^*`]+)\*\*", re.M)
PLACES = ("lessons/", "explorables/")


def known(glossary: Path) -> list[str]:
    """Terms that have one entry; of two, nobody could say which is meant."""
    terms = [term.strip() for line in ENTRY.findall(glossary.read_text()) for term in line.split(", ")]
    return sorted(term for term in terms if terms.count(term) == 1)


@cache
def clear(terms: tuple[str, ...]) -> re.Pattern[str]:
    """What finds those *terms* that mean nothing else, also in the plural.

    >>> found = clear(("Kraft sum", "word", "code tree")).search("words of two code trees")
    >>> found["term"], found[0]
    ('code tree', 'code trees')
    """
    sure = [term for term in terms if re.search(r"[ \-–]|^[A-Z]", term)]
    words = "|".join(re.escape(term).replace("'", "['’]") for term in sorted(sure, key=len, reverse=True))
    return re.compile(rf"(?<![\w\-–])(?P<term>{words or '(?!)'})s?(?![\w\-–])", re.I)


class Terms(SphinxTransform):
    """Makes links of terms in lessons and beside explorables."""

    default_priority = 510  # when citations are links already

    def apply(self, **kwargs: Any) -> None:
        if not self.env.docname.startswith(PLACES):
            return
        self.left = {term.lower(): term for term in self.config.pq_terms}
        pattern = clear(tuple(self.config.pq_terms))
        for node in list(self.document.findall(nodes.Text)):
            if any(isinstance(above, (*NOT_HERE, nodes.title)) for above in ancestors(node)):
                continue
            if isinstance(node.parent, nodes.emphasis) and node.astext().lower() in self.left:
                node.parent.replace(node, [self.link(node.astext(), node.astext())])
            else:
                node.parent.replace(node, self.pieces(node.astext(), pattern))

    def pieces(self, text: str, pattern: re.Pattern[str]) -> list[nodes.Node]:
        found, last = [], 0
        for match in pattern.finditer(text):
            if match["term"].replace("’", "'").lower() in self.left:
                found += [nodes.Text(text[last : match.start()]), self.link(match[0], match["term"])]
                last = match.end()
        return [*found, nodes.Text(text[last:])]

    def link(self, said: str, term: str) -> nodes.reference:
        entry = self.left.pop(term.replace("’", "'").lower())
        page = self.app.builder.get_relative_uri(self.env.docname, GLOSSARY)
        address = f"{page}#{identifier('term', entry)}"
        return nodes.reference("", said, refuri=address, internal=True, classes=["pq-term"])


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("pq_terms", [], "env")
    app.add_transform(Terms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
