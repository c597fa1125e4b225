"""Products with the Gram matrix of a residue system, by shifting and folding: contiguous loops, no remainders."""

import numpy as np

from polyquant._kernel import float_kernel

CHUNK = 4096  # entries that stay in the nearest cache while all lags and moduli pass over them


@float_kernel
def multiply(own, lags, heights, moduli, weights, x, folds, out):
    """*out* = M x, and the scalar product of both.

    M has *own* on its diagonal and ``heights[t]`` beside it at distance ``lags[t]``; to that comes the sum of
    weights[j] A_j^T A_j: fold *x* modulo every m_j, then each place reads its residues' sums. *folds* is work space of
    sum(moduli) entries.
    """
    k, product = x.size, 0.0
    folds[:] = 0.0
    for start in range(0, k, CHUNK):
        stop, base = min(start + CHUNK, k), 0
        for j in range(moduli.size):
            m = moduli[j]
            i, r = start, start % m
            while i < stop:
                run = min(stop - i, m - r)
                add(weights[j], x[i : i + run], folds[base + r : base + r + run])
                i, r = i + run, 0
            base += m
    for start in range(0, k, CHUNK):
        stop, base = min(start + CHUNK, k), 0
        here, mine = out[start:stop], x[start:stop]
        for i in range(stop - start):
            here[i] = own * mine[i]
        for t in range(lags.size):
            low, high = max(start, lags[t]), min(stop, k - lags[t])
            if low < stop:
                add(heights[t], x[low - lags[t] : stop - lags[t]], out[low:stop])
            if start < high:
                add(heights[t], x[start + lags[t] : high + lags[t]], out[start:high])
        for j in range(moduli.size):
            m = moduli[j]
            i, r = start, start % m
            while i < stop:
                run = min(stop - i, m - r)
                add(1.0, folds[base + r : base + r + run], out[i : i + run])
                i, r = i + run, 0
            base += m
        for i in range(stop - start):
            product += here[i] * mine[i]
    return product


@float_kernel
def add(factor, some, total):
    """Add a multiple of *some* to *total*."""
    for i in range(total.size):
        total[i] += factor * some[i]


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
def conjugate_gradients(own, lags, heights, moduli, weights, b, tolerance, most, x):
    """Add to *x* the solution of M x = *b* by conjugate gradients, until the residual is small enough; steps taken."""
    k = b.size
    residual, direction = b.copy(), b.copy()
    product, folds = b.copy(), np.zeros(moduli.sum())
    square = (residual * residual).sum()
    goal = tolerance * tolerance * square
    for steps in range(most):
        if square <= goal:
            return steps
        curvature = multiply(own, lags, heights, moduli, weights, direction, folds, product)
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
