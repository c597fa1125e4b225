"""What does it buy to code several signs at once?

A coin that shows heads with probability p; words for blocks of n tosses. Left, bits a toss over n, between the entropy
H and H + 1/n. Right, what is above the entropy, on a scale where each line is a tenth: the bound falls, the excess need
not. All rates are exact fractions.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from polyquant.prefix import entropy
from polyquant.prefix.insight import block_rates

from ._explorer import Explorer
from ._scene import Scene, control
from ._theme import ACCENT, INK, MUTED, SHADE, SIGNAL, dress

LONGEST = 9
SIZES = range(1, LONGEST + 1)
FLOOR = 1e-6  # an excess below is drawn as none


@dataclass(frozen=True)
class Params:
    p: float = control(0.9, 0.5, 0.99, 0.01, "chance of heads, p")
    n: int = control(3, 1, LONGEST, 1, "tosses in a block, n", play=True)


@dataclass(frozen=True, eq=False)
class Frame:
    p: float
    n: int
    rates: tuple[Fraction, ...]  # bits a toss for blocks of 1 to 9
    entropy: float

    @property
    def excess(self) -> list[float]:
        return [max(0.0, float(rate) - self.entropy) for rate in self.rates]

    @property
    def worse(self) -> list[int]:
        """Block lengths that cost more than the one before."""
        return [n for n in SIZES[1:] if self.rates[n - 1] > self.rates[n - 2]]


def compute(params: Params) -> Frame:
    heads = round(100 * params.p)
    return Frame(params.p, params.n, _rates(heads), entropy([heads / 100, 1 - heads / 100]))


@lru_cache(maxsize=64)
def _rates(heads: int) -> tuple[Fraction, ...]:
    return block_rates([heads, 100 - heads], LONGEST)


def draw(frame: Frame) -> go.Figure:
    titles = ["bits a toss", "above the entropy"]
    figure = make_subplots(1, 2, subplot_titles=titles, horizontal_spacing=0.12)
    band = {"mode": "lines", "fill": "toself", "fillcolor": SHADE, "line": {"width": 1, "color": MUTED}}
    figure.add_scatter(name="between H and H + 1/n", hoverinfo="skip", **band)
    figure.add_scatter(name="entropy H", mode="lines", line={"color": INK, "width": 2, "dash": "dash"})
    line = {"mode": "lines+markers", "line": {"color": SIGNAL, "width": 2.5}, "marker": {"size": 8}}
    figure.add_scatter(name="Huffman's words for blocks", hovertemplate="n = %{x}: %{y:.5f}<extra></extra>", **line)
    mark = {"color": ACCENT, "size": 14, "symbol": "diamond"}
    figure.add_scatter(name="this n", mode="markers", marker=mark, hoverinfo="skip")
    look = {"color": MUTED, "width": 2, "dash": "dot"}
    figure.add_scatter(row=1, col=2, name="bound 1/n", mode="lines", line=look, x=[*SIZES], y=[1 / n for n in SIZES])
    figure.add_scatter(row=1, col=2, showlegend=False, hovertemplate="n = %{x}: %{y:.5f}<extra></extra>", **line)
    figure.add_scatter(row=1, col=2, mode="markers", marker=mark, showlegend=False, hoverinfo="skip")
    dress(figure, height=430, margin={"t": 108}, legend_y=1.1)
    words = [f"{n}<br>{2**n}" for n in SIZES]
    figure.update_xaxes(title_text="tosses in a block n, and words 2<sup>n</sup>", tickvals=[*SIZES], ticktext=words)
    figure.update_xaxes(range=[0.7, LONGEST + 0.3], showgrid=False)
    figure.update_yaxes(title_text="bits a toss", row=1, col=1)
    figure.update_yaxes(title_text="bits a toss above H", type="log", range=[-5, 0.2], row=1, col=2)
    texts = ["1", "0.1", "0.01", "0.001", "0.0001", "0.00001"]
    figure.layout.yaxis2.update(tickvals=[10.0**-i for i in range(6)], ticktext=texts)
    redraw(figure, frame)
    return figure


def redraw(figure: go.Figure, frame: Frame) -> None:
    band, floor, rates, here, _, excess, now = figure.data
    h, sizes = frame.entropy, [*SIZES]
    band.x, band.y = sizes + sizes[::-1], [h + 1 / n for n in sizes] + [h] * len(sizes)
    floor.x, floor.y = [0.7, LONGEST + 0.3], [h, h]
    rates.x, rates.y = sizes, [float(rate) for rate in frame.rates]
    here.x, here.y = [frame.n], [float(frame.rates[frame.n - 1])]
    excess.x, excess.y = sizes, [e if e > FLOOR else None for e in frame.excess]
    mine = frame.excess[frame.n - 1]
    now.x, now.y = ([frame.n], [mine]) if mine > FLOOR else ([], [])
    top = max(1.0, h + 0.35)
    figure.layout.yaxis.range = [max(0.0, h - 0.06), top + 0.04]
    figure.layout.title.text = _verdict(frame)


def _verdict(frame: Frame) -> str:
    rate = float(frame.rates[frame.n - 1])
    return f"p = {frame.p:.2f}, blocks of {frame.n}: {rate:.5f} bits a toss, entropy {frame.entropy:.5f}"


def describe(frame: Frame) -> str:
    n, rate = frame.n, frame.rates[frame.n - 1]
    digits = len(str(rate.denominator))
    exact = f"exactly {rate}" if digits < 7 else f"a fraction with {digits} digits below the line"
    worse = ", ".join(map(str, frame.worse))
    turn = f"A longer block costs more than the one before it at n = {worse}" if worse else "Here longer is never worse"
    return (
        f"{_verdict(frame)} ({exact}), {frame.excess[n - 1]:.5f} above; the bound allows {1 / n:.3f}. "
        f"The code has {2**n} words. {turn}."
    )


SCENE = Scene(Params, compute, draw, redraw, describe)


def explore(**start: float) -> Explorer:
    """The live figure; *start* sets ``p`` and ``n``."""
    return Explorer(SCENE, **start)
