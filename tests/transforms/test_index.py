import numpy as np
import pytest

from polyquant.transforms.spright import _index

NUMBERS = {
    0: [0],
    1: [0, 1],
    63: [0, 2**62 + 1, 2**63 - 1],
    64: [2**64 - 1, 0],
    65: [2**64, 1, 2**65 - 1],
    130: [2**129 + 2**70 + 3],
}


@pytest.mark.parametrize("n", NUMBERS)
def test_numbers_limbs_and_bits_are_the_same_thing(n):
    limbs = _index.limbs(NUMBERS[n], n)
    assert limbs.shape == (len(NUMBERS[n]), max(1, -(-n // 64)))
    assert _index.numbers(limbs) == NUMBERS[n]
    bits = _index.to_bits(limbs, n)
    assert bits.tolist() == [[k >> i & 1 for i in range(n)] for k in NUMBERS[n]]
    assert np.array_equal(_index.from_bits(bits), limbs)


@pytest.mark.parametrize("n", NUMBERS)
def test_what_the_user_gives_is_what_the_user_sees(n):
    limbs = _index.limbs(NUMBERS[n], n)
    seen = _index.squeeze(limbs, n)
    assert seen.ndim == (1 if n <= 64 else 2)
    assert np.array_equal(_index.widen("k", seen, n), limbs)


@pytest.mark.parametrize(
    ("n", "values", "message"),
    [
        (3, [1, 8], r"k must be below 2\^3, got 8 at index 1"),
        (0, [0, 1], r"k must be below 2\^0, got 1 at index 1"),
        (65, [[0, 0], [0, 2]], r"k must be below 2\^65, got 36893488147419103232 at index 1"),
        (65, [[0], [1]], "k must have 2 limbs a row for n = 65, got 1"),
        (3, [[1]], "k must have 1 dimension"),
        (3, [-1], "k must be at least 0, got -1"),
    ],
)
def test_indices_out_of_range(n, values, message):
    with pytest.raises(ValueError, match=message):
        _index.widen("k", values, n)


def test_an_index_is_no_float():
    with pytest.raises(TypeError, match="k must be integers"):
        _index.widen("k", [0.5], 4)


def test_a_span_lists_all_sums():
    columns = [0b0011, 0b0101, 0b1000]
    listed = _index.numbers(_index.span(_index.limbs(columns, 4)))
    assert listed == [(row & 1) * 0b0011 ^ (row >> 1 & 1) * 0b0101 ^ (row >> 2) * 0b1000 for row in range(8)]
