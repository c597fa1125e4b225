"""Open lessons in a real browser, run them, move every control, see that the pictures follow.

    python .ci/browser_check.py lessons/*.ipynb --root .

Each lesson is opened in a JupyterLab on a copy of --root. It fails on: anything broken before it is run; a cell that
raises; a broken widget; a control that changes no picture, or has no accessible name; a picture without words; more
than 20 s from opening to the first picture or 30 s for all cells; a median time from slider to picture above 150 ms;
more than 8 MB from the kernel; a request to another host; a severe line in the console. Screenshots and report.json
go to --out.

With --side-by-side 2, two lessons at once. Times can then only be too long; a slider's time over the bar is taken
again while the other lesson stands still, and a lesson that fails is looked at once more, alone, with --again.

Needs selenium, jupyterlab, chromium, chromedriver. Exit status: 0 all passed, 1 a lesson failed, 2 could not run.
"""

import argparse
import json
import os
import platform
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from browser.chrome import Browser
from browser.lab import Lab
from browser.lesson import Bars, Look, Report, check
from browser.turns import Turns
from selenium.common.exceptions import WebDriverException


def show(report: Report) -> None:
    measures = "  ".join(f"{name}={value}" for name, value in report.measures.items())
    lines = [f"{'FAIL' if report.problems else 'ok  '} {report.lesson}  {measures}"]
    for row in report.controls:
        times = "/".join(f"{ms:.0f}" for ms in row.ms[:4]) or "-"
        lines.append(f"     {row.kind:9s} {row.label[:34]:34s} {times:>16s} ms   pictures {sorted(row.pictures)}")
    lines += [f"   ! {line}" for line in report.problems] + [f"   . {line}" for line in report.notes[:12]]
    print("\n".join(lines), flush=True)


HEAD = """# How long a reader waits

Written by `make latency`, one lesson at a time in a headless Chromium beside the kernel; the bars are those of
`make browser`. Opening begins when the server is up; the first picture is counted from there too, all cells from the
moment they are run. A slider's time goes from the key to the first changed point of a picture: median, and the slowest.
Where the last line tells of a load above the number of cores, others were at work, and every time is an upper bound.

"""


def table(reports: list[Report]) -> str:
    """Markdown, a line for each lesson, and on which machine it was measured."""
    bars = Bars()
    rows = [
        "| lesson | open, s | first picture, s | all cells, s | slider, ms | slowest slider, ms | kernel sent, MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        f"| *bar* | | {bars.first:g} | {bars.run:g} | {bars.latency:g} | | {bars.megabytes:g} |",
    ]
    for report in reports:
        seen = [max(row.ms) for row in report.controls if row.kind == "slider" and row.ms]
        names = ("open_s", "first_picture_s", "run_s", "slider_ms")
        values = [*(report.measures.get(name) for name in names), round(max(seen)) if seen else None]
        values.append(report.measures.get("websocket_MB"))
        rows.append(
            f"| {Path(report.lesson).stem} | " + " | ".join("-" if v is None else f"{v:g}" for v in values) + " |"
        )
    load = " ".join(f"{x:.1f}" for x in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    where = (
        f"{os.cpu_count()} cores, load {load}, Python {platform.python_version()}, jupyterlab {version('jupyterlab')}"
    )
    return HEAD + "\n".join(rows) + f"\n\n{where}, plotly {version('plotly')}, numba {version('numba')}.\n"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Move every control of every lesson in a real browser.")
    parser.add_argument("lessons", nargs="+", type=Path)
    parser.add_argument("--root", type=Path, default=Path(), help="folder to copy and serve; the lessons lie in it")
    parser.add_argument("--out", type=Path, default=Path("browser_check_out"))
    parser.add_argument("--pace", type=float, default=1, help="2 on a machine half as fast: every time may be twice")
    parser.add_argument("--megabytes", type=float, default=Bars.megabytes, help="from the kernel, per lesson")
    parser.add_argument("--fast", action="store_true", help="one option of each dropdown instead of all")
    parser.add_argument("--no-shots", action="store_true", help="no screenshots, where nobody will look at them")
    parser.add_argument("--side-by-side", type=int, default=1, metavar="N", help="so many lessons at once")
    parser.add_argument("--again", action="store_true", help="a second chance for a lesson that fails")
    parser.add_argument("--table", type=Path, help="write what was measured here, in Markdown")
    parser.add_argument("--dark", action="store_true", help="in JupyterLab's dark theme")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    root, turns, mine = args.root.resolve(), Turns(), threading.local()
    bars = Bars(Bars.latency * args.pace, args.megabytes, Bars.run * args.pace, Bars.first * args.pace)

    def look(lesson: Path) -> Report:
        here, how = (
            lesson.resolve().relative_to(root),
            Look(bars, args.out / lesson.stem, not args.fast, not args.no_shots),
        )
        report = check(mine.browser, lab, here, how, turns)
        show(report)
        return report

    try:
        with ExitStack() as stack:
            browsers = [stack.enter_context(closing(Browser())) for _ in range(args.side_by_side)]
            mine.browser, free = browsers[0], list(browsers)
            lab = stack.enter_context(closing(Lab(root, dark=args.dark)))
            with ThreadPoolExecutor(len(free), initializer=lambda: setattr(mine, "browser", free.pop())) as pool:
                reports = list(pool.map(look, args.lessons))
            if args.again and any(report.problems for report in reports):
                print("once more, one at a time:")
                reports = [look(lesson) if r.problems else r for lesson, r in zip(args.lessons, reports)]
    except (RuntimeError, OSError, WebDriverException) as error:
        print("could not run:", error, file=sys.stderr)
        return 2
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "report.json").write_text(json.dumps([asdict(r) for r in reports], indent=1, default=sorted))
    if args.table:
        args.table.write_text(table(reports))
    failed = sum(bool(r.problems) for r in reports)
    print(f"{len(reports) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
