"""How do k shares become the secret, and why must the longest go first?

A row for each share, as many cells as it has bits. Each step takes one share out and divides the differences of the
others to it; a division by x^v eats v bits. What is left in the end must cover the secret.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

from polyquant._random import repeatable
from polyquant.algebra import gf2x
from polyquant.sharing import Dealer
from polyquant.sharing.points import point_code
from polyquant.sharing.recovery import Live, peel_round

from ._cells import BLUE, GREEN, GREY, cells, digits
from ._explorer import Explorer
from ._scene import Scene, choice, control, switch
from ._theme import ACCENT, ACCENT_INK, INK, MUTED, PAPER, WARNING, dress

SETS = ("1 12 13 20", "4 5 6 7", "2 5 11 20", "1 2 3 4")
# Nothing, eaten, then 0 and 1: of a share on its way, of one taken out, of the secret.
EATEN, ALIVE, TAKEN, SECRET = 1, 2, 4, 6
COLOURS = (PAPER, "#f3f3f3", *BLUE, *GREY, *GREEN)


@dataclass(frozen=True)
class Params:
    step: int = control(1, 0, 3, 1, "steps done", hint="at most k-1")
    k: int = control(3, 2, 4, 1, "threshold k")
    ell: int = control(4, 1, 8, 1, "bits of the secret")
    parties: str = choice(SETS[0], SETS, "parties, the first k of")
    shortest: bool = switch(False, "take the shortest first")


@dataclass(frozen=True, eq=False)
class Row:
    t: int
    whole: int  # bits of the share
    eaten: list[int]  # by each step
    precision: int  # what is left; 0 or less: nothing
    bits: str
    taken: int  # in which step it was taken out, 0 if it is still on its way


@dataclass(frozen=True, eq=False)
class Frame:
    step: int
    k: int
    ell: int
    shortest: bool
    secret: str
    rows: list[Row]

    @property
    def last(self) -> Row | None:
        """The one share that is left in the end."""
        return next(row for row in self.rows if not row.taken) if self.step == self.k - 1 else None


def compute(params: Params) -> Frame:
    k, ell, code = params.k, params.ell, point_code("gamma")
    step = min(params.step, k - 1)
    coins = repeatable(b"peeling")
    secret = int.from_bytes(coins(1), "little") >> 8 - ell | 1
    dealer = Dealer(secret, k, ell=ell, code=code, entropy=coins)
    shares = [dealer.share(int(t)) for t in params.parties.split()[:k]]
    live = [Live(share.bits, share.t, code.point(share.t), share.value) for share in shares]
    rows = {share.t: Row(share.t, share.bits, [], share.bits, "", 0) for share in shares}
    states = {entry.t: entry for entry in live}
    taken: dict[int, int] = {}
    eaten: dict[int, list[int]] = {t: [] for t in rows}
    for i in range(1, step + 1):
        rest = _shortest_first(live) if params.shortest else peel_round(live)
        for entry in rest:
            eaten[entry.t].append(states[entry.t].precision - entry.precision)
        taken |= {entry.t: i for entry in live if entry.t not in {other.t for other in rest}}
        live = rest
        states |= {entry.t: entry for entry in live}
    done = [_row(rows[t].whole, eaten[t], states[t], taken.get(t, 0)) for t in rows]
    return Frame(step, k, ell, params.shortest, digits(secret, ell), done)


def _row(whole: int, eaten: list[int], state: Live, taken: int) -> Row:
    return Row(state.t, whole, eaten, state.precision, digits(state.value, state.precision), taken)


def _shortest_first(live: list[Live]) -> list[Live]:
    """As peeling, but the share of least precision is taken out, and drags the others down to what it knows."""
    taken = min(live, key=lambda entry: (entry.precision, entry.t))
    return [_divide(entry, taken) for entry in live if entry is not taken]


def _divide(entry: Live, taken: Live) -> Live:
    difference = entry.point ^ taken.point
    v = gf2x.valuation(difference)
    precision = min(entry.precision, taken.precision) - v
    if precision <= 0:
        return Live(precision, entry.t, entry.point, 0)
    rest = ((entry.value ^ taken.value) >> v) & ((1 << precision) - 1)
    return Live(precision, entry.t, entry.point, gf2x.divide_low(rest, difference >> v, precision))


def draw(frame: Frame) -> go.Figure:
    figure = go.Figure()
    cells(figure, COLOURS, ygap=10)
    figure.add_scatter(mode="text", textposition="middle right", hoverinfo="skip", textfont={"size": 13})
    figure.add_scatter(mode="lines", line={"color": ACCENT, "width": 3, "dash": "dash"}, hoverinfo="skip")
    figure.add_annotation(yref="paper", y=1, yanchor="bottom", showarrow=False, font_color=ACCENT_INK)
    dress(figure, showlegend=False, margin={"t": 84})
    figure.update_yaxes(title_text="shares")
    figure.update_xaxes(dtick=2)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    grid, notes, goal = figure.data
    rows, n = frame.rows, len(frame.rows)
    width = max(row.whole for row in rows)
    grid.z = [[_kind(row, i, frame) for i in range(width)] for row in rows]
    grid.text = [list(row.bits.ljust(row.whole, "·").ljust(width)) for row in rows]
    grid.x, grid.y = list(range(width)), list(range(n))
    notes.x, notes.y = [row.whole - 0.3 for row in rows], list(range(n))
    notes.text = [_note(row) for row in rows]
    notes.textfont.color = [MUTED if row.taken else INK if row.precision >= frame.ell else WARNING for row in rows]
    goal.x, goal.y = [frame.ell - 0.5] * 2, [-0.6, n - 0.4]
    figure.layout.annotations[0].update(x=frame.ell - 0.5, text=f"the secret: {frame.ell} bits")
    figure.layout.xaxis.range = [-0.7, width + 9]
    names = [f"share {row.t}" for row in rows]
    figure.layout.yaxis.update(range=[n - 0.4, -0.6], tickvals=list(range(n)), ticktext=names)
    figure.layout.height = 180 + 56 * n
    figure.layout.title.text = _verdict(frame)


def _kind(row: Row, i: int, frame: Frame) -> int:
    if i >= len(row.bits):
        return EATEN if i < row.whole else 0
    final = row is frame.last and row.precision >= frame.ell and i < frame.ell
    return (TAKEN if row.taken else SECRET if final else ALIVE) + int(row.bits[i])


def _note(row: Row) -> str:
    sum_ = "".join(f" - {v}" for v in row.eaten)
    left = f"{row.whole}{sum_} = {row.precision} bits" if row.eaten else f"{row.whole} bits"
    return f"{left}, out in step {row.taken}" if row.taken else left


def _verdict(frame: Frame) -> str:
    last = frame.last
    if last and last.precision < frame.ell:
        return f"Shortest first: {last.precision} bits are left where {frame.ell} are needed. The secret is lost"
    if last:
        rest = last.precision - frame.ell
        return f"Done: {frame.secret} is the secret" + (f", and {rest} more bits had to be 0" if rest else "")
    if frame.step == 0:
        return f"{frame.k} shares; {'the shortest' if frame.shortest else 'the longest'} will be taken out first"
    out = next(row.t for row in frame.rows if row.taken == frame.step)
    return f"Step {frame.step} of {frame.k - 1}: share {out} is out, the others are divided by their distance to it"


def describe(frame: Frame) -> str:
    left = "; ".join(f"share {row.t}: {_note(row)}" for row in frame.rows)
    order = "shortest" if frame.shortest else "longest"
    return f"After {frame.step} of {frame.k - 1} steps, the {order} first: {left}. {_verdict(frame)}."


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: int | str | bool) -> Explorer:
    """The live figure; *start* sets ``step``, ``k``, ``ell``, ``parties`` and ``shortest``."""
    return Explorer(SCENE, **start)
