"""Subset selection: hide your item in a set of others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from ._blocks import Blocks
from ._mechanism import EPSILON_RANGE, LARGEST_TABLE
from .estimate import Estimate
from .tally import Tally

__all__ = ["SubsetSelection", "best_omega"]

LARGEST_SET = 2**24


def best_omega(m: int, epsilon: float) -> int:
    """How many of *m* positions a set should hold for the least variance: about m / (e^epsilon + 1) of them.

    Both neighbours of that are tried; rounding alone is sometimes wrong. The smaller one wins a tie.

    >>> best_omega(5, math.log(2))
    2
    """
    m = _check.integer("m", m, 2, LARGEST_SET)
    epsilon = _check.real("epsilon", epsilon, *EPSILON_RANGE)
    low = min(max(math.floor(m / (math.exp(epsilon) + 1)), 1), m - 1)
    high = min(low + 1, m - 1)
    return high if spread(m, high, epsilon) < spread(m, low, epsilon) * (1 - 1e-12) else low


def spread(m: int, omega: int, epsilon: float) -> float:
    """Variance of a position's frequency, times the users, if all positions are equally frequent: 1 / weight."""
    covered = omega + m / math.expm1(epsilon)
    return (1 - 1 / m) ** 2 * covered**2 / (omega * (m - omega))


@dataclass(frozen=True, slots=True)
class SubsetSelection(Blocks):
    """Send a set of *omega* items that holds yours more often than not [YB18].

    A set with the own item is e^epsilon times as likely as one without; the variance is the least that is possible.

    >>> round(SubsetSelection(5, math.log(3), omega=2).p, 12)
    0.666666666667

    Parameters
    ----------
    k : int
        Items, 2 to 2^24.
    epsilon : float
        Privacy, 1e-6 to 64.
    omega : int, optional
        Size of the sets, 1 to k - 1; :func:`best_omega` if left out.
    """

    k: int
    epsilon: float
    omega: int = None  # type: ignore[assignment]  # an int as soon as it is made

    def __post_init__(self) -> None:
        self._check_domain(LARGEST_SET)
        chosen = best_omega(self.k, self.epsilon) if self.omega is None else self.omega
        object.__setattr__(self, "omega", _check.integer("omega", chosen, 1, self.k - 1))

    @property
    def name(self) -> str:
        """Short for subset selection."""
        return "ss"

    @property
    def p(self) -> float:
        """Probability that a set holds the user's item."""
        return float(self._blocks()[0].p)

    @property
    def q(self) -> float:
        """Probability that it holds another item."""
        return float(self._blocks()[0].q)

    @property
    def _moduli(self) -> tuple[int, ...]:
        return (self.k,)

    @property
    def _omegas(self) -> tuple[int, ...]:
        return (self.omega,)

    def estimate(self, tally: Tally) -> Estimate:
        """Unbiased frequencies of all k items.

        Raises
        ------
        ValueError
            *tally* is of another mechanism, or empty.
        """
        n, block = self._counted(tally), self._blocks()[0]
        return self._estimate((tally.counts / n - float(block.q)) / float(block.gap), n)

    def covariance(self, n: int, frequency: ArrayLike) -> NDArray[np.float64]:
        """Covariance of the estimates, shape (k, k): a set that holds one item has less room for another."""
        f = self._histogram(frequency)
        _check.integer("k", self.k, 2, math.isqrt(LARGEST_TABLE))
        alpha, gamma, constant, beta = self._blocks()[0].moments()
        matrix = constant + beta * (f[:, np.newaxis] + f) + np.diag(alpha + (gamma - 1) * f)
        return np.asarray(matrix / _check.integer("n", n, 1))

    def attack_success(self) -> float:
        """How often the best attacker guesses the item from one report, if all items are equally likely: p / omega."""
        return float(self._blocks()[0].p / self.omega)

    def _spread(self, f: NDArray[np.float64]) -> NDArray[np.float64]:
        b = self._blocks()[0]
        return np.asarray(float(b.q * (1 - b.q) / b.gap**2) + f * float((1 - b.p - b.q) / b.gap))
