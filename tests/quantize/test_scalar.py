import math

import numpy as np
import pytest

from polyquant.quantize import Scalar, e2m1, nf4, uniform

# The levels as bitsandbytes and the paper print them (float32).
NF4 = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
]  # fmt: skip


def nearest(levels, x):
    """The index of the nearest level, the upper one of two that are as near."""
    return [max(range(len(levels)), key=lambda i: (-abs(levels[i] - v), i)) for v in x]


@pytest.mark.parametrize("code", [uniform(3, 2.0), nf4(), e2m1(), Scalar((-1.0,)), Scalar((0.5, 4.0, 4.5))])
def test_each_number_goes_to_its_nearest_level(code):
    x = np.random.default_rng(1).standard_normal((3, 40)) * 2
    found = code.index(x)
    assert found.dtype == np.uint8
    assert found.ravel().tolist() == nearest(code.levels, x.ravel().tolist())
    assert np.array_equal(code.value(found), np.array(code.levels)[found])
    assert np.array_equal(code.quantize(x), code.value(found))


def test_a_number_on_a_threshold_goes_up():
    assert Scalar((0, 2, 6), (1, 5)).index([1, 5, math.nextafter(5, 0)]).tolist() == [1, 2, 1]


def test_nf4_is_the_published_table():
    assert np.allclose(nf4().levels, NF4, atol=2e-7, rtol=0)


def test_e2m1_is_every_float_of_one_sign_two_exponent_and_one_mantissa_bit():
    magnitudes = {m / 2 if e == 0 else (1 + m / 2) * 2 ** (e - 1) for e in range(4) for m in range(2)}
    values = sorted({s * v for s in (1, -1) for v in magnitudes})
    assert len(e2m1()) == 15
    assert np.allclose(e2m1().levels, np.array(values) / 6, rtol=1e-15)


def test_uniform_steps_are_even_and_touch_the_clip():
    code = uniform(4, 3.0)
    assert np.allclose(np.diff(code.levels), 6 / 16)
    assert code.levels[-1] + 3 / 16 == 3.0
    assert code.bits == 4
    assert uniform(0, 1.0).levels == (0.0,)
    assert uniform(0, 1.0).bits == 0


def test_equal_quantizers_are_equal_and_hash_alike():
    a, b = Scalar((1, 2)), Scalar(np.array([1.0, 2.0]), np.array([1.5]))
    assert a == b
    assert hash(a) == hash(b)
    assert a != Scalar((1, 2), (1.25,))


def test_scaling_commutes_with_quantizing():
    x = np.random.default_rng(2).standard_normal(50)
    assert np.array_equal(nf4().scaled(4).quantize(4 * x), 4 * nf4().quantize(x))


def test_indices_are_as_small_as_they_can_be():
    assert Scalar(range(256)).index(3.0).dtype == np.uint8
    assert Scalar(range(257)).index(3.0).dtype == np.uint16


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Scalar(()), "levels must have at least 1 number"),
        (lambda: Scalar((1, 1)), "levels must increase, got 1.0 and 1.0 at index 0"),
        (lambda: Scalar((1, math.nan)), "levels must be finite"),
        (lambda: Scalar((1, 2, 3), (1.5,)), "thresholds must be one fewer than the 3 levels, got 1"),
        (lambda: Scalar((1, 2, 3), (2.5, 1.5)), "thresholds must increase"),
        (lambda: nf4().index([0.0, math.inf]), r"x must be finite, got inf at index 1"),
        (lambda: nf4().value([16]), "index must be at most 15, got 16"),
        (lambda: nf4().value([-1]), "index must be at least 0, got -1"),
        (lambda: nf4().scaled(0), "factor must be positive"),
        (lambda: uniform(2, -1.0), "clip must be positive"),
        (lambda: uniform(17, 1.0), "bits must be at most 16"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
