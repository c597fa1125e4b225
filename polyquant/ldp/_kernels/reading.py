"""Reading reports: untrusted words of 32 bits become counts. Nothing behind the end is looked at."""

import numpy as np

from polyquant._kernel import kernel

from .subsets import FULL, LAST_BIT, ones

LEADING = np.array([8 - (~byte & 255).bit_length() for byte in range(256)])  # ones before the first zero of 8 bits


@kernel
def peek(words, at):
    """The 32 bits from bit *at* on."""
    i, off = at >> 5, at & 31
    return (np.int64(words[i]) << off & FULL) | np.int64(words[i + 1]) >> (32 - off)


@kernel
def get_bitmap(words, at, m, omega, found):
    """Positions of a bitmap; True if they are *omega*."""
    count = 0
    for start in range(0, m, 32):
        width = min(32, m - start)
        word = peek(words, at + start) >> (32 - width)
        if count + ones(word) > omega:
            return False
        while word:
            low = word & -word
            word ^= low
            found[count] = start + width - 1 - LAST_BIT[((low * 0x077CB531) & FULL) >> 27]
            count += 1
    return count == omega


@kernel
def get_rice(words, at, end, m, omega, rice, found):
    """Positions of *omega* gaps from bit *at* on; the place behind them, or -1 if they run over the end.

    Positions above m are not written; the last one tells.
    """
    x = -1
    for i in range(omega):
        word = peek(words, at)
        ones_before = LEADING[word >> 24]
        quotient = ones_before
        while ones_before == 8:
            at += 8
            if at >= end:
                return -1
            word = peek(words, at)
            ones_before = LEADING[word >> 24]
            quotient += ones_before
        at += ones_before + 1
        if at + rice > end:
            return -1
        if ones_before + 1 + rice <= 32:
            rest = (word << (ones_before + 1) & FULL) >> (32 - rice)
        else:
            rest = peek(words, at) >> (32 - rice)
        x += 1 + (quotient << rice) + rest
        at += rice
        found[i] = min(x, m)
    return at


@kernel
def get_rank(words, at, m, omega, width, binomials, tops, limbs, found):
    """Positions of the set with the colex rank in the next *width* bits; False if there is no such set.

    ``tops[i, c]`` is the highest limb of C(c, i + 1) that is not zero: nearly all comparisons end there.
    """
    size, top = width, 0
    for limb in range(limbs.size - 1, -1, -1):
        part = size - 32 * limb
        limbs[limb] = 0
        if part > 0:
            limbs[limb] = peek(words, at) >> (32 - part)
            at += part
            size -= part
    for limb in range(limbs.size):
        if limbs[limb]:
            top = limb
    c = m
    for i in range(omega - 1, -1, -1):
        while True:  # the largest c with C(c, i + 1) <= rank
            limb = top if tops[i, c] == top else -1
            while limb >= 0 and binomials[i, c, limb] == limbs[limb]:
                limb -= 1
            smaller = limbs[limb] < binomials[i, c, limb] if limb >= 0 else top < tops[i, c]
            if not smaller:
                break
            c -= 1
        if c == m:
            return False
        borrow = 0
        for limb in range(top + 1):
            borrow += limbs[limb] - np.int64(binomials[i, c, limb])
            limbs[limb] = borrow & FULL
            borrow >>= 32
        while top and limbs[top] == 0:
            top -= 1
        found[i] = c
    return True


@kernel
def read(words, bits, valid, index_bits, m, omega, base, codec, size, binomials, tops, limbs, found, counts, users):
    """Count the reports in *words*; the place behind the last one, or -1 if one runs over the end.

    ``valid[i]`` says whether report i is one that a user can have sent. A block that does not exist has reports of no
    known length, so nothing behind it is read.
    """
    at = 0
    for i in range(valid.size):
        if at + index_bits > bits:
            return -1
        j = peek(words, at) >> (32 - index_bits) if index_bits else 0
        if j >= m.size:
            return at
        at += index_bits
        if codec == 1:
            at = get_rice(words, at, bits, m[j], omega[j], size[j], found)
            if at < 0:
                return -1
            good = found[omega[j] - 1] < m[j]
        else:
            start = at
            at += size[j] if codec == 0 else m[j]
            if at > bits:
                return -1
            if codec == 0:
                good = get_rank(words, start, m[j], omega[j], size[j], binomials, tops, limbs, found)
            else:
                good = get_bitmap(words, start, m[j], omega[j], found)
        if good:
            valid[i] = True
            users[j] += 1
            for t in range(omega[j]):
                counts[base[j] + found[t]] += 1
    return at
