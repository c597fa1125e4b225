"""Counts of symbols as exact integers: int64 where no sum can overflow, else Python integers."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

SAFE = 2**62


def exact(name: str, counts: ArrayLike) -> NDArray[np.int64] | NDArray[np.object_]:
    """*counts*, shape (n,), as int64 if their sum is below 2^62 (so that sums are exact), else as Python integers.

    Refuses bools, floats (even whole ones) and negative numbers, and names the first.
    """
    if isinstance(counts, np.ndarray) and counts.dtype.kind in "if":
        array = _check.integers(name, counts, 0)
        if float(array.sum(dtype=np.float64)) < 0.99 * SAFE:  # the rounding of a sum of floats is far below 1 %
            return array
        return array.astype(object)
    if isinstance(counts, np.ndarray) and counts.ndim != 1:
        raise ValueError(f"{name} must have 1 dimension, got shape {counts.shape}")
    if not isinstance(counts, Iterable):
        raise TypeError(f"{name} must be a sequence of integers, got {counts!r}")
    values: list[Any] = list(counts)
    if set(map(type, values)) - {int} or (values and min(values) < 0):
        values = [_check.integer(f"{name}[{i}]", value, 0) for i, value in enumerate(values)]
    return np.array(values, np.int64 if sum(values) < SAFE else object)


def present(counts: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """The symbols that occur, rarest first (ties: smaller symbol first), and their counts."""
    order = np.argsort(counts, kind="stable")[counts.size - np.count_nonzero(counts) :]
    return order, counts[order]
