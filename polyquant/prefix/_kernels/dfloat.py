"""bfloat16 words cut into exponents, which are coded, and the byte of sign and mantissa, which is not.

A chunk is c such bytes and then its streams; stream j has the exponents of the elements [jq, (j+1)q), q = ceil(c/S).
Streams are coded from the last symbol of a piece to its first, so exponents lie here in the other order: that of
element i at c - 1 - i. Offsets are uint64; callers have checked that all of them lie in their arrays.
"""

import numpy as np

from polyquant._kernel import kernel

from . import streams as kernels
from .crc import crc32
from .streams import BLOCK, ONE, TOGETHER, U

CHECKSUM = 3  # a state beside those of streams
SIGN, EXPONENT = np.uint16(8), np.uint16(7)
TOP, MANTISSA, LOW = np.uint16(128), np.uint16(127), np.uint16(255)


@kernel
def take_apart(words, rest, exponents):
    """Sign and mantissa of each of *words*, uint16, to *rest*, exponents to *exponents*, last first, both uint8.

    Everything is unsigned and narrow, so that the compiler takes many elements at once.
    """
    n = U(words.size)
    for i in range(n):
        i = U(i)
        word = words[i]
        rest[i] = np.uint8(word >> SIGN & TOP | word & MANTISSA)
        exponents[n - ONE - i] = np.uint8(word >> EXPONENT & LOW)


@kernel
def join(rest, exponents, words):
    """The inverse of :func:`take_apart`."""
    n = U(words.size)
    for i in range(n):
        i = U(i)
        other = np.uint16(rest[i])
        words[i] = (other & TOP) << SIGN | np.uint16(exponents[n - ONE - i]) << EXPONENT | other & MANTISSA


@kernel
def piece(c, streams, j):
    """Which elements of a chunk of c are in stream j: [first, last)."""
    q = (c + streams - 1) // streams
    return min(j * q, c), min((j + 1) * q, c)


@kernel
def survey(words, counts):
    """Add to *counts*, int64 (256,), how often each exponent of *words*, uint16 (n,), occurs; n is below 2^32."""
    exponents, rest = np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.uint8)
    table = np.zeros(65536, np.uint32)
    for start in range(0, words.size, BLOCK):
        part = words[start : start + BLOCK]
        take_apart(part, rest, exponents)
        kernels.count(exponents[: part.size], table, counts)
    if words.size >= BLOCK:
        kernels.count_both(table, counts)


@kernel
def encode(words, chunk, single, pairs, out, sizes, crcs, portable):
    """Write the chunks of *words* to *out*, fill *sizes*, uint32 (chunks, streams), and *crcs*, uint32 (chunks,).

    *out*, uint8, has room for 20 bits a word, a byte for each stream, and eight more. Checksums only if *portable* is
    None, see :func:`crc32`.
    """
    exponents = np.empty(chunk, np.uint8)
    at = U(0)
    chunks, streams = sizes.shape
    for k in range(chunks):
        part = words[k * chunk : (k + 1) * chunk]
        c = part.size
        begin = at
        take_apart(part, out[at : at + U(c)], exponents)
        at += U(c)
        for j in range(streams):
            first, last = piece(c, streams, j)
            behind = kernels.encode(exponents, U(c - last), U(c - first), single, pairs, out, at)
            sizes[k, j] = np.uint32(behind - at)
            at = behind
        if portable is None:
            crcs[k] = np.uint32(crc32(out, begin, at, U(0), portable))


@kernel
def rebuild(data, offsets, sizes, crcs, portable, n, chunk, table, lengths, only, start, stop, out, states):
    """The words [start, stop) to *out*, uint16, from chunks, of which the first of *sizes* is number start // chunk.

    data, uint8; offsets, uint64 (chunks + 1,); sizes, uint32 (chunks, streams); crcs, uint32 (chunks,); states, uint8
    (chunks,), zeros, and stay so for chunks that are right; the first one with a wrong checksum ends the work. *only*
    is the symbol of a code with a single one, else -1. If *portable* is not None, the caller has looked at checksums.
    """
    chunks, streams = sizes.shape
    together = TOGETHER // streams
    exponents = np.empty(together * chunk, np.uint8)
    begin, end = np.empty(TOGETHER, np.uint64), np.empty(TOGETHER, np.uint64)
    first, last = np.empty(TOGETHER, np.uint64), np.empty(TOGETHER, np.uint64)
    found = np.empty(TOGETHER, np.uint8)
    for k in range(0, chunks, together):
        group = min(together, chunks - k)
        i = 0
        for g in range(group):
            if portable is None and crc32(data, offsets[k + g], offsets[k + g + 1], U(0), portable) != crcs[k + g]:
                states[k + g] = CHECKSUM
                return
            c = min(chunk, n - (start // chunk + k + g) * chunk)
            at = offsets[k + g] + U(c)
            for j in range(streams):
                begin[i], end[i] = at, at + U(sizes[k + g, j])
                a, b = piece(c, streams, j)
                first[i], last[i] = U(g * chunk + c - b), U(g * chunk + c - a)
                at = end[i]
                i += 1
        kernels.decode_all(data, begin[:i], end[:i], table, lengths, only, exponents, first[:i], last[:i], found[:i])
        for g in range(group):
            for j in range(streams):
                states[k + g] = max(states[k + g], found[g * streams + j])
            before = (start // chunk + k + g) * chunk
            c = min(chunk, n - before)
            low, high = max(start - before, 0), min(stop - before, c)
            at = offsets[k + g]
            these = exponents[g * chunk + c - high : g * chunk + c - low]
            join(data[at + U(low) : at + U(high)], these, out[before + low - start : before + high - start])
