"""Exercises of the lesson "Eleven bits are enough"."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from polyquant.datasets import minilm_exponents
from polyquant.prefix import dfloat, huffman, kraft, package_merge, to_bfloat16

from ._verdict import Verdict, Wrong, ask, judge

SEED = 13


def raise_rare(counts: NDArray[np.int64], longest: int) -> tuple[int, ...]:
    """Lengths of Huffman's words after the rarest counts are set to 1, one more each time, until none is too long.

    A rule of thumb [ZHA25], and a bad one: what is rare already only gets rarer words.

    >>> raise_rare(np.array([1, 1, 2, 4, 8, 16, 32]), 4)
    (4, 4, 4, 4, 3, 3, 1)

    Parameters
    ----------
    counts : array of int64, shape (n,)
        At least 0.
    longest : int
        Bits of the longest word allowed; 2^longest words must be enough.
    """
    flat = counts.copy()
    rarest = iter(np.argsort(np.where(counts > 0, counts, np.iinfo(np.int64).max), kind="stable"))
    while huffman(flat).longest > longest:
        flat[next(rarest)] = 1
    return huffman(flat).lengths


def limited_lengths(limit: Callable[[list[int], int], list[int]]) -> Verdict:
    """Check a function that finds the best words of limited length.

    Parameters
    ----------
    limit : function of (list of int, int) to list of int
        Counts of the symbols, some of them 0, and the bits of the longest word allowed, to the bits of each symbol's
        word: 0 for a count of 0. No prefix code with words that short may be cheaper.
    """

    def check() -> str:
        cases = _cases()
        for what, counts, longest in cases:
            lengths = ask(limit, list(counts), longest, kind=(list, tuple), hint="one length for each of the counts")
            _best(what, counts, longest, lengths)
        return f"{len(cases)} tables, the exponents of a real model among them, each as cheap as can be"

    return judge(check, seconds=40)


def _cases() -> list[tuple[str, list[int], int]]:
    """(what, counts, longest), the easy ones first."""
    draw = np.random.default_rng(SEED)
    exponents = minilm_exponents()[1].sum(axis=0)
    cases = [("two symbols", [3, 5], 1), ("powers of two", [1, 1, 2, 4, 8, 16, 32], 4), ("all alike", [7] * 6, 3)]
    cases += [("a table with a zero", [9, 0, 1, 1, 3], 2)]
    cases += [("the model's exponents", exponents.tolist(), longest) for longest in (8, 12, 6)]
    for size in (5, 12, 30):
        counts = np.exp(draw.uniform(0, 14, size)).astype(np.int64)
        cases.append((f"{size} drawn counts", counts.tolist(), int(size - 1).bit_length() + 1))
    return cases


def _best(what: str, counts: list[int], longest: int, lengths: list[int]) -> None:
    if len(lengths) != len(counts):
        raise Wrong(f"{what}: {len(counts)} counts need as many lengths, got {len(lengths)}")
    for i, (count, length) in enumerate(zip(counts, lengths)):
        if isinstance(length, bool) or not isinstance(length, int | np.integer):
            raise Wrong(f"{what}: a length is a whole number, got {length!r}")
        if (length == 0) != (count == 0) or length < 0:
            raise Wrong(f"{what}: symbol {i} comes {count} times and has a word of {length} bits")
        if length > longest:
            raise Wrong(f"{what}: a word of {length} bits, at most {longest} are allowed")
    if kraft(lengths) > 1:
        raise Wrong(f"{what}: no code has these lengths, their Kraft sum is {float(kraft(lengths)):.4f}")
    least = sum(count * length for count, length in zip(counts, package_merge(counts, longest)))
    cost = sum(count * int(length) for count, length in zip(counts, lengths))
    if cost > least:
        per = (cost - least) / sum(counts)
        hint = "making words equal is easy, making the right ones equal is not: what would a coin of 2^-l have to cost?"
        raise Wrong(f"{what}, longest word {longest}: {per:.4f} bits a symbol more than the best", hint)


def predicted_size(predict: Callable[[str, float, int], float]) -> Verdict:
    """Check a function that knows the size of a compressed tensor before there is a tensor.

    Parameters
    ----------
    predict : function of (str, float, int) to float
        The law, ``"gauss"`` or ``"laplace"``, its standard deviation and the number of weights drawn from it, to the
        bytes of the PQDF container with default settings, within 0.5 %.
    """

    def check() -> str:
        cases = _tensors()
        for law, sigma, n, size in cases:
            hint = "a byte for sign and mantissa, then the exponent: how many bits does its law ask for?"
            guess = float(ask(predict, law, sigma, n, kind=(int, float, np.integer, np.floating), hint=hint))
            if not abs(guess / size - 1) <= 0.005:
                raise Wrong(f"{law}, sigma = {sigma:g}, {n:,} weights: {_off(guess, size)}", _why(n, hint))
        return f"{len(cases)} tensors, each within 0.5 %"

    return judge(check, seconds=40)


def _off(guess: float, size: int) -> str:
    if not 0 < guess < 100 * size:
        return f"{guess:,.0f} bytes is far off"
    return f"your prediction is {abs(guess / size - 1):.1%} too {'large' if guess > size else 'small'}"


def _why(n: int, hint: str) -> str:
    return "what else has to be in the file, however few the weights are?" if n <= 20_000 else hint


@cache
def _tensors() -> tuple[tuple[str, float, int, int], ...]:
    """(law, sigma, n, bytes it really takes)."""
    draw, found = np.random.default_rng(SEED), []
    for n in (300_000, 100_000, 20_000):
        for law in ("gauss", "laplace"):
            sigma = float(2.0 ** draw.uniform(-12, 8))
            values = draw.normal(0, sigma, n) if law == "gauss" else draw.laplace(0, sigma / 2**0.5, n)
            found.append((law, sigma, n, len(dfloat.compress(to_bfloat16(values.astype(np.float32))))))
    return tuple(found)
