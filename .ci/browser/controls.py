"""Move every control of a lesson until a picture follows, and put it back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from selenium.common.exceptions import WebDriverException

from .chrome import Browser
from .keyboard import walk, watched
from .turns import Turns

REACTION = 3000  # ms that a control has to change a picture
BY_KEYS = {"slider", "dropdown", "checkbox", "text", "handle", "roving", "press"}  # the last three in explorables
SLIDES = {"slider", "handle", "roving"}
Move = tuple[str, Any]  # (how, what) as page.js has them


def _keys(control: dict[str, Any]) -> list[list[str]]:
    """What to press on a control that has the focus: a step, and the step back."""
    match control["kind"]:
        case "slider" | "handle" | "roving":
            return [["ArrowRight"], ["ArrowLeft"]]
        case "press":
            return [["Enter"]]
        case "dropdown":
            last = control["at"] == control["options"] - 1
            return [["ArrowUp"], ["ArrowDown"]] if last else [["ArrowDown"], ["ArrowUp"]]
        case "checkbox":
            return [[" "], [" "]]
        case "text" if control["value"]:
            return [["End", "Backspace", "Enter"], ["End", control["value"][-1:], "Enter"]]
        case "text" if control["example"]:
            return [[*control["example"], "Enter"]]
    return []


def _ways(control: dict[str, Any], every: bool) -> tuple[list[Move], Move | None]:
    """Further moves without keys, and the one that undoes them; *every*: all options of a choice."""
    value, element = control["value"], control["element"]
    match control["kind"]:
        case "range":
            low, high = (element.get_attribute(end) or default for end, default in (("min", "0"), ("max", "100")))
            return [("write", high), ("write", low)], ("write", value)
        case "dropdown":
            others = [i for i in range(control["options"]) if i != control["at"]]
            return [("select", i) for i in others] if every else [], ("select", control["at"])
        case "number":
            step = element.get_attribute("step") or "1"
            return [("write", f"{float(value) + float(step if step != 'any' else 1):g}")], ("write", value)
        case "slider" | "checkbox" | "text" | "handle" | "roving" | "press":
            return [], None
    return [("click", None)], None


@dataclass
class Row:
    """What one control did: which pictures and words followed, after how many ms, and what is wrong with it."""

    kind: str
    label: str
    ms: list[float] = field(default_factory=list)
    pictures: set[int] = field(default_factory=set)
    words: set[int] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def move_all(browser: Browser, every: bool, turns: Turns) -> list[Row]:
    """One row for each control that the page shows: reached by Tab, moved by keys, put back."""
    rows: list[Row] = []
    found = browser.page("controls()")
    for cell in sorted({control["cell"] for control in found}):
        here = [control for control in found if control["cell"] == cell]
        reached = []
        for control in walk(browser, cell, here):
            turns.rest()
            if control is None:
                rows.append(Row("cell", str(cell), problems=["holds the focus: Tab never leaves it"]))
                break
            reached.append(control)
            rows.append(_row(browser, control, every))
            _restart(browser, cell, here)
        for control in here:
            if control not in reached:
                rows.append(_row(browser, control, every))
                rows[-1].problems.append("cannot be reached by Tab")
    return rows


def _restart(browser: Browser, cell: int, controls: list[dict[str, Any]]) -> None:
    """Explorables of *cell* as at first; *controls* that went away meanwhile get the element that came back."""
    fresh = browser.page("restart(args[0])", cell)
    there = [row["element"] for row in fresh]
    for control in controls:
        if fresh and control["element"] not in there:
            names = (control["kind"], control["label"])
            control["element"] = next((r["element"] for r in fresh if (r["kind"], r["label"]) == names), None)


def _row(browser: Browser, control: dict[str, Any], every: bool) -> Row:
    row = Row(control["kind"], control["label"])
    try:
        if name := control["element"].accessible_name:
            row.label = name
        else:
            row.problems.append("has no name that a screen reader can read")
        browser.page("focus(args[0])", control["element"])
        _move(browser, row, control, every)
    except WebDriverException as error:
        row.problems.append(f"could not be moved: {str(error).splitlines()[0][:200]}")
    return row


def slider_times(browser: Browser) -> list[float]:
    """Ms from each slider's step there and back to the picture."""
    sliders = [control["element"] for control in browser.page("controls()") if control["kind"] == "slider"]
    steps = [(slider, key) for slider in sliders for key in ("ArrowRight", "ArrowLeft")]
    moved = [browser.page(f"move(args[0], 'keys', args[1], {REACTION})", slider, [key]) for slider, key in steps]
    return [seen["ms"] for seen in moved if seen["pictures"]]


def _move(browser: Browser, row: Row, control: dict[str, Any], every: bool) -> None:
    for keys in _keys(control):
        _look(browser, row, lambda keys=keys: watched(browser, keys, REACTION))
    if row.kind in BY_KEYS and not row.ms:
        for keys in (["Home"], ["End"]) if row.kind in SLIDES else ():
            _look(browser, row, lambda keys=keys: watched(browser, keys, REACTION))
        if not row.ms:
            row.problems.append("changed no picture, moved by keys")
    moves, back = _ways(control, every)
    for how, what in moves:
        ask = f"move(args[0], '{how}', args[1], {REACTION})"
        seen = _look(browser, row, lambda ask=ask, what=what: browser.page(ask, control["element"], what))
        if row.kind == "dropdown" and not seen:
            row.problems.append(f"option {what} changed no picture")
    if moves and not row.ms and row.kind not in {"dropdown", "button"}:
        row.problems.append("changed no picture")
    if moves and back:
        browser.page(f"move(args[0], '{back[0]}', args[1], 1000)", control["element"], back[1])


def _look(browser: Browser, row: Row, step: Callable[[], dict[str, Any]]) -> bool:
    """Take *step*, write down what followed; did a picture?"""
    before, seen = browser.page("alerts()"), step()
    if seen["pictures"]:
        row.ms.append(seen["ms"])
        row.pictures.update(seen["pictures"])
        row.words.update(seen.get("words", ()))
    for line in set(browser.page("alerts()")) - set(before):
        (row.problems if "has a fault" in line else row.notes).append(f"led to: {line[:200]}")
    return bool(seen["pictures"])
