"""Counts of many random subsets without the subsets: walk over the positions with a histogram of picks left."""

import numpy as np

from polyquant._kernel import kernel

from .binomial import binomial, choose


@kernel
def step(rng, crowd, low, high, places):
    """Everyone in ``crowd[low:high]``, with t picks left for *places* places, takes this place or not; how many do."""
    taken = 0
    for t in range(max(low, 1), high):
        if crowd[t] > 0:
            yes = binomial(rng, crowd[t], t / places)
            crowd[t] -= yes
            crowd[t - 1] += yes
            taken += yes
    return taken


@kernel
def walk(rng, own, free, omega, counts):
    """Add to *counts*, shape (m,), how often each position is in the users' sets of size *omega*.

    ``own[r]`` users have r in their set and omega - 1 others; *free* users have any set. Users whose own position is
    still ahead choose among one place less; behind it, they are like free users. Who passes is a uniform choice among
    those ahead, since all of them have had the same chances.
    """
    m = own.size
    ahead, behind = np.zeros(omega + 1, np.int64), np.zeros(omega + 1, np.int64)
    passing, pool, drawn = np.zeros(omega + 1, np.int64), np.zeros(omega + 1, np.int64), np.zeros(omega + 1, np.int64)
    waiting = own.sum()
    ahead[omega - 1], behind[omega] = waiting, free
    low_a, high_a, low_b, high_b = omega - 1, omega, omega, omega + 1
    for r in range(m):
        counts[r] += own[r] + step(rng, behind, low_b, high_b, m - r)
        low_b = max(low_b - 1, 0)
        if own[r] > 0:
            choose(rng, ahead, low_a, high_a, waiting, own[r], passing, pool, drawn)
            waiting -= own[r]
            for t in range(low_a, high_a):
                ahead[t] -= passing[t]
                behind[t] += passing[t]
            low_b, high_b = min(low_b, low_a), max(high_b, high_a)
        if waiting > 0:
            counts[r] += step(rng, ahead, low_a, high_a, m - 1 - r)
            low_a = max(low_a - 1, 0)
        while high_a > low_a + 1 and ahead[high_a - 1] == 0:
            high_a -= 1
        while low_a + 1 < high_a and ahead[low_a] == 0:
            low_a += 1
        while high_b > low_b + 1 and behind[high_b - 1] == 0:
            high_b -= 1
        while low_b + 1 < high_b and behind[low_b] == 0:
            low_b += 1
