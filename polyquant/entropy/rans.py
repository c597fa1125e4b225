"""rANS: a number that grows by the information of every symbol, and sheds its low bits when it gets too large."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.errors import CorruptError, DomainError, TruncatedError
from polyquant.prefix._counts import exact

from ._kernels import rans as kernels
from ._symbols import refuse_strangers

START = 2**16  # the state before the first and behind the last symbol
LARGEST = 2**32
MOST = 16  # scale_bits

Tables: TypeAlias = tuple[NDArray[np.int32], NDArray[np.uint64], NDArray[np.uint64]]


def normalize(counts: ArrayLike, scale_bits: int) -> NDArray[np.int64]:
    """Whole shares of 2^scale_bits, at least 1 for each symbol that occurs, with the least cost for *counts*.

    The cost is the sum of counts[s] (scale_bits - lg share[s]): the bits of a message with these counts under the law
    of the shares. No other shares cost less, but for logarithms that are kept to 33 bits and counts to 30.
    Counts that already have the sum 2^scale_bits stay as they are.

    >>> normalize([900, 90, 9, 1], 4).tolist()
    [13, 1, 1, 1]

    Parameters
    ----------
    counts : array of int, shape (n,)
        At least 0, of any size.
    scale_bits : int
        1 to 16.

    Returns
    -------
    shares : int64 array, shape (n,)
        All 0 if no symbol occurs.

    Raises
    ------
    DomainError
        More than 2^scale_bits symbols occur.
    """
    numbers = exact("counts", counts)
    scale_bits = _check.integer("scale_bits", scale_bits, 1, MOST)
    used = int(np.count_nonzero(numbers))
    if used > 1 << scale_bits:
        raise DomainError(f"scale_bits must be at least {(used - 1).bit_length()} for {used} symbols, got {scale_bits}")
    shares = np.zeros(numbers.size, np.int64)
    if used:
        kernels.normalize(_shortened(numbers), gains(scale_bits), shares)
    return shares


def _shortened(counts: NDArray[np.int64] | NDArray[np.object_]) -> NDArray[np.int64]:
    """The counts to 30 bits of their sum; what occurs keeps at least 1."""
    shift = max(0, int(counts.sum()).bit_length() - 29)
    return np.where(counts > 0, np.maximum(counts >> shift, 1), 0).astype(np.int64)


@lru_cache
def gains(scale_bits: int) -> NDArray[np.int64]:
    """2^33 ln((m + 1) / m) for every m below 2^scale_bits: 2 artanh(1 / (2m + 1)), term by term in integers."""
    odd = 2 * np.arange(1 << scale_bits) + 1
    power, total = 2**56 // odd, np.zeros(odd.size, np.int64)
    power[0] = 0  # nothing has 0 units
    for exponent in range(1, 37, 2):
        total += power // exponent
        power //= odd * odd
    return total >> 22


@dataclass(frozen=True, slots=True)
class Rans:
    """The rANS coder for symbols that occur about *counts* times, with probabilities in units of 2^-scale_bits.

    Its state is one number x. Symbol s, which owns f of the 2^scale_bits remainders, turns x into the number of the
    same rank among those with a remainder that s owns: x grows by the factor 2^scale_bits / f, by as many
    bits as the symbol is worth [DUD13]. A state that would pass 32 bits first sheds its low 16.

    >>> code = Rans([1, 3, 4, 8], 4)
    >>> state, words = code.encode([3, 1, 0, 2, 3, 0, 3, 3, 0, 3, 2, 2])
    >>> state, words.tolist()
    (44745386, [45440])
    >>> code.decode(state, words, 12).tolist()
    [3, 1, 0, 2, 3, 0, 3, 3, 0, 3, 2, 2]

    Parameters
    ----------
    counts : sequence of int
        At least 0, of any size; kept as :func:`normalize` rounds them.
    scale_bits : int
        1 to 16.

    Raises
    ------
    DomainError
        More than 2^scale_bits symbols occur.
    """

    counts: tuple[int, ...]
    scale_bits: int = 12

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", tuple(normalize(self.counts, self.scale_bits).tolist()))
        object.__setattr__(self, "scale_bits", int(self.scale_bits))

    def encode(self, symbols: ArrayLike) -> tuple[int, NDArray[np.uint16]]:
        """The message *symbols*, shape (n,), as the last state, 2^16 to 2^32 - 1, and the words that were shed.

        The last symbol is coded first, so that the reader meets the first one first.

        Raises
        ------
        DomainError
            A symbol is outside the alphabet or has count 0.
        """
        numbers = _check.integers("symbols", symbols)
        refuse_strangers(numbers, self.counts)
        _, counts, starts = _tables(self)
        words = np.empty(numbers.size, np.uint16)
        state, at = kernels.encode(numbers, counts, starts, np.uint64(self.scale_bits), words)
        return int(state), words[at:].copy()

    def decode(self, state: int, words: ArrayLike, count: int) -> NDArray[np.int64]:
        """The *count* symbols, shape (count,), of state and words; any give the right answer or a ``DataError``.

        Raises
        ------
        TruncatedError
            There are too few words.
        CorruptError
            Words are left over, or the state does not return to where every message starts.
        """
        state = _check.integer("state", state)
        shed = _check.integers("words", words, 0, 2**16 - 1).astype(np.uint16)
        count = _check.integer("count", count, 0)
        if not START <= state < LARGEST:
            raise CorruptError(f"state must be 2^16 to 2^32 - 1, got {state}")
        if count and not any(self.counts):
            raise ValueError(f"counts must hold a number above 0 to read {count} symbols, got none")
        if count > self._most(shed.size):  # nothing is allocated for a count that cannot be
            raise TruncatedError(f"{count} symbols need more than {shed.size} words")
        symbols = np.empty(count, np.int64)
        scale = np.uint64(self.scale_bits)
        done, at, last, status = kernels.decode(np.uint64(state), shed, *_tables(self), scale, symbols)
        if status == kernels.TRUNCATED:
            raise TruncatedError(f"decoded {done} of {count} symbols, then all {shed.size} words were used up")
        if at < shed.size:
            raise CorruptError(f"decoded {count} symbols, {shed.size - at} of {shed.size} words are left over")
        if last != START:
            raise CorruptError(f"decoded {count} symbols, the state must end at 2^16, got {last}")
        return symbols

    def _most(self, words: int) -> float:
        """At least as many symbols as a state and so many *words* can hold.

        A symbol that owns f of 2^s remainders takes at least the part d = (1 - f / 2^s) / 2 from the state, which is
        2^s or more. From 32 bits down to 16, where the next word is due, it takes at most ln(2^16) / d steps and one.
        """
        whole, largest = 1 << self.scale_bits, max(self.counts, default=0)
        return float("inf") if largest == whole else (words + 1) * (23 * whole // (whole - largest) + 2)


@lru_cache(maxsize=32)
def _tables(code: Rans) -> Tables:
    """The owner of each remainder; how many each symbol owns, and its first."""
    counts = np.array(code.counts, np.int64)
    owner = np.repeat(np.arange(counts.size, dtype=np.int32), counts)
    return owner, counts.astype(np.uint64), (np.cumsum(counts) - counts).astype(np.uint64)
