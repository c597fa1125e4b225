"""Points of a pyramid to their numbers and back, by sums over the table U of :mod:`polyquant.quantize._counts`.

Numbers of one word are added up as they are. Longer ones are added limb by limb, with room in each limb for all
carries, and a row of the table is one value of eight limbs (or several): carries wait until the end.
The caller silences numpy's warnings about sums modulo 2^64.
"""

import numpy as np

from polyquant._kernel import kernel

from .lanes import WORDS, above, aligned, load, store, weigh

ZERO = np.uint64(0)
ONE = np.uint64(1)
SEVEN, EIGHT = np.uint64(WORDS - 1), np.uint64(WORDS)
WORD = np.uint64(64)
GROUPS = 8
CARRY = 1024  # coordinates without a carry at most; limbs have room for 16 times as many
LARGE = 2.0**1000  # numbers above are not rounded, but compared limb by limb


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

    Eight points at a time: a processor goes on with the next while it waits for one. Places are unsigned, so that
    nobody asks whether they count from the end.
    """
    m, n = points.shape
    rests, stride = np.empty(GROUPS, np.uint64), np.uint64(k + 2 + WORDS)
    for start in range(0, m, GROUPS):
        width = np.uint64(min(GROUPS, m - start))
        part, whole = numbers[start : start + GROUPS], points[start : start + GROUPS]
        rests[:] = np.uint64(k)
        row = np.uint64(n) * stride + EIGHT
        for i in range(np.uint64(n)):
            for g in range(width):
                number, at = part[g], row + rests[g]
                border = table[at + ONE]
                negative = number >= border
                number -= border if negative else ZERO
                size = found = above(table, np.int64(at - SEVEN), number)
                while found == WORDS:
                    found = above(table, np.int64(at - SEVEN) - size, number)
                    size += found
                rests[g] -= np.uint64(size)
                part[g] = number - table[at - np.uint64(size)]
                whole[g, i] = -size if negative else size
            row -= stride


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
def decode_long(numbers, k, table, leading, scales, points):
    """As :func:`decode`, for numbers (m, words), and with limbs and their table as in :func:`encode_long`.

    Limb l counts scales[l]; leading[i * (k + 10) + 8 + j] is U(i, j), both rounded, and at most LARGE. These decide,
    unless they are closer than rounding: then the limbs do.

    The three steps of a coordinate are each taken for all of some points: a processor does them together.
    """
    m, n = points.shape
    size = scales.size
    limbs = aligned(GROUPS * size, table)
    rounded, errors = np.empty(GROUPS), np.empty(GROUPS)
    rests, sizes = np.empty(GROUPS, np.int64), np.empty(GROUPS, np.int64)
    for start in range(0, m, GROUPS):
        width, whole = np.uint64(min(GROUPS, m - start)), points[start : start + GROUPS]
        rests[:] = k
        for g in range(np.int64(width)):
            _split(numbers[start + g], limbs[g * size : (g + 1) * size])
        for i in range(n):
            row, place = (n - i) * (k + 2) * size, np.uint64((n - i) * (k + 2 + WORDS) + WORDS)
            for g in range(width):
                value = _rounded(limbs, np.int64(g) * size, scales)
                if i % CARRY == 0 or not value > 2.0**12 * errors[g]:
                    _carry(limbs[np.int64(g) * size : (np.int64(g) + 1) * size])
                    value = _rounded(limbs, np.int64(g) * size, scales)
                    errors[g] = 2.0**-48 * value - 0.25 if value < LARGE else np.inf
                rounded[g] = value
            for g in range(width):
                y, apart = _decide(rounded[g], leading, place + np.uint64(rests[g]))
                if not apart > errors[g]:
                    y = _exact(limbs[np.int64(g) * size : (np.int64(g) + 1) * size], table, row, rests[g])
                sizes[g] = y
            for g in range(width):
                y, rest = sizes[g], rests[g]
                whole[g, i] = y
                rests[g] = rest - abs(y)
                first = row + rests[g] * size
                second = size + (row + rest * size) * (y < 0)  # U(0, 1) = 0
                for part in range(0, size, WORDS):
                    at = np.int64(g) * size + part
                    store(limbs, at, load(limbs, at) - load(table, first + part) - load(table, second + part))


@kernel
def _rounded(limbs, at, scales):
    """The number of the limbs from *at* on, nearly."""
    number = 0.0
    for part in range(0, scales.size, WORDS):
        number += weigh(load(limbs, at + part), scales, part)
    return number


@kernel
def _decide(number, leading, at):
    """The next coordinate, and how far *number* is from where it would be another; U for all that is left is *at*."""
    border = leading[at + ONE]
    negative = number >= border
    left = number - border if negative else number
    y = found = above(leading, np.int64(at - SEVEN), left)
    while found == WORDS:
        found = above(leading, np.int64(at - SEVEN) - y, left)
        y += found
    place = at - np.uint64(y)
    apart = min(abs(number - border), left - leading[place], leading[place + ONE] - left)
    return -y if negative else y, apart


@kernel
def _exact(number, table, row, rest):
    """The next coordinate, from the limbs of *number*, and U from *row* on."""
    size = number.size
    _carry(number)
    left = number.copy()
    negative = not _less(number, table, row + (rest + 1) * size)
    if negative:
        for j in range(size):
            left[j] -= table[row + (rest + 1) * size + j]
        _carry(left)
    y = 0
    while _less(left, table, row + (rest - y) * size):
        y += 1
    return -y if negative else y


@kernel
def _less(limbs, table, place):
    for j in range(limbs.size - 1, -1, -1):
        if limbs[j] != table[place + j]:
            return limbs[j] < table[place + j]
    return False


@kernel
def _split(words, limbs):
    """Words of 64 bits to limbs of 48 bits."""
    mask, width = np.uint64(2**48 - 1), np.uint64(48)
    at = ZERO
    for j in range(limbs.size):
        word, shift = int(at // WORD), at % WORD
        limb = words[word] >> shift if word < words.size else ZERO
        if shift > WORD - width and word + 1 < words.size:
            limb |= words[word + 1] << (WORD - shift)
        limbs[j] = limb & mask
        at += width


@kernel
def _carry(limbs):
    """Limbs beyond 48 bits, or below zero, to limbs of 48 bits."""
    mask, width, sign = np.uint64(2**48 - 1), np.uint64(48), np.uint64(2**63)
    carry = ZERO
    for j in range(limbs.size):
        total = limbs[j] + carry
        limbs[j] = total & mask
        carry = ((total + sign) >> width) - (sign >> width)  # keeps the sign
