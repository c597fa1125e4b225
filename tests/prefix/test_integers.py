"""Universal codes, one value at a time: the shared vectors, facts of the literature, traps."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.bits import Bits
from polyquant.errors import CorruptError, DataError, DomainError, TruncatedError
from polyquant.prefix import (
    best_golomb,
    delta,
    even_rodeh,
    exp_golomb,
    fibonacci,
    gamma,
    golomb,
    integer_code,
    leb128,
    levenshtein,
    omega,
    rice,
    unary,
    unzigzag,
    zeta,
    zigzag,
)
from tests.vectors import rows

MAX = 2**63 - 1


def label(row):
    return f"{row['code']}{''.join(map(str, row['params'].values()))}"


# vectors


@pytest.mark.parametrize("row", rows("prefix", "universal"), ids=label)
def test_words_of_the_vectors(row):
    code = integer_code(row["code"], **row["params"])
    for n, word in zip(row["n"], row["bits"], strict=True):
        assert str(code.encode(n)) == word
        assert code.length(n) == len(word)
        assert code.decode(Bits.from_text("01" + word + "1"), start=2) == (n, 2 + len(word))


@pytest.mark.parametrize("row", rows("prefix", "streams"), ids=label)
def test_streams_of_the_vectors(row):
    code = integer_code(row["code"], **row["params"])
    stream = Bits(bytes.fromhex(row["hex"]), row["nbits"])
    assert code.encode_many(row["values"]) == stream
    assert code.decode_many(stream, len(row["values"])).tolist() == row["values"]
    whole = Bits(stream.data, 8 * len(stream.data))
    assert code.decode_many(whole, len(row["values"]), pad=True).tolist() == row["values"]


@pytest.mark.parametrize("row", rows("prefix", "decode_errors"), ids=label)
def test_damaged_streams_of_the_vectors(row):
    code = integer_code(row["code"], **row["params"])
    error = {"truncated": TruncatedError, "corrupt": CorruptError}[row["error"]]
    with pytest.raises(error):
        code.decode_many(Bits.from_text(row["bits"]), row["count"], pad=row["pad"])


@pytest.mark.parametrize("row", rows("prefix", "domain_errors"), ids=label)
def test_outside_the_domain(row):
    with pytest.raises(DomainError):
        integer_code(row["code"], **row["params"]).encode(row["n"])
    with pytest.raises(DomainError):
        integer_code(row["code"], **row["params"]).encode_many([row["n"]])


@pytest.mark.parametrize("row", rows("prefix", "golomb_optimal"), ids=lambda row: row["theta"])
def test_best_golomb_of_the_vectors(row):
    assert best_golomb(Fraction(row["theta"])) == row["m"]


# first words, as the literature prints them


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (unary, "0 10 110 1110"),
        (gamma, "1 010 011 00100"),
        (delta, "1 0100 0101 01100"),
        (omega, "0 100 110 101000"),
        (levenshtein, "0 10 1100 1101 1110000"),
        (even_rodeh, "000 001 010 011 1000 1010"),
        (fibonacci(), "11 011 0011 1011 00011"),
        (fibonacci(3), "111 0111 00111 10111 000111"),
        (golomb(3), "00 010 011 100 1010 1011"),
        (zeta(3), "100 1010 1011 1100 1101"),
        (leb128, "00000000 00000001"),
    ],
)
def test_first_words(code, words):
    for n, word in enumerate(words.split(), code.least):
        assert str(code.encode(n)) == word


def test_names_and_equality():
    assert golomb(5) == integer_code("golomb", m=5) != golomb(6)
    assert len({gamma, delta, fibonacci(2), fibonacci(), rice(2), rice(2)}) == 4
    assert [repr(code) for code in (gamma, fibonacci(), exp_golomb(0))] == ["gamma", "fibonacci(2)", "exp_golomb(0)"]


# traps


def test_bit_length_is_not_a_logarithm():
    for k in range(2, 63):
        assert gamma.length(2**k - 1) == 2 * k - 1
        assert gamma.length(2**k) == 2 * k + 1


def test_order_three_zeckendorf_and_eleven_is_no_prefix_code_but_ours_is():
    assert str(fibonacci(3).encode(1)) == "111"
    assert str(fibonacci(3).encode(3)) == "00111"  # the trap writes 1111, which begins with the word of 1


def test_zeta_interval_wider_than_64_bits():
    n = 2**61 - 1
    assert zeta(5).length(n) == 77
    assert zeta(5).decode(zeta(5).encode(n)) == (n, 77)


def test_golomb_words_too_long_to_write_are_refused():
    for code in (unary, golomb(1), rice(0), golomb(3)):
        with pytest.raises(DomainError, match=r"at most 1073741824 bits, got \d+ for 4611686018427387904"):
            code.encode(2**62)
    assert unary.length(MAX) == 2**63
    assert golomb(3).length(2**62) == 2**62 // 3 + 3  # 2^62 mod 3 = 1, in two bits


# facts


def test_gamma_is_shorter_than_delta_only_for_a_few():
    shorter = [n for n in range(1, 5000) if gamma.length(n) < delta.length(n)]
    equal = [n for n in range(1, 5000) if gamma.length(n) == delta.length(n)]
    assert shorter == [2, 3, *range(8, 16)]
    assert equal == [1, *range(4, 8), *range(16, 32)]


def test_omega_jumps_by_five_bits_at_65536():
    assert omega.length(65536) - omega.length(65535) == 5


def test_levenshtein_is_omega_and_one_bit():
    for n in [1, 2, 3, 4, 15, 16, 17, 65535, 65536, MAX]:
        assert levenshtein.length(n) == omega.length(n) + 1


# bad input


@pytest.mark.parametrize("wrong", [True, 1.0, "1", None])
def test_only_integers(wrong):
    for call in (gamma.encode, gamma.length, golomb, rice, zeta, fibonacci, exp_golomb):
        with pytest.raises(TypeError, match="must be an integer, got"):
            call(wrong)
    for wrong_theta in (True, "1/2", None):
        with pytest.raises(TypeError, match="theta must be a real number, got"):
            best_golomb(wrong_theta)


def test_messages_name_argument_rule_and_value():
    with pytest.raises(DomainError, match=r"t must be from 1 to 2\^63 - 1 for gamma, got 0"):
        gamma.encode(0)
    with pytest.raises(DomainError, match="m must be from 2 to 64, got 65"):
        fibonacci(65)
    with pytest.raises(ValueError, match=r"name must be one of 'unary', .*, got 'elias'"):
        integer_code("elias")
    with pytest.raises(TypeError, match="gamma takes no parameters, got k"):
        integer_code("gamma", k=1)
    with pytest.raises(ValueError, match="start must be at most 3, got 4"):
        gamma.decode(Bits.from_text("010"), 4)
    with pytest.raises(TypeError, match="bits must be Bits, got str"):
        gamma.decode("010")
    with pytest.raises(TruncatedError, match="no gamma word at bit 1 of 5: 3 bits are needed at bit 5, 0 are left"):
        gamma.decode(Bits.from_text("10001"), 1)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (gamma, "0" * 63 + "1" * 64),
        (delta, "0" * 6 + "1" * 100),
        (omega, "10" + "110" + "1110111" + "1" * 200),
        (levenshtein, "1" * 7 + "0" + "1" * 200),
        (even_rodeh, "111" + "1" * 7 + "1" * 200),
        (fibonacci(2), "10" * 60 + "11"),
        (fibonacci(2), "01" * 46 + "1"),
        (golomb(2**62), "110" + "1" * 64),
        (golomb(3 * 2**60), "110" + "1" * 64),
        (exp_golomb(0), "0" * 64 + "1" * 100),
        (exp_golomb(3), "0" * 60 + "1" * 100),
        (zeta(5), "0" * 13 + "1" * 100),
        (zeta(5), "0" * 12 + "1" * 100),
        (leb128, "1" * 72 + "0" * 8),
        (leb128, "10000000" + "00000000"),
    ],
)
def test_words_of_no_integer_are_corrupt(code, text):
    with pytest.raises(CorruptError):
        code.decode(Bits.from_text(text))


# many at once


def test_bulk_errors_name_value_and_index():
    for many in (gamma.encode_many, gamma.length):
        with pytest.raises(DomainError, match=r"must be from 1 to 2\^63 - 1 for gamma, got 0 at index 5"):
            many([1, 2, 3, 4, 5, 0])
        with pytest.raises(DomainError, match="got 9223372036854775808 at index 1"):
            many([1, 2**63])
        with pytest.raises(TypeError, match="must be integers, got float"):
            many(np.ones(3))
        with pytest.raises(TypeError, match="must be integers, got bool"):
            many([True, False])
    with pytest.raises(ValueError, match=r"ts must have 1 dimension, got shape \(1, 2\)"):
        gamma.encode_many([[1, 2]])


def test_what_is_too_long_is_refused_before_it_is_allocated():
    with pytest.raises(
        DomainError, match=r"unary words of at most 1073741824 bits, got 4611686018427387905 for .* at index 1"
    ):
        unary.encode_many([3, 2**62])
    with pytest.raises(DomainError, match=r"golomb\(1\) words of at most 68719476736 bits together, got 69793218560"):
        golomb(1).encode_many([2**30 - 1] * 65)
    with pytest.raises(
        DomainError, match=r"at most 2\^63 - 1 bits, got 9223372036854775808 for 9223372036854775807 at index 0"
    ):
        unary.length([MAX])
    assert golomb(2).length([MAX]).tolist() == [golomb(2).length(MAX)]


def test_decoding_says_how_far_it_came():
    bits = gamma.encode_many([1, 5, 9])
    with pytest.raises(
        TruncatedError, match="decoded 2 of 3 symbols, stopped at bit 6 of 8: the bits end inside a gamma word"
    ):
        gamma.decode_many(bits.take(0, 8), 3)
    with pytest.raises(CorruptError, match="decoded 2 of 2 symbols, stopped at bit 6 of 13: 7 bits are left over"):
        gamma.decode_many(bits, 2)
    with pytest.raises(CorruptError, match="decoded 1 of 2 symbols, stopped at bit 1 of 101: no gamma word"):
        gamma.decode_many(Bits.from_int(2**100, 101), 2)
    with pytest.raises(TruncatedError, match="1000000000000 words have at least 1000000000000 bits, got 13 from bit 0"):
        gamma.decode_many(bits, 10**12)


def test_padding_is_zero_and_shorter_than_a_byte():
    word = Bits.from_text("011")
    assert gamma.decode_many(word + Bits.from_text("0" * 7), 1, pad=True).tolist() == [3]
    for wrong in ("0" * 8, "0000001"):
        with pytest.raises(CorruptError):
            gamma.decode_many(word + Bits.from_text(wrong), 1, pad=True)
    with pytest.raises(CorruptError):
        gamma.decode_many(word + Bits.from_text("0"), 1)


def test_decoding_from_the_midst():
    bits = Bits.from_text("10110") + delta.encode_many(range(1, 400))
    assert delta.decode_many(bits, 399, start=5).tolist() == list(range(1, 400))
    with pytest.raises(ValueError, match="start must be at most"):
        delta.decode_many(bits, 1, start=len(bits) + 1)


@pytest.mark.parametrize("code", [unary, rice(0), rice(6), rice(32), leb128, golomb(100), gamma, delta], ids=str)
@pytest.mark.parametrize("start", [0, 3, 8])
def test_many_words_of_all_sizes_from_any_bit(code, start):
    rng = np.random.default_rng(start)
    values = rng.geometric(0.12, 1500) - 1 + code.least
    values[::97] = rng.integers(100, 2000, values[::97].size)
    words = "".join(str(code.encode(int(t))) for t in values)
    assert str(code.encode_many(values)) == words
    assert (code.decode_many(Bits.from_text("1" * start + words), values.size, start) == values).all()


@pytest.mark.parametrize("before", [0, 1, 7, 50])
def test_a_byte_that_says_nothing_is_found_in_the_midst(before):
    words = leb128.encode_many([5, 300] * before)
    bits = Bits.from_text(f"{words}{'1' + '0' * 15}{leb128.encode_many([7] * 40)}")
    with pytest.raises(CorruptError, match=f"decoded {2 * before} of .* stopped at bit {words.size} of"):
        leb128.decode_many(bits, 2 * before + 41)


def test_nothing_is_no_bits():
    for code in (gamma, unary, fibonacci(3)):
        assert code.encode_many([]) == Bits(b"", 0)
        assert code.decode_many(Bits(b"", 0), 0).shape == (0,)
        assert code.length(np.zeros((0, 3), np.int64)).shape == (0, 3)


def test_length_keeps_the_shape():
    grid = np.arange(1, 13).reshape(3, 4)
    assert delta.length(grid).tolist() == [[delta.length(t) for t in row] for row in grid.tolist()]
    assert isinstance(delta.length(np.int64(7)), int)


def test_a_long_string_outgrows_the_first_guess():
    values = np.full(600, 2**40)
    assert gamma.encode_many(values).size == 600 * 81
    assert gamma.decode_many(gamma.encode_many(values), 600).tolist() == values.tolist()


def test_runs_longer_than_the_window():
    for code, values in ((unary, [0, 200, 63, 64, 65, 1, 128, 1000]), (golomb(3), [0, 500, 191, 192, 193, 5000])):
        assert code.decode_many(code.encode_many(values), len(values)).tolist() == values


# Golomb's parameter


def mean_golomb_length(theta, m):
    """Of golomb(m) when P(n) = (1 - theta) theta^n, summed over the first thousands."""
    return math.fsum((1 - theta) * theta**n * golomb(m).length(n) for n in range(int(60 / (1 - theta))))


@pytest.mark.parametrize("theta", [0.3, 0.62, 0.75, 0.88, 0.95])
def test_best_golomb_has_the_least_mean(theta):
    m = best_golomb(theta)
    best = mean_golomb_length(theta, m)
    for other in {max(1, m - 1), m + 1, m + 2}:
        assert best <= mean_golomb_length(theta, other) + 1e-12


@given(st.fractions(0, Fraction(99, 100), max_denominator=10**6))
def test_best_golomb_is_the_least_that_satisfies_the_inequality(theta):
    m = best_golomb(theta)
    assert theta**m * (1 + theta) <= 1
    assert m == 1 or theta ** (m - 1) * (1 + theta) > 1


def test_best_golomb_is_exact_beside_the_golden_ratio():
    # theta + theta^2 = 1 for no float: the two neighbours of the root get different answers, decided in integers
    below, above = math.nextafter(0.6180339887498949, 0), 0.6180339887498949
    assert Fraction(below) + Fraction(below) ** 2 < 1 < Fraction(above) + Fraction(above) ** 2
    assert (best_golomb(below), best_golomb(above)) == (1, 2)
    assert best_golomb(math.nextafter(1, 0)) == 6243314768165359
    assert best_golomb(0) == best_golomb(Fraction(1, 10**400)) == 1


@pytest.mark.parametrize("theta", [-0.1, 1, 1.5, math.nan, math.inf])
def test_best_golomb_needs_a_ratio_below_one(theta):
    with pytest.raises(DomainError, match="theta must be at least 0 and below 1, got"):
        best_golomb(theta)


# the table of mean lengths at theta = 0.88


@pytest.mark.parametrize(
    ("code", "mean"),
    [
        (golomb(5), 4.4430),
        (rice(2), 4.4981),
        (exp_golomb(2), 4.6875),
        (fibonacci(2), 4.9717),
        (even_rodeh, 5.1846),
        (zeta(3), 5.254),
        (gamma, 5.2729),
        (delta, 5.7138),
        (fibonacci(3), 5.7899),
        (omega, 5.8203),
        (levenshtein, 6.1219),
        (leb128, 8),
        (unary, 8.3333),
    ],
)
def test_mean_length_for_a_geometric_source(code, mean):
    theta = 0.88
    terms = ((1 - theta) * theta**n * code.length(n + code.least) for n in range(400))
    # leb128's last digit: two bytes from 128 on happen once in twelve million
    assert math.fsum(terms) == pytest.approx(mean, abs=6e-5)


# zigzag


@given(st.integers(-(2**62), 2**62 - 1))
def test_zigzag_there_and_back(n):
    assert zigzag(n) == (2 * n if n >= 0 else -2 * n - 1)
    assert unzigzag(zigzag(n)) == n
    assert zigzag([n])[0] == zigzag(n)
    assert unzigzag([zigzag(n)])[0] == n


def test_zigzag_refuses_what_does_not_fit():
    for wrong in (2**62, [2**62], -(2**62) - 1, [-(2**62) - 1]):
        with pytest.raises(DomainError, match="n must be"):
            zigzag(wrong)
    with pytest.raises(DomainError, match="t must be at least 0, got -1 at index 1"):
        unzigzag([0, -1])
    with pytest.raises(TypeError):
        zigzag([0.5])


# any text


@pytest.mark.parametrize("code", [gamma, omega, even_rodeh, fibonacci(3), golomb(5), zeta(3), leb128], ids=repr)
@given(text=st.text("01", max_size=80))
def test_any_text_is_the_word_that_was_read_or_an_error(code, text):
    bits = Bits.from_text(text)
    try:
        value, end = code.decode(bits)
    except DataError:
        return
    assert str(code.encode(value)) == text[:end]
