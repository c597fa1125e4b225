"""How many points a pyramid has, as exact integers, and the table that turns points into their numbers."""

from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

WORD = 64


@lru_cache(maxsize=4096)
def count(n: int, k: int) -> int:
    """P(n, k): j coordinates are not zero, k - 1 gaps hold j - 1 walls, each sign is free."""
    if k == 0:
        return 1
    return sum(comb(n, j) * comb(k - 1, j - 1) << j for j in range(1, min(n, k) + 1))


def table(n: int, k: int) -> list[list[int]]:
    """U(i, j) for i = 0..n and j = 0..k + 1."""
    rows = [[1] + [0] * (k + 1)]
    for _ in range(n):
        above, row = rows[-1], [0]
        for j in range(1, k + 2):
            row.append(above[j] + row[-1] + above[j - 1])
        rows.append(row)
    return rows


@lru_cache(maxsize=32)
def words(n: int, k: int, limbs: int) -> NDArray[np.uint64]:
    """The same table with every number as *limbs* words of 64 bits, lowest first; shape (n + 1, k + 2, limbs).

    Sums that no index needs may be cut off at the top.
    """
    mask = (1 << WORD * limbs) - 1
    data = b"".join((u & mask).to_bytes(8 * limbs, "little") for row in table(n, k) for u in row)
    return np.frombuffer(data, "<u8").astype(np.uint64).reshape(n + 1, k + 2, limbs)
