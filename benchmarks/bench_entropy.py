"""rANS for bytes beside peers: ``pytest -s benchmarks/bench_entropy.py``, or ``make bench`` for all benchmarks.

The bytes are drawn one by one from the exponents of normal weights or the letters of a book, so that there is nothing
to find but their frequencies. Peers: our Huffman streams; zstandard (C: with nothing to match it is its Huffman coder);
constriction (Rust: ANS with one law for all); zlib that only does Huffman. Those that are not installed are left
out. Limit: a copy in memory. The size of each is in bits per byte; the entropy stands in the title.
"""

import zlib
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks._timing import Row, table
from benchmarks.bench_huffman import exponents
from polyquant.datasets import alice
from polyquant.entropy import streams as rans
from polyquant.prefix import entropy
from polyquant.prefix import streams as huffman

try:
    import constriction
except ImportError:
    constriction = None
try:
    import zstandard
except ImportError:
    zstandard = None

SIZE = 2**22
Coder = tuple[str, Callable[[bytes], object], Callable[[object], object], Callable[[object], int]]


def laws() -> dict[str, bytes]:
    book = np.frombuffer(alice().encode(), np.uint8)
    random = np.random.default_rng(0)
    return {
        "exponents": exponents(SIZE).astype(np.uint8).tobytes(),
        "letters": random.choice(book, SIZE).tobytes(),
    }


def coders(data: bytes) -> list[Coder]:
    found: list[Coder] = [
        ("rANS, ours", rans.compress, rans.decompress, len),
        ("Huffman, ours", huffman.compress, huffman.decompress, len),
    ]
    if zstandard is not None:
        writer, reader = zstandard.ZstdCompressor(level=1), zstandard.ZstdDecompressor()
        found.append(("zstandard", writer.compress, reader.decompress, len))
    if constriction is not None:
        symbols = np.frombuffer(data, np.uint8).astype(np.int32)
        p = np.bincount(symbols, minlength=256) / symbols.size
        model = constriction.stream.model.Categorical(p.astype(np.float32), perfect=False)

        def write(_: bytes) -> np.ndarray:
            coder = constriction.stream.stack.AnsCoder()
            coder.encode_reverse(symbols, model)
            return coder.get_compressed()

        def read(words: object) -> np.ndarray:
            return constriction.stream.stack.AnsCoder(words).decode(model, symbols.size)

        found.append(("constriction, one law", write, read, lambda words: words.nbytes))

    def deflate(data: bytes) -> bytes:
        coder = zlib.compressobj(strategy=zlib.Z_HUFFMAN_ONLY)
        return coder.compress(data) + coder.flush()

    found.append(("zlib, Huffman only", deflate, zlib.decompress, len))
    found.append(("copy", bytearray, bytearray, len))
    return found


@pytest.mark.parametrize("law", ["exponents", "letters"])
def test_speed_and_size(law, capsys):
    data = laws()[law]
    known = coders(data)
    packed = [write(data) for _, write, _, _ in known]
    for (name, _, read, _), stored in zip(known, packed):
        back = read(stored)
        assert bytes(back if isinstance(back, bytes | bytearray) else back.astype(np.uint8)) == data, name
    floor = entropy(np.bincount(np.frombuffer(data, np.uint8)) / len(data))
    names = [f"{name}, {8 * size(p) / len(data):.3f}" for (name, _, _, size), p in zip(known, packed)]
    with capsys.disabled():
        print()
        for verb, calls in (
            ("written", [lambda w=write: w(data) for _, write, _, _ in known]),
            ("read", [lambda r=read, p=p: r(p) for (_, _, read, _), p in zip(known, packed)]),
        ):
            rows = [Row(name, len(data), call) for name, call in zip(names, calls)]
            print(table(f"{law}, {floor:.3f} bits, {verb}", "B", rows))
