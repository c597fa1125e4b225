"""Which law does a code bet on?

A word of l bits is the right one for a probability of 2^-l. Left, the bits that eight codes spend on n beside the bits
that the true law asks for; right, what each code pays on average above the entropy.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.prefix import (
    IntegerCode,
    delta,
    entropy,
    exp_golomb,
    fibonacci,
    gamma,
    golomb,
    omega,
    unary,
    zeta,
)

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import EARTH, GOOD, INK, MUTED, ROSE, SHADE, SIGNAL, VIOLET, dress

FIXED = {"unary": unary, "gamma": gamma, "delta": delta, "omega": omega, "Fibonacci": fibonacci(2)}
LOOKS = (  # of the fixed codes, then Golomb, zeta, exp-Golomb
    {"color": EARTH, "dash": "longdash"},
    {"color": MUTED, "dash": "dash"},
    {"color": MUTED, "dash": "dot"},
    {"color": MUTED, "dash": "dashdot"},
    {"color": EARTH, "dash": "longdashdot"},
    {"color": SIGNAL, "dash": "solid"},
    {"color": VIOLET, "dash": "solid"},
    {"color": ROSE, "dash": "solid"},
)
LARGEST = 2**14
LONGEST_BAR = 4.0  # bits; longer bars are cut off, their numbers are not


@dataclass(frozen=True)
class Params:
    theta: float = control(0.88, 0.5, 1.0, 0.01, "ratio θ", hint="every further number is θ times as likely")
    s: float = control(0.0, 0.0, 3.0, 0.1, "Zipf exponent s", hint="the probability falls like 1 / n to the power s")
    largest: int = control(1024, 16, LARGEST, 2, "largest number N", log=True)
    m: int = control(5, 1, 64, 1, "Golomb m")
    zeta: int = control(3, 1, 8, 1, "zeta k")
    k: int = control(2, 0, 12, 1, "exp-Golomb k")


@dataclass(frozen=True, eq=False)
class Frame:
    law: str
    entropy: float  # bits per number
    excess: dict[str, float]  # mean length minus entropy, for each code
    numbers: NDArray[np.int64]  # shape (n,): where the curves are drawn, from 1 to N
    ideal: NDArray[np.float64]  # shape (n,): -lg P
    bits: tuple[NDArray[np.int64], ...]  # shape (n,) each, in the order of excess
    middle: tuple[int, int]  # nine of ten numbers lie between these

    @property
    def winner(self) -> str:
        return min(self.excess, key=self.excess.__getitem__)


def compute(params: Params) -> Frame:
    codes = FIXED | {
        f"Golomb({params.m})": golomb(params.m),
        f"zeta({params.zeta})": zeta(params.zeta),
        f"exp-Golomb({params.k})": exp_golomb(params.k),
    }
    n = np.arange(1, params.largest + 1)
    weight = n * np.log2(params.theta) - params.s * np.log2(n)  # binary logarithms: theta^n may underflow
    weight -= np.log2(np.exp2(weight - weight.max()).sum()) + weight.max()
    p = np.exp2(weight)
    bits = [_table(code)[: n.size] for code in codes.values()]
    least = entropy(p)
    # Not cost @ p: on a busy machine the threads of BLAS wait longer for each other than the product takes.
    excess = {name: float(np.sum(cost * p)) - least for name, cost in zip(codes, bits)}
    low, high = np.searchsorted(np.cumsum(p), (0.05, 0.95)) + 1
    shown = places(params.largest)
    at = tuple(cost[shown - 1] for cost in bits)
    return Frame(_law(params), least, excess, shown, -weight[shown - 1], at, (int(low), int(high)))


def places(largest: int) -> NDArray[np.int64]:
    """Numbers from 1 to *largest*, evenly on a logarithmic axis, and the powers of two, where stairs climb."""
    powers = 2 ** np.arange(largest.bit_length())
    return np.unique(np.concatenate([np.geomspace(1, largest, 120).astype(np.int64), powers]))


@lru_cache(maxsize=32)
def _table(code: IntegerCode) -> NDArray[np.int64]:
    return lengths(code, np.arange(1, LARGEST + 1))


def lengths(code: IntegerCode, numbers: NDArray[np.int64], first: int = 1) -> NDArray[np.int64]:
    """Bits of each of *numbers* when the code's first word goes to the number *first*."""
    cost: NDArray[np.int64] = code.length(numbers - first + code.least)
    return cost


def _law(params: Params) -> str:
    ratio = f"{params.theta:.2f}<sup>n</sup>" if params.theta < 1 else ""
    power = f"1 / n<sup>{params.s:.1f}</sup>" if params.s else ""
    formula = " · ".join(filter(None, (ratio, power)))
    return f"P(n) ~ {formula}, n ≤ {params.largest:,}" if formula else f"all n ≤ {params.largest:,} alike"


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 2, column_widths=[0.64, 0.36], horizontal_spacing=0.15)
    best = {"color": GOOD, "width": 6, "shape": "hv"}
    figure.add_scatter(mode="lines", name="closest bet", line=best, hoverinfo="skip")
    for name, look in zip(frame.excess, LOOKS):
        line = {**look, "shape": "hv", "width": 2}
        figure.add_scatter(mode="lines", name=name, line=line, hovertemplate="%{y} bits for n = %{x:,}")
    figure.add_scatter(mode="lines", name="−lg P, the law", line={"color": INK, "width": 4})
    bars = {"orientation": "h", "textposition": "outside", "cliponaxis": False, "hoverinfo": "skip"}
    figure.add_bar(row=1, col=2, showlegend=False, **bars)
    band = {"type": "rect", "xref": "x", "yref": "y domain", "y0": 0, "y1": 1, "layer": "below"}
    figure.add_shape(**band, fillcolor=SHADE, line={"width": 0})
    figure.add_annotation(xref="x", yref="y domain", y=1, yanchor="top", text="9 of 10 numbers", font_color=MUTED)
    dress(figure, height=440, legend_y=1.03, margin_t=100)
    figure.update_xaxes(title_text="number n (each mark four times the last)", type="log", row=1, col=1)
    figure.update_xaxes(tickvals=[4**i for i in range(9)], ticktext=[f"{4**i:,}" for i in range(9)], row=1, col=1)
    figure.update_yaxes(title_text="bits", row=1, col=1)
    figure.update_xaxes(title_text="bits a number above the entropy", range=[0, 1.25 * LONGEST_BAR], row=1, col=2)
    figure.update_yaxes(title_text="code", title_standoff=2, autorange="reversed", row=1, col=2)
    figure.update_yaxes(showline=False, ticks="", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    best, *lines, ideal, bill = figure.data
    names = list(frame.excess)
    first = names.index(frame.winner)
    best.x, best.y = frame.numbers, frame.bits[first]
    for name, line, bits in zip(names, lines, frame.bits):
        line.x, line.y, line.name = frame.numbers, bits, name
    ideal.x, ideal.y = frame.numbers, frame.ideal
    bill.y, bill.x = names, [min(max(bits, 0.0), LONGEST_BAR) for bits in frame.excess.values()]
    bill.text = [f"{bits:,.2f}" + " best" * (name == frame.winner) for name, bits in frame.excess.items()]
    bill.marker.color = [GOOD if i == first else look["color"] for i, look in enumerate(LOOKS)]
    low, high = frame.middle
    band, note = figure.layout.shapes[0], figure.layout.annotations[0]
    band.x0, band.x1 = low, high
    note.x = float(np.log10(low) + np.log10(high)) / 2
    top = float(np.log2(frame.numbers[-1]))
    figure.layout.xaxis.range = [-0.02, top * np.log10(2)]
    figure.layout.yaxis.range = [0, 2 * top + 4]
    figure.layout.title.text = f"{frame.law}: entropy {frame.entropy:.2f} bits, closest bet {frame.winner}"


def describe(frame: Frame) -> str:
    low, high = frame.middle
    bill = ", ".join(f"{name} {bits:,.2f}" for name, bits in frame.excess.items())
    law = frame.law.replace("<sup>", "^").replace("</sup>", "")
    return (
        f"The law is {law}; nine of ten numbers lie from {low:,} to {high:,}. No code can average less than the "
        f"entropy, {frame.entropy:.2f} bits; the closest bet is {frame.winner}. Bits above the entropy: {bill}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float) -> Explorer:
    """The live figure; *start* sets ``theta``, ``s``, ``largest``, ``m``, ``zeta`` and ``k``."""
    return Explorer(SCENE, **start)
