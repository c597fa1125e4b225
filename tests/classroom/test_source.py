"""One source, two notebooks: what teachers see and what students see."""

import csv
import json
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from classroom import __main__, batch, report, wire
from classroom.judge import Item, Unreadable, code_of, load, recognise
from classroom.source import SourceError, read, read_all

ASSIGNMENTS = read_all()
TINY = """# %% [markdown]
# # Tiny

# %%
LIMIT = 3

# %% helpers="q1_helpers"
def hidden_helper():
    return 1

# %% answer="q1"
def one():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION

# %% test="q1_all" points=1
# One
assert one() != 2
### BEGIN HIDDEN TESTS
assert one() == hidden_helper()
### END HIDDEN TESTS

# %% mistake="q1" keeps=0
def one():
    return 3

# %% [markdown] written="q2" points=2
# Why?
#
# <!-- ### BEGIN SOLUTION -->
# because
# <!-- ### END SOLUTION -->
"""


@pytest.fixture
def tiny(tmp_path):
    path = tmp_path / "91_tiny.py"
    path.write_text(TINY)
    return read(path)


def text(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


@pytest.mark.parametrize("name", ASSIGNMENTS)
class TestEveryAssignment:
    def test_students_get_no_solution_and_no_hidden_test(self, name):
        assignment = ASSIGNMENTS[name]
        hidden = report.hidden_text(assignment, "answer", "test", "helpers", "written")
        hidden |= {line.strip() for cell in assignment.of("mistake") for line in cell.text.splitlines() if "#" in line}
        released = json.dumps(assignment.release(), ensure_ascii=False)
        assert len(hidden) > 50
        assert [line for line in hidden if json.dumps(line, ensure_ascii=False)[1:-1] in released] == []
        assert "### BEGIN" not in released

    def test_both_versions_are_notebooks_with_the_same_cells(self, name):
        assignment = ASSIGNMENTS[name]
        teacher, student = assignment.instructor(), assignment.release()
        nbformat.validate(teacher)
        nbformat.validate(student)
        assert [cell.metadata for cell in teacher.cells] == [cell.metadata for cell in student.cells]
        assert [cell.id for cell in teacher.cells] == [cell.id for cell in student.cells]

    def test_it_is_twenty_points_of_code_and_words(self, name):
        assignment = ASSIGNMENTS[name]
        assert assignment.points() == 20
        assert 2 <= assignment.points("written") <= 6
        assert 3 <= len({cell.question for cell in assignment.of("answer", "written")}) <= 6
        assert f"{assignment.points():g} points" in assignment.cells[0].text
        assert all("*Rubric.*" in cell.text for cell in assignment.of("written"))

    def test_points_in_the_text_are_points_of_the_tests(self, name):
        assignment = ASSIGNMENTS[name]
        said = re.findall(r"\*\*(q\d+) \((\d+) points\)", text(assignment.release()))
        assert said
        for question, points in said:
            cells = [cell for cell in assignment.of("test", "written") if cell.question == question]
            assert sum(cell.points for cell in cells) == int(points), question

    def test_every_code_question_has_its_usual_mistake(self, name):
        assignment = ASSIGNMENTS[name]
        assert {cell.id for cell in assignment.of("mistake")} == {cell.id for cell in assignment.of("answer")}


def test_the_parts_of_a_cell(tiny):
    assert [cell.kind for cell in tiny.cells] == ["text", "given", "helpers", "answer", "test", "mistake", "written"]
    assert "hidden_helper" in text(tiny.instructor())
    assert "hidden_helper" not in text(tiny.release())
    assert "return 3" not in text(tiny.instructor())
    assert "return 3" in text(tiny.with_mistakes().solved())
    assert "def one():\n    # YOUR CODE HERE\n    raise NotImplementedError()" in text(tiny.release())
    assert tiny.names == {"one": True}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("points=1", "", "q1_all has no points"),
        ("### BEGIN SOLUTION\n    return 1", "return 1", "q1 has no solution"),
        ("### END HIDDEN TESTS\n\n# %% mistake", "\n# %% mistake", "BEGIN HIDDEN TESTS without END"),
        ("### BEGIN HIDDEN TESTS\n", "", "q1_all has no hidden tests"),
        ('mistake="q1"', 'mistake="q7"', "a mistake about q7"),
        ('test="q1_all"', 'test="q3_all"', "q1 is not tested"),
        ('test="q1_all"', 'test="q1"', "two cells are called q1"),
        ('test="q1_all"', 'test="q1-all"', "is no name"),
        ('answer="q1"', 'answer="q1" test="q1"', "it can be one of them"),
    ],
)
def test_a_source_that_breaks_a_rule_is_refused(tmp_path, old, new, complaint):
    assert old in TINY
    (tmp_path / "91_tiny.py").write_text(TINY.replace(old, new))
    with pytest.raises(SourceError, match=complaint):
        read(tmp_path / "91_tiny.py").release()


def test_the_command_writes_both_versions(tmp_path, monkeypatch, capsys):
    (tmp_path / "91_tiny.py").write_text(TINY)
    monkeypatch.setattr("sys.argv", ["x", "--sources", str(tmp_path), "release", "--out", str(tmp_path / "out")])
    assert __main__.main() == 0
    assert "91_tiny: 3 points, 2 of them for written answers" in capsys.readouterr().out
    for kind, there in (("source", True), ("release", False)):
        notebook = nbformat.read(tmp_path / "out" / kind / "91_tiny" / "91_tiny.ipynb", 4)
        assert ("because" in text(notebook)) == there


def test_given_cells_are_restored_and_test_cells_left_out(tiny):
    notebook = json.loads(json.dumps(tiny.solved()))
    by_id = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
    by_id["given_1"]["source"] = "LIMIT = 1000"
    by_id["q1_all"]["source"] = "raise SystemExit"
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": ["own = ", "1"]})
    assert [said for _, said in code_of(notebook, tiny)] == ["LIMIT = 3", "def one():\n    return 1", "own = 1"]
    notebook["cells"].remove(by_id["given_1"])
    assert code_of(notebook, tiny)[0] == ("given_1", "LIMIT = 3")


def test_an_assignment_is_recognised_by_its_name_or_by_its_cells(tiny, tmp_path):
    known, notebook = {"91_tiny": tiny}, json.loads(json.dumps(tiny.solved()))
    assert recognise(notebook, known, Path("x.ipynb")) is tiny
    assert recognise(notebook | {"metadata": {}}, known, Path("x.ipynb")) is tiny
    assert recognise({"cells": [{}]}, known, Path("91_tiny.ipynb")) is tiny
    assert recognise({"cells": [{}], "metadata": []}, known, Path("x.ipynb")) is None
    for bad in (b"", b"[]", b"{}", b'{"cells": [1]}'):
        (tmp_path / "x.ipynb").write_bytes(bad)
        with pytest.raises(Unreadable):
            load(tmp_path / "x.ipynb")


def test_submissions_are_found_by_folder_and_by_name(tmp_path):
    for place in ("Ann/1.ipynb", "Ann/deep/2.ipynb", "Ben.ipynb", ".ipynb_checkpoints/Ben.ipynb", "Ann/notes.txt"):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "Eve.ipynb").symlink_to("/etc/passwd")
    found = [(who, path.name) for who, path in batch.submissions(tmp_path)]
    assert found == [("Ann", "1.ipynb"), ("Ann", "2.ipynb"), ("Ben", "Ben.ipynb")]


def a_result(tiny):
    result = batch.Result("Ann", Path("91_tiny.ipynb"), "91_tiny")
    result.items = [Item("q2", "q2", "Why?", 2, None, "waits for its reader", "Why?\n\n<b>because</b>")]
    result.items.append(Item("q1_all", "q1", "One", 1, 1.0, "right"))
    return result


def test_points_of_a_person_are_read_back_and_kept(tiny, tmp_path):
    report.write([a_result(tiny)], {"91_tiny": tiny}, tmp_path)
    marks = tmp_path / "marks.csv"
    assert marks.read_text().splitlines()[1] == "Ann,91_tiny,q2,,2,"
    marks.write_text(marks.read_text().replace(",,2,", ",1.5,2,fine") + "Zoe,91_tiny,q2,1,2,kept\n")
    report.write([a_result(tiny)], {"91_tiny": tiny}, tmp_path)
    with (tmp_path / "grades.csv").open(newline="") as file:
        assert list(csv.reader(file))[1][4:9] == ["1.5", "2", "0", "2.5", "3"]
    assert [line.split(",")[3] for line in marks.read_text().splitlines()[1:]] == ["1.5", "1"]
    assert "fine" in (tmp_path / "feedback" / "Ann" / "91_tiny.html").read_text()
    page = (tmp_path / "to_read.html").read_text()
    assert "&lt;b&gt;because&lt;/b&gt;" in page
    assert "<b>because" not in page


@pytest.mark.parametrize("points", ["much", "3", "-1"])
def test_impossible_points_of_a_person_are_refused(tiny, tmp_path, points):
    (tmp_path / "marks.csv").write_text(
        f"student,assignment,question,points,most,comment\nAnn,91_tiny,q2,{points},2,\n"
    )
    with pytest.raises(SystemExit, match="q2"):
        report.write([a_result(tiny)], {"91_tiny": tiny}, tmp_path)
    assert points in (tmp_path / "marks.csv").read_text()


def test_a_folder_that_foreign_code_could_read_is_refused(tmp_path):
    nursery = SimpleNamespace(confined=True, readable=[tmp_path])
    if not batch.why_not():
        with pytest.raises(SystemExit, match="submissions could read"):
            batch.check_fence(nursery, tmp_path / "src")
        batch.check_fence(nursery, tmp_path.parent)


def test_a_machine_without_a_fence_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "why_not", lambda: "the kernel has no Landlock")
    with pytest.raises(SystemExit, match="no Landlock"):
        batch.check_fence(SimpleNamespace(confined=True, readable=[]), tmp_path)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"int": "x"}', b'{"array": ["O", [1], ""]}', b'{"eval": []}', b"[" * 10**5]
)
def test_forged_values_are_no_values(data):
    with pytest.raises(wire.NotData):
        wire.loads(data)


def test_values_come_back_as_they_were():
    from fractions import Fraction

    import numpy as np

    values = [None, True, 2**70, -1, 0.5, "ü", b"\x00", (1, [2]), {1: {2}}, frozenset({3}), Fraction(1, 3), 1j]
    assert wire.loads(wire.dumps(values)) == values
    array = np.arange(6, dtype=np.int32).reshape(2, 3)
    back = wire.loads(wire.dumps(array))
    assert back.dtype == array.dtype
    assert (back == array).all()
    with pytest.raises(wire.NotData):
        wire.dumps(object())
