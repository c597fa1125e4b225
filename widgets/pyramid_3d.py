"""What the integer points of a pyramid look like, and which directions each of them stands for.

Left the points of S(N, K) for N = 2 (a diamond) or N = 3 (an octahedron); right the same points pushed out to the
circle or sphere, with the cells of directions that are nearest to each. The view is our own projection, so that keys,
sliders and saved pictures turn it alike.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.quantize import Pyramid

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, INK, MUTED, PAPER, SIGNAL, dress

SHAPES = {"N = 2: a diamond": 2, "N = 3: an octahedron": 3}
PIXELS = 150  # across the sphere
REACH = 1.12
TILT = math.radians(24)
SAMPLE = 8_000  # directions that measure cells
BORDER, OUTSIDE = 0, 1  # values of pixels; cells have CELL_LOW to 100 and more
LOWEST, HIGHEST = 10, 100
SCALE_LOW, SCALE_HIGH = 0.4, 2.5  # cell sizes, 1 = the mean


@dataclass(frozen=True)
class Params:
    shape: str = choice("N = 3: an octahedron", tuple(SHAPES), "pyramid")
    k: int = control(4, 1, 10, 1, "pulses K")
    turn: int = control(25, 0, 90, 5, "turn, degrees", play=True, hint="Every quarter turn looks the same")


@dataclass(frozen=True, eq=False)
class Frame:
    n: int
    k: int
    turn: int
    bits: int
    points: NDArray[np.int32]  # shape (P, n)
    seen: NDArray[np.float64]  # shape (P, 3): across, up, towards the eye; on the pyramid of size 1
    round: NDArray[np.float64]  # the same on the sphere
    edges: list[tuple[NDArray[np.float64], bool]]  # two ends of an edge as seen, and whether it is in front
    image: NDArray[np.uint8]  # shape (PIXELS, PIXELS)
    sizes: NDArray[np.float64]  # shape (P,): of cells, 1 = the mean
    error: float  # mean 1 - cos^2 over all directions


def compute(params: Params) -> Frame:
    n, k = SHAPES[params.shape], params.k
    points, sizes, error = _cells(n, k)
    view = _view(params.turn) if n == 3 else np.eye(3)
    place = np.zeros((len(points), 3))
    place[:, :n] = points
    flat = place / k @ view.T
    ball = place / np.linalg.norm(place, axis=1, keepdims=True) @ view.T
    edges = [(ends @ view.T, front) for ends, front in _edges(n, view)]
    image = _image(n, k, view, sizes)
    return Frame(n, k, params.turn, Pyramid(n, k).bits, points, flat, ball, edges, image, sizes, error)


def _view(turn: int) -> NDArray[np.float64]:
    """Rows: the directions that point right, up and to the eye; the third coordinate of a point is upright."""
    a = math.radians(turn)
    eye = np.array([math.cos(a) * math.cos(TILT), math.sin(a) * math.cos(TILT), math.sin(TILT)])
    right = np.array([-math.sin(a), math.cos(a), 0.0])
    return np.array([right, np.cross(eye, right), eye])


def _edges(n: int, view: NDArray[np.float64]) -> list[tuple[NDArray[np.float64], bool]]:
    """Edges between the corners +-e_i, each with whether one of its faces looks at the eye."""
    corners = [(i, sign * np.eye(3)[i]) for i in range(n) for sign in (1, -1)]
    out = []
    for a, (i, one) in enumerate(corners):
        for j, other in corners[a + 1 :]:
            if i != j:
                third = np.eye(3)[3 - i - j] if n == 3 else np.zeros(3)
                front = any((one + other + s * third) @ view[2] > 1e-9 for s in (1, -1)) or n == 2
                out.append((np.array([one, other]), front))
    return out


@lru_cache(maxsize=32)
def _cells(n: int, k: int) -> tuple[NDArray[np.int32], NDArray[np.float64], float]:
    """All points in their order, the sizes of their cells, and the mean 1 - cos^2."""
    pyramid = Pyramid(n, k)
    points = _all(n, k)
    corner = points[(points >= 0).all(axis=1)]  # one orthant is enough: signs follow the direction
    directions = np.abs(_directions(n))
    cosine = directions @ (corner / np.linalg.norm(corner, axis=1, keepdims=True)).T
    nearest = cosine.argmax(axis=1)
    share = np.bincount(nearest, minlength=len(corner)) / len(directions) / 2.0 ** (corner > 0).sum(axis=1)
    of = {tuple(point): size for point, size in zip(corner.tolist(), share * pyramid.count)}
    sizes = np.array([of[tuple(point)] for point in np.abs(points).tolist()])
    return points, sizes, float(1 - (cosine.max(axis=1) ** 2).mean())


def _all(n: int, k: int) -> NDArray[np.int32]:
    """Every point of S(n, k), by trying all that could be."""
    axis = np.arange(-k, k + 1, dtype=np.int32)
    grid = np.stack(np.meshgrid(*[axis] * n, indexing="ij"), axis=-1).reshape(-1, n)
    return grid[np.abs(grid).sum(axis=1) == k]


def _directions(n: int) -> NDArray[np.float64]:
    """Directions that are spread evenly over the circle or the sphere, shape (SAMPLE, n)."""
    i = np.arange(SAMPLE) + 0.5
    if n == 2:
        return np.stack([np.cos(2 * np.pi * i / SAMPLE), np.sin(2 * np.pi * i / SAMPLE)], axis=1)
    z, around = 1 - 2 * i / SAMPLE, np.pi * (1 + 5**0.5) * i
    return np.stack([np.sqrt(1 - z * z) * np.cos(around), np.sqrt(1 - z * z) * np.sin(around), z], axis=1)


def _image(n: int, k: int, view: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The cells on the half of the sphere that is seen; for N = 2 a ring."""
    at = np.linspace(-REACH, REACH, PIXELS)
    across, up = np.meshgrid(at, at)
    radius = np.hypot(across, up)
    inside = radius <= 1 if n == 3 else (radius <= 1) & (radius >= 0.78)
    front = np.sqrt(np.clip(1 - radius**2, 0, 1)) if n == 3 else np.zeros_like(radius)
    directions = np.stack([across, up, front], axis=-1)[inside] @ view
    points, _, _ = _cells(n, k)
    corner = points[(points >= 0).all(axis=1)]
    cosine = np.abs(directions[:, :n]) @ (corner / np.linalg.norm(corner, axis=1, keepdims=True)).T
    best = cosine.argmax(axis=1)
    order = {tuple(point): i for i, point in enumerate(points.tolist())}
    size = sizes[[order[tuple(point)] for point in corner.tolist()]][best]
    signs = (directions[:, :n] < 0) & (corner[best] > 0)
    cell = np.full(radius.shape, -1)
    cell[inside] = best * 8 + signs @ (1 << np.arange(n))
    image = np.full(radius.shape, OUTSIDE, np.uint8)
    image[inside] = _shade(size)
    image[_borders(cell) & inside] = BORDER
    return image


def _shade(size: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Cell sizes on a logarithmic scale as values of pixels."""
    place = np.log(np.clip(size, SCALE_LOW, SCALE_HIGH) / SCALE_LOW) / math.log(SCALE_HIGH / SCALE_LOW)
    return (LOWEST + (HIGHEST - LOWEST) * place).round().astype(np.uint8)


def _borders(cell: NDArray[np.int64]) -> NDArray[np.bool_]:
    out = np.zeros(cell.shape, bool)
    out[1:] |= cell[1:] != cell[:-1]
    out[:, 1:] |= cell[:, 1:] != cell[:, :-1]
    return out


def draw(frame: Frame) -> go.Figure:
    titles = ["points with |y<sub>1</sub>| + ... + |y<sub>N</sub>| = K", "the directions that each one stands for"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.47, 0.53], horizontal_spacing=0.04)
    stops = ((0.0, "#8c2d04"), (0.25, "#ec9a55"), (0.5, "#f4f1ea"), (0.75, "#7db8da"), (1.0, "#0b4f8a"))
    low = LOWEST / HIGHEST
    scale = [(0.0, PAPER), (low, PAPER), *((low + 1e-6 + (1 - low - 1e-6) * p, c) for p, c in stops)]
    sizes = (0.5, 1.0, 2.0)
    bar = {"title": {"text": "cell,<br>1 = mean"}, "tickvals": _shade(np.array(sizes)).tolist()}
    bar |= {"ticktext": [f"{size:g}" for size in sizes], "len": 0.8}
    look = {"colorscale": scale, "zmin": 0, "zmax": HIGHEST, "colorbar": bar, "hoverinfo": "skip"}
    grid = np.linspace(-REACH, REACH, PIXELS).round(4)
    figure.add_heatmap(row=1, col=2, x=grid, y=grid, **look)
    for name, width, dash in (("back", 1.2, "dot"), ("front", 2, "solid")):
        line = {"color": MUTED, "width": width, "dash": dash}
        figure.add_scatter(row=1, col=1, mode="lines", line=line, name=f"{name} edges", hoverinfo="skip")
    line = {"color": MUTED, "width": 2}
    figure.add_scatter(row=1, col=2, mode="lines", line=line, name="outline", hoverinfo="skip")
    dots = {"color": MUTED, "size": 5, "symbol": "circle-open"}
    figure.add_scatter(row=1, col=1, mode="markers", name="points behind", marker=dots, hoverinfo="skip")
    dots = {"color": SIGNAL, "size": 9}
    hover = "%{text}<extra></extra>"
    figure.add_scatter(row=1, col=1, mode="markers", name="points in front", marker=dots, hovertemplate=hover)
    dots = {"color": INK, "size": 5}
    figure.add_scatter(row=1, col=2, mode="markers", name="on the sphere", marker=dots, hovertemplate=hover)
    figure.add_scatter(row=1, col=1, mode="markers+text", marker={"size": 11, "color": ACCENT}, hoverinfo="skip")
    figure.data[-1].update(
        textposition="middle right", name="corners", cliponaxis=False, textfont={"size": 13, "color": INK}
    )
    dress(figure, height=470, showlegend=False, margin={"t": 92, "l": 20, "r": 20, "b": 20})
    for column in (1, 2):
        hidden = {"range": [-REACH, REACH], "visible": False, "row": 1, "col": column}
        figure.update_xaxes(constrain="domain", **hidden)
        figure.update_yaxes(scaleanchor="x" if column == 1 else "x2", constrain="domain", **hidden)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    cells, back, front, circle, behind, shown, ball, corners = figure.data
    cells.z = frame.image
    for line, wanted in ((back, False), (front, True)):
        chosen = [ends for ends, is_front in frame.edges if is_front == wanted]
        line.x = [v for ends in chosen for v in (*_plane(ends[:, 0]).tolist(), None)]
        line.y = [v for ends in chosen for v in (*_plane(ends[:, 1]).tolist(), None)]
    around = np.linspace(0, 2 * np.pi, 121)
    circle.x, circle.y = np.cos(around).round(4), np.sin(around).round(4)
    near = _near(frame)
    names = np.array(["(" + ", ".join(map(str, point)) + ")" for point in frame.points.tolist()])
    above = frame.round[:, 2] > -1e-9
    for marks, place, rows in ((behind, frame.seen, ~near), (shown, frame.seen, near), (ball, frame.round, above)):
        marks.x, marks.y, marks.text = _plane(place[rows, 0]), _plane(place[rows, 1]), names[rows]
    ends = (np.abs(frame.points).max(axis=1) == frame.k) & (frame.points.sum(axis=1) > 0) & near
    corners.x, corners.y = _plane(frame.seen[ends, 0]), _plane(frame.seen[ends, 1])
    corners.text = ["  " + name for name in names[ends]]
    figure.layout.title.text = _verdict(frame)


def _plane(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates as they are sent, without a minus before a zero."""
    return values.round(4) + 0.0


def _near(frame: Frame) -> NDArray[np.bool_]:
    """Which points are on the side of the eye: those on a face that looks at it."""
    if frame.n == 2:
        return np.ones(len(frame.points), bool)
    eye = _view(frame.turn)[2]
    signs = np.where(frame.points == 0, np.sign(eye), np.sign(frame.points))  # the best of the faces that meet here
    return signs @ eye > 1e-9


def _verdict(frame: Frame) -> str:
    return f"N = {frame.n}, K = {frame.k}: {len(frame.points)} points, {frame.bits} bits name one"


def describe(frame: Frame) -> str:
    small, large = (frame.points[i] for i in (frame.sizes.argmin(), frame.sizes.argmax()))
    look = f", seen after a turn of {frame.turn} degrees" if frame.n == 3 else ""
    where = "circle" if frame.n == 2 else "sphere"
    gap = "all cells are alike"
    if np.ptp(frame.sizes) > 0.02:
        gap = (
            f"cells on the {where} have {frame.sizes.min():.2f} (around {_plain(small)} and its like) to "
            f"{frame.sizes.max():.2f} (around {_plain(large)}) times the mean size"
        )
    return f"{_verdict(frame)}{look}; {gap}. The mean of 1 - cos² over all directions is {frame.error:.4f}."


def _plain(point: NDArray[np.int32]) -> str:
    return str(tuple(sorted(np.abs(point).tolist(), reverse=True)))


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: str | int) -> Explorer:
    """The live figure; *start* sets ``shape``, ``k`` and ``turn``."""
    return Explorer(SCENE, **start)
