"""rANS: vectors, the definition by counting numbers, shares by trying all, and damage."""

from itertools import count as naturals
from itertools import product
from math import inf, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.entropy import Rans, normalize
from polyquant.errors import CorruptError, DataError, DomainError, TruncatedError
from tests.vectors import rows


def cost(counts, shares, scale_bits):
    """Bits of a message with these counts under the law of the shares."""
    return sum(c * (scale_bits - log2(m)) if m else inf for c, m in zip(counts, shares) if c)


def least_cost(counts, scale_bits):
    used = [c for c in counts if c]
    whole = 2**scale_bits
    shares = (m for m in product(range(1, whole + 1), repeat=len(used) - 1) if sum(m) < whole)
    return min(cost(used, [*m, whole - sum(m)], scale_bits) for m in shares)


def next_number(x, symbol, counts, scale_bits):
    """The definition: of all numbers whose remainder the symbol owns, the one with as many before it as x."""
    first = sum(counts[:symbol])
    owned = (y for y in naturals() if first <= y % 2**scale_bits < first + counts[symbol])
    return next(y for rank, y in enumerate(owned) if rank == x)


def definition(symbols, counts, scale_bits):
    """State and words as the specification says, in Python's numbers."""
    x, words = 2**16, []
    for symbol in reversed(symbols):
        f = counts[symbol]
        if x >= f << (32 - scale_bits):
            words.insert(0, x % 2**16)
            x //= 2**16
        x = (x // f) * 2**scale_bits + x % f + sum(counts[:symbol])
    return x, words


# shares


@pytest.mark.parametrize(("n", "scale_bits"), [(1, 1), (1, 4), (2, 1), (2, 4), (3, 2), (3, 4), (4, 3), (5, 3)])
def test_no_other_shares_cost_less(n, scale_bits):
    generator = np.random.default_rng(n + scale_bits)
    for most in (2, 7, 1000):
        for counts in generator.integers(1, most + 1, (12, n)).tolist():
            shares = normalize(counts, scale_bits).tolist()
            assert sum(shares) == 2**scale_bits
            assert cost(counts, shares, scale_bits) == pytest.approx(least_cost(counts, scale_bits), rel=1e-9)


@given(st.lists(st.integers(0, 40) | st.integers(0, 2**80), min_size=1, max_size=60), st.integers(6, 16))
def test_shares_fill_the_scale_and_moving_one_never_pays(counts, scale_bits):
    shares = normalize(counts, scale_bits)
    assert [m > 0 for m in shares] == [c > 0 for c in counts]
    if not any(counts):
        return
    assert shares.sum() == 2**scale_bits
    scale = sum(counts)
    for i, j in product(range(len(counts)), repeat=2):
        if counts[j] and shares[i] > 1:
            saved = counts[j] / scale * log2((shares[j] + 1) / shares[j])
            paid = counts[i] / scale * log2(shares[i] / (shares[i] - 1))
            assert i == j or saved <= paid + 1e-7


@given(st.integers(1, 16).flatmap(lambda s: st.tuples(st.just(s), st.lists(st.integers(0, 2**s), max_size=9))))
def test_counts_that_fill_the_scale_stay(case):
    scale_bits, cuts = case
    counts = np.diff([0, *sorted(cuts), 2**scale_bits])
    assert normalize(counts, scale_bits).tolist() == counts.tolist()


def test_as_many_symbols_as_units_get_one_each():
    assert normalize(range(1, 257), 8).tolist() == [1] * 256
    with pytest.raises(DomainError, match="at least 9 for 257 symbols, got 8"):
        normalize([1] * 257, 8)


def test_wrong_counts_and_scales_are_named():
    with pytest.raises(ValueError, match="scale_bits must be at most 16, got 17"):
        normalize([1], 17)
    with pytest.raises(ValueError, match="scale_bits must be at least 1, got 0"):
        Rans([1], 0)
    with pytest.raises(ValueError, match=r"counts\[0\] must be at least 0, got -1"):
        Rans([-1], 4)


# coding


@pytest.mark.parametrize("row", rows("prefix", "rans"), ids=lambda row: str(row["freqs"]))
def test_states_and_words_of_the_vectors(row):
    code = Rans(row["freqs"], row["scale_bits"])
    state, words = code.encode(row["symbols"])
    assert (state, words.tolist()) == (row["state"], row["words"])
    assert words.dtype == np.uint16
    assert code.decode(state, words, len(row["symbols"])).tolist() == row["symbols"]


def test_the_step_keeps_the_rank():
    counts, scale_bits = [3, 0, 1, 4], 3
    for symbol in (0, 2, 3):
        f, first = counts[symbol], sum(counts[:symbol])
        for x in range(40):
            assert next_number(x, symbol, counts, scale_bits) == (x // f) * 8 + x % f + first


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12), st.integers(4, 16), st.data())
def test_state_and_words_are_those_of_the_definition(counts, scale_bits, data):
    code = Rans(counts, scale_bits)
    used = [s for s, count in enumerate(counts) if count]
    symbols = data.draw(st.lists(st.sampled_from(used), max_size=100)) if used else []
    state, words = code.encode(symbols)
    assert (state, words.tolist()) == definition(symbols, code.counts, scale_bits)
    assert code.decode(state, words, len(symbols)).tolist() == symbols


def test_a_coder_is_the_value_of_its_shares():
    assert Rans([1, 3], 4) == Rans([10, 30], 4) == Rans((4, 12), 4)
    assert hash(Rans([1, 3], 4)) == hash(Rans([4, 12], 4))
    assert Rans([1, 3], 4) != Rans([1, 3], 5)


def test_a_certain_symbol_costs_nothing():
    code = Rans([0, 7], 12)
    state, words = code.encode([1] * 1000)
    assert (state, words.size) == (2**16, 0)
    assert code.decode(state, words, 1000).tolist() == [1] * 1000


def test_words_cost_the_cross_entropy():
    counts = [1000, 500, 250, 125, 125]
    symbols = np.repeat(range(5), counts)
    np.random.default_rng(3).shuffle(symbols)
    state, words = Rans(counts, 12).encode(symbols)
    bits = 16 * words.size + log2(state) - 16
    assert bits == pytest.approx(cost(counts, normalize(counts, 12), 12), abs=0.1)


@pytest.fixture
def example():
    code = Rans([5, 2, 1, 9], 8)
    symbols = np.random.default_rng(4).choice(4, 200, p=np.array([5, 2, 1, 9]) / 17)
    return code, symbols, *code.encode(symbols)


def test_missing_and_extra_words_are_noticed(example):
    code, symbols, state, words = example
    for size in range(words.size):
        with pytest.raises(DataError):
            code.decode(state, words[:size], symbols.size)
    with pytest.raises(TruncatedError, match=f"all {words.size - 1} words were used up"):
        code.decode(state, words[:-1], symbols.size)
    with pytest.raises(CorruptError, match="words are left over"):
        code.decode(state, [*words, 0], symbols.size)


def test_every_flipped_bit_is_noticed_or_another_message(example):
    """Without a checksum, other bits can be another message, but then they are exactly that message's bits."""
    code, symbols, state, words = example
    noticed = 0
    for bit in range(32 + 16 * words.size):
        bent, shed = state, words.copy()
        if bit < 32:
            bent ^= 1 << bit
        else:
            shed[(bit - 32) // 16] ^= 1 << bit % 16
        try:
            other = code.decode(bent, shed, symbols.size)
        except DataError:
            noticed += 1
            continue
        assert other.tolist() != symbols.tolist()
        again, kept = code.encode(other)
        assert (again, kept.tolist()) == (bent, shed.tolist())
    assert noticed > 0.9 * (32 + 16 * words.size)


@given(st.integers(0, 2**32 + 5), st.lists(st.integers(0, 2**16 - 1), max_size=4), st.integers(0, 12))
def test_any_state_and_words_are_a_message_or_an_error(state, words, count):
    code = Rans([1, 3, 4, 8], 4)
    try:
        symbols = code.decode(state, words, count)
    except DataError:
        return
    again, kept = code.encode(symbols)
    assert (again, kept.tolist()) == (state, words)


@pytest.mark.parametrize("count", [10**6, 2**40, 2**63])
@pytest.mark.parametrize("counts", [(1, 1), (15, 1), (5, 0, 2)])
def test_a_count_that_cannot_be_is_refused_before_anything_is_allocated(count, counts):
    with pytest.raises(TruncatedError, match=f"{count} symbols need more than 3 words"):
        Rans(counts, 4).decode(2**20, [1, 2, 3], count)


@pytest.mark.parametrize("scale_bits", [1, 2, 8, 12, 16])
def test_as_many_symbols_as_a_state_can_hold_are_read(scale_bits):
    rare = Rans([2**scale_bits - 1, 1], scale_bits)
    for common in (0, 1):
        state, words = rare.encode(np.full(60_000, common))
        assert (rare.decode(state, words, 60_000) == common).all()


def test_wrong_arguments_are_named():
    code = Rans([1, 3], 4)
    with pytest.raises(DomainError, match=r"symbols\[1\] = 2 is outside the alphabet of 2 symbols"):
        code.encode([0, 2])
    with pytest.raises(DomainError, match=r"symbols\[0\] = 1 has count 0"):
        Rans([1, 0], 4).encode([1])
    with pytest.raises(CorruptError, match="state must be"):
        code.decode(2**16 - 1, [], 0)
    with pytest.raises(ValueError, match="words must be at most 65535, got 65536 at index 0"):
        code.decode(2**16, [65536], 1)
    with pytest.raises(ValueError, match="above 0 to read 1 symbols"):
        Rans([], 4).decode(2**16, [], 1)
