"""Products with the Gram matrix of a residue system, by folding: contiguous loops, no remainders."""

import numpy as np

from polyquant._kernel import float_kernel

CHUNK = 4096  # entries that stay in the nearest cache while all moduli pass over them


@float_kernel
def multiply(moduli, weights, x, folds, out):
    """*out* = sum of weights[j] A_j^T A_j x: fold *x* modulo every m_j, then each place reads its residues' sums.

    *folds* is work space of sum(moduli) entries.
    """
    k = x.size
    folds[:] = 0.0
    for start in range(0, k, CHUNK):
        stop, base = min(start + CHUNK, k), 0
        for j in range(moduli.size):
            m = moduli[j]
            i, r = start, start % m
            while i < stop:
                run = min(stop - i, m - r)
                sums, part = folds[base + r : base + r + run], x[i : i + run]
                for t in range(run):
                    sums[t] += part[t]
                i, r = i + run, 0
            base += m
    base = 0
    for j in range(moduli.size):
        for r in range(base, base + moduli[j]):
            folds[r] *= weights[j]
        base += moduli[j]
    for start in range(0, k, CHUNK):
        stop, base = min(start + CHUNK, k), 0
        for i in range(start, stop):
            out[i] = 0.0
        for j in range(moduli.size):
            m = moduli[j]
            i, r = start, start % m
            while i < stop:
                run = min(stop - i, m - r)
                sums, part = folds[base + r : base + r + run], out[i : i + run]
                for t in range(run):
                    part[t] += sums[t]
                i, r = i + run, 0
            base += m


@float_kernel
def fold_into(x, m, out):
    """Add to *out*, shape (m,), the sums of *x* over the places with the same residue."""
    for start in range(0, x.size, m):
        for r in range(min(m, x.size - start)):
            out[r] += x[start + r]


@float_kernel
def spread_from(sums, x):
    """Add to every place of *x* the entry of *sums*, shape (m,), at its residue."""
    m = sums.size
    for start in range(0, x.size, m):
        for r in range(min(m, x.size - start)):
            x[start + r] += sums[r]


@float_kernel
def conjugate_gradients(moduli, weights, b, tolerance, most, x):
    """Add to *x* the solution of M x = *b* by conjugate gradients, until the residual is small enough; steps taken."""
    k = b.size
    residual, direction = b.copy(), b.copy()
    product, folds = b.copy(), np.zeros(moduli.sum())
    square = (residual * residual).sum()
    goal = tolerance * tolerance * square
    for steps in range(most):
        if square <= goal:
            return steps
        multiply(moduli, weights, direction, folds, product)
        curvature = 0.0
        for i in range(k):
            curvature += direction[i] * product[i]
        if not curvature > 0.0:
            return most
        along, after = square / curvature, 0.0
        for i in range(k):
            x[i] += along * direction[i]
            residual[i] -= along * product[i]
            after += residual[i] * residual[i]
        turn, square = after / square, after
        for i in range(k):
            direction[i] = residual[i] + turn * direction[i]
    return most
