"""What every integer code keeps to: Kraft's inequality, no word begins another, one value and many agree."""

import pickle
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from polyquant.bits import Bits
from polyquant.errors import CorruptError, TruncatedError
from polyquant.prefix import (
    delta,
    even_rodeh,
    exp_golomb,
    fibonacci,
    gamma,
    golomb,
    leb128,
    levenshtein,
    omega,
    rice,
    unary,
    zeta,
)

MAX = 2**63 - 1
CODES = [
    *(unary, gamma, delta, omega, levenshtein, even_rodeh, leb128),
    *(fibonacci(m) for m in (2, 3, 4, 20, 63, 64)),
    *(golomb(m) for m in (1, 2, 3, 5, 8, 100, 2**31 + 1, 2**62 - 1, 2**62, 2**62 + 1, MAX)),
    *(rice(k) for k in (0, 1, 2, 5, 31, 62, 63)),
    *(exp_golomb(k) for k in (0, 1, 3, 15, 16, 31, 62, 63)),
    *(zeta(k) for k in (1, 2, 3, 4, 5, 31, 32, 61, 62, 63)),
]
every_code = pytest.mark.parametrize("code", CODES, ids=repr)


def values_of(code, most_bits=3000):
    """Small ones, both sides of every power of two, random ones of all sizes; none with a word too long to look at."""
    rng = np.random.default_rng(7)
    values = set(range(code.least, 70)) | {2**k + d for k in range(63) for d in (-2, -1, 0, 1)} | {MAX - 1, MAX}
    values |= {int(x) for x in 2 ** (62.9 * rng.random(60))}
    shuffled = sorted(t for t in values if code.least <= t <= MAX and code.length(t) <= most_bits)
    rng.shuffle(shuffled)
    return shuffled


@every_code
def test_one_value_and_many_agree(code):
    values = values_of(code)
    words = [str(code.encode(t)) for t in values]
    bits = Bits.from_text("".join(words))
    assert code.encode_many(values) == bits
    assert code.decode_many(bits, len(values)).tolist() == values
    assert code.length(values).tolist() == [len(word) for word in words]
    position = 0
    for t, word in zip(values, words, strict=True):
        assert code.decode(bits, position) == (t, position + len(word))
        position += len(word)


@every_code
def test_codes_travel_between_processes(code):
    there = pickle.loads(pickle.dumps(code))  # noqa: S301
    assert there == code
    assert there.encode(5) == code.encode(5)
    assert there.length(9) == code.length(9)


@every_code
def test_no_word_begins_another(code):
    words = sorted(str(code.encode(t)) for t in values_of(code))
    assert not any(b.startswith(a) for a, b in pairwise(words))


@every_code
def test_kraft_sum_is_at_most_one(code):
    count = 500
    sizes = code.length(np.arange(code.least, code.least + count))
    assert sum(Fraction(1, 2**size) for size in sizes.tolist()) <= 1


def readings(code, size):
    """Of all texts of *size* bits: the words they begin with, how many begin a longer word, how many do neither."""
    words, beginnings, neither = set(), 0, 0
    for text in (f"{x:0{size}b}" for x in range(2**size)):
        try:
            words.add(text[: code.decode(Bits.from_text(text))[1]])
        except TruncatedError:
            beginnings += 1
        except CorruptError:
            neither += 1
    return words, beginnings, neither


@every_code
def test_words_and_their_beginnings_fill_the_interval(code):
    words, beginnings, neither = readings(code, 9)
    assert sum(Fraction(1, 2 ** len(word)) for word in words) + Fraction(beginnings + neither, 2**9) == 1


@pytest.mark.parametrize("code", [code for code in CODES if code._parameter < 6 and code is not leb128], ids=repr)
def test_all_codes_but_leb128_read_every_text(code):
    """Up to where the integers end: six zeros begin no delta word below 2^63, nor three ones one of golomb(2^62)."""
    assert readings(code, 5)[2] == 0


def test_leb128_misses_one_part_in_256():
    words = dict.fromkeys(range(1, 10), 0)
    for size in words:
        first, last = (0 if size == 1 else 2 ** (7 * size - 7)), 2 ** (7 * size) - 1
        assert leb128.length(first) == leb128.length(last) == 8 * size
        words[size] = last - first + 1
    total = sum(Fraction(count, 2 ** (8 * size)) for size, count in words.items())
    assert total == Fraction(255, 256) - Fraction(127, 256 * 2**8)  # further bytes would halve the second part for ever
