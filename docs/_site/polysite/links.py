"""Links of a Markdown file, moved to where the site has what they lead to."""

import re
from pathlib import PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

# Code, in a block or in a line, is nobody's link.
PIECES = re.compile(
    r"(^(?P<fence>```+|~~~+).*?^(?P=fence)[ \t]*$|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))", re.M | re.S
)
LINK = re.compile(r"(?<=\]\()([^()\s]+)(?=\))")
PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "polyquant/datasets/README.md": "data.md",
}
FILES = "files"  # where files that are no pages lie, under their names in the repository


def page(path: str) -> str | None:
    """The source file of the site's page for a file of the repository, or None if it has none.

    >>> page("docs/glossary.md"), page("lessons/00_start_here.ipynb"), page("LICENSE")
    ('glossary.md', 'lessons/00_start_here.ipynb', None)
    """
    if path in PAGES:
        return PAGES[path]
    parts = PurePosixPath(path).parts
    if parts[0] == "docs" and path.endswith(".md"):
        return "/".join(parts[1:])
    if len(parts) == 2 and parts[0] == "lessons" and path.endswith(".ipynb"):
        return path
    return None


def moved(text: str, origin: str, files: set[str]) -> str:
    """*text* of the file *origin* of the repository with the links that its page needs.

    A link to a page stays a link to a source, which Sphinx makes an address of; to anything else it becomes an address
    below ``FILES``, and the file is put into *files*. Addresses of other hosts, anchors and states stay.

    >>> moved("[a](../CHANGELOG.md), [b](../Makefile) and [c](?pyramid.k=3)", "docs/formats.md", files := set())
    '[a](changelog.md), [b](files/Makefile) and [c](?pyramid.k=3)'
    >>> files
    {'Makefile'}
    """
    staged = page(origin)
    if staged is None:
        raise ValueError(f"{origin} is no page")

    def move(match: re.Match[str]) -> str:
        target, mark, anchor = match[0].partition("#")
        if not target or target.startswith("?") or re.match(r"[a-z]+:", target):
            return match[0]
        path = normpath(PurePosixPath(origin).parent / target)
        goal = page(path)
        if goal is None:
            files.add(path)
            goal = f"{FILES}/{path}"
        return relpath(goal, PurePosixPath(staged).parent.as_posix()) + mark + anchor

    out, last = [], 0
    for piece in PIECES.finditer(text):
        out += [LINK.sub(move, text[last : piece.start()]), piece[0]]
        last = piece.end()
    return "".join([*out, LINK.sub(move, text[last:])])


class Addresses(SphinxTransform):
    """Files that are no pages, and states of an explorable, are addresses as they stand."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        for link in list(self.document.findall(pending_xref)):
            target = link.get("reftarget", "")
            if target.startswith("?") or f"{FILES}/" in target:
                link.parent.replace(link, nodes.reference("", "", *link.children, refuri=target, internal=True))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_transform(Addresses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
