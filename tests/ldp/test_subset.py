"""Sizes of sets and subset selection against exact fractions and the shared vectors; the contract tests do the rest."""

import math
from fractions import Fraction

import numpy as np
import pytest

from polyquant.ldp import SubsetSelection, best_omega
from polyquant.ldp.subset import spread
from tests.vectors import rows


def exact_spread(m, w, odds):
    return Fraction(m - 1, m) ** 2 * (w * odds + m - w) ** 2 / (w * (m - w) * (odds - 1) ** 2)


@pytest.mark.parametrize("case", rows("ldp", "best_omega"), ids=lambda case: f"{case['m']}-{case['E']}")
def test_best_sizes_of_the_vectors(case):
    odds = Fraction(case["E"])
    assert best_omega(case["m"], math.log(odds)) == case["omega"]
    assert spread(case["m"], case["omega"], math.log(odds)) == pytest.approx(float(Fraction(case["a"])), rel=1e-9)


def test_no_size_is_better_than_the_best():
    wrong = 0
    for m in [*range(2, 40), 97, 331]:
        for odds in map(Fraction, ("11/10", "3/2", "2", "5/2", "3", "7/2", "5", "9", "30", "60")):
            best = min(range(1, m), key=lambda w: exact_spread(m, w, odds))
            assert best_omega(m, math.log(odds)) == best, (m, odds)
            rounded = min(max(round(m / (odds + 1)), 1), m - 1)
            wrong += exact_spread(m, rounded, odds) > exact_spread(m, best, odds)
    assert wrong > 0  # so the choice between floor and ceiling is needed


@pytest.mark.parametrize("case", rows("ldp", "analytic"), ids=lambda case: f"{case['k']}-{case['E']}")
def test_numbers_of_the_vectors(case):
    theirs = case["protocols"]["SS"]
    ours = SubsetSelection(case["k"], math.log(Fraction(case["E"])))
    assert (ours.omega, ours.message_bits) == (theirs["omega"], theirs["bits"])
    assert [ours.p, ours.q] == pytest.approx([theirs["p"], theirs["q"]], rel=1e-9)
    assert ours.attack_success() == pytest.approx(theirs["dra"], rel=1e-9)
    spike = np.zeros(case["k"])
    spike[0] = 1
    absent = ours.variance(1, spike)[1]
    assert absent == pytest.approx(theirs["n_var_f0"], rel=1e-9)


@pytest.mark.parametrize("odds", [Fraction(2), Fraction(3), Fraction(12)])
def test_the_total_error_is_the_same_for_every_histogram(odds):
    k, rng = 9, np.random.default_rng(4)
    mechanism = SubsetSelection(k, math.log(odds))
    w = mechanism.omega
    expected = Fraction((k - 1) ** 2) * (w * odds + k - w) ** 2 / (k * w * (k - w) * (odds - 1) ** 2) - Fraction(
        k - 1, k
    )
    for f in (np.eye(k)[3], np.full(k, 1 / k), rng.dirichlet(np.ones(k))):
        assert mechanism.variance(1, f).sum() == pytest.approx(float(expected), rel=1e-12)


def test_a_set_is_not_all_items():
    with pytest.raises(ValueError, match="omega must be at most 4, got 5"):
        SubsetSelection(5, 1.0, omega=5)
    with pytest.raises(ValueError, match="m must be at least 2, got 1"):
        best_omega(1, 1.0)
    with pytest.raises(ValueError, match="epsilon must be at least"):
        best_omega(5, 0.0)
