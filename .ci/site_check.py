"""Look at the built site as a reader does who has a browser, and neither Python nor a network.

    python .ci/site_check.py build/site

A plain static server shows the folder below the top of its host. It fails on

* a link, an anchor or a picture that is not there, or holds only at the top of a host;
* headings out of order, a picture without words, a page without a language;
* a severe line in the console, a request to another host, more than 2 MB, more than 5 s to the first words, a page
  wider than a phone, what the accessibility tool finds, pale words in light or dark;
* on pages of explorables a control, a handle (by keys and by drag) or a button that changes no picture or no sentence,
  a step of more than 16 ms, an address that does not bring its state back, a bad address that is not told.

Listings of source code are made alike: the links of all are followed, the longest is opened. Exit status: 0 all passed,
1 something failed, 2 could not run. Needs selenium, chromium, chromedriver, and the package axe_playwright_python,
which is there for the tool in it.
"""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from queue import SimpleQueue

from browser import pages
from browser.served import Limits, Reader, serving
from browser.touched import Explorable
from selenium.common.exceptions import WebDriverException

CODE = "_modules/"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Open every page of the site in a real browser.")
    parser.add_argument("site", type=Path)
    parser.add_argument("--pace", type=float, default=1, help="2 on a machine half as fast: every time may be twice")
    parser.add_argument("--side-by-side", type=int, default=2, metavar="N", help="so many browsers at once")
    parser.add_argument("--only", default="", help="pages with these letters in their path")
    parser.add_argument("--few", action="store_true", help="open one page of each kind; links are followed on all")
    return parser.parse_args()


def few(paths: list[str]) -> list[str]:
    """All explorables, a lesson with one and the last, an API page, and what lies at the top but for long texts."""
    kept = ("index", "search", "glossary", "api/prefix", "lessons/10", "lessons/52")
    return [path for path in paths if path.startswith(("explorables/", *kept))]


def main() -> int:
    args = arguments()
    site, start = args.site.resolve(), time.monotonic()
    limits = Limits(first=Limits.first * args.pace, step=Limits.step * args.pace)
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    found = [path for path in found if not path.startswith("files/") and args.only in path]
    code = sorted((path for path in found if path.startswith(CODE)), key=lambda path: (site / path).stat().st_size)
    opened = [path for path in found if path not in code[:-1]]
    opened = few(opened) if args.few else opened
    if not found:
        print(f"could not run: no page in {site}", file=sys.stderr)
        return 2
    told = [line for line in pages.problems(site) if args.only in line]
    try:
        with ExitStack() as stack:
            base, free = stack.enter_context(serving(site)), SimpleQueue[Reader]()
            for _ in range(args.side_by_side):
                free.put(stack.enter_context(closing(Reader())))

            def look(path: str) -> list[str]:
                reader = free.get()
                try:
                    begin, name = time.monotonic(), Path(path).stem
                    living = path.startswith("explorables/")
                    problems = reader.look(base + path, limits, every_word=living or path == "index.html")
                    if living and (site / "_static" / "explorables" / f"{name}.js").exists():
                        thing = Explorable(reader, base + path, name)
                        problems += thing.check(limits)
                        steps = sorted(thing.times)[len(thing.times) // 2] if thing.times else 0
                        print(f"     {name}: {len(thing.times)} steps, median {steps:.1f} ms")
                    print(f"{'FAIL' if problems else 'ok  '} {path}  {time.monotonic() - begin:.1f} s", flush=True)
                    return [f"{path}: {line}" for line in problems]
                finally:
                    free.put(reader)

            # the long ones first, so that the browsers end together
            order = sorted(opened, key=lambda path: (not path.startswith("explorables/"), path))
            with ThreadPoolExecutor(args.side_by_side) as pool:
                told += [line for lines in pool.map(look, order) for line in lines]
            # Times can only get worse side by side: what was too slow has a second chance, alone.
            for path in [path for path in order if any(line.startswith(f"{path}: a step takes") for line in told)]:
                told = [line for line in told if not line.startswith(f"{path}: ")] + look(path)
    except (RuntimeError, OSError, WebDriverException) as error:
        print("could not run:", error, file=sys.stderr)
        return 2
    print("\n".join(f"! {line}" for line in told))
    failed = len({line.partition(":")[0] for line in told})
    print(f"{len(opened)} of {len(found)} pages opened in {time.monotonic() - start:.0f} s")
    print(f"{len(found) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
