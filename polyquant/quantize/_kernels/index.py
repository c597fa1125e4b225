"""Points of a pyramid to their numbers and back, by sums over the table U of :mod:`polyquant.quantize._counts`.

Numbers are rows of words of 64 bits, lowest word first. Only additions and subtractions modulo 2^64 happen; the caller
silences numpy's warnings about them. Points are checked before they come here, numbers are below P(n, k).
"""

import numpy as np

from polyquant._kernel import kernel

ZERO = np.uint64(0)
ONE = np.uint64(1)


@kernel
def encode(points, table, numbers):
    """The number of each of *points* (m, n), into *numbers* (m, limbs), zeros at first."""
    m, n = points.shape
    for g in range(m):
        k = 0
        for i in range(n - 1, -1, -1):
            left = n - i
            _add(numbers[g], table[left, k])
            y = points[g, i]
            if y < 0:
                k -= y
                _add(numbers[g], table[left, k + 1])
            else:
                k += y


@kernel
def decode(numbers, table, k, points):
    """The points (m, n) with *k* pulses of *numbers* (m, limbs), which are used up."""
    m, n = points.shape
    for g in range(m):
        rest = k
        for i in range(n):
            left = n - i
            negative = not _less(numbers[g], table[left, rest + 1])
            if negative:
                _subtract(numbers[g], table[left, rest + 1])
            after = rest
            while _less(numbers[g], table[left, after]):
                after -= 1
            _subtract(numbers[g], table[left, after])
            points[g, i] = after - rest if negative else rest - after
            rest = after


@kernel
def _add(a, b):
    carry = ZERO
    for j in range(a.size):
        first = a[j] + b[j]
        total = first + carry
        carry = ONE if first < b[j] or total < first else ZERO
        a[j] = total


@kernel
def _subtract(a, b):
    borrow = ZERO
    for j in range(a.size):
        first = a[j] - b[j]
        total = first - borrow
        borrow = ONE if a[j] < b[j] or first < borrow else ZERO
        a[j] = total


@kernel
def _less(a, b):
    for j in range(a.size - 1, -1, -1):
        if a[j] != b[j]:
            return a[j] < b[j]
    return False
