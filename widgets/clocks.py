"""What do dials with few hours say about an item, and what does one report say?

Above, the item shown by the hands of a few dials, one dial with the lit hours of a report; below, which of 60 items
agree with each dial's hand, and which the report speaks for.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant._random import integer_below, repeatable
from polyquant.algebra.crt import ResidueSystem
from polyquant.ldp import SubsetSelection, Tally

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, INK, MUTED, PAPER, SHADE, SIGNAL, dress

K = 60
DIALS = {"17, 22, 25": (17, 22, 25), "4, 5, 7": (4, 5, 7), "3, 4, 5": (3, 4, 5), "6, 10, 15": (6, 10, 15)}
NOTHING, HAND, REPORT, BOTH = 0, 1, 2, 3
COLOURS = (SHADE, "#f0b48a", SIGNAL, "#003f66")


@dataclass(frozen=True)
class Params:
    x: int = control(23, 0, K - 1, 1, "item x")
    dials: str = choice("17, 22, 25", tuple(DIALS), "hours of the dials")
    report: int = control(1, 0, 40, 1, "report (0: none yet)", hint="another number: the same user in another world")
    epsilon: float = control(1.0, 0.5, 4.0, 0.25, "privacy epsilon")


@dataclass(frozen=True, eq=False)
class Frame:
    x: int
    epsilon: float
    report: int
    moduli: tuple[int, ...]
    hands: tuple[int, ...]
    twins: tuple[int, ...]  # the other items with the same hands
    dial: int | None  # of the report
    lit: tuple[int, ...]  # hours of it
    rows: NDArray[np.int64]  # shape (dials, 60): NOTHING, HAND, REPORT or BOTH

    @property
    def spoken(self) -> int:
        """How many items the report speaks for."""
        return int((self.rows >= REPORT).sum())


def compute(params: Params) -> Frame:
    system = ResidueSystem(DIALS[params.dials])
    hands = system.residues(params.x)
    items = np.arange(K)
    rows = np.array([(items % m == hand) * HAND for m, hand in zip(system.moduli, hands)])
    twins = tuple(int(x) for x in np.flatnonzero(rows.all(0)) if x != params.x)
    dial, lit = None, ()
    if params.report:
        dial, lit = _one_report(system.moduli, params.epsilon, params.x, params.report)
        rows[dial] += REPORT * np.isin(items % system.moduli[dial], lit)
    return Frame(params.x, params.epsilon, params.report, system.moduli, hands, twins, dial, lit, rows)


@lru_cache(maxsize=512)
def _one_report(moduli: tuple[int, ...], epsilon: float, x: int, number: int) -> tuple[int, tuple[int, ...]]:
    """Dial and hours of a real client's report: a dial by lot, then subset selection on its hours."""
    coins = repeatable(b"clocks" + bytes([number]))
    dial = integer_below(len(moduli), coins)
    client = SubsetSelection(moduli[dial], epsilon)
    alone = Tally(client)
    alone.add(client.reports([x % moduli[dial]], entropy=coins))
    return dial, tuple(np.flatnonzero(alone.counts).tolist())


def draw(frame: Frame) -> go.Figure:
    rows = {"row_heights": [0.62, 0.38], "vertical_spacing": 0.1}
    figure = make_subplots(2, 1, **rows)
    for colour, width in ((MUTED, 2), (ACCENT, 5)):
        figure.add_scatter(mode="lines", line={"color": colour, "width": width}, hoverinfo="skip")
    hours = {"mode": "markers+text", "hoverinfo": "skip", "textfont": {"size": 11}}
    figure.add_scatter(marker={"size": 21, "line": {"width": 1, "color": MUTED}}, **hours)
    figure.add_scatter(mode="text", textfont={"size": 14, "color": INK}, hoverinfo="skip")
    steps = [(i / 4 + d, colour) for i, colour in enumerate(COLOURS) for d in (0, 0.25)]
    cells = {"colorscale": steps, "zmin": -0.5, "zmax": 3.5, "showscale": False, "xgap": 1, "ygap": 4}
    figure.add_heatmap(row=2, col=1, hovertemplate="item %{x}, %{y}<extra></extra>", **cells)
    ring = {"color": INK, "symbol": "square-open", "size": 13, "line": {"width": 2.5}}
    figure.add_scatter(row=2, col=1, mode="markers", marker=ring, hoverinfo="skip")
    dress(figure, height=560, showlegend=False, margin={"t": 52, "l": 90})
    figure.update_xaxes(visible=False, range=[-1.5, 6.7], constrain="domain", row=1, col=1)
    figure.update_yaxes(visible=False, range=[-1.55, 1.25], scaleanchor="x", constrain="domain", row=1, col=1)
    figure.update_xaxes(title_text="item", range=[-0.6, K - 0.4], dtick=5, showgrid=False, row=2, col=1)
    figure.update_yaxes(title_text="dial", showgrid=False, showline=False, ticks="", row=2, col=1)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    rims, hands, hours, names, cells, ring = figure.data
    centres = [2.6 * j for j in range(len(frame.moduli))]
    circle = np.linspace(0, 2 * np.pi, 61)
    rims.x = [value for c in centres for value in (*(c + np.sin(circle)).round(4).tolist(), None)]
    rims.y = [value for _ in centres for value in (*np.cos(circle).round(4).tolist(), None)]
    xs, ys, labels, colours, inks = [], [], [], [], []
    tips_x: list[float | None] = []
    tips_y: list[float | None] = []
    for j, (centre, m, hand) in enumerate(zip(centres, frame.moduli, frame.hands)):
        angle = 2 * np.pi * np.arange(m) / m
        xs += (centre + np.sin(angle)).round(4).tolist()
        ys += np.cos(angle).round(4).tolist()
        tips_x += [centre, round(float(centre + 0.78 * np.sin(angle[hand])), 4), None]
        tips_y += [0, round(float(0.78 * np.cos(angle[hand])), 4), None]
        for r in range(m):
            labels.append(str(r))
            lit = j == frame.dial and r in frame.lit
            colours.append(SIGNAL if lit else PAPER)
            inks.append(PAPER if lit else INK)
    hands.x, hands.y = tips_x, tips_y
    hours.x, hours.y, hours.text = xs, ys, labels
    hours.marker.color, hours.textfont.color = colours, inks
    names.x, names.y = centres, [-1.42] * len(centres)
    names.text = [f"{m} hours" + (", the report" if j == frame.dial else "") for j, m in enumerate(frame.moduli)]
    cells.z, cells.x = frame.rows.tolist(), list(range(K))
    dials = [f"{m} hours" for m in frame.moduli]
    cells.y = dials
    figure.layout.yaxis2.range = [len(frame.moduli) - 0.5, -0.5]
    ring.x = [x for x in (frame.x, *frame.twins) for _ in frame.moduli]
    ring.y = [name for _ in (frame.x, *frame.twins) for name in dials]
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    words = f"Item {frame.x}: the hands stand at {', '.join(map(str, frame.hands))}"
    words += f", as for {', '.join(map(str, frame.twins))}" if frame.twins else ", for no other item"
    if frame.dial is None:
        return words
    return f"{words}; the report lights {len(frame.lit)} of {frame.moduli[frame.dial]} hours"


def describe(frame: Frame) -> str:
    dials = ", ".join(map(str, frame.moduli))
    if frame.dial is None:
        return f"{_verdict(frame)}. The dials have {dials} hours for {K} items, epsilon is {frame.epsilon:g}."
    own = "is" if frame.hands[frame.dial] in frame.lit else "is not"
    return (
        f"{_verdict(frame)} (report {frame.report}, epsilon {frame.epsilon:g}, dials of {dials} hours). The hour of "
        f"the hand {own} among them, and the report speaks for {frame.spoken} of {K} items."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str | float) -> Explorer:
    """The live figure; *start* sets ``x``, ``dials``, ``report`` and ``epsilon``."""
    return Explorer(SCENE, **start)
