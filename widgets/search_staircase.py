"""Which point of a pyramid has nearly the direction of x? Four ways to search, on one walk.

The scale c of |x| grows; the pyramid point that is nearest to c |x| changes one pulse at a time. Below, the cosine of
each of these points with x: the best one is on this path, and the projection aims at c = K / sum|x|.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.quantize import Pyramid
from polyquant.quantize.insight import cosines, sweep

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT, CYCLE, DASHES, GOOD, INK, MUTED, SHADE, SIGNAL, WARNING, dress

N = 6
LEAST, MOST = 0.5, 2.0  # of the scale, in units of K / sum|x|


@dataclass(frozen=True)
class Params:
    vector: int = control(38, 1, 200, 1, "vector x, number", hint="Six normal numbers, sorted by magnitude")
    k: int = control(8, 2, 24, 1, "pulses K")
    c: float = control(1.0, LEAST, MOST, 0.02, "scale c, in units of K / sum|x|")


@dataclass(frozen=True, eq=False)
class Frame:
    vector: int
    k: int
    c: float
    target: NDArray[np.float64]  # shape (N,): |x| K / sum|x|, falling
    scales: NDArray[np.float64]  # where a pulse moves, in units of K / sum|x|
    points: NDArray[np.int64]  # shape (moves + 1, N)
    cosines: NDArray[np.float64]
    now: int  # which of the points is nearest at c
    found: dict[str, tuple[NDArray[np.int64], float]]  # method -> (point, cosine)

    @property
    def best(self) -> int:
        return int(self.cosines.argmax())


def compute(params: Params) -> Frame:
    x = _vector(params.vector)
    k, unit = params.k, params.k / x.sum()
    path = sweep(x, k)  # it scales x to a largest magnitude of one
    scales = path.scales / (k / (x / x.max()).sum())
    found = {}
    for method in ("projection", "greedy", "swaps", "exact"):
        point = Pyramid(N, k).nearest(x, method=method).astype(np.int64)
        found[method] = (point, float(cosines(x, [point])[0]))
    now = int(np.searchsorted(scales, params.c, side="left"))
    return Frame(params.vector, k, params.c, x * unit, scales, path.points, path.cosines, now, found)


def _vector(seed: int) -> NDArray[np.float64]:
    return np.sort(np.abs(np.random.default_rng(seed).normal(size=N)))[::-1]


def draw(frame: Frame) -> go.Figure:
    titles = ["pulses of the point nearest to c|x|", "at this c", "cosine of that point with x"]
    layout = {"specs": [[{}, {"rowspan": 2}], [{}, None]], "row_heights": [0.62, 0.38], "column_widths": [0.68, 0.32]}
    figure = make_subplots(2, 2, subplot_titles=titles, vertical_spacing=0.16, horizontal_spacing=0.1, **layout)
    for i in range(N):
        line = {"color": CYCLE[i], "dash": DASHES[i], "width": 2.5, "shape": "hv"}
        figure.add_scatter(row=1, col=1, mode="lines", name=f"y<sub>{i + 1}</sub>", line=line, hoverinfo="skip")
    line = {"color": SIGNAL, "width": 3, "shape": "hv"}
    figure.add_scatter(row=2, col=1, mode="lines", line=line, name="cosine", showlegend=False, hoverinfo="skip")
    looks = (("projection", WARNING, "x", "bottom right"), ("exact", GOOD, "star", "top center"))
    for name, colour, symbol, place in looks:
        mark = {"color": colour, "symbol": symbol, "size": 13}
        figure.add_scatter(row=2, col=1, mode="markers+text", marker=mark, name=name, hoverinfo="skip")
        figure.data[-1].update(text=[name], textposition=place, textfont={"color": INK, "size": 13}, showlegend=False)
    line = {"color": MUTED, "dash": "dash", "width": 2}
    figure.add_scatter(row=2, col=1, mode="lines+text", line=line, name="greedy", showlegend=False, hoverinfo="skip")
    figure.data[-1].update(text=["", "greedy  "], textposition="bottom left", textfont={"color": INK, "size": 13})
    for row in (1, 2):
        line = {"color": ACCENT, "width": 2.5}
        figure.add_scatter(row=row, col=1, mode="lines", line=line, name="c", showlegend=False, hoverinfo="skip")
    look = {"orientation": "h", "row": 1, "col": 2, "hoverinfo": "skip", "showlegend": False}
    figure.add_bar(name="c |x|", marker={"color": SHADE, "line": {"color": MUTED, "width": 1}}, **look)
    mark = {"color": ACCENT, "size": 12, "symbol": "diamond"}
    figure.add_scatter(row=1, col=2, mode="markers", marker=mark, name="y", showlegend=False, hoverinfo="skip")
    note = {"xref": "paper", "yref": "paper", "x": 1.0, "y": -0.16, "xanchor": "right", "font": {"size": 12}}
    figure.add_annotation(text="bars: c|x|, diamonds: pulses", **note)
    dress(figure, height=560, margin={"t": 118, "b": 76}, legend_y=1.07, bargap=0.35)
    figure.update_xaxes(range=[LEAST, MOST], showticklabels=False, row=1, col=1, title_text="")
    figure.update_yaxes(title_text="pulses", rangemode="tozero", row=1, col=1)
    figure.update_xaxes(title_text="scale c, 1 = K / sum|x|", range=[LEAST, MOST], row=2, col=1)
    figure.update_yaxes(title_text="cosine", tickformat=".3f", nticks=5, row=2, col=1)
    figure.update_xaxes(title_text="pulses", row=1, col=2)
    names = [f"y<sub>{i + 1}</sub>" for i in range(N)]
    ticks = {"tickvals": list(range(1, N + 1)), "ticktext": names, "autorange": "reversed", "ticks": ""}
    figure.update_yaxes(title_text="entry", showline=False, row=1, col=2, **ticks)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    *steps, cosine, projection, exact, pulses, here, below, bars, dots = figure.data
    inside = [i for i, c in enumerate(frame.scales) if LEAST < c < MOST]
    first = int((frame.scales <= LEAST).sum())
    x = [LEAST, *frame.scales[inside].round(5).tolist(), MOST]
    rows = [first, *(i + 1 for i in inside), (inside[-1] + 1 if inside else first)]
    for i, line in enumerate(steps):
        lift = (N / 2 - i) * 0.035 * max(1.0, frame.k / 12)  # so that equal ones lie side by side
        line.x, line.y = x, (frame.points[rows, i] + lift).round(4)
    cosine.x, cosine.y = x, frame.cosines[rows].round(6)
    value = frame.found["greedy"][1]
    pulses.x, pulses.y = [LEAST, MOST], [round(value, 6)] * 2
    low, high = min(value, float(frame.cosines[rows].min())), float(frame.cosines.max())
    room = 0.35 * (high - low) + 1e-4
    for marks, name in ((projection, "projection"), (exact, "exact")):
        place, value = frame.found[name]
        marks.x, marks.y = [_middle(frame, place)], [round(value, 6)]
    figure.layout.yaxis3.range = [low - room, high + room]
    top = int(frame.points[rows].max()) + 0.6
    here.x, here.y = [frame.c, frame.c], [-0.3, top]
    below.x, below.y = [frame.c, frame.c], [low - room, high + room]
    figure.layout.yaxis.range = [-0.3, top]
    bars.y, bars.x = list(range(1, N + 1)), (frame.c * frame.target).round(4)
    dots.y, dots.x = list(range(1, N + 1)), frame.points[frame.now]
    figure.layout.title.text = _verdict(frame)


def _middle(frame: Frame, point: NDArray[np.int64]) -> float:
    """Where on the path *point* is, in what is shown; the projection, if it is nowhere else, at c = 1."""
    hits = np.flatnonzero((frame.points == point).all(axis=1))
    if not hits.size:
        return 1.0
    ends = np.concatenate([[0.0], frame.scales, [MOST * 2]])
    return round(float(np.clip(np.clip(ends[hits[0] : hits[0] + 2], LEAST, MOST).mean(), LEAST, MOST)), 5)


def _verdict(frame: Frame) -> str:
    loss = (1 - frame.found["projection"][1] ** 2) / (1 - frame.found["exact"][1] ** 2) - 1
    words = f"{loss:.1%} more error than the best" if loss > 5e-4 else "nothing worse than the best"
    return f"x number {frame.vector}, K = {frame.k}: the projection has {words}"


def describe(frame: Frame) -> str:
    order = ", ".join(f"{name} {cosine:.5f}" for name, (_, cosine) in frame.found.items())
    point = ", ".join(map(str, frame.points[frame.now].tolist()))
    return (
        f"{_verdict(frame)}. At c = {frame.c:.2f} the nearest point is ({point}), with cosine "
        f"{frame.cosines[frame.now]:.5f}; it is number {frame.now + 1} of {len(frame.points)} on the path, and number "
        f"{frame.best + 1} has the best. Cosines found: {order}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float) -> Explorer:
    """The live figure; *start* sets ``vector``, ``k`` and ``c``."""
    return Explorer(SCENE, **start)
