"""Shannon's, Fano's and the Shannon-Fano-Elias codes against their definitions in fractions."""

from fractions import Fraction
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.prefix import entropy, expected_length, fano, huffman, is_prefix_free, shannon, shannon_fano_elias
from tests.vectors import rows

CODES = [shannon, fano, shannon_fano_elias]
COUNTS = st.lists(st.integers(0, 50), max_size=20) | st.lists(st.integers(0, 2**70), max_size=8)


def first_bits(x, length):
    """The first bits of the binary expansion of 0 <= x < 1, one doubling at a time."""
    word = ""
    for _ in range(length):
        x *= 2
        word += str(int(x >= 1))
        x -= x >= 1
    return word


def least_length(p):
    """Least l with 2^-l <= p."""
    length = 0
    while Fraction(1, 2**length) > p:
        length += 1
    return length


def halves(run, counts):
    """Fano's words of a run of symbols by trying every place to split it."""
    if len(run) == 1:
        return {run[0]: ""}

    def difference(place):
        return abs(sum(counts[s] for s in run[:place]) - sum(counts[s] for s in run[place:]))

    place = min(range(1, len(run)), key=lambda place: (difference(place), place))
    left, right = halves(run[:place], counts), halves(run[place:], counts)
    return {s: "0" + w for s, w in left.items()} | {s: "1" + w for s, w in right.items()}


def by_falling_count(counts):
    return sorted((s for s, count in enumerate(counts) if count), key=lambda s: (-counts[s], s))


@pytest.mark.parametrize("row", rows("prefix", "tables"), ids=lambda row: str(row["freqs"]))
def test_words_of_the_vectors(row):
    assert list(shannon(row["freqs"])) == row["shannon"]
    assert list(fano(row["freqs"])) == row["fano"]
    assert list(shannon_fano_elias(row["freqs"])) == row["sfe"]


@given(COUNTS)
def test_shannon_is_its_definition(counts):
    order, before = by_falling_count(counts), Fraction(0)
    expected = [""] * len(counts)
    for symbol in order:
        p = Fraction(counts[symbol], sum(counts))
        expected[symbol] = first_bits(before, least_length(p)) if len(order) > 1 else "0"
        before += p
    assert shannon(counts) == tuple(expected)


@given(COUNTS)
def test_shannon_fano_elias_is_its_definition(counts):
    before, expected = Fraction(0), []
    for count in counts:
        p = Fraction(count, max(1, sum(counts)))
        expected.append(first_bits(before + p / 2, least_length(p) + 1) if count else "")
        before += p
    assert shannon_fano_elias(counts) == tuple(expected)


@given(COUNTS)
def test_fano_is_its_definition(counts):
    order = by_falling_count(counts)
    words = halves(order, counts) if len(order) > 1 else dict.fromkeys(order, "0")
    assert fano(counts) == tuple(words.get(s, "") for s in range(len(counts)))


@given(COUNTS)
def test_words_are_prefix_free_and_short(counts):
    h = entropy(np.array([c / sum(counts) for c in counts])) if any(counts) else 0.0
    for make in CODES:
        words = make(counts)
        used = [w for w in words if w]
        assert [bool(w) for w in words] == [c > 0 for c in counts]
        assert is_prefix_free(used)
        if len(used) > 1:
            mean = sum(Fraction(c * len(w), sum(counts)) for c, w in zip(counts, words))
            assert h - 1e-9 <= mean < h + (2 if make is shannon_fano_elias else 1) + 1e-9


def test_a_cumulative_sum_of_three_quarters_needs_exact_numbers():
    counts = [14, 5, 20, 30, 34, 39, 16, 6]
    order = by_falling_count(counts)
    by_floats, before = {}, 0.0
    for symbol in order:
        p = counts[symbol] / 164
        by_floats[symbol] = first_bits(before, int(np.ceil(-log2(p))))
        before += p
    wrong = [s for s in order if by_floats[s] != shannon(counts)[s]]
    assert wrong == [6]
    assert shannon(counts)[6] == "1100"
    assert sum(counts[s] for s in order[: order.index(6)]) * 4 == 3 * 164


def test_rounding_up_costs_shannon_what_huffman_saves():
    counts, p = [5001, 4999], [0.5001, 0.4999]
    assert expected_length(shannon(counts), p) == pytest.approx(1.4999)
    assert expected_length(huffman(counts), p) == 1


def test_halving_from_the_top_is_not_always_best():
    counts = [15, 7, 6, 6, 5]
    p = np.array(counts) / 39
    assert expected_length(fano(counts), p) == pytest.approx(89 / 39)
    assert expected_length(huffman(counts), p) == pytest.approx(87 / 39)


@pytest.mark.parametrize("make", CODES)
def test_no_symbol_and_one_symbol(make):
    assert make([]) == ()
    assert make([0, 0]) == ("", "")
    assert make([0, 3]) == ("", "1" if make is shannon_fano_elias else "0")


@pytest.mark.parametrize("make", CODES)
@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([1, -1], r"counts\[1\] must be at least 0, got -1"),
        ([0.5, 0.5], r"counts\[0\] must be an integer, got 0.5"),
        ([True, 1], r"counts\[0\] must be an integer, got True"),
        ([1, float("nan")], r"counts\[1\] must be an integer, got nan"),
    ],
)
def test_wrong_counts_are_named(make, counts, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make(counts)
