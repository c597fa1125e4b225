"""Sums over all hyperplanes of a projective geometry, two ways.

Given a number y for each of the K points of PG(t-1, q), the server needs for each point x the sum of y over the points
z with scalar product <z, x> = 0. Tried one by one that takes K^2 / q steps.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from polyquant.transforms import fwht

from ._kernels import projective as kernels

FLOAT_LIMIT = 2**48  # below, a float has places behind the point that show an error


def points(q: int, t: int) -> int:
    """How many points t coordinates make, (q^t - 1) / (q - 1)."""
    return int((q**t - 1) // (q - 1))


def sums_fourier(y: NDArray[np.int64], q: int, t: int) -> NDArray[np.int64] | None:
    """All sums in O(K log K) by Fourier transforms of t - 1 dimensions; None if they are too large for floats.

    Points z = (1, w) fill a cube. Its transform along the multiples of a direction is the transform of the sums over
    the planes <w, direction> = a (the projection-slice theorem), so short transforms back give all of those for
    all a. Points z = (0, w) are a geometry of one dimension less.
    """
    if q == 2:  # the transform has signs only, and stays exact
        signed = fwht(np.concatenate([np.zeros(1, np.int64), y]))
        return np.asarray((signed[1:] + signed[0]) // 2)
    if t == 1:
        return np.zeros(1, np.int64)
    if y.sum() >= FLOAT_LIMIT:
        return None
    low = points(q, t - 1)
    smaller = sums_fourier(y[:low], q, t - 1)
    multiples = _multiples(q, t - 1)  # (low, q): which w is the factor times the direction
    cube = np.fft.fftn(y[low:].reshape((q,) * (t - 1))).reshape(-1)
    planes = np.fft.irfft(cube[multiples[:, : q // 2 + 1]], n=q, axis=1)  # (low, q): direction, scalar product
    whole = np.rint(planes)
    if smaller is None or np.abs(planes - whole).max() >= 1e-3:
        return None
    counts = whole.astype(np.int64) + smaller[:, np.newaxis]
    result = np.empty(y.size, np.int64)
    result[:low] = counts[:, 0]
    result[low] = y[:low].sum()  # x = (1, 0, ..., 0)
    result[low + multiples[:, 1:]] = counts[:, -_inverses(q) % q]  # 1 + factor a = 0
    return result


def sums_by_levels(y: NDArray[np.int64], q: int, t: int) -> NDArray[np.int64]:
    """All sums in O(K q t) integer steps, by tables of beginnings of z against ends of x [FNNT22]."""
    before = np.concatenate([np.zeros(1, np.int64), y]).reshape(-1, 1, 1)
    for j in range(1, t + 1):
        low = points(q, j - 1)
        after = np.empty((1 + points(q, t - j), 1 + points(q, j), q if j < t else 1), np.int64)
        kernels.level(before, after, q, low, *_ends(q, j - 1))
        before = after
    return np.ascontiguousarray(before[0, 1:, 0])


@lru_cache(maxsize=8)
def _multiples(q: int, m: int) -> NDArray[np.int64]:
    """For each point of m coordinates and each factor below q the vector in base q, shape (points(q, m), q)."""
    factor = np.arange(q)
    found = []
    scaled = np.zeros((1, q), np.int64)  # every vector of the coordinates so far, times every factor
    for j in range(m):
        found.append(factor * q**j + scaled)  # a leading 1 in front of each
        digit = np.arange(q)[:, np.newaxis] * factor % q * q**j
        scaled = (digit[:, np.newaxis] + scaled).reshape(-1, q) if j < m - 1 else scaled
    return np.concatenate(found)


@lru_cache(maxsize=8)
def _ends(q: int, m: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each vector of m coordinates its point, by number + 1, and the inverse of the factor; (0, 1) for zero."""
    tails, scales = np.zeros(q**m, np.int64), np.ones(q**m, np.int64)
    if m:
        where = _multiples(q, m)[:, 1:]
        tails[where] = np.arange(1, 1 + where.shape[0])[:, np.newaxis]
        scales[where] = _inverses(q)
    return tails, scales


@lru_cache(maxsize=8)
def _inverses(q: int) -> NDArray[np.int64]:
    """1 / a modulo q for a = 1 to q - 1."""
    return np.array([pow(a, -1, q) for a in range(1, q)], np.int64)
