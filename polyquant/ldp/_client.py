"""Chances that a real client takes: exact, from secret bytes, many at a time.

Privacy hangs on the probabilities, so they are integers. A probability is a multiple of 2^-64 and is compared with 64
random bits; floats, whose last places depend on the order of operations, take no part. Mechanisms round the one
probability that they need towards more privacy, and the server computes with the rounded one.
"""

import secrets
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from polyquant._random import Entropy, entropy_source

GRID = 64  # bits of a probability
PIECE = 2**20  # bytes that are asked for at once
FEW_BYTES = 2**12  # fewer come straight from the operating system


def secret_bytes(size: int) -> bytes:
    """Secret bytes from the operating system; many at once from OpenSSL, if there.

    OpenSSL's generator is AES-256 in counter mode (CTR_DRBG of NIST SP 800-90A), seeded by the operating system and
    seeded again as time and requests go by and after a fork. It is ten times as fast as asking for every byte.
    """
    if size < FEW_BYTES:
        return secrets.token_bytes(size)
    try:
        from ssl import RAND_bytes  # 10 ms, once, and not everywhere
    except ImportError:
        return secrets.token_bytes(size)
    return RAND_bytes(size)


class Coins:
    """Independent random numbers with exact laws, from secret bytes.

    Parameters
    ----------
    entropy : Entropy
        Where the bytes come from, such as ``secrets.token_bytes``.
    """

    __slots__ = ("_entropy",)

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy_source(entropy)

    def words(self, n: int) -> NDArray[np.uint64]:
        """*n* words of 64 random bits."""
        return self._raw(n, np.dtype("<u8")).astype(np.uint64, copy=False)

    def fields(self, bits: int, n: int) -> NDArray[np.unsignedinteger]:
        """*n* random integers of 16 or 32 *bits*."""
        kind = np.dtype(f"<u{bits // 8}")
        return self._raw(n, kind).astype(kind.newbyteorder("="), copy=False)

    def below(self, bound: int, n: int) -> NDArray[np.int64]:
        """*n* uniform integers in [0, bound), bound at most 2^62, by rejection."""
        if bound == 1:
            return np.zeros(n, np.int64)
        width = (bound - 1).bit_length()
        kind = np.dtype(f"<u{next(size for size in (1, 2, 4, 8) if width <= 8 * size)}")
        mask = kind.type((1 << width) - 1)
        numbers = self._raw(n, kind) & mask
        bad = np.flatnonzero(numbers >= bound)
        while bad.size:  # at most half of them each time
            numbers[bad] = self._raw(bad.size, kind) & mask
            bad = bad[numbers[bad] >= bound]
        return np.asarray(numbers, np.int64)

    def heads(self, p: Fraction, n: int) -> NDArray[np.bool_]:
        """*n* coins that are true with probability *p*, a multiple of 2^-64 below 1."""
        return self.words(n) < np.uint64(_numerator(p))

    def bits(self, p: Fraction, n: int) -> NDArray[np.uint64]:
        """*n* words whose 64 bits are each one with probability *p*, a multiple of 2^-64 below 1.

        The binary digits of a uniform number are compared with those of *p*, highest first. Half of the bits that are
        still open are decided at each digit, so that 64 coins cost about eight words instead of 64.
        """
        threshold = _numerator(p)
        ones = np.zeros(n, np.uint64)
        open_ = np.full(n, -1, np.int64).view(np.uint64)
        where = np.arange(n)
        for digit in range(GRID - 1, -1, -1):
            if not where.size or not threshold & ((1 << digit + 1) - 1):
                break  # all decided, or only zeros follow: no number goes below them
            drawn, undecided = self.words(where.size), open_[where]
            if threshold >> digit & 1:
                ones[where] |= undecided & ~drawn  # the drawn digit is smaller
                undecided &= drawn
            else:
                undecided &= ~drawn
            open_[where] = undecided
            where = where[undecided != 0]
        return ones

    def _raw(self, n: int, kind: np.dtype[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
        """*n* random unsigned integers, read-only."""
        size = n * kind.itemsize
        pieces = [self._entropy(min(PIECE, size - start)) for start in range(0, size, PIECE)]
        return np.frombuffer(pieces[0] if len(pieces) == 1 else b"".join(pieces), kind)


def floor_to_grid(p: Fraction) -> Fraction:
    """*p* rounded down to a multiple of 2^-64, the finest that a client distinguishes."""
    return Fraction((p.numerator << GRID) // p.denominator, 1 << GRID)


def _numerator(p: Fraction) -> int:
    threshold = p * (1 << GRID)
    if threshold.denominator != 1 or not 0 <= threshold < 1 << GRID:
        raise ValueError(f"p must be a multiple of 2^-64, at least 0 and below 1, got {p}")
    return int(threshold)
