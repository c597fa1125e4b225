"""Who can read a figure: contrast, and colours as eyes with two kinds of cones see them.

``python -m polyquant_widgets._sight`` prints what every live figure offers; tests/widgets/test_sight.py is the gate.
"""

import contextlib
import itertools
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
import plotly.graph_objects as go
from matplotlib.colors import is_color_like, to_rgb
from numpy.typing import NDArray

from . import SCENES
from ._dress import rgba
from ._theme import PAPER

TEXT, MARK = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11: contrast of text, and of large text and marks
APART = 12.0  # CIE 1976 distance at which two colours of a legend are told apart without a doubt

# Simulation of missing cones, severity 1: Machado, Oliveira and Fernandes 2009, on linear RGB
EYES = {
    "three cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> NDArray[np.float64]:
    """Linear RGB of a CSS colour, laid on the card where it is transparent."""
    red, green, blue, alpha = rgba(colour)
    c = alpha * np.array([red, green, blue]) + (1 - alpha) * np.array(to_rgb(PAPER))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str = PAPER) -> float:
    """The ratio of WCAG 2, from 1 to 21."""
    low, high = sorted(float(XYZ[1] @ linear(c)) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, eye: str = "three cones") -> NDArray[np.float64]:
    """CIE L*a*b* of *colour* as *eye* sees it."""
    t = XYZ @ np.clip(np.array(EYES[eye]) @ linear(colour), 0, 1) / XYZ.sum(axis=1)
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, eye: str) -> float:
    """How far apart *eye* sees two colours."""
    return float(np.linalg.norm(lab(one, eye) - lab(other, eye)))


def texts(figure: go.Figure) -> Iterator[tuple[str, str, str]]:
    """What is written, its colour, and the colour behind it."""
    layout, style = figure.layout, figure.layout.template.layout
    base = layout.font.color or style.font.color
    yield "title", layout.title.font.color or style.title.font.color or base, PAPER
    for note in layout.annotations:
        if note.text:
            colour = note.font.color or style.annotationdefaults.font.color or base
            yield f"annotation {note.text[:30]!r}", colour, note.bgcolor or PAPER
    for trace in figure.data:
        colour = getattr(getattr(trace, "textfont", None), "color", None)
        if trace.type == "scatter" and colour is not None and "text" in (trace.mode or ""):
            for one in {colour} if isinstance(colour, str) else {*colour}:
                yield f"texts of {trace.name or 'a trace'}", one, PAPER


def marks(figure: go.Figure) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Traces of points and lines: name, colour, and what else tells them from others."""
    for trace in figure.data:
        if trace.type != "scatter" or trace.visible is False or trace.opacity == 0:
            continue
        mode = trace.mode or "lines"
        dots, strokes = "markers" in mode, "lines" in mode
        open_ = dots and str(trace.marker.symbol).endswith("-open")
        colour = trace.marker.color if dots and not strokes else trace.line.color
        if dots and not open_ and isinstance(trace.marker.line.color, str) and trace.marker.line.width:
            colour = max(trace.marker.line.color, str(colour), key=_shows)  # a rim carries a pale inside
        if isinstance(colour, str) and (dots or (strokes and trace.line.width != 0)):
            shape = (dots and str(trace.marker.symbol), strokes and trace.line.dash, strokes and trace.line.shape)
            yield trace.name or "", colour, shape


def _shows(colour: str) -> float:
    return contrast(colour) if is_color_like(colour) else 0


def complaints(figure: go.Figure) -> list[str]:
    """What in *figure* cannot be read, seen or told apart."""
    bad = []
    for what, colour, behind in texts(figure):
        light = behind == PAPER and contrast(colour) < 1.5  # written on a mark, and marks are dark enough for white
        if not light and contrast(colour, behind) < TEXT:
            bad.append(f"{what}: contrast {contrast(colour, behind):.1f}, below {TEXT}")
    seen = list(marks(figure))
    for name, colour, _ in seen:
        if name and contrast(colour) < MARK:
            bad.append(f"{name}: contrast {contrast(colour):.1f}, below {MARK}")
    for (one, first, shape), (other, second, another) in itertools.combinations(seen, 2):
        if not one or not other or one == other or shape != another or first == second:
            continue
        eye = min(EYES, key=lambda e: distance(first, second, e))
        if distance(first, second, eye) < APART:
            bad.append(f"{one} and {other}: {distance(first, second, eye):.0f} apart with {eye}, and alike in shape")
    return bad


def of_scene(name: str, settings: int = 4) -> list[str]:
    """Complaints about a live figure at its start and at some other *settings*."""
    scene = import_module(f"{__package__}.{name}").SCENE
    found: dict[str, None] = {}
    for params in (scene.params(), *scene.inside(settings)):
        with contextlib.suppress(ValueError):  # settings may be impossible
            found |= dict.fromkeys(complaints(scene.draw(scene.compute(params))))
    return list(found)


def main() -> None:
    for name in SCENES:
        print(f"{name}: {'; '.join(of_scene(name)) or 'can be read'}")


if __name__ == "__main__":
    main()
