"""What does a function of 60 bits cost, if one never writes it down?

Samples and time over n for K coefficients of 2^n, of the sparse transform and of the dense one, which is measured to
2^24 and extrapolated beyond: ``python -m polyquant.transforms.spright.trials growth FILE``, the better of two runs on
a small and busy server. The diamond is run now.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from polyquant.transforms.spright.trials import (
    GROWTH_K,
    GROWTH_N,
    Outcome,
    dense_seconds,
    growth_plan,
    sparse_seconds,
    trial,
)

from ._explorer import Explorer
from ._scene import Long, Scene, choice, control, switch
from ._theme import ACCENT, MUTED, PAPER, SIGNAL, VIOLET, dress

HOUR, YEAR = 3600.0, 365.25 * 86400
MARKS = {1e-6: "1 µs", 1e-3: "1 ms", 1.0: "1 s", HOUR: "1 hour", YEAR: "1 year", 1000 * YEAR: "1,000 years"}
LAST = 24  # the largest dense transform that was measured


@dataclass(frozen=True)
class Params:
    n: int = control(60, 10, 60, 1, "n: functions of n bits")
    K: str = choice("32", tuple(map(str, GROWTH_K)), "coefficients K")
    noisy: bool = switch(False, "noise of 10 dB")


@dataclass(frozen=True, eq=False)
class Frame:
    n: int
    K: int
    noisy: bool
    samples: list[int]  # at GROWTH_N
    here: int  # samples at n
    outcome: Outcome
    dense: dict[int, float]  # n -> seconds, measured
    sparse: dict[int, float]
    own: list[tuple[int, float]]  # measured on the reader's machine


def compute(params: Params) -> Frame:
    K = int(params.K)
    times = _times()
    method = "noisy" if params.noisy else "exact"
    design = _plan(params.n, K, params.noisy)
    return Frame(
        params.n,
        K,
        params.noisy,
        [_plan(n, K, params.noisy).cost() for n in GROWTH_N],
        design.cost(),
        trial(design, K, 10.0 if params.noisy else None, params.n),
        times["dense", 0],
        times[method, K],
        [],
    )


def steps(params: Params, frame: Frame) -> Iterator[tuple[float, Frame]]:
    """Dense transforms to 2^22 and sparse ones to 2^60, timed here."""
    jobs = [(dense_seconds, (n,)) for n in range(10, 23)]
    jobs += [(sparse_seconds, (n, frame.K, frame.noisy)) for n in GROWTH_N]
    for i, (job, arguments) in enumerate(jobs, 1):
        frame = replace(frame, own=[*frame.own, (arguments[0], job(*arguments))])
        yield i / len(jobs), frame


_plan = lru_cache(maxsize=512)(growth_plan)


@lru_cache(maxsize=1)
def _times() -> dict[tuple[str, int], dict[int, float]]:
    text = (resources.files(__package__) / "growth.csv").read_text("ascii")
    found: dict[tuple[str, int], dict[int, float]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault((row["method"], int(row["K"])), {})[int(row["n"])] = float(row["seconds"])
    return found


def dense_time(frame: Frame, n: int) -> float:
    """Seconds of the dense transform: measured, or n 2^n operations at the speed of the largest one measured."""
    return frame.dense.get(n) or frame.dense[LAST] * n / LAST * 2.0 ** (n - LAST)


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 2, subplot_titles=["samples", "time"], horizontal_spacing=0.16)
    far = {"color": MUTED, "width": 2.5, "dash": "dash"}
    figure.add_scatter(mode="lines", line=far, name="dense (dashed: not measured)", hoverinfo="skip")
    figure.add_scatter(mode="lines", line={"color": SIGNAL, "width": 3}, name="sparse", hoverinfo="skip")
    mark = {"symbol": "diamond", "size": 15, "color": ACCENT, "line": {"color": PAPER, "width": 1.5}}
    figure.add_scatter(mode="markers+text", marker=mark, textposition="top left", name="run now", hoverinfo="skip")
    other = {"row": 1, "col": 2, "hoverinfo": "skip"}
    figure.add_scatter(mode="lines", line=far, showlegend=False, **other)
    figure.add_scatter(mode="lines", line={"color": MUTED, "width": 3}, showlegend=False, **other)
    figure.add_scatter(mode="lines", line={"color": SIGNAL, "width": 3}, showlegend=False, **other)
    figure.add_scatter(mode="markers+text", marker=mark, textposition="bottom left", showlegend=False, **other)
    ring = {"symbol": "circle", "size": 5, "color": VIOLET}
    figure.add_scatter(mode="markers", marker=ring, **other)
    dress(figure, height=480, margin={"t": 112}, legend_y=1.1)
    for column in (1, 2):
        figure.update_xaxes(
            title_text="n: the function has 2<sup>n</sup> values", range=[8, 62], dtick=10, row=1, col=column
        )
    powers = [3, 6, 9, 12, 15, 18]
    ticks = {"tickvals": [10**i for i in powers], "ticktext": [f"10<sup>{i}</sup>" for i in powers]}
    figure.update_yaxes(title_text="samples", type="log", range=[2.2, 18.6], row=1, col=1, **ticks)
    ticks = {"tickvals": list(MARKS), "ticktext": list(MARKS.values())}
    figure.update_yaxes(title_text="time", type="log", range=[-6.3, 11], row=1, col=2, **ticks)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    dense, sparse, now, far, near, quick, then, own = figure.data
    dense.x, dense.y = list(range(10, 61)), [2.0**n for n in range(10, 61)]
    sparse.x, sparse.y = list(GROWTH_N), frame.samples
    now.x, now.y, now.text = [frame.n], [frame.here], [f"{frame.here:,}"]
    far.x, far.y = list(range(LAST, 61)), [dense_time(frame, n) for n in range(LAST, 61)]
    near.x, near.y = list(frame.dense), list(frame.dense.values())
    quick.x, quick.y = list(frame.sparse), list(frame.sparse.values())
    seconds = _between(frame)
    then.x, then.y, then.text = [frame.n], [seconds], [_duration(seconds)]
    points = frame.own or [*frame.dense.items(), *frame.sparse.items()]
    own.name = "timed here" if frame.own else "timed on a small server"
    own.x, own.y = [n for n, _ in points], [seconds for _, seconds in points]
    figure.layout.title.text = _verdict(frame)


def _between(frame: Frame) -> float:
    """Measured seconds of the sparse transform at n, between neighbours on a straight line."""
    below = max(n for n in frame.sparse if n <= frame.n)
    above = min(n for n in frame.sparse if n >= frame.n)
    part = (frame.n - below) / (above - below) if above > below else 0.0
    return frame.sparse[below] * (1 - part) + frame.sparse[above] * part


def _duration(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.0f} ms"
    if seconds < HOUR:
        return f"{seconds:.0f} s"
    return f"{seconds / HOUR:.0f} hours" if seconds < YEAR else f"{seconds / YEAR:,.0f} years"


def _verdict(frame: Frame) -> str:
    found = "all found" if frame.outcome.exact else f"{frame.outcome.missed} missed, {frame.outcome.false} false"
    return f"{frame.K} of 2^{frame.n} coefficients from {frame.here:,} samples: {found}"


def describe(frame: Frame) -> str:
    kind = "with noise of 10 dB" if frame.noisy else "without noise"
    sizes = f"{frame.here / 2.0**frame.n:.2g} of all"
    return (
        f"{_verdict(frame)} just now, {kind}; that is {sizes}. The sparse transform took {_duration(_between(frame))} "
        f"where it was measured, the dense one takes {_duration(dense_time(frame, frame.n))}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe, Long("Measure on this machine", steps))


def explore(**start: int | str | bool) -> Explorer:
    """The live figure; *start* sets ``n``, ``K`` and ``noisy``."""
    return Explorer(SCENE, **start)
