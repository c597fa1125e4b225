"""Modular subset selection: read your item on one of several clocks, and hide that reading in a set of others.

A clock with m hours shows x mod m. Each user is given one of the clocks at random, and plays subset selection on its
face [ARC25]. The server reads how often each hour of each clock was marked, and weighted least squares over the residue
counts gives back all k frequencies, if the clocks tell all histograms apart: that takes hours that sum to k + l - 1 or
more for l coprime clocks, not merely a product that covers k.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.errors import DomainError

from . import _covariance as errors
from . import moduli as designs
from ._blocks import Blocks
from ._mechanism import LARGEST_TABLE
from .estimate import Estimate
from .gram import Gram, Plan, ones, plan
from .gram import spread as unfold
from .subset import LARGEST_SET, best_omega
from .subset import spread as block_spread
from .tally import Tally

__all__ = ["ModularSubset"]

KINDS = ("ratio", "linear")
EXACT_K = 256  # up to here error bars come from the whole covariance matrix


@dataclass(frozen=True, slots=True)
class ModularSubset(Blocks):
    """Subset selection on one of several residues: reports are shorter by half or more, at a little more variance.

    >>> clocks = ModularSubset(6, math.log(3), moduli=(3, 4, 5))
    >>> tally = clocks.simulate(counts=[500, 0, 0, 300, 200, 0], rng=1)
    >>> bool(abs(clocks.estimate(tally).frequency.sum() - 1) < 0.2)
    True

    Parameters
    ----------
    k : int
        Items, 2 to 2^24.
    epsilon : float
        Privacy, 1e-6 to 64.
    moduli : tuple of int, optional
        Hours of each clock, at least 2; a good design with about half of subset selection's bits if left out.
    omegas : tuple of int, optional
        Size of the sets of each clock; :func:`best_omega` of each if left out.

    Raises
    ------
    DomainError
        The moduli do not tell all histograms over [k] apart; the message says how many directions they see.
    """

    k: int
    epsilon: float
    moduli: tuple[int, ...] = None  # type: ignore[assignment]  # tuples as soon as it is made
    omegas: tuple[int, ...] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self._check_domain(LARGEST_SET)
        given = designs.default_moduli(self.k) if self.moduli is None else self.moduli
        if not isinstance(given, Iterable):
            raise TypeError(f"moduli must be a sequence of integers, got {type(given).__name__}")
        moduli = tuple(_check.integer(f"moduli[{j}]", m, 2, LARGEST_SET) for j, m in enumerate(given))
        designs.check_moduli(self.k, moduli)
        sizes = [best_omega(m, self.epsilon) for m in moduli] if self.omegas is None else list(self.omegas)
        if len(sizes) != len(moduli):
            raise ValueError(f"omegas must be one for each of {len(moduli)} moduli, got {len(sizes)}")
        omegas = tuple(_check.integer(f"omegas[{j}]", w, 1, moduli[j] - 1) for j, w in enumerate(sizes))
        object.__setattr__(self, "moduli", moduli)
        object.__setattr__(self, "omegas", omegas)

    @property
    def name(self) -> str:
        """Short for modular subset selection."""
        return "mss"

    @property
    def _moduli(self) -> tuple[int, ...]:
        return self.moduli

    @property
    def _omegas(self) -> tuple[int, ...]:
        return self.omegas

    @property
    def gram(self) -> Gram:
        """The Gram matrix of weighted least squares; the weights are exact for equally frequent items."""
        return gram_of(self.k, self.epsilon, self.moduli, self.omegas)

    @property
    def plan(self) -> Plan:
        """Its inverse; made when it is first needed, and kept.

        Raises
        ------
        NotConverged
            The moduli hardly tell the items apart.
        """
        return plan(self.gram)

    @property
    def condition(self) -> float:
        """Largest by smallest eigenvalue of the Gram matrix, to about a percent: what noise may be amplified by."""
        return self.plan.condition()

    def estimate(self, tally: Tally, kind: str = "ratio", *, constrain_sum: bool = False) -> Estimate:
        """Unbiased frequencies of all k items.

        Parameters
        ----------
        tally : Tally
            Counts of every position of every block.
        kind : "ratio" or "linear"
            "ratio" divides the counts of a block by its users, which must not be zero. "linear" divides by the number
            that was to be expected; it is unbiased also if a block is empty, and noisier.
        constrain_sum : bool
            Move along the least certain direction until the frequencies sum to 1.

        Raises
        ------
        DomainError
            A block without users, with "ratio".
        ValueError
            *tally* is of another mechanism, or empty.
        """
        n, kind = self._counted(tally), _check.choice("kind", kind, KINDS)
        if kind == "ratio" and not tally.users.all():
            raise DomainError(f"kind 'ratio' needs users in each block, got none in {int(np.argmin(tally.users))}")
        sums, at = [], 0
        for block, users, weight in zip(self._blocks(), tally.users.tolist(), self.gram.weights):
            counts = tally.counts[at : at + block.m]
            at += block.m
            share = users if kind == "ratio" else n / self.groups
            sums.append(weight * (counts - users * float(block.q)) / (share * float(block.gap)))
        f = self.plan.solve(unfold(sums, self.k))
        if constrain_sum:
            direction = ones(self.gram)
            f = f + direction * ((1 - f.sum()) / direction.sum())
        likely = np.maximum(f, 0)
        likely = likely / likely.sum() if likely.sum() > 0 else np.full(self.k, 1 / self.k)
        variances = self._variances(max(n, 2), likely, kind, quick=True)
        return Estimate(f, np.sqrt(np.maximum(variances, 0)), n, kind)

    def variance(self, n: int, frequency: ArrayLike | None = None, *, kind: str = "ratio") -> NDArray[np.float64]:
        """Variance of each estimated frequency, shape (k,), around the histogram of the n users.

        Exact up to k = 256. Above, the part that depends on how the user's own position differs from the others is
        exact for the residues of each item itself, and an average for other residues: an error of the order of the
        variance divided by a modulus.

        Parameters
        ----------
        n : int
            Users, at least 2.
        frequency : array of float, shape (k,), optional
            Their histogram, sum 1; uniform if left out.
        kind : "ratio" or "linear"
            As in :meth:`estimate`; "ratio" with equally many users in each block.
        """
        f = self._histogram(frequency)
        n = _check.integer("n", n, 2)
        return self._variances(n, f, _check.choice("kind", kind, KINDS), quick=False)

    def covariance(
        self, n: int, frequency: ArrayLike, *, kind: str = "ratio", users: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Exact covariance of the estimates, shape (k, k), for k up to 1024.

        Parameters
        ----------
        n : int
            Users, at least 2.
        frequency : array of float, shape (k,)
            Their histogram, sum 1.
        kind : "ratio" or "linear"
            As in :meth:`estimate`. For "ratio" it is the covariance given the users of each block.
        users : array of int, shape (l,), optional
            Users of each block, for "ratio"; n / l each if left out.
        """
        f, n = self._histogram(frequency), _check.integer("n", n, 2)
        _check.integer("k", self.k, 2, math.isqrt(LARGEST_TABLE))
        linear = _check.choice("kind", kind, KINDS) == "linear"
        share = np.full(self.groups, n / self.groups)
        if users is not None and not linear:
            share = _check.finite("users", users, 1)
        if share.size != self.groups or not (share > 0).all():
            raise ValueError(f"users must be {self.groups} positive numbers, got {share.tolist()}")
        return errors.covariance(self.gram, self._blocks(), f, n, linear, share)

    def attack_success(self) -> float:
        """How often the best attacker guesses the item from one report, if all items are equally likely.

        Some item explains a set best, unless no item has a residue in the set (which takes a modulus above k).
        """
        total = 0.0
        for block in self._blocks():
            missed = math.prod(max(block.m - self.k - i, 0) / (block.m - i) for i in range(block.omega))
            total += (1 - missed) * float(block.p) * block.m / block.omega
            total += missed * float(1 - block.p) * block.m / (block.m - block.omega)
        return total / (self.groups * self.k)

    def _variances(self, n: int, f: NDArray[np.float64], kind: str, *, quick: bool) -> NDArray[np.float64]:
        if self.k <= EXACT_K:
            share = np.full(self.groups, n / self.groups)
            matrix = errors.covariance(self.gram, self._blocks(), f, n, kind == "linear", share)
            return np.asarray(np.diag(matrix))
        return errors.variances(self.gram, self._blocks(), f, n, kind == "linear", quick)


@lru_cache(maxsize=64)
def gram_of(k: int, epsilon: float, moduli: tuple[int, ...], omegas: tuple[int, ...]) -> Gram:
    """The Gram matrix with the weights 1 / variance of the blocks."""
    return Gram(k, moduli, tuple(1 / block_spread(m, omega, epsilon) for m, omega in zip(moduli, omegas)))
