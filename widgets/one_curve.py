"""How much do fewer than k shares of Shamir's scheme tell about the secret?

The grid is all of GF(p) x GF(p). Somebody holds a few points of the dealer's curve and supposes a secret; the curve
through both is drawn. Beside the column of secrets, a bar for each: how many curves it still has.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from polyquant._random import repeatable
from polyquant.algebra import polynomial
from polyquant.algebra.gfp import PrimeField
from polyquant.sharing import shamir

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, GRID, MUTED, PAPER, SHADE, SIGNAL, dress

PRIMES = ("7", "11", "13", "17", "23", "31")
PARTIES = (3, 6, 1, 5, 2)  # in the order in which their shares are found


@dataclass(frozen=True)
class Params:
    p: str = choice("17", PRIMES, "field of p numbers, p =")
    k: int = control(3, 2, len(PARTIES), 1, "threshold k")
    held: int = control(2, 0, len(PARTIES), 1, "shares you hold")
    guess: int = control(4, 0, 30, 1, "suppose the secret is", hint="counted modulo p")


@dataclass(frozen=True, eq=False)
class Frame:
    p: int
    k: int
    guess: int
    held: list[tuple[int, int]]  # points of the dealer's curve
    curve: list[int] | None  # values at 0 .. p-1 of a curve through the held points and (0, guess)
    count: list[int]  # for each secret, the curves through the held points


def compute(params: Params) -> Frame:
    field = PrimeField(int(params.p))
    p, k, guess = field.p, params.k, params.guess % field.p
    dealt = shamir.deal(9 % p, k, PARTIES, field=field, entropy=repeatable(b"one curve %d %d" % (p, k)))
    points = [(share.x, int(share.value)) for share in dealt]
    held = points[: params.held]
    curve = _values(field, [(0, guess), *points[: k - 1]])
    if len(held) < k:
        return Frame(p, k, guess, held, curve, [p ** (k - 1 - len(held))] * p)
    secret = int(shamir.recover(dealt[:k]))
    count = [int(s == secret) for s in range(p)]
    return Frame(p, k, guess, held, curve if guess == secret else None, count)


def _values(field: PrimeField, points: list[tuple[int, int]]) -> list[int]:
    """The curve of lowest degree through *points*, at every place of the field."""
    curve = polynomial.interpolate(field, [x for x, _ in points], [y for _, y in points])
    return [polynomial.evaluate(field, curve, x) for x in range(field.p)]


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 2, shared_yaxes=True, column_widths=[0.24, 0.76], horizontal_spacing=0.02)
    figure.add_bar(orientation="h", row=1, col=1, width=0.7, hovertemplate="secret %{y}: %{x} curves<extra></extra>")
    grid = {"mode": "markers", "hoverinfo": "skip", "row": 1, "col": 2}
    figure.add_scatter(marker={"size": 4, "color": "#cfcfcf"}, **grid)
    figure.add_scatter(row=1, col=2, mode="lines", line={"color": ACCENT, "width": 1.5}, hoverinfo="skip")
    figure.add_scatter(marker={"size": 9, "color": ACCENT}, **grid)
    square = {"size": 15, "color": SIGNAL, "symbol": "square", "line": {"color": PAPER, "width": 2}}
    figure.add_scatter(marker=square, **grid)
    ring = {"size": 17, "color": ACCENT, "symbol": "circle-open", "line": {"width": 3}}
    figure.add_scatter(marker=ring, **grid)
    figure.add_shape(type="rect", xref="x2", yref="y2 domain", x0=-0.5, x1=0.5, y0=0, y1=1, layer="below")
    figure.layout.shapes[0].update(fillcolor=SHADE, line_width=0)
    figure.add_annotation(xref="x2", yref="y2 domain", x=0, y=1, yanchor="bottom", text="secret")
    dress(figure, height=500, showlegend=False, margin={"t": 68})
    figure.update_yaxes(title_text="value", showgrid=False, showline=False, ticks="", row=1, col=1)
    figure.update_yaxes(showgrid=False, showline=False, ticks="", row=1, col=2)
    figure.update_xaxes(title_text="curves that fit", showgrid=True, gridcolor=GRID, row=1, col=1)
    figure.update_xaxes(title_text="party x (the secret sits at x = 0)", showgrid=False, row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    bars, grid, line, dots, held, ring = figure.data
    p = frame.p
    bars.y, bars.x = list(range(p)), frame.count
    bars.marker.color = [ACCENT if s == frame.guess else MUTED for s in range(p)]
    places = np.arange(p * p)
    grid.x, grid.y = places // p, places % p
    curve = frame.curve or []
    dots.x, dots.y = list(range(len(curve))), curve
    line.x, line.y = _wrapped(curve, p) if frame.k == 2 else (list(range(len(curve))), curve)
    line.opacity = 1 if frame.k == 2 else 0.45
    held.x, held.y = [x for x, _ in frame.held], [y for _, y in frame.held]
    ring.x, ring.y = [0], [frame.guess]
    ring.marker.symbol = "circle-open" if curve else "x"
    step = 1 if p < 14 else 2 if p < 24 else 5
    for axis in (figure.layout.yaxis, figure.layout.yaxis2):
        axis.update(range=[-0.9, p - 0.1], dtick=step, tick0=0)
    figure.layout.xaxis2.update(range=[-0.9, p - 0.1], dtick=step, tick0=0)
    top = max(frame.count)
    figure.layout.xaxis.update(range=[1.15 * top, 0], tickvals=[0, top], ticktext=["0", f"{top:,}"])
    figure.layout.title.text = _verdict(frame)


def _wrapped(curve: list[int], p: int) -> tuple[list[float | None], list[float | None]]:
    """The straight line through the values of a curve of degree 1, broken where it leaves the grid."""
    if not curve:
        return [], []
    slope = (curve[1] - curve[0] + p // 2) % p - p // 2
    out, back = (p - 0.5, -0.5) if slope > 0 else (-0.5, p - 0.5)
    xs: list[float | None] = [0.0]
    ys: list[float | None] = [float(curve[0])]
    rounds = abs(curve[0] + slope * (p - 1)) // p + 1
    for turn in range(rounds):
        at = (out - curve[0]) / slope + turn * p / abs(slope) if slope else p
        if at < p - 1:
            xs += [round(at, 3), None, round(at, 3)]
            ys += [out, None, back]
    return [*xs, p - 1.0], [*ys, float(curve[p - 1])]


def _verdict(frame: Frame) -> str:
    m, k = len(frame.held), frame.k
    if m >= k:
        return f"{m} shares, threshold {k}: one curve is left, and it says {frame.count.index(1)}"
    each = frame.count[0]
    many = "exactly one curve" if each == 1 else f"{each:,} curves"
    return f"{m} of {k} shares: each of the {frame.p} secrets has {many}"


def describe(frame: Frame) -> str:
    points = " ".join(f"({x}, {y})" for x, y in frame.held) or "none"
    fits = "passes through them too" if frame.curve else "cannot pass through them"
    return (
        f"In the field of {frame.p} numbers with threshold {frame.k} you hold the points {points}. A curve with the "
        f"secret {frame.guess} {fits}. {_verdict(frame)}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``p``, ``k``, ``held`` and ``guess``."""
    return Explorer(SCENE, **start)
