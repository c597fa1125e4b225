"""The best code whose words have at most so many bits."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.errors import DomainError

from ._counts import exact, present
from ._kernels import huffman as kernels


def package_merge(counts: ArrayLike, longest: int) -> tuple[int, ...]:
    """Word lengths of least mean length with at most *longest* bits each, by package-merge [LH90].

    >>> package_merge([1, 1, 2, 3, 5, 8, 13, 21, 34, 55], 5)
    (5, 5, 5, 5, 4, 4, 3, 3, 2, 2)

    Parameters
    ----------
    counts : array of int, shape (n,)
        At least 0, of any size. A symbol with count 0 gets length 0, a single one length 1.
    longest : int
        At least 1.

    Raises
    ------
    DomainError
        2^longest words are fewer than the symbols that occur.
    """
    longest = _check.integer("longest", longest, 1)
    numbers = exact("counts", counts)
    lengths = np.zeros(numbers.size, np.int64)
    symbols, weights = present(numbers)
    need = (symbols.size - 1).bit_length() if symbols.size else 0
    if need > longest:
        raise DomainError(f"longest must be at least {need} for {symbols.size} symbols, got {longest}")
    lengths[symbols] = _lengths(weights, min(longest, _deepest(weights))) if symbols.size > 1 else 1
    return tuple(lengths.tolist())


def _lengths(weights: NDArray[Any], longest: int) -> NDArray[np.int64]:
    n = weights.size
    lengths = np.zeros(n, np.int64)
    row, packages = np.empty((2, 2 * n), weights.dtype)
    is_leaf = np.empty((longest, 2 * n), np.uint8)
    merge = kernels.package_merge if weights.dtype == np.int64 else kernels.package_merge.py_func  # type: ignore[attr-defined]
    merge(weights, row, packages, is_leaf, lengths)
    return lengths


def _deepest(weights: NDArray[Any]) -> int:
    """No best code has a longer word: one of l bits needs at least l + 1 leaves and a total of Fib(l + 2)."""
    total = int(weights.sum())
    depth, here, following = 0, 1, 2  # Fib(2), Fib(3)
    while following <= total:
        depth, here, following = depth + 1, following, here + following
    return max(1, min(depth, weights.size - 1))
