"""Kraft sums, entropy, cost, and two readings of one string against search by brute force."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.errors import DomainError
from polyquant.prefix import (
    PrefixCode,
    entropy,
    expected_length,
    huffman,
    is_prefix_free,
    is_uniquely_decodable,
    kraft,
    redundancy,
    two_readings,
)
from tests.vectors import rows

SHORT_WORDS = ["".join(digits) for size in (1, 2, 3) for digits in product("01", repeat=size)]
SEARCH = 12


def shortest_ambiguous(words, most):
    """Length of the shortest string with two readings, at most *most*; None if there is none. Counts all readings."""
    readings = {"": 1}
    for size in range(1, most + 1):
        for letters in {text + word for text in readings for word in words if len(text) + len(word) == size}:
            readings[letters] = sum(readings.get(letters[: -len(w)], 0) for w in words if letters.endswith(w))
            if readings[letters] > 1:
                return size
    return None


@pytest.mark.parametrize("row", rows("prefix", "canonical"), ids=lambda row: str(row["lengths"]))
def test_kraft_sums_of_the_vectors(row):
    assert kraft(row["lengths"]) == Fraction(row["kraft"])


@given(st.lists(st.integers(0, 70), max_size=20), st.integers(2, 36))
def test_kraft_is_the_sum(lengths, arity):
    assert kraft(lengths, arity) == sum(Fraction(1, arity**length) for length in lengths if length)


@given(st.lists(st.integers(1, 6), max_size=20), st.integers(2, 3))
def test_a_code_exists_exactly_if_the_kraft_sum_is_at_most_one(lengths, arity):
    if kraft(lengths, arity) > 1:
        with pytest.raises(ValueError, match="no prefix code has these lengths"):
            PrefixCode(lengths, arity)
    else:
        code = PrefixCode(lengths, arity)
        assert [len(word) for word in code.codewords] == lengths
        assert is_prefix_free(code.codewords)
        assert code.kraft == kraft(lengths, arity)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([1, -2], "lengths must be at least 0, got -2 at index 1"),
        ([1.0], "lengths must be integers"),
        ([True], "lengths"),
    ],
)
def test_wrong_lengths_are_named(lengths, message):
    with pytest.raises((TypeError, ValueError), match=message):
        kraft(lengths)


def test_entropy_of_known_laws():
    assert entropy([1.0]) == 0
    assert entropy([0.0, 1.0, 0.0]) == 0
    assert entropy(np.full(256, 1 / 256)) == 8
    assert entropy([0.9, 0.1]) == pytest.approx(0.46899559358928)
    theta = 0.88
    n = np.arange(2000)
    assert entropy((1 - theta) * theta**n) == pytest.approx(4.4113, abs=5e-5)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_entropy_is_between_0_and_that_of_the_uniform_law(counts):
    p = np.array(counts) / sum(counts)
    assert 0 <= entropy(p) <= np.log2(len(counts)) + 1e-12


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([0.5, 0.6], "p must sum to 1"),
        ([1.5, -0.5], "p must not be negative, got -0.5 at index 1"),
        ([float("nan"), 1.0], "p must be finite, got nan at index 0"),
        ([], "p must sum to 1, got 0.0"),
        ([[1.0]], "p must have 1 dimension"),
    ],
)
def test_wrong_probabilities_are_named(p, message):
    with pytest.raises(ValueError, match=message):
        entropy(p)
    with pytest.raises(ValueError, match=message):
        expected_length((1, 1), p)


def test_expected_length_takes_a_code_lengths_or_words():
    p = [0.5, 0.25, 0.0, 0.25]
    for code in (PrefixCode((1, 2, 0, 2)), (1, 2, 0, 2), np.array([1, 2, 0, 2]), ["0", "10", "", "11"]):
        assert expected_length(code, p) == 1.5
        assert redundancy(code, p) == 0


def test_redundancy_is_counted_in_digits_of_the_code():
    p = np.full(9, 1 / 9)
    assert redundancy(huffman([1] * 9, arity=3), p) == pytest.approx(0, abs=1e-12)
    assert redundancy(huffman([1] * 9), p) == pytest.approx((7 * 3 + 2 * 4) / 9 - np.log2(9))


def test_a_symbol_that_occurs_needs_a_word():
    with pytest.raises(DomainError, match=r"symbol 1 has probability 0.25 and no codeword"):
        expected_length((1, 0, 2), [0.5, 0.25, 0.25])


def test_code_and_law_must_have_one_alphabet():
    with pytest.raises(ValueError, match="p must have one entry for each of the 2 symbols, got 3"):
        expected_length((1, 1), [0.5, 0.25, 0.25])


@pytest.mark.parametrize(
    ("words", "free"),
    [
        ([], True),
        (["0"], True),
        (["0", "10", "11"], True),
        (["0", "01"], False),
        (["01", "1", "0"], False),
        (["0", "0"], False),
        (["", "0"], False),
        ([""], False),
        (["ab", "b", "aa"], True),
    ],
)
def test_prefix_free(words, free):
    assert is_prefix_free(words) is free


@given(st.lists(st.sampled_from(SHORT_WORDS), max_size=5))
def test_prefix_free_is_what_it_says_and_enough_to_be_readable(words):
    free = not any(b.startswith(a) for i, a in enumerate(words) for j, b in enumerate(words) if i != j)
    assert is_prefix_free(words) == free
    assert not free or is_uniquely_decodable(words)


@pytest.mark.parametrize("row", rows("prefix", "unique_decodability"), ids=lambda row: " ".join(row["words"]))
def test_unique_decodability_of_the_vectors(row):
    assert is_uniquely_decodable(row["words"]) is row["ud"]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_two_readings_against_brute_force(size):
    for words in combinations(SHORT_WORDS, size):
        found = two_readings(words)
        shortest = shortest_ambiguous(words, SEARCH)
        assert is_uniquely_decodable(words) == (found is None)
        if found is None:
            assert shortest is None
            continue
        first, second = ("".join(words[i] for i in reading) for reading in found)
        assert first == second
        assert found[0] < found[1]
        assert len(first) == shortest or (shortest is None and len(first) > SEARCH)


@given(st.lists(st.sampled_from(SHORT_WORDS), min_size=1, max_size=6, unique=True))
def test_no_readable_code_has_a_kraft_sum_above_one(words):
    if is_uniquely_decodable(words):
        assert kraft([len(word) for word in words]) <= 1


@given(st.lists(st.sampled_from(SHORT_WORDS), min_size=1, max_size=6, unique=True))
def test_reading_backwards_is_as_unique(words):
    assert is_uniquely_decodable(words) == is_uniquely_decodable([word[::-1] for word in words])


def test_two_readings_of_lists_that_are_no_sets():
    assert two_readings(["0", "1", "0"]) == ((0,), (2,))
    assert two_readings(["1", ""]) == ((), (1,))
    assert two_readings([]) is None


@pytest.mark.parametrize("words", ["0110", [0, 1], ["0", b"1"]])
def test_words_must_be_texts(words):
    for question in (is_prefix_free, is_uniquely_decodable, two_readings):
        with pytest.raises(TypeError, match="words must be"):
            question(words)
