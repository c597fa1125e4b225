"""Residue systems against brute force, numpy's rank and the shared vectors."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.algebra.crt import ResidueSystem, folded
from polyquant.errors import DomainError
from tests.vectors import rows

moduli = st.lists(st.integers(1, 14), min_size=1, max_size=5).map(tuple)


@pytest.mark.parametrize("case", rows("ldp", "crt"))
def test_values_of_the_vectors(case):
    system = ResidueSystem(tuple(case["moduli"]))
    if case["x"] is None:
        with pytest.raises(DomainError, match="disagree"):
            system.value(case["residues"])
    else:
        assert system.value(case["residues"]) == case["x"]


@pytest.mark.parametrize("case", rows("ldp", "residue_rank"))
def test_ranks_of_the_vectors(case):
    assert ResidueSystem(tuple(case["moduli"])).rank(case["k"]) == case["rank"]


@given(moduli, st.integers(1, 60))
def test_rank_is_the_rank_of_the_matrix(moduli, k):
    system = ResidueSystem(moduli)
    assert system.rank(k) == np.linalg.matrix_rank(system.incidence(k).astype(float))


@given(moduli, st.integers(1, 60))
def test_coprime_moduli_see_their_sum_less_what_they_share(moduli, k):
    system = ResidueSystem(moduli)
    if system.coprime:
        assert system.rank(k) == min(k, sum(moduli) - len(moduli) + 1)


def test_covering_all_numbers_is_not_enough():
    system = ResidueSystem((2, 3, 5))
    assert system.size == 30
    assert len({system.residues(x) for x in range(30)}) == 30
    assert system.rank(30) == 8


@given(st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple))
def test_exactly_the_consistent_remainders_have_a_value(moduli):
    system = ResidueSystem(moduli)
    known = {system.residues(x): x for x in range(system.size)}
    assert len(known) == system.size
    for remainders in itertools.product(*map(range, moduli)):
        if remainders in known:
            assert system.value(remainders) == known[remainders]
        else:
            with pytest.raises(DomainError):
                system.value(remainders)


@given(moduli)
def test_coprime_means_no_common_factor(moduli):
    assert ResidueSystem(moduli).coprime == all(math.gcd(a, b) == 1 for a, b in itertools.combinations(moduli, 2))


@given(st.lists(st.integers(-9, 9), max_size=30), st.integers(1, 12))
def test_folding_adds_what_has_the_same_remainder(values, modulus):
    values = np.array(values, np.int64)
    expected = [sum(v for x, v in enumerate(values.tolist()) if x % modulus == r) for r in range(modulus)]
    assert folded(values, modulus).tolist() == expected


def test_equal_systems_are_one_key():
    assert {ResidueSystem((3, 4)), ResidueSystem([3, 4])} == {ResidueSystem((3, 4))}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ResidueSystem(()), ValueError, "at least one modulus"),
        (lambda: ResidueSystem((3, 0)), ValueError, r"moduli\[1\] must be at least 1, got 0"),
        (lambda: ResidueSystem((3, True)), TypeError, r"moduli\[1\] must be an integer, got True"),
        (lambda: ResidueSystem(3), TypeError, "sequence of integers, got int"),
        (lambda: ResidueSystem((3, 4)).value((1,)), ValueError, "residues must be 2"),
        (lambda: ResidueSystem((3, 4)).value((3, 0)), ValueError, "below their modulus, got 3 for 3"),
        (lambda: ResidueSystem((3, 4)).residues(1.0), TypeError, "x must be an integer"),
        (lambda: ResidueSystem((3, 4)).rank(0), ValueError, "k must be at least 1, got 0"),
    ],
)
def test_wrong_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
