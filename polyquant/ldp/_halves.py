"""Many users who each draw a symbol of the half-space of their row, at a cost that does not grow with their number.

A symbol z is in the half-space of row r if r and z share an even number of ones. The bits of z are drawn from the top.
As long as r has ones further down, the next bit of z is a fair coin; at the lowest one of r the parity decides. So all
users with the same bits of z so far, the same parity and the same rest of r go on together, and their number is split
by one binomial draw. There are never more than 2 b such groups for b symbols, at each of log2 b levels.
"""

import numpy as np
from numpy.typing import NDArray


def half_space_counts(users: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """How often each symbol was drawn by ``users[j, r]`` users of each block j and row r, both of shape (blocks, b).

    b is a power of two. Row 0 shares no one with anything: its users draw from all b symbols of their block.
    """
    return np.ascontiguousarray(_drawn(users, rng, even=True)[:, :, 0])


def sign_counts(users: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """How often each symbol came with each parity, shape (blocks, b, 2), if every user draws from all b symbols."""
    return _drawn(users, rng, even=False)


def _drawn(users: NDArray[np.int64], rng: np.random.Generator, even: bool) -> NDArray[np.int64]:
    """Users by block, symbol, and parity of the ones that it shares with their row; all of it even if asked for."""
    groups = np.stack([users, np.zeros_like(users)], axis=1)  # (block and drawn bits of z, parity, rest of r)
    while groups.shape[2] > 1:
        split = groups.reshape(groups.shape[0], 2, 2, -1)  # the rest of r: its top bit, and what is below
        ones = rng.binomial(split, 0.5)
        if even:  # at the lowest one of r
            ones[:, 0, 1, 0], ones[:, 1, 1, 0] = 0, split[:, 1, 1, 0]
        zeros = split - ones
        stay = zeros[:, :, 0] + zeros[:, :, 1]
        move = ones[:, :, 0] + ones[:, ::-1, 1]  # a one of z on a one of r changes the parity
        groups = np.stack([stay, move], axis=1).reshape(2 * groups.shape[0], 2, -1)
    return groups.reshape(*users.shape, 2)
