"""How many bits for the length, how many for the direction?

Groups of normal numbers, so many bits for each group. Left the error, from the direction, from the length, and both
together, over the bits that the length gets; the direction gets the others. Right the lengths that occur and the levels
for them. Everything is computed now: the nearest points of 1,000 groups and more for each number of pulses.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.quantize import Pyramid, count_points, gain_codebook, gain_density, gains
from polyquant.quantize.trials import groups, most_pulses

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, GOOD, INK, MUTED, PAPER, ROSE, SIGNAL, dress

SIZES = ("8", "16", "32", "64", "128")
NUMBERS = 1 << 14
MOST = 8  # bits for the length


@dataclass(frozen=True)
class Params:
    n: str = choice("16", SIZES, "numbers in a group, N")
    bits: float = control(3.0, 1.5, 4.0, 0.5, "bits a number, R")
    gain_bits: int = control(0, 0, MOST, 1, "bits for the length, about")


@dataclass(frozen=True, eq=False)
class Frame:
    n: int
    bits: float
    k: NDArray[np.int64]  # pulses: the ways to split
    levels: NDArray[np.int64]
    direction: NDArray[np.float64]  # error per number
    length: NDArray[np.float64]
    chosen: int  # which way
    law: tuple[NDArray[np.float64], NDArray[np.float64]]  # lengths: places and densities
    marks: tuple[float, ...]  # the chosen levels

    @property
    def spent(self) -> NDArray[np.float64]:
        """Bits for the length."""
        return np.log2(self.levels)

    @property
    def error(self) -> NDArray[np.float64]:
        return self.direction + self.length

    @property
    def best(self) -> int:
        return int(self.error.argmin())


def compute(params: Params) -> Frame:
    n = int(params.n)
    ways = list(_ways(n, params.bits))
    k, levels = np.array(ways).T
    errors = np.array([_errors(n, *way) for way in ways])
    chosen = int(np.abs(np.log2(levels) - params.gain_bits).argmin())
    at = np.linspace(0, 2, 121)
    law = at, gain_density(n, None, at)
    marks = gain_codebook(n, None, int(levels[chosen])).levels
    return Frame(n, params.bits, k, levels, *errors.T, chosen, law, marks)


def _ways(n: int, bits: float) -> list[tuple[int, int]]:
    """(pulses, levels) from as many pulses as possible down; each time as many levels as still fit, up to 2^MOST."""
    found = []
    for k in range(most_pulses(n, n * bits), 0, -1):
        levels = math.floor(2 ** (n * bits - math.log2(count_points(n, k))) * (1 + 1e-12))
        if levels > 1 << MOST:
            break
        found.append((k, _round(levels)))
    return found


def _round(levels: int) -> int:
    """Down to four digits in binary: most levels then have their place in a table already."""
    spare = max(0, levels.bit_length() - 4)
    return levels >> spare << spare


@lru_cache(maxsize=1024)
def _errors(n: int, k: int, levels: int) -> tuple[float, float]:
    """Mean squared error per number of the direction, and of the length."""
    length, left = _shaped(n, k)
    unit = math.sqrt(float((length**2).mean()))
    code = gain_codebook(n, None, levels).scaled(unit)
    return left, float(((code.quantize(length) - length) ** 2).mean()) / n


@lru_cache(maxsize=512)
def _shaped(n: int, k: int) -> tuple[NDArray[np.float64], float]:
    x = _groups(n)
    length = gains(x, Pyramid(n, k).nearest(x))
    return length, float((x**2).sum() - (length**2).sum()) / x.size


@lru_cache(maxsize=len(SIZES))
def _groups(n: int) -> NDArray[np.float64]:
    x = groups("gaussian", NUMBERS // n, n, rng=n)
    return x / math.sqrt(float((x**2).mean()))  # mean square 1 exactly: what is drawn then varies less from n to n


def draw(frame: Frame) -> go.Figure:
    titles = ["two errors and their sum", "lengths, and the levels for them"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.62, 0.38], horizontal_spacing=0.13)
    looks = {
        "both": (SIGNAL, "solid", "circle", 3),
        "from the direction": (INK, "dash", "square", 2),
        "from the length": (ROSE, "dot", "diamond", 2.5),
    }
    for name, (colour, dash, symbol, width) in looks.items():
        mark = {"symbol": symbol, "size": 7}
        line = {"color": colour, "dash": dash, "width": width}
        figure.add_scatter(mode="lines+markers", name=name, line=line, marker=mark, hoverinfo="skip")
    ring = {"symbol": "circle-open", "size": 20, "color": GOOD, "line": {"width": 3}}
    figure.add_scatter(mode="markers+text", marker=ring, textposition="top center", name="least", showlegend=False)
    mark = {"symbol": "triangle-down", "size": 15, "color": ACCENT, "line": {"color": PAPER, "width": 1}}
    figure.add_scatter(mode="markers", marker=mark, name="your choice", hoverinfo="skip")
    figure.data[3].update(textfont={"color": INK, "size": 13}, hoverinfo="skip")
    line = {"color": MUTED, "width": 1.5, "dash": "longdash"}
    figure.add_scatter(mode="lines+text", line=line, textposition="top right", name="share", showlegend=False)
    figure.data[-1].update(textfont={"color": INK, "size": 13}, hoverinfo="skip")
    line = {"color": MUTED, "width": 2}
    figure.add_scatter(row=1, col=2, mode="lines", line=line, showlegend=False, hoverinfo="skip", name="density")
    stem = {"color": ACCENT, "width": 1.5}
    figure.add_scatter(row=1, col=2, mode="lines", line=stem, showlegend=False, hoverinfo="skip", name="levels")
    dress(figure, height=450, margin={"t": 118}, legend_y=1.11)
    figure.update_xaxes(title_text="bits for the length", range=[-0.4, MOST + 0.4], dtick=1, row=1, col=1)
    figure.update_yaxes(title_text="error per number", rangemode="tozero", row=1, col=1)
    figure.update_xaxes(title_text="length, 1 = as expected", range=[0, 2], dtick=0.5, row=1, col=2)
    figure.update_yaxes(title_text="density", rangemode="tozero", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    both, direction, length, least, mine, share, density, levels = figure.data
    for line, error in ((both, frame.error), (direction, frame.direction), (length, frame.length)):
        line.x, line.y = frame.spent.round(4), error.round(7)
    top = 1.22 * float(frame.error.max())
    best, chosen = frame.best, frame.chosen
    least.x, least.y = [round(float(frame.spent[best]), 4)], [round(float(frame.error[best]), 7)]
    least.text = [f"least: {frame.error[best]:.4f}<br> "]
    least.textposition = "top left" if 1.5 < frame.spent[best] < frame.bits else "top right"
    mine.x = [round(float(frame.spent[chosen]), 4)]
    mine.y = [round(float(frame.error[chosen]) + 0.035 * top, 7)]
    share.x, share.y = [frame.bits, frame.bits], [round(0.89 * top, 6), 0]
    share.text = [f"R = {frame.bits:g}, what each number gets", ""]
    at, law = frame.law
    density.x, density.y = at.round(4), law.round(5)
    height = round(float(law.max()), 4)
    levels.x = [v for mark in frame.marks for v in (round(mark, 4), round(mark, 4), None)]
    levels.y = [v for _ in frame.marks for v in (0, height, None)]
    figure.layout.yaxis.range = [0, top]
    figure.layout.yaxis2.range = [0, 1.08 * height]
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    split, error = _words(frame, frame.chosen), frame.error[frame.chosen]
    return f"{frame.n * frame.bits:g} bits for {frame.n} numbers: {split}, error {error:.3g}"


def _words(frame: Frame, way: int) -> str:
    k, levels = int(frame.k[way]), int(frame.levels[way])
    return f"{k} pulse{'s' * (k > 1)} and {'one length' if levels == 1 else f'{levels} lengths'}"


def describe(frame: Frame) -> str:
    best, chosen = frame.best, frame.chosen
    more = frame.error[chosen] / frame.error[best] - 1
    than = f"{more:.1%} more than the least" if more > 0 else "the least there is"
    return (
        f"{_verdict(frame)}: {frame.direction[chosen]:.3g} from the direction and {frame.length[chosen]:.3g} from the "
        f"length, which gets {frame.spent[chosen]:.1f} bits. That is {than}; {_words(frame, best)} are best, "
        f"{frame.spent[best]:.1f} bits for the length, beside {frame.bits:g} for each number."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: str | float) -> Explorer:
    """The live figure; *start* sets ``n``, ``bits`` and ``gain_bits``."""
    return Explorer(SCENE, **start)
