"""How far above the entropy can Huffman's code be?

Left, what a sign costs and what it tells, over the share of the commonest sign; right, the difference. No law leaves
the band: its upper edge is p1 + 0.086 below one half and 2 - h(p1) - p1 above, its lower edge 1 - h(p1) from 0.4 on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.prefix import entropy, expected_length, huffman

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, INK, MUTED, SHADE, SIGNAL, dress

GALLAGER = 1 - float(np.log2(np.e)) + float(np.log2(np.log2(np.e)))  # 0.0861, what p1 + ... adds
SCALE = 2**40  # laws are rounded to whole counts, so that no rounding of floats decides about a word
POINTS = np.arange(1, 100, 2) / 100
CLOUD = 160
LAWS = ("one common, the rest alike", "Zipf", "geometric")


@dataclass(frozen=True)
class Params:
    p1: float = control(0.8, 0.02, 0.99, 0.01, "share of the commonest sign, p1")
    signs: int = control(8, 2, 64, 1, "signs")
    law: str = choice(LAWS[0], LAWS, "law")


@dataclass(frozen=True, eq=False)
class Frame:
    law: str
    signs: int
    wanted: float  # p1 as asked for
    p: NDArray[np.float64]  # shares p1 for which the law exists, shape (points,)
    rate: NDArray[np.float64]  # mean length of Huffman's words, bits a sign
    entropy: NDArray[np.float64]
    here: tuple[float, float, float]  # p1, mean length and entropy now
    lengths: tuple[int, int]  # shortest and longest word now
    cloud: NDArray[np.float64]  # p1 and excess of random laws, shape (laws, 2)


def compute(params: Params) -> Frame:
    least = 1 / params.signs
    p = POINTS[least <= POINTS]
    p1 = max(params.p1, least)
    rate, tells = _curve(params.law, params.signs)
    counts = _counts(_shares(params.law, params.signs, np.array([p1])))[0]
    code = huffman(counts)
    here = (p1, expected_length(code, counts / counts.sum()), entropy(counts / counts.sum()))
    ends = (min(length for length in code.lengths if length), max(code.lengths))
    return Frame(params.law, params.signs, params.p1, p, rate, tells, here, ends, _cloud(params.signs))


@lru_cache(maxsize=64)
def _curve(law: str, signs: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return _costs(_counts(_shares(law, signs, POINTS[1 / signs <= POINTS])))


@lru_cache(maxsize=64)
def _cloud(signs: int) -> NDArray[np.float64]:
    """p1 and excess of laws drawn at random, flat ones and steep ones."""
    draw = np.random.default_rng(signs)
    laws = draw.gamma(draw.uniform(0.02, 1, (CLOUD, 1)), size=(CLOUD, signs)) + 1e-9
    counts = _counts(laws / laws.sum(axis=1, keepdims=True))
    rate, tells = _costs(counts)
    return np.column_stack([counts.max(axis=1) / counts.sum(axis=1), rate - tells])


def _shares(law: str, signs: int, p1: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of all signs for each first share in *p1*, shape (points, signs)."""
    rank = np.arange(signs)
    if law == LAWS[0]:
        rest = (1 - p1) / (signs - 1)
        return np.where(rank == 0, p1[:, None], rest[:, None])
    weight = (lambda s: (rank + 1.0) ** -s) if law == "Zipf" else (lambda s: np.exp(-s * rank))
    weights = weight(_steepness(weight, p1)[:, None])
    return weights / weights.sum(axis=1, keepdims=True)


def _steepness(weight: Callable[[NDArray[np.float64]], NDArray[np.float64]], p1: NDArray[np.float64]) -> NDArray:
    """The parameter for which the first sign has the share p1: halving, as the share rises with it."""
    low, high = np.zeros(p1.size), np.full(p1.size, 16.0)
    for _ in range(40):
        middle = (low + high) / 2
        below = 1 / weight(middle[:, None]).sum(axis=1) < p1
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def _counts(p: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.maximum(np.rint(p * SCALE), 1).astype(np.int64)


def _costs(counts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean length and entropy of each law, one to a row."""
    laws = counts / counts.sum(axis=1, keepdims=True)
    rate = [expected_length(huffman(row), law) for row, law in zip(counts, laws)]
    return np.array(rate), np.array([entropy(law) for law in laws])


def most(p1: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest excess that a law with this p1 can have, or a bound of it below one half."""
    return np.where(p1 < 0.5, p1 + GALLAGER, 2 - _h(p1) - p1)


def least(p1: NDArray[np.float64]) -> NDArray[np.float64]:
    """The smallest: from 0.4 on the commonest sign has a word of one bit, and this bit tells h(p1)."""
    return np.where(p1 < 0.4, 0, 1 - _h(p1))


def _h(p: NDArray[np.float64]) -> NDArray[np.float64]:
    return -p * np.log2(p) - (1 - p) * np.log2(1 - p)


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 2, subplot_titles=["cost and information", "the excess"], horizontal_spacing=0.11)
    figure.add_scatter(mode="lines", name="Huffman's words", line={"color": SIGNAL, "width": 3})
    figure.add_scatter(mode="lines", name="entropy", line={"color": INK, "width": 2, "dash": "dash"})
    figure.add_scatter(mode="lines", name="excess now", line={"color": ACCENT, "width": 4})
    edge = np.linspace(0.01, 0.99, 99)
    ring = {"x": np.concatenate([edge, edge[::-1]]), "y": np.concatenate([most(edge), least(edge)[::-1]]).round(5)}
    look = {"mode": "lines", "fill": "toself", "fillcolor": SHADE, "line": {"color": MUTED, "width": 1}}
    figure.add_scatter(row=1, col=2, name="where a law can be", hoverinfo="skip", **look, **ring)
    dots = {"color": INK, "size": 4, "symbol": "circle"}
    figure.add_scatter(row=1, col=2, mode="markers", name="random laws", marker=dots, hoverinfo="skip")
    figure.add_scatter(row=1, col=2, mode="lines", line={"color": SIGNAL, "width": 3}, showlegend=False)
    mark = {"color": ACCENT, "size": 13, "symbol": "diamond"}
    figure.add_scatter(row=1, col=2, mode="markers", marker=mark, showlegend=False, hoverinfo="skip")
    dress(figure, height=440, margin={"t": 108}, legend_y=1.1)
    figure.update_xaxes(title_text="share of the commonest sign, p1", range=[0, 1])
    figure.update_yaxes(title_text="bits a sign", rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title_text="bits a sign above the entropy", range=[-0.02, 1.02], row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    rate, tells, gap, _, cloud, excess, now = figure.data
    rate.x, rate.y = frame.p, frame.rate.round(5)
    tells.x, tells.y = frame.p, frame.entropy.round(5)
    p1, mean, h = frame.here
    gap.x, gap.y = [p1, p1], [h, mean]
    cloud.x, cloud.y = frame.cloud.round(4).T
    excess.x, excess.y = frame.p, (frame.rate - frame.entropy).round(5)
    now.x, now.y = [p1], [mean - h]
    figure.layout.yaxis.range = [0, 1.08 * max(float(frame.rate.max()), 1)]
    figure.layout.title.text = f"p1 = {p1:.2f}: {mean:.3f} bits a sign, entropy {h:.3f}, excess {mean - h:.3f}"


def describe(frame: Frame) -> str:
    p1, mean, h = frame.here
    top = float(most(np.array(p1)))
    low, high = frame.lengths
    words = f"words of {low} to {high} bits" if low < high else f"words of {low} bits"
    few = f" ({frame.signs} signs cannot have less)" if frame.here[0] > frame.wanted else ""
    return (
        f"{frame.signs} signs ({frame.law}), the commonest with a share of {p1:.2f}{few}: Huffman's {words} cost "
        f"{mean:.3f} bits a sign, the entropy is {h:.3f}, the excess {mean - h:.3f}. No law with this share has more "
        f"than {top:.3f}, and of {CLOUD} random laws none leaves the band; the largest excess on the curve is "
        f"{float((frame.rate - frame.entropy).max()):.3f}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float | str) -> Explorer:
    """The live figure; *start* sets ``p1``, ``signs`` and ``law``."""
    return Explorer(SCENE, **start)
