"""Points of a pyramid near a direction, for groups that fill registers alone: a group is one value.

Each step is done for a few groups before the next begins, since one group would wait for its own results. First points
come from whole and 256th parts of a pulse, as bytes; the projection and the climb are exact. As in :mod:`.search`,
what cannot be settled in float32 is only marked.
"""

import numpy as np

from polyquant._kernel import kernel

from .lanes import aligned, floor, if_less, store
from .rows import (
    PIECE,
    above,
    added,
    ask,
    fill,
    how_many,
    largest,
    least,
    less,
    load,
    low_byte,
    lowest,
    magnitudes,
    minus,
    next_byte,
    numbered,
    numbers,
    place,
    plus,
    same,
    summed,
    where,
)
from .search import DOUBT, FINE, ROUNDS

STRANGE = 5  # a status beside those of search: a group too large or too small, or without a direction
GROUPS = 16  # a step is done for as many: their numbers stay in the nearest cache
SMALL, LARGE = np.float32(2.0**-100), np.float32(2.0**100)  # between them no sum of magnitudes leads out of float32
WHOLE = np.float32(2.0**15)  # added to a number below 256, it leaves whole parts in one byte and 256th parts in another
FRACTION = np.float32(2.0**16)  # added to a number below 1, it leaves 128th parts in a byte

# What is known of each group: the sum of its magnitudes; one and how far a move must lead beyond it; products of its
# point and of its projection with the magnitudes, and with themselves. Of its pulses: how many parts become one, those
# above which level. And which groups still move.
TOTAL, PAYS, PRODUCT, SQUARE, PRODUCT_P, SQUARE_P = range(6)
NEED, LEVEL, LIVE = range(3)


@kernel
def nearest(x, like, settings, swaps, out, status):
    """Points for groups as long as *like*, all in one row *x* of float32, into the row of bytes *out*.

    Settings are those of :func:`.search.nearest`. The status of each group becomes FINE, DOUBT or STRANGE.
    """
    n = PIECE * len(like)
    size, byte, zero = GROUPS * n, np.empty(0, np.uint8), fill(np.float32(0), like)
    sizes, points, projections = aligned(size, x), aligned(size, x), aligned(size, x)
    wholes, rests = aligned(size, byte), aligned(size, byte)
    facts, counts = np.zeros((6, GROUPS)), np.zeros((3, GROUPS), np.int64)
    for begin in range(0, status.size, GROUPS):
        seen, start = status[begin : begin + GROUPS], begin * n
        measure(x, start, like, sizes, facts, seen)
        split(sizes, like, settings, wholes, rests, facts, counts, seen)
        cut(rests, like, counts, seen.size)
        for g in range(seen.size):
            whole, rest = load(wholes, g * n, like), load(rests, g * n, like)
            store(wholes, g * n, rounded(whole, rest, counts[NEED, g], counts[LEVEL, g]))
        if swaps:
            begin_with(wholes, sizes, points, like, facts, seen.size)
            project(sizes, like, settings, rests, projections, facts, counts, seen)
            prefer(points, projections, like, facts, seen.size)
            climb(sizes, points, like, facts, counts, seen.size)
            compare(points, projections, like, settings, wholes, facts, seen)
        for g in range(seen.size):
            negative = less(load(x, start + g * n, like), zero)
            store(out, start + g * n, minus(load(wholes, g * n, like), negative))


@kernel
def measure(x, start, like, sizes, facts, seen):
    """Magnitudes and their sums; ones for a strange group, for the steps to come."""
    n, ones = PIECE * len(like), fill(np.float32(1), like)
    for g in range(seen.size):
        ask(x, start + (GROUPS + g) * n, like)
        a = magnitudes(load(x, start + g * n, like))
        store(sizes, g * n, a)
        facts[TOTAL, g] = summed(a)
        seen[g] = FINE
        if not SMALL < facts[TOTAL, g] < LARGE:
            store(sizes, g * n, ones)
            facts[TOTAL, g], seen[g] = n, STRANGE


@kernel
def split(sizes, like, settings, wholes, rests, facts, counts, seen):
    """Whole and 256th parts of c a + shift, such that the pulses they lack are at most the parts that are there."""
    n, k = PIECE * len(like), int(settings[0])
    zero = fill(WHOLE, like)
    for g in range(seen.size):
        counts[NEED, g] = -1
        u = load(sizes, g * n, like) * fill(settings[0] * settings[1] / np.float32(facts[TOTAL, g]), like)
        shift = settings[2]
        for _ in range(ROUNDS):
            t = u + fill(shift + WHOLE, like)
            t = if_less(t, zero, zero, t)
            whole, rest = next_byte(t), low_byte(t)
            need, there = k - added(whole), how_many(above(whole | rest, 0))
            if 0 <= need <= there:
                store(wholes, g * n, whole)
                store(rests, g * n, rest)
                counts[NEED, g] = need
                break
            step = np.float32(need if need < 0 else need - there) / np.float32(max(there, 1))
            shift = shift + step + np.float32(-0.5 if need < 0 else 0.5)
        if counts[NEED, g] < 0:
            seen[g] = max(seen[g], DOUBT)


@kernel
def cut(rests, like, counts, many):
    """The level that no more parts are above than are needed, and that more are at or above."""
    n = PIECE * len(like)
    counts[LEVEL] = 0
    step = 128
    for _ in range(8):
        for g in range(many):
            there = how_many(above(load(rests, g * n, like), counts[LEVEL, g] + step - 1))
            counts[LEVEL, g] += step * (there > counts[NEED, g])  # no branch, for nobody can foretell it
        step >>= 1


@kernel
def rounded(whole, rest, need, level):
    """Whole parts and a pulse for each part above the level; of those at it, for the first."""
    up = above(rest, level)
    more = need - how_many(up)
    if more > 0:
        ties = same(rest, level) & above(whole | rest, 0)
        others = ties
        for _ in range(more):
            others = others & ~lowest(others)
        up = up | (ties & ~others)
    return plus(whole, up)


@kernel
def begin_with(wholes, sizes, points, like, facts, many):
    """The first points as numbers."""
    n = PIECE * len(like)
    for g in range(many):
        a, y = load(sizes, g * n, like), numbers(load(wholes, g * n, like))
        store(points, g * n, y)
        facts[PRODUCT, g], facts[SQUARE, g] = summed(y * a), summed(y * y)


@kernel
def project(sizes, like, settings, rests, projections, facts, counts, seen):
    """The points nearest to k a / sum of a, and a doubt where rounding may have decided."""
    n, k = PIECE * len(like), int(settings[0])
    slack = settings[3] * (4 + np.log2(n))  # sums of halves lose little
    for g in range(seen.size):
        u = load(sizes, g * n, like) * fill(settings[0] / np.float32(facts[TOTAL, g]), like)
        whole = floor(u)
        store(rests, g * n, low_byte(u - whole + fill(FRACTION, like)))
        counts[NEED, g] = k - int(summed(whole))
    cut(rests, like, counts, seen.size)
    for g in range(seen.size):
        a = load(sizes, g * n, like)
        u = a * fill(settings[0] / np.float32(facts[TOTAL, g]), like)
        y, gap = settled(u, load(rests, g * n, like), counts[NEED, g], counts[LEVEL, g], like)
        store(projections, g * n, y)
        facts[PRODUCT_P, g], facts[SQUARE_P, g] = summed(y * a), summed(y * y)
        loose = slack * largest(u)
        facts[PAYS, g] = 1 + 2 * loose
        if gap < loose or not 0 <= counts[NEED, g] < n:
            seen[g] = max(seen[g], DOUBT)


@kernel
def settled(u, rest, need, level, like):
    """Whole parts of *u* and a pulse for the *need* largest of what they leave; how far that is from all others."""
    whole = floor(u)
    key = u - whole
    none, far = fill(np.float32(-1), like), fill(np.float32(4), like)
    up, ties = above(rest, level), same(rest, level)
    for _ in range(need - how_many(up)):
        left = where(ties, key, none)
        pick = lowest(ties & ~less(left, fill(largest(left), like)))
        up, ties = up | pick, ties & ~pick
    gap = least(where(up, key, far)) - largest(where(up, none, key))
    return where(up, whole + fill(np.float32(1), like), whole), gap


@kernel
def prefer(points, projections, like, facts, many):
    """The projection where it is better than the first point."""
    n = PIECE * len(like)
    for g in range(many):
        if facts[PRODUCT, g] ** 2 * facts[SQUARE_P, g] < facts[PRODUCT_P, g] ** 2 * facts[SQUARE, g]:
            store(points, g * n, load(projections, g * n, like))
            facts[PRODUCT, g], facts[SQUARE, g] = facts[PRODUCT_P, g], facts[SQUARE_P, g]


@kernel
def climb(sizes, points, like, facts, counts, count):
    """Move a pulse of *count* groups each, while points get nearer to c a; c is the best for the point at hand."""
    n = PIECE * len(like)
    for g in range(count):
        counts[LIVE, g] = g
    for _ in range(4 * n):
        if count == 0:
            break
        left = 0
        for j in range(count):
            g = counts[LIVE, j]
            c = np.float32(facts[SQUARE, g] / facts[PRODUCT, g])
            r = numbered(load(points, g * n, like) - fill(c, like) * load(sizes, g * n, like))
            up, down = g * n + place(least(r)), g * n + place(largest(r))
            pays = (points[down] - c * sizes[down]) - (points[up] - c * sizes[up]) > np.float32(facts[PAYS, g])
            moves = pays & (points[down] > 0)
            # no branch, for nobody can foretell it, and the steps of other groups would wait
            facts[SQUARE, g] += moves * (2 * (points[up] - points[down] + 1))
            facts[PRODUCT, g] += moves * (sizes[up] - sizes[down])
            points[up] += np.float32(moves)
            points[down] -= np.float32(moves)
            counts[LIVE, left] = g
            left += moves
        count = left


@kernel
def compare(points, projections, like, settings, wholes, facts, seen):
    """Points as bytes, and a doubt where one does not look better than a projection that it is not."""
    n = PIECE * len(like)
    slack = settings[3] * (4 + np.log2(n))
    for g in range(seen.size):
        y = load(points, g * n, like)
        store(wholes, g * n, next_byte(y + fill(WHOLE, like)))
        ours, theirs = facts[PRODUCT, g] ** 2 * facts[SQUARE_P, g], facts[PRODUCT_P, g] ** 2 * facts[SQUARE, g]
        if ours - theirs < 2 * slack * theirs and largest(magnitudes(y - load(projections, g * n, like))) > 0:
            seen[g] = max(seen[g], DOUBT)
