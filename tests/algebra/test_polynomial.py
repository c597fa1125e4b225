import random

import pytest
import sympy

from polyquant.algebra import polynomial
from polyquant.algebra.gf2m import BinaryField
from polyquant.algebra.gfp import PrimeField

FIELDS = [PrimeField(2), PrimeField(7), PrimeField(2**61 - 1), BinaryField(8), BinaryField(128)]
X = sympy.symbols("x")


def draw(field, rng, size):
    return tuple(rng.randrange(field.order) for _ in range(size))


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_quotient_times_divisor_plus_rest_is_the_dividend(field):
    rng = random.Random(1)
    for size in range(6):
        for divisor_size in range(1, 5):
            a, b = draw(field, rng, size), (*draw(field, rng, divisor_size - 1), 1)
            quotient, rest = polynomial.divide(field, a, b)
            assert len(rest) < len(b)
            again = polynomial.add(field, polynomial.multiply(field, quotient, b), rest)
            assert again == polynomial.trim(a)


def test_products_over_a_prime_field_are_those_of_sympy():
    rng = random.Random(2)
    for _ in range(20):
        a, b = draw(PrimeField(101), rng, 5), draw(PrimeField(101), rng, 4)
        product = sympy.Poly(a[::-1], X, modulus=101) * sympy.Poly(b[::-1], X, modulus=101)
        expected = tuple(int(c) % 101 for c in reversed(product.all_coeffs()))
        assert polynomial.multiply(PrimeField(101), a, b) == expected


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_interpolation_finds_the_polynomial_again(field):
    rng = random.Random(3)
    for size in range(1, min(6, field.order) + 1):
        a = draw(field, rng, size)
        xs = rng.sample(range(min(field.order, 1000)), size)
        ys = [sum_of_powers(field, a, x) for x in xs]
        assert [polynomial.evaluate(field, a, x) for x in xs] == ys
        assert polynomial.interpolate(field, xs, ys) == polynomial.trim(a)


def sum_of_powers(field, a, x):
    total, power = 0, 1
    for coefficient in a:
        total, power = field.add(total, field.multiply(power, coefficient)), field.multiply(power, x)
    return total


def test_equal_points_cannot_be_interpolated():
    with pytest.raises(ZeroDivisionError):
        polynomial.interpolate(PrimeField(7), [1, 1], [2, 3])


def test_nothing_divides_by_zero():
    with pytest.raises(ZeroDivisionError, match="zero polynomial"):
        polynomial.divide(PrimeField(7), (1, 2), (0, 0))


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_lagrange_weights_evaluate_without_interpolating(field):
    rng = random.Random(4)
    size = min(4, field.order)
    xs, at = rng.sample(range(min(field.order, 1000)), size), rng.randrange(field.order)
    a = draw(field, rng, size)
    total = 0
    for weight, x in zip(polynomial.lagrange(field, xs, at), xs):
        total = field.add(total, field.multiply(weight, sum_of_powers(field, a, x)))
    assert total == sum_of_powers(field, a, at)
