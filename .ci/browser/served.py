"""A page of the site as a reader's browser has it: what it asks for, what it weighs, what the tools say."""

import functools
import importlib.util
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from selenium.webdriver.common.by import By

from .chrome import Browser, Traffic

FOLDER = "polyquant"  # the site lies below the top of its host, as project pages do
PHONE = 360


@dataclass(frozen=True)
class Limits:
    """Beyond these a page fails."""

    first: float = 5.0  # seconds to the first words
    megabytes: float = 2.0
    step: float = 16.0  # ms that an explorable may take


class Quiet(SimpleHTTPRequestHandler):
    """Files, and nothing said about them."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None: ...


class Server(ThreadingHTTPServer):
    """Many requests at once."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes on to the next page hangs up."""


@contextmanager
def serving(site: Path) -> Any:
    """Address of *site* on a plain static server, in a folder of it."""
    with TemporaryDirectory() as top:
        (Path(top) / FOLDER).symlink_to(site.resolve(), target_is_directory=True)
        server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=top))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/{FOLDER}/"
        finally:
            server.shutdown()
            server.server_close()


def axe() -> str:
    """The accessibility tool, a file of a package whose own code is not needed."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("axe_playwright_python is needed for its axe.min.js (pip install --no-deps)")
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text()


LOOK = (Path(__file__).parent / "site.js").read_text()
WIDE = "return document.documentElement.scrollWidth - innerWidth"


class Reader:
    """One browser that goes from page to page."""

    def __init__(self) -> None:
        self.browser, self.tool = Browser(), axe()
        self.driver = self.browser.driver
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})

    def close(self) -> None:
        self.browser.close()

    def dress(self, scheme: str = "light", width: int = 0) -> None:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        if width:
            screen = {"width": width, "height": 780, "deviceScaleFactor": 1, "mobile": False}
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        else:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def ask(self, call: str, *arguments: Any) -> Any:
        """What ``look.call`` of site.js returns, for a promise what it becomes; *arguments* are its ``args``."""
        script = f"const args = [...arguments], done = args.pop(); Promise.resolve(look.{call}).then(done);"
        return self.driver.execute_async_script(LOOK + script, *arguments)

    def open(self, address: str) -> None:
        self.driver.get("about:blank")  # also where only what follows # or ? changes
        self.browser.open(address)

    def look(self, address: str, limits: Limits, every_word: bool = True) -> list[str]:
        """What is wrong with the page at *address*; unless *every_word*, the sidebar is taken as looked at."""
        self.dress()
        self.open(address)
        problems, painted = [], self.ask("painted()")
        if painted > limits.first:
            problems.append(f"first words after {painted:.1f} s, over {limits.first:g}")
        weight, traffic = self.weigh()
        if weight > limits.megabytes:
            problems.append(f"weighs {weight:.2f} MB, over {limits.megabytes:g}")
        problems += [f"asked another host: {stranger}" for stranger in sorted(traffic.strangers)]
        problems += self.asleep()
        self.driver.execute_script(self.tool)
        problems += [f"light: {line}" for line in self.ask("tool(...args)", False, every_word)]
        for scheme in ("light", "dark"):
            self.dress(scheme)
            problems += [f"{scheme}: {line}" for line in self.ask("pale()")]
            if every_word:
                problems += [f"{scheme}: {line}" for line in self.ask("tool(...args)", True, True)]
        self.dress(width=PHONE)
        if (over := self.driver.execute_script(WIDE)) > 0:
            problems.append(f"{over} px too wide for {PHONE}")
        return problems + [f"console: {line}" for line in self.browser.complaints()]

    def asleep(self, patience: float = 10) -> list[str]:
        """Explorables of the page that do not come to life when they come into sight."""
        dead = []
        for place in self.driver.find_elements(By.CLASS_NAME, "pq-here"):
            self.driver.execute_script("arguments[0].scrollIntoView()", place)
            deadline = time.monotonic() + patience
            while not (alive := place.find_elements(By.CLASS_NAME, "pq-status")) and time.monotonic() < deadline:
                time.sleep(0.05)
            if not alive:
                dead.append(f"{place.get_attribute('data-explorable')} never came to life")
        return dead

    def weigh(self) -> tuple[float, Traffic]:
        """Megabytes that came over the line since the page was opened, and who was asked."""
        traffic, weight = Traffic(), 0.0
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            traffic.add(message["method"], message["params"])
            if message["method"] == "Network.loadingFinished":
                weight += message["params"]["encodedDataLength"]
        return weight / 1e6, traffic
