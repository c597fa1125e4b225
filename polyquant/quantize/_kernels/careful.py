"""Points of a pyramid near a direction. Magnitudes come in, at most 1 and at least once above 1/2; so do points."""

import numpy as np

from polyquant._kernel import kernel


@kernel
def project(a, k, y):
    """The point nearest to k a / sum(a): whole parts, then the largest remainders, ties to the lowest index."""
    m, n = a.shape
    left = np.empty(n)
    for g in range(m):
        total = 0.0
        for i in range(n):
            total += a[g, i]
        pulses = 0
        for i in range(n):
            t = k * a[g, i] / total
            y[g, i] = int(t)
            left[i] = t - int(t)
            pulses += y[g, i]
        while pulses < k:
            best = 0
            for i in range(1, n):
                if left[i] > left[best]:
                    best = i
            y[g, best] += 1
            left[best] -= 1.0
            pulses += 1
        while pulses > k:  # rounding made a whole number of what was less
            best = 0
            for i in range(1, n):
                if y[g, i] > 0 and (y[g, best] == 0 or left[i] <= left[best]):
                    best = i
            y[g, best] -= 1
            left[best] += 1.0
            pulses -= 1


@kernel
def aim(a, k, rho, y):
    """The point that is nearest to c a, where c = rho k / sum(a)."""
    m, n = a.shape
    for g in range(m):
        total = 0.0
        for i in range(n):
            total += a[g, i]
        c = rho * k / total
        pulses = 0
        for i in range(n):
            y[g, i] = int(c * a[g, i] + 0.5)
            pulses += y[g, i]
        _settle(a[g], c, k, pulses, y[g])


@kernel
def _settle(a, c, k, pulses, y):
    """Add the cheapest or take the dearest pulse until there are k."""
    while pulses < k:
        best = 0
        for i in range(1, a.size):
            if y[i] - c * a[i] < y[best] - c * a[best]:
                best = i
        y[best] += 1
        pulses += 1
    while pulses > k:
        best = -1
        for i in range(a.size):
            if y[i] > 0 and (best < 0 or y[i] - c * a[i] >= y[best] - c * a[best]):
                best = i
        y[best] -= 1
        pulses -= 1


@kernel
def climb(a, y):
    """Move one pulse while the point gets nearer to c a, where c is best for the point at hand."""
    m = a.shape[0]
    for g in range(m):
        while True:
            product, square = _sums(a[g], y[g])
            c = square / product
            up, down = _ends(a[g], c, y[g])
            if down < 0 or up == down:
                break
            if y[g, up] + 1 - c * a[g, up] >= y[g, down] - c * a[g, down]:
                break
            y[g, up] += 1
            y[g, down] -= 1
            after, square_after = _sums(a[g], y[g])
            if after * after * square <= product * product * square_after:  # rounding only
                y[g, up] -= 1
                y[g, down] += 1
                break


@kernel
def _sums(a, y):
    product, square = 0.0, 0.0
    for i in range(a.size):
        product += a[i] * y[i]
        square += float(y[i]) * y[i]
    return product, square


@kernel
def _ends(a, c, y):
    """Where a pulse is cheapest to put and dearest to leave, on the way to c a; -1 where there is none."""
    up, down = 0, -1
    for i in range(a.size):
        if y[i] - c * a[i] < y[up] - c * a[up]:
            up = i
        if y[i] > 0 and (down < 0 or y[i] - c * a[i] >= y[down] - c * a[down]):
            down = i
    return up, down


@kernel
def keep_better(a, other, y):
    """Where the cosine with *other* is larger, take it."""
    for g in range(a.shape[0]):
        product, square = _sums(a[g], y[g])
        second, square_second = _sums(a[g], other[g])
        if second * second * square > product * product * square_second:
            y[g] = other[g]


@kernel
def sweep(a, k, y):
    """The point with the largest cosine: all points nearest to c a for c from 0 on, one pulse moved at a time."""
    m, n = a.shape
    at = np.empty(n, np.int64)
    for g in range(m):
        _flat(a[g], k, at)
        product, square = _sums(a[g], at)
        best, best_square = product, square
        y[g] = at
        while True:
            up, down = _next(a[g], at)
            if up < 0:
                break
            product += a[g, up] - a[g, down]
            square += 2.0 * (at[up] - at[down] + 1)
            at[up] += 1
            at[down] -= 1
            if product * product * best_square > best * best * square:
                best, best_square = product, square
                y[g] = at


@kernel
def _flat(a, k, y):
    """Equal shares; what is left goes to the largest, ties to the lowest index."""
    n = a.size
    y[:] = k // n
    for _ in range(k % n):
        best = -1
        for i in range(n):
            if y[i] == k // n and (best < 0 or a[i] > a[best]):
                best = i
        y[best] += 1


@kernel
def _next(a, y):
    """The move to a larger coordinate that pays first when c grows, or -1, -1.

    From j to i it pays at c = (y_i - y_j + 1) / (a_i - a_j). The best ends for one c are found on their own; for the c
    of that pair there may be better ones, until there are none.
    """
    up, down = 0, -1
    for i in range(a.size):
        if a[i] > a[up]:
            up = i
        if y[i] > 0 and (down < 0 or a[i] < a[down]):
            down = i
    if not a[up] > a[down]:
        return -1, -1
    while True:
        c = (y[up] - y[down] + 1) / (a[up] - a[down])
        i, j = _ends(a, c, y)
        if not (a[i] > a[j] and (y[i] - y[j] + 1) / (a[i] - a[j]) < c):
            return up, down
        up, down = i, j


@kernel
def greedy(a, k, y):
    """One pulse at a time to where the cosine grows most, after a first guess from below."""
    m, n = a.shape
    for g in range(m):
        y[g] = 0
        pulses = 0
        if 2 * k > n:
            total = 0.0
            for i in range(n):
                total += a[g, i]
            for i in range(n):
                y[g, i] = int((k + 0.8) * a[g, i] / total)
                pulses += y[g, i]
        product, square = _sums(a[g], y[g])
        for _ in range(k - pulses):
            best = 0
            top, bottom = -1.0, 1.0
            for i in range(n):
                first, second = product + a[g, i], square + 2 * y[g, i] + 1
                if first * first * bottom > top * second:
                    best, top, bottom = i, first * first, second
            product += a[g, best]
            square += 2 * y[g, best] + 1
            y[g, best] += 1
