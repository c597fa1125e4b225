"""Every assignment, graded blank, right, wrong, endless and tampered with; and what foreign code tries, one by one.

One program makes and grades all submissions (grading.py beside this file); here is what must have come of it.
"""

import csv
import html
import json
import subprocess
import sys
from pathlib import Path

import pytest

from classroom.confine import why_not
from classroom.report import hidden_text
from classroom.source import read_all
from polyquant import _kernel

ASSIGNMENTS = read_all()
TRICKS = [
    "always equal",
    "an int that is always equal",
    "leaves",
    "exits",
    "interrupts",
    "kills its process",
    "never ends",
    "cannot be interrupted",
    "huge answer",
    "huge number",
    "huge memory",
    "huge output",
    "endless recursion",
    "deep answer",
    "pickled exit",
    "a function",
    "reads the judge",
    "leaks by its errors",
    '=HYPERLINK("x")',
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is a fence"),
    pytest.mark.skipif(_kernel.FOLDER is None, reason="time limits are for compiled kernels"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder where everything was graded."""
    folder = tmp_path_factory.mktemp("classroom")
    program = Path(__file__).with_name("grading.py")
    done = subprocess.run([sys.executable, program, folder], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def said(home):
    return json.loads((home / "said.json").read_text())


def result(results, student, assignment):
    (found,) = [r for r in results if (r["student"], r["assignment"]) == (student, assignment)]
    return found


def points(result):
    return sum(item["got"] or 0 for item in result["items"])


@pytest.mark.parametrize("name", ASSIGNMENTS)
class TestEveryAssignment:
    def test_a_blank_one_gets_nothing(self, said, name):
        blank = result(said["all"], "blank", name)
        assert points(blank) == 0
        assert all(item["got"] == 0 for item in blank["items"])  # nobody has to read it
        assert len(blank["items"]) == len(ASSIGNMENTS[name].of("test", "written"))

    def test_a_right_one_gets_everything_but_what_a_person_has_to_read(self, said, name):
        right = result(said["all"], "right", name)
        assert points(right) == ASSIGNMENTS[name].points("test")
        waiting = {item["id"] for item in right["items"] if item["got"] is None}
        assert waiting == {cell.id for cell in ASSIGNMENTS[name].of("written")}

    def test_usual_mistakes_cost_what_the_source_says(self, said, name):
        assignment = ASSIGNMENTS[name]
        wrong, kept = {cell.id for cell in assignment.of("mistake")}, assignment.points("mistake")
        others = sum(cell.points for cell in assignment.of("test") if cell.question not in wrong)
        assert points(result(said["all"], "wrong", name)) == kept + others
        assert 0 < kept + others < assignment.points("test")

    def test_an_endless_one_ends_and_gets_nothing(self, said, name):
        endless = result(said["endless"], "endless", name)
        first = ASSIGNMENTS[name].of("answer")[0].id
        assert points(endless) == 0
        assert all("stopped after" in item["said"] for item in endless["items"] if item["question"] == first)

    def test_tampering_neither_helps_nor_harms(self, said, name):
        assert points(result(said["all"], "tampered blank", name)) == 0
        assert points(result(said["all"], "tampered right", name)) == ASSIGNMENTS[name].points("test")

    def test_feedback_shows_nothing_hidden(self, home, name):
        assignment = ASSIGNMENTS[name]
        own = {line.strip() for cell in assignment.of("answer", "mistake") for line in cell.text.splitlines()}
        hidden = hidden_text(assignment, "test", "helpers") - own
        assert len(hidden) > 20
        pages = sorted((home / "all" / "grades" / "feedback").glob(f"*/{name}.html"))
        assert len(pages) == 5
        for page in pages:
            text = html.unescape(page.read_text())
            assert [line for line in hidden if line in text] == []
        blank = html.unescape((home / "all" / "grades" / "feedback" / "blank" / f"{name}.html").read_text())
        solutions = hidden_text(assignment, "answer", "written")
        assert solutions
        assert [line for line in solutions if line in blank] == []


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_costs_its_question_and_no_other(said, trick):
    one, two = result(said["tricks"], trick, "90_toy")["items"]
    assert (one["got"], two["got"]) == (0, 1), (one["said"], two["said"])


@pytest.mark.parametrize("trick", ["patches", "forges answers"])
def test_forged_messages_are_answers_and_no_points(said, trick):
    assert points(result(said["tricks"], trick, "90_toy")) <= 1


def test_a_cell_that_never_ends_is_left_out_and_the_rest_counts(said):
    assert points(result(said["tricks"], "a cell never ends", "90_toy")) == 3


def test_feedback_says_nothing_that_foreign_code_worded(home):
    page = (home / "tricks" / "grades" / "feedback" / "leaks_by_its_errors" / "90_toy.html").read_text()
    assert "an error of its own" in page
    assert "case 21" not in page


@pytest.mark.parametrize(
    ("student", "note"),
    [
        ("no notebook", "not readable: no JSON"),
        ("nested", "not readable: no JSON"),
        ("no cells", "not readable: it has no list of cells"),
        ("something else", "it belongs to no assignment here"),
    ],
)
def test_a_broken_notebook_is_a_line_in_the_table(said, home, student, note):
    assert result(said["tricks"], student, "")["note"].startswith(note)
    with (home / "tricks" / "grades" / "grades.csv").open(newline="") as file:
        rows = {row[0]: row for row in csv.reader(file)}
    assert note in " ".join(rows[student])


def test_names_and_answers_are_no_formulas_and_no_scripts(home):
    text = (home / "tricks" / "grades" / "grades.csv").read_text()
    assert "\"'=HYPERLINK" in text
    for page in (home / "tricks" / "grades").rglob("*.html"):
        assert "<script" not in page.read_text()


def test_foreign_code_may_do_what_it_needs(said):
    probe = said["probe"]
    for what in ("write into its own folder", "threads", "the library", "numpy"):
        assert probe.pop(what).startswith("done"), what


def test_foreign_code_may_do_nothing_else(said):
    needed = {"write into its own folder", "threads", "the library", "numpy"}
    tried = {what: came for what, came in said["probe"].items() if what not in needed}
    assert len(tried) == 26
    assert {what: came for what, came in tried.items() if came.startswith("done")} == {}


def test_the_command_grades_a_folder(home):
    with (home / "out" / "grades.csv").open(newline="") as file:
        assert list(csv.reader(file))[1][:4] == ["Ann", "90_toy", "3", "3"]
    assert (home / "out" / "feedback" / "Ann" / "90_toy.html").exists()
    assert (home / "out" / "to_read.html").exists()
