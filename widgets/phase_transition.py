"""How many coefficients can a bin bear?

Each cell is the share of random spectra that peeling recovers completely, 40 of them for each cell, computed before
(``python -m polyquant.transforms.spright.trials phase FILE``). The dashed steps are the limit for infinitely
many bins, from the theory. The cell under the diamond is computed now, with spectra of its own.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.transforms.spright.insight import density_evolution, threshold
from polyquant.transforms.spright.trials import success

from ._explorer import Explorer
from ._scene import Long, Scene, control
from ._theme import ACCENT, PAPER, SCALE, SIGNAL, WARNING, dress

N, FEW, MANY, STEPS = 16, 8, 200, 30
FRESH = 10_000  # seeds of the live spectra start here; those of the grid are below


@dataclass(frozen=True)
class Params:
    load: float = control(2.0, 0.25, 4.5, 0.25, "coefficients a bin, K / B")
    C: int = control(3, 2, 5, 1, "groups C")
    b: int = control(6, 4, 8, 1, "b: 2^b bins a group")


@dataclass(frozen=True, eq=False)
class Frame:
    load: float
    C: int
    b: int
    loads: NDArray[np.float64]
    groups: NDArray[np.int64]
    rates: NDArray[np.float64]  # shape (groups, loads)
    limits: NDArray[np.float64]  # shape (groups,)
    left: NDArray[np.float64]  # share of lines that are left after each round, infinitely many bins
    wins: int
    trials: int

    @property
    def K(self) -> int:
        return round(self.load * (1 << self.b))


def compute(params: Params) -> Frame:
    loads, groups, rates = _grid()
    limits = np.array([threshold(int(C)) for C in groups])
    left = np.array(density_evolution(params.load, params.C, STEPS))
    frame = Frame(params.load, params.C, params.b, loads, groups, rates[params.b], limits, left, 0, 0)
    return _more(frame, FEW if params.b < 7 else FEW // 2)


def _more(frame: Frame, count: int) -> Frame:
    """*frame* with the outcome of *count* more spectra."""
    seeds = range(FRESH + frame.trials, FRESH + frame.trials + count)
    wins = sum(success(N, frame.b, frame.C, frame.K, seed) for seed in seeds)
    return replace(frame, wins=frame.wins + wins, trials=frame.trials + count)


def steps(params: Params, frame: Frame) -> Iterator[tuple[float, Frame]]:
    """Up to 200 spectra in the cell, a few at a time."""
    many = frame.trials + MANY
    start = frame.trials
    while frame.trials < many:
        frame = _more(frame, min(4, many - frame.trials))
        yield (frame.trials - start) / MANY, frame


@lru_cache(maxsize=1)
def _grid() -> tuple[NDArray[np.float64], NDArray[np.int64], dict[int, NDArray[np.float64]]]:
    text = (resources.files(__package__) / "phase_grid.csv").read_text("ascii")
    rows = [(int(r["b"]), int(r["C"]), float(r["load"]), int(r["wins"])) for r in csv.DictReader(text.splitlines())]
    loads = sorted({row[2] for row in rows})
    groups = sorted({row[1] for row in rows})
    rates = {b: np.zeros((len(groups), len(loads))) for b in {row[0] for row in rows}}
    most = max(row[3] for row in rows)
    for b, C, load, wins in rows:
        rates[b][groups.index(C), loads.index(load)] = wins / most
    return np.array(loads), np.array(groups, np.int64), rates


def draw(frame: Frame) -> go.Figure:
    titles = ["share of spectra that are recovered", "lines left, if B is large"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.62, 0.38], horizontal_spacing=0.17)
    bar = {"x": 0.585, "thickness": 12, "tickformat": ".0%", "tickvals": [0, 0.5, 1]}
    cells = {"colorscale": SCALE, "zmin": 0, "zmax": 1, "colorbar": bar, "xgap": 1, "ygap": 3}
    figure.add_heatmap(hovertemplate="C = %{y}, K/B = %{x}: %{z:.0%}<extra></extra>", **cells)
    line = {"color": WARNING, "width": 4, "dash": "dash"}
    figure.add_scatter(mode="lines", line=line, hoverinfo="skip", name="limit of the theory")
    mark = {"symbol": "diamond", "size": 20, "color": ACCENT, "line": {"color": PAPER, "width": 3}}
    figure.add_scatter(mode="markers", marker=mark, name="computed now", hoverinfo="skip")
    curve = {"color": SIGNAL, "width": 2.5}
    figure.add_scatter(row=1, col=2, mode="lines+markers", line=curve, marker={"size": 5}, showlegend=False)
    dress(figure, height=460, margin={"t": 112}, legend_y=1.1)
    figure.update_xaxes(
        title_text="coefficients a bin, K / B", showgrid=False, range=[0.12, 4.63], dtick=0.5, row=1, col=1
    )
    figure.update_yaxes(title_text="groups C", showgrid=False, tickvals=[2, 3, 4, 5], row=1, col=1)
    figure.update_xaxes(title_text="round", range=[-1, STEPS + 1], row=1, col=2)
    figure.update_yaxes(title_text="share of lines left", range=[-0.03, 1.03], tickformat=".0%", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    cells, limit, here, rest = figure.data
    cells.x, cells.y, cells.z = frame.loads, frame.groups, frame.rates
    limit.x = [x for x in frame.limits.round(4).tolist() for _ in range(2)]
    limit.y = [y for C in frame.groups.tolist() for y in (C - 0.5, C + 0.5)]
    here.x, here.y = [frame.load], [frame.C]
    rest.x, rest.y = list(range(frame.left.size)), frame.left.round(5)
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    place = f"C = {frame.C} groups of B = {1 << frame.b} bins, K = {frame.K} coefficients"
    return f"{place}: {frame.wins} of {frame.trials} recovered"


def describe(frame: Frame) -> str:
    side = "below" if frame.load < frame.limits[frame.C - 2] else "above"
    cell = frame.rates[frame.C - 2, int(np.argmin(np.abs(frame.loads - frame.load)))]
    return (
        f"{_verdict(frame)} just now, {cell:.0%} of the 40 computed before. {frame.load:g} coefficients a bin are "
        f"{side} the limit of {frame.limits[frame.C - 2]:.4f} for very many bins, where {frame.left[-1]:.0%} of the "
        f"lines are left after {STEPS} rounds."
    )


SCENE = Scene(Params, compute, draw, redraw, describe, Long(f"{MANY} more spectra here", steps))


def explore(**start: float) -> Explorer:
    """The live figure; *start* sets ``load``, ``C`` and ``b``."""
    return Explorer(SCENE, **start)
