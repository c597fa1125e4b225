"""Explorables in a real browser: the kit with keys, mouse, finger and addresses; each alone; and in a JupyterLab."""

import sys
import time
from pathlib import Path

import nbformat
import pytest
from polyquant_widgets._explorable import EXPLORABLES, sentence

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / ".ci"))


@pytest.fixture(scope="module")
def chrome():
    from browser.chrome import Browser

    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def stand():
    from browser.stand import Stand

    stand = Stand(ROOT / "tests" / "explorables")
    yield stand
    stand.close()


class Page:
    """One explorable alone, at a state."""

    def __init__(self, chrome, url):
        self.chrome, self.driver = chrome, chrome.driver
        chrome.open(url)

    def ask(self, expression):
        return self.driver.execute_script(f"return {expression}")

    def one(self, css):
        (found,) = self.driver.find_elements("css selector", css)
        return found

    def press(self, *keys):
        from browser.keyboard import press

        for key in keys:
            press(self.chrome, key)

    @property
    def said(self):
        return self.ask("document.querySelector('.pq-status').textContent")

    @property
    def alert(self):
        return self.one(".pq-alert").text

    @property
    def held(self):
        """Name of what has the focus."""
        return self.ask("document.activeElement.ariaLabel ?? document.activeElement.textContent")

    def drag(self, element, x, y, kind):
        """By a mouse or a finger, in steps."""
        at, to = self.middle(element), (x, y)
        path = [(at[0] + (to[0] - at[0]) * i / 6, at[1] + (to[1] - at[1]) * i / 6) for i in range(7)]
        names = ["mousePressed", *["mouseMoved"] * 6, "mouseReleased"] if kind == "mouse" else []
        names = names or ["touchStart", *["touchMove"] * 6, "touchEnd"]
        for name, (px, py) in zip(names, [*path, to]):
            if kind == "mouse":
                told = {"type": name, "x": px, "y": py, "button": "left", "buttons": 1, "clickCount": 1}
                self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", told)
            else:
                points = [] if name == "touchEnd" else [{"x": px, "y": py}]
                self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": name, "touchPoints": points})

    def middle(self, element):
        box = self.driver.execute_script("return arguments[0].getBoundingClientRect().toJSON()", element)
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.fixture
def page(chrome, stand):
    def at(name, **state):
        return Page(chrome, stand.url(name, **state))

    yield at
    time.sleep(0.2)  # until the address is written; a driver that goes elsewhere meanwhile does not arrive
    assert chrome.complaints() == []


PATCH = """
const done = arguments[0];
import(new URL("kit.js", location)).then(({ chance, h, patch }) => {
  const box = document.body.appendChild(document.createElement("div"));
  const draw = chance(7);
  const wrong = [];
  for (let round = 0; round < 300; round++) {
    const list = [..."abcdefgh"].filter(() => draw() < 0.6).map((key) => [draw(), key]).sort().map(([, key]) => key);
    const held = box.contains(document.activeElement) ? document.activeElement : null;
    const stays = held && list.includes(held.textContent);
    patch(box, list.map((key) => (draw() < 0.3 ? h("p", {}, key) : h("button", { key, title: round }, key))));
    const shown = [...box.children].map((element) => element.textContent);
    if (shown.join() !== list.join()) wrong.push(`${list}: ${shown}`);
    const again = [...box.children].includes(held);
    if (stays && again && document.activeElement !== held) wrong.push(`${list}: lost ${held.textContent}`);
    const buttons = [...box.querySelectorAll("button")];
    if (buttons.some((button) => button.title !== String(round))) wrong.push(`${list}: old`);
    if (buttons.length && draw() < 0.5) buttons[Math.floor(draw() * buttons.length)].focus();
  }
  box.remove();
  done(wrong);
});
"""


def test_elements_come_go_and_change_places_and_the_focus_stays(page):
    tiny = page("tiny")
    tiny.driver.set_script_timeout(10)
    assert tiny.driver.execute_async_script(PATCH) == []


def test_keys_move_a_handle_that_keeps_the_focus(page):
    tiny = page("tiny")
    tiny.driver.execute_script("document.querySelector('[role=slider]').focus()")
    for key, boxes in [("ArrowRight", 4), ("ArrowUp", 5), ("Home", 1), ("End", 9), ("ArrowLeft", 8)]:
        tiny.press(key)
        assert tiny.said.startswith(f"{boxes} red boxes")
        assert tiny.held == "boxes"
        assert tiny.ask("document.activeElement.ariaValueNow") == str(boxes)
        assert tiny.ask("document.querySelectorAll('.pq-stage rect').length") == boxes


@pytest.mark.parametrize("kind", ["mouse", "finger"])
def test_a_handle_follows_mouse_and_finger(page, kind):
    tiny = page("tiny")
    tiny.driver.execute_script("document.body.style.height = '4000px'")  # a page that a finger would scroll
    handle = tiny.one(".pq-stage [role=slider]")
    width = tiny.one(".pq-picture").size["width"]
    x, y = tiny.middle(handle)
    tiny.drag(handle, x + 3 * 20 * width / 200, y + 90, kind)  # three boxes on, and off the handle's height
    assert tiny.said.startswith("6 red boxes")
    assert tiny.held == "boxes"
    assert tiny.ask("scrollY") == 0


def test_a_press_by_key_and_by_finger(page):
    tiny = page("tiny")
    tiny.driver.execute_script("document.querySelectorAll('[role=button]')[1].focus()")
    tiny.press("Enter")
    assert "Number 1 is marked" in tiny.said
    assert tiny.held == "mark box 1"
    box = tiny.driver.find_elements("css selector", ".pq-stage rect")[2]
    x, y = tiny.middle(box)
    tiny.drag(box, x, y, "finger")
    time.sleep(0.3)  # a tap becomes a click
    assert "Number 2 is marked" in tiny.said


def test_an_action_pressed_to_its_end_keeps_the_focus(page):
    tiny = page("tiny", n=7)
    tiny.driver.execute_script("document.querySelector('.pq-actions button').focus()")
    tiny.press("Enter", "Enter", " ")
    assert tiny.said.startswith("8 red boxes")
    assert tiny.held == "One more"
    assert tiny.ask("document.activeElement.ariaDisabled") == "true"


def test_the_address_is_the_state_and_going_back_restores_it(page):
    tiny = page("tiny", n=5, colour="blue", marked="4")
    assert tiny.said == "5 blue boxes, shut. Number 4 is marked."
    assert tiny.alert == ""
    tiny.driver.execute_script("document.querySelector('[data-parameter=open]').click()")
    time.sleep(0.3)
    assert tiny.ask("location.search") == "?tiny.n=5&tiny.open=true&tiny.colour=blue&tiny.marked=4"
    tiny.driver.execute_script("history.pushState(null, '', '?tiny.n=2')")
    tiny.driver.back()
    tiny.driver.forward()
    assert tiny.said == "2 red boxes, shut. Number 0 is marked."


def test_wrong_and_impossible_addresses_are_told(page):
    tiny = page("tiny", n=99, colour="blue", size=3)
    assert tiny.alert == "Not a setting of this picture, so left as it was: n, size."
    assert tiny.said.startswith("3 blue boxes")
    tiny.driver.execute_script("document.querySelector('[data-parameter=open]').click()")
    assert tiny.alert == ""

    tiny = page("tiny", n=9, open="true")
    assert tiny.alert == (
        "n must be below 9 for open boxes, got 9. The picture shows the last settings that were possible."
    )
    assert tiny.said.startswith("3 red boxes, shut")  # there is something to start from
    tiny.driver.execute_script("document.querySelector('[data-parameter=open]').click()")
    assert tiny.alert == ""
    assert tiny.said.startswith("9 red boxes, shut")


def test_a_finger_finds_room_and_nothing_is_cut_off_on_a_telephone(page, chrome):
    touch = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    chrome.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", touch)
    chrome.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        tiny = page("tiny")
        heights = tiny.ask(
            "[...document.querySelectorAll('button, select, input[type=range]')].map(e => e.offsetHeight)"
        )
        assert min(heights) >= 44
        assert tiny.ask("document.documentElement.scrollWidth") <= 360
    finally:
        chrome.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
        chrome.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("name", EXPLORABLES)
def test_a_page_says_what_was_saved_and_is_no_wider_than_its_window(page, name):
    alone = page(name)
    assert alone.said == sentence(name)
    assert alone.alert == ""
    assert alone.ask("document.documentElement.scrollWidth <= innerWidth")


# in a notebook --------------------------------------------------------------------------------------------------

CELLS = [
    "from polyquant_widgets import explorable",
    'one = explorable("secret_sharing", k=2)\none',
    'two = explorable("secret_sharing")\ntwo',
]
ASK = """
const [code, done] = arguments;
const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
const asked = kernel.requestExecute({ code });
let said = "";
asked.onIOPub = (message) => { said += message.content.text ?? message.content.evalue ?? ""; };
asked.done.then(() => done(said.trim()));
"""
THEME = """
const [theme, done] = arguments;
jupyterapp.commands.execute("apputils:change-theme", { theme }).then(() => done(true));
"""
# How much lighter words around the stage are than what they stand on, or darker.
CONTRAST = r"""
const light = (colour) => {
  const bright = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const [r, g, b] = colour.match(/[\d.]+/g).map((v) => bright(v / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
};
const behind = (e) => {
  const colour = getComputedStyle(e).backgroundColor;
  return colour === "rgba(0, 0, 0, 0)" ? behind(e.parentElement) : colour;
};
const words = ".pq-explorable :is(label, output, button:not([aria-disabled]), select, .pq-status)";
return [...document.querySelectorAll(words)].map((e) => {
  const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
  return Math.max(a, b) / Math.min(a, b);
});
"""


@pytest.fixture
def notebook(chrome, tmp_path):
    """A notebook that has run: its page, and a function that asks its kernel."""
    from browser.lab import Lab

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    book.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(book, tmp_path / "live.ipynb")
    lab = Lab(tmp_path)
    page = Page(chrome, lab.url(Path("live.ipynb")))
    assert chrome.wait("state()", "idle", 90) == "idle"
    chrome.page("run()")
    assert chrome.wait("done()", True, 120)
    chrome.page("still(1000, 30000)")
    yield page, lambda code: chrome.driver.execute_async_script(ASK, code)
    assert chrome.complaints() == []
    chrome.leave()
    lab.close()


def test_a_notebook_and_its_kernel_show_one_state(notebook):
    page, kernel = notebook

    def until(ask, wanted):
        deadline = time.monotonic() + 10
        while (seen := ask()) != wanted and time.monotonic() < deadline:
            time.sleep(0.1)
        assert seen == wanted

    def said():
        return page.ask("[...document.querySelectorAll('.pq-status')].map((e) => e.textContent)")

    start = sentence("secret_sharing")
    one, two = said()
    assert two == start
    assert one != start
    assert kernel("print(one.state, two.state)") == "{'k': 2} {}"

    first, second = page.driver.find_elements("css selector", ".pq-stage [role=slider]")
    page.driver.execute_script("arguments[0].focus()", second)
    page.press("ArrowRight", "ArrowRight", "ArrowDown")  # JupyterLab would go to another cell
    assert page.ask("document.activeElement.closest('.pq-stage') !== null")
    at = int(page.ask("document.activeElement.ariaValueNow"))
    until(lambda: kernel("print(two.state)"), f"{{'guess': {at}}}")
    assert said()[0] == one  # the other one stands still

    page.driver.execute_script("arguments[0].scrollIntoView({ block: 'center' })", first)
    x, y = page.middle(first)
    page.drag(first, x, y + 60, "mouse")
    until(lambda: "guess" in kernel("print(one.state)"), True)

    kernel("one.state = {}; two.state = {'k': 2}")
    until(lambda: said()[0], start)
    until(lambda: said()[1], one)
    kernel("two.state = {'k': 99}")
    until(lambda: "k" in page.driver.find_elements("css selector", ".pq-alert")[1].text, True)

    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.driver.execute_async_script(THEME, theme)
        time.sleep(0.5)
        contrast = page.driver.execute_script(CONTRAST)
        assert len(contrast) > 20
        assert min(contrast) >= 4.5
    page.driver.execute_async_script(THEME, "JupyterLab Light")
