"""The code that ran, on the page: a lesson prints an algorithm instead of typing it again."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any


def show_source(*things: Any) -> None:
    """Print the source of functions, compiled kernels (their Python), classes, or both ways of an integer code."""
    functions = [f for thing in things for f in _functions(thing)]
    print("\n\n".join(inspect.getsource(f).rstrip() for f in functions))


def _functions(thing: Any) -> list[Callable[..., Any]]:
    if hasattr(thing, "_write") and hasattr(thing, "_read"):
        return [*_functions(thing._write), *_functions(thing._read)]
    if isinstance(thing, partial):
        return _functions(thing.func)
    return [getattr(thing, "py_func", thing)]
