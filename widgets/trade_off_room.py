"""Which protocol should carry your data?

Noise against bits of a report for all protocols, the colour is the luck of an attacker. Modular subset selection comes
in many designs: more dials, less noise.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from polyquant.ldp import (
    HadamardResponse,
    LocalHashing,
    Mechanism,
    ModularSubset,
    ProjectiveGeometry,
    RandomizedResponse,
    RecursiveHadamard,
    SubsetSelection,
    UnaryEncoding,
)
from polyquant.ldp._designs import DESIGNS
from polyquant.ldp.insight import best_cover, cover_attack, cover_variance
from polyquant.ldp.moduli import mse_ratio
from polyquant.ldp.wire import enum_bits

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, DIVERGING, INK, MUTED, blank

SIZES = ("256", "1024", "4096", "22000")
TOP, BOTTOM = 2.8, 0.9
LUCK = 0.5, 1.5
RIVALS = ("GRR", "SS", "OUE", "OLH", "PGR", "HR", "RHR")


@dataclass(frozen=True)
class Params:
    k: str = choice("1024", SIZES, "items k")
    epsilon: float = control(1.0, 0.5, 5.0, 0.25, "privacy epsilon")
    dials: int = control(16, 3, 48, 1, "dials", hint="the nearest design in the library's table is marked")


@dataclass(frozen=True, eq=False)
class Point:
    noise: float  # 1 = the least possible
    bits: int
    luck: float  # of the attacker, 1 = subset selection


@dataclass(frozen=True, eq=False)
class Frame:
    k: int
    epsilon: float
    rivals: dict[str, Point]
    half: dict[int, Point]  # by the number of dials; about half of subset selection's bits
    quarter: dict[int, Point]
    dials: int  # the marked design of half

    @property
    def marked(self) -> Point:
        return self.half[self.dials]


def compute(params: Params) -> Frame:
    k, epsilon = int(params.k), params.epsilon
    rivals, half, quarter = _room(k, epsilon)
    return Frame(k, epsilon, rivals, half, quarter, min(half, key=lambda ell: abs(ell - params.dials)))


@lru_cache(maxsize=128)
def _room(k: int, epsilon: float) -> tuple[dict[str, Point], dict[int, Point], dict[int, Point]]:
    least = float(cover_variance(best_cover(epsilon), epsilon))
    subset = SubsetSelection(k, epsilon)
    ours = subset.attack_success()

    def point(made: Mechanism) -> Point:
        mean = float(made.variance(1).mean()) / least
        return Point(mean, int(made.message_bits), float(made.attack_success()) / ours)

    def design(moduli: tuple[int, ...]) -> Point:
        omegas = ModularSubset(k, epsilon, moduli=moduli).omegas
        sets = [enum_bits(m, omega) for m, omega in zip(moduli, omegas)]
        luck = cover_attack(np.divide(omegas, moduli), epsilon).mean() / k  # no modulus is above k
        bits = (len(moduli) - 1).bit_length() + round(sum(sets) / len(sets))  # on average over the dials
        return Point(mse_ratio(k, moduli, epsilon), bits, float(luck) / ours)

    odds = math.exp(epsilon)
    makers: tuple[Mechanism, ...] = (
        RandomizedResponse(k, epsilon),
        subset,
        UnaryEncoding(k, epsilon),
        LocalHashing(k, epsilon),
        ProjectiveGeometry(k, epsilon),
        HadamardResponse(k, epsilon, blocks=max(1, round(odds / 2))),
        RecursiveHadamard(k, epsilon, bits=max(1, round(epsilon / math.log(2)))),
    )
    rivals = {name: point(made) for name, made in zip(RIVALS, makers)}
    designs: dict[float, dict[int, Point]] = {2.0: {}, 4.0: {}}
    for (items, ell, rho), moduli in DESIGNS.items():
        if items == k and ell / rho in designs:
            designs[ell / rho][ell] = design(moduli)
    return rivals, designs[2.0], designs[4.0]


def draw(frame: Frame) -> go.Figure:
    figure = blank("bits of a report, on average", "variance, 1 = the least possible", height=520, showlegend=True)
    look = {"mode": "markers+text", "textposition": "top center", "textfont": {"size": 12, "color": INK}}
    bar = {"title": {"text": "luck of the<br>attacker,<br>1 = SS"}, "thickness": 12, "outlinewidth": 0, "len": 0.8}
    scale = {"cmin": LUCK[0], "cmax": LUCK[1], "line": {"color": INK, "width": 1}}
    scale["colorscale"] = [(1 - place, colour) for place, colour in DIVERGING[::-1]]  # orange: he learns more
    names = (("rivals", "circle", 15), ("dials, half of SS's bits", "diamond", 14), ("dials, a quarter", "square", 12))
    for i, (name, symbol, size) in enumerate(names):
        mark = {"symbol": symbol, "size": size, **scale, "showscale": i == 0, "colorbar": bar if i == 0 else None}
        figure.add_scatter(name=name, marker=mark, customdata=[], **look)
        figure.data[-1].hovertemplate = "%{text}: %{x} bits, noise %{y:.3f}<extra></extra>"
    ring = {"color": ACCENT, "size": 24, "symbol": "circle-open", "line": {"width": 3}}
    figure.add_scatter(name="your design", mode="markers", marker=ring, hoverinfo="skip")
    figure.add_scatter(mode="lines", line={"color": MUTED, "dash": "dot", "width": 1.5}, hoverinfo="skip")
    figure.data[-1].showlegend = False
    ticks = {"tickvals": [10, 100, 1000, 10_000], "ticktext": ["10", "100", "1,000", "10,000"]}
    figure.update_xaxes(type="log", range=[0.6, 4.6], **ticks)
    figure.update_yaxes(range=[BOTTOM, TOP])
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    *sets, ring, one = figure.data
    families = (frame.rivals, frame.half, frame.quarter)
    for trace, family in zip(sets, families):
        trace.x = [p.bits for p in family.values()]
        trace.y = [min(p.noise, TOP - 0.06) for p in family.values()]
        trace.text = [_label(name, p) for name, p in family.items()]
        trace.marker.color = [round(max(LUCK[0], min(LUCK[1], p.luck)), 6) for p in family.values()]
    sets[0].textposition = [_side(name) for name in frame.rivals]
    sets[1].textposition = ["middle left" if i % 2 else "middle right" for i in range(len(frame.half))]
    sets[2].textposition = "middle left"
    ring.x, ring.y = [frame.marked.bits], [min(frame.marked.noise, TOP - 0.06)]
    one.x, one.y = [1, 10**5], [1, 1]
    figure.layout.title.text = _verdict(frame)


def _label(name: str | int, point: Point) -> str:
    text = f" {name} "
    return text if point.noise <= TOP - 0.06 else f" {name}: {point.noise:.3g} "


def _side(name: str) -> str:
    right = dict.fromkeys(("OUE", "PGR", "HR"), "middle right")
    sides = {**right, "SS": "bottom center", "RHR": "middle left"}
    return sides.get(name, "top center")


def _verdict(frame: Frame) -> str:
    share = frame.marked.bits / frame.rivals["SS"].bits
    short = frame.rivals["PGR"]
    return (
        f"{frame.dials} dials: {frame.marked.noise:.2f} times the least noise, {frame.marked.bits:,} bits "
        f"({100 * share:.0f} % of SS); PGR {short.noise:.2f} with {short.bits}"
    )


def describe(frame: Frame) -> str:
    rows = [f"{name} {p.bits:,} bits, {p.noise:.3g}, {p.luck:.2f}" for name, p in frame.rivals.items()]
    return (
        f"{_verdict(frame)}. k = {frame.k}, epsilon {frame.epsilon:g}. Bits, noise and luck (1 = SS) of the rivals: "
        f"{'; '.join(rows)}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: str | float) -> Explorer:
    """The live figure; *start* sets ``k``, ``epsilon`` and ``dials``."""
    return Explorer(SCENE, **start)
