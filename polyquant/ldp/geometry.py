"""Reports that are points, items that are hyperplanes: short messages at nearly the best variance [FNNT22]."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import exp

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.algebra.gfp import is_prime

from . import _projective
from ._kernels import projective as kernels
from ._projective import points
from ._symbol import Symbol
from .estimate import Estimate
from .pure import support_spread
from .tally import Tally

MOST_POINTS = 2**28  # counts that a server keeps, 2 GiB
EXTRA_VARIANCE = 1.10  # what fewer points may cost, over the best choice


@dataclass(frozen=True, slots=True)
class ProjectiveGeometry(Symbol):
    """Report a point of the geometry PG(t-1, q); those orthogonal to your item's are e^epsilon times as likely.

    Items are points too, the first k in lexicographic order of the vectors whose first nonzero coordinate is 1. Every
    item's set is a hyperplane, a share of about 1 / q of all K points, and two of them always meet in the same number
    of points. So q near e^epsilon + 1 has nearly the variance of subset selection with a message of log2 K bits.

    >>> ProjectiveGeometry(22000, 5.0, q=149).message_bits
    15

    Parameters
    ----------
    k : int
        Items, at least 2.
    epsilon : float
        Privacy, 1e-6 to 64.
    q : int, optional
        A prime.
    t : int, optional
        Coordinates, at least 2, with K = (q^t - 1) / (q - 1) >= k points, at most 2^28.

        If one of the two is left out, the least that is enough; if both, the fewest points whose variance is at most
        10 % above that of the best choice.
    """

    k: int
    epsilon: float
    q: int = None  # type: ignore[assignment]  # ints as soon as it is made
    t: int = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self._check_domain(MOST_POINTS)
        q = None if self.q is None else _check.integer("q", self.q, 2, MOST_POINTS)
        t = None if self.t is None else _check.integer("t", self.t, 2, 28)
        if q is not None and not is_prime(q):
            raise ValueError(f"q must be a prime, got {q}")
        if q is None and t is None:
            q, t = _best(self.k, self.epsilon)
        elif q is None and t is not None:
            q = _least_prime(self.k, t)
        elif q is not None and t is None:
            t = next(t for t in range(2, 29) if points(q, t) >= self.k)
        object.__setattr__(self, "q", q)
        object.__setattr__(self, "t", t)
        if not self.k <= self.cells <= MOST_POINTS:
            raise ValueError(f"q and t must give from k = {self.k} to 2^28 points, got {self.cells} for q={q}, t={t}")

    @property
    def name(self) -> str:
        """Short for projective geometry response."""
        return "pgr"

    @property
    def cells(self) -> int:
        """One count for each point, K."""
        return points(self.q, self.t)

    @property
    def _size(self) -> int:
        return points(self.q, self.t - 1)

    def _symbols(self, items: NDArray[np.int64], inside: bool, index: NDArray[np.int64]) -> NDArray[np.int64]:
        symbols = np.empty(items.size, np.int64)
        kernels.members(np.ascontiguousarray(items), np.ascontiguousarray(index), inside, self.q, self.t, symbols)
        return symbols

    def _reached(self) -> int:
        """If t > 2, a hyperplane meets every other; the first hyperplane are the first points."""
        q, t = self.q, self.t
        if t == 2:
            return self.k
        if self.k >= self._size:
            return self.cells
        items = (np.arange(self.cells) < self.k).astype(np.int64)
        return int(np.count_nonzero(_projective.sums_by_levels(items, q, t)))

    def estimate(self, tally: Tally, *, decoder: str = "auto") -> Estimate:
        """Unbiased frequencies of all k items.

        Parameters
        ----------
        tally : Tally
            Counts of shape (K,), one for each point.
        decoder : "auto", "fft" or "levels"
            Fourier transforms in O(K log K), or integer tables in O(K q t); "auto" takes the tables only
            where floats are not enough, far above 10^11 users. The results are equal.

        Raises
        ------
        ValueError
            *tally* is of another mechanism, or empty; or "fft" is asked for and not enough.
        """
        _check.choice("decoder", decoder, ("auto", "fft", "levels"))
        n, counts, (q, t) = self._counted(tally), tally.counts, (self.q, self.t)
        sums = None if decoder == "levels" else _projective.sums_fourier(counts, q, t)
        if sums is None:
            if decoder == "fft":
                raise ValueError(f"decoder must be 'levels' or 'auto' for counts as large as those of {n} users")
            sums = _projective.sums_by_levels(counts, q, t)
        p, other = self._chances()
        return self._estimate((sums[: self.k] / n - float(other)) / float(p - other), n)

    def _spread(self, f: NDArray[np.float64]) -> NDArray[np.float64]:
        return support_spread(*self._chances(), f)

    def covariance(self, n: int, frequency: ArrayLike) -> NDArray[np.float64]:
        """Covariance of the estimates, shape (k, k), by summing over all points; small k only."""
        f = self._histogram(frequency)
        table = self._table()
        p, other = map(float, self._chances())
        phi = (table - other) / (p - other)  # (k, K)
        matrix = (phi * (f @ self.channel())) @ phi.T - np.diag(f)
        return np.asarray(matrix / _check.integer("n", n, 1))

    def _chances(self) -> tuple[Fraction, Fraction]:
        """The probabilities that a report supports the user's item, and another one."""
        q, t = self.q, self.t
        both = points(q, t - 2)
        outside, inside = self._levels()
        return inside * self._size, inside * both + outside * (self._size - both)


def _best(k: int, epsilon: float) -> tuple[int, int]:
    """The design with the fewest points whose variance is within the budget; the first of equals."""
    designs = list(_designs(k, epsilon))
    limit = EXTRA_VARIANCE * min(_variance(k, epsilon, q, t) for q, t in designs)
    return min((d for d in designs if _variance(k, epsilon, *d) <= limit), key=lambda design: points(*design))


def _designs(k: int, epsilon: float) -> Iterator[tuple[int, int]]:
    """For each t the least prime that gives k points, and those up to the first above e^epsilon + 1."""
    for t in range(2, 29):
        q = _least_prime(k, t)
        while points(q, t) <= MOST_POINTS:
            yield q, t
            if q >= min(exp(epsilon) + 1, 4 * k):
                break
            q = _next_prime(q + 1)
        if points(2, t) >= k:
            break


def _variance(k: int, epsilon: float, q: int, t: int) -> float:
    """The variance of one user's estimate of an item when users are drawn from the uniform distribution."""
    odds, size, both = exp(epsilon), points(q, t - 1), points(q, t - 2)
    low = 1 / ((odds - 1) * size + points(q, t))
    p, other = odds * low * size, low * ((odds - 1) * both + size)
    return (other * (1 - other) / (p - other) + (1 - p - other) / k) / (p - other) + (1 - 1 / k) / k


def _least_prime(k: int, t: int) -> int:
    """The least prime q with points(q, t) >= k."""
    q = max(2, int(k ** (1 / (t - 1))) - 2)
    while q > 2 and points(q, t) >= k:
        q -= 1
    q = _next_prime(q)
    while points(q, t) < k:
        q = _next_prime(q + 1)
    return q


def _next_prime(least: int) -> int:
    while not is_prime(least):
        least += 1
    return least
