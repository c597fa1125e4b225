"""The best scalar quantizer for a law or for samples: levels are means, thresholds lie midway."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.errors import NotConverged

from .scalar import Scalar

Density = Callable[[NDArray[np.float64]], NDArray[np.float64]]

MOST = 1024  # levels
PANELS = 2048  # pieces of the support
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)  # Gauss's rule in each
STEPS = 20_000
CLOSE = 1e-13  # how far from its place a threshold may be, as a share of the support
LAWS: dict[str, tuple[Density, tuple[float, float]]] = {  # unit variance; the tails that are cut off weigh below 1e-16
    "gaussian": (lambda x: np.exp(-x * x / 2), (-9.0, 9.0)),
    "laplacian": (lambda x: np.exp(-math.sqrt(2) * np.abs(x)), (-30.0, 30.0)),
}


class Law:
    """Integrals of f, x f and x^2 f from the left end of the support, quick to read anywhere."""

    def __init__(self, density: Density, support: tuple[float, float]) -> None:
        low, high = (_check.real("support", end) for end in support)
        if not low < high:
            raise ValueError(f"support must be a pair of increasing numbers, got {low} and {high}")
        self.density, self.low, self.high = density, low, high
        self._edges = np.linspace(low, high, PANELS + 1)
        pieces = self._between(self._edges[:-1], self._edges[1:])
        nothing = np.zeros((3, 1))
        self._before = np.concatenate([nothing, np.cumsum(pieces, axis=1)], axis=1)
        self._after = np.concatenate([nothing, np.cumsum(pieces[:, ::-1], axis=1)], axis=1)[:, ::-1]
        if not self._before[0, -1] > 0 or not np.isfinite(self._before).all():
            raise ValueError("density must be positive somewhere and finite inside its support")

    def _between(self, left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
        """The three integrals over short intervals, shape (3, m)."""
        half = (right - left)[:, None] / 2
        x = left[:, None] + half * (1 + NODES)
        f = self.density(x) * WEIGHTS * half
        return np.stack([f.sum(axis=1), (x * f).sum(axis=1), (x * x * f).sum(axis=1)])

    def cells(self, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
        """The three integrals over each cell of a quantizer, shape (3, thresholds + 1)."""
        t = np.concatenate([[self.low], thresholds.clip(self.low, self.high), [self.high]])
        place = ((t - self.low) * (PANELS / (self.high - self.low))).astype(np.int64).clip(0, PANELS - 1)
        part = self._between(self._edges[place], t)
        before, after = self._before[:, place] + part, self._after[:, place] - part
        # the light cells of either tail are differences of small numbers only if one sums from that end
        return np.where(before[0, 1:] < after[0, :-1], np.diff(before), -np.diff(after))

    def spread(self, levels: int) -> NDArray[np.float64]:
        """Thresholds as dense as the cube root of the density: right when there are many."""
        middle = (self._edges[:-1] + self._edges[1:]) / 2
        mass = np.cumsum(np.cbrt(self.density(middle)))
        return np.interp(np.arange(1, levels) / levels, mass / mass[-1], self._edges[1:])


def lloyd_max(source: str | Density | ArrayLike, levels: int, *, support: tuple[float, float] | None = None) -> Scalar:
    """The quantizer of *levels* levels with the least mean squared error.

    Each level is the mean of its cell and each threshold lies midway between two levels. For laws with a log-concave
    density (the Gaussian, the Laplacian, the law of gains) only one quantizer is so; for samples the one that is found
    from evenly filled cells.

    >>> [round(x, 4) for x in lloyd_max("gaussian", 4).levels]
    [-1.5104, -0.4528, 0.4528, 1.5104]
    >>> lloyd_max([0, 1, 1, 10, 12], 2).levels
    (0.6666666666666666, 11.0)

    Parameters
    ----------
    source : "gaussian", "laplacian", a function or numbers
        A law of unit variance by its name; a density f(x) over *support*, vectorised, not necessarily normalised; or
        samples.
    levels : int
        From 1 to 1024. Samples that take fewer different values get a level for each value.
    support : (low, high)
        Where a function is to be integrated; finite.

    Raises
    ------
    ValueError
        An argument is out of range, or the density is nowhere positive.
    NotConverged
        The levels still moved after many steps.

    References
    ----------
    [LLO82] S. P. Lloyd; [MAX60] J. Max: the two conditions.
    """
    levels = _check.integer("levels", levels, 1, MOST)
    if isinstance(source, str) or callable(source):
        return best_for_law(law(source, support), levels)
    samples = np.sort(_check.finite("source", source, 1))
    if not samples.size:
        raise ValueError("source must have at least 1 sample, got 0")
    return _of_samples(samples, levels)


def distortion(code: Scalar, source: str | Density, *, support: tuple[float, float] | None = None) -> float:
    """The mean squared error of *code* on the law *source*, with *source* and *support* as for :func:`lloyd_max`.

    >>> round(distortion(lloyd_max("gaussian", 4), "gaussian"), 4)
    0.1175
    """
    levels = np.array(code.levels)
    m0, m1, m2 = law(source, support).cells(np.array(code.thresholds))
    return float((m2 - 2 * levels * m1 + levels * levels * m0).sum() / m0.sum())


def law(source: str | Density, support: tuple[float, float] | None) -> Law:
    """The integrals of a named law or of a density."""
    if isinstance(source, str):
        return _named(_check.choice("source", source, LAWS))
    if support is None:
        raise ValueError("support must be given for a density, got None")
    return Law(source, support)


@lru_cache(maxsize=len(LAWS))
def _named(name: str) -> Law:
    return Law(*LAWS[name])


class _Guess:
    """Thresholds, the means of their cells, and how far they are from the middle between those."""

    def __init__(self, law: Law, t: NDArray[np.float64]) -> None:
        self.t, (self.m0, m1, _) = t, law.cells(t)
        self.c = m1 / np.where(self.m0 > 0, self.m0, np.nan)
        self.middle = (self.c[:-1] + self.c[1:]) / 2
        self.gap = float(np.abs(self.middle - t).max(initial=0)) if (self.m0 > 0).all() else math.inf


def best_for_law(law: Law, levels: int) -> Scalar:
    """Newton's steps where they help, else Lloyd's."""
    now = _Guess(law, law.spread(levels))
    for _ in range(STEPS):
        if now.gap <= CLOSE * (law.high - law.low):
            return Scalar(tuple(now.c), tuple(now.middle))
        t = _newton(law, now)
        good = (np.diff(t, prepend=law.low, append=law.high) > 0).all()
        then = _Guess(law, t) if good else now
        now = then if then.gap < now.gap else _Guess(law, now.middle)
    raise NotConverged(f"{levels} levels still moved after {STEPS} steps")


def _newton(law: Law, now: _Guess) -> NDArray[np.float64]:
    """One step of Newton's method for t_i = (c_i + c_i+1) / 2; a mean moves only with the two ends of its cell."""
    t, c, m0, f = now.t, now.c, now.m0, law.density(now.t)
    by_right, by_left = f * (t - c[:-1]) / m0[:-1] / 2, f * (c[1:] - t) / m0[1:] / 2
    return t + _tridiagonal(-by_left[:-1], 1 - by_right - by_left, -by_right[1:], now.middle - t)


def _tridiagonal(
    below: NDArray[np.float64], middle: NDArray[np.float64], above: NDArray[np.float64], right: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The x of A x = *right*, with the three diagonals of a dominant A, from top to bottom and back."""
    size, pivot, value = len(right), middle.tolist(), right.tolist()
    for i in range(1, size):
        share = below[i - 1] / pivot[i - 1]
        pivot[i] -= share * above[i - 1]
        value[i] -= share * value[i - 1]
    for i in range(size - 1, -1, -1):
        later = above[i] * value[i + 1] if i + 1 < size else 0.0
        value[i] = (value[i] - later) / pivot[i]
    return np.array(value)


def _of_samples(samples: NDArray[np.float64], levels: int) -> Scalar:
    """Lloyd's steps on sorted samples; a level that loses all its samples stays where it was."""
    values = np.unique(samples)
    if len(values) <= levels:
        return Scalar(tuple(values))
    sums = np.concatenate([[0.0], np.cumsum(samples)])
    t, c = _evenly(samples, values, levels), np.zeros(levels)
    for _ in range(STEPS):
        ends = np.concatenate([[0], np.searchsorted(samples, t), [len(samples)]])
        count = np.diff(ends)
        c = np.where(count > 0, np.diff(sums[ends]) / np.maximum(count, 1), c)
        before, t = t, (c[:-1] + c[1:]) / 2
        if np.array_equal(before, t):
            return Scalar(tuple(c), tuple(t))
    raise NotConverged(f"{levels} levels still moved after {STEPS} steps")


def _evenly(samples: NDArray[Any], values: NDArray[Any], levels: int) -> NDArray[np.float64]:
    """Thresholds between different values, with about as many samples in each cell as ties allow."""
    wanted = samples[np.arange(1, levels) * len(samples) // levels]
    place = np.searchsorted(values, wanted)
    first, last = np.arange(1, levels), np.arange(1, levels) + len(values) - levels
    place = np.clip(np.maximum.accumulate(place - first) + first, first, last)
    return values[place - 1] / 2 + values[place] / 2
