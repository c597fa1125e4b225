"""Both kinds of field obey the same laws; their constants are checked by sympy."""

import random

import pytest
import sympy

from polyquant.algebra.gf2m import MODULI, BinaryField, is_irreducible
from polyquant.algebra.gfp import PrimeField, _is_lucas_probable_prime, is_prime

X = sympy.symbols("x")
SMALL = [BinaryField(1, 3), BinaryField(2, 7), BinaryField(3, 0b1101), BinaryField(4, 0b11001)]
SMALL += [PrimeField(p) for p in (2, 3, 5, 13)]
LARGE = [BinaryField(m) for m in MODULI] + [PrimeField(p) for p in (257, 2**61 - 1, 2**521 - 1)]


def elements(field):
    if field.order < 20:
        return list(range(field.order))
    rng = random.Random(field.order)
    return [0, 1, field.order - 1, *(rng.randrange(field.order) for _ in range(5))]


@pytest.mark.parametrize("field", SMALL + LARGE, ids=str)
def test_the_laws_of_a_field(field):
    some = elements(field)
    for a in some:
        assert field.add(a, 0) == field.multiply(a, 1) == a
        assert field.multiply(a, 0) == field.subtract(a, a) == 0
        if a:
            assert field.multiply(a, field.inverse(a)) == 1
        for b in some:
            assert field.add(a, b) == field.add(b, a)
            assert field.subtract(field.add(a, b), b) == a
            assert field.multiply(a, b) == field.multiply(b, a)
            assert 0 <= field.multiply(a, b) < field.order
            for c in some[:6]:
                left = field.multiply(a, field.add(b, c))
                assert left == field.add(field.multiply(a, b), field.multiply(a, c))
                assert field.multiply(a, field.multiply(b, c)) == field.multiply(field.multiply(a, b), c)


@pytest.mark.parametrize("field", SMALL + LARGE, ids=str)
def test_zero_has_no_inverse(field):
    with pytest.raises(ZeroDivisionError, match="0 has no inverse"):
        field.inverse(0)


def polynomial(bits):
    return sympy.Poly([int(c) for c in f"{bits:b}"], X, modulus=2)


def test_irreducible_means_what_sympy_says():
    for bits in range(512):
        assert is_irreducible(bits) == (bits > 1 and polynomial(bits).is_irreducible), bin(bits)


def test_the_usual_moduli_are_irreducible():
    assert all(is_irreducible(modulus) and modulus.bit_length() == m + 1 for m, modulus in MODULI.items())


@pytest.mark.parametrize("m", [16, 32, 64, 128])
def test_products_in_a_large_binary_field_are_remainders_of_sympy(m):
    rng, field = random.Random(m), BinaryField(m)
    for _ in range(3):
        a, b = rng.getrandbits(m), rng.getrandbits(m)
        rest = (polynomial(a) * polynomial(b)).rem(polynomial(MODULI[m]))
        assert field.multiply(a, b) == int("".join(str(c % 2) for c in rest.all_coeffs()), 2)


def test_primes_are_the_primes_of_sympy():
    assert [n for n in range(-3, 20000) if is_prime(n)] == list(sympy.primerange(20000))


def test_large_primes_and_their_products():
    primes = [2**89 - 1, 2**127 - 1, 2**521 - 1, 2**256 - 189]
    assert all(map(is_prime, primes))
    assert not any(is_prime(p * q) for p in primes for q in primes)


def test_pseudoprimes_are_not_primes():
    carmichael = [561, 1105, 1729, 41041, 825265, 321197185]
    strong_to_twelve_bases = 318665857834031151167461  # Sorenson and Webster
    assert not any(map(is_prime, [*carmichael, strong_to_twelve_bases]))


def test_the_lucas_test_errs_exactly_where_it_is_known_to():
    wrong = [n for n in range(3, 20000, 2) if _is_lucas_probable_prime(n) != sympy.isprime(n)]
    assert wrong == [5459, 5777, 10877, 16109, 18971]  # OEIS A217255


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: PrimeField(9), "p must be prime, got 9"),
        (lambda: PrimeField(1), "p must be at least 2, got 1"),
        (lambda: BinaryField(5), "modulus must be given unless m is one of 8, 16, 32, 64, 128, got m = 5"),
        (lambda: BinaryField(4, 0b10101), "modulus must be irreducible, got 0x15"),
        (lambda: BinaryField(8, 0b10011), "modulus must have degree 8, got 4"),
        (lambda: BinaryField(0), "m must be at least 1, got 0"),
    ],
)
def test_a_wrong_field_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("make", [lambda: PrimeField(True), lambda: BinaryField(8.0), lambda: PrimeField("7")])
def test_a_wrong_type_is_refused(make):
    with pytest.raises(TypeError):
        make()
