"""tANS: rANS with all steps in tables, so that neither end multiplies or divides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.bits import Bits
from polyquant.errors import CorruptError, TruncatedError

from ._kernels import tans as kernels
from ._symbols import refuse_strangers
from .rans import MOST, normalize

FEWEST = 5  # table_bits; the spread below reaches all places of tables that large


@dataclass(frozen=True, slots=True)
class Tans:
    """The tANS coder for symbols that occur about *counts* times, with a table of 2^table_bits states [DUD13].

    State x is 2^table_bits to 2^(table_bits + 1) - 1. A symbol with f places in the table first sheds low bits until
    x lies in f .. 2f - 1; of its places it then takes the one of that rank. Where the places lie is free: they are
    spread by steps of 5/8 of the table, plus 3 [COL18], so that each symbol's are about equally far apart. Unlike rANS
    each state is one table entry away from the next, and bits are shed one by one, not in words of 16.

    >>> code = Tans((1, 3, 4, 8), 5)
    >>> state, bits = code.encode([3, 1, 0, 2, 3, 0, 3, 3, 0, 3, 2, 2])
    >>> state, len(bits)
    (44, 25)
    >>> code.decode(state, bits, 12).tolist()
    [3, 1, 0, 2, 3, 0, 3, 3, 0, 3, 2, 2]

    Parameters
    ----------
    counts : sequence of int
        At least 0, of any size; kept as :func:`normalize` rounds them.
    table_bits : int
        5 to 16.

    Raises
    ------
    DomainError
        More than 2^table_bits symbols occur.
    """

    counts: tuple[int, ...]
    table_bits: int = 11

    def __post_init__(self) -> None:
        object.__setattr__(self, "table_bits", _check.integer("table_bits", self.table_bits, FEWEST, MOST))
        object.__setattr__(self, "counts", tuple(normalize(self.counts, self.table_bits).tolist()))

    @property
    def spread(self) -> NDArray[np.int64]:
        """The symbol of each place of the table, shape (2^table_bits,); read-only."""
        return _tables(self)[0]

    def encode(self, symbols: ArrayLike) -> tuple[int, Bits]:
        """The message *symbols*, shape (n,), as the last state and the bits that were shed, in reading order.

        Raises
        ------
        DomainError
            A symbol is outside the alphabet or has count 0.
        """
        numbers = _check.integers("symbols", symbols)
        refuse_strangers(numbers, self.counts)
        _, _, place, starts, counts = _tables(self)
        digits = np.empty(numbers.size * self.table_bits, np.uint8)
        state, at = kernels.encode(numbers, counts, starts, place, 1 << self.table_bits, digits)
        return int(state), Bits(np.packbits(digits[at:]).tobytes(), digits.size - int(at))

    def decode(self, state: int, bits: Bits, count: int) -> NDArray[np.int64]:
        """The *count* symbols, shape (count,), of state and bits; any give the right answer or a ``DataError``.

        Raises
        ------
        TruncatedError
            There are too few bits.
        CorruptError
            Bits are left over, or the state does not return to where every message starts.
        """
        first = 1 << self.table_bits
        state = _check.integer("state", state)
        if not isinstance(bits, Bits):
            raise TypeError(f"bits must be Bits, got {type(bits).__name__}")
        count = _check.integer("count", count, 0)
        if not first <= state < 2 * first:
            raise CorruptError(f"state must be {first} to {2 * first - 1}, got {state}")
        if count and not any(self.counts):
            raise ValueError(f"counts must hold a number above 0 to read {count} symbols, got none")
        if max(self.counts, default=0) < first and count > (bits.size + 1) * first:
            # a state that reads no bit falls, so it reads one before long: nothing is allocated for what cannot be
            raise TruncatedError(f"{count} symbols need more than {bits.size} bits")
        symbols = np.empty(count, np.int64)
        digits = np.unpackbits(bits.array(), count=bits.size)
        done, at, last = kernels.decode(state, digits, *_tables(self)[:2], symbols)
        if done < count:
            raise TruncatedError(f"decoded {done} of {count} symbols, then all {bits.size} bits were used up")
        if at < bits.size:
            raise CorruptError(f"decoded {count} symbols, {bits.size - at} of {bits.size} bits are left over")
        if last != first:
            raise CorruptError(f"decoded {count} symbols, the state must end at {first}, got {last}")
        return symbols


@lru_cache(maxsize=32)
def _tables(code: Tans) -> tuple[NDArray[np.int64], ...]:
    """Symbol and rank of each place; all places by symbol, where those of each symbol begin, and how many they are."""
    counts = np.array(code.counts, np.int64)
    size = int(counts.sum())
    step = (size >> 1) + (size >> 3) + 3
    symbol = np.empty(size, np.int64)
    symbol[np.arange(size) * step % max(1, size)] = np.repeat(np.arange(counts.size), counts)
    place = np.argsort(symbol, kind="stable")
    starts = np.cumsum(counts) - counts
    rank = np.empty(size, np.int64)
    rank[place] = np.arange(size) + np.repeat(counts - starts, counts)  # counts[s] + how many places of s come before
    tables = symbol, rank, place, starts, counts
    for table in tables:
        table.flags.writeable = False
    return tables
