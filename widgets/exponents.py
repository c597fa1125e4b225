"""Are the exponents of trained weights those of a bell curve?

Bars: how often each exponent occurs in a tensor of a real model. Line: what a law with a standard deviation of the
reader's choice predicts. Moving sigma shifts the line and leaves its shape, and its entropy, as they are.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from polyquant.datasets import minilm_exponents
from polyquant.prefix import entropy

from ._explorer import Explorer
from ._scene import Scene, choice, control, switch
from ._theme import ACCENT, SIGNAL, blank

TENSORS = {
    "query, layer 0": "encoder.layer.0.attention.self.query.weight",
    "attention output, layer 3": "encoder.layer.3.attention.output.dense.weight",
    "word embeddings": "embeddings.word_embeddings.weight",
    "pooler": "pooler.dense.weight",
    "norm of the embeddings": "embeddings.LayerNorm.weight",
    "all 103 tensors": "",
}
LAWS = ("Gauss", "Laplace")
LOWEST, HIGHEST = -30, 5  # floor(lg |w|) of the exponents that are drawn
EXPONENTS = np.arange(LOWEST, HIGHEST)
FLOOR = 2.0**-60  # no share is taken to be less, so that no price is infinite


@dataclass(frozen=True)
class Params:
    tensor: str = choice("query, layer 0", tuple(TENSORS), "weights")
    law: str = choice("Gauss", LAWS, "law of the prediction")
    lg_sigma: float = control(-2.0, -8.0, 2.0, 0.1, "lg σ of the prediction")
    logarithmic: bool = switch(False, "shares on a logarithmic axis")


@dataclass(frozen=True, eq=False)
class Frame:
    tensor: str
    law: str
    sigma: float
    logarithmic: bool
    real: NDArray[np.float64]  # share of each of EXPONENTS
    predicted: NDArray[np.float64]
    entropy: float  # bits of a real exponent
    entropy_predicted: float
    price: float  # mean of -lg(predicted) over the real ones


def compute(params: Params) -> Frame:
    (real, bits), sigma = _real(params.tensor), 2.0**params.lg_sigma
    predicted = shares(params.law, sigma)
    price = float(-(real * np.log2(np.maximum(predicted, FLOOR))).sum())
    return Frame(
        *(params.tensor, params.law, sigma, params.logarithmic, real, predicted),
        *(bits, entropy(predicted / predicted.sum()), price),
    )


@cache
def _real(tensor: str) -> tuple[NDArray[np.float64], float]:
    """Shares of EXPONENTS, and the entropy of all."""
    names, counts = minilm_exponents()
    found = counts[names.index(TENSORS[tensor])] if TENSORS[tensor] else counts.sum(axis=0)
    found = found / found.sum()
    return found[127 + LOWEST : 127 + HIGHEST], entropy(found)


def shares(law: str, sigma: float) -> NDArray[np.float64]:
    """How likely 2^e <= |x| < 2^(e+1) is for each of EXPONENTS, if x follows *law* with standard deviation *sigma*."""
    edges = 2.0 ** np.arange(LOWEST, HIGHEST + 1) / sigma
    if law == "Gauss":
        return np.diff([math.erf(edge / math.sqrt(2)) for edge in edges])
    return -np.diff(np.exp(-edges * math.sqrt(2)))


def draw(frame: Frame) -> go.Figure:
    figure = blank("exponent of the weight, floor(lg |w|)", "share of the weights", height=420, margin_t=84)
    figure.add_bar(name="real weights", marker_color=SIGNAL, hovertemplate="%{x}: %{y:.2%}<extra></extra>")
    line = {"color": ACCENT, "width": 2.5, "dash": "dash"}
    figure.add_scatter(name="prediction", mode="lines+markers", line=line, marker={"size": 8, "symbol": "diamond"})
    figure.data[1].update(marker_color=ACCENT, hovertemplate="%{x}: %{y:.2%} predicted<extra></extra>")
    figure.update_xaxes(range=[-20.6, 3.6], dtick=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    bars, line = figure.data
    least = 1e-7 if frame.logarithmic else 0.0
    bars.x, bars.y = EXPONENTS, _shown(frame.real, least)
    line.x, line.y = EXPONENTS, _shown(frame.predicted, least)
    line.name = f"{frame.law}, σ = {frame.sigma:.3g}"
    axis = figure.layout.yaxis
    axis.type = "log" if frame.logarithmic else "linear"
    axis.tickformat = ".0e" if frame.logarithmic else ".0%"
    axis.range = [-7, 0.1] if frame.logarithmic else [0, max(0.42, 1.05 * float(frame.real.max()))]
    figure.layout.title.text = (
        f"entropy: real {frame.entropy:.3f} bits, {frame.law} {frame.entropy_predicted:.3f} bits whatever σ; "
        f"betting on it costs {_price(frame)}"
    )


def _shown(shares: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    return np.round(np.maximum(shares, least), 9)


def _price(frame: Frame) -> str:
    return f"{frame.price:.3f}" if frame.price < 8 else "more than 8"


def describe(frame: Frame) -> str:
    top = int(EXPONENTS[frame.real.argmax()])
    aim = int(EXPONENTS[frame.predicted.argmax()])
    scale = "a logarithmic" if frame.logarithmic else "an even"
    return (
        f"The exponents of {frame.tensor} have an entropy of {frame.entropy:.3f} bits, the commonest is {top}. A law "
        f"of {frame.law} with σ = {frame.sigma:.3g} expects {aim} to be the commonest and has an entropy of "
        f"{frame.entropy_predicted:.3f} bits; words made for it would cost {_price(frame)} bits a real exponent. "
        f"Shares are on {scale} axis."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float | str | bool) -> Explorer:
    """The live figure; *start* sets ``tensor``, ``law``, ``lg_sigma`` and ``logarithmic``."""
    return Explorer(SCENE, **start)
