"""How do the bins give up their coefficients, one by one?

Left the coefficients, right the bins of all groups; a line says who falls where. Each step takes a coefficient that is
alone in some bin out of all bins. What cannot be taken out in the end stays lit.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from polyquant.transforms.spright import bins, plan
from polyquant.transforms.spright.bins import places
from polyquant.transforms.spright.peel import peel
from polyquant.transforms.spright.trials import function, random_spectrum

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT, GOOD, SIGNAL, WARNING, blank

N = 14
LEFT, RIGHT = 0.0, 1.0


@dataclass(frozen=True)
class Params:
    step: int = control(3, 0, 40, 1, "coefficients taken out", play=True)
    K: int = control(12, 2, 40, 1, "coefficients K")
    b: int = control(3, 2, 4, 1, "b: 2^b bins a group")
    C: int = control(3, 1, 4, 1, "groups C")
    seed: int = control(1, 1, 40, 1, "other luck")


@dataclass(frozen=True, eq=False)
class Frame:
    step: int  # as asked for
    places: NDArray[np.int64]  # shape (C, K): in which bin of group c coefficient i falls
    B: int
    taken: list[int]  # coefficients by position, in the order in which they were taken out, up to the step
    giver: tuple[int, int] | None  # group and bin that gave the last one
    total: int  # how many can be taken out

    @property
    def alive(self) -> NDArray[np.bool_]:
        alive = np.ones(self.places.shape[1], np.bool_)
        alive[self.taken] = False
        return alive

    @property
    def loads(self) -> NDArray[np.int64]:
        """Coefficients that are left in each bin, shape (C, B)."""
        return np.array([np.bincount(row[self.alive], minlength=self.B) for row in self.places])

    @property
    def stuck(self) -> bool:
        return len(self.taken) == self.total < self.places.shape[1]


def compute(params: Params) -> Frame:
    design = plan(N, b=params.b, C=params.C, decoder="noiseless", seed=params.seed, dense=False)
    support, coeffs = random_spectrum(N, params.K, params.seed, equal=False)
    found = peel(design, bins(function(support, coeffs, N), design))
    where = places(design, support)
    position = {k: i for i, k in enumerate(support.tolist())}
    order, givers = [], []
    for k, group, j in zip(found.events.index[:, 0].tolist(), found.events.group, found.events.bin):
        if k in position and position[k] not in order:
            order.append(position[k])
            givers.append((int(group), int(j)))
    step = min(params.step, len(order))
    return Frame(params.step, where, 1 << params.b, order[:step], givers[step - 1] if step else None, len(order))


def draw(frame: Frame) -> go.Figure:
    figure = blank(height=640, showlegend=True, margin={"t": 96, "l": 24, "r": 24, "b": 24})
    quiet = {"mode": "lines", "hoverinfo": "skip"}
    figure.add_scatter(line={"color": "#8f8f8f", "width": 0.8, "dash": "dot"}, name="taken out", **quiet)
    figure.add_scatter(line={"color": SIGNAL, "width": 1.4}, name="still in the bins", **quiet)
    figure.add_scatter(line={"color": WARNING, "width": 1.8, "dash": "dash"}, name="stuck", **quiet)
    figure.add_scatter(line={"color": ACCENT, "width": 4}, name="this step", **quiet)
    figure.add_scatter(mode="markers", hovertemplate="%{hovertext}<extra></extra>", showlegend=False)
    figure.add_scatter(mode="markers+text", hovertemplate="%{hovertext}<extra></extra>", showlegend=False)
    figure.data[-1].update(textposition="middle right")
    figure.add_scatter(mode="text", textposition="middle right", hoverinfo="skip", showlegend=False)
    figure.data[-1].textfont.size = 14
    figure.update_xaxes(visible=False, range=[-0.25, 1.62])
    figure.update_yaxes(visible=False, range=[1.04, -0.1])
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    gone, here, stuck, now, left, right, words = figure.data
    C, K = frame.places.shape
    rows = (np.arange(K) + 0.5) / K
    heights = _heights(C, frame.B)
    alive, last = frame.alive, frame.taken[-1] if frame.taken else None
    edges = [(i, c) for i in range(K) for c in range(C)]
    for line, chosen in (
        (gone, lambda i: not alive[i] and i != last),
        (here, lambda i: alive[i] and not frame.stuck),
        (stuck, lambda i: alive[i] and frame.stuck),
        (now, lambda i: i == last),
    ):
        some = [(rows[i], heights[c, frame.places[c, i]]) for i, c in edges if chosen(i)]
        line.x = [x for _ in some for x in (LEFT, RIGHT, None)]
        line.y = [y for ends in some for y in (*np.round(ends, 4).tolist(), None)]
    left.x, left.y = [LEFT] * K, rows.round(4)
    left.hovertext = [f"coefficient {i + 1}" for i in range(K)]
    colours = [ACCENT if i == last else SIGNAL if alive[i] else GOOD for i in range(K)]
    left.marker = {"color": colours, "symbol": ["circle" if a else "square" for a in alive], "size": 13 - K // 8}
    loads = frame.loads
    right.x, right.y = [RIGHT] * (C * frame.B), heights.ravel().round(4)
    kinds = np.minimum(loads, 2).ravel()
    right.marker = {
        "color": [("#b5b5b5", GOOD, WARNING)[kind] for kind in kinds],
        "symbol": [("circle", "square", "x")[kind] for kind in kinds],
        "size": [(7, 11, 9)[kind] for kind in kinds],
    }
    right.text = [f" {load}" if load else "" for load in loads.ravel()]
    right.textfont = {"size": 12 if C * frame.B <= 36 else 10}
    right.hovertext = [f"group {c + 1}, bin {j}: {loads[c, j]} left" for c in range(C) for j in range(frame.B)]
    words.x = [RIGHT + 0.12] * C + [LEFT - 0.22, RIGHT - 0.08]
    words.y = [*heights.mean(axis=1).round(4).tolist(), -0.06, -0.06]
    words.text = [_summary(c, loads[c]) for c in range(C)] + ["coefficients", "bins, with what is left in them"]
    figure.layout.title.text = _verdict(frame)


def _heights(C: int, B: int) -> NDArray[np.float64]:
    """Where the bins stand, shape (C, B): groups have a gap between them."""
    gap = 0.05
    size = (1 - gap * (C - 1)) / C
    return np.array([[c * (size + gap) + size * (j + 0.5) / B for j in range(B)] for c in range(C)])


def _summary(c: int, loads: NDArray[np.int64]) -> str:
    return f"group {c + 1}:<br>{(loads == 1).sum()} with one,<br>{(loads > 1).sum()} with several"


def _verdict(frame: Frame) -> str:
    K, done = frame.places.shape[1], len(frame.taken)
    if frame.stuck:
        return f"Stuck: {done} of {K} taken out, and no bin has just one of the others"
    if done == K:
        return f"All {K} coefficients are taken out"
    return f"{done} of {K} coefficients taken out, {int((frame.loads == 1).sum())} bins have just one"


def describe(frame: Frame) -> str:
    C, K = frame.places.shape
    words = f"{_verdict(frame)}. {C} group{'s' * (C > 1)} of {frame.B} bins, {K / frame.B:.2g} coefficients a bin"
    if frame.giver is None:
        return f"{words}; nothing is taken out yet."
    group, j = frame.giver
    alike = "" if frame.step == len(frame.taken) else f" (there is no step {frame.step})"
    return f"{words}; the last one taken out was alone in bin {j} of group {group + 1}{alike}."


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int) -> Explorer:
    """The live figure; *start* sets ``step``, ``K``, ``b``, ``C`` and ``seed``."""
    return Explorer(SCENE, **start)
