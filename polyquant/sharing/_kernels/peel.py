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
    if count >= WORD:
        return ~ZERO
    return ZERO if count <= 0 else ~ZERO >> np.uint64(WORD - count)


@kernel
def plan(points, row, left, order, divisors, portable):
    """Who is taken out in each round (column n of order, (rounds, n + 1)) and who is left (columns 0 .. n - r - 2).

    divisors (3, rounds, n): valuation and odd part of the difference of the points, and the inverse of that. left (n,)
    are the precisions, and at the end what is left of them.
    """
    rounds, n = order.shape[0], points.shape[1]
    for e in range(n):
        order[0, e] = e
    for r in range(rounds):
        count = n - r
        longest = 0
        for i in range(1, count):
            if left[order[r, i]] > left[order[r, longest]]:
                longest = i
        taken = order[r, longest]
        for i in range(longest, count - 1):
            order[r, i] = order[r, i + 1]
        order[r, n] = taken
        for i in range(count - 1):
            entry = order[r, i]
            odd = points[row, entry] ^ points[row, taken]
            shift = trailing_zeros(odd)
            odd >>= shift
            divisors[0, r, i] = shift
            divisors[1, r, i] = odd
            divisors[2, r, i] = inverse(odd, portable)
            left[entry] -= np.int64(shift)
            if r + 1 < rounds:
                order[r + 1, i] = entry


@kernel
def peel(values, order, divisors, words, state, portable):
    """All rounds in place on values (n, at least words + 1); the last word of a row is zero. False: inconsistent.

    state (2, n): for each entry the word before, and what the quotient so far owes to the next.
    """
    rounds, n = order.shape[0], order.shape[1] - 1
    for r in range(rounds):
        first = order[r, n]
        count = n - r - 1
        wrong = ZERO
        for i in range(count):
            low = values[order[r, i], 0] ^ values[first, 0]
            wrong |= low & ((ONE << divisors[0, r, i]) - ONE)
            state[0, i] = low
            state[1, i] = ZERO
        if wrong != ZERO:
            return False
        for w in range(words):
            ahead = values[first, w + 1]
            for i in range(count):
                shift = divisors[0, r, i]
                entry = order[r, i]
                following = values[entry, w + 1] ^ ahead
                rest = (state[0, i] >> shift | (following << ONE) << (TOP - shift)) ^ state[1, i]
                quotient, _high = product(rest, divisors[2, r, i], portable)
                _low, state[1, i] = product(quotient, divisors[1, r, i], portable)
                values[entry, w] = quotient
                state[0, i] = following
    return True


@kernel
def agree(values, left, order, ell, secrets, row):
    """Write the secret, secrets[row], and say whether all entries that are left have it, and nothing behind it."""
    size = secrets.shape[1]
    rounds, n = order.shape[0], order.shape[1] - 1
    one = order[rounds - 1, 0]
    for w in range(size):
        secrets[row, w] = values[one, w]
    secrets[row, size - 1] &= low_bits(ell - WORD * (size - 1))
    wrong = ZERO
    for i in range(n - rounds):
        entry = order[rounds - 1, i]
        for w in range((left[entry] + WORD - 1) // WORD):
            expected = secrets[row, w] if w < size else ZERO
            wrong |= (values[entry, w] ^ expected) & low_bits(left[entry] - WORD * w)
    return wrong == ZERO


@kernel
def recover_rows(points, precisions, shares, ell, order, divisors, left, state, values, secrets, good, portable):
    """For each row of shares (rows, n, words) its secret (rows, words of ell) and whether it is consistent.

    points and precisions are (rows, n), or (1, n) for the same parties in every row. The arguments from order to values
    are room: (rounds, n + 1), (3, rounds, n), (n,), (2, n), and (n, words + 1) of zeros. Returns -1, or the index
    row n + e of the first share with a bit at or behind its precision.
    """
    rows, n, words = shares.shape
    for row in range(rows):
        if row == 0 or points.shape[0] > 1:
            for e in range(n):
                left[e] = precisions[row, e]
            plan(points, row, left, order, divisors, portable)
        for e in range(n):
            for w in range(words):
                values[e, w] = shares[row, e, w]
            size = precisions[row % precisions.shape[0], e]
            for w in range(size // WORD, words):
                if values[e, w] & ~low_bits(size - WORD * w) != ZERO:
                    return row * n + e
        good[row] = False
        if peel(values, order, divisors, words, state, portable):
            good[row] = agree(values, left, order, ell, secrets, row)
    return -1
