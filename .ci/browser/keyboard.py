"""Real keys, as from a keyboard: nothing here knows the page from inside."""

from collections.abc import Iterator
from typing import Any

from .chrome import Browser

CODES = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "Backspace": 8}
CODES |= {"End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
TYPED = {"Enter": "\r", " ": " "}
SPARE = 60  # presses of Tab on the way through a cell, besides those for its controls


def press(browser: Browser, key: str) -> None:
    """One key down and up, wherever the focus is."""
    event = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": CODES.get(key) or ord(key)}
    text = TYPED.get(key) or (key if len(key) == 1 else "")
    down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
    for kind in (down, {"type": "keyUp"}):
        browser.driver.execute_cdp_cmd("Input.dispatchKeyEvent", event | kind)


def watched(browser: Browser, keys: list[str], patience: int) -> dict[str, Any]:
    """Press *keys*; pictures and words that follow, and after how many ms."""
    browser.page("listen(args[0])", patience)
    for key in keys:
        press(browser, key)
    return browser.page("heard()")


def walk(browser: Browser, cell: int, controls: list[dict[str, Any]]) -> Iterator[dict[str, Any] | None]:
    """From the cell on by Tab alone: its controls as the focus reaches them; None at last if Tab never leaves."""
    browser.page("stand(args[0])", cell)
    left = list(controls)
    for _ in range(len(controls) * 3 + SPARE):
        press(browser, "Tab")
        here = browser.page("focused()")
        if here["cell"] != cell:
            return
        if reached := next((control for control in left if control["element"] == here["element"]), None):
            left.remove(reached)
            yield reached
    yield None
