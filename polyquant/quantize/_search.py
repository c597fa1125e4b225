"""What may be quantized, and which search answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _parallel

from ._kernels import careful, long, short
from ._kernels import search as kernels
from ._kernels.lanes import LANES
from ._kernels.rows import PIECE

METHODS = ("fast", "swaps", "exact", "projection", "greedy")
CHUNK = 1 << 18  # weights that one thread takes at a time
LONG = 127  # more pulses than this are searched in float64
MANY = 256  # numbers in a group that are too many to be counted in a byte
ROWS = {n: (0,) * (n // PIECE) for n in (64, 128)}  # groups of so many fill registers, one after the other


def real_groups(x: ArrayLike, n: int) -> NDArray[Any]:
    """*x* as float32 or float64 groups of n, shape (n,) or (m, n)."""
    array = np.asarray(x)
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(f"x must be float32 or float64, got {array.dtype}")
    if array.ndim not in (1, 2) or array.shape[-1] != n:
        raise ValueError(f"x must have shape ({n},) or (m, {n}), got {array.shape}")
    return np.ascontiguousarray(array)


def nearest(x: NDArray[Any], k: int, method: str, flush_subnormal: bool, out: NDArray[Any], threads: int) -> None:
    """Points for groups *x* (m, n) into *out*."""

    def piece(bounds: tuple[int, int]) -> None:
        part = slice(*bounds)
        if k and method in ("fast", "swaps"):
            _together(x[part], k, method, flush_subnormal, out[part], bounds[0])
        else:
            _carefully(x[part], k, method, flush_subnormal, out[part], bounds[0])

    groups = -(-CHUNK // (x.shape[1] * LANES)) * LANES
    _parallel.run(piece, _parallel.chunks(len(x), groups), threads)


def _carefully(x: NDArray[Any], k: int, method: str, flush: bool, out: NDArray[Any], start: int) -> None:
    """One group after the other in float64; *start* is the number of the first, for messages."""
    a, zero = _magnitudes(x, flush, start)
    y = np.zeros(a.shape, np.int32)
    y[zero, 0] = k
    live = ~zero
    y[live] = _points(a[live], k, method)
    np.negative(y, out=y, where=(x < 0) & live[:, np.newaxis])
    out[...] = y


def _magnitudes(x: NDArray[Any], flush: bool, start: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """|x|, each group divided by a power of two so that its largest is in [1/2, 1), and which groups are zero."""
    size = np.abs(x)
    largest = size.max(axis=1, initial=0)
    bad = ~np.isfinite(largest)
    if bad.any():
        g = int(np.argmax(bad))
        i = int(np.argmin(np.isfinite(x[g])))
        raise ValueError(f"x must be finite, got {x[g, i]} at index {(start + g, i)}")
    small = (largest > 0) & (largest < np.finfo(x.dtype).tiny)
    if small.any() and not flush:
        g = int(np.argmax(small))
        raise ValueError(f"x must not be subnormal throughout a group, as in group {start + g}: {largest[g]} at most")
    _, exponent = np.frexp(largest)
    return np.ldexp(size.astype(np.float64), -exponent[:, np.newaxis]), (largest == 0) | small


def _points(a: NDArray[np.float64], k: int, method: str) -> NDArray[np.int32]:
    y = np.zeros(a.shape, np.int32)
    if k == 0 or not len(a):
        return y
    if method == "exact":
        careful.sweep(a, k, y)
    elif method == "greedy":
        careful.greedy(a, k, y)
    else:
        careful.project(a, k, y)
    if method in ("fast", "swaps"):
        other = np.zeros_like(y)
        careful.aim(a, k, _reach(a.shape[1], k, method), other)
        if method == "swaps":
            careful.climb(a, other)
        careful.keep_better(a, other, y)
    return y


def _together(x: NDArray[Any], k: int, method: str, flush: bool, out: NDArray[Any], start: int) -> None:
    """Many groups at a time in the arithmetic of *x*, and with care what that leaves open."""
    m, n = x.shape
    if x.dtype == np.float32 and k <= LONG:
        work, y = x, out if out.dtype == np.int8 and out.flags.c_contiguous else np.empty((m, n), np.int8)
    else:
        work, y = x.astype(np.float64), np.empty((m, n), np.int32)
    if work is not x:
        status = _padded(work, y, lambda x, y: _lanes(x, k, method, y, begun=False))
    elif n in ROWS:
        status = _twice(x, y, lambda x, y: _long(x, k, method, y))
    elif n < MANY:
        status = _twice(x, y, lambda x, y: _padded(x, y, lambda x, y: _short(x, k, method, y)))
    else:
        status = _padded(x, y, lambda x, y: _lanes(x, k, method, y, begun=False))
    if y is not out:
        out[...] = y
    (open_,) = np.nonzero(status)
    if open_.size:
        points = np.empty((open_.size, n), np.int32)
        try:
            _carefully(x[open_], k, method, flush, points, 0)
        except ValueError:
            _magnitudes(x, flush, start)  # the same complaint, with the right number of the group
            raise
        out[open_] = points


Search = Callable[[NDArray[Any], NDArray[Any]], NDArray[np.uint8]]
"""Puts points of groups where they belong, and returns the status of each group."""


def _twice(x: NDArray[Any], out: NDArray[Any], search: Search) -> NDArray[np.uint8]:
    """Strange groups once more, at a usual size."""
    status = search(x, out)
    strange = np.flatnonzero(status == long.STRANGE)
    if strange.size:
        top = np.abs(x[strange]).max(axis=1)
        direct = (top >= np.finfo(x.dtype).tiny) & (top < np.inf)
        strange, top = strange[direct], top[direct]
        points = np.empty((strange.size, x.shape[1]), out.dtype)
        status[strange] = search(np.ldexp(x[strange], -np.frexp(top)[1][:, np.newaxis]), points)
        out[strange] = points
    return status


def _padded(x: NDArray[Any], out: NDArray[Any], search: Search) -> NDArray[np.uint8]:
    """The last groups together with others, for they are searched sixty-four at a time."""
    m, n = x.shape
    whole = m - m % short.GROUPS
    status = search(x[:whole], out[:whole])
    if whole == m:
        return status
    rest = np.ones((short.GROUPS, n), x.dtype)
    points = np.empty(rest.shape, out.dtype)
    rest[: m - whole] = x[whole:]
    last = search(rest, points)
    out[whole:] = points[: m - whole]
    return np.concatenate([status, last[: m - whole]])


def _bytes(points: NDArray[np.int8]) -> NDArray[np.uint8]:
    return points.reshape(-1).view(np.uint8)


def _long(x: NDArray[Any], k: int, method: str, out: NDArray[Any]) -> NDArray[np.uint8]:
    """One group after the other, in registers of its own."""
    status, settings = np.zeros(len(x), np.uint8), _settings(x, k, method)
    with np.errstate(all="ignore"):
        long.nearest(x.reshape(-1), ROWS[x.shape[1]], settings, method == "swaps", _bytes(out), status)
    return status


def _short(x: NDArray[Any], k: int, method: str, out: NDArray[Any]) -> NDArray[np.uint8]:
    """Sixty-four groups at a time; half as many where pulses are swapped then."""
    status = np.zeros(len(x), np.uint8)
    with np.errstate(all="ignore"):
        short.nearest(x.reshape(-1), x.shape[1], _settings(x, k, method), _bytes(out), status)
    if method == "swaps":
        np.maximum(status, _lanes(x, k, method, out, begun=True), out=status)
    return status


def _lanes(x: NDArray[Any], k: int, method: str, out: NDArray[Any], begun: bool) -> NDArray[np.uint8]:
    """Thirty-two groups at a time; if *begun*, their points are improved."""
    status, order, n = np.zeros(len(x), np.uint8), np.arange(LANES, dtype=x.dtype), x.shape[1]
    settings = _settings(x, k, method)
    with np.errstate(all="ignore"):
        kernels.nearest(x.reshape(-1), n, settings, order, method == "swaps", begun, out.reshape(-1), status)
    return status


def _settings(x: NDArray[Any], k: int, method: str) -> NDArray[Any]:
    """What :func:`.kernels.nearest` asks for."""
    n = x.shape[1]
    reach = _reach(n, k, method)
    limits = np.finfo(x.dtype)
    slack = limits.eps * (4 + n**0.5)
    shift = -1.3 * (reach - 1) * k / n
    return np.array([k, reach, shift, limits.eps, slack, limits.tiny, 2**-20, 2**20, 2**60], x.dtype)


def _reach(n: int, k: int, method: str) -> float:
    """How much further than k / sum|x| to aim: fitted to exact searches on Gaussian groups.

    In short groups swaps lead down from a little further to better points than up to it.
    """
    r = k / n
    excess = 0.118 / (r * r + 0.05 * r + 0.05)
    return 1 + (excess * (1 + min(0.5, 8 / n)) if method == "swaps" else excess)
