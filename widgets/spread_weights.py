"""Why rotate before rounding?

A vector with a few large numbers, before and after random signs and the Walsh-Hadamard transform: how many of its
numbers are how large, and what is lost when each gets a few bits.
"""

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.transforms import Rotation

from ._explorer import Explorer
from ._scene import Scene, choice, control, switch
from ._theme import ACCENT, INK, MUTED, SIGNAL, dress

KINDS = ("heavy tails", "one outlier", "nearly alike", "normal")
LENGTHS = ("64", "768", "1024", "12288")
BITS = np.arange(2, 9)
POINTS = 100  # of a curve
LEAST = 1e-4  # error that is drawn


@dataclass(frozen=True)
class Params:
    kind: str = choice("heavy tails", KINDS, "weights")
    n: str = choice("1024", LENGTHS, "how many", hint="2^m or 2^m times a power of 12")
    tail: float = control(3.0, 2.5, 12.0, 0.5, "tail", hint="Student's t with so many degrees: small is heavy")
    bits: int = control(4, 2, 8, 1, "bits a weight")
    signs: bool = switch(True, "random signs first")
    seed: int = control(1, 1, 30, 1, "seed")


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two vectors, in units of its root mean square."""

    largest: float
    kurtosis: float  # 3 for normal numbers
    sizes: NDArray[np.float64]  # some of the numbers without their signs, the largest first
    shares: NDArray[np.float64]  # of all numbers that are at least as large
    errors: NDArray[np.float64]  # root mean square of what rounding loses, for each of BITS


@dataclass(frozen=True, eq=False)
class Frame:
    kind: str
    n: int
    tail: float
    bits: int
    signs: bool
    seed: int
    before: Side
    after: Side

    @property
    def gain(self) -> float:
        """How many times smaller the error is after the rotation."""
        i = self.bits - int(BITS[0])
        return float(self.before.errors[i] / self.after.errors[i])


def compute(params: Params) -> Frame:
    n = int(params.n)
    x = _weights(params.kind, n, params.tail, params.seed)
    rotation = Rotation(n, params.seed)
    y = rotation.apply(x if params.signs else x * rotation.signs)  # twice the same signs are none
    x, y = x / np.sqrt(np.mean(x**2)), y / np.sqrt(np.mean(y**2))
    return Frame(params.kind, n, params.tail, params.bits, params.signs, params.seed, _side(x), _side(y))


def _weights(kind: str, n: int, tail: float, seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng([seed, n])
    if kind == "heavy tails":
        return rng.standard_t(tail, n)
    x = rng.standard_normal(n)
    if kind == "nearly alike":
        return 1 + 0.2 * x
    if kind == "one outlier":
        x[n // 3] = 10 * tail
    return x


def _side(x: NDArray[np.float64]) -> Side:
    largest = float(np.abs(x).max())
    errors = []
    for bits in BITS:
        step = largest / (2 ** (bits - 1) - 1)  # zero is a level, and so is the largest number
        errors.append(float(np.sqrt(np.mean((x - step * np.rint(x / step)) ** 2))))
    ranks = np.unique(np.geomspace(1, x.size, POINTS).astype(int))
    sizes = np.sort(np.abs(x))[::-1][ranks - 1]
    return Side(largest, float(np.mean(x**4)), sizes, ranks / x.size, np.maximum(errors, LEAST))


def draw(frame: Frame) -> go.Figure:
    titles = ["how many are how large", "what rounding loses"]
    figure = make_subplots(1, 2, column_widths=[0.6, 0.4], horizontal_spacing=0.13, subplot_titles=titles)
    looks = (("before", SIGNAL, "solid", "circle"), ("after", ACCENT, "dash", "square"))
    for name, colour, dash, _ in looks:
        line = {"color": colour, "dash": dash, "shape": "vh", "width": 2.5}
        figure.add_scatter(mode="lines", name=name, line=line, hoverinfo="skip", row=1, col=1)
    figure.add_scatter(
        mode="lines", name="normal", line={"color": MUTED, "dash": "dot", "width": 1.5}, hoverinfo="skip", row=1, col=1
    )
    for name, colour, dash, symbol in looks:
        line, marker = {"color": colour, "dash": dash}, {"color": colour, "symbol": symbol, "size": 8}
        figure.add_scatter(
            mode="lines+markers", name=name, line=line, marker=marker, showlegend=False, hoverinfo="y", row=1, col=2
        )
    ring = {"color": INK, "symbol": "circle-open", "size": 16, "line": {"width": 2}}
    figure.add_scatter(mode="markers", marker=ring, showlegend=False, hoverinfo="skip", row=1, col=2)
    dress(figure, height=430, margin={"t": 108}, legend_y=1.1)
    figure.update_xaxes(title_text="size of a weight, 1 = the root mean square", row=1, col=1)
    figure.update_yaxes(title_text="share that is larger", type="log", dtick=1, row=1, col=1)
    figure.update_xaxes(title_text="bits a weight", dtick=1, range=[1.6, 8.4], row=1, col=2)
    figure.update_yaxes(title_text="error, 1 = the weights", type="log", dtick=1, row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    before, after, normal, lost, kept, ring = figure.data
    for trace, side in ((before, frame.before), (after, frame.after)):
        trace.x, trace.y = np.round(side.sizes, 4), np.round(side.shares, 7)
    x = np.linspace(0, 5, 51)
    larger = np.array([erfc(t / sqrt(2)) for t in x])
    seen = larger > 0.5 / frame.n
    normal.x, normal.y = x[seen], np.round(larger[seen], 7)
    for trace, side in ((lost, frame.before), (kept, frame.after)):
        trace.x, trace.y = BITS, np.round(side.errors, 6)
    i = frame.bits - int(BITS[0])
    ring.x, ring.y = [frame.bits] * 2, np.round([frame.before.errors[i], frame.after.errors[i]], 6)
    figure.layout.xaxis.range = [0, 1.05 * max(frame.before.largest, frame.after.largest, 4.0)]
    figure.layout.yaxis.range = [float(np.log10(0.5 / frame.n)), 0.15]
    figure.layout.yaxis2.range = (
        [-4.1, 0.3] if min(frame.before.errors[-1], frame.after.errors[-1]) < 1e-3 else [-3, 0.3]
    )
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    how = "signs and transform" if frame.signs else "the transform without signs"
    return (
        f"Kurtosis {frame.before.kurtosis:.1f} before, {frame.after.kurtosis:.1f} after {how}; "
        f"at {frame.bits} bits the error is {_times(frame.gain)}"
    )


def _times(gain: float) -> str:
    if gain <= 0.01:
        return "a hundred times larger and more"
    return (
        f"{gain:.1f} times smaller" if gain >= 1.05 else f"{1 / gain:.1f} times larger" if gain <= 0.95 else "the same"
    )


def describe(frame: Frame) -> str:
    i = frame.bits - int(BITS[0])
    of = f", t with {frame.tail:g} degrees" if frame.kind == "heavy tails" else ""
    of = f", {10 * frame.tail:g} times the rest" if frame.kind == "one outlier" else of
    return (
        f"{_verdict(frame)}. {frame.n:,} weights, {frame.kind}{of}, seed {frame.seed}: the largest is "
        f"{frame.before.largest:.1f} times the root mean square before and {frame.after.largest:.1f} times after, the "
        f"error {100 * frame.before.errors[i]:.2g} % and {100 * frame.after.errors[i]:.2g} % of the weights."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: str | float | bool) -> Explorer:
    """The live figure; *start* sets ``kind``, ``n``, ``tail``, ``bits``, ``signs`` and ``seed``."""
    return Explorer(SCENE, **start)
