"""Exercises of the lessons about pyramids. Cases are fresh in every run."""

from collections.abc import Callable
from functools import lru_cache
from random import SystemRandom
from typing import Any

import numpy as np

from polyquant.quantize import Pyramid
from polyquant.quantize.gain import gain_codebook, gains, rebuild
from polyquant.quantize.insight import cosines
from polyquant.quantize.pyramid import count_points

from ._verdict import Verdict, Wrong, ask, judge

FRESH = SystemRandom()
WHOLE = (int, np.integer)
INDEX_N, INDEX_BITS = 16, 64


# ---- counting


def pyramid_count(count: Callable[[int, int], int], largest: int) -> Verdict:
    """Check a function that counts the points of a pyramid, and the most pulses of 16 entries with a 64-bit index.

    Parameters
    ----------
    count : function of (int, int) to int
        N from 0 to 200 and K from 0 to 200 to the number of integer points with N entries whose magnitudes sum to K.
    largest : int
        The largest K for which the points of N = 16 can be numbered with 64 bits.
    """

    def check() -> str:
        cases = [(1, 0), (0, 0), (1, 1), (0, 3), (1, 7), (2, 1), (2, 5), (3, 2), (4, 3), (8, 6), (16, 12)]
        cases += [(FRESH.randint(1, 12), FRESH.randint(0, 12)) for _ in range(20)]
        for n, k in [*cases, (120 + FRESH.randint(0, 80), 120 + FRESH.randint(0, 80))]:
            _one_count(count, n, k)
        _largest(largest)
        return "all counts are right, also of pyramids with more points than atoms on earth"

    return judge(check)


def _one_count(count: Callable[[int, int], int], n: int, k: int) -> None:
    hint = "the first entry is a zero, or it is not: what is left when you take it away, or when you make it smaller?"
    got, right = ask(count, n, k, kind=WHOLE, hint=hint), count_points(n, k)
    if got == right:
        return
    if n == 0 or k == 0:
        raise Wrong(
            f"count({n}, {k}) = {got}", "how many ways are there to spend nothing? To spend something on nobody?"
        )
    if got == _without_signs(n, k):
        raise Wrong(f"count({n}, {k}) = {got} leaves out the negative entries")
    raise Wrong(f"count({n}, {k}) = {got} is not the number of points", hint)


def _without_signs(n: int, k: int) -> int:
    row = [1] + [0] * k
    for _ in range(n):
        row = [sum(row[: j + 1]) for j in range(k + 1)]
    return row[k]


def _largest(largest: Any) -> None:
    hint = "how many different values has a number of 64 bits, and how many points can they number?"
    if largest is Ellipsis or largest is None:
        raise Wrong("nothing is written there yet: the largest K", hint)
    if isinstance(largest, bool) or not isinstance(largest, WHOLE):
        raise Wrong(f"the largest K is a whole number, got {largest!r}", hint)
    if not 0 <= largest < 1000 or count_points(INDEX_N, int(largest)) > 1 << INDEX_BITS:
        raise Wrong(f"the points of N = {INDEX_N}, K = {largest} are more than 64 bits can number", hint)
    if count_points(INDEX_N, int(largest) + 1) <= 1 << INDEX_BITS:
        raise Wrong(f"K = {largest} fits, and so does a larger one", hint)


# ---- reading an index


def pyramid_decode(decode: Callable[[int, int, int], Any]) -> Verdict:
    """Check a function that turns an index into its point.

    Parameters
    ----------
    decode : function of (int, int, int) to list of int
        N, K and the index to the N entries of the point. An index that no point has must raise ValueError.
    """

    def check() -> str:
        for n, k in ((1, 0), (1, 4), (2, 1), (3, 2), (4, 3)):
            for index in range(Pyramid(n, k).count):
                _one_point(decode, n, k, index)
        for n, k in ((8, 6), (16, 12), (16, 58), (24, 40)):
            for _ in range(20):
                _one_point(decode, n, k, FRESH.randrange(Pyramid(n, k).count))
        for n, k, index in ((3, 2, 18), (3, 2, -1), (16, 12, 1 << 40)):
            _refused(decode, n, k, index)
        return "every index gives its point, also those of 112 bits"

    return judge(check)


def _one_point(decode: Callable[[int, int, int], Any], n: int, k: int, index: int) -> None:
    hint = "which first entries come first, how many points begin with each, and in which of these blocks is the index?"
    got = ask(decode, n, k, index, kind=(list, tuple, np.ndarray), hint=hint)
    call = f"decode({n}, {k}, {index})"
    values = [int(v) if isinstance(v, WHOLE) else v for v in got]
    if len(values) != n or not all(isinstance(v, int) for v in values):
        raise Wrong(f"{call} must give {n} whole numbers, got {values!r}", hint)
    if sum(map(abs, values)) != k:
        raise Wrong(f"{call} = {values} has magnitudes with the sum {sum(map(abs, values))}", hint)
    right = Pyramid(n, k).point(index).tolist()
    if values != right:
        if sorted(map(abs, values)) == sorted(map(abs, right)) and [-v for v in values] == right:
            raise Wrong(f"{call} = {values} has all signs turned round", "+K comes first, then smaller ones, zero, -K")
        raise Wrong(f"{call} = {values} is the point of another index", hint)


def _refused(decode: Callable[[int, int, int], Any], n: int, k: int, index: int) -> None:
    try:
        got = decode(n, k, index)
    except ValueError:
        return
    except Exception as error:
        name = type(error).__name__
        raise Wrong(f"there is no index {index} for N = {n}, K = {k}: raise ValueError, not {name}") from None
    raise Wrong(f"there is no index {index} for N = {n}, K = {k}, yet it gives {got!r}", "the last one is P(N, K) - 1")


# ---- the projection


def projection_misses(x: Any, k: Any) -> Verdict:
    """Check a vector whose nearest pyramid point, after it was scaled to sum|x| = K, has not the best cosine.

    Parameters
    ----------
    x : sequence of float
        2 to 16 numbers.
    k : int
        Pulses, 1 to 40.
    """

    def check() -> str:
        hint = "where does the path of the search figure leave c = 1? A pulse that moves just after it is what you want"
        if x is Ellipsis or k is Ellipsis or x is None or k is None:
            raise Wrong("nothing is written there yet", hint)
        vector = _vector(x)
        if isinstance(k, bool) or not isinstance(k, WHOLE) or not 1 <= k <= 40:
            raise Wrong(f"K is a whole number from 1 to 40, got {k!r}", hint)
        pyramid = Pyramid(vector.size, int(k))
        near, best = (pyramid.nearest(vector, method=method) for method in ("projection", "exact"))
        low, high = cosines(vector, [near, best])
        if high - low < 1e-9:
            raise Wrong(f"the projection {near.tolist()} has the best cosine of all, {high:.6f}", hint)
        return f"cosine {low:.6f} for the projection {near.tolist()}, {high:.6f} for {best.tolist()}"

    return judge(check)


def _vector(x: Any) -> Any:
    try:
        vector = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise Wrong(f"a vector is a list of numbers, got {x!r}") from None
    if vector.ndim != 1 or not 2 <= vector.size <= 16:
        raise Wrong(f"a vector of 2 to 16 numbers is needed, got shape {vector.shape}")
    if not np.isfinite(vector).all() or not vector.any():
        raise Wrong("the numbers must be finite, and not all zero")
    return vector / np.abs(vector).max()


# ---- shape and gain

SPLIT_N, SPLIT_BITS, GOOD_ERROR = 24, 72, 0.0253


def split_the_bits(levels: Any, k: Any) -> Verdict:
    """Check a split of 72 bits for 24 Gaussian numbers into a gain and a shape, with an error of at most 0.0253.

    Parameters
    ----------
    levels : int
        Gains to choose from.
    k : int
        Pulses. One index from 0 to levels P(24, k) - 1 names gain and shape together.
    """

    def check() -> str:
        hint = "the gain is one more number besides the others: should it get more bits than one of them, or fewer?"
        if levels is Ellipsis or k is Ellipsis or levels is None or k is None:
            raise Wrong("nothing is written there yet", hint)
        for name, value in (("levels", levels), ("K", k)):
            if isinstance(value, bool) or not isinstance(value, WHOLE) or not 1 <= value <= 1000:
                raise Wrong(f"{name} is a whole number from 1 to 1000, got {value!r}")
        total = int(levels) * count_points(SPLIT_N, int(k))
        if total > 1 << SPLIT_BITS:
            used = (total - 1).bit_length()
            raise Wrong(f"{levels} gains and the points of K = {k} need {used} bits, there are {SPLIT_BITS}")
        error = _error(int(levels), int(k))
        if error > GOOD_ERROR:
            raise Wrong(f"the error is {error:.5f} a number, {GOOD_ERROR} is wanted", _which_way(int(levels), int(k)))
        return f"error {error:.5f} a number; a scalar quantizer of three bits has 0.03454"

    return judge(check, 60)


@lru_cache(maxsize=64)
def _error(levels: int, k: int) -> float:
    """Mean squared error on the same 2^14 Gaussian groups for everybody, so that a split is right or not."""
    x = np.random.default_rng(51).normal(size=(1 << 14, SPLIT_N))
    points = Pyramid(SPLIT_N, k).nearest(x)
    code = gain_codebook(SPLIT_N, None, levels).scaled(SPLIT_N**0.5)
    return float(((x - rebuild(code.quantize(gains(x, points)), points)) ** 2).mean())


def _which_way(levels: int, k: int) -> str:
    if 2 * levels * count_points(SPLIT_N, k) <= 1 << SPLIT_BITS:
        return "there are bits left"
    if _error(1000, k) > GOOD_ERROR:
        return "even with the exact gain this shape is too coarse: who has to give up bits?"
    return "with the exact gain this shape would do: who has to give up bits?"
