"""Colours can be read on the card, in both themes, and told apart by readers who see fewer of them."""

import itertools

import plotly.graph_objects as go
import pytest
from polyquant_widgets import _theme as theme
from polyquant_widgets._sight import EYES, contrast, distance, lab

TEXT = {
    "INK": theme.INK,
    "MUTED": theme.MUTED,
    "SIGNAL": theme.SIGNAL,
    "ACCENT_INK": theme.ACCENT_INK,
    "WARNING": theme.WARNING,
    "VIOLET": theme.VIOLET,
}


def test_the_ratio_is_21_for_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("name", TEXT)
def test_colours_of_text_have_a_contrast_of_four_and_a_half(name):
    assert contrast(TEXT[name], theme.PAPER) >= 4.5


@pytest.mark.parametrize("colour", sorted({*theme.CYCLE, theme.WARNING, theme.GOOD}))
def test_colours_of_marks_have_a_contrast_of_three(colour):
    assert contrast(colour, theme.PAPER) >= 3


def test_no_grey_can_be_read_on_both_themes_so_figures_bring_their_paper():
    greys = [f"#{v:02x}{v:02x}{v:02x}" for v in range(256)]
    assert max(min(contrast(g, "#ffffff"), contrast(g, "#111111")) for g in greys) < 4.5
    assert theme.TEMPLATE.layout.paper_bgcolor == theme.PAPER
    assert theme.TEMPLATE.layout.plot_bgcolor == theme.PAPER


@pytest.mark.parametrize("eye", EYES)
def test_curves_of_equal_rank_stay_apart(eye):
    assert min(distance(a, b, eye) for a, b in itertools.combinations(theme.CYCLE, 2)) > 15


@pytest.mark.parametrize("scale", [theme.SCALE, theme.DIVERGING])
def test_scales_are_ordered_by_lightness_on_each_side_of_their_middle(scale):
    light = [float(lab(colour)[0]) for _, colour in scale]
    top = light.index(max(light))
    assert light[: top + 1] == sorted(light[: top + 1])
    assert light[top:] == sorted(light[top:], reverse=True)
    assert [place for place, _ in scale] == sorted({place for place, _ in scale})


def test_six_neighbours_differ_in_colour_dash_and_marker():
    looks = [theme.style(i) for i in range(6)]
    for part, name in (("line", "color"), ("line", "dash"), ("marker", "symbol")):
        assert len({look[part][name] for look in looks}) == 6
    assert theme.style(6) == theme.style(0)


def test_blank_has_titles_height_and_the_template():
    figure = theme.blank("time", "bits", height=300, xaxis_type="log")
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("time", "bits")
    assert (figure.layout.height, figure.layout.xaxis.type) == (300, "log")
    assert figure.layout.template == theme.TEMPLATE


def test_dress_leaves_what_the_figure_says_itself():
    figure = theme.dress(go.Figure(layout={"title": {"text": "mine"}}), margin_t=10)
    assert (figure.layout.title.text, figure.layout.margin.t) == ("mine", 10)
