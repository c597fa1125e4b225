"""What does a rotation do to real weights?

Two matrices of a language model, before and after. Left the weights, in units of their row's root mean square; right
the lengths of their groups, with the law that they have when directions mean nothing, and the levels of its best
quantizer.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant import datasets
from polyquant.quantize.gain import gain_codebook, gain_density
from polyquant.quantize.weights import quantize_matrix
from polyquant.transforms import Rotation

from ._explorer import Explorer
from ._scene import Scene, choice, switch
from ._theme import ACCENT, INK, SIGNAL, WARNING, dress

OUTPUT, QUERY = "output matrix, 64 rows of 1,536", "query matrix, 384 rows of 384"
SIZES = ("8", "16", "32", "64")
BITS, LEVELS = 3.1, 4
BINS = 120
FLOOR = 2e-6  # densities below are not drawn


@dataclass(frozen=True)
class Params:
    matrix: str = choice(OUTPUT, (OUTPUT, QUERY), "layer 0 of MiniLM")
    rotate: bool = switch(False, "rotated")
    n: str = choice("16", SIZES, "numbers in a group, N")


@dataclass(frozen=True, eq=False)
class Frame:
    matrix: str
    rotate: bool
    n: int
    weights: tuple[NDArray[np.float64], NDArray[np.float64]]  # edges of bins, and densities
    lengths: tuple[NDArray[np.float64], NDArray[np.float64]]
    law: tuple[NDArray[np.float64], NDArray[np.float64]]  # of lengths: places and densities
    levels: tuple[float, ...]
    largest: float  # weight, in units of the row's root mean square
    longest: float  # group
    coherence: float
    kurtosis: float  # of the weights in units of their row
    error: float  # of the weights at 3.1 bits, relative
    other: float  # the same with the other setting of rotate


def compute(params: Params) -> Frame:
    n = int(params.n)
    rows = _rows(params.matrix, params.rotate)
    width = rows.shape[1]
    unit = rows / np.sqrt((rows**2).mean(axis=1, keepdims=True))
    lengths = np.sqrt((unit.reshape(-1, n) ** 2).mean(axis=1))
    reach = max(1.3, float(lengths.max())) * 1.02
    at = np.linspace(0, min(reach, 3.0), 121)
    return Frame(
        params.matrix,
        params.rotate,
        n,
        _histogram(unit.ravel(), float(unit.min()) * 1.02, float(unit.max()) * 1.02),
        _histogram(lengths, 0.0, reach),
        (at, gain_density(n, width, at)),
        gain_codebook(n, width, LEVELS).levels,
        float(np.abs(unit).max()),
        float(lengths.max()),
        float(np.abs(rows).max() * rows.size**0.5 / np.linalg.norm(rows)),
        float((unit**4).mean()),
        _error(params.matrix, params.rotate, n),
        _error(params.matrix, not params.rotate, n),
    )


@lru_cache(maxsize=4)
def _rows(matrix: str, rotate: bool) -> NDArray[np.float64]:
    words = datasets.minilm_output() if matrix == OUTPUT else datasets.minilm_query()
    rows = (words.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    return Rotation(rows.shape[1], seed=0).apply(rows) if rotate else rows


@lru_cache(maxsize=32)
def _error(matrix: str, rotate: bool, n: int) -> float:
    rows = _rows(matrix, False)
    small = quantize_matrix(rows, group=n, bits=BITS, rotate=rotate).dense()
    return float(((rows - small) ** 2).sum() / (rows**2).sum())


def _histogram(values: NDArray[np.float64], low: float, high: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    counts, edges = np.histogram(values, BINS, (low, high))
    return edges, counts / values.size / (edges[1] - edges[0])


def draw(frame: Frame) -> go.Figure:
    titles = ["weights, row by row", "lengths of groups"]
    figure = make_subplots(1, 2, subplot_titles=titles, horizontal_spacing=0.13)
    normal = {"color": INK, "width": 2.5, "dash": "dash"}
    for column, name in ((1, "in the matrix"), (2, "lengths")):
        look = {"color": SIGNAL, "line": {"width": 0}}
        figure.add_bar(row=1, col=column, marker=look, name=name, showlegend=column == 1, hoverinfo="skip")
        law = "if all directions were alike"
        figure.add_scatter(row=1, col=column, mode="lines", line=normal, name=law, showlegend=column == 1)
        figure.data[-1].hoverinfo = "skip"
    line = {"color": WARNING, "width": 1.5, "dash": "dot"}
    figure.add_scatter(row=1, col=2, mode="lines", line=line, name="4 levels for a length", hoverinfo="skip")
    mark = {"color": ACCENT, "size": 12, "symbol": "triangle-down"}
    figure.add_scatter(mode="markers+text", marker=mark, name="largest", textposition="top left", showlegend=False)
    figure.add_scatter(row=1, col=2, mode="markers+text", marker=mark, name="longest", textposition="top left")
    figure.data[-1].showlegend = False
    for trace in figure.data[-2:]:
        trace.update(textfont={"color": INK, "size": 13}, hoverinfo="skip")
    dress(figure, height=450, margin={"t": 118}, legend_y=1.11, bargap=0)
    figure.update_xaxes(title_text="weight, 1 = root mean square of its row", row=1, col=1)
    figure.update_xaxes(title_text="length of a group, 1 = as expected", row=1, col=2)
    powers = {"tickvals": [10.0**-i for i in range(6)], "ticktext": ["1", *(f"10<sup>−{i}</sup>" for i in range(1, 6))]}
    figure.update_yaxes(title_text="density", type="log", range=[np.log10(FLOOR), 1.2], **powers)
    figure.update_yaxes(title_text="", row=1, col=2)
    figure.update_yaxes(title_text="density", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    weights, bell, lengths, law, levels, largest, longest = figure.data
    for bars, (edges, density) in ((weights, frame.weights), (lengths, frame.lengths)):
        some = density > 0
        bars.x = ((edges[1:] + edges[:-1]) / 2)[some].round(5)
        bars.y, bars.base = (density[some] - FLOOR).round(9), FLOOR
        bars.width = float(edges[1] - edges[0])
    at = np.linspace(-4.9, 4.9, 99)
    bell.x, bell.y = at.round(3), (np.exp(-at * at / 2) / np.sqrt(2 * np.pi)).round(9)
    x, y = frame.law
    law.x, law.y = x[y > FLOOR].round(5), y[y > FLOOR].round(9)
    levels.x = [v for level in frame.levels for v in (round(level, 4), round(level, 4), None)]
    levels.y = [v for _ in frame.levels for v in (FLOOR, 12.0, None)]
    edges, density = frame.weights
    low, high = float(edges[0]), float(edges[-1])
    figure.layout.xaxis.range = [min(low, -6.0), max(high, 6.0)]
    figure.layout.xaxis2.range = [0, max(2.0, float(frame.lengths[0][-1]))]
    out = high if abs(high) >= abs(low) else low
    largest.x, largest.y = [round(out / 1.02, 4)], [1.2]
    largest.text = [f"largest: {frame.largest:.1f}"]
    largest.textposition = "top left" if out > 0 else "top right"
    longest.x, longest.y = [round(frame.longest, 4)], [3.5]
    longest.text = [f"longest: {frame.longest:.1f}  "]
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    words = "rotated" if frame.rotate else "as trained"
    name = frame.matrix.split(",")[0].capitalize()
    return f"{name}, {words}: kurtosis {frame.kurtosis:,.1f}, coherence {frame.coherence:.1f}"


def describe(frame: Frame) -> str:
    other = "as trained" if frame.rotate else "rotated"
    return (
        f"{_verdict(frame)} (a normal law has kurtosis 3). The largest weight is {frame.largest:.1f} times the root "
        f"mean square of its row, the longest group of {frame.n} {frame.longest:.2f} times what is expected, and the "
        f"highest of four levels is {frame.levels[-1]:.2f}. At {BITS} bits a weight the relative error of the weights "
        f"is {frame.error:.4f}, and {frame.other:.4f} {other}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: str | bool) -> Explorer:
    """The live figure; *start* sets ``matrix``, ``rotate`` and ``n``."""
    return Explorer(SCENE, **start)
