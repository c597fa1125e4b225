"""An assignment has one source; teachers' and students' notebooks, and the submissions of the tests, are made from it.

A source is in percent format. Its first line of text is the title; the header of a cell says what the cell is:

    # %%                                        given code, read-only for students; it must not use their answers
    # %% answer="q1"                            code that students write, between the marks of SOLUTION
    # %% test="q1_small" points=2 seconds=5     asserts about it; those between the marks of HIDDEN TESTS stay here
    # %% helpers="q1_helpers"                   functions that several hidden tests share; students never see them
    # %% mistake="q1" keeps=1                   a usual wrong answer, and the points it still gets; only tests see it
    # %% [markdown]                             text
    # %% [markdown] written="q3" points=3       a short written answer, read by a person; between the marks of
                                                SOLUTION a model answer and the rubric

The notebooks have nbgrader's cell format, version 3.
"""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import jupytext
import nbformat

SOURCES = Path(__file__).resolve().parent.parent / "src"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
CODE_STUB, TEXT_STUB = "# YOUR CODE HERE\nraise NotImplementedError()", "YOUR ANSWER HERE"
SOLUTION, HIDDEN = "SOLUTION", "HIDDEN TESTS"
HELPERS = "# A cell for your teacher's tests."
KINDS = {"answer", "test", "helpers", "written", "mistake"}
SECONDS = 10.0
"""What all calls of one test cell together may take, unless its header says something else."""


class SourceError(ValueError):
    """The source of an assignment breaks a rule; the message names cell and rule."""


@dataclass(frozen=True)
class Cell:
    """One cell: *kind* is text, given, answer, test, helpers, written or mistake."""

    kind: str
    id: str
    text: str
    points: float = 0
    seconds: float = SECONDS

    @property
    def question(self) -> str:
        """The part of the id before the first underscore."""
        return self.id.split("_")[0]

    @property
    def title(self) -> str:
        """What feedback calls a test: its first comment."""
        return next((line.strip("# ") for line in self.text.splitlines() if line.startswith("# ")), self.id)

    @property
    def asked(self) -> str:
        """The text that students get: without solution and hidden tests."""
        if self.kind in ("answer", "written"):
            return without(self.text, SOLUTION, CODE_STUB if self.kind == "answer" else TEXT_STUB)
        return without(self.text, HIDDEN) if self.kind in ("test", "helpers") else self.text

    @property
    def names(self) -> dict[str, bool]:
        """The names that the code binds, and whether each is a function."""
        found = {}
        for node in ast.parse(self.text).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = True
            elif isinstance(node, ast.Assign):
                found |= {name.id: False for target in node.targets for name in ast.walk(target) if _is_name(name)}
        return found

    def metadata(self) -> dict[str, object]:
        """What nbgrader wants to know about it."""
        if self.kind == "text":
            return {}
        graded, solved = self.kind in ("test", "helpers", "written"), self.kind in ("answer", "written")
        said = {"grade": graded, "grade_id": self.id, "locked": not solved, "schema_version": 3, "solution": solved}
        said |= {"task": False} | ({"points": self.points} if graded else {})
        return {"nbgrader": said} | ({"deletable": False, "editable": False} if not solved else {"deletable": False})


@dataclass(frozen=True)
class Assignment:
    """The cells of one source, in order."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        return self.cells[0].text.splitlines()[0].lstrip("# ")

    @cached_property
    def by_id(self) -> dict[str, Cell]:
        return {cell.id: cell for cell in self.cells if cell.kind not in ("text", "mistake")}

    @property
    def names(self) -> dict[str, bool]:
        """Everything that students define, and whether it is a function."""
        return {name: kind for cell in self.of("answer") for name, kind in cell.names.items()}

    def of(self, *kinds: str) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind in kinds]

    def points(self, *kinds: str) -> float:
        return sum(cell.points for cell in self.of(*(kinds or ("test", "written"))))

    def with_mistakes(self) -> Assignment:
        """The usual wrong answers in place of the right ones."""
        wrong = {cell.id: cell.text for cell in self.of("mistake")}
        cells = [replace(c, text=wrong[c.id]) if c.kind == "answer" and c.id in wrong else c for c in self.cells]
        return replace(self, cells=tuple(cells))

    def instructor(self) -> nbformat.NotebookNode:
        """With solutions, hidden tests and rubrics."""
        return self._notebook({cell: cell.text for cell in self.cells})

    def release(self) -> nbformat.NotebookNode:
        """What students get."""
        return self._notebook({cell: cell.asked for cell in self.cells})

    def solved(self) -> nbformat.NotebookNode:
        """What a student with all the answers of this source hands in."""
        given = {"test", "helpers"}
        texts = {cell: cell.asked if cell.kind in given else bare(cell.text) for cell in self.cells}
        return self._notebook({cell: text.split("\n*Rubric.*")[0] for cell, text in texts.items()})

    def _notebook(self, texts: dict[Cell, str]) -> nbformat.NotebookNode:
        cells = [_made(f"{self.name}:{i}", c, texts[c]) for i, c in enumerate(self.cells) if c.kind != "mistake"]
        return nbformat.from_dict({"cells": cells, "metadata": _about(self.name), "nbformat": 4, "nbformat_minor": 5})


def _about(name: str) -> dict[str, object]:
    return {"kernelspec": KERNEL, "polyquant": {"assignment": name}}


def _made(place: str, cell: Cell, text: str) -> dict[str, object]:
    said = {"id": hashlib.sha256(place.encode()).hexdigest()[:8], "metadata": cell.metadata(), "source": text}
    if cell.kind in ("text", "written"):
        return said | {"cell_type": "markdown"}
    return said | {"cell_type": "code", "execution_count": None, "outputs": []}


def read(path: Path) -> Assignment:
    """The assignment of a source, checked."""
    cells = []
    for i, cell in enumerate(jupytext.read(path, fmt="py:percent").cells):
        said = {kind: cell.metadata[kind] for kind in KINDS if kind in cell.metadata}
        if len(said) > 1:
            raise SourceError(f"{path.name}: cell {i} is {' and '.join(sorted(said))}; it can be one of them")
        plain = ("given", f"given_{i}") if cell.cell_type == "code" else ("text", f"text_{i}")
        kind, name = next(iter(said.items()), plain)
        points = cell.metadata.get("keeps" if kind == "mistake" else "points", 0)
        text = cell.source.strip("\n")
        if kind == "helpers":
            text = f"{HELPERS}\n### BEGIN {HIDDEN}\n{text}\n### END {HIDDEN}"
        cells.append(Cell(kind, name, text, points, cell.metadata.get("seconds", SECONDS)))
    assignment = Assignment(path.stem, tuple(cells))
    for complaint in complaints(assignment):
        raise SourceError(f"{path.name}: {complaint}")
    return assignment


def read_all(folder: Path = SOURCES) -> dict[str, Assignment]:
    """Every assignment of *folder*, by name, in order."""
    return {path.stem: read(path) for path in sorted(folder.glob("[0-9]*.py"))}


def complaints(assignment: Assignment) -> list[str]:
    """The rules that its cells break."""
    said = []
    ids = [cell.id for cell in assignment.cells if cell.kind not in ("text", "mistake")]
    said += [f"two cells are called {name}" for name in sorted({name for name in ids if ids.count(name) > 1})]
    for cell in assignment.cells:
        if not re.fullmatch(r"\w+", cell.id):
            said.append(f"{cell.id!r} is no name: letters, digits and underscores")
        if cell.kind in ("test", "written") and cell.points <= 0:
            said.append(f"{cell.id} has no points")
        if cell.kind in ("answer", "written") and not hidden_lines(cell.text, SOLUTION):
            said.append(f"{cell.id} has no solution between its marks")
        if cell.kind == "test" and not hidden_lines(cell.text, HIDDEN):
            said.append(f"{cell.id} has no hidden tests between their marks")
        if cell.kind == "mistake" and cell.id not in assignment.by_id:
            said.append(f"a mistake about {cell.id}, which nobody asks for")
    asked = {cell.id for cell in assignment.of("answer")}
    tested = {cell.question for cell in assignment.of("test")}
    return said + [f"{name} is not tested" for name in sorted(asked - tested)]


def hidden_lines(text: str, mark: str) -> list[int]:
    """The numbers, from 1, of the lines between BEGIN *mark* and END *mark*."""
    inside, found = False, []
    for number, line in enumerate(text.splitlines(), 1):
        if f"### BEGIN {mark}" in line or f"### END {mark}" in line:
            inside = "BEGIN" in line
        elif inside:
            found.append(number)
    return found


def without(text: str, mark: str, stub: str = "") -> str:
    """*text* with every region of *mark* replaced by *stub*, at the same indentation."""
    kept, inside = [], False
    for line in text.splitlines():
        if f"### BEGIN {mark}" in line:
            indent = line[: len(line) - len(line.lstrip())] if line.lstrip().startswith("#") else ""
            kept += [indent + new for new in stub.splitlines()]
            inside = True
        elif f"### END {mark}" in line:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise SourceError(f"BEGIN {mark} without END {mark}")
    return "\n".join(kept).strip("\n")


def bare(text: str) -> str:
    """*text* without the lines that hold marks."""
    return "\n".join(line for line in text.splitlines() if not re.search(r"### (BEGIN|END) ", line))


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
