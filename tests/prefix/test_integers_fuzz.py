"""Random bits through every decoder, bounds of every array: the right answer or an error, and nothing outside."""

import os

import numpy as np
import pytest

from polyquant._kernel import kernel
from polyquant.bits import Bits
from polyquant.bits._kernels.words import U
from polyquant.errors import DataError, TruncatedError
from polyquant.prefix import (
    _bulk,
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
from polyquant.prefix._kernels import cursors
from polyquant.prefix._kernels import integers as kernels

COMPILED = hasattr(kernels.encode, "signatures")
CHECKED = bool(os.environ.get("NUMBA_BOUNDSCHECK"))  # slower, and compared with nothing else: fewer
THOROUGH = COMPILED and not CHECKED
STRINGS = 10**6 if THOROUGH else 10**5 if COMPILED else 300
WORDS = 20000 if COMPILED else 1100
CODES = [
    *(unary, gamma, delta, omega, levenshtein, even_rodeh, leb128),
    *(fibonacci(2), fibonacci(3), fibonacci(64)),
    *(golomb(3), golomb(100), golomb(2**62 + 1), rice(6)),
    *(exp_golomb(2), exp_golomb(63), zeta(3), zeta(5), zeta(40)),
]
every_code = pytest.mark.parametrize("code", CODES, ids=repr)


@kernel
def count_words(kind, parameter, weights, least, encoder, decoder, data, ends, room, values):
    """Read words at every bit of *data*; (words, truncated, corrupt) or -1 - place of what is told in two ways.

    The words at bit i may take the bits up to ends[i]. They are read one at a time, and many at once into *values*,
    int64, by the tables; what was read is written to *room*, uint8, and compared with the bits.
    """
    counts = np.zeros(3, np.int64)
    value = np.zeros(1, np.int64)
    for i in range(ends.size):
        end = U(ends[i])
        many, last, state = cursors.decode(kind, parameter, weights, decoder, data, end, U(i), values)
        counts[state] += 1
        position, same = U(i), True
        for j in range(values.size if state == 0 else many + U(1)):
            one, position, again = cursors.decode(kind, parameter, weights, decoder, data, end, position, value)
            same = same and (one == 1 and value[0] == values[j] >= least if j < many else again == state)
        inside = U(i) & U(7)
        room[0] = data[i >> 3] >> (U(8) - inside) << (U(8) - inside)
        written, after = kernels.encode(kind, parameter, weights, least, encoder, values[:many], 0, room, inside)
        same = same and written == many and position == last <= end and after - inside == last - U(i)
        for j in range((after + U(7)) >> U(3)):
            spare = U(0) if U(8 * j + 8) <= after else U(8 * j + 8) - after
            same = same and room[j] >> spare == data[(i >> 3) + j] >> spare
        if not same:
            counts[0] = -1 - i
            break
    return counts


@every_code
@pytest.mark.parametrize(("strings", "words"), [(STRINGS, 1), (STRINGS // 20, 24)])
def test_a_million_random_strings_are_words_or_errors(code, strings, words):
    """Every place of a random text begins a random string; some texts have mostly zeros or ones, for long runs."""
    rng = np.random.default_rng(CODES.index(code))
    core = _bulk._core(code._kind, code._parameter, code.least)
    total = np.zeros(3, np.int64)
    for ones in (0.5, 0.03, 0.97):
        size = -(-strings // 24) * 8
        data = np.zeros(size // 8 + 2000, np.uint8)
        data[: size // 8 + 1000] = np.packbits(rng.random(size + 8000) < ones)
        ends = np.arange(size) + rng.integers(0, 200 * words, size)
        room, values = np.zeros(2000, np.uint8), np.zeros(words, np.int64)
        counts = count_words(*core.code, code.least, core.encoder, core.decoder, data, ends, room, values)
        assert counts[0] >= 0
        total += counts
    assert total.sum() >= strings
    assert total[0] > 0 or words > 1
    assert total[1] > 0 or not COMPILED


@kernel
def read_one_by_one(kind, parameter, weights, decoder, data, size, values):
    """As ``cursors.decode`` from bit 0 on, a word at a time."""
    value = np.zeros(1, np.int64)
    position = U(0)
    for i in range(values.size):
        _, position, state = cursors.decode(kind, parameter, weights, decoder, data, size, position, value)
        if state != 0:
            return U(i), position, state
        values[i] = value[0]
    return U(values.size), position, 0


@every_code
def test_several_cursors_read_what_one_reads(code):
    """Long strings: fine ones, nearly fine ones, and nonsense; as many words as there are, more, and fewer."""
    rng = np.random.default_rng(CODES.index(code))
    core = _bulk._core(code._kind, code._parameter, code.least)
    ordinary = rng.geometric(0.05, WORDS) - 1 + code.least
    some_large = np.where(rng.random(WORDS) < 0.01, rng.integers(1, 2**20, WORDS), ordinary)
    some_large[code.length(some_large) > 2000] = code.least
    states = set()
    kinds = [some_large, ordinary, np.full(WORDS, code.least + 5)]
    for values in kinds if COMPILED else kinds[:1]:
        good = code.encode_many(values)
        flipped = np.unpackbits(good.array())
        flipped[rng.integers(0, good.size, 5)] ^= 1
        nonsense = rng.random(good.size) < rng.choice([0.03, 0.5, 0.97])
        for string in (good.array(), np.packbits(flipped), np.packbits(nonsense)):
            data = np.concatenate([string, np.zeros(32, np.uint8)])
            for count in (WORDS, WORDS + 50, WORDS // 2, min(8 * WORDS, good.size)) if THOROUGH else [WORDS]:
                for size in (good.size, good.size * 3 // 4) if COMPILED else [good.size]:
                    short = data.copy()
                    short[size // 8 : size // 8 + 1] &= 255 ^ 255 >> size % 8
                    short[size // 8 + 1 :] = 0
                    found, expected = np.zeros(count, np.int64), np.zeros(count, np.int64)
                    many = cursors.decode(*core.code, core.decoder, short, U(size), U(0), found)
                    each = read_one_by_one(*core.code, core.decoder, short, U(size), expected)
                    assert tuple(map(int, many)) == tuple(map(int, each))
                    assert (found[: many[0]] == expected[: each[0]]).all()
                    states.add(int(many[2]))
    assert 0 in states
    assert 1 in states or not COMPILED


@every_code
def test_short_strings_through_the_public_door(code):
    rng = np.random.default_rng(CODES.index(code))
    for _ in range(200):
        bits = Bits.from_int(int(rng.integers(0, 2**40)), 40).take(0, int(rng.integers(0, 41)))
        count = int(rng.integers(0, 8))
        try:
            values = code.decode_many(bits, count, pad=True)
        except DataError:
            continue
        again = code.encode_many(values)
        assert values.size == count
        assert bits == again + Bits.from_int(0, bits.size - again.size)


@every_code
def test_a_long_word_cut_short_is_found_where_it_is(code):
    """The decoder reads four windows ahead; what it takes for digits of a long word may lie behind the end."""
    big = next(t for t in (2**50, 2**20, 3000, 300, 100) if code.length(t) < 120)
    for small in (code.least, code.least + 2):
        for count in range(17, 33, 1 if COMPILED else 9):
            bits = code.encode_many([small] * count + [big])
            start = bits.size - code.length(big)
            for size in range(start + 1, bits.size, 5 if COMPILED else 20):
                with pytest.raises(TruncatedError, match=f"decoded {count} of .* stopped at bit {start} of {size}:"):
                    code.decode_many(bits.take(0, size), min(size, count + 40))


@every_code
def test_every_truncation_is_noticed(code):
    values = [t for t in (1, 2, 3, 4, 9, 1000, 5, 7, 2**20) if code.length(t) < 100]
    bits = code.encode_many(values)
    for size in range(0, bits.size, 1 if COMPILED else 5):
        with pytest.raises(DataError):
            code.decode_many(bits.take(0, size), len(values))


@every_code
def test_nothing_is_written_outside(code):
    core = _bulk._core(code._kind, code._parameter, code.least)
    values = _bulk.integers(
        "values", [t for t in (*range(1, 40), 2**62, 5, 2**20, *range(1, 40)) if code.length(t) < 500]
    )
    bits = code.encode_many(values)
    for size in (*range(8, bits.size // 8 + 40, 7 if COMPILED else 41), bits.size // 8 + 40):
        memory = np.full(size + 64, 0xA5, np.uint8)
        out = memory[32:-32]
        arguments = *core.code, code.least, core.encoder, values
        done, position = kernels.encode(*arguments, 0, out, np.uint64(0))
        assert (memory[:32] == 0xA5).all()
        assert (memory[-32:] == 0xA5).all()
        assert int(position) == int(code.length(values[:done]).sum())
        assert Bits(out[: (int(position) + 7) // 8].tobytes(), int(position)) == bits.take(0, int(position))
    assert done == values.size
    memory = np.full(values.size + 64, -7)
    data = np.concatenate([bits.array(), np.zeros(32, np.uint8)])
    for count in range(0, values.size + 1, 1 if COMPILED else 11):
        memory[:] = -7
        done, _, state = cursors.decode(
            *core.code, core.decoder, data, np.uint64(bits.size), np.uint64(0), memory[32 : 32 + count]
        )
        assert (done, state) == (count, 0)
        assert memory[32 : 32 + count].tolist() == values[:count].tolist()
        assert (memory[:32] == -7).all()
        assert (memory[32 + count :] == -7).all()
