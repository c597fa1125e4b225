"""Writing many integers: small values and short words by tables, the rest by :mod:`universal`.

An entry is ``word << 6 | bits`` for the value of its index, or MISS. The words of four values make one group, a group
of at most 57 bits is one store. Groups are formed for a block at a time, in loops without branches, and joined to
groups of eight where these fit. Small values of gamma and exp-Golomb go eight at a time from the start.
"""

import numpy as np

from polyquant._kernel import kernel
from polyquant.bits._kernels.words import U, bit_length, store

from .eights import GROUPS, VALUES, eights
from .universal import (
    ALL,
    EXP_GOLOMB,
    FIBONACCI,
    GAMMA,
    GOLOMB,
    LEB128,
    ONE,
    RICE,
    UNARY,
    WORD,
    ZERO,
    fibonacci,
    parts,
)

MISS = U(63)
MOST = U(57)  # bits of a group: 7 more may be waiting for their byte
BLOCK = 256  # groups
APART = 8  # blocks without another try, after one whose groups were too long to be joined
SMALL = 2**15  # gamma words of up to 31 bits are grouped, longer ones are written alone
EXACT = 2**23  # below, eight at a time come out right, words of 47 bits among them
LONGEST = U(2**30)  # bits of a word


@kernel
def rules(kind, parameter, rows):
    """Fill *rows*, uint64 (2, 64): how the words of integers with L digits follow from the integers.

    The word of n is rows[0, L] + (n << tail), with rows[1, L] = tail << 6 | bits, or rows[1, L] = MISS. In these codes
    all words of one L differ by what the digits are, so the first and the last tell.
    """
    rows[1] = MISS
    if kind in (UNARY, GOLOMB, RICE, LEB128):
        return
    for digits in range(2, 64):
        first, last = ONE << U(digits - 1), ALL >> U(64 - digits)
        ones, _, head_size, _, size = parts(kind, parameter, first)
        more, _, head_size_last, _, size_last = parts(kind, parameter, last)
        if ones + head_size + size > MOST or (ones, head_size, size) != (more, head_size_last, size_last):
            continue
        word_first, word_last = _word(kind, parameter, first), _word(kind, parameter, last)
        for tail in range(2):
            if word_last - word_first == (last - first) << U(tail):
                rows[0, digits] = word_first - (first << U(tail))
                rows[1, digits] = U(tail) << U(6) | ones + head_size + size


@kernel
def _word(kind, parameter, n):
    """A word of at most 64 bits as a number."""
    ones, head, head_size, body, body_size = parts(kind, parameter, n)
    return (((ONE << ones) - ONE) << head_size | head) << body_size | body


@kernel
def lengths(kind, parameter, rows, least, table, most, values, out):
    """Bits of the words of *values*, int64, into *out*; index of the first that has none or more than *most*, or -1."""
    for i in range(values.size):
        size = table[min(U(values[i]), U(table.size - 1))] & MISS
        if size == MISS:
            if values[i] < least:
                return i
            if kind == FIBONACCI:
                ones, _, head_size, _, body_size = fibonacci(U(values[i]), parameter, rows)
            else:
                ones, _, head_size, _, body_size = parts(kind, parameter, U(values[i]))
            size = ones + head_size + body_size
            if size > most:
                return i
        out[i] = np.int64(size)
    return -1


@kernel
def encode(kind, parameter, rows, least, table, values, done, out, position):
    """Write the words of values[done:] at *position* of *out*, uint8, as far as they are covered and there is room.

    Returns (index of the first value that is not written, position behind the last that is). *out* is at least eight
    bytes longer than what is written.
    """
    words = np.empty(BLOCK, np.uint64)
    sizes = np.empty(BLOCK, np.uint64)
    at = position >> U(3)
    fill = position & U(7)  # bits that wait for their byte, the low ones of `pending`
    pending = U(out[at]) >> (U(8) - fill)
    room = U(out.size) - U(8)
    groups = j = ZERO
    each = U(4)  # values of a group
    alone = apart = 0
    while done < values.size:
        if alone == 0:
            if j == groups:  # the next block
                block = values[done : done + min(4 * BLOCK, (values.size - done) // 4 * 4)]
                j, groups = ZERO, U(block.size // 4)
                gamma = kind == GAMMA or (kind == EXP_GOLOMB and parameter < U(16))
                if gamma and apart == 0 and block.size == 4 * BLOCK:
                    more = ZERO if kind == GAMMA else ONE << parameter
                    if _eights_of_gamma(least, more, parameter, block, words, sizes):
                        each, groups = U(8), U(BLOCK // 2)
                        continue
                    apart = APART
                apart -= min(apart, 1)
                if kind == GAMMA:  # numbers that the compiler knows save it a quarter of the time
                    _groups_of_gamma(1, ZERO, block, words, sizes)
                elif kind == EXP_GOLOMB and parameter < U(16):
                    _groups_of_gamma(least, parameter, block, words, sizes)
                else:
                    _groups(table, block, words, sizes)
                each = U(4)
                if groups & ONE == ZERO and _pairs_fit(sizes, groups):
                    each = U(8)
                    groups >>= ONE
                    _join_pairs(words, sizes, groups)
            first = j
            last = min(groups, j + (room - min(at, room) >> U(3)))  # a group takes at most eight bytes
            while j < last and sizes[j] <= MOST:
                pending = pending << sizes[j] | words[j]
                fill += sizes[j]
                store(out, at, pending << (WORD - fill))
                at += fill >> U(3)
                fill &= U(7)
                j += ONE
            done += np.int64(each * (j - first))
            if j < groups or groups == ZERO:  # a long word, or the last few
                alone = min(np.int64(each), values.size - done)
                j = min(j + ONE, groups)
        else:
            n = values[done]
            entry = table[min(U(n), U(table.size - 1))]
            if entry != MISS:
                ones = head = head_size = ZERO
                body, body_size = entry >> U(6), entry & MISS
            elif n < least:
                break
            elif kind == FIBONACCI:
                ones, head, head_size, body, body_size = fibonacci(U(n), parameter, rows)
            elif rows[1, bit_length(U(n))] != MISS:
                rule = rows[1, bit_length(U(n))]
                ones = head = head_size = ZERO
                body, body_size = rows[0, bit_length(U(n))] + (U(n) << (rule >> U(6))), rule & MISS
            else:
                ones, head, head_size, body, body_size = parts(kind, parameter, U(n))
            size = ones + head_size + body_size
            if size > LONGEST or at + (size >> U(3)) + U(1) > room:
                break
            while size > U(0):
                if size > head_size + body_size:
                    step = min(size - head_size - body_size, U(56))
                    piece = ALL
                elif size > body_size:
                    step = min(size - body_size, U(56))
                    piece = head >> (size - body_size - step)
                else:
                    step = min(size, U(56))
                    piece = body >> (size - step)
                size -= step
                pending = pending << step | piece & ((ONE << step) - ONE)
                fill += step
                store(out, at, pending << (WORD - fill))
                at += fill >> U(3)
                fill &= U(7)
            done += 1
            alone -= 1
    return done, at << U(3) | fill


@kernel
def _pairs_fit(sizes, groups):
    """Whether nearly all pairs of groups have at most MOST bits."""
    long = 0
    for j in range(groups >> ONE):
        long += sizes[2 * j] + sizes[2 * j + 1] > MOST
    return 32 * long < groups


@kernel
def _join_pairs(words, sizes, pairs):
    for j in range(pairs):
        words[j] = words[2 * j] << sizes[2 * j + 1] | words[2 * j + 1]
        sizes[j] = sizes[2 * j] + sizes[2 * j + 1]


@kernel
def _groups(table, values, words, sizes):
    """The words of four values each, by *table*; meaningless when they have more than MOST bits."""
    last = U(table.size - 1)  # an index; as uint64 a negative value is large too
    for j in range(values.size // 4):
        a = table[min(U(values[4 * j]), last)]
        b = table[min(U(values[4 * j + 1]), last)]
        c = table[min(U(values[4 * j + 2]), last)]
        d = table[min(U(values[4 * j + 3]), last)]
        size_b, size_d = b & MISS, d & MISS
        behind = (c & MISS) + size_d
        words[j] = (a >> U(6) << size_b | b >> U(6)) << behind | c >> U(6) << size_d | d >> U(6)
        sizes[j] = (a & MISS) + size_b + behind


@kernel
def _groups_of_gamma(least, k, values, words, sizes):
    """As :func:`_groups` without a table: the word is n (gamma) or n + 2^k, with zeros before it."""
    more = ZERO if least == 1 else ONE << k
    for j in range(values.size // 4):
        a, b, c, d = values[4 * j], values[4 * j + 1], values[4 * j + 2], values[4 * j + 3]
        small = (min(min(a, b), min(c, d)) >= least) & ((a | b | c | d) < SMALL)
        a, size_a = _gamma(a, more, k)
        b, size_b = _gamma(b, more, k)
        c, size_c = _gamma(c, more, k)
        d, size_d = _gamma(d, more, k)
        behind = size_c + size_d
        words[j] = (a << size_b | b) << behind | c << size_d | d
        sizes[j] = size_a + size_b + behind if small else MISS


@kernel
def _eights_of_gamma(least, more, k, values, words, sizes):
    """Groups of eight for 4 * BLOCK values; are all values EXACT, and nearly all groups of at most MOST bits?"""
    seen = ZERO
    for j in range(0, BLOCK // 2, GROUPS):
        seen |= eights(least, more, k, values, VALUES // GROUPS * j, words, sizes, j)
    long = 0
    for j in range(BLOCK // 2):
        long += sizes[j] > MOST
    return seen < EXACT and 16 * long < BLOCK // 2


@kernel
def _gamma(n, more, k):
    x = (U(n) & U(SMALL - 1)) + more
    return x, U(2) * bit_length(x | ONE) - ONE - k
