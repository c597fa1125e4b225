"""Which two trees become one next, and what does a merge waste?

Huffman's construction on a scale where one step up is a doubling. The two lowest tops are tied together, at the height
of what they weigh together, until one top is left. From a leaf up to the root it is as far as the bits that the sign
deserves; its word has as many bits as there are knots on the way. Right, what every merge costs: a bit for all signs
below it, and the red part says nothing.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant import datasets
from polyquant.prefix import entropy, huffman
from polyquant.prefix.insight import Merge, merges, wasted

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, ACCENT_INK, INK, MUTED, PAPER, SIGNAL, WARNING, dress

BOOK = "abcdefghijklmnopqrstuvwxyz"
LETTERS = "twelve letters of a book"
ALL = "all letters of a book and the blank"
SOURCES = {
    "abracadabra": ("abrcd", [5, 2, 2, 1, 1]),
    "halves: 16 8 4 2 1 1": ("ABCDEF", [16, 8, 4, 2, 1, 1]),
    "Fibonacci: 34 21 13 8 5 3 2 1 1": ("ABCDEFGHI", [34, 21, 13, 8, 5, 3, 2, 1, 1]),
    "one in front: 80 8 6 4 2": ("ABCDE", [80, 8, 6, 4, 2]),
    "seven, all alike": ("ABCDEFG", [1] * 7),
    LETTERS: None,
    ALL: None,
}
MOST = 26  # merges of 27 signs


@dataclass(frozen=True)
class Params:
    source: str = choice(LETTERS, tuple(SOURCES), "signs")
    step: int = control(8, 0, MOST, 1, "merges made", play=True, hint="more than there are: all")
    arity: int = control(2, 2, 4, 1, "trees in a merge", hint="words are then written in so many digits")


@dataclass(frozen=True, eq=False)
class Frame:
    names: list[str]
    counts: list[int]
    made: tuple[Merge, ...]  # all merges of the construction
    step: int  # how many of them are shown
    arity: int
    at: NDArray[np.float64]  # where each node stands, shape (nodes, 2): place and height, lg of its share
    cost: NDArray[np.float64]  # digits a sign that each merge costs, shape (merges,)
    waste: NDArray[np.float64]
    lengths: tuple[int, ...]
    deserved: float  # entropy in digits


@cache
def _source(name: str) -> tuple[str, list[int]]:
    if SOURCES[name]:
        return SOURCES[name]
    text = " ".join(datasets.words(datasets.alice().replace("'", "")))
    counts = {letter.replace(" ", "␣"): text.count(letter) for letter in " " * (name == ALL) + BOOK}
    kept = sorted(counts, key=lambda letter: -counts[letter])[: 12 if name == LETTERS else None]
    return "".join(kept), [counts[letter] for letter in kept]


def compute(params: Params) -> Frame:
    names, counts = _source(params.source)
    made = merges(counts, arity=params.arity)
    total = sum(counts)
    weights = np.array([*counts, *(merge.weight for merge in made)], float)
    at = np.column_stack([_across(len(counts), made), np.log(weights / total) / np.log(params.arity)])
    code = huffman(counts, arity=params.arity)
    return Frame(
        list(names),
        counts,
        made,
        min(params.step, len(made)),
        params.arity,
        at,
        np.array([merge.weight / total for merge in made]),
        wasted(counts, arity=params.arity),
        code.lengths,
        entropy(np.array(counts) / total) / float(np.log2(params.arity)),
    )


def _across(n: int, made: tuple[Merge, ...]) -> list[float]:
    """Place of every node, so that no two branches of the finished tree cross: the heaviest child left."""
    place, leaves = [0.0] * (n + len(made)), 0
    stack = [(n + len(made) - 1, False)]
    while stack:
        node, below = stack.pop()
        children = made[node - n].children if node >= n else ()
        if node < n:
            place[node], leaves = float(leaves), leaves + 1
        elif below:
            place[node] = (place[children[0]] + place[children[-1]]) / 2
        else:
            stack += [(node, True), *((child, False) for child in children)]
    return place


def draw(frame: Frame) -> go.Figure:
    titles = ["the forest of trees", "what a merge costs"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.68, 0.32], horizontal_spacing=0.1)
    figure.add_scatter(mode="lines", line={"color": MUTED, "width": 1.8}, hoverinfo="skip", showlegend=False)
    figure.add_scatter(mode="lines", line={"color": ACCENT, "width": 3.5}, hoverinfo="skip", name="last merge")
    figure.add_scatter(mode="markers+text", textposition="bottom center", name="signs", showlegend=False)
    figure.data[2].update(marker={"size": 9, "color": SIGNAL}, textfont={"size": 13, "color": INK})
    knot = {"size": 8, "color": PAPER, "line": {"color": MUTED, "width": 1.8}}
    figure.add_scatter(mode="markers", marker=knot, name="knots", showlegend=False)
    figure.add_scatter(mode="markers+text", textposition="top center", name="last knot", showlegend=False)
    figure.data[4].update(marker={"size": 12, "color": ACCENT}, textfont={"size": 13, "color": ACCENT_INK})
    bars = {"width": 0.8, "row": 1, "col": 2}
    figure.add_bar(name="told", marker_color=SIGNAL, hovertemplate="tells %{y:.4f}<extra></extra>", **bars)
    figure.add_bar(name="wasted", marker_color=WARNING, hovertemplate="wastes %{y:.4f}<extra></extra>", **bars)
    dress(figure, height=480, barmode="stack", margin={"t": 112}, legend_y=1.09)
    figure.update_xaxes(title_text="signs of the message", showgrid=False, tickvals=[], row=1, col=1)
    figure.update_xaxes(title_text="merge", row=1, col=2, showgrid=False)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    edges, last, leaves, knots, top, told, wasted_ = figure.data
    n, step = len(frame.counts), frame.step
    edges.x, edges.y = _branches(frame, range(max(step - 1, 0)))
    last.x, last.y = _branches(frame, range(max(step - 1, 0), step))
    leaves.x, leaves.y = frame.at[:n, 0], frame.at[:n, 1]
    many = n > 16
    leaves.text = [name if many else f"{name}<br>{count:,}" for name, count in zip(frame.names, frame.counts)]
    leaves.hovertemplate = [f"{name}: {count:,}<extra></extra>" for name, count in zip(frame.names, frame.counts)]
    knots.x, knots.y = frame.at[n : n + max(step - 1, 0)].T
    knots.hovertemplate = [f"{merge.weight:,}<extra></extra>" for merge in frame.made[: max(step - 1, 0)]]
    top.x, top.y = frame.at[n + step - 1 : n + step].T if step else ([], [])
    top.text = [f"{frame.made[step - 1].weight:,}"] if step else []
    numbers = np.arange(1, step + 1)
    told.x, told.y = numbers, (frame.cost - frame.waste)[:step]
    wasted_.x, wasted_.y = numbers, frame.waste[:step]
    _axes(figure, frame)
    figure.layout.title.text = _verdict(frame)


def _branches(frame: Frame, which: range) -> tuple[list[float | None], list[float | None]]:
    """The lines of some merges: from each child up to the height of the knot, and across to it."""
    x: list[float | None] = []
    y: list[float | None] = []
    for i in which:
        across, height = frame.at[len(frame.counts) + i].tolist()
        for child in frame.made[i].children:
            place, low = frame.at[child].tolist()
            x += [place, place, across, None]
            y += [low, height, height, None]
    return x, y


def _axes(figure: go.Figure, frame: Frame) -> None:
    unit = "bits" if frame.arity == 2 else "digits"
    deepest = int(np.ceil(-frame.at[:, 1].min()))
    left, right = figure.layout.yaxis, figure.layout.yaxis2
    left.title.text = f"{unit} deserved: doublings up to all" if frame.arity == 2 else f"{unit} deserved"
    left.range = [-deepest - 0.9, 0.75]
    step = 1 if deepest <= 9 else 2
    left.tickvals = [-i for i in range(0, deepest + 1, step)]
    left.ticktext = [str(i) for i in range(0, deepest + 1, step)]
    figure.layout.xaxis.range = [-0.7, len(frame.counts) - 0.3]
    right.title.text = f"{unit} a sign"
    right.range = [0, 1.05]
    figure.layout.xaxis2.range = [0.3, len(frame.made) + 0.7]


def _verdict(frame: Frame) -> str:
    unit = "bits" if frame.arity == 2 else "digits"
    if frame.step == len(frame.made):
        return (
            f"One tree after {frame.step} merges: {frame.cost.sum():.4f} {unit} a sign, entropy {frame.deserved:.4f}, "
            f"wasted {frame.waste.sum():.4f}"
        )
    if not frame.step:
        return f"{len(frame.counts)} trees of one sign each, nothing merged yet"
    made = frame.made[frame.step - 1]
    weights = [*frame.counts, *(merge.weight for merge in frame.made)]
    sum_ = " + ".join(f"{weights[child]:,}" for child in made.children)
    return f"Merge {frame.step} of {len(frame.made)}: {sum_} = {made.weight:,}"


def describe(frame: Frame) -> str:
    unit = "bits" if frame.arity == 2 else "digits"
    so_far = f"{frame.cost[: frame.step].sum():.4f} {unit} a sign, {frame.waste[: frame.step].sum():.4f} of them wasted"
    trees = len(frame.counts) - sum(len(merge.children) - 1 for merge in frame.made[: frame.step])
    words = ", ".join(f"{name} {length}" for name, length in zip(frame.names, frame.lengths))
    return (
        f"{_verdict(frame)}. The merges so far cost {so_far}; {trees} tree{'s' * (trees > 1)} left. "
        f"In the end the words have these {unit}: {words}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``source``, ``step`` and ``arity``."""
    return Explorer(SCENE, **start)
