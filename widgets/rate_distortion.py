"""How near do pyramids come to what no code can beat?

Error over rate: pyramids with a length, the best scalar quantizers, lattices and the bound, for normal and Laplacian
numbers, for directions alone and for two real matrices. Left as it is, right divided by the bound. The curves were
computed before (``python -m benchmarks.rate_distortion FILE``); the diamond is computed now, from other numbers.
"""

import csv
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant import datasets
from polyquant.quantize import asymptote, distortion, distortion_rate, lloyd_max
from polyquant.quantize.trials import Shaped, groups

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, EARTH, GOOD, INK, MUTED, PAPER, ROSE, SIGNAL, VIOLET, WARNING, dress

SOURCES = {  # what a reader chooses: source of the file, law of its bound
    "normal numbers": ("gaussian", "gaussian"),
    "Laplacian numbers": ("laplacian", "laplacian"),
    "directions, length known": ("sphere", None),
    "query matrix of a model": ("query", "gaussian"),
    "output matrix of a model": ("output", "gaussian"),
}
LENGTHS = ("4", "8", "16", "32", "64", "128")
TOPS = {"gaussian": 2.9, "laplacian": 5.6, "sphere": 1.7, "query": 4.2, "output": 4.2}
FRESH = 1 << 15  # numbers for the diamond
ENDS = {"pyramid": "pyramids tend to", "lloyd-max": "Lloyd-Max tends to"}
LATTICES = {"A2": (ROSE, "triangle-up"), "D4": (VIOLET, "square"), "E8": (GOOD, "star")}


@dataclass(frozen=True)
class Params:
    source: str = choice("normal numbers", tuple(SOURCES), "what is quantized")
    n: str = choice("16", LENGTHS, "numbers in a group, N")
    bits: float = control(2.0, 1.0, 4.5, 0.25, "most bits a number, R")


@dataclass(frozen=True, eq=False)
class Frame:
    source: str
    n: int
    curves: dict[int, NDArray[np.float64]]  # N -> (rate, error), shape (2, m)
    rivals: dict[str, NDArray[np.float64]]  # name -> (rate, error), one row of points each
    asymptotes: dict[str, float]  # error times 4^rate, where it tends
    rate: float
    k: int
    levels: int
    error: float  # now

    def bound(self, rate: NDArray[np.float64], n: int) -> NDArray[np.float64]:
        """What no code can beat; for directions it depends on *n*."""
        law = SOURCES[self.source][1]
        if law is not None:
            return np.array([distortion_rate(law, float(r)) for r in rate])
        rates, caps = _table()["sphere", "caps", n][:2]
        return np.interp(rate, rates, caps * 4**rates) / 4**rate

    @property
    def times(self) -> float:
        """The error now over the bound."""
        return self.error / float(self.bound(np.array([self.rate]), self.n)[0])


def compute(params: Params) -> Frame:
    name, law = SOURCES[params.source]
    n = int(params.n)
    curves = {m: _hull(name, m) for m in map(int, LENGTHS)}
    splits = _table()[name, "PVQ", n]
    place = int(np.flatnonzero(splits[0] <= params.bits + 1e-9)[-1])
    rate, _, k, levels = splits[:, place]
    error = _shaped(name, n, int(k)).error(int(levels))
    ends = {code: asymptote(code, name) for code in ENDS} if name == law else {}
    return Frame(params.source, n, curves, _rivals(name, n), ends, float(rate), int(k), int(levels), error)


@lru_cache(maxsize=64)
def _shaped(source: str, n: int, k: int) -> Shaped:
    return Shaped(_numbers(source, n), k)


@lru_cache(maxsize=len(SOURCES) * len(LENGTHS))
def _numbers(source: str, n: int) -> NDArray[np.float64]:
    """Groups, shape (m, n): fresh random ones, or the first rows of a matrix, each over its root mean square."""
    if source not in ("query", "output"):
        x = groups(source, FRESH // n, n, rng=100 + n)
        return x / math.sqrt(float((x**2).mean()))  # mean square 1 exactly: the error then varies less
    words = datasets.minilm_query() if source == "query" else datasets.minilm_output()
    rows = (words.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    rows /= np.sqrt((rows**2).mean(axis=1, keepdims=True))
    return rows.ravel()[:FRESH].reshape(-1, n)


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, str, int], NDArray[np.float64]]:
    """(source, code, n) -> (rate, error, pulses, levels), shape (4, m), rates in order."""
    text = (resources.files(__package__) / "rate_points.csv").read_text("ascii")
    found: dict[tuple[str, str, int], list[list[float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        four = [float(row[field]) for field in ("rate", "error", "k", "levels")]
        found.setdefault((row["source"], row["code"], int(row["n"])), []).append(four)
    return {key: np.array(sorted(rows)).T for key, rows in found.items()}


@lru_cache(maxsize=len(SOURCES) * len(LENGTHS))
def _hull(source: str, n: int) -> NDArray[np.float64]:
    """(rate, error) on the way down that mixtures of two splits can walk, shape (2, m)."""
    kept: list[tuple[float, float]] = []
    for x, y in _table()[source, "PVQ", n][:2].T.tolist():
        while len(kept) > 1 and _above(*kept[-2:], (x, y)):
            kept.pop()
        if not kept or y < kept[-1][1]:
            kept.append((x, y))
    return np.array(kept).T


def _above(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Whether b lies on or above the straight line from a to c."""
    return (b[1] - a[1]) * (c[0] - a[0]) >= (c[1] - a[1]) * (b[0] - a[0])


@lru_cache(maxsize=64)
def _rivals(source: str, n: int) -> dict[str, NDArray[np.float64]]:
    if source == "sphere":
        return {"random directions": _table()[source, "random", n][:2]}
    if source in ("query", "output"):
        return {"Lloyd-Max": _table()[source, "Lloyd-Max", 1][:2]}
    levels = [2, 3, 4, 6, 8, 12, 16, 23]
    scalar = [(math.log2(m), distortion(lloyd_max(source, m), source)) for m in levels]
    balls = {name: m for name, m in (("A2", 2), ("D4", 4), ("E8", 8)) if source == "gaussian"}
    return {"Lloyd-Max": np.array(scalar).T, **{name: _table()[source, name, m][:2] for name, m in balls.items()}}


def draw(frame: Frame) -> go.Figure:
    titles = ["error", "error over the bound"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.42, 0.58], horizontal_spacing=0.12)
    for column in (1, 2):
        for m in LENGTHS:  # all groups, thin; their names at the right end
            line = {"color": MUTED, "width": 1}
            figure.add_scatter(row=1, col=column, mode="lines+text", line=line, name=f"N={m}", showlegend=False)
            figure.data[-1].update(textposition="middle right", textfont={"color": INK, "size": 11}, hoverinfo="skip")
        _add(figure, column, "bound", {"color": INK, "width": 2, "dash": "dash"}, None)
        _add(figure, column, "scalar", {"color": WARNING, "width": 2, "dash": "dot"}, {"symbol": "x", "size": 7})
        for name, (colour, symbol) in LATTICES.items():
            _add(figure, column, name, None, {"symbol": symbol, "size": 9, "color": colour})
        _add(figure, column, "pyramids", {"color": SIGNAL, "width": 3.5}, None)
        mark = {"symbol": "diamond", "size": 14, "color": ACCENT, "line": {"color": PAPER, "width": 1.5}}
        _add(figure, column, "computed now", None, mark)
    for name, place in zip(ENDS, ("bottom right", "top right")):
        line = {"color": EARTH, "width": 1.5, "dash": "longdash"}
        figure.add_scatter(row=1, col=2, mode="lines+text", line=line, name=name, showlegend=False, hoverinfo="skip")
        figure.data[-1].update(textposition=place, textfont={"color": INK, "size": 12})
    dress(figure, height=500, margin={"t": 118}, legend_y=1.1)
    for column in (1, 2):
        figure.update_xaxes(title_text="bits a number, all counted", dtick=1, row=1, col=column)
    figure.update_xaxes(range=[0.6, 4.7], row=1, col=1)
    figure.update_xaxes(range=[0.6, 5.3], row=1, col=2)
    figure.update_yaxes(title_text="mean squared error", type="log", dtick=1, range=[-2.8, 0], row=1, col=1)
    figure.update_yaxes(title_text="times the bound", row=1, col=2)
    redraw(figure, frame)
    return figure


def _add(figure: go.Figure, column: int, name: str, line: dict | None, marker: dict | None) -> None:
    mode = "+".join(part for part, there in (("lines", line), ("markers", marker)) if there)
    look = {"line": line} if line else {}
    look |= {"marker": marker} if marker else {}
    figure.add_scatter(row=1, col=column, mode=mode, name=name, showlegend=column == 1, hoverinfo="skip", **look)


def redraw(figure: go.Figure, frame: Frame) -> None:
    half = len(LENGTHS) + 7
    top = TOPS[SOURCES[frame.source][0]]
    names = _names(frame, 0.03 * top)
    for column in (0, 1):
        all_n, rest = np.split(np.arange(half) + column * half, [len(LENGTHS)])
        for place, (m, curve) in zip(all_n, frame.curves.items()):
            _put(figure.data[place], frame, curve, m, column)
            figure.data[place].text = [*[""] * (curve.shape[1] - 1), names[m] if column else ""]
        bound, scalar, *lattices, mine, now = (figure.data[i] for i in rest)
        rates = np.arange(0.75, 4.51, 0.25)
        _put(bound, frame, np.array([rates, frame.bound(rates, frame.n)]), frame.n, column)
        first = next(iter(frame.rivals))
        scalar.name = first
        _put(scalar, frame, frame.rivals[first], frame.n, column)
        for trace, name in zip(lattices, LATTICES):
            _put(trace, frame, frame.rivals.get(name, np.zeros((2, 0))), frame.n, column)
            trace.showlegend = not column and name in frame.rivals
        _put(mine, frame, frame.curves[frame.n], frame.n, column)
        mine.name, bound.name = f"pyramids, N = {frame.n}", _bound_name(frame)
        _put(now, frame, np.array([[frame.rate], [frame.error]]), frame.n, column)
    for trace in figure.data[2 * half :]:
        end = frame.asymptotes.get(trace.name)
        scale = 1.0 if end is None else asymptote("shannon", SOURCES[frame.source][0])
        trace.x, trace.y = ([], []) if end is None else ([2.6, 4.5], [round(end / scale, 4)] * 2)
        trace.text = [] if end is None else [f"{ENDS[trace.name]} {end / scale:.2f}", ""]
    figure.layout.yaxis2.range = [0.9, top]
    figure.layout.title.text = _verdict(frame)


def _bound_name(frame: Frame) -> str:
    name, law = SOURCES[frame.source]
    return "round caps" if law is None else "Shannon" if law == name else "Shannon, were they normal"


def _put(trace: go.Scatter, frame: Frame, points: NDArray[np.float64], n: int, ratio: int) -> None:
    rate, error = points[:2]
    trace.x = rate.round(4)
    trace.y = (error / frame.bound(rate, n)).round(4) if ratio else np.array([float(f"{v:.4g}") for v in error])


def _names(frame: Frame, near: float) -> dict[int, str]:
    """What stands at the end of each curve; ends that are *near* each other share a name."""
    ends = {m: float(curve[1, -1] / frame.bound(curve[0, -1:], m)[0]) for m, curve in frame.curves.items()}
    together: list[list[int]] = []
    for m in sorted(ends, key=lambda m: -ends[m]):
        if together and ends[together[-1][0]] - ends[m] <= near:
            together[-1].append(m)
        else:
            together.append([m])
    return dict.fromkeys(ends, "") | {group[0]: ", ".join(map(str, sorted(group))) for group in together}


def _verdict(frame: Frame) -> str:
    pulses = "1 pulse" if frame.k == 1 else f"{frame.k} pulses"
    lengths = {0: "", 1: ", one length"}.get(frame.levels, f", {frame.levels} lengths")
    what = frame.source[0].upper() + frame.source[1:]
    return f"{what}, N = {frame.n}, {frame.rate:.2f} bits: {pulses}{lengths}, error {frame.error:.4g}"


def describe(frame: Frame) -> str:
    rival, points = next(iter(frame.rivals.items()))
    other = float(np.exp(np.interp(frame.rate, points[0], np.log(points[1]))))
    return (
        f"{_verdict(frame)}. That is {frame.times:.2f} times the bound ({_bound_name(frame)}); {rival} would leave "
        f"{other:.4g} at as many bits, {other / frame.error:.2f} times as much."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: str | float) -> Explorer:
    """The live figure; *start* sets ``source``, ``n`` and ``bits``."""
    return Explorer(SCENE, **start)
