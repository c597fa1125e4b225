"""Bins under delays: the signs that an index gives them, and taking a coefficient out of all its bins.

Shapes, as in plan.Prepared: columns (C, b, W), delays (C, P, W), back (C, n, W). An index is W limbs.
"""

import numpy as np

from polyquant._kernel import kernel


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
def collect(values, bins, delays, back, b, known, u):
    """u[i] (P,) = what bin bins[i] of a group shows, values (P, B), without the signs that the bin's number decides.

    known[i] (W,) is the index of that bin whose free bits are 0; the signs are its signs.
    """
    for i in range(bins.size):
        known[i] = 0
        for t in range(b):
            if bins[i] >> t & 1:
                for w in range(known.shape[1]):
                    known[i, w] ^= back[t, w]
        for p in range(u.shape[1]):
            u[i, p] = values[p, bins[i]]
            if parity(delays[p], known[i]):
                u[i, p] = -u[i, p]


@kernel
def fit(u, free, delays, back, k, size, rest):
    """The coefficients with the *free* bits (m, F) that explain u (m, P) best, and the mean square that they leave.

    k[i] (W,) is the known part of an index and becomes the whole of it.
    """
    part = np.empty(k.shape[1], np.uint64)
    b = back.shape[0] - free.shape[1]
    for i in range(u.shape[0]):
        part[:] = 0
        for t in range(free.shape[1]):
            if free[i, t]:
                for w in range(part.size):
                    part[w] ^= back[b + t, w]
        total = 0.0
        for p in range(u.shape[1]):
            if parity(delays[p], part):
                u[i, p] = -u[i, p]
            total += u[i, p]
        size[i] = total / u.shape[1]
        rest[i] = 0.0
        for p in range(u.shape[1]):
            rest[i] += (u[i, p] - size[i]) * (u[i, p] - size[i])
        rest[i] /= u.shape[1]
        for w in range(part.size):
            k[i, w] ^= part[w]


@kernel
def take_out(values, dirty, columns, delays, k, size):
    """Subtract size[i] at index k[i] (W,) from its bin of every group, values (C, P, B): look at that bin again."""
    for i in range(size.size):
        for c in range(values.shape[0]):
            j = 0
            for t in range(columns.shape[1]):
                j |= parity(columns[c, t], k[i]) << t
            for p in range(values.shape[1]):
                values[c, p, j] -= -size[i] if parity(delays[c, p], k[i]) else size[i]
            dirty[c, j] = True
