"""Package-merge: vectors, exhaustive small worlds, the two ends of the limit."""

from fractions import Fraction
from functools import lru_cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.errors import DomainError
from polyquant.prefix import huffman, kraft, package_merge
from tests.vectors import rows


def cost(counts, lengths):
    return sum(count * length for count, length in zip(counts, lengths))


@lru_cache
def possible_lengths(n, longest):
    return [v for v in product(range(1, longest + 1), repeat=n) if sum(Fraction(1, 2**x) for x in v) <= 1]


@pytest.mark.parametrize("row", rows("prefix", "tables"), ids=lambda row: str(row["freqs"]))
def test_limited_codes_of_the_vectors(row):
    for limited in row["limited"]:
        if "error" in limited:
            with pytest.raises(DomainError, match="longest must be at least"):
                package_merge(row["freqs"], limited["limit"])
            continue
        lengths = package_merge(row["freqs"], limited["limit"])
        assert cost(row["freqs"], lengths) == limited["cost"]
        assert list(lengths) == limited["lengths"]
        assert huffman(row["freqs"], longest=limited["limit"]).lengths == lengths


@pytest.mark.parametrize(("n", "longest"), [(2, 1), (3, 2), (4, 2), (4, 3), (5, 3), (6, 3), (6, 4)])
def test_no_code_within_the_limit_is_shorter(n, longest):
    steps = np.random.default_rng(n).integers(0, 9, (150, n))
    for counts in (1 + np.cumsum(steps, axis=1)).tolist():
        best = min(cost(counts, lengths) for lengths in possible_lengths(n, longest))
        lengths = package_merge(counts, longest)
        assert max(lengths) <= longest
        assert cost(counts, lengths) == best


@given(st.lists(st.integers(0, 1000), max_size=40), st.integers(6, 20))
def test_lengths_fill_a_prefix_code_and_follow_the_counts(counts, longest):
    lengths = package_merge(counts, longest)
    used = [(count, length) for count, length in zip(counts, lengths) if count]
    assert all((count == 0) == (length == 0) for count, length in zip(counts, lengths))
    assert max(lengths, default=0) <= longest
    if len(used) > 1:
        assert kraft(lengths) == 1
    for count, length in used:
        assert all(length >= other for more, other in used if more > count)


@given(st.lists(st.integers(0, 30), max_size=20), st.integers(5, 12))
def test_small_and_huge_numbers_take_the_same_path(counts, longest):
    assert package_merge(counts, longest) == package_merge([count << 70 for count in counts], longest)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=30))
def test_a_wide_limit_costs_nothing_and_a_narrow_one_never_less(counts):
    free = cost(counts, huffman(counts).lengths)
    need = max(1, (len(counts) - 1).bit_length())
    costs = [cost(counts, package_merge(counts, longest)) for longest in range(need, len(counts) + 2)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == free
    assert package_merge(counts, len(counts)) == package_merge(counts, 10**12)


def test_the_narrowest_limit_gives_words_of_one_length():
    assert package_merge(range(1, 17), 4) == (4,) * 16


def test_limits_that_bind_on_every_rung():
    counts = [1, 1]
    while len(counts) < 100:
        counts.append(counts[-1] + counts[-2])
    assert sum(counts) > 2**63
    for longest in (7, 20, 64, 98, 99):
        lengths = package_merge(counts, longest)
        assert max(lengths) == longest
        assert kraft(lengths) == 1


def test_many_symbols_of_huge_counts_take_the_same_path():
    counts = [1 + i % 17 for i in range(300)]
    assert package_merge([count << 70 for count in counts], 9) == package_merge(counts, 9)


def test_no_symbol_and_one_symbol():
    assert package_merge([], 1) == ()
    assert package_merge([0, 0], 3) == (0, 0)
    assert package_merge([0, 7], 1) == (0, 1)
    assert package_merge([0, 7], 9) == (0, 1)


def test_256_symbols_need_8_bits():
    with pytest.raises(DomainError, match="longest must be at least 8 for 256 symbols, got 7"):
        huffman([1] * 256, longest=7)


@pytest.mark.parametrize("longest", [0, -1, True, 2.0, float("nan"), "3"])
def test_a_wrong_limit_is_named(longest):
    with pytest.raises((TypeError, ValueError), match="longest must be"):
        package_merge([1, 2], longest)


def test_wrong_counts_are_named():
    with pytest.raises(ValueError, match=r"counts\[1\] must be at least 0, got -2"):
        package_merge([1, -2], 3)
