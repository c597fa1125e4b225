"""What came out: tables for the teacher, a page for each student, a page of all written answers beside the rubric."""

from __future__ import annotations

import csv
import html
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from .batch import Result
from .judge import Item
from .source import HIDDEN, SOLUTION, Assignment, bare, hidden_lines

MARKS = ["student", "assignment", "question", "points", "most", "comment"]
Marks = dict[tuple[str, str, str], dict[str, str]]
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid GrayText }}
td.n {{ text-align: right; white-space: nowrap }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; border-left: 4px solid GrayText; padding-left: .8rem }}
pre.text {{ font: inherit }}
</style></head><body>
{body}
</body></html>
"""


def apply_marks(results: list[Result], path: Path) -> Marks:
    """Put the points that a person gave into the results; the table, with a row for every answer that needs them."""
    marks: Marks = {}
    if path.exists():
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file)]
        marks = {(row["student"], row["assignment"], row["question"]): row for row in rows}
    for result in results:
        for item in (item for item in result.items if item.answer):
            key = (cell_text(result.student), result.assignment, item.id)
            row = marks.setdefault(key, dict(zip(MARKS, [*key, "", f"{item.points:g}", ""])))
            if row["points"].strip():
                item.got = _points(row["points"], item, path)
                item.said = row.get("comment", "") or "read"
    return marks


def _points(text: str, item: Item, path: Path) -> float:
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        raise SystemExit(f"{path}: points must be a number, got {text!r} for {item.id}") from None
    if not 0 <= points <= item.points:
        raise SystemExit(f"{path}: {item.id} has 0 to {item.points:g} points, got {text!r}")
    return points


def write(results: list[Result], assignments: dict[str, Assignment], out: Path) -> None:
    """All files, into *out*."""
    out.mkdir(parents=True, exist_ok=True)
    marks = apply_marks(results, out / "marks.csv")
    _table(out / "marks.csv", MARKS, [[row.get(name, "") for name in MARKS] for row in marks.values()])
    head = ["student", "assignment", "tests", "of", "written", "of", "waiting", "total", "of", "note", "file"]
    _table(out / "grades.csv", head, [_line(result) for result in results])
    head = ["student", "assignment", "question", "item", "points", "of", "said"]
    lines = [
        [r.student, r.assignment, i.question, i.id, "" if i.got is None else i.got, i.points, i.said]
        for r in results
        for i in r.items
    ]
    _table(out / "items.csv", head, lines)
    names: dict[str, int] = defaultdict(int)
    for result in (result for result in results if result.assignment):
        name = re.sub(r"[^\w-]", "_", result.student) + f"/{result.assignment}"
        names[name] += 1
        path = out / "feedback" / f"{name}{f'_{names[name]}' if names[name] > 1 else ''}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(feedback(result, assignments[result.assignment]), "utf-8")
    (out / "to_read.html").write_text(to_read(results, assignments.values()), "utf-8")


def _line(result: Result) -> list[object]:
    written = [item for item in result.items if item.answer or item.said == "nothing is written there"]
    tests = [item for item in result.items if item not in written]
    waiting = sum(item.got is None for item in written)
    most = [sum(item.points for item in kind) for kind in (tests, written)]
    got = [sum(item.got or 0 for item in kind) for kind in (tests, written)]
    sums = [got[0], most[0], got[1], most[1], waiting, sum(got), sum(most)]
    return [result.student, result.assignment, *sums, result.note, result.path.name]


def _table(path: Path, head: list[str], rows: Iterable[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([[cell_text(x) for x in row] for row in rows])


def cell_text(value: object) -> str:
    """A cell of a table; a text that a spreadsheet would take for a formula gets a sign before it."""
    if isinstance(value, int | float):
        return f"{value:g}"
    text = str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def feedback(result: Result, assignment: Assignment) -> str:
    """The page for one student: own answers, points, and what was said; nothing of hidden tests."""
    got, most = sum(item.got or 0 for item in result.items), sum(item.points for item in result.items)
    waiting = sum(item.got is None for item in result.items)
    more = f", and {waiting} written answers wait for their reader" if waiting else ""
    body = [f"<h1>{_(assignment.title)}</h1>", f"<p>{_(result.student)}: <b>{got:g} of {most:g} points</b>{more}.</p>"]
    for question in dict.fromkeys(cell.question for cell in assignment.of("answer", "test", "written")):
        body.append(f"<h2>Question {_(question)}</h2>")
        for name, text in result.code.items():
            if name.split("_")[0] == question:
                body.append(f"<pre><code>{_(text)}</code></pre>")
        body.append(_rows([item for item in result.items if item.question == question]))
    return PAGE.format(title=_(f"{assignment.title}: {result.student}"), body="\n".join(body))


def _rows(items: list[Item]) -> str:
    lines = []
    for item in items:
        points = "?" if item.got is None else f"{item.got:g}"
        answer = f"<pre class=text>{_(item.answer)}</pre>" if item.answer else ""
        said = f"<td>{_(item.title)}{answer}</td><td>{_(item.said)}</td>"
        lines.append(f"<tr>{said}<td class=n>{points} of {item.points:g}</td></tr>")
    head = "".join(f"<th scope=col>{name}</th>" for name in ("what", "how it went", "points"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def to_read(results: list[Result], assignments: Iterable[Assignment]) -> str:
    """All written answers, question by question, each question with its rubric."""
    body = ["<h1>Written answers</h1>", "<p>Points and comments go into <code>marks.csv</code>; then grade again.</p>"]
    for assignment in assignments:
        for cell in assignment.of("written"):
            answers = [
                (result.student, item)
                for result in results
                for item in result.items
                if result.assignment == assignment.name and item.id == cell.id and item.answer
            ]
            if answers:
                body.append(f"<h2>{_(assignment.title)}: {_(cell.id)}, {cell.points:g} points</h2>")
                body.append(
                    f"<details open><summary>Question and rubric</summary><pre>{_(bare(cell.text))}</pre></details>"
                )
            for student, item in answers:
                points = "" if item.got is None else f" ({item.got:g} points)"
                body.append(f"<h3>{_(student)}{points}</h3><pre class=text>{_(item.answer)}</pre>")
    return PAGE.format(title="Written answers", body="\n".join(body))


def hidden_text(assignment: Assignment, *kinds: str) -> set[str]:
    """Every line of cells of these *kinds* that students must not see, without indentation, if it says something."""
    released = {line.strip() for cell in assignment.cells for line in cell.asked.splitlines()}
    found = set()
    for cell in assignment.of(*kinds):
        lines = cell.text.splitlines()
        mark = SOLUTION if cell.kind in ("answer", "written") else HIDDEN
        found |= {lines[number - 1].strip() for number in hidden_lines(cell.text, mark)}
    return {line for line in found - released if len(line) > 11}


def _(text: object) -> str:
    return html.escape(str(text))
