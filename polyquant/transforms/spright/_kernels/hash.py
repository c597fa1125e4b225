"""Where indices fall: the number of the bin, the sign under a delay, and sums over a few coefficients."""

import numpy as np

from polyquant._kernel import kernel

from .peel import parity


@kernel
def places(columns, k, found):
    """found[c, i] = the bin of k[i] (W,) in group c; columns (C, b, W)."""
    for c in range(columns.shape[0]):
        for i in range(k.shape[0]):
            j = 0
            for bit in range(columns.shape[1]):
                j |= parity(columns[c, bit], k[i]) << bit
            found[c, i] = j


@kernel
def signs(delays, k, found):
    """found[c, i, p] = 1 or -1, the sign of k[i] (W,) under delay p of group c; delays (C, P, W)."""
    for c in range(delays.shape[0]):
        for i in range(k.shape[0]):
            for p in range(delays.shape[1]):
                found[c, i, p] = 1.0 - 2.0 * parity(delays[c, p], k[i])


@kernel
def predict(support, coeffs, points, found):
    """found[i] = the sum of coeffs with the signs of points[i] (W,); support (m, W)."""
    for i in range(points.shape[0]):
        total = 0.0
        for s in range(support.shape[0]):
            total += -coeffs[s] if parity(support[s], points[i]) else coeffs[s]
        found[i] = total


@kernel
def spread(where, sign, x, values):
    """Add the coefficients x (m,) to the bins values (C, P, B); where (C, m), sign (C, m, P)."""
    for c in range(where.shape[0]):
        for i in range(x.size):
            for p in range(sign.shape[2]):
                values[c, p, where[c, i]] += sign[c, i, p] * x[i]


@kernel
def gather(where, sign, values, x):
    """x[i] = the sum of what the bins of coefficient i show, with its signs: the transpose of spread."""
    for i in range(x.size):
        total = 0.0
        for c in range(where.shape[0]):
            for p in range(sign.shape[2]):
                total += sign[c, i, p] * values[c, p, where[c, i]]
        x[i] = total


@kernel
def least_squares(where, sign, rest, x, steps, tolerance):
    """Conjugate gradients: improve x until *rest* (C, P, B), the bins less what x explains, is least; steps taken."""
    gradient, direction = np.empty_like(x), np.empty_like(x)
    gather(where, sign, rest, gradient)
    direction[:] = gradient
    size = np.sum(gradient * gradient)
    stop = tolerance * tolerance * size
    image = np.empty_like(rest)
    for step in range(steps):
        if size <= stop:
            return step
        image[:] = 0.0
        spread(where, sign, direction, image)
        length = size / np.sum(image * image)
        for i in range(x.size):
            x[i] += length * direction[i]
        rest -= length * image
        gather(where, sign, rest, gradient)
        after = np.sum(gradient * gradient)
        for i in range(x.size):
            direction[i] = gradient[i] + after / size * direction[i]
        size = after
    return steps
