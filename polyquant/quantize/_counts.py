"""How many points a pyramid has, as exact integers, and the table that turns points into their numbers."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels import lanes
from ._kernels.index import LARGE

MOST_BOTH = 2**16  # of the smaller of n and k: counts have at least as many bits
MOST_BYTES = 2**30
LIMB = 48  # bits; with 16 to spare, sums of 65,536 limbs fit in a word


@lru_cache(maxsize=4096)
def count(n: int, k: int) -> int:
    """P(n, k): j coordinates are not zero, k - 1 gaps hold j - 1 walls, each sign is free."""
    if k == 0:
        return 1
    if min(n, k) > MOST_BOTH:
        raise ValueError(f"n or k must be at most {MOST_BOTH}, got n = {n} and k = {k}")
    total = term = 2 * n if n else 0
    for j in range(2, min(n, k) + 1):
        term = term * (2 * (n - j + 1) * (k - j + 1)) // (j * (j - 1))
        total += term
    return total


def fits(n: int, k: int) -> bool:
    """Whether the table is below MOST_BYTES."""
    both = min(n, k, MOST_BOTH)  # P(n, k) is more than 2^both: no count where the answer is clear
    cells = 8 * (n + 1) * (k + 10)
    return cells * -(-both // 64) <= MOST_BYTES and cells * -(-count(n, k).bit_length() // 64) <= MOST_BYTES


def table(n: int, k: int) -> list[list[int]]:
    """U(i, j) for i = 0..n and j = 0..k + 1."""
    if not fits(n, k):
        raise ValueError(f"n and k must leave a table below 1 GiB for indices, got n = {n} and k = {k}")
    rows = [[1] + [0] * (k + 1)]
    for _ in range(n):
        above, row = rows[-1], [0]
        for j in range(1, k + 2):
            row.append(above[j] + row[-1] + above[j - 1])
        rows.append(row)
    return rows


@lru_cache(maxsize=32)
def single(n: int, k: int) -> NDArray[np.uint64]:
    """The table for numbers of at most 64 bits, in one row: each of its rows after eight zeros."""
    padded = np.zeros((n + 1, k + 2 + lanes.WORDS), np.uint64)
    padded[:, lanes.WORDS :] = table(n, k)
    return padded.reshape(-1)


@lru_cache(maxsize=8)
def limbs(n: int, k: int) -> NDArray[np.uint64]:
    """The table in limbs of 48 bits, lowest first, eight or a multiple of eight of them; in one row."""
    numbers: NDArray[Any] = np.array(table(n, k), dtype=object)
    each = -(-count(n, k).bit_length() // (LIMB * lanes.WORDS)) * lanes.WORDS
    row: NDArray[np.uint64] = lanes.aligned.py_func(numbers.size * each, np.empty(0, np.uint64))  # type: ignore[attr-defined]
    for j in range(each):
        row[j::each] = (numbers >> LIMB * j & (1 << LIMB) - 1).reshape(-1)
    return row


@lru_cache(maxsize=8)
def leading(n: int, k: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The table rounded, in one row: each of its rows after eight zeros; and what each limb counts. LARGE at most."""
    scales = np.exp2(np.minimum(LIMB * np.arange(limbs(n, k).size // ((n + 1) * (k + 2))), math.log2(LARGE)))
    padded = np.zeros((n + 1, k + 2 + lanes.WORDS))
    padded[:, lanes.WORDS :] = np.minimum(np.array(table(n, k), dtype=object), int(LARGE))
    return padded.reshape(-1), scales
