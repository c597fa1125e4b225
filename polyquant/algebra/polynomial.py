"""Polynomials over any field, as tuples of elements, coefficient of y^0 first, no zeros at the end; () is zero.

Schoolbook methods: right for the degrees of secret sharing (a threshold), not for thousands.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Protocol

__all__ = ["Field", "add", "divide", "evaluate", "interpolate", "lagrange", "multiply", "trim"]

Polynomial = tuple[int, ...]


class Field(Protocol):
    """What a field must know; elements are the integers from 0 to order - 1. Both fields of this family do."""

    @property
    def order(self) -> int:
        """The number of elements."""
        ...

    def add(self, a: int, b: int, /) -> int:
        """The sum."""
        ...

    def subtract(self, a: int, b: int, /) -> int:
        """The difference."""
        ...

    def multiply(self, public: int, secret: int, /) -> int:
        """The product; when one factor is secret, it is the second."""
        ...

    def inverse(self, a: int, /) -> int:
        """1 / a, or ``ZeroDivisionError``."""
        ...


def trim(coefficients: Sequence[int]) -> Polynomial:
    """*coefficients* without the zeros at the end."""
    size = len(coefficients)
    while size and not coefficients[size - 1]:
        size -= 1
    return tuple(coefficients[:size])


def add(field: Field, a: Sequence[int], b: Sequence[int]) -> Polynomial:
    """The sum."""
    return trim([field.add(x, y) for x, y in zip_longest(a, b, fillvalue=0)])


def multiply(field: Field, a: Sequence[int], b: Sequence[int]) -> Polynomial:
    """The product."""
    product = [0] * (len(a) + len(b))
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            product[i + j] = field.add(product[i + j], field.multiply(x, y))
    return trim(product)


def divide(field: Field, a: Sequence[int], b: Sequence[int]) -> tuple[Polynomial, Polynomial]:
    """Quotient and remainder of a / b.

    Raises
    ------
    ZeroDivisionError
        *b* is zero.
    """
    b, rest = trim(b), list(trim(a))
    if not b:
        raise ZeroDivisionError("division by the zero polynomial")
    scale, shift = field.inverse(b[-1]), len(rest) - len(b)
    quotient = [0] * max(shift + 1, 0)
    for i in range(shift, -1, -1):
        quotient[i] = field.multiply(scale, rest[i + len(b) - 1])
        for j, y in enumerate(b):
            rest[i + j] = field.subtract(rest[i + j], field.multiply(quotient[i], y))
    return trim(quotient), trim(rest)


def evaluate(field: Field, a: Sequence[int], x: int) -> int:
    """a(x), by Horner's rule; *x* is the public factor.

    >>> from polyquant.algebra.gfp import PrimeField
    >>> evaluate(PrimeField(257), (3, 2, 1), 10)
    123
    """
    value = 0
    for coefficient in reversed(a):
        value = field.add(field.multiply(x, value), coefficient)
    return value


def interpolate(field: Field, xs: Sequence[int], ys: Sequence[int]) -> Polynomial:
    """The polynomial of degree below len(xs) through the points, by Newton's divided differences.

    Raises
    ------
    ZeroDivisionError
        Two of the *xs* are equal.
    """
    table = list(ys)
    for step in range(1, len(xs)):
        for i in range(len(xs) - 1, step - 1, -1):
            scale = field.inverse(field.subtract(xs[i], xs[i - step]))
            table[i] = field.multiply(scale, field.subtract(table[i], table[i - 1]))
    result: Polynomial = ()
    for x, coefficient in zip(reversed(xs), reversed(table)):
        result = add(field, multiply(field, (field.subtract(0, x), 1), result), (coefficient,))
    return result


def lagrange(field: Field, xs: Sequence[int], at: int) -> Polynomial:
    """Weights w with f(at) = sum of w_i f(x_i) for every polynomial f of degree below len(xs).

    Raises
    ------
    ZeroDivisionError
        Two of the *xs* are equal.

    >>> from polyquant.algebra.gfp import PrimeField
    >>> lagrange(PrimeField(257), [1, 2], 0)
    (2, 256)
    """
    weights = []
    for i, x in enumerate(xs):
        above, below = 1, 1
        for j, other in enumerate(xs):
            if i != j:
                above = field.multiply(above, field.subtract(at, other))
                below = field.multiply(below, field.subtract(x, other))
        weights.append(field.multiply(above, field.inverse(below)))
    return tuple(weights)
