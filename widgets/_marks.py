"""Traces: scatter, bar and heatmap, drawn into the panels."""

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize

from ._axes import Panel
from ._dress import MARKERS, array, dash, font, overlay, plain, points, rgba

Places = dict[tuple[str, str], Panel]
Trace = dict[str, Any]
STEPS = {"hv": "steps-post", "vh": "steps-pre", "hvh": "steps-mid", "linear": "default", "spline": "default"}


def draw(places: Places, traces: list[Trace], layout: dict[str, Any]) -> None:
    """All *traces*; raises TypeError for a type that is not known."""
    known = {"scatter": _scatter, "scattergl": _scatter, "heatmap": _heatmap}
    bars: dict[tuple[str, str], list[Trace]] = {}
    for order, trace in enumerate(traces):
        place = (trace.get("xaxis", "x"), trace.get("yaxis", "y"))
        if trace["type"] == "bar":
            bars.setdefault(place, []).append(trace)
        elif trace["type"] in known:
            known[trace["type"]](places[place], trace, 2 + 0.01 * order, layout)
        else:
            raise TypeError(f"a picture can hold scatter, bar and heatmap traces, got {trace['type']!r}")
    for place, group in bars.items():
        _bars(places[place], group, layout)


def _scatter(panel: Panel, trace: Trace, level: float, layout: dict[str, Any]) -> None:
    x, y = panel.values("x", trace.get("x")), panel.values("y", trace.get("y"))
    if len(x) == 0 and len(y):
        x = np.arange(len(y)) * trace.get("dx", 1) + trace.get("x0", 0)
    if len(x) == 0:
        return
    mode = trace.get("mode") or ("lines+markers" if len(x) < 20 else "lines")
    line = trace.get("line", {})
    colour = line.get("color") or _single(trace.get("marker", {}).get("color")) or trace["colour"]
    opacity = trace.get("opacity", 1)
    _fill(panel, trace, x, y, colour, level - 0.005)
    if "lines" in mode:
        look = {"color": rgba(colour, opacity), "linewidth": points(line.get("width", 2)), "zorder": level}
        step = STEPS[line.get("shape", "linear")]
        panel.axes.plot(x, y, linestyle=dash(line.get("dash")), drawstyle=step, solid_joinstyle="round", **look)
    _errors(panel, trace, x, y, colour, level)
    if "markers" in mode:
        _markers(panel, trace, x, y, colour, level + 0.004)
    if "text" in mode:
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


def _markers(panel: Panel, trace: Trace, x: Any, y: Any, colour: str, level: float) -> None:
    marker = trace.get("marker", {})
    faces = _colours(marker, colour, _opacity(trace), len(x))
    sizes = np.broadcast_to(array(_or(marker.get("size"), 6)).astype(float), len(x))
    symbols = np.broadcast_to(array(_or(marker.get("symbol"), "circle")), len(x))
    edge = marker.get("line", {})
    rim = points(_or(edge.get("width"), 0))
    for symbol in dict.fromkeys(symbols):
        here = np.flatnonzero((symbols == symbol) & (sizes > 0))
        hollow = str(symbol).endswith("-open") or symbol in ("line-ns", "line-ew")
        shape = MARKERS.get(str(symbol).removesuffix("-open"), "o")
        border = faces[here] if hollow else rgba(_single(edge.get("color")) or "#444444")
        panel.axes.scatter(
            x[here], y[here], s=points(sizes[here]) ** 2, marker=shape, zorder=level, edgecolors=border,
            facecolors="none" if hollow else faces[here], linewidths=max(rim, 1.5) if hollow else rim,
            clip_on=trace.get("cliponaxis", True),
        )  # fmt: skip


def _opacity(trace: Trace) -> float:
    return trace.get("opacity", 1) * _or(trace.get("marker", {}).get("opacity"), 1)


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _colours(marker: dict[str, Any], default: str, opacity: float, count: int) -> np.ndarray:
    """One rgba row for each of *count* marks: a colour, a list of colours, or numbers on a scale."""
    given = marker.get("color")
    if given is None or isinstance(given, str):
        return np.tile(rgba(given or default, opacity), (count, 1))
    values = array(given)
    if values.dtype.kind in "UO":
        return np.array([rgba(v, opacity) for v in values])
    scale, norm = _scale(marker, values, "c")
    out = scale(norm(values))
    out[:, 3] *= opacity
    return out


def _scale(look: dict[str, Any], values: np.ndarray, letter: str) -> tuple[LinearSegmentedColormap, Normalize]:
    """Colour map and range from the ``colorscale`` and ``zmin`` or ``cmin`` of plotly."""
    stops = look.get("colorscale") or [(0, "#f3f7fa"), (1, "#0b2b4b")]
    if isinstance(stops, str):
        raise TypeError(f"colorscale must be a list of stops, got {stops!r}")
    scale = LinearSegmentedColormap.from_list("scale", [(float(p), rgba(c)) for p, c in stops])
    if look.get("reversescale"):
        scale = scale.reversed()
    ends = [look.get(letter + "min"), look.get(letter + "max")]
    finite = values[np.isfinite(values)]
    low, high = (finite.min() if finite.size else 0, finite.max() if finite.size else 1)
    low, high = _or(ends[0], low), _or(ends[1], high)
    middle = look.get(letter + "mid")
    if middle is not None and None in ends:
        reach = max(high - middle, middle - low) or 1
        return scale, Normalize(middle - reach, middle + reach)
    return scale, Normalize(low, high if high > low else low + 1)


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


def _bars(panel: Panel, group: list[Trace], layout: dict[str, Any]) -> None:
    """All bars of one panel, since they make room for each other."""
    mode = layout.get("barmode", "group")
    gap, inner = _or(layout.get("bargap"), 0.2), _or(layout.get("bargroupgap"), 0)
    rising: dict[float, float] = {}
    falling: dict[float, float] = {}
    for order, trace in enumerate(group):
        upright = trace.get("orientation", "v") == "v"
        along, tall = ("x", "y") if upright else ("y", "x")
        length = array(trace.get(tall)).astype(float)
        at = panel.values(along, trace.get(along)) if trace.get(along) is not None else np.arange(len(length))
        room = (1 - gap) * _spacing(at)
        share = len(group) if mode == "group" else 1
        wide = np.broadcast_to(array(_or(trace.get("width"), room / share * (1 - inner))).astype(float), len(at))
        start = -room / 2 + order * room / share + room / share * inner / 2 if mode == "group" else -wide / 2
        if trace.get("width") is not None and share == 1:
            start = -wide / 2
        start = _or(trace.get("offset"), start)
        base = np.broadcast_to(array(_or(trace.get("base"), 0)).astype(float), len(at)).copy()
        if mode in ("stack", "relative"):
            for i, (place, value) in enumerate(zip(at.astype(float), length)):
                side = falling if value < 0 else rising
                base[i] += side.get(place, 0)
                side[place] = side.get(place, 0) + value
        marker = trace.get("marker", {})
        edge = marker.get("line", {})
        look = {
            "color": _colours(marker, trace["colour"], _opacity(trace), len(at)),
            "edgecolor": rgba(_single(edge.get("color")) or "#444444"),
            "linewidth": points(_or(edge.get("width"), 0)),
            "zorder": 2 + 0.01 * order,
        }
        drawn = panel.axes.bar if upright else panel.axes.barh
        size = {"width": wide} if upright else {"height": wide}
        extent = {"height": length, "bottom": base} if upright else {"width": length, "left": base}
        made = drawn(at + start, align="edge", **size, **extent, **look)
        hatch = marker.get("pattern", {}).get("shape")
        if hatch:
            for patch in made:
                patch.set(hatch=str(hatch) * 2, edgecolor=rgba("#ffffff"))
        _bar_texts(panel, trace, at + start + wide / 2, base, length, upright, layout)


def _spacing(at: np.ndarray) -> float:
    steps = np.diff(np.unique(at.astype(float)))
    return float(steps.min()) if steps.size else 1.0


def _bar_texts(panel: Panel, trace: Trace, at: Any, base: Any, length: Any, upright: bool, layout: dict) -> None:
    if trace.get("text") is None or trace.get("textposition") == "none":
        return
    inside = trace.get("textposition") == "inside"
    for word, place, low, tall in zip(np.broadcast_to(array(trace["text"]), len(at)), at, base, length):
        ends = low + tall / 2 if inside else low + tall
        away = 0 if inside else points(4 if tall >= 0 else -4)
        own = overlay(trace.get("textfont") or {}, trace.get("insidetextfont" if inside else "outsidetextfont") or {})
        style = font(own or ({"color": "#ffffff"} if inside else {}), layout["font"])
        if upright:
            spot, shift, sides = (place, ends), (0, away), ("center", "center" if inside else "bottom")
        else:
            spot, shift, sides = (ends, place), (away, 0), ("center" if inside else "left", "center")
        panel.axes.annotate(plain(word), spot, shift, textcoords="offset points", ha=sides[0], va=sides[1], zorder=4,
                            annotation_clip=True if inside else None, **style)  # fmt: skip


def _heatmap(panel: Panel, trace: Trace, level: float, layout: dict[str, Any]) -> None:
    z = array(trace.get("z")).astype(float)
    edges = [_edges(panel.values(n, trace.get(n)), z.shape[1 - i]) for i, n in enumerate("xy")]
    scale, norm = _scale(trace, z, "z")
    gap = points(max(_or(trace.get("xgap"), 0), _or(trace.get("ygap"), 0)))
    grid = {"edgecolors": rgba(layout["plot_bgcolor"]), "linewidth": gap} if gap else {}
    mesh = panel.axes.pcolormesh(*edges, z, cmap=scale, norm=norm, zorder=level, alpha=trace.get("opacity"), **grid)
    panel.axes.margins(0)
    if trace.get("showscale", True):
        bar = panel.axes.figure.colorbar(mesh, cax=panel.axes.inset_axes((1.02, 0, 0.02, 1)))
        bar.outline.set_visible(False)
        style = font(trace.get("colorbar", {}).get("tickfont"), layout["font"])
        bar.ax.tick_params(labelsize=style["size"], length=0)
        title = trace.get("colorbar", {}).get("title", {})
        bar.ax.set_title(plain(title.get("text") or ""), fontsize=style["size"], loc="left")
    if trace.get("text") is not None and trace.get("texttemplate"):
        _cells(panel, trace, z, edges, scale, norm, layout)


def _cells(panel: Panel, trace: Trace, z: Any, edges: Any, scale: Any, norm: Any, layout: dict[str, Any]) -> None:
    middles = [(e[1:] + e[:-1]) / 2 for e in edges]
    for (row, column), word in np.ndenumerate(array(trace["text"])):
        dark = np.dot(scale(norm(z[row, column]))[:3], (0.3, 0.59, 0.11)) < 0.5
        style = font(trace.get("textfont"), {"color": "#ffffff" if dark else "#2b2b2b"}, layout["font"])
        if word:
            panel.axes.text(
                middles[0][column], middles[1][row], plain(word), ha="center", va="center", zorder=4, **style
            )


def _edges(at: np.ndarray, count: int) -> np.ndarray:
    """Borders of *count* cells from their centres, or from the borders themselves."""
    at = np.arange(count) if len(at) == 0 else at.astype(float)
    if len(at) == count + 1:
        return at
    if count == 1:
        return np.array([at[0] - 0.5, at[0] + 0.5])
    middle = (at[1:] + at[:-1]) / 2
    return np.concatenate([[2 * at[0] - middle[0]], middle, [2 * at[-1] - middle[-1]]])
