"""Compile every kernel once and keep it on disk: ``python -m polyquant._warm``.

For the moment after an installation, so that nobody's first slider waits for the compiler. Everything goes through the
public functions, since they decide the types that kernels are compiled for; a test watches that no kernel is left out.
"""

import time

from polyquant import _kernel, bits, prefix

FEW = [1, 2, 3, 5, 8, 13, 1]


def _bits() -> None:
    packed = bits.pack(FEW, 4)
    bits.unpack(packed, 4)


def _alphabets() -> None:
    code = prefix.huffman(FEW)
    code.decode(code.encode([0, 1, 2]), 3)
    prefix.huffman(FEW, longest=4)


def _integers() -> None:
    makers = prefix.fibonacci, prefix.golomb, prefix.rice, prefix.exp_golomb, prefix.zeta
    codes = [code for name in prefix.__all__ if isinstance(code := getattr(prefix, name), prefix.IntegerCode)]
    for code in [*codes, *(maker(3) for maker in makers)]:
        values = [*FEW, *(n for n in (2**12, 2**20, 2**62) if code.length(n) < 2**20)]
        code.length(values)
        code.decode_many(code.encode_many(values), len(values))


def warm() -> None:
    """Call each public function that has a compiled core, with a few numbers."""
    _bits()
    _alphabets()
    _integers()


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
