"""Codes for integers of any size: words that end themselves, so that no list of lengths has to travel along.

Choosing a code is guessing the law of the integers: a word of l bits is the right one for a probability of 2^-l.
Short words for small integers, whatever the law, are what makes a code *universal*.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from math import ceil
from numbers import Rational, Real
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.bits import Bits
from polyquant.errors import DataError, DomainError

from . import _bulk
from . import _universal as u
from ._kernels import universal as kinds

MAX = u.MAX


@dataclass(frozen=True, slots=True, repr=False)
class IntegerCode:
    """A prefix code for the integers from *least* to 2^63 - 1, as a value.

    Codes are equal when their names are. Get one from this module (``gamma``, ``golomb(5)``) or by its name from
    :func:`integer_code`.

    >>> gamma.encode(5)
    Bits('00101')
    >>> gamma.decode(Bits.from_text("1001011"), start=1)
    (5, 6)
    >>> [golomb(3).length(n) for n in range(6)]
    [2, 3, 3, 3, 4, 4]

    Parameters
    ----------
    name : str
        What to call it, parameter included: ``"gamma"``, ``"golomb(5)"``.
    least : int
        The smallest integer that has a codeword, 0 or 1.
    """

    name: str
    least: int
    _write: Callable[[int], str] = field(compare=False)
    _read: Callable[[u.Cursor], int] = field(compare=False)
    _kind: int = field(compare=False)  # for the kernels
    _parameter: int = field(compare=False, default=0)
    _length: Callable[[int], int] | None = field(compare=False, default=None)

    def encode(self, t: int) -> Bits:
        """The codeword of *t*.

        Raises
        ------
        DomainError
            *t* is below ``least`` or above 2^63 - 1, or its word is longer than 2^30 bits.
        """
        size = self.length(t)
        if size > _bulk.LONGEST_WORD:
            raise DomainError(
                f"t must have a {self.name} word of at most {_bulk.LONGEST_WORD} bits, got {size} for {t}"
            )
        return Bits.from_text(self._write(int(t)))

    def decode(self, bits: Bits, start: int = 0) -> tuple[int, int]:
        """The integer whose codeword begins at bit *start*, and the position after that word.

        Raises
        ------
        TruncatedError
            *bits* end before the word does.
        CorruptError
            No integer up to 2^63 - 1 has a word that begins like this.
        """
        if not isinstance(bits, Bits):
            raise TypeError(f"bits must be Bits, got {type(bits).__name__}")
        start = _check.integer("start", start, 0, bits.size)
        cursor = u.Cursor(bits, start)
        try:
            return self._read(cursor), cursor.position
        except DataError as error:
            raise type(error)(f"no {self.name} word at bit {start} of {bits.size}: {error}") from None

    @overload
    def length(self, t: int) -> int: ...

    @overload
    def length(self, t: Sequence[Any] | NDArray[Any]) -> NDArray[np.int64]: ...

    def length(self, t: ArrayLike) -> int | NDArray[np.int64]:
        """Bits of the codeword of *t*: an int for an int, an int64 array for an array of ints of any shape.

        >>> gamma.length([1, 2, 2**63 - 1])
        array([  1,   3, 125])
        """
        if np.ndim(t):
            return _bulk.lengths(self, t)
        number = _check.integer("t", t)
        if not self.least <= number <= MAX:
            raise DomainError(f"t must be from {self.least} to 2^63 - 1 for {self.name}, got {number}")
        return self._length(number) if self._length else len(self._write(number))

    def encode_many(self, ts: ArrayLike) -> Bits:
        """The codewords of *ts*, integers of shape (n,), one behind the other.

        >>> gamma.encode_many([1, 5, 2])
        Bits('100101010')

        Raises
        ------
        DomainError
            One of *ts* is below ``least`` or above 2^63 - 1, its word is longer than 2^30 bits, or all words together
            are longer than 2^36 bits.
        """
        return _bulk.encode(self, ts)

    def decode_many(self, bits: Bits, count: int, start: int = 0, pad: bool = False) -> NDArray[np.int64]:
        """The *count* integers, int64 of shape (count,), whose codewords fill *bits* from bit *start* to the end.

        >>> gamma.decode_many(Bits.from_text("100101010"), 3)
        array([1, 5, 2])

        Parameters
        ----------
        bits : Bits
            Nothing may follow the last word. To read words from the midst of a string, ``take`` them first.
        count : int
            How many words there are; it cannot be told from the bits.
        start : int
            Where the first word begins.
        pad : bool
            Whether up to seven zeros may follow the last word, as in a string that came as whole bytes.

        Raises
        ------
        TruncatedError
            *bits* end before the last word does.
        CorruptError
            No integer up to 2^63 - 1 has such a word, or bits are left over.
        """
        return _bulk.decode(self, bits, count, start, pad)

    def __repr__(self) -> str:
        return self.name


unary = IntegerCode("unary", 0, u.write_unary, u.read_unary, kinds.UNARY, _length=partial(u.length_golomb, m=1))
gamma = IntegerCode("gamma", 1, u.write_gamma, u.read_gamma, kinds.GAMMA)
delta = IntegerCode("delta", 1, u.write_delta, u.read_delta, kinds.DELTA)
omega = IntegerCode("omega", 1, u.write_omega, u.read_omega, kinds.OMEGA)
levenshtein = IntegerCode("levenshtein", 0, u.write_levenshtein, u.read_levenshtein, kinds.LEVENSHTEIN)
even_rodeh = IntegerCode("even_rodeh", 0, u.write_even_rodeh, u.read_even_rodeh, kinds.EVEN_RODEH)
leb128 = IntegerCode("leb128", 0, u.write_leb128, u.read_leb128, kinds.LEB128)


def fibonacci(m: int = 2) -> IntegerCode:
    """The Fibonacci code of order *m*, 2 <= m <= 64: words end at the first *m* ones in a row."""
    return _with_parameter("fibonacci", 1, "m", _between("m", m, 2, 64))


def golomb(m: int) -> IntegerCode:
    """Golomb's code, 1 <= m < 2^63: n // m in unary, n % m in truncated binary. See :func:`best_golomb`."""
    m = _between("m", m, 1, MAX)
    return _with_parameter("golomb", 0, "m", m, partial(u.length_golomb, m=m))


def rice(k: int) -> IntegerCode:
    """Rice's code, 0 <= k <= 63: the same words as ``golomb(2**k)``."""
    k = _between("k", k, 0, 63)
    return _with_parameter("rice", 0, "k", k, partial(u.length_golomb, m=2**k))


def exp_golomb(k: int) -> IntegerCode:
    """The exponential Golomb code, 0 <= k <= 63: (n >> k) + 1 in gamma, then the *k* low bits of n."""
    return _with_parameter("exp_golomb", 0, "k", _between("k", k, 0, 63))


def zeta(k: int) -> IntegerCode:
    """The zeta code of Boldi and Vigna, 1 <= k <= 63, for laws near n^-(1 + 1/k)."""
    return _with_parameter("zeta", 1, "k", _between("k", k, 1, 63))


def _with_parameter(
    name: str, least: int, letter: str, value: int, length: Callable[[int], int] | None = None
) -> IntegerCode:
    write = partial(getattr(u, f"write_{name}"), **{letter: value})
    read = partial(getattr(u, f"read_{name}"), **{letter: value})
    return IntegerCode(f"{name}({value})", least, write, read, getattr(kinds, name.upper()), value, length)


def _between(name: str, value: Any, least: int, most: int) -> int:
    number = _check.integer(name, value)
    if not least <= number <= most:
        raise DomainError(f"{name} must be from {least} to {most}, got {number}")
    return number


_VALUES = {code.name: code for code in (unary, gamma, delta, omega, levenshtein, even_rodeh, leb128)}
_MAKERS: dict[str, Callable[..., IntegerCode]] = {
    "fibonacci": fibonacci,
    "golomb": golomb,
    "rice": rice,
    "exp_golomb": exp_golomb,
    "zeta": zeta,
}


def integer_code(name: str, **params: int) -> IntegerCode:
    """The code called *name*, with its parameter if it has one.

    >>> integer_code("golomb", m=3) == golomb(3)
    True
    """
    name = _check.choice("name", name, [*_VALUES, *_MAKERS])
    if name in _MAKERS:
        return _MAKERS[name](**params)
    if params:
        raise TypeError(f"{name} takes no parameters, got {', '.join(params)}")
    return _VALUES[name]


def zigzag(n: int | ArrayLike) -> Any:
    """Signed integers as unsigned ones, near zero first: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4.

    An int gives an int, an array of ints an int64 array of its shape; -2^62 <= n < 2^62. Add 1 for codes that start
    at 1.
    """
    if np.ndim(n) == 0:
        n = _between("n", n, -(2**62), 2**62 - 1)
        return 2 * n if n >= 0 else -2 * n - 1
    array = _bulk.integers("n", n, -(2**62), 2**62 - 1)
    return array << 1 ^ array >> 63


def unzigzag(t: int | ArrayLike) -> Any:
    """The signed integers that :func:`zigzag` turned into *t*, 0 <= t < 2^63."""
    if np.ndim(t) == 0:
        t = _between("t", t, 0, MAX)
        return -(t + 1) // 2 if t % 2 else t // 2
    array = _bulk.integers("t", t, 0, MAX)
    return array >> 1 ^ -(array & 1)


def best_golomb(theta: float | Fraction) -> int:
    """The *m* whose Golomb code has the least mean length when P(n) = (1 - theta) theta^n.

    It is the least m with theta^m + theta^(m+1) <= 1 [GV75], decided exactly for floats and fractions alike.

    >>> best_golomb(0.88), best_golomb(Fraction(9, 10))
    (5, 7)

    Parameters
    ----------
    theta : float, int or Fraction
        0 <= theta < 1.
    """
    if isinstance(theta, bool) or not isinstance(theta, Real):
        raise TypeError(f"theta must be a real number, got {theta!r}")
    if not 0 <= theta < 1:
        raise DomainError(f"theta must be at least 0 and below 1, got {theta}")
    exact = Fraction(theta) if isinstance(theta, Rational) else Fraction(float(theta))
    if 2 * exact <= 1:  # 1/2 + 1/4 <= 1
        return 1
    # m = ceil(lg(1 + theta) / lg(1 / theta)). The quotient is never whole: in theta^m (1 + theta) = 1 with
    # theta = a/b, a and b would divide 1. So enough digits always tell on which side of m it lies.
    digits = 40
    while True:
        with localcontext() as context:
            context.prec = digits
            top, bottom, gap = (Decimal(x.numerator) / x.denominator for x in (1 + exact, exact, 1 - exact))
            quotient = top.ln() / -bottom.ln()
            doubt = quotient * Decimal(10) ** (4 - digits) / gap  # ln(theta) loses the digits of 1 - theta
            low, high = ceil(quotient - doubt), ceil(quotient + doubt)
        if low == high:
            return low
        digits *= 2
