import numpy as np
import pytest

from polyquant.transforms import bins, plan
from polyquant.transforms.spright import _index
from polyquant.transforms.spright.refine import refine
from tests.transforms.functions import character, synthesis

DESIGN = plan(12, b=3, C=3, decoder="osd", seed=1, dense=False)
UNIQUE = DESIGN.cost()


def limbs(support):
    return _index.limbs(support, 12)


def shown(k, groups):
    """What a coefficient 1 at k shows in the bins, by the definition, if only some groups saw it."""
    values = np.zeros((DESIGN.C, DESIGN.P, DESIGN.B))
    for c in groups:
        columns, delays = DESIGN.groups[c]
        j = sum(((column & k).bit_count() & 1) << i for i, column in enumerate(columns))
        values[c, :, j] = [character(k, np.array([d], np.uint64))[0] for d in delays]
    return values


def test_it_is_the_least_squares_solution():
    """Twenty coefficients in eight bins a group: all bins are shared."""
    rng = np.random.default_rng(0)
    support = sorted(rng.choice(2**12, 20, replace=False).tolist())
    values = rng.normal(size=(3, DESIGN.P, 8))
    matrix = np.stack([shown(k, range(3)).ravel() for k in support], axis=1)
    expected, *_ = np.linalg.lstsq(matrix, values.ravel(), rcond=None)
    fit = refine(DESIGN, values, limbs(support), 0.0, UNIQUE)
    assert fit.coeffs == pytest.approx(expected, abs=1e-10)
    assert fit.rest.ravel() == pytest.approx(values.ravel() - matrix @ expected, abs=1e-10)
    assert fit.energy == pytest.approx((fit.rest**2).mean())
    assert fit.power == pytest.approx(fit.energy * UNIQUE / (UNIQUE - 20))


def test_exact_bins_leave_nothing():
    support, coeffs = [3, 700, 4000], [1.0, -2.0, 0.5]
    values = bins(synthesis(support, coeffs), DESIGN)
    before = values.copy()
    fit = refine(DESIGN, values, limbs([3, 9, 700, 4000]), 0.0, UNIQUE)
    assert np.array_equal(values, before)
    assert _index.numbers(fit.support) == support  # what was not there is left out
    assert fit.coeffs == pytest.approx(coeffs, abs=1e-12)
    assert not fit.unresolved.any()
    missing = refine(DESIGN, values, limbs([3, 4000]), 0.0, UNIQUE)
    its_bins = (shown(700, range(3)) != 0).any(axis=1)
    assert its_bins.sum() == 3
    assert missing.unresolved[its_bins].all()


def test_coefficients_below_the_noise_are_left_out():
    values = 1.0 * shown(5, range(3)) + 0.1 * shown(900, range(3))
    for noise, kept in ((1e-4, [5, 900]), (0.04, [5])):
        fit = refine(DESIGN, values, limbs([5, 900]), noise, UNIQUE)
        assert _index.numbers(fit.support) == kept
    assert fit.stderr == pytest.approx(np.sqrt(0.04 / (3 * DESIGN.P)))
    assert refine(DESIGN, values, limbs([5]), 0.04, UNIQUE // 4).stderr == pytest.approx(2 * fit.stderr)


@pytest.mark.parametrize("groups", [(0,), (1,), (2,)])
def test_one_group_is_no_witness(groups):
    """A bin that looks like a coefficient, in one group alone: large enough for the mean, but nobody else saw it."""
    fit = refine(DESIGN, shown(77, groups), limbs([77]), 0.01, UNIQUE)
    assert len(fit.support) == 0
    both = refine(DESIGN, shown(77, groups) + shown(5, range(3)), limbs([5, 77]), 0.01, UNIQUE)
    assert _index.numbers(both.support) == [5]


@pytest.mark.parametrize("groups", [(0, 1), (1, 2), (0, 2)])
def test_two_groups_are_witnesses(groups):
    """In the third another coefficient may cover it."""
    assert len(refine(DESIGN, shown(77, groups), limbs([77]), 0.01, UNIQUE).support) == 1


def test_no_coefficients_explain_nothing():
    values = np.full((3, DESIGN.P, 8), 0.5)
    fit = refine(DESIGN, values, limbs([]), 1.0, UNIQUE)
    assert fit.coeffs.shape == (0,)
    assert np.array_equal(fit.rest, values)
    assert fit.energy == fit.power == 0.25
