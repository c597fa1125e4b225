"""Which code writes the numbers of a real book in the fewest bytes?

Left, how often each number occurs and the laws that six codes bet on; right, the bytes they really write.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.datasets import alice, gaps, ranks, words
from polyquant.prefix import IntegerCode, delta, entropy, exp_golomb, fibonacci, gamma, golomb, zeta

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import EARTH, GOOD, INK, MUTED, ROSE, SHADE, SIGNAL, VIOLET, dress
from .implied_laws import lengths, places

LETTERS = {f"letters from one {a} to the next": a for a in "eatz"}
RANKS, LENGTHS = "ranks of the words by frequency", "letters in a word"
FIXED = {"gamma": gamma, "delta": delta, "Fibonacci": fibonacci(2)}
LOOKS = (  # of the fixed codes, then Golomb, zeta, exp-Golomb
    {"color": MUTED, "dash": "dash"},
    {"color": MUTED, "dash": "dot"},
    {"color": EARTH, "dash": "longdashdot"},
    {"color": SIGNAL, "dash": "solid"},
    {"color": VIOLET, "dash": "solid"},
    {"color": ROSE, "dash": "solid"},
)


@dataclass(frozen=True)
class Params:
    numbers: str = choice(RANKS, [*LETTERS, RANKS, LENGTHS], "numbers of the book")
    m: int = control(64, 1, 512, 1.19, "Golomb m", log=True)
    zeta: int = control(2, 1, 12, 1, "zeta k")
    k: int = control(2, 0, 10, 1, "exp-Golomb k")


@dataclass(frozen=True, eq=False)
class Frame:
    what: str
    count: int
    entropy: float  # bytes, if the receiver knew all frequencies beforehand and numbers had no memory
    bill: dict[str, int]  # bytes of the whole list, fixed width first, then each code
    middle: NDArray[np.float64]  # shape (b,): where the bins are
    share: NDArray[np.float64]  # shape (b,): share of the list per number in the bin
    numbers: NDArray[np.int64]  # shape (n,): where the laws are drawn
    laws: tuple[NDArray[np.float64], ...]  # shape (n,) each: 2^-length

    @property
    def winner(self) -> str:
        return min(list(self.bill)[1:], key=self.bill.__getitem__)  # the fixed width bets on nothing


@cache
def book(what: str) -> NDArray[np.int64]:
    """The numbers called *what*, from 1 up, in the order of the book."""
    if what == RANKS:
        return ranks(alice())
    if what == LENGTHS:
        return np.array([len(word) for word in words(alice())], np.int64)
    return gaps(alice(), LETTERS[what]) + 1


@cache
def size(what: str, code: IntegerCode) -> int:
    """Bytes of all numbers called *what* in *code*, whose first word is for the number 1.

    Equals ``len(code.encode_many(...).data)``, without writing the words anew at every move of a slider.
    """
    found, counts = np.unique(book(what), return_counts=True)
    return -(-int(lengths(code, found) @ counts) // 8)


def compute(params: Params) -> Frame:
    codes = FIXED | {
        f"Golomb({params.m})": golomb(params.m),
        f"zeta({params.zeta})": zeta(params.zeta),
        f"exp-Golomb({params.k})": exp_golomb(params.k),
    }
    found = book(params.numbers)
    largest, width = int(found.max()), 8 if found.max() < 256 else 16
    counts = np.bincount(found)[1:]
    bill = {f"{width} bits each": found.size * width // 8}
    bill |= {name: size(params.numbers, code) for name, code in codes.items()}
    middle, share = _bins(counts / found.size)
    shown = places(largest)
    laws = tuple(np.exp2(-lengths(code, shown).astype(float)) for code in codes.values())
    least = entropy(counts / found.size) * found.size / 8
    return Frame(params.numbers, found.size, least, bill, middle, share, shown, laws)


def _bins(p: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middles of bins that grow with the numbers, and the mean of *p* in each; empty bins are left out."""
    edges = np.unique(np.geomspace(1, p.size + 1, 40).round().astype(np.int64))
    share = np.add.reduceat(p, edges[:-1] - 1) / np.diff(edges)
    middle = np.sqrt(edges[:-1] * (edges[1:] - 1.0))
    return middle[share > 0], share[share > 0]


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 2, column_widths=[0.62, 0.38], horizontal_spacing=0.16)
    best = {"color": GOOD, "width": 6, "shape": "hv"}
    figure.add_scatter(mode="lines", name="best bet", line=best, hoverinfo="skip")
    for look in LOOKS:
        figure.add_scatter(mode="lines", line={**look, "shape": "hv", "width": 2}, hoverinfo="skip")
    dots = {"color": INK, "size": 9}
    figure.add_scatter(mode="markers", name="the book", marker=dots, hovertemplate="%{y:.2g} of all are %{x:.0f}")
    bars = {"orientation": "h", "textposition": "outside", "cliponaxis": False, "hoverinfo": "skip"}
    figure.add_bar(row=1, col=2, showlegend=False, **bars)
    line = {"color": INK, "width": 2, "dash": "dash"}
    figure.add_shape(type="line", xref="x2", yref="y2 domain", y0=0, y1=1, line=line)
    figure.add_annotation(xref="x2", yref="y2 domain", y=1, yanchor="bottom", xanchor="left", xshift=-30)
    dress(figure, height=450, legend_y=1.09, margin_t=108)
    figure.update_xaxes(title_text="number", type="log", row=1, col=1)
    figure.update_xaxes(tickvals=[4**i for i in range(9)], ticktext=[f"{4**i:,}" for i in range(9)], row=1, col=1)
    figure.update_yaxes(title_text="share of all numbers", type="log", row=1, col=1)
    powers = range(0, 25, 4)
    figure.update_yaxes(
        tickvals=[2.0**-i for i in powers], ticktext=["1", *(f"1/{2**i:,}" for i in powers[1:])], row=1, col=1
    )
    figure.update_xaxes(title_text="bytes for the whole list", tickformat=",d", nticks=5, row=1, col=2)
    figure.update_yaxes(title_text="code", title_standoff=2, autorange="reversed", row=1, col=2)
    figure.update_yaxes(showline=False, ticks="", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    bet, *lines, dots, bars = figure.data
    best, names = frame.winner, list(frame.bill)
    bet.x, bet.y = frame.numbers, frame.laws[names.index(best) - 1]
    for name, line, law in zip(names[1:], lines, frame.laws):
        line.x, line.y, line.name = frame.numbers, law, name
    dots.x, dots.y = frame.middle, frame.share
    whole = frame.bill[names[0]]
    bars.y, bars.x = names, [min(cost, 1.1 * whole) for cost in frame.bill.values()]
    bars.text = [f"{cost:,}" + " best" * (name == best) for name, cost in frame.bill.items()]
    colours = [SHADE, *(look["color"] for look in LOOKS)]
    bars.marker.color = [GOOD if name == best else colour for name, colour in zip(names, colours)]
    line, note = figure.layout.shapes[0], figure.layout.annotations[0]
    line.x0 = line.x1 = note.x = frame.entropy
    note.text = f"entropy {frame.entropy:,.0f}"
    lowest = float(frame.share.min())
    figure.layout.xaxis.range = [-0.04, float(np.log10(frame.numbers[-1])) + 0.04]
    figure.layout.yaxis.range = [float(np.log10(lowest)) - 0.4, 0.1]
    figure.layout.xaxis2.range = [0, 1.45 * whole]
    figure.layout.title.text = f"{frame.count:,} numbers, {frame.what}: {best} takes {frame.bill[best]:,} bytes"


def describe(frame: Frame) -> str:
    bill = ", ".join(f"{name} {cost:,}" for name, cost in frame.bill.items())
    return (
        f"{frame.count:,} numbers, {frame.what}, up to {frame.numbers[-1]:,}; the best bet is {frame.winner}. Bytes "
        f"of the list: {bill}. The entropy, which leaves out the table of frequencies, is {frame.entropy:,.0f} bytes."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``numbers``, ``m``, ``zeta`` and ``k``."""
    return Explorer(SCENE, **start)
