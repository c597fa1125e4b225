"""What happens when more guests come than were planned for?

Left, Shamir's scheme: a field of q elements is a ring of q seats, and one of them belongs to the secret. Right, words
of a prefix code: each guest takes a piece of the ring, and what is left is never used up.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.prefix import delta, gamma, kraft, omega

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, INK, MUTED, PAPER, SHADE, SIGNAL, WARNING, dress

CODES = {"Elias gamma": gamma, "Elias delta": delta, "Elias omega": omega}
SEATS = ("8", "16", "32")
DEEP = "#004f7c"  # a darker SIGNAL for every second piece
INNER, OUTER = 0.62, 1.0


@dataclass(frozen=True)
class Params:
    t: int = control(9, 1, 64, 1, "guests so far")
    q: str = choice("8", SEATS, "planned: a field of q elements, q =")
    code: str = choice("Elias gamma", tuple(CODES), "words of the code")


@dataclass(frozen=True, eq=False)
class Frame:
    t: int
    q: int
    code: str
    lengths: NDArray[np.int64]  # bits of the words of guests 1 .. t
    free: Fraction

    @property
    def outside(self) -> int:
        return max(0, self.t - (self.q - 1))


def compute(params: Params) -> Frame:
    lengths = [int(CODES[params.code].length(t)) for t in range(1, params.t + 1)]
    return Frame(params.t, int(params.q), params.code, np.array(lengths), 1 - kraft(lengths))


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 2, horizontal_spacing=0.02, subplot_titles=[" ", " "])
    seats = {"mode": "markers+text", "row": 1, "col": 1, "hoverinfo": "skip"}
    figure.add_scatter(textfont={"size": 12, "color": PAPER}, **seats)
    figure.add_scatter(textfont={"size": 12, "color": PAPER}, **seats, marker={"size": 25, "color": WARNING})
    figure.data[1].marker.symbol = "square"
    for colour in (SIGNAL, DEEP, ACCENT, SHADE):
        look = {"fill": "toself", "fillcolor": colour, "line": {"color": colour, "width": 2 * (colour == ACCENT)}}
        figure.add_scatter(row=1, col=2, mode="lines", hoverinfo="skip", **look)
    figure.add_scatter(row=1, col=2, mode="text", textfont={"size": 12, "color": PAPER}, hoverinfo="skip")
    for xref, yref in (("x", "y"), ("x2", "y2")):
        figure.add_annotation(x=0, y=0, xref=xref, yref=yref, font={"size": 14, "color": INK})
    dress(figure, height=430, showlegend=False, margin={"t": 84, "b": 12, "l": 12, "r": 12})
    figure.update_xaxes(visible=False, range=[-1.4, 1.4], constrain="domain")
    figure.update_yaxes(visible=False, range=[-1.4, 1.4], constrain="domain", scaleanchor="x")
    figure.update_yaxes(scaleanchor="x2", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    seats, crowd, even, odd, last, free, names = figure.data
    t, q = frame.t, frame.q
    angle = np.arange(q) / q
    seats.x, seats.y = _at(angle, 0.85)
    seats.text = ["s", *(str(x) if x <= t else "" for x in range(1, q))]
    colours = [ACCENT if x == t else SIGNAL if x <= t else SHADE for x in range(1, q)]
    seats.marker.update(color=[MUTED, *colours], size=25 if q < 32 else 21)
    waiting = np.arange(frame.outside)
    crowd.x, crowd.y = _at(waiting / 36 + 0.02, 1.12 + 0.22 * (waiting >= 36))
    crowd.text = [str(q + int(i)) for i in waiting]
    ends = np.cumsum([0.0, *(0.5**frame.lengths)])
    for trace, which in ((even, range(0, t - 1, 2)), (odd, range(1, t - 1, 2)), (last, range(t - 1, t))):
        trace.x, trace.y = _pieces([(ends[i], ends[i + 1]) for i in which])
    free.x, free.y = _pieces([(ends[-1], 1.0)])
    wide = [i for i in range(t) if frame.lengths[i] <= 5]
    names.x, names.y = _at(np.array([(ends[i] + ends[i + 1]) / 2 for i in wide]), (INNER + OUTER) / 2)
    names.text = [str(i + 1) for i in wide]
    left, right, seated, pieces = figure.layout.annotations
    left.text, right.text = f"<b>Shamir, planned for {q - 1} guests</b>", f"<b>words of {frame.code}</b>"
    seated.text = f"{frame.outside} outside" if frame.outside else f"{q - 1 - t} seats free"
    seated.font.color = WARNING if frame.outside or t == q - 1 else INK
    pieces.text = f"{_small(frame.free)}<br>still free"
    figure.layout.title.text = _verdict(frame)


def _at(turns: NDArray[np.float64], radius: float | NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """Places on a ring, clockwise from the top."""
    x, y = radius * np.sin(2 * np.pi * turns), radius * np.cos(2 * np.pi * turns)
    return np.round(x, 4).tolist(), np.round(y, 4).tolist()


def _pieces(arcs: list[tuple[float, float]]) -> tuple[list[float | None], list[float | None]]:
    """Outlines of pieces of the ring, with gaps between them."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for start, end in arcs:
        turns = np.linspace(start, end, 2 + int(120 * (end - start)))
        for radius, way in ((OUTER, turns), (INNER, turns[::-1]), (OUTER, turns[:1])):
            x, y = _at(way, radius)
            xs += x
            ys += y
        xs.append(None)
        ys.append(None)
    return xs[:-1], ys[:-1]


def _small(value: Fraction) -> str:
    return str(value) if value.denominator < 1000 else f"1 / {float(1 / value):,.0f}"


def _verdict(frame: Frame) -> str:
    if frame.outside:
        return f"Guest {frame.t} finds no seat in GF({frame.q}), but a word of {frame.lengths[-1]} bits"
    return f"Guest {frame.t} sits at x = {frame.t} in GF({frame.q}), and has a word of {frame.lengths[-1]} bits"


def describe(frame: Frame) -> str:
    outside = f"{frame.outside} of {frame.t} guests stand outside" if frame.outside else "all guests have a seat"
    return (
        f"Shamir's scheme planned for {frame.q - 1} guests, with one more seat for the secret: {outside}. In "
        f"{frame.code} guest {frame.t} has a word of {frame.lengths[-1]} bits, and {_small(frame.free)} of the ring is "
        "still free for all who come later."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``t``, ``q`` and ``code``."""
    return Explorer(SCENE, **start)
