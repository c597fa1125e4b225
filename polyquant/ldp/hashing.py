"""Local hashing: every user has a hash function of their own, and says in which of a few cells the item lies."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant._parallel import chunks
from polyquant._random import Entropy
from polyquant.bits import Bits, pack, unpack
from polyquant.errors import DomainError

from ._batch import Batch, checked_size
from ._client import Coins, floor_to_grid, secret_bytes
from ._kernels import hashing as kernels
from ._mechanism import bits_for, odds
from ._symbol import AT_ONCE
from .pure import Supports

MOST_CELLS = 2**16
SEED_BITS = 128


@dataclass(frozen=True, slots=True)
class LocalHashing(Supports):
    """Hash the item to one of g cells with a hash function of your own, then randomised response on the cells [WAN17].

    A report supports the items that its function sends to its cell. Privacy is exact whatever the hash. For two
    different items the function's values are independent and uniform up to 2^-32, so that p, q and the variance hold
    without a belief in randomness; that more than two items do not hang together (covariance, attack, simulation) is
    the model of an ideal hash.

    >>> LocalHashing(1000, 1.0986122886681098).g
    4

    Parameters
    ----------
    k : int
        Items, 2 to 2^32.
    epsilon : float
        Privacy, 1e-6 to 64.
    g : int, optional
        Cells, 2 to 2^16; the best, near e^epsilon + 1, if left out. g = 2 is "blh", others are "olh".
    """

    k: int
    epsilon: float
    g: int = None  # type: ignore[assignment]  # an int as soon as it is made

    def __post_init__(self) -> None:
        self._check_domain(2**32)
        best = best_cells(self.epsilon) if self.g is None else self.g
        object.__setattr__(self, "g", _check.integer("g", best, 2, MOST_CELLS))

    @property
    def name(self) -> str:
        """Short name: "blh" for two cells, else "olh"."""
        return "blh" if self.g == 2 else "olh"

    @property
    def message_bits(self) -> int:
        """128 bits say which function, the rest which cell."""
        return SEED_BITS + bits_for(self.g)

    def reports(self, values: ArrayLike, *, entropy: Entropy = secret_bytes, codec: str | None = None) -> Batch:
        """A report for each of *values*, shape (n,), items from 0 to k-1; real randomness, for real users."""
        items, coins, name = self._items(values), Coins(entropy), self._codec(codec)
        fields = np.empty((items.size, 3), np.uint64)
        for start, stop in chunks(items.size, AT_ONCE):
            m = stop - start
            fields[start:stop, :2] = coins.words(2 * m).reshape(m, 2)
            cells = np.empty(m, np.int64)
            kernels.own_cells(fields[start:stop, :2], items[start:stop], self.g, cells)
            other = coins.below(self.g - 1, m)
            lie = ~coins.heads(self._truth(), m)
            fields[start:stop, 2] = np.where(lie, other + (other >= cells), cells)
        return Batch(self.fingerprint, name, items.size, pack(fields.reshape(-1), self._widths(items.size)))

    def outputs(self) -> list[Bits]:
        """Never: 2^128 functions are too many; the channel is that of an ideal hash.

        Raises
        ------
        DomainError
            Always.
        """
        raise DomainError(f"reports of local hashing cannot be listed, there are 2^{SEED_BITS} functions")

    def attack_success(self) -> float:
        """How often the best attacker guesses the item from one report, if all items are equally likely: ideal hash.

        He names one of the items in the reported cell, or any other if the cell is empty.
        """
        g, p = self.g, float(self._truth())
        reached = -g * np.expm1(self.k * np.log1p(-1 / g))  # cells that hold an item, on average
        return float((p * reached + (1 - p) / (g - 1) * (g - reached)) / self.k)

    def _widths(self, n: int) -> NDArray[np.int64]:
        """Bits of the fields of n reports: two halves of the seed, the cell."""
        return np.tile(np.array([64, 64, bits_for(self.g)], np.int64), n)

    def _truth(self, odds: Fraction | None = None) -> Fraction:
        limit = self.odds if odds is None else odds
        p = limit / (limit + self.g - 1)
        return floor_to_grid(p) if odds is None else p

    def _chances(self, odds: Fraction | None = None) -> tuple[Fraction, Fraction]:
        return self._truth(odds), Fraction(1, self.g)

    def _levels(self, odds: Fraction | None = None) -> list[Fraction]:
        """The two probabilities of a pair of function and cell, for the g^k functions of an ideal hash."""
        p, functions = self._truth(odds), self.g**self.k
        return [(1 - p) / (self.g - 1) / functions, p / functions]

    def _table(self) -> NDArray[np.int64]:
        """1 where the function sends the item to the cell; functions count up from (0, ..., 0), cells within them."""
        functions = self.g ** min(self.k, 64)
        self._check_table(functions * self.g)
        values = np.arange(functions) // self.g ** np.arange(self.k)[::-1, None] % self.g  # (k, functions)
        hits = values[:, :, None] == np.arange(self.g)
        return np.asarray(hits.reshape(self.k, -1), np.int64)

    def _tally_batch(self, batch: Batch, counts: NDArray[np.int64], users: NDArray[np.int64]) -> NDArray[np.bool_]:
        bits = checked_size(batch, self.message_bits).bits
        fields = unpack(bits, self._widths(batch.count)).reshape(-1, 3)
        valid = np.asarray(fields[:, 2] < np.uint64(self.g))
        kernels.support(fields[valid], self.g, counts)
        users[0] += np.count_nonzero(valid)
        return valid


def best_cells(epsilon: float) -> int:
    """The g of the least variance, a neighbour of e^epsilon + 1; the smaller of two that are equal."""
    weight = odds(epsilon)
    near = min(max(floor(weight), 1), MOST_CELLS - 2)
    return 1 + min((near, near + 1), key=lambda others: (weight + others) ** 2 / others)
