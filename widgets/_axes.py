"""One matplotlib axes for each pair of plotly axes that a trace, shape or annotation uses."""

import re
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, MultipleLocator, NullLocator

from ._dress import array, font, plain, points, rgba


def key(reference: str) -> str:
    """``"x2"`` as ``"xaxis2"``."""
    return reference[0] + "axis" + reference[1:]


class Panel:
    """The plot area of axes *x* and *y*, both plotly axis dictionaries, inside *drawn*."""

    def __init__(self, drawn: Figure, x: dict[str, Any], y: dict[str, Any], words: dict[str, list[str]], lay: dict):
        self.x, self.y, self.words, self.layout = x, y, words, lay
        self.axes = drawn.add_axes((0, 0, 1, 1), label=str(id(self)))
        self.axes.patch.set_facecolor(lay["plot_bgcolor"])
        if y.get("overlaying") or x.get("overlaying"):
            self.axes.patch.set_visible(False)
        for name in "xy":
            if self.kind(name) == "log":
                getattr(self.axes, f"set_{name}scale")("log")
        self.axes.set_axisbelow(True)

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
        (x0, x1), (y0, y1) = self.x.get("domain", (0, 1)), self.y.get("domain", (0, 1))
        self.axes.set_position((left + x0 * across, bottom + y0 * up, (x1 - x0) * across, (y1 - y0) * up))
        if self.y.get("scaleanchor") or self.x.get("scaleanchor"):
            self.axes.set_aspect("equal", adjustable="box")

    def finish(self) -> None:
        """Ranges, ticks, lines and titles; called when the traces are drawn."""
        for name in "xy":
            self._range(name)
            self._ticks(name)
            self._lines(name)
            self._words(name)
        for side in ("top", "right") if self.y.get("side") != "right" else ("top", "left"):
            self.axes.spines[side].set_visible(False)

    def _range(self, name: str) -> None:
        axis, limits = getattr(self, name), getattr(self.axes, f"set_{name}lim")
        given = axis.get("range")
        if given is not None and None not in tuple(given):
            ends = [float(v) for v in given]
            limits([10**v for v in ends] if self.kind(name) == "log" else ends)
            return
        low, high = getattr(self.axes, f"get_{name}lim")()
        if self.kind(name) == "category":
            low, high = -0.5, len(self.words[name]) - 0.5
        if axis.get("rangemode") == "tozero":
            low, high = min(low, 0), max(high, 0)
        limits((high, low) if axis.get("autorange") == "reversed" else (low, high))

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
            drawn.set_major_locator(MaxNLocator(axis.get("nticks") or 7, steps=[1, 2, 5, 10]))
        drawn.set_minor_locator(NullLocator())
        if texts is None:
            form, after = axis.get("tickformat") or "", axis.get("ticksuffix") or ""
            drawn.set_major_formatter(FuncFormatter(lambda v, _: short(v, form) + after))

    def _lines(self, name: str) -> None:
        axis = getattr(self, name)
        seen = axis.get("visible", True)
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

    def _words(self, name: str) -> None:
        axis = getattr(self, name)
        title = axis.get("title", {})
        if title.get("text") and axis.get("visible", True):
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


def panels(drawn: Figure, traces: list[dict[str, Any]], layout: dict[str, Any]) -> dict[tuple[str, str], Panel]:
    """A Panel for each pair of axes in use, by the names of the pair (``("x", "y2")``)."""
    pairs = {(t.get("xaxis", "x"), t.get("yaxis", "y")): None for t in traces}
    for axis in sorted(k for k in layout if re.fullmatch("xaxis[0-9]*", k)):  # panels that hold only shapes
        mate = layout[axis].get("anchor") or "y"
        if not any(pair[0] == "x" + axis[5:] for pair in pairs) and mate != "free":
            pairs["x" + axis[5:], mate] = None
    made = {}
    for x, y in pairs:
        mine = [t for t in traces if (t.get("xaxis", "x"), t.get("yaxis", "y")) == (x, y)]
        across, up = layout.get(key(x), layout["xaxis"]), layout.get(key(y), layout["yaxis"])
        words = {n: _categories(axis, [t.get(n) for t in mine]) for n, axis in (("x", across), ("y", up))}
        made[x, y] = Panel(drawn, across, up, words, layout)
    return made


def _categories(axis: dict[str, Any], columns: list[Any]) -> list[str]:
    """The words along *axis* in order of appearance; empty for an axis of numbers."""
    if axis.get("categoryarray") is not None:
        return [str(v) for v in axis["categoryarray"]]
    arrays = [array(column) for column in columns if column is not None]
    words = [str(v) for one in arrays if one.dtype.kind in "UO" for v in one]
    return list(dict.fromkeys(words)) if words or axis.get("type") == "category" else []
