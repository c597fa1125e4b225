"""Rows of bits as coloured cells: what the figures of secret sharing are made of."""

from collections.abc import Sequence

import plotly.graph_objects as go

from polyquant.algebra import gf2x

from ._theme import ACCENT, GOOD, INK, SIGNAL, WARNING

# Pale for 0 and full for 1.
BLUE = ("#cfe3f0", SIGNAL)
ORANGE = ("#f6d9c6", ACCENT)
GREEN = ("#cdebdc", GOOD)
RED = ("#f3ccd5", WARNING)
DARK = ("#d5d5d5", INK)
GREY = ("#e2e2e2", "#8a8a8a")


def cells(figure: go.Figure, colours: Sequence[str], ygap: int = 3) -> None:
    """Add a grid of cells: z is an index into *colours*, text the digits; axes get no lines."""
    n = len(colours)
    scale = [((i + end) / n, colour) for i, colour in enumerate(colours) for end in (0, 1)]
    figure.add_heatmap(colorscale=scale, zmin=-0.5, zmax=n - 0.5, showscale=False, xgap=2, ygap=ygap, hoverinfo="skip")
    figure.data[-1].update(texttemplate="%{text}", textfont={"size": 13})
    figure.update_xaxes(title_text="coefficient of x to the power", showgrid=False, showline=False, ticks="")
    figure.update_yaxes(showgrid=False, showline=False, ticks="")


def digits(value: int, size: int) -> str:
    """The *size* lowest coefficients of a polynomial, x^0 first."""
    return str(gf2x.to_bits(value & ((1 << size) - 1), size)) if size > 0 else ""
