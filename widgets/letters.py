"""Twenty-six letters and a blank: how long should the word of each be?

The letters of a real book, commonest first; a bar for the bits its word has, a step for the bits it deserves, -lg p.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from polyquant import datasets
from polyquant.prefix import entropy, fano, huffman, kraft, shannon, shannon_fano_elias

from ._explorer import Explorer
from ._scene import Scene, choice, control, switch
from ._theme import ACCENT, MUTED, PAPER, SIGNAL, blank

METHODS = ("five bits each", "Shannon-Fano-Elias", "Shannon", "Fano", "Huffman")


@dataclass(frozen=True)
class Params:
    method: str = choice("Huffman", METHODS, "words by")
    longest: int = control(12, 5, 12, 1, "longest word allowed, bits", hint="applies to Huffman: the best code within")
    blank: bool = switch(True, "count the blank between words too")


@dataclass(frozen=True, eq=False)
class Frame:
    method: str
    letters: list[str]
    deserved: NDArray[np.float64]  # -lg p, shape (letters,)
    lengths: NDArray[np.int64]  # bits of each word, shape (letters,)
    mean: float  # bits a letter
    entropy: float
    kraft: str
    longest: int


@cache
def _counts() -> tuple[str, NDArray[np.int64]]:
    text = " ".join(datasets.words(datasets.alice().replace("'", "")))
    letters = " abcdefghijklmnopqrstuvwxyz"
    return letters, np.array([text.count(c) for c in letters])


def compute(params: Params) -> Frame:
    letters, counts = _counts()
    used = slice(None) if params.blank else slice(1, None)
    order = np.argsort(-counts[used], kind="stable")
    f = counts[used][order]
    names = [letters[used][i].replace(" ", "␣") for i in order]
    lengths = _lengths(params.method, f, params.longest)
    p = f / f.sum()
    total = kraft(lengths)
    return Frame(
        params.method,
        names,
        -np.log2(p),
        lengths,
        float(lengths @ p),
        entropy(p),
        f"{float(total):.4g}",
        params.longest,
    )


def _lengths(method: str, counts: NDArray[np.int64], longest: int) -> NDArray[np.int64]:
    if method == "five bits each":
        return np.full(counts.size, 5)
    if method == "Huffman":
        return np.array(huffman(counts, longest=longest).lengths)
    words = {"Shannon": shannon, "Fano": fano, "Shannon-Fano-Elias": shannon_fano_elias}[method](counts)
    return np.array([len(word) for word in words])


def draw(frame: Frame) -> go.Figure:
    figure = blank("letter, commonest first", "bits", height=400, margin_t=84)
    figure.add_bar(name="bits of its word", marker_color=SIGNAL, textposition="inside")
    figure.data[0].update(insidetextanchor="start", textangle=0, textfont={"size": 13, "color": PAPER})
    step = {"color": ACCENT, "width": 2.5, "shape": "hvh"}
    figure.add_scatter(name="bits it deserves, -lg p", mode="lines", line=step)
    figure.add_scatter(name="mean of the words", mode="lines", line={"color": SIGNAL, "width": 1.5, "dash": "dash"})
    figure.add_scatter(name="entropy", mode="lines", line={"color": MUTED, "width": 1.5, "dash": "dot"})
    figure.update_yaxes(range=[0, 15.5])
    figure.update_xaxes(type="category", showgrid=False)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    bars, deserved, mean, least = figure.data
    bars.x, bars.y, bars.text = frame.letters, frame.lengths, [str(n) for n in frame.lengths]
    deserved.x, deserved.y = frame.letters, frame.deserved
    ends = [frame.letters[0], frame.letters[-1]]
    mean.x, mean.y = ends, [frame.mean] * 2
    least.x, least.y = ends, [frame.entropy] * 2
    figure.layout.title.text = f"{frame.method}: {frame.mean:.3f} bits a letter, entropy {frame.entropy:.3f}" + (
        f", words of at most {frame.longest}" if frame.method == "Huffman" else ""
    )


def describe(frame: Frame) -> str:
    shortest, longest = frame.lengths.min(), frame.lengths.max()
    return (
        f"{frame.method} gives the {len(frame.letters)} signs of the book words of {shortest} to {longest} bits (the "
        f"limit for Huffman is {frame.longest}), {frame.mean:.3f} bits a sign on average, Kraft sum {frame.kraft}. "
        f"The entropy is {frame.entropy:.3f}, so {frame.mean - frame.entropy:.3f} bits a sign are given away."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str | bool) -> Explorer:
    """The live figure; *start* sets ``method``, ``longest`` and ``blank``."""
    return Explorer(SCENE, **start)
