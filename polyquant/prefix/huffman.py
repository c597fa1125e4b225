"""Huffman's code: the shortest mean length that whole words can reach."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from ._counts import exact, present
from ._kernels import huffman as kernels
from .canonical import DIGITS, PrefixCode, unchecked
from .limited import package_merge


def huffman(counts: ArrayLike, *, longest: int | None = None, arity: int = 2) -> PrefixCode:
    """A prefix code with the least mean length for symbols that occur *counts* times [HUF52].

    Again and again the *arity* lightest trees become one. Of equal weights the leaf with the smaller symbol goes
    first, leaves go before inner nodes, and these in the order they were made: a rule that fixes the lengths and
    also gives the least longest word. Symbols that do not occur get no word; a single one gets the word 0.

    >>> huffman([1, 1, 2, 4, 8]).codewords
    ('1110', '1111', '110', '10', '0')
    >>> huffman([1, 1, 2, 4, 8], longest=3).lengths
    (3, 3, 3, 3, 1)
    >>> huffman([1, 1, 2, 4, 8], arity=3).codewords
    ('20', '21', '22', '0', '1')

    Parameters
    ----------
    counts : array of int, shape (n,)
        At least 0, of any size.
    longest : int, optional
        No word gets more bits than that (:func:`package_merge`); only for arity 2.
    arity : int
        Digits of the alphabet that words are written in, 2 to 36.

    Raises
    ------
    DomainError
        So many symbols have no code with words of at most *longest* bits.
    """
    arity = _check.integer("arity", arity, 2, len(DIGITS))
    if longest is not None:
        if arity != 2:
            raise ValueError(f"longest needs arity 2, got {arity}")
        return unchecked(package_merge(counts, longest))
    return unchecked(_lengths(exact("counts", counts), arity).tolist(), arity)


def _lengths(counts: NDArray[Any], arity: int) -> NDArray[np.int64]:
    lengths = np.zeros(counts.size, np.int64)
    symbols, weights = present(counts)
    if symbols.size < 2:
        lengths[symbols] = 1
        return lengths
    dummies = (1 - symbols.size) % (arity - 1)  # weight 0, so that every merge finds arity trees
    leaves = dummies + symbols.size
    weight = np.zeros(leaves + (leaves - 1) // (arity - 1), counts.dtype)
    weight[dummies:leaves] = weights
    depth = np.empty(weight.size, np.int64)
    merge = kernels.huffman_depths if counts.dtype == np.int64 else kernels.huffman_depths.py_func  # type: ignore[attr-defined]
    merge(weight, leaves, arity, depth)
    lengths[symbols] = depth[dummies:leaves]
    return lengths
