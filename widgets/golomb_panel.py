"""Which m is the right one for Golomb's code?

Mean length over m: left for a geometric law, right for the real gaps between two equal letters of a book. A dot marks
the m of Gallager and Van Voorhis; on the right it knows nothing of the gaps but their mean.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.datasets import alice, gaps
from polyquant.prefix import best_golomb, entropy, golomb

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, GOOD, INK, MUTED, SIGNAL, dress

LETTERS = "etaonihsrldu"  # common enough that their gaps have a law
LARGEST = 128
MS = np.arange(1, LARGEST + 1)
NUMBERS = np.arange(3200)  # 0.99^3200 is 2^-46, and no gap between two of LETTERS is that long


@dataclass(frozen=True)
class Params:
    theta: float = control(0.88, 0.5, 0.99, 0.01, "ratio θ of the law (left)")
    letter: str = choice("e", sorted(LETTERS), "letter of the book (right)")
    m: int = control(16, 1, LARGEST, 1, "your Golomb m (both)")


@dataclass(frozen=True, eq=False)
class Side:
    """One law and what Golomb's codes cost under it."""

    title: str
    cost: NDArray[np.float64]  # shape (n,): mean length at the m of MS
    rule: tuple[int, float]  # the m from the rule, and its mean length
    best: tuple[int, float]  # the m that is really best
    yours: tuple[int, float]
    geometric: float  # entropy of the geometric law with this mean
    entropy: float  # entropy of the law itself


@dataclass(frozen=True, eq=False)
class Frame:
    law: Side
    book: Side


def compute(params: Params) -> Frame:
    p = params.theta**NUMBERS
    law = _side(f"geometric law, θ = {params.theta:.2f}", p / p.sum(), params.theta, params.m)
    found = gaps(alice(), params.letter)
    theta = float(found.mean() / (1 + found.mean()))
    title = f"{found.size:,} gaps between letters {params.letter}, θ = {theta:.3f}"
    return Frame(law, _side(title, np.bincount(found) / found.size, theta, params.m))


@cache
def lengths() -> NDArray[np.float64]:
    """Bits of every one of NUMBERS in golomb(m), a row for every one of MS."""
    return np.stack([golomb(m).length(NUMBERS) for m in MS.tolist()]).astype(float)


def _side(title: str, p: NDArray[np.float64], theta: float, m: int) -> Side:
    cost = lengths()[:, : p.size] @ p
    mean = float(NUMBERS[: p.size] @ p)
    geometric = (1 + mean) * np.log2(1 + mean) - mean * np.log2(mean)
    rule, best = best_golomb(theta), int(np.argmin(cost)) + 1
    marks = [(i, float(cost[i - 1])) for i in (rule, best, m)]
    return Side(title, cost, *marks, float(geometric), entropy(p))


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 2, subplot_titles=[" ", " "], horizontal_spacing=0.1)
    looks = {
        "Golomb(m)": {"mode": "lines", "line": {"color": SIGNAL, "width": 3}},
        "m from the rule": {"mode": "markers", "marker": {"color": GOOD, "size": 14}},
        "best m": {"mode": "markers", "marker": {"color": INK, "size": 17, "symbol": "diamond-open", "line_width": 2}},
        "your m": {"mode": "markers", "marker": {"color": ACCENT, "size": 11, "symbol": "square"}},
        "entropy of the geometric law": {"mode": "lines", "line": {"color": INK, "width": 2, "dash": "dash"}},
        "entropy of the real gaps": {"mode": "lines", "line": {"color": MUTED, "width": 2, "dash": "dot"}},
    }
    for col, names in ((1, list(looks)[:-1]), (2, list(looks))):
        for name in names:
            seen = col == 1 or name not in list(looks)[:-1]
            hover = f"{name}: %{{y:.3f}} bits" + " at m = %{x}<extra></extra>" * ("m" in name.split()[-1])
            figure.add_scatter(name=name, showlegend=seen, hovertemplate=hover, row=1, col=col, **looks[name])
        figure.update_xaxes(title_text="Golomb m", type="log", row=1, col=col, range=[-0.02, np.log10(LARGEST)])
        figure.update_xaxes(tickvals=[2**i for i in range(8)], ticktext=[str(2**i) for i in range(8)], row=1, col=col)
        figure.update_yaxes(title_text="bits a number", row=1, col=col)
    dress(figure, height=440, legend_y=1.1, margin_t=108)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    for side, traces in ((frame.law, figure.data[:5]), (frame.book, figure.data[5:10])):
        curve, *marks, geometric = traces
        curve.x, curve.y = MS, side.cost
        geometric.x, geometric.y = [1, LARGEST], [side.geometric] * 2
        for mark, (m, bits) in zip(marks, (side.rule, side.best, side.yours)):
            mark.x, mark.y = [m], [bits]
    figure.data[10].x, figure.data[10].y = [1, LARGEST], [frame.book.entropy] * 2
    for title, axis, side in zip(
        figure.layout.annotations, (figure.layout.yaxis, figure.layout.yaxis2), (frame.law, frame.book)
    ):
        title.text, axis.range = side.title, [side.best[1] - 0.4, side.best[1] + 1.6]
    m, bits = frame.book.yours
    figure.layout.title.text = f"Golomb({m}): {frame.law.yours[1]:.3f} bits under the law, {bits:.3f} on the book"


def describe(frame: Frame) -> str:
    law, book = frame.law, frame.book
    return (
        f"Left, {law.title}, entropy {law.geometric:.3f} bits: the rule says m = {law.rule[0]}, {law.rule[1]:.3f} bits "
        f"a number, and no m is better. Right, {book.title}, entropy {book.entropy:.3f} bits: the rule says "
        f"m = {book.rule[0]}, {book.rule[1]:.3f} bits; the best is m = {book.best[0]}, {book.best[1]:.3f} bits. "
        f"Your m = {law.yours[0]} takes {law.yours[1]:.3f} and {book.yours[1]:.3f} bits."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float | str) -> Explorer:
    """The live figure; *start* sets ``theta``, ``letter`` and ``m``."""
    return Explorer(SCENE, **start)
