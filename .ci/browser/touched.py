"""An explorable on its page, touched in every place: controls, handles, what can be pressed, addresses."""

import statistics
import time
from typing import Any

from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from .served import Limits, Reader

ROOT = ".pq-explorable"
SEEN = """
const root = document.querySelector(".pq-explorable");
const said = root.querySelector(".pq-status").textContent, alert = root.querySelector(".pq-alert:not([hidden])");
return [root.querySelector(".pq-stage").innerHTML, said, alert ? alert.textContent : "", Number(root.dataset.ms)];
"""
FEW = 6  # of many handles, or places to press, so many: the first, the last, and between


def some(items: list[WebElement]) -> list[int]:
    """Places of at most FEW of them, spread."""
    if len(items) <= FEW:
        return list(range(len(items)))
    return sorted({round(i * (len(items) - 1) / (FEW - 1)) for i in range(FEW)})


class Explorable:
    """One explorable, opened at *address*; what is wrong gathers in ``problems``."""

    def __init__(self, reader: Reader, address: str, name: str) -> None:
        self.reader, self.driver, self.address, self.name = reader, reader.driver, address, name
        self.problems: list[str] = []
        self.times: list[float] = []
        self.ms = 0.0

    def open(self, address: str) -> bool:
        self.reader.open(address)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self.driver.find_elements(By.CSS_SELECTOR, f"{ROOT} .pq-status"):
                return True
            time.sleep(0.05)
        self.problems.append("never came to life")
        return False

    def seen(self) -> tuple[str, str, str]:
        picture, sentence, alert, ms = self.driver.execute_script(SEEN)
        self.ms = ms
        return picture, sentence, alert

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, f"{ROOT} {selector}")

    def moved(self, label: str, moves: Any) -> None:
        """Each of *moves* is carried out; one of them has to change the picture, and one the sentence."""
        before, picture, sentence = self.seen(), False, False
        for move in moves:
            move()
            after = self.seen()
            if after != before:
                self.times.append(self.ms)
            picture, sentence, before = picture or after[0] != before[0], sentence or after[1] != before[1], after
        if not picture:
            self.problems.append(f"{label} changed no picture")
        elif not sentence:
            self.problems.append(f"{label} changed no sentence")

    def again(self) -> None:
        """Back to the start, so that every control is tried from there."""
        self.driver.execute_script(
            "[...document.querySelectorAll('.pq-actions button')].find((b) => b.textContent === 'Start again').click()"
        )

    def controls(self) -> None:
        for place in range(len(self.all("[data-parameter]"))):
            element = self.all("[data-parameter]")[place]
            kind = element.get_attribute("type") or ""
            label = f"control {element.get_attribute('data-parameter')!r}"
            if kind == "range":
                self.keys(f"{label} (keys)", lambda p=place: self.all("[data-parameter]")[p])
            elif kind == "checkbox":
                self.moved(label, [element.click])
            elif element.tag_name == "select":
                self.moved(label, [lambda e=element, key=key: e.send_keys(key) for key in (Keys.DOWN, Keys.UP)])
            else:
                self.typed(label, element)
            self.again()

    def keys(self, label: str, find: Any) -> None:
        keys = (Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.END, Keys.HOME)
        self.moved(label, [lambda key=key: find().send_keys(key) for key in keys])

    def typed(self, label: str, element: WebElement) -> None:
        """A line of text: its last word twice, or less of it; one of them is allowed."""
        text = element.get_attribute("value") or ""
        tries = [f"{text} {text.split()[-1]}" if text.split() else "a", text[: len(text) // 2].strip(), text[1:].strip()]

        def write(words: str) -> None:
            element.send_keys(Keys.CONTROL, "a")
            element.send_keys(words, Keys.ENTER)

        self.moved(label, [lambda words=words: write(words) for words in tries if words])

    def handles(self) -> None:
        for place in some(self.all("[role=slider]")):
            label = f"handle {self.all('[role=slider]')[place].get_attribute('aria-label')!r}"

            def here(p: int = place) -> WebElement:
                return self.all("[role=slider]")[p]

            self.keys(f"{label} (keys)", here)
            self.again()
            self.moved(f"{label} (dragged)", [lambda d=d, h=here: self.drag(h(), *d) for d in ((40, 0), (0, 40), (-40, 0), (0, -40))])
            self.again()

    def drag(self, element: WebElement, right: int, down: int) -> None:
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        hand = ActionChains(self.driver, duration=10).click_and_hold(element)
        for _ in range(2):
            hand = hand.move_by_offset(right // 2, down // 2)
        hand.release().perform()

    def pressed(self) -> None:
        for place in some(self.all("[role=button]")):
            element = self.all("[role=button]")[place]
            label = f"button in the picture {element.get_attribute('aria-label')!r}"
            self.moved(label, [lambda e=element: e.send_keys(Keys.ENTER)])
            self.again()

    def actions(self) -> None:
        for place in range(len(self.own_buttons())):
            button = self.own_buttons()[place]
            if not button.is_enabled():
                self.touch_something()
            if button.is_enabled():
                self.moved(f"button {button.text!r}", [button.click])
            else:
                self.problems.append(f"button {button.text!r} is dead after a move, too")
            self.again()

    def own_buttons(self) -> list[WebElement]:
        """Those below the controls, without the two that the kit adds."""
        return self.all(".pq-actions button")[:-2]

    def touch_something(self) -> None:
        for element in [*self.all("[data-parameter][type=range]"), *self.all("[role=slider]")][:3]:
            element.send_keys(Keys.ARROW_RIGHT)
        for button in self.own_buttons():
            if button.is_enabled():
                button.click()
                return

    def addresses(self) -> None:
        start = self.seen()
        self.touch_something()
        wanted = self.seen()
        time.sleep(0.6)  # the kit writes the address when moves have come to rest
        if wanted[:2] == start[:2] or not self.open(self.driver.current_url):
            self.problems.append("no move of it can be put into an address")
        elif self.seen()[:2] != wanted[:2]:
            self.problems.append(f"its address does not bring its state back: {self.driver.current_url}")
        if self.open(f"{self.address}?{self.name}.nothing=1"):
            picture, sentence, alert = self.seen()
            if not alert:
                self.problems.append("a bad address is not told")
            if (picture, sentence) != start[:2]:
                self.problems.append("a bad address changes the start")

    def check(self, limits: Limits) -> list[str]:
        self.reader.dress()
        if self.open(self.address):
            for part in (self.controls, self.handles, self.pressed, self.actions, self.addresses):
                part()
            middle = statistics.median(self.times) if self.times else 0.0
            if middle > limits.step:
                self.problems.append(f"a step takes {middle:.1f} ms, over {limits.step:g}")
        return [*self.problems, *(f"console: {line}" for line in self.reader.browser.complaints())]
