"""The server's linear algebra for residue counts: a Toeplitz matrix, solved once, and its inverse by convolutions.

Block j of the incidence matrix A sends a histogram f over [k] to its sums over residues modulo m_j. Weighted least
squares needs the inverse G of M = sum_j w_j A_j^T A_j. The entry of M at (x, x') is the sum of w_j over the moduli that
divide x - x': it depends on the difference only, so M is a Toeplitz matrix, and its first column says all.

The first column of G says all of G too [GS72]. So a decoder needs one solution by conjugate gradients, once, then a few
convolutions for each right side (``_inverse.py``), and all k variances (the diagonal of G) take one pass over it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.errors import NotConverged

from ._inverse import Cyclic, Triangular, inverse
from ._kernels import gram as kernels

__all__ = ["Gram", "Plan", "plan"]

Vector = NDArray[np.float64]
TOLERANCE = 1e-14  # of the residual, when a solution is asked for
GOOD_ENOUGH = 1e-9  # when it stops getting better before
FOLDS = 3  # a modulus below k / FOLDS is folded; shifting by its few multiples is quicker else


@dataclass(frozen=True, slots=True)
class Gram:
    """M = sum of weights[j] A_j^T A_j over the items 0 to k - 1.

    Parameters
    ----------
    k : int
        Items, at least 1.
    moduli : tuple of int
        Each at least 1.
    weights : tuple of float
        One for each modulus, positive.
    """

    k: int
    moduli: tuple[int, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", _check.integer("k", self.k, 1))
        moduli = tuple(_check.integer(f"moduli[{j}]", m, 1) for j, m in enumerate(self.moduli))
        weights = tuple(_check.real(f"weights[{j}]", w, 0.0) for j, w in enumerate(self.weights))
        if len(moduli) != len(weights) or not moduli:
            raise ValueError(f"weights must be one for each of {len(moduli)} moduli, got {len(weights)}")
        object.__setattr__(self, "moduli", moduli)
        object.__setattr__(self, "weights", weights)

    def column(self) -> Vector:
        """First column of M, shape (k,): at distance d, the weights of the moduli that divide d.

        >>> Gram(5, (2, 3), (1.0, 10.0)).column().tolist()
        [11.0, 0.0, 1.0, 10.0, 1.0]
        """
        c = np.zeros(self.k)
        for m, w in zip(self.moduli, self.weights):
            c[::m] += w
        return c

    def dense(self) -> NDArray[np.float64]:
        """M itself, shape (k, k); for small k."""
        c = self.column()
        return c[np.abs(np.subtract.outer(np.arange(self.k), np.arange(self.k)))]

    def multiply(self, x: ArrayLike) -> Vector:
        """M x for *x* of shape (k,), in time k per modulus."""
        vector = self._vector("x", x)
        out = np.empty(self.k)
        *bands, moduli, weights = self._arrays()
        kernels.multiply(*bands, moduli, weights, vector, np.empty(moduli.sum()), out)
        return out

    def solve(self, b: ArrayLike, *, tolerance: float = TOLERANCE, steps: int | None = None) -> tuple[Vector, int]:
        """The x with M x = *b* by conjugate gradients, and how many steps it took.

        Parameters
        ----------
        b : array of float, shape (k,)
            Right side.
        tolerance : float
            Wanted ratio of the norms of residual and *b*.
        steps : int, optional
            Most steps, 100,000 divided by the square root of k but at least 1000 if left out.

        Raises
        ------
        NotConverged
            The residual is above 1e-9 (or *tolerance*, if that is larger) after so many steps: M is singular or nearly.
        """
        right = self._vector("b", b).copy()
        most = max(1000, int(1e5 / math.sqrt(self.k))) if steps is None else _check.integer("steps", steps, 1)
        arrays = self._arrays()
        x, size = np.zeros(self.k), float(np.linalg.norm(right))
        rest, ratio, used = right, 1.0 if size else 0.0, 0
        for _ in range(3):  # with a fresh residual, since the one of the recurrence drifts away from the true one
            if ratio <= tolerance or used >= most:
                break
            correction = np.zeros(self.k)
            used += kernels.conjugate_gradients(*arrays, rest, tolerance / ratio, most - used, correction)
            fresh = right - self.multiply(x + correction)
            better = float(np.linalg.norm(fresh)) / size
            if not better < ratio:
                break
            x, rest, ratio = x + correction, fresh, better
        if not ratio <= max(tolerance, GOOD_ENOUGH):
            raise NotConverged(
                f"moduli {self.moduli} hardly tell {self.k} items apart: residual {ratio:.1e} after {used} steps"
            )
        return x, used

    def _arrays(self) -> tuple[float, NDArray[np.int64], Vector, NDArray[np.int64], Vector]:
        """M for the kernels: large moduli as a diagonal and what is beside it, small ones to be folded."""
        pairs = list(zip(self.moduli, self.weights))
        beside = [(lag, w) for m, w in pairs if m * FOLDS >= self.k for lag in range(m, self.k, m)]
        folded = [(m, w) for m, w in pairs if m * FOLDS < self.k]
        lags, heights = zip(*beside) if beside else ((), ())
        moduli, weights = zip(*folded) if folded else ((), ())
        own = float(sum(w for m, w in pairs if m * FOLDS >= self.k))
        return (
            own,
            np.array(lags, np.int64),
            np.array(heights, float),
            np.array(moduli, np.int64),
            np.array(weights, float),
        )

    def _vector(self, name: str, x: ArrayLike) -> Vector:
        vector = _check.finite(name, x, 1)
        if vector.size != self.k:
            raise ValueError(f"{name} must have {self.k} entries, got {vector.size}")
        return vector


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The inverse G of a :class:`Gram` matrix, as its first column and that column's spectra.

    >>> gram = Gram(4, (2, 3), (1.0, 1.0))
    >>> bool(np.allclose(plan(gram).solve([1, 2, 3, 4]), np.linalg.solve(gram.dense(), [1, 2, 3, 4])))
    True
    """

    gram: Gram
    column: Vector  # u, first column of G, shape (k,)
    steps: int  # of conjugate gradients
    inverse: Triangular | Cyclic  # spectra of u

    def solve(self, b: ArrayLike, *, threads: int = 1) -> Vector:
        """G *b* for *b* of shape (k,), by six transforms, quickest for even k without large factors.

        Four of them are done in two *threads*, if wanted.
        """
        return self.inverse.solve(self.gram._vector("b", b), threads)

    def diagonal(self, lag: int = 0) -> Vector:
        """Entries G[x + lag, x], shape (k - lag,); lag 0 are the variances of weighted least squares, in O(k)."""
        u, k = self.column, self.gram.k
        lag = _check.integer("lag", lag, 0, k - 1)
        steps = u[1 : k - lag] * u[1 + lag :] - u[:lag:-1] * u[k - 1 - lag : 0 : -1] if lag + 1 < k else u[:0]
        return np.asarray(u[lag] + np.concatenate(([0.0], np.cumsum(steps))) / u[0])

    def dense(self) -> NDArray[np.float64]:
        """G itself, shape (k, k); for small k."""
        inverse = np.empty((self.gram.k, self.gram.k))
        for lag in range(self.gram.k):
            x = np.arange(self.gram.k - lag)
            inverse[x + lag, x] = inverse[x, x + lag] = self.diagonal(lag)
        return inverse

    def condition(self) -> float:
        """Largest by smallest eigenvalue of M, by power steps with M and with G; to about a percent."""
        return _largest(self.gram.multiply, self.gram.k) * _largest(self.solve, self.gram.k)


@lru_cache(maxsize=16)
def plan(gram: Gram) -> Plan:
    """The inverse of *gram*; kept, so that asking twice costs once.

    Raises
    ------
    NotConverged
        The moduli cannot tell the items apart, or hardly.
    """
    e = np.zeros(gram.k)
    e[0] = 1.0
    u, steps = gram.solve(e)
    u.flags.writeable = False
    return Plan(gram, u, steps, inverse(u))


@lru_cache(maxsize=16)
def ones(gram: Gram) -> Vector:
    """G 1, shape (k,): the direction in which the total of an estimate moves."""
    return _check.finite("solution", plan(gram).solve(np.ones(gram.k)))


def mean_variance(gram: Gram, *, tolerance: float = 1e-9, steps: int | None = None) -> float:
    """Mean of the diagonal of the inverse, from one solution: what a search for moduli makes small."""
    e = np.zeros(gram.k)
    e[0] = 1.0
    u, _ = gram.solve(e, tolerance=tolerance, steps=steps)
    index = np.arange(gram.k)
    return float((u * u * (gram.k - 2 * index)).sum() / (gram.k * u[0]))


def fold(x: Vector, m: int) -> Vector:
    """Sums of *x*, shape (k,), over residues modulo *m*, shape (m,)."""
    out = np.zeros(m)
    kernels.fold_into(np.array(x, np.float64), m, out)
    return out


def spread(blocks: Sequence[Vector], k: int) -> Vector:
    """Sum over the blocks of their entry at each item's residue, shape (k,): A^T times the blocks."""
    out = np.zeros(k)
    for sums in blocks:
        kernels.spread_from(sums, out)
    return out


def _largest(multiply: Callable[[Vector], Vector], k: int) -> float:
    """Largest eigenvalue of a symmetric positive matrix, from below."""
    x, value = np.cos(np.arange(k) ** 2 + 0.5), 0.0  # no symmetry that an eigenvector could hide behind
    for _ in range(300):
        x /= np.linalg.norm(x)
        y = multiply(x)
        before, value = value, float(x @ y)
        if value - before <= 1e-5 * value:
            break
        x = y
    return value
