"""A JupyterLab of our own, on a copy of the lessons, with settings of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},  # cells off screen are in the page too
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}
DARK = {"@jupyterlab/apputils-extension/themes": {"theme": "JupyterLab Dark"}}
TOKEN = "check"  # without one, the server refuses scripts that stop kernels
LEAVE = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".ipynb_checkpoints", ".*_cache", "browser_check_out")


class Lab:
    """Starts with the object, ends with ``close``; notebooks and settings of the user are not touched."""

    def __init__(self, root: Path, dark: bool = False, patience: float = 60) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="browser_check_"))
        copy = self.folder / "root"
        shutil.copytree(root, copy, ignore=LEAVE, symlinks=True)
        for plugin, body in (SETTINGS | (DARK if dark else {})).items():
            file = self.folder / "settings" / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(body))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        options = ["--no-browser", "--ip=127.0.0.1", f"--port={self.port}", "--ServerApp.port_retries=0"]
        options += [f"--IdentityProvider.token={TOKEN}", "--ServerApp.allow_root=True"]
        options += ["--LabApp.expose_app_in_browser=True", f"--ServerApp.root_dir={copy}"]
        with (self.folder / "lab.log").open("w") as log:
            command = [sys.executable, "-m", "jupyterlab", *options]
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self.process = subprocess.Popen(command, env=self._environment(), cwd=copy, **streams)
        self._wait(patience)

    def _environment(self) -> dict[str, str]:
        folders = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
        folders |= {"JUPYTER_RUNTIME_DIR": "runtime", "JUPYTER_CONFIG_DIR": "config", "IPYTHONDIR": "ipython"}
        own = {name: str(self.folder / folder) for name, folder in folders.items()}
        return os.environ | own | {"JUPYTER_PREFER_ENV_PATH": "1"}

    def _wait(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                self._ask("api")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder / "lab.log").read_text()[-1500:]
                    self.close()
                    raise RuntimeError(f"JupyterLab did not start:\n{log}") from None
                time.sleep(0.05)

    def _ask(self, path: str, method: str = "GET") -> bytes:
        header = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", headers=header, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def url(self, notebook: Path) -> str:
        """The page with one notebook, its path relative to the root, in a workspace of its own."""
        path = urllib.parse.quote(notebook.as_posix())
        return f"http://127.0.0.1:{self.port}/lab/workspaces/{notebook.stem}/tree/{path}?reset&token={TOKEN}"

    def stop_kernels(self, notebook: Path | None = None) -> None:
        """The kernel of *notebook*, or all."""
        for session in json.loads(self._ask("api/sessions")):
            if notebook is None or session["path"] == notebook.as_posix():
                self._ask(f"api/sessions/{session['id']}", "DELETE")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()  # and its kernels
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
