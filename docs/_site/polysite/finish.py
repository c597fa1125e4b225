"""What the theme's pages lack for readers who do not see them, put in when they are written."""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

log = logging.getLogger(__name__)

REPAIRS = [
    # a heading says its level
    (re.compile(r'role="heading">'), 'role="heading" aria-level="2">'),
    # two regions of a kind have names
    (re.compile(r'<aside class="sidebar-drawer"'), '<aside aria-label="All pages" class="sidebar-drawer"'),
    (re.compile(r'<aside class="toc-drawer'), '<aside aria-label="This page" class="toc-drawer'),
    # the page of the search has a heading before it has results
    (re.compile(r'(?=<div id="search-results")'), "<h1>Search</h1>\n"),
    # the empty corner of a table heads nothing
    (re.compile(r'<th class="head[^"]*">(?:<p></p>)?</th>'), "<td></td>"),
]


def repaired(html: str) -> tuple[str, list[int]]:
    """*html* repaired, and how often each repair was needed.

    >>> repaired('<th class="head"></th>')
    ('<td></td>', [0, 0, 0, 0, 1])
    """
    counts = []
    for old, new in REPAIRS:
        html, n = old.subn(new, html)
        counts.append(n)
    return html, counts


def finish(app: Sphinx, error: Exception | None) -> None:
    if error:
        return
    total = [0] * len(REPAIRS)
    for path in Path(app.outdir).rglob("*.html"):
        old = path.read_text()
        new, counts = repaired(old)
        total = [a + b for a, b in zip(total, counts)]
        if new != old:
            path.write_text(new)
    for (pattern, _), n in zip(REPAIRS, total):
        if not n:
            log.warning("the theme has changed: no page holds %s any more", pattern.pattern)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
