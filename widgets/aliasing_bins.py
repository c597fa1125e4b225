"""Where do 64 coefficients go when one looks at 4 to 32 samples only?

Left, all indices, each with the number of its bin; the few coefficients have colours. Right, the bins: bars are the
coefficients that fall together, a diamond is the transform of the samples, measured. A delay moves signs, nothing else.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.transforms.spright import Plan, bins, plan
from polyquant.transforms.spright.bins import places, points, signs
from polyquant.transforms.spright.trials import function

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import CYCLE, GOOD, INK, MUTED, PAPER, WARNING, dress

N, MOST = 6, 6
SUPPORT = np.array([37, 12, 50, 7, 25, 62], np.uint64)
COEFFS = np.array([1.0, -0.7, 0.55, 0.9, -0.45, 0.65])
KINDS = ("empty", "one", "several")
LOOKS = dict(zip(KINDS, ((MUTED, "circle"), (GOOD, "square"), (WARNING, "x"))))


@dataclass(frozen=True)
class Params:
    b: int = control(3, 2, 5, 1, "b: 2^b bins")
    delay: int = control(0, 0, 63, 1, "delay d", play=True)
    count: int = control(4, 1, MOST, 1, "coefficients")
    columns: int = control(2, 1, 12, 1, "other columns", hint="another choice of the b columns")


@dataclass(frozen=True, eq=False)
class Frame:
    delay: int
    columns: tuple[int, ...]
    place: NDArray[np.int64]  # bin of each index, shape (64,)
    support: list[int]
    coeffs: NDArray[np.float64]
    signs: NDArray[np.int64]  # of each coefficient at this delay
    values: NDArray[np.float64]  # of the bins, from the samples
    samples: list[int]

    @property
    def kinds(self) -> list[str]:
        alone = np.bincount(self.place[self.support], minlength=self.values.size)
        return [KINDS[min(count, 2)] for count in alone.tolist()]


def compute(params: Params) -> Frame:
    design = plan(N, b=params.b, C=1, decoder="noiseless", seed=params.columns, dense=False)
    columns, delays = design.groups[0]
    delayed = Plan(N, params.b, ((columns, (*delays, params.delay)),), verify=design.verify + 1)
    support, coeffs = SUPPORT[: params.count], COEFFS[: params.count]
    values = bins(function(support, coeffs, N), delayed)[0, -1]
    place = places(delayed, np.arange(1 << N, dtype=np.uint64))[0]
    sign = signs(delayed, support[:, np.newaxis])[0, :, -1].astype(np.int64)
    samples = points(delayed)[0, -1].tolist()
    return Frame(params.delay, columns, place, support.tolist(), coeffs, sign, values, samples)


def draw(frame: Frame) -> go.Figure:
    titles = ["all 64 indices k, each with the number of its bin", "the bins"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.47, 0.53], horizontal_spacing=0.12)
    colours = (PAPER, *CYCLE)
    scale = [((i + end) / len(colours), colour) for i, colour in enumerate(colours) for end in (0, 1)]
    figure.add_heatmap(colorscale=scale, zmin=-0.5, zmax=len(CYCLE) + 0.5, showscale=False, xgap=3, ygap=3)
    figure.data[0].update(texttemplate="%{text}", textfont={"size": 14}, hovertemplate="%{hovertext}<extra></extra>")
    for i in range(MOST):
        bar = {"color": CYCLE[i], "line": {"color": PAPER, "width": 1.5}}
        figure.add_bar(row=1, col=2, orientation="h", marker=bar, textposition="inside", insidetextanchor="middle")
        figure.data[-1].update(textfont={"color": PAPER, "size": 13}, hoverinfo="skip", textangle=0)
    mark = {"symbol": "diamond", "size": 11, "color": PAPER, "line": {"color": INK, "width": 2}}
    figure.add_scatter(row=1, col=2, mode="markers", marker=mark, hovertemplate="bin %{y}: %{x:.2f}<extra></extra>")
    figure.add_scatter(row=1, col=2, mode="markers+text", textposition="middle right", hoverinfo="skip")
    dress(figure, height=560, barmode="relative", bargap=0.3, showlegend=False, margin={"t": 96})
    octal = list(range(8))
    figure.update_xaxes(title_text="column", showgrid=False, showline=False, tickvals=octal, row=1, col=1)
    rows = {"tickvals": octal, "ticktext": [str(8 * i) for i in octal]}
    figure.update_yaxes(
        title_text="k = row + column", showgrid=False, showline=False, range=[7.6, -0.6], row=1, col=1, **rows
    )
    figure.update_xaxes(title_text="value of the bin", range=[-2.1, 3.3], zeroline=True, row=1, col=2)
    figure.layout.xaxis2.update(zerolinecolor=MUTED, tickvals=[-2, -1, 0, 1, 2])
    figure.update_yaxes(title_text="bin j", showgrid=False, row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    grid, *bars = figure.data[: 1 + MOST]
    measured, kinds = figure.data[1 + MOST :]
    owner = {k: i + 1 for i, k in enumerate(frame.support)}
    grid.z = [[owner.get(8 * row + i, 0) for i in range(8)] for row in range(8)]
    grid.text = [[str(frame.place[8 * row + i]) for i in range(8)] for row in range(8)]
    grid.hovertext = [[f"k = {8 * row + i}: bin {frame.place[8 * row + i]}" for i in range(8)] for row in range(8)]
    grid.x, grid.y = list(range(8)), list(range(8))
    for i, bar in enumerate(bars):
        here = i < len(frame.support)
        bar.y = [int(frame.place[frame.support[i]])] if here else []
        bar.x = [float(frame.signs[i] * frame.coeffs[i])] if here else []
        bar.marker.pattern.shape = "/" if here and frame.signs[i] < 0 else ""
        bar.textfont.color = INK if here and frame.signs[i] < 0 else PAPER
        bar.text = [("" if frame.signs[i] > 0 else "−") + str(frame.support[i])] if here else []
    places = list(range(frame.values.size))
    measured.x, measured.y = np.round(frame.values, 12), places
    kinds.x, kinds.y, kinds.text = [2.3] * len(places), places, [f" {kind}" for kind in frame.kinds]
    kinds.marker = {
        "color": [LOOKS[kind][0] for kind in frame.kinds],
        "symbol": [LOOKS[kind][1] for kind in frame.kinds],
        "size": 10 if len(places) < 20 else 7,
    }
    kinds.textfont.size = 13 if len(places) < 20 else 11
    figure.layout.yaxis2.update(range=[len(places) - 0.4, -0.6], dtick=1 if len(places) < 20 else 4)
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    count, flipped = len(frame.support), int((frame.signs < 0).sum())
    many = f"{count} coefficient{'s' * (count > 1)} in {frame.values.size} bins"
    return (
        f"{many}: {frame.kinds.count('several')} shared; delay {frame.delay} flips {flipped} sign{'s' * (flipped != 1)}"
    )


def describe(frame: Frame) -> str:
    places = ", ".join(f"{k} in bin {frame.place[k]}" for k in frame.support)
    samples = ", ".join(map(str, frame.samples[:4]))
    return (
        f"{_verdict(frame)}. Coefficients by index: {places}. The columns are {', '.join(map(str, frame.columns))}, "
        f"and the {frame.values.size} samples are f at {samples} and so on."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int) -> Explorer:
    """The live figure; *start* sets ``b``, ``delay``, ``count`` and ``columns``."""
    return Explorer(SCENE, **start)
