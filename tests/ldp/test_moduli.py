"""The quality of designs, searched and kept."""

import itertools
import math

import numpy as np
import pytest

from polyquant.errors import DomainError, NotConverged
from polyquant.ldp import ModularSubset, SubsetSelection, mse_ratio, search_moduli
from polyquant.ldp._designs import DESIGNS
from polyquant.ldp._kernels import gram as kernels
from polyquant.ldp.moduli import check_moduli, default_moduli
from polyquant.ldp.subset import spread

compiled = pytest.mark.skipif(not hasattr(kernels.multiply, "overloads"), reason="takes minutes without the compiler")


def coprime(moduli):
    return all(math.gcd(a, b) == 1 for a, b in itertools.combinations(moduli, 2))


@compiled
@pytest.mark.parametrize(
    ("ell", "rho", "evaluations", "bound"), [(8, 4, 200, 1.22), (16, 8, 60, 1.11), (48, 24, 30, 1.05)]
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_search_finds_good_moduli(ell, rho, evaluations, bound, seed):
    moduli = search_moduli(1024, ell=ell, rho=rho, epsilon=1.0, evaluations=evaluations, seed=seed)
    assert mse_ratio(1024, moduli, 1.0) <= bound
    assert len(moduli) == ell
    assert sum(moduli) <= rho * 1024
    assert coprime(moduli)
    assert list(moduli) == sorted(moduli)


@compiled
def test_a_search_repeats_from_its_seed():
    first = search_moduli(200, ell=4, rho=2.45, epsilon=1.0, seed=3)
    assert first == search_moduli(200, ell=4, rho=2.45, epsilon=1.0, seed=3)
    assert mse_ratio(200, first, 1.0) <= 1.40


def test_the_ratio_is_the_variance_beside_the_best_possible():
    k, epsilon, moduli = 128, 1.0, (31, 37, 53, 60, 71)
    mechanism = ModularSubset(k, epsilon, moduli=moduli)
    n = 10**6
    best = 4 * math.exp(epsilon) / math.expm1(epsilon) ** 2
    sum_of = np.mean(mechanism.variance(n, kind="linear")) * n
    assert mse_ratio(k, moduli, epsilon) == pytest.approx(sum_of / best, rel=0.02)
    inverse = np.linalg.inv(mechanism.gram.dense())
    assert mse_ratio(k, moduli, epsilon) == pytest.approx(5 * np.trace(inverse) / k / best, rel=1e-6)


def test_one_modulus_of_all_items_is_subset_selection():
    k, epsilon = 1024, 1.0
    best = 4 * math.exp(epsilon) / math.expm1(epsilon) ** 2
    expected = spread(k, SubsetSelection(k, epsilon).omega, epsilon) / best
    assert mse_ratio(k, (k,), epsilon) == pytest.approx(expected, rel=1e-9)


@compiled
@pytest.mark.parametrize("key", sorted(key for key in DESIGNS if key[0] <= 1024), ids=str)
def test_kept_designs_are_what_they_say(key):
    k, ell, rho = key
    moduli = DESIGNS[key]
    assert len(moduli) == ell
    assert coprime(moduli)
    assert 0.96 * rho * k <= sum(moduli) <= rho * k
    assert mse_ratio(k, moduli, 1.0) <= {0.5: 1 + 2.3 / ell, 0.25: 1.42}[rho / ell]


@compiled
@pytest.mark.slow
@pytest.mark.parametrize("key", sorted(key for key in DESIGNS if key[0] > 1024), ids=str)
def test_kept_designs_of_many_items_are_what_they_say(key):
    k, ell, rho = key
    assert coprime(DESIGNS[key])
    assert sum(DESIGNS[key]) <= rho * k
    assert mse_ratio(k, DESIGNS[key], 1.0) <= {0.5: 1 + 3.3 / ell, 0.25: 1.6}[rho / ell]


@compiled
def test_more_moduli_are_better_at_the_same_bits():
    ratios = [mse_ratio(1024, DESIGNS[1024, ell, ell / 2], 1.0) for ell in (3, 4, 6, 8, 12, 16, 24, 48)]
    assert ratios == sorted(ratios, reverse=True)


@compiled
@pytest.mark.parametrize("k", [*range(2, 40), 63, 64, 65, 100, 333, 1000, 3000])
def test_every_number_of_items_has_a_default(k):
    moduli = default_moduli(k)
    check_moduli(k, moduli)
    assert coprime(moduli)
    assert mse_ratio(k, moduli, 1.0) < 2
    if k >= 64:
        assert sum(moduli) <= 4.1 * k
        assert mse_ratio(k, moduli, 1.0) < 1.35


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: search_moduli(100, ell=4, rho=1.02, epsilon=1.0), DomainError, "rho must make moduli that sum to"),
        (lambda: search_moduli(100, ell=0, rho=2, epsilon=1.0), ValueError, "ell must be at least 1, got 0"),
        (lambda: search_moduli(100, ell=4, rho=5, epsilon=1.0), ValueError, "rho must be at most 4.0, got 5"),
        (lambda: search_moduli(9, ell=8, rho=2, epsilon=1.0), DomainError, "take a larger rho"),
        (lambda: mse_ratio(30, (2, 3, 5), 1.0), DomainError, "see 8 of k = 30 directions"),
        pytest.param(
            lambda: mse_ratio(300, tuple(range(31, 45)), 1.0),
            (DomainError, NotConverged),
            "see|hardly",
            marks=pytest.mark.once,
        ),
    ],
)
def test_what_is_impossible_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
