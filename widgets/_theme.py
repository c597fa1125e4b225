"""Colours, dashes and the one plotly template of all live figures.

A figure is a white card in every JupyterLab theme. No single grey reaches a contrast of 4.5 : 1 on both the white page
of the light theme and the #111 page of the dark one (the best has 4.35), and on the card the live figure, the saved
picture and the words "the orange line" mean the same thing everywhere. Every colour below has at least 3 : 1 against
the card, text at least 4.5 : 1, and the six of CYCLE stay apart under protanopia, deuteranopia and tritanopia
(tests/widgets/test_theme.py). Still, never tell two things apart by colour alone: add a dash, a marker or a label.
"""

from typing import Any

import plotly.graph_objects as go

PAPER = "#ffffff"
INK = "#2b2b2b"  # text and what is simply there
MUTED = "#6b6b6b"  # axes, references, bounds: what the eye compares with
GRID = "#e4e4e4"
SHADE = "#dbe8f1"  # areas behind curves, empty parts of a bar

SIGNAL = "#0072b2"  # blue: the thing under study
ACCENT = "#d55e00"  # vermilion: what the reader has just moved or should look at
ACCENT_INK = "#b34f00"  # the same in words
GOOD = "#1f9e63"  # green: it fits, it arrived, it is the best
WARNING = "#b3002d"  # dark red: over the limit, damaged, lost
ROSE = "#b0688a"
VIOLET = "#7959e7"
EARTH = "#594d41"

CYCLE = (SIGNAL, ACCENT, GOOD, ROSE, VIOLET, EARTH)  # for curves of equal rank, in this order
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
SCALE = ((0.0, "#f3f7fa"), (0.25, "#a9cbe3"), (0.5, "#4d97c6"), (0.75, "#1d5f93"), (1.0, "#0b2b4b"))  # light to dark
DIVERGING = (
    (0.0, "#8a3a00"),
    (0.25, "#e39a63"),
    (0.5, "#f7f7f7"),
    (0.75, "#6aaed6"),
    (1.0, "#084d85"),
)  # minus, zero, plus

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"


def _axis() -> dict[str, Any]:
    return {
        "color": MUTED,
        "gridcolor": GRID,
        "linecolor": MUTED,
        "zeroline": False,
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
        "automargin": True,
        "title": {"font": {"color": INK, "size": 14}, "standoff": 8},
        "tickfont": {"color": INK, "size": 12},
    }


TEMPLATE = go.layout.Template(
    layout={
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "font": {"family": FONT, "size": 13, "color": INK},
        "title": {"font": {"size": 16, "color": INK}, "x": 0.01, "xanchor": "left", "y": 0.98, "yanchor": "top"},
        "colorway": list(CYCLE),
        "colorscale": {"sequential": SCALE, "sequentialminus": SCALE, "diverging": DIVERGING},
        "margin": {"l": 56, "r": 24, "t": 72, "b": 48},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "traceorder": "normal",
            "font": {"size": 13},
        },
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": MUTED, "font": {"color": INK, "size": 13}},
        "annotationdefaults": {"font": {"color": INK, "size": 13}, "showarrow": False, "arrowcolor": MUTED},
        "bargap": 0.25,
        "xaxis": _axis(),
        "yaxis": _axis(),
    },
    data={
        "scatter": [{"line": {"width": 2.5}, "marker": {"size": 8}}],
        "heatmap": [{"colorscale": SCALE, "colorbar": {"thickness": 12, "outlinewidth": 0}}],
    },
)


def blank(x: str = "", y: str = "", *, height: int = 400, **layout: Any) -> go.Figure:
    """An empty figure in the house style with axis titles *x* and *y*, *height* pixels high.

    Further keywords go to the layout: ``blank("t", "bits", xaxis_type="log", title_text="...")``. For several panels,
    hand figures of ``plotly.subplots.make_subplots`` to :func:`dress` instead.
    """
    return dress(go.Figure(), xaxis_title_text=x, yaxis_title_text=y, height=height, **layout)


def dress(figure: go.Figure, **layout: Any) -> go.Figure:
    """The same *figure* with the template of this module, and *layout* updates applied."""
    figure.update_layout(template=TEMPLATE, **layout)
    return figure


def style(index: int) -> dict[str, Any]:
    """Line and marker of curve number *index*: colour, dash and marker all differ between neighbours."""
    colour = CYCLE[index % len(CYCLE)]
    return {
        "line": {"color": colour, "dash": DASHES[index % len(DASHES)]},
        "marker": {"color": colour, "symbol": MARKERS[index % len(MARKERS)]},
    }
