"""Huffman streams: another reader of the format, any damage with and without a right checksum, guards round outputs."""

import struct
import zlib
from functools import cache

import numpy as np
import pytest

from polyquant.bits import Bits, unwrap, wrap
from polyquant.errors import CorruptError, DataError, DomainError, TruncatedError
from polyquant.prefix import PrefixCode, huffman, package_merge, streams
from polyquant.prefix import _coding as coding
from polyquant.prefix._kernels import crc
from polyquant.prefix._kernels import streams as kernels

U = np.uint64


def skewed(n, seed=0, most=40):
    return (np.random.default_rng(seed).geometric(0.3, n) - 1).clip(0, most).astype(np.uint8)


def by_hand(data):
    """The bytes of a container, by the envelope's own reader and the code for single words."""
    header, payload = unwrap(data, b"HUFF")
    version, longest, count, zero, chunk, n = struct.unpack_from("<BBBBIQ", header)
    lengths = [half for byte in header[16:] for half in (byte & 15, byte >> 4)]
    assert (version, zero, longest) == (1, 0, max(lengths))
    code, out = PrefixCode(tuple(lengths)), b""
    sizes = struct.unpack_from(f"<{-(-n // chunk) * count}I", payload.data)
    at = 4 * len(sizes)
    for i, size in enumerate(sizes):
        c = min(chunk, n - i // count * chunk)
        q = -(-c // count)
        first, last = min(i % count * q, c), min((i % count + 1) * q, c)
        bits = Bits(payload.data[at : at + size], 8 * size)
        out += bytes(code.decode(bits, last - first, pad=True).tolist()[::-1])
        at += size
    assert at == len(payload.data)
    return out


@pytest.mark.parametrize("n", [0, 1, 2, 7, 8, 9, 255, 256, 257, 300, 1025])
@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_another_reader_agrees(n, count):
    symbols = skewed(n)
    data = streams.compress(symbols, streams=count, chunk=256)
    assert by_hand(data) == symbols.tobytes()
    assert streams.decompress(data) == symbols.tobytes()


@pytest.mark.parametrize("symbols", [bytes(5), b"\xff" * 1000, bytes(range(256)) * 2, b"ab" * 300], ids=len)
def test_few_and_many_symbols(symbols):
    data = streams.compress(symbols, chunk=256)
    assert by_hand(data) == symbols
    assert streams.decompress(data) == symbols


@pytest.mark.parametrize("n", [2**15 - 1, 2**15, 2**15 + 3, 2**17 + 1])
@pytest.mark.once
def test_long_messages(n):
    symbols = np.concatenate([skewed(n - n // 3), np.random.default_rng(2).integers(0, 256, n // 3).astype(np.uint8)])
    data = streams.compress(symbols, threads=2)
    assert data == streams.compress(symbols)
    assert streams.decompress(data, threads=2) == symbols.tobytes()


@pytest.mark.once
def test_sizes_are_those_of_the_best_code_of_twelve_bits():
    symbols = skewed(40000, most=255)
    counts = np.bincount(symbols, minlength=256)
    cost = int(counts @ package_merge(counts, 12))
    data = streams.compress(symbols, chunk=2**20)
    assert cost // 8 <= len(data) - 17 - 16 - 128 - 4 * 4 - 4 <= cost // 8 + 4
    assert cost / symbols.size < huffman(counts).lengths @ counts / symbols.size + 0.02


def test_words_are_as_short_as_asked():
    symbols = skewed(500)
    for longest in (6, 8, 12):
        data = streams.compress(symbols, longest=longest)
        assert data[18] <= longest
        assert streams.decompress(data) == symbols.tobytes()
    with pytest.raises(DomainError, match="longest must be at least 8"):
        streams.compress(bytes(range(256)), longest=7)


def test_buffers_of_all_kinds():
    symbols = skewed(600)
    data = streams.compress(symbols.tobytes())
    wide = np.zeros((600, 2), np.uint8)
    wide[:, 0] = symbols
    for same in (bytearray(symbols), memoryview(symbols), symbols.reshape(20, 30)):
        assert streams.compress(same) == data
    for same in (bytearray(data), memoryview(data), np.frombuffer(data, np.uint8)):
        assert streams.decompress(same) == symbols.tobytes()
    with pytest.raises(ValueError, match="data must be contiguous"):
        streams.compress(wide[:, 0])
    with pytest.raises(TypeError, match="data must be bytes, got an array of int64"):
        streams.compress(symbols.astype(np.int64))
    with pytest.raises(TypeError, match="data must be bytes, or a buffer of them, got str"):
        streams.decompress("text")


def test_out_is_filled_between_guards():
    symbols = skewed(900)
    data = streams.compress(symbols, chunk=256)
    room = np.full(964, 0xA5, np.uint8)
    inside = room[32:932].reshape(30, 30)
    assert streams.decompress(data, out=inside, threads=2) is inside
    assert (inside.reshape(-1) == symbols).all()
    assert (room[:32] == 0xA5).all()
    assert (room[932:] == 0xA5).all()
    for out in (np.empty(899, np.uint8), np.empty((900, 2), np.uint8)[:, 0], coding.frozen(np.empty(900, np.uint8))):
        with pytest.raises(ValueError, match="out must be contiguous, writeable and of 900 bytes"):
            streams.decompress(data, out=out)
    for other in (np.empty(900, np.int8), bytearray(900)):
        with pytest.raises(TypeError, match="out must be an array of uint8"):
            streams.decompress(data, out=other)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"streams": 3}, "streams must be 1, 2, 4 or 8, got 3"),
        ({"longest": 13}, "longest must be at most 12, got 13"),
        ({"chunk": 255}, "chunk must be at least 256, got 255"),
        ({"threads": 0}, "threads must be at least 1, got 0"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(ValueError, match=message):
        streams.compress(b"abc", **options)


# hostile bytes ---------------------------------------------------------------------------------------------------


def sealed(header, payload):
    return wrap(b"HUFF", header, Bits(payload, 8 * len(payload)))


def parts(data):
    header, payload = unwrap(data, b"HUFF")
    return bytearray(header), bytearray(payload.data)


@pytest.mark.parametrize(
    ("field", "form", "value"),
    [
        (0, "<B", 2),
        (1, "<B", 0),
        (1, "<B", 13),
        (2, "<B", 0),
        (2, "<B", 3),
        (3, "<B", 1),
        (4, "<I", 0),
        (4, "<I", 255),
        (4, "<I", 2**20 + 1),
        (8, "<Q", 0),
        (8, "<Q", 599),
        (8, "<Q", 2**32),
        (8, "<Q", 2**63),
        (8, "<Q", 2**64 - 1),
        (16, "<B", 0xFF),
        (16, "<B", 0),
    ],
)
def test_a_hostile_header_with_a_right_checksum(field, form, value):
    header, payload = parts(streams.compress(skewed(600), chunk=256))
    struct.pack_into(form, header, field, value)
    with pytest.raises(DataError):
        streams.decompress(sealed(bytes(header), bytes(payload)))


@pytest.mark.parametrize(
    "symbols",
    [skewed(40), np.zeros(60, np.uint8), pytest.param(skewed(300), marks=pytest.mark.once)],
    ids=["few", "single symbol", "many"],
)
def test_a_hostile_payload_with_a_right_checksum_fails_or_is_another_message(symbols):
    """No bit of a stream is spare: what still decodes is what its own compression would say, but for the lengths."""
    header, payload = parts(streams.compress(symbols, chunk=256, streams=2))
    refused = 0
    for bit in range(8 * len(payload)):
        changed = bytearray(payload)
        changed[bit // 8] ^= 1 << bit % 8
        data = sealed(bytes(header), bytes(changed))
        try:
            found = streams.decompress(data)
        except DataError:
            refused += 1
            with pytest.raises((ValueError, struct.error, AssertionError)):
                by_hand(data)
        else:
            assert by_hand(data) == found
    assert refused > 64  # sizes, and padding


def test_streams_that_end_early_or_late():
    header, payload = parts(streams.compress(skewed(300), chunk=256, streams=1))
    sizes = np.frombuffer(payload[:8], "<u4")
    for move, error in ((1, CorruptError), (-1, TruncatedError)):
        moved = (sizes + np.array([move, -move])).astype("<u4").tobytes()
        with pytest.raises(error, match="stream of chunk 0"):
            streams.decompress(sealed(bytes(header), moved + bytes(payload[8:])))


@pytest.mark.parametrize("threads", [1, 4])
def test_a_bad_chunk_in_a_thread_surfaces(threads):
    header, payload = parts(streams.compress(bytes(5000), chunk=256))
    payload[-5] = 1  # one symbol, whose words are zeros
    with pytest.raises(CorruptError, match="stream of chunk 19"):
        streams.decompress(sealed(bytes(header), bytes(payload)), threads=threads)


# kernels ---------------------------------------------------------------------------------------------------------


@cache
def tables():
    lengths = np.array(package_merge(np.bincount(skewed(5000), minlength=256)[:41] + 1, 12) + (0,) * 215, np.uint8)
    return lengths, *coding.encoding_tables(lengths)


@pytest.mark.parametrize("margin", [0, 1, 8])
@pytest.mark.parametrize("n", [0, 1, 5, 60, 700])
def test_nothing_is_written_outside(n, margin):
    """Streams side by side in one array, with guards round them: wide stores stay in the part of their own stream."""
    symbols = skewed(3 * n, seed=n)
    lengths, single, pairs = tables()
    edges = np.array([margin, margin + n, margin + n, margin + 2 * n, margin + 2 * n, margin + 3 * n], U)
    first, last = edges[::2].copy(), edges[1::2].copy()
    padded = np.concatenate([np.zeros(margin, np.uint8), symbols])
    coded, sizes = np.zeros(5 * n + 20, np.uint8), np.zeros(3, np.uint32)
    kernels.encode_all(coding.frozen(padded), first, last, single, pairs, coded, sizes)
    assert not coded[int(sizes.sum()) + 8 :].any()
    end = np.cumsum(sizes).astype(U)
    begin = end - sizes
    for present in ([0], [2, 0], [1], [0, 1, 2]):  # only some streams are read: the others' places stay untouched
        out, states = np.full(margin + 3 * n + 16, 0xA5, np.uint8), np.full(len(present), 9, np.uint8)
        expected = out.copy()
        for i in present:
            expected[int(first[i]) : int(last[i])] = padded[int(first[i]) : int(last[i])]
        exact = coding.frozen(coded[: int(end[-1])].copy())  # and nothing behind is needed
        table, _ = coding.decoding_table(lengths)
        kernels.decode_all(
            exact, begin[present], end[present], table, lengths, -1, out, first[present], last[present], states
        )
        assert not states.any()
        assert (out == expected).all()


@pytest.mark.parametrize("offset", [0, 1, 7])
def test_checksums_are_those_of_zlib(offset):
    data = np.random.default_rng(3).integers(0, 256, 3000).astype(np.uint8)
    for n in (0, 1, 15, 16, 255, 256, 257, 511, 512, 600, 2048, 2900):
        part = data[offset : offset + n]
        assert coding.checksum(part) == zlib.crc32(part)
        assert coding.checksum(part, 0x12345678) == zlib.crc32(part, 0x12345678)
        for portable in (None, True) if coding.MODE is None else (True,):
            found = crc.crc32(coding.frozen(data), U(offset), U(offset + n), U(7), portable)
            assert int(found) == zlib.crc32(part, 7)
