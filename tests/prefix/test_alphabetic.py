"""Alphabetic codes: the vectors' cost, the dynamic programme over all trees, order."""

from functools import lru_cache
from itertools import product
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.prefix import alphabetic, huffman, is_prefix_free, kraft
from tests.vectors import rows

COUNTS = st.lists(st.integers(0, 12) | st.integers(0, 2**70), max_size=30)


def least_cost(counts):
    """The cheapest tree over a run of leaves is the cheapest pair of trees over its two parts, plus its weight."""
    weights = [count for count in counts if count]
    if len(weights) < 2:
        return sum(weights)

    @lru_cache(None)
    def best(i, j):
        if j - i == 1:
            return 0
        return sum(weights[i:j]) + min(best(i, k) + best(k, j) for k in range(i + 1, j))

    return best(0, len(weights))


def cost(counts, words):
    return sum(count * len(word) for count, word in zip(counts, words))


@pytest.mark.parametrize("row", rows("prefix", "alphabetic"), ids=lambda row: str(row["weights"]))
def test_costs_of_the_vectors(row):
    assert cost(row["weights"], alphabetic(row["weights"])) == row["cost"]


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_no_tree_over_few_leaves_is_cheaper(n):
    for counts in product(range(1, 6), repeat=n):
        assert cost(counts, alphabetic(counts)) == least_cost(counts)


@given(COUNTS)
def test_no_tree_is_cheaper(counts):
    assert cost(counts, alphabetic(counts)) == least_cost(counts)


@given(COUNTS)
def test_words_are_in_the_order_of_their_symbols_and_fill_the_tree(counts):
    words = alphabetic(counts)
    assert [word == "" for word in words] == [count == 0 for count in counts]
    used = [word for word in words if word]
    assert used == sorted(used)
    assert is_prefix_free(used)
    if len(used) > 1:
        assert kraft([len(word) for word in used]) == 1


@given(COUNTS)
def test_small_and_huge_numbers_take_the_same_path(counts):
    small = [count % 1000 for count in counts]
    assert alphabetic(small) == alphabetic([count << 80 for count in small])


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=40))
def test_order_costs_at_most_two_bits_above_the_entropy_and_nothing_if_sorted(counts):
    total = sum(counts)
    h = sum(count / total * log2(total / count) for count in counts)
    mean = cost(counts, alphabetic(counts)) / total
    shortest = cost(counts, huffman(counts).codewords) / total
    assert shortest <= mean < h + 2
    ordered = sorted(counts)
    assert cost(ordered, alphabetic(ordered)) / total == pytest.approx(shortest, rel=1e-12)


@pytest.mark.once
@pytest.mark.parametrize("shape", ["random", "falling", "rising", "equal", "waves"])
def test_ten_thousand_symbols_are_few(shape):
    n = 10_000
    counts = {
        "random": np.random.default_rng(6).integers(1, 10**6, n),
        "falling": np.arange(n, 0, -1),
        "rising": np.arange(1, n + 1),
        "equal": np.ones(n, np.int64),
        "waves": np.where(np.arange(n) % 2, 1, np.arange(n) + 2),
    }[shape]
    words = alphabetic(counts)
    assert list(words) == sorted(words)
    assert cost(counts.tolist(), words) >= cost(counts.tolist(), huffman(counts).codewords)


def test_none_and_one():
    assert alphabetic([]) == ()
    assert alphabetic([0, 0]) == ("", "")
    assert alphabetic([0, 7]) == ("", "0")


def test_wrong_counts_are_named():
    with pytest.raises(ValueError, match=r"counts\[1\] must be at least 0, got -1"):
        alphabetic([1, -1])
    with pytest.raises(TypeError, match="counts must be integers"):
        alphabetic(np.array([0.5]))
