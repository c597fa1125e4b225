"""Codewords as numbers: when are two parties close to each other?

Close means: their words begin alike. The tree of the code, the valuations of all differences below it in the same
order, and the words of two parties beside them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.algebra import gf2x
from polyquant.sharing.points import point_code

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, INK, MUTED, PAPER, SCALE, SHADE, SIGNAL, dress

PARTIES = 31
CODES = ("gamma", "delta", "omega", "rice:2")
ALIKE, FORK, BEHIND = 1, 2, 3


@dataclass(frozen=True)
class Params:
    t: int = control(21, 1, PARTIES, 1, "party t")
    u: int = control(23, 1, PARTIES, 1, "party u")
    code: str = choice("gamma", CODES, "code")


@dataclass(frozen=True, eq=False)
class Frame:
    code: str
    t: int
    u: int
    words: dict[int, str]  # in the order of the tree, from left to right
    valuations: NDArray[np.int64]  # shape (31, 31) in that order, -1 on the diagonal
    v: int | None  # of P_t - P_u; None when they are one party


def compute(params: Params) -> Frame:
    words, table = _table(params.code)
    order = list(words)
    v = int(table[order.index(params.t), order.index(params.u)])
    return Frame(params.code, params.t, params.u, words, table, v if v >= 0 else None)


@cache
def _table(name: str) -> tuple[dict[int, str], NDArray[np.int64]]:
    """Words in the order of the tree, and the valuations of all differences."""
    code = point_code(name)
    words = dict(sorted(((t, code.word(t)) for t in range(1, PARTIES + 1)), key=lambda pair: pair[1]))
    points = [code.point(t) for t in words]
    return words, np.array([[gf2x.valuation(p ^ q) if p != q else -1 for q in points] for p in points])


def draw(frame: Frame) -> go.Figure:
    spec = [[{}, {"rowspan": 2}], [{}, None]]
    shape = {"column_widths": [0.6, 0.4], "row_heights": [0.42, 0.58]}
    room = {"horizontal_spacing": 0.12, "vertical_spacing": 0.05}
    figure = make_subplots(2, 2, specs=spec, shared_xaxes=True, **shape, **room)
    tree = {"row": 1, "col": 1, "hoverinfo": "skip"}
    for colour, width, dash in ((MUTED, 1.5, "solid"), (SIGNAL, 4, "solid"), (ACCENT, 4, "dot"), (INK, 5, "solid")):
        figure.add_scatter(mode="lines", line={"color": colour, "width": width, "dash": dash}, **tree)
    mark = {"size": 13, "color": PAPER, "line": {"color": INK, "width": 3}}
    figure.add_scatter(mode="markers", marker=mark, **tree)
    hover = "parties %{x} and %{y}: v = %{z}<extra></extra>"
    bar = {"title": {"text": "v"}, "thickness": 10, "len": 0.5, "y": 0.27, "x": 0.525, "outlinewidth": 0}
    figure.add_heatmap(row=2, col=1, hovertemplate=hover, xgap=1, ygap=1, colorscale=SCALE, zmin=0, colorbar=bar)
    ring = {"symbol": "square-open", "size": 15, "color": ACCENT, "line": {"width": 3}}
    figure.add_scatter(row=2, col=1, mode="markers", marker=ring, hoverinfo="skip")
    steps = [(0, "#ffffff"), (0.25, "#ffffff"), (0.25, SIGNAL), (0.5, SIGNAL)]
    steps += [(0.5, ACCENT), (0.75, ACCENT), (0.75, SHADE), (1, SHADE)]
    cells = {"colorscale": steps, "zmin": -0.5, "zmax": 3.5, "showscale": False, "texttemplate": "%{text}"}
    figure.add_heatmap(row=1, col=2, xgap=2, ygap=12, hoverinfo="skip", textfont={"size": 15}, **cells)
    dress(figure, height=640, showlegend=False, margin={"t": 52})
    grid = {"showgrid": False, "showline": False, "ticks": ""}
    figure.update_yaxes(title_text="depth", row=1, col=1, **grid)
    figure.update_xaxes(range=[-0.7, PARTIES - 0.3], row=1, col=1, **grid)
    figure.update_yaxes(title_text="party", row=2, col=1, tickfont_size=9, **grid)
    figure.update_xaxes(title_text="party, in the order of the tree", row=2, col=1, tickfont_size=9, **grid)
    figure.update_xaxes(title_text="coefficient of x to the power", row=1, col=2, dtick=1, **grid)
    figure.update_yaxes(title_text="words and their difference", domain=[0.3, 0.82], row=1, col=2, **grid)
    names = ["P<sub>t</sub>", "P<sub>u</sub>", "sum"]
    figure.update_yaxes(tickvals=[0, 1, 2], ticktext=names, range=[2.6, -0.6], row=1, col=2)
    note = "blue: both begin alike<br>orange: here they part, here sits v<br>pale: what follows does not matter"
    figure.add_annotation(text=note, xref="x2 domain", yref="paper", x=0, y=0.16, yanchor="top", align="left")
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    tree, own, other, common, fork, table, ring, cells = figure.data
    order, words = list(frame.words), frame.words
    place = _places(words)
    tree.x, tree.y = _lines(place, {word[:i] for word in words.values() for i in range(1, len(word) + 1)})
    depth = len(words[frame.t]) if frame.v is None else frame.v
    own.x, own.y = _lines(place, {words[frame.t][:i] for i in range(depth + 1, len(words[frame.t]) + 1)})
    other.x, other.y = _lines(place, {words[frame.u][:i] for i in range(depth + 1, len(words[frame.u]) + 1)})
    common.x, common.y = _lines(place, {words[frame.t][:i] for i in range(1, depth + 1)})
    fork.x, fork.y = [place[words[frame.t][:depth]]], [-depth]
    deepest = max(map(len, words.values()))
    figure.layout.yaxis.update(range=[-deepest - 0.7, 0.7], tickvals=[-i for i in range(0, deepest + 1, 2)])
    figure.layout.yaxis.ticktext = [str(i) for i in range(0, deepest + 1, 2)]
    i, j = order.index(frame.t), order.index(frame.u)
    table.z = [[None if v < 0 else v for v in row] for row in frame.valuations.tolist()]
    table.zmax = deepest - 1
    table.x = table.y = list(range(PARTIES))
    ring.x, ring.y = [i, j], [j, i]
    names = [str(t) for t in order]
    figure.layout.xaxis3.update(tickvals=list(range(PARTIES)), ticktext=names)
    figure.layout.yaxis3.update(tickvals=list(range(PARTIES)), ticktext=names, range=[PARTIES - 0.5, -0.5])
    _rows(cells, frame)
    figure.layout.title.text = _verdict(frame)


def _places(words: dict[int, str]) -> dict[str, float]:
    """Where a node of the tree stands: over the middle of its leaves, which stand side by side."""
    leaves: dict[str, list[int]] = {}
    for place, word in enumerate(words.values()):
        for i in range(len(word) + 1):
            leaves.setdefault(word[:i], []).append(place)
    return {node: (below[0] + below[-1]) / 2 for node, below in leaves.items()}


def _lines(place: dict[str, float], nodes: set[str]) -> tuple[list[float | None], list[int | None]]:
    """From each node to the one above it."""
    xs: list[float | None] = []
    ys: list[int | None] = []
    for node in sorted(nodes, key=lambda n: (len(n), n)):
        xs += [place[node[:-1]], place[node], None]
        ys += [1 - len(node), -len(node), None]
    return xs, ys


def _rows(cells: go.Heatmap, frame: Frame) -> None:
    """Both words and their sum, with what is alike, where they part and what comes behind."""
    one, two = frame.words[frame.t], frame.words[frame.u]
    n = max(len(one), len(two))
    v = n if frame.v is None else frame.v
    sums = "".join(str(int(a != b)) for a, b in zip(one.ljust(n, "0"), two.ljust(n, "0")))
    z, text = [], []
    for word in (one, two, sums):
        z.append([0 if i >= len(word) else ALIKE if i < v else FORK if i == v else BEHIND for i in range(n)])
        text.append([word[i] if i < len(word) else "" for i in range(n)])
    cells.z, cells.text, cells.x, cells.y = z, text, list(range(n)), [0, 1, 2]


def _verdict(frame: Frame) -> str:
    if frame.v is None:
        return f"Party {frame.t} and itself: the difference is 0, its valuation infinite"
    many = "no symbol" if frame.v == 0 else "1 symbol" if frame.v == 1 else f"{frame.v} symbols"
    difference = f"P<sub>{frame.t}</sub> - P<sub>{frame.u}</sub>"
    return f"Parties {frame.t} and {frame.u} share {many} at the beginning: v({difference}) = {frame.v}"


def describe(frame: Frame) -> str:
    one, two = frame.words[frame.t], frame.words[frame.u]
    if frame.v is None:
        return (
            f"In {frame.code} party {frame.t} has the word {one}. Its distance to itself is 0, the valuation infinite."
        )
    return (
        f"In {frame.code} party {frame.t} has the word {one} and party {frame.u} the word {two}. They part at depth "
        f"{frame.v} of the tree: x to the power {frame.v} divides the difference of their points, no higher power does."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``t``, ``u`` and ``code``."""
    return Explorer(SCENE, **start)
