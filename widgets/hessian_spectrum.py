"""Where does the error of a quantized layer go, and where does it hurt?

A third of the query matrix of a language model and the second moments of what it is given, in the eigenvectors of these
moments. Without feedback the error is the same in all directions; with it, errors are moved to where inputs hardly ever
point.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant import datasets
from polyquant.quantize.weights import quantize_matrix

from ._explorer import Explorer
from ._scene import Scene, control, switch
from ._theme import ACCENT, INK, MUTED, SIGNAL, dress

ROWS = 128  # four heads of attention; rows do not know of each other
BINS = 40
SHARE = 1e-7


@dataclass(frozen=True)
class Params:
    bits: float = control(3.1, 2.1, 4.6, 0.5, "most bits a weight")
    rotate: bool = switch(True, "rotated")
    fresh: bool = switch(False, "measured on the other half of the book")


@dataclass(frozen=True, eq=False)
class Frame:
    bits: float  # a weight, that were spent
    k: int
    rotate: bool
    fresh: bool
    place: NDArray[np.float64]  # numbers of eigenvectors, largest eigenvalue first, middle of each bin
    inputs: NDArray[np.float64]  # eigenvalues, 1 = the mean
    plain: NDArray[np.float64]  # error in that direction, 1 = the mean of the plain errors
    fed: NDArray[np.float64]
    sums: tuple[NDArray[np.float64], NDArray[np.float64]]  # error of the outputs up to each direction: plain, fed
    weights: tuple[float, float]  # relative error of the weights: plain, fed


def compute(params: Params) -> Frame:
    values, vectors = _moments(params.fresh)
    whole = float((((_matrix() @ vectors) ** 2).sum(axis=0) * values).sum())
    spent, k, plain = _errors(params.bits, params.rotate, params.fresh, False)
    spent, k, fed = _errors(params.bits, params.rotate, params.fresh, True)
    mean = plain.mean()
    edges = np.unique(np.geomspace(1, values.size + 1, BINS + 1).round().astype(int)) - 1
    starts, sizes = edges[:-1], np.diff(edges)
    bins = [np.add.reduceat(row, starts) / sizes for row in (values / values.mean(), plain / mean, fed / mean)]
    square = float((_matrix() ** 2).sum())
    return Frame(
        spent,
        k,
        params.rotate,
        params.fresh,
        (edges[:-1] + edges[1:] + 1) / 2,
        *bins,
        (np.cumsum(plain * values) / whole, np.cumsum(fed * values) / whole),
        (float(plain.sum()) / square, float(fed.sum()) / square),
    )


@lru_cache(maxsize=1)
def _matrix() -> NDArray[np.float64]:
    return (datasets.minilm_query()[:ROWS].astype(np.uint32) << 16).view(np.float32).astype(np.float64)


@lru_cache(maxsize=2)
def _moments(fresh: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eigenvalues, falling, and eigenvectors as columns."""
    values, vectors = np.linalg.eigh(datasets.minilm_moments()[fresh])
    return np.maximum(values[::-1], values[-1] * SHARE), vectors[:, ::-1]


@lru_cache(maxsize=128)
def _errors(bits: float, rotate: bool, fresh: bool, feedback: bool) -> tuple[float, int, NDArray[np.float64]]:
    """Bits a weight, pulses, and the squared error along each eigenvector."""
    spent, k, small = _quantized(bits, rotate, feedback)
    return spent, k, (((_matrix() - small) @ _moments(fresh)[1]) ** 2).sum(axis=0)


@lru_cache(maxsize=64)
def _quantized(bits: float, rotate: bool, feedback: bool) -> tuple[float, int, NDArray[np.float32]]:
    hessian = datasets.minilm_moments()[0] if feedback else None
    small = quantize_matrix(_matrix(), bits=bits, rotate=rotate, hessian=hessian)
    return small.bits_per_weight, small.groups.k, small.dense()


def draw(frame: Frame) -> go.Figure:
    titles = ["inputs and errors, direction by direction", "error of the outputs, added up"]
    figure = make_subplots(1, 2, subplot_titles=titles, horizontal_spacing=0.14, column_widths=[0.54, 0.46])
    looks = (
        ("inputs", {"color": MUTED, "dash": "dot", "width": 2.5}),
        ("error, each group by itself", {"color": ACCENT, "dash": "dash", "width": 3}),
        ("error with feedback", {"color": SIGNAL, "width": 3}),
    )
    for name, line in looks:
        figure.add_scatter(row=1, col=1, mode="lines", line=line, name=name, hoverinfo="skip")
    for name, line in looks[1:]:
        figure.add_scatter(row=1, col=2, mode="lines+text", line=line, name=name, showlegend=False, hoverinfo="skip")
        figure.data[-1].update(textposition="top left", textfont={"color": INK, "size": 13})
    dress(figure, height=460, margin={"t": 116}, legend_y=1.1)
    figure.update_xaxes(title_text="direction, strongest inputs first", type="log", range=[-0.03, 2.62])
    ticks = [1, 3, 10, 30, 100, 300]
    figure.update_xaxes(tickvals=ticks, ticktext=[str(tick) for tick in ticks])
    levels = [0.01, 0.1, 1, 10]
    figure.update_yaxes(title_text="square, 1 = mean of all directions", type="log", range=[-2.6, 1.7], row=1, col=1)
    figure.update_yaxes(tickvals=levels, ticktext=[f"{level:g}" for level in levels], row=1, col=1)
    figure.update_yaxes(title_text="share of the outputs that is error", rangemode="tozero", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    inputs, plain, fed, below, above = figure.data
    x = frame.place.round(2)
    for line, values in ((inputs, frame.inputs), (plain, frame.plain), (fed, frame.fed)):
        line.x, line.y = x, values.round(6)
    rows = np.unique(np.geomspace(1, frame.sums[0].size, 60).round().astype(int)) - 1
    for line, values in zip((below, above), frame.sums):
        line.x, line.y = (rows + 1).astype(float), values[rows].round(7)
        line.text = [""] * (len(rows) - 1) + [f"{values[-1]:.4f}"]
    figure.layout.yaxis2.range = [0, 1.15 * max(float(values[-1]) for values in frame.sums)]
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    plain, fed = (float(values[-1]) for values in frame.sums)
    return f"{frame.bits:.2f} bits a weight: feedback makes the error of the outputs {plain / fed:.1f} times smaller"


def describe(frame: Frame) -> str:
    where = "the other half of the book" if frame.fresh else "the half of the book that the feedback saw"
    turned = "rotated" if frame.rotate else "not rotated"
    (plain, fed), (low, high) = (float(values[-1]) for values in frame.sums), frame.weights
    return (
        f"{_verdict(frame)}, from {plain:.4f} to {fed:.4f} on {where} ({turned}, {frame.k} pulses for 16 weights). The "
        f"error of the weights grows from {low:.4f} to {high:.4f}: in the strongest direction it is {frame.fed[0]:.3f} "
        f"of the mean without feedback, in the weakest {frame.fed[-1]:.1f} times as large."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float | bool) -> Explorer:
    """The live figure; *start* sets ``bits``, ``rotate`` and ``fresh``."""
    return Explorer(SCENE, **start)
