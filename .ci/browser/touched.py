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
FEW = 4  # of many handles, or places to press, so many: the first, the last, and between


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
        return False  # which Reader.look told

    def seen(self) -> tuple[str, str, str]:
        picture, sentence, alert, ms = self.reader.ask("explorable()")
        self.ms = ms
        return picture, sentence, alert

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, f"{ROOT} {selector}")

    def tried(self, moves: Any) -> tuple[bool, bool]:
        """Whether one of *moves* changed the picture, and one the sentence."""
        before, picture, sentence = self.seen(), False, False
        for move in moves:
            move()
            after = self.seen()
            if after != before:
                self.times.append(self.ms)
            picture, sentence, before = picture or after[0] != before[0], sentence or after[1] != before[1], after
        return picture, sentence

    def blame(self, label: str, picture: bool, sentence: bool) -> None:
        if not picture:
            self.problems.append(f"{label} changed no picture")
        elif not sentence:
            self.problems.append(f"{label} changed no sentence")

    def moved(self, label: str, moves: Any) -> None:
        self.blame(label, *self.tried(moves))

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
        """A line of text; the explorable gives examples of what may stand there."""
        name = element.get_attribute("data-parameter")
        examples = self.reader.ask("examples(...args)", self.name, name)

        def write(words: str) -> None:
            element.send_keys(Keys.CONTROL, "a")
            element.send_keys(words, Keys.ENTER)

        self.moved(label, [lambda words=words: write(words) for words in examples])

    def handles(self) -> None:
        for place in some(self.all("[role=slider]")):
            label = f"handle {self.all('[role=slider]')[place].get_attribute('aria-label')!r}"

            def here(p: int = place) -> WebElement:
                return self.all("[role=slider]")[p]

            self.keys(f"{label} (keys)", here)
            self.again()
            ways = ((40, 0), (0, 40), (-40, 0), (0, -40))
            self.moved(f"{label} (dragged)", [lambda way=way, h=here: self.drag(h(), *way) for way in ways])
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
            if element.get_attribute("aria-pressed") == "true":  # it is what it would make
                continue
            label = f"button in the picture {element.get_attribute('aria-label')!r}"
            self.moved(label, [lambda e=element: e.send_keys(Keys.ENTER)])
            self.again()

    def actions(self) -> None:
        for place in range(len(self.own_buttons())):
            button = self.own_buttons()[place]
            done = self.tried([button.click]) if button.is_enabled() else (False, False)
            if not all(done):  # at the start it has nothing to do, perhaps
                self.touch_something(but=place)
                done = self.tried([button.click]) if button.is_enabled() else (False, False)
            self.blame(f"button {button.text!r}", *done)
            self.again()

    def own_buttons(self) -> list[WebElement]:
        """Those below the controls, without the two that the kit adds."""
        return self.all(".pq-actions button")[:-2]

    def touch_something(self, but: int = -1) -> None:
        """A few moves, none of them of the button in place *but*."""
        for element in [*self.all("[data-parameter][type=range]"), *self.all("[role=slider]")][:3]:
            element.send_keys(Keys.ARROW_RIGHT)
        for place, button in enumerate(self.own_buttons()):
            if place != but and button.is_enabled():
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
