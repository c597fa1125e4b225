"""From plotly's words to matplotlib's: template merged into the figure, colours, dashes, texts, units."""

import html
import re
from typing import Any

import numpy as np
import plotly.graph_objects as go

PLOTLY_COLOURS = ("#636efa", "#ef553b", "#00cc96", "#ab63fa", "#ffa15a", "#19d3f3")
DASHES = {
    "solid": "-",
    "dot": (0, (1, 1.6)),
    "dash": (0, (4.5, 2.5)),
    "longdash": (0, (8, 3)),
    "dashdot": (0, (4.5, 2, 1, 2)),
    "longdashdot": (0, (8, 2.5, 1, 2.5)),
}
MARKERS = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "cross": "P",
    "x": "X",
    "triangle-up": "^",
    "triangle-down": "v",
    "triangle-left": "<",
    "triangle-right": ">",
    "star": "*",
    "pentagon": "p",
    "hexagon": "h",
    "line-ns": "|",
    "line-ew": "_",
}


def points(pixels: float) -> float:
    """CSS pixels as typographic points."""
    return pixels * 0.75


def given(value: Any, default: Any) -> Any:
    """*value*, or *default* if there is none."""
    return default if value is None else value


def mode(trace: dict[str, Any]) -> str:
    """What a scatter trace draws; plotly marks the points of short ones."""
    count = max(len(array(trace.get(name))) for name in "xy")
    return trace.get("mode") or ("lines+markers" if count < 20 else "lines")


def overlay(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """*above* over *below*, dictionaries inside dictionaries too; what is None above does not cover."""
    out = dict(below)
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = overlay(out[key], value)
        elif value is not None:
            out[key] = value
    return out


def merged(figure: go.Figure) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The visible traces and the layout of *figure* with its template applied, as plain dictionaries."""
    layout = figure.layout.to_plotly_json()
    template = layout.pop("template", {})
    defaults = overlay(
        {"paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff", "margin": {}, "font": {"size": 12, "color": "#2b2b2b"}},
        template.get("layout", {}),
    )
    axes = {key for key in layout if re.fullmatch("[xy]axis[0-9]*", key)} | {"xaxis", "yaxis"}
    whole = overlay(defaults, layout)
    for key in axes:
        whole[key] = overlay(defaults.get(key[:5], {}), layout.get(key, {}))
    for kind in ("annotation", "shape"):
        base = defaults.get(kind + "defaults", {})
        whole[kind + "s"] = [overlay(base, one) for one in layout.get(kind + "s", ())]
    way = whole.get("colorway") or PLOTLY_COLOURS
    traces = []
    for i, trace in enumerate(figure.data):
        kind = template.get("data", {}).get(trace.type) or ({},)
        look = overlay(overlay({"type": trace.type}, kind[0]), trace.to_plotly_json())
        traces.append({**look, "colour": way[i % len(way)]})
    return [trace for trace in traces if trace.get("visible", True) is True], whole


def rgba(colour: Any, opacity: float = 1.0) -> tuple[float, float, float, float]:
    """A plotly colour (``#rrggbb``, ``rgb()``, ``rgba()``, a name) as four numbers from 0 to 1."""
    from matplotlib.colors import to_rgba

    match = re.fullmatch(r"rgba?\(([^)]*)\)", str(colour).strip())
    if match:
        *rgb, alpha = ([float(v) for v in match[1].split(",")] + [1.0])[:4]
        red, green, blue = (v / 255 for v in rgb)
        return red, green, blue, alpha * opacity
    red, green, blue, alpha = to_rgba(colour)  # "none" is clear
    return red, green, blue, alpha * opacity


def dash(name: str | None) -> Any:
    """Matplotlib's line style for a plotly dash; also takes lists such as ``"5px,2px"``."""
    if name in (None, ""):
        return "-"
    if name in DASHES:
        return DASHES[name]
    return (0, tuple(float(part) * 0.5 for part in str(name).replace("px", "").split(",")))


def plain(text: Any) -> str:
    """Plotly's little HTML as text with line breaks; sub- and superscripts survive, bold and colour do not."""
    line = re.sub(r"<br\s*/?>", "\n", str(text)).replace("$", r"\$")
    line = re.sub(r"<sup>(.*?)</sup>", r"$^{\\mathdefault{\1}}$", line)
    line = re.sub(r"<sub>(.*?)</sub>", r"$_{\\mathdefault{\1}}$", line)
    return html.unescape(re.sub(r"<[^>]*>", "", line))


def font(*chain: dict[str, Any] | None) -> dict[str, Any]:
    """Text keywords from plotly fonts, the first that says something wins."""
    whole: dict[str, Any] = {}
    for one in reversed(chain):
        whole = overlay(whole, one or {})
    family = "monospace" if "mono" in str(whole.get("family", "")).lower() else None
    weight = whole.get("weight")
    look = {"size": points(whole.get("size", 12)), "color": rgba(whole.get("color", "#2b2b2b")), "family": family}
    return {k: v for k, v in {**look, "weight": weight}.items() if v is not None}


def array(values: Any) -> np.ndarray:
    """Trace data as an array; None becomes nan among numbers."""
    if values is None:
        return np.array([])
    out = np.asarray(values)
    if out.dtype == object and all(v is None or isinstance(v, int | float | np.number) for v in out.flat):
        return np.array([np.nan if v is None else v for v in out.flat], dtype=float).reshape(out.shape)
    return out
