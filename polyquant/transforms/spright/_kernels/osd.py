"""Delays without structure: a random linear code, decoded from its most reliable places (order 2).

[FOS95] M. P. C. Fossorier, S. Lin, Soft-decision decoding of linear block codes based on ordered statistics.
"""

import numpy as np

from polyquant._kernel import kernel


@kernel
def bit(limbs, p):
    """Bit *p* of an array of limbs, as uint64."""
    return limbs[p >> 6] >> np.uint64(p & 63) & np.uint64(1)


@kernel
def add(limbs, others, once):
    """XOR *others* into *limbs* if *once* is 1, not if it is 0: without a branch that nobody can predict."""
    for w in range(limbs.size):
        limbs[w] ^= once * others[w]


@kernel
def _by_size(v):
    """Numbers of the values of v, largest absolute value first; of equal ones the earlier first."""
    size, order = np.empty(v.size), np.empty(v.size, np.int64)
    for i in range(v.size):
        size[i] = abs(v[i])
    for i in range(v.size):
        before = 0
        for j in range(i):
            before += size[j] >= size[i]
        for j in range(i + 1, v.size):
            before += size[j] > size[i]
        order[before] = i
    return order


@kernel
def _eliminate(code, order, pivots):
    """Row i of *code* becomes the only one with a one at place pivots[i]: the first independent places of *order*.

    There must be as many independent places as rows, or the word would not say the message.
    """
    rank = 0
    for p in order:
        row = rank
        while row < pivots.size and not bit(code[row], p):
            row += 1
        if row == pivots.size:
            continue
        if row != rank:  # the row whose turn it is has no one here: adding this one gives it one
            add(code[rank], code[row], np.uint64(1))
        for i in range(pivots.size):
            if i != rank:
                add(code[i], code[rank], bit(code[i], p))
        pivots[rank] = p
        rank += 1
        if rank == pivots.size:
            break


@kernel
def _flips(agree, code, pivots):
    """Two rows of *code*, or fewer (-1), whose flip makes the absolute sum of *agree* (P,) largest.

    Let shared[i, j] be the sum over the places that rows i and j both have; no pivot is among these. A flip of row i
    changes the sum by -2 gain[i], its pivot and shared[i, i]; flips of two rows by 4 shared[i, j] more.
    """
    rows, total = pivots.size, 0.0
    gain, shared, ones = np.empty(rows), np.zeros((rows, rows)), np.empty(rows)
    loose = np.ones(agree.size, np.uint8)
    for i in range(rows):
        loose[pivots[i]] = 0
    for p in range(agree.size):
        total += agree[p]
        if loose[p]:
            for i in range(rows):
                ones[i] = bit(code[i], p)
            for i in range(rows):
                value = agree[p] * ones[i]
                for j in range(rows):
                    shared[i, j] += value * ones[j]
    best, first, second = abs(total), -1, -1
    for i in range(rows):
        gain[i] = agree[pivots[i]] + shared[i, i]
        once = total - 2.0 * gain[i]
        if abs(once) > best:
            best, first, second = abs(once), i, -1
        for j in range(i):
            twice = abs(once - 2.0 * gain[j] + 4.0 * shared[i, j])
            if twice > best:
                best, first, second = twice, i, j
    return first, second


@kernel
def ordered(u, words, free):
    """The message whose word agrees best with each row of u (m, P), up to its sign.

    *words* (F + 1, L) uint64: for each bit of the message, last the sign, the word that it adds in bits 0 to P - 1, and
    after them a one for itself. The signs of the most reliable independent places give a first word. Flipping a pivot
    adds its row; all flips of at most two are tried.
    """
    code, pivots = np.empty_like(words), np.zeros(words.shape[0], np.int64)
    word, agree = np.empty(code.shape[1], np.uint64), np.empty(u.shape[1])
    for row in range(u.shape[0]):
        for i in range(pivots.size):
            for w in range(word.size):
                code[i, w] = words[i, w]
        _eliminate(code, _by_size(u[row]), pivots)
        word[:] = 0
        for i in range(pivots.size):
            add(word, code[i], np.uint64(u[row, pivots[i]] < 0.0))
        for p in range(agree.size):
            agree[p] = (1.0 - 2.0 * bit(word, p)) * u[row, p]
        first, second = _flips(agree, code, pivots)
        if first >= 0:
            add(word, code[first], np.uint64(1))
        if second >= 0:
            add(word, code[second], np.uint64(1))
        for i in range(free.shape[1]):
            free[row, i] = bit(word, agree.size + i)
