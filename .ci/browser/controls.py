"""Move every control of a lesson until a picture follows, and put it back."""

from dataclasses import dataclass, field
from typing import Any

from selenium.common.exceptions import WebDriverException

from .chrome import Browser
from .turns import Turns

REACTION = 3000  # ms that a control has to change a picture
Move = tuple[str, Any]  # (how, what) as page.js has them


def _ways(control: dict[str, Any], every: bool) -> tuple[list[Move], Move | None]:
    """Moves to try, and the one that undoes them; *every*: all options of a choice."""
    value, element = control["value"], control["element"]
    match control["kind"]:
        case "slider":
            return [("keys", ["ArrowRight"]), ("keys", ["ArrowLeft"]), ("keys", ["Home"]), ("keys", ["End"])], None
        case "range":
            low, high = (element.get_attribute(end) or default for end, default in (("min", "0"), ("max", "100")))
            return [("write", high), ("write", low)], ("write", value)
        case "dropdown":
            others = [i for i in range(control["options"]) if i != element.get_property("selectedIndex")]
            here = ("select", element.get_property("selectedIndex"))
            return [("select", i) for i in (others if every else others[:1])], here
        case "number":
            step = element.get_attribute("step") or "1"
            return [("write", f"{float(value) + float(step if step != 'any' else 1):g}")], ("write", value)
        case "text":
            return [("write", value[:-1]), ("write", value + value[:1])], ("write", value)
        case "checkbox":
            return [("click", None)], ("click", None)
    return [("click", None)], None


@dataclass
class Row:
    """What one control did: which pictures followed, after how many ms, and what is wrong with it."""

    kind: str
    label: str
    ms: list[float] = field(default_factory=list)
    pictures: set[int] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def move_all(browser: Browser, every: bool, turns: Turns) -> list[Row]:
    """One row for each control that the page shows."""
    rows = []
    for control in browser.page("controls()"):
        turns.rest()
        rows.append(row := Row(control["kind"], control["label"]))
        try:
            if name := control["element"].accessible_name:
                row.label = name
            else:
                row.problems.append("has no name that a screen reader can read")
            _move(browser, row, control, every)
        except WebDriverException as error:
            row.problems.append(f"could not be moved: {str(error).splitlines()[0][:200]}")
    return rows


def slider_times(browser: Browser) -> list[float]:
    """Ms from each slider's step there and back to the picture."""
    sliders = [control["element"] for control in browser.page("controls()") if control["kind"] == "slider"]
    steps = [(slider, key) for slider in sliders for key in ("ArrowRight", "ArrowLeft")]
    moved = [browser.page(f"move(args[0], 'keys', args[1], {REACTION})", slider, [key]) for slider, key in steps]
    return [seen["ms"] for seen in moved if seen["pictures"]]


def _move(browser: Browser, row: Row, control: dict[str, Any], every: bool) -> None:
    moves, back = _ways(control, every)
    for i, (how, what) in enumerate(moves):
        if row.kind == "slider" and i > 1 and row.ms:
            break  # a step there and a step back were seen
        before = browser.page("alerts()")
        seen = browser.page(f"move(args[0], '{how}', args[1], {REACTION})", control["element"], what)
        if seen["pictures"]:
            row.ms.append(seen["ms"])
            row.pictures.update(seen["pictures"])
        elif row.kind == "dropdown":
            row.problems.append(f"option {what} changed no picture")
        for line in set(browser.page("alerts()")) - set(before):
            (row.problems if "has a fault" in line else row.notes).append(f"led to: {line[:200]}")
    if not row.ms and row.kind not in {"dropdown", "button"}:
        row.problems.append("changed no picture")
    if back:
        browser.page(f"move(args[0], '{back[0]}', args[1], 1000)", control["element"], back[1])
