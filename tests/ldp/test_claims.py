"""Published statements about modular subset selection that do not hold as they are quoted, each with a counterexample.

They are quoted from public notes about the paper [ARC25]; what is right in their place is tested too.
"""

import math

import numpy as np
import pytest

from polyquant.algebra.crt import ResidueSystem
from polyquant.errors import DomainError
from polyquant.ldp import ModularSubset, SubsetSelection, bayes_success, mse_ratio, search_moduli, wire
from polyquant.ldp._designs import DESIGNS
from polyquant.ldp._kernels import gram as kernels
from tests.ldp.enumeration import contributions, second_moments

pytestmark = pytest.mark.once  # many runs; other tests guard the kernels

compiled = pytest.mark.skipif(not hasattr(kernels.multiply, "overloads"), reason="takes minutes without the compiler")


def test_naming_the_block_and_one_residue_is_not_enough_bits():
    """Quoted: a report has ceil(log2 l) + ceil(log2 m_j) bits. It holds if all sets have one element."""
    mechanism = ModularSubset(5, math.log(2), moduli=(3, 4), omegas=(1, 2))
    quoted = 1 + math.ceil(math.log2(max(mechanism.moduli)))
    assert (mechanism.channel() > 0).all()
    assert len(mechanism.outputs()) == 9 > 2**quoted
    assert ModularSubset(6, math.log(3), moduli=(3, 4, 5)).message_bits == 2 + 3


def test_reports_take_half_of_subset_selections_bits_and_not_seventeen():
    k, design = 22000, DESIGNS[22000, 8, 4.0]
    mechanism = ModularSubset(k, 1.0, moduli=design)
    bits = [3 + wire.enum_bits(m, omega) for m, omega in zip(mechanism.moduli, mechanism.omegas)]
    assert SubsetSelection(k, 1.0).message_bits == 18472
    assert np.mean(bits) == pytest.approx(9235, rel=0.01)
    assert 3 + math.ceil(math.log2(max(design))) == 17


def test_the_quoted_attack_is_not_the_best_attack():
    """Quoted: sum of p_j / (omega_j ceil(k / m_j)) / l."""
    mechanism = ModularSubset(6, math.log(3), moduli=(3, 4, 5))
    laws = mechanism._blocks()
    quoted = np.mean([float(law.p) / (law.omega * math.ceil(6 / law.m)) for law in laws])
    best = bayes_success(mechanism.channel())
    assert quoted == pytest.approx(0.255, abs=5e-4)
    assert best == pytest.approx(0.330, abs=5e-4)
    assert mechanism.attack_success() == pytest.approx(best, rel=1e-12)


def test_a_good_design_is_as_easy_to_attack_as_subset_selection():
    modular, plain = ModularSubset(1024, 1.0), SubsetSelection(1024, 1.0)
    assert modular.attack_success() == pytest.approx(plain.attack_success(), rel=1e-3)
    assert plain.attack_success() == pytest.approx((math.e + 1) / 2 / 1024, rel=1e-3)


@compiled
def test_the_quoted_bound_of_the_error_fails_for_large_epsilon():
    """Quoted: MSE <= condition * 4 E / (n (E - 1)^2). But the draw of the block is noise that no epsilon takes away."""
    odds = 10**6
    mechanism = ModularSubset(9, math.log(odds), moduli=(5, 7))
    bound = mechanism.condition * 4 * odds / (odds - 1) ** 2
    exact = second_moments(mechanism.channel(), contributions(mechanism, kind="linear"), np.full(9, 1 / 9))
    assert np.diag(exact).mean() == pytest.approx(0.176, abs=5e-4)
    assert bound < 1e-4 < exact.diagonal().mean()
    modest = ModularSubset(1024, 1.0)
    assert modest.variance(1000, kind="linear").mean() * 1000 < modest.condition * 4 * math.e / (math.e - 1) ** 2


def test_different_residues_for_all_items_are_not_enough():
    """Quoted: it suffices that the product of coprime moduli is at least k."""
    assert ResidueSystem((2, 3, 5)).size >= 30
    assert ResidueSystem((2, 3, 5)).rank(30) == 8
    with pytest.raises(DomainError, match="see 8 of k = 30 directions"):
        ModularSubset(30, 1.0, moduli=(2, 3, 5))


@compiled
def test_alike_moduli_amplify_noise_and_spread_ones_do_not():
    alike = (379, 383, 389, 397, 401, 409, 419, 421, 431, 433)  # primes within seven percent of their mean, sum 4 k
    assert mse_ratio(1024, alike, 1.0) > 6.5
    assert mse_ratio(1024, DESIGNS[1024, 8, 4.0], 1.0) < 1.2


@compiled
def test_a_sum_near_k_amplifies_noise_whatever_the_search():
    moduli = search_moduli(256, ell=8, rho=1.5, epsilon=1.0, evaluations=60)
    assert mse_ratio(256, moduli, 1.0) > 50


def test_the_ratio_estimate_is_better_where_the_histogram_is_a_spike():
    k, epsilon, spike = 256, 4.0, np.eye(256)[5]
    mechanism, plain = ModularSubset(k, epsilon), SubsetSelection(k, epsilon)
    errors = {kind: mechanism.variance(10**6, spike, kind=kind).sum() for kind in ("ratio", "linear")}
    assert errors["ratio"] < 0.97 * errors["linear"]
    assert errors["ratio"] > plain.variance(10**6, spike).sum()
