"""Some shares are wrong. What do recover and recover_robust make of it?

A row of bits for each share, what is damaged in red. The wrong shares are random, or come from one curve of their own:
a second dealing, with a secret of the liars' choice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import plotly.graph_objects as go

from polyquant._random import repeatable
from polyquant.algebra import gf2x
from polyquant.errors import InconsistentSharesError
from polyquant.sharing import Dealer, Share, checked_bits, recover, recover_robust
from polyquant.sharing.points import point_code

from ._cells import BLUE, RED, cells, digits
from ._explorer import Explorer
from ._scene import Scene, control, switch
from ._theme import ACCENT, INK, PAPER, WARNING, dress

SECRET, LIE = ord("K"), ord("Q")
ELL = 8
CODE = point_code("gamma")
SERIES_BITS = 64
LIARS = (3, 1, 4, 2)  # which parties are wrong, in this order
RIGHT, WRONG = 1, 3
GOOD_TEXT = "#0b5835"  # a darker GOOD, for words
COLOURS = (PAPER, *BLUE, *RED)


@dataclass(frozen=True)
class Params:
    n: int = control(6, 4, 9, 1, "shares n")
    k: int = control(2, 2, 4, 1, "threshold k")
    wrong: int = control(2, 0, len(LIARS), 1, "wrong shares")
    e: int = control(2, 0, 3, 1, "tolerated e", hint="max_errors of recover_robust")
    agree: bool = switch(False, "the liars agree on a secret")


@dataclass(frozen=True, eq=False)
class Row:
    t: int
    bits: str
    damaged: list[int]  # positions
    dropped: bool


@dataclass(frozen=True, eq=False)
class Frame:
    n: int
    k: int
    wrong: int
    e: int
    agree: bool
    rows: list[Row]
    checked: int  # redundant bits of all shares together
    plain: str | None  # what recover gives, None if it refuses
    robust: str | None
    allowed: bool  # 2e <= n - k


def compute(params: Params) -> Frame:
    n, k = params.n, params.k
    coins = repeatable(b"broken shares")
    series = [int.from_bytes(coins(SERIES_BITS // 8), "little") for _ in range(k - 1)]
    true = _deal(SECRET, series, n)
    liars = {t for t in LIARS[: params.wrong] if t <= n}
    lie = _deal(LIE, _moved(series, [t for t in range(n, 0, -1) if t not in liars][: k - 1]), n)
    noise = [int.from_bytes(coins(8), "little") & ((1 << share.bits) - 1) | 1 for share in true]
    got = [
        share if share.t not in liars else other if params.agree else replace(share, value=share.value ^ mask)
        for share, other, mask in zip(true, lie, noise)
    ]
    allowed = 2 * params.e <= n - k
    plain = _try(lambda: (recover(got), ()))
    robust = _try(lambda: recover_robust(got, max_errors=params.e)) if allowed else None
    rows = [_row(share, old, share.t in (robust[1] if robust else ())) for share, old in zip(got, true)]
    letters = [chr(found[0]) if found else None for found in (plain, robust)]
    return Frame(n, k, params.wrong, params.e, params.agree, rows, checked_bits(got), *letters, allowed)


def _deal(secret: int, series: list[int], n: int) -> list[Share]:
    k = len(series) + 1
    dealer = Dealer(secret, k, ell=ELL, code=CODE, series=series, series_bits=SERIES_BITS, set_id=bytes(8))
    return [dealer.share(t) for t in range(1, n + 1)]


def _moved(series: list[int], parties: list[int]) -> list[int]:
    """Coins of the curve that says LIE and passes through the true points of k-1 *parties*."""
    product = [1]  # of (y - P_t), the coefficient of y^0 first
    for t in parties:
        up, down = [0, *product], [gf2x.multiply(c, CODE.point(t)) for c in product] + [0]
        product = [a ^ b for a, b in zip(up, down)]
    return [r ^ gf2x.multiply(c, SECRET ^ LIE) for r, c in zip(series, product)]


def _try(run: Callable[[], tuple[int, tuple[int, ...]]]) -> tuple[int, tuple[int, ...]] | None:
    try:
        return run()
    except InconsistentSharesError:
        return None


def _row(share: Share, true: Share, dropped: bool) -> Row:
    return Row(
        share.t,
        digits(share.value, share.bits),
        [i for i in range(share.bits) if (share.value ^ true.value) >> i & 1],
        dropped,
    )


def draw(frame: Frame) -> go.Figure:
    figure = go.Figure()
    cells(figure, COLOURS, ygap=6)
    figure.add_scatter(mode="text", textposition="middle right", hoverinfo="skip", textfont={"size": 13})
    figure.add_scatter(mode="lines", line={"color": ACCENT, "width": 3}, hoverinfo="skip")
    for _ in range(2):
        figure.add_annotation(xref="paper", yref="paper", x=0, xanchor="left", y=1, align="left", showarrow=False)
    figure.layout.annotations[0].update(yshift=42, font_size=15)
    figure.layout.annotations[1].update(yshift=18, font_size=15)
    dress(figure, showlegend=False, margin={"t": 112})
    figure.update_yaxes(title_text="shares")
    figure.update_xaxes(dtick=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    grid, notes, strike = figure.data
    rows, n = frame.rows, frame.n
    width = max(len(row.bits) for row in rows)
    grid.z = [[_kind(row, i) for i in range(width)] for row in rows]
    grid.text = [list(row.bits.ljust(width)) for row in rows]
    grid.x, grid.y = list(range(width)), list(range(n))
    notes.x, notes.y = [len(row.bits) - 0.3 for row in rows], list(range(n))
    notes.text = [_note(row) for row in rows]
    notes.textfont.color = [WARNING if row.damaged else INK for row in rows]
    out = [(i, len(row.bits)) for i, row in enumerate(rows) if row.dropped]
    strike.x = [x for _, size in out for x in (-0.5, size - 0.5, None)]
    strike.y = [y for i, _ in out for y in (i, i, None)]
    figure.layout.xaxis.range = [-0.7, width + 5]
    figure.layout.yaxis.update(range=[n - 0.4, -0.6], tickvals=list(range(n)))
    figure.layout.yaxis.ticktext = [f"share {row.t}" for row in rows]
    figure.layout.height = 200 + 34 * n
    plain, robust = figure.layout.annotations
    plain.text, plain.font.color = f"recover: {_plain(frame)}", _colour(frame.plain)
    robust.text, robust.font.color = f"recover_robust, e = {frame.e}: {_robust(frame)}", _colour(frame.robust)
    figure.layout.title.text = _verdict(frame)


def _kind(row: Row, i: int) -> int:
    return 0 if i >= len(row.bits) else (WRONG if i in row.damaged else RIGHT) + int(row.bits[i])


def _note(row: Row) -> str:
    words = ["wrong"] * bool(row.damaged) + ["left out"] * row.dropped
    return ", ".join(words)


def _colour(letter: str | None) -> str:
    return INK if letter is None else GOOD_TEXT if letter == chr(SECRET) else WARNING


def _plain(frame: Frame) -> str:
    return "refuses, the shares contradict each other" if frame.plain is None else _letter(frame.plain)


def _letter(letter: str) -> str:
    return f"{letter}, right" if letter == chr(SECRET) else f"{letter}, which is a lie"


def _robust(frame: Frame) -> str:
    if not frame.allowed:
        return f"not allowed, (n - k) / 2 is only {(frame.n - frame.k) / 2:g}"
    if frame.robust is None:
        return f"refuses, more than {frame.e} are wrong"
    out = " ".join(str(row.t) for row in frame.rows if row.dropped)
    return f"{_letter(frame.robust)}, without {out or 'leaving any out'}"


def _verdict(frame: Frame) -> str:
    liars = "and they agree with each other" if frame.agree else "at random"
    many = f"{frame.wrong} of {frame.n} shares wrong" + (f", {liars}" if frame.wrong else "")
    return f"{many}; threshold {frame.k}, {frame.checked} bits to check with"


def describe(frame: Frame) -> str:
    return (
        f"The secret is {chr(SECRET)}, {_verdict(frame)}{'' if frame.wrong or not frame.agree else ' (nobody lies)'}. "
        f"With recover: {_plain(frame)}; with recover_robust and e = {frame.e}: {_robust(frame)}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | bool) -> Explorer:
    """The live figure; *start* sets ``n``, ``k``, ``wrong``, ``e`` and ``agree``."""
    return Explorer(SCENE, **start)
