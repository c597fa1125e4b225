"""What every scene promises. Tests run :func:`keep` on each; an author may run it on a scene in the making::

    from polyquant_widgets import _contract, my_figure
    _contract.keep(my_figure.SCENE)

Explorers are moved in plain Python; no browser is needed.
"""

import dataclasses
import itertools
import re
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ._explorer import Explorer
from ._picture import picture
from ._scene import Choice, Number, Scene

STEP_BYTES = 100_000  # a slider step must stay light on a slow line
PICTURE_BYTES = 60_000
FOREIGN = ("plotly", "ipywidgets", "matplotlib", "traitlets")


class BrokenPromise(AssertionError):
    """A scene does not do what every scene does; the message says where."""


def promise(kept: object, broken: str) -> None:
    if not kept:
        raise BrokenPromise(broken)


def keep(scene: Scene, corners: int = 16) -> None:
    """Raise BrokenPromise if *scene* breaks a promise at its start, at up to *corners* corners, or inside."""
    frames = possible(scene, corners)
    drawn = [scene.draw(frame) for _, frame in frames]
    for (params, frame), figure in zip(frames, drawn):
        data(frame, f"frame of {params}")
        finite(figure, f"{params}")
        words(scene.describe(frame), f"{params}")
    titled(drawn[0])
    filled(drawn)
    repeatable(scene, frames[0][0], drawn[0])
    redrawn(scene, frames, drawn)
    for (params, frame), figure in (*zip(frames[:1], drawn), *zip(frames[-1:], drawn[-1:])):
        pictured(figure, scene.describe(frame), f"{params}")
    explorer = Explorer(scene)
    for name in scene.controls:
        alive(explorer, name)
    if scene.long:
        works(explorer)


def possible(scene: Scene, corners: int) -> list[tuple[Any, Any]]:
    """Defaults, corners and inside of the box with their frames; a few may be refused by a helpful ValueError."""
    promise(scene.Params.__dataclass_params__.frozen, "Params must be a frozen dataclass")
    tried = [scene.params(), *scene.corners(corners), *scene.inside(6)]
    out, refused = [], []
    for params in tried:
        try:
            out.append((params, scene.compute(params)))
        except ValueError as error:
            refused.append(params)
            promise(len(str(error).split()) >= 4, f"{params} is refused without a reason: {error}")
        except Exception as error:
            raise BrokenPromise(f"{params} cannot be computed, {type(error).__name__}: {error}") from error
    promise(tried[0] not in refused, "the figure cannot start: its default values are refused")
    promise(len(refused) * 2 <= len(tried), f"{len(refused)} of {len(tried)} settings are refused")
    return out


def data(value: Any, place: str) -> None:
    """Frames hold numbers and words, so that they can be computed where nothing can be drawn."""
    home = type(value).__module__.split(".")[0]
    promise(home not in FOREIGN, f"{place} holds a {type(value).__name__} of {home}")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for part in dataclasses.fields(value):
            data(getattr(value, part.name), f"{place}.{part.name}")
    elif isinstance(value, dict):
        for name, part in value.items():
            data(part, f"{place}[{name!r}]")
    elif isinstance(value, list | tuple):
        for part in value:
            data(part, place)


def finite(figure: go.Figure, place: str) -> None:
    """No nan or infinity is drawn; a gap in a line is None."""
    for i, trace in enumerate(figure.data):
        drawn = trace.to_plotly_json()
        for name in ("x", "y", "z", "base", "width", "offset"):
            values = np.asarray(drawn.get(name) if drawn.get(name) is not None else ())
            numbers = values if values.dtype.kind == "f" else [v for v in values.flat if isinstance(v, float)]
            whole = np.isfinite(numbers).all()
            promise(whole, f"trace {i} ({trace.name or trace.type}) draws a {name} that is not finite at {place}")


def titled(figure: go.Figure) -> None:
    """Every axis that a reader sees says what it counts."""
    traces = [trace.to_plotly_json() for trace in figure.data]
    for name in sorted({trace.get(f"{way}axis") or way for trace in traces for way in "xy"}):
        axis = figure.layout[name[0] + "axis" + name[1:]]
        shown = axis.visible is not False and axis.showticklabels is not False
        promise(not shown or axis.title.text, f"axis {name} has no title")


def filled(drawn: list[go.Figure]) -> None:
    """Every trace shows something somewhere: one that never does was forgotten by redraw."""
    for i, trace in enumerate(drawn[0].data):
        for name in ("z",) if trace.type == "heatmap" else ("x", "y"):
            some = any(figure.data[i][name] is not None and len(figure.data[i][name]) for figure in drawn)
            promise(some, f"trace {i} ({trace.name or trace.type}) never gets any {name}")


def words(sentence: str, place: str) -> None:
    """One to three sentences, the last one ended."""
    promise(sentence and sentence == sentence.strip(), f"no sentence at {place}")
    count = len(re.findall(r"[.!?](?=\s|$)", sentence))
    promise(1 <= count <= 3, f"{count} sentences at {place}: {sentence}")
    promise(sentence[-1] in ".!?", f"the last sentence does not end at {place}: {sentence}")


def repeatable(scene: Scene, params: Any, drawn: go.Figure) -> None:
    """The same settings give the same picture: a saved lesson must not change when it is run again."""
    same(drawn, scene.draw(scene.compute(params)), "computed again")


def redrawn(scene: Scene, frames: list[tuple[Any, Any]], drawn: list[go.Figure]) -> None:
    """Redrawing in place ends where drawing afresh would, from every frame to the next."""
    figure = scene.draw(frames[-1][1])
    for (params, frame), fresh in zip(frames, drawn):
        with figure.batch_update():  # as in an explorer: what is assigned cannot be read back yet
            scene.redraw(figure, frame)
        same(figure, fresh, f"redrawn to {params}")


def same(one: go.Figure, other: go.Figure, place: str) -> None:
    if one != other:
        places = list(_differences(one.to_plotly_json(), other.to_plotly_json(), ""))
        promise(not places, f"{place}: differs in {', '.join(places[:5])}")


def _differences(one: Any, other: Any, place: str) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from _differences(one.get(name), other.get(name), f"{place}.{name}")
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        for i, (a, b) in enumerate(zip(one, other)):
            yield from _differences(a, b, f"{place}[{i}]")
    elif not np.array_equal(np.asarray(one, dtype=object), np.asarray(other, dtype=object)):
        yield place.lstrip(".")


def pictured(figure: go.Figure, sentence: str, place: str) -> None:
    """A picture for readers without a kernel, small enough for a notebook."""
    png = picture(figure, sentence)
    promise(png.startswith(b"\x89PNG"), f"no picture at {place}")
    promise(len(png) <= PICTURE_BYTES, f"the picture takes {len(png)} bytes at {place}")


def alive(explorer: Explorer, name: str) -> None:
    """Moving control *name* changes picture and sentence, sends little, and moving it back restores both."""
    control, start = explorer.scene.controls[name], explorer.controls[name].value
    others = [v for v in control.corners() if v != start]
    if isinstance(control, Number) and not control.log:
        others += [v for v in (start + control.step, start - control.step) if control.low <= v <= control.high]
    both = False
    for value in others:
        if both and not isinstance(control, Choice):
            return
        before = _shown(explorer)
        _move(explorer, name, value)
        after, refused = _shown(explorer), bool(explorer.problem.text)
        picture_moved, words_moved = bool(list(_differences(before[0], after[0], ""))), before[1] != after[1]
        both |= picture_moved and words_moved
        promise(picture_moved or words_moved or refused, f"{name} = {value!r} changes nothing")
        _move(explorer, name, start)
        places = list(_differences(before[0], _shown(explorer)[0], ""))
        promise(not places, f"{name} back at {start!r}: the picture is another in {', '.join(places[:5])}")
    promise(both, f"control {name} does not change both picture and sentence, at {others}")


def works(explorer: Explorer, most: int = 3) -> None:
    """The first steps of a long computation come forward and change the picture; a control's move forgets them."""
    steps, share, before = explorer._long_steps(), 0.0, _shown(explorer)
    for now in itertools.islice(steps, most):
        promise(share < now <= 1, f"the long computation went from {share} to {now}")
        share = now
    steps.close()
    promise(not explorer.fault and not explorer.problem.text, f"the long computation: {explorer.problem.text}")
    promise(share > 0, "the long computation has no steps")
    finite(explorer.figure, "a step of the long computation")
    promise(list(_differences(before[0], _shown(explorer)[0], "")), "the long computation changes nothing")


def _move(explorer: Explorer, name: str, value: Any) -> None:
    sent: list[int] = []

    def count(change: Any) -> None:
        sent.append(_bytes(change.new))

    explorer.figure.observe(count, "_py2js_update")
    explorer.controls[name].value = value
    explorer.figure.unobserve(count, "_py2js_update")
    promise(not explorer.fault, f"{name} = {value!r}: {explorer.problem.text}")
    promise(sum(sent) <= STEP_BYTES, f"{name} = {value!r} sends {sum(sent)} bytes")


def _shown(explorer: Explorer) -> tuple[Any, str]:
    whole = explorer.figure.to_plotly_json()
    return {"data": whole["data"], "layout": whole["layout"]}, explorer.caption.text


def _bytes(message: Any) -> int:
    """About how many bytes *message* takes on the line."""
    if isinstance(message, dict):
        return sum(len(name) + 4 + _bytes(value) for name, value in message.items())
    if isinstance(message, list | tuple):
        return sum(2 + _bytes(value) for value in message)
    if isinstance(message, np.ndarray) and message.dtype != object:
        return message.nbytes
    if isinstance(message, np.ndarray):
        return sum(2 + _bytes(value) for value in message.flat)
    return len(str(message))
