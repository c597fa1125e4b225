import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.bits import Bits, pack, unpack
from polyquant.errors import TruncatedError

texts = st.text("01", max_size=200)
fields = st.lists(
    st.integers(0, 64).flatmap(lambda w: st.tuples(st.just(w), st.integers(0, 2**w - 1))), max_size=60
)  # (width, value)


def words(pairs):
    return "".join(f"{v:0{w}b}" if w else "" for w, v in pairs)


@given(texts)
def test_a_text_comes_back(text):
    bits = Bits.from_text(text)
    assert str(bits) == text
    assert len(bits) == bits.size == len(text)
    assert list(bits) == [int(c) for c in text] == [bits[i] for i in range(len(text))]
    assert bits == Bits.from_int(int(text or "0", 2), len(text))
    assert bits.to_int() == int(text or "0", 2)


def test_the_first_bit_is_the_top_bit():
    assert Bits.from_text("1").data == b"\x80"
    assert Bits.from_text("000000001").data == b"\x00\x80"


@given(texts, texts)
def test_plus_is_concatenation(a, b):
    joined = Bits.from_text(a) + Bits.from_text(b)
    assert str(joined) == a + b
    assert Bits.join([Bits.from_text(a), Bits.from_text(b)]) == joined


def test_joining_nothing_is_the_empty_string():
    assert Bits.join([]) == Bits(b"", 0) == Bits.from_text("")


@given(texts, st.data())
def test_take_is_a_slice(text, data):
    start = data.draw(st.integers(0, len(text)))
    size = data.draw(st.integers(0, len(text) - start))
    assert str(Bits.from_text(text).take(start, size)) == text[start : start + size]


def test_equal_strings_are_equal_and_hash_alike():
    assert Bits.from_text("10") != Bits.from_text("100")
    assert len({Bits.from_text("10"), Bits.from_int(2, 2), Bits.from_text("1") + Bits.from_text("0")}) == 1


def test_the_array_cannot_be_written():
    with pytest.raises(ValueError, match="read-only"):
        Bits.from_text("1").array()[0] = 0


def test_repr_stays_short():
    assert repr(Bits.from_text("101")) == "Bits('101')"
    assert len(repr(Bits(bytes(1000), 8000))) < 70


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Bits(b"", 1), "data must be 1 bytes for 1 bits, got 0"),
        (lambda: Bits(b"\x01", 7), "zeros after bit 7, got last byte 0x01"),
        (lambda: Bits(b"", -1), "size must be at least 0, got -1"),
        (lambda: Bits.from_text("0120"), "got '2' at index 2"),
        (lambda: Bits.from_int(8, 3), "value must fit in 3 bits, got 8"),
        (lambda: Bits.from_int(-1, 3), "value must be at least 0, got -1"),
        (lambda: Bits.from_text("01")[2], "index must be below 2, got 2"),
    ],
)
def test_a_wrong_argument_is_named(call, message):
    with pytest.raises((ValueError, IndexError), match=message):
        call()


@pytest.mark.parametrize("call", [lambda: Bits("1", 1), lambda: Bits(b"", True), lambda: Bits.from_text(b"1")])
def test_a_wrong_type_is_a_type_error(call):
    with pytest.raises(TypeError):
        call()


def test_taking_too_much_says_how_much_there_is():
    with pytest.raises(TruncatedError, match="4 bits from bit 1 on need 5 bits, got 3"):
        Bits.from_text("010").take(1, 4)


@given(fields)
def test_pack_is_concatenation(pairs):
    bits = pack([v for _, v in pairs], [w for w, _ in pairs])
    assert str(bits) == words(pairs)


@given(fields)
def test_unpack_undoes_pack(pairs):
    widths = [w for w, _ in pairs]
    assert unpack(Bits.from_text(words(pairs)), widths).tolist() == [v for _, v in pairs]


@given(st.integers(1, 64), st.lists(st.integers(0, 2**64 - 1), max_size=40))
def test_one_width_serves_all(width, values):
    values = [v & (2**width - 1) for v in values]
    bits = pack(values, width)
    assert str(bits) == words([(width, v) for v in values])
    assert unpack(bits, width).tolist() == values


def test_many_fields_come_back():
    rng = np.random.default_rng(1)
    widths = rng.integers(0, 65, 20_000)
    values = rng.integers(0, 2**64, 20_000, dtype=np.uint64)
    values = np.where(widths == 64, values, values & ((np.uint64(1) << (widths % 64).astype(np.uint64)) - np.uint64(1)))
    assert np.array_equal(unpack(pack(values, widths), widths), values)


@pytest.mark.parametrize(
    ("values", "widths", "message"),
    [
        ([1, 8], [3, 3], r"values\[1\] = 8 does not fit in 3 bits"),
        ([1], [0], r"values\[0\] = 1 does not fit in 0 bits"),
        ([1], [65], "widths must be at most 64, got 65 at index 0"),
        ([1], [-1], "widths must be at least 0, got -1 at index 0"),
        ([1, 2], [3], "widths must be as many as values, 2, got 1"),
        ([-1], [3], "values must be at least 0, got -1 at index 0"),
        ([2**64], [64], "values must be at most 18446744073709551615"),
        ([1], 65, "widths must be at most 64, got 65"),
        ([[1]], 3, "values must have 1 dimension, got shape"),
    ],
)
def test_pack_names_what_is_wrong(values, widths, message):
    with pytest.raises(ValueError, match=message):
        pack(values, widths)


@pytest.mark.parametrize("values", [[1.0], [True], ["1"], [None], [float("nan")], [1, 2.5]])
def test_pack_takes_integers_only(values):
    with pytest.raises(TypeError, match="values must be integers"):
        pack(values, 8)


def test_unpack_needs_exactly_its_bits():
    with pytest.raises(TruncatedError, match="the fields need 4 bits, got 3"):
        unpack(Bits.from_text("101"), [2, 2])
    with pytest.raises(ValueError, match="widths must sum to the 3 bits given, got 2"):
        unpack(Bits.from_text("101"), [1, 1])
    with pytest.raises(TruncatedError, match="the fields need 4 bits, got 3"):
        unpack(Bits.from_text("101"), 2)


def test_nothing_packs_to_nothing():
    assert pack([], []) == Bits(b"", 0)
    assert unpack(Bits(b"", 0), []).size == 0
    assert unpack(Bits(b"", 0), 7).size == 0
