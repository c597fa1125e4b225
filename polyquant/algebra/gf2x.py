"""Polynomials and power series over GF(2): Python integers, the coefficient of x^i is bit i.

Sums are ``a ^ b``, in characteristic 2 also differences. ``multiply`` and its relatives walk over the set bits of
their *second* factor, so that one is best short, sparse and public. Long operands also exist as little-endian 64-bit
words; the compiled loops over those are in ``_kernels``.
"""

import numpy as np
from numpy.typing import NDArray

from polyquant import _check
from polyquant.bits import Bits

from ._kernels import gf2x as kernels
from ._kernels import wide
from ._kernels.clmul import MODE

__all__ = [
    "divide_low",
    "evaluate_words",
    "from_bits",
    "from_words",
    "inverse_low",
    "multiply",
    "multiply_low",
    "to_bits",
    "to_words",
    "valuation",
]

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def multiply(a: int, b: int) -> int:
    """The product a b.

    >>> bin(multiply(0b11, 0b101))
    '0b1111'
    """
    product = 0
    while b:
        low = b & -b
        product ^= a << (low.bit_length() - 1)
        b ^= low
    return product


def multiply_low(a: int, b: int, n: int) -> int:
    """The product a b modulo x^n."""
    mask = (1 << n) - 1
    return multiply(a & mask, b & mask) & mask


def inverse_low(a: int, n: int) -> int:
    """The b with a b = 1 modulo x^n; *a* has the constant term 1."""
    return divide_low(1, a, n)


def divide_low(a: int, b: int, n: int) -> int:
    """The power series a / b modulo x^n; *b* has the constant term 1.

    b(x)^(2^i) = b(x^(2^i)) is 1 modulo x^n once 2^i >= n, so a / b = a b b^2 b^4 .. b^(2^(i-1)): lg n products, each as
    sparse as b.
    """
    if not b & 1:
        raise ValueError("the divisor must have the constant term 1 to be invertible modulo a power of x")
    mask = (1 << n) - 1
    quotient, exponents, stretch = a & mask, _exponents(b)[1:], 1
    while exponents and exponents[0] * stretch < n:
        product = quotient
        for e in exponents:
            if e * stretch >= n:
                break
            product ^= quotient << e * stretch
        quotient = product & mask
        stretch *= 2
    return quotient


def _exponents(a: int) -> list[int]:
    """The indices of the nonzero coefficients, lowest first."""
    found = []
    while a:
        low = a & -a
        found.append(low.bit_length() - 1)
        a ^= low
    return found


def valuation(a: int) -> int:
    """The index of the lowest nonzero coefficient; *a* is not 0."""
    if a == 0:
        raise ValueError("a must not be 0: the valuation of 0 is infinite")
    return (a & -a).bit_length() - 1


def from_bits(bits: Bits) -> int:
    """The polynomial whose coefficient of x^j is bit j of *bits*.

    >>> from_bits(Bits.from_text("0100"))
    2
    """
    return int.from_bytes(bits.data.translate(_REVERSED), "little")


def to_bits(a: int, size: int) -> Bits:
    """The *size* lowest coefficients of *a*, which has no others, as a string: x^0 first."""
    size = _check.integer("size", size, 0)
    if _check.integer("a", a, 0).bit_length() > size:
        raise ValueError(f"a must have at most {size} coefficients, got {a.bit_length()}")
    return Bits(a.to_bytes((size + 7) // 8, "little").translate(_REVERSED), size)


def to_words(a: int, count: int) -> NDArray[np.uint64]:
    """*a* as *count* words of 64 coefficients, x^0 in the lowest bit of the first."""
    return np.frombuffer(a.to_bytes(8 * count, "little"), "<u8").astype(np.uint64)


def from_words(words: NDArray[np.uint64]) -> int:
    """The polynomial that :func:`to_words` took apart."""
    return int.from_bytes(words.astype("<u8", copy=False).tobytes(), "little")


def evaluate_words(
    points: NDArray[np.uint64],
    leading: NDArray[np.uint64],
    series: NDArray[np.uint64],
    bits: int,
    out: NDArray[np.uint64],
) -> None:
    """Into *out* the values of a polynomial in y at many *points* of one word each, modulo x^bits.

    Parameters
    ----------
    points : array of uint64, shape (n,)
        Public: the running time depends on them, not on the coefficients.
    leading : array of uint64, shape (m,)
        The coefficient of y^c, in words; m is a multiple of 8 and at least ceil(bits / 64).
    series : array of uint64, shape (c, m)
        The coefficients of y^0 .. y^(c-1), contiguous.
    out : array of uint64, shape (n, ceil(bits / 64))
        Contiguous; written.
    """
    words, mask = -(-bits // 64), np.uint64((1 << (bits - 1) % 64 + 1) - 1)
    if not wide.HAVE_WIDE:
        kernels.horner(points, leading, series, words, mask, out, MODE)
        return
    horner = wide.horner_short if words <= wide.LANES else wide.horner
    horner(points, leading, series.reshape(-1), len(series), words, mask, out.reshape(-1))
