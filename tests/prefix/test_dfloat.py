"""PQDF: the vectors byte for byte, any damage, ranges, threads, every pattern, buffers of other kinds."""

import struct
import zlib
from functools import cache

import numpy as np
import pytest

from polyquant.errors import CorruptError, DataError, TruncatedError
from polyquant.prefix import dfloat
from tests.vectors import rows

KINDS = {"truncated": TruncatedError, "corrupt": CorruptError}
PATTERNS = np.arange(65536, dtype=np.uint16)


@cache
def gaussian(n, seed=0):
    bits = np.random.default_rng(seed).standard_normal(n).astype(np.float32).view(np.uint32)
    return (bits >> np.uint32(16)).astype(np.uint16)


def container(row):
    return bytes.fromhex(row["container_hex"])


def fields(data):
    """The parts of a container, by the table of the format and nothing else."""
    n, chunk, chunks, ndim = struct.unpack_from("<QIIB", data, 8)
    table = 32 + 8 * ndim
    sizes = table + 128
    crcs = sizes + 4 * data[7] * chunks
    return {
        "n": n,
        "chunk": chunk,
        "chunks": chunks,
        "table": table,
        "sizes": sizes,
        "crcs": crcs,
        "body": crcs + 4 * chunks + 4,
    }


def mended(data):
    """The same bytes with right checksums, as far as the header makes sense."""
    out = bytearray(data)
    at = fields(out)
    start = at["body"]
    for k in range(at["chunks"]):
        sizes = struct.unpack_from(f"<{out[7]}I", out, at["sizes"] + 4 * out[7] * k)
        end = start + min(at["chunk"], at["n"] - k * at["chunk"]) + sum(sizes)
        struct.pack_into("<I", out, at["crcs"] + 4 * k, zlib.crc32(out[start:end]))
        start = end
    struct.pack_into("<I", out, at["body"] - 4, zlib.crc32(out[: at["body"] - 4]))
    return bytes(out)


def by_hand(data):
    """The words of a container read bit by bit, by the table of the format and nothing else."""
    at, streams = fields(data), data[7]
    nibbles = [half for byte in data[at["table"] : at["table"] + 128] for half in (byte & 15, byte >> 4)]
    code, word, before = {}, 0, 0
    for length, exponent in sorted((length, e) for e, length in enumerate(nibbles) if length):
        word <<= length - before
        code[f"{word:0{length}b}"] = exponent
        word, before = word + 1, length
    words, place = [], at["body"]
    for k in range(at["chunks"]):
        c = min(at["chunk"], at["n"] - k * at["chunk"])
        rest, place = data[place : place + c], place + c
        exponents = []
        for j in range(streams):
            size = struct.unpack_from("<I", data, at["sizes"] + 4 * (streams * k + j))[0]
            bits = "".join(f"{byte:08b}" for byte in data[place : place + size])
            q = -(-c // streams)
            for _ in range(min(j * q, c), min((j + 1) * q, c)):
                length = next(i for i in range(1, 13) if bits[:i] in code)
                exponents.append(code[bits[:length]])
                bits = bits[length:]
            assert len(bits) < 8
            assert "1" not in bits
            place += size
        words += [(b & 128) << 8 | e << 7 | b & 127 for b, e in zip(rest, exponents, strict=True)]
    return words


@pytest.mark.parametrize("row", rows("prefix", "containers"), ids=lambda row: str(row["dims"]))
def test_containers_of_the_vectors(row):
    words = np.frombuffer(bytes.fromhex(row["words_le_hex"]), "<u2").astype(np.uint16).reshape(row["dims"])
    data = dfloat.compress(words, chunk=row["chunk"], streams=row["streams"], longest=row["limit"])
    assert data == container(row)
    back = dfloat.decompress(data)
    assert back.shape == words.shape
    assert (back == words).all()
    assert by_hand(data) == words.reshape(-1).tolist()


@pytest.mark.parametrize("row", rows("prefix", "bad_containers"), ids=lambda row: row["name"])
def test_bad_containers_of_the_vectors(row):
    with pytest.raises(KINDS[row["error"]]):
        dfloat.decompress(container(row))


@pytest.mark.parametrize("streams", [1, 2, 4, 8])
@pytest.mark.parametrize("longest", [8, 12])
def test_every_pattern_survives(streams, longest):
    data = dfloat.compress(PATTERNS[::7], streams=streams, longest=longest, chunk=1000)
    assert (dfloat.decompress(data) == PATTERNS[::7]).all()


@pytest.mark.once
def test_all_patterns_at_once_survive():
    shuffled = np.random.default_rng(1).permutation(PATTERNS).reshape(256, 256)
    data = dfloat.compress(shuffled)
    assert (dfloat.decompress(data) == shuffled).all()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 300, 513])
@pytest.mark.parametrize("streams", [1, 4, 8])
def test_short_tensors(n, streams):
    words = gaussian(513)[:n]
    data = dfloat.compress(words, streams=streams, chunk=256)
    assert by_hand(data) == words.tolist()
    assert dfloat.decompress(data).tolist() == words.tolist()


@pytest.mark.parametrize("n", [1, 2, 9, 300])
def test_a_single_exponent_costs_one_bit(n):
    words = np.full(n, 0x3F80, np.uint16)
    data = dfloat.compress(words, chunk=256)
    assert dfloat.inspect(data).lengths[127] == 1
    assert by_hand(data) == words.tolist()
    assert dfloat.decompress(data).tolist() == words.tolist()


@pytest.mark.parametrize("n", [0, 1, 40])
def test_every_truncation_and_every_flipped_bit_is_noticed(n):
    data = dfloat.compress(gaussian(40)[:n], chunk=256, streams=2)
    for size in range(len(data)):
        with pytest.raises(DataError):
            dfloat.decompress(data[:size])
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DataError):
            dfloat.decompress(damaged)


def test_ranges_are_slices():
    words = gaussian(1500)
    data = dfloat.compress(words.reshape(3, 500), chunk=256)
    edges = [0, 1, 255, 256, 257, 1000, 1279, 1280, 1281, 1499, 1500]
    for start in edges:
        assert dfloat.decompress(data, start=start).tolist() == words[start:].tolist()
        for stop in (edge for edge in edges if edge >= start):
            assert dfloat.decompress(data, start=start, stop=stop).tolist() == words[start:stop].tolist()


def test_a_range_reads_only_its_chunks():
    words = gaussian(1024)
    data = bytearray(dfloat.compress(words, chunk=256))
    data[-1] ^= 1
    assert dfloat.decompress(data, stop=768).tolist() == words[:768].tolist()
    with pytest.raises(CorruptError, match="chunk 3"):
        dfloat.decompress(data, start=1023)


@pytest.mark.parametrize("threads", [1, 2, 3, None])
def test_threads_change_nothing(threads):
    words = gaussian(3000)
    data = dfloat.compress(words, chunk=256, threads=threads)
    assert data == dfloat.compress(words, chunk=256)
    assert (dfloat.decompress(data, threads=threads) == words).all()


@pytest.mark.parametrize("chunk", [0, 5, 11])
def test_a_bad_chunk_in_a_thread_surfaces(chunk):
    data = bytearray(dfloat.compress(gaussian(3000), chunk=256))
    layout = dfloat.layouts.read(np.frombuffer(data, np.uint8))
    data[int(layout.offsets()[chunk])] ^= 64
    with pytest.raises(CorruptError, match=f"chunk {chunk} "):
        dfloat.decompress(data, threads=4)
