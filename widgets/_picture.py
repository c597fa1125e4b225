"""The saved picture of a live figure: a plotly figure drawn by matplotlib, small and the same on every machine.

Knows what the scenes use: scatter, bar and heatmap traces; panels by axis domains; log, category and reversed axes;
titles, tick texts, shapes, annotations, legend. Anything else is a TypeError that names it.
"""

import io
from typing import Any

import matplotlib as mpl
import plotly.graph_objects as go
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from . import _marks, _notes
from ._axes import Panel, panels, scale
from ._dress import merged, plain, points

WIDTH = 960  # CSS pixels, a notebook's column
CSS = 96  # CSS pixels in an inch
DPI = 80
LOOK = {"font.family": "DejaVu Sans", "mathtext.fontset": "dejavusans", "svg.hashsalt": "", "axes.unicode_minus": True}


def picture(figure: go.Figure, alt: str = "") -> bytes:
    """A PNG of *figure*, 800 pixels wide; *alt*, the same in words, travels in its Description.

    Raises
    ------
    TypeError
        A trace or shape of a type that cannot be drawn here.
    """
    with mpl.rc_context(LOOK):
        drawn = _draw(figure)
        raw = io.BytesIO()
        drawn.savefig(raw, format="png", dpi=DPI)
    small = Image.open(raw).convert("RGB").quantize(192, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, format="png", optimize=True, pnginfo=_described(alt))
    return out.getvalue()


def _described(alt: str) -> Any:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("Description", alt)
    return info


def _draw(figure: go.Figure) -> Figure:
    traces, layout = merged(figure)
    size = (layout.get("width") or WIDTH, layout.get("height") or 400)
    drawn = Figure(figsize=(size[0] / CSS, size[1] / CSS), dpi=CSS, facecolor=layout["paper_bgcolor"])
    FigureCanvasAgg(drawn)
    paper = drawn.add_axes((0, 0, 1, 1), zorder=5)  # plotly's "paper": the area inside the margins
    paper.set_axis_off()
    places = panels(drawn, traces, layout)
    _marks.draw(places, traces, layout)
    _notes.reach(places, layout)
    scale(places)
    for panel in places.values():
        panel.finish()
    _notes.shapes(paper, places, layout)
    _notes.annotations(paper, places, layout)
    extras = [_notes.legend(drawn, paper, traces, places, layout)]
    _fit(drawn, paper, list(places.values()), extras, layout)
    _title(drawn, layout, size)
    return drawn


def _title(drawn: Figure, layout: dict[str, Any], size: tuple[float, float]) -> None:
    title = layout.get("title", {})
    if title.get("text"):
        font = title.get("font", {})
        look = {"size": points(font.get("size", 16)), "color": font.get("color"), "ha": title.get("xanchor", "left")}
        x, y = title.get("x", 0.01), title.get("y", 0.98)
        drawn.text(x, y, plain(title["text"]), va="top", linespacing=1.3, **look)


def _fit(drawn: Figure, paper: Any, places: list[Panel], extras: list[Any], layout: dict[str, Any]) -> None:
    """Set the margins of the layout, wider where tick texts, axis titles or the legend would be cut off."""
    width, height = drawn.get_size_inches() * CSS
    margin = {side: layout["margin"].get(side, 60) for side in "lrtb"}
    for _ in range(2):
        left, bottom = margin["l"] / width, margin["b"] / height
        across, up = 1 - left - margin["r"] / width, 1 - bottom - margin["t"] / height
        paper.set_position((left, bottom, across, up))
        for panel in places:
            panel.place(left, bottom, across, up)
        renderer = drawn.canvas.get_renderer()
        boxes = [p.axes.get_tightbbox(renderer, for_layout_only=True) for p in places]
        boxes += [extra.get_window_extent(renderer) for extra in extras if extra]
        boxes = [box for box in boxes if box]
        if not boxes:
            return
        margin["l"] += max(0, 6 - min(box.x0 for box in boxes))
        margin["b"] += max(0, 6 - min(box.y0 for box in boxes))
        margin["r"] += max(0, max(box.x1 for box in boxes) - width + 6)
        margin["t"] += max(0, max(box.y1 for box in boxes) - height + 4)
