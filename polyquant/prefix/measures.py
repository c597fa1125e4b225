"""What a code costs, what it could cost at least, and whether it can be read at all."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fractions import Fraction
from heapq import heappop, heappush
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.errors import DomainError

from .canonical import DIGITS, PrefixCode

Readings: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]


def kraft(lengths: ArrayLike, arity: int = 2) -> Fraction:
    """Sum of arity^-length over all lengths above 0, exactly.

    A prefix code with these lengths exists if and only if the sum is at most 1 [KRA49], and no uniquely decodable
    code has a larger one [MCM56]. Length 0 stands for a symbol without a word.

    >>> kraft([1, 2, 3])
    Fraction(7, 8)
    """
    arity = _check.integer("arity", arity, 2, len(DIGITS))
    numbers = _check.integers("lengths", lengths, 0)
    sizes, words = np.unique(numbers[numbers > 0], return_counts=True)
    return sum((Fraction(n, arity**size) for size, n in zip(sizes.tolist(), words.tolist())), Fraction(0))


def entropy(p: ArrayLike) -> float:
    """Entropy of the probabilities *p*, shape (n,), in bits per symbol [SHA48].

    >>> entropy([0.5, 0.25, 0.25])
    1.5
    """
    numbers = _check.probabilities("p", p)
    positive = numbers[numbers > 0]
    return max(0.0, -float(positive @ np.log2(positive)))


def expected_length(code: PrefixCode | Sequence[int] | Sequence[str], p: ArrayLike) -> float:
    """Mean word length, in digits per symbol, when symbol s has probability ``p[s]``.

    >>> expected_length(["0", "10", "11"], [0.5, 0.25, 0.25])
    1.5

    Parameters
    ----------
    code : PrefixCode, or lengths, or words
        Length 0 stands for a symbol without a word.
    p : array of float, shape (n,)
        As many as the code has symbols, with sum 1.

    Raises
    ------
    DomainError
        A symbol of positive probability has no word.
    """
    lengths, numbers = _lengths(code), _check.probabilities("p", p)
    if lengths.size != numbers.size:
        raise ValueError(f"p must have one entry for each of the {lengths.size} symbols, got {numbers.size}")
    missing = np.flatnonzero((lengths == 0) & (numbers > 0))
    if missing.size:
        raise DomainError(f"symbol {missing[0]} has probability {numbers[missing[0]]} and no codeword")
    return float(lengths @ numbers)


def redundancy(code: PrefixCode | Sequence[int] | Sequence[str], p: ArrayLike) -> float:
    """Mean length minus entropy, in digits per symbol; parameters and errors as in :func:`expected_length`.

    Never negative for a code that can be read, except by rounding.
    """
    arity = code.arity if isinstance(code, PrefixCode) else 2
    return expected_length(code, p) - entropy(p) / float(np.log2(arity))


def is_prefix_free(words: Sequence[str]) -> bool:
    """Whether no word begins another word of the list. The empty word begins everything.

    >>> is_prefix_free(["0", "10", "11"]), is_prefix_free(["0", "01"])
    (True, False)
    """
    ordered = sorted(_words(words))
    return "" not in ordered and not any(b.startswith(a) for a, b in pairwise(ordered))


def is_uniquely_decodable(words: Sequence[str]) -> bool:
    """Whether every string reads as at most one sequence of words, by the test of [SP53].

    >>> is_uniquely_decodable(["0", "01", "011"]), is_uniquely_decodable(["0", "01", "10"])
    (True, False)
    """
    return two_readings(words) is None


def two_readings(words: Sequence[str]) -> Readings | None:
    """A shortest string that reads in two ways, as two tuples of indices into *words*; None if there is none.

    >>> two_readings(["0", "01", "10"])
    ((0, 2), (1, 0))

    The two readings are written side by side, always lengthening the one that is behind. All that matters is the
    tail by which the other is ahead: the dangling suffixes of [SP53]. Here they are visited in the order of
    the length of the string so far, so that the first way to a tail is a shortest one.
    """
    words = _words(words)
    if "" in words:
        return (), (words.index(""),)
    index: dict[str, int] = {}
    for i, word in enumerate(words):
        if index.setdefault(word, i) != i:
            return (index[word],), (i,)
    ordered = sorted(index)
    heap: list[tuple[int, str, tuple[int, ...], tuple[int, ...]]] = []
    for word in words:
        for start in _beginnings(word, index):
            if start != word:
                heappush(heap, (len(word), word[len(start) :], (index[start],), (index[word],)))
    seen: set[str] = set()
    while heap:
        size, tail, behind, ahead = heappop(heap)
        if not tail:
            return min(behind, ahead), max(behind, ahead)
        if tail in seen:
            continue
        seen.add(tail)
        for word in _beginnings(tail, index):
            heappush(heap, (size, tail[len(word) :], (*behind, index[word]), ahead))
        for word in _continuations(tail, ordered):
            more = len(word) - len(tail)
            heappush(heap, (size + more, word[len(tail) :], ahead, (*behind, index[word])))
    return None


def _beginnings(text: str, index: dict[str, int]) -> Iterator[str]:
    """The words that *text* begins with, *text* itself included."""
    return (text[:size] for size in range(1, len(text) + 1) if text[:size] in index)


def _continuations(text: str, ordered: list[str]) -> Iterator[str]:
    """The words that begin with *text*, *text* itself included."""
    for i in range(bisect_left(ordered, text), len(ordered)):
        if not ordered[i].startswith(text):
            return
        yield ordered[i]


def _words(words: Sequence[str]) -> Sequence[str]:
    if isinstance(words, str):
        raise TypeError(f"words must be a sequence of str, got one str {words!r}")
    for i, word in enumerate(words):
        if not isinstance(word, str):
            raise TypeError(f"words must be str, got {word!r} at index {i}")
    return words


def _lengths(code: PrefixCode | Sequence[int] | Sequence[str]) -> NDArray[np.int64]:
    if isinstance(code, PrefixCode):
        return np.array(code.lengths, np.int64)
    if len(code) and isinstance(code[0], str):
        return np.array([len(word) for word in _words(code)], np.int64)  # type: ignore[arg-type]
    return _check.integers("lengths", code, 0)
