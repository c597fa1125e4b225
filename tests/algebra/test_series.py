"""Power series over any field: division undoes multiplication, and over GF(2) it is gf2x."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.algebra import gf2x
from polyquant.algebra.gf2m import BinaryField
from polyquant.algebra.gfp import PrimeField
from polyquant.algebra.series import divide_low, multiply_low, subtract_low, valuation

FIELDS = [PrimeField(2), PrimeField(7), PrimeField(257), BinaryField(8)]


@pytest.mark.parametrize("field", FIELDS, ids=str)
@given(st.data())
def test_division_undoes_multiplication(field, data):
    elements = st.integers(0, field.order - 1)
    n = data.draw(st.integers(1, 12))
    a = data.draw(st.lists(elements, max_size=12))
    b = [data.draw(st.integers(1, field.order - 1)), *data.draw(st.lists(elements, max_size=6))]
    quotient = divide_low(field, a, b, n)
    assert len(quotient) == n
    product = multiply_low(field, b, quotient, n)
    assert product == tuple([*a, *[0] * n][:n])
    assert not any(subtract_low(field, product, a, n))


@given(st.integers(0, 2**20 - 1), st.integers(0, 2**20 - 1), st.integers(1, 30))
def test_over_two_elements_products_are_those_of_gf2x(a, b, n):
    one, other = ([number >> i & 1 for i in range(20)] for number in (a, b))
    product = multiply_low(PrimeField(2), one, other, n)
    assert sum(bit << i for i, bit in enumerate(product)) == gf2x.multiply_low(a, b, n)


def test_zero_has_no_valuation():
    assert valuation((0, 0, 5)) == 2
    with pytest.raises(ValueError, match="infinite"):
        valuation((0, 0))
