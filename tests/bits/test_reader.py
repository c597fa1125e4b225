import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.bits import Bits, Reader
from polyquant.errors import CorruptError, DataError, TruncatedError


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def test_fields_come_in_order_little_endian():
    reader = Reader(bytes(range(1, 16)) + b"tail")
    assert (reader.u8(), reader.u16(), reader.u32(), reader.u64()) == (
        1,
        0x0302,
        0x07060504,
        0x0F0E0D0C0B0A0908,
    )
    assert reader.position == 120
    assert reader.left == 32
    assert reader.bytes(4) == b"tail"
    reader.end()


def test_bits_then_aligned_bytes():
    reader = Reader(bytes([0b10100000, 7]))
    assert str(reader.bits(3)) == "101"
    reader.align()
    assert reader.u8() == 7
    reader.align()
    reader.end()


def test_a_string_of_bits_can_be_read_from_any_position():
    reader = Reader(Bits.from_text("1" + f"{200:08b}" + "01"))
    reader.bits(1)
    assert reader.u8() == 200
    assert str(reader.bits(2)) == "01"
    reader.end()


@given(st.integers(0, 2**64 - 1))
def test_varint_reads_every_64_bit_number(value):
    reader = Reader(varint(value))
    assert reader.varint() == value
    reader.end()


@pytest.mark.parametrize("data", [b"\x80\x00", b"\xff" * 10, b"\x80" * 9 + b"\x02"])
def test_a_varint_that_is_too_long_is_corrupt(data):
    with pytest.raises(CorruptError, match="length"):
        Reader(data).varint("length")


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff\xff"])
def test_a_varint_that_ends_early_is_truncated(data):
    with pytest.raises(TruncatedError):
        Reader(data).varint()


def test_messages_name_field_need_and_place():
    reader = Reader(b"ab")
    reader.u8()
    with pytest.raises(TruncatedError, match="chunk count needs 4 bytes, 1 are left at bit 8"):
        reader.u32("chunk count")


def test_a_huge_size_is_refused_before_anything_is_made():
    with pytest.raises(TruncatedError):
        Reader(b"ab").bytes(2**62)
    with pytest.raises(TruncatedError):
        Reader(b"ab").bits(2**62)


def test_padding_must_be_zero_and_nothing_may_be_left():
    reader = Reader(b"\xff\x00")
    reader.bits(4)
    with pytest.raises(CorruptError, match="must be zero"):
        reader.align()
    with pytest.raises(CorruptError, match="left over"):
        Reader(b"x").end()


@given(st.binary(max_size=12), st.lists(st.sampled_from(["u8", "u16", "u32", "u64", "varint", "align"]), max_size=6))
def test_any_bytes_are_read_or_refused(data, steps):
    reader = Reader(data)
    try:
        for step in steps:
            getattr(reader, step)()
    except DataError:
        pass
    assert 0 <= reader.position <= 8 * len(data)


def test_a_source_must_be_bytes():
    with pytest.raises(TypeError, match="source must be bytes or Bits, got str"):
        Reader("text")
