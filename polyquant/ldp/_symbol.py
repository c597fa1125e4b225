"""Mechanisms whose report is one symbol: each item has a set of symbols that are e^epsilon times as likely.

All of them have one law. There are N symbols, every item has a set of s of them, and a report lies in the set of the
user's item with probability p = e^epsilon s / (e^epsilon s + N - s), uniform inside the set and uniform outside. They
differ in the sets, and in how a server adds up what lies in them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant._parallel import chunks
from polyquant._random import Entropy, generator
from polyquant.bits import Bits, pack, unpack

from ._batch import Batch, checked_size
from ._client import Coins, floor_to_grid, secret_bytes
from ._mechanism import Common, bits_for
from .estimate import Estimate
from .tally import Tally

AT_ONCE = 2**17  # users, a bound on the memory of one step


class Symbol(Common):
    """A mechanism whose report is one of ``cells`` symbols."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def _size(self) -> int: ...  # symbols in the set of an item

        def _symbols(
            self, items: NDArray[np.int64], inside: bool, index: NDArray[np.int64]
        ) -> NDArray[np.int64]: ...  # the index-th symbol inside or outside of the item's set

        def _frequency(self, counts: NDArray[np.int64], n: int) -> NDArray[np.float64]: ...

        def _reached(self) -> int: ...  # symbols that are in the set of some item

    @property
    def message_bits(self) -> int:
        """Bits of a report; all are of this length."""
        return bits_for(self.cells)

    @property
    def p(self) -> float:
        """Probability that a report lies in the set of the user's item."""
        return float(self._p())

    def reports(self, values: ArrayLike, *, entropy: Entropy = secret_bytes, codec: str | None = None) -> Batch:
        """A report for each of *values*, shape (n,), items from 0 to k-1; real randomness, for real users."""
        items, coins, name = self._items(values), Coins(entropy), self._codec(codec)
        symbols = np.empty(items.size, np.int64)
        for start, stop in chunks(items.size, AT_ONCE):
            inside = coins.heads(self._p(), stop - start)
            for truth, size in ((True, self._size), (False, self.cells - self._size)):
                who = start + np.flatnonzero(inside == truth)
                symbols[who] = self._symbols(items[who], truth, coins.below(size, who.size))
        return Batch(self.fingerprint, name, items.size, pack(symbols, self.message_bits))

    def simulate(
        self,
        values: ArrayLike | None = None,
        *,
        counts: ArrayLike | None = None,
        rng: np.random.Generator | int | None = None,
        method: str = "exact",
    ) -> Tally:
        """The tally of made-up users, drawn from its exact law without making their reports.

        A report is a fair draw from all symbols with probability N p0, p0 being the chance of a symbol outside of the
        set, and else a fair draw from the set. So the users of one item need one step each or one for each
        symbol of the set, whichever are fewer.

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
        outside = self._levels()[0]
        truthful = random.binomial(users, float(1 - self.cells * outside))
        noise = int((users - truthful).sum())
        total = random.multinomial(noise, np.full(self.cells, 1 / self.cells)).astype(np.int64)
        total += self._honest(truthful, random)
        return Tally._from_counts(self, total, [users.sum()])

    def _honest(self, truthful: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        """Counts of the symbols, shape (N,), of users who draw from the sets of their items, so many for each item."""
        total = np.zeros(self.cells, np.int64)
        if self._size == 1:
            members = self._symbols(np.arange(self.k), True, np.zeros(self.k, np.int64))
            np.add.at(total, members, truthful)
            return total
        many = truthful > self._size
        for x in np.flatnonzero(many):
            members = self._symbols(np.full(self._size, x), True, np.arange(self._size))
            total[members] += random.multinomial(truthful[x], np.full(self._size, 1 / self._size))
        ends = np.cumsum(np.where(many, 0, truthful))
        for start, stop in chunks(int(ends[-1]), AT_ONCE):
            items = np.searchsorted(ends, np.arange(start, stop), "right")
            symbols = self._symbols(items, True, random.integers(0, self._size, stop - start))
            total += np.bincount(symbols, minlength=self.cells)
        return total

    def estimate(self, tally: Tally) -> Estimate:
        """Unbiased frequencies of all k items.

        Raises
        ------
        ValueError
            *tally* is of another mechanism, or empty.
        """
        n = self._counted(tally)
        return self._estimate(self._frequency(tally.counts, n), n)

    def outputs(self) -> list[Bits]:
        """All reports, in the order of the channel's columns."""
        self._check_table(self.cells)
        return [Bits.from_int(symbol, self.message_bits) for symbol in range(self.cells)]

    def attack_success(self) -> float:
        """How often the best attacker guesses the item from one report, if all items are equally likely."""
        outside, inside = self._levels()
        reached = self._reached()
        return float((reached * inside + (self.cells - reached) * outside) / self.k)

    def _p(self, odds: Fraction | None = None) -> Fraction:
        """The p at *odds* of exactly e^epsilon; as clients round it if None."""
        inside = (self.odds if odds is None else odds) * self._size
        p = inside / (inside + self.cells - self._size)
        return floor_to_grid(p) if odds is None else p

    def _true_odds(self) -> Fraction:
        """What clients really keep, a little below e^epsilon."""
        outside, inside = self._levels()
        return inside / outside

    def _levels(self, odds: Fraction | None = None) -> list[Fraction]:
        """The two probabilities of a symbol: outside and inside of the item's set."""
        p = self._p(odds)
        return [(1 - p) / (self.cells - self._size), p / self._size]

    def _table(self) -> NDArray[np.int64]:
        """1 where the symbol is in the item's set, shape (k, N)."""
        self._check_table(self.cells)
        table = np.zeros((self.k, self.cells), np.int64)
        index = np.arange(self._size)
        for x in range(self.k):
            table[x, self._symbols(np.full(self._size, x), True, index)] = 1
        return table

    def _tally_batch(self, batch: Batch, counts: NDArray[np.int64], users: NDArray[np.int64]) -> NDArray[np.bool_]:
        symbols = unpack(checked_size(batch, self.message_bits).bits, self.message_bits)
        valid = np.asarray(symbols < np.uint64(self.cells))
        counts += np.bincount(symbols[valid].astype(np.int64), minlength=self.cells)
        users[0] += np.count_nonzero(valid)
        return valid
