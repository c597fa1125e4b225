"""Compiled loops over words against Python's integers, with the processor's instruction and without."""

import os
import subprocess
import sys

import numpy as np
import pytest

from polyquant.algebra import gf2x
from polyquant.algebra._kernels import clmul, wide
from polyquant.algebra._kernels import gf2x as kernels

MODES = [True] if clmul.MODE else [None, True]
NAMES = {True: "shifts", None: "instruction"}
modes = pytest.mark.parametrize("mode", MODES, ids=NAMES.get)


def random_words(seed, *shape):
    return np.random.default_rng(seed).integers(0, 2**64, shape, dtype=np.uint64)


@modes
def test_products_of_two_words(mode):
    words = [0, 3, *(1 << i for i in range(0, 64, 3)), 2**64 - 1, *map(int, random_words(1, 8))]
    for a in words:
        for b in words:
            low, high = clmul.product(np.uint64(a), np.uint64(b), mode)
            assert int(low) | int(high) << 64 == gf2x.multiply(a, b)


@modes
def test_inverses_modulo_the_word(mode):
    for u in [1, 3, 2**64 - 1, *(int(w) | 1 for w in random_words(2, 8))]:
        assert int(clmul.inverse(np.uint64(u), mode)) == gf2x.inverse_low(u, 64)


def expected(points, leading, series, bits):
    values = []
    for point in points:
        value = gf2x.from_words(leading)
        for row in series[::-1]:
            value = gf2x.multiply(value, int(point)) ^ gf2x.from_words(row)
        values.append(value & ((1 << bits) - 1))
    return values


SIZES = [(1, 1, 1), (3, 64, 2), (2, 65, 1), (5, 364, 4), (4, 512, 3), (3, 513, 2), (2, 40000, 3)]


@modes
@pytest.mark.parametrize(("n", "bits", "count"), SIZES)
def test_horner_on_words(mode, n, bits, count):
    words = -(-bits // 64)
    points, leading, series = random_words(3, n), random_words(4, words + 2), random_words(5, count, words + 3)
    points[0] >>= np.uint64(50)
    out = np.empty((n, words), np.uint64)
    mask = np.uint64((1 << (bits - 1) % 64 + 1) - 1)
    kernels.horner(points, leading, series, words, mask, out, mode)
    assert [gf2x.from_words(row) for row in out] == expected(points, leading[:words], series[:, :words], bits)


@pytest.mark.parametrize(("n", "bits", "count"), SIZES)
def test_evaluation_on_whatever_this_processor_has(n, bits, count):
    words = -(-bits // 64)
    room = -(-words // 8) * 8
    points, leading, series = random_words(6, n), random_words(7, room), random_words(8, count, room)
    out = np.empty((n, words), np.uint64)
    gf2x.evaluate_words(points, leading, series, bits, out)
    assert [gf2x.from_words(row) for row in out] == expected(points, leading, series, bits)


@pytest.mark.skipif(not wide.HAVE_WIDE, reason="no 512-bit multiplication without carries")
@pytest.mark.parametrize(("n", "bits", "count"), SIZES)
def test_long_rows_may_be_short(n, bits, count):
    words = -(-bits // 64)
    room = -(-words // 8) * 8
    points, leading, series = random_words(6, n), random_words(7, room), random_words(8, count, room)
    out = np.empty(n * words, np.uint64)
    mask = np.uint64((1 << (bits - 1) % 64 + 1) - 1)
    wide.horner(points, leading, series.reshape(-1), count, words, mask, out)
    assert [gf2x.from_words(row) for row in out.reshape(n, words)] == expected(points, leading, series, bits)


PROGRAM = """
from polyquant.algebra._kernels import clmul, wide
from polyquant.sharing import Dealer, recover_many, recover
assert clmul.MODE and not wide.HAVE_WIDE
dealer = Dealer(b"portable", 3, seed=b"the same everywhere")
print([hex(w) for block in dealer.shares(range(5, 40)) for w in block.words.ravel()][-1], dealer.share(70).value)
block = dealer.shares(range(32, 36))[0]
secrets, good = recover_many(block.t, block.words[None], k=3, ell=64)
print(good.all(), secrets.tobytes())
assert recover(list(block)) == int.from_bytes(b"portable", "little")
"""


@pytest.mark.slow
@pytest.mark.parametrize("switch", ["POLYQUANT_PORTABLE", "NUMBA_DISABLE_JIT"])
def test_another_process_without_the_instruction_gives_the_same_shares(switch):
    """The whole path, chosen at import: shifts compiled, and nothing compiled."""
    from polyquant.sharing import Dealer

    dealer = Dealer(b"portable", 3, seed=b"the same everywhere")
    words = [hex(w) for block in dealer.shares(range(5, 40)) for w in block.words.ravel()]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, switch: "1"}, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[0] == f"{words[-1]} {dealer.share(70).value}"
    assert lines[1] == "True b'portable'"
