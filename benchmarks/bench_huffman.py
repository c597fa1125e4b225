"""Codes for a known alphabet beside peers: construction, package-merge, encoding, decoding.

Peers: bitarray (C; it has no package-merge), dahuffman (Python, if installed), the textbook's heap and lists in Python.
Limit: a copy of the symbols in memory, 8 bytes each. Run: ``make bench``.
"""

import heapq
from collections.abc import Iterator

import numpy as np
import pytest
from bitarray import bitarray, decodetree
from bitarray.util import canonical_huffman

from benchmarks._timing import Row, table
from polyquant.bits import Bits
from polyquant.datasets import alice
from polyquant.prefix import PrefixCode, huffman, package_merge

try:
    from dahuffman import HuffmanCodec
except ImportError:
    HuffmanCodec = None

BOOK = np.frombuffer(alice().encode(), np.uint8).astype(np.int64)


def exponents(size: int = 1_000_000) -> np.ndarray:
    """The biased exponents of normally distributed weights: about 2.5 bits of entropy, words to about 20 bits."""
    weights = np.random.default_rng(0).normal(0, 0.05, size)
    return np.frexp(weights)[1].astype(np.int64) + 126


def even(size: int = 1_000_000) -> np.ndarray:
    """16-bit symbols, all equally frequent: every word is longer than the decoder's table."""
    return np.random.default_rng(1).integers(0, 2**16, size)


def heap_lengths(counts: list[int]) -> list[int]:
    heap = [(count, symbol, (symbol,)) for symbol, count in enumerate(counts) if count]
    heapq.heapify(heap)
    lengths, fresh = [0] * len(counts), len(counts)
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        for symbol in a[2] + b[2]:
            lengths[symbol] += 1
        heapq.heappush(heap, (a[0] + b[0], fresh, a[2] + b[2]))
        fresh += 1
    return lengths


def package_merge_lengths(counts: list[int], longest: int) -> list[int]:
    """Package-merge as it is told: coins that carry the list of their symbols."""
    leaves = sorted((count, (symbol,)) for symbol, count in enumerate(counts) if count)
    row = leaves
    for _ in range(longest - 1):
        packages = [(row[i][0] + row[i + 1][0], row[i][1] + row[i + 1][1]) for i in range(0, len(row) - 1, 2)]
        row = list(heapq.merge(leaves, packages, key=lambda coin: coin[0]))
    lengths = [0] * len(counts)
    for _, symbols in row[: 2 * len(leaves) - 2]:
        for symbol in symbols:
            lengths[symbol] += 1
    return lengths


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Iterator[object]:
    def printed(title: str, unit: str, rows: list[Row]) -> None:
        with capsys.disabled():
            print("\n" + table(title, unit, rows))

    return printed


def test_construction(show):
    counts = np.random.default_rng(0).zipf(1.3, 256).clip(1, 10**6)
    listed = counts.tolist()
    by_symbol = dict(enumerate(listed))
    assert sum(counts * heap_lengths(listed)) == sum(counts * np.array(huffman(counts).lengths))
    rows = [
        Row("huffman, array of counts", 1, lambda: huffman(counts)),
        Row("huffman, list of counts", 1, lambda: huffman(listed)),
        Row("heap, Python", 1, lambda: heap_lengths(listed)),
        Row("bitarray.util.canonical_huffman", 1, lambda: canonical_huffman(by_symbol)),
    ]
    if HuffmanCodec is not None:
        rows.append(Row("dahuffman", 1, lambda: HuffmanCodec.from_frequencies(by_symbol)))
    show("Huffman's code for 256 symbols", "codes", rows)


def test_package_merge(show):
    counts = np.random.default_rng(0).zipf(1.3, 256).clip(1, 10**6)
    listed = counts.tolist()
    assert list(package_merge(counts, 12)) == package_merge_lengths(listed, 12)
    rows = [
        Row("package_merge", 1, lambda: package_merge(counts, 12)),
        Row("package-merge with lists, Python", 1, lambda: package_merge_lengths(listed, 12)),
    ]
    show("Words of at most 12 bits for 256 symbols", "codes", rows)


@pytest.mark.parametrize("name", ["book", "exponents", "even"])
def test_coding(show, name):
    symbols = {"book": np.tile(BOOK, 7), "exponents": exponents(), "even": even()}[name]
    code = huffman(np.bincount(symbols))
    bits = code.encode(symbols)
    assert np.array_equal(code.decode(bits, symbols.size), symbols)
    peers = Peers(code, symbols[:100_000])
    show(
        f"Encode, {name}, {bits.size / symbols.size:.2f} bits a symbol",
        "symbols",
        [*encoders(code, symbols), *peers.encoders()],
    )
    show(f"Decode, {name}", "symbols", [*decoders(code, symbols, bits), *peers.decoders()])


def encoders(code: PrefixCode, symbols: np.ndarray) -> list[Row]:
    return [
        Row("PrefixCode.encode", symbols.size, lambda: code.encode(symbols)),
        Row("copy of the symbols (limit)", symbols.size, symbols.copy),
    ]


def decoders(code: PrefixCode, symbols: np.ndarray, bits: Bits) -> list[Row]:
    return [
        Row("PrefixCode.decode", symbols.size, lambda: code.decode(bits, symbols.size)),
        Row("copy of the symbols (limit)", symbols.size, symbols.copy),
    ]


class Peers:
    """The same code in other libraries, on fewer symbols: they are slower."""

    def __init__(self, code: PrefixCode, symbols: np.ndarray) -> None:
        self.words = {s: bitarray(word) for s, word in enumerate(code.codewords) if word}
        self.symbols = symbols.tolist()
        self.coded = bitarray()
        self.coded.encode(self.words, self.symbols)
        self.tree = decodetree(self.words)
        assert self.coded.to01() == str(code.encode(symbols))
        assert list(self.coded.decode(self.tree)) == self.symbols
        if HuffmanCodec is not None:
            self.codec = HuffmanCodec.from_data(self.symbols)
            self.bytes = self.codec.encode(self.symbols)

    def encoders(self) -> list[Row]:
        rows = [Row("bitarray.encode", len(self.symbols), lambda: bitarray().encode(self.words, self.symbols))]
        if HuffmanCodec is not None:
            rows.append(Row("dahuffman", len(self.symbols), lambda: self.codec.encode(self.symbols)))
        return rows

    def decoders(self) -> list[Row]:
        rows = [Row("bitarray.decode", len(self.symbols), lambda: list(self.coded.decode(self.tree)))]
        if HuffmanCodec is not None:
            rows.append(Row("dahuffman", len(self.symbols), lambda: self.codec.decode(self.bytes)))
        return rows
