"""One lesson: open it, look, run it, move every control, and say what is wrong."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .chrome import Browser, Traffic
from .controls import Row, move_all, slider_times
from .lab import Lab
from .turns import Turns

PATIENCE = 180  # seconds, to open and to run all
SLIDERS = {"slider", "range"}


@dataclass
class Bars:
    """What a lesson may cost: ms from slider to picture (median), MB from the kernel, seconds to run and to see."""

    latency: float = 150
    megabytes: float = 8
    run: float = 30
    first: float = 20


@dataclass(frozen=True)
class Look:
    """How to look at a lesson: *shots* go to *out*, if wanted; *every* option of every choice, or one of each."""

    bars: Bars
    out: Path
    every: bool = True
    shots: bool = True

    def shot(self, browser: Browser, name: str, tall: bool = False) -> None:
        """A picture for whoever looks at it later; a tall one lays out the whole page twice."""
        if self.shots:
            self.out.mkdir(parents=True, exist_ok=True)
            browser.shot(self.out / name, tall)


@dataclass
class Report:
    """What was seen; a lesson passes when ``problems`` is empty."""

    lesson: str
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    controls: list[Row] = field(default_factory=list)
    measures: dict[str, float | None] = field(default_factory=dict)


def check(browser: Browser, lab: Lab, notebook: Path, look: Look, turns: Turns) -> Report:
    """Report on *notebook*, a path in the lab's root; *turns* are shared with whoever looks at others meanwhile."""
    report = Report(str(notebook))
    with turns:
        _check(browser, lab, notebook, report, look, turns)
    return report


def _check(browser: Browser, lab: Lab, notebook: Path, report: Report, look: Look, turns: Turns) -> None:
    traffic, start = Traffic(), time.monotonic()
    browser.open(lab.url(notebook))
    if (state := browser.wait("state()", "idle", PATIENCE)) != "idle":
        report.problems.append(f"the notebook did not get ready: {state}")
        return
    report.measures["open_s"] = round(time.monotonic() - start, 1)
    _look_before(browser, report, look)
    _run(browser, report, look.bars)
    look.shot(browser, "page.png", tall=True)
    report.controls = move_all(browser, look.every, turns)
    for row in report.controls:
        report.problems += [f"{row.kind} '{row.label}' {what}" for what in row.problems]
        report.notes += [f"{row.kind} '{row.label}' {what}" for what in row.notes]
    said = set().union(*(row.words for row in report.controls))
    report.problems += [
        f"picture {i} follows its controls, its words do not"
        for i in sorted(set().union(*(row.pictures for row in report.controls)) - said)
    ]
    look.shot(browser, "after.png")
    _time_sliders(browser, report, look.bars, turns)
    _look_after(browser, report)
    browser.count(traffic)
    _weigh(report, traffic, look.bars)
    report.problems += [f"console: {line}" for line in browser.complaints()]
    lab.stop_kernels(notebook)
    browser.leave()


def _look_before(browser: Browser, report: Report, look: Look) -> None:
    """What a reader sees who has not run anything yet."""
    time.sleep(1)
    browser.page("still(500, 10000)")
    look.shot(browser, "before.png", tall=True)
    report.problems += [f"broken before running: {words}" for words in browser.page("broken()")]
    report.problems += [f"nothing to see before running: {head}" for head in browser.page("silent()")]


def _run(browser: Browser, report: Report, bars: Bars) -> None:
    start, seen = time.monotonic(), report.measures
    browser.page("run()")
    if not browser.wait("done()", True, PATIENCE):
        report.problems.append(f"cells still running after {PATIENCE} s")
    seen["run_s"] = round(time.monotonic() - start, 1)
    browser.page("still(1500, 60000)")
    if first := browser.page("firstPicture()"):
        seen["first_picture_s"] = round(seen["open_s"] + first / 1000, 1)  # a reader opens, and runs at once
    seen["pictures"] = len(browser.page("pictures()"))
    for name, what, bar in (
        ("run_s", "all cells take", bars.run),
        ("first_picture_s", "the first picture takes", bars.first),
    ):
        if seen.get(name, 0) > bar:
            report.problems.append(f"{what} {seen[name]} s, over {bar:g}")
    _cells(browser, report)


def _cells(browser: Browser, report: Report) -> None:
    """Errors of cells; one that was told before is not told again."""
    for cell in browser.page("cells()"):
        name = f"cell {cell['index']}"
        said = report.notes if cell["may"] else report.problems
        said += [line for error in cell["errors"] if (line := f"{name} raised {error}") not in said]
        if not cell["ran"] and (line := f"{name} did not run: {cell['head']}") not in said:
            said.append(line)
        report.notes += [line for e in cell["stderr"] if (line := f"{name} wrote to stderr: {e}") not in report.notes]


def _look_after(browser: Browser, report: Report) -> None:
    _cells(browser, report)  # an error may come with a step of a control
    report.problems += [f"broken output: {words}" for words in browser.page("broken()")]
    report.problems += [f"a picture without words: {which}" for which in browser.page("nameless()")]
    report.problems += [f"words of another picture: {words}" for words in browser.page("stale()")]


def _time_sliders(browser: Browser, report: Report, bars: Bars, turns: Turns) -> None:
    """The median of all sliders; while it is over the bar, taken up to twice more with every other lesson at rest.

    Explorables count for themselves: they never ask the kernel, and would hide the slow ones that do.
    """
    if handles := [ms for row in report.controls if row.kind in {"handle", "roving"} for ms in row.ms]:
        report.measures["explorable_ms"] = quick = round(median(handles))
        if quick > bars.latency:
            report.problems.append(f"handle to picture takes {quick} ms, median of {len(handles)}")
    times = [ms for row in report.controls if row.kind in SLIDERS for ms in row.ms]
    if not times:
        return
    for _ in range(2):
        if median(times) > bars.latency:
            with turns.alone():
                times = min(times, slider_times(browser) or times, key=median)
    report.measures["slider_ms"] = typical = round(median(times))
    if typical > bars.latency:
        report.problems.append(f"slider to picture takes {typical} ms, median of {len(times)}, over {bars.latency:g}")


def _weigh(report: Report, traffic: Traffic, bars: Bars) -> None:
    report.measures["websocket_MB"] = megabytes = round(traffic.websocket / 1e6, 2)
    if megabytes > bars.megabytes:
        report.problems.append(f"the kernel sent {megabytes} MB, over {bars.megabytes:g}")
    report.problems += [f"asked another host: {address}" for address in sorted(traffic.strangers)]
