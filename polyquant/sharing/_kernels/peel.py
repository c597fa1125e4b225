"""Recovery by peeling, for many share sets or for long shares. Points are words; everything public is planned first.

Entries keep garbage behind their precision: divisions go from the low end up, so it never reaches what counts.
"""

import numpy as np

from polyquant._kernel import kernel
from polyquant.algebra._kernels.clmul import ONE, ZERO, inverse, product, trailing_zeros

TOP = np.uint64(63)
WORD = 64


@kernel
def low_bits(count):
    """A word with its *count* lowest bits set, 0 to 64."""
    return ZERO if count <= 0 else ~ZERO >> np.uint64(64 - min(count, 64))


@kernel
def plan(points, precisions, taken, live, shifts, odds, inverses, portable):
    """Who is taken out in each round, shape (rounds,), and who is divided by what, (rounds, n). Entries are by party.

    precisions (n,) become what is left of them at the end.
    """
    rounds, n = live.shape
    out = np.zeros(n, np.bool_)
    for r in range(rounds):
        longest = -1
        for e in range(n):
            if not out[e] and (longest < 0 or precisions[e] > precisions[longest]):
                longest = e
        out[longest] = True
        taken[r] = longest
        i = 0
        for e in range(n):
            if not out[e]:
                odd = points[e] ^ points[longest]
                shift = trailing_zeros(odd)
                odd >>= shift
                live[r, i] = e
                shifts[r, i] = shift
                odds[r, i] = odd
                inverses[r, i] = inverse(odd, portable)
                precisions[e] -= np.int64(shift)
                i += 1


@kernel
def peel(values, taken, live, shifts, odds, inverses, words, portable):
    """All rounds in place on values (n, at least words + 1); the last word of a row is zero. False: inconsistent."""
    rounds, n = live.shape
    carry = np.empty(n, np.uint64)
    before = np.empty(n, np.uint64)
    for r in range(rounds):
        first = values[taken[r]]
        count = n - r - 1
        wrong = ZERO
        for i in range(count):
            before[i] = values[live[r, i], 0] ^ first[0]
            wrong |= before[i] & ((ONE << shifts[r, i]) - ONE)
            carry[i] = ZERO
        if wrong != ZERO:
            return False
        for w in range(words):
            ahead = first[w + 1]
            for i in range(count):
                shift = shifts[r, i]
                entry = live[r, i]
                following = values[entry, w + 1] ^ ahead
                rest = (before[i] >> shift | (following << ONE) << (TOP - shift)) ^ carry[i]
                quotient, _high = product(rest, inverses[r, i], portable)
                _low, carry[i] = product(quotient, odds[r, i], portable)
                values[entry, w] = quotient
                before[i] = following
    return True


@kernel
def agree(values, precisions, live, ell, secret):
    """Write the secret (words of ell,) and say whether all entries that are left have it, and nothing behind it."""
    size = secret.size
    rounds, n = live.shape
    one = live[rounds - 1, 0]
    for w in range(size):
        secret[w] = values[one, w]
    secret[size - 1] &= low_bits(ell - WORD * (size - 1))
    wrong = ZERO
    for i in range(n - rounds):
        entry = live[rounds - 1, i]
        for w in range((precisions[entry] + WORD - 1) // WORD):
            expected = secret[w] if w < size else ZERO
            wrong |= (values[entry, w] ^ expected) & low_bits(precisions[entry] - WORD * w)
    return wrong == ZERO


@kernel
def recover_rows(points, precisions, shares, rounds, ell, secrets, good, portable):
    """For each row of shares (rows, n, words) its secret (rows, words of ell) and whether it is consistent.

    points and precisions are (rows, n), or (1, n) for the same parties in every row. Entries are sorted by party.
    """
    rows, n, words = shares.shape
    taken = np.empty(rounds, np.int64)
    live = np.empty((rounds, n), np.int64)
    shifts = np.empty((rounds, n), np.uint64)
    odds = np.empty((rounds, n), np.uint64)
    inverses = np.empty((rounds, n), np.uint64)
    left = np.empty(n, np.int64)
    values = np.zeros((n, words + 1), np.uint64)
    for row in range(rows):
        if row == 0 or points.shape[0] > 1:
            left[:] = precisions[row]
            plan(points[row], left, taken, live, shifts, odds, inverses, portable)
        for e in range(n):
            for w in range(words):
                values[e, w] = shares[row, e, w]
        good[row] = peel(values, taken, live, shifts, odds, inverses, words, portable) and agree(
            values, left, live, ell, secrets[row]
        )


@kernel
def first_stray(shares, bits):
    """The index row n + e of the first share of (rows, n, words) with a bit at or behind bits (1 or rows, n), or -1."""
    rows, n, words = shares.shape
    for row in range(rows):
        for e in range(n):
            size = bits[row % bits.shape[0], e]
            for w in range(size // WORD, words):
                if shares[row, e, w] & ~low_bits(size - WORD * w) != ZERO:
                    return row * n + e
    return -1
