"""Three lattices with the densest packings of 2, 4 and 8 dimensions, as rivals."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

Array = NDArray[np.float64]

MOST = 1 << 22  # points of a ball
CHUNK = 1 << 22  # products at a time


@dataclass(frozen=True)
class Lattice:
    """A lattice made of shifted copies of a simple one, where rounding finds the nearest point.

    >>> a2.nearest([0.6, 0.7]).round(3).tolist()
    [0.5, 0.866]
    >>> [len(e8.ball(norm)) for norm in (0, 2, 4)]
    [1, 241, 2401]

    Attributes
    ----------
    name : str
        "A2", "D4" or "E8".
    n : int
        Dimensions.
    second_moment : float
        Mean squared error per dimension of rounding numbers that are spread evenly, when there is one point for each
        unit of volume; 1/12 for whole numbers.

    References
    ----------
    [CS82] J. H. Conway, N. J. A. Sloane: how to find the nearest point, and the second moments.
    """

    name: str
    n: int
    second_moment: float
    step: tuple[float, ...]  # of the simple lattice along each axis
    even: bool  # only points whose coordinates have an even sum
    shifts: tuple[float, ...]  # of the copies, as shares of a step, the same along all axes

    def nearest(self, x: ArrayLike) -> Array:
        """The point of the lattice nearest to each vector of *x*, shape (..., n)."""
        vectors = _check.finite("x", x)
        if not vectors.ndim or vectors.shape[-1] != self.n:
            raise ValueError(f"x must have {self.n} numbers along its last axis, got shape {vectors.shape}")
        step, found = np.array(self.step), None
        for shift in self.shifts:
            tried = (self._round(vectors / step - shift) + shift) * step
            if found is None:
                found = tried
                continue
            nearer = ((tried - vectors) ** 2).sum(axis=-1) < ((found - vectors) ** 2).sum(axis=-1)
            found = np.where(nearer[..., None], tried, found)
        return np.asarray(found)

    def _round(self, x: Array) -> Array:
        """Whole numbers; where their sum has to be even and is not, the least certain one goes the other way."""
        whole = np.rint(x)
        if not self.even:
            return whole
        wrong = whole.sum(axis=-1) % 2 != 0
        least = np.abs(x - whole).argmax(axis=-1)[..., None]
        away = np.take_along_axis(x, least, -1) - np.take_along_axis(whole, least, -1)
        turned = np.take_along_axis(whole, least, -1) + np.where(away < 0, -1, 1) * wrong[..., None]
        np.put_along_axis(whole, least, turned, -1)
        return whole

    def ball(self, norm: float) -> Array:
        """All points whose squares sum to at most *norm*, shape (m, n), the inner ones first: a codebook.

        Raises
        ------
        ValueError
            There would be more than 2^22.
        """
        norm = _check.real("norm", norm, 0)
        volume = math.pi ** (self.n / 2) / math.gamma(self.n / 2 + 1) * norm ** (self.n / 2)
        if volume > MOST:
            raise ValueError(f"norm must leave at most 2^22 points, got {norm}")
        return _ball(self, norm)


a2 = Lattice("A2", 2, 5 / (36 * math.sqrt(3)), (1.0, math.sqrt(3)), False, (0.0, 0.5))
d4 = Lattice("D4", 4, 0.0766032346, (1.0,) * 4, True, (0.0,))
e8 = Lattice("E8", 8, 929 / 12960, (1.0,) * 8, True, (0.0, 0.5))
ALL = (a2, d4, e8)


@lru_cache(maxsize=16)
def _ball(lattice: Lattice, norm: float) -> Array:
    slack = norm * (1 + 1e-12) + 1e-12
    parts = []
    for shift in lattice.shifts:
        rows = np.zeros((1, 0))
        for step in lattice.step:
            reach = math.floor(math.sqrt(slack) / step) + 1
            places = (np.arange(-reach, reach + 1) + shift) * step
            rows = np.concatenate([np.repeat(rows, len(places), axis=0), np.tile(places, len(rows))[:, None]], axis=1)
            rows = rows[(rows * rows).sum(axis=1) <= slack]
        whole = rows / np.array(lattice.step) - shift
        parts.append(rows[np.rint(whole).sum(axis=1) % 2 == 0] if lattice.even else rows)
    points = np.concatenate(parts)
    points = points[np.lexsort((*points.T[::-1], (points * points).sum(axis=1).round(9)))]
    points.flags.writeable = False
    return points


def nearest_of(points: ArrayLike, x: ArrayLike) -> NDArray[np.int64]:
    """Which of *points*, shape (count, n), is nearest to each row of *x*, shape (m, n): all are tried.

    >>> nearest_of([[0, 0], [1, 0]], [[0.4, 3], [0.6, -3]]).tolist()
    [0, 1]
    """
    book, vectors = _check.finite("points", points, 2), _check.finite("x", x, 2)
    if not len(book) or book.shape[1:] != vectors.shape[1:]:
        raise ValueError(f"points must have shape (at least 1, {vectors.shape[1]}), got {book.shape}")
    half = (book * book).sum(axis=1) / 2
    found = np.empty(len(vectors), np.int64)
    rows = max(1, CHUNK // len(book))  # so that the table of products stays small
    for start in range(0, len(vectors), rows):
        found[start : start + rows] = (vectors[start : start + rows] @ book.T - half).argmax(axis=1)
    return found
