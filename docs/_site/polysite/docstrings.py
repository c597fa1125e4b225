"""Docstrings as the site needs them: written to be read in a terminal, where |x| is a length and no substitution."""

import re
from typing import Any

from sphinx.addnodes import literal_emphasis, pending_xref
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

LITERAL = re.compile(r"(``.*?``)")


def escaped(lines: list[str]) -> list[str]:
    """*lines* of a docstring with bars that mean bars.

    >>> escaped(["the length |x| of ``a|b``", "", ">>> 1 | 2", "3"])
    ['the length \\\\|x\\\\| of ``a|b``', '', '>>> 1 | 2', '3']
    """
    out: list[str] = []
    example = literal = False  # inside lines that begin with >>>, inside a block behind ::
    indent = 0
    for line in lines:
        blank, depth = not line.strip(), len(line) - len(line.lstrip())
        example = not blank and (example or line.lstrip().startswith(">>>"))
        literal = literal and (blank or depth > indent)
        if example or literal:
            out.append(line)
            continue
        out.append("".join(p if p.startswith("``") else p.replace("|", r"\|") for p in LITERAL.split(line)))
        if line.rstrip().endswith("::"):
            literal, indent = True, depth
    return out


def process(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    lines[:] = escaped(lines)


class Words(SphinxTransform):
    """Types are said in words ("int, shape (n,)"): no word of them is the name of a class to look for."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        for link in list(self.document.findall(pending_xref)):
            if link.get("reftype") in {"class", "obj"} and isinstance(link.next_node(), literal_emphasis):
                link.parent.replace(link, link.children)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_transform(Words)
    app.connect("autodoc-process-docstring", process, priority=400)  # before numpy's sections become fields
    return {"parallel_read_safe": True, "parallel_write_safe": True}
