"""Exercises of the lesson "Guessing the law"."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from polyquant.datasets import alice, ranks
from polyquant.prefix import (
    IntegerCode,
    best_golomb,
    delta,
    exp_golomb,
    fibonacci,
    gamma,
    golomb,
    omega,
    unary,
    zeta,
)

from ._verdict import Verdict, Wrong, ask, judge

Numbers: TypeAlias = NDArray[np.int64]
SAMPLE = 4000
SEED = 11
"""The cases are hidden, not changing: the same answer always gets the same verdict."""


def golomb_lengths(lengths: Callable[[Numbers, int], Numbers]) -> Verdict:
    """Check a vectorised length of Golomb's code.

    Parameters
    ----------
    lengths : function of (array of int64, int) to array of int64
        Numbers n >= 0, shape (n,), and m >= 1 to the bits of their words, shape (n,).
    """

    def check() -> str:
        draw = np.random.default_rng(SEED)
        small = [(np.arange(3 * m + 2), m) for m in (3, 1, 2, 4, 5, 8, 12, 100)]
        large = [2**20, 2**49 - 1, 2**56 + 1, *draw.integers(1, 2**50, 9).tolist()]
        wide = [(_around_multiples(m, draw), m) for m in large]
        for n, m in [*small, *wide, (np.arange(0), 7)]:
            _right_lengths(n, m, lengths)
        return f"{len(small) + len(wide)} parameters, large ones among them, and no numbers at all"

    return judge(check)


def _around_multiples(m: int, draw: np.random.Generator) -> Numbers:
    """Numbers up to 2^62 where a rounded logarithm or quotient shows: multiples of *m*, one less, and others."""
    n = draw.integers(m, 2**62, 30)
    return np.concatenate([n, n // m * m, n // m * m - 1])


def _right_lengths(n: Numbers, m: int, lengths: Callable[[Numbers, int], Numbers]) -> None:
    got = ask(lengths, n.copy(), m, kind=np.ndarray, hint="what do n // m and n % m cost? arrays divide like numbers")
    if got.shape != n.shape:
        raise Wrong(f"{n.size} numbers must give an array of shape {n.shape}, got {got.shape}")
    if n.size and got.dtype.kind not in "iu":
        raise Wrong(f"lengths are whole numbers, got an array of {got.dtype}", "// keeps integers, / does not")
    bad = np.flatnonzero(got != golomb(m).length(n))
    if bad.size:
        i = bad[0]
        hint = "truncated binary: the first few remainders get one bit less; how many of them are there?"
        if n[i] >= 2**50 or m >= 2**40:
            hint = "small numbers may be right: does a float round something? m.bit_length() is exact"
        raise Wrong(f"m = {m}: the word of {n[i]} does not have {got[i]} bits", hint)


def golomb_parameter(choose: Callable[[Numbers], int]) -> Verdict:
    """Check a function that picks Golomb's m for numbers of an unknown geometric law.

    Parameters
    ----------
    choose : function of (array of int64) to int
        A sample of numbers n >= 0, shape (4000,), to an m whose mean length under the law that drew them is within
        0.5 % of the best m. The law is P(n) = (1 - theta) theta^n with a hidden theta.
    """

    def check() -> str:
        draw = np.random.default_rng(SEED)
        thetas = [0.88, *(1 - 1 / (1 + np.geomspace(0.3, 5000, 24) * draw.uniform(0.9, 1.1, 24)))]
        for theta in thetas:
            _good_parameter(float(theta), draw.geometric(1 - theta, SAMPLE) - 1, choose)
        hint = "a sample of zeros only is rare, but it may come: what is your estimate of theta then?"
        _good_parameter(0.0, np.zeros(SAMPLE, np.int64), choose, hint)
        return f"{len(thetas) + 1} hidden laws, each within 0.5 % of the best m"

    return judge(check)


def _good_parameter(theta: float, sample: Numbers, choose: Callable[[Numbers], int], hint: str = "") -> None:
    hint = hint or "which theta has numbers of this mean? and which m makes the first bit of a word a fair coin?"
    m = int(ask(choose, sample.copy(), kind=(int, np.integer), hint=hint))
    if not 1 <= m < 2**63:
        raise Wrong(f"m must be from 1 to 2^63 - 1, got {m}", hint)
    much = mean_golomb(theta, m) / mean_golomb(theta, best_golomb(theta)) - 1
    if much > 0.005:
        price = f"your m costs {100 * much:.1f} % more than the best"
        raise Wrong(f"for a sample of mean {sample.mean():.2f} {price}", hint)


def mean_golomb(theta: float, m: int) -> float:
    """Mean length of golomb(m), in bits, under P(n) = (1 - theta) theta^n.

    With 2^k <= m < 2^(k+1) and u = 2^(k+1) - m it is k + 1 + theta^u / (1 - theta^m): the quotient costs
    1 / (1 - theta^m) bits, the remainder k or, from u on, k + 1.

    >>> round(mean_golomb(0.88, 5), 4)
    4.443
    """
    k = m.bit_length() - 1
    return float(k + 1 + theta ** (2 ** (k + 1) - m) / (1 - theta**m))


@cache
def family() -> tuple[IntegerCode, ...]:
    """The codes that :func:`best_bet` compares with: each code of the lesson, with the parameters one would try."""
    ms = sorted({round(2 ** (i / 2)) for i in range(21)})
    fixed = (unary, gamma, delta, omega, fibonacci(2), fibonacci(3))
    return (*fixed, *map(golomb, ms), *map(zeta, range(1, 8)), *map(exp_golomb, range(11)))


def best_bet(choose: Callable[[Numbers], IntegerCode]) -> Verdict:
    """Check a function that picks a code for numbers of any law.

    Parameters
    ----------
    choose : function of (array of int64) to IntegerCode
        A sample of numbers n >= 1, shape (1000,), to a code whose mean length under the law that drew them is within
        3 % of the best in :func:`family`. The code's first word is for the number 1.
    """

    def check() -> str:
        draw = np.random.default_rng(SEED)
        laws = _hidden_laws(draw)
        for p in laws:
            sample = draw.choice(p.size, 1000, p=p) + 1
            code = ask(choose, sample, kind=IntegerCode, hint="how many bits does each code take for this sample?")
            _good_bet(code, p, float(sample.mean()))
        return f"{len(laws)} hidden laws, the words of a book among them"

    return judge(check, seconds=40)  # without a compiler even a good answer needs a few


def _hidden_laws(draw: np.random.Generator) -> list[NDArray[np.float64]]:
    """Probabilities of 1, 2, ..: geometric, Zipf, uniform, and the word ranks of the book."""
    book = np.bincount(ranks(alice()))[1:].astype(float)
    n = np.arange(1, book.size + 1)
    weights = [np.exp(-n / mean) for mean in draw.uniform(2, 200, 3)]
    weights += [n**-s for s in draw.uniform(0.8, 1.8, 3)]
    weights += [(n <= most).astype(float) for most in draw.integers(20, n.size, 2)]
    return [weight / weight.sum() for weight in (*weights, book)]


def _good_bet(code: IntegerCode, p: NDArray[np.float64], mean: float) -> None:
    cost = float(np.sum(_lengths(code, p.size) * p))
    best = min(float(np.sum(_lengths(other, p.size) * p)) for other in family())
    if cost > 1.03 * best:
        hint = "ask every code of the family, with many parameters, not only the one that won last time"
        message = f"for a sample of mean {mean:.1f} your code costs {100 * (cost / best - 1):.1f} % more than the best"
        raise Wrong(message, hint)


@lru_cache(maxsize=128)
def _lengths(code: IntegerCode, count: int) -> Numbers:
    """Bits of the first *count* words of *code*."""
    return code.length(np.arange(count) + code.least)
