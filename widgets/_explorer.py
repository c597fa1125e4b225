"""Sliders for a scene: the only module that turns controls into widgets.

A step is: read the controls, compute, redraw in place, write the sentence. What goes wrong in a step is shown in a line
under the controls, because the front end swallows exceptions of callbacks and the slider would merely seem dead.
The front end holds back further values of a control until the kernel has finished with the last one, so a slow
compute skips positions of a slider instead of queueing them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as ipw
import traitlets

from ._figure import LiveFigure
from ._job import Job
from ._picture import picture
from ._scene import Choice, Control, Number, Scene, Switch, Text

HERE = Path(__file__).parent
VIEW = "application/vnd.jupyter.widget-view+json"


class Line(anywidget.AnyWidget):
    """A line of words that a screen reader announces; the one with role "status" names its neighbours too."""

    _esm = HERE / "_line.js"
    _css = HERE / "_explorer.css"
    text = traitlets.Unicode().tag(sync=True)
    role = traitlets.Enum(["status", "alert"], "status").tag(sync=True)


class Explorer(ipw.VBox):
    """A live figure with its controls.

    Parameters
    ----------
    scene : Scene
    **start
        Values of parameters to start from instead of the defaults.

    Attributes
    ----------
    controls : dict of str to ipywidgets.Widget
        The widget of each parameter; set ``.value`` to move it.
    figure : plotly.graph_objects.FigureWidget
    caption, problem : Line
        ``.text`` is what the picture shows, in words, and why the last settings were impossible.
    job : Job or None
        Button, bar and stop of the scene's long computation.
    fault : Exception or None
        What went wrong in the last step, if it was not a ValueError.
    """

    def __init__(self, scene: Scene, **start: Any) -> None:
        params = scene.params(**start)
        frame = scene.compute(params)
        self.scene, self.frame, self.fault = scene, frame, None
        self.figure = LiveFigure(scene.draw(frame))
        self.caption = Line(text=scene.describe(frame), role="status")
        self.problem = Line(role="alert")
        self.controls = {name: _widget(control, getattr(params, name)) for name, control in scene.controls.items()}
        for widget in self.controls.values():
            widget.observe(self._step, "value")
        box = ipw.Box([_played(widget, scene.controls[name]) for name, widget in self.controls.items()])
        box.add_class("pq-controls")
        self.job = Job(scene.long.label, self._long_steps, scene.long.hint) if scene.long else None
        super().__init__([box, *([self.job] if self.job else []), self.problem, self.figure, self.caption])
        self.add_class("pq-explorer")

    def _step(self, change: Any = None) -> None:
        """Bring picture and sentence in line with the controls, or say why that is impossible."""
        if self.job:
            self.job.halt()
        with self._told():
            self._show(self.scene.compute(self._params()))

    def _long_steps(self) -> Iterator[float]:
        """The scene's long computation, shown as it goes on."""
        with self._told():
            for share, frame in self.scene.long.steps(self._params(), self.frame):
                self._show(frame)
                yield share

    def _show(self, frame: Any) -> None:
        sentence = self.scene.describe(frame)
        with self.figure.batch_update():
            self.scene.redraw(self.figure, frame)
        self.frame, self.caption.text, self.problem.text = frame, sentence, ""

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Exceptions of the body become a line under the controls."""
        self.fault = None
        try:
            yield
        except ValueError as error:
            reason = str(error).rstrip(".")
            self.problem.text = f"{reason}. The picture still shows the last settings that were possible."
        except Exception as error:
            self.fault = error
            self.problem.text = f"This figure has a fault, {type(error).__name__}: {error}"
            if os.environ.get("POLYQUANT_RAISE"):  # for whoever writes a scene: the traceback, in the log of the page
                raise

    def _params(self) -> Any:
        """What the controls say; complaints use the labels that a reader sees."""
        checked = {n: c.check(c.label, self.controls[n].value) for n, c in self.scene.controls.items()}
        return self.scene.Params(**checked)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live view, and for readers without a kernel a picture and the sentence."""
        alt = self.caption.text
        data = {"text/plain": alt, "image/png": picture(self.figure, alt)}
        data[VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return data, {"image/png": {"alt": alt}}


def _widget(control: Control, value: Any) -> ipw.Widget:
    """The widget for *control*, at *value*."""
    names = {"description": control.label, "tooltip": control.hint or control.label}
    wide = {"style": {"description_width": "initial"}}
    match control:
        case Switch():
            return ipw.Checkbox(value, indent=False, **names)
        case Choice():
            return ipw.Dropdown(options=control.options, value=value, **names, **wide)
        case Text():
            return ipw.Text(value, continuous_update=False, **names, **wide)
        case Number(log=True):
            positions = [(_short(v), v) for v in control.grid(value)]
            return ipw.SelectionSlider(options=positions, value=value, **names, **wide)
        case Number():
            kind = ipw.IntSlider if control.whole else ipw.FloatSlider
            shape = {} if control.whole else {"readout_format": _digits(control.step)}
            span = {"min": control.low, "max": control.high, "step": control.step}
            return kind(value, **span, **shape, **names, **wide)
    raise TypeError(f"no widget for a control of type {type(control).__name__}")


def _played(widget: ipw.Widget, control: Control) -> ipw.Widget:
    """*widget*, with buttons before it that move it if the *control* is to be played."""
    if not (isinstance(control, Number) and control.play):
        return widget
    play = ipw.Play(widget.value, min=widget.min, max=widget.max, step=widget.step, interval=600, show_repeat=False)
    ipw.jslink((play, "value"), (widget, "value"))  # in the page: the slider tells the kernel, as if it were dragged
    row = ipw.HBox([play, widget])
    row.add_class("pq-played")
    return row


def _short(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _digits(step: float) -> str:
    """The number format with as many decimals as *step* needs."""
    decimals = f"{step:.6f}".rstrip("0")
    return f".{len(decimals) - decimals.index('.') - 1}f"
