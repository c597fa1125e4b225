"""Huffman's code looked at closely: every merge and what it wastes, and blocks of symbols at once."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from ._counts import exact
from .canonical import DIGITS
from .huffman import huffman

BLOCKS = 2**16  # words of a block code; more would only be slow


@dataclass(frozen=True, slots=True)
class Merge:
    """One step of Huffman's construction: *children* become one tree that weighs *weight*.

    Nodes below the size of the alphabet are its symbols, each further node is the merge of that rank: with n
    symbols, node n is the first merge. Children are in the order in which they were taken, the lightest first.
    """

    children: tuple[int, ...]
    weight: int


def merges(counts: ArrayLike, *, arity: int = 2) -> tuple[Merge, ...]:
    """The merges that :func:`polyquant.prefix.huffman` makes, in their order, by the same rule for ties.

    The mean word length is the sum of their weights divided by the sum of *counts*, since a merge lengthens
    by one digit the words of all symbols below it. Only the first may have fewer than *arity* children, so that all
    others have as many. Fewer than two symbols that occur need no merge.

    >>> [(merge.children, merge.weight) for merge in merges([1, 1, 2, 4])]
    [((0, 1), 2), ((2, 4), 4), ((3, 5), 8)]

    Parameters
    ----------
    counts : array of int, shape (n,)
        At least 0, of any size.
    arity : int
        2 to 36.
    """
    arity = _check.integer("arity", arity, 2, len(DIGITS))
    numbers = exact("counts", counts).tolist()
    heap = [(weight, symbol) for symbol, weight in enumerate(numbers) if weight]
    heapify(heap)
    made: list[Merge] = []
    take = (len(heap) - 2) % (arity - 1) + 2
    while len(heap) > 1:
        taken = [heappop(heap) for _ in range(take)]
        made.append(Merge(tuple(node for _, node in taken), sum(weight for weight, _ in taken)))
        heappush(heap, (made[-1].weight, len(numbers) + len(made) - 1))
        take = arity
    return tuple(made)


def wasted(counts: ArrayLike, *, arity: int = 2) -> NDArray[np.float64]:
    """What each merge wastes, in digits per symbol, shape (merges,); the sum is Huffman's redundancy.

    A merge of weight w costs a digit in w of all N symbols, and that digit tells as much as the entropy h of the shares
    of its children, at most 1 when it is counted in digits. So w/N (1 - h) is wasted: nothing where the children
    weigh the same.

    >>> wasted([3, 1]).round(6).tolist(), wasted([1, 1, 2, 4]).tolist()
    ([0.188722], [0.0, 0.0, 0.0])

    Parameters and errors as in :func:`merges`.
    """
    numbers = exact("counts", counts).tolist()
    made = merges(counts, arity=arity)
    weights = [*numbers, *(merge.weight for merge in made)]
    waste = np.zeros(len(made))
    for i, merge in enumerate(made):
        shares = np.array([weights[child] / merge.weight for child in merge.children])
        waste[i] = merge.weight / made[-1].weight * (1 + float(shares @ np.log(shares)) / np.log(arity))
    return waste


def block_rates(counts: ArrayLike, longest: int) -> tuple[Fraction, ...]:
    """Bits per symbol of Huffman's codes for blocks of 1, 2, ..., *longest* independent symbols, exactly.

    >>> block_rates([9, 1], 3)
    (Fraction(1, 1), Fraction(129, 200), Fraction(799, 1500))

    Parameters
    ----------
    counts : array of int, shape (n,)
        How often each symbol occurs; at least one does.
    longest : int
        At least 1; n^longest blocks may not be more than 65,536.
    """
    numbers = exact("counts", counts)
    longest = _check.integer("longest", longest, 1)
    if not numbers.any():
        raise ValueError("counts must have a symbol that occurs, got none")
    if numbers.size**longest > BLOCKS:
        raise ValueError(f"longest must leave at most {BLOCKS:,} blocks, got {numbers.size}^{longest}")
    total = int(numbers.sum())
    small = total**longest < 2**62
    block = np.ones(1, np.int64 if small else object)
    rates = []
    for size in range(1, longest + 1):
        block = np.multiply.outer(block, numbers.astype(block.dtype)).ravel()
        rates.append(Fraction(_cost(block), total**size * size))
    return tuple(rates)


def _cost(counts: NDArray[np.int64]) -> int:
    """Bits of a message in Huffman's code, as a Python integer: sums of int64 stay below 2^62, products need not."""
    lengths = np.array(huffman(counts).lengths)
    return sum(length * int(counts[lengths == length].sum()) for length in np.unique(lengths).tolist())
