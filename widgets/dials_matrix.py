"""How much of a histogram do some dials show?

The matrix of all hours against all items, the eigenvalues of the equations, the variance of every item, and a meter:
equations that count, against items that are asked for.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.algebra.crt import ResidueSystem
from polyquant.ldp.gram import Gram

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT, GOOD, INK, MUTED, PAPER, SHADE, SIGNAL, WARNING, dress

LARGEST = 40
FLOOR = 1e-6  # an eigenvalue below counts as zero: with whole numbers up to 40 the others are larger
HIGHEST = 1e4


@dataclass(frozen=True)
class Params:
    a: int = control(13, 1, LARGEST, 1, "hours of dial 1")
    b: int = control(17, 1, LARGEST, 1, "hours of dial 2")
    c: int = control(24, 1, LARGEST, 1, "hours of dial 3", hint="A dial with one hour says nothing")
    d: int = control(1, 1, LARGEST, 1, "hours of dial 4", hint="A dial with one hour says nothing")
    k: int = control(30, 5, 60, 1, "items k")


@dataclass(frozen=True, eq=False)
class Frame:
    moduli: tuple[int, ...]
    k: int
    matrix: NDArray[np.uint8]  # shape (sum of moduli, k)
    eigenvalues: NDArray[np.float64]  # shape (k,), falling
    rank: int
    cover: int  # items with different hands
    variance: NDArray[np.float64] | None  # shape (k,), in units of one dial that shows everything
    coprime: bool

    @property
    def equations(self) -> int:
        """Hours, less one for each dial but the first: every dial counts all users."""
        return sum(self.moduli) - len(self.moduli) + 1

    @property
    def kappa(self) -> float | None:
        return float(self.eigenvalues[0] / self.eigenvalues[-1]) if self.variance is not None else None


def compute(params: Params) -> Frame:
    moduli = tuple(m for m in (params.a, params.b, params.c, params.d) if m > 1) or (1,)
    dials, k = ResidueSystem(moduli), params.k
    gram = Gram(k, moduli, (1.0,) * len(moduli)).dense()
    eigenvalues, vectors = np.linalg.eigh(gram)
    rank = dials.rank(k)
    variance = len(moduli) * (vectors**2 / eigenvalues).sum(1) if rank == k else None
    return Frame(moduli, k, dials.incidence(k), eigenvalues[::-1], rank, min(k, dials.size), variance, dials.coprime)


def draw(frame: Frame) -> go.Figure:
    titles = ["which item stands at which hour", "eigenvalues: how strongly a direction shows"]
    titles += ["rank meter", "noise of each item"]
    shape = {"column_widths": [0.5, 0.5], "row_heights": [0.6, 0.4]}
    figure = make_subplots(2, 2, subplot_titles=titles, vertical_spacing=0.2, horizontal_spacing=0.14, **shape)
    cells = {"colorscale": [(0, SHADE), (1, SIGNAL)], "zmin": 0, "zmax": 1, "showscale": False}
    figure.add_heatmap(row=1, col=1, hovertemplate="item %{x}, row %{y}<extra></extra>", **cells)
    edges = {"mode": "lines", "line": {"color": ACCENT, "width": 2}, "hoverinfo": "skip"}
    figure.add_scatter(row=1, col=1, **edges)
    figure.add_scatter(row=1, col=2, mode="markers", marker={"color": SIGNAL, "size": 7}, name="seen")
    cross = {"color": WARNING, "size": 9, "symbol": "x"}
    figure.add_scatter(row=1, col=2, mode="markers", marker=cross, name="lost: zero")
    figure.add_bar(row=2, col=1, orientation="h", textposition="inside", insidetextanchor="start", hoverinfo="skip")
    figure.add_scatter(row=2, col=1, mode="lines", line={"color": INK, "width": 3, "dash": "dash"}, hoverinfo="skip")
    figure.add_scatter(row=2, col=2, mode="lines+markers", marker={"size": 5}, line={"color": SIGNAL, "width": 2})
    figure.add_scatter(row=2, col=2, mode="lines", line={"color": MUTED, "dash": "dot"}, hoverinfo="skip")
    figure.add_annotation(xref="x4 domain", yref="y4 domain", x=0.5, y=0.5, font={"size": 14, "color": WARNING})
    dress(figure, height=640, showlegend=False, margin={"t": 92}, bargap=0.3)
    figure.update_xaxes(title_text="item", showgrid=False, row=1, col=1)
    figure.update_yaxes(title_text="hours, one dial over the other", showgrid=False, row=1, col=1)
    figure.update_xaxes(title_text="number of the eigenvalue", range=[0, 61], row=1, col=2)
    figure.update_yaxes(title_text="eigenvalue", type="log", dtick=1, exponentformat="power", row=1, col=2)
    figure.update_xaxes(title_text="how many", row=2, col=1)
    figure.update_yaxes(title_text="what", showline=False, ticks="", autorange="reversed", row=2, col=1)
    figure.update_xaxes(title_text="item", row=2, col=2)
    figure.update_yaxes(title_text="variance, 1 = one dial<br>that shows all", type="log", row=2, col=2)
    powers = [1, 10, 100, 1000, 10**4]
    figure.update_yaxes(tickvals=powers, ticktext=["1", "10", "100", "1000", "10,000"], row=2, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    matrix, edges, seen, lost, meter, need, noise, one = figure.data
    k, rows = frame.k, frame.matrix.shape[0]
    matrix.z, matrix.x, matrix.y = frame.matrix, list(range(k)), list(range(rows))
    borders = np.cumsum(frame.moduli)[:-1].tolist()
    edges.x = [x for _ in borders for x in (-0.5, k - 0.5, None)]
    edges.y = [y for border in borders for y in (border - 0.5, border - 0.5, None)]
    figure.layout.xaxis.range, figure.layout.yaxis.range = [-0.5, k - 0.5], [rows - 0.5, -0.5]
    places = np.arange(1, k + 1)
    seen.x, seen.y = places[: frame.rank], np.maximum(frame.eigenvalues[: frame.rank], FLOOR)
    lost.x, lost.y = places[frame.rank :], np.full(k - frame.rank, FLOOR)
    figure.layout.yaxis2.range = [np.log10(FLOOR) - 0.4, 2.6]
    values = {"different hands (CRT)": frame.cover, "equations that count": frame.equations, "rank": frame.rank}
    meter.y, meter.x, meter.text = list(values), list(values.values()), [f" {v} " for v in values.values()]
    meter.marker.color = [MUTED, SIGNAL, GOOD if frame.rank == k else WARNING]
    meter.textfont.color = PAPER
    need.x, need.y = [k, k], ["different hands (CRT)", "rank"]
    figure.layout.xaxis3.range = [0, max(k, frame.equations) * 1.08]
    shown = frame.variance if frame.variance is not None else np.zeros(0)
    noise.x, noise.y = np.arange(shown.size), np.minimum(shown, HIGHEST)
    one.x, one.y = [-0.5, k - 0.5], [1, 1]
    figure.layout.xaxis4.range, figure.layout.yaxis4.range = [-0.5, k - 0.5], [-0.5, np.log10(HIGHEST)]
    lost_text = f"{k - frame.rank} directions are lost:<br>different histograms look alike"
    figure.layout.annotations[-1].text = "" if frame.variance is not None else lost_text
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    dials = ", ".join(map(str, frame.moduli))
    if frame.variance is None:
        return f"Dials ({dials}) see {frame.rank} of {frame.k} directions"
    return f"Dials ({dials}) see all {frame.k} directions; condition {frame.kappa:,.0f}"


def describe(frame: Frame) -> str:
    words = (
        f"{_verdict(frame)}. The hands differ for {frame.cover} of {frame.k} items, and {frame.equations} equations "
        f"count ({' + '.join(map(str, frame.moduli))} - {len(frame.moduli)} + 1"
        f"{'' if frame.coprime else ', fewer in truth, since dials share a factor'})."
    )
    if frame.variance is None:
        return words
    low, high = frame.variance.min(), frame.variance.max()
    return f"{words} The noise of an item is {low:.3g} to {high:.3g} times that of one dial which shows all."


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int) -> Explorer:
    """The live figure; *start* sets ``a``, ``b``, ``c``, ``d`` (hours of the dials) and ``k``."""
    return Explorer(SCENE, **start)
