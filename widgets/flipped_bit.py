"""What does one wrong bit do to everything behind it?

The same numbers are sent in a code of the reader's choice, one bit arrives flipped, and the decoder goes on as well as
it can. Rows of cells: the bits as sent and as received; colours tell where words begin and which of them are right.
"""

from collections.abc import Callable
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from polyquant.bits import Bits
from polyquant.errors import DataError
from polyquant.prefix import IntegerCode, delta, fibonacci, gamma, omega, unary

from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, INK, MUTED, PAPER, SIGNAL, WARNING, dress

CODES: dict[str, Callable[[], IntegerCode]] = {
    "Elias gamma": lambda: gamma,
    "Elias delta": lambda: delta,
    "Elias omega": lambda: omega,
    "Fibonacci": lambda: fibonacci(2),
    "Fibonacci, order 3": lambda: fibonacci(3),
    "unary": lambda: unary,
}
MESSAGE = (4, 1, 11, 2, 7, 1, 3, 9, 2, 1, 6, 5)
SENT, RECEIVED = 1, 0

# Two shades for neighbouring words, each dark enough for white digits (4.5 : 1).
OUT, BACK_RIGHT, BACK_WRONG = (SIGNAL, "#004f7c"), ("#13804d", "#0b5835"), (WARNING, "#cf3350")
UNREAD = "#767676"


@dataclass(frozen=True)
class Params:
    code: str = choice("Elias gamma", tuple(CODES), "code")
    flip: int = control(6, 0, 40, 1, "flip bit number", hint="0: nothing goes wrong")
    read: int = control(100, 0, 100, 1, "read so far, percent")


@dataclass(frozen=True, eq=False)
class Word:
    start: int
    size: int
    value: int | None  # None: the bits end inside it, or no such word exists
    right: bool


@dataclass(frozen=True, eq=False)
class Frame:
    code: str
    flip: int  # position counted from 1, 0 for none
    sent: str
    received: str
    cursor: int  # bits read so far
    out: list[Word]  # as sent
    back: list[Word]  # as decoded
    wrong: int  # numbers of the message that are missing from what came back


def compute(params: Params) -> Frame:
    code = CODES[params.code]()
    least = code.least
    words = [str(code.encode(n - 1 + least)) for n in MESSAGE]
    sent = "".join(words)
    if params.flip > len(sent):
        raise ValueError(f"flip bit number must be at most {len(sent)} for this message, got {params.flip}")
    received = _flip(sent, params.flip)
    starts = [sum(map(len, words[:i])) for i in range(len(words))]
    out = [Word(start, len(word), n, True) for start, word, n in zip(starts, words, MESSAGE)]
    cursor = round(params.read / 100 * len(sent))
    known = {(w.start, w.size, w.value) for w in out}
    back = [w for w in _decode(code, received, known) if w.start + w.size <= cursor]
    lost = len(known - {(w.start, w.size, w.value) for w in back})
    due = sum(w.start + w.size > cursor for w in out)
    return Frame(params.code, params.flip, sent, received, cursor, out, back, lost - due)


def _flip(text: str, place: int) -> str:
    if not place:
        return text
    return text[: place - 1] + "10"[int(text[place - 1])] + text[place:]


def _decode(code: IntegerCode, text: str, known: set[tuple[int, int, int]]) -> list[Word]:
    """Word after word until the bits end; what cannot be read is one last word without a value."""
    bits, at, words = Bits.from_text(text), 0, []
    while at < len(text):
        try:
            value, end = code.decode(bits, at)
        except DataError:
            return [*words, Word(at, len(text) - at, None, False)]
        value += 1 - code.least
        words.append(Word(at, end - at, value, (at, end - at, value) in known))
        at = end
    return words


def draw(frame: Frame) -> go.Figure:
    figure = make_subplots(1, 1)
    cell = {"orientation": "v", "width": 0.94, "marker": {"line": {"width": 0}}, "hoverinfo": "skip"}
    figure.add_bar(**cell)
    digits = {"mode": "text", "hoverinfo": "skip"}
    figure.add_scatter(**digits, textfont={"size": 12, "color": PAPER})
    figure.add_scatter(**digits, textfont={"size": 16, "color": INK})
    figure.add_scatter(mode="lines", line={"color": ACCENT, "width": 2.5}, hoverinfo="skip")
    for colour, dash in ((ACCENT, "solid"), (MUTED, "dot")):
        figure.add_shape(type="line", line={"color": colour, "width": 2.5, "dash": dash}, x0=0, x1=0, y0=0, y1=0)
    dress(figure, height=330, showlegend=False, margin={"t": 52, "b": 52, "l": 84})
    figure.update_yaxes(title_text="", showgrid=False, showline=False, ticks="", range=[-0.75, 2.0])
    figure.update_yaxes(tickvals=[SENT + 0.25, RECEIVED + 0.25], ticktext=["sent", "received"])
    figure.update_yaxes(title_text="bits and the numbers they say")
    figure.update_xaxes(title_text="bit number", showgrid=False)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    cells, bits, numbers, cut, flipped, cursor = *figure.data, *figure.layout.shapes
    n = len(frame.sent)
    places = list(range(1, n + 1))
    cells.x, cells.base = places * 2, [SENT] * n + [RECEIVED] * n
    cells.y = [0.5] * (2 * n)
    cells.marker.color = _colours(frame.out, n, False) + _colours(frame.back, n, True)
    bits.x, bits.y = places * 2, [SENT + 0.25] * n + [RECEIVED + 0.25] * n
    bits.text = list(frame.sent + frame.received)
    middles = [w.start + (w.size + 1) / 2 for w in frame.out + frame.back]
    numbers.x = middles
    numbers.y = [SENT + 0.68] * len(frame.out) + [RECEIVED - 0.2] * len(frame.back)
    numbers.text = [str(w.value) for w in frame.out] + ["?" if w.value is None else str(w.value) for w in frame.back]
    x, top, low = frame.flip, RECEIVED + 0.5, RECEIVED
    shown = frame.flip > 0
    cut.x = [x - 0.5, x + 0.5, x + 0.5, x - 0.5, x - 0.5] if shown else []
    cut.y = [low, low, top, top, low] if shown else []
    flipped.update(x0=x, x1=x, y0=top if shown else 0, y1=SENT if shown else 0)
    cursor.update(x0=frame.cursor + 0.5, x1=frame.cursor + 0.5, y0=RECEIVED - 0.45, y1=RECEIVED + 0.75)
    figure.layout.xaxis.range = [0, n + 1]
    figure.layout.title.text = f"{frame.code}: {_verdict(frame)}"


def _colours(words: list[Word], n: int, judged: bool) -> list[str]:
    """A colour for each of *n* bits: neighbouring words differ in shade, wrong ones are red, unread ones grey."""
    colours = [UNREAD] * n
    for i, word in enumerate(words):
        pair = (BACK_RIGHT if word.right else BACK_WRONG) if judged else OUT
        colours[word.start : word.start + word.size] = [pair[i % 2]] * word.size
    return colours


def _verdict(frame: Frame) -> str:
    many = f"{frame.wrong} of {len(frame.out)} numbers lost"
    if frame.flip == 0:
        return "nothing flipped, everything arrives" if frame.cursor == len(frame.sent) else "nothing flipped"
    good = [w.start for w in frame.back if w.right and w.start >= frame.flip]
    if not good:
        return f"{many}, and it never falls into step again" if frame.wrong else "not there yet"
    return f"{many}, in step again {min(good) + 1 - frame.flip} bits after the flipped one"


def describe(frame: Frame) -> str:
    numbers = " ".join("?" if w.value is None else str(w.value) for w in frame.back)
    flipped = f"with bit {frame.flip} flipped" if frame.flip else "undamaged"
    sent = " ".join(map(str, MESSAGE))
    return (
        f"Sent in {frame.code}: {sent}, {len(frame.sent)} bits. Read back {flipped}, the first {frame.cursor} bits "
        f"say: {numbers or 'nothing yet'}. So far: {_verdict(frame)}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``code``, ``flip`` and ``read``."""
    return Explorer(SCENE, **start)
