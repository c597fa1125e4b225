from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.prefix import huffman, redundancy
from polyquant.prefix.insight import block_rates, merges, wasted
from tests.vectors import rows

COUNTS = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2**70)), max_size=30)


def depths(counts, arity):
    """Word lengths from the merges, walking down from the root."""
    made = merges(counts, arity=arity)
    depth = [0] * (len(counts) + len(made))
    for i in reversed(range(len(made))):
        for child in made[i].children:
            depth[child] = depth[len(counts) + i] + 1
    return tuple(depth[: len(counts)])


@given(COUNTS, st.integers(2, 6))
def test_the_merges_are_the_tree_of_the_library(counts, arity):
    if sum(map(bool, counts)) > 1:
        assert depths(counts, arity) == huffman(counts, arity=arity).lengths
    else:
        assert merges(counts, arity=arity) == ()


@given(COUNTS, st.integers(2, 6))
def test_each_merge_adds_up_its_children_and_none_is_lighter_than_the_one_before(counts, arity):
    made = merges(counts, arity=arity)
    weights = [*counts, *(merge.weight for merge in made)]
    assert all(merge.weight == sum(weights[child] for child in merge.children) for merge in made)
    assert [merge.weight for merge in made] == sorted(merge.weight for merge in made)
    assert all(len(merge.children) == arity for merge in made[1:])


@given(
    st.lists(st.integers(0, 10**6), min_size=2, max_size=30).filter(lambda c: sum(map(bool, c)) > 1), st.integers(2, 6)
)
def test_what_the_merges_waste_is_the_redundancy(counts, arity):
    code = huffman(counts, arity=arity)
    assert wasted(counts, arity=arity).sum() == pytest.approx(
        redundancy(code, np.array(counts) / sum(counts)), abs=1e-9
    )
    assert wasted(counts, arity=arity).min() > -1e-12


@pytest.mark.parametrize("case", rows("prefix", "block_huffman"), ids=lambda case: case["p"])
def test_blocks_cost_what_the_vectors_say(case):
    p = Fraction(case["p"])
    expected = [Fraction(rate) for rate in case["bits_per_symbol"]]
    assert list(block_rates([p.numerator, p.denominator - p.numerator], len(expected))) == expected


def test_longer_blocks_may_cost_more():
    rates = block_rates([9, 1], 9)
    assert [f"{float(rate):.5f}" for rate in rates[6:]] == ["0.47434", "0.47580", "0.47500"]
    assert rates[5] < rates[6] < rates[7] > rates[8]


def test_large_counts_are_exact():
    counts = [2**40, 3**30, 5]
    total = sum(counts)
    blocks = [a * b * c for a, b, c in product(counts, repeat=3)]
    cost = sum(length * count for length, count in zip(huffman(blocks).lengths, blocks))
    assert block_rates(counts, 3)[2] == Fraction(cost, 3 * total**3)


@pytest.mark.parametrize(
    ("counts", "longest", "message"),
    [
        ([1, 1], 0, "longest must be at least 1, got 0"),
        ([1, 1], 17, "at most 65,536 blocks, got 2\\^17"),
        ([0, 0], 2, "a symbol that occurs, got none"),
        ([], 2, "a symbol that occurs, got none"),
        ([1, -1], 2, "at least 0"),
    ],
)
def test_what_is_refused(counts, longest, message):
    with pytest.raises(ValueError, match=message):
        block_rates(counts, longest)


def test_one_symbol_costs_a_bit():
    assert block_rates([7], 3) == (1, Fraction(1, 2), Fraction(1, 3))
