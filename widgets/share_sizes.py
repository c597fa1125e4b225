"""What does a guest list without end cost?

Left, bits of a share over the number of the party; right, the bill for one party, with the schemes that leave the left
picture.
"""

from dataclasses import dataclass
from functools import cache
from math import log2

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.sharing import share_bits
from polyquant.sharing.evolving_field import qgamma

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, EARTH, GOOD, INK, MUTED, ROSE, SIGNAL, VIOLET, WARNING, dress

LAST = 1 << 40
PLANS = {"255 guests": 255, "65,535 guests": 65_535, "2^32 - 1 guests": 2**32 - 1}
SHAMIR, BYTES, TIGHT, FLOOR = "planned Shamir", "qgamma bytes", "tight delta", "lower bound"
LOOKS = {
    "gamma": (ROSE, "dot"),
    "omega": (VIOLET, "dashdot"),
    "delta": (SIGNAL, "solid"),
    TIGHT: (GOOD, "dash"),
    BYTES: (EARTH, "9px,3px"),
    SHAMIR: (MUTED, "solid"),
    FLOOR: (INK, "2px,3px"),
}
UNARY, KNY = "unary", "KNY as quoted"
# Where a curve is evaluated: powers of two, where blocks of words begin, and the ends of the blocks.
PLACES = {255, 256, 65_280, 65_281, LAST, *(t for i in range(40) for t in (1 << i, (3 << i) // 2, (2 << i) - 1))}


@dataclass(frozen=True)
class Params:
    t: int = control(1 << 20, 1, LAST, 2, "party t", log=True)
    k: int = control(5, 2, 16, 1, "threshold k")
    ell: int = control(256, 8, 4096, 2, "bits of the secret", log=True)
    plan: str = choice("255 guests", tuple(PLANS), "Shamir is planned for")


@dataclass(frozen=True, eq=False)
class Frame:
    t: int
    k: int
    ell: int
    planned: int
    places: NDArray[np.float64]
    bits: dict[str, list[int | None]]  # at the places; None where a scheme has no share
    bill: dict[str, int | None]


def compute(params: Params) -> Frame:
    t, k, ell, planned = params.t, params.k, params.ell, PLANS[params.plan]
    places = sorted({*PLACES, t})
    bits = {name: [_bits(name, k, ell, place, planned) for place in places] for name in LOOKS}
    bill = {name: _bits(name, k, ell, t, planned) for name in LOOKS}
    bill |= {UNARY: ell + (k - 1) * (t - 1), KNY: _quoted(k, ell, t)}
    return Frame(t, k, ell, planned, np.array(places, float), bits, bill)


def _bits(name: str, k: int, ell: int, t: int, planned: int) -> int | None:
    if name == SHAMIR:
        return max(ell, planned.bit_length()) if t <= planned else None
    if name == FLOOR:  # for an endless list, whatever the scheme, already when two can recover
        return max(ell, (t - 1).bit_length())
    if name == BYTES:
        return 8 * -(-ell // 8) + _overhead(name, k, t)
    return ell + _overhead(name, k, t)


@cache
def _overhead(name: str, k: int, t: int) -> int:
    """Bits of the share of *t* beyond the secret's."""
    if name == BYTES:
        return 8 * (k - 1) * (len(qgamma(256, t)) - 1)
    return share_bits("delta", k, 1, t, size="tight") - 1 if name == TIGHT else share_bits(name, k, 1, t) - 1


def _quoted(k: int, ell: int, t: int) -> int:
    """The bound of Komargodski, Naor and Yogev in the words of [CCLY24]."""
    once = log2(t) if t > 1 else 0.0
    twice = log2(once) if once > 1 else 0.0
    thrice = log2(twice) if twice > 1 else 0.0
    return round((k - 1) * once + 6 * k**4 * ell * twice * thrice + 7 * k**4 * ell * log2(k))


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 2, column_widths=[0.64, 0.36], horizontal_spacing=0.16)
    for name, (colour, dash) in LOOKS.items():
        line = {"color": colour, "dash": dash, "width": 3.5 if name in ("delta", SHAMIR) else 2.5, "shape": "hv"}
        figure.add_scatter(mode="lines", name=name, line=line, hovertemplate=f"{name}: %{{y}} bits<extra></extra>")
    cross = {"color": WARNING, "symbol": "x", "size": 11}
    figure.add_scatter(mode="markers", marker=cross, name="no point left", hoverinfo="skip")
    figure.add_scatter(mode="markers", marker={"color": ACCENT, "size": 9}, showlegend=False, hoverinfo="skip")
    look = {"orientation": "h", "textposition": "outside", "cliponaxis": False, "showlegend": False}
    figure.add_bar(row=1, col=2, hoverinfo="skip", **look)
    figure.data[-1].marker.color = [*(colour for colour, _ in LOOKS.values()), MUTED, MUTED]
    figure.add_shape(type="line", xref="x", yref="y domain", y0=0, y1=1, line={"color": ACCENT, "width": 1.5})
    dress(figure, height=470, margin_t=104, legend_y=1.02)
    ticks = [0, 3, 6, 9, 12]
    figure.update_xaxes(title_text="number of the party t", type="log", range=[0, log2(LAST) * 0.30103], row=1, col=1)
    names = ["1", "10<sup>3</sup>", "10<sup>6</sup>", "10<sup>9</sup>", "10<sup>12</sup>"]
    figure.update_xaxes(tickvals=[10**i for i in ticks], ticktext=names, row=1, col=1)
    figure.update_yaxes(title_text="bits of the share", row=1, col=1)
    figure.update_xaxes(title_text="bits of the share of t", type="log", row=1, col=2)
    powers = [10**i for i in range(0, 25, 3)]
    figure.update_xaxes(tickvals=powers, ticktext=[f"10<sup>{i}</sup>" for i in range(0, 25, 3)], row=1, col=2)
    figure.update_yaxes(title_text="scheme", autorange="reversed", showline=False, ticks="", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    *lines, end, marks, bill = figure.data
    for line in lines:
        line.x, line.y = frame.places, frame.bits[line.name]
    end.x, end.y = [frame.planned], [max(frame.ell, frame.planned.bit_length())]
    known = {name: bits for name, bits in frame.bill.items() if name in LOOKS and bits is not None}
    marks.x, marks.y = [frame.t] * len(known), list(known.values())
    bill.y, bill.x = list(frame.bill), [bits or 1 for bits in frame.bill.values()]
    bill.text = ["no share" if bits is None else f"{bits:,}" for bits in frame.bill.values()]
    figure.layout.shapes[0].update(x0=frame.t, x1=frame.t)
    top = max(bits for name in LOOKS for bits in (frame.bits[name][-1],) if bits is not None)
    low = frame.ell - 0.04 * (top - frame.ell)
    figure.layout.yaxis.range = [low, top + 0.05 * (top - low)]
    figure.layout.xaxis2.range = [0, np.log10(max(bits or 1 for bits in frame.bill.values())) + 4]
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    extra = frame.bill["delta"] - frame.ell
    return f"Party {frame.t:,} pays {extra} bits on top of the secret's {frame.ell:,} in delta, k = {frame.k}"


def describe(frame: Frame) -> str:
    bill = ", ".join(f"{name} {'no share' if bits is None else f'{bits:,}'}" for name, bits in frame.bill.items())
    return f"{_verdict(frame)}. The bill in bits, Shamir planned for {frame.planned:,}: {bill}."


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``t``, ``k``, ``ell`` and ``plan``."""
    return Explorer(SCENE, **start)
