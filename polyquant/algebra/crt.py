"""Residue systems: what a number says about itself through its remainders, and how much of it comes back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polyquant import _check
from polyquant.errors import DomainError

__all__ = ["ResidueSystem"]


@dataclass(frozen=True, slots=True)
class ResidueSystem:
    """The remainders of a number for several *moduli*, which need not be coprime.

    >>> clocks = ResidueSystem((3, 5, 7))
    >>> clocks.residues(23)
    (2, 3, 2)
    >>> clocks.value((2, 3, 2))
    23

    Parameters
    ----------
    moduli : tuple of int
        At least one; each at least 1.
    """

    moduli: tuple[int, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.moduli, Iterable):
            raise TypeError(f"moduli must be a sequence of integers, got {type(self.moduli).__name__}")
        moduli = tuple(_check.integer(f"moduli[{j}]", m, 1) for j, m in enumerate(self.moduli))
        if not moduli:
            raise ValueError("moduli must hold at least one modulus, got none")
        object.__setattr__(self, "moduli", moduli)

    @property
    def size(self) -> int:
        """How many numbers from 0 on have different remainders: the least common multiple."""
        return math.lcm(*self.moduli)

    @property
    def coprime(self) -> bool:
        """Whether no two moduli share a factor."""
        return math.prod(self.moduli) == self.size

    def residues(self, x: int) -> tuple[int, ...]:
        """The remainders of *x*, one for each modulus."""
        x = _check.integer("x", x)
        return tuple(x % m for m in self.moduli)

    def value(self, residues: Iterable[int]) -> int:
        """The only number in [0, :attr:`size`) with these remainders (the Chinese remainder theorem).

        Raises
        ------
        DomainError
            No number has them: two contradict each other modulo a common factor.
        """
        remainders = [_check.integer(f"residues[{j}]", r, 0) for j, r in enumerate(residues)]
        if len(remainders) != len(self.moduli):
            raise ValueError(f"residues must be {len(self.moduli)}, one for each modulus, got {len(remainders)}")
        x, period = 0, 1
        for r, m in zip(remainders, self.moduli):
            if r >= m:
                raise ValueError(f"residues must be below their modulus, got {r} for {m}")
            common = math.gcd(period, m)
            if (r - x) % common:
                raise DomainError(f"no number has remainders {tuple(remainders)}: modulo {common} they disagree")
            x += period * ((r - x) // common * pow(period // common, -1, m // common) % (m // common))
            period = math.lcm(period, m)
        return x

    def incidence(self, k: int) -> NDArray[np.uint8]:
        """Which of the numbers 0 to k - 1 has which remainder, shape (sum of moduli, k), zeros and ones.

        Row r of the block of modulus m marks the numbers with remainder r.
        """
        x = np.arange(_check.integer("k", k, 1))
        return np.concatenate([x % m == np.arange(m)[:, np.newaxis] for m in self.moduli]).astype(np.uint8)

    def rank(self, k: int) -> int:
        """Rank of :meth:`incidence`: in how many of k directions a histogram can be told from its remainders' counts.

        A histogram is a polynomial F, and the counts of its remainders modulo m are F modulo z^m - 1. So the rank is
        the number of different roots of unity of all z^m - 1, k at most. There are phi(d) roots of exact order d.

        >>> ResidueSystem((2, 3, 5)).rank(30)   # 30 numbers with different remainders, and yet
        8
        """
        orders = set().union(*map(_divisors, self.moduli))
        return min(_check.integer("k", k, 1), sum(map(_totient, orders)))


def folded(values: NDArray[np.int64], modulus: int) -> NDArray[np.int64]:
    """Sums of *values*, shape (k,), over the indices with the same remainder, shape (modulus,)."""
    whole = np.zeros((-(-values.size // modulus), modulus), np.int64)
    whole.reshape(-1)[: values.size] = values
    return np.asarray(whole.sum(0))


def _divisors(m: int) -> set[int]:
    small = [d for d in range(1, math.isqrt(m) + 1) if m % d == 0]
    return {*small, *(m // d for d in small)}


def _totient(d: int) -> int:
    """How many of 1 to d are coprime to d."""
    result, p = d, 2
    while p * p <= d:
        if d % p == 0:
            result -= result // p
            while d % p == 0:
                d //= p
        p += 1
    return result - result // d if d > 1 else result
