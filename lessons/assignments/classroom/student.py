"""The grader's handle on the process of one student: calls go over the fence, plain data come back."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import wire

CATCHABLE = (ValueError, TypeError, LookupError, IndexError, KeyError, ArithmeticError, ZeroDivisionError)
CATCHABLE += (OverflowError, NameError, AttributeError, RuntimeError, NotImplementedError, RecursionError, MemoryError)
CATCHABLE += (AssertionError,)


class StudentError(Exception):
    """The student's code raised; also an instance of the builtin class that it raised, so tests can catch it."""

    name = "an error of its own"
    line = 0


class Gone(BaseException):
    """The student's process is no more. Not an ``Exception``: no test should take it for an answer."""


class Late(BaseException):
    """The time is up."""


def _raise(said: dict[str, Any]) -> None:
    builtin = next((kind for name in said["classes"] for kind in CATCHABLE if kind.__name__ == name), None)
    error = type("Raised", (StudentError, builtin) if builtin else (StudentError,), {})(str(said["words"]))
    error.name, error.line = builtin.__name__ if builtin else StudentError.name, int(said["line"])
    raise error


class Nursery:
    """The process from which students' processes are split off; one for a batch."""

    def __init__(self, confined: bool = True) -> None:
        self.confined = confined
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        root = str(Path(__file__).resolve().parent.parent)
        kept = ("PATH", "HOME", "LANG", "XDG_CACHE_HOME", "NUMBA_DISABLE_JIT", "NUMBA_CACHE_DIR", "LD_LIBRARY_PATH")
        clean = {name: os.environ[name] for name in kept if name in os.environ}  # nobody's tokens and passwords
        clean |= {"PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]), "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-P", "-m", "classroom.worker", str(theirs.fileno())]
        where = {"pass_fds": [theirs.fileno()], "env": clean, "stdin": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, start_new_session=True, **where)
        self.scratch = tempfile.mkdtemp(prefix="submissions-")
        theirs.close()
        said = self.socket.recv(1 << 16)
        if not said:
            raise OSError("the process for submissions did not start")
        self.readable = [Path(place) for place in json.loads(said)]

    def close(self) -> None:
        """End it, and all that were split off; it does so itself when the socket closes."""
        self.socket.close()
        self.process.wait(10)
        shutil.rmtree(self.scratch, ignore_errors=True)


@dataclass
class Student:
    """One student's process, started again without the offending cell when it ends or takes too long.

    Parameters
    ----------
    cells : list of str
        Code, in order.
    seconds : float
        For each cell.
    total : float
        For everything; later cells and calls are refused at once.
    """

    nursery: Nursery
    cells: list[str]
    seconds: float
    total: float
    notes: dict[int, str] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    deadline: float = 0

    def __post_init__(self) -> None:
        self.connection: socket.socket | None = None
        self.end = time.monotonic() + self.total
        self.scratch = ""
        self.functions: list[Callable[..., Any]] = []

    def start(self) -> None:
        """A process in which all cells ran that can."""
        while self.connection is None:
            self._spawn()
            for i in sorted({*range(len(self.cells))} - self.skipped):
                self.deadline = time.monotonic() + self.seconds
                try:
                    self._ask("run", self.cells[i])
                except StudentError as error:
                    self.notes[i] = f"raised {error.name} in line {error.line}: {error}"
                except (Gone, Late) as error:
                    self.notes[i] = str(error)
                    self.skipped.add(i)
                    break

    def _spawn(self) -> None:
        if time.monotonic() > self.end:
            raise Late("the time for the whole submission was up")
        self._sweep()
        self.scratch = tempfile.mkdtemp(dir=self.nursery.scratch)  # a new one: no process leaves notes for the next
        ours, theirs = socket.socketpair()
        wanted = {"scratch": self.scratch, "confined": self.nursery.confined, "seconds": int(self.total) + 1}
        socket.send_fds(self.nursery.socket, [json.dumps(wanted).encode()], [theirs.fileno()])
        theirs.close()
        kind, value = wire.loads(wire.receive(ours, time.monotonic() + 60))
        if kind != "ready":
            raise OSError(f"a submission cannot be confined: {value}")
        self.connection, self.process = ours, os.pidfd_open(value) if sys.platform == "linux" else value

    def value(self, name: str) -> Any:
        return self._ask("get", name)

    def call(self, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        self.start()
        return self._ask("call", name, list(arguments), named)

    def _ask(self, *request: Any) -> Any:
        try:
            answer = self._answer(request)
        except (Exception, Gone, Late) as error:
            self.stop()
            if isinstance(error, TimeoutError):
                raise Late("took too long and was stopped") from None
            if isinstance(error, EOFError | OSError):
                raise Gone("ended the process") from None
            raise
        except BaseException:
            self.stop()
            raise
        kind, value = answer
        if kind == "raised":
            _raise(value)
        if kind != "value":
            raise wire.NotData(str(value)[:200])
        return value

    def _answer(self, request: tuple[Any, ...]) -> list[Any]:
        assert self.connection is not None
        wire.send(self.connection, self._pickled(request))
        while True:
            deadline = min(self.deadline, self.end)
            if time.monotonic() > deadline:
                raise TimeoutError
            data = wire.receive(self.connection, deadline)
            try:
                kind, value = wire.loads(data)
            except wire.NotData as error:
                return ["no data", str(error)]
            if kind != "ask":
                return [kind, value]
            wire.send(self.connection, self._pickled(self._asked(*value)))

    def _asked(self, number: int, arguments: list[Any]) -> tuple[bool, Any]:
        """What a function of the grader's says to the student."""
        try:
            return True, self.functions[number](*arguments)
        except Exception as error:
            return False, str(error)

    def _pickled(self, value: Any) -> bytes:
        file = io.BytesIO()
        pickler = pickle.Pickler(file)
        pickler.persistent_id = self._reference  # type: ignore[method-assign]
        pickler.dump(value)
        return file.getvalue()

    def _reference(self, value: Any) -> str | int | None:
        if isinstance(value, Foreign):
            return value.__name__
        if not isinstance(value, types.FunctionType | types.MethodType) or value.__module__.startswith("polyquant"):
            return None
        self.functions.append(value)
        return len(self.functions) - 1

    def stop(self) -> None:
        """End the process, whatever it does."""
        if self.connection is None:
            return
        try:
            if sys.platform == "linux":
                signal.pidfd_send_signal(self.process, signal.SIGKILL)
                os.close(self.process)
            else:
                os.kill(self.process, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.connection.close()
        self.connection = None

    def _sweep(self) -> None:
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def close(self) -> None:
        self.stop()
        self._sweep()


class Foreign:
    """A student's function, as the tests see it."""

    def __init__(self, student: Student, name: str) -> None:
        self.student, self.__name__ = student, name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.student.call(self.__name__, arguments, named)
