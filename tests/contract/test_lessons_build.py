"""Lessons are built from their sources, and what a reader would miss is noticed."""

import importlib.util
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURE = """
class Figure:
    def _repr_mimebundle_(self, **kwargs):
        data = {"text/plain": TEXT, "application/vnd.jupyter.widget-view+json": {"model_id": "0"}, **PICTURE}
        return data, {"image/png": {"alt": ALT}}
"""
WHOLE = {"TEXT": "'a line'", "PICTURE": "{'image/png': 'aaaa'}", "ALT": "'a line'"}


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("ci_build_lessons", ROOT / ".ci" / "build_lessons.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def build(tool, tmp_path):
    """Complaints about a lesson with these cells, and the lesson as it was saved."""

    def run(*cells, max_kb=400):
        source, target = tmp_path / "01_x.py", tmp_path / "01_x.ipynb"
        source.write_text("".join(f"# %%\n{cell}\n\n" for cell in cells))
        return tool.build(source, target, 60, max_kb), nbformat.read(target, 4)

    return run


def figure(**parts):
    return "\n".join(f"{name} = {value}" for name, value in (WHOLE | parts).items()) + FIGURE + "\nFigure()"


def test_what_differs_from_run_to_run_is_not_saved(build):
    loop = "import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.3)\n"
    loop += "import sys\nprint('x', file=sys.stderr)"
    said, lesson = build(loop, figure())
    assert said == []
    assert [(output.name, output.text) for output in lesson.cells[0].outputs] == [
        ("stdout", "0\n1\n2\n"),
        ("stderr", "x\n"),
    ]
    assert set(lesson.cells[1].outputs[0].data) == {"text/plain", "image/png"}
    assert set(lesson.metadata) == {"kernelspec"}
    assert build(loop, figure())[1] == lesson


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"PICTURE": "{}"}, "without a picture"),
        ({"TEXT": "'<Figure at 0x7f>'"}, "without a sentence"),
        ({"TEXT": "'FigureWidget({})'"}, "without a sentence"),
        ({"ALT": "''"}, "without words for its picture"),
    ],
)
def test_a_live_figure_that_leaves_nothing_behind_is_noticed(build, parts, complaint):
    assert f"cell 0: a live figure {complaint}" in [line.split(" (")[0] for line in build(figure(**parts))[0]]


def test_a_heavy_lesson_is_noticed(build):
    assert build("print('x' * 3000)", max_kb=2)[0] == ["3 KB, over 2"]


def test_a_lesson_that_is_out_of_step_is_noticed(tool, build, tmp_path):
    source, target = tmp_path / "01_x.py", tmp_path / "01_x.ipynb"
    build("1 + 1", "2 + 2")
    assert tool.compare(source, target) == []
    source.write_text(source.read_text().replace("2 + 2", "2 + 3"))
    assert tool.compare(source, target) == ["not in step with 01_x.py; build it again"]
    assert tool.compare(source, tmp_path / "02_y.ipynb") == ["not built"]


@pytest.mark.parametrize(
    ("harm", "complaint"),
    [
        (lambda lesson: lesson.cells[0].update(execution_count=None), "cell 0 was never run"),
        (lambda lesson: lesson.metadata.update(widgets={}), "it holds widget state"),
        (
            lambda lesson: lesson.cells[0].outputs[0].data.update({"application/vnd.jupyter.widget-view+json": {}}),
            "a live view",
        ),
    ],
)
def test_a_lesson_saved_by_hand_is_noticed(tool, build, tmp_path, harm, complaint):
    _, lesson = build("1 + 1")
    harm(lesson)
    nbformat.write(lesson, tmp_path / "01_x.ipynb")
    (said,) = tool.compare(tmp_path / "01_x.py", tmp_path / "01_x.ipynb")
    assert complaint in said


def test_a_cell_that_raises_stops_the_build(build):
    with pytest.raises(Exception, match="ZeroDivisionError"):
        build("1 / 0")
