"""Codes that are read faster by arithmetic than by table: LEB128, and unary when words are long.

Each function reads words into out[done:] from bit *position* of *data* on and stops at the first word that is not
plain: a long one, one that is none, one of the last 128 of *size* bits. It returns (values decoded, position); the
caller reads that word with all care and comes back.
"""

from polyquant._kernel import kernel
from polyquant.bits._kernels.words import U, bit_length, load

from .universal import ALL, HIGH_BITS, ONE, WORD, ZERO, gather, swap

TOP_BIT = U(1 << 63)


@kernel
def unary(data, size, position, done, out):
    """Unary words of any length, 64 bits at a time: where are the zeros?"""
    count = U(out.size)
    before = position  # the bit behind the last zero
    at = position >> U(3)
    zeros = mirror(load(data, at) ^ ALL) >> (position & U(7)) << (position & U(7))  # the first bit lowest
    while done + WORD <= count and (at << U(3)) + U(128) <= size:
        while zeros > ZERO:
            lowest = zeros & (ALL - zeros + ONE)
            zero = (at << U(3)) + bit_length(lowest) - ONE
            out[done] = zero - before
            before = zero + ONE
            done += ONE
            zeros ^= lowest
        at += U(8)
        zeros = mirror(load(data, at) ^ ALL)
    return done, before


@kernel
def mirror(x):
    """The 64 bits in the other order."""
    x = (x & U(0x5555555555555555)) << ONE | (x >> ONE) & U(0x5555555555555555)
    x = (x & U(0x3333333333333333)) << U(2) | (x >> U(2)) & U(0x3333333333333333)
    x = (x & U(0x0F0F0F0F0F0F0F0F)) << U(4) | (x >> U(4)) & U(0x0F0F0F0F0F0F0F0F)
    return swap(x)


@kernel
def leb128(data, size, position, done, out):
    """Words of LEB128 of up to eight bytes; *position* is that of a whole byte."""
    count = U(out.size)
    at = position >> U(3)
    while done + U(8) <= count and (at << U(3)) + U(128) <= size:
        word = swap(load(data, at))  # the first byte lowest
        ends = (word ^ ALL) & HIGH_BITS
        if ends == HIGH_BITS:
            for j in range(8):
                out[done + U(j)] = word >> U(8 * j) & U(127)
            done += U(8)
            at += U(8)
            continue
        used = more = ZERO
        empty = False
        for _ in range(4):  # as many as there are mostly, without asking where each ends
            there = U(ends > ZERO)
            some = ends | TOP_BIT * (ONE - there)
            top = some & (ALL - some + ONE)  # of the last byte of the first word
            first = word & (top | (top - ONE))
            out[done + more] = gather(first)
            empty |= (there > ZERO) & (top > U(128)) & (first < top >> U(7))
            half = bit_length(top) >> ONE
            used += there * half
            more += there
            word = word >> half >> half
            ends = ends >> half >> half
        if empty or more == ZERO:
            break
        done += more
        at += used >> U(2)
    return done, at << U(3)
