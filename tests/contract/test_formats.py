"""Every byte format: each truncation and each flipped bit raises a ``DataError``.

A new format joins ``FORMATS``: an example of its bytes, and the reader of them.
"""

import io
from collections.abc import Callable

import numpy as np
import pytest

from polyquant.bits import Bits, unwrap, wrap
from polyquant.entropy import streams as entropy_streams
from polyquant.errors import DataError
from polyquant.ldp import Batch
from polyquant.ldp.tally import Tally
from polyquant.prefix import dfloat, streams
from polyquant.quantize import QuantizedMatrix, quantize_matrix
from polyquant.sharing import Dealer, Share, container
from polyquant.sharing._layout import (
    Layout,
    dealer_record,
    read_block,
    read_dealers,
    read_end,
    read_share_header,
    read_state_header,
    share_header,
    state_header,
)
from tests.ldp.toy import Toy
from tests.prefix.models import SMALL, model_file, read_model_file

LAYOUT = Layout(2, "delta", 5, 12, b"8 bytes!")
DEALERS = [LAYOUT.dealer(i, secret) for i, secret in enumerate((b"three", b"block", b"s!"))]
SHARE_FILE = share_header(LAYOUT, 3) + b"".join(container.to_bytes(dealer.share(3)) for dealer in DEALERS)
DEALER_FILE = state_header(LAYOUT) + b"".join(map(dealer_record, DEALERS))


def read_share_file(data):
    file = io.BytesIO(data)
    layout, t = read_share_header(file)
    for index in range(layout.blocks):
        read_block(file, layout, index, t)
    read_end(file)


def read_dealer_file(data):
    file = io.BytesIO(data)
    layout, seed, _ = read_state_header(file)
    for _ in read_dealers(file, layout) if seed is None else ():
        pass
    read_end(file)


TOY = Toy(3)
TALLY = Tally(TOY)
TALLY.add(TOY.batch([0, 2, 2]), chunk="north")

SHARE = Share(40, 3, 20, "delta", "tight", 0x12345678, b"8 bytes!")

MATRIX = quantize_matrix([[5, -1, 0, 2, 1, 3, -4, 0.5], [0, 0, 1, -7, 2, 0, 0, 1]], group=3, k=4, gain_bits=1, seed=5)

FORMATS: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
    "envelope": (wrap(b"TEST", b"ab", Bits.from_text("10110011101")), lambda data: unwrap(data, b"TEST")),
    "empty envelope": (wrap(b"NONE", b"", Bits(b"", 0)), lambda data: unwrap(data, b"NONE")),
    "share": (container.to_bytes(SHARE), container.from_bytes),
    "share of a file": (SHARE_FILE, read_share_file),
    "dealer of a file": (DEALER_FILE, read_dealer_file),
    "seeded dealer of a file": (state_header(LAYOUT, bytes(32), bytes(32)), read_dealer_file),
    "share in words": (container.to_text(SHARE).encode(), lambda data: container.from_text(data.decode("latin-1"))),
    "tally": (TALLY.to_bytes(), lambda data: Tally.from_bytes(data, TOY)),
    "batch of reports": (
        Batch(bytes(range(16)), "plain", 3, Bits.from_text("101100111010")).to_bytes(),
        Batch.from_bytes,
    ),
    "tensor of bfloat16": (dfloat.compress(np.array([0x3F80, 0xBF00, 0x7FC0, 0], np.uint16)), dfloat.decompress),
    "Huffman streams": (streams.compress(b"sea shells"), streams.decompress),
    "rANS": (entropy_streams.compress(b"a rose is a rose is a rose, " * 8, ways=1), entropy_streams.decompress),
    "model": (model_file(SMALL), read_model_file),
    "quantized matrix": (MATRIX.to_bytes(), QuantizedMatrix.from_bytes),
    "quantized matrix in a prefix code": (MATRIX.to_bytes(prefix=True), QuantizedMatrix.from_bytes),
    "saved dealer": (Dealer(b"s", 2, seed=b"a seed").to_bytes(), Dealer.from_bytes),
}


@pytest.fixture(params=sorted(FORMATS))
def example(request):
    return FORMATS[request.param]


def refusal(read, data):
    """The DataError with which *read* refuses *data*, or None; any other error fails the test."""
    try:
        read(data)
    except DataError as error:
        return error
    return None


def test_the_example_reads(example):
    data, read = example
    assert refusal(read, data) is None


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
