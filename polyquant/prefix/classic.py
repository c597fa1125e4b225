"""The codes before Huffman's: words cut from cumulative probabilities, and halving from the top.

All sums are of integers and no probability is ever rounded: where a cumulative sum is exactly 3/4, a float that falls
a hair below it gives another word.
"""

from bisect import bisect_right
from itertools import accumulate

from numpy.typing import ArrayLike

from ._counts import exact


def shannon(counts: ArrayLike) -> tuple[str, ...]:
    """Shannon's words [SHA48]: the first bits of the probability of all more frequent symbols.

    Symbols go by falling count, ties by number. A symbol of probability p gets the least length l with 2^-l <= p, so
    the mean length is below the entropy + 1.

    >>> shannon([1, 1, 2, 4])
    ('110', '111', '10', '0')

    Parameters
    ----------
    counts : array of int, shape (n,)
        At least 0, of any size. Count 0 gets the word "", a single symbol "0".
    """
    f, words = _exact_and_empty(counts)
    order, total, before = _frequent_first(f), sum(f), 0
    for symbol in order:
        length = max(1, _ceil_log2(total, f[symbol]))
        words[symbol] = f"{(before << length) // total:0{length}b}"
        before += f[symbol]
    return tuple(words)


def fano(counts: ArrayLike) -> tuple[str, ...]:
    """Fano's words [FAN49]: halve the total again and again; left halves get 0, right halves 1.

    Symbols go by falling count, ties by number. Each run is split where the two halves differ least, ties to the
    shorter left one. Neither optimal nor always as good as Huffman's, but close.

    >>> fano([1, 1, 2, 4])
    ('110', '111', '10', '0')

    Parameters and conventions as in :func:`shannon`.
    """
    f, words = _exact_and_empty(counts)
    order = _frequent_first(f)
    if len(order) == 1:
        words[order[0]] = "0"
    sums = [0, *accumulate(f[symbol] for symbol in order)]
    runs = [(0, len(order), "")]
    while runs:
        start, stop, word = runs.pop()
        if stop - start < 2:
            if word:
                words[order[start]] = word
            continue
        middle = _split(sums, start, stop)
        runs += [(start, middle, word + "0"), (middle, stop, word + "1")]
    return tuple(words)


def shannon_fano_elias(counts: ArrayLike) -> tuple[str, ...]:
    """Words from the middle of each symbol's share of [0, 1), in the order of the symbols.

    One bit longer than Shannon's, so that no sorting is needed: the mean length is below the entropy + 2. The step
    from here to arithmetic coding is to share out the interval of a whole message.

    >>> shannon_fano_elias([1, 1, 2])
    ('001', '011', '11')

    Parameters and conventions as in :func:`shannon`, but a single symbol gets the middle of all, "1".
    """
    f, words = _exact_and_empty(counts)
    total, before = sum(f), 0
    for symbol, count in enumerate(f):
        if count:
            length = _ceil_log2(total, count) + 1
            words[symbol] = f"{((2 * before + count) << length) // (2 * total):0{length}b}"
            before += count
    return tuple(words)


def _exact_and_empty(counts: ArrayLike) -> tuple[list[int], list[str]]:
    f: list[int] = exact("counts", counts).tolist()
    return f, [""] * len(f)


def _frequent_first(f: list[int]) -> list[int]:
    return sorted((symbol for symbol in range(len(f)) if f[symbol]), key=lambda symbol: -f[symbol])


def _ceil_log2(total: int, count: int) -> int:
    """Least l with count * 2^l >= total."""
    return ((total - 1) // count).bit_length()


def _split(sums: list[int], start: int, stop: int) -> int:
    """Where |left - right| is least; the shorter left part if two places are equally good."""
    ends = sums[start] + sums[stop]
    right = bisect_right(sums, ends // 2, start + 1, stop - 1)  # the first place where left > right, or the last place
    left = max(right - 1, start + 1)
    return left if abs(2 * sums[left] - ends) <= abs(2 * sums[right] - ends) else right
