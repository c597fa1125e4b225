import numpy as np
import pytest

from polyquant.algebra import gf256


def by_the_book(a, b):
    """Multiply as polynomials in text form, divide with remainder by 100011011."""
    product = [0] * 15
    for i in range(8):
        for j in range(8):
            product[i + j] ^= (a >> i & 1) & (b >> j & 1)
    for top in range(14, 7, -1):
        if product[top]:
            for power in (8, 4, 3, 1, 0):
                product[top - 8 + power] ^= 1
    return sum(bit << i for i, bit in enumerate(product[:8]))


def test_all_products():
    table = gf256.combine(np.arange(256)[:, None], np.arange(256)[None, :])
    assert table.tolist() == [[by_the_book(a, b) for b in range(256)] for a in range(256)]


def test_the_examples_of_the_standard_of_aes():
    assert gf256.multiply(0x57, [0x83, 0x13]).tolist() == [0xC1, 0xFE]
    assert gf256.inverse(0x53) == 0xCA


def test_inverses():
    for a in range(1, 256):
        assert by_the_book(a, gf256.inverse(a)) == 1


def test_zero_has_no_inverse():
    with pytest.raises(ZeroDivisionError, match="0 has no inverse"):
        gf256.inverse(0)


@pytest.mark.parametrize("n", [0, 1, 63, 4095, 4096, 4097, pytest.param(10000, marks=pytest.mark.once)])
def test_a_combination_is_the_sum_of_products_across_block_borders(n):
    rng = np.random.default_rng(n)
    weights, rows = rng.integers(0, 256, (3, 4)), rng.integers(0, 256, (4, n), dtype=np.uint8)
    expected = np.zeros((3, n), np.uint8)
    for i in range(3):
        for j in range(4):
            expected[i] ^= gf256.multiply(int(weights[i, j]), rows[j])
    assert np.array_equal(gf256.combine(weights, rows), expected)


def test_the_shape_is_kept_and_the_argument_untouched():
    secret = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    before = secret.copy()
    assert gf256.multiply(3, secret[:, ::2]).shape == (2, 2, 4)
    assert np.array_equal(secret, before)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gf256.multiply(256, [1]), "public must be at most 255, got 256"),
        (lambda: gf256.multiply(1, [1, 256]), "secret must be at most 255, got 256 at index 1"),
        (lambda: gf256.inverse(-1), "public must be at least 0, got -1"),
        (lambda: gf256.combine([[1, 2]], [[1]]), r"shapes \(m, k\) and \(k, n\), got \(1, 2\) and \(1, 1\)"),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_floats_are_refused():
    with pytest.raises(TypeError):
        gf256.multiply(1, [1.0])
