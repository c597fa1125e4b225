import itertools
import math

import numpy as np
import pytest

from polyquant.quantize import Scalar, distortion, lloyd_max, uniform
from polyquant.quantize.lloyd import LAWS

# Max's table of 1960 for the Gaussian: mean squared errors.
GAUSSIAN = {1: 1.0, 2: 0.3634, 3: 0.1902, 4: 0.1175, 5: 0.07994, 6: 0.05798, 8: 0.03454, 16: 0.009497, 36: 0.001990}
LAPLACIAN = {1: 1.0, 2: 0.5, 4: 0.1762, 8: 0.0545, 16: 0.0154}


@pytest.mark.parametrize(("levels", "error"), sorted(GAUSSIAN.items()))
def test_the_published_errors_on_a_gaussian(levels, error):
    assert distortion(lloyd_max("gaussian", levels), "gaussian") == pytest.approx(error, rel=1e-3)


@pytest.mark.parametrize(("levels", "error"), sorted(LAPLACIAN.items()))
def test_the_published_errors_on_a_laplacian(levels, error):
    assert distortion(lloyd_max("laplacian", levels), "laplacian") == pytest.approx(error, rel=3e-3)


@pytest.mark.parametrize("levels", [2, 5, 64, 1024])
def test_levels_are_means_of_their_cells_and_thresholds_lie_midway(levels):
    code = lloyd_max("gaussian", levels)
    c, ends = np.array(code.levels), [-math.inf, *code.thresholds, math.inf]
    assert np.allclose(code.thresholds, (c[:-1] + c[1:]) / 2, atol=1e-12)
    for low, high, level in zip(ends, ends[1:], c):  # the mean of a slice of a Gaussian, from densities and erfc
        side = 1 if low + high >= 0 else -1
        near, far = sorted((side * low, side * high))
        mass = (math.erfc(near / math.sqrt(2)) - math.erfc(far / math.sqrt(2))) / 2
        mean = (math.exp(-near * near / 2) - math.exp(-far * far / 2)) / math.sqrt(2 * math.pi) / mass
        assert level == pytest.approx(side * mean, abs=1e-6)
    assert np.allclose(c, -c[::-1], atol=1e-9)


def test_many_levels_come_near_the_asymptote():
    levels = 256
    assert distortion(lloyd_max("gaussian", levels), "gaussian") * levels**2 == pytest.approx(
        math.sqrt(3) * math.pi / 2, rel=0.01
    )
    assert distortion(lloyd_max("laplacian", levels), "laplacian") * levels**2 == pytest.approx(4.5, rel=0.01)


def test_a_uniform_density_gets_even_levels():
    code = lloyd_max(np.ones_like, 5, support=(2.0, 7.0))
    assert np.allclose(code.levels, [2.5, 3.5, 4.5, 5.5, 6.5], atol=1e-11)
    assert distortion(code, np.ones_like, support=(2.0, 7.0)) == pytest.approx(1 / 12)


def test_distortion_is_the_mean_of_the_squared_errors():
    code = uniform(2, 1.7)
    x = np.linspace(*LAWS["laplacian"][1], 600_001)
    f = LAWS["laplacian"][0](x)
    expected = ((code.quantize(x) - x) ** 2 * f).sum() / f.sum()
    assert distortion(code, "laplacian") == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_on_few_samples_hardly_worse_than_the_best_of_all_splits(seed):
    x = np.sort(np.random.default_rng(seed).standard_normal(24))
    code = lloyd_max(x, 4)
    cuts = itertools.combinations(range(1, 24), 3)
    best = min(sum(part.var() * len(part) for part in np.split(x, cut)) for cut in cuts)
    got = ((code.quantize(x) - x) ** 2).sum()
    assert best - 1e-12 <= got <= 1.6 * best
    for level, part in zip(code.levels, np.split(x, np.searchsorted(x, code.thresholds))):
        assert level == pytest.approx(part.mean())


def test_few_values_get_a_level_each():
    assert lloyd_max([3, 1, 3, 1, 1], 8) == Scalar((1.0, 3.0))
    assert lloyd_max([5.0], 1).levels == (5.0,)


def test_ties_do_not_empty_cells():
    code = lloyd_max([0.0] * 50 + [1.0, 2.0, 3.0], 3)
    assert code.levels[0] == 0
    assert len(set(code.index([0, 1, 2, 3]).tolist())) == 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: lloyd_max("cauchy", 2), "source must be one of 'gaussian', 'laplacian', got 'cauchy'"),
        (lambda: lloyd_max("gaussian", 0), "levels must be at least 1"),
        (lambda: lloyd_max("gaussian", 1025), "levels must be at most 1024"),
        (lambda: lloyd_max(np.ones_like, 2), "support must be given"),
        (lambda: lloyd_max(np.ones_like, 2, support=(1, 1)), "support must be a pair of increasing numbers"),
        (lambda: lloyd_max(np.zeros_like, 2, support=(0, 1)), "density must be positive somewhere"),
        (lambda: lloyd_max([], 2), "source must have at least 1 sample"),
        (lambda: lloyd_max([1.0, math.nan], 2), "source must be finite"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
