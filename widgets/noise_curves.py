"""Which decoder still hears a coefficient in noise, and at what price?

24 coefficients of 2^14, in 3 groups of 32 bins. Left, how a decoder does over the noise; right, the weakest signal that
it still finds nine times of ten, over the samples it asks for. The curves were computed before, from 40 runs a point
(``python -m polyquant.transforms.spright.trials noise FILE``); the diamond is computed now, with runs of its own.
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

from polyquant.transforms.spright.trials import GRID_TRIALS, NOISE_K, noise_plan, trial

from ._explorer import Explorer
from ._scene import Long, Scene, choice, control
from ._theme import ACCENT, CYCLE, DASHES, GOOD, INK, MARKERS, MUTED, PAPER, SIGNAL, WARNING, dress

FEW, MANY, FRESH = 4, 200, 10_000
PLACES = ("bottom left", "top right", "top right", "bottom right")  # of the names of the decoders
NAMES = {
    "osd": "osd: random delays, best guess",
    "nso": "nso: a vote for each bit",
    "rm": "rm: blocks of three bits",
    "coded": "coded: a convolutional code",
}
SHORT = {name: key for key, name in NAMES.items()}
RIVAL = {"osd": "nso", "nso": "osd", "rm": "osd", "coded": "osd"}


@dataclass(frozen=True)
class Params:
    snr: float = control(2.5, -5.0, 20.0, 2.5, "signal to noise, dB")
    P: int = control(24, 14, 54, 10, "delays P of a group")
    decoder: str = choice(NAMES["osd"], tuple(SHORT), "decoder")


@dataclass(frozen=True, eq=False)
class Frame:
    snr: float
    wanted: int  # delays, as asked for
    P: int
    decoder: str
    snrs: NDArray[np.float64]
    curves: NDArray[np.float64]  # shape (3, snrs): exact runs, coefficients missed, false ones; shares
    rival: NDArray[np.float64] | None  # exact runs of the other decoder at the same price, if it can have so few delays
    prices: dict[str, list[tuple[int, float]]]  # decoder -> (samples, weakest signal in dB)
    exact: int
    missed: int
    false: int
    runs: int

    @property
    def samples(self) -> int:
        return 3 * self.P * 32


def compute(params: Params) -> Frame:
    decoder = SHORT[params.decoder]
    snrs, table = _grid()
    P = max(params.P, min(P for name, P in table if name == decoder))  # some need more delays
    prices = {name: _price(name) for name in NAMES}
    rival, curves = table.get((RIVAL[decoder], P)), table[decoder, P]
    other = None if rival is None else rival[0]
    empty = Frame(params.snr, params.P, P, decoder, snrs, curves, other, prices, 0, 0, 0, 0)
    return _more(empty, FEW)


def _more(frame: Frame, count: int) -> Frame:
    """*frame* with the outcome of *count* more runs."""
    seeds = range(FRESH + frame.runs, FRESH + frame.runs + count)
    found = [trial(_plan(frame.decoder, frame.P, seed % FEW), NOISE_K, frame.snr, seed) for seed in seeds]
    return replace(
        frame,
        exact=frame.exact + sum(outcome.exact for outcome in found),
        missed=frame.missed + sum(outcome.missed for outcome in found),
        false=frame.false + sum(outcome.false for outcome in found),
        runs=frame.runs + count,
    )


def steps(params: Params, frame: Frame) -> Iterator[tuple[float, Frame]]:
    """200 runs more, a few at a time."""
    for done in range(FEW, MANY + 1, FEW):
        frame = _more(frame, FEW)
        yield done / MANY, frame


_plan = lru_cache(maxsize=256)(noise_plan)


@lru_cache(maxsize=1)
def _grid() -> tuple[NDArray[np.float64], dict[tuple[str, int], NDArray[np.float64]]]:
    """The noise levels, and for (decoder, delays) shares of shape (3, levels)."""
    text = (resources.files(__package__) / "noise_grid.csv").read_text("ascii")
    rows = list(csv.DictReader(text.splitlines()))
    snrs = sorted({float(row["snr"]) for row in rows})
    table = {(row["decoder"], int(row["delays"])): np.zeros((3, len(snrs))) for row in rows}
    for row in rows:
        shares = table[row["decoder"], int(row["delays"])][:, snrs.index(float(row["snr"]))]
        shares[0] = int(row["exact"]) / GRID_TRIALS
        shares[1:] = int(row["missed"]) / GRID_TRIALS / NOISE_K, int(row["false"]) / GRID_TRIALS / NOISE_K
    return np.array(snrs), table


@lru_cache(maxsize=8)
def _price(decoder: str) -> list[tuple[int, float]]:
    """(samples, weakest signal that is found nine times of ten) for the numbers of delays."""
    snrs, table = _grid()
    found = []
    for (name, P), shares in table.items():
        low = np.flatnonzero(shares[0] < 0.9)
        if name == decoder and len(low) and low[-1] + 1 < len(snrs):
            two = shares[0][low[-1] : low[-1] + 2]  # between these the curve passes 90 %, on a straight line
            step = (0.9 - two[0]) / (two[1] - two[0]) * (snrs[1] - snrs[0])
            found.append((3 * P * 32, float(snrs[low[-1]] + step)))
    return found


def draw(frame: Frame) -> go.Figure:
    titles = ["what becomes of 24 coefficients", "weakest signal found 9 times of 10"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.56, 0.44], horizontal_spacing=0.13)
    looks = {"exact runs": (GOOD, "solid", 3.5), "missed": (SIGNAL, "dash", 2.5), "false": (WARNING, "dot", 2.5)}
    for name, (colour, dash, width) in looks.items():
        line = {"color": colour, "dash": dash, "width": width}
        figure.add_scatter(mode="lines", name=name, line=line, hovertemplate="%{x} dB: %{y:.0%}<extra></extra>")
    line = {"color": MUTED, "dash": "longdash", "width": 2}
    figure.add_scatter(mode="lines", line=line, hoverinfo="skip", name="rival")
    mark = {"symbol": "diamond", "size": 14, "color": ACCENT, "line": {"color": PAPER, "width": 1.5}}
    figure.add_scatter(mode="markers", marker=mark, name="exact, now", hoverinfo="skip")
    for i in range(len(NAMES)):
        look = {"line": {"color": CYCLE[i], "dash": DASHES[i]}, "marker": {"symbol": MARKERS[i], "size": 8}}
        figure.add_scatter(row=1, col=2, mode="lines+markers+text", showlegend=False, hoverinfo="skip", **look)
        figure.data[-1].update(marker_color=CYCLE[i], textposition=PLACES[i], textfont={"color": INK, "size": 13})
    ring = {"symbol": "circle-open", "size": 20, "color": ACCENT, "line": {"width": 3}}
    figure.add_scatter(row=1, col=2, mode="markers", marker=ring, showlegend=False, hoverinfo="skip")
    dress(figure, height=480, margin={"t": 112}, legend_y=1.1)
    figure.update_xaxes(title_text="signal to noise, dB", range=[-5.6, 20.6], dtick=5, row=1, col=1)
    figure.update_yaxes(title_text="share", range=[-0.03, 1.06], tickformat=".0%", row=1, col=1)
    figure.update_xaxes(title_text="samples of 16,384", range=[700, 6100], dtick=1000, row=1, col=2)
    figure.update_yaxes(title_text="signal to noise, dB", range=[-5, 10], dtick=5, row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    *three, rival, now = figure.data[:5]
    for line, shares in zip(three, frame.curves):
        line.x, line.y = frame.snrs, shares.round(4)
    rival.name = f"{RIVAL[frame.decoder]}, as many samples"
    rival.x = [] if frame.rival is None else frame.snrs
    rival.y = [] if frame.rival is None else frame.rival.round(4)
    now.x, now.y = [frame.snr], [frame.exact / frame.runs]
    for line, (name, points) in zip(figure.data[5:9], frame.prices.items()):
        line.x, line.y = [samples for samples, _ in points], [round(snr, 3) for _, snr in points]
        end = len(points) - 1 if name in ("rm", "coded") else 0
        line.text = [name if i == end else "" for i in range(len(points))]
    here = [point for point in frame.prices[frame.decoder] if point[0] == frame.samples]
    figure.data[9].x, figure.data[9].y = [x for x, _ in here], [y for _, y in here]
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    return (
        f"{frame.decoder} with {frame.samples:,} samples at {frame.snr:g} dB: {frame.exact} of {frame.runs} runs exact"
    )


def describe(frame: Frame) -> str:
    coefficients = NOISE_K * frame.runs
    price = f"{frame.P} delays" + (f", {frame.wanted} are too few for it" if frame.wanted < frame.P else "")
    at = int(np.argmin(np.abs(frame.snrs - frame.snr)))
    other = "cannot do with so few samples"
    if frame.rival is not None:
        other = f"finds everything in {frame.rival[at]:.0%} of the runs from as many samples"
    return (
        f"{_verdict(frame)} ({price}). Of {coefficients:,} coefficients {frame.missed} were missed, and "
        f"{frame.false} found that are not there; {RIVAL[frame.decoder]} {other}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe, Long(f"{MANY} more runs", steps))


def explore(**start: float | str) -> Explorer:
    """The live figure; *start* sets ``snr``, ``P`` and ``decoder``."""
    return Explorer(SCENE, **start)
