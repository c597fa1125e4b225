"""tANS: the spread step by step, the coder as its definition says, cost, damage."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.bits import Bits
from polyquant.entropy import Rans, Tans
from polyquant.errors import CorruptError, DataError, DomainError, TruncatedError


def spread(counts, table_bits):
    """Walk through the table in steps of 5/8 of its size plus 3, and leave a symbol at each."""
    size, position = 2**table_bits, 0
    table = [None] * size
    for symbol, count in enumerate(counts):
        for _ in range(count):
            assert table[position] is None
            table[position] = symbol
            position = (position + size // 2 + size // 8 + 3) % size
    return table


def definition(symbols, counts, table_bits):
    """The last state and the bits, one symbol after the other from the end, in strings and lists."""
    size, table = 2**table_bits, spread(counts, table_bits)
    x, text = size, ""
    for symbol in reversed(symbols):
        shed = ""
        while x >= 2 * counts[symbol]:
            x, shed = x // 2, str(x % 2) + shed
        x = size + [i for i, owner in enumerate(table) if owner == symbol][x - counts[symbol]]
        text = shed + text
    return x, text


@pytest.mark.parametrize("table_bits", [*range(5, 13), 16])
def test_the_spread_is_the_walk(table_bits):
    counts = np.random.default_rng(table_bits).integers(0, 40, 12)
    code = Tans(tuple(counts.tolist()), table_bits)
    assert code.spread.tolist() == spread(code.counts, table_bits)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12), st.integers(5, 9), st.data())
def test_state_and_bits_are_those_of_the_definition(counts, table_bits, data):
    code = Tans(tuple(counts), table_bits)
    used = [s for s, count in enumerate(counts) if count]
    symbols = data.draw(st.lists(st.sampled_from(used), max_size=60)) if used else []
    state, bits = code.encode(symbols)
    assert (state, str(bits)) == definition(symbols, code.counts, table_bits)
    assert code.decode(state, bits, len(symbols)).tolist() == symbols


@pytest.mark.parametrize("counts", [(1000, 500, 250, 125, 125), (9000, 900, 90, 9, 1), (5, 5, 5)])
def test_the_cost_is_close_to_that_of_rans(counts):
    p = np.array(counts) / sum(counts)
    symbols = np.random.default_rng(7).choice(p.size, 3000, p=p)
    bits = len(Tans(counts, 12).encode(symbols)[1])
    state, words = Rans(counts, 12).encode(symbols)
    whole = 16 * words.size + log2(state) - 16
    assert abs(bits - whole) < 0.01 * whole + 13


def test_powers_of_two_cost_whole_bits():
    symbols = [0, 1, 0, 2, 0, 3] * 10
    state, bits = Tans((4, 2, 1, 1), 5).encode(symbols)
    assert len(bits) == 10 * (3 * 1 + 2 + 3 + 3)
    assert 32 <= state < 64


@pytest.fixture
def example():
    code = Tans((5, 2, 1, 9), 8)
    symbols = np.random.default_rng(4).choice(4, 100, p=np.array([5, 2, 1, 9]) / 17)
    return code, symbols, *code.encode(symbols)


def test_missing_and_extra_bits_are_noticed(example):
    code, symbols, state, bits = example
    for size in range(len(bits)):
        with pytest.raises(DataError):
            code.decode(state, bits.take(0, size), symbols.size)
    with pytest.raises(TruncatedError, match="all 0 bits were used up"):
        code.decode(state, Bits(b"", 0), symbols.size)
    with pytest.raises(CorruptError, match=f"1 of {len(bits) + 1} bits are left over"):
        code.decode(state, bits + Bits.from_text("0"), symbols.size)


@given(st.integers(0, 70), st.text("01", max_size=14), st.integers(0, 8))
def test_any_state_and_bits_are_a_message_or_an_error(state, text, count):
    code = Tans((1, 3, 4, 8), 5)
    try:
        symbols = code.decode(state, Bits.from_text(text), count)
    except DataError:
        return
    again, bits = code.encode(symbols)
    assert (again, str(bits)) == (state, text)


def test_a_certain_symbol_costs_nothing_and_none_is_none():
    assert Tans((0, 7), 5).encode([1] * 100) == (32, Bits(b"", 0))
    assert Tans((), 5).encode([]) == (32, Bits(b"", 0))
    with pytest.raises(ValueError, match="above 0 to read 1 symbols"):
        Tans((), 5).decode(32, Bits(b"", 0), 1)


@pytest.mark.parametrize("count", [10**6, 2**40, 2**63])
def test_a_count_that_cannot_be_is_refused_before_anything_is_allocated(count):
    for counts in ((1, 1), (31, 1), (5, 0, 2)):
        with pytest.raises(TruncatedError, match=f"{count} symbols need more than 3 bits"):
            Tans(counts, 5).decode(40, Bits.from_text("101"), count)


@pytest.mark.parametrize("table_bits", [5, 8, 12])
def test_as_many_symbols_as_a_state_can_hold_are_read(table_bits):
    rare = Tans((2**table_bits - 1, 1), table_bits)
    for common in (0, 1):
        state, bits = rare.encode(np.full(20_000, common))
        assert (rare.decode(state, bits, 20_000) == common).all()


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="table_bits must be at least 5, got 4"):
        Tans((1, 1), 4)
    with pytest.raises(DomainError, match="for 33 symbols, got 5"):
        Tans((1,) * 33, 5)
    code = Tans((1, 0), 5)
    with pytest.raises(DomainError, match=r"symbols\[0\] = 1 has count 0"):
        code.encode([1])
    with pytest.raises(CorruptError, match="state must be 32 to 63, got 64"):
        code.decode(64, Bits(b"", 0), 0)
    with pytest.raises(TypeError, match="bits must be Bits"):
        code.decode(32, "01", 1)
