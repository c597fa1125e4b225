"""What may be quantized, and which search answers."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _parallel

from ._kernels import careful as kernels

METHODS = ("fast", "swaps", "exact", "projection", "greedy")
CHUNK = 1 << 16  # weights that one thread takes at a time


def real_groups(x: ArrayLike, n: int) -> NDArray[Any]:
    """*x* as float32 or float64 groups of n, shape (..., n)."""
    array = np.asarray(x)
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(f"x must be float32 or float64, got {array.dtype}")
    if array.ndim not in (1, 2) or array.shape[-1] != n:
        raise ValueError(f"x must have shape ({n},) or (m, {n}), got {array.shape}")
    return array


def magnitudes(x: NDArray[Any], flush_subnormal: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """|x| of groups (m, n), each divided by a power of two so that its largest is in [1/2, 1), and which are zero."""
    with np.errstate(invalid="ignore"):
        size = np.abs(x)
        largest = size.max(axis=1, initial=0)
    bad = ~np.isfinite(largest)
    if bad.any():
        g = int(np.argmax(bad))
        i = int(np.argmin(np.isfinite(x[g])))
        raise ValueError(f"x must be finite, got {x[g, i]} at index {(g, i)}")
    small = (largest > 0) & (largest < np.finfo(x.dtype).tiny)
    if small.any() and not flush_subnormal:
        g = int(np.argmax(small))
        raise ValueError(f"x must not have a subnormal number as its largest, got {largest[g]} in group {g}")
    zero = (largest == 0) | small
    _, exponent = np.frexp(largest)
    return np.ldexp(size.astype(np.float64), -exponent[:, np.newaxis]), zero


def tuned(n: int, k: int) -> float:
    """How much further than k / sum|x| to aim, on groups of independent Gaussian numbers."""
    return 1.0 + 0.62 * math.exp(-0.55 * (k / n) * 2)


def nearest(x: NDArray[Any], k: int, method: str, flush_subnormal: bool, out: NDArray[Any], threads: int) -> None:
    """Points for groups *x* (m, n) into *out*."""

    def piece(bounds: tuple[int, int]) -> None:
        start, stop = bounds
        a, zero = magnitudes(x[start:stop], flush_subnormal)
        y = np.zeros(a.shape, np.int32)
        y[zero, 0] = k
        live = ~zero
        y[live] = _points(a[live], k, method)
        np.negative(y, out=y, where=(x[start:stop] < 0) & live[:, np.newaxis])
        out[start:stop] = y

    _parallel.run(piece, _parallel.chunks(len(x), max(1, CHUNK // x.shape[1])), threads)


def _points(a: NDArray[np.float64], k: int, method: str) -> NDArray[np.int32]:
    y = np.zeros(a.shape, np.int32)
    if k == 0 or not len(a):
        return y
    if method == "exact":
        kernels.sweep(a, k, y)
    elif method == "greedy":
        kernels.greedy(a, k, y)
    else:
        kernels.project(a, k, y)
    if method in ("fast", "swaps"):
        other = np.zeros_like(y)
        kernels.aim(a, k, tuned(*a.shape[1:], k), other)
        if method == "swaps":
            kernels.climb(a, other)
        kernels.keep_better(a, other, y)
    return y
