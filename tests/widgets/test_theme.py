"""Colours can be read on the card, in both themes, and told apart by readers who see fewer of them."""

import itertools

import numpy as np
import plotly.graph_objects as go
import pytest
from polyquant_widgets import _theme as theme

TEXT = {
    "INK": theme.INK,
    "MUTED": theme.MUTED,
    "SIGNAL": theme.SIGNAL,
    "WARNING": theme.WARNING,
    "VIOLET": theme.VIOLET,
}
# Simulation of missing cones, severity 1: Machado, Oliveira and Fernandes 2009, on linear RGB
EYES = {
    "three cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """The ratio of WCAG 2."""
    low, high = sorted(float(XYZ[1] @ linear(c)) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    t = XYZ @ np.clip(rgb, 0, 1) / XYZ.sum(axis=1)
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


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
    seen = [lab(np.array(EYES[eye]) @ linear(c)) for c in theme.CYCLE]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 15


@pytest.mark.parametrize("scale", [theme.SCALE, theme.DIVERGING])
def test_scales_are_ordered_by_lightness_on_each_side_of_their_middle(scale):
    light = [float(lab(linear(colour))[0]) for _, colour in scale]
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
