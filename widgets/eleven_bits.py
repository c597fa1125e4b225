"""Where do the sixteen bits of a weight go, and where do eleven come from?

A real matrix of 384 x 384 weights in the container PQDF. Above, the bits of one weight before and after; below, what
chunks and streams cost: each chunk brings sizes and a checksum, each stream ends on a whole byte.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.datasets import minilm_query
from polyquant.prefix import dfloat, entropy, package_merge

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, GOOD, INK, MUTED, PAPER, ROSE, SIGNAL, WARNING, dress

CHUNKS = [2**k for k in range(8, 19)]
STREAMS = ("1", "2", "4", "8")
ROWS = ("bfloat16", "PQDF")
PARTS = {"sign": MUTED, "mantissa": ROSE, "exponent": SIGNAL, "tables, checksums": WARNING}


@dataclass(frozen=True)
class Params:
    chunk: int = control(65536, CHUNKS[0], CHUNKS[-1], 2, "weights in a chunk", log=True)
    streams: str = choice("4", STREAMS, "streams in a chunk")
    longest: int = control(12, 5, 12, 1, "longest word allowed, bits")


@dataclass(frozen=True, eq=False)
class Frame:
    chunk: int
    streams: int
    longest: int
    before: tuple[float, ...]  # bits of a weight for each of PARTS
    after: tuple[float, ...]
    curve: NDArray[np.float64]  # bits of a weight in all, for each of CHUNKS
    floor: float  # bits of sign, mantissa and the entropy of the exponent

    @property
    def total(self) -> float:
        return sum(self.after)


def compute(params: Params) -> Frame:
    streams = int(params.streams)
    found = _inspect(params.chunk, streams, params.longest)
    exponent, tables = 8 * found.exponent_bytes / found.n, 8 * found.header_bytes / found.n
    curve = np.array([bits_per_weight(chunk, streams, params.longest) for chunk in CHUNKS])
    floor = 8 + entropy(np.bincount((minilm_query() >> 7 & 255).ravel()) / found.n)
    return Frame(
        *(params.chunk, streams, params.longest),
        *((1.0, 7.0, 8.0, 0.0), (1.0, 7.0, exponent, tables), curve, floor),
    )


@lru_cache(maxsize=512)
def _inspect(chunk: int, streams: int, longest: int) -> dfloat.Inspection:
    return dfloat.inspect(dfloat.compress(minilm_query(), chunk=chunk, streams=streams, longest=longest))


def bits_per_weight(chunk: int, streams: int, longest: int) -> float:
    """What the container would take, counted and not written: all chunk sizes at every step of a slider."""
    ends = _ends(longest)
    n = ends.size - 1
    starts = np.arange(0, n, chunk)
    sizes = np.minimum(chunk, n - starts)
    cuts = np.minimum(np.outer(-(-sizes // streams), np.arange(streams + 1)), sizes[:, None]) + starts[:, None]
    coded = (np.diff(ends[cuts], axis=1) + 7) // 8
    header = 32 + 8 * 2 + 128 + 4 * (streams + 1) * starts.size + 4
    return float(8 * (header + n + coded.sum()) / n)


@lru_cache(maxsize=16)
def _ends(longest: int) -> NDArray[np.int64]:
    """Bits of the words of the first i exponents, for every i."""
    exponents = (minilm_query() >> 7 & 255).ravel()
    lengths = np.array(package_merge(np.bincount(exponents), longest))
    return np.concatenate([[0], np.cumsum(lengths[exponents])])


def draw(frame: Frame) -> go.Figure:
    titles = ["one weight", "what the size of a chunk costs"]
    figure = make_subplots(2, 1, row_heights=[0.42, 0.58], vertical_spacing=0.24, subplot_titles=titles)
    for name, colour in PARTS.items():
        words = {"textposition": "inside", "insidetextanchor": "middle", "textangle": 0}
        figure.add_bar(name=name, orientation="h", marker_color=colour, **words, row=1, col=1)
        figure.data[-1].update(textfont={"size": 14, "color": PAPER}, marker_line={"color": PAPER, "width": 1.5})
        figure.data[-1].hovertemplate = f"{name}: %{{x:.3f}} bits<extra>%{{y}}</extra>"
    curve = {"mode": "lines+markers", "line": {"color": INK, "width": 2.5}, "showlegend": False}
    figure.add_scatter(**curve, hovertemplate="%{x:,} weights: %{y:.3f} bits<extra></extra>", row=2, col=1)
    floor = {"mode": "lines", "line": {"color": GOOD, "width": 2, "dash": "dash"}, "name": "entropy, tables for free"}
    figure.add_scatter(**floor, row=2, col=1, hovertemplate="%{y:.3f} bits<extra></extra>")
    ring = {"symbol": "diamond", "size": 15, "color": ACCENT, "line": {"color": PAPER, "width": 1.5}}
    figure.add_scatter(mode="markers", marker=ring, name="now", row=2, col=1, hoverinfo="skip")
    dress(figure, height=520, barmode="stack", bargap=0.25, margin={"t": 118, "l": 84}, legend_y=1.1)
    figure.update_xaxes(title_text="bits", range=[0, 16.2], dtick=1, row=1, col=1)
    figure.update_yaxes(title_text="stored as", autorange="reversed", row=1, col=1)
    figure.update_xaxes(title_text="weights in a chunk", type="log", row=2, col=1, tickvals=CHUNKS)
    figure.update_xaxes(ticktext=[f"{c:,}" for c in CHUNKS], range=[2.35, 5.48], row=2, col=1)
    figure.update_yaxes(title_text="bits a weight", row=2, col=1, range=[10.5, 12.2])
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    for bar, name, *bits in zip(figure.data[:4], PARTS, frame.before, frame.after):
        bar.x, bar.y = bits, ROWS
        bar.text = [f"{name.split(',')[0]} {n:.3g}" if n >= 0.9 else "" for n in bits]
    curve, floor, now = figure.data[4:]
    curve.x, curve.y = CHUNKS, frame.curve.round(4)
    floor.x, floor.y = [CHUNKS[0], CHUNKS[-1]], [frame.floor] * 2
    now.x, now.y = [frame.chunk], [round(frame.total, 4)]
    figure.layout.title.text = f"{frame.total:.3f} of 16 bits, {frame.total / 16:.2%}: {_where(frame)}"


def _where(frame: Frame) -> str:
    return f"exponent {frame.after[2]:.3f}, tables and checksums {frame.after[3]:.3f}"


def describe(frame: Frame) -> str:
    return (
        f"A matrix of 147,456 real weights with {frame.chunk:,} weights to a chunk, {frame.streams} streams and words "
        f"of at most {frame.longest} bits takes {frame.total:.3f} bits a weight instead of 16, {frame.total / 16:.2%}: "
        f"sign 1, mantissa 7, {_where(frame)}. The entropy, with tables for free, is {frame.floor:.3f}; with chunks of "
        f"{CHUNKS[0]} weights it would be {frame.curve[0]:.3f} bits, in one chunk {frame.curve[-1]:.3f}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``chunk``, ``streams`` and ``longest``."""
    return Explorer(SCENE, **start)
