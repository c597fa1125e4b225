"""What a check says: right, or the first case that went wrong and a hint. Never the answer."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check: true when everything was right, and readable as it stands at the end of a cell."""

    passed: bool
    message: str
    hint: str = ""

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        head = f"{'Right' if self.passed else 'Not yet'}: {self.message}"
        return f"{head}\nHint: {self.hint}" if self.hint else head


class Wrong(Exception):
    """Raised inside a check at the first wrong case: what went wrong and, if it helps, a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def judge(check: Callable[[], str], seconds: float = 10) -> Verdict:
    """Run *check*, which returns praise or raises :class:`Wrong`; an endless answer is stopped after *seconds*."""
    try:
        with time_limit(seconds, _Late()):
            return Verdict(True, check())
    except Wrong as wrong:
        return Verdict(False, wrong.message, wrong.hint)
    except _Late:
        return Verdict(False, f"no answer after {seconds:g} s", "does every loop come closer to its end?")


def ask(function: Callable[..., Any], *arguments: Any, kind: type | tuple[type, ...], hint: str = "") -> Any:
    """The student's *function* called; anything but a value of *kind* is :class:`Wrong`, exceptions included."""
    call = f"{getattr(function, '__name__', 'your function')}({', '.join(map(_short, arguments))})"
    if not callable(function):
        raise Wrong(f"a function is needed, got {_short(function)}")
    try:
        value = function(*arguments)
    except (_Late, KeyboardInterrupt):
        raise
    except NotImplementedError:
        raise Wrong("nothing is written there yet", hint) from None
    except Exception as error:
        raise Wrong(f"{call} raised {type(error).__name__}: {error}", hint) from None
    if value is None or value is Ellipsis:
        raise Wrong(f"{call} returned nothing", hint)
    if isinstance(value, bool) or not isinstance(value, kind):
        names = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise Wrong(f"{call} must return {names}, got {_short(value)}", hint)
    return value


class _Late(BaseException):
    """The time is up. Not an ``Exception``, so that an answer with a broad except cannot swallow it."""


@contextmanager
def time_limit(seconds: float, late: BaseException) -> Iterator[None]:
    """Raise *late* in the body after *seconds*, where signals can do that (main thread, not Windows); else do nothing.

    One limit may stand in another: the outer one goes on counting.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: Any) -> None:
        raise late

    before, start = signal.signal(signal.SIGALRM, ring), time.monotonic()
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - start), 1e-3))


def _short(value: Any) -> str:
    text = f"<{value.size} numbers>" if hasattr(value, "size") and value.ndim else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
