"""Points of a run, and shares along it without multiplications; :mod:`polyquant.sharing.walk` prepares the tables."""

from polyquant._kernel import kernel
from polyquant.algebra._kernels.clmul import ONE, ZERO
from polyquant.algebra._kernels.wide import LANES, step


@kernel
def affine(base, basis, offsets, points):
    """points[i] = base + sum of the basis where offsets[i] has ones; all uint64, basis (bits,)."""
    for i in range(offsets.size):
        point = base
        rest = offsets[i]
        b = 0
        while rest != ZERO:
            if rest & ONE != ZERO:
                point ^= basis[b]
            rest >>= ONE
            b += 1
        points[i] = point


@kernel
def walk(heads, rows, levels, second, slopes, bends, words, out, first, value, buffer):
    """Into flat out (n * words,) chunk after chunk: 2^levels[q] shares from row rows[q] on, eight words at a time.

    heads, for every chunk 1 + level rows of whole strips of eight words: the first share, then those one step of each
    direction away. second (strips, pairs of directions, 8). slopes, bends: see :func:`polyquant.sharing.walk.schedule`.
    first, value, buffer: room. A last strip may reach into the next row; strips go from the last to the first and rows
    upwards, so that a row's own words are written after that. What would stick out of *out* goes to the buffer.
    """
    strips, pairs, _ = second.shape
    table = second.reshape(second.size)
    diagonal = 0
    while diagonal * diagonal + 1 < pairs:
        diagonal += 1
    head = 0
    for q in range(rows.size):
        for strip in range(strips - 1, -1, -1):
            shift = strip * LANES * pairs
            for w in range(LANES):
                value[w] = heads[head, strip * LANES + w]
                for d in range(levels[q]):
                    bend = table[shift + LANES * (d * diagonal + d) + w]
                    first[LANES * d + w] = value[w] ^ heads[head + 1 + d, strip * LANES + w] ^ bend
            at = rows[q] * words + strip * LANES
            for w in range(min(LANES, out.size - at)):
                out[at + w] = value[w]
            n = 1 << levels[q]
            safe = min(n, (out.size - LANES - at) // words + 1)
            for i in range(1, safe):
                step(value, first, slopes[i], table, shift + bends[i], out, at + i * words)
            for i in range(max(1, safe), n):
                step(value, first, slopes[i], table, shift + bends[i], buffer, 0)
                for w in range(min(LANES, out.size - at - i * words)):
                    out[at + i * words + w] = value[w]
        head += 1 + levels[q]
