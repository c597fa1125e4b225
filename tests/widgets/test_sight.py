"""Every live figure can be read by eyes of every kind; the measure notices a figure that cannot."""

from importlib import import_module

import plotly.graph_objects as go
import pytest
from polyquant_widgets import SCENES, _sight, _theme
from polyquant_widgets._explorer import HERE


@pytest.mark.parametrize("name", SCENES)
def test_a_figure_can_be_read(name):
    scene = import_module(f"polyquant_widgets.{name}").SCENE
    assert _sight.complaints(scene.draw(scene.compute(scene.Params()))) == []


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda figure: figure.add_annotation(text="pale", font_color="#999999"), "annotation 'pale': contrast 2.8"),
        (lambda figure: figure.add_annotation(text="on dark", bgcolor="#222222"), "annotation 'on dark': contrast"),
        (lambda figure: figure.update_layout(title_font_color="#d55e00"), "title: contrast 3.9"),
        (lambda figure: figure.add_scatter(name="dim", mode="markers", marker_color="#bbbbbb"), "dim: contrast 1.9"),
        (lambda figure: figure.add_scatter(mode="text", textfont_color=["#000000", "#aaaaaa"]), "texts of a trace"),
        (
            lambda figure: [
                figure.add_scatter(name=name, mode="lines", line_color=colour)
                for name, colour in (("red", "#c0392b"), ("green", "#4d7f2b"))
            ],
            "red and green: ",
        ),
    ],
)
def test_what_cannot_be_read_is_told(make, complaint):
    figure = _theme.blank("x", "y")
    assert _sight.complaints(figure) == []
    make(figure)
    (told,) = _sight.complaints(figure)
    assert told.startswith(complaint)


def test_another_dash_or_marker_tells_two_alike_colours_apart():
    figure = go.Figure(_theme.blank("x", "y"))
    for name, colour, dash in (("red", "#c0392b", "solid"), ("green", "#4d7f2b", "dot")):
        figure.add_scatter(name=name, mode="lines", line={"color": colour, "dash": dash})
    assert _sight.complaints(figure) == []


def test_white_letters_on_marks_are_large_text():
    assert all(_sight.contrast("#ffffff", colour) >= _sight.MARK for colour in (*_theme.CYCLE, _theme.WARNING))


def test_readers_who_ask_for_less_motion_get_none():
    """No figure moves by itself; what the front end would slide into place jumps there."""
    for name in SCENES:
        scene = import_module(f"polyquant_widgets.{name}").SCENE
        figure = scene.draw(scene.compute(scene.Params()))
        assert not figure.frames
        assert not figure.layout.transition.duration
        assert not figure.layout.updatemenus
    assert "prefers-reduced-motion: reduce" in (HERE / "_explorer.css").read_text()
