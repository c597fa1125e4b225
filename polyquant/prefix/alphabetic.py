"""Alphabetic codes: words sort as their symbols do, so coded data can be compared without decoding."""

import numpy as np
from numpy.typing import ArrayLike

from ._counts import exact
from ._kernels import alphabetic as kernels


def alphabetic(counts: ArrayLike) -> tuple[str, ...]:
    """Words in the order of their symbols, prefix-free and with the least mean length for *counts* [GW77].

    The tree has its leaves from left to right, as a search tree has. Only the cost is forced: other trees may have
    the same. Symbols that do not occur get the word "", a single one gets "0".

    >>> alphabetic([5, 1, 1, 5])
    ('00', '010', '011', '1')
    >>> alphabetic([3, 0, 1])
    ('0', '', '1')

    Parameters
    ----------
    counts : array of int, shape (n,)
        At least 0, of any size.
    """
    numbers = exact("counts", counts)
    used = np.flatnonzero(numbers)
    words = [""] * numbers.size
    if used.size == 1:
        words[used[0]] = "0"
    if used.size < 2:
        return tuple(words)
    weight = np.zeros(2 * used.size - 1, numbers.dtype)
    weight[: used.size] = numbers[used]
    row, node = np.zeros(used.size, numbers.dtype), np.zeros(used.size, np.int64)
    parent, depth = np.zeros((2, weight.size), np.int64)
    build = kernels.garsia_wachs if numbers.dtype == np.int64 else kernels.garsia_wachs.py_func  # type: ignore[attr-defined]
    build(weight, row, node, parent, depth)
    for symbol, word in zip(used.tolist(), _in_order(depth[: used.size].tolist())):
        words[symbol] = word
    return tuple(words)


def _in_order(depths: list[int]) -> list[str]:
    """The words of a tree with leaves at these depths from left to right: each begins where the one before ends."""
    words, end, before = [], 0, 0
    for depth in depths:
        end = end << depth - before if depth > before else end >> before - depth
        words.append(f"{end:0{depth}b}")
        end, before = end + 1, depth
    return words
