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
        if row != rank:
            for q in range(code.shape[1]):
                code[rank, q], code[row, q] = code[row, q], code[rank, q]
        chosen = code[rank]
        for i in range(pivots.size):
            if i != rank and code[i, p]:
                changed = code[i]
                changed ^= chosen
        pivots[rank] = p
        rank += 1
        if rank == pivots.size:
            return True
    return False


@kernel
def ordered(v, words, free):
    """The free bits whose word agrees best with v (P,), up to its sign; False if no message can be read.

    *words* (F + 1, P + F + 1), uint8: for each bit of the message, last the sign, the word that it adds and itself.
    The signs of the most reliable independent places give a first word. Flipping a pivot adds its row; all flips of at
    most two are tried. With every value counted positive where it agrees with the first word, a flip of row i changes
    the correlation by -2 gain[i], and flips of i and j by 4 shared[j] more.
    """
    rows, places = words.shape[0], v.size
    code, pivots = words.copy(), np.empty(words.shape[0], np.int64)
    if not _eliminate(code, _by_size(v), pivots):
        return False
    word = np.zeros(code.shape[1], np.uint8)
    for i in range(rows):
        if v[pivots[i]] < 0.0:
            word ^= code[i]
    agree = np.empty(places)
    total = 0.0
    for p in range(places):
        agree[p] = -v[p] if word[p] else v[p]
        total += agree[p]
    loose = np.ones(places, np.uint8)  # places that are no pivot: only there do two rows meet
    for i in range(rows):
        loose[pivots[i]] = 0
    gain, count = np.empty(rows), 0
    ones, value = np.empty((places - rows, rows)), np.empty(places - rows)
    for i in range(rows):
        gain[i] = agree[pivots[i]]
    for p in range(places):
        if loose[p]:
            value[count] = agree[p]
            for i in range(rows):
                ones[count, i] = code[i, p]
                gain[i] += code[i, p] * agree[p]
            count += 1
    best, first, second = abs(total), -1, -1
    shared = np.empty(rows)
    for i in range(rows):
        once = total - 2.0 * gain[i]
        if abs(once) > best:
            best, first, second = abs(once), i, -1
        shared[:] = 0.0
        for q in range(count):
            if ones[q, i] != 0.0:
                for j in range(i + 1, rows):
                    shared[j] += value[q] * ones[q, j]
        for j in range(i + 1, rows):
            twice = abs(once - 2.0 * gain[j] + 4.0 * shared[j])
            if twice > best:
                best, first, second = twice, i, j
    if first >= 0:
        word ^= code[first]
    if second >= 0:
        word ^= code[second]
    free[:] = word[places : places + free.size]
    return True
