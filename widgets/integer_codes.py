"""What does it cost to write the number t so that a reader knows where it ends?

Left, the length of t in five codes over all t up to a limit; right, the bill for one t.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.prefix import delta, fibonacci, gamma, leb128, unary

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT, MUTED, dress, style

CODES = {"gamma": gamma, "delta": delta, "Fibonacci": fibonacci(2), "LEB128": leb128, "unary": unary}
PLAIN = "digits alone"  # not a code: nothing says where the number ends


@dataclass(frozen=True)
class Params:
    t: int = control(100, 1, 1_000_000, 1.25, "number t", log=True)
    largest: int = control(1000, 10, 1_000_000, 1.6, "draw up to", log=True)


@dataclass(frozen=True, eq=False)
class Frame:
    t: int
    bill: dict[str, int]  # bits of t in each code
    numbers: NDArray[np.int64]  # shape (n,): where the curves are drawn, from 1 to the limit
    bits: dict[str, NDArray[np.int64]]  # each of shape (n,)


def compute(params: Params) -> Frame:
    limit = max(params.t, params.largest)
    powers = 2 ** np.arange(limit.bit_length())
    numbers = np.unique(np.concatenate([np.geomspace(1, limit, 300).round().astype(np.int64), powers, [params.t]]))
    bits = {name: code.length(numbers) for name, code in CODES.items()}
    bits[PLAIN] = np.frexp(numbers)[1].astype(np.int64)
    at = int(np.searchsorted(numbers, params.t))
    return Frame(params.t, {name: int(line[at]) for name, line in bits.items()}, numbers, bits)


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 2, column_widths=[0.68, 0.32], horizontal_spacing=0.14)
    for i, name in enumerate(CODES):
        hover = f"{name}: %{{y}} bits for t = %{{x:,}}<extra></extra>"
        figure.add_scatter(mode="lines", name=name, line={**style(i)["line"], "shape": "hv"}, hovertemplate=hover)
    figure.add_scatter(mode="lines", name=PLAIN, line={"color": MUTED, "width": 1.5, "shape": "hv"}, hoverinfo="skip")
    figure.add_scatter(mode="markers", marker={"color": ACCENT, "size": 9}, showlegend=False, hoverinfo="skip")
    colours = [style(i)["line"]["color"] for i in range(len(CODES))] + [MUTED]
    look = {"orientation": "h", "marker_color": colours, "textposition": "outside", "cliponaxis": False}
    figure.add_bar(row=1, col=2, **look, showlegend=False, hoverinfo="skip")
    figure.add_shape(type="line", xref="x", yref="y domain", y0=0, y1=1, line={"color": ACCENT, "width": 1.5})
    dress(figure, height=420, margin_t=84, legend_y=1.02)
    figure.update_xaxes(title_text="number t", type="log", dtick=1, row=1, col=1)
    figure.update_yaxes(title_text="bits", rangemode="tozero", row=1, col=1)
    figure.update_xaxes(title_text="bits", row=1, col=2)
    figure.update_yaxes(title_text="code", autorange="reversed", showline=False, ticks="", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    *lines, marks, bill = figure.data
    for line in lines:
        line.x, line.y = frame.numbers, frame.bits[line.name]
    names, costs = list(frame.bill), list(frame.bill.values())
    top = 1.12 * max(int(frame.bits[name][-1]) for name in CODES if name != "unary")  # unary leaves the picture
    marks.x, marks.y = [frame.t] * len(costs), costs
    bill.y, bill.x, bill.text = names, [min(c, 1.1 * top) for c in costs], [f"{c:,}" for c in costs]
    figure.layout.shapes[0].update(x0=frame.t, x1=frame.t)
    figure.layout.xaxis.range = [0, 1.02 * np.log10(frame.numbers[-1])]
    figure.layout.yaxis.range = [0, top]
    figure.layout.xaxis2.range = [0, 1.3 * top]
    digits = f"{frame.bill[PLAIN]} binary digit{'s' * (frame.bill[PLAIN] > 1)}"
    figure.layout.title.text = f"{frame.t:,} has {digits}; saying where they end costs extra bits"


def describe(frame: Frame) -> str:
    bill = ", ".join(f"{bits:,} in {name}" for name, bits in frame.bill.items() if name != PLAIN)
    return (
        f"The number {frame.t:,} has {frame.bill[PLAIN]} binary digits. Written so that its end can be found, it takes "
        f"this many bits: {bill}. Up to {frame.numbers[-1]:,}, unary leaves the picture and the others grow like the "
        "logarithm of t."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int) -> Explorer:
    """The live figure; *start* sets ``t`` and ``largest``."""
    return Explorer(SCENE, **start)
