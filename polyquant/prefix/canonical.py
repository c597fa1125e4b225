"""Prefix codes over a known alphabet, in canonical form: the lengths say everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.bits import Bits, pack
from polyquant.errors import CorruptError, DomainError, TruncatedError

from ._kernels import huffman as kernels

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGEST = 2**16  # digits of a word; more is a mistake in a table, and would only eat memory


@dataclass(frozen=True, slots=True)
class PrefixCode:
    """The canonical prefix code with the given word lengths: symbol s has a word of ``lengths[s]`` digits.

    Words are handed out in the order (length, symbol): the first is all zeros, and each next one is the one before
    plus 1, continued with zeros where words become longer [SK64].

    >>> code = PrefixCode((2, 1, 3, 3))
    >>> code.codewords
    ('10', '0', '110', '111')
    >>> code.encode([1, 1, 0, 3])
    Bits('0010111')
    >>> code.decode(Bits.from_text("0010111"), 4).tolist()
    [1, 1, 0, 3]

    Parameters
    ----------
    lengths : sequence of int
        0 (the symbol does not occur and has no word) to 65,536 for each of the symbols 0, 1, ...
    arity : int
        Digits of the alphabet that words are written in, 2 to 36.

    Raises
    ------
    CorruptError
        No prefix code has these lengths: their Kraft sum is above 1.
    """

    lengths: tuple[int, ...]
    arity: int = 2

    def __post_init__(self) -> None:
        arity = _check.integer("arity", self.arity, 2, len(DIGITS))
        lengths = _check.integers("lengths", self.lengths, 0, LONGEST)
        object.__setattr__(self, "arity", arity)
        object.__setattr__(self, "lengths", tuple(lengths.tolist()))
        if self.kraft > 1:
            raise CorruptError(f"no prefix code has these lengths: Kraft sum {self.kraft} > 1")

    @property
    def longest(self) -> int:
        """Digits of the longest word; 0 if there is none."""
        return max(self.lengths, default=0)

    @property
    def kraft(self) -> Fraction:
        """Sum of arity^-length over all words, exactly; at most 1."""
        used = np.bincount(self.lengths).tolist()[1:] if self.lengths else []
        total = 0
        for words in used:
            total = total * self.arity + words
        return Fraction(total, self.arity ** len(used))

    @property
    def codewords(self) -> tuple[str, ...]:
        """The word of every symbol; "" for symbols without one."""
        return _texts(self)

    def codeword(self, symbol: int) -> str:
        """The word of one symbol; ``DomainError`` if it has none."""
        symbol = _check.integer("symbol", symbol)
        if not 0 <= symbol < len(self.lengths):
            raise DomainError(f"symbol must be 0 to {len(self.lengths) - 1}, got {symbol}")
        if not self.lengths[symbol]:
            raise DomainError(f"symbol {symbol} has no codeword")
        return self.codewords[symbol]

    def encode(self, symbols: ArrayLike) -> Bits:
        """The words of *symbols*, shape (n,), one behind the other.

        Raises
        ------
        DomainError
            A symbol is outside the alphabet or has no word.
        """
        self._binary()
        numbers = _check.integers("symbols", symbols)
        words, lengths = _words(self)
        size = int(kernels.encoded_size(numbers, lengths))
        if size < 0:
            raise DomainError(self._stranger(-1 - size, int(numbers[-1 - size])))
        if words.dtype == object:
            return _encode_long(numbers, words, lengths)
        out = np.zeros((size + 63) // 64, np.uint64)
        kernels.encode(numbers, words, lengths, out)
        return Bits(out.astype(">u8").tobytes()[: (size + 7) // 8], size)

    def decode(self, bits: Bits, count: int, *, pad: bool = False) -> NDArray[np.int64]:
        """The *count* symbols, shape (count,), that *bits* say; any bits give the right answer or a ``DataError``.

        The words must use up all bits; with *pad*, fewer than 8 zero bits may follow, as at the end of a file.

        Raises
        ------
        TruncatedError
            The bits end before *count* symbols do.
        CorruptError
            Bits are left over, or are no word; or the code leaves words unused, so that its table cannot be trusted.
        """
        self._binary()
        if not isinstance(bits, Bits):
            raise TypeError(f"bits must be Bits, got {type(bits).__name__}")
        count = _check.integer("count", count, 0)
        table = _decoder(self)
        if count > bits.size:  # a word has at least one bit: nothing is allocated for a count that cannot be
            raise TruncatedError(f"{count} symbols need at least {count} bits, got {bits.size}")
        symbols = np.empty(count, np.int64)
        stream = np.frombuffer(bits.data + bytes(-len(bits.data) % 8 + 8), ">u8").astype(np.uint64)
        done, at, status = kernels.decode(stream, bits.size, *table, symbols)
        if status != kernels.DONE:
            kind, why = (
                (TruncatedError, "the bits end inside a word")
                if status == kernels.TRUNCATED
                else (CorruptError, "no word begins so")
            )
            raise kind(f"decoded {done} of {count} symbols, stopped at bit {at} of {bits.size}: {why}")
        _check_end(bits, int(at), count, pad)
        return symbols

    def _binary(self) -> None:
        if self.arity != 2:
            raise ValueError(f"arity must be 2 to code in bits, got {self.arity}: join the codewords instead")

    def _stranger(self, index: int, symbol: int) -> str:
        if 0 <= symbol < len(self.lengths):
            return f"symbols[{index}] = {symbol} has no codeword"
        return f"symbols[{index}] = {symbol} is outside the alphabet of {len(self.lengths)} symbols"


def _check_end(bits: Bits, at: int, count: int, pad: bool) -> None:
    left = bits.size - at
    if left and not (pad and left < 8):
        raise CorruptError(f"decoded {count} symbols, {left} bits are left over after bit {at}")
    if left and bits.take(at, left).to_int():
        raise CorruptError(f"padding after bit {at} must be zero, got {bits.take(at, left)}")


@lru_cache(maxsize=32)
def _words(code: PrefixCode) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Words and lengths of all symbols; words are int64, or Python integers where the longest would not fit."""
    lengths = np.array(code.lengths, np.int64)
    order = _order(lengths)
    if code.arity**code.longest < 2**63:
        words: NDArray[Any] = np.zeros(lengths.size, np.int64)
        if order.size:
            kernels.canonical(order, lengths, code.arity, words)
    else:
        words = np.zeros(lengths.size, object)
        kernels.canonical.py_func(order, lengths, code.arity, words)  # type: ignore[attr-defined]
    return words, lengths


@lru_cache(maxsize=32)
def _texts(code: PrefixCode) -> tuple[str, ...]:
    words, _ = _words(code)
    return tuple(_text(word, length, code.arity) for word, length in zip(words.tolist(), code.lengths))


def _text(word: int, length: int, arity: int) -> str:
    if not length:
        return ""
    if arity == 2:
        return f"{word:0{length}b}"
    digits = ""
    for _ in range(length):
        word, digit = divmod(word, arity)
        digits = DIGITS[digit] + digits
    return digits


@lru_cache(maxsize=32)
def _decoder(code: PrefixCode) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int]:
    """What the decoding kernel needs; ``CorruptError`` for lengths that leave words unused."""
    used = [length for length in code.lengths if length]
    if used and used != [1] and code.kraft != 1:
        raise CorruptError(f"these lengths leave words unused: Kraft sum {code.kraft} < 1")
    lengths = np.array(code.lengths, np.int64)
    order = _order(lengths)
    window = min(code.longest, kernels.WINDOW)
    short = order[lengths[order] <= window]
    table = np.zeros(1 << window, np.int64)
    filled = np.repeat(short << 8 | lengths[short], 1 << (window - lengths[short]))
    table[: filled.size] = filled
    counts = np.bincount(lengths[order], minlength=1).astype(np.int64)
    return table, order, counts, short.size


def _order(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The symbols with a word by (length, symbol)."""
    occurs = np.flatnonzero(lengths)
    return occurs[np.argsort(lengths[occurs], kind="stable")].astype(np.int64)


def _encode_long(symbols: NDArray[np.int64], words: NDArray[Any], lengths: NDArray[np.int64]) -> Bits:
    """Words longer than a machine word, cut into fields of at most 64 bits."""
    fields: list[tuple[int, int]] = []
    first = np.zeros(words.size + 1, np.int64)
    for symbol, (word, length) in enumerate(zip(words.tolist(), lengths.tolist())):
        for low in range((length - 1) // 64 * 64, -1, -64) if length else ():
            fields.append((word >> low & (2**64 - 1), min(64, length - low)))
        first[symbol + 1] = len(fields)
    per = np.diff(first)[symbols]  # fields of each symbol of the message
    start = np.repeat(first[symbols] - (np.cumsum(per) - per), per)
    index = start + np.arange(start.size)
    values = np.array([value for value, _ in fields], np.uint64)
    widths = np.array([width for _, width in fields], np.int64)
    return pack(values[index], widths[index])


def unchecked(lengths: Sequence[int], arity: int = 2) -> PrefixCode:
    """A code whose lengths are known to be right, without the checks."""
    code = object.__new__(PrefixCode)
    object.__setattr__(code, "lengths", tuple(lengths))
    object.__setattr__(code, "arity", arity)
    return code
