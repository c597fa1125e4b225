import math

import numpy as np
import pytest

from polyquant.bits import pack
from polyquant.quantize import Pyramid, quantize_tokens
from polyquant.quantize.weights import QuantizedMatrix


def tokens(rows=12, columns=96, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, columns))


def relative(small, x):
    return ((small.dense() - x) ** 2).sum(axis=1) / (x * x).sum(axis=1)


def test_a_token_does_not_see_the_others():
    x = tokens() * np.geomspace(1e-3, 1e4, 12)[:, None]
    together = quantize_tokens(x)
    for i in range(len(x)):
        alone = quantize_tokens(x[i : i + 1])
        assert np.array_equal(alone.points[0], together.points[i])
        assert np.array_equal(alone.gain[0], together.gain[i])
        assert alone.scale[0] == together.scale[i]


def test_bits_are_those_of_what_is_stored():
    small = quantize_tokens(tokens(), group=16, k=12, gain_bits=2)
    assert small.bits_per_weight == (6 * (Pyramid(16, 12).bits + 2) + 16) / 96
    index = Pyramid(16, 12).rank(small.points.reshape(-1, 16)).size
    gain = pack(small.gain.ravel(), 2).size
    assert (index + gain + 16 * len(small.scale)) / small.points.size == small.bits_per_weight


@pytest.mark.parametrize(("bits", "error"), [(2.1, 0.11), (3.1, 0.029), (4.1, 0.0078)])
def test_errors_near_the_table_of_rates(bits, error):
    x = tokens(60, 384)
    small = quantize_tokens(x, bits=bits)
    assert small.bits_per_weight <= bits
    assert error / 1.5 < relative(small, x).mean() < error


def test_a_rotation_saves_tokens_with_one_large_channel():
    x = tokens(40, 384, 1)
    x[:, 7] *= 60
    plain, turned = (relative(quantize_tokens(x, bits=3.1, rotate=turn), x) for turn in (False, True))
    assert turned.max() < 0.08
    assert plain.mean() > 5 * turned.mean()


def test_products_with_rotated_weights_need_no_turning_back():
    x, w = tokens(5, 96, 2), tokens(7, 96, 3)
    same = [quantize_tokens(a, bits=6.1, seed=4) for a in (x, w)]
    turned = [QuantizedMatrix(a.points, a.gain, a.scale, 0, a.groups, None).dense() for a in same]
    assert np.allclose(turned[0] @ turned[1].T, same[0].dense() @ same[1].dense().T, atol=1e-4)


@pytest.mark.parametrize("power", [-8, 6])
def test_a_power_of_two_passes_through(power):
    x = tokens()
    one, other = quantize_tokens(x), quantize_tokens(np.ldexp(x, power))
    assert np.array_equal(one.points, other.points)
    assert np.array_equal(np.ldexp(one.dense(), power), other.dense())


def test_zeros_no_tokens_and_a_narrow_last_group():
    x = np.vstack([np.zeros(40), tokens(1, 40)])
    small = quantize_tokens(x, bits=5)
    assert (small.dense()[0] == 0).all()
    assert relative(small, np.vstack([x[1], x[1]]))[1] < 0.01
    assert quantize_tokens(np.zeros((0, 32))).dense().shape == (0, 32)
    assert (quantize_tokens(tokens() * 1e-12).dense() == 0).all()


def test_the_bytes_are_those_of_a_matrix():
    small = quantize_tokens(tokens())
    again = QuantizedMatrix.from_bytes(small.to_bytes())
    assert np.array_equal(again.dense(), small.dense())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: quantize_tokens([1.0, 2.0]), "x must have 2 dimensions"),
        (lambda: quantize_tokens([[1.0, math.nan]]), r"x must be finite, got nan at index \(0, 1\)"),
        (lambda: quantize_tokens(np.zeros((2, 0))), "x must have at least one channel"),
        (lambda: quantize_tokens([[1.0] * 32, [1e6] * 32]), r"x must have scales of at most 65504 .* at token 1"),
        (lambda: quantize_tokens(tokens(), bits=0.1), "bits must leave at least one pulse"),
        (lambda: quantize_tokens(tokens(), method="best"), "method must be one of"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
