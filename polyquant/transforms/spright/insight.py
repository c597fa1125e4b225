"""What lessons and tests look at: reproducible noise, who shares a bin, and when peeling must get stuck.

Peeling event by event is in the result of :func:`polyquant.transforms.spright.peel.peel`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from . import _index
from .bins import hashed
from .plan import Plan

__all__ = ["density_evolution", "kinds", "members", "noise", "threshold"]


def noise(idx: ArrayLike, seed: int) -> NDArray[np.float64]:
    """Standard normal numbers that depend on index and seed alone: the same sample shows the same noise again.

    >>> noise([0, 1], 1).round(6).tolist()
    [-0.162875, 0.535424]

    Parameters
    ----------
    idx : integers
        Shape (m,), or limbs of shape (m, W), which are mixed in one after the other.
    seed : int
        At least 0.
    """
    array = np.asarray(idx)
    rows = _check.unsigned("idx", array, array.ndim)
    number = _check.integer("seed", seed, 0)
    with np.errstate(over="ignore"):
        first, *others = rows.reshape(len(rows), -1).T
        z = first * np.uint64(0x9E3779B97F4A7C15)
        for limb in others:
            z = _mix(z + limb) * np.uint64(0x9E3779B97F4A7C15)
        z = z + np.uint64((number * 0xD1342543DE82EF95 + 1) & _index.MASK)
        a, b = _mix(z), _mix(z ^ np.uint64(0xA5A5A5A5A5A5A5A5))
    u = ((a >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53
    v = (b >> np.uint64(11)).astype(np.float64) / 2**53
    normal: NDArray[np.float64] = np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)
    return normal


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finisher of the generator splitmix64."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def members(plan: Plan, support: ArrayLike) -> list[list[list[int]]]:
    """For each group and each of its bins the numbers i of the indices support[i] that fall into it.

    >>> from polyquant.transforms.spright import Plan
    >>> members(Plan(3, 1, groups=(((0b001,), (0b000, 0b010, 0b100)),)), [2, 5, 7])
    [[[0], [1, 2]]]
    """
    where = hashed(plan, _index.widen("support", support, plan.n))
    return [[np.flatnonzero(row == j).tolist() for j in range(plan.B)] for row in where]


def kinds(plan: Plan, support: ArrayLike) -> list[list[str]]:
    """For each group and each of its bins "zero", "single" or "multi": how many coefficients meet there.

    >>> from polyquant.transforms.spright import Plan
    >>> kinds(Plan(3, 1, groups=(((0b001,), (0b000, 0b010, 0b100)),)), [2, 5, 7])
    [['single', 'multi']]
    """
    names = "zero", "single", "multi"
    return [[names[min(2, len(bin))] for bin in group] for group in members(plan, support)]


def density_evolution(load: float, C: int, rounds: int = 50) -> list[float]:
    """Share of the lines between coefficients and bins that is left after 0, 1, 2, ... rounds of peeling.

    For infinitely many bins with *load* coefficients each on average, C groups: a line stays if in all C - 1 other
    groups its coefficient shares the bin with another line that is left, x <- (1 - exp(-x load))^(C - 1) [LMSS01].

    >>> [round(x, 3) for x in density_evolution(2.0, 3, 4)]
    [1.0, 0.748, 0.602, 0.49, 0.39]
    """
    load, C = _check.real("load", load, 0), _check.integer("C", C, 1)
    left = [1.0]
    for _ in range(_check.integer("rounds", rounds, 0)):
        left.append((-math.expm1(-left[-1] * load)) ** (C - 1))
    return left


def threshold(C: int) -> float:
    """The load (coefficients a bin) up to which :func:`density_evolution` ends at 0, for C >= 2 groups.

    It is the least of -ln(1 - x^(1/(C-1))) / x over 0 < x < 1: where the line first touches the curve.

    >>> [round(threshold(C), 4) for C in (2, 3, 4, 5)]
    [1.0, 2.4554, 3.0891, 3.5089]
    """
    C = _check.integer("C", C, 2)
    low, high = 0.0, 1.0  # the function falls, then rises: keep the third with the larger value out
    for _ in range(200):
        x, y = (2 * low + high) / 3, (low + 2 * high) / 3
        low, high = (low, y) if _touch(x, C) <= _touch(y, C) else (x, high)
    return _touch(high, C)


def _touch(x: float, C: int) -> float:
    return -math.log1p(-(x ** (1 / (C - 1)))) / x
