"""Huffman's code and the canonical prefix code: vectors, the textbook heap, exhaustive small worlds, hostile bits."""

import pickle
from fractions import Fraction
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.bits import Bits
from polyquant.errors import CorruptError, DataError, DomainError, TruncatedError
from polyquant.prefix import PrefixCode, expected_length, huffman
from tests.vectors import rows

COUNTS = st.lists(st.integers(0, 40), max_size=30) | st.lists(st.integers(0, 2**80), max_size=12)


def heap_lengths(counts, arity=2):
    """The tie rule as it is written: a heap of (weight, id), leaves, then dummies, then inner nodes in order."""
    leaves = [symbol for symbol, count in enumerate(counts) if count]
    if len(leaves) < 2:
        return [int(count > 0) for count in counts]
    dummies = 0
    while (len(leaves) + dummies - 1) % (arity - 1):
        dummies += 1
    heap = [(counts[s], s, [s]) for s in leaves] + [(0, len(counts) + i, []) for i in range(dummies)]
    heapify(heap)
    lengths, fresh = [0] * len(counts), len(counts) + dummies
    while len(heap) > 1:
        merged = [heappop(heap) for _ in range(arity)]
        below = [s for _, _, symbols in merged for s in symbols]
        for s in below:
            lengths[s] += 1
        heappush(heap, (sum(weight for weight, _, _ in merged), fresh, below))
        fresh += 1
    return lengths


def cost(counts, lengths):
    return sum(count * length for count, length in zip(counts, lengths))


@lru_cache
def possible_lengths(n, arity, most):
    """All vectors of n word lengths that some prefix code has."""
    return [v for v in product(range(1, most + 1), repeat=n) if sum(Fraction(1, arity**x) for x in v) <= 1]


def unary_like(n):
    """n symbols with words of 1, 2, ..., n - 1, n - 1 bits."""
    return PrefixCode([*range(1, n), n - 1])


# Huffman


@pytest.mark.parametrize("row", rows("prefix", "tables"), ids=lambda row: str(row["freqs"]))
def test_tables_of_the_vectors(row):
    code = huffman(row["freqs"])
    assert cost(row["freqs"], code.lengths) == row["huffman_cost"]
    assert list(code.lengths) == row["huffman_lengths"]
    assert list(code.codewords) == row["codes"]


@pytest.mark.parametrize("row", rows("prefix", "tables"), ids=lambda row: str(row["freqs"]))
def test_more_digits_of_the_vectors(row):
    for wide in row["dary"]:
        code = huffman(row["freqs"], arity=wide["d"])
        assert cost(row["freqs"], code.lengths) == wide["cost"]
        assert list(code.lengths) == wide["lengths"]
        assert list(code.codewords) == wide["codes"]


@pytest.mark.parametrize("row", rows("prefix", "block_huffman"), ids=lambda row: row["p"])
def test_blocks_of_the_vectors(row):
    for n, bits in enumerate(row["bits_per_symbol"], 1):
        assert block_mean(Fraction(row["p"]), n) == Fraction(bits)


def block_mean(p, n):
    """Exact bits per symbol of Huffman's code for blocks of n symbols of a coin."""
    weights = [prod(block) for block in product((p.numerator, p.denominator - p.numerator), repeat=n)]
    return Fraction(cost(weights, huffman(weights).lengths), p.denominator**n * n)


def test_longer_blocks_can_cost_more():
    six, seven, eight, nine = (block_mean(Fraction(9, 10), n) for n in (6, 7, 8, 9))
    assert six < seven < eight > nine
    assert [round(float(x), 5) for x in (seven, eight, nine)] == [0.47434, 0.47580, 0.47500]


@given(COUNTS, st.integers(2, 5))
def test_lengths_are_those_of_the_textbook_heap(counts, arity):
    assert list(huffman(counts, arity=arity).lengths) == heap_lengths(counts, arity)


@given(st.lists(st.integers(0, 12), max_size=25), st.integers(2, 4))
def test_small_and_huge_numbers_take_the_same_path(counts, arity):
    huge = [count << 70 for count in counts]
    assert (
        huffman(counts, arity=arity) == huffman(huge, arity=arity) == huffman(np.array(counts, np.int64), arity=arity)
    )


@pytest.mark.parametrize(
    ("n", "arity", "most"), [(1, 2, 1), (2, 2, 2), (3, 2, 2), (4, 2, 3), (5, 2, 4), (4, 3, 3), (5, 3, 3), (5, 4, 2)]
)
def test_no_prefix_code_is_shorter(n, arity, most):
    for counts in product(range(1, 6), repeat=n):
        if list(counts) != sorted(counts):
            continue
        best = min(cost(counts, lengths) for lengths in possible_lengths(n, arity, most))
        assert cost(counts, huffman(counts, arity=arity).lengths) == best


@given(st.lists(st.integers(1, 30), min_size=2, max_size=6))
def test_the_tie_rule_gives_the_least_longest_word(counts):
    optimal = cost(counts, huffman(counts).lengths)
    n = len(counts)
    deepest = min(max(v) for v in possible_lengths(n, 2, n - 1) if cost(counts, v) == optimal)
    assert huffman(counts).longest == deepest


def test_fibonacci_counts_reach_words_wider_than_a_machine_word():
    counts = [1, 1]
    while len(counts) < 300:
        counts.append(counts[-1] + counts[-2])
    assert sum(counts[:90]) < 2**63 < sum(counts[:91])
    for n in (10, 64, 65, 90, 91, 300):
        assert huffman(counts[:n]).lengths == (n - 1, *range(n - 1, 0, -1))


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=40))
def test_mean_length_is_within_one_bit_of_the_entropy(counts):
    p = np.array(counts) / sum(counts)
    h = -(p * np.log2(p)).sum()
    mean = expected_length(huffman(counts), p)
    assert h - 1e-9 <= mean < h + 1
    excess, top = mean - h, p.max()
    assert excess <= top + 0.0861 + 1e-9
    if 0.5 <= top < 1:
        binary_entropy = -top * np.log2(top) - (1 - top) * np.log2(1 - top)
        assert excess <= 2 - binary_entropy - top + 1e-9


def test_gallagers_bound_is_tight_for_a_certain_symbol():
    p = np.array([1 - 1e-6, 1e-6])
    assert expected_length(huffman([10**6 - 1, 1]), p) + (p * np.log2(p)).sum() > 0.9999


def test_no_symbol_and_one_symbol():
    assert huffman([]) == huffman(np.zeros(0)) == PrefixCode(())
    assert huffman([0, 0]).codewords == ("", "")
    assert huffman([0, 5, 0]).codewords == ("", "0", "")
    assert huffman([7], arity=3).codewords == ("0",)


def test_totals_around_2_to_the_62_and_63_are_exact():
    for top in (2**61, 2**62, 2**63 - 2, 2**63, 2**64 - 1):
        counts = [top, top, top - 1, 1, top + 1 - top % 2]
        assert list(huffman(counts).lengths) == heap_lengths(counts)
        if max(counts) < 2**64:
            assert huffman(np.array(counts, np.uint64)) == huffman(counts)
        if max(counts) < 2**63:
            assert huffman(np.array(counts, np.int64)) == huffman(counts)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([1, -1], r"counts\[1\] must be at least 0, got -1"),
        (np.array([3, 2, -7]), "counts must be at least 0, got -7 at index 2"),
        ([1, 2**70, -1], r"counts\[2\] must be at least 0, got -1"),
        ([1, float("nan")], r"counts\[1\] must be an integer, got nan"),
        ([1.0, 2.0], r"counts\[0\] must be an integer, got 1.0"),
        (np.array([0.5, 0.5]), "counts must be integers, got float"),
        ([1, True], r"counts\[1\] must be an integer, got True"),
        (np.array([True]), r"counts\[0\] must be an integer, got (np\.)?True"),
        (["a"], r"counts\[0\] must be an integer, got 'a'"),
        ([[1, 2]], r"counts\[0\] must be an integer, got \[1, 2\]"),
        (np.ones((2, 2), np.int64), r"counts must have 1 dimension, got shape \(2, 2\)"),
        (5, "counts must be a sequence of integers, got 5"),
    ],
)
def test_wrong_counts_are_named(counts, message):
    with pytest.raises((ValueError, TypeError), match=message):
        huffman(counts)


@pytest.mark.parametrize(
    ("arity", "message"), [(1, "at least 2, got 1"), (37, "at most 36, got 37"), (2.0, "integer, got 2.0")]
)
def test_wrong_arity_is_named(arity, message):
    with pytest.raises((ValueError, TypeError), match=f"arity must be .*{message}"):
        huffman([1, 2], arity=arity)
    with pytest.raises((ValueError, TypeError), match=f"arity must be .*{message}"):
        PrefixCode((1, 1), arity)


def test_a_limit_needs_bits():
    with pytest.raises(ValueError, match="longest needs arity 2, got 3"):
        huffman([1, 2], longest=4, arity=3)


# the code as a value


@pytest.mark.parametrize("row", rows("prefix", "canonical"), ids=lambda row: str(row["lengths"]))
def test_canonical_words_of_the_vectors(row):
    if "encode_error" in row:
        with pytest.raises(CorruptError, match=f"no prefix code has these lengths: Kraft sum {row['kraft']} > 1"):
            PrefixCode(row["lengths"])
        return
    code = PrefixCode(row["lengths"])
    assert list(code.codewords) == row["codes"]
    assert code.kraft == Fraction(row["kraft"])
    if row["decoder_accepts"]:
        assert code.decode(Bits.from_text(""), 0).size == 0
    else:
        with pytest.raises(CorruptError, match=f"these lengths leave words unused: Kraft sum {row['kraft']} < 1"):
            code.decode(Bits.from_text(""), 0)


@given(st.lists(st.integers(0, 9), max_size=9), st.integers(2, 4))
def test_canonical_words_are_the_first_free_ones(counts, arity):
    code = huffman(counts, arity=arity)
    words, taken = [""] * len(counts), []
    for length, symbol in sorted((x, s) for s, x in enumerate(code.lengths) if x):
        digits = "0123"[:arity]
        free = (w for w in map("".join, product(digits, repeat=length)) if not any(w.startswith(t) for t in taken))
        words[symbol] = next(free)
        taken.append(words[symbol])
    assert list(code.codewords) == words


def test_words_depend_on_lengths_alone_not_on_the_order_of_merging():
    # A library that numbers equal lengths in the order of its tree must send that order along.
    code = huffman([20, 17, 6, 3, 2, 2, 2, 1, 1, 1])
    assert code == PrefixCode(code.lengths)
    ordered = sorted((length, symbol) for symbol, length in enumerate(code.lengths))
    assert [code.codewords[symbol] for _, symbol in ordered] == sorted(code.codewords)


def test_lengths_may_be_an_array_and_become_a_tuple():
    code = PrefixCode(np.array([2, 1, 2], np.uint8))
    assert code.lengths == (2, 1, 2)
    assert type(code.lengths[0]) is int
    assert code == PrefixCode((2, 1, 2))
    assert hash(code) == hash(PrefixCode([2, 1, 2]))
    assert pickle.loads(pickle.dumps(code)) == code  # noqa: S301
    assert (code.longest, PrefixCode(()).longest) == (2, 0)
    with pytest.raises(AttributeError):
        code.lengths = (1,)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ((1, -1), "lengths must be at least 0, got -1 at index 1"),
        ((1, 2.5), "lengths must be integers, got 2.5 at index 1"),
        ((1, 2**63), f"lengths must be at most 65536, got {2**63} at index 1"),
        ((1, 10**9), "lengths must be at most 65536, got 1000000000 at index 1"),
        (((1, 2), (3, 4)), "lengths must have 1 dimension"),
        ((1, 1, 70), f"Kraft sum {2**70 + 1}/{2**70} > 1"),
    ],
)
def test_wrong_lengths_are_named(lengths, message):
    with pytest.raises((ValueError, TypeError), match=message):
        PrefixCode(lengths)


def test_one_codeword():
    code = PrefixCode((2, 0, 1, 2))
    assert [code.codeword(s) for s in (0, 2, np.int8(3))] == ["10", "0", "11"]
    with pytest.raises(DomainError, match="symbol 1 has no codeword"):
        code.codeword(1)
    for outside in (-1, 4, 2**63):
        with pytest.raises(DomainError, match=f"symbol must be 0 to 3, got {outside}"):
            code.codeword(outside)


def test_words_in_36_digits():
    code = PrefixCode((1,) * 35 + (2,) * 36, 36)
    assert code.kraft == 1
    assert code.codewords[10] == "a"
    assert code.codewords[-1] == "zz"
    with pytest.raises(ValueError, match="arity must be 2 to code in bits, got 36"):
        code.encode([1])
    with pytest.raises(ValueError, match="arity must be 2 to code in bits, got 36"):
        code.decode(Bits.from_text("0"), 1)


# coding


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.data())
def test_encoding_is_concatenation_and_decoding_undoes_it(counts, data):
    code = huffman([*counts, 1])
    used = [symbol for symbol, length in enumerate(code.lengths) if length]
    message = data.draw(st.lists(st.sampled_from(used), max_size=200))
    bits = code.encode(message)
    assert str(bits) == "".join(code.codewords[symbol] for symbol in message)
    assert code.decode(bits, len(message)).tolist() == message


@pytest.mark.parametrize("n", [2, 3, 11, 12, 13, 33, 62, 63, 64, 65, 66, 90, 129, 200])
def test_words_of_every_width(n):
    code = unary_like(n)
    rng = np.random.default_rng(n)
    message = np.minimum(rng.geometric(0.5, 300) - 1, n - 1)
    message[::7] = rng.integers(0, n, message[::7].size)
    bits = code.encode(message)
    assert str(bits) == "".join("1" * s + "0" * (s < n - 1) for s in message.tolist())
    assert code.decode(bits, message.size).tolist() == message.tolist()


def test_long_words_that_are_not_all_ones():
    code = PrefixCode([3, 3, 70, 140, 140, 1, 64, 63])
    message = [2, 3, 5, 4, 7, 6, 0, 1, 2]
    assert str(code.encode(message)) == "".join(code.codewords[s] for s in message)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint64, np.int64])
def test_symbols_of_any_integer_type(dtype):
    code = PrefixCode((8,) * 256)
    message = np.arange(256).astype(dtype if np.iinfo(dtype).max > 255 else np.uint8)
    assert code.encode(message).data == bytes(range(256))
    decoded = code.decode(code.encode(message), 256)
    assert decoded.dtype == np.int64
    assert np.array_equal(decoded, np.arange(256))


def test_many_symbols_of_a_large_alphabet():
    rng = np.random.default_rng(5)
    counts = rng.geometric(0.001, 5000)
    code = huffman(counts)
    message = rng.integers(0, counts.size, 30_000)
    bits = code.encode(message)
    assert bits.size == sum(code.lengths[symbol] for symbol in message.tolist())
    assert np.array_equal(code.decode(bits, message.size), message)


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        ([0, 2, 1], r"symbols\[1\] = 2 has no codeword"),
        ([0, 3, 4], r"symbols\[2\] = 4 is outside the alphabet of 4 symbols"),
        ([-1], r"symbols\[0\] = -1 is outside the alphabet of 4 symbols"),
    ],
)
def test_symbols_without_a_word_are_named(symbols, message):
    with pytest.raises(DomainError, match=message):
        PrefixCode((1, 2, 0, 2)).encode(symbols)


@pytest.mark.parametrize("symbols", [[True, False], [0.0], [float("nan")], ["0"], [[0]], [2**63]])
def test_symbols_must_be_whole_numbers(symbols):
    with pytest.raises((TypeError, ValueError), match="symbols must"):
        PrefixCode((1, 1)).encode(symbols)


@pytest.mark.parametrize("count", [-1, 1.0, True, None])
def test_a_wrong_number_of_symbols_is_named(count):
    with pytest.raises((TypeError, ValueError), match="count must be"):
        PrefixCode((1, 1)).decode(Bits.from_text("0"), count)


def test_only_bits_are_decoded():
    with pytest.raises(TypeError, match="bits must be Bits, got bytes"):
        PrefixCode((1, 1)).decode(b"\x00", 1)


def test_an_impossible_count_is_refused_before_anything_is_allocated():
    with pytest.raises(TruncatedError, match=f"{2**62} symbols need at least {2**62} bits, got 1"):
        PrefixCode((1, 1)).decode(Bits.from_text("0"), 2**62)


def test_the_end_must_be_exact_and_padding_zero():
    code = PrefixCode((2, 1, 2))
    bits = code.encode([0, 1, 2])
    assert str(bits) == "10011"
    assert code.decode(bits + Bits.from_text("000"), 3, pad=True).tolist() == [0, 1, 2]
    for more, pad, message in [
        ("0", False, "decoded 3 symbols, 1 bits are left over after bit 5"),
        ("0" * 8, True, "decoded 3 symbols, 8 bits are left over after bit 5"),
        ("010", True, "padding after bit 5 must be zero, got 010"),
    ]:
        with pytest.raises(CorruptError, match=message):
            code.decode(bits + Bits.from_text(more), 3, pad=pad)


def test_truncated_bits_say_how_far_they_went():
    with pytest.raises(
        TruncatedError, match="decoded 2 of 3 symbols, stopped at bit 3 of 4: the bits end inside a word"
    ):
        PrefixCode((1, 2, 2)).decode(Bits.from_text("0101"), 3)


def test_a_code_of_one_symbol_has_one_readable_bit():
    code = huffman([0, 0, 9])
    assert code.decode(Bits.from_text("0" * 500), 500).tolist() == [2] * 500
    for place in (0, 63, 250, 499):
        broken = Bits.from_int(1 << (499 - place), 500)
        with pytest.raises(
            CorruptError, match=f"decoded {place} of 500 symbols, stopped at bit {place} of 500: no word"
        ):
            code.decode(broken, 500)


@pytest.mark.parametrize("lengths", [(), (0, 0)])
def test_a_code_without_words_has_one_message(lengths):
    code = PrefixCode(lengths)
    assert code.encode([]) == Bits.from_text("")
    assert code.decode(Bits.from_text(""), 0).size == 0
    for count, error in [(1, CorruptError), (0, CorruptError), (3, TruncatedError)]:
        with pytest.raises(error):
            code.decode(Bits.from_text("01"), count)


CODES = [
    huffman([1, 1, 2, 4, 8]),
    huffman([5]),
    huffman(range(1, 40)),
    PrefixCode((4,) * 16),
    PrefixCode((11,) * 2**11),
    PrefixCode((13,) * 2**13),
    unary_like(30),
    unary_like(80),
]


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"{len(code.lengths)}-{code.longest}")
def test_every_truncation_is_noticed_and_every_flipped_bit_is_read_right_or_refused(code):
    rng = np.random.default_rng(1)
    bits = code.encode(rng.integers(0, len(code.lengths), 15))
    for size in range(bits.size):
        with pytest.raises(TruncatedError):
            code.decode(bits.take(0, size), 15)
    for place in range(bits.size):
        other = Bits.from_int(bits.to_int() ^ 1 << place, bits.size)
        assert_right_or_refused(code, other, 15, pad=False)


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"{len(code.lengths)}-{code.longest}")
def test_random_bits_are_read_right_or_refused(code):
    rng = np.random.default_rng(2)
    good = 0
    for turn in range(2000):
        size = int(rng.integers(0, 200))
        bits = Bits.from_int(int.from_bytes(rng.bytes(25)) >> (200 - size), size)
        count = int(rng.integers(0, size // 2 + 2))
        good += assert_right_or_refused(code, bits, count, pad=turn % 2 == 1)
    assert good > 0


def assert_right_or_refused(code, bits, count, pad):
    """Whether the bits were read; a complete code reads a string in one way, so writing it again must give it back."""
    try:
        symbols = code.decode(bits, count, pad=pad)
    except DataError:
        return False
    again = code.encode(symbols)
    zeros = bits.size - again.size
    assert symbols.size == count
    assert bits == again + Bits.from_int(0, zeros)
    assert zeros == 0 or (pad and zeros < 8)
    return True
