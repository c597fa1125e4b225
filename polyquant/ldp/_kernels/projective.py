"""Points of projective geometry over a prime field, by their numbers, and sums over hyperplanes step by step.

A point is the vector whose first nonzero coordinate is 1; points are numbered in lexicographic order. So the points
with m coordinates behind their leading 1 are the numbers from points(q, m) on, and the coordinates behind are the
digits in base q of what the number exceeds it by.
"""

import numpy as np

from polyquant._kernel import kernel


@kernel
def points(q, m):
    """How many points m coordinates make: 1 + q + ... + q^(m-1)."""
    total = 0
    for _ in range(m):
        total = total * q + 1
    return total


@kernel
def inverse(a, q):
    """1 / a modulo the prime q, by Euclid's algorithm; 0 < a < q."""
    r, s = q, a
    u, v = 0, 1
    while s:
        quotient = r // s
        r, s = s, r - quotient * s
        u, v = v, u - quotient * v
    return u % q


@kernel
def vector(number, q, x):
    """Write the point of this number into x (t,)."""
    m = 0
    while number >= points(q, m + 1):
        m += 1
    x[:] = 0
    x[x.size - 1 - m] = 1
    rest = number - points(q, m)
    for j in range(m):
        x[x.size - 1 - j] = rest % q
        rest //= q


@kernel
def number(z, q):
    """The number of the point through z (t,), not zero."""
    lead = 0
    while z[lead] == 0:
        lead += 1
    scale = inverse(z[lead], q)
    value = 0
    for j in range(lead + 1, z.size):
        value = value * q + z[j] * scale % q
    return points(q, z.size - 1 - lead) + value


@kernel
def members(items, indices, inside, q, t, symbols):
    """For each item the index-th point orthogonal to it (inside) or not; all arrays (n,) int64.

    All coordinates but one are free; the one where the item has its leading 1 makes the scalar product 0, or 1.
    """
    x = np.empty(t, np.int64)
    z = np.empty(t, np.int64)
    free = np.empty(t - 1, np.int64)
    for i in range(items.size):
        vector(items[i], q, x)
        lead = 0
        while x[lead] == 0:
            lead += 1
        if inside:
            vector(indices[i], q, free)
        else:
            rest = indices[i]
            for j in range(t - 1):
                free[t - 2 - j] = rest % q
                rest //= q
        product = 0 if inside else q - 1
        for j in range(t - 1):
            place = j if j < lead else j + 1
            z[place] = free[j]
            product = (product + x[place] * free[j]) % q
        z[lead] = (q - product) % q
        symbols[i] = number(z, q)


@kernel
def level(before, after, q, low, tails, scales):
    """Sums by beginning of z, end of x and scalar product of the ends, for ends that are one coordinate longer.

    Beginnings and ends are points, by number + 1, or zero. before[a, b, c] is the sum over all points z that begin with
    a and whose end has the scalar product c with b. An end b beyond *low* is (1, w): w is a multiple of the end
    tails[w], and scales[w] undoes the factor.
    """
    for a in range(after.shape[0]):
        first = q * (a - 1) + 2 if a else 0
        children = q if a else 2  # behind a beginning of zeros comes 0 or the leading 1
        for b in range(after.shape[1]):
            longer = b > low
            tail = tails[b - 1 - low] if longer else b
            scale = scales[b - 1 - low] if longer else 1
            for c in range(after.shape[2]):
                total = 0
                for v in range(children):
                    rest = (c - v) % q * scale % q if longer else c
                    if tail or rest == 0:
                        total += before[first + v, tail, rest]
                after[a, b, c] = total
