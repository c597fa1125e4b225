"""Can two people build the same code while they talk, without ever sending a table?

A tree that grows with every letter: both ends count along. Letters that come often climb; a new one is announced by the
path to the empty leaf and then spelled out. Right, the bits that each letter took.
"""

from dataclasses import dataclass
from itertools import pairwise

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from polyquant.prefix import huffman
from polyquant.prefix.adaptive import AdaptiveHuffman, Node

from ._explorer import Explorer
from ._scene import Scene, control, text
from ._theme import ACCENT, INK, MUTED, PAPER, SIGNAL, dress

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST = 32
NEW = "new"  # the leaf of letters not yet seen
CODE = AdaptiveHuffman(len(LETTERS))


@dataclass(frozen=True)
class Params:
    message: str = text("abracadabra", "message", longest=MOST, alphabet=LETTERS, hint="small letters")
    step: int = control(7, 0, MOST, 1, "letters sent", play=True, hint="more than there are: all")


@dataclass(frozen=True, eq=False)
class Frame:
    message: str
    step: int
    nodes: dict[int, Node]  # by number, after the letters sent so far
    at: dict[int, tuple[float, int]]  # place and depth of each node
    bits: list[int]  # of each letter sent
    fresh: list[bool]  # was it new?
    words: tuple[str, ...]  # what the last letter was sent as, and its path in the tree now


def compute(params: Params) -> Frame:
    step = min(params.step, len(params.message))
    numbers = [LETTERS.index(letter) for letter in params.message[:step]]
    nodes = {node.number: node for node in CODE.tree(numbers)}
    at = _layout(nodes, max(nodes))
    streams = [str(CODE.encode(numbers[:i])) for i in range(step + 1)]
    bits = [len(b) - len(a) for a, b in pairwise(streams)]
    fresh = [number not in numbers[:i] for i, number in enumerate(numbers)]
    last = (streams[-1][len(streams[-2]) :], _path(nodes, numbers[-1])) if step else ("", "")
    return Frame(params.message, step, nodes, at, bits, fresh, last)


def _layout(nodes: dict[int, Node], root: int) -> dict[int, tuple[float, int]]:
    """Leaves side by side from left to right, inner nodes over the middle of their children."""
    at: dict[int, tuple[float, int]] = {}

    def walk(number: int, depth: int) -> float:
        node = nodes[number]
        if node.left is None or node.right is None:
            place = float(sum(nodes[other].left is None for other in at))
        else:
            place = (walk(node.left, depth + 1) + walk(node.right, depth + 1)) / 2
        at[number] = place, depth
        return place

    walk(root, 0)
    return at


def _path(nodes: dict[int, Node], symbol: int) -> str:
    node = next(node for node in nodes.values() if node.symbol == symbol)
    path = ""
    while node.parent is not None:
        path, node = str(int(nodes[node.parent].right == node.number)) + path, nodes[node.parent]
    return path


def draw(frame: Frame) -> go.Figure:
    titles = ["the tree that both ends have now", "bits of each letter"]
    figure = make_subplots(1, 2, subplot_titles=titles, column_widths=[0.62, 0.38], horizontal_spacing=0.1)
    figure.add_scatter(mode="lines", line={"color": MUTED, "width": 1.8}, hoverinfo="skip", showlegend=False)
    figure.add_scatter(mode="lines", line={"color": ACCENT, "width": 4}, hoverinfo="skip", name="the last letter")
    knot = {"size": 22, "color": PAPER, "line": {"color": MUTED, "width": 1.5}}
    figure.add_scatter(mode="markers+text", marker=knot, textfont={"size": 12, "color": INK}, showlegend=False)
    leaf = {"size": 11, "color": SIGNAL}
    figure.add_scatter(mode="markers+text", marker=leaf, textposition="bottom center", showlegend=False)
    figure.data[3].textfont = {"size": 13, "color": INK}
    bars = {"row": 1, "col": 2, "width": 0.8, "hovertemplate": "letter %{x}: %{y} bits<extra></extra>"}
    figure.add_bar(name="new, spelled out", marker_color=MUTED, **bars)
    figure.add_bar(name="known", marker_color=SIGNAL, **bars)
    dress(figure, height=440, margin={"t": 108}, legend_y=1.09, barmode="overlay")
    figure.update_xaxes(title_text="letters with their counts", tickvals=[], showgrid=False, row=1, col=1)
    figure.update_yaxes(title_text="bits of the path", row=1, col=1)
    figure.update_xaxes(title_text="message", showgrid=False, row=1, col=2)
    figure.update_yaxes(title_text="bits", rangemode="tozero", row=1, col=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    edges, last, knots, leaves, new, known = figure.data
    below = [node for node in frame.nodes.values() if node.parent is not None]
    edges.x, edges.y = _lines(frame, [(node.parent, node.number) for node in below])
    last.x, last.y = _lines(frame, _way(frame))
    inner = [node for node in frame.nodes.values() if node.left is not None]
    outer = [node for node in frame.nodes.values() if node.left is None]
    knots.x, knots.y = [frame.at[node.number][0] for node in inner], [-frame.at[node.number][1] for node in inner]
    knots.text = [str(node.weight) for node in inner]
    knots.hovertemplate = [f"number {node.number}<extra></extra>" for node in inner]
    leaves.x, leaves.y = [frame.at[node.number][0] for node in outer], [-frame.at[node.number][1] for node in outer]
    leaves.text = [NEW if node.symbol is None else f"{LETTERS[node.symbol]}<br>{node.weight}" for node in outer]
    leaves.hovertemplate = [f"number {node.number}<extra></extra>" for node in outer]
    place = range(1, frame.step + 1)
    for bar, wanted in ((new, True), (known, False)):
        chosen = [(i, bits) for i, bits, fresh in zip(place, frame.bits, frame.fresh) if fresh == wanted]
        bar.x, bar.y = [i for i, _ in chosen], [bits for _, bits in chosen]
    deepest = max(depth for _, depth in frame.at.values())
    figure.layout.xaxis.range = [-0.6, len(outer) - 0.4]
    figure.layout.yaxis.update(range=[-deepest - 1.1, 0.5], tickvals=[-i for i in range(deepest + 1)])
    figure.layout.yaxis.ticktext = [str(i) for i in range(deepest + 1)]
    size = len(frame.message)
    figure.layout.xaxis2.update(range=[0.3, size + 0.7], tickvals=[*range(1, size + 1)], ticktext=[*frame.message])
    figure.layout.yaxis2.range = [0, max([6, *frame.bits]) + 0.6]
    figure.layout.title.text = _verdict(frame)


def _lines(frame: Frame, pairs: list[tuple[int, int]]) -> tuple[list[float | None], list[float | None]]:
    ends = [end for pair in pairs for end in (*(frame.at[number] for number in pair), None)]
    return [end and end[0] for end in ends], [None if end is None else -end[1] for end in ends]


def _way(frame: Frame) -> list[tuple[int, int]]:
    """The branches from the root down to the last letter."""
    if not frame.step:
        return []
    symbol = LETTERS.index(frame.message[frame.step - 1])
    node = next(node for node in frame.nodes.values() if node.symbol == symbol)
    way = []
    while node.parent is not None:
        way.append((node.parent, node.number))
        node = frame.nodes[node.parent]
    return way


def _verdict(frame: Frame) -> str:
    if not frame.step:
        return "Nothing sent yet: the tree is one empty leaf"
    letter, total = frame.message[frame.step - 1], sum(frame.bits)
    return (
        f"Letter {frame.step}, {letter}, went as {frame.words[0]}; {total} bits so far, {5 * frame.step} at five each"
    )


def describe(frame: Frame) -> str:
    counts = {letter: frame.message[: frame.step].count(letter) for letter in sorted(set(frame.message[: frame.step]))}
    seen = ", ".join(f"{letter} {count}" for letter, count in counts.items()) or "none"
    best = sum(a * b for a, b in zip(huffman([*counts.values()]).lengths, counts.values()))
    where = f" Its path in the new tree is {frame.words[1] or 'empty'}." if frame.step else ""
    return (
        f"{_verdict(frame)}.{where} Counts so far in the message {frame.message}: {seen}; Huffman's code for these "
        f"counts would take {best} bits and a table."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``message`` and ``step``."""
    return Explorer(SCENE, **start)
