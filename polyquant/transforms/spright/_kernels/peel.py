"""Peeling: a coefficient that is alone in one bin is read there and taken out of its bins in all groups.

Shapes, as in plan.Prepared: values (C, P, B) what the bins show, dirty (C, B) which of them to look at, columns
(C, b, W), delays (C, P, W), back (C, n, W), words (C, F + 1, L) for F = n - b. An index is W limbs.
"""

import numpy as np

from polyquant._kernel import kernel

from .decode import hard, modulated, soft
from .osd import add, ordered
from .viterbi import SYMBOLS, coded

SOFT, HARD, MODULATED, CODED, ORDERED = range(5)


@kernel
def parity(a, b):
    """<a, b> modulo 2 of two indices (W,)."""
    x = a[0] & b[0]
    for w in range(1, a.size):
        x ^= a[w] & b[w]
    x ^= x >> np.uint64(32)
    x ^= x >> np.uint64(16)
    x ^= x >> np.uint64(8)
    x ^= x >> np.uint64(4)
    x ^= x >> np.uint64(2)
    return int((x ^ x >> np.uint64(1)) & np.uint64(1))


@kernel
def read(scheme, repeats, block, words, v, free):
    """Write the free bits that decoder *scheme* reads from the values v (P,); False if it cannot say any."""
    if free.size == 0:
        return True
    if scheme == SOFT:
        soft(v, repeats, free)
    elif scheme == HARD:
        hard(v, repeats, free)
    elif scheme == MODULATED:
        modulated(v, repeats, block, free)
    elif scheme == CODED:
        coded(v, SYMBOLS, free)
    else:
        return ordered(v, words, free)
    return True


@kernel
def single(scheme, repeats, block, words, delays, back, j, u, limits, free, k, signed):
    """Size of the coefficient that is alone in bin *j*, which shows u (P,), its index in *k*; 0 if none is alone there.

    Mean squares up to limits[0] are an empty bin and up to limits[1] what noise leaves beside a single coefficient,
    which is larger than limits[2]. The ordered decoder looks at quiet bins too: it sees the pattern of a coefficient
    that is not louder than the noise. *free*, *signed* (P,) are work space.
    """
    energy = 0.0
    for p in range(u.size):
        energy += u[p] * u[p]
    if scheme != ORDERED and energy <= limits[0] * u.size:
        return 0.0
    known = back.shape[0] - free.size
    k[:] = 0
    for i in range(known):
        if j >> i & 1:
            add(k, back[i], np.uint64(1))
    for p in range(u.size):  # without the signs that the bin's number decides
        signed[p] = -u[p] if parity(delays[p], k) else u[p]
    if not read(scheme, repeats, block, words, signed, free):
        return 0.0
    for i in range(free.size):
        if free[i]:
            add(k, back[known + i], np.uint64(1))
    size = 0.0
    for p in range(u.size):
        signed[p] = -u[p] if parity(delays[p], k) else u[p]
        size += signed[p]
    size /= u.size
    rest = 0.0
    for p in range(u.size):
        rest += (signed[p] - size) * (signed[p] - size)
    return size if abs(size) > limits[2] and rest <= limits[1] * u.size else 0.0


@kernel
def take_out(values, dirty, columns, delays, k, size):
    """Subtract coefficient *size* at index k (W,) from its bin in every group; these bins are to be looked at again."""
    for c in range(values.shape[0]):
        j = 0
        for i in range(columns.shape[1]):
            j |= parity(columns[c, i], k) << i
        for p in range(values.shape[1]):
            values[c, p, j] -= -size if parity(delays[c, p], k) else size
        dirty[c, j] = 1


@kernel
def visit(
    c, values, dirty, scheme, repeats, block, columns, delays, back, words, limits, count, event_bin, event_k,
    event_size,
):  # fmt: skip
    """Look at all dirty bins of group *c* and take out what is found; (bins looked at, events so far).

    Event number i, from *count* on, is: bin event_bin[i] of this group gave the coefficient event_size[i] at
    event_k[i] (W,). It ends early when the arrays of events are full.
    """
    u, signed = np.empty(values.shape[1]), np.empty(values.shape[1])
    k = np.empty(event_k.shape[1], np.uint64)
    free = np.empty(back.shape[1] - columns.shape[1], np.uint8)
    tested = 0
    for j in range(values.shape[2]):
        if dirty[c, j] and count < event_size.size:
            dirty[c, j] = 0
            tested += 1
            for p in range(u.size):
                u[p] = values[c, p, j]
            size = single(scheme, repeats, block, words[c], delays[c], back[c], j, u, limits, free, k, signed)
            if size != 0.0:
                event_bin[count], event_size[count] = j, size
                for w in range(k.size):
                    event_k[count, w] = k[w]
                count += 1
                take_out(values, dirty, columns, delays, k, size)
    return tested, count
