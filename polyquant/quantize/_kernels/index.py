"""Points of a pyramid to their numbers and back, by sums over the table U of :mod:`polyquant.quantize._counts`.

Numbers of one word are added up as they are. Longer ones are added limb by limb, with room in each limb for all
carries, and a row of the table is one value of eight limbs (or several): carries wait until the end.
The caller silences numpy's warnings about sums modulo 2^64.
"""

import numpy as np

from polyquant._kernel import kernel

from .lanes import WORDS, above, load, store

ZERO = np.uint64(0)
ONE = np.uint64(1)
WORD = np.uint64(64)
GROUPS = 8


@kernel
def encode(points, k, table, numbers):
    """Numbers (m,) of *points* (m, n) with *k* pulses; the first point with another number of them, or -1.

    U(i, j) is at table[i * (k + 10) + 8 + j].
    """
    m, n = points.shape
    most, stride = np.uint64(k), np.uint64(k + 2 + WORDS)
    for g in range(m):
        pulses, at, row, number = ZERO, ZERO, np.uint64(WORDS), ZERO
        for i in range(n):
            row += stride
            y = points[g, n - 1 - i]
            number += table[row + at]
            pulses += np.uint64(abs(int(y)))
            at = min(pulses, most)
            number += table[row + at + ONE] * np.uint64(y < 0)
        if pulses != most:
            return g
        numbers[g] = number
    return -1


@kernel
def decode(numbers, k, table, points):
    """The *points* (m, n) with *k* pulses of *numbers* (m,), used up; the table as in :func:`encode`.

    Eight points at a time: a processor goes on with the next while it waits for one.
    """
    m, n = points.shape
    rests = np.empty(GROUPS, np.int64)
    for start in range(0, m, GROUPS):
        width = min(GROUPS, m - start)
        rests[:] = k
        row = n * (k + 2 + WORDS) + WORDS
        for i in range(n):
            for g in range(width):
                number, rest = numbers[start + g], rests[g]
                border = table[row + rest + 1]
                negative = number >= border
                number -= border * np.uint64(negative)
                found = above(table, row + rest - WORDS + 1, number)
                size = found
                while found == WORDS:
                    found = above(table, row + rest - size - WORDS + 1, number)
                    size += found
                rests[g] = rest - size
                numbers[start + g] = number - table[row + rest - size]
                points[start + g, i] = -size if negative else size
            row -= k + 2 + WORDS


@kernel
def encode_long(points, k, table, limbs, numbers):
    """As :func:`encode`, for numbers (m, words) of several words, lowest first; zeros at first.

    Limb l of U(i, j) is at table[(i * (k + 2) + j) * (size of limbs) + l]; limbs have 48 bits, and room is theirs.
    """
    m, n = points.shape
    size = limbs.size
    for g in range(m):
        pulses = 0
        for part in range(0, size, WORDS):
            pulses, at, row, number = 0, 0, part, load(table, size)  # U(0, 1) = 0
            for i in range(n - 1, -1, -1):
                row += (k + 2) * size
                y = int(points[g, i])
                number = number + load(table, row + at * size)
                pulses += abs(y)
                at = min(pulses, k)
                number = number + load(table, row + (at + 1) * size if y < 0 else size)
            store(limbs, part, number)
        if pulses != k:
            return g
        _join(limbs, numbers[g])
    return -1


@kernel
def _join(limbs, words):
    """Limbs of 48 bits, and carries in the bits above, to words of 64 bits."""
    mask, width = np.uint64(2**48 - 1), np.uint64(48)
    carry, at = ZERO, ZERO
    for limb in limbs:
        total = limb + carry
        carry = total >> width
        word, shift = int(at // WORD), at % WORD
        if word < words.size:
            words[word] |= (total & mask) << shift
            if shift > WORD - width and word + 1 < words.size:
                words[word + 1] |= (total & mask) >> (WORD - shift)
        at += width


@kernel
def decode_long(numbers, k, table, lengths, points):
    """As :func:`decode`, for numbers (m, words), which are used up.

    Word l of U(i, j) is at table[(i * (k + 2) + j) * words + l], lowest first. No number of a point with i coordinates
    and j pulses has more than lengths[i, j] words.
    """
    (m, n), words = points.shape, np.uint64(numbers.shape[1])
    for g in range(m):
        number, rest = numbers[g], np.uint64(k)
        row = np.uint64(n * (k + 2)) * words
        for i in range(n):
            length = lengths[n - i, rest]
            place = row + (rest + ONE) * words
            negative = not _less(number, table, place, length)
            if negative:
                _subtract(number, table, place, length)
            place -= words
            before = rest
            while _less(number, table, place, length):
                place -= words
                rest -= ONE
            _subtract(number, table, place, length)
            size = np.int64(before - rest)
            points[g, i] = -size if negative else size
            row -= np.uint64(k + 2) * words


@kernel
def _subtract(number, table, place, length):
    """Take the words of *table* from *place* on off the words of *number*."""
    borrow = ZERO
    for j in range(length):
        word = table[place + np.uint64(j)]
        first = number[j] - word
        total = first - borrow
        borrow = np.uint64(number[j] < word) | np.uint64(first < borrow)
        number[j] = total


@kernel
def _less(number, table, place, length):
    for j in range(length - 1, -1, -1):
        word = table[place + np.uint64(j)]
        if number[j] != word:
            return number[j] < word
    return False
