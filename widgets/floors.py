"""What do coders cost that give no sign a word of its own?

One random message of heads and tails, in four ways. Left, bits a toss over the length of the message; right, the bits
beyond the information of this very message, -lg P. Words for signs waste the same every time; one word for all wastes
two bits at most; a rANS coder starts with the 32 bits of its state, and after that wastes only what rounding p costs.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.entropy import Rans, arithmetic
from polyquant.prefix import huffman

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT, CYCLE, DASHES, INK, MARKERS, MUTED, dress

BLOCK = 4
LONGEST = 2000
SIZES = np.array([1, 2, 4, 6, 10, 16, 25, 40, 63, 100, 160, 250, 400, 630, 1000, 1400, LONGEST])
NAMES = ("Huffman, toss by toss", f"Huffman, blocks of {BLOCK}", "rANS", "arithmetic, exact")
LOOKS = (1, 3, 2, 0)  # places in the cycle of colours
NOTHING = 0.05  # bits; less is drawn as this


@dataclass(frozen=True)
class Params:
    p: float = control(0.9, 0.5, 0.99, 0.01, "chance of heads, p")
    n: int = control(250, 1, LONGEST, 1.6, "tosses in the message, n", log=True)
    s: int = control(6, 1, 16, 1, "rANS: p in units of 1 / 2^s, s")


@dataclass(frozen=True, eq=False)
class Frame:
    p: float
    n: int
    s: int
    share: tuple[int, int]  # heads and tails of 2^s
    bits: NDArray[np.int64]  # of the messages of SIZES, a row for each of NAMES
    information: NDArray[np.float64]  # of the same messages, bits
    here: tuple[int, ...]  # bits of the message of n tosses
    worth: float  # its information


def compute(params: Params) -> Frame:
    heads = round(100 * params.p)
    bits, information = _costs(heads)
    code = Rans((heads, 100 - heads), params.s)
    bits[2] = [_rans(code, _message(heads, size)) for size in SIZES.tolist()]
    mine = _message(heads, params.n)
    here = (*_words(heads, mine), _rans(code, mine), len(arithmetic.encode(mine, [heads, 100 - heads])))
    worth = float(_information(heads, mine))
    return Frame(params.p, params.n, params.s, code.counts, bits, information, here, worth)


@cache
def _tosses() -> NDArray[np.float64]:
    return np.random.default_rng(12).random(LONGEST)


def _message(heads: int, size: int) -> NDArray[np.int64]:
    """The first *size* tosses: 0 for heads, and fewer tails the larger p is."""
    return (_tosses()[:size] >= heads / 100).astype(np.int64)


@lru_cache(maxsize=64)
def _fixed(heads: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    messages = [_message(heads, size) for size in SIZES.tolist()]
    bits = [(*_words(heads, m), 0, len(arithmetic.encode(m, [heads, 100 - heads]))) for m in messages]
    return np.array(bits).T, np.array([_information(heads, m) for m in messages])


def _costs(heads: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    bits, information = _fixed(heads)
    return bits.copy(), information


def _words(heads: int, message: NDArray[np.int64]) -> tuple[int, int]:
    """Bits in words for one toss, and in words for blocks; the last block is filled up with heads."""
    law = np.array([heads, 100 - heads])
    block = np.ones(1, np.int64)
    for _ in range(BLOCK):
        block = np.multiply.outer(block, law).ravel()
    filled = np.append(message, np.zeros(-message.size % BLOCK, np.int64)).reshape(-1, BLOCK)
    numbers = filled @ (1 << np.arange(BLOCK)[::-1])
    return len(huffman(law).encode(message)), len(huffman(block).encode(numbers))


def _rans(code: Rans, message: NDArray[np.int64]) -> int:
    """Bits of the state and of the words that were shed."""
    return 32 + 16 * code.encode(message)[1].size


def _information(heads: int, message: NDArray[np.int64]) -> float:
    tails = int(message.sum())
    return float(tails * np.log2(100 / (100 - heads)) + (message.size - tails) * np.log2(100 / heads))


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 2, subplot_titles=["bits a toss", "bits too many"], horizontal_spacing=0.12)
    for col in (1, 2):
        for i, name in zip(LOOKS, NAMES):
            look = {
                "line": {"color": CYCLE[i], "dash": DASHES[i], "width": 2.5},
                "marker": {"symbol": MARKERS[i], "size": 6},
            }
            hover = f"{name}: %{{y:.3f}}<extra></extra>"
            figure.add_scatter(row=1, col=col, mode="lines+markers", name=name, showlegend=col == 1, **look)
            figure.data[-1].update(hovertemplate=hover, marker_color=CYCLE[i])
    floor = {"color": INK, "width": 2, "dash": "dot"}
    figure.add_scatter(row=1, col=1, mode="lines", name="information", line=floor, hoverinfo="skip")
    here = {"color": ACCENT, "width": 1.5, "dash": "dash"}
    for col in (1, 2):
        figure.add_scatter(row=1, col=col, mode="lines", line=here, showlegend=False, hoverinfo="skip")
    two = {"mode": "lines+text", "text": ["two bits", ""], "textposition": "top right", "textfont_color": MUTED}
    two |= {"line": {"color": MUTED, "width": 1.5, "dash": "longdash"}, "x": [1, LONGEST], "y": [2, 2]}
    figure.add_scatter(row=1, col=2, showlegend=False, hoverinfo="skip", **two)
    dress(figure, height=450, margin={"t": 108}, legend_y=1.1)
    ticks = {"tickvals": [1, 10, 100, 1000], "ticktext": ["1", "10", "100", "1000"]}
    figure.update_xaxes(title_text="tosses in the message", type="log", range=[-0.05, 3.36], **ticks)
    figure.update_yaxes(title_text="bits a toss", range=[0, 2], row=1, col=1)
    figure.update_yaxes(title_text="bits above the information", type="log", range=[-1.35, 3.4], row=1, col=2)
    figure.layout.yaxis2.update(tickvals=[0.1, 1, 10, 100, 1000], ticktext=["0.1", "1", "10", "100", "1000"])
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    for line, extra, bits in zip(figure.data[:4], figure.data[4:8], frame.bits):
        line.x, line.y = SIZES, (bits / SIZES).round(5)
        extra.x, extra.y = SIZES, np.maximum(bits - frame.information, NOTHING).round(5)
    floor, *marks, _ = figure.data[8:]
    floor.x, floor.y = SIZES, (frame.information / SIZES).round(5)
    for mark, ends in zip(marks, ([0, 2], [NOTHING, 2000])):
        mark.x, mark.y = [frame.n, frame.n], ends
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    words, blocks, rans, one = frame.here
    return (
        f"{frame.n:,} tosses that tell {frame.worth:.1f} bits: words {words:,}, blocks {blocks:,}, rANS {rans:,}, "
        f"arithmetic {one:,}"
    )


def describe(frame: Frame) -> str:
    heads, tails = frame.share
    _, _, rans, one = (bits - frame.worth for bits in frame.here)
    return (
        f"{_verdict(frame)}; p = {frame.p:.2f}. With s = {frame.s} the rANS coder takes p as {heads} of "
        f"{heads + tails}; it needs {rans:.1f} bits too many, for its state alone takes 32, and the message fills "
        f"only a part of them. Arithmetic coding wastes {one:.1f}, and never more than 2."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float) -> Explorer:
    """The live figure; *start* sets ``p``, ``n`` and ``s``."""
    return Explorer(SCENE, **start)
