"""Codes for integers of any size: words that end themselves, so that no list of lengths has to travel along.

Choosing a code is guessing the law of the integers: a word of l bits is the right one for a probability of 2^-l.
Short words for small integers, whatever the law, are what makes a code *universal*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from math import ceil
from numbers import Rational, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.bits import Bits
from polyquant.errors import DataError, DomainError

from . import _universal as u

MAX = u.MAX
LONGEST_WORD = 2**30
"""The longest codeword, in bits, that is written: unary(2^62) is an error instead of half an exabyte."""


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
    _length: Callable[[int], int] | None = field(compare=False, default=None)

    def encode(self, t: int) -> Bits:
        """The codeword of *t*.

        Raises
        ------
        DomainError
            *t* is below ``least`` or above 2^63 - 1, or its word is longer than 2^30 bits.
        """
        size = self.length(t)
        if size > LONGEST_WORD:
            raise DomainError(f"t must have a {self.name} word of at most {LONGEST_WORD} bits, got {size} for {t}")
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

    def length(self, t: int) -> int:
        """Bits of the codeword of *t*."""
        t = _check.integer("t", t)
        if not self.least <= t <= MAX:
            raise DomainError(f"t must be from {self.least} to 2^63 - 1 for {self.name}, got {t}")
        return self._length(t) if self._length else len(self._write(t))

    def __repr__(self) -> str:
        return self.name


unary = IntegerCode("unary", 0, u.write_unary, u.read_unary, lambda n: n + 1)
gamma = IntegerCode("gamma", 1, u.write_gamma, u.read_gamma)
delta = IntegerCode("delta", 1, u.write_delta, u.read_delta)
omega = IntegerCode("omega", 1, u.write_omega, u.read_omega)
levenshtein = IntegerCode("levenshtein", 0, u.write_levenshtein, u.read_levenshtein)
even_rodeh = IntegerCode("even_rodeh", 0, u.write_even_rodeh, u.read_even_rodeh)
leb128 = IntegerCode("leb128", 0, u.write_leb128, u.read_leb128)


def _between(name: str, value: Any, least: int, most: int) -> int:
    number = _check.integer(name, value)
    if not least <= number <= most:
        raise DomainError(f"{name} must be from {least} to {most}, got {number}")
    return number


def _all_between(name: str, values: Any, least: int, most: int) -> NDArray[np.int64]:
    """As :func:`_between` for an array of any shape."""
    try:
        return _check.integers(name, values, least, most, ndim=None)
    except ValueError as error:
        raise DomainError(str(error)) from None


def fibonacci(m: int = 2) -> IntegerCode:
    """The Fibonacci code of order *m*, 2 <= m <= 64: words end at the first *m* ones in a row."""
    m = _between("m", m, 2, 64)
    return IntegerCode(f"fibonacci({m})", 1, partial(u.write_fibonacci, m=m), partial(u.read_fibonacci, m=m))


def golomb(m: int) -> IntegerCode:
    """Golomb's code, 1 <= m < 2^63: n // m in unary, n % m in truncated binary. See :func:`best_golomb`."""
    m = _between("m", m, 1, MAX)
    write, read, length = partial(u.write_golomb, m=m), partial(u.read_golomb, m=m), partial(u.length_golomb, m=m)
    return IntegerCode(f"golomb({m})", 0, write, read, length)


def rice(k: int) -> IntegerCode:
    """Rice's code, 0 <= k <= 63: ``golomb(2**k)``."""
    k = _between("k", k, 0, 63)
    write, read, length = partial(u.write_rice, k=k), partial(u.read_rice, k=k), partial(u.length_golomb, m=2**k)
    return IntegerCode(f"rice({k})", 0, write, read, length)


def exp_golomb(k: int) -> IntegerCode:
    """The exponential Golomb code, 0 <= k <= 63: (n >> k) + 1 in gamma, then the *k* low bits of n."""
    k = _between("k", k, 0, 63)
    return IntegerCode(f"exp_golomb({k})", 0, partial(u.write_exp_golomb, k=k), partial(u.read_exp_golomb, k=k))


def zeta(k: int) -> IntegerCode:
    """The zeta code of Boldi and Vigna, 1 <= k <= 63, for laws near n^-(1 + 1/k)."""
    k = _between("k", k, 1, 63)
    return IntegerCode(f"zeta({k})", 1, partial(u.write_zeta, k=k), partial(u.read_zeta, k=k))


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
    array = _all_between("n", n, -(2**62), 2**62 - 1)
    return array << 1 ^ array >> 63


def unzigzag(t: int | ArrayLike) -> Any:
    """The signed integers that :func:`zigzag` turned into *t*, 0 <= t < 2^63."""
    if np.ndim(t) == 0:
        t = _between("t", t, 0, MAX)
        return -(t + 1) // 2 if t % 2 else t // 2
    array = _all_between("t", t, 0, MAX)
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
