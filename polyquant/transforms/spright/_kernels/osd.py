"""Delays without structure: a random linear code, decoded from its most reliable places (order 2).

[FOS95] M. P. C. Fossorier, S. Lin, Soft-decision decoding of linear block codes based on ordered statistics.
"""

import numpy as np

from polyquant._kernel import kernel


@kernel
def _by_size(v):
    """Numbers of the values of v, largest absolute value first; of equal ones the earlier first."""
    order = np.arange(v.size)
    gap = v.size // 2
    while gap > 0:
        for i in range(gap, v.size):
            p, at = order[i], i
            size = abs(v[p])
            while at >= gap:
                q = order[at - gap]
                other = abs(v[q])
                if other > size or (other == size and q < p):
                    break
                order[at] = q
                at -= gap
            order[at] = p
        gap //= 2
    return order


@kernel
def add(row, other):
    """XOR *other* into *row*."""
    for q in range(row.size):
        row[q] ^= other[q]


@kernel
def _eliminate(code, order, pivots):
    """Row i of *code* becomes the only one with a one at place pivots[i]: the first independent places of *order*.

    Rows that stay without a place make it return False: the word would not say the message.
    """
    rank = 0
    for p in order:
        row = rank
        while row < pivots.size and code[row, p] == 0:
            row += 1
        if row == pivots.size:
            continue
        if row != rank:  # the row that is in the way may not have a one here: adding this one gives it one
            add(code[rank], code[row])
        for i in range(pivots.size):
            if i != rank and code[i, p]:
                add(code[i], code[rank])
        pivots[rank] = p
        rank += 1
        if rank == pivots.size:
            return True
    return False


@kernel
def _flips(agree, code, pivots):
    """Two rows of *code*, or fewer (-1), whose flip makes the absolute sum of *agree* (P,) largest.

    A flip of row i changes the sum by -2 gain[i], flips of i and j by 4 shared[j] more, where shared[j] is the sum over
    the places that both have; no pivot is among these.
    """
    rows, total = pivots.size, 0.0
    gain, shared, loose = np.zeros(rows), np.empty(rows), np.ones(agree.size, np.uint8)
    for i in range(rows):
        loose[pivots[i]] = 0
    for p in range(agree.size):
        total += agree[p]
        for i in range(rows):
            gain[i] += code[i, p] * agree[p]
    best, first, second = abs(total), -1, -1
    for i in range(rows):
        once = total - 2.0 * gain[i]
        if abs(once) > best:
            best, first, second = abs(once), i, -1
        shared[:] = 0.0
        for p in range(agree.size):
            if loose[p] and code[i, p]:
                for j in range(i + 1, rows):
                    shared[j] += code[j, p] * agree[p]
        for j in range(i + 1, rows):
            twice = abs(once - 2.0 * gain[j] + 4.0 * shared[j])
            if twice > best:
                best, first, second = twice, i, j
    return first, second


@kernel
def ordered(v, words, free):
    """The free bits whose word agrees best with v (P,), up to its sign; False if no message can be read.

    *words* (F + 1, P + F + 1), uint8: for each bit of the message, last the sign, the word that it adds and itself.
    The signs of the most reliable independent places give a first word. Flipping a pivot adds its row; all flips of at
    most two are tried.
    """
    code, pivots = words.copy(), np.empty(words.shape[0], np.int64)
    if not _eliminate(code, _by_size(v), pivots):
        return False
    word = np.zeros(code.shape[1], np.uint8)
    for i in range(pivots.size):
        if v[pivots[i]] < 0.0:
            add(word, code[i])
    agree = np.empty(v.size)
    for p in range(v.size):
        agree[p] = -v[p] if word[p] else v[p]
    first, second = _flips(agree, code, pivots)
    if first >= 0:
        add(word, code[first])
    if second >= 0:
        add(word, code[second])
    for i in range(free.size):
        free[i] = word[v.size + i]
    return True
