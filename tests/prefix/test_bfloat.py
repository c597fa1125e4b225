"""Rounding is compared with the definition in exact fractions, and with torch where it is installed."""

from fractions import Fraction

import numpy as np
import pytest

from polyquant.prefix import from_bfloat16, to_bfloat16

EVERY = np.arange(2**16, dtype=np.uint16)
FINITE = [int(word) for word in EVERY if word & 0x7F80 != 0x7F80]


def size(word):
    """Of the number that a word stands for; what would follow the largest one is 2^128."""
    exponent, mantissa = word >> 7 & 255, word & 127
    if exponent == 0:
        return Fraction(mantissa, 2**133)
    return (128 + mantissa) * Fraction(2) ** (exponent - 134)


def hard_cases():
    """Every word with lower halves round the tie, and random ones."""
    low = np.array([0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF], np.uint32)
    bits = (EVERY.astype(np.uint32)[:, None] << 16 | low).ravel()
    return np.concatenate([bits, np.random.default_rng(1).integers(0, 2**32, 100_000, np.uint32)]).view(np.float32)


def test_every_word_survives_the_way_through_float32():
    values = from_bfloat16(EVERY)
    nan = np.isnan(values)
    assert np.array_equal(to_bfloat16(values)[~nan], EVERY[~nan])
    assert np.isnan(from_bfloat16(to_bfloat16(values[nan]))).all()
    assert nan.sum() == 2 * 127


def test_rounding_takes_the_nearest_word_and_the_even_one_of_two():
    words = np.random.default_rng(2).choice(np.array(FINITE, np.uint32), 2000)
    low = np.random.default_rng(3).choice(np.array([0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF], np.uint32), 2000)
    for word, value in zip(words.tolist(), (words << 16 | low).astype(np.uint32).view(np.float32)):
        below, above, exact = size(word), size(word + 1), abs(Fraction(float(value)))  # + 1 is away from zero
        even = word + word % 2
        right = even if exact - below == above - exact else word if exact - below < above - exact else word + 1
        assert int(to_bfloat16(np.array([value]))[0]) == right


def test_nan_stays_nan_and_infinity_infinity():
    bits = np.array([0x7F800001, 0x7FFFFFFF, 0xFF800001, 0xFFFFFFFF, 0x7F800000, 0xFF800000], np.uint32)
    out = from_bfloat16(to_bfloat16(bits.view(np.float32)))
    assert np.isnan(out).tolist() == [True] * 4 + [False] * 2
    assert np.signbit(out).tolist() == [False, False, True, True, False, True]


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (2, 3), (1 << 18,), ((1 << 18) + 1,)])
def test_shapes_are_kept(shape):
    words = to_bfloat16(np.full(shape, 1.5, np.float32))
    assert words.shape == shape
    assert (words == 0x3FC0).all()
    assert from_bfloat16(words).shape == shape
    assert np.array_equal(to_bfloat16(np.float32([[1, 2], [3, 4]]).T), [[0x3F80, 0x4040], [0x4000, 0x4080]])


@pytest.mark.parametrize("values", [[1.5], np.array([1]), np.float16([1]), np.array([True])])
def test_only_float32_is_rounded(values):
    with pytest.raises(TypeError, match="values must be float32"):
        to_bfloat16(values)
    with pytest.raises(TypeError, match="words must be uint16"):
        from_bfloat16(values)


@pytest.mark.torch
def test_torch_rounds_the_same_way():
    torch = pytest.importorskip("torch")
    values = hard_cases()
    theirs = torch.from_numpy(values).to(torch.bfloat16).view(torch.uint16).numpy()
    ours = to_bfloat16(values)
    number = ~np.isnan(values)
    assert np.array_equal(ours[number], theirs[number])
    assert np.isnan(from_bfloat16(ours[~number])).all()
