"""The ideas behind the kernels, one small step at a time: how an index is read, how a search walks.

Plain Python for lessons and figures, a vector at a time; :class:`~polyquant.quantize.Pyramid` is what works in bulk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from .pyramid import count_points


@dataclass(frozen=True)
class Block:
    """The vectors that begin with *value*: indices *start* to *start* + *size* - 1 of those that are still possible."""

    value: int
    start: int
    size: int


def blocks(n: int, k: int) -> list[Block]:
    """How the first entry cuts the indices of S(n, k): blocks for +k, ..., +1, 0, -k, ..., -1 in this order.

    >>> [(b.value, b.start, b.size) for b in blocks(2, 2)]
    [(2, 0, 1), (1, 1, 2), (0, 3, 2), (-2, 5, 1), (-1, 6, 2)]
    """
    n, k = _check.integer("n", n, 1), _check.integer("k", k, 0)
    out, start = [], 0
    for value in [*range(k, -1, -1), *range(-k, 0)]:
        size = count_points(n - 1, k - abs(value))
        if size:
            out.append(Block(value, start, size))
            start += size
    return out


def spell(n: int, k: int, index: int) -> list[tuple[list[Block], Block]]:
    """Read *index* entry by entry: for each of the n entries all blocks, and the one that holds the index.

    Raises
    ------
    ValueError
        S(n, k) has no such index.

    >>> [chosen.value for _, chosen in spell(3, 2, 4)]
    [1, -1, 0]
    """
    n, k = _check.integer("n", n, 1), _check.integer("k", k, 0)
    left = _check.integer("index", index, 0, count_points(n, k) - 1)
    out = []
    for rest in range(n, 0, -1):
        here = blocks(rest, k)
        chosen = max((b for b in here if b.start <= left), key=lambda b: b.start)
        out.append((here, chosen))
        left, k = left - chosen.start, k - abs(chosen.value)
    return out


@dataclass(frozen=True, eq=False)
class Sweep:
    """The nearest pyramid points of c |x|, as the scale c grows from 0.

    Attributes
    ----------
    scales : array of float64, shape (moves,)
        Where one pulse moves, ascending.
    points : array of int64, shape (moves + 1, n)
        Magnitudes: row i is nearest from ``scales[i - 1]`` to ``scales[i]``.
    cosines : array of float64, shape (moves + 1,)
        With |x|.
    """

    scales: NDArray[np.float64]
    points: NDArray[np.int64]
    cosines: NDArray[np.float64]


def sweep(x: ArrayLike, k: int) -> Sweep:
    """All points of S(n, k) that are nearest to c |x| for some c > 0; the one of best cosine is among them.

    The path starts as flat as possible. A pulse moves from j to i, where ``|x_i| > |x_j|``, when the new point is as
    near: at c = (y_i - y_j + 1) / (|x_i| - |x_j|). It ends with all pulses at the largest magnitude.

    Parameters
    ----------
    x : array of float, shape (n,)
        Not all zero.
    k : int
        At least 1.

    >>> sweep([1.0, 0.5, 0.25], 2).points.tolist()
    [[1, 1, 0], [2, 0, 0]]
    """
    size, k = _magnitudes(x), _check.integer("k", k, 1)
    first = np.argsort(-size, kind="stable")
    y = np.full(size.size, k // size.size)
    y[first[: k % size.size]] += 1
    uphill = size[:, None] > size[None, :]  # [i, j]: a pulse at j would rather be at i
    slope = np.where(uphill, size[:, None] - size[None, :], 1.0)
    scales, points = [], [y.copy()]
    while True:
        when = np.where(uphill & (y > 0), (y[:, None] - y[None, :] + 1) / slope, np.inf)
        i, j = np.unravel_index(np.argmin(when), when.shape)
        if not np.isfinite(when[i, j]):
            break
        y[i], y[j] = y[i] + 1, y[j] - 1
        scales.append(when[i, j])
        points.append(y.copy())
    return Sweep(np.array(scales), np.array(points), cosines(size, points))


def greedy(x: ArrayLike, k: int) -> NDArray[np.int64]:
    """One pulse after the other, each where the cosine becomes best; magnitudes after 1, ..., k pulses, shape (k, n).

    >>> greedy([1.0, 0.5, 0.25], 3).tolist()
    [[1, 0, 0], [1, 1, 0], [2, 1, 0]]
    """
    size, k = _magnitudes(x), _check.integer("k", k, 1)
    y, out = np.zeros(size.size, np.int64), []
    for _ in range(k):
        inner, norm = size @ y + size, y @ y + 2 * y + 1
        y[np.argmax(inner**2 / norm)] += 1
        out.append(y.copy())
    return np.array(out)


def cosines(x: ArrayLike, points: ArrayLike | Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """The cosine of the angle between *x*, shape (n,), and each row of *points*, shape (m, n)."""
    x, rows = np.asarray(x, np.float64), np.asarray(points, np.float64)
    found: NDArray[np.float64] = rows @ x / np.sqrt((rows * rows).sum(axis=1) * (x @ x))
    return found


def _magnitudes(x: ArrayLike) -> NDArray[np.float64]:
    size = np.abs(_check.finite("x", x, 1))
    if not size.any():
        raise ValueError("x must have an entry that is not zero")
    scaled: NDArray[np.float64] = size / size.max()
    return scaled
