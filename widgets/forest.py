"""What did a random forest learn, and how many questions must one ask it?

The forest diagnoses one patient. 30 switches choose between the patient's value of a feature and the mean of the
benign samples, and a sparse transform finds what the answers hang on. The exact terms are known from the trees.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant import datasets
from polyquant.transforms.spright import plan, sparse_wht
from polyquant.transforms.spright.trials import explained

from ._explorer import Explorer
from ._scene import Long, Scene, control
from ._theme import ACCENT, MUTED, SHADE, SIGNAL, WARNING, dress

SHOWN = 14
SIZES, DELAYS = range(3, 9), 34


@dataclass(frozen=True)
class Params:
    b: int = control(6, 3, 8, 1, "b: 2^b bins")
    sigma: float = control(0.05, 0.0, 0.1, 0.01, "sigma: treat answers as this uncertain", hint="0: every term counts")
    patient: int = control(0, 0, 5, 1, "patient")


@dataclass(frozen=True, eq=False)
class Frame:
    b: int
    patient: int
    malignant: bool
    answer: float  # of the forest
    sigma: float
    names: list[str]  # of the largest terms
    exact: NDArray[np.float64]  # shape (SHOWN,), in units where a switch is -1 or +1
    found: list[float | None]  # None: not found
    terms: int  # in truth
    right: int  # of those found
    false: int
    status: str
    asked: int
    r2: float
    curve: list[tuple[int, int, float]]  # (b, samples, R2) of all runs so far


def compute(params: Params) -> Frame:
    model, game = datasets.forest(), _game(params.patient)
    support, values = game.spectrum()
    result = _run(params.patient, params.b, params.sigma)
    order = np.argsort(-np.abs(values) * (support > 0), kind="stable")[:SHOWN]
    got = dict(zip(result[0].tolist(), result[1].tolist()))
    sides = {k: (-1.0) ** k.bit_count() for k in support.tolist()}
    top = [(int(support[i]), float(values[i])) for i in order]
    exact = np.array([sides[k] * value for k, value in top])
    found = [sides[k] * got[k] if k in got else None for k, _ in top]
    right = len(set(support.tolist()) & set(got))
    return Frame(
        params.b,
        params.patient,
        model.malignant[params.patient],
        float(game.predict_mask([(1 << game.n) - 1])[0]),
        params.sigma,
        [_name(k, game.features) for k, _ in top],
        exact,
        found,
        support.size,
        right,
        len(got) - right,
        result[2],
        result[3],
        result[4],
        [(b, *_run(params.patient, b, params.sigma)[3:]) for b in SIZES if b <= params.b],
    )


@lru_cache(maxsize=6)
def _game(patient: int) -> datasets.MaskingGame:
    return datasets.forest().game(patient)


@lru_cache(maxsize=128)
def _run(patient: int, b: int, sigma: float) -> tuple[NDArray[np.uint64], NDArray[np.float64], str, int, float]:
    """Support, coefficients, status, samples and R2 on fresh samples."""
    game = _game(patient)
    design = plan(game.n, b=b, C=3, delays=DELAYS, decoder="osd" if sigma else "noiseless", seed=1)
    found = sparse_wht(game.predict_mask, game.n, plan=design, sigma=sigma or None, validate=0)
    r2 = explained(game.predict_mask, found)
    return found.support, found.coeffs, found.status, found.samples_asked, r2


def steps(params: Params, frame: Frame) -> Iterator[tuple[float, Frame]]:
    """The same for every number of bins."""
    curve = []
    for i, b in enumerate(SIZES, 1):
        result = _run(params.patient, b, params.sigma)
        curve.append((b, result[3], result[4]))
        yield i / len(SIZES), replace(frame, curve=list(curve))


def _name(k: int, features: tuple[str, ...]) -> str:
    return " × ".join(features[i] for i in range(len(features)) if k >> i & 1)


def draw(frame: Frame) -> go.Figure:
    titles = ["the strongest terms", "fresh answers predicted"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.6, 0.4], horizontal_spacing=0.13)
    look = {"color": SHADE, "line": {"color": MUTED, "width": 1}}
    figure.add_bar(orientation="h", marker=look, name="exact, from the trees", hoverinfo="skip")
    mark = {"color": SIGNAL, "size": 11, "symbol": "diamond"}
    figure.add_scatter(mode="markers", marker=mark, name="found", hovertemplate="%{y}: %{x:.4f}<extra></extra>")
    cross = {"color": WARNING, "size": 10, "symbol": "x"}
    figure.add_scatter(mode="markers", marker=cross, name="not found", hoverinfo="skip")
    line = {"color": SIGNAL, "width": 2}
    figure.add_scatter(row=1, col=2, mode="lines+markers", line=line, marker={"size": 7}, showlegend=False)
    here = {"color": ACCENT, "size": 15, "symbol": "diamond"}
    figure.add_scatter(row=1, col=2, mode="markers+text", marker=here, textposition="bottom right", name="this b")
    dress(figure, height=560, margin={"t": 112, "l": 250}, legend_y=1.08, bargap=0.3)
    figure.update_xaxes(
        title_text="weight in the probability of malignant", zeroline=True, zerolinecolor=MUTED, row=1, col=1
    )
    figure.update_yaxes(
        title_text="features that act together", autorange="reversed", showline=False, ticks="", row=1, col=1
    )
    figure.update_xaxes(title_text="questions asked, of 2<sup>30</sup>", type="log", range=[2.7, 5.1], row=1, col=2)
    figure.layout.xaxis2.update(tickvals=[1000, 10**4, 10**5], ticktext=["1,000", "10,000", "100,000"])
    figure.update_yaxes(title_text="R², 1 = perfect", range=[-0.08, 1.08], row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    truth, found, lost, curve, here = figure.data
    names = frame.names
    truth.y, truth.x = names, frame.exact.round(6)
    some = [i for i, value in enumerate(frame.found) if value is not None]
    rest = [i for i, value in enumerate(frame.found) if value is None]
    found.y, found.x = [names[i] for i in some], [round(frame.found[i] or 0.0, 6) for i in some]
    lost.y, lost.x = [names[i] for i in rest], [0.0] * len(rest)
    reach = 1.15 * float(np.abs(frame.exact).max())
    figure.layout.xaxis.range = [-reach if frame.exact.min() < 0 else -0.1 * reach, reach]
    curve.x, curve.y = [row[1] for row in frame.curve], [max(-0.05, round(row[2], 6)) for row in frame.curve]
    here.x, here.y = [frame.asked], [max(-0.05, round(frame.r2, 6))]
    here.text = [f"R² {frame.r2:.3f}"]
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    truth = "malignant" if frame.malignant else "benign"
    return (
        f"Patient {frame.patient} ({truth}, the forest says {frame.answer:.2f}): {frame.right} of {frame.terms} terms "
        f"from {frame.asked:,} questions"
    )


def describe(frame: Frame) -> str:
    states = {
        "converged": "everything fits",
        "noise-like": "what is left looks like noise",
    }
    state = states.get(frame.status, "some bins stay unresolved")
    return (
        f"{_verdict(frame)}, b = {frame.b}, answers taken as uncertain by {frame.sigma:.2f}; {frame.false} of the "
        f"terms found are false, and {state}. R² on fresh questions is {frame.r2:.3f}. The strongest term is "
        f"{frame.names[0]}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe, Long("Run all b from 3 to 8", steps))


def explore(**start: float) -> Explorer:
    """The live figure; *start* sets ``b``, ``sigma`` and ``patient``."""
    return Explorer(SCENE, **start)
