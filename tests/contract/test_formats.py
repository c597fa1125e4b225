"""Every byte format: each truncation and each flipped bit raises a ``DataError``.

A new format joins ``FORMATS``: an example of its bytes, and the reader of them.
"""

from collections.abc import Callable

import pytest

from polyquant.bits import Bits, unwrap, wrap
from polyquant.errors import DataError
from polyquant.sharing import Share, container

SHARE = Share(40, 3, 20, "delta", "tight", 0x12345678, b"8 bytes!")

FORMATS: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
    "envelope": (wrap(b"TEST", b"ab", Bits.from_text("10110011101")), lambda data: unwrap(data, b"TEST")),
    "empty envelope": (wrap(b"NONE", b"", Bits(b"", 0)), lambda data: unwrap(data, b"NONE")),
    "share": (container.to_bytes(SHARE), container.from_bytes),
    "share in words": (container.to_text(SHARE).encode(), lambda data: container.from_text(data.decode("latin-1"))),
}


@pytest.fixture(params=sorted(FORMATS))
def example(request):
    return FORMATS[request.param]


def test_the_example_reads(example):
    data, read = example
    read(data)


def test_every_truncation_is_noticed(example):
    data, read = example
    for size in range(len(data)):
        with pytest.raises(DataError):
            read(data[:size])


def test_every_flipped_bit_is_noticed(example):
    data, read = example
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DataError):
            read(bytes(damaged))


def test_bytes_behind_the_end_are_noticed(example):
    data, read = example
    for extra in (b"\0", b"more", data):
        with pytest.raises(DataError):
            read(data + extra)
