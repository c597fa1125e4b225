"""Bars: all of a panel at once, since they make room for each other."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ._axes import Panel
from ._dress import array, font, given, overlay, plain, points, rgba
from ._maps import colours

Trace = dict[str, Any]


@dataclass
class Row:
    """The bars of one trace: each starts at *start* along the axis, is *wide*, and rises by *tall* from *base*."""

    upright: bool
    start: np.ndarray
    wide: np.ndarray
    base: np.ndarray
    tall: np.ndarray


def bars(panel: Panel, group: list[Trace], layout: dict[str, Any]) -> None:
    """All bar traces of *panel*, grouped, stacked or overlaid as the layout says."""
    heights: dict[tuple[float, bool], float] = {}  # how far stacks have grown, by place and sign
    for order, trace in enumerate(group):
        row = _row(panel, trace, layout, order, len(group))
        if layout.get("barmode", "group") in ("stack", "relative"):
            _stack(row, heights)
        _draw(panel, trace, row, 2 + 0.01 * order)
        if trace.get("text") is not None and trace.get("textposition") != "none":
            _words(panel, trace, row, layout)


def _row(panel: Panel, trace: Trace, layout: dict[str, Any], order: int, count: int) -> Row:
    upright = trace.get("orientation", "v") == "v"
    along, up = ("x", "y") if upright else ("y", "x")
    tall = array(trace.get(up)).astype(float)
    at = panel.values(along, trace.get(along)) if trace.get(along) is not None else np.arange(len(tall))
    at = at.astype(float)
    share = count if layout.get("barmode", "group") == "group" else 1
    steps = np.diff(np.unique(at))
    room = (1 - given(layout.get("bargap"), 0.2)) * (float(steps.min()) if steps.size else 1.0)
    slot = room / share
    wide = _each(given(trace.get("width"), slot * (1 - given(layout.get("bargroupgap"), 0))), len(at))
    centre = -room / 2 + (order + 0.5) * slot if share > 1 else 0.0
    offset = _each(given(trace.get("offset"), centre - wide / 2), len(at))
    return Row(upright, at + offset, wide, _each(given(trace.get("base"), 0), len(at)), tall)


def _each(value: Any, count: int) -> np.ndarray:
    """*value*, one number or one for each bar, as an array of its own."""
    return np.broadcast_to(array(value).astype(float), count).copy()


def _stack(row: Row, heights: dict[tuple[float, bool], float]) -> None:
    """Put the bars of *row* on top of those before, the negative ones below."""
    for i, tall in enumerate(row.tall):
        place = (round(row.start[i] + row.wide[i] / 2, 9), bool(tall < 0))
        row.base[i] += heights.get(place, 0)
        heights[place] = heights.get(place, 0) + tall


def _draw(panel: Panel, trace: Trace, row: Row, level: float) -> None:
    marker = trace.get("marker", {})
    opacity = trace.get("opacity", 1) * given(marker.get("opacity"), 1)
    faces = colours(marker, trace["colour"], opacity, len(row.tall))
    edge = marker.get("line", {})
    border = edge.get("color") if isinstance(edge.get("color"), str) else "#444444"
    look = {"color": faces, "edgecolor": rgba(border), "linewidth": points(edge.get("width") or 0), "zorder": level}
    if row.upright:
        made = panel.axes.bar(row.start, row.tall, row.wide, row.base, align="edge", **look)
    else:
        made = panel.axes.barh(row.start, row.tall, row.wide, row.base, align="edge", **look)
    pattern = marker.get("pattern", {})
    shapes = np.broadcast_to(array(given(pattern.get("shape"), "")), len(row.tall))
    for patch, face, shape in zip(made, faces, shapes):
        if shape:  # plotly draws the pattern in the colour of the bar on white, unless told to lay it over
            over = pattern.get("fillmode") == "overlay"
            front, back = ("#ffffff", face) if over else (face, "#ffffff")
            patch.set(hatch=str(shape) * 3, facecolor=back, edgecolor=front)


def _words(panel: Panel, trace: Trace, row: Row, layout: dict[str, Any]) -> None:
    inside = trace.get("textposition") == "inside"
    own = overlay(trace.get("textfont") or {}, trace.get("insidetextfont" if inside else "outsidetextfont") or {})
    style = font(own or ({"color": "#ffffff"} if inside else {}), layout["font"])
    anchor = trace.get("insidetextanchor", "end") if inside else "outside"
    words = np.broadcast_to(array(trace["text"]), len(row.tall))
    for word, middle, base, tall in zip(words, row.start + row.wide / 2, row.base, row.tall):
        way = 1 if tall >= 0 else -1
        level = {"middle": base + tall / 2, "start": base}.get(anchor, base + tall)
        away = {"middle": 0, "start": 4, "outside": 4}.get(anchor, -4) * way
        side = 0 if anchor == "middle" else (1 if away > 0 else -1)
        if row.upright:
            spot, shift, sides = (middle, level), (0, points(away)), ("center", ("top", "center", "bottom")[side + 1])
        else:
            spot, shift, sides = (level, middle), (points(away), 0), (("right", "center", "left")[side + 1], "center")
        panel.axes.annotate(plain(word), spot, shift, textcoords="offset points", ha=sides[0], va=sides[1], zorder=4,
                            annotation_clip=True if inside else None, **style)  # fmt: skip
        if not inside:
            panel.room("y" if row.upright else "x")
