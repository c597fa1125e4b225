"""Why should dials be unlike each other?

Above, a mark at the hours of each dial; left, the noise of each of 1024 items; right, the same dials at every spread,
from nearly equal to as unlike as can be. Fewer hours in all make it worse.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.errors import NotConverged
from polyquant.ldp.gram import Gram, mean_variance, plan
from polyquant.ldp.insight import best_cover, cover_variance
from polyquant.ldp.subset import best_omega, spread

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT, GOOD, INK, MUTED, SIGNAL, WARNING, dress

K, EPSILON = 1024, 1.0
SPREADS = (0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.45, 0.65, 0.9)
HIGHEST = 1000.0
LEAST = float(cover_variance(best_cover(EPSILON), EPSILON))
STEPS = 400  # of conjugate gradients: more is needed only where the ratio is off the picture


@dataclass(frozen=True)
class Params:
    spread: int = control(
        10, 1, 90, 1, "spread in percent", hint="hours between 1 - spread and 1 + spread times the mean"
    )
    ell: int = control(10, 6, 16, 1, "dials")
    rho: float = control(4.0, 3.0, 6.0, 0.5, "hours of all dials, in units of k")


@dataclass(frozen=True, eq=False)
class Frame:
    spread: float
    rho: float
    moduli: tuple[int, ...]
    noise: NDArray[np.float64] | None  # shape (1024,), in units of the best possible; None if nothing can be solved
    curve: tuple[float | None, ...]  # mean noise at SPREADS


def compute(params: Params) -> Frame:
    share = params.spread / 100
    moduli = _dials(params.ell, params.rho, share)
    return Frame(share, params.rho, moduli, _noise(moduli), _curve(params.ell, params.rho))


@lru_cache(maxsize=256)
def _dials(ell: int, rho: float, share: float) -> tuple[int, ...]:
    """Hours in equal steps around rho k / ell, each moved up until it shares no factor with those before."""
    found: list[int] = []
    for j in range(ell):
        m = max(2, round(rho * K / ell * (1 - share + 2 * share * (j + 0.5) / ell)))
        while any(math.gcd(m, other) > 1 for other in found):
            m += 1
        found.append(m)
    return tuple(found)


def _gram(moduli: tuple[int, ...]) -> Gram:
    """Weighted as subset selection on each dial asks for."""
    return Gram(K, moduli, tuple(1 / spread(m, best_omega(m, EPSILON), EPSILON) for m in moduli))


@lru_cache(maxsize=256)
def _noise(moduli: tuple[int, ...]) -> NDArray[np.float64] | None:
    try:
        return len(moduli) * plan(_gram(moduli)).diagonal() / LEAST
    except NotConverged:
        return None


@lru_cache(maxsize=64)
def _curve(ell: int, rho: float) -> tuple[float | None, ...]:
    return tuple(_mean(_dials(ell, rho, share)) for share in SPREADS)


def _mean(moduli: tuple[int, ...]) -> float | None:
    try:
        ratio = len(moduli) * mean_variance(_gram(moduli), tolerance=1e-6, steps=STEPS) / LEAST
    except NotConverged:
        return None
    return ratio if 0 < ratio < 10 * HIGHEST else None


def draw(frame: Frame) -> go.Figure:
    spec = [[{"colspan": 2}, None], [{}, {}]]
    titles = ["the dials", "noise of each item", "mean noise at every spread"]
    shape = {"row_heights": [0.14, 0.86], "column_widths": [0.58, 0.42], "subplot_titles": titles}
    figure = make_subplots(2, 2, specs=spec, vertical_spacing=0.2, horizontal_spacing=0.14, **shape)
    look = {"mode": "lines", "line": {"width": 3, "color": SIGNAL}}
    figure.add_scatter(row=1, col=1, hovertemplate="%{x} hours<extra></extra>", **look)
    figure.add_scatter(row=2, col=1, mode="lines", line={"color": SIGNAL, "width": 1.5}, hoverinfo="skip")
    figure.add_scatter(row=2, col=1, mode="lines", line={"color": GOOD, "dash": "dash", "width": 2}, hoverinfo="skip")
    hover = "spread %{x} %: %{y:.2f}<extra></extra>"
    line = {"color": MUTED, "width": 2, "dash": "dot"}
    figure.add_scatter(row=2, col=2, mode="lines+markers", line=line, marker={"size": 6}, hovertemplate=hover)
    figure.add_scatter(row=2, col=2, mode="lines", line={"color": GOOD, "dash": "dash", "width": 2}, hoverinfo="skip")
    figure.add_scatter(row=2, col=2, mode="markers", marker={"color": ACCENT, "size": 12}, hoverinfo="skip")
    figure.add_annotation(text="green: one dial of 1024 hours", xref="x2", yref="y2", x=512, y=0.12, font_color=INK)
    figure.add_annotation(xref="x2 domain", yref="y2 domain", x=0.5, y=0.6, font={"size": 14, "color": WARNING})
    dress(figure, height=560, showlegend=False, margin={"t": 84})
    figure.update_xaxes(title_text="hours", range=[0, 2000], row=1, col=1)
    figure.update_yaxes(visible=False, range=[-1, 1], row=1, col=1)
    figure.update_xaxes(title_text="item", range=[0, K], row=2, col=1)
    figure.update_xaxes(title_text="spread in percent", range=[0, 95], row=2, col=2)
    names = {1: "1", 2: "2", 5: "5", 10: "10", 30: "30", 100: "100", 300: "300", 1000: "1000"}
    ticks = {"type": "log", "tickvals": list(names), "ticktext": list(names.values()), "range": [-0.12, 3.05]}
    figure.update_yaxes(title_text="variance, 1 = the best possible", row=2, col=1, **ticks)
    figure.update_yaxes(title_text="mean variance", row=2, col=2, **ticks)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    dials, noise, best, curve, one, here = figure.data
    dials.x = [x for m in frame.moduli for x in (m, m, None)]
    dials.y = [y for _ in frame.moduli for y in (-1, 1, None)]
    shown = np.minimum(frame.noise, HIGHEST) if frame.noise is not None else np.zeros(0)
    noise.x, noise.y = np.arange(shown.size), np.round(shown, 4)
    best.x, best.y = [0, K], [1, 1]
    curve.x = [100 * share for share in SPREADS]
    curve.y = [None if ratio is None or ratio > HIGHEST else round(ratio, 4) for ratio in frame.curve]
    one.x, one.y = [0, 100], [1, 1]
    here.x, here.y = [100 * frame.spread], [HIGHEST if frame.noise is None else min(float(frame.noise.mean()), HIGHEST)]
    figure.layout.annotations[-1].text = "" if frame.noise is not None else "nothing can be solved"
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    words = f"{len(frame.moduli)} dials, spread {100 * frame.spread:.0f} %, {sum(frame.moduli) / K:.2f} k hours in all"
    if frame.noise is None:
        return f"{words}: too alike, nothing can be solved"
    return f"{words}: {frame.noise.mean():,.2f} times the best variance"


def describe(frame: Frame) -> str:
    words = f"{_verdict(frame)}. The dials have {min(frame.moduli)} to {max(frame.moduli)} hours for {K} items."
    if frame.noise is None:
        return words
    low, high = frame.noise.min(), frame.noise.max()
    return f"{words} The noise of single items is {low:,.2f} to {high:,.2f} times the best possible."


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float) -> Explorer:
    """The live figure; *start* sets ``spread``, ``ell`` and ``rho``."""
    return Explorer(SCENE, **start)
