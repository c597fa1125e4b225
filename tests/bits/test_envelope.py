import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.bits import Bits, unwrap, wrap
from polyquant.errors import CorruptError, DataError, TruncatedError


@given(st.binary(max_size=40), st.text("01", max_size=99))
def test_what_is_wrapped_comes_back(header, text):
    payload = Bits.from_text(text)
    assert unwrap(wrap(b"TEST", header, payload), b"TEST") == (header, payload)


def test_the_layout_is_the_documented_one():
    data = wrap(b"TEST", b"\x05", Bits.from_text("101"))
    body = b"PQ\x01TEST" + b"\x01\x00" + b"\x03" + bytes(7) + b"\x05" + b"\xa0"
    assert data == body + zlib.crc32(body).to_bytes(4, "little")
    assert len(wrap(b"TEST", b"", Bits(b"", 0))) == 21


def sealed(body):
    return body + zlib.crc32(body).to_bytes(4, "little")


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (b"XX\x01TEST" + bytes(10), CorruptError, "not a polyquant envelope"),
        (b"PQ\x02TEST" + bytes(10), CorruptError, "version 2, this library reads version 1"),
        (b"PQ\x01REST" + bytes(10), CorruptError, "holds b'REST', expected b'TEST'"),
        (b"PQ\x01TEST" + b"\xff\xff" + bytes(8), TruncatedError, "says 65556 bytes, got 21"),
        (b"PQ\x01TEST" + bytes(2) + b"\xff" * 8, TruncatedError, "bytes, got 21"),
        (b"PQ\x01TEST" + bytes(10) + b"more", CorruptError, "4 left over"),
        (b"PQ\x01TEST" + bytes(2) + b"\x01" + bytes(7) + b"\xc0", CorruptError, "must be zero"),
    ],
)
def test_a_lie_with_a_valid_checksum_is_noticed(body, error, message):
    with pytest.raises(error, match=message):
        unwrap(sealed(body), b"TEST")


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(data):
    with pytest.raises(DataError):
        unwrap(b"PQ\x01" + data, b"TEST")


@pytest.mark.parametrize("kind", [b"abc", b"abcde", b"ab\x00d", b"ab d"])
def test_a_kind_is_four_letters(kind):
    with pytest.raises(ValueError, match="kind must be four"):
        wrap(kind, b"", Bits(b"", 0))


def test_a_header_has_a_limit():
    assert unwrap(wrap(b"TEST", bytes(65535), Bits(b"", 0)), b"TEST")[0] == bytes(65535)
    with pytest.raises(ValueError, match="at most 65535 bytes, got 65536"):
        wrap(b"TEST", bytes(65536), Bits(b"", 0))
