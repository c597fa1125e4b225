"""What can be said of a folder of pages without opening them: every link, every anchor, every picture's words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"img": "src", "script": "src", "iframe": "src", "source": "src", "video": "src"}
NO_LINK = {"preconnect", "dns-prefetch", "canonical", "index", "search", "next", "prev"}


@dataclass
class Page:
    """What the check asks of a page."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    language: str = ""


class Reader(HTMLParser):
    """Fills a Page."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said, page = {name: value or "" for name, value in attributes}, self.page
        page.ids |= {said[name] for name in ("id", "name") if said.get(name) and (name == "id" or tag == "a")}
        if tag == "html":
            page.language = said.get("lang", "")
        elif tag == "a" and "href" in said:
            page.links.append(said["href"])
        elif tag == "link" and said.get("rel") not in NO_LINK:
            page.loads.append(said.get("href", ""))
        elif tag in LOADED and LOADED[tag] in said:
            page.loads.append(said[LOADED[tag]])
        elif match := re.fullmatch(r"h([1-6])", tag):
            page.headings.append(int(match[1]))
        if tag == "img" and "alt" not in said:
            page.unsaid.append(said.get("src", "")[:80])


@cache
def there(path: Path) -> bool:
    return path.is_file()


@cache
def read(path: Path) -> Page:
    reader = Reader()
    reader.feed(path.read_text())
    return reader.page


def problems(site: Path) -> Iterator[str]:
    """Lines, each with its page."""
    for path in sorted(site.rglob("*.html")):
        if path.relative_to(site).parts[0] == "files":
            continue
        for line in of_page(path, site):
            yield f"{path.relative_to(site)}: {line}"


def of_page(path: Path, site: Path) -> Iterator[str]:
    page = read(path)
    if not page.language:
        yield "does not say its language"
    if page.headings.count(1) != 1:
        yield f"{page.headings.count(1)} headings of level 1"
    for above, below in zip(page.headings, page.headings[1:]):
        if below > above + 1:
            yield f"a heading of level {below} right below one of level {above}"
    yield from (f"a picture without words: {name}" for name in page.unsaid)
    for target in page.loads:
        if urlsplit(target).netloc:
            yield f"loads {target} from another host"
    for target in {*page.links, *page.loads}:
        yield from broken(target, path, site)


def broken(target: str, path: Path, site: Path) -> Iterator[str]:
    """Why a link of the page *path* leads nowhere, also where the site lies in a folder of a host."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return
    if parts.path.startswith("/"):
        yield f"{target} holds only at the top of a host"
        return
    goal = Path(normpath(path.parent / unquote(parts.path))) if parts.path else path
    if not there(goal) or not goal.is_relative_to(site):
        yield f"{target} leads nowhere"
    elif parts.fragment and goal.suffix == ".html" and unquote(parts.fragment) not in read(goal).ids:
        yield f"{target} leads to no place of that page"
