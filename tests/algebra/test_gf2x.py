"""Polynomials over GF(2) against convolution by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.algebra import gf2x
from polyquant.bits import Bits

polynomials = st.integers(0, 2**150 - 1)


def convolution(a, b):
    terms = {}
    for i in range(a.bit_length()):
        for j in range(b.bit_length()):
            terms[i + j] = terms.get(i + j, 0) + (a >> i & 1) * (b >> j & 1)
    return sum(1 << e for e, count in terms.items() if count % 2)


@given(polynomials, st.integers(0, 2**70 - 1), st.integers(0, 200))
def test_products_are_convolutions(a, b, n):
    assert gf2x.multiply(a, b) == gf2x.multiply(b, a) == convolution(a, b)
    assert gf2x.multiply_low(a, b, n) == convolution(a, b) % (1 << n)


@given(polynomials, polynomials.map(lambda b: b | 1), st.integers(0, 300))
def test_division_undoes_multiplication(a, b, n):
    mask = (1 << n) - 1
    quotient = gf2x.divide_low(a, b, n)
    assert quotient <= mask
    assert convolution(quotient, b) & mask == a & mask
    assert convolution(gf2x.inverse_low(b, n), b) & mask == 1 & mask


def test_only_units_are_inverted():
    for divide in (lambda: gf2x.inverse_low(6, 4), lambda: gf2x.divide_low(1, 6, 4)):
        with pytest.raises(ValueError, match="constant term 1"):
            divide()


@given(polynomials.filter(bool), st.integers(0, 100))
def test_the_valuation_is_the_lowest_coefficient(a, shift):
    assert gf2x.valuation((a | 1) << shift) == shift
    assert a >> gf2x.valuation(a) & 1


def test_zero_has_no_valuation():
    with pytest.raises(ValueError, match="infinite"):
        gf2x.valuation(0)


@given(st.text("01", max_size=80))
def test_the_first_bit_of_a_string_is_the_constant_term(text):
    a = gf2x.from_bits(Bits.from_text(text))
    assert a == sum(1 << j for j, bit in enumerate(text) if bit == "1")
    assert str(gf2x.to_bits(a, len(text))) == text


@pytest.mark.parametrize(("a", "size"), [(4, 2), (-1, 5), (1, 0)])
def test_what_does_not_fit_is_refused(a, size):
    with pytest.raises(ValueError, match="a must"):
        gf2x.to_bits(a, size)


@given(polynomials)
def test_words_are_little_endian(a):
    words = gf2x.to_words(a, 4)
    assert [int(word) for word in words] == [a >> 64 * i & (2**64 - 1) for i in range(4)]
    assert gf2x.from_words(words) == a
