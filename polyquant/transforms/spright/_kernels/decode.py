"""The unknown bits of a coefficient that is alone in its bin, from the signs of what the bin shows under many delays.

Every decoder gets the values u (m, P) of m bins, for each delay a (-1)^<d, k> plus noise, without the signs that the
number of the bin decides. It writes the bits of k at the free coordinates to free (m, F), uint8. Decoders always
answer, also for bins of none or of several coefficients: whether to believe them is decided from what :func:`fit` says.
"""

import numpy as np

from polyquant._kernel import kernel

MODULATIONS = 1 << 4  # of a block of at most four coordinates


@kernel
def soft(u, repeats, free):
    """Delays r and r + e_i for each of *repeats* offsets r: bit i is one where the products u_r u_ri sum below zero."""
    step = free.shape[1] + 1
    for row in range(u.shape[0]):
        for i in range(free.shape[1]):
            total = 0.0
            for r in range(repeats):
                total += u[row, r * step] * u[row, r * step + 1 + i]
            free[row, i] = 1 if total < 0.0 else 0


@kernel
def hard(u, repeats, free):
    """As :func:`soft`, but each offset has one vote however clear it is; a tie counts as a one."""
    step = free.shape[1] + 1
    for row in range(u.shape[0]):
        for i in range(free.shape[1]):
            votes = 0
            for r in range(repeats):
                votes += 1 if u[row, r * step] * u[row, r * step + 1 + i] < 0.0 else -1
            free[row, i] = 1 if votes >= 0 else 0


@kernel
def _transform(x, size):
    half = 1
    while half < size:
        for start in range(0, size, 2 * half):
            for i in range(start, start + half):
                a, b = x[i], x[i + half]
                x[i], x[i + half] = a + b, a - b
        half *= 2


@kernel
def modulated(u, repeats, width, free):
    """First-order Reed-Muller words: for each offset r and each block of *width* free coordinates all its modulations.

    The values of a block, u_r among them, are a character of the block's bits, so that their small transform has one
    peak. The powers at all offsets are added up, and the place of the largest says the bits.
    """
    unknown, step = free.shape[1], 1
    for low in range(0, unknown, width):
        step += (1 << min(width, unknown - low)) - 1
    x, power = np.empty(MODULATIONS), np.empty(MODULATIONS)
    for row in range(u.shape[0]):
        at = 1
        for low in range(0, unknown, width):
            size = 1 << min(width, unknown - low)
            power[:] = 0.0
            for r in range(repeats):
                x[0] = u[row, r * step]
                for v in range(1, size):
                    x[v] = u[row, r * step + at + v - 1]
                _transform(x, size)
                for v in range(size):
                    power[v] += x[v] * x[v]
            best = 0
            for v in range(1, size):
                if power[v] > power[best]:
                    best = v
            for i in range(min(width, unknown - low)):
                free[row, low + i] = best >> i & 1
            at += size - 1
