"""What does it cost that no word may be longer than L?

A decoder with a table of 2^L entries reads a word in one look, so long words are unwelcome. Left, the mean length of
the best code under each limit; right, who pays: the words of all signs, commonest first, with the limit and without.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant import datasets
from polyquant.prefix import entropy, huffman

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, GOOD, INK, SIGNAL, dress

LARGEST = 16
LETTERS, EXPONENTS = "letters of a book and the blank", "exponents of a model's weights"
SOURCES = (EXPONENTS, LETTERS, "words of a book, by rank", "Fibonacci, 24 signs", "100 signs, all alike")


@dataclass(frozen=True)
class Params:
    source: str = choice(EXPONENTS, SOURCES, "signs")
    limit: int = control(8, 1, LARGEST, 1, "longest word allowed L, bits")


@dataclass(frozen=True, eq=False)
class Frame:
    source: str
    wanted: int  # limit as asked for
    limit: int  # at least what so many signs need
    limits: NDArray[np.int64]  # limits that are possible, up to LARGEST
    cost: NDArray[np.float64]  # mean length under each, bits a sign
    free: float  # mean length of Huffman's code without a limit
    entropy: float
    lengths: NDArray[np.int64]  # under this limit, commonest sign first
    longest: NDArray[np.int64]  # without one


@cache
def _counts(source: str) -> NDArray[np.int64]:
    """How often each sign occurs, commonest first."""
    if source == EXPONENTS:
        counts = datasets.minilm_exponents()[1].sum(axis=0)
    elif source == LETTERS:
        text = " ".join(datasets.words(datasets.alice().replace("'", "")))
        counts = np.array([text.count(letter) for letter in sorted(set(text))])
    elif source.startswith("words"):
        counts = np.bincount(datasets.ranks(datasets.alice()))
    elif source.startswith("Fib"):
        counts = np.array([1, 1])
        while counts.size < 24:
            counts = np.append(counts, counts[-2:].sum())
    else:
        counts = np.ones(100, np.int64)
    return -np.sort(-counts[counts > 0])


@cache
def _code(source: str, limit: int | None) -> tuple[float, NDArray[np.int64]]:
    """Mean length and lengths of the best code with words of at most *limit* bits."""
    counts = _counts(source)
    lengths = np.array(huffman(counts, longest=limit).lengths)
    return float(lengths @ counts / counts.sum()), lengths


def compute(params: Params) -> Frame:
    counts = _counts(params.source)
    need = int(counts.size - 1).bit_length()
    limits = np.arange(need, LARGEST + 1)
    limit = max(params.limit, need)
    free, longest = _code(params.source, None)
    return Frame(
        params.source,
        params.limit,
        limit,
        limits,
        np.array([_code(params.source, int(most))[0] for most in limits]),
        free,
        entropy(counts / counts.sum()),
        _code(params.source, limit)[1],
        longest,
    )


def draw(frame: Frame) -> go.Figure:
    titles = ["the best code under each limit", "who pays"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.5, 0.5], horizontal_spacing=0.11)
    look = {"line": {"color": SIGNAL, "width": 2.5}, "marker": {"size": 8}}
    hover = "L = %{x}: %{y:.4f} bits<extra></extra>"
    figure.add_scatter(name="words of at most L bits", mode="lines+markers", hovertemplate=hover, **look)
    mark = {"color": ACCENT, "size": 14, "symbol": "diamond"}
    figure.add_scatter(name="this L", mode="markers", marker=mark, hoverinfo="skip")
    figure.add_scatter(name="Huffman, no limit", mode="lines", line={"color": GOOD, "width": 2, "dash": "dash"})
    figure.add_scatter(name="entropy", mode="lines", line={"color": INK, "width": 2, "dash": "dot"})
    step = {"mode": "lines", "row": 1, "col": 2, "showlegend": False, "hoverinfo": "skip"}
    figure.add_scatter(name="free words", line={"color": GOOD, "width": 2, "dash": "dash", "shape": "hvh"}, **step)
    figure.add_scatter(name="words now", line={"color": ACCENT, "width": 3, "shape": "hvh"}, **step)
    dress(figure, height=430, margin={"t": 108}, legend_y=1.1)
    figure.update_xaxes(
        title_text="longest word allowed L, bits", range=[0.5, LARGEST + 0.5], dtick=2, tick0=2, row=1, col=1
    )
    figure.update_yaxes(title_text="bits a sign", row=1, col=1)
    figure.update_xaxes(title_text="signs, commonest first", showgrid=False, row=1, col=2)
    figure.update_yaxes(title_text="bits of the word", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    curve, here, free, floor, before, after = figure.data
    curve.x, curve.y = frame.limits, frame.cost.round(6)
    cost = _cost(frame)
    here.x, here.y = [frame.limit], [round(cost, 6)]
    ends = [0.5, LARGEST + 0.5]
    free.x, free.y = ends, [frame.free] * 2
    floor.x, floor.y = ends, [frame.entropy] * 2
    rank = np.arange(1, frame.lengths.size + 1)
    before.x, before.y = rank, frame.longest
    after.x, after.y = rank, frame.lengths
    top, low = float(frame.cost.max()), frame.entropy
    figure.layout.yaxis.range = [low - 0.1 * (top - low) - 0.02, top + 0.1 * (top - low) + 0.02]
    figure.layout.xaxis2.range = [0.2, frame.lengths.size + 0.8]
    figure.layout.yaxis2.range = [0, 1.08 * max(int(frame.longest.max()), int(frame.lengths.max()))]
    figure.layout.title.text = _verdict(frame)


def _cost(frame: Frame) -> float:
    return float(frame.cost[frame.limit - frame.limits[0]])


def _verdict(frame: Frame) -> str:
    cost = _cost(frame)
    return f"At most {frame.limit} bits: {cost:.4f} bits a sign, {cost - frame.free:.4f} more than with no limit"


def describe(frame: Frame) -> str:
    need = f" ({frame.wanted} bits are too few for {frame.lengths.size} signs)" if frame.wanted < frame.limit else ""
    grew = int(np.count_nonzero(frame.lengths < frame.longest))
    paid = int(np.count_nonzero(frame.lengths > frame.longest))
    return (
        f"{frame.lengths.size} signs, {frame.source}. {_verdict(frame)}{need}; free, the longest word has "
        f"{frame.longest.max()} bits, and the entropy is {frame.entropy:.4f}. {grew} words became shorter, "
        f"{paid} longer, and the table of a decoder has {2**frame.limit:,} entries."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``source`` and ``limit``."""
    return Explorer(SCENE, **start)
