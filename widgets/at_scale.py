"""What do a hundred million users change, and what a bad report?

Names of a census, counted in some halls whose tallies are added up. Left, the commonest names; right, the error over
the number of users, and what happens to a report that cannot be right.
"""

import textwrap
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant import datasets
from polyquant._random import repeatable
from polyquant.bits import Bits
from polyquant.ldp import Batch, Estimate, Mechanism, ModularSubset, SubsetSelection, Tally

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, GOOD, INK, MUTED, SHADE, SIGNAL, WARNING, dress

K, SHOWN = 300, 16
MODULI = {"SS: one set of names": None, "MSS: eight dials": (97, 103, 109, 110, 123, 149, 233, 269)}
RANGE = np.geomspace(1000, 10**8, 21)
DAMAGE = ("none", "every bit is 1", "a bit is missing", "made for another epsilon", "a hall's batch again")


@dataclass(frozen=True)
class Params:
    n: int = control(1_000_000, 1000, 10**8, 1.8, "users n", log=True)
    halls: int = control(2, 1, 3, 1, "halls")
    damage: str = choice("every bit is 1", DAMAGE, "something wrong")
    protocol: str = choice("SS: one set of names", tuple(MODULI), "protocol")
    epsilon: float = control(1.0, 0.5, 4.0, 0.5, "privacy epsilon")


@dataclass(frozen=True, eq=False)
class Frame:
    n: int
    name: str
    epsilon: float
    names: tuple[str, ...]
    truth: NDArray[np.float64]  # shape (300,)
    frequency: NDArray[np.float64]  # shape (300,)
    stderr: NDArray[np.float64]  # shape (300,)
    expected: NDArray[np.float64]  # typical error at RANGE
    halls: tuple[int, ...]  # users
    damage: str
    answer: str  # of the tally
    unchanged: bool

    @property
    def error(self) -> float:
        return float(np.sqrt(np.mean((self.frequency - self.truth) ** 2)))

    @property
    def predicted(self) -> float:
        return float(np.sqrt(np.mean(self.stderr**2)))


def compute(params: Params) -> Frame:
    names, share = _names()
    mechanism = _mechanism(params.protocol, params.epsilon)
    tally, estimate, truth, users = _count(params.protocol, params.epsilon, params.n, params.halls)
    answer, unchanged = _disturb(mechanism, tally, params.damage)
    expected = np.sqrt(float(mechanism.variance(10**6, share).mean()) * 10**6 / RANGE)
    return Frame(
        params.n,
        params.protocol.split(":")[0],
        params.epsilon,
        names,
        truth,
        estimate.frequency,
        estimate.stderr,
        expected,
        users,
        params.damage,
        answer,
        unchanged,
    )


@lru_cache(maxsize=1)
def _names() -> tuple[tuple[str, ...], NDArray[np.float64]]:
    names, share = datasets.surnames()
    return names[:K], share[:K] / share[:K].sum()


@lru_cache(maxsize=32)
def _mechanism(protocol: str, epsilon: float) -> Mechanism:
    moduli = MODULI[protocol]
    return SubsetSelection(K, epsilon) if moduli is None else ModularSubset(K, epsilon, moduli=moduli)


@lru_cache(maxsize=32)
def _count(
    protocol: str, epsilon: float, n: int, halls: int
) -> tuple[Tally, Estimate, NDArray[np.float64], tuple[int, ...]]:
    """Every hall counts its own crowd, then the tallies are added up."""
    mechanism, (_, share) = _mechanism(protocol, epsilon), _names()
    total, crowd, users = Tally(mechanism), np.zeros(K), []
    for hall in range(halls):
        rng = np.random.default_rng([n, hall])
        items = rng.multinomial(n // halls, share)
        tally = mechanism.simulate(counts=items, rng=rng)
        crowd += items
        users.append(tally.n)
        total.merge(tally)
    return total, mechanism.estimate(total), crowd / crowd.sum(), tuple(users)


def _disturb(mechanism: Mechanism, tally: Tally, damage: str) -> tuple[str, bool]:
    """What the tally says to a batch of one report with this damage, and whether it stays as it was."""
    kept = tally.copy()
    good = mechanism.reports([7], entropy=repeatable(b"one more"))
    size = good.bits.size
    bits, fingerprint = good.bits, mechanism.fingerprint
    if damage == "every bit is 1":
        bits = Bits.from_int((1 << size) - 1, size)
    elif damage == "a bit is missing":
        bits = good.bits.take(0, size - 1)
    elif damage == "made for another epsilon":
        fingerprint = SubsetSelection(K, mechanism.epsilon + 1).fingerprint
    elif damage == "a hall's batch again":
        kept.add(good, chunk="hall 1")
    before = kept.copy()
    try:
        kept.add(Batch(fingerprint, good.codec, 1, bits), chunk="hall 1")
    except ValueError as error:
        return f"{type(error).__name__}: {error}", kept == before
    return "one report more is counted", kept == before


def draw(frame: Frame) -> go.Figure:
    spec = [[{"rowspan": 2}, {}], [None, {}]]
    titles = ["the commonest names", "typical error of a name", "users counted"]
    shape = {"column_widths": [0.54, 0.46], "row_heights": [0.62, 0.38], "subplot_titles": titles}
    figure = make_subplots(2, 2, specs=spec, horizontal_spacing=0.13, vertical_spacing=0.3, **shape)
    figure.add_bar(marker={"color": SHADE, "line": {"color": MUTED, "width": 1}}, name="truth", hoverinfo="skip")
    bars = {"type": "data", "thickness": 1.5, "width": 4, "color": SIGNAL}
    look = {"mode": "markers", "marker": {"color": SIGNAL, "size": 7}, "name": "estimate, 2 sigma"}
    figure.add_scatter(error_y=bars, hovertemplate="%{x}: %{y:.4f}<extra></extra>", **look)
    line = {"color": MUTED, "dash": "dash"}
    figure.add_scatter(row=1, col=2, mode="lines", line=line, name="formula", hoverinfo="skip")
    mark = {"color": ACCENT, "size": 12, "symbol": "diamond"}
    figure.add_scatter(row=1, col=2, mode="markers", marker=mark, name="measured", hoverinfo="skip")
    figure.add_bar(row=2, col=2, orientation="h", marker_color=GOOD, showlegend=False, hoverinfo="skip")
    figure.data[-1].update(textposition="outside", cliponaxis=False)
    figure.add_annotation(xref="x3 domain", yref="paper", x=-0.16, y=-0.13, yanchor="top", align="left")
    dress(figure, height=560, margin={"t": 104, "b": 110}, legend_y=1.08, bargap=0.2)
    figure.update_xaxes(title_text="name", tickangle=-60, row=1, col=1)
    figure.update_yaxes(title_text="share of the users", row=1, col=1)
    powers = list(range(3, 9))
    ticks = {"tickvals": [10**i for i in powers], "ticktext": [f"10<sup>{i}</sup>" for i in powers]}
    figure.update_xaxes(title_text="users", type="log", range=[2.9, 8.1], row=1, col=2, **ticks)
    figure.update_yaxes(title_text="error", type="log", range=[-4.9, -0.6], row=1, col=2)
    figure.update_yaxes(tickvals=[1e-4, 1e-3, 1e-2, 0.1], ticktext=["0.0001", "0.001", "0.01", "0.1"], row=1, col=2)
    figure.update_xaxes(title_text="users", rangemode="tozero", nticks=4, row=2, col=2)
    figure.update_yaxes(title_text="tally", autorange="reversed", showline=False, ticks="", row=2, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    truth, estimate, formula, measured, halls = figure.data
    truth.x = estimate.x = list(frame.names[:SHOWN])
    truth.y, estimate.y = frame.truth[:SHOWN], np.round(frame.frequency[:SHOWN], 9)
    estimate.error_y.array = np.round(2 * frame.stderr[:SHOWN], 9)
    top = 1.9 * _names()[1][0]
    figure.layout.yaxis.range = [-0.55 * top, top]
    formula.x, formula.y = RANGE, np.round(frame.expected, 9)
    measured.x, measured.y = [frame.n], [frame.error]
    rows = {**{f"hall {i}": users for i, users in enumerate(frame.halls, 1)}, "merged": sum(frame.halls)}
    halls.y, halls.x, halls.text = list(rows), list(rows.values()), [f"{users:,}" for users in rows.values()]
    figure.layout.xaxis3.range = [0, 1.45 * sum(frame.halls)]
    words = figure.layout.annotations[3]
    lines = textwrap.wrap(f"One more report, {_damage(frame)}. {frame.answer}", 58)
    words.text = "<br>".join([*lines[:4], "..."] if len(lines) > 4 else lines)
    words.font.color = INK if frame.damage == "none" else WARNING
    figure.layout.title.text = _verdict(frame)


def _damage(frame: Frame) -> str:
    return "nothing wrong" if frame.damage == "none" else frame.damage


def _verdict(frame: Frame) -> str:
    many = f"{len(frame.halls)} hall{'s' * (len(frame.halls) > 1)}"
    return (
        f"{frame.n:,} users in {many}, {frame.name}, epsilon {frame.epsilon:g}: "
        f"typical error {frame.error:.2g}, formula {frame.predicted:.2g}"
    )


def describe(frame: Frame) -> str:
    state = "stays as it was" if frame.unchanged else "counts it"
    return (
        f"{_verdict(frame)}. {frame.names[0]} has {frame.truth[0]:.4f}, estimated {frame.frequency[0]:.4f} plus or "
        f"minus {2 * frame.stderr[0]:.2g}. One more report, {_damage(frame)}: the tally {state}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: str | float) -> Explorer:
    """The live figure; *start* sets ``n``, ``halls``, ``damage``, ``protocol`` and ``epsilon``."""
    return Explorer(SCENE, **start)
