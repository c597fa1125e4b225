"""How much of the domain should a report cover?

Three curves over the share t that a report covers: the noise of the estimate, the attacker's luck, and the bits of a
report. The protocols are points on or beside the curves.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.ldp import (
    HadamardResponse,
    LocalHashing,
    ProjectiveGeometry,
    RandomizedResponse,
    SubsetSelection,
    UnaryEncoding,
)
from polyquant.ldp.insight import best_cover, cover_attack, cover_bits, cover_variance

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT, CYCLE, GOOD, MARKERS, SIGNAL, dress

NAMES = ("GRR", "SS", "OUE", "OLH", "PGR", "HR")
SIZES = (11, 17, 14, 9, 11, 11)  # three stand at one place, one over the other
PLACES = np.concatenate([np.geomspace(2e-4, 0.2, 60), np.linspace(0.21, 0.95, 38)])
WORST = 300.0


@dataclass(frozen=True)
class Params:
    t: float = control(0.02, 0.0005, 0.9, 1.12, "share t of the items that a report covers", log=True)
    epsilon: float = control(1.0, 0.25, 6.0, 0.25, "privacy epsilon")
    k: int = control(1024, 8, 4096, 2, "items k", log=True)


@dataclass(frozen=True, eq=False)
class Protocol:
    cover: float
    noise: float  # of an item that nobody has, in units of the best on the curve
    luck: float  # of the attacker, in units of a blind guess
    bits: int


@dataclass(frozen=True, eq=False)
class Frame:
    t: float
    epsilon: float
    k: int
    best: float  # share
    here: tuple[float, float, float]  # noise, luck, bits at t
    curves: tuple[NDArray[np.float64], ...]  # the same at PLACES
    protocols: dict[str, Protocol]
    least: float  # variance times users at the best share


def compute(params: Params) -> Frame:
    t, epsilon, k = params.t, params.epsilon, params.k
    best = best_cover(epsilon)
    least = float(cover_variance(best, epsilon))

    def three(shares: NDArray[np.float64] | float) -> tuple[NDArray[np.float64], ...]:
        return cover_variance(shares, epsilon) / least, cover_attack(shares, epsilon), k * cover_bits(shares)

    noise, luck, bits = three(t)
    here = float(noise), float(luck), float(bits)
    return Frame(t, epsilon, k, best, here, three(PLACES), _protocols(k, epsilon), least)


@lru_cache(maxsize=256)
def _protocols(k: int, epsilon: float) -> dict[str, Protocol]:
    subset, hashing, geometry = SubsetSelection(k, epsilon), LocalHashing(k, epsilon), ProjectiveGeometry(k, epsilon)
    q, dimensions = geometry.q, geometry.t
    mechanisms = {
        "GRR": (1 / k, RandomizedResponse(k, epsilon)),
        "SS": (subset.omega / k, subset),
        "OUE": (best_cover(epsilon), UnaryEncoding(k, epsilon)),
        "OLH": (1 / hashing.g, hashing),
        "PGR": ((q ** (dimensions - 1) - 1) / (q**dimensions - 1), geometry),
        "HR": (0.5, HadamardResponse(k, epsilon)),
    }
    least = float(cover_variance(best_cover(epsilon), epsilon))
    alone = np.zeros(k)
    alone[0] = 1
    return {
        name: Protocol(
            cover, float(made.variance(1, alone)[1]) / least, k * made.attack_success(), int(made.message_bits)
        )
        for name, (cover, made) in mechanisms.items()
    }


def draw(frame: Frame) -> go.Figure:
    titles = ["noise of the estimate", "luck of the attacker", "bits of a report"]
    figure = make_subplots(1, 3, subplot_titles=titles, horizontal_spacing=0.1)
    for column in (1, 2, 3):
        place = {"row": 1, "col": column}
        look = {"mode": "lines", "hoverinfo": "skip"}
        figure.add_scatter(line={"color": SIGNAL, "width": 3}, showlegend=False, **look, **place)
        line = {"color": GOOD, "dash": "dash", "width": 2}
        name = {"name": "least noise", "showlegend": column == 1}
        figure.add_scatter(line=line, **name, **look, **place)
        for i, protocol in enumerate(NAMES):
            mark = {"color": CYCLE[i], "symbol": MARKERS[i], "size": SIZES[i], "line": {"width": 1, "color": "#ffffff"}}
            hover = f"{protocol}: t = %{{x:.3g}}, %{{y:.3g}}<extra></extra>"
            only = {"name": protocol, "showlegend": column == 1}
            figure.add_scatter(mode="markers", marker=mark, hovertemplate=hover, **only, **place)
        ring = {"color": ACCENT, "size": 15, "symbol": "circle-open", "line": {"width": 3}}
        figure.add_scatter(mode="markers", marker=ring, name="your t", showlegend=column == 1, **place)
    dress(figure, height=440, margin={"t": 112}, legend_y=1.1)
    ticks = {"tickvals": [0.001, 0.01, 0.1, 0.5], "ticktext": ["0.001", "0.01", "0.1", "0.5"]}
    figure.update_xaxes(title_text="share t covered", type="log", range=[np.log10(1.8e-4), np.log10(0.97)], **ticks)
    tens = {"tickvals": [1, 3, 10, 30, 100, 300, 1000, 4000]}
    words = ["1", "3", "10", "30", "100", "300", "1000", "4000"]
    rows = (("variance, 1 = least", WORST), ("times a blind guess", 450), ("bits", 5000))
    for column, (title, top) in enumerate(rows, 1):
        bounds = [-0.1, np.log10(top)]
        figure.update_yaxes(title_text=title, type="log", range=bounds, ticktext=words, row=1, col=column, **tens)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    each = len(NAMES) + 3
    fields = ("noise", "luck", "bits")
    tops = (WORST, 450, 5000)
    for column, (field, top) in enumerate(zip(fields, tops)):
        curve, best, *marks, ring = figure.data[column * each : (column + 1) * each]
        curve.x, curve.y = PLACES, np.round(frame.curves[column], 5)
        best.x, best.y = [frame.best, frame.best], [0.5, 2 * top]
        for name, mark in zip(NAMES, marks):
            protocol = frame.protocols[name]
            mark.x, mark.y = [protocol.cover], [getattr(protocol, field)]
        ring.x, ring.y = [frame.t], [frame.here[column]]
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    noise, luck, bits = frame.here
    return (
        f"Covering {100 * frame.t:.3g} % of {frame.k} items: {noise:.3g} times the least noise, "
        f"{luck:.3g} times a blind guess, {max(1, bits):.0f} bits"
    )


def describe(frame: Frame) -> str:
    rows = [f"{name} {p.noise:.2f}, {p.luck:.2f}, {p.bits}" for name, p in sorted(frame.protocols.items())]
    return (
        f"{_verdict(frame)}. At epsilon {frame.epsilon:g} noise is least, {frame.least:.3g} / n, when reports cover "
        f"{100 * frame.best:.3g} % of the items. Noise, luck and bits of the protocols: {'; '.join(rows)}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float) -> Explorer:
    """The live figure; *start* sets ``t``, ``epsilon`` and ``k``."""
    return Explorer(SCENE, **start)
