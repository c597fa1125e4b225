"""Adaptive Huffman coding: no table is sent, both ends count along and rebuild the same tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.bits import Bits
from polyquant.errors import CorruptError, DomainError, TruncatedError

from ._kernels import adaptive as kernels

LARGEST = 2**20  # symbols of an alphabet; the tree has two places for each


class Node(NamedTuple):
    """A node of the tree. The leaf "not yet seen" has neither children nor a symbol."""

    number: int  # 2 alphabet for the root, which is the highest
    weight: int  # how often the symbols below occurred
    parent: int | None
    left: int | None
    right: int | None
    symbol: int | None


@dataclass(frozen=True, slots=True)
class AdaptiveHuffman:
    """Huffman coding of symbols 0 .. alphabet - 1 whose counts nobody knows at the beginning [GAL78], [KNU85].

    The tree starts as one leaf, "not yet seen". A new symbol is that leaf's path and its own number in truncated
    binary; its leaf and another "not yet seen" become the children of the old one. Then every node on the way to the
    root counts one more; before it does, it trades places with the highest-numbered node of its weight, unless that
    is itself or its parent. So weights never fall with the number: the sibling property, which makes the tree
    one of Huffman's for what was counted so far.

    >>> code = AdaptiveHuffman(26)
    >>> bits = code.encode([0, 0, 17, 3, 21])
    >>> bits
    Bits('0000101011100001100011011')
    >>> code.decode(bits, 5).tolist()
    [0, 0, 17, 3, 21]

    Parameters
    ----------
    alphabet : int
        How many symbols there are, 1 to 2^20.
    """

    alphabet: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "alphabet", _check.integer("alphabet", self.alphabet, 1, LARGEST))

    def encode(self, symbols: ArrayLike) -> Bits:
        """The words of *symbols*, shape (n,), each in the tree that those before it made.

        Raises
        ------
        DomainError
            A symbol is outside the alphabet.
        """
        numbers = self._known(symbols)
        digits, size = kernels.encode(numbers, *self._empty(), np.empty(4 * numbers.size + 64, np.uint8))
        return Bits(np.packbits(digits[:size]).tobytes(), int(size))

    def decode(self, bits: Bits, count: int) -> NDArray[np.int64]:
        """The *count* symbols, shape (count,), that *bits* say; any bits give the right answer or a ``DataError``.

        Raises
        ------
        TruncatedError
            The bits end before *count* symbols do.
        CorruptError
            Bits are left over, or announce a symbol as new that is not.
        """
        if not isinstance(bits, Bits):
            raise TypeError(f"bits must be Bits, got {type(bits).__name__}")
        count = _check.integer("count", count, 0)
        free = int(self.alphabet == 1)  # the only symbol costs nothing the first time
        if count > bits.size + free:
            raise TruncatedError(f"{count} symbols need at least {count - free} bits, got {bits.size}")
        symbols = np.empty(count, np.int64)
        digits = np.unpackbits(bits.array(), count=bits.size)
        done, at, status = kernels.decode(digits, *self._empty(), symbols)
        if status == kernels.TRUNCATED:
            raise TruncatedError(f"decoded {done} of {count} symbols, the bits end inside the word at bit {at}")
        if status == kernels.CORRUPT:
            raise CorruptError(f"decoded {done} of {count} symbols, the word at bit {at} calls a known symbol new")
        if at < bits.size:
            raise CorruptError(f"decoded {count} symbols, {bits.size - at} bits are left over after bit {at}")
        return symbols

    def tree(self, symbols: ArrayLike) -> tuple[Node, ...]:
        """The nodes behind *symbols*, highest number first: the tree in which the next symbol is coded.

        >>> for node in AdaptiveHuffman(4).tree([2, 2, 0])[:3]:
        ...     print(node)
        Node(number=8, weight=3, parent=None, left=6, right=7, symbol=None)
        Node(number=7, weight=2, parent=8, left=None, right=None, symbol=2)
        Node(number=6, weight=1, parent=8, left=4, right=5, symbol=None)
        """
        state = self._empty()
        lowest = int(kernels.grow(self._known(symbols), *state))
        weight, parent, content, _ = (array.tolist() for array in state)
        return tuple(
            _node(i, lowest, weight[i], parent[i], content[i]) for i in range(2 * self.alphabet, lowest - 1, -1)
        )

    def _known(self, symbols: ArrayLike) -> NDArray[np.int64]:
        numbers = _check.integers("symbols", symbols)
        strange = np.flatnonzero((numbers < 0) | (numbers >= self.alphabet))
        if strange.size:
            i = int(strange[0])
            raise DomainError(f"symbols[{i}] = {numbers[i]} is outside the alphabet of {self.alphabet} symbols")
        return numbers

    def _empty(self) -> tuple[NDArray[np.int64], ...]:
        """A tree that has seen nothing: weight, parent, content, place."""
        places = 2 * self.alphabet + 1
        return np.zeros(places, np.int64), np.full(places, -1), np.full(places, -1), np.full(self.alphabet, -1)


def _node(number: int, lowest: int, weight: int, parent: int, content: int) -> Node:
    above = parent if parent >= 0 else None
    if number == lowest:
        return Node(number, weight, above, None, None, None)
    if content < 0:
        return Node(number, weight, above, None, None, -1 - content)
    return Node(number, weight, above, content, content + 1, None)
