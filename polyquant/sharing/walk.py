"""Shares of consecutive parties without multiplications.

Inside a run the points of 2^c parties are an affine space over GF(2), and t -> f(P_t) has degree at most floor(lg k)
in the bits of t, since squaring is linear and y^j has the degree of the number of ones of j. Up to k = 7 that is 2.
From one party to the next the directions m_j = 2^(j+1) - 1 are enough: counting is a walk of Gray's code in these. Each
step adds the derivative in one direction, after that has been bent by the second derivative with another.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from polyquant.algebra import gf2x

from ._kernels import walk as kernels

LARGEST = 12
"""2^12 parties a chunk: the tables of derivatives and the schedule stay in the cache."""

MOST_SERIES = 6
"""k - 1 up to which the degree is at most 2."""

LANES = 8

FEW = 32
"""Up to so many points are had before a kernel is compiled."""

Words = NDArray[np.uint64]
Run = tuple[np.uint64, Words]
"""Point of the first party of a run, and by how much each bit of (t - start) moves it."""


def points_of(run: Run, offsets: NDArray[np.int64]) -> Words:
    """The points at *offsets* in a run, shape (n,)."""
    if offsets.size <= FEW:
        base, basis = int(run[0]), [int(move) for move in run[1]]
        return np.array([_point(base, basis, offset) for offset in offsets.tolist()], np.uint64)
    points = np.empty(offsets.size, np.uint64)
    kernels.affine(*run, offsets.astype(np.uint64), points)
    return points


def _point(base: int, basis: list[int], offset: int) -> int:
    for b in range(offset.bit_length()):
        if offset >> b & 1:
            base ^= basis[b]
    return base


def deal_run(run: Run, start: int, leading: Words, series: Words, bits: int, out: Words) -> None:
    """Into *out*, shape (n, ceil(bits / 64)), the shares at offsets start .. start + n - 1 of a run, k <= 7."""
    n, words = out.shape
    c = min(LARGEST, n.bit_length() - 1)
    rows, levels = chunks(start, n, c)
    steps = [row + start ^ (1 << d) - 1 for row, level in zip(rows, levels) for d in range(level + 1)]
    heads = _values(run, np.array(steps), leading, series, bits)
    second = _second_derivatives(run, leading, series, bits, c)
    room = [np.empty(size, np.uint64) for size in (LANES * max(c, 1), LANES, LANES)]
    kernels.walk(heads, np.array(rows), np.array(levels), second, *schedule(c), words, out.reshape(-1), *room)


def chunks(start: int, n: int, largest: int) -> tuple[list[int], list[int]]:
    """Rows 0 .. n - 1 cut so that each piece has 2^level rows and start + row is a multiple of that."""
    rows, levels, row = [], [], 0
    while row < n:
        free = (start + row & -(start + row)).bit_length() - 1 if start + row else largest
        level = min(largest, free, (n - row).bit_length() - 1)
        rows.append(row)
        levels.append(level)
        row += 1 << level
    return rows, levels


@cache
def schedule(c: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For step i of 2^c: where the derivative in its direction starts, and where the second derivative that bends it.

    The direction is the lowest one of i, bent by the next one; with none the last pair is meant, which holds zeros.
    """
    slopes, bends = np.zeros(1 << c, np.int64), np.zeros(1 << c, np.int64)
    for i in range(1, 1 << c):
        j = (i & -i).bit_length() - 1
        rest = i & (i - 1)
        slopes[i] = LANES * j
        bends[i] = LANES * (c * j + (rest & -rest).bit_length() - 1 if rest else c * c)
    return slopes, bends


def _values(run: Run, offsets: NDArray[np.int64], leading: Words, series: Words, bits: int) -> Words:
    """The shares at *offsets*, rows padded to whole strips."""
    words = -(-bits // 64)
    values = np.empty((offsets.size, words), np.uint64)
    gf2x.evaluate_words(points_of(run, offsets), leading, series, bits, values)
    return np.pad(values, ((0, 0), (0, -words % LANES)))


def _second_derivatives(run: Run, leading: Words, series: Words, bits: int, c: int) -> Words:
    """Shape (strips, c c + 1, 8). Pair (d, d) has that of d and d - 1: the first use of d comes one such step late."""
    strips = -(-bits // (64 * LANES))
    table = np.zeros((c, c, strips * LANES), np.uint64)
    if len(series) > 2 and c:
        m = (2 << np.arange(c)) - 1
        one = _values(run, np.concatenate([[0], m]), leading, series, bits)
        both = _values(run, (m[:, None] ^ m).reshape(-1), leading, series, bits).reshape(table.shape)
        table[:] = one[0] ^ one[1:, None] ^ one[None, 1:] ^ both
        later = np.arange(1, c)
        table[0, 0] = 0
        table[later, later] = table[later, later - 1]
    flat = np.concatenate([table.reshape(c * c, strips * LANES), np.zeros((1, strips * LANES), np.uint64)])
    return np.ascontiguousarray(flat.reshape(c * c + 1, strips, LANES).transpose(1, 0, 2))
