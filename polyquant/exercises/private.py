"""Exercises of the lessons about private frequencies. Cases are fresh in every run."""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import combinations
from random import SystemRandom
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polyquant.algebra.crt import ResidueSystem
from polyquant.errors import NotConverged
from polyquant.ldp.moduli import mse_ratio

from ._verdict import Verdict, Wrong, ask, judge

FRESH = SystemRandom()
NUMBER = (int, float, Fraction)
Law = Callable[[int, int, Fraction, int, frozenset[int]], Fraction | float]


def subset_client(law: Law, worst: Callable[[Any, int, int, Fraction], Fraction | float]) -> Verdict:
    """Check the law of subset selection, and a function that finds out what a client really promises.

    Parameters
    ----------
    law : function of (int, int, Fraction, int, frozenset of int) to Fraction or float
        k, omega, E, x, Z to the probability that a client with item x sends the set Z of omega items.
    worst : function of (law, int, int, Fraction) to Fraction or float
        A law, k, omega, E to the largest ratio P(Z | x) / P(Z | x') that occurs. It meets clients with mistakes.
    """

    def check() -> str:
        fresh = [_client_case() for _ in range(8)]
        for k, w, odds, x in [(4, 1, Fraction(3), 0), (5, 2, Fraction(3), 3), *fresh]:
            _right_law(law, k, w, odds, x)
            for client, name in ((_exact, "a client as it should be"), (_careless, "a client with a mistake")):
                _right_worst(worst, client, name, k, w, odds)
        return "the law adds up, and no mistake of a client escapes you"

    return judge(check)


def _client_case() -> tuple[int, int, Fraction, int]:
    k = FRESH.randint(4, 7)
    return k, FRESH.randint(2, k - 2), Fraction(FRESH.randint(3, 40), 2), FRESH.randrange(k)


def _exact(k: int, w: int, odds: Fraction, x: int, z: frozenset[int]) -> Fraction:
    p = w * odds / (w * odds + k - w)
    return p / math.comb(k - 1, w - 1) if x in z else (1 - p) / math.comb(k - 1, w)


def _careless(k: int, w: int, odds: Fraction, x: int, z: frozenset[int]) -> Fraction:
    """When the item is left out, the set is drawn from all items, so that the item may come back in."""
    p = w * odds / (w * odds + k - w)
    inside = p / math.comb(k - 1, w - 1) if x in z else Fraction(0)
    return inside + (1 - p) / math.comb(k, w)


def _right_law(law: Law, k: int, w: int, odds: Fraction, x: int) -> None:
    place = f"k = {k}, omega = {w}, E = {odds}"
    sets = [frozenset(z) for z in combinations(range(k), w)]
    hint = "first a coin: is x inside? then all sets that agree with the coin are equally likely; how many are there?"
    found = [_probability(ask(law, k, w, odds, x, z, kind=NUMBER, hint=hint), place) for z in sets]
    if not math.isclose(sum(found), 1, rel_tol=1e-9):
        raise Wrong(f"{place}: the probabilities of all sets sum to {float(sum(found)):.6g}, not to 1", hint)
    for z, got in zip(sets, found):
        if not math.isclose(got, _exact(k, w, odds, x, z), rel_tol=1e-9):
            where = "that contain x" if x in z else "without x"
            hint = "all sets with x are E times as likely as all sets without x"
            raise Wrong(f"{place}: they sum to 1, but sets {where} are not as likely as they should be", hint)


def _probability(value: float | Fraction, place: str) -> float | Fraction:
    if not 0 <= value <= 1:
        raise Wrong(f"{place}: a probability lies between 0 and 1, got {float(value):.6g}")
    return value


def _right_worst(
    worst: Callable[[Any, int, int, Fraction], Fraction | float], law: Law, name: str, k: int, w: int, odds: Fraction
) -> None:
    sets = [frozenset(z) for z in combinations(range(k), w)]
    rows = [[law(k, w, odds, x, z) for x in range(k)] for z in sets]
    right = max(max(row) / min(row) for row in rows)
    hint = "go through all sets; for each set compare the item that makes it likeliest with the one that does least"
    got = ask(worst, law, k, w, odds, kind=NUMBER, hint=hint)
    if not math.isclose(got, right, rel_tol=1e-9):
        side = "below" if got < right else "above"
        raise Wrong(f"{name}, k = {k}, omega = {w}, E = {odds}: your ratio is {side} the true one", hint)


def dials_rank(rank: Callable[[int, tuple[int, ...]], int]) -> Verdict:
    """Check a function that predicts how much of a histogram some dials show.

    Parameters
    ----------
    rank : function of (int, tuple of int) to int
        Items k and the moduli, which may share factors, to the rank of the incidence matrix.
    """

    def check() -> str:
        cases = [(30, (2, 3, 5)), *(_dials(coprime=True) for _ in range(6)), *(_dials() for _ in range(13))]
        for k, moduli in cases:
            hint = "how many different roots of unity do the polynomials z^m - 1 have together?"
            got = ask(rank, k, moduli, kind=int, hint=hint)
            _right_rank(got, k, ResidueSystem(moduli))
        return f"{len(cases)} sets of dials, with and without common factors"

    return judge(check)


def _dials(coprime: bool = False) -> tuple[int, tuple[int, ...]]:
    while True:
        moduli = tuple(FRESH.randint(2, 30) for _ in range(FRESH.randint(2, 5)))
        if ResidueSystem(moduli).coprime == coprime:
            return FRESH.choice([sum(moduli) // 2 + 2, sum(moduli) + 20]), moduli


def _right_rank(got: int, k: int, dials: ResidueSystem) -> None:
    right, moduli = dials.rank(k), dials.moduli
    if got == right:
        return
    place = f"k = {k}, moduli {moduli}"
    if got > k:
        raise Wrong(f"{place}: a matrix with {k} columns has no such rank")
    if dials.coprime and got == min(k, dials.size):
        raise Wrong(f"{place}: all residues together differ, but that is not what the rank asks", "count equations")
    if dials.coprime and got == min(k, sum(moduli)):
        raise Wrong(f"{place}: not all rows are independent", "what do the rows of one dial add up to?")
    if not dials.coprime and got == min(k, sum(moduli) - len(moduli) + 1):
        hint = "6 and 10 hours: which questions do both dials answer?"
        raise Wrong(f"{place}: that would be right without common factors", hint)
    side = "small" if got < right else "large"
    raise Wrong(f"{place}: too {side}", "a number of different roots of unity, and never more than k")


def dials_for_200(moduli: Iterable[int]) -> Verdict:
    """Check four moduli for 200 items at epsilon 1: at most 1.40 times the variance of subset selection.

    Parameters
    ----------
    moduli : four int
        At least 2 and at most 200 each, sum at most 490.
    """

    def check() -> str:
        ratio = _ratio(_four(moduli))
        if ratio > 1.40:
            hint = "are two of them nearly equal? do they share factors? which of them could be further apart?"
            raise Wrong(f"{ratio:.2f} times the variance of subset selection, 1.40 is wanted", hint)
        return f"{ratio:.3f} times the variance of subset selection, and not two thirds of its bits"

    return judge(check)


def _four(moduli: Any) -> tuple[int, ...]:
    if moduli is Ellipsis or moduli is None:
        raise Wrong("nothing is written there yet", "as a start: far from each other, no common factors, sum near 490")
    try:
        found = tuple(moduli)
    except TypeError:
        raise Wrong(f"moduli are four whole numbers, got {moduli!r}") from None
    if len(found) != 4 or any(isinstance(m, bool) or not isinstance(m, int) or not 2 <= m <= 200 for m in found):
        raise Wrong(f"moduli are four whole numbers from 2 to 200, got {found}")
    if sum(found) > 490:
        raise Wrong(f"the sum is at most 490, got {sum(found)}", "the report of a dial grows with its hours")
    rank = ResidueSystem(found).rank(200)
    if rank < 200:
        raise Wrong(f"these dials have rank {rank} of 200: some histograms look alike", "exercise 2")
    return found


def _ratio(moduli: tuple[int, ...]) -> float:
    try:
        return mse_ratio(200, moduli, 1.0)
    except NotConverged:
        raise Wrong("these dials are so alike that the equations cannot be solved", "which two could change?") from None


def points_and_lines(decode: Callable[[NDArray[np.int64], NDArray[np.int64], int], Any]) -> Verdict:
    """Check a decoder of projective geometry response.

    Parameters
    ----------
    decode : function of (array, array, int) to array
        Counts y of shape (K,); the points, shape (K, t), one representative of each with entries below q; the prime
        q. To the sums T of shape (K,): T[x] adds y[z] over all z whose dot product with x is 0 modulo q.
    """

    def check() -> str:
        cases = [(2, 3), (3, 3), (5, 3), (3, 4), (7, 3), (13, 3), (5, 4), (31, 3)]
        for q, t in cases:
            points = _points(q, t)
            y = np.array([FRESH.randrange(1000) for _ in points], np.int64)
            hint = "spread y over all multiples of each point, transform, and read the transform at the points"
            got = ask(decode, y.copy(), points.copy(), q, kind=(np.ndarray, list, tuple), hint=hint)
            _right_sums(got, y, points, q)
        return f"{len(cases)} geometries, up to {len(points)} points"

    return judge(check)


def _points(q: int, t: int) -> NDArray[np.int64]:
    """One vector of each line through the origin: the first entry that is not 0 is 1."""
    vectors = np.indices((q,) * t).reshape(t, -1).T
    nonzero = vectors[1:]
    first = nonzero[np.arange(len(nonzero)), (nonzero != 0).argmax(1)]
    return np.ascontiguousarray(nonzero[first == 1].astype(np.int64))


def _right_sums(got: Any, y: NDArray[np.int64], points: NDArray[np.int64], q: int) -> None:
    place = f"q = {q}, {len(points)} points in {points.shape[1]} dimensions"
    sums = np.asarray(got)
    if sums.dtype.kind not in "iuf":
        raise Wrong(f"{place}: the sums must be real numbers", "a transform is complex; which part is meant?")
    if sums.shape != y.shape:
        raise Wrong(f"{place}: {y.size} sums are needed, got an array of shape {sums.shape}")
    right = ((points @ points.T) % q == 0) @ y
    if np.allclose(sums, right, rtol=0, atol=1e-3):
        return
    if np.allclose(sums, q * right, rtol=0, atol=1e-3 * q):
        raise Wrong(f"{place}: every sum is too large by the same factor", "what do the q roots of unity add up to?")
    if np.allclose(sums, (q - 1) * right, rtol=0, atol=1e-3 * q):
        raise Wrong(f"{place}: every sum is too large by the same factor", "how often is each line counted?")
    if np.ptp(sums - right) < 1e-3:
        raise Wrong(f"{place}: every sum is off by the same amount", "what does the transform give for other points?")
    wrong = int(np.argmax(np.abs(sums - right)))
    raise Wrong(f"{place}: the sum at point {points[wrong].tolist()} is wrong", "is the sign of the exponent right?")
