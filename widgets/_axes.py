"""One matplotlib axes for each pair of plotly axes that a trace, shape or annotation uses."""

import math
import re
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MultipleLocator, NullLocator

from ._dress import array, font, mode, plain, points, rgba


def key(reference: str) -> str:
    """``"x2"`` as ``"xaxis2"``."""
    return reference[0] + "axis" + reference[1:]


class Panel:
    """The plot area of one x and one y axis, both plotly dictionaries, inside *drawn*.

    ``names`` are plotly's ("x2", "y"), ``words`` the categories along each axis, ``pixels`` about how long each is.
    """

    def __init__(self, drawn: Figure, names: tuple[str, str], traces: list[dict[str, Any]], layout: dict[str, Any]):
        self.names, self.layout = dict(zip("xy", names)), layout
        self.x, self.y = (layout.get(key(name), layout[name[0] + "axis"]) for name in names)
        self.words = {n: _categories(getattr(self, n), [t.get(n) for t in traces]) for n in "xy"}
        self.domains = {n: self._domain(n) for n in "xy"}
        size, margin = drawn.get_size_inches() * drawn.dpi, layout["margin"]
        inner = [total - margin.get(a, 60) - margin.get(b, 60) for total, (a, b) in zip(size, ("lr", "tb"))]
        self.pixels = {n: (self.domains[n][1] - self.domains[n][0]) * long for n, long in zip("xy", inner)}
        self.axes = drawn.add_axes((0, 0, 1, 1), label=str(names))
        self.axes.patch.set(facecolor=layout["plot_bgcolor"], visible=not self.on_top())
        for name in "xy":
            if self.kind(name) == "log":
                getattr(self.axes, f"set_{name}scale")("log")
        if all(t["type"] == "scatter" and mode(t) == "lines" for t in traces):
            self.axes.margins(x=0)
        self.axes.set_axisbelow(True)

    def on_top(self) -> bool:
        """Does this panel lie over another one, to have a second axis?"""
        return bool(self.x.get("overlaying") or self.y.get("overlaying"))

    def _domain(self, name: str) -> tuple[float, float]:
        below = getattr(self, name).get("overlaying")
        axis = self.layout.get(key(below), {}) if below else getattr(self, name)
        return tuple(axis.get("domain") or (0.0, 1.0))

    def kind(self, name: str) -> str:
        """linear, log or category."""
        if self.words[name]:
            return "category"
        return getattr(self, name).get("type", "linear").replace("-", "linear")

    def values(self, name: str, data: Any) -> np.ndarray:
        """*data* along axis *name* as numbers; categories become their positions."""
        values = array(data)
        if self.kind(name) == "category" and values.dtype.kind in "UO":
            return np.array([self.words[name].index(str(v)) for v in values], dtype=float)
        return values

    def place(self, left: float, bottom: float, across: float, up: float) -> None:
        """Take the place that the domains say inside the paper."""
        (x0, x1), (y0, y1) = self.domains["x"], self.domains["y"]
        self.axes.set_position((left + x0 * across, bottom + y0 * up, (x1 - x0) * across, (y1 - y0) * up))
        if self.y.get("scaleanchor") or self.x.get("scaleanchor"):
            shrink = "domain" in (self.x.get("constrain"), self.y.get("constrain"))
            self.axes.set_aspect("equal", adjustable="box" if shrink else "datalim")

    def reach(self, name: str, values: list[float]) -> None:
        """Let axis *name*, if it fits itself to what is drawn, reach *values* too."""
        spots = np.array([(value, value) for value in values], dtype=float)
        self.axes.update_datalim(spots, updatex=name == "x", updatey=name == "y")
        self.axes.autoscale_view()

    def room(self, name: str) -> None:
        """Leave room at the ends of axis *name* for words."""
        self.axes.margins(**{name: 0.1})

    def fixed(self, name: str) -> tuple[float, float] | None:
        """The range that the axis was given."""
        wanted = getattr(self, name).get("range")
        if wanted is None or None in tuple(wanted):
            return None
        low, high = (float(v) for v in wanted)
        return (10**low, 10**high) if self.kind(name) == "log" else (low, high)

    def natural(self, name: str) -> tuple[float, float]:
        """From low to high, the range that shows everything."""
        low, high = sorted(getattr(self.axes, f"get_{name}lim")())
        if self.kind(name) == "category":
            return -0.5, len(self.words[name]) - 0.5
        if getattr(self, name).get("rangemode") == "tozero":
            return min(low, 0), max(high, 0)
        return low, high

    def limit(self, name: str, low: float, high: float) -> None:
        turned = getattr(self, name).get("autorange") == "reversed" and not self.fixed(name)
        held = False if self.fixed(name) else None  # None: equal aspects may still widen it
        getattr(self.axes, f"set_{name}lim")((high, low) if turned else (low, high), auto=held)

    def finish(self) -> None:
        """Ticks, lines and titles; called when the ranges are known."""
        for name in "xy":
            self._ticks(name)
            self._lines(name)
            self._words(name)
        shown = {getattr(self, name).get("side") or side for name, side in (("x", "bottom"), ("y", "left"))}
        for side in {"top", "right", "bottom", "left"} - shown:
            self.axes.spines[side].set_visible(False)

    def _ticks(self, name: str) -> None:
        axis, drawn = getattr(self, name), getattr(self.axes, f"{name}axis")
        kind, values, texts = self.kind(name), axis.get("tickvals"), axis.get("ticktext")
        if values is None and kind == "category":
            values, texts = range(len(self.words[name])), self.words[name]
        if values is not None:
            drawn.set_major_locator(FixedLocator(list(self.values(name, values))))
            if texts is not None:
                drawn.set_major_formatter(FuncFormatter(lambda _, i: plain(texts[i]) if i is not None else ""))
        elif kind == "log":
            drawn.set_major_locator(LogLocator(10, numticks=axis.get("nticks") or 12))
        elif axis.get("dtick"):
            drawn.set_major_locator(MultipleLocator(axis["dtick"], axis.get("tick0") or 0))
        else:
            low, high = getattr(self.axes, f"get_{name}lim")()
            step = spacing(abs(high - low), self.pixels[name], 80 if name == "x" else 40, axis.get("nticks"))
            drawn.set_major_locator(MultipleLocator(step))
        drawn.set_minor_locator(NullLocator())
        if texts is None:
            form, after = axis.get("tickformat") or "", axis.get("ticksuffix") or ""
            drawn.set_major_formatter(FuncFormatter(lambda v, _: short(v, form) + after))

    def _lines(self, name: str) -> None:
        axis = getattr(self, name)
        seen = axis.get("visible", True) and not self._below(name)
        labels = seen and axis.get("showticklabels", True)
        look = {"color": rgba(axis.get("linecolor", "#444")), "width": points(1)}
        look["length"] = points(axis.get("ticklen", 4)) if seen and axis.get("ticks") else 0
        style = font(axis.get("tickfont"), self.layout["font"])
        self.axes.tick_params(axis=name, **look, labelsize=style["size"], labelcolor=style["color"])
        side = axis.get("side") or ("bottom" if name == "x" else "left")
        sides = {s: labels and s == side for s in (("bottom", "top") if name == "x" else ("left", "right"))}
        self.axes.tick_params(axis=name, **sides, **{"label" + s: on for s, on in sides.items()})
        if labels and axis.get("tickangle"):
            self.axes.tick_params(axis=name, labelrotation=-axis["tickangle"])
        if seen and axis.get("showgrid", True) and self.kind(name) != "category":
            self.axes.grid(axis=name, color=rgba(axis.get("gridcolor", "#eee")), linewidth=points(1))
        self.axes.spines[side].set_visible(bool(seen and axis.get("showline")))
        self.axes.spines[side].set_color(look["color"])

    def _below(self, name: str) -> bool:
        """Is this the axis of the panel below, which draws it?"""
        return self.on_top() and not getattr(self, name).get("overlaying")

    def _words(self, name: str) -> None:
        axis = getattr(self, name)
        title = axis.get("title", {})
        if title.get("text") and axis.get("visible", True) and not self._below(name):
            drawn = getattr(self.axes, f"{name}axis")
            if axis.get("side") in ("top", "right"):
                drawn.set_label_position(axis["side"])
            drawn.set_label_text(plain(title["text"]), **font(title.get("font"), self.layout["font"]))
            drawn.labelpad = points(title.get("standoff", 6)) * 0.6


def short(value: float, form: str = "") -> str:
    """A tick text: *form* is a d3 format that Python knows too; by default 1000 is ``1000`` and 10000 is ``10k``."""
    if form:
        return format(round(value) if form.endswith("d") else value, form)
    size = abs(value)
    for unit, mark in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= max(unit, 1e4):
            return f"{value / unit:g}{mark}".replace("-", "−")
    return f"{value:.6g}".replace("-", "−")


def spacing(span: float, pixels: float, each: float, most: int | None = None) -> float:
    """Plotly's distance of ticks: 1, 2 or 5 times a power of ten, a tick for *each* so many of the *pixels*."""
    rough = span / (most or min(max(pixels / each, 4), 9) + 1)
    if rough <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(rough))
    return unit * next(nice for nice in (2, 5, 10) if nice >= rough / unit)


def panels(drawn: Figure, traces: list[dict[str, Any]], layout: dict[str, Any]) -> dict[tuple[str, str], Panel]:
    """A Panel for each pair of axes in use, by the names of the pair (``("x", "y2")``)."""
    pairs = {(t.get("xaxis", "x"), t.get("yaxis", "y")): None for t in traces}
    for axis in sorted(k for k in layout if re.fullmatch("xaxis[0-9]*", k)):  # panels that hold only shapes
        mate = layout[axis].get("anchor") or "y"
        if not any(pair[0] == "x" + axis[5:] for pair in pairs) and mate != "free":
            pairs["x" + axis[5:], mate] = None
    mine = {pair: [t for t in traces if (t.get("xaxis", "x"), t.get("yaxis", "y")) == pair] for pair in pairs}
    return {pair: Panel(drawn, pair, mine[pair], layout) for pair in pairs}


def scale(places: dict[tuple[str, str], Panel]) -> None:
    """Set all ranges; panels with the same axis, or with axes that match, share one."""
    for name in "xy":
        groups: dict[str, list[Panel]] = {}
        for panel in places.values():
            groups.setdefault(getattr(panel, name).get("matches") or panel.names[name], []).append(panel)
        for group in groups.values():
            fixed = next((range_ for panel in group if (range_ := panel.fixed(name))), None)
            lows, highs = zip(*(panel.natural(name) for panel in group))
            for panel in group:
                panel.limit(name, *(fixed or (min(lows), max(highs))))


def _categories(axis: dict[str, Any], columns: list[Any]) -> list[str]:
    """The words along *axis* in order of appearance; empty for an axis of numbers."""
    if axis.get("categoryarray") is not None:
        return [str(v) for v in axis["categoryarray"]]
    arrays = [array(column) for column in columns if column is not None]
    words = [str(v) for one in arrays if one.dtype.kind in "UO" for v in one]
    return list(dict.fromkeys(words)) if words or axis.get("type") == "category" else []
