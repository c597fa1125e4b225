"""What does one wrong byte do to a compressed tensor?

2,000 real weights in a container of eight chunks. Above, its bytes and what they are for; below, the weights: which of
those that are asked for can still be read. Checksums notice an accident. Someone who repairs them is another matter.
"""

import zlib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from polyquant.datasets import minilm_query
from polyquant.errors import DataError
from polyquant.prefix import dfloat

from ._explorer import Explorer
from ._scene import Scene, control, switch
from ._theme import ACCENT, EARTH, GOOD, INK, MUTED, PAPER, ROSE, SHADE, SIGNAL, VIOLET, WARNING, dress

N, CHUNK, STREAMS = 2000, 256, 2
BYTES = 2929  # of the container
CHUNKS = -(-N // CHUNK)
FLIP = 0x10
PARTS = {"header": EARTH, "lengths of words": VIOLET, "sizes, checksums": MUTED, "signs, mantissas": ROSE}
PARTS |= {"exponents": SIGNAL}
STATES = {"right": GOOD, "refused": WARNING, "wrong": ACCENT, "not asked for": SHADE}
PATTERNS = {"refused": "x", "wrong": "/"}
NONE = -1


@dataclass(frozen=True)
class Params:
    flip: int = control(1000, NONE, BYTES - 1, 1, "flip a bit of byte", hint="-1: nothing is flipped")
    first: int = control(300, 0, N - 1, 1, "read from weight")
    count: int = control(1100, 1, N, 1, "so many weights", hint="as far as there are as many")
    repaired: bool = switch(False, "someone repairs the checksums")


@dataclass(frozen=True, eq=False)
class Frame:
    flip: int
    where: str  # the part that the flipped byte is in; "" if none is flipped
    first: int
    stop: int
    repaired: bool
    spans: list[tuple[str, int, int]]  # (part, first byte, bytes)
    states: list[tuple[str, int, int]]  # (state, first weight, weights), one behind the other
    wrong: int  # weights that were read and are not right
    error: str  # why reading is refused; "" if it isn't


def compute(params: Params) -> Frame:
    words, data = _container()
    spans = _spans(data)
    damaged = _damage(data, params.flip, params.repaired)
    stop = min(params.first + params.count, N)
    got, error = _read(damaged, params.first, stop)
    wrong = 0 if got is None else int(np.count_nonzero(got != words[params.first : stop]))
    where = next((part for part, start, size in spans if start <= params.flip < start + size), "")
    states = _states(damaged, words, params.first, stop)
    return Frame(params.flip, where, params.first, stop, params.repaired, spans, states, wrong, error)


@cache
def _container() -> tuple[NDArray[np.uint16], bytes]:
    words = minilm_query().ravel()[:N]
    return words, dfloat.compress(words, chunk=CHUNK, streams=STREAMS)


def _spans(data: bytes) -> list[tuple[str, int, int]]:
    """What each byte of the container is for (docs/formats.md has the table)."""
    table = 32 + 8
    sizes = table + 128
    header = dfloat.inspect(data).header_bytes
    spans = [("header", 0, table), ("lengths of words", table, 128), ("sizes, checksums", sizes, header - sizes)]
    exponents = np.frombuffer(data[sizes : sizes + 4 * STREAMS * CHUNKS], "<u4").reshape(CHUNKS, STREAMS).sum(axis=1)
    at = header
    for k, size in enumerate(exponents.tolist()):
        count = min(CHUNK, N - k * CHUNK)
        spans += [("signs, mantissas", at, count), ("exponents", at + count, size)]
        at += count + size
    return spans


def _damage(data: bytes, flip: int, repaired: bool) -> bytes:
    if flip == NONE:
        return data
    out = bytearray(data)
    out[flip] ^= FLIP
    if repaired:
        _repair(out, _spans(data))
    return bytes(out)


def _repair(data: bytearray, spans: list[tuple[str, int, int]]) -> None:
    """The checksums of all chunks, then the one of the header over them, as a forger would write them."""
    header = spans[2][1] + spans[2][2]
    for k, ((_, start, count), (_, _, size)) in enumerate(zip(spans[3::2], spans[4::2])):
        at = header - 4 - 4 * (CHUNKS - k)
        data[at : at + 4] = zlib.crc32(data[start : start + count + size]).to_bytes(4, "little")
    data[header - 4 : header] = zlib.crc32(data[: header - 4]).to_bytes(4, "little")


def _read(data: bytes, start: int, stop: int) -> tuple[NDArray[np.uint16] | None, str]:
    try:
        return dfloat.decompress(data, start=start, stop=stop), ""
    except DataError as error:
        return None, f"{type(error).__name__}: {error}"
    except ValueError:  # a forged header says that there are fewer weights
        return None, "ValueError: the header says that there are fewer weights"


def _states(data: bytes, words: NDArray[np.uint16], first: int, stop: int) -> list[tuple[str, int, int]]:
    """Each chunk asked for alone: what becomes of the weights in the range, the others left out."""
    cuts = sorted({0, N, first, stop, *range(0, N, CHUNK)})
    states = []
    for a, b in pairwise(cuts):
        state = "not asked for"
        if first <= a < stop:
            got, _ = _read(data, a, b)
            state = "refused" if got is None else "right" if np.array_equal(got, words[a:b]) else "wrong"
        states.append((state, a, b - a))
    return states


def draw(frame: Frame) -> go.Figure:
    titles = ["the bytes of the container", "the weights, chunk by chunk"]
    figure = make_subplots(2, 1, vertical_spacing=0.34, subplot_titles=titles)
    for name, colour in PARTS.items():
        look = {"orientation": "h", "marker_color": colour, "marker_line": {"color": PAPER, "width": 0.5}}
        figure.add_bar(name=name, **look, hovertemplate=f"{name}<extra></extra>", row=1, col=1)
    figure.add_bar(orientation="h", showlegend=False, hoverinfo="skip", row=2, col=1)
    figure.data[-1].update(marker_line={"color": MUTED, "width": 1}, marker_pattern_fillmode="overlay")
    labels = {"mode": "text", "textfont": {"size": 13, "color": INK}, "showlegend": False, "hoverinfo": "skip"}
    figure.add_scatter(**labels, row=2, col=1)
    mark = {"symbol": "triangle-down", "size": 15, "color": ACCENT, "line": {"color": PAPER, "width": 1}}
    figure.add_scatter(mode="markers", marker=mark, name="flipped", row=1, col=1, hoverinfo="skip")
    dress(figure, height=430, barmode="overlay", margin={"t": 118, "l": 72}, legend_y=1.13)
    figure.update_xaxes(title_text="byte", row=1, col=1)
    figure.update_xaxes(title_text="weight", range=[0, N], dtick=CHUNK, row=2, col=1)
    for row, words in ((1, "container"), (2, "read")):
        figure.update_yaxes(title_text=words, tickvals=[], range=[-0.45, 0.75], showline=False, row=row, col=1)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    *parts, weights, labels, mark = figure.data
    for bar, name in zip(parts, PARTS):
        found = [(start, size) for part, start, size in frame.spans if part == name]
        bar.base, bar.x, bar.y = [start for start, _ in found], [size for _, size in found], [0] * len(found)
    states, starts, sizes = zip(*frame.states)
    weights.base, weights.x, weights.y = starts, sizes, [0] * len(sizes)
    weights.marker.color = [STATES[state] for state in states]
    weights.marker.pattern.shape = [PATTERNS.get(state, "") for state in states]
    groups = _groups(frame.states)
    labels.x, labels.y = [start + size / 2 for _, start, size in groups], [0.57] * len(groups)
    labels.text = [state if size >= 100 else "" for state, _, size in groups]
    shown = frame.flip != NONE
    mark.x, mark.y = [frame.flip + 0.5] if shown else [], [0.56] if shown else []
    figure.layout.xaxis.range = [0, frame.spans[-1][1] + frame.spans[-1][2]]
    figure.layout.title.text = _verdict(frame)


def _groups(states: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Neighbours of one state as one."""
    groups: list[tuple[str, int, int]] = []
    for state, start, size in states:
        if groups and groups[-1][0] == state:
            size, start = size + groups[-1][2], groups.pop()[1]
        groups.append((state, start, size))
    return groups


def _verdict(frame: Frame) -> str:
    if frame.error:
        return frame.error
    count = f"{frame.stop - frame.first:,} weights read"
    return f"{count}, {frame.wrong} of them wrong, and nobody notices" if frame.wrong else f"{count}, all right"


def describe(frame: Frame) -> str:
    what = "Nothing is flipped"
    if frame.flip != NONE:
        mended = ", and all checksums are repaired" if frame.repaired else ""
        what = f"A bit of byte {frame.flip:,} is flipped, part of: {frame.where}{mended}"
    elif frame.repaired:
        what += " and there is nothing to repair"
    groups = "; ".join(f"{start:,} to {start + size - 1:,} {state}" for state, start, size in _groups(frame.states))
    return f"{what}. Weights {frame.first:,} to {frame.stop - 1:,} are read: {_verdict(frame)}. By chunk: {groups}."


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | bool) -> Explorer:
    """The live figure; *start* sets ``flip``, ``first``, ``count`` and ``repaired``."""
    return Explorer(SCENE, **start)
