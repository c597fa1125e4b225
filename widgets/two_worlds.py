"""Does one share of two tell the secret bit?

All coins the dealer may toss, all shares they give: above the axis when the secret bit is 0, below when it is 1. The
shares say nothing exactly if both halves look the same. Three changes of the scheme, each small, each wrong.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from polyquant.algebra import gf2x
from polyquant.sharing import share_bits
from polyquant.sharing.points import point_code

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, INK, SIGNAL, blank

CODE = point_code("gamma")
OURS, CONSTANT, SHORT, ONE_LESS = (
    "as dealt: s leads, coins as long as the share",
    "secret as the constant term",
    "only one coin",
    "one coin too few",
)


@dataclass(frozen=True)
class Params:
    scheme: str = choice(OURS, (OURS, CONSTANT, SHORT, ONE_LESS), "scheme")
    t: int = control(4, 1, 7, 1, "party t")


@dataclass(frozen=True, eq=False)
class Frame:
    scheme: str
    t: int
    bits: int  # of the share
    counts: NDArray[np.int64]  # shape (2, 2^bits): how many tosses give each share, for s = 0 and 1
    success: float  # of the best guess at s from the share


def compute(params: Params) -> Frame:
    bits, point = share_bits(CODE, 2, 1, params.t), CODE.point(params.t)
    coins = {SHORT: 1, ONE_LESS: bits - 1}.get(params.scheme, bits)
    counts = np.zeros((2, 1 << bits), np.int64)
    for s in (0, 1):
        for r in range(1 << coins):
            a, b = (s, r) if params.scheme == CONSTANT else (r, s)
            counts[s, gf2x.multiply_low(b, point, bits) ^ a] += 1
    success = float(counts.max(axis=0).sum() / counts.sum())
    return Frame(params.scheme, params.t, bits, counts, success)


def draw(frame: Frame) -> go.Figure:
    figure = blank("the share, all its bits", "how often", height=400, barmode="relative", bargap=0.15)
    for s, colour in ((0, SIGNAL), (1, ACCENT)):
        figure.add_bar(name=f"secret {s}", marker_color=colour, hoverinfo="skip")
        figure.data[s].marker.pattern.shape = "/" if s else ""
    figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=0, y1=0, line={"color": INK, "width": 1.5})
    figure.update_layout(margin={"t": 92}, legend={"y": 1.02})
    figure.update_xaxes(showgrid=False, tickangle=-90, tickfont_size=10)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    share = np.arange(1 << frame.bits)
    for s, bars in enumerate(figure.data):
        bars.x, bars.y = share, frame.counts[s] * (1 - 2 * s)
    top = int(frame.counts.max())
    figure.layout.yaxis.update(range=[-1.15 * top, 1.15 * top], tickvals=[-top, 0, top])
    figure.layout.yaxis.ticktext = [str(top), "0", str(top)]
    figure.layout.xaxis.update(range=[-0.7, share[-1] + 0.7], tickvals=share)
    figure.layout.xaxis.ticktext = [str(gf2x.to_bits(int(i), frame.bits)) for i in share]
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    if frame.success == 0.5:
        return f"Share {frame.t}: both secrets look the same, a guess is right half of the time"
    if frame.success == 1:
        return f"Share {frame.t} gives the secret away, always"
    return f"Share {frame.t} leaks: the best guess is right {100 * frame.success:.0f} % of the time"


def describe(frame: Frame) -> str:
    seen = [int(np.count_nonzero(row)) for row in frame.counts]
    both = int(np.count_nonzero(frame.counts.min(axis=0)))
    return (
        f"Threshold 2, a secret of one bit, the share of party {frame.t} with {frame.bits} bits; {frame.scheme}. "
        f"{seen[0]} shares are possible when the secret is 0, {seen[1]} when it is 1, and {both} in both cases. "
        f"{_verdict(frame)}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``scheme`` and ``t``."""
    return Explorer(SCENE, **start)
