"""Which lengths can the words of a prefix code have?

Above, the code tree; below, the interval from 0 to 1. A word of l bits owns a piece of width 2^-l, and its leaf hangs
right over it. As long as the pieces fit side by side, the canonical words exist; when they don't, no code does.
"""

from dataclasses import dataclass
from fractions import Fraction

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from polyquant.prefix import PrefixCode, kraft

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import CYCLE, GRID, INK, MUTED, PAPER, SHADE, WARNING, dress

NAMES = "ABCDEF"
DEEPEST = 6


@dataclass(frozen=True)
class Params:
    a: int = control(1, 0, DEEPEST, 1, "A, bits", hint="0: no such word")
    b: int = control(3, 0, DEEPEST, 1, "B, bits", hint="0: no such word")
    c: int = control(3, 0, DEEPEST, 1, "C, bits", hint="0: no such word")
    d: int = control(3, 0, DEEPEST, 1, "D, bits", hint="0: no such word")
    e: int = control(4, 0, DEEPEST, 1, "E, bits", hint="0: no such word")
    f: int = control(0, 0, DEEPEST, 1, "F, bits", hint="0: no such word")


@dataclass(frozen=True, eq=False)
class Piece:
    name: str
    length: int
    start: Fraction
    word: str  # empty when the lengths fit no code

    @property
    def width(self) -> Fraction:
        return Fraction(1, 2**self.length)

    @property
    def middle(self) -> float:
        return float(self.start + self.width / 2)


@dataclass(frozen=True, eq=False)
class Frame:
    pieces: list[Piece]  # in the order (length, name), one behind the other
    total: Fraction


def compute(params: Params) -> Frame:
    lengths = [params.a, params.b, params.c, params.d, params.e, params.f]
    total = kraft(lengths)
    words = PrefixCode(lengths).codewords if total <= 1 else [""] * len(lengths)
    pieces, start = [], Fraction(0)
    for length, name, word in sorted(zip(lengths, NAMES, words)):
        if length:
            pieces.append(Piece(name, length, start, word))
            start += pieces[-1].width
    return Frame(pieces, total)


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[0.68, 0.32], vertical_spacing=0.04)
    figure.add_scatter(mode="lines", line={"color": MUTED, "width": 1.5}, hoverinfo="skip", connectgaps=False)
    knot = {"size": 7, "color": PAPER, "line": {"color": MUTED, "width": 1.5}}
    figure.add_scatter(mode="markers", marker=knot, hoverinfo="skip")
    figure.add_scatter(mode="markers+text", textposition="bottom center", textfont={"size": 14, "color": INK})
    figure.data[2].marker.size = 15
    figure.add_bar(row=2, col=1, orientation="h", textposition="inside", insidetextanchor="middle", textangle=0)
    figure.data[3].update(marker_line={"color": PAPER, "width": 2}, textfont={"size": 15, "color": PAPER})
    figure.add_bar(row=2, col=1, orientation="h", marker_color=SHADE, hoverinfo="skip", textposition="inside")
    figure.data[4].update(insidetextanchor="middle", textangle=0, textfont={"size": 13, "color": INK})
    figure.add_shape(type="line", row=2, col=1, x0=1, x1=1, y0=-0.5, y1=0.5, line={"color": INK, "width": 2})
    dress(figure, height=470, showlegend=False, barmode="overlay", bargap=0.1, margin={"t": 52, "b": 52})
    grid = {"showline": False, "ticks": "", "gridcolor": GRID}
    figure.update_yaxes(title_text="bits of the word", range=[-DEEPEST - 1.1, 0.4], row=1, col=1, **grid)
    figure.update_yaxes(tickvals=[-i for i in range(DEEPEST + 1)], row=1, col=1)
    figure.update_yaxes(ticktext=[str(i) for i in range(DEEPEST + 1)], row=1, col=1)
    figure.update_yaxes(title_text="pieces", tickvals=[], range=[-0.5, 0.5], row=2, col=1, showline=False)
    figure.update_xaxes(title_text="the interval from 0 to 1: a word of l bits takes 1 / 2^l of it", row=2, col=1)
    figure.update_xaxes(showgrid=False, showline=False, ticks="", showticklabels=False, row=1, col=1)
    figure.update_xaxes(tickvals=[i / 8 for i in range(25)], row=2, col=1)
    figure.update_xaxes(ticktext=[str(Fraction(i, 8)) for i in range(25)], row=2, col=1)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    edges, knots, leaves, strip, free = figure.data
    words = [p for p in frame.pieces if p.word]
    branches = sorted({p.word[:i] for p in words for i in range(p.length)})
    lines = [(b[:-1], b) for b in {w for p in words for w in (p.word[:i] for i in range(1, p.length + 1))}]
    ends = [end for line in sorted(lines) for end in (*map(_place, line), (None, None))]
    edges.x, edges.y = [x for x, _ in ends], [y for _, y in ends]
    knots.x, knots.y = [_place(b)[0] for b in branches], [-len(b) for b in branches]
    leaves.x, leaves.y = [p.middle for p in words], [-p.length for p in words]
    leaves.text = [f"{p.name} = {p.word}" for p in words]
    leaves.marker.color = [_colour(p, frame) for p in words]
    leaves.hovertemplate = [f"{p.name} = {p.word}: the path from the root<extra></extra>" for p in words]
    strip.base, strip.x = [float(p.start) for p in frame.pieces], [float(p.width) for p in frame.pieces]
    strip.y, strip.text = [0] * len(frame.pieces), [p.name for p in frame.pieces]
    strip.marker.color = [_colour(p, frame) for p in frame.pieces]
    strip.hovertemplate = [f"{p.name}: {p.length} bits, width {p.width}<extra></extra>" for p in frame.pieces]
    rest = max(1 - frame.total, Fraction(0))
    free.base, free.x, free.y = [float(frame.total)], [float(rest)], [0]
    free.text = [f"free {rest}" if rest > Fraction(1, 12) else ""]
    figure.layout.xaxis.range = figure.layout.xaxis2.range = [-0.01, 1.02 * max(1.0, float(frame.total))]
    figure.layout.title.text = f"Kraft sum {frame.total}: {_verdict(frame.total)}"


def _place(word: str) -> tuple[float, int]:
    """Where a node of the tree stands: over the middle of its piece."""
    return ((int(word or "0", 2) + 0.5) / 2 ** len(word), -len(word))


def _colour(piece: Piece, frame: Frame) -> str:
    over = piece.start + piece.width > 1
    return WARNING if over else CYCLE[NAMES.index(piece.name)]


def _verdict(total: Fraction) -> str:
    if total > 1:
        return "too much, no prefix code has these lengths"
    return "full, every string of bits can be read" if total == 1 else f"a code, and {1 - total} is still free"


def describe(frame: Frame) -> str:
    sizes = ", ".join(f"{p.name} {p.length}" + (f" ({p.word})" if p.word else "") for p in frame.pieces)
    return (
        f"Words of these bits: {sizes or 'none'}. They add up to a Kraft sum of {frame.total}: {_verdict(frame.total)}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int) -> Explorer:
    """The live figure; *start* sets the lengths ``a`` to ``f``."""
    return Explorer(SCENE, **start)
