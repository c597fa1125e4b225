"""Shares of consecutive parties without multiplications.

Inside a run the points of 2^c parties are an affine space over GF(2), and t -> f(P_t) has degree at most 2 in the bits
of t if k <= 7: y^j has the degree of the number of ones of j, since squaring is linear. From one party to the next the
directions m_j = 2^(j+1) - 1 are enough; a walk of Gray's code in them is counting. Each step adds the derivative in
one direction, after adding to that the second derivative in the direction that went before.
"""

import numpy as np

from polyquant._kernel import kernel
from polyquant.algebra._kernels.clmul import ZERO
from polyquant.algebra._kernels.gf2x import horner
from polyquant.algebra._kernels.wide import LANES, step

LARGEST = 12  # 2^12 parties a chunk: the tables of derivatives and the schedule stay in the cache


@kernel
def affine(base, basis, offsets, points):
    """points[i] = base + sum of the basis where offsets[i] has ones; all uint64, basis (bits,)."""
    for i in range(offsets.size):
        point = base
        rest = offsets[i]
        b = 0
        while rest != ZERO:
            if rest & np.uint64(1) != ZERO:
                point ^= basis[b]
            rest >>= np.uint64(1)
            b += 1
        points[i] = point


@kernel
def schedule(c, slopes, bends):
    """For step i: where the derivative of its direction j starts, and the second derivative of j and the one before."""
    for i in range(1, 1 << c):
        j = 0
        while (i >> j) & 1 == 0:
            j += 1
        slopes[i] = LANES * j
        before = j + 1
        while before < c and (i >> before) & 1 == 0:
            before += 1
        bends[i] = LANES * (c * j + before) if before < c else LANES * c * c  # first time: nothing to add


@kernel
def second_derivatives(base, basis, leading, series, words, mask, c, curved, portable):
    """Shape (strips, c c 8 + 8): for each strip of eight words all pairs of directions, then zeros."""
    strips = (words + LANES - 1) // LANES
    bends = np.zeros((strips, LANES * c * c + LANES), np.uint64)
    if not curved:
        return bends
    count = 1 + c + c * c
    offsets = np.zeros(count, np.uint64)
    for j in range(c):
        offsets[1 + j] = (1 << (j + 1)) - 1
    for j in range(c):
        for other in range(c):
            offsets[1 + c + c * j + other] = offsets[1 + j] ^ offsets[1 + other]
    points = np.empty(count, np.uint64)
    affine(base, basis, offsets, points)
    values = np.empty((count, words), np.uint64)
    horner(points, leading, series, words, mask, values, portable)
    for j in range(c):
        for other in range(c):
            for w in range(words):
                bend = values[0, w] ^ values[1 + j, w] ^ values[1 + other, w] ^ values[1 + c + c * j + other, w]
                bends[w // LANES, LANES * (c * j + other) + w % LANES] = bend
    return bends


@kernel
def walk(value, first, second, slopes, bends, n, words, at, out, buffer):
    """Eight words of *n* rows from out[at] on, *words* apart; what would stick out of *out* goes to the buffer."""
    for w in range(min(LANES, out.size - at)):
        out[at + w] = value[w]
    safe = min(n, (out.size - LANES - at) // words + 1)
    for i in range(1, safe):
        step(value, first, slopes[i], second, bends[i], out, at + i * words)
    for i in range(max(1, safe), n):
        step(value, first, slopes[i], second, bends[i], buffer, 0)
        for w in range(min(LANES, out.size - at - i * words)):
            out[at + i * words + w] = value[w]


@kernel
def deal_run(start, n, base, basis, leading, series, words, mask, out, portable):
    """out, flat (n * words,): the shares at places start .. start + n - 1 of a run.

    A last strip may reach into the next row: strips go from the last to the first and rows upwards, so the row's own
    words are written after that.
    """
    c = 0
    while c < LARGEST and (2 << c) <= n:
        c += 1
    slopes = np.zeros(1 << c, np.int64)
    bends = np.zeros(1 << c, np.int64)
    schedule(c, slopes, bends)
    second = second_derivatives(base, basis, leading, series, words, mask, c, series.shape[0] > 2, portable)
    offsets = np.empty(c + 1, np.uint64)
    points = np.empty(c + 1, np.uint64)
    values = np.empty((c + 1, words), np.uint64)
    first = np.empty(LANES * c, np.uint64)
    value = np.empty(LANES, np.uint64)
    buffer = np.empty(LANES, np.uint64)
    row = 0
    while row < n:
        j = 0
        while j < c and (start + row) & ((2 << j) - 1) == 0 and row + (2 << j) <= n:
            j += 1
        for d in range(j + 1):
            offsets[d] = (start + row) ^ ((1 << d) - 1)
        affine(base, basis, offsets[: j + 1], points[: j + 1])
        horner(points[: j + 1], leading, series, words, mask, values[: j + 1], portable)
        for strip in range((words - 1) // LANES, -1, -1):
            for w in range(LANES):
                inside = strip * LANES + w < words
                value[w] = values[0, strip * LANES + w] if inside else ZERO
                for d in range(j):
                    slope = value[w] ^ values[d + 1, strip * LANES + w] if inside else ZERO
                    if d > 0:  # its first use is after one step in the direction below
                        slope ^= second[strip, LANES * (c * d + d - 1) + w]
                    first[LANES * d + w] = slope
            walk(value, first, second[strip], slopes, bends, 1 << j, words, row * words + LANES * strip, out, buffer)
        row += 1 << j
