"""Fields of 0 to 64 bits in and out of big-endian 64-bit words.

Words hold the bits from the top: bit 0 of the string is the highest bit of word 0. Callers have checked that widths
are 0..64, that values fit and that the words are as many as the widths need (one more when reading).
"""

import numpy as np

from polyquant._kernel import kernel

ZERO = np.uint64(0)
WORD = np.uint64(64)


@kernel
def first_misfit(values, widths):
    """Index of the first value with a bit above its width, or -1."""
    for i in range(values.size):
        if widths[i] < WORD and values[i] >> widths[i] != ZERO:
            return i
    return -1


@kernel
def pack(values, widths, words):
    """Write values (n,) uint64 with widths (n,) uint64 into words, uint64."""
    word = ZERO
    free = WORD  # bits of the current word that are still empty, 1..64
    at = 0
    for i in range(values.size):
        value = values[i]
        width = widths[i]
        if width < free:
            if width > ZERO:
                word |= value << (free - width)
                free -= width
        else:
            rest = width - free
            words[at] = word | (value >> rest)
            at += 1
            word = value << (WORD - rest) if rest > ZERO else ZERO
            free = WORD - rest
    if free < WORD:
        words[at] = word


@kernel
def unpack(words, widths, values):
    """Read values (n,) uint64 of widths (n,) uint64 from words; one spare word follows the last that is used."""
    at = 0
    used = ZERO  # bits of the current word that are already read, 0..63
    for i in range(widths.size):
        width = widths[i]
        value = words[at] << used
        if used + width > WORD:
            value |= words[at + 1] >> (WORD - used)
        values[i] = value >> (WORD - width) if width > ZERO else ZERO
        used += width
        if used >= WORD:
            used -= WORD
            at += 1
