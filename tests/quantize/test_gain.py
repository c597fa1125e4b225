import math

import numpy as np
import pytest

from polyquant.quantize import distortion, gain_codebook, gain_density, gains, rebuild
from polyquant.quantize.gain import FINE, gain_support

# Errors relative to the mean square, groups of n in a row of 384: computed by another program.
ERRORS = [
    (8, 1, 0.0211), (8, 2, 0.0067), (8, 3, 0.00195), (8, 4, 0.00053),
    (16, 1, 0.0106), (16, 2, 0.0034), (16, 3, 0.00099), (16, 4, 0.00027),
    (32, 1, 0.0051), (32, 2, 0.0017), (32, 3, 0.00048), (32, 4, 0.00013),
    (128, 1, 0.00094), (128, 2, 0.00031), (128, 3, 0.00009),
]  # fmt: skip


def groups(seed=0, m=30, n=6):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((m, n)), rng.integers(-3, 4, (m, n)) | 1


def test_the_gain_leaves_the_least_error():
    x, y = groups()
    g = gains(x, y)
    error = ((x - rebuild(g, y)) ** 2).sum(axis=1)
    cosine = (x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    assert np.allclose(error, (x * x).sum(axis=1) * (1 - cosine**2), rtol=1e-12)
    for step in (-1e-3, 1e-3):
        assert (((x - rebuild(g + step, y)) ** 2).sum(axis=1) > error).all()


def test_the_other_gain_keeps_the_length():
    x, y = groups(1)
    x *= np.sign((x * y).sum(axis=1))[:, None]
    g = gains(x, y, kind="norm")
    assert np.allclose(np.linalg.norm(rebuild(g, y), axis=1), np.linalg.norm(x, axis=1), rtol=1e-14)
    cosine = gains(x, y) / g
    error = ((x - rebuild(g, y)) ** 2).sum(axis=1)
    assert np.allclose(error, 2 * g * g * (1 - cosine), rtol=1e-12)


@pytest.mark.parametrize("kind", ["mse", "norm"])
@pytest.mark.parametrize("power", [-900, 900])
def test_a_power_of_two_passes_through(kind, power):
    x, y = groups(2)
    assert np.array_equal(gains(np.ldexp(x, power), y, kind=kind), np.ldexp(gains(x, y, kind=kind), power))


def test_shapes_types_and_zeros():
    x, y = groups(3)
    assert np.array_equal(gains(x.reshape(5, 6, 6), y.reshape(5, 6, 6).astype(np.int8)), gains(x, y).reshape(5, 6))
    assert gains(x[0], y[0]).shape == ()
    assert gains(np.zeros((2, 3)), np.array([[1, 2, 3], [0, 0, 0]])).tolist() == [0, 0]
    assert gains(np.ones((2, 3)), np.zeros((2, 3), int), kind="norm").tolist() == [0, 0]
    assert rebuild([2.0], np.zeros((1, 3), int)).tolist() == [[0, 0, 0]]
    assert gains(np.zeros((0, 3)), np.zeros((0, 3), int)).shape == (0,)


@pytest.mark.parametrize(("n", "bits", "error"), ERRORS)
def test_the_error_of_the_best_quantizer(n, bits, error):
    code = gain_codebook(n, 384, 2**bits)
    found = distortion(code, lambda a: gain_density(n, 384, a), support=gain_support(n, 384))
    assert found == pytest.approx(error, abs=1.01 * 10 ** math.floor(math.log10(error) - 1))


def test_the_levels_for_groups_of_sixteen():
    assert np.allclose(gain_codebook(16, 384, 4).levels, [0.744, 0.917, 1.072, 1.261], atol=1e-3)


@pytest.mark.parametrize(("d", "std"), [(384, 0.172), (1536, 0.175)])
def test_the_law_has_mean_square_one_and_the_spread_of_the_beta_law(d, std):
    a = np.linspace(0, 3, 300_001)
    f = gain_density(16, d, a) * (a[1] - a[0])
    assert f.sum() == pytest.approx(1, abs=1e-9)
    assert (a * a * f).sum() == pytest.approx(1, abs=1e-9)
    assert math.sqrt(1 - (a * f).sum() ** 2) == pytest.approx(std, abs=1e-3)


@pytest.mark.parametrize(("n", "d"), [(1, 4), (3, 12), (8, 40)])
def test_groups_of_turned_rows_follow_the_law(n, d):
    rows = np.random.default_rng(4).standard_normal((40_000, d))
    a = np.linalg.norm(rows[:, :n], axis=1) / np.linalg.norm(rows, axis=1) * math.sqrt(d / n)
    grid = np.linspace(0, math.sqrt(d / n), 2001)
    below = np.concatenate([[0], np.cumsum(gain_density(n, d, (grid[1:] + grid[:-1]) / 2) * np.diff(grid))])
    share = np.searchsorted(np.sort(a), grid) / len(a)
    assert np.abs(share - below).max() < 2.65 / math.sqrt(len(a))  # Kolmogorov: exceeded with probability 2e-6


def test_a_row_without_end_is_the_law_of_gaussian_numbers():
    a = np.linspace(0.05, 2, 40)
    assert np.allclose(gain_density(8, None, a), gain_density(8, 10**9, a), rtol=1e-5, atol=1e-6)
    assert gain_codebook(1, None, 2).levels == pytest.approx((0.4528, 1.5104), abs=1e-4)  # half of Max's four levels


def test_one_number_of_three_is_uniform():
    assert np.allclose(gain_codebook(1, 3, 8).levels, (2 * np.arange(8) + 1) * math.sqrt(3) / 16, atol=1e-6)


def test_a_group_that_is_the_row_has_gain_one():
    assert gain_codebook(7, 7, 16).levels == (1.0,)


def test_levels_are_exact_in_single_precision():
    code = gain_codebook(16, 1536, 64)
    for values in (code.levels, code.thresholds):
        assert all((v * FINE).is_integer() and v == np.float32(v) for v in values)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: gains([1.0, 2.0], [1, 2, 3]), r"points must have the shape of x, \(2,\), got \(3,\)"),
        (lambda: gains([1.0, math.nan], [1, 2]), "x must be finite, got nan at index 1"),
        (lambda: gains([1.0], [1], kind="mean"), "kind must be one of 'mse', 'norm'"),
        (lambda: rebuild([1.0, 2.0], [[1, 2]]), r"gain must have shape \(1,\)"),
        (lambda: gain_codebook(16, 15, 4), "d must be at least 16, got 15"),
        (lambda: gain_codebook(16, 32, 0), "levels must be at least 1"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_points_are_integers():
    with pytest.raises(TypeError, match="points must be integers"):
        gains([1.0], [0.5])


def test_a_single_group_is_rebuilt_from_its_single_gain():
    gain = gains([3.0, 4.0], [1, 1])
    assert gain.shape == ()
    assert rebuild(gain, [1, 1]).tolist() == rebuild(float(gain), [1, 1]).tolist() == pytest.approx([3.5, 3.5])
