"""The two commands: ``python -m classroom release`` and ``python -m classroom grade FOLDER``."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: judges are split off a process of one thread

import nbformat

from . import batch, report
from .judge import Limits
from .source import SOURCES, read_all
from .student import Nursery


def release(args: argparse.Namespace) -> int:
    """Write both versions of every assignment, in the folders of an nbgrader course."""
    assignments = read_all(args.sources)
    for name, assignment in assignments.items():
        for kind, notebook in (("source", assignment.instructor()), ("release", assignment.release())):
            path = args.out / kind / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.validate(notebook)
            nbformat.write(notebook, path)
        written = assignment.points("written")
        print(f"{name}: {assignment.points():g} points, {written:g} of them for written answers")
    print(f"for students: {args.out / 'release'}, for teachers: {args.out / 'source'}")
    return 0 if assignments else 1


def told(results: Iterable[batch.Result], count: int) -> Iterator[batch.Result]:
    """The same results, with a line on the screen for each."""
    start = time.monotonic()
    for number, result in enumerate(results, 1):
        got = sum(item.got or 0 for item in result.items)
        said = f"{result.assignment} {got:g} points" if result.assignment else result.note
        print(f"{number:3} of {count}  {time.monotonic() - start:6.1f} s  {result.student}: {said}", flush=True)
        yield result


def grade(args: argparse.Namespace) -> int:
    """Grade every notebook of a folder."""
    if not args.submissions.is_dir():
        sys.exit(f"no folder {args.submissions}")
    found = list(batch.submissions(args.submissions))
    if not found:
        sys.exit(f"no notebooks in {args.submissions}")
    assignments = read_all(args.sources)
    limits, nursery = Limits(factor=args.factor, cell=20 * args.factor, total=args.total), Nursery(not args.unconfined)
    try:
        batch.check_fence(nursery, args.sources, args.submissions, args.out)
        results = list(told(batch.grade(found, assignments, nursery, limits, args.jobs), len(found)))
    finally:
        nursery.close()
    results.sort(key=lambda result: (result.student, result.assignment, str(result.path)))
    report.write(results, assignments, args.out)
    waiting = sum(item.got is None for result in results for item in result.items)
    print(f"grades: {args.out / 'grades.csv'}; written answers to read: {waiting}, in {args.out / 'to_read.html'}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m classroom", description="Assignments that grade themselves.")
    parser.add_argument("--sources", type=Path, default=SOURCES, help="folder of the assignments' sources")
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("release", help="write students' and teachers' notebooks")
    one.add_argument("--out", type=Path, default=Path("build/assignments"))
    one.set_defaults(do=release)
    two = commands.add_parser("grade", help="grade a folder of submissions")
    two.add_argument("submissions", type=Path)
    two.add_argument("--out", type=Path, default=Path("grades"))
    two.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2), help="submissions at a time")
    two.add_argument("--factor", type=float, default=1, help="of all time limits of tests and cells")
    two.add_argument("--total", type=float, default=180, help="seconds for one submission")
    two.add_argument("--unconfined", action="store_true", help="no fence: for a machine that has none")
    two.set_defaults(do=grade)
    args = parser.parse_args()
    return args.do(args)


if __name__ == "__main__":
    sys.exit(main())
