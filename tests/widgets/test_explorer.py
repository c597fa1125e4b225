"""A real Explorer, moved in plain Python."""

import dataclasses
import threading
from dataclasses import dataclass

import ipywidgets as ipw
import numpy as np
import pytest
from polyquant_widgets._explorer import VIEW, Explorer
from polyquant_widgets._scene import Long, Scene, choice, control, switch, text
from polyquant_widgets._theme import blank


@dataclass(frozen=True)
class Params:
    count: int = control(5, 2, 9, 1, "points")
    share: float = control(0.5, 0.0, 1.0, 0.05, "share")
    scale: float = control(1.0, 0.1, 10.0, 2, "scale", log=True)
    law: str = choice("line", ("line", "square"), "law", hint="how y grows")
    dots: bool = switch(False, "dots")
    word: str = text("abc", "a word", longest=6, alphabet="abc")


def compute(params):
    if params.count == 9 and params.dots:
        raise ValueError("nine points leave no room for dots.")
    if params.count == 8 and params.dots:
        raise IndexError("list index out of range")
    x = np.arange(params.count)
    return params, x, params.share + params.scale * x ** (2 if params.law == "square" else 1)


def draw(frame):
    figure = blank("x", "y").add_scatter()
    redraw(figure, frame)
    return figure


def redraw(figure, frame):
    params, x, y = frame
    figure.data[0].update(x=x, y=y, mode="lines+markers" if params.dots else "lines")
    figure.layout.title.text = params.word


def describe(frame):
    return f"{frame[0].word}: {len(frame[1])} points to {frame[2][-1]:g}."


SCENE = Scene(Params, compute, draw, redraw, describe)


@pytest.fixture
def explorer():
    return Explorer(SCENE)


def test_each_kind_of_parameter_gets_its_widget(explorer):
    kinds = {name: type(widget) for name, widget in explorer.controls.items()}
    assert kinds == {
        "count": ipw.IntSlider,
        "share": ipw.FloatSlider,
        "scale": ipw.SelectionSlider,
        "law": ipw.Dropdown,
        "dots": ipw.Checkbox,
        "word": ipw.Text,
    }


def test_widgets_show_label_hint_bounds_and_default(explorer):
    count, law, share = (explorer.controls[name] for name in ("count", "law", "share"))
    assert (count.description, count.min, count.max, count.step, count.value) == ("points", 2, 9, 1, 5)
    assert (law.tooltip, count.tooltip) == ("how y grows", "points")
    assert share.readout_format == ".2f"
    assert not explorer.controls["word"].continuous_update


def test_controls_problem_figure_and_caption_stand_in_reading_order(explorer):
    box, problem, figure, caption = explorer.children
    assert list(box.children) == list(explorer.controls.values())
    assert (problem, figure, caption) == (explorer.problem, explorer.figure, explorer.caption)
    assert (problem.role, caption.role) == ("alert", "status")


def test_moving_a_control_moves_picture_and_words(explorer):
    explorer.controls["count"].value = 7
    assert list(explorer.figure.data[0].x) == list(range(7))
    assert explorer.caption.text == "abc: 7 points to 6.5."
    assert explorer.frame[0].count == 7


def test_a_step_is_one_message(explorer):
    sent = []
    explorer.figure.observe(lambda change: sent.append(change.new), "_py2js_update")
    explorer.controls["word"].value = "cab"
    assert len([message for message in sent if message]) == 1


def test_start_values_are_where_the_controls_stand():
    explorer = Explorer(SCENE, count=3, scale=0.33, law="square")
    assert [explorer.controls[name].value for name in ("count", "scale", "law")] == [3, 0.33, "square"]
    assert explorer.caption.text == "abc: 3 points to 1.82."


def test_an_unknown_start_value_is_told_at_once():
    with pytest.raises(TypeError, match="no parameter 'points'; this figure has count, share"):
        Explorer(SCENE, points=3)


def test_an_impossible_start_is_told_at_once():
    with pytest.raises(ValueError, match="nine points leave no room for dots"):
        Explorer(SCENE, count=9, dots=True)


def test_an_impossible_combination_is_told_under_the_controls_and_forgotten_when_it_is_over(explorer):
    explorer.controls["count"].value = 9
    before = explorer.caption.text
    explorer.controls["dots"].value = True
    told = "nine points leave no room for dots. The picture still shows the last settings that were possible."
    assert explorer.problem.text == told
    assert (explorer.caption.text, explorer.figure.data[0].mode) == (before, "lines")
    assert explorer.fault is None
    explorer.controls["count"].value = 6
    assert explorer.problem.text == ""
    assert explorer.figure.data[0].mode == "lines+markers"


def test_a_text_that_is_not_allowed_is_told_by_the_label_a_reader_sees(explorer):
    explorer.controls["word"].value = "abd"
    assert explorer.problem.text.startswith("a word may only contain the characters 'abc', got 'd'. The picture")
    explorer.controls["word"].value = "a"
    assert explorer.problem.text == ""


@pytest.fixture
def broken(explorer):
    explorer.controls["count"].value = 8
    return explorer


def test_a_fault_is_shown_and_kept(broken):
    broken.controls["dots"].value = True
    assert broken.problem.text == "This figure has a fault, IndexError: list index out of range"
    assert isinstance(broken.fault, IndexError)
    broken.controls["dots"].value = False
    assert (broken.problem.text, broken.fault) == ("", None)


def test_a_fault_is_raised_where_somebody_listens(broken, monkeypatch):
    monkeypatch.setenv("POLYQUANT_RAISE", "1")
    with pytest.raises(IndexError):
        broken.controls["dots"].value = True


@pytest.mark.parametrize("part", ["redraw", "describe"])
def test_faults_of_drawing_and_describing_are_shown_too(part):
    def fails(*arguments):
        if arguments[-1][0].count == 7:
            raise KeyError("colour")
        return getattr(SCENE, part)(*arguments)

    explorer = Explorer(dataclasses.replace(SCENE, **{part: fails}))
    explorer.controls["count"].value = 7
    assert explorer.problem.text == "This figure has a fault, KeyError: 'colour'"


def test_the_bundle_has_a_view_a_picture_with_words_and_the_words(explorer):
    explorer.controls["count"].value = 4
    data, metadata = explorer._repr_mimebundle_()
    assert set(data) == {VIEW, "image/png", "text/plain"}
    assert data[VIEW]["model_id"] == explorer.model_id
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"] == "abc: 4 points to 3.5."


def more_points(params, frame):
    for i in range(1, 5):
        _, x, y = frame
        yield i / 4, (params, np.append(x, -i), np.append(y, -i))


@pytest.fixture
def working():
    return Explorer(dataclasses.replace(SCENE, long=Long("more points", more_points)))


def test_a_long_computation_has_a_button_a_bar_and_a_stop(working):
    assert working.children[1] is working.job
    assert (working.job.begin.description, working.job.bar.value, working.job.stop.disabled) == ("more points", 0, True)
    working.job.begin.click()
    working.job._thread.join()
    assert working.job.bar.value == 1
    assert (working.job.begin.disabled, working.job.stop.disabled) == (False, True)
    assert working.figure.data[0].x[-1] == -4


def test_a_long_computation_can_be_stopped_and_a_control_stops_it():
    reached, go = threading.Event(), threading.Event()

    def slow(params, frame):
        yield 0.25, (params, frame[1], frame[2] + 1)
        reached.set()
        go.wait(10)
        yield 0.5, (params, frame[1], frame[2] + 2)
        raise AssertionError("nobody asked for more")

    working = Explorer(dataclasses.replace(SCENE, long=Long("go", slow)))
    for stop in (working.job.stop.click, lambda: setattr(working.controls["count"], "value", 6)):
        reached.clear()
        go.clear()
        working.job.start()
        assert reached.wait(10)
        assert not working.job.stop.disabled
        threading.Timer(0.05, go.set).start()
        stop()
        working.job.halt()
        assert (working.job.bar.value, working.fault) == (0.5, None)
    assert len(working.figure.data[0].x) == 6


def test_a_fault_in_a_long_computation_is_told(working):
    def fails(params, frame):
        yield 0.5, frame
        raise ZeroDivisionError("oh")

    explorer = Explorer(dataclasses.replace(SCENE, long=Long("go", fails)))
    explorer.job.run()
    assert explorer.problem.text == "This figure has a fault, ZeroDivisionError: oh"
    assert not explorer.job.begin.disabled


def test_a_slider_that_plays_has_buttons_beside_it_and_is_moved_by_them():
    @dataclass(frozen=True)
    class Walk:
        count: int = control(5, 2, 9, 1, "points", play=True)

    def walk(params):
        return params, np.arange(params.count), np.arange(params.count)

    scene = Scene(Walk, walk, lambda f: blank("x", "y").add_scatter(x=f[1]), lambda g, f: g.data[0].update(x=f[1]), str)
    explorer = Explorer(scene)
    play, slider = explorer.children[0].children[0].children
    assert isinstance(play, ipw.Play)
    assert slider is explorer.controls["count"]
    assert (play.min, play.max, play.step, play.value) == (2, 9, 1, 5)


def test_only_whole_numbers_can_be_played():
    with pytest.raises(ValueError, match="whole numbers"):
        control(0.5, 0.0, 1.0, 0.1, "share", play=True)
