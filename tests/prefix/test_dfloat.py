"""PQDF: the vectors byte for byte, any damage, ranges, threads, every pattern, buffers of other kinds."""

import struct
import zlib
from functools import cache

import numpy as np
import pytest

from polyquant.errors import CorruptError, DataError, DomainError, TruncatedError
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


@pytest.mark.parametrize(("streams", "longest"), [(1, 12), (2, 8), (4, 8), (8, 12)])
def test_every_exponent_survives(streams, longest):
    words = PATTERNS[::31]
    data = dfloat.compress(words, streams=streams, longest=longest, chunk=1000)
    assert (dfloat.decompress(data) == words).all()


@pytest.mark.once
def test_every_pattern_survives():
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


# hostile bytes ---------------------------------------------------------------------------------------------------


HEADERS = [
    ("flags", 5, "<B", 1),
    ("version", 4, "<B", 2),
    ("longest word too short", 6, "<B", 1),
    ("longest word 13", 6, "<B", 13),
    ("no streams", 7, "<B", 0),
    ("three streams", 7, "<B", 3),
    ("sixteen streams", 7, "<B", 16),
    ("one element less", 8, "<Q", 599),
    ("one element more", 8, "<Q", 601),
    ("2^63 elements", 8, "<Q", 2**63),
    ("2^64 - 1 elements", 8, "<Q", 2**64 - 1),
    ("chunk 0", 16, "<I", 0),
    ("chunk 255", 16, "<I", 255),
    ("chunk 2^20 + 1", 16, "<I", 2**20 + 1),
    ("chunks of another size", 16, "<I", 300),
    ("no chunks", 20, "<I", 0),
    ("2^32 - 1 chunks", 20, "<I", 2**32 - 1),
    ("nine dimensions", 24, "<B", 9),
    ("no dimensions", 24, "<B", 0),
    ("a byte that must be zero", 31, "<B", 1),
    ("another product", 32, "<Q", 21),
    ("dimension 0", 32, "<Q", 0),
    ("lengths that no code has", 48, "<B", 0x11),
    ("a length above 12", 60, "<B", 0xDD),
]


@pytest.mark.parametrize(("place", "form", "value"), [row[1:] for row in HEADERS], ids=[row[0] for row in HEADERS])
def test_a_hostile_header_with_right_checksums(place, form, value):
    data = bytearray(dfloat.compress(gaussian(600).reshape(20, 30), chunk=256))
    struct.pack_into(form, data, place, value)
    at = fields(data) if data[7] < 16 else {"body": len(data)}
    with pytest.raises(DataError):
        dfloat.decompress(data)
    if at["body"] <= len(data):
        struct.pack_into("<I", data, at["body"] - 4, zlib.crc32(data[: at["body"] - 4]))
        for read in (dfloat.decompress, dfloat.inspect):
            with pytest.raises(DataError):
                read(data)


def test_dimensions_whose_product_leaves_64_bits_are_not_zero_elements():
    data = bytearray(dfloat.compress(np.zeros((0, 5), np.uint16)))
    struct.pack_into("<QQ", data, 32, 2**32, 2**32)
    struct.pack_into("<I", data, len(data) - 4, zlib.crc32(data[:-4]))
    with pytest.raises(CorruptError, match="does not have 0 elements"):
        dfloat.decompress(data)


def test_sizes_that_wrap_round_are_found_out():
    data = bytearray(dfloat.compress(gaussian(600), chunk=256, streams=2))
    at = fields(data)["sizes"]
    first, second = struct.unpack_from("<II", data, at)
    struct.pack_into("<II", data, at, 2**32 - 1, (first + second + 1) % 2**32)
    with pytest.raises(TruncatedError):
        dfloat.decompress(mended_header(data))


def mended_header(data):
    end = fields(data)["body"] - 4
    return bytes(data[:end]) + zlib.crc32(data[:end]).to_bytes(4, "little") + bytes(data[end + 4 :])


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (gaussian(40), "sizes"),
        (np.full(40, 0x3F80, np.uint16), "sizes"),
        pytest.param(gaussian(300), "table", marks=pytest.mark.once),
    ],
    ids=["few", "single exponent", "many"],
)
def test_a_hostile_stream_with_right_checksums_fails_or_is_another_tensor(words, part):
    data = dfloat.compress(words, chunk=256, streams=2)
    at = fields(data)
    refused = 0
    for bit in range(8 * at[part], 8 * len(data), 5):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        changed = mended(changed)
        try:
            found = dfloat.decompress(changed)
        except DataError:
            refused += 1
        else:
            assert by_hand(changed) == found.tolist()
            assert (dfloat.decompress(dfloat.compress(found)) == found).all()
    assert refused > 10


def test_streams_that_end_early_or_late():
    words = gaussian(256)
    data = bytearray(dfloat.compress(words, chunk=256, streams=1))
    at = fields(data)["sizes"]
    (size,) = struct.unpack_from("<I", data, at)
    struct.pack_into("<I", data, at, size + 1)
    with pytest.raises(CorruptError, match="a stream of chunk 0"):
        dfloat.decompress(mended(data + b"\0"))
    struct.pack_into("<I", data, at, size - 1)
    with pytest.raises(TruncatedError, match="a stream of chunk 0"):
        dfloat.decompress(mended(data[:-1]))


# arguments, buffers, torch ---------------------------------------------------------------------------------------


def test_inspect_says_where_the_bytes_go():
    words = gaussian(3000).reshape(30, 100)
    data = dfloat.compress(words, chunk=1024, streams=2)
    said = dfloat.inspect(data)
    lengths = np.array(said.lengths)
    bits = int(lengths[words >> np.uint16(7) & np.uint16(255)].sum())
    assert (said.shape, said.n, said.chunk, said.streams) == ((30, 100), 3000, 1024, 2)
    assert said.header_bytes == 32 + 16 + 128 + 4 * 2 * 3 + 4 * 3 + 4
    assert said.raw_bytes == 3000
    assert bits / 8 <= said.exponent_bytes < bits / 8 + 6
    assert said.total_bytes == len(data)
    assert said.bits_per_weight == 8 * len(data) / 3000
    assert np.isnan(dfloat.inspect(dfloat.compress(words[:0])).bits_per_weight)


@pytest.mark.parametrize("shape", [(), (1,), (0, 3), (2, 3, 4), (1, 2, 1, 2, 1, 2, 1, 2)])
def test_shapes_come_back(shape):
    words = gaussian(int(np.prod(shape))).reshape(shape)
    back = dfloat.decompress(dfloat.compress(words))
    assert back.shape == shape
    assert (back == words).all()


def test_arrays_of_any_layout():
    words = gaussian(600).reshape(20, 30)
    for view in (words.T, words[::2, ::3], words[::-1], np.asfortranarray(words)):
        assert (dfloat.decompress(dfloat.compress(view)) == view).all()


def test_out_is_filled_between_guards():
    words = gaussian(1500)
    data = dfloat.compress(words.reshape(3, 500), chunk=256)
    for start, stop in ((0, 1500), (0, 1), (255, 257), (300, 300), (700, 1500)):
        room = np.full(1500 + 64, 0xA5A5, np.uint16)
        inside = room[32 : 32 + stop - start]
        assert dfloat.decompress(data, start=start, stop=stop, out=inside, threads=3) is inside
        assert (inside == words[start:stop]).all()
        assert (room[:32] == 0xA5A5).all()
        assert (room[32 + stop - start :] == 0xA5A5).all()
    whole = np.empty((3, 500), np.uint16)
    assert dfloat.decompress(data, out=whole) is whole
    assert (whole.reshape(-1) == words).all()


def test_out_that_does_not_fit():
    data = dfloat.compress(gaussian(100))
    frozen = np.empty(100, np.uint16)
    frozen.flags.writeable = False
    for out in (np.empty(99, np.uint16), np.empty((100, 2), np.uint16)[:, 0], frozen):
        with pytest.raises(ValueError, match="out must be contiguous, writeable and of 100 elements"):
            dfloat.decompress(data, out=out)
    with pytest.raises(TypeError, match="out must be an array of uint16"):
        dfloat.decompress(data, out=np.empty(100, np.int16))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": -1}, "start must be at least 0, got -1"),
        ({"stop": 101}, "stop must be at most 100, got 101"),
        ({"start": 5, "stop": 4}, "start must be at most 4, got 5"),
        ({"start": 2**63}, "start must be at most 100"),
        ({"threads": 0}, "threads must be at least 1, got 0"),
    ],
)
def test_wrong_ranges(options, message):
    with pytest.raises(ValueError, match=message):
        dfloat.decompress(dfloat.compress(gaussian(100)), **options)


def test_wrong_arguments():
    with pytest.raises(
        TypeError, match=r"words must be an array of uint16 or a tensor of torch\.bfloat16, got float32$"
    ):
        dfloat.compress(np.zeros(3, np.float32))
    with pytest.raises(TypeError, match="got list"):
        dfloat.compress([1, 2])
    with pytest.raises(TypeError, match="start must be an integer, got True"):
        dfloat.decompress(dfloat.compress(gaussian(3)), start=True)
    with pytest.raises(ValueError, match="words must have at most 8 dimensions"):
        dfloat.compress(np.zeros((1,) * 9, np.uint16))
    with pytest.raises(ValueError, match="streams must be 1, 2, 4 or 8, got 5"):
        dfloat.compress(gaussian(3), streams=5)
    with pytest.raises(ValueError, match="longest must be at most 12, got 13"):
        dfloat.compress(gaussian(3), longest=13)
    with pytest.raises(DomainError, match="longest must be at least 4 for"):
        dfloat.compress(gaussian(300), longest=2)


@pytest.mark.torch
def test_tensors_of_torch_in_and_out():
    torch = pytest.importorskip("torch")
    words = PATTERNS[::11].copy().reshape(2, -1)
    tensor = torch.from_numpy(words.view(np.int16)).view(torch.bfloat16)
    data = dfloat.compress(tensor)
    assert data == dfloat.compress(words)
    assert dfloat.compress(tensor.T) == dfloat.compress(words.T)
    back = dfloat.to_torch(data)
    assert back.dtype == torch.bfloat16
    assert torch.equal(back.view(torch.int16), tensor.view(torch.int16))  # nan are not equal as numbers
    out = torch.empty_like(tensor)
    assert dfloat.decompress(data, out=out) is out
    assert torch.equal(out.view(torch.int16), tensor.view(torch.int16))
    with pytest.raises(TypeError, match=r"words must be a tensor of torch.bfloat16, got torch.float32"):
        dfloat.compress(torch.zeros(3))
    with pytest.raises(ValueError, match="out must be contiguous"):
        dfloat.decompress(data, out=torch.empty(tensor.shape[::-1], dtype=torch.bfloat16).T)
