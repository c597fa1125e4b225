"""Which moduli? A design is good if residue counts tell all items apart, without amplifying the noise.

What decides is not how far the product of the moduli reaches, but their sum, rho k, and their spread. Nearly equal
moduli are the worst: next to 1 their roots of unity lie so close that k items cannot tell them apart. At a fixed ratio
of rho to the number l of moduli, which is the share of subset selection's bits that a report takes, more moduli are
better.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from polyquant import _check
from polyquant.algebra.crt import ResidueSystem
from polyquant.errors import DomainError, NotConverged

from ._designs import DESIGNS
from .gram import Gram, mean_variance
from .subset import best_omega, spread

__all__ = ["check_moduli", "default_moduli", "mse_ratio", "search_moduli"]

SMALL = 64
STEPS = sorted(range(-500, 501), key=abs)
SPREAD = 0.4, 1.7  # smallest and largest modulus of the first design, as a multiple of the mean


def check_moduli(k: int, moduli: Sequence[int]) -> None:
    """Refuse moduli that do not tell all histograms over [k] apart.

    Raises
    ------
    DomainError
        They see fewer than k directions.

    >>> check_moduli(10, (2, 3, 5))
    Traceback (most recent call last):
    ...
    polyquant.errors.DomainError: moduli (2, 3, 5) see 8 of k = 10 directions: coprime, they must sum to 12, got 10
    """
    if max(moduli, default=0) >= k:
        return  # one of them sees everything
    system = ResidueSystem(tuple(moduli))
    rank = system.rank(k)
    if rank < k:
        demand = f"coprime, they must sum to {k + len(moduli) - 1}, got {sum(moduli)}"
        reason = demand if system.coprime else "common factors are seen only once"
        raise DomainError(f"moduli {tuple(moduli)} see {rank} of k = {k} directions: {reason}")


def mse_ratio(k: int, moduli: Sequence[int], epsilon: float) -> float:
    """Mean squared error of the ratio estimator by the least that any mechanism of this kind has, 4 E / (E - 1)^2.

    Both are for many users and equally frequent items; E is e^epsilon.

    Raises
    ------
    DomainError
        The moduli do not tell the items apart.
    NotConverged
        They hardly do.
    """
    check_moduli(k, moduli)
    weights = tuple(1 / spread(m, best_omega(m, epsilon), epsilon) for m in moduli)
    best = 1 / math.sinh(epsilon / 2) ** 2  # 4 E / (E - 1)^2
    return len(moduli) * mean_variance(Gram(k, tuple(moduli), weights)) / best


def search_moduli(
    k: int, *, ell: int, rho: float, epsilon: float, evaluations: int = 200, seed: int = 0
) -> tuple[int, ...]:
    """Moduli with a small error: *ell* of them, pairwise coprime, with a sum of at most *rho* k.

    A climb from evenly spread ones: two moduli move in opposite directions, to the nearest coprime values, and stay
    there if the error gets smaller. One step costs one solution by conjugate gradients.

    Parameters
    ----------
    k : int
        Items, at least 2.
    ell : int
        How many moduli, at least 1.
    rho : float
        Sum of the moduli divided by k. The ratio of rho to ell is about the share of subset selection's bits.
    epsilon : float
        Privacy.
    evaluations : int
        How many designs are tried.
    seed : int
        The same seed, the same design.

    Returns
    -------
    tuple of int
        In rising order.

    Raises
    ------
    DomainError
        No such design was found that tells k items apart.
    """
    k, ell = _check.integer("k", k, 2, 2**24), _check.integer("ell", ell, 1, 4096)
    total = int(_check.real("rho", rho, 0.0, float(ell)) * k)
    if total < k + ell - 1:
        raise DomainError(
            f"rho must make moduli that sum to k + ell - 1 = {k + ell - 1} or more, got {rho} k = {total}"
        )
    rng, evaluations = np.random.default_rng(seed), _check.integer("evaluations", evaluations, 1)
    now = _coprime(_even(k, ell, total), total, k)
    best = _objective(k, now, epsilon)
    for tried in range(1, evaluations if len(now) > 1 else 0):
        reach = 1 + 0.25 * total / ell * (1 - tried / evaluations) ** 2
        step, (i, j) = int(rng.integers(1, 2 + int(reach))), rng.choice(ell, 2, replace=False)
        wish = [m for t, m in enumerate(now) if t not in (i, j)] + [now[i] + step, now[j] - step]
        trial = _coprime(wish, total, k)
        value = _objective(k, trial, epsilon)
        if value < best:
            now, best = trial, value
    if not best < math.inf:
        raise DomainError(f"no {ell} moduli that sum to {rho} k and tell {k} items apart were found: take a larger rho")
    return tuple(sorted(now))


def _objective(k: int, moduli: Sequence[int], epsilon: float) -> float:
    try:
        return mse_ratio(k, moduli, epsilon) if moduli else math.inf
    except (DomainError, NotConverged):
        return math.inf


def _even(k: int, ell: int, total: int) -> list[int]:
    """Evenly spread numbers that sum to about *total*."""
    shape = np.linspace(*SPREAD, ell) if ell > 1 else np.ones(1)
    return [min(int(x), k) for x in shape * total / shape.sum()]


def _coprime(wish: Sequence[int], total: int, k: int) -> list[int]:
    """Near each of *wish* in turn a number that is coprime to those before, from 2 to k; the last keeps the sum at most
    *total*. Empty if that is impossible.
    """
    found: list[int] = []
    for place, x in enumerate(wish):
        most = min(k, total - sum(found)) if place == len(wish) - 1 else k
        product, near = math.prod(found), (min(x, most) + d for d in STEPS)
        match = next((m for m in near if 2 <= m <= most and math.gcd(m, product) == 1), None)
        if match is None:
            return []
        found.append(match)
    return found


@lru_cache(maxsize=256)
def default_moduli(k: int) -> tuple[int, ...]:
    """Eight moduli that sum to 4 k, or fewer for few items: about half of subset selection's bits.

    From the table of searched designs, or the shape of one of them at another size; below 64 items a short search.
    """
    if (k, 8, 4.0) in DESIGNS:
        return DESIGNS[k, 8, 4.0]
    if k >= SMALL:
        scaled = [round(m * k / 1024) for m in DESIGNS[1024, 8, 4.0]]
        return tuple(sorted(_coprime(scaled, 4 * k + 8, k)))
    for ell in (8, 4, 3, 2):
        if ell / 2 * k >= k + ell - 1:
            with contextlib.suppress(DomainError):
                found = search_moduli(k, ell=ell, rho=ell / 2, epsilon=1.0, evaluations=60)
                if mse_ratio(k, found, 1.0) < 2:
                    return found
    return (k,)
