"""Binomial numbers, and subsets of a crowd that is known only by its histogram.

[HOE93] W. Hörmann, The generation of binomial random variates.
"""

import math

import numpy as np

from polyquant._kernel import kernel

FEW = 64  # draw so few users one by one

# log k! less Stirling's formula for it, k = 0 to 9
TAIL = np.array(
    [
        0.08106146679532726, 0.04134069595540929, 0.02767792568499834, 0.02079067210376509, 0.01664469118982119,
        0.01387612882307075, 0.01189670994589177, 0.01041126526197209, 0.009255462182712733, 0.008330563433362871,
    ]
)  # fmt: skip


@kernel
def tail(k):
    """What Stirling's formula for log k! leaves out."""
    if k < 10:
        return TAIL[int(k)]
    x = 1.0 / ((k + 1.0) * (k + 1.0))
    return (1.0 / 12 - (1.0 / 360 - x / 1260) * x) / (k + 1.0)


@kernel
def inverted(rng, n, p):
    """Binomial number by adding up probabilities, for n p below about 10."""
    odds = p / (1.0 - p)
    while True:
        rest, x, probability = rng.random(), 0, math.exp(n * math.log1p(-p))
        while rest > probability and x < n:
            rest -= probability
            x += 1
            probability *= odds * (n + 1 - x) / x
        if rest <= probability:
            return x  # else: what rounding left of the unit interval


@kernel
def rejected(rng, n, p):
    """Binomial number for n p >= 10, p <= 1/2: Hörmann's transformed rejection (BTRS), [HOE93]."""
    q = 1.0 - p
    spread = math.sqrt(n * p * q)
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = n * p + 0.5
    v_sure = 0.92 - 4.2 / b
    while True:
        u, v = rng.random() - 0.5, rng.random()
        side = 0.5 - abs(u)
        if side == 0.0:
            continue
        x = math.floor((2.0 * a / side + b) * u + c)
        if side >= 0.07 and v <= v_sure:
            return int(x)
        if x < 0 or x > n or v == 0.0:
            continue
        alpha, odds, mode = (2.83 + 5.1 / b) * spread, p / q, math.floor((n + 1) * p)
        top = (mode + 0.5) * math.log((mode + 1.0) / (odds * (n - mode + 1.0))) + tail(mode) + tail(n - mode)
        here = (n + 1.0) * math.log((n - mode + 1.0) / (n - x + 1.0)) - tail(x) - tail(n - x)
        here += (x + 0.5) * math.log((n - x + 1.0) * odds / (x + 1.0))
        if math.log(v * alpha / (a / (side * side) + b)) <= top + here:
            return int(x)


@kernel
def binomial(rng, n, p):
    """How many of *n* users say yes, each with probability *p*."""
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    less = min(p, 1.0 - p)
    x = inverted(rng, n, less) if n * less < 10.0 else rejected(rng, n, less)
    return x if p <= 0.5 else n - x


@kernel
def choose(rng, crowd, low, high, total, count, chosen, pool, drawn):
    """A uniform subset of *count* of the *total* users in ``crowd[low:high]``: its histogram, in ``chosen[low:high]``.

    Everyone flips a coin. If too few come, the same is asked for the difference among those who stay; if too many,
    among those who came. The difference shrinks like a square root; the last few users are drawn one by one. Given how
    many come, all subsets are equally likely, so the result is exact. *pool* and *drawn* are work space.
    """
    for t in range(low, high):
        pool[t], chosen[t] = crowd[t], 0
    sign = 1
    while count > FEW:
        came, p = 0, count / total
        for t in range(low, high):
            drawn[t] = binomial(rng, pool[t], p)
            came += drawn[t]
            chosen[t] += sign * drawn[t]
        if came <= count:
            count, total = count - came, total - came
            for t in range(low, high):
                pool[t] -= drawn[t]
        else:
            sign, count, total = -sign, came - count, came
            for t in range(low, high):
                pool[t] = drawn[t]
    for _ in range(count):
        rank, t = min(int(rng.random() * total), total - 1), low
        while rank >= pool[t]:
            rank -= pool[t]
            t += 1
        pool[t] -= 1
        chosen[t] += sign
        total -= 1
