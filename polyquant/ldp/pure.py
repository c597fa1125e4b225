"""Reports that support some items and not others: randomised response, and one bit for each item.

The report of a user with item x supports x with probability p and any other item with probability q < p. So
the share of supporting reports is q + (p - q) f, and a server that counts support has an unbiased estimate of every f:
``phi = (1[supported] - q) / (p - q)``, averaged over the users [WAN17].
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant._parallel import chunks
from polyquant._random import Entropy, generator
from polyquant.bits import Bits

from ._batch import Batch, checked_size
from ._client import GRID, Coins, floor_to_grid, secret_bytes
from ._mechanism import Common
from ._symbol import Symbol
from .estimate import Estimate
from .tally import Tally


def support_spread(p: Fraction, q: Fraction, f: NDArray[np.float64]) -> NDArray[np.float64]:
    """The variance, times n, of each frequency when items are supported with probability p and q, shape (k,)."""
    return np.asarray(float(q * (1 - q) / (p - q) ** 2) + f * float((1 - p - q) / (p - q)))


@dataclass(frozen=True, slots=True)
class RandomizedResponse(Symbol):
    """Say your item with probability p, and else any other: the oldest mechanism, best for few items [WAR65].

    >>> RandomizedResponse(4, 1.0986122886681098).channel().round(6).tolist()[0]
    [0.5, 0.166667, 0.166667, 0.166667]

    Parameters
    ----------
    k : int
        Items, at least 2.
    epsilon : float
        Privacy, 1e-6 to 64.
    """

    k: int
    epsilon: float

    def __post_init__(self) -> None:
        self._check_domain()

    @property
    def name(self) -> str:
        """Short for generalised randomised response."""
        return "grr"

    @property
    def cells(self) -> int:
        """One count for each item."""
        return self.k

    @property
    def _size(self) -> int:
        return 1

    def _symbols(self, items: NDArray[np.int64], inside: bool, index: NDArray[np.int64]) -> NDArray[np.int64]:
        return items if inside else index + (index >= items)

    def _reached(self) -> int:
        return self.k

    def _frequency(self, counts: NDArray[np.int64], n: int) -> NDArray[np.float64]:
        q, p = self._levels()
        return np.asarray((counts / n - float(q)) / float(p - q))

    def _spread(self, f: NDArray[np.float64]) -> NDArray[np.float64]:
        q, p = self._levels()
        return support_spread(p, q, f)

    def covariance(self, n: int, frequency: ArrayLike) -> NDArray[np.float64]:
        """Covariance of the estimates, shape (k, k): who says one item does not say another."""
        f = self._histogram(frequency)
        low, p = self._levels()
        q, gap = float(low), float(p - low)
        matrix = -q * (q + gap * (f[:, None] + f)) / gap**2
        np.fill_diagonal(matrix, self._spread(f))
        return np.asarray(matrix / _check.integer("n", n, 1))


class Supports(Common):
    """Counts of support that are independent from item to item."""

    __slots__ = ()

    if TYPE_CHECKING:

        def _chances(self, odds: Fraction | None = None) -> tuple[Fraction, Fraction]: ...  # p and q

    @property
    def cells(self) -> int:
        """How many reports support each item."""
        return self.k

    @property
    def p(self) -> float:
        """Probability that a report supports the user's item."""
        return float(self._chances()[0])

    @property
    def q(self) -> float:
        """Probability that it supports another item."""
        return float(self._chances()[1])

    def simulate(
        self,
        values: ArrayLike | None = None,
        *,
        counts: ArrayLike | None = None,
        rng: np.random.Generator | int | None = None,
        method: str = "exact",
    ) -> Tally:
        """The tally of made-up users from its exact law: two binomial numbers for each item, however many the users.

        Parameters
        ----------
        values : array of int, shape (n,), optional
            Items of the users.
        counts : array of int, shape (k,), optional
            Instead: how many users have each item.
        rng : numpy Generator or seed
            Repeatable numbers, nobody's privacy.
        method : "exact"
            There is no other.
        """
        _check.choice("method", method, ("exact",))
        users, random = self._users(values, counts), generator(rng)
        n = users.sum()
        return Tally._from_counts(self, random.binomial(users, self.p) + random.binomial(n - users, self.q), [n])

    def estimate(self, tally: Tally) -> Estimate:
        """Unbiased frequencies of all k items.

        Raises
        ------
        ValueError
            *tally* is of another mechanism, or empty.
        """
        n = self._counted(tally)
        p, q = self._chances()
        return self._estimate((tally.counts / n - float(q)) / float(p - q), n)

    def covariance(self, n: int, frequency: ArrayLike) -> NDArray[np.float64]:
        """Covariance of the estimates, shape (k, k): items do not disturb each other."""
        return np.diag(self.variance(n, frequency))

    def _spread(self, f: NDArray[np.float64]) -> NDArray[np.float64]:
        return support_spread(*self._chances(), f)


@dataclass(frozen=True, slots=True)
class UnaryEncoding(Supports):
    """One bit for each item, each bit flipped on its own: one-shot RAPPOR [EPK14], or its better weights [WAN17].

    >>> UnaryEncoding(3, 1.0986122886681098).variance(1, [1, 0, 0]).round(6).tolist()
    [4.0, 3.0, 3.0]

    Parameters
    ----------
    k : int
        Items, at least 2.
    epsilon : float
        Privacy, 1e-6 to 64.
    optimized : bool
        True ("oue"): the bit of the item stays 1 with probability 1/2, and others become 1 as rarely as epsilon allows.
        False ("sue"): every bit is kept with the same probability.
    """

    k: int
    epsilon: float
    optimized: bool = True

    def __post_init__(self) -> None:
        self._check_domain()
        if not isinstance(self.optimized, bool):
            raise TypeError(f"optimized must be a bool, got {self.optimized!r}")

    @property
    def name(self) -> str:
        """Short name: "oue" if optimized, else "sue"."""
        return "oue" if self.optimized else "sue"

    @property
    def message_bits(self) -> int:
        """One bit for each item."""
        return self.k

    def reports(self, values: ArrayLike, *, entropy: Entropy = secret_bytes, codec: str | None = None) -> Batch:
        """A report for each of *values*, shape (n,), items from 0 to k-1; real randomness, for real users."""
        items, coins, name = self._items(values), Coins(entropy), self._codec(codec)
        p, q = self._chances()
        rows = []
        for start, stop in chunks(items.size, self._at_once):
            noise = coins.bits(q, (stop - start) * -(-self.k // 64)).astype(">u8").view(np.uint8)
            bits = np.unpackbits(noise.reshape(stop - start, -1), axis=1, count=self.k)
            bits[np.arange(stop - start), items[start:stop]] = coins.heads(p, stop - start)
            rows.append(bits.reshape(-1))
        flat = np.concatenate([np.zeros(0, np.uint8), *rows])
        return Batch(self.fingerprint, name, items.size, Bits(np.packbits(flat).tobytes(), flat.size))

    def outputs(self) -> list[Bits]:
        """All strings of k bits, in rising order."""
        self._check_bits()
        return [Bits.from_int(number, self.k) for number in range(2**self.k)]

    def attack_success(self) -> float:
        """How often the best attacker guesses the item from one report, if all items are equally likely.

        He names an item whose bit is 1, or any if there is none.
        """
        p, q = self.p, self.q
        someone = -np.expm1(self.k * np.log1p(-q))  # 1 - (1 - q)^k
        return float(p * someone / (self.k * q) + (1 - p) * (1 - q) ** (self.k - 1) / self.k)

    @property
    def _at_once(self) -> int:
        return max(1, 2**24 // self.k)

    def _chances(self, odds: Fraction | None = None) -> tuple[Fraction, Fraction]:
        """The chance that a 0 stays 0 is the one that clients round down: then no ratio is above e^epsilon."""
        limit = self.odds if odds is None else odds
        weight = limit if self.optimized else _root(limit)
        stays = weight / (weight + 1)
        if odds is None:
            stays = floor_to_grid(stays)
        return (Fraction(1, 2) if self.optimized else stays), 1 - stays

    def _levels(self, odds: Fraction | None = None) -> list[Fraction]:
        """Probability of a report by its number of other ones: first if the user's own bit is 0, then if it is 1."""
        p, q = self._chances(odds)
        others = [q**ones * (1 - q) ** (self.k - 1 - ones) for ones in range(self.k)]
        return [own * other for own in (1 - p, p) for other in others]

    def _table(self) -> NDArray[np.int64]:
        self._check_bits()
        bits = np.arange(2**self.k) >> np.arange(self.k)[::-1, None] & 1  # (k, outputs)
        return np.asarray(bits.sum(axis=0) - bits + self.k * bits, np.int64)

    def _check_bits(self) -> None:
        self._check_table(2 ** min(self.k, 64))

    def _tally_batch(self, batch: Batch, counts: NDArray[np.int64], users: NDArray[np.int64]) -> NDArray[np.bool_]:
        data = checked_size(batch, self.k).bits.array()
        for start, stop in chunks(batch.count, 8 * -(-self._at_once // 8)):  # pieces begin at a byte
            piece = data[start * self.k // 8 : -(-stop * self.k // 8)]
            bits = np.unpackbits(piece, count=(stop - start) * self.k)
            counts += bits.reshape(stop - start, self.k).sum(axis=0, dtype=np.int64)
        users[0] += batch.count
        return np.ones(batch.count, np.bool_)  # every string of k bits can be sent


def _root(square: Fraction) -> Fraction:
    """The square root, rounded down to a multiple of 2^-64."""
    return Fraction(isqrt((square.numerator << 2 * GRID) // square.denominator), 2**GRID)
