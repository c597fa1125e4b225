"""The side of the fence where foreign code runs: ``python -m classroom.worker FD``.

Loads the libraries once, then splits off a confined process for each request that comes through the socket FD. It is
started before the grader reads an assignment's hidden tests, and nothing of them ever comes here but the arguments of
calls. A process of a student answers: run a cell, call a function with these arguments, give the value of a name.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from . import wire
from .confine import CannotConfine, confine

PRELOAD = ("numpy", "sympy", "IPython.core.interactiveshell", "polyquant._warm", "polyquant.exercises")
PRELOAD += ("polyquant.datasets", "polyquant_widgets")
SYSTEM = ("/usr", "/lib", "/lib64", "/etc/localtime", "/etc/ld.so.cache", "/etc/fonts", "/dev/null", "/dev/urandom")


def readable() -> list[Path]:
    """What foreign code may read: the interpreter, the packages, the library; not the checkout around it."""
    from polyquant import _kernel

    places = {*SYSTEM, sys.prefix, sys.base_prefix, sys.exec_prefix}
    for name in ("polyquant", "polyquant_widgets"):
        places |= set(getattr(sys.modules.get(name), "__path__", []))
    places |= {_kernel.FOLDER} if _kernel.FOLDER else set()
    return [Path(place).resolve() for place in sorted(places)]


def main(descriptor: int) -> None:
    """Wait for requests; each brings a socket, and gets a process of its own."""
    requests = socket.socket(fileno=descriptor)
    for name in PRELOAD:
        try:
            __import__(name)
        except ImportError:  # a student who needs it will see the same
            print(f"! submissions cannot use {name}", file=sys.stderr)
    _warm()
    _keep_nothing()
    shell = _shell()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    requests.send(json.dumps([str(path) for path in readable()]).encode())
    while True:
        said, descriptors, *_ = socket.recv_fds(requests, 4096, 1)
        if not said:  # the grader is done or dead; whoever still sleeps here goes with us
            os.killpg(0, signal.SIGKILL)
        if os.fork() == 0:
            requests.close()
            _serve(socket.socket(fileno=descriptors[0]), json.loads(said), shell)
            os._exit(0)
        os.close(descriptors[0])


def _warm() -> None:
    """Compile the kernels now, and not in each student's time, where what is compiled cannot be kept."""
    try:
        from polyquant import _kernel, _warm
    except ImportError:
        return
    if _kernel.HAVE_NUMBA:
        _warm.warm()


def _keep_nothing() -> None:
    """What a student compiles stays in memory: behind the fence the folder of the compiler cannot be written."""
    try:
        from numba.core import caching
    except ImportError:
        return
    caching.FunctionCache.save_overload = lambda *_: None  # type: ignore[method-assign]


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "NoColor"
    return InteractiveShell.instance(config=settings)


def _serve(connection: socket.socket, wanted: dict[str, Any], shell: Any) -> None:
    """One student's process: get behind the fence, then answer until the other side hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    scratch = Path(wanted["scratch"])
    os.closerange(3, connection.fileno())
    os.closerange(connection.fileno() + 1, 4096)
    empty = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(empty, stream)
    sys.stdout = sys.stderr = io.TextIOWrapper(io.FileIO(1, "w"), write_through=True)
    os.chdir(scratch)
    os.environ.update(HOME=str(scratch), TMPDIR=str(scratch), MPLCONFIGDIR=str(scratch), MPLBACKEND="agg")
    try:
        if wanted["confined"]:
            confine(readable(), scratch, wanted["seconds"])
        reply(connection, "ready", os.getpid())
    except CannotConfine as error:
        reply(connection, "failed", str(error))
        return
    Answering(connection, shell).forever()


def reply(connection: socket.socket, kind: str, value: Any) -> None:
    """An answer; what is no plain data, or too much, is said instead."""
    try:
        data = wire.dumps([kind, value])
    except Exception as error:  # the value of a student, who may have written its methods
        data = wire.dumps(["no data", str(error)[:200] if isinstance(error, wire.NotData) else type(error).__name__])
    wire.send(connection, data if len(data) <= wire.LARGEST else wire.dumps(["no data", "too much of it"]))


class Answering:
    """The names of one student, and the requests about them."""

    def __init__(self, connection: socket.socket, shell: Any) -> None:
        self.connection, self.shell = connection, shell

    def forever(self) -> None:
        while True:
            try:
                request = self.receive()
            except EOFError:
                return
            try:
                kind, value = getattr(self, request[0])(*request[1:])
            except BaseException as error:  # SystemExit too: a student's function must not end the process
                kind, value = "raised", _about(error)
            reply(self.connection, kind, value)

    def receive(self) -> Any:
        reader = pickle.Unpickler(io.BytesIO(wire.receive(self.connection)))  # noqa: S301
        reader.persistent_load = self.find  # type: ignore[method-assign]
        return reader.load()

    def find(self, name: str | int) -> Any:
        """A function of this student by name, or one of the grader's by number."""
        return self.shell.user_ns[name] if isinstance(name, str) else self.grader_function(name)

    def run(self, text: str) -> tuple[str, Any]:
        """A cell."""
        done = self.shell.run_cell(text, silent=True)
        error = done.error_before_exec or done.error_in_exec
        return ("raised", _about(error)) if error is not None else ("value", None)

    def get(self, name: str) -> tuple[str, Any]:
        """The value of a name."""
        return "value", self.shell.user_ns[name]

    def call(self, name: str, arguments: list[Any], named: dict[str, Any]) -> tuple[str, Any]:
        """The value of a function."""
        return "value", self.shell.user_ns[name](*arguments, **named)

    def grader_function(self, number: int) -> Any:
        def ask(*arguments: Any) -> Any:
            """One question to the grader."""
            wire.send(self.connection, wire.dumps(["ask", [number, list(arguments)]]))
            right, value = self.receive()
            if not right:
                raise RuntimeError(value)
            return value

        return ask


def _about(error: BaseException) -> dict[str, Any]:
    """Names of the classes of an error, its words, and the line of the student's cell where it came from."""
    places = traceback.extract_tb(error.__traceback__)
    lines = [place.lineno for place in places if place.filename.startswith("<ipython") or "ipykernel" in place.filename]
    try:
        words = str(error)[:300]
    except Exception:
        words = ""
    line = (lines[-1] if lines else getattr(error, "lineno", None)) or 0
    return {"classes": [c.__name__ for c in type(error).__mro__], "words": words, "line": int(line)}


if __name__ == "__main__":
    main(int(sys.argv[1]))
