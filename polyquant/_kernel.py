"""Compiled cores: the only file that knows compiler flags and where compiled code is kept.

numba's own disk cache watches the one file that defines a function. It does not see a changed helper in another
file, changed flags, bounds checks that are switched on, or a new version of the package: each would let compiled
code of another state of the sources answer. So the folder of the cache is named by a digest of everything that was
compiled: all kernel sources, the flags, the versions. Another state, another folder.

Without numba (a browser, a platform it does not support) the same functions run as plain Python: slow, same answers.
"""

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    import numba
except ImportError:  # the same functions, slowly
    numba = None

HAVE_NUMBA = numba is not None

# Nobody calls kernels from C: without a way to do so they compile faster.
FLAGS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
# What reassociation can change is only rounding; nan and infinity keep their meaning.
FLOAT_FLAGS: dict[str, Any] = {**FLAGS, "fastmath": {"contract", "reassoc", "nsz", "arcp"}}


def _sources() -> list[Path]:
    here = Path(__file__)
    return [here, *sorted(here.parent.glob("**/_kernels/*.py"))]


def _digest() -> str:
    config = numba.config
    state = hashlib.sha256()
    settings = (FLAGS, sorted(FLOAT_FLAGS["fastmath"]), config.BOUNDSCHECK, config.OPT, config.DEBUGINFO_DEFAULT)
    state.update(repr((settings, numba.__version__, sys.version_info[:3])).encode())
    for path in _sources():
        state.update(path.name.encode() + path.read_bytes())
    return state.hexdigest()[:16]


def _folder() -> str | None:
    """Where compiled code is kept, or None when nothing can be kept there."""
    if numba is None or numba.config.DISABLE_JIT:
        return None
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(numba.config.CACHE_DIR or Path(home) / "polyquant") / _digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, RuntimeError):
        return None  # a read-only home: compile in every process, keep nothing
    return str(folder)


FOLDER = _folder() if HAVE_NUMBA else None


@contextlib.contextmanager
def _cache_in(folder: str | None) -> Any:
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, folder or ""
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


def _compiler(flags: dict[str, Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        if numba is None or numba.config.DISABLE_JIT:
            function.py_func = function  # type: ignore[attr-defined]
            return function
        with _cache_in(FOLDER):  # the cache's place is fixed when the function is decorated, not when it compiles
            compiled: Callable[..., Any] = numba.njit(cache=FOLDER is not None, **flags)(function)
        return compiled

    return decorate


kernel = _compiler(FLAGS)
"""Compile at the first call, keep on disk; integer arithmetic and exact floating point."""

float_kernel = _compiler(FLOAT_FLAGS)
"""As :data:`kernel`, and sums of floats may be reordered. Not for code in which the order matters."""
