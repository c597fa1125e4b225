"""Open lessons in a real browser, run them, move every control, see that the pictures follow.

    python .ci/browser_check.py lessons/*.ipynb --root .

Each lesson is opened in a JupyterLab of its own on a copy of --root. It fails on: anything broken before it is run; a
cell that raises; a broken widget; a control that changes no picture, or has no accessible name; a picture without
words; a median time from slider to picture above --latency; more than --megabytes from the kernel; a request to
another host; a severe line in the console. Screenshots and report.json go to --out.

Needs selenium, jupyterlab, chromium, chromedriver. Exit status: 0 all passed, 1 a lesson failed, 2 could not run.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from browser.chrome import Browser
from browser.lab import Lab
from browser.lesson import Bars, Report, check


def show(report: Report) -> None:
    measures = "  ".join(f"{name}={value}" for name, value in report.measures.items())
    print(f"{'FAIL' if report.problems else 'ok  '} {report.lesson}  {measures}")
    for row in report.controls:
        times = "/".join(f"{ms:.0f}" for ms in row.ms[:4]) or "-"
        print(f"     {row.kind:9s} {row.label[:34]:34s} {times:>16s} ms   pictures {sorted(row.pictures)}")
    for line in report.problems:
        print("   !", line)
    for line in report.notes[:12]:
        print("   .", line)


def main() -> int:
    parser = argparse.ArgumentParser(description="Move every control of every lesson in a real browser.")
    parser.add_argument("lessons", nargs="+", type=Path)
    parser.add_argument("--root", type=Path, default=Path(), help="folder to copy and serve; the lessons lie in it")
    parser.add_argument("--out", type=Path, default=Path("browser_check_out"))
    parser.add_argument("--latency", type=float, default=Bars.latency, help="ms, median of a lesson's sliders")
    parser.add_argument("--megabytes", type=float, default=Bars.megabytes, help="from the kernel, per lesson")
    parser.add_argument("--fast", action="store_true", help="one option of each dropdown instead of all")
    parser.add_argument(
        "--again", action="store_true", help="a second chance for a lesson that fails, on a busy machine"
    )
    parser.add_argument("--dark", action="store_true", help="in JupyterLab's dark theme")
    args = parser.parse_args()
    root, reports = args.root.resolve(), []
    try:
        browser = Browser()
    except Exception as error:
        print("could not start the browser:", error, file=sys.stderr)
        return 2
    lab = None
    try:
        lab = Lab(root, dark=args.dark)
        for lesson in args.lessons:
            out = args.out / lesson.stem
            out.mkdir(parents=True, exist_ok=True)
            here, bars = lesson.resolve().relative_to(root), Bars(args.latency, args.megabytes)
            report = check(browser, lab, here, bars, out, not args.fast)
            show(report)
            if report.problems and args.again:
                print("once more:")
                report = check(browser, lab, here, bars, out, not args.fast)
                show(report)
            reports.append(report)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        browser.close()
        if lab:
            lab.close()
    (args.out / "report.json").write_text(json.dumps([asdict(r) for r in reports], indent=1, default=sorted))
    failed = sum(bool(r.problems) for r in reports)
    print(f"{len(reports) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
