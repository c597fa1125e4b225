"""A plotly figure that a kernel can change in place, light enough to have many on a page.

``go.FigureWidget`` sends 5 MB of JavaScript with every figure. A :class:`LiveFigure` sends a few lines that wait for
the same code from one :class:`Bundle` a kernel, compressed to 1.5 MB. Set ``POLYQUANT_PLAIN_FIGURES=1`` before the
import to have plotly's own way back.
"""

import gzip
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import anywidget
import plotly
import traitlets


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Let imports believe for a moment that module *name* is not installed."""
    absent = {name: None} if name not in sys.modules else {}
    sys.modules.update(absent)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for one in absent:
            del sys.modules[one]


# FigureWidget looks for nbformat, which loads jsonschema, which compiles the grammar of international web addresses:
# more than a second before the first figure, for a check that nobody asks for here.
with _without("rfc3987_syntax"):
    from plotly.graph_objects import FigureWidget

HERE = Path(__file__).parent
CODE = Path(plotly.__file__).parent / "package_data" / "widgetbundle.js"
PLAIN = os.environ.get("POLYQUANT_PLAIN_FIGURES", "") not in ("", "0")
CONFIG = {
    "displaylogo": False,  # a link to another host
    "plotlyServerURL": "",  # and a button that uploads the chart
    "responsive": True,
    "modeBarButtonsToRemove": ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
}


class Bundle(anywidget.AnyWidget):
    """plotly's front-end code, never shown; a page that is reloaded asks the kernel for it again."""

    _esm = HERE / "_bundle.js"
    version = traitlets.Unicode(plotly.__version__).tag(sync=True)
    packed = traitlets.Bytes().tag(sync=True)


_bundle: Bundle | None = None


def bundle() -> Bundle:
    """The one Bundle of this kernel, a new one if somebody closed it."""
    global _bundle
    if _bundle is None or _bundle.comm is None:
        _bundle = Bundle(packed=gzip.compress(CODE.read_bytes(), 6, mtime=0))
    return _bundle


class LiveFigure(FigureWidget):
    """A FigureWidget that shares its code, does not call other hosts, and survives a reload of the page."""

    if not PLAIN:
        _esm = HERE / "_figure.js"
        _last_layout_edit_id = traitlets.Integer(
            0
        )  # plotly counts changes aloud, for reports that _figure.js leaves out
        _last_trace_edit_id = traitlets.Integer(0)
    _bundle_version = traitlets.Unicode(plotly.__version__).tag(sync=True)
    _born = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not PLAIN:
            bundle()
        super().__init__(*args, **kwargs)
        self._config = {**self._config, **CONFIG}
        self._born = True
        self.open()

    def open(self) -> None:
        """Tell the front end of the figure when it is whole.

        A FigureWidget opens first and sends its data after; a page that is busy with another figure may draw between.
        """
        if self._born:
            super().open()

    def _should_send_property(self, key: str, value: Any) -> bool:
        """Plotly follows each change by None; here each change is another already, and a step is one message."""
        quiet = value is None and key.startswith("_py2js_") and not PLAIN
        return not quiet and super()._should_send_property(key, value)

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """The state for the front end; the whole of it shows the figure as it is now, not as it was born."""
        state = super().get_state(key, drop_defaults)
        if key is None and self._born:  # plotly keeps these two as they were when the figure was made
            for name, now in (("_widget_data", self._data), ("_widget_layout", self._layout_obj._props)):
                state[name] = self.trait_metadata(name, "to_json", self._trait_to_json)(deepcopy(now), self)
        return state
