"""Polynomials over GF(2) in little-endian 64-bit words. Callers have checked sizes; points are public words."""

import numpy as np

from polyquant._kernel import kernel

from .clmul import ONE, TOP, ZERO, product, trailing_zeros

CHUNK = 512


@kernel
def horner(points, leading, series, words, mask, out, portable):
    """out[i] = leading y^c + series[c-1] y^(c-1) + .. + series[0] at y = points[i], modulo x^(64 words).

    points (n,), leading (at least words,), series (c, at least words), out (n, words), all uint64. The last word of a
    row keeps the bits of *mask*.
    """
    if portable is None:
        by_products(points, leading, series, words, out, portable)
    else:
        by_shifts(points, leading, series, words, out)
    for i in range(points.size):
        out[i, words - 1] &= mask


@kernel
def by_products(points, leading, series, words, out, portable):
    """One pass over the words: the carries of all c multiplications travel along.

    *portable* is None whenever this runs, but a kernel that only might call it is compiled with it.
    """
    count = series.shape[0]
    carry = np.empty(count, np.uint64)
    for i in range(points.size):
        point = points[i]
        carry[:] = ZERO
        for w in range(words):
            value = leading[w]
            for j in range(count - 1, -1, -1):
                low, high = product(value, point, portable)
                value = low ^ carry[j] ^ series[j, w]
                carry[j] = high
            out[i, w] = value


@kernel
def by_shifts(points, leading, series, words, out):
    """Chunk by chunk, one shift of the chunk for every set bit of the point. Every round remembers its last word."""
    count = series.shape[0]
    now = np.zeros(CHUNK + 1, np.uint64)  # a chunk behind the last word of the chunk before
    after = np.zeros(CHUNK + 1, np.uint64)
    last = np.zeros(count, np.uint64)
    for i in range(points.size):
        last[:] = ZERO
        for start in range(0, words, CHUNK):
            size = min(CHUNK, words - start)
            for w in range(size):
                now[w + 1] = leading[start + w]
            for j in range(count - 1, -1, -1):
                now[0] = last[j]
                last[j] = now[size]
                for w in range(size):
                    after[w + 1] = series[j, start + w]
                rest = points[i]
                while rest != ZERO:
                    position = trailing_zeros(rest)
                    for w in range(size):
                        after[w + 1] ^= now[w + 1] << position ^ (now[w] >> ONE) >> (TOP - position)
                    rest &= rest - ONE
                now, after = after, now
            for w in range(size):
                out[i, start + w] = now[w + 1]
