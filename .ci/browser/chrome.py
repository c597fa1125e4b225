"""Headless Chromium with the check's JavaScript in the page, and a count of what crosses the network."""

import contextlib
import json
import shutil
import tempfile
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

PAGE = (Path(__file__).parent / "page.js").read_text()
FLAGS = """--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --window-size=1400,1000"""
HERE = {"127.0.0.1", "localhost", "::1"}
HARMLESS = ("favicon.ico", "beforeunload")


@dataclass
class Traffic:
    """What the page asked of other hosts, and bytes from the kernel's websocket."""

    strangers: set[str] = field(default_factory=set)
    websocket: int = 0

    def add(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            address = urllib.parse.urlparse(params["request"]["url"])
            if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in HERE:
                self.strangers.add(address.geturl()[:160])
        elif method == "Network.webSocketFrameReceived":
            frame = params["response"]
            binary = frame["opcode"] == 2  # told in base64
            self.websocket += len(frame["payloadData"]) * 3 // 4 if binary else len(frame["payloadData"])


class Browser:
    """One page. ``page("cells()")`` is what ``window.check.cells()`` returns; promises are awaited."""

    def __init__(self) -> None:
        binary, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
        if not binary or not driver:
            raise RuntimeError("chromium and chromedriver are needed (Debian: chromium chromium-driver)")
        self.profile = tempfile.mkdtemp(prefix="browser_check_profile_")
        options = Options()
        options.binary_location = binary
        for flag in [*FLAGS.split(), f"--user-data-dir={self.profile}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = Chrome(options=options, service=Service(driver))
        self.driver.set_script_timeout(120)

    def open(self, url: str) -> None:
        self.driver.get_log("browser"), self.driver.get_log("performance")
        self.driver.get(url)

    def page(self, call: str, *arguments: Any) -> Any:
        ask = f"const args = [...arguments], done = args.pop(); Promise.resolve(check.{call}).then(done);"
        return self.driver.execute_async_script(PAGE + ask, *arguments)

    def wait(self, call: str, wanted: Any, patience: float) -> Any:
        """Ask until the answer is *wanted*; the last answer."""
        deadline = time.monotonic() + patience
        while (answer := self.page(call)) != wanted and time.monotonic() < deadline:
            time.sleep(0.2)  # asking costs the page time
        return answer

    def shot(self, path: Path, tall: bool = False) -> None:
        """The window as a PNG, or with *tall* the whole notebook."""
        size = self.driver.get_window_size()
        if tall:
            self.driver.set_window_size(size["width"], min(max(self.page("height()") + 220, 600), 9000))
            time.sleep(0.6)
            self.page("height()")
        self.driver.save_screenshot(str(path))
        self.driver.set_window_size(size["width"], size["height"])

    def count(self, traffic: Traffic) -> None:
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            traffic.add(message["method"], message["params"])

    def complaints(self) -> list[str]:
        """Severe lines of the console."""
        lines = [e["message"][:300] for e in self.driver.get_log("browser") if e["level"] == "SEVERE"]
        return [line for line in lines if not any(word in line for word in HARMLESS)]

    def leave(self) -> None:
        """Away from the page, also when it asks about unsaved changes."""
        self.driver.get("about:blank")
        with contextlib.suppress(NoAlertPresentException):
            self.driver.switch_to.alert.accept()

    def close(self) -> None:
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)
