"""Real clients of subset mechanisms: random sets from secret bits, then reports, many at a time."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from polyquant._parallel import chunks
from polyquant.bits import Bits

from ._client import GRID, Coins
from ._kernels import subsets as kernels
from .wire import Layout, write

if TYPE_CHECKING:
    from ._blocks import Block

Integers = NDArray[np.int64]
SECRET = 2**15  # words of 64 secret bits, the most that are asked for at once
AT_ONCE = 2**10  # reports that are made at once
MEMORY = 2**21  # positions that are marked at once
FEW = 16  # positions of a set that is better drawn as a list


class Source:
    """Reports of users of *blocks* in one *layout*."""

    def __init__(self, blocks: Sequence[Block], layout: Layout, coins: Coins) -> None:
        self._layout, self._coins = layout, coins
        self._threshold = np.array([int(block.p * 2**GRID) for block in blocks], np.uint64)
        self._sets = (Lists if Lists.suit(layout) else Marks)(layout, coins)

    def reports(self, own: Integers, block: Integers) -> Bits:
        """Reports of users with positions *own* of blocks *block*, both of shape (n,)."""
        words, filled = np.zeros(own.size * self._layout.longest // 32 + 3, np.uint32), 0
        for start, stop in chunks(own.size, self._sets.at_once):
            part = block[start:stop]
            inside = (self._coins.words(stop - start) < self._threshold[part]).astype(np.int64)
            sets = self._sets.draw(own[start:stop], part, inside)
            filled = write(self._layout, sets, isinstance(self._sets, Lists), part, words, filled)
        if sys.byteorder == "little":
            words.byteswap(inplace=True)
        return Bits(words.view(np.uint8)[: (filled + 7) // 8].tobytes(), filled)


class Lists:
    """Small sets: lists of positions, each drawn at once and again if two positions are equal."""

    at_once = 8 * AT_ONCE

    def __init__(self, layout: Layout, coins: Coins) -> None:
        self._coins = coins
        self._slots, self._bits = int(layout.omega.max()), 16 if layout.m.max() <= 2**12 else 32
        self._tables = layout.m, layout.omega, 2**self._bits % (layout.m - 1), self._bits
        self._columns = np.empty((self._slots + 5, 512), np.int32)

    @staticmethod
    def suit(layout: Layout) -> bool:
        """Whether sets are small, and most lists good."""
        return bool((layout.omega <= FEW).all() and (layout.omega**2 <= layout.m).all())

    def draw(self, own: Integers, block: Integers, inside: Integers) -> Integers:
        """Positions of the users' sets in rising order, shape (users, largest set)."""
        lists, todo, left = np.empty((own.size, self._slots), np.int64), np.arange(own.size), own.size
        while left:
            fields = self._coins.fields(self._bits, self._slots * (left + left // 8 + 1))
            left = kernels.draw_few(own, block, inside, *self._tables, fields, self._columns, todo[:left], lists)
        return lists


class Marks:
    """Large sets: rows of marks, most of them random words."""

    def __init__(self, layout: Layout, coins: Coins) -> None:
        sizes = list(zip(layout.m.tolist(), layout.omega.tolist()))
        marking = np.array([_marking(m, omega) for m, omega in sizes], np.int64)
        width = np.array([(m - 1).bit_length() for m, _ in sizes], np.int64)
        self._tables = layout.m, layout.omega, width, marking[:, 0].copy(), marking[:, 1].copy()
        self._width = max(1, (1 << int(width.max())) >> 5)
        levels = marking[:, 0]
        self._need = 8 + int(np.where(levels, levels * (layout.m + 31) // 32, layout.omega).max()) // 2  # words, or so
        self._coins, self._secret, self._state = coins, np.zeros(0, np.uint32), np.zeros(1, np.int64)
        self.at_once = min(AT_ONCE, max(1, MEMORY // int(layout.m.max())))

    def draw(self, own: Integers, block: Integers, inside: Integers) -> Integers:
        """Marks of the users' sets, shape (users, words)."""
        marks, done = np.empty((own.size, self._width), np.int64), 0
        while True:
            arrays = own[done:], block[done:], inside[done:]
            done += kernels.draw(*arrays, *self._tables, self._secret, self._state, marks[done:])
            if done == own.size:
                return marks
            fresh = self._coins.words(min(SECRET, self._need * (own.size - done))).view(np.uint32)
            self._secret = np.concatenate((self._secret[self._state[0] :], fresh))
            self._state[0] = 0


def _marking(m: int, omega: int) -> tuple[int, int]:
    """How to mark positions at random before single ones are drawn: (levels, density), the cheapest of a few.

    The price of a random word for 32 positions is one, and that of a single position is two thirds.
    """
    prices = {(0, 0): _draws(m, 0.0, omega)}
    for levels in range(1, 5):
        for density in range(1, 1 << levels, 2):
            prices[levels, density] = levels * m / 32 + _draws(m, density / (1 << levels), omega)
    return min(prices, key=lambda plan: prices[plan])


def _draws(m: int, share: float, omega: int) -> float:
    """What it costs to draw single positions until omega of m are marked, when a *share* of them is."""
    noise = math.sqrt(m * share * (1 - share))
    adding, removing = max(omega - m * share, 0.4 * noise), max(m * share - omega, 0.4 * noise)
    price = 0.0
    if adding > 0:
        price += m * math.log((m - omega + adding) / (m - omega)) if omega < m else m * 10.0
    if removing > 0 and share > 0:
        price += m * math.log((omega + removing) / omega)
    return price * 2 / 3
