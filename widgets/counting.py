"""How many points has a pyramid, and which number has a given one?

Left, a table in which each number is the sum of three neighbours. Right, an index is read entry by entry: the values
that an entry may have cut the indices into blocks, and the block that holds the index is the row below.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.quantize import Pyramid
from polyquant.quantize.insight import spell
from polyquant.quantize.pyramid import count_points

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT, GOOD, INK, MUTED, PAPER, SCALE, SHADE, SIGNAL, dress

LARGEST = 7


@dataclass(frozen=True)
class Params:
    n: int = control(4, 1, LARGEST, 1, "entries N")
    k: int = control(3, 1, LARGEST, 1, "pulses K")
    index: int = control(42, 0, 9999, 1, "index", hint="Counted from 0 again when there are fewer points", play=True)


@dataclass(frozen=True, eq=False)
class Frame:
    n: int
    k: int
    index: int
    wanted: int
    counts: NDArray[np.int64]  # shape (LARGEST + 1, LARGEST + 1): P(n, k)
    rows: list[tuple[list[tuple[int, float, float]], int]]  # for each entry: (value, start, width) of blocks; which one

    @property
    def count(self) -> int:
        return int(self.counts[self.n, self.k])

    @property
    def bits(self) -> int:
        return Pyramid(self.n, self.k).bits

    @property
    def point(self) -> tuple[int, ...]:
        return tuple(blocks[chosen][0] for blocks, chosen in self.rows)


def compute(params: Params) -> Frame:
    n, k = params.n, params.k
    size = range(LARGEST + 1)
    counts = np.array([[count_points(i, j) for j in size] for i in size], np.int64)
    index = params.index % int(counts[n, k])
    rows = []
    for blocks, chosen in spell(n, k, index):
        total = sum(block.size for block in blocks)
        shown = [(b.value, b.start / total, b.size / total) for b in blocks]
        rows.append((shown, blocks.index(chosen)))
    return Frame(n, k, index, params.index, counts, rows)


def draw(frame: Frame) -> go.Figure:
    titles = ["points of a pyramid, P(N, K)", "the index, read entry by entry"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.46, 0.54], horizontal_spacing=0.12)
    look = {"colorscale": SCALE, "showscale": False, "xgap": 2, "ygap": 2, "hoverinfo": "skip"}
    figure.add_heatmap(texttemplate="%{text}", textfont={"size": 13}, **look)
    line = {"color": ACCENT, "width": 3}
    figure.add_scatter(mode="lines", name="this cell", line=line, hoverinfo="skip")
    line = {"color": GOOD, "width": 3, "dash": "dot"}
    figure.add_scatter(mode="lines", name="its three parents", line=line, hoverinfo="skip")
    bar = {
        "orientation": "h",
        "row": 1,
        "col": 2,
        "textposition": "inside",
        "insidetextanchor": "middle",
        "width": 0.62,
    }
    edge = {"color": PAPER, "width": 2}
    figure.add_bar(name="other values", marker={"color": SHADE, "line": edge}, hoverinfo="skip", **bar)
    figure.data[-1].insidetextfont.color = INK
    figure.add_bar(name="value of this entry", marker={"color": SIGNAL, "line": edge}, hoverinfo="skip", **bar)
    figure.data[-1].insidetextfont.color = PAPER
    line = {"color": MUTED, "width": 1, "dash": "dot"}
    figure.add_scatter(row=1, col=2, mode="lines", name="opened in the next row", line=line, hoverinfo="skip")
    dress(figure, height=470, barmode="overlay", margin={"t": 112}, legend_y=1.1)
    ticks = {"dtick": 1, "showgrid": False, "showline": False, "ticks": ""}
    figure.update_xaxes(title_text="pulses K", row=1, col=1, **ticks)
    figure.update_yaxes(title_text="entries N", autorange="reversed", row=1, col=1, **ticks)
    figure.update_xaxes(title_text="share of the indices that are left", tickformat=".0%", range=[0, 1], row=1, col=2)
    figure.update_yaxes(title_text="entry", row=1, col=2, **ticks)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    cells, here, parents, others, chosen, links = figure.data
    cells.z = np.log10(frame.counts + 1.0).round(4)
    cells.text = frame.counts.astype(str)
    here.x, here.y = _box(frame.k, frame.n)
    boxes = [_box(k, n) for n, k in ((frame.n - 1, frame.k - 1), (frame.n - 1, frame.k), (frame.n, frame.k - 1))]
    parents.x = [v for x, _ in boxes for v in (*x, None)]
    parents.y = [v for _, y in boxes for v in (*y, None)]
    away = [(i, *block) for i, (blocks, best) in enumerate(frame.rows) for j, block in enumerate(blocks) if j != best]
    taken = [(i, *blocks[best]) for i, (blocks, best) in enumerate(frame.rows)]
    for bars, rows in ((others, away), (chosen, taken)):
        bars.y = [i + 1 for i, _, _, _ in rows]
        bars.base, bars.x = [round(s, 6) for _, _, s, _ in rows], [round(w, 6) for _, _, _, w in rows]
        bars.text = [
            f"{value:+d}" if value and width > 0.045 else "0" if width > 0.045 else "" for _, value, _, width in rows
        ]
    links.x, links.y = _links(taken)
    figure.layout.yaxis2.range = [frame.n + 0.6, 0.4]
    figure.layout.title.text = _verdict(frame)


def _box(k: int, n: int) -> tuple[list[float], list[float]]:
    """The frame of a cell."""
    return [k - 0.5, k + 0.5, k + 0.5, k - 0.5, k - 0.5], [n - 0.5, n - 0.5, n + 0.5, n + 0.5, n - 0.5]


def _links(taken: list[tuple[int, int, float, float]]) -> tuple[list[float | None], list[float | None]]:
    """Lines from the ends of each chosen block to the ends of the row below."""
    x: list[float | None] = []
    y: list[float | None] = []
    for i, _, start, width in taken[:-1]:
        x += [round(start, 6), 0.0, None, round(start + width, 6), 1.0, None]
        y += [i + 1.31, i + 1.69, None, i + 1.31, i + 1.69, None]
    return x, y


def _verdict(frame: Frame) -> str:
    n, k, P = frame.n, frame.k, frame.counts
    parents = f"{P[n - 1, k - 1]} + {P[n - 1, k]} + {P[n, k - 1]}"
    words = f"P({n}, {k}) = {frame.count} = {parents}: {frame.bits} bits"
    return f"{words}; index {frame.index} is ({', '.join(map(str, frame.point))})"


def describe(frame: Frame) -> str:
    where = f"index {frame.index}"
    if frame.wanted != frame.index:
        where = f"index {frame.wanted} is beyond the last and counts as {frame.index}"
    sizes = [f"{blocks[best][0]} with {blocks[best][2]:.0%}" for blocks, best in frame.rows]
    return f"{_verdict(frame)}. Read at {where}, the entries and their shares of what is left are {', '.join(sizes)}."


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int) -> Explorer:
    """The live figure; *start* sets ``n``, ``k`` and ``index``."""
    return Explorer(SCENE, **start)
