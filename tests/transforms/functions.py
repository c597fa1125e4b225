"""Functions with known coefficients, by the definition and without the library."""

import numpy as np


def character(k, m):
    """(-1)^<k, m> for Python integers k and uint64 indices m, shape (size,) or (size, limbs)."""
    limbs = m.reshape(len(m), -1)
    mask = np.array([k >> 64 * w & 2**64 - 1 for w in range(limbs.shape[1])], np.uint64)
    return 1.0 - 2.0 * (np.bitwise_count(limbs & mask).sum(axis=1) & 1)


def synthesis(support, coeffs, sigma=0.0, error=None):
    """f[m] = sum of F[k] (-1)^<k, m>, plus sigma * error(m)."""

    def fn(m):
        clean = np.zeros(len(m))
        for k, F in zip(support, coeffs):
            clean += F * character(int(k), m)
        return clean + sigma * error(m) if sigma else clean

    return fn


def analysis(values):
    """F[k] = (1/N) sum of f[m] (-1)^<k, m>, for all k, as a matrix product."""
    m = np.arange(len(values), dtype=np.uint64)
    return np.array([character(k, m) @ values for k in range(len(values))]) / len(values)


class Counted:
    """A function that remembers with what it was called."""

    def __init__(self, fn):
        self.fn, self.seen = fn, []

    def __call__(self, m):
        self.seen.append(m.copy())
        return self.fn(m)

    @property
    def total(self):
        return sum(map(len, self.seen))
