"""Mechanisms whose report is a subset of one block of positions: one block, or one for each of several moduli.

In block j a user has the position x mod m_j and sends a set of omega_j positions. The set holds the own position with
probability p and is uniform otherwise, so the probability of a set is one of two levels with ratio e^epsilon.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant._parallel import run
from polyquant._random import Entropy, generator
from polyquant.algebra.crt import folded
from polyquant.bits import Bits
from polyquant.errors import CorruptError, TruncatedError

from . import wire
from ._batch import Batch
from ._client import Coins, floor_to_grid, secret_bytes
from ._kernels import reading as kernels
from ._mechanism import Common, bits_for
from ._sets import Source
from ._walk import subset_counts
from .tally import Tally


@dataclass(frozen=True, slots=True)
class Block:
    """One block: *omega* of *m* positions, the own one with probability *p* (a multiple of 2^-64)."""

    m: int
    omega: int
    p: Fraction

    @property
    def q(self) -> Fraction:
        """Probability of any other position."""
        return (self.omega - self.p) / (self.m - 1)

    @property
    def gap(self) -> Fraction:
        """By how much p exceeds q: how far a user's own position stands out."""
        return (self.p * self.m - self.omega) / (self.m - 1)

    @property
    def pairs(self) -> tuple[Fraction, Fraction]:
        """Probability that a set holds two given positions: the own one and another, or two others."""
        mixed = self.p * Fraction(self.omega - 1, self.m - 1)
        rest = self.p * (self.omega - 1) * (self.omega - 2) + (1 - self.p) * self.omega * (self.omega - 1)
        return mixed, rest / ((self.m - 1) * (self.m - 2)) if self.m > 2 else Fraction(0)

    def levels(self) -> list[Fraction]:
        """Probabilities of one set without and with the own position."""
        without, with_own = math.comb(self.m - 1, self.omega), math.comb(self.m - 1, self.omega - 1)
        return [(1 - self.p) / without, self.p / with_own]

    def moments(self) -> tuple[float, float, float, float]:
        """(alpha, gamma, constant, beta) of E[phi phi^T] = diag(alpha + gamma g) + constant + beta (g 1^T + 1 g^T).

        Here phi = (1[in set] - q) / (p - q), and g, shape (m,), is the histogram of the users' positions.
        """
        q, square = self.q, self.gap**2
        mixed, rest = self.pairs
        constant = (rest - q * q) / square
        beta = (mixed - rest - q * self.gap) / square
        alpha = (q * (1 - q)) / square - constant
        gamma = (1 - 2 * q) / self.gap - 2 * beta
        return float(alpha), float(gamma), float(constant), float(beta)


@lru_cache(maxsize=64)
def blocks_of(odds: Fraction, moduli: tuple[int, ...], omegas: tuple[int, ...], rounded: bool) -> tuple[Block, ...]:
    """The blocks at these odds; with p *rounded* down as clients do."""
    found = []
    for m, omega in zip(moduli, omegas):
        p = omega * odds / (omega * odds + m - omega)
        found.append(Block(m, omega, floor_to_grid(p) if rounded else p))
    return tuple(found)


class Blocks(Common):
    """What one block and several have in common: clients, wire, tally, simulation, channel."""

    __slots__ = ()
    codecs: ClassVar[tuple[str, ...]] = wire.CODECS

    if TYPE_CHECKING:

        @property
        def _moduli(self) -> tuple[int, ...]: ...

        @property
        def _omegas(self) -> tuple[int, ...]: ...

    @property
    def cells(self) -> int:
        """Counts that the server keeps: one for each position of each block."""
        return sum(self._moduli)

    @property
    def groups(self) -> int:
        """Blocks; the users of each are counted."""
        return len(self._moduli)

    @property
    def message_bits(self) -> int:
        """Bits of the longest report as a rank (codec "enum"): which block, then which of the block's sets."""
        sizes = [wire.enum_bits(m, omega) for m, omega in zip(self._moduli, self._omegas)]
        return bits_for(self.groups) + max(sizes)

    def reports(self, values: ArrayLike, *, entropy: Entropy = secret_bytes, codec: str | None = None) -> Batch:
        """A report for each of *values*, shape (n,), items from 0 to k-1; real randomness, for real users.

        Parameters
        ----------
        codec : "enum", "rice" or "bitmap", optional
            How sets are written. "enum" is shortest and the default while its table is small, else "rice" is.
        """
        items, coins, name = self._items(values), Coins(entropy), self._codec(codec)
        source = Source(self._blocks(), wire.layout(self._moduli, self._omegas, name), coins)
        block = coins.below(self.groups, items.size)
        own = items if self._moduli == (self.k,) else items % np.array(self._moduli)[block]
        return Batch(self.fingerprint, name, items.size, source.reports(own, block))

    def simulate(
        self,
        values: ArrayLike | None = None,
        *,
        counts: ArrayLike | None = None,
        rng: np.random.Generator | int | None = None,
        method: str = "exact",
        threads: int = 1,
    ) -> Tally:
        """The tally of made-up users, without their reports, at a cost that does not grow with the users.

        Parameters
        ----------
        values : array of int, shape (n,), optional
            Items of the users.
        counts : array of int, shape (k,), optional
            Instead: how many users have each item.
        rng : numpy Generator or seed
            Repeatable numbers, nobody's privacy.
        method : "exact" or "marginal"
            "marginal" is faster: each count alone has its exact law, but counts are independent of each other.
        threads : int
            The result does not depend on it.
        """
        users, random = self._users(values, counts), generator(rng)
        apart = random.multinomial(users, np.full(self.groups, 1 / self.groups)).astype(np.int64)  # (k, blocks)
        children = random.spawn(self.groups)
        blocks = self._blocks()

        def one(j: int) -> NDArray[np.int64]:
            own = folded(apart[:, j], blocks[j].m)
            return subset_counts(own, blocks[j].omega, float(blocks[j].p), float(blocks[j].q), children[j], method)

        found = run(one, range(self.groups), threads)
        return Tally._from_counts(self, np.concatenate(found), apart.sum(0))

    def outputs(self) -> list[Bits]:
        """All reports as ranks (codec "enum"), in the order of the channel's columns."""
        self._check_table(self._sets())
        width = bits_for(self.groups)
        return [
            Bits.from_int(j, width) + wire.encode(z, m, "enum")
            for j, (m, omega) in enumerate(zip(self._moduli, self._omegas))
            for z in itertools.combinations(range(m), omega)
        ]

    def _blocks(self, odds: Fraction | None = None) -> tuple[Block, ...]:
        """The blocks at *odds* of exactly e^epsilon; as clients round it if None."""
        return blocks_of(self.odds if odds is None else odds, self._moduli, self._omegas, odds is None)

    def _levels(self, odds: Fraction | None = None) -> list[Fraction]:
        """Two probabilities of each block's reports: without and with the own position."""
        return [level / self.groups for block in self._blocks(odds) for level in block.levels()]

    def _table(self) -> NDArray[np.int64]:
        """Which level each report has for each item, shape (k, reports)."""
        self._check_table(self._sets())
        parts = []
        for j, (m, omega) in enumerate(zip(self._moduli, self._omegas)):
            sets = np.zeros((math.comb(m, omega), m), np.int64)
            chosen = np.array(list(itertools.combinations(range(m), omega)))
            np.put_along_axis(sets, chosen, 1, 1)
            parts.append(2 * j + sets[:, np.arange(self.k) % m].T)
        return np.concatenate(parts, 1)

    def _sets(self) -> int:
        return sum(math.comb(m, omega) for m, omega in zip(self._moduli, self._omegas))

    def _codec(self, codec: str | None) -> str:
        if codec is None:
            return "enum" if wire.has_table(self._moduli, self._omegas) else "rice"
        return _check.choice("codec", codec, self.codecs)

    def _tally_batch(self, batch: Batch, counts: NDArray[np.int64], users: NDArray[np.int64]) -> NDArray[np.bool_]:
        layout = wire.layout(self._moduli, self._omegas, _check.choice("codec", batch.codec, self.codecs))
        words = np.frombuffer(batch.bits.data + bytes(-len(batch.bits.data) % 4 + 8), ">u4").astype(np.uint32)
        if batch.count > batch.bits.size:
            raise TruncatedError(f"{batch.count} reports do not fit in {batch.bits.size} bits")
        valid = np.zeros(batch.count, np.bool_)
        base = np.concatenate(([0], np.cumsum(layout.m)[:-1]))
        found, limbs = np.zeros(layout.omega.max(), np.int64), np.zeros(layout.binomials.shape[2], np.int64)
        sums, heads = np.zeros_like(counts), np.zeros_like(users)
        end = kernels.read(words, batch.bits.size, valid, layout.index_bits, layout.m, layout.omega, base, layout.codec,
                           layout.size, layout.binomials, layout.tops, limbs, found, sums, heads)  # fmt: skip
        if end < 0:
            raise TruncatedError(f"{batch.count} reports need more than {batch.bits.size} bits")
        if valid.all() and end < batch.bits.size:
            raise CorruptError(f"{batch.count} reports end after {end} bits, got {batch.bits.size}")
        counts += sums
        users += heads
        return valid
