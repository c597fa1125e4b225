"""Points of a pyramid near a direction, thirty-two groups at once: one to a lane.

What cannot be settled in the arithmetic of the input (no direction, a tie, two cosines that look the same) is only
marked, and done again with care: see :mod:`polyquant.quantize._search`.
"""

import math

import numpy as np

from polyquant._kernel import kernel

from .lanes import LANES, aligned, all_less, any_less, floor, if_less, load, load_whole, spread, store, turn

FINE, ZERO, SMALL, BAD, DOUBT = 0, 1, 2, 3, 4
ROUNDS = 24  # more than enough: a round decides at least one key, and usually most of them


@kernel
def nearest(x, n, settings, order, swaps, begun, out, status):
    """Points for groups of *n* numbers, a multiple of 32 of them, all in one row *x*, into the row *out*.

    If *begun*, points are there already, for swaps to begin with.

    Settings: pulses; how much further than pulses / sum to aim, and with what shift; unit of rounding; what rounding
    adds up to; smallest normal number; usual magnitudes from, to; usual sums to. *order* is 0, 1, ..., 31. All have the
    type of *x*. The status of each group becomes one of the names above.
    """
    size = n * LANES
    a, y, p, key = aligned(size, x), aligned(size, x), aligned(size, x), aligned(size, x)
    points = aligned(size, out)
    lanes = np.empty((5, LANES), x.dtype)
    k, reach, shift, slack = spread(settings[0]), spread(settings[1]), spread(settings[2]), spread(settings[4])
    zero, one = spread(x.dtype.type(0)), spread(x.dtype.type(1))
    for block in range(x.size // size):
        top, total = columns(x, block * size, n, a)
        seen = status[block * LANES : (block + 1) * LANES]
        if not (all_less(spread(settings[6]), top) and all_less(top, spread(settings[7]))) or not all_less(
            total, spread(settings[8])
        ):
            top, total = repair(a, n, settings[5], lanes[0], lanes[1], top, total, seen)
        c = k / total
        if begun:
            turn(out, block * size, n, points, 0, LANES, LANES, n)
            first, second, doubt = take_up(points, a, y)
        else:
            first, second, _, doubt = choose(a, n, c * reach, shift, settings, key, y, False)
        if swaps:
            loose = slack * (one + c * top)
            first_p, second_p, gap, wrong = choose(a, n, c, zero, settings, key, p, True)
            doubt = doubt + wrong + if_less(gap, loose, one, zero)
            worse = first * first * second_p - first_p * first_p * second
            if any_less(worse, zero):
                first, second = if_less(worse, zero, first_p, first), if_less(worse, zero, second_p, second)
                for i in range(0, size, LANES):
                    store(y, i, if_less(worse, zero, load(p, i), load(y, i)))
            climb(a, n, one + loose, first, second, order, lanes, y)
            doubt = doubt + near(a, n, y, p, first_p, second_p, slack)
        if any_less(zero, doubt):
            store(lanes[0], 0, doubt)
            for j in range(LANES):
                if lanes[0, j] > 0 and seen[j] == FINE:
                    seen[j] = DOUBT
        turn(y, 0, LANES, key, 0, n, n, LANES)
        for i in range(0, size, LANES):
            v = load(key, i)
            store(out, block * size + i, if_less(load(x, block * size + i), zero, zero - v, v))


@kernel
def columns(x, start, n, a):
    """|x| of the groups from x[start] on, number i of group l at a[i * 32 + l]; the largest and the sum of each."""
    turn(x, start, n, a, 0, LANES, LANES, n)
    zero = spread(x.dtype.type(0))
    top, total = zero, zero
    for i in range(0, n * LANES, LANES):
        v = load(a, i)
        v = if_less(v, zero, zero - v, v)
        top = if_less(top, v, v, top)
        total = total + v
        store(a, i, v)
    return top, total


@kernel
def take_up(points, a, y):
    """Points without signs as numbers, their product with a, their square, and no doubt."""
    zero = spread(a.dtype.type(0))
    first, second = zero, zero
    for i in range(0, a.size, LANES):
        v = load_whole(points, i, zero)
        v = if_less(v, zero, zero - v, v)
        store(y, i, v)
        first, second = first + v * load(a, i), second + v * v
    return first, second, zero


@kernel
def repair(a, n, least, tops, totals, top, total, status):
    """Scale by powers of two; a group without a direction gets a status, and one for the time being."""
    store(tops, 0, top)
    store(totals, 0, total)
    for j in range(LANES):
        if tops[j] < least:
            status[j] = SMALL if tops[j] > 0 else ZERO
        if not totals[j] < np.inf:
            for i in range(n):
                if not a[i * LANES + j] < np.inf:
                    status[j] = BAD
        scale = math.ldexp(1.0, -math.frexp(tops[j])[1]) if status[j] == FINE else 0.0
        totals[j] = 0
        for i in range(n):
            at = i * LANES + j
            a[at] = a[at] * scale if scale > 0 else (1.0 if i == 0 else 0.0)
            totals[j] += a[at]
        tops[j] = tops[j] * scale if scale > 0 else 1.0
    return load(tops, 0), load(totals, 0)


@kernel
def choose(a, n, c, shift, settings, key, y, exact):
    """The points with k pulses nearest to c a, by what they round to with the same shift in a group.

    Returns their product with a, their square, how clear the last decision was, and where the sum is wrong.
    """
    zero, one, half = spread(a.dtype.type(0)), spread(a.dtype.type(1)), spread(a.dtype.type(0.5))
    k = spread(settings[0])
    shift, need, live, count = window(a, n, c, shift, k, key)
    theta, gap = threshold(key, n, need, live, count, spread(settings[3]), exact)
    first, second, total = zero, zero, zero
    for i in range(0, n * LANES, LANES):
        v = load(a, i)
        u = c * v + shift
        whole = floor(if_less(zero, u, u, zero))
        whole = whole + if_less(theta, u - whole, one, zero)
        store(y, i, whole)
        first = first + whole * v
        second = second + whole * whole
        total = total + whole
    return first, second, gap, if_less(total - k, zero - half, one, if_less(half, total - k, one, zero))


@kernel
def window(a, n, c, shift, k, key):
    """A shift after which whole parts sum to at most k, and with one pulse more for each key to at least k.

    Keys are what the whole parts leave. Returns the shift, how many keys are needed, there, and above a half.
    """
    zero, one, half = spread(a.dtype.type(0)), spread(a.dtype.type(1)), spread(a.dtype.type(0.5))
    need, live, count = zero, zero, zero
    for _ in range(ROUNDS):
        total, live, count = zero, zero, zero
        for i in range(0, n * LANES, LANES):
            u = c * load(a, i) + shift
            whole = floor(if_less(zero, u, u, zero))
            rest = u - whole
            store(key, i, rest)
            total = total + whole
            live = live + if_less(rest, zero, zero, one)
            count = count + if_less(half, rest, one, zero)
        need = k - total
        live = if_less(live, one, one, live)
        if not (any_less(need, zero) or any_less(live, need)):
            break
        down, up = need / live - half, (need - live) / live + half
        shift = if_less(need, zero, shift + down, if_less(live, need, shift + up, shift))
    return shift, need, live, count


@kernel
def threshold(key, n, need, live, count, unit, exact):
    """What the keys that are needed are above, and how far it is from them to the others (if exact).

    With keys above *low* there are *excess* too many, above *high* there are -*lack* too few: look between.
    """
    zero, one, half = spread(key.dtype.type(0)), spread(key.dtype.type(1)), spread(key.dtype.type(0.5))
    far, gap = spread(key.dtype.type(4)), zero
    extra = count - need
    low, excess = if_less(zero, extra, half, zero), if_less(zero, extra, extra, live - need)
    high, lack = if_less(extra, zero, half, one), if_less(extra, zero, extra, zero - need)
    theta = half
    for taken in range(ROUNDS):
        span = excess - lack
        between = low + (high - low) * excess / if_less(zero, span, span, one)
        theta = if_less(zero, extra * extra, between, theta)
        if taken and not exact and not any_less(one, extra * extra):
            break  # one too many or too few: its key is known, and not counted again
        count, above, below = zero, far, zero - far
        for i in range(0, n * LANES, LANES):
            r = load(key, i)
            count = count + if_less(theta, r, one, zero)
            inside, outside = if_less(theta, r, r, far), if_less(theta, r, zero - far, r)
            above = if_less(inside, above, inside, above)
            below = if_less(below, outside, outside, below)
        extra, gap = count - need, above - below
        if not any_less(zero, extra * extra):
            break
        low, excess = if_less(zero, extra, above, low), if_less(zero, extra, extra - one, excess)
        high, lack = if_less(extra, zero, below - unit, high), if_less(extra, zero, extra + one, lack)
    return theta, gap


@kernel
def climb(a, n, pays, first, second, order, lanes, y):
    """Move a pulse while the point gets nearer to c a, where c is the best for the point at hand."""
    zero, one = spread(a.dtype.type(0)), spread(a.dtype.type(1))
    step, far = spread(a.dtype.type(LANES)), spread(a.dtype.type(1e30))
    products, squares, ups, downs, moves = lanes[0], lanes[1], lanes[2], lanes[3], lanes[4]
    store(products, 0, first)
    store(squares, 0, second)
    for _ in range(4 * n):
        c = load(squares, 0) / load(products, 0)
        at = load(order, 0)
        up, down, least, most = at, at, far, zero - far
        for i in range(0, n * LANES, LANES):
            v = load(y, i)
            r = v - c * load(a, i)
            up, least = if_less(r, least, at, up), if_less(r, least, r, least)
            r = if_less(zero, v, r, zero - far)
            down, most = if_less(r, most, down, at), if_less(r, most, most, r)
            at = at + step
        if not any_less(pays, most - least):
            break
        store(moves, 0, if_less(pays, most - least, one, zero))
        store(ups, 0, up)
        store(downs, 0, down)
        for j in range(LANES):
            if moves[j] > 0:
                i, i_down = int(ups[j]), int(downs[j])
                squares[j] += 2 * (y[i] - y[i_down] + 1)
                products[j] += a[i] - a[i_down]
                y[i] += 1
                y[i_down] -= 1


@kernel
def near(a, n, y, p, first_p, second_p, slack):
    """One where the cosines of y and p look the same although the points are not, otherwise zero."""
    zero, one = spread(a.dtype.type(0)), spread(a.dtype.type(1))
    first, second, apart = zero, zero, zero
    for i in range(0, n * LANES, LANES):
        v, w = load(y, i), load(p, i)
        first = first + v * load(a, i)
        second = second + v * v
        apart = apart + (v - w) * (v - w)
    ours, theirs = first * first * second_p, first_p * first_p * second
    loose = (slack + slack) * theirs
    return if_less(ours - theirs, loose, if_less(zero, apart, one, zero), zero)
