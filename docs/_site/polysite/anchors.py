"""Keys of papers, such as [HUF52], lead to their entry; entries and glossary terms can be linked to."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ENTRY = re.compile(r"^\* \*\*\[(\w+)\]\*\* ", re.M)
KEYS = re.compile(r"\[((?:[A-Z][A-Z0-9]+)(?:, [A-Z][A-Z0-9]+)*)\]")
LESSON = re.compile(r"^\d\d_\w+$")
MODULE = re.compile(r"^polyquant(\.[a-z]\w*)+$")
REFERENCES, GLOSSARY = "references", "glossary"
# Where a bracket is no citation.
NOT_HERE = (nodes.literal, nodes.literal_block, nodes.reference, nodes.math, nodes.math_block, addnodes.pending_xref)


def known(references: Path) -> set[str]:
    """Keys that have an entry."""
    return set(ENTRY.findall(references.read_text()))


def cited(text: str, keys: set[str]) -> list[tuple[str, str | None]]:
    """*text* in pieces, each with its key if it is one.

    >>> cited("least [HUF52].", {"HUF52"})
    [('least [', None), ('HUF52', 'HUF52'), ('].', None)]
    """
    pieces: list[tuple[str, str | None]] = []
    last = 0
    for match in KEYS.finditer(text):
        for found in re.finditer(r"\w+", match[1]):
            if found[0] in keys:
                start = match.start(1) + found.start()
                pieces += [(text[last:start], None), (found[0], found[0])]
                last = start + len(found[0])
    return [*pieces, (text[last:], None)] if pieces else []


def identifier(kind: str, words: str) -> str:
    """What an address says behind its #."""
    return f"{kind}-{nodes.make_id(words)}"


class Anchors(SphinxTransform):
    """Marks entries and terms, and makes links of keys, names of lessons and names of modules."""

    default_priority = 500

    def apply(self, **kwargs: Any) -> None:
        page, keys = self.env.docname, set(self.config.pq_keys)
        if page == REFERENCES:
            for item in self.document.findall(nodes.list_item):
                strong = next(iter(item.findall(nodes.strong)), None)
                if strong is not None and (match := KEYS.fullmatch(strong.astext())):
                    item["ids"].append(identifier("ref", match[1]))
            for literal in list(self.document.findall(nodes.literal)):
                self.lead(literal)
        if page == GLOSSARY:
            for paragraph in self.document.findall(nodes.paragraph):
                self.mark_terms(paragraph)
        for text in list(self.document.findall(nodes.Text)):
            if not any(isinstance(node, NOT_HERE) for node in ancestors(text)):
                self.cite(text, keys)

    def mark_terms(self, paragraph: nodes.paragraph) -> None:
        for strong in paragraph.findall(nodes.strong):
            for word in re.split(r", ", strong.astext()):
                name = identifier("term", word)
                if name != "term-" and name not in self.document.ids:
                    strong["ids"].append(name)
                    self.document.ids[name] = strong

    def cite(self, text: nodes.Text, keys: set[str]) -> None:
        pieces = cited(text.astext(), keys)
        if pieces:
            text.parent.replace(text, [self.piece(said, key) for said, key in pieces if said])

    def piece(self, said: str, key: str | None) -> nodes.Node:
        if key is None:
            return nodes.Text(said)
        return nodes.reference("", said, refuri=f"{self.to(REFERENCES)}#{identifier('ref', key)}", internal=True)

    def lead(self, literal: nodes.literal) -> None:
        """From the table of sources to lesson and module."""
        said = literal.astext()
        if LESSON.match(said):
            link: nodes.Element = nodes.reference("", "", refuri=self.to(f"lessons/{said}"), internal=True)
            words = nodes.Text(said[:2] + " · " + said[3:].replace("_", " "))
        elif MODULE.match(said):
            family = f"api/{said.split('.')[1]}"
            where = f"_modules/{said.replace('.', '/')}" if said in self.config.pq_sources else family
            link = nodes.reference("", "", refuri=self.to(where), internal=True)
            words = nodes.Text(said)
        else:
            return
        literal.parent.replace(literal, link)
        link += words

    def to(self, page: str) -> str:
        return str(self.app.builder.get_relative_uri(self.env.docname, page))


def ancestors(node: nodes.Node) -> list[nodes.Node]:
    above = []
    while (node := node.parent) is not None:
        above.append(node)
    return above


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("pq_keys", [], "env")
    app.add_config_value("pq_sources", [], "env")
    app.add_transform(Anchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
