"""Every scene keeps the contract, and the contract notices scenes that do not."""

import dataclasses
import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import polyquant_widgets
import pytest
from polyquant_widgets import SCENES
from polyquant_widgets._contract import BrokenPromise, keep
from polyquant_widgets._scene import Scene, choice, control, switch, text
from polyquant_widgets._theme import SIGNAL, blank

from polyquant.ldp._kernels import gram


def complaint(scene, corners=6):
    """Which promise the scene breaks, in words, or None; any other error fails the test."""
    try:
        keep(scene, corners)
    except BrokenPromise as error:
        return str(error)
    return None


HEAVY = {  # thousands of unknowns, dozens of runs: minutes without the compiler
    "alike_dials",
    "trade_off_room",
    "phase_transition",
    "noise_curves",
    "never_build",
    "forest",
}
compiled = hasattr(gram.multiply, "overloads")
scenes = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.skipif(name in HEAVY and not compiled, reason="needs the compiler"))
        for name in SCENES
    ],
)


@scenes
def test_scene_keeps_the_contract(name):
    assert complaint(import_module(f"polyquant_widgets.{name}").SCENE) is None


@scenes
def test_scene_module_explains_itself_and_can_be_explored(name):
    module = import_module(f"polyquant_widgets.{name}")
    assert module.__doc__
    assert module.explore().caption.text == module.SCENE.describe(module.SCENE.compute(module.Params()))


def test_every_figure_is_registered():
    folder = Path(polyquant_widgets.__file__).parent
    modules = {path.stem for path in folder.glob("[a-z]*.py")}
    assert modules == set(SCENES)


def test_the_registry_is_lazy_and_names_what_it_has():
    assert getattr(polyquant_widgets, SCENES[0]).SCENE
    with pytest.raises(AttributeError, match=f"the live figures are .*{SCENES[0]}"):
        polyquant_widgets.no_such_figure  # noqa: B018


# A scene that is right, with one control of each kind, and then one fault at a time.


@dataclass(frozen=True)
class Params:
    count: int = control(5, 2, 9, 1, "points")
    scale: float = control(1.0, 0.1, 10.0, 1.5, "scale", log=True)
    law: str = choice("line", ("line", "square"), "law")
    dots: bool = switch(False, "dots")
    name: str = text("abc", "name", longest=6, alphabet="abc")


@dataclass(frozen=True, eq=False)
class Frame:
    params: Params
    x: np.ndarray
    y: np.ndarray


def compute(params):
    if params.count == 9 and params.dots:
        raise ValueError("nine points leave no room for dots")
    x = np.arange(params.count)
    return Frame(params, x, params.scale * x ** (2 if params.law == "square" else 1))


def draw(frame):
    figure = blank("x", "y", title_text="")
    figure.add_scatter(mode="lines", line_color=SIGNAL)
    figure.add_bar()
    redraw(figure, frame)
    return figure


def redraw(figure, frame):
    line, bars = figure.data
    line.x, line.y = frame.x, frame.y
    bars.x, bars.y = frame.x, frame.y / 2
    line.mode = "lines+markers" if frame.params.dots else "lines"
    figure.layout.title.text = frame.params.name


def describe(frame):
    return f"The curve {frame.params.name} has {len(frame.x)} points, to {frame.y[-1]:.3g}, {frame.params}."


GOOD = Scene(Params, compute, draw, redraw, describe)


def test_a_right_scene_keeps_the_contract():
    assert complaint(GOOD) is None


def broken(message, **parts):
    """Whether the good scene with other *parts* breaks the promise that *message*, a pattern, tells of."""
    said = complaint(dataclasses.replace(GOOD, **parts), corners=6)
    return said is not None and re.search(message, said)


def test_a_redraw_that_forgets_a_trace_is_noticed():
    def forgetful(figure, frame):
        figure.data[0].update(x=frame.x, y=frame.y, mode="lines+markers" if frame.params.dots else "lines")
        figure.layout.title.text = frame.params.name

    assert broken(r"redrawn to .*: differs in data\[1\]", redraw=forgetful)


def test_a_trace_that_even_draw_leaves_empty_is_noticed():
    def forgetful(figure, frame):
        bars = figure.data[1]
        redraw(figure, frame)
        bars.y = None

    def drawer(frame):
        figure = draw(frame)
        forgetful(figure, frame)
        return figure

    assert broken(r"trace 1 \(bar\) never gets any y", redraw=forgetful, draw=drawer)


def test_a_redraw_that_reads_back_what_it_assigned_is_noticed():
    def reader(figure, frame):
        redraw(figure, frame)
        figure.data[1].y = figure.data[0].y / 2 + 1  # in a batch this is the old y

    def drawer(frame):
        figure = draw(frame)
        reader(figure, frame)
        return figure

    assert broken(r"redrawn to .*: differs in data\[1\]\.y", redraw=reader, draw=drawer)


def test_a_redraw_that_forgets_the_title_is_noticed():
    def forgetful(figure, frame):
        title = figure.layout.title.text
        redraw(figure, dataclasses.replace(frame, params=dataclasses.replace(frame.params, name=title)))

    assert broken(r"redrawn to .*: differs in layout\.title\.text", redraw=forgetful)


@pytest.mark.parametrize("name", ["count", "scale", "law", "dots", "name"])
def test_a_dead_control_is_noticed(name):
    def deaf(params):
        return compute(dataclasses.replace(params, **{name: getattr(Params(), name)}))

    assert broken(f"control {name} does not change both|{name} = .* changes nothing", compute=deaf)


def test_a_control_that_moves_the_picture_but_not_the_words_is_noticed():
    assert broken("control count does not change both", describe=lambda frame: "There is a curve.")


def test_a_control_that_moves_the_words_but_not_the_picture_is_noticed():
    def still(figure, frame):
        redraw(figure, compute(Params()))

    assert broken("control count does not change both", redraw=still, draw=lambda frame: draw(compute(Params())))


def test_an_option_that_does_nothing_is_noticed():
    @dataclass(frozen=True)
    class More(Params):
        law: str = choice("line", ("line", "square", "cube"), "law")

    def deaf(params):
        return compute(dataclasses.replace(params, law="line" if params.law == "cube" else params.law))

    assert broken("law = 'cube' changes nothing", Params=More, compute=deaf)


def test_a_crashing_compute_is_noticed():
    def crash(params):
        if params.count == 9:
            raise IndexError("list index out of range")
        return compute(params)

    assert broken("count=9.* cannot be computed, IndexError", compute=crash)


def test_a_refusal_without_a_reason_is_noticed():
    def curt(params):
        if params.count == 9:
            raise ValueError("bad")
        return compute(params)

    assert broken("refused without a reason: bad", compute=curt)


def test_a_scene_that_refuses_most_settings_is_noticed():
    def fussy(params):
        if params != Params():
            raise ValueError("only the first settings are possible")
        return compute(params)

    assert broken("settings are refused", compute=fussy)


def test_numbers_that_are_not_finite_are_noticed():
    def infinite(params):
        frame = compute(params)
        return dataclasses.replace(frame, y=np.where(frame.x == 8, np.inf, frame.y))

    assert broken("draws a y that is not finite at .*count=9", compute=infinite)


def test_a_frame_with_a_figure_inside_is_noticed():
    def mixed(params):
        frame = compute(params)
        return dataclasses.replace(frame, params=go.Figure())

    def plain(figure, frame):
        figure.data[0].update(x=frame.x, y=frame.y)

    fixed = {"redraw": plain, "draw": lambda frame: blank("x", "y").add_scatter(x=frame.x, y=frame.y)}
    assert broken("holds a Figure of plotly", compute=mixed, **fixed)


def test_an_axis_without_a_title_is_noticed():
    assert broken("axis y has no title", draw=lambda frame: draw(frame).update_yaxes(title_text=""))


@pytest.mark.parametrize("sentence", ["", "no end", "One. Two. Three. Four."])
def test_a_caption_that_is_not_one_to_three_sentences_is_noticed(sentence):
    assert broken("sentence", describe=lambda frame: sentence)


def test_a_picture_that_changes_by_itself_is_noticed():
    calls = []

    def restless(params):
        calls.append(params)
        return dataclasses.replace(compute(params), x=np.arange(params.count) + len(calls))

    assert broken("computed again: differs in data", compute=restless)


def test_a_step_of_too_many_bytes_is_noticed():
    def heavy(figure, frame):
        redraw(figure, frame)
        figure.data[0].customdata = np.arange(15_000) + frame.params.count

    def drawer(frame):
        figure = draw(frame)
        heavy(figure, frame)
        return figure

    assert broken("count = .* sends 12[0-9]{4} bytes", redraw=heavy, draw=drawer)


def test_params_that_can_be_changed_are_noticed():
    @dataclass
    class Loose:
        count: int = control(5, 2, 9, 1, "points")

    assert broken("frozen", Params=Loose)
