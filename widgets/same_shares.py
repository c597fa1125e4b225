"""Why do k-1 shares say nothing?

Two parties hold shares, three are needed. For every secret they may suppose, other coins of the dealer would have given
them exactly the shares they have: the curve moves by (s' - s) times a polynomial that vanishes at their two points.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

from polyquant._random import repeatable
from polyquant.algebra import gf2x
from polyquant.sharing import Dealer
from polyquant.sharing.points import point_code

from ._cells import BLUE, DARK, ORANGE, cells, digits
from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT_INK, INK, PAPER, dress

ELL = 4
TRUE = 0b0110
CODE = point_code("gamma")
SERIES_BITS = 64
# Nothing, then 0 and 1: of what stayed, of what flipped, of held shares.
STAYED, FLIPPED, HELD = 1, 3, 5
COLOURS = (PAPER, *BLUE, *ORANGE, *DARK)


@dataclass(frozen=True)
class Params:
    guess: int = control(TRUE ^ 3, 0, (1 << ELL) - 1, 1, "suppose the secret is")
    a: int = control(2, 1, 7, 1, "one holder")
    b: int = control(11, 8, 15, 1, "the other holder")
    c: int = control(20, 16, 31, 1, "somebody else")


@dataclass(frozen=True, eq=False)
class Row:
    name: str
    before: str  # bits under the true secret, coefficient of x^0 first
    after: str  # bits under the supposed one
    held: bool = False

    @property
    def flips(self) -> int:
        return sum(x != y for x, y in zip(self.before, self.after))


@dataclass(frozen=True, eq=False)
class Frame:
    guess: int
    a: int
    b: int
    c: int
    rows: list[Row | None]  # secret, two series, gap, two held shares, gap, one more share


def compute(params: Params) -> Frame:
    coins = repeatable(b"same shares")
    series = [int.from_bytes(coins(SERIES_BITS // 8), "little") for _ in range(2)]
    one, two = CODE.point(params.a), CODE.point(params.b)
    shift = params.guess ^ TRUE  # times (y - one)(y - two)
    moved = [series[0] ^ gf2x.multiply(shift, gf2x.multiply(one, two)), series[1] ^ gf2x.multiply(shift, one ^ two)]
    worlds = [_dealer(TRUE, series), _dealer(params.guess, moved)]
    size = worlds[0].share(params.c).bits
    rows: list[Row | None] = [Row("secret s", *(digits(s, ELL) for s in (TRUE, params.guess)))]
    rows += [Row(f"r<sub>{j}</sub>", digits(series[j], size), digits(moved[j], size)) for j in (0, 1)]
    for t in (None, params.a, params.b, None, params.c):
        rows.append(_share(worlds, t, t != params.c) if t else None)
    return Frame(params.guess, params.a, params.b, params.c, rows)


def _dealer(secret: int, series: list[int]) -> Dealer:
    return Dealer(secret, 3, ell=ELL, code=CODE, series=series, series_bits=SERIES_BITS, set_id=bytes(8))


def _share(worlds: list[Dealer], t: int, held: bool) -> Row:
    before, after = (dealer.share(t) for dealer in worlds)
    return Row(f"share {t}", digits(before.value, before.bits), digits(after.value, after.bits), held)


def draw(frame: Frame) -> go.Figure:
    figure = go.Figure()
    cells(figure, COLOURS)
    figure.add_scatter(mode="text", textposition="middle right", hoverinfo="skip", textfont={"size": 13})
    dress(figure, height=420, showlegend=False, margin={"t": 56})
    figure.update_yaxes(title_text="what the dealer has, what parties got", range=[7.6, -0.6])
    figure.update_xaxes(dtick=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    grid, notes = figure.data
    rows = frame.rows
    width = max(len(row.after) for row in rows if row)
    z, text = [], []
    for row in rows:
        z.append([_kind(row, i) if row and i < len(row.after) else 0 for i in range(width)])
        text.append([row.after[i] if row and i < len(row.after) else "" for i in range(width)])
    grid.z, grid.text, grid.x, grid.y = z, text, list(range(width)), list(range(len(rows)))
    shown = [i for i, row in enumerate(rows) if row]
    figure.layout.yaxis.update(tickvals=shown, ticktext=[row.name for row in rows if row])
    figure.layout.xaxis.range = [-0.7, width + 4.5]
    notes.x, notes.y = [len(row.after) - 0.3 for row in rows if row], shown
    notes.text = [_note(row) for row in rows if row]
    notes.textfont.color = [ACCENT_INK if row.flips else INK for row in rows if row]
    figure.layout.title.text = _verdict(frame)


def _kind(row: Row, i: int) -> int:
    kind = FLIPPED if row.before[i] != row.after[i] else HELD if row.held else STAYED
    return kind + int(row.after[i])


def _note(row: Row) -> str:
    return f"{row.flips} flipped" if row.flips else "the same"


def _verdict(frame: Frame) -> str:
    if frame.guess == TRUE:
        return f"Secret {TRUE}, the true one, and the coins that were really tossed"
    flips = sum(row.flips for row in frame.rows[1:3] if row)
    return f"Secret {frame.guess}, {flips} coins flipped: holders {frame.a} and {frame.b} see no difference"


def describe(frame: Frame) -> str:
    held = ", ".join(row.after for row in frame.rows if row and row.held)
    other = frame.rows[-1]
    last = f"Party {frame.c} would have got {other.after}" if other else ""
    return f"{_verdict(frame)}. They have {held}. {last}."


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int) -> Explorer:
    """The live figure; *start* sets ``guess`` and the parties ``a``, ``b`` and ``c``."""
    return Explorer(SCENE, **start)
