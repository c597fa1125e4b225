"""Explorables each alone on a page, served from here: no kernel, no site."""

import hashlib
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

EXPLORABLES = Path(__file__).resolve().parent.parent.parent / "widgets" / "explorables"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="kit.css">
<style>body {{ margin: 12px; font-family: system-ui, sans-serif; }}</style><main></main>
<script type="module">
import {{ addressModel }} from "./kit.js";
import explorable from "./{name}.js";
explorable.render({{ model: addressModel("{name}"), el: document.querySelector("main") }});
document.body.dataset.ready = "yes";
</script></html>"""


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *request: object, folders: tuple[Path, ...]) -> None:
        self.folders = folders
        super().__init__(*request)

    def translate_path(self, path: str) -> str:
        name = Path(path.split("?")[0]).name
        return str(next((folder / name for folder in self.folders if (folder / name).exists()), self.folders[0] / name))

    def do_GET(self) -> None:
        stem, _, end = Path(self.path.split("?")[0]).name.partition(".")
        if end != "html":
            super().do_GET()
            return
        page = PAGE.format(name=stem).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *said: object) -> None:
        """Nothing."""


class Stand:
    """Serves until ``close``; files are looked for in *folders*, then among the explorables."""

    def __init__(self, *folders: Path) -> None:
        handler = partial(_Handler, folders=(*folders, EXPLORABLES))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, name: str, **state: object) -> str:
        asked = urlencode({f"{name}.{key}": value for key, value in state.items()})
        return f"http://127.0.0.1:{self.server.server_port}/{name}.html?{asked}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def fingerprint(drawn: str) -> str:
    """Of a picture's nodes in JSON: says whether a saved picture is still what is drawn, on any machine."""
    rounded = re.sub(r"-?\d+\.\d+(e-?\d+)?", lambda number: f"{float(number[0]):.2f}", drawn)  # sines differ a little
    return hashlib.sha256(rounded.encode()).hexdigest()[:16]
