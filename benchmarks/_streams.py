"""Coders of bytes and bfloat16 tensors beside peers; ``bench_prefix.py`` prints these tables too.

Bytes of two kinds, 2^20 of each: exponents of real weights (MiniLM's if its package is installed, else Gaussian ones),
and the letters of a book in random order, so that nobody finds what repeats. zstd's row is then its Huffman coder, and
a search for what is not there: with a shortest match of 7 and a hash of 2^6 places it seldom looks. Rows "in place" are
the coder alone, from array to array without a checksum. Limit: a copy in memory. Calls are short and rounds are many,
so that a busy machine shows its best moments too.
"""

import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks._timing import Row, table, times
from polyquant import _parallel, datasets
from polyquant.prefix import _coding as coding
from polyquant.prefix import _pqdf_layout as layouts
from polyquant.prefix import dfloat, package_merge, streams
from polyquant.prefix._kernels import dfloat as float_kernels
from polyquant.prefix._kernels import streams as kernels

N = 2**20
ROUNDS = 150
PIECE = 2**14  # symbols of a stream


def weights(n: int) -> tuple[str, np.ndarray]:
    """bfloat16 words: real ones from the middle of the model's words, or Gaussian ones."""
    try:
        tensors = [a.reshape(-1) for name, a in datasets.minilm() if "word_embeddings" in name]
    except (ImportError, ModuleNotFoundError):
        tensors = []
    name, values = ("MiniLM", tensors[0][2**22 :]) if tensors else ("Gaussian", np.random.default_rng(0).normal(size=n))
    bits = np.resize(values, n).astype(np.float32).view(np.uint32)
    return name, (bits + 0x7FFF + (bits >> 16 & 1) >> 16).astype(np.uint16)


def letters(n: int) -> np.ndarray:
    text = np.frombuffer(datasets.alice().encode("latin-1", "replace"), np.uint8)
    return np.random.default_rng(1).permutation(np.resize(text, n))


def in_place(symbols: np.ndarray) -> tuple[Row, Row]:
    """The kernels alone: counting, tables and coding; table and decoding."""
    counts = np.bincount(symbols, minlength=256)
    lengths = np.array(package_merge(counts, 12), np.uint8)
    first = np.arange(0, symbols.size, PIECE).astype(np.uint64)
    last = first + np.uint64(PIECE)
    data, sizes = np.empty(2 * symbols.size, np.uint8), np.empty(first.size, np.uint32)
    source = coding.frozen(symbols)

    def encode() -> None:
        counted = np.zeros(256, np.int64)
        kernels.survey(source, counted)
        best = np.array(package_merge(counted, 12), np.uint8)
        kernels.encode_all(source, first, last, *coding.encoding_tables(best), data, sizes)

    encode()
    end = np.cumsum(sizes).astype(np.uint64)
    out, states, entries = np.empty_like(symbols), np.zeros(first.size, np.uint8), np.zeros(kernels.SIZE, np.uint64)
    coded = coding.frozen(data)

    def decode() -> None:
        kernels.decoding_table(lengths, entries)
        kernels.decode_all(coded, end - sizes, end, entries, lengths, -1, out, first, last, states)

    decode()
    assert (out == symbols).all()
    return Row("here, in place", symbols.size, encode), Row("here, in place", symbols.size, decode)


def here(symbols: np.ndarray) -> tuple[Row, Row]:
    """The public functions, with their checksums; decoding to a given array."""
    data, out = streams.compress(symbols), np.empty_like(symbols)
    assert streams.decompress(data) == symbols.tobytes()
    name, n = "polyquant streams", symbols.size
    encode = Row(f"{name}, {8 * len(data) / n:.3f} bits", n, lambda: streams.compress(symbols))
    return encode, Row(name, n, lambda: streams.decompress(data, out=out))


def with_zstd(symbols: np.ndarray) -> tuple[Row, Row]:
    import zstandard

    options = zstandard.ZstdCompressionParameters.from_level(
        1, strategy=zstandard.STRATEGY_FAST, min_match=7, window_log=17, hash_log=6, chain_log=6
    )
    raw, packer, unpacker = (
        symbols.tobytes(),
        zstandard.ZstdCompressor(compression_params=options),
        zstandard.ZstdDecompressor(),
    )
    data = packer.compress(raw)
    assert unpacker.decompress(data) == raw
    encode = Row(f"zstd's Huffman coder, {8 * len(data) / len(raw):.3f} bits", len(raw), lambda: packer.compress(raw))
    return encode, Row("zstd's Huffman coder", len(raw), lambda: unpacker.decompress(data))


def with_zlib(symbols: np.ndarray) -> tuple[Row, Row]:
    raw = symbols.tobytes()

    def encode() -> bytes:
        packer = zlib.compressobj(6, zlib.DEFLATED, -15, 9, zlib.Z_HUFFMAN_ONLY)
        return packer.compress(raw) + packer.flush()

    data = encode()
    assert zlib.decompress(data, -15) == raw
    return Row(f"zlib, Huffman only, {8 * len(data) / len(raw):.3f} bits", len(raw), encode), Row(
        "zlib, Huffman only", len(raw), lambda: zlib.decompress(data, -15)
    )


def with_bitarray(symbols: np.ndarray) -> tuple[Row, Row]:
    from bitarray import bitarray, decodetree
    from bitarray.util import huffman_code

    listed = symbols[: 2**16].tolist()
    code = huffman_code({s: int(many) for s, many in enumerate(np.bincount(listed)) if many})
    tree, data = decodetree(code), bitarray()
    data.encode(code, listed)
    assert list(data.decode(tree)) == listed
    return Row("bitarray", len(listed), lambda: bitarray().encode(code, listed)), Row(
        "bitarray", len(listed), lambda: list(data.decode(tree))
    )


def with_constriction(symbols: np.ndarray) -> tuple[Row, Row]:
    import constriction

    few = symbols[: 2**17].astype(np.int32)
    shares = np.bincount(few, minlength=256) / few.size
    model = constriction.stream.model.Categorical(shares.astype(np.float32), perfect=False)

    def encode() -> np.ndarray:
        coder = constriction.stream.stack.AnsCoder()
        coder.encode_reverse(few, model)
        return coder.get_compressed()

    data = encode()

    def decode() -> np.ndarray:
        return constriction.stream.stack.AnsCoder(data).decode(model, few.size)

    assert (decode() == few).all()
    return Row("constriction, ANS", few.size, encode), Row("constriction, ANS", few.size, decode)


def with_dahuffman(symbols: np.ndarray) -> tuple[Row, Row]:
    import dahuffman

    few = symbols[:4096].tolist()
    codec = dahuffman.HuffmanCodec.from_data(few)
    data = codec.encode(few)
    assert codec.decode(data) == few
    return Row("dahuffman", len(few), lambda: codec.encode(few)), Row("dahuffman", len(few), lambda: codec.decode(data))


PEERS: list[Callable[[np.ndarray], tuple[Row, Row]]] = [
    *(with_zstd, with_zlib, with_bitarray, with_constriction, with_dahuffman),
]


def coders(name: str, symbols: np.ndarray) -> Iterator[str]:
    pairs = [here(symbols), in_place(symbols)]
    for peer in PEERS:
        try:
            pairs.append(peer(symbols))
        except ImportError as error:
            print(f"{error.name} is not installed: left out")
    copy = np.empty_like(symbols)
    memory = Row("a copy in memory", symbols.size, lambda: np.copyto(copy, symbols))
    for what, rows in zip(("encode", "decode"), zip(*pairs)):
        yield table(f"{name}, {what}", "B", [*rows, memory], ROUNDS)


def tensors() -> Iterator[str]:
    """bfloat16: gigabytes of words a second."""
    name, words = weights(2**20)
    data = dfloat.compress(words)
    source = coding.buffer("data", data)
    layout = layouts.read(source)
    (entries, _), offsets = coding.decoding_table(layout.lengths), layout.offsets()
    out, states = np.empty_like(words), np.zeros(layout.chunks, np.uint8)
    assert (dfloat.decompress(data, out=out, threads=2) == words).all()

    def rebuild(portable: bool | None) -> None:
        float_kernels.rebuild(
            *(source, offsets, layout.sizes, layout.crcs, portable, layout.n, layout.chunk, entries, layout.lengths),
            *(-1, 0, layout.n, out, states),
        )

    size = words.nbytes
    rows = [
        Row("decompress", size, lambda: dfloat.decompress(data, out=out)),
        Row("decompress, without checksums", size, lambda: rebuild(True)),
        Row("compress", size, lambda: dfloat.compress(words)),
        Row("a copy in memory", size, lambda: np.copyto(out, words)),
    ]
    yield table(f"{name} bfloat16, {dfloat.inspect(data).bits_per_weight:.3f} bits", "B", rows, ROUNDS)
    yield threads()
    counts = np.bincount(words >> 7 & 255, minlength=256)
    lengths, single, pairs = layout.lengths, np.zeros(256, np.uint32), np.zeros(65536, np.uint32)
    fresh = np.zeros(kernels.SIZE, np.uint64)
    packed = np.frombuffer(coding.pack_lengths(lengths), np.uint8)
    steps = [
        Row("package-merge(12)", 1, lambda: package_merge(counts, 12)),
        Row("checks of lengths", 1, lambda: coding.unpack_lengths(packed, int(lengths.max()), 1)),
        Row("decoding table", 1, lambda: kernels.decoding_table(lengths, fresh)),
        Row("encoding tables", 1, lambda: kernels.encoding_tables(lengths, single, pairs)),
    ]
    yield "\n".join(
        f"  {row.name:<20} {1e6 * min(seconds):7.1f} us" for row, seconds in zip(steps, times(steps, ROUNDS))
    )


def threads() -> str:
    """The same for a tensor that is worth waking threads for, 32 MB."""
    name, words = weights(2**24)
    data, out = dfloat.compress(words), np.empty_like(words)
    rows = []
    for many in sorted({1, _parallel.cores()}):
        read = partial(dfloat.decompress, data, out=out, threads=many)
        read()
        assert (out == words).all()
        rows.append(Row(f"decompress, threads={many}", words.nbytes, read))
        rows.append(Row(f"compress, threads={many}", words.nbytes, partial(dfloat.compress, words, threads=many)))
    rows.append(Row("a copy in memory", words.nbytes, lambda: np.copyto(out, words)))
    return table(f"{name} bfloat16, 32 MB", "B", rows, ROUNDS // 10)


def reports() -> Iterator[str]:
    name, words = weights(N)
    yield from coders(f"exponents ({name})", (words >> 7 & 255).astype(np.uint8))
    yield from coders("letters", letters(N))
    yield from tensors()


if __name__ == "__main__":
    for report in reports():
        print(report, flush=True)
