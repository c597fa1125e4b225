"""Compile every kernel once and keep it on disk: ``python -m polyquant._warm``.

For the moment after an installation, so that nobody's first slider waits for the compiler. Everything goes through the
public functions, since they decide the types that kernels are compiled for; a test watches that no kernel is left out.
"""

import time

import numpy as np
from numpy.typing import NDArray

from polyquant import _kernel, bits, entropy, ldp, prefix, quantize, sharing, transforms
from polyquant.algebra import gf256
from polyquant.quantize.weights import QuantizedMatrix, quantize_matrix
from polyquant.transforms.spright.peel import peel

FEW = [1, 2, 3, 5, 8, 13, 1]


def _bits() -> None:
    packed = bits.pack(FEW, 4)
    bits.unpack(packed, 4)


def _alphabets() -> None:
    code = prefix.huffman(FEW)
    code.decode(code.encode([0, 1, 2]), 3)
    prefix.huffman(FEW, longest=4)
    prefix.alphabetic(FEW)
    adaptive = prefix.AdaptiveHuffman(3)
    adaptive.decode(adaptive.encode([0, 1, 2]), 3)
    adaptive.tree([0, 1, 2])


def _containers() -> None:
    prefix.streams.decompress(prefix.streams.compress(bytes(range(256)) * 8))
    prefix.dfloat.decompress(prefix.dfloat.compress(np.arange(3000, dtype=np.uint16)))


def _fractions_of_bits() -> None:
    coder = entropy.Rans(tuple(FEW), 8)
    coder.decode(*coder.encode([0, 1, 2]), 3)
    tables = entropy.Tans(tuple(FEW), 8)
    tables.decode(*tables.encode([0, 1, 2]), 3)
    entropy.streams.decompress(entropy.streams.compress(b"some bytes"))


def _integers() -> None:
    makers = prefix.fibonacci, prefix.golomb, prefix.rice, prefix.exp_golomb, prefix.zeta
    codes = [code for name in prefix.__all__ if isinstance(code := getattr(prefix, name), prefix.IntegerCode)]
    for code in [*codes, *(maker(3) for maker in makers)]:
        values = [*FEW, *(n for n in (2**12, 2**20, 2**62) if code.length(n) < 2**20)]
        code.length(values)
        code.decode_many(code.encode_many(values), len(values))


def _sharing() -> None:
    gf256.combine(np.ones((1, 2), np.uint8), np.ones((2, 3), np.uint8))
    parties = [3, 1, 2, 900]
    for secret in (bytes(range(32)), bytes(2000)):  # shares of a few words, and of many
        dealer = sharing.Dealer(secret, 3)
        dealer.shares(range(1, 40))
        dealer.shares(parties)
        dealer.shares(range(960, 900, -1))
        sharing.recover([dealer.share(t) for t in parties])
    block = dealer.shares(range(4, 8))[0]
    sharing.recover_many(block.t, block.words[np.newaxis], k=3, ell=block.ell)


def _transforms() -> None:
    for dtype in (np.int64, np.float32, np.float64):
        transforms.fwht(np.ones(2**16, dtype), threads=2)


def _sparse() -> None:
    def single(m: NDArray[np.uint64]) -> NDArray[np.int64]:
        return (m & np.uint64(1)).astype(np.int64)

    for decoder in ("noiseless", "nso", "rm", "coded", "osd"):
        design = transforms.plan(12, b=3, C=2, decoder=decoder, dense=False)
        transforms.sparse_wht(single, 12, plan=design, sigma=0.01)
        if decoder == "nso":
            peel(design, transforms.bins(single, design), hard=True)


def _mechanisms() -> None:
    hashing, geometry = ldp.LocalHashing(5, 1.0), ldp.ProjectiveGeometry(5, 1.0, q=3, t=3)
    for mechanism in (hashing, geometry):
        ldp.Tally(mechanism).add(mechanism.reports([0, 1, 4]))
    geometry.estimate(geometry.simulate([0, 1, 4]), decoder="levels")


def _subsets() -> None:
    clocks = ldp.ModularSubset(300, 1.0, moduli=(101, 130, 173, 211))
    for k in (400, 5000):  # small sets of few positions and of many
        ldp.SubsetSelection(k, 6.0).reports([0, 1, 4])
    for codec in clocks.codecs:
        ldp.Tally(clocks).add(clocks.reports([0, 1, 4], codec=codec))
    clocks.estimate(clocks.simulate(counts=[1000] * 300, rng=0))


def _pyramids() -> None:
    for n, k in ((4, 3), (16, 12), (32, 40)):  # numbered by a table, by one word, by several
        pyramid = quantize.Pyramid(n, k)
        groups = np.random.default_rng(0).normal(size=(48, n))
        groups[0] = 1.0  # ties are settled with care
        for x in (groups, groups.astype(np.float32)):
            for method in ("swaps", "fast", "exact", "projection", "greedy"):
                points = pyramid.nearest(x, method=method)
        pyramid.unrank(pyramid.rank(points), len(points))
        pyramid.nearest(groups.astype(np.float32), out=np.empty(groups.shape, np.int8))
    for n in (64, 128):  # each has code of its own
        quantize.Pyramid(n, 9).nearest(np.random.default_rng(0).normal(size=(16, n)).astype(np.float32))
    matrix = np.random.default_rng(0).normal(size=(48, 64))
    for small in (quantize_matrix(matrix), quantize_matrix(matrix, hessian=np.eye(64))):
        QuantizedMatrix.from_bytes(small.to_bytes()).dense()


def warm() -> None:
    """Call each public function that has a compiled core, with a few numbers."""
    _bits()
    _alphabets()
    _containers()
    _fractions_of_bits()
    _integers()
    _sharing()
    _transforms()
    _sparse()
    _mechanisms()
    _subsets()
    _pyramids()


def main() -> None:
    if not _kernel.HAVE_NUMBA:
        print("Nothing to warm: without numba everything runs as plain Python, slowly")
        return
    start = time.perf_counter()
    warm()
    kept = f"kept in {_kernel.FOLDER}" if _kernel.FOLDER else "not kept: no folder for them can be written"
    print(f"Kernels ready after {time.perf_counter() - start:.1f} s, {kept}")


if __name__ == "__main__":
    main()
