"""Reports that are answered in half-spaces: rows of a Hadamard matrix decide which symbols an item prefers.

``H[i, j]`` is -1 to the number of ones that i and j share in binary. Any two different rows agree in exactly half of
their places, so each item's set overlaps every other item's in the same way, and one fast transform of the counts
decodes all items at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.transforms import fwht

from ._halves import half_space_counts, sign_counts
from ._symbol import Symbol


@dataclass(frozen=True, slots=True)
class HadamardResponse(Symbol):
    """Report a symbol of your item's half of your item's block, e^epsilon times as likely as any other [ASZ19].

    Item x belongs to row ``x % (b - 1) + 1`` of block ``x // (b - 1)``, and its set are the b / 2 symbols of
    this block where the row of the b x b Hadamard matrix is 1. More blocks make smaller sets, for larger epsilon.

    >>> HadamardResponse(3, 1.0986122886681098).channel().round(6).tolist()[0]
    [0.375, 0.125, 0.375, 0.125]

    Parameters
    ----------
    k : int
        Items, at least 2.
    epsilon : float
        Privacy, 1e-6 to 64.
    blocks : int
        B, 1 to k; about e^epsilon / 2 is good. b is the least power of two with B (b - 1) >= k.
    """

    k: int
    epsilon: float
    blocks: int = 1

    def __post_init__(self) -> None:
        self._check_domain()
        object.__setattr__(self, "blocks", _check.integer("blocks", self.blocks, 1, self.k))

    @property
    def name(self) -> str:
        """Short for Hadamard response."""
        return "hr"

    @property
    def block(self) -> int:
        """Symbols of a block, b."""
        return _power_of_two(-(-self.k // self.blocks) + 1)

    @property
    def cells(self) -> int:
        """One count for each symbol of each block."""
        return self.blocks * self.block

    @property
    def _size(self) -> int:
        return self.block // 2

    def _symbols(self, items: NDArray[np.int64], inside: bool, index: NDArray[np.int64]) -> NDArray[np.int64]:
        b = self.block
        block, row = self._places(items)
        here = block * b + _half_space(row, index % (b // 2), inside)
        other = index - b // 2
        return here if inside else np.where(other < 0, here, other + b * (other >= block * b))

    def _honest(self, truthful: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        """Few users draw one by one, many by splitting their number."""
        if truthful.sum() < self.cells:
            return Symbol._honest(self, truthful, random)
        users = np.zeros((self.blocks, self.block), np.int64)
        users[self._places(np.arange(self.k))] = truthful
        return half_space_counts(users, random).reshape(-1)

    def _reached(self) -> int:
        """Rows 1 and 2 miss a quarter of the symbols, their sum is row 3, so three rows miss none."""
        return sum(
            self.block * (0, 2, 3, 4)[min(3, max(0, self.k - j * (self.block - 1)))] // 4 for j in range(self.blocks)
        )

    def _frequency(self, counts: NDArray[np.int64], n: int) -> NDArray[np.float64]:
        block, row = self._places(np.arange(self.k))
        sums = fwht(counts.reshape(self.blocks, self.block))
        return np.asarray(self._gain() * sums[block, row] / n)

    def _spread(self, f: NDArray[np.float64]) -> NDArray[np.float64]:
        block, _ = self._places(np.arange(self.k))
        odds = float(self._true_odds())
        mass = np.bincount(block, f, self.blocks)
        visits = (2 * f.sum() + (odds - 1) * mass) / (odds + 2 * self.blocks - 1)  # reports that land in each block
        return np.asarray(self._gain() ** 2 * visits[block] - f)

    def covariance(self, n: int, frequency: ArrayLike) -> NDArray[np.float64]:
        """Covariance of the estimates, shape (k, k): two items are disturbed by the one whose row is their sum."""
        f = self._histogram(frequency)
        block, row = self._places(np.arange(self.k))
        padded = np.zeros((self.blocks, self.block))
        padded[block, row] = f
        matrix = self._gain() * padded[block[:, None], row[:, None] ^ row] * (block[:, None] == block)
        np.fill_diagonal(matrix, self._spread(f))
        return np.asarray(matrix / _check.integer("n", n, 1))

    def _places(self, items: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        block, row = np.divmod(items, self.block - 1)
        return block, row + 1

    def _gain(self) -> float:
        """One report moves the estimate by this, up or down."""
        odds = self._true_odds()
        return float((odds + 2 * self.blocks - 1) / (odds - 1))


@dataclass(frozen=True, slots=True)
class HadamardMean(Symbol):
    """Name a random row of the Hadamard matrix and your item's sign in it, the truth with odds e^epsilon.

    The one-bit answer of a sketch without hashing [APP17]. A symbol is 2 row + (1 if the sign is negative).

    >>> HadamardMean(4, 1.0986122886681098).message_bits
    3

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
        """Short for Hadamard mean."""
        return "hm"

    @property
    def rows(self) -> int:
        """K, the least power of two that is not below k."""
        return _power_of_two(self.k)

    @property
    def cells(self) -> int:
        """One count for each row and sign."""
        return 2 * self.rows

    @property
    def _size(self) -> int:
        return self.rows

    def _symbols(self, items: NDArray[np.int64], inside: bool, index: NDArray[np.int64]) -> NDArray[np.int64]:
        return 2 * index + (_parity(items & index) ^ (not inside))

    def _honest(self, truthful: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        """Few users draw one by one, many by splitting their number."""
        if truthful.sum() < self.cells:
            return Symbol._honest(self, truthful, random)
        users = np.zeros((1, self.rows), np.int64)
        users.reshape(-1)[: self.k] = truthful
        return sign_counts(users, random).reshape(-1)

    def _reached(self) -> int:
        return self.cells - 1  # in row 0 all signs are positive; every other row has a negative one before item k

    def _frequency(self, counts: NDArray[np.int64], n: int) -> NDArray[np.float64]:
        signs = counts.reshape(-1, 2) @ np.array([1, -1])
        return np.asarray(self._gain() * fwht(signs)[: self.k] / n)

    def _spread(self, f: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self._gain() ** 2 * f.sum() - f)

    def covariance(self, n: int, frequency: ArrayLike) -> NDArray[np.float64]:
        """Covariance of the estimates, shape (k, k): rows are orthogonal, so items do not disturb each other."""
        return np.diag(self.variance(n, frequency))

    def _gain(self) -> float:
        odds = self._true_odds()
        return float((odds + 1) / (odds - 1))


@dataclass(frozen=True, slots=True)
class RecursiveHadamard(Symbol):
    """As HadamardMean, but b bits: where the item lies among 2^(b-1) pieces of the domain, and its sign [CKO20].

    Symbols are r 2^b + 2 a + s: the row r, the piece a and the sign s are one answer of randomised response with
    2^b choices. For b = 1 this is HadamardMean.

    >>> RecursiveHadamard(1000, 2.0, bits=3).message_bits
    11

    Parameters
    ----------
    k : int
        Items, at least 2.
    epsilon : float
        Privacy, 1e-6 to 64.
    bits : int
        b, at least 1; 2^(b-1) is at most K, the least power of two that is not below k. epsilon log2(e) bits is good.
    """

    k: int
    epsilon: float
    bits: int = 1

    def __post_init__(self) -> None:
        self._check_domain()
        most = _power_of_two(self.k).bit_length()
        object.__setattr__(self, "bits", _check.integer("bits", self.bits, 1, most))

    @property
    def name(self) -> str:
        """Short for recursive Hadamard response."""
        return "rhr"

    @property
    def rows(self) -> int:
        """K / 2^(b-1), the items of a piece."""
        return _power_of_two(self.k) >> self.bits - 1

    @property
    def cells(self) -> int:
        """One count for each row, piece and sign."""
        return self.rows << self.bits

    @property
    def _size(self) -> int:
        return self.rows

    def _symbols(self, items: NDArray[np.int64], inside: bool, index: NDArray[np.int64]) -> NDArray[np.int64]:
        row, lie = (index, index) if inside else np.divmod(index, (1 << self.bits) - 1)
        piece, place = np.divmod(items, self.rows)
        truth = 2 * piece + _parity(row & place)
        return np.asarray((row << self.bits) + (truth if inside else lie + (lie >= truth)))

    def _honest(self, truthful: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        """Few users draw one by one, many by splitting their number."""
        if truthful.sum() < self.cells:
            return Symbol._honest(self, truthful, random)
        users = np.zeros((1 << self.bits - 1, self.rows), np.int64)
        users.reshape(-1)[: self.k] = truthful
        return sign_counts(users, random).swapaxes(0, 1).reshape(-1)

    def _reached(self) -> int:
        """The positive signs of every piece with an item; a negative one needs an item with a one where the row has."""
        total = 0
        for a in range(1 << self.bits - 1):
            items = min(self.rows, max(0, self.k - a * self.rows))
            lowest = [1 << i for i in range(self.rows.bit_length() - 1) if 1 << i < items]
            total += (self.rows if items else 0) + sum(self.rows // (2 * bit) for bit in lowest)
        return total

    def _frequency(self, counts: NDArray[np.int64], n: int) -> NDArray[np.float64]:
        signs = counts.reshape(self.rows, -1, 2) @ np.array([1, -1])  # (rows, pieces)
        return np.asarray(self._gain() * fwht(signs, axis=0).T.reshape(-1)[: self.k] / n)

    def _spread(self, f: NDArray[np.float64]) -> NDArray[np.float64]:
        piece = np.arange(self.k) // self.rows
        odds = float(self._true_odds())
        mass = np.bincount(piece, f)
        visits = (2 * f.sum() + (odds - 1) * mass) / (odds + 2**self.bits - 1)  # reports that name each piece
        return np.asarray(self._gain() ** 2 * visits[piece] - f)

    def covariance(self, n: int, frequency: ArrayLike) -> NDArray[np.float64]:
        """Covariance of the estimates, shape (k, k): rows are orthogonal, so items do not disturb each other."""
        return np.diag(self.variance(n, frequency))

    def _gain(self) -> float:
        odds = self._true_odds()
        return float((odds + 2**self.bits - 1) / (odds - 1))


def _power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()


def _parity(x: NDArray[Any]) -> NDArray[np.int64]:
    """Ones of x in binary, modulo 2."""
    return np.asarray(np.bitwise_count(x) & 1, np.int64)


def _half_space(row: NDArray[np.int64], index: NDArray[np.int64], inside: bool) -> NDArray[np.int64]:
    """The index-th number that shares an even (inside) or odd number of ones with *row*, which is not 0.

    All bits are free but one: the lowest of *row* repairs the parity.
    """
    low = row & -row
    number = (index & -low) << 1 | index & low - 1
    return number | low * (_parity(number & row) ^ (not inside))
