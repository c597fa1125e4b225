"""A plotly figure that a kernel can change in place."""

import plotly.graph_objects as go

CONFIG = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
}


def live(figure: go.Figure) -> go.FigureWidget:
    """*figure* as a live one: the same traces and layout, trimmed mode bar."""
    widget = go.FigureWidget(figure)
    widget._config = {**widget._config, **CONFIG}
    return widget
