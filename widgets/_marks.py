"""Traces drawn into the panels; here the lines, markers and texts of scatter."""

from typing import Any

import numpy as np

from ._axes import Panel
from ._bars import bars
from ._dress import MARKERS, array, dash, font, given, mode, plain, points, rgba
from ._maps import colour_bar, colour_scale, colours, heatmap

Places = dict[tuple[str, str], Panel]
Trace = dict[str, Any]
STEPS = {"hv": "steps-post", "vh": "steps-pre", "hvh": "steps-mid", "linear": "default", "spline": "default"}


def draw(places: Places, traces: list[Trace], layout: dict[str, Any]) -> None:
    """All *traces*; raises TypeError for a type that is not known."""
    known = {"scatter": _scatter, "heatmap": heatmap}
    upright: dict[tuple[str, str], list[Trace]] = {}
    for order, trace in enumerate(traces):
        place = (trace.get("xaxis", "x"), trace.get("yaxis", "y"))
        if trace["type"] == "bar":
            upright.setdefault(place, []).append(trace)
        elif trace["type"] in known:
            known[trace["type"]](places[place], trace, 2 + 0.01 * order, layout)
        else:
            raise TypeError(f"a picture can hold scatter, bar and heatmap traces, got {trace['type']!r}")
    for place, group in upright.items():
        bars(places[place], group, layout)


def _scatter(panel: Panel, trace: Trace, level: float, layout: dict[str, Any]) -> None:
    x, y = panel.values("x", trace.get("x")), panel.values("y", trace.get("y"))
    if len(x) == 0 and len(y):
        x = np.arange(len(y)) * trace.get("dx", 1) + trace.get("x0", 0)
    if len(x) == 0:
        return
    drawn = mode(trace)
    line = trace.get("line", {})
    colour = line.get("color") or _single(trace.get("marker", {}).get("color")) or trace["colour"]
    opacity = trace.get("opacity", 1)
    _fill(panel, trace, x, y, colour, level - 0.005)
    if "lines" in drawn:
        look = {"color": rgba(colour, opacity), "linewidth": points(line.get("width", 2)), "zorder": level}
        look |= {"linestyle": dash(line.get("dash")), "drawstyle": STEPS[line.get("shape", "linear")]}
        panel.axes.plot(x.astype(float), y.astype(float), solid_joinstyle="round", **look)
    _errors(panel, trace, x, y, colour, level)
    if "markers" in drawn:
        _markers(panel, trace, x, y, layout, colour, level + 0.004)
    if "text" in drawn:
        _texts(panel, trace, x, y, layout)


def _single(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _fill(panel: Panel, trace: Trace, x: Any, y: Any, colour: str, level: float) -> None:
    fill = trace.get("fill") or "none"
    if fill == "none":
        return
    look = {"facecolor": rgba(trace["fillcolor"]) if trace.get("fillcolor") else rgba(colour, 0.5), "linewidth": 0}
    if fill == "tozeroy":
        step = {"hv": "post", "vh": "pre", "hvh": "mid"}.get(trace.get("line", {}).get("shape", ""))
        panel.axes.fill_between(x, y, panel.axes.get_ylim()[0] if panel.kind("y") == "log" else 0, step=step,
                                zorder=level, **look)  # fmt: skip
    elif fill == "toself":
        gaps = np.flatnonzero(np.isnan(np.asarray(x, float) + np.asarray(y, float)))
        for part in np.split(np.arange(len(x)), gaps):
            inside = [i for i in part if i not in gaps]
            panel.axes.fill(x[inside], y[inside], zorder=level, **look)
    else:
        raise TypeError(f"a picture can fill tozeroy and toself, got {fill!r}")


def _errors(panel: Panel, trace: Trace, x: Any, y: Any, colour: str, level: float) -> None:
    for name in "xy":
        error = trace.get(f"error_{name}", {})
        if error.get("array") is None:
            continue
        up = array(error["array"])
        down = up if error.get("arrayminus") is None else array(error["arrayminus"])
        look = {"ecolor": rgba(error.get("color") or colour), "elinewidth": points(error.get("thickness", 1.5))}
        panel.axes.errorbar(x, y, **{f"{name}err": [down, up]}, fmt="none", capsize=2, zorder=level, **look)


def _markers(panel: Panel, trace: Trace, x: Any, y: Any, layout: dict[str, Any], colour: str, level: float) -> None:
    marker = trace.get("marker", {})
    bubbles = given(marker.get("size"), 6)
    clear = given(marker.get("opacity"), 1 if np.isscalar(bubbles) else 0.7)  # plotly lets bubbles shine through
    faces = colours(marker, colour, trace.get("opacity", 1) * clear, len(x))
    sizes = np.broadcast_to(array(bubbles).astype(float), len(x))
    symbols = np.broadcast_to(array(given(marker.get("symbol"), "circle")), len(x))
    edge = marker.get("line", {})
    rim = points(given(edge.get("width"), 0))
    for symbol in dict.fromkeys(symbols):
        here = np.flatnonzero((symbols == symbol) & (sizes > 0))
        hollow = str(symbol).endswith("-open") or symbol in ("line-ns", "line-ew")
        border = faces[here] if hollow else rgba(_single(edge.get("color")) or "#444444")
        panel.axes.scatter(
            x[here], y[here], s=points(sizes[here]) ** 2, marker=MARKERS.get(str(symbol).removesuffix("-open"), "o"),
            facecolors="none" if hollow else faces[here], edgecolors=border, zorder=level,
            linewidths=max(rim, 1.5) if hollow else rim, clip_on=trace.get("cliponaxis", True),
        )  # fmt: skip
    if marker.get("showscale"):
        colour_bar(panel, *colour_scale(marker, array(marker["color"]), "c"), marker.get("colorbar", {}), layout)


def _texts(panel: Panel, trace: Trace, x: Any, y: Any, layout: dict[str, Any]) -> None:
    words = np.broadcast_to(array(trace.get("text", "")), len(x))
    places = np.broadcast_to(array(trace.get("textposition") or "middle center"), len(x))
    own = trace.get("textfont", {})
    colours = own.get("color")
    for i, (word, place) in enumerate(zip(words, places)):
        if not word or not np.isfinite(float(x[i]) + float(y[i])):
            continue
        style = {**own, "color": colours if colours is None or isinstance(colours, str) else colours[i]}
        up, across = str(place).split()
        shift = (points({"left": -6, "right": 6}.get(across, 0)), points({"top": 6, "bottom": -6}.get(up, 0)))
        panel.axes.annotate(
            plain(word), (x[i], y[i]), shift, textcoords="offset points", zorder=4, annotation_clip=False,
            ha={"left": "right", "right": "left"}.get(across, "center"),
            va={"top": "bottom", "bottom": "top"}.get(up, "center"), **font(style, layout["font"]),
        )  # fmt: skip
