"""Numbers as colours: scales, colour bars, heat maps."""

from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.ticker import FuncFormatter, MultipleLocator

from ._axes import Panel, short, spacing
from ._dress import array, font, given, plain, points, rgba


def colour_scale(look: dict[str, Any], values: np.ndarray, letter: str) -> tuple[LinearSegmentedColormap, Normalize]:
    """Colour map and range from ``colorscale`` and ``zmin zmid zmax``, for markers *letter* is "c" instead of "z"."""
    stops = look.get("colorscale") or [(0, "#f3f7fa"), (1, "#0b2b4b")]
    if isinstance(stops, str):
        raise TypeError(f"colorscale must be a list of stops, got {stops!r}")
    scale = LinearSegmentedColormap.from_list("scale", [(float(place), rgba(colour)) for place, colour in stops])
    if look.get("reversescale"):
        scale = scale.reversed()
    finite = values[np.isfinite(values)]
    ends = [look.get(letter + "min"), look.get(letter + "max")]
    low = given(ends[0], finite.min() if finite.size else 0)
    high = given(ends[1], finite.max() if finite.size else 1)
    middle = look.get(letter + "mid")
    if middle is not None and None in ends:
        reach = max(high - middle, middle - low) or 1
        low, high = middle - reach, middle + reach
    return scale, Normalize(low, high if high > low else low + 1)


def colours(marker: dict[str, Any], default: str, opacity: float, count: int) -> np.ndarray:
    """One rgba row for each of *count* marks: a colour, a list of colours, or numbers on a scale."""
    wanted = marker.get("color")
    if wanted is None or isinstance(wanted, str):
        return np.tile(rgba(wanted or default, opacity), (count, 1))
    values = array(wanted)
    if values.dtype.kind in "UO":
        return np.array([rgba(value, opacity) for value in values])
    scale, norm = colour_scale(marker, values, "c")
    rows = scale(norm(values))
    rows[:, 3] *= opacity
    return rows


def colour_bar(panel: Panel, scale: Any, norm: Any, look: dict[str, Any], layout: dict[str, Any]) -> None:
    """The legend of a scale, right of *panel*; *look* is plotly's ``colorbar``."""
    beside = panel.axes.inset_axes((1.02, 0, 0.02, 1))
    bar = panel.axes.figure.colorbar(ScalarMappable(norm, scale), cax=beside)
    bar.outline.set_visible(False)
    form = look.get("tickformat") or ""
    if look.get("tickvals") is not None:
        names = look.get("ticktext") or [short(value, form) for value in look["tickvals"]]
        bar.set_ticks(list(look["tickvals"]), labels=[plain(name) for name in names])
    else:
        bar.locator = MultipleLocator(spacing(norm.vmax - norm.vmin, panel.pixels["y"], 40))
        bar.formatter = FuncFormatter(lambda value, _: short(value, form))
        bar.update_ticks()
    style = font(look.get("tickfont"), layout["font"])
    bar.ax.tick_params(labelsize=style["size"], labelcolor=style["color"], length=0)
    bar.ax.set_title(plain(look.get("title", {}).get("text") or ""), fontsize=style["size"], loc="left")


def heatmap(panel: Panel, trace: dict[str, Any], level: float, layout: dict[str, Any]) -> None:
    """A heatmap trace, with the words in its cells."""
    z = array(trace.get("z")).astype(float)
    edges = [_edges(panel.values(n, trace.get(n)), z.shape[1 - i]) for i, n in enumerate("xy")]
    scale, norm = colour_scale(trace, z, "z")
    gap = points(max(trace.get("xgap") or 0, trace.get("ygap") or 0))
    grid = {"edgecolors": rgba(layout["plot_bgcolor"]), "linewidth": gap} if gap else {}
    panel.axes.pcolormesh(*edges, z, cmap=scale, norm=norm, zorder=level, alpha=trace.get("opacity"), **grid)
    panel.axes.margins(0)
    if trace.get("showscale", True):
        colour_bar(panel, scale, norm, trace.get("colorbar", {}), layout)
    if trace.get("text") is not None and trace.get("texttemplate"):
        x, y = ((e[1:] + e[:-1]) / 2 for e in edges)
        for (row, column), word in np.ndenumerate(array(trace["text"])):
            dark = np.dot(scale(norm(z[row, column]))[:3], (0.3, 0.59, 0.11)) < 0.5
            style = font(trace.get("textfont"), {"color": "#ffffff" if dark else "#2b2b2b"}, layout["font"])
            panel.axes.text(x[column], y[row], plain(word), ha="center", va="center", zorder=4, **style)


def _edges(at: np.ndarray, count: int) -> np.ndarray:
    """Borders of *count* cells from their centres, or from the borders themselves."""
    at = np.arange(count) if len(at) == 0 else at.astype(float)
    if len(at) == count + 1:
        return at
    if count == 1:
        return np.array([at[0] - 0.5, at[0] + 0.5])
    middle = (at[1:] + at[:-1]) / 2
    return np.concatenate([[2 * at[0] - middle[0]], middle, [2 * at[-1] - middle[-1]]])
