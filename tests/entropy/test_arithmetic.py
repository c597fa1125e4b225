"""Exact arithmetic coding: vectors, the definition in fractions, whole small worlds, and words that nobody wrote."""

from fractions import Fraction
from itertools import product
from math import log2, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.bits import Bits
from polyquant.entropy import arithmetic
from polyquant.errors import CorruptError, DataError, DomainError, TruncatedError
from tests.vectors import rows

LAWS = [(1, 1), (1, 3, 4), (2, 0, 1), (0, 5, 0), (7, 1), (1, 1, 1), (10**30, 1)]


def interval(symbols, counts):
    """The interval of a message as the paper says, one symbol after the other: [low, low + width)."""
    low, width = Fraction(0), Fraction(1)
    for symbol in symbols:
        low += width * Fraction(sum(counts[:symbol]), sum(counts))
        width *= Fraction(counts[symbol], sum(counts))
    return low, width


def shortest(low, width):
    """The first dyadic interval inside, tried by length and from the left."""
    size = 0
    while True:
        first = -(-low * 2**size // 1)
        if Fraction(first + 1, 2**size) <= low + width:
            return f"{first:0{size}b}" if size else ""
        size += 1


def messages(counts, n):
    return product([s for s, count in enumerate(counts) if count], repeat=n)


@pytest.mark.parametrize("row", rows("prefix", "arithmetic"), ids=lambda row: str(row["freqs"]))
def test_words_of_the_vectors(row):
    bits = arithmetic.encode(row["symbols"], row["freqs"])
    assert str(bits) == row["bits"]
    assert arithmetic.decode(bits, len(row["symbols"]), row["freqs"]).tolist() == row["symbols"]


@pytest.mark.parametrize("counts", LAWS)
@pytest.mark.parametrize("n", [0, 1, 2, 4])
def test_every_short_message_has_the_shortest_word_inside_its_interval(counts, n):
    for message in messages(counts, n):
        bits = arithmetic.encode(message, counts)
        assert str(bits) == shortest(*interval(message, counts))
        assert arithmetic.decode(bits, n, counts).tolist() == list(message)


@pytest.mark.parametrize("counts", LAWS)
def test_a_word_has_less_than_two_bits_above_the_information(counts):
    for message in messages(counts, 5):
        probability = prod(Fraction(counts[s], sum(counts)) for s in message)
        assert Fraction(1, 2 ** len(arithmetic.encode(message, counts))) > probability / 4


@pytest.mark.parametrize("counts", LAWS)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_any_bits_are_the_word_of_a_message_or_an_error(counts, n):
    words = {str(arithmetic.encode(message, counts)): list(message) for message in messages(counts, n)}
    for size in range(9):
        for value in range(2**size):
            bits = Bits.from_int(value, size)
            if str(bits) in words:
                assert arithmetic.decode(bits, n, counts).tolist() == words[str(bits)]
            else:
                with pytest.raises(DataError):
                    arithmetic.decode(bits, n, counts)


@given(st.lists(st.integers(0, 2**70) | st.integers(0, 5), min_size=1, max_size=8), st.data())
def test_long_messages_come_back(counts, data):
    used = [s for s, count in enumerate(counts) if count]
    message = data.draw(st.lists(st.sampled_from(used), max_size=200)) if used else []
    bits = arithmetic.encode(message, counts)
    assert arithmetic.decode(bits, len(message), counts).tolist() == message


@pytest.mark.parametrize("counts", [(1, 1), (1, 2, 1), (3, 1, 4), (1, 10**6)])
def test_messages_of_many_blocks_come_back_and_cost_their_information(counts):
    p = np.array(counts) / sum(counts)
    message = np.random.default_rng(1).choice(len(counts), 2000, p=p)
    message[500:520] = 0  # where the interval begins exactly on a border
    bits = arithmetic.encode(message, counts)
    assert arithmetic.decode(bits, 2000, counts).tolist() == message.tolist()
    information = -sum(log2(p[s]) for s in message)
    assert information - 1e-6 <= len(bits) < information + 2 + 1e-6


def test_damage_to_a_long_word_is_noticed():
    counts, message = (5, 2, 1), np.random.default_rng(2).choice(3, 300, p=[0.625, 0.25, 0.125])
    bits = arithmetic.encode(message, counts)
    for size in range(0, len(bits), 7):
        with pytest.raises(TruncatedError):
            arithmetic.decode(bits.take(0, size), 300, counts)
    for more in ("0", "1", "00000000"):
        with pytest.raises(CorruptError, match=f"this word of {len(bits) + len(more)} bits"):
            arithmetic.decode(bits + Bits.from_text(more), 300, counts)


@pytest.mark.parametrize("count", [10, 2**40, 2**63, 2**200])
@pytest.mark.parametrize("counts", [(1, 1), (5, 0, 2), (10**30, 10**30), (3, 0)])
def test_a_count_that_cannot_be_is_refused_at_once(count, counts):
    with pytest.raises(DataError):
        arithmetic.decode(Bits.from_text("101"), count, counts)


def test_many_symbols_may_need_few_bits():
    for counts in ((10**6, 1), (10**30, 1), (1, 0)):
        bits = arithmetic.encode([0] * 3000, counts)
        assert arithmetic.decode(bits, 3000, counts).tolist() == [0] * 3000
    assert arithmetic.decode(Bits(b"", 0), 10**6, [0, 7]).sum() == 10**6


@pytest.mark.parametrize("symbols", [[2], [0, -1], [0, 1]])
def test_symbols_without_a_count_are_refused(symbols):
    with pytest.raises(DomainError, match=rf"symbols\[{len(symbols) - 1}\]"):
        arithmetic.encode(symbols, [3, 0])


def test_a_law_without_symbols_has_one_message():
    for counts in ([], [0, 0]):
        assert arithmetic.encode([], counts) == Bits(b"", 0)
        assert arithmetic.decode(Bits(b"", 0), 0, counts).size == 0
        with pytest.raises(CorruptError):
            arithmetic.decode(Bits.from_text("0"), 0, counts)
        with pytest.raises(ValueError, match="above 0 to read 2 symbols"):
            arithmetic.decode(Bits(b"", 0), 2, counts)


def test_wrong_arguments_are_named():
    with pytest.raises(TypeError, match="bits must be Bits"):
        arithmetic.decode("01", 1, [1, 1])
    with pytest.raises(ValueError, match="count must be at least 0"):
        arithmetic.decode(Bits(b"", 0), -1, [1, 1])
    with pytest.raises(ValueError, match=r"counts\[1\] must be at least 0, got -1"):
        arithmetic.encode([0], [1, -1])
    with pytest.raises(TypeError, match="symbols must be integers"):
        arithmetic.encode([0.5], [1, 1])
