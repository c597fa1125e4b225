"""The Walsh-Hadamard transform: sums with signs, n log2 n additions instead of n^2."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant._parallel import chunks, run, threads_or_all

from ._kernels import hadamard as kernels

POWERS = {None: 0.0, "ortho": 0.5, "forward": 1.0}  # of n, by which the transform is divided
ORDERS = ("natural", "sequency", "dyadic")
WHOLE, SINGLE, DOUBLE = np.dtype(np.int64), np.dtype(np.float32), np.dtype(np.float64)
LARGEST = (1 << 63) - 1
SMALL = 1 << 16  # numbers that no second thread is worth


def fwht(
    x: ArrayLike,
    *,
    axis: int = -1,
    norm: str | None = None,
    order: str = "natural",
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """H x along *axis*, where ``H[k, m]`` is -1 to the number of ones that k and m share in binary.

    Integers stay exact integers (int64) as long as nothing divides them, float32 stays float32, everything else
    becomes float64. Unnormalised, the transform applied twice gives n x.

    >>> fwht([1, 0, 2, 5]).tolist()
    [8, -2, -6, 4]
    >>> fwht([1, 0, 2, 5], norm="forward", order="sequency").tolist()
    [2.0, -1.5, 1.0, -0.5]

    Parameters
    ----------
    x : array of real numbers
        Its length n along *axis* is a power of two.
    axis : int
        Which axis.
    norm : None, "ortho" or "forward"
        Divide by nothing, by sqrt(n), or by n; the last makes coefficient 0 the mean.
    order : "natural", "sequency" or "dyadic"
        Coefficient k of H x comes first in natural order. Dyadic order reads the bits of k backwards, and row s of the
        sequency order changes its sign s times.
    out : array, optional
        Where the result goes: C-contiguous, with the shape of *x* and the result's type. With ``out=x`` the transform
        is done in place, without a copy in natural order.
    threads : int or None
        How many threads may work; None means one a core. The result is the same. Pays from about a million numbers on.

    Returns
    -------
    array of int64, float32 or float64, the shape of *x*
        The array *out* if there is one.

    Raises
    ------
    ValueError
        The length is no power of two, a number is not finite, whole numbers whose absolute values sum to 2^63 or more,
        *out* does not fit. In place the numbers are lost when one of them, or one of their sums, is not finite.

    References
    ----------
    [FA76] B. J. Fino, V. R. Algazi: the three orders and their fast transforms, in one matrix notation.
    """
    return _transform(x, axis, _power(norm), order, out, threads)


def ifwht(
    x: ArrayLike,
    *,
    axis: int = -1,
    norm: str | None = None,
    order: str = "natural",
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """The inverse of :func:`fwht` with the same *norm* and *order*; arguments and errors are the same.

    >>> ifwht(fwht([1, 0, 2, 5], order="dyadic"), order="dyadic").tolist()
    [1.0, 0.0, 2.0, 5.0]

    The result is of integers only for integers and norm "forward", whose inverse divides by nothing.
    """
    return _transform(x, axis, 1 - _power(norm), order, out, threads)


def _power(norm: str | None) -> float:
    if norm not in POWERS:
        raise ValueError(f"norm must be None, 'ortho' or 'forward', got {norm!r}")
    return POWERS[norm]


def _transform(
    x: ArrayLike, axis: int, power: float, order: str, out: NDArray[Any] | None, threads: int | None
) -> NDArray[Any]:
    """All three orders have symmetric matrices, so forth and back differ in the divisor only."""
    if order not in ORDERS:
        _check.choice("order", order, ORDERS)
    array = _numbers(x, power > 0)
    shape, axis = array.shape, _axis(axis, array.ndim)
    n, inner = shape[axis], math.prod(shape[axis + 1 :])
    if n < 1 or n & (n - 1):
        raise ValueError(f"x must have a power of two of entries along axis {axis - array.ndim}, got {n}")
    if array.dtype == WHOLE:
        _sums_fit(array, axis)
    work = _target(array, out, x)
    _levels(work.reshape(-1), inner, n * inner, 1 if threads == 1 else threads_or_all(threads))
    if work.dtype != WHOLE:
        _finite(work, axis, array)
    if power:
        work *= work.dtype.type(n**-power)
    if order == "natural":
        return work
    ordered = np.take(work, _places(n, order), axis)
    if out is None:
        return ordered
    np.copyto(out, ordered)
    return out


def _axis(axis: int, ndim: int) -> int:
    if type(axis) is not int or not -ndim <= axis < ndim:  # a short way for short transforms
        axis = _check.integer("axis", axis, -ndim, ndim - 1)
    return axis % ndim


def _numbers(x: ArrayLike, divided: bool) -> NDArray[Any]:
    """*x* as an array of int64, float32 or float64; finite if it came as something else."""
    array = np.asarray(x)
    if not array.ndim:
        raise ValueError(f"x must have at least 1 dimension, got {x!r}")
    if array.dtype == DOUBLE or array.dtype == SINGLE:
        return array  # whether it is finite shows in its sums
    if array.dtype.kind in "iu" and array.size and not divided:
        return _check.integers("x", array, ndim=None)
    return _check.finite("x", x)


def _target(array: NDArray[Any], out: NDArray[Any] | None, x: ArrayLike) -> NDArray[Any]:
    """A contiguous array with the numbers of *array*: a copy, or *out*."""
    if out is None:
        return np.array(array, order="C")
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be an array, got {out!r}")
    if out.shape != array.shape or out.dtype != array.dtype:
        raise ValueError(
            f"out must have shape {array.shape} and type {array.dtype}, got shape {out.shape} and type {out.dtype}"
        )
    if not out.flags.carray:
        raise ValueError(f"out must be C-contiguous, aligned and writeable, got strides {out.strides}")
    if out is not x:
        np.copyto(out, array)
    return out


def _sums_fit(array: NDArray[Any], axis: int) -> None:
    """Refuse whole numbers whose sums could pass 2^63: they would come out wrong, silently."""
    n = array.shape[axis]
    if not array.size or max(-int(array.min()), int(array.max())) * n <= LARGEST:
        return
    largest = int(np.max(abs(array.astype(object)).sum(axis)))
    if largest > LARGEST:
        raise ValueError(f"x must have absolute values that sum to less than 2^63, got {largest}")


def _levels(flat: NDArray[Any], low: int, high: int, workers: int) -> None:
    """The levels low, 2 low, ... below high, in threads over blocks of rows or, of one row, over pieces of it."""
    if not flat.size:
        return
    if workers == 1 or flat.size < SMALL:
        kernels.transform(flat, 0, flat.size, low, high)
    elif flat.size >= 8 * high:
        size = flat.size // high // 8 * high
        run(lambda piece: kernels.transform(flat, *piece, low, high), chunks(flat.size, size), workers)
    else:
        for start in range(0, flat.size, high):
            _row(flat, start, low, high, workers)


def _row(flat: NDArray[Any], start: int, low: int, high: int, workers: int) -> None:
    """One row: its eighths, and then the last three levels over them, column by column."""
    part = high // 8
    if part < low or part % 64:
        kernels.transform(flat, start, start + high, low, high)
        return
    pieces = chunks(high, part)
    run(lambda piece: kernels.transform(flat, start + piece[0], start + piece[1], low, part), pieces, workers)
    columns = chunks(part, max(part // 512 * 64, 64))
    run(lambda piece: kernels.eight(flat, start + piece[0], start + piece[1], part), columns, workers)


def _finite(work: NDArray[Any], axis: int, before: NDArray[Any]) -> None:
    """Each number is in each sum, so the first sum is not finite if one number isn't."""
    if work.ndim == 1 and math.isfinite(work[0]):
        return
    sums = work.take(0, axis)
    if np.isfinite(sums).all():
        return
    if np.may_share_memory(work, before):
        raise ValueError(f"x must be finite, and its sums too, got {sums[~np.isfinite(sums)][0]}; its numbers are lost")
    _check.finite("x", before)  # else only the sums are too large, and infinity says so


@lru_cache(maxsize=16)
def _places(n: int, order: str) -> NDArray[np.int64]:
    """Which natural coefficient comes at each place of *order*."""
    place = np.arange(n)
    if order == "sequency":
        place ^= place >> 1
    backwards = np.zeros_like(place)
    for _ in range(n.bit_length() - 1):
        backwards = backwards << 1 | place & 1
        place >>= 1
    return backwards
