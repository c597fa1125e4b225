"""bfloat16 words cut into exponents, which are coded, and the byte of sign and mantissa, which is not.

A chunk holds c such bytes and then its streams; stream j has the exponents of the elements [jq, (j+1)q), q = ceil(c/S).
Offsets are uint64. Callers have checked that all of them lie in their arrays.
"""

import numpy as np

from polyquant._kernel import kernel

from . import streams as kernels
from .streams import FINE, ONE, U, ZERO

TOGETHER = U(8)  # streams that are decoded at once


@kernel
def take_apart(words, rest, exponents):
    """Sign and mantissa of each of *words*, uint16, to *rest*, and exponents to *exponents*, both uint8."""
    for i in range(words.size):
        rest[i] = np.uint8(words[i] >> 8 & 128 | words[i] & 127)
        exponents[i] = np.uint8(words[i] >> 7 & 255)


@kernel
def join(rest, exponents, words):
    """The inverse of :func:`take_apart`."""
    for i in range(words.size):
        words[i] = np.uint16(rest[i] & 128) << 8 | np.uint16(exponents[i]) << 7 | np.uint16(rest[i] & 127)


@kernel
def survey(words, chunk, streams, counts):
    """Exponents of each stream of *words*, uint16 (n,), counted in *counts*, uint32 (chunks, streams, 256)."""
    exponents = np.empty(chunk, np.uint8)
    rest = np.empty(chunk, np.uint8)
    for k in range(counts.shape[0]):
        piece = words[k * chunk : (k + 1) * chunk]
        take_apart(piece, rest, exponents)
        q = (piece.size + streams - 1) // streams
        for j in range(streams):
            first, last = min(j * q, piece.size), min((j + 1) * q, piece.size)
            kernels.count(exponents, U(first), U(last), counts[k, j])


@kernel
def encode(words, chunk, streams, code, sizes, offsets, out):
    """Write chunks of *words* to *out*, chunk k from offsets[k] on; True if sizes, uint32 (chunks, streams), are right."""
    exponents = np.empty(chunk, np.uint8)
    good = True
    for k in range(sizes.shape[0]):
        piece = words[k * chunk : (k + 1) * chunk]
        at = offsets[k]
        take_apart(piece, out[at : at + U(piece.size)], exponents)
        at += U(piece.size)
        q = (piece.size + streams - 1) // streams
        for j in range(streams):
            first, last = min(j * q, piece.size), min((j + 1) * q, piece.size)
            end = at + U(sizes[k, j])
            good &= kernels.encode(exponents, U(first), U(last), code, out, at, end)
            at = end
    return good


@kernel
def rebuild(data, offsets, sizes, n, chunk, table, lengths, only, start, stop, out, states):
    """The words [start, stop) to *out*, uint16, from chunks, of which the first of *sizes* is number start // chunk.

    data, uint8; offsets, uint64 (chunks,); sizes, uint32 (chunks, streams); states, uint8 (chunks,), 0 for those that
    are right. *only* is the symbol of a code with a single one, else -1.
    """
    chunks, streams = sizes.shape
    together = max(1, 8 // streams)
    exponents = np.empty((together, chunk), np.uint8)
    begin, end, first, last = np.empty((4, 8), np.uint64)
    found = np.empty(8, np.uint8)
    lead = start // chunk
    for k in range(0, chunks, together):
        group = min(together, chunks - k)
        i = 0
        for g in range(group):
            c = min(chunk, n - (lead + k + g) * chunk)
            q = (c + streams - 1) // streams
            at = offsets[k + g] + U(c)
            for j in range(streams):
                begin[i], end[i] = at, at + U(sizes[k + g, j])
                first[i], last[i] = U(g * chunk + min(j * q, c)), U(g * chunk + min((j + 1) * q, c))
                at = end[i]
                i += 1
        if only >= 0:
            for j in range(i):
                found[j] = kernels.constant(data, begin[j], end[j], last[j] - first[j])
            exponents[:] = np.uint8(only)
        else:
            kernels.decode(data, begin[:i], end[:i], table, lengths, exponents.reshape(-1), first[:i], last[:i], found)
        for g in range(group):
            states[k + g] = FINE
            for j in range(streams):
                states[k + g] = max(states[k + g], found[g * streams + j])
            before = (lead + k + g) * chunk
            low, high = max(start, before), min(stop, before + chunk)
            at = offsets[k + g]
            rest = data[at + U(low - before) : at + U(high - before)]
            join(rest, exponents[g, low - before : high - before], out[low - start : high - start])
