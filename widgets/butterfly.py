"""How do n log n additions make n sums with signs?

In the middle the levels of the transform; the lines lead from the marked sum back to the numbers that are in it: solid
what is added, dashed what is subtracted. Left what each number brings to that sum, right what comes out of all.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.transforms import fwht

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, DIVERGING, GRID, INK, MUTED, SIGNAL, dress

DIGITS = "31415926535897932384626433832795"
SIGNALS = ("digits of pi", "one spike", "a square wave", "a ramp", "a hill")
ORDERS = ("natural", "sequency", "dyadic")
GAPS = 5  # up to so many levels there is room between the columns
WORDS = 4  # and up to so many for the numbers themselves
TRACED = 6  # levels that are followed back
GREY = "#8f8f8f"
HALF = 0.27  # of a column, where there is room


@dataclass(frozen=True)
class Params:
    n: int = control(4, 2, 10, 1, "levels n", hint="2^n numbers")
    signal: str = choice("digits of pi", SIGNALS, "numbers")
    level: int = control(4, 0, 10, 1, "marked level", hint="the last one if there are fewer")
    place: int = control(5, 0, 1023, 1, "marked place", hint="the last one if there are fewer")
    order: str = choice("natural", ORDERS, "order of the result")


@dataclass(frozen=True, eq=False)
class Frame:
    n: int
    signal: str
    order: str
    level: int
    place: int
    values: NDArray[np.int64]  # shape (n + 1, 2^n): the numbers before level 1, and after each level
    result: NDArray[np.int64]  # shape (2^n,), in the wanted order
    found: int  # where the marked place comes in that order
    signs: NDArray[np.int64]  # shape (2^n,): of each number in the marked sum, 0 if it is not in it

    @property
    def sum(self) -> int:
        return int(self.values[self.level, self.place])


def compute(params: Params) -> Frame:
    n, size = params.n, 1 << params.n
    level, place = min(params.level, n), min(params.place, size - 1)
    x = _numbers(params.signal, size)
    values = [fwht(x.reshape(-1, 1 << s)).reshape(-1) for s in range(n + 1)]
    row = fwht(_unit(place, size))  # which coefficient has the row of this place?
    found = int(np.argmax(fwht(row, order=params.order)))
    signs = np.zeros(size, np.int64)
    block = slice(place >> level << level, (place >> level) + 1 << level)
    signs[block] = fwht(_unit(place & (1 << level) - 1, 1 << level))
    result = fwht(x, order=params.order)
    return Frame(n, params.signal, params.order, level, place, np.array(values), result, found, signs)


def _unit(place: int, size: int) -> NDArray[np.int64]:
    unit = np.zeros(size, np.int64)
    unit[place] = 1
    return unit


def _numbers(signal: str, size: int) -> NDArray[np.int64]:
    at = np.arange(size)
    return {
        "digits of pi": np.array([int(DIGITS[i % len(DIGITS)]) for i in range(size)]),
        "one spike": 8 * (at == 5 % size),
        "a square wave": np.where(at & 2, -3, 3),
        "a ramp": at,
        "a hill": np.rint(9 * np.exp(-(((at + 0.5) / size - 0.4) ** 2) * 18)).astype(np.int64),
    }[signal]


def draw(frame: Frame) -> go.Figure:
    titles = ["what each brings", "level by level", "the result"]
    figure = make_subplots(1, 3, column_widths=[0.2, 0.56, 0.24], horizontal_spacing=0.08, subplot_titles=titles)
    stems = {"mode": "lines", "hoverinfo": "skip"}
    for name, colour in (("added", SIGNAL), ("subtracted, to the other side", ACCENT), ("not in it", GREY)):
        figure.add_scatter(name=name, line={"color": colour}, row=1, col=1, **stems)
    scale = {"colorscale": DIVERGING, "zmin": -100, "zmax": 100, "showscale": False, "hoverinfo": "skip"}
    figure.add_heatmap(texttemplate="%{text}", textfont={"size": 13}, row=1, col=2, **scale)
    flat = {"mode": "lines", "hoverinfo": "skip", "showlegend": False, "row": 1, "col": 2}
    figure.add_scatter(line={"color": GRID, "width": 1}, **flat)
    figure.add_scatter(line={"color": SIGNAL, "width": 2}, **flat)
    figure.add_scatter(line={"color": ACCENT, "width": 2, "dash": "dash"}, **flat)
    ring = {"color": INK, "symbol": "square-open", "size": 22, "line": {"width": 3}}
    figure.add_scatter(mode="markers", marker=ring, hoverinfo="skip", showlegend=False, row=1, col=2)
    for colour in (MUTED, INK):
        figure.add_scatter(line={"color": colour}, showlegend=False, row=1, col=3, **stems)
    dress(figure, height=520, margin={"t": 104}, legend_y=1.08)
    for column, title in enumerate(("plus or minus the number", "after level (0: before)", "coefficient"), 1):
        figure.update_xaxes(title_text=title, row=1, col=column)
    figure.update_yaxes(title_text="place", row=1, col=1)
    figure.update_yaxes(title_text="place in this order", row=1, col=3)
    figure.update_xaxes(dtick=1, showgrid=False, row=1, col=2)
    figure.update_yaxes(showticklabels=False, showgrid=False, ticks="", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    plus, minus, rest, cells, wires, added, taken, ring, result, marked = figure.data
    size, at = 1 << frame.n, np.arange(1 << frame.n)
    wide = max(1.0, min(4.0, 250 / size))
    for trace, sign, side in ((plus, 1, 1), (minus, -1, -1), (rest, 0, 1)):
        trace.x, trace.y = _stems(side * frame.values[0], at[frame.signs == sign])
        trace.line.width = wide
    _cells(cells, frame)
    wires.x, wires.y = _wires(frame, range(1, frame.n + 1 if frame.n <= WORDS else 1), range(size), (1, -1))
    traced = range(max(1, frame.level - TRACED + 1), frame.level + 1)
    for trace, sign in ((added, 1), (taken, -1)):
        trace.x, trace.y = _wires(frame, traced, None, (sign,))
    ring.x, ring.y = [frame.level], [frame.place]
    last = frame.level == frame.n
    for trace, places in ((result, at), (marked, at[frame.found : frame.found + last])):
        trace.x, trace.y = _stems(frame.result, places)
        trace.line.width = wide
    for axis in (figure.layout.yaxis, figure.layout.yaxis2, figure.layout.yaxis3):
        axis.range = [size - 0.4, -0.6]
    figure.layout.xaxis.range = _span(np.where(frame.signs < 0, -1, 1) * frame.values[0])
    figure.layout.xaxis3.range = _span(frame.result)
    figure.layout.xaxis2.range = [-0.5, frame.n + 0.5]
    figure.layout.annotations[2].text = f"the result, {frame.order}"
    figure.layout.title.text = _verdict(frame)


def _stems(values: NDArray[np.int64], places: NDArray[np.int64]) -> tuple[list[int | None], list[int | None]]:
    """A line from zero to the value at each of *places*."""
    x = [end for value in values[places].tolist() for end in (0, value, None)]
    return x, [end for place in places.tolist() for end in (place, place, None)]


def _span(values: NDArray[np.int64]) -> list[float]:
    low, high = min(0, int(values.min())), max(0, int(values.max()))
    return [low - 0.05 * (high - low), high + 0.05 * (high - low)]


def _cells(cells: go.Heatmap, frame: Frame) -> None:
    """Each level in shades of its own: after every level the numbers are larger."""
    tall = np.maximum(np.abs(frame.values).max(axis=1, keepdims=True), 1)
    shades = np.rint(100 * frame.values / tall).astype(np.int8).T
    levels = np.arange(frame.n + 1)
    if frame.n > GAPS:
        cells.x, cells.z, cells.text = np.arange(frame.n + 2) - 0.5, shades, None
        return
    cells.x = np.stack([levels - HALF, levels + HALF], 1).reshape(-1)
    cells.z = [_spaced(row.tolist(), None) for row in shades]
    words = frame.values.T.tolist() if frame.n <= WORDS else [[""] * (frame.n + 1)] * len(shades)
    cells.text = [_spaced([str(word) for word in row], "") for row in words]


def _spaced(row: list, gap: object) -> list:
    return [value for number in row for value in (number, gap)][:-1]


def _wires(frame: Frame, levels: range, places: range | None, signs: tuple[int, ...]) -> tuple[list, list]:
    """Lines into *places* of *levels*, of the steps with one of *signs*; None for those that lead to the marked sum."""
    x: list[float | None] = []
    y: list[int | None] = []
    room = HALF if frame.n <= GAPS else 0.0
    for level in levels:
        low, half = (1 << level) - 1, 1 << (level - 1)
        start = frame.place >> frame.level << frame.level
        cone = range(start + (frame.place & low), start + (1 << frame.level), low + 1)
        for to in cone if places is None else places:
            for source, sign in ((to & ~half, 1), (to | half, -1 if to & half else 1)):
                if sign in signs:
                    x += [level - 1 + room, level - room, None]
                    y += [source, to, None]
    return x, y


def _verdict(frame: Frame) -> str:
    size, part = 1 << frame.n, 1 << frame.level
    return f"{size} numbers, {frame.n * size:,} additions instead of {size * (size - 1):,}; the marked sum is of {part}"


def describe(frame: Frame) -> str:
    numbers = [(int(s), int(v)) for s, v in zip(frame.signs, frame.values[0]) if s]
    spelled = " ".join(f"{'+' if s > 0 else '−'} {v if v >= 0 else f'({v})'}" for s, v in numbers[:8]).removeprefix(
        "+ "
    )
    more = " and so on" if len(numbers) > 8 else ""
    largest = np.argsort(-np.abs(frame.result), kind="stable")[:3]
    top = ", ".join(f"{frame.result[k]} at {k}" for k in largest)
    return (
        f"{_verdict(frame)}. After level {frame.level}, place {frame.place} has {spelled}{more} = {frame.sum}; "
        f"numbers: {frame.signal}. Largest coefficients in {frame.order} order: {top}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: str | int) -> Explorer:
    """The live figure; *start* sets ``n``, ``signal``, ``level``, ``place`` and ``order``."""
    return Explorer(SCENE, **start)
