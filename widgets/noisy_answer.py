"""What do many noisy answers say, and what does one?

Left, the truth and the server's estimate with bars of two standard errors; right, one report: which items it supports,
and how many bits travel.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant._random import repeatable
from polyquant.ldp import (
    HadamardResponse,
    LocalHashing,
    Mechanism,
    RandomizedResponse,
    SubsetSelection,
    Tally,
    UnaryEncoding,
)

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, INK, MUTED, SHADE, SIGNAL, dress

PROTOCOLS = {
    "GRR: one item": RandomizedResponse,
    "SS: a subset": SubsetSelection,
    "OUE: a bit for each item": UnaryEncoding,
    "OLH: a hashed item": LocalHashing,
    "HR: half of the items": HadamardResponse,
}
SHOWN = 40
BITS_SHOWN = 48


@dataclass(frozen=True)
class Params:
    protocol: str = choice("GRR: one item", tuple(PROTOCOLS), "protocol")
    epsilon: float = control(1.0, 0.25, 6.0, 0.25, "privacy epsilon", hint="small: much privacy, much noise")
    n: int = control(10_000, 100, 10**8, 1.6, "users n", log=True)
    k: int = control(64, 8, 4096, 2, "items k", log=True)
    skew: float = control(1.0, 0.0, 2.0, 0.1, "skew of the truth", hint="0: all items alike; 1: Zipf's law")
    crowd: int = control(1, 1, 30, 1, "crowd number", hint="other users with the same truth, other coins")


@dataclass(frozen=True, eq=False)
class Frame:
    name: str
    epsilon: float
    n: int
    k: int
    skew: float
    crowd: int
    truth: NDArray[np.float64]  # shape (k,)
    frequency: NDArray[np.float64]  # shape (k,)
    stderr: NDArray[np.float64]  # shape (k,)
    item: int  # of the one user
    support: NDArray[np.bool_]  # shape (k,): what the report speaks for
    bits: str  # of the report

    @property
    def inside(self) -> float:
        return float((np.abs(self.frequency - self.truth) <= 2 * self.stderr).mean())


def compute(params: Params) -> Frame:
    mechanism = _mechanism(params.protocol, params.k, params.epsilon)
    counts = _users(params.n, params.k, params.skew)
    # Exact counts of subsets take a third of a second for thousands of items. Marginal ones have the same variances;
    # what they leave out, a covariance of -1/(k - 1), no eye can see.
    method = "marginal" if isinstance(mechanism, SubsetSelection) and params.k > 512 else "exact"
    estimate = mechanism.estimate(mechanism.simulate(counts=counts, rng=params.crowd, method=method))
    item = int(0.37 * params.k)
    support, bits = _one_report(mechanism, item, params.crowd)
    name = params.protocol.split(":")[0]
    settings = name, params.epsilon, params.n, params.k, params.skew, params.crowd
    return Frame(*settings, counts / params.n, estimate.frequency, estimate.stderr, item, support, bits)


@lru_cache(maxsize=64)
def _mechanism(protocol: str, k: int, epsilon: float) -> Mechanism:
    return PROTOCOLS[protocol](k, epsilon)


@lru_cache(maxsize=64)
def _users(n: int, k: int, skew: float) -> NDArray[np.int64]:
    """Whole users, as near to a power law as can be."""
    weights = np.arange(1, k + 1) ** -skew
    edges = np.round(n * np.cumsum(weights) / weights.sum()).astype(np.int64)
    return np.diff(edges, prepend=0)


def _one_report(mechanism: Mechanism, item: int, crowd: int) -> tuple[NDArray[np.bool_], str]:
    """A real client's report, and the items whose estimate it raises."""
    batch = mechanism.reports([item], entropy=repeatable(crowd.to_bytes(2, "big")))
    alone = Tally(mechanism)
    alone.add(batch)
    return mechanism.estimate(alone).frequency > 0, str(batch.bits)


def draw(frame: Frame) -> go.Figure:
    titles = ["what the server learns from all", "what it sees of one user"]
    figure = make_subplots(1, 2, column_widths=[0.64, 0.36], horizontal_spacing=0.12, subplot_titles=titles)
    figure.add_bar(marker={"color": SHADE, "line": {"color": MUTED, "width": 1}}, name="truth", hoverinfo="skip")
    bars = {"type": "data", "thickness": 1.5, "width": 3}
    for name, colour, symbol in (("estimate, 2 sigma", SIGNAL, "circle"), ("misses the truth", ACCENT, "diamond")):
        look = {"mode": "markers", "name": name, "marker": {"color": colour, "symbol": symbol, "size": 7}}
        figure.add_scatter(error_y={**bars, "color": colour}, hovertemplate="%{y:.4f}<extra></extra>", **look)
    cells = {"colorscale": [(0, SHADE), (1, SIGNAL)], "zmin": 0, "zmax": 1, "showscale": False, "xgap": 1, "ygap": 1}
    figure.add_heatmap(row=1, col=2, hoverinfo="skip", **cells)
    ring = {"color": ACCENT, "symbol": "square-open", "size": 14, "line": {"width": 3}}
    figure.add_scatter(row=1, col=2, mode="markers", marker=ring, name="the user's item", hoverinfo="skip")
    figure.add_annotation(xref="x2 domain", yref="paper", x=0, y=-0.05, yanchor="top", align="left", font_color=INK)
    dress(figure, height=470, margin={"t": 118, "b": 84}, bargap=0.15, legend_y=1.11)
    figure.update_xaxes(title_text="item, commonest first", range=[-0.8, SHOWN - 0.2], row=1, col=1)
    figure.update_yaxes(title_text="share of the users", row=1, col=1)
    hidden = {"visible": False, "constrain": "domain"}
    figure.update_xaxes(row=1, col=2, **hidden)
    figure.update_yaxes(row=1, col=2, scaleanchor="x2", **hidden)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    truth, hits, misses, cells, ring = figure.data
    shown = min(SHOWN, frame.k)
    x = np.arange(shown)
    truth.x, truth.y = x, frame.truth[:shown]
    good = np.abs(frame.frequency - frame.truth)[:shown] <= 2 * frame.stderr[:shown]
    for trace, which in ((hits, good), (misses, ~good)):
        trace.x, trace.y = x[which], np.round(frame.frequency[:shown][which], 9)
        trace.error_y.array = np.round(2 * frame.stderr[:shown][which], 9)
    top = float(frame.truth.max())
    figure.layout.yaxis.range = [-1.1 * top, 2.4 * top]
    columns = ceil(sqrt(frame.k))
    rows = ceil(frame.k / columns)
    padded = [1 if s else 0 for s in frame.support] + [None] * (rows * columns - frame.k)
    cells.z = [padded[i * columns : (i + 1) * columns] for i in range(rows)]
    cells.x, cells.y = list(range(columns)), list(range(rows))
    cells.xgap = cells.ygap = 1 if columns <= 32 else 0
    ring.x, ring.y = [frame.item % columns], [frame.item // columns]
    figure.layout.xaxis2.range, figure.layout.yaxis2.range = [-0.6, columns - 0.4], [rows - 0.4, -0.6]
    figure.layout.annotations[2].text = _anatomy(frame)
    figure.layout.title.text = _verdict(frame)


def _anatomy(frame: Frame) -> str:
    start = frame.bits[:BITS_SHOWN]
    lines = "<br>".join(start[i : i + 24] for i in range(0, len(start), 24))
    rest = " ..." if len(frame.bits) > BITS_SHOWN else ""
    return f"supports {frame.support.sum()} of {frame.k} items; {len(frame.bits)} bits:<br>{lines}{rest}"


def _verdict(frame: Frame) -> str:
    return (
        f"{frame.name}, epsilon {frame.epsilon:g}, {frame.n:,} users: "
        f"{100 * frame.inside:.0f} % of {frame.k} items within two sigma"
    )


def describe(frame: Frame) -> str:
    sigma, top = float(np.median(frame.stderr)), float(frame.truth.max())
    own = "hers is among them" if frame.support[frame.item] else "hers is not among them"
    return (
        f"{_verdict(frame)} (crowd {frame.crowd}). One sigma is {sigma:.2g} where the commonest item has {top:.2g} "
        f"(skew {frame.skew:.1f}). A user with item {frame.item} sends {len(frame.bits)} bits that support "
        f"{frame.support.sum()} items; {own}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: str | float) -> Explorer:
    """The live figure; *start* sets ``protocol``, ``epsilon``, ``n``, ``k``, ``skew`` and ``crowd``."""
    return Explorer(SCENE, **start)
