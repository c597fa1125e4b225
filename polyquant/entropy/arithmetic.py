"""Arithmetic coding in exact fractions: the whole message gets one word, at most two bits above its information.

Symbol s owns the part [F, F + f) / N of the unit interval, where f = counts[s], N is the sum of the counts and F that
of the counts before s. Each further symbol cuts the interval of the message in the same proportions. The word of the
message is the shortest dyadic interval [c / 2^l, (c + 1) / 2^l) inside it, the leftmost if there are two,
written as the l bits of c [RIS76]. Messages of one length have disjoint intervals, so their words are a prefix code;
a message of probability P gets fewer than lg(1 / P) + 2 bits.

Coders for work carry a rounded interval in a machine word. Here nothing is rounded: the words are those of the
definition, and 10,000 symbols take a fraction of a second.
"""

from bisect import bisect_right
from itertools import accumulate
from math import log, log1p
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.bits import Bits
from polyquant.errors import CorruptError, TruncatedError
from polyquant.prefix._counts import exact

from ._symbols import refuse_strangers

Part: TypeAlias = tuple[int, int, int]  # (a, w, d): the interval [a, a + w) / d

BLOCK = 64  # symbols that are read from the first bits alone before the long numbers are touched


def encode(symbols: ArrayLike, counts: ArrayLike) -> Bits:
    """The word of the message *symbols* under the law counts / sum(counts).

    >>> encode([2, 1, 0, 2, 2], [1, 3, 4])
    Bits('10010101')
    >>> len(encode([0] * 1000, [999, 1]))
    2

    Parameters
    ----------
    symbols : array of int, shape (n,)
        Symbols with a count above 0.
    counts : array of int, shape (alphabet,)
        At least 0, of any size.

    Raises
    ------
    DomainError
        A symbol is outside the alphabet or has count 0.
    """
    message = _check.integers("symbols", symbols)
    numbers = exact("counts", counts).tolist()
    refuse_strangers(message, numbers)
    parts = _parts(numbers)
    return _word(_product([parts[symbol] for symbol in message.tolist()]))


def decode(bits: Bits, count: int, counts: ArrayLike) -> NDArray[np.int64]:
    """The *count* symbols, shape (count,), whose word is *bits*; any bits give the right answer or a ``DataError``.

    >>> decode(Bits.from_text("10010101"), 5, [1, 3, 4]).tolist()
    [2, 1, 0, 2, 2]

    Raises
    ------
    TruncatedError
        The message that *bits* point to has a longer word.
    CorruptError
        It has a shorter one, or another.
    """
    if not isinstance(bits, Bits):
        raise TypeError(f"bits must be Bits, got {type(bits).__name__}")
    count = _check.integer("count", count, 0)
    parts = _parts(exact("counts", counts).tolist())
    if count and not any(width for _, width, _ in parts):
        raise ValueError(f"counts must hold a number above 0 to read {count} symbols, got none")
    least = count * _fewest(parts)
    if least > bits.size + 1:  # rounded, so not to the bit
        raise TruncatedError(f"{count} symbols need at least {int(least) - 1} bits, got {bits.size}")
    certain = [symbol for symbol, (_, width, total) in enumerate(parts) if width == total > 0]
    if certain and not bits.size:  # no symbol costs anything
        return np.full(count, certain[0], np.int64)
    message = _read(bits, 0 if certain else count, parts)
    word = _word(_product([parts[symbol] for symbol in message]))
    if word != bits:
        kind = TruncatedError if bits.size < word.size else CorruptError
        raise kind(f"no message of {count} symbols has this word of {bits.size} bits; the nearest has {word.size}")
    return np.array(message, np.int64)


def _parts(counts: list[int]) -> list[Part]:
    """The part of the unit interval that each symbol owns."""
    ends = list(accumulate(counts))
    return [(end - count, count, ends[-1]) for end, count in zip(ends, counts)]


def _fewest(parts: list[Part]) -> float:
    """Information of the commonest symbol, in bits."""
    _, width, total = max(parts, key=lambda part: part[1], default=(0, 1, 1))
    return log1p((total - width) / width) / log(2) if width else 0.0


def _product(parts: list[Part]) -> Part:
    """The interval of the message. Neighbours are joined in pairs: products of numbers of equal length are quick."""
    while len(parts) > 1:
        pairs = [_inside(*pair) for pair in zip(parts[::2], parts[1::2])]
        parts = pairs + parts[2 * len(pairs) :]
    return parts[0] if parts else (0, 1, 1)


def _inside(outer: Part, inner: Part) -> Part:
    (a, w, d), (b, v, e) = outer, inner
    return a * e + w * b, w * v, d * e


def _word(message: Part) -> Bits:
    """The shortest dyadic interval inside, the leftmost if there are two."""
    a, w, d = message
    size = max(0, d.bit_length() - w.bit_length())
    size += w << size < d  # none shorter has room, one more bit always has
    first = -((-a << size) // d)
    if (first + 1) * d > a + w << size:
        size += 1
        first = -((-a << size) // d)
    return Bits.from_int(first, size)


def _read(bits: Bits, count: int, parts: list[Part]) -> list[int]:
    """The message whose interval holds the left end of the interval of *bits*.

    That point is x / m of the way through the interval of what has been read. The first bits of this fraction decide
    about many symbols, so the long numbers x and m are only touched once in a block.
    """
    starts = [start for start, _, _ in parts]
    x, m = bits.to_int(), 1 << bits.size
    message: list[int] = []
    while len(message) < count:
        block = _certain(x, m, min(BLOCK, count - len(message)), parts, starts)
        message += block
        a, w, d = _product([parts[symbol] for symbol in block])
        x, m = x * d - a * m, m * w
    return message


def _certain(x: int, m: int, most: int, parts: list[Part], starts: list[int]) -> list[int]:
    """At least one and up to *most* symbols at the point x / m: as many as its first bits decide, or one exactly."""
    total = parts[0][2]
    precision = (most + 1) * total.bit_length()
    cut = max(0, m.bit_length() - 2 * precision)  # what is cut off moves the point by less than a unit
    low, width, whole = (x >> cut << precision) // ((m >> cut) + (cut > 0)), 2, 1 << precision
    block: list[int] = []
    while len(block) < most:
        symbol = bisect_right(starts, low * total // whole) - 1
        start, count, _ = parts[symbol]
        low, width, whole = low * total - start * whole, width * total, whole * count
        if low + width > whole:  # the point, in [low, low + width) / whole, may lie in the next symbol
            break
        block.append(symbol)
    return block or [bisect_right(starts, x * total // m) - 1]
