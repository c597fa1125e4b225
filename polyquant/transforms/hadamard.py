"""The Walsh-Hadamard transform: sums with signs, n log2 n additions instead of n^2."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from ._kernels import hadamard as kernels


def fwht(x: ArrayLike, *, axis: int = -1) -> NDArray[Any]:
    """H x along *axis*, where ``H[i, j]`` is -1 to the number of ones that i and j share in binary (natural order).

    Integers stay exact integers (int64), everything else becomes float64. Applied twice it gives n x.

    >>> fwht([1, 0, 2, 5]).tolist()
    [8, -2, -6, 4]

    Parameters
    ----------
    x : array of real numbers
        Its length along *axis* is a power of two. It is copied, never changed.
    axis : int
        Which axis.

    Returns
    -------
    array of int64 or float64, the shape of *x*
        Integer sums are below 2^63 when the absolute values of *x* sum to less.

    Raises
    ------
    ValueError
        The length is no power of two, or a number is not finite.
    """
    array = np.asarray(x)
    if not array.ndim:
        raise ValueError(f"x must have at least 1 dimension, got {x!r}")
    whole = array.dtype.kind in "iu" and array.size > 0
    checked: NDArray[Any] = _check.integers("x", array, ndim=None) if whole else _check.finite("x", x)
    axis = _check.integer("axis", axis, -checked.ndim, checked.ndim - 1)
    n = checked.shape[axis]
    if n < 1 or n & (n - 1):
        raise ValueError(f"x must have a power of two of entries along axis {axis}, got {n}")
    work = np.moveaxis(checked, axis, -1).copy()  # the only copy; contiguous, so the kernel's rows are views of it
    kernels.fwht(work.reshape(-1, n))
    return np.moveaxis(work, -1, axis)
