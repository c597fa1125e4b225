"""Judge one submission: the tests run here, in a process that foreign code cannot reach.

Of a submission only answers count. Test cells and given cells are those of the source, whatever the notebook has in
their place; the names that students define are functions that call over the fence.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from polyquant.exercises._verdict import time_limit

from . import wire
from .source import HIDDEN, TEXT_STUB, Assignment, Cell, hidden_lines
from .student import Foreign, Gone, Late, Nursery, Student, StudentError

BIGGEST = 20 << 20
"""Bytes of a notebook."""
NEVER_RUN = ("test", "helpers", "written")
HINT = "hint: "
"""An assert in a hidden test may have a message for students; it begins like this."""


@dataclass(frozen=True)
class Limits:
    """Seconds: for each cell of a student, for the whole submission; and a factor for those of the tests."""

    cell: float = 20
    total: float = 180
    factor: float = 1


@dataclass
class Item:
    """One line of a result: a test, or a written answer that waits for a person (``got`` is None)."""

    id: str
    question: str
    title: str
    points: float
    got: float | None
    said: str = ""
    answer: str = ""


class Unreadable(ValueError):
    """A file that is no notebook."""


def load(path: Path) -> dict[str, Any]:
    """A notebook as plain data, however strange."""
    if path.stat().st_size > BIGGEST:
        raise Unreadable(f"larger than {BIGGEST >> 20} MB")
    try:
        notebook = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"no JSON: {type(error).__name__}") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Unreadable("it has no list of cells")
    return notebook


def text_of(cell: dict[str, Any]) -> str:
    """The source of a cell, whatever form it has."""
    said = cell.get("source", "")
    return "".join(map(str, said)) if isinstance(said, list) else str(said)


def id_of(cell: dict[str, Any]) -> str:
    """The id that nbgrader's format gave it, or nothing."""
    found: Any = cell
    for key in ("metadata", "nbgrader", "grade_id"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def recognise(notebook: dict[str, Any], assignments: dict[str, Assignment], path: Path) -> Assignment | None:
    """Which assignment this is: as its metadata say, or its file name, or most of its cells."""
    about = notebook.get("metadata")
    about = about.get("polyquant") if isinstance(about, dict) else None
    named = about.get("assignment") if isinstance(about, dict) else None
    for name in (named, path.stem):
        if isinstance(name, str) and name in assignments:
            return assignments[name]
    texts = {text_of(cell).strip() for cell in notebook["cells"]}
    shared = {a: sum(cell.text.strip() in texts for cell in a.of("text", "given")) for a in assignments.values()}
    best = max(shared, key=lambda a: shared[a], default=None)
    return best if best is not None and 2 * shared[best] > len(best.of("text", "given")) else None


def code_of(notebook: dict[str, Any], assignment: Assignment) -> list[tuple[str, str]]:
    """(id, text) of the cells that run: given ones as they were, no tests, everything else as it came."""
    run, seen = [], set()
    for cell in notebook["cells"]:
        name = id_of(cell)
        known = assignment.by_id.get(name)
        if cell.get("cell_type") != "code" or (known and known.kind in NEVER_RUN):
            continue
        if known and known.kind == "given":
            seen.add(name)
            run.append((name, known.text))
        else:
            run.append((name, text_of(cell)))
    missing = [(cell.id, cell.text) for cell in assignment.of("given") if cell.id not in seen]
    return missing + run


def judge(notebook: dict[str, Any], assignment: Assignment, nursery: Nursery, limits: Limits) -> Iterator[Item]:
    """The items of one submission, one after the other; written answers first."""
    yield from _written(notebook, assignment)
    code = code_of(notebook, assignment)
    student = Student(nursery, [text for _, text in code], limits.cell, limits.total)
    try:
        names: dict[str, Any] = {"__name__": "tests"}
        for cell in assignment.of("given", "helpers"):
            exec(_compiled(cell), names)
        for test in assignment.of("test"):
            yield _tested(test, dict(names), assignment, student, code, limits)
    finally:
        student.close()


def _written(notebook: dict[str, Any], assignment: Assignment) -> Iterator[Item]:
    for cell in assignment.of("written"):
        answers = [text_of(other) for other in notebook["cells"] if id_of(other) == cell.id]
        answer = "\n\n".join(a for a in answers if a.strip() and a.strip() != cell.asked.strip())
        given = answer.replace(TEXT_STUB, "").strip()
        got, said = (None, "waits for its reader") if given else (0.0, "nothing is written there")
        yield Item(cell.id, cell.question, "Written answer", cell.points, got, said, own_lines(answer, cell)[:20_000])


def own_lines(answer: str, cell: Cell) -> str:
    """An answer without the lines of its question."""
    asked = set(cell.asked.splitlines())
    return "\n".join(line for line in answer.splitlines() if line not in asked or not line.strip()).strip() or answer


def _tested(
    test: Cell,
    names: dict[str, Any],
    assignment: Assignment,
    student: Student,
    code: list[tuple[str, str]],
    limits: Limits,
) -> Item:
    item = Item(test.id, test.question, test.title, test.points, 0.0)
    try:
        student.start()
        student.deadline = time.monotonic() + test.seconds * limits.factor
        # A second line of defence: what a student returned may keep a test busy.
        with time_limit(test.seconds * limits.factor + 1, Late()):
            _give_names(names, assignment, student)
            exec(_compiled(test), names)
        item.got, item.said = test.points, "right"
    except Gone:
        item.said = "your code ended its process"
    except Late:
        item.said = f"stopped after {test.seconds * limits.factor:g} s"
    except MemoryError:
        item.said = "it took too much memory"
    except BaseException as error:
        item.said = _explained(error, test)
    if not item.got:
        item.said += _of_cells(test, code, student)
    return item


def _give_names(names: dict[str, Any], assignment: Assignment, student: Student) -> None:
    for name, function in assignment.names.items():
        if function:
            names[name] = Foreign(student, name)
            continue
        try:
            names[name] = student.value(name)
        except (StudentError, wire.NotData):
            names.pop(name, None)


def _explained(error: BaseException, test: Cell) -> str:
    """What feedback may say. Nothing that foreign code could word: it may tell what a hidden case asked it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == f"<{test.id}>"]
    hidden = not lines or lines[-1] in hidden_lines(test.text, HIDDEN)
    where = "a hidden case" if hidden else "the example"
    if isinstance(error, StudentError):
        return f"{where} made your code raise {error.name} in line {error.line} of its cell"
    if isinstance(error, wire.NotData):
        return f"{where} got something that is no plain data: numbers, texts, lists, arrays"
    if isinstance(error, NameError):
        return f"{where} looks for a name that your code does not define"
    if isinstance(error, AssertionError):
        hint = str(error) if str(error).startswith(HINT) else ""
        shown = "" if hidden else f": {test.text.splitlines()[lines[-1] - 1].strip()}"
        return f"{where} is wrong{shown}" + (f"; {hint}" if hint else "")
    return f"{where} got an answer of another form than was asked for"


def _of_cells(test: Cell, code: list[tuple[str, str]], student: Student) -> str:
    notes = [note for i, note in student.notes.items() if code[i][0].split("_")[0] == test.question]
    return f" (when its cell was run, it {notes[0]})" if notes else ""


def _compiled(cell: Cell) -> CodeType:
    return compile(cell.text, f"<{cell.id}>", "exec")
