"""Why not simply a list of good vectors?

A code book of 2^(N R) vectors against the table that a pyramid needs to number its points: bytes over the dimension.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import plotly.graph_objects as go

from polyquant.quantize import Pyramid

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT, INK, MUTED, SIGNAL, WARNING, blank

DIMENSIONS = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48, 56, 64)
LANDMARKS = (
    (20, "second-level cache, 1 MiB"),
    (34, "memory of a laptop, 16 GiB"),
    (77.1, "all data on earth, about 10<sup>23</sup> bytes"),
)
BYTES_OF_A_NUMBER = 2
HIGHEST = 100  # powers of two; a code book beyond that leaves the picture
COMPARED = 1e9  # entries a second, generously


@dataclass(frozen=True)
class Params:
    n: int = control(16, 2, 64, 2, "numbers in a group, N")
    rate: float = control(2.0, 0.5, 4.0, 0.5, "bits a number, R")


@dataclass(frozen=True)
class Frame:
    n: int
    rate: float
    book: list[tuple[int, float]]  # (N, log2 of the bytes of a code book)
    table: list[tuple[int, float]]  # (N, log2 of the bytes of a pyramid's table)
    k: int  # pulses at n
    used: int  # bits of an index at n

    @property
    def entries(self) -> int:
        """Exponent of the number of vectors, N R."""
        return round(self.n * self.rate)

    @property
    def book_bytes(self) -> float:
        """log2 of the bytes of the code book at n."""
        return self.n * self.rate + math.log2(self.n * BYTES_OF_A_NUMBER)

    @property
    def table_bytes(self) -> int:
        return _table(self.n, self.k)


def compute(params: Params) -> Frame:
    n, rate = params.n, params.rate
    book = [(m, m * rate + math.log2(m * BYTES_OF_A_NUMBER)) for m in DIMENSIONS]
    table = [(m, math.log2(_table(m, _pulses(m, rate)))) for m in DIMENSIONS]
    k = _pulses(n, rate)
    return Frame(n, rate, book, table, k, Pyramid(n, k).bits)


@lru_cache(maxsize=1024)
def _pulses(n: int, rate: float) -> int:
    """The most pulses whose index fits into n rate bits; at least one."""
    low, high = 1, 2
    while Pyramid(n, high).bits <= n * rate:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if Pyramid(n, middle).bits <= n * rate else (low, middle)
    return low


def _table(n: int, k: int) -> int:
    """Bytes of the counts U(0..n, 0..k+1), in words of 64 bits as wide as the largest."""
    return (n + 1) * (k + 2) * 8 * max(1, math.ceil(Pyramid(n, k).bits / 64))


def draw(frame: Frame) -> go.Figure:
    figure = blank("numbers in a group, N", "bytes", height=430, margin={"t": 96, "r": 30})
    for height, words in LANDMARKS:
        line = {"color": MUTED, "dash": "dot", "width": 1.5}
        figure.add_shape(type="line", x0=0, x1=66, y0=height, y1=height, line=line, layer="below")
        figure.add_annotation(x=65.5, y=height, text=words, xanchor="right", yanchor="bottom", font={"color": MUTED})
    line = {"color": WARNING, "width": 3}
    figure.add_scatter(mode="lines", name="code book: 2<sup>NR</sup> vectors", line=line, hoverinfo="skip")
    line = {"color": SIGNAL, "width": 3, "dash": "dash"}
    figure.add_scatter(mode="lines", name="pyramid: a table of counts", line=line, hoverinfo="skip")
    mark = {"color": ACCENT, "size": 13, "symbol": "diamond"}
    text = {"color": INK, "size": 14}
    figure.add_scatter(mode="markers+text", name="at this N", marker=mark, textfont=text, hoverinfo="skip")
    figure.update_xaxes(range=[0, 66], dtick=8)
    powers = list(range(0, HIGHEST + 1, 20))
    figure.update_yaxes(range=[0, HIGHEST], tickvals=powers, ticktext=[f"2<sup>{i}</sup>" for i in powers])
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    book, table, here = figure.data
    inside = [(n, y) for n, y in frame.book if y <= HIGHEST + 12]
    book.x, book.y = [n for n, _ in inside], [round(y, 3) for _, y in inside]
    table.x, table.y = [n for n, _ in frame.table], [round(y, 3) for _, y in frame.table]
    high = min(frame.book_bytes, HIGHEST - 4)
    here.x, here.y = [frame.n, frame.n], [round(high, 3), round(math.log2(frame.table_bytes), 3)]
    left = frame.n > 48
    words = [
        ("↑ " if frame.book_bytes > HIGHEST else "") + _size(frame.book_bytes),
        _size(math.log2(frame.table_bytes)),
    ]
    here.text = [f"{word}  " if left else f"  {word}" for word in words]
    here.textposition = ["middle left", "bottom left"] if left else ["middle right", "bottom right"]
    figure.layout.title.text = _verdict(frame)


def _size(power: float) -> str:
    """2^power bytes in words."""
    units = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
    step = min(int(power // 10), len(units) - 1)
    value = 2 ** (power - 10 * step)
    return f"{value:.3g} {units[step]}" if value < 1000 else f"2<sup>{power:.0f}</sup> bytes"


def _verdict(frame: Frame) -> str:
    return f"N = {frame.n}, {frame.rate:g} bits a number: 2<sup>{frame.entries}</sup> vectors in a code book"


def describe(frame: Frame) -> str:
    book, table = (
        _size(p).replace("<sup>", "^").replace("</sup>", "") for p in (frame.book_bytes, math.log2(frame.table_bytes))
    )
    years = 2.0**frame.entries / COMPARED / 3.15e7
    wait = f"{years:.2g} years" if years > 1 else f"{years * 3.15e7:.2g} seconds"
    return (
        f"A code book for groups of {frame.n} numbers at {frame.rate:g} bits each has 2^{frame.entries} vectors and "
        f"takes {book}; to compare one group with all of them takes {wait} at a billion a second. The pyramid with "
        f"K = {frame.k} spends {frame.used} bits on {frame.n} numbers and needs a table of {table}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float) -> Explorer:
    """The live figure; *start* sets ``n`` and ``rate``."""
    return Explorer(SCENE, **start)
