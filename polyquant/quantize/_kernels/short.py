"""Points of a pyramid near a direction, for groups of fewer than 64 numbers: sixty-four at once, a group to a place.

They come from whole and 256th parts of a pulse, as bytes; no number of pulses is ever wrong but where a status says so.
"""

import numpy as np

from polyquant._kernel import kernel

from .lanes import aligned, if_less, store, turn
from .long import LARGE, SMALL, STRANGE, WHOLE
from .rows import (
    PIECE,
    above,
    capped,
    fill,
    how_many,
    less,
    load,
    low_byte,
    magnitudes,
    minus,
    next_byte,
    numbers,
    plus,
    same,
    where,
)
from .search import DOUBT, FINE, ROUNDS

GROUPS = PIECE
COUNT = np.float32(2.0**23)  # added to a whole number below 256, it leaves it in a byte


@kernel
def nearest(x, n, settings, out, status):
    """Points for groups of *n* numbers, a multiple of 64 of them, all in one row *x* of float32, into the bytes *out*.

    Settings are those of :func:`.search.nearest`. The status of each group becomes FINE, DOUBT or STRANGE.
    """
    like, size, byte = (0,), n * GROUPS, np.empty(0, np.uint8)
    a, zero = aligned(size, x), fill(np.float32(0), like)
    wholes, rests, points = aligned(size, byte), aligned(size, byte), aligned(size, byte)
    needs, flags = aligned(GROUPS, byte), aligned(GROUPS, byte)
    for start in range(0, status.size, GROUPS):
        seen = status[start : start + GROUPS]
        total = columns(x, start * n, n, like, a, flags, seen)
        split(a, fill(settings[0] * settings[1], like) / total, like, settings, wholes, rests, needs, flags, seen)
        settle(wholes, rests, load(needs, 0, like), like)
        turn(wholes, 0, GROUPS, points, 0, n, n, GROUPS)
        for i in range(0, size, GROUPS):
            negative = less(load(x, start * n + i, like), zero)
            store(out, start * n + i, minus(load(points, i, like), negative))


@kernel
def columns(x, start, n, like, a, flags, seen):
    """Magnitudes, number i of group g at a[64 i + g], and their sums; ones for strange groups, for later steps."""
    turn(x, start, n, a, 0, GROUPS, GROUPS, n)
    total, one = fill(np.float32(0), like), fill(np.float32(1), like)
    for i in range(0, a.size, GROUPS):
        v = magnitudes(load(a, i, like))
        store(a, i, v)
        total = total + v
    usual = less(fill(SMALL, like), total) & less(total, fill(LARGE, like))
    seen[:] = FINE
    if how_many(usual) < GROUPS:
        mark(~usual, STRANGE, like, flags, seen)
        for i in range(0, a.size, GROUPS):
            store(a, i, where(usual, load(a, i, like), one))
        total = where(usual, total, fill(np.float32(n), like))
    return total


@kernel
def mark(mask, status, like, flags, seen):
    """A status for the groups of a mask, unless theirs is worse."""
    store(flags, 0, plus(fill(np.uint8(0), like), mask))
    for g in range(GROUPS):
        if flags[g]:
            seen[g] = max(seen[g], status)


@kernel
def split(a, c, like, settings, wholes, rests, needs, flags, seen):
    """Whole and 256th parts of c a + shift, such that the pulses they lack are at most the parts that are there."""
    zero, one, half = fill(np.float32(0), like), fill(np.float32(1), like), fill(np.float32(0.5), like)
    k, shift, lift = fill(settings[0], like), fill(settings[2], like), fill(WHOLE, like)
    for _ in range(ROUNDS):
        total, live = fill(np.uint8(0), like), fill(np.uint8(0), like)
        for i in range(0, a.size, GROUPS):
            t = c * load(a, i, like) + (shift + lift)
            t = if_less(t, lift, lift, t)
            whole, rest = next_byte(t), low_byte(t)
            store(wholes, i, whole)
            store(rests, i, rest)
            total, live = capped(total, whole), plus(live, above(whole | rest, 0))
        need, there = k - numbers(total), numbers(live)
        store(needs, 0, low_byte(need + fill(COUNT, like)))
        wrong = less(need, zero) | less(there, need)
        if how_many(wrong) == 0:
            return
        some = if_less(there, one, one, there)
        down, up = need / some - half, (need - there) / some + half
        shift = if_less(need, zero, shift + down, if_less(there, need, shift + up, shift))
    mark(wrong, DOUBT, like, flags, seen)


@kernel
def settle(wholes, rests, need, like):
    """A pulse more for as many parts as are needed: the largest, and of equal ones the first."""
    level, none = fill(np.uint8(0), like), fill(np.uint8(0), like)
    step = 256
    for _ in range(8):
        step >>= 1
        count, least = none, level + fill(np.uint8(step - 1), like)
        for i in range(0, rests.size, GROUPS):
            count = plus(count, above(load(rests, i, like), least))
        level = where(above(count, need), level + fill(np.uint8(step), like), level)
    more = need
    for i in range(0, rests.size, GROUPS):
        more = more - plus(none, above(load(rests, i, like), level))
    for i in range(0, rests.size, GROUPS):
        whole, rest = load(wholes, i, like), load(rests, i, like)
        first = same(rest, level) & above(whole | rest, 0) & above(more, 0)
        more = more - plus(none, first)
        store(wholes, i, plus(plus(whole, above(rest, level)), first))
