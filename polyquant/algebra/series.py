"""Formal power series over any field, known up to a power of x: tuples of coefficients, x^0 first, zeros included.

Schoolbook methods. Over GF(2) use :mod:`polyquant.algebra.gf2x`.
"""

from collections.abc import Sequence

from .polynomial import Field

__all__ = ["divide_low", "multiply_low", "subtract_low", "valuation"]

Series = tuple[int, ...]


def subtract_low(field: Field, a: Sequence[int], b: Sequence[int], n: int) -> Series:
    """The difference a - b modulo x^n."""
    padded = [*b[:n], *[0] * (n - len(b))]
    return tuple(field.subtract(x, y) for x, y in zip([*a[:n], *[0] * (n - len(a))], padded))


def multiply_low(field: Field, public: Sequence[int], secret: Sequence[int], n: int) -> Series:
    """The product modulo x^n; zeros of *public* cost nothing."""
    product = [0] * n
    for i, factor in enumerate(public[:n]):
        if factor:
            for j, other in enumerate(secret[: n - i]):
                product[i + j] = field.add(product[i + j], field.multiply(factor, other))
    return tuple(product)


def divide_low(field: Field, a: Sequence[int], b: Sequence[int], n: int) -> Series:
    """The series a / b modulo x^n, low coefficients first; ``b[0]`` is not 0."""
    inverse = field.inverse(b[0])
    rest, quotient = [*a[:n], *[0] * (n - len(a))], []
    for i in range(n):
        digit = field.multiply(inverse, rest[i])
        quotient.append(digit)
        for j, factor in enumerate(b[: n - i]):
            rest[i + j] = field.subtract(rest[i + j], field.multiply(factor, digit))
    return tuple(quotient)


def valuation(a: Sequence[int]) -> int:
    """The index of the first coefficient that is not 0; there must be one."""
    for i, coefficient in enumerate(a):
        if coefficient:
            return i
    raise ValueError("a must not be 0: the valuation of 0 is infinite")
