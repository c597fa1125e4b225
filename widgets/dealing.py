"""What is a share made of?

Rows of bits: the dealer's coins as far as they are tossed, the terms of the curve at the point of one party, their sum,
and the line where it is cut.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

from polyquant._random import repeatable
from polyquant.algebra import gf2x
from polyquant.sharing import Dealer, share_bits
from polyquant.sharing.points import point_code

from ._cells import BLUE, DARK, ORANGE, cells, digits
from ._explorer import Explorer
from ._scene import Scene, choice, control
from ._theme import ACCENT, PAPER, dress

PARTIES = 31
SERIES_BITS = 64
# For 0 and 1 of each kind, and nothing.
NOTHING, COIN, SECRET, SHARE = 0, 1, 3, 5
COLOURS = (PAPER, *BLUE, *ORANGE, *DARK)


@dataclass(frozen=True)
class Params:
    t: int = control(5, 1, PARTIES, 1, "party t")
    k: int = control(3, 2, 4, 1, "threshold k")
    ell: int = control(4, 1, 8, 1, "bits of the secret")
    code: str = choice("gamma", ("gamma", "delta", "omega"), "code")
    served: int = control(9, 1, PARTIES, 1, "guests served so far", hint="coins are tossed when a share needs them")


@dataclass(frozen=True, eq=False)
class Row:
    name: str
    kind: int
    bits: str  # coefficient of x^0 first; blanks where nothing can be


@dataclass(frozen=True, eq=False)
class Frame:
    t: int
    k: int
    ell: int
    word: str
    served: int
    tossed: int  # coins of each series
    share: int  # bits of the share
    rows: list[Row | None]  # from top to bottom, None for a gap


def compute(params: Params) -> Frame:
    k, ell, code = params.k, params.ell, point_code(params.code)
    coins = repeatable(b"dealing")
    secret = int.from_bytes(coins(1), "little") >> 8 - ell
    series = [int.from_bytes(coins(SERIES_BITS // 8), "little") for _ in range(k - 1)]
    dealer = Dealer(secret, k, ell=ell, code=code, series=series, series_bits=SERIES_BITS, set_id=bytes(8))
    share = dealer.share(params.t)
    tossed = max(share_bits(code, k, ell, t) for t in {params.t, *range(1, params.served + 1)})
    rows: list[Row | None] = [Row(f"r<sub>{j}</sub>", COIN, digits(r, tossed)) for j, r in enumerate(series)]
    rows.append(None)
    point, power = code.point(params.t), 1
    for j, factor in enumerate([*series, secret]):
        kind, head = (COIN, f"r<sub>{j}</sub>") if j < k - 1 else (SECRET, "s")
        low = min(j * gf2x.valuation(point), share.bits) if point else share.bits * (j > 0)
        product = digits(gf2x.multiply_low(factor, power, share.bits), share.bits)
        rows.append(Row(head + (" P" if j == 1 else f" P<sup>{j}</sup>" if j else ""), kind, " " * low + product[low:]))
        power = gf2x.multiply(power, point)
    rows += [None, Row("share", SHARE, digits(share.value, share.bits))]
    return Frame(params.t, k, ell, code.word(params.t), params.served, tossed, share.bits, rows)


def draw(frame: Frame) -> go.Figure:
    figure = go.Figure()
    cells(figure, COLOURS)
    for dash in ("solid", "dot"):
        figure.add_scatter(mode="lines", line={"color": ACCENT, "width": 3, "dash": dash}, hoverinfo="skip")
    for _ in range(2):
        figure.add_annotation(xanchor="left", align="left", showarrow=False, text="")
    dress(figure, showlegend=False, margin={"t": 56})
    figure.update_yaxes(title_text="coins tossed, terms, and their sum")
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    grid, cut, edge = figure.data
    width = max(frame.tossed, frame.share) + 8
    rows = frame.rows
    z, text = [], []
    for row in rows:
        line = (row.bits if row else "").ljust(width)
        z.append([NOTHING if c == " " or row is None else row.kind + int(c) for c in line])
        text.append([c.strip() for c in line])
    grid.z, grid.text = z, text
    grid.x, grid.y = list(range(width)), list(range(len(rows)))
    figure.layout.xaxis.update(range=[-0.7, width - 0.3], dtick=2 if width < 30 else 4)
    figure.layout.yaxis.update(
        range=[len(rows) - 0.4, -0.6],
        tickvals=[i for i, row in enumerate(rows) if row],
        ticktext=[row.name for row in rows if row],
    )
    top = frame.k - 1
    cut.x, cut.y = [frame.share - 0.5] * 2, [top + 0.35, len(rows) - 0.5]
    edge.x, edge.y = [frame.tossed - 0.5] * 2, [-0.5, top - 0.5]
    tossed, length = figure.layout.annotations
    tossed.update(x=frame.tossed, y=(top - 1) / 2, text=f"{frame.tossed} tossed,<br>more when needed")
    length.update(x=frame.share, y=len(rows) - 1, text=f"cut: {frame.share} bits")
    figure.layout.height = 150 + 38 * len(rows)
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    size = len(frame.word) - 1
    return (
        f"Party {frame.t}, word {frame.word}: {frame.share} bits = {frame.ell} of the secret + {frame.k - 1} x {size}"
    )


def describe(frame: Frame) -> str:
    share = next(row.bits for row in frame.rows if row and row.name == "share")
    return (
        f"{_verdict(frame)}. The share is {share}, the sum of {frame.k - 1} rows of coins and one of the secret. For "
        f"the first {frame.served} guests and this one the dealer has tossed {frame.tossed} coins in each series."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str) -> Explorer:
    """The live figure; *start* sets ``t``, ``k``, ``ell``, ``code`` and ``served``."""
    return Explorer(SCENE, **start)
