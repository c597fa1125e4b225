"""Live figures in a real JupyterLab: first run, second run, reload, restart, two notebooks, late code, fast sliders."""

import json
import sys
import time
from pathlib import Path

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
sys.path.insert(0, str(Path(__file__).parent.parent.parent / ".ci"))

START = "from polyquant_widgets import integer_codes"
CELLS = {
    "two": [START, "integer_codes.explore(t=10)", "integer_codes.explore(t=20)"],
    "saved": [START, "integer_codes.explore(t=10)", "integer_codes.explore(t=20)"],  # by the test, live views and all
    "other": [START, "integer_codes.explore(t=30)"],
    # the bundle comes seconds after the figure, as on a slow line, and the kernel does not wait for it
    "late": [
        START + "\nfrom polyquant_widgets import _figure\nreal, _figure.bundle = _figure.bundle, lambda: None",
        "late = integer_codes.explore(t=10)\nlate",
        "import time\ntime.sleep(3)\nlate.controls['t'].value = 1\ntime.sleep(1)",
        "_figure.bundle = real\nkept = real()",
    ],
    # every step takes a quarter of a second
    "slow": [
        START + "\nfrom polyquant_widgets._explorer import Explorer\nimport dataclasses, time\nsteps = []",
        "def slow(params):\n    time.sleep(0.25)\n    steps.append(params.t)\n    return integer_codes.compute(params)",
        "Explorer(dataclasses.replace(integer_codes.SCENE, compute=slow), t=10)",
    ],
}
TITLES = (
    "return [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .gtitle')].map(e => e.textContent)"
)
COMMAND = "const done = arguments[1]; window.jupyterapp.commands.execute(arguments[0]).then(() => done(true))"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    from browser.lab import Lab

    root = tmp_path_factory.mktemp("live")
    for name, cells in CELLS.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(notebook, root / f"{name}.ipynb")
    lab = Lab(root)
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def chrome():
    from browser.chrome import Browser

    browser = Browser()
    yield browser
    browser.close()


class Page:
    """One notebook in the browser, run and at rest."""

    def __init__(self, chrome, lab, name):
        from browser.chrome import Traffic

        self.chrome, self.driver, self.traffic = chrome, chrome.driver, Traffic()
        chrome.open(lab.url(Path(f"{name}.ipynb")))
        self.settle()

    def settle(self):
        assert self.chrome.wait("state()", "idle", 90) == "idle"
        self.chrome.page("still(1000, 60000)")

    def run(self, titles):
        """Run all cells; *titles* is how those of the figures begin."""
        self.chrome.page("run()")
        assert self.chrome.wait("done()", True, 120)
        self.settle()
        self.titles_become(titles)
        assert [cell["errors"] for cell in self.chrome.page("cells()") if cell["errors"]] == []

    def titles(self):
        return [title.split(" ")[0] for title in self.driver.execute_script(TITLES)]

    def press(self, which, *keys):
        """Press *keys* on slider number *which*, and wait for the picture."""
        handle = [row["element"] for row in self.chrome.page("controls()") if row["kind"] == "slider"][which]
        return self.chrome.page("move(...args)", handle, "keys", keys, 20000)

    def titles_become(self, wanted, patience=20):
        deadline = time.monotonic() + patience
        while self.titles() != wanted and time.monotonic() < deadline:
            time.sleep(0.1)
        assert self.titles() == wanted

    def close(self):
        self.chrome.count(self.traffic)
        assert not self.traffic.strangers
        assert self.chrome.complaints() == []
        self.chrome.leave()


@pytest.fixture
def page(chrome, lab):
    pages = []

    def open_(name):
        pages.append(Page(chrome, lab, name))
        return pages[-1]

    yield open_
    for one in pages:
        one.close()
    lab.stop_kernels()


def test_figures_run_twice_reload_and_restart(page):
    two = page("saved")
    two.run(["10", "20"])
    two.press(0, "ArrowRight")
    moved = two.titles()
    assert moved[0] != "10"
    assert moved[1] == "20"

    two.run(["10", "20"])  # everything again: new figures, the same code
    two.chrome.count(two.traffic)
    assert two.traffic.websocket < 2.5e6

    two.press(0, "ArrowRight")
    two.driver.execute_async_script(COMMAND, "docmanager:save")
    two.driver.refresh()  # the kernel lives on and knows where the sliders stand
    two.settle()
    two.titles_become(moved)
    two.press(2, "ArrowRight")
    assert two.titles()[1] != "20"

    two.driver.execute_async_script(
        "const done = arguments[0]; jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
        ".then(() => done(true))"
    )
    two.settle()
    two.run(["10", "20"])
    two.press(0, "ArrowRight")
    assert two.titles() == moved


def test_two_notebooks_live_in_one_page(page, chrome):
    two = page("two")
    two.run(["10", "20"])
    chrome.driver.execute_async_script(
        "const done = arguments[0]; jupyterapp.commands.execute('docmanager:open', {path: 'other.ipynb'})"
        ".then(() => done(true))"
    )
    two.settle()
    two.run(["30"])
    two.press(0, "ArrowRight")
    assert two.titles() != ["30"]


def test_what_the_kernel_sends_before_the_code_arrives_is_not_lost(page):
    late = page("late")
    late.run(["1"])
    late.press(0, "ArrowRight")
    assert late.titles() != ["1"]


def test_a_slow_step_skips_positions_instead_of_queueing_them(page):
    slow = page("slow")
    slow.run(["10"])
    slow.press(0, *["ArrowRight"] * 30)
    from polyquant_widgets import integer_codes

    grid = integer_codes.SCENE.controls["t"].grid(10)
    slow.titles_become([f"{grid[grid.index(10) + 30]:,}"])
    steps = slow.driver.execute_async_script(
        "const done = arguments[0]; const k = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;"
        "const f = k.requestExecute({code: 'print(len(steps))'}); let out = '';"
        "f.onIOPub = m => { if (m.content.text) out += m.content.text; }; f.done.then(() => done(out));"
    )
    assert int(steps) < 15  # of thirty


def test_controls_and_figures_have_names_and_labels_are_whole(page, chrome):
    two = page("two")
    two.run(["10", "20"])
    names = [row["element"].accessible_name for row in chrome.page("controls()")]
    assert names == ["number t", "draw up to"] * 2
    figures = "return [...document.querySelectorAll('.js-plotly-plot')].map(e => [e.getAttribute('role'), e.ariaLabel])"
    captions = "return [...document.querySelectorAll('p.pq-status')].map(e => e.textContent)"
    two.press(0, "ArrowRight")
    time.sleep(0.3)
    assert [["img", words] for words in two.driver.execute_script(captions)] == two.driver.execute_script(figures)
    for width in (1400, 1000, 560):
        two.driver.set_window_size(width, 1000)
        time.sleep(0.5)
        cut = two.driver.execute_script(
            "return [...document.querySelectorAll('.pq-controls .widget-label')]"
            ".filter(e => e.scrollWidth > e.clientWidth + 1)"
            ".map(e => e.textContent)"
        )
        wide = two.driver.execute_script(
            "return [...document.querySelectorAll('.pq-explorer .js-plotly-plot')]"
            ".map(e => e.querySelector('.main-svg').clientWidth - e.closest('.pq-explorer').clientWidth)"
        )
        assert cut == []
        assert width < 1000 or max(wide) <= 0  # narrower pages scroll
    two.driver.set_window_size(1400, 1000)


def test_the_mode_bar_offers_nothing_elsewhere(page):
    two = page("two")
    two.run(["10", "20"])
    buttons = two.driver.execute_script(
        "return [...document.querySelectorAll('.modebar-btn')].map(e => e.dataset.title ?? e.ariaLabel)"
    )
    assert set(buttons) == {"Download plot as a PNG", "Zoom", "Pan", "Reset axes"}
    assert json.dumps(buttons).count("lotly") == 0
