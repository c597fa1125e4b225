"""How much of a whole network is left at two, three and four bits a weight?

Left two real networks, computed before (``python -m benchmarks.pareto minilm`` and ``smollm2``). Right a third of one
of their layers, quantized now by the methods that are compared, or by all of them; errors are measured on text that no
method has seen.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant import datasets
from polyquant.quantize import lloyd_max, nf4, round_blocks, round_to_nearest
from polyquant.quantize.hessian import feedback, output_error
from polyquant.quantize.weights import quantize_matrix
from polyquant.transforms import Rotation

from ._explorer import Explorer
from ._scene import Long, Scene, choice
from ._theme import ACCENT, INK, MUTED, SIGNAL, dress

ROWS = 128  # of the query matrix: four heads
BITS = (2, 3, 4)
OURS = "PVQ, rotated, feedback"
RIVALS = (
    "Lloyd-Max, rotated, feedback",
    "PVQ, rotated",
    "Lloyd-Max, rotated",
    "PVQ, feedback",
    "PVQ",
    "round to nearest",
    "NF4",
)
QUICK = ("round to nearest", "NF4")
VIEWS = {  # what is measured -> model, column of the table, words on the axis
    "MiniLM: vectors of sentences": ("minilm", "cosine", "1 − cosine to the true vector"),
    "MiniLM: nearest neighbours": ("minilm", "nn1", "sentences that get another neighbour"),
    "MiniLM: outputs of layers": ("minilm", "output_error", "share of the outputs that is error"),
    "MiniLM: weights": ("minilm", "weight_error", "share of the weights that is error"),
    "SmolLM2: the next word": ("smollm2", "ratio", "perplexity, 1 = as trained"),
    "SmolLM2: outputs of layers": ("smollm2", "output_error", "share of the outputs that is error"),
    "SmolLM2: weights": ("smollm2", "weight_error", "share of the weights that is error"),
}
AGREEMENT = ("cosine", "nn1")  # columns in which 1 is perfect

Point = tuple[float, float]  # bits a weight, error


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    text = (resources.files(__package__) / "pareto.csv").read_text("ascii")
    return list(csv.DictReader(text.splitlines()))


MEASURED = tuple(view for view, (model, _, _) in VIEWS.items() if any(row["model"] == model for row in _rows()))


@dataclass(frozen=True)
class Params:
    view: str = choice(MEASURED[0], MEASURED, "error of")
    rival: str = choice(RIVALS[0], RIVALS, "compare with")


@dataclass(frozen=True, eq=False)
class Frame:
    view: str
    rival: str
    table: dict[str, list[Point]]  # method -> points, fewest bits first
    live: dict[str, list[Point]]


def compute(params: Params) -> Frame:
    shown = dict.fromkeys((OURS, params.rival, *QUICK))
    live = {method: [_live(method, bits) for bits in _possible(method, (3,))] for method in shown}
    return Frame(params.view, params.rival, _points(params.view), live)


def steps(params: Params, frame: Frame) -> Iterator[tuple[float, Frame]]:
    """Every method at two, three and four bits."""
    done: dict[str, list[Point]] = {}
    jobs = [(method, bits) for method in (OURS, *RIVALS) for bits in _possible(method, BITS)]
    for i, (method, bits) in enumerate(jobs, 1):
        done = {**done, method: [*done.get(method, []), _live(method, bits)]}
        yield i / len(jobs), replace(frame, live={**frame.live, **done})


def _possible(method: str, bits: tuple[int, ...]) -> tuple[int, ...]:
    return (4,) if method == "NF4" else bits


@lru_cache(maxsize=8)
def _points(view: str) -> dict[str, list[Point]]:
    """For each method the errors over the bits; means over the rotations that were tried."""
    model, column, _ = VIEWS[view]
    out = {}
    for method in (OURS, *RIVALS):
        rows = [row for row in _rows() if (row["model"], row["method"]) == (model, method)]
        found = []
        for bits in sorted({row["bits"] for row in rows}):
            pairs = [(float(r["bits_per_weight"]), _error(r[column], column)) for r in rows if r["bits"] == bits]
            found.append((float(np.mean([b for b, _ in pairs])), float(np.mean([e for _, e in pairs]))))
        out[method] = found
    return out


def _error(cell: str, column: str) -> float:
    return 1 - float(cell) if column in AGREEMENT else float(cell)


@lru_cache(maxsize=64)
def _live(method: str, bits: int) -> Point:
    """Bits a weight and the error of the outputs, of a third of a real matrix."""
    weights = (datasets.minilm_query()[:ROWS].astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    dense, spent = _quantized(method, weights, bits)
    return spent, output_error(weights, dense, datasets.minilm_moments()[1])


def _quantized(method: str, weights: NDArray[np.float64], bits: int) -> tuple[NDArray[np.floating], float]:
    hessian = datasets.minilm_moments()[0] if "feedback" in method else None
    if method.startswith("PVQ"):
        total = bits + 1 / 16 + 16 / weights.shape[1]
        small = quantize_matrix(weights, bits=total, rotate="rotated" in method, hessian=hessian)
        return small.dense(), small.bits_per_weight
    if method == "round to nearest":
        return round_to_nearest(weights, bits, 128)
    if method == "NF4":
        return round_blocks(weights, nf4(), group=64)
    rotation, code = Rotation(weights.shape[1], seed=0), lloyd_max("gaussian", 2**bits)
    rows = rotation.apply(weights)
    if hessian is None:
        dense, spent = round_blocks(rows, code, by="rms")
        return rotation.undo(dense), spent
    scale = np.sqrt((rows**2).mean(axis=1, keepdims=True))
    turned = rotation.apply(np.ascontiguousarray(rotation.apply(hessian).T))
    dense = feedback(rows, turned, lambda aim, _: scale * code.quantize(aim / scale), group=1)
    return rotation.undo(dense), bits + 16 / weights.shape[1]


def draw(frame: Frame) -> go.Figure:
    titles = ["the whole network", "a third of one layer, computed now"]
    figure = make_subplots(1, 2, subplot_titles=titles, horizontal_spacing=0.14, column_widths=[0.56, 0.44])
    for column in (1, 2):
        shown = {"row": 1, "col": column, "showlegend": column == 1}
        mark = {"color": MUTED, "size": 7, "symbol": "circle-open"}
        hover = "%{text}: %{x:.2f} bits, %{y:.4f}<extra></extra>"
        figure.add_scatter(mode="markers", name="others", marker=mark, hovertemplate=hover, **shown)
        looks = (("rival", ACCENT, "dash", "square"), (OURS, SIGNAL, "solid", "circle"))
        for name, colour, dash, symbol in looks:
            line, mark = {"color": colour, "dash": dash, "width": 3}, {"color": colour, "symbol": symbol, "size": 11}
            figure.add_scatter(mode="lines+markers", name=name, line=line, marker=mark, hovertemplate=hover, **shown)
    dress(figure, height=470, margin={"t": 116}, legend_y=1.1)
    ticks = {"tickvals": [2, 3, 4], "range": [1.85, 4.45]}
    figure.update_xaxes(title_text="bits a weight, everything counted", **ticks)
    figure.update_yaxes(type="log", row=1, col=1)
    figure.update_yaxes(title_text="share of the outputs that is error", type="log", range=[-2.8, -0.3], row=1, col=2)
    small = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]
    figure.update_yaxes(tickvals=small, ticktext=[f"{v:g}" for v in small], row=1, col=2)
    figure.update_yaxes(title_font_color=INK)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    for (others, rival, ours), points in ((figure.data[:3], frame.table), (figure.data[3:], frame.live)):
        rest = [(name, point) for name, found in points.items() if name not in (OURS, frame.rival) for point in found]
        _fill(others, [point for _, point in rest], [name for name, _ in rest])
        for trace, name in ((rival, frame.rival), (ours, OURS)):
            found = points.get(name, [])
            _fill(trace, found, [name] * len(found))
        rival.name = frame.rival
    values = [error for found in frame.table.values() for _, error in found]
    low, high = np.log10(min(values)), np.log10(max(values))
    axis, room = figure.layout.yaxis, max(0.08 * (high - low), 0.15 - (high - low) / 2)
    axis.range = [low - room, high + room]
    ticks = [float(f"{step}e{power}") for power in range(-4, 5) for step in (1, 2, 5)]
    ticks = sorted({*ticks, *((1.1, 1.25, 1.5) if high - low < 1.5 and low > -0.1 else ())})
    axis.tickvals, axis.ticktext = ticks, [f"{tick:,g}" for tick in ticks]
    axis.title.text = VIEWS[frame.view][2]
    figure.layout.title.text = _verdict(frame)


def _fill(trace: go.Scatter, points: list[Point], names: list[str]) -> None:
    trace.x, trace.y = [round(bits, 4) for bits, _ in points], [round(error, 6) for _, error in points]
    trace.text = names


def _verdict(frame: Frame) -> str:
    name, ours, rival = frame.view.split(":")[0], _at(frame, OURS), _at(frame, frame.rival)
    bits = 4 if frame.rival == "NF4" else 3
    if ours is None or rival is None:
        found = f" at {bits} bits: {ours:.4g} for PVQ with everything" if ours is not None else ""
        return f"{name}{found}; {frame.rival} was not measured at {bits}"
    return f"{name} at {bits} bits: {ours:.4g} for PVQ with everything, {rival:.4g} for {frame.rival}"


def _at(frame: Frame, method: str) -> float | None:
    """The error at three bits, four if that is all the rival has."""
    wanted = 4 if frame.rival == "NF4" else 3
    return next((error for bits, error in frame.table[method] if wanted - 0.1 < bits < wanted + 0.7), None)


def describe(frame: Frame) -> str:
    words = [
        f"{name} {error:.4f} at {bits:.2f} bits"
        for name in (OURS, frame.rival)
        for bits, error in frame.live[name][-1:]
    ]
    return f"{_verdict(frame)} ({VIEWS[frame.view][2]}). The layer computed now: {', '.join(words)}."


SCENE = Scene(Params, compute, draw, redraw, describe, Long("Quantize the layer now, by every method", steps))


def explore(**start: str) -> Explorer:
    """The live figure; *start* sets ``view`` and ``rival``."""
    return Explorer(SCENE, **start)
