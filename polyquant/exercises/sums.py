"""Exercises of the lesson about the dense Walsh-Hadamard transform. Cases are fresh in every run."""

from collections.abc import Callable, Sequence
from random import SystemRandom
from typing import Any

import numpy as np

from polyquant.transforms import fwht

from ._verdict import Verdict, Wrong, ask, judge

FRESH = SystemRandom()
WHOLE = (int, np.integer)


def sign_of(sign: Callable[[int, int], int]) -> Verdict:
    """Check a function that gives the sign of number m in coefficient k, natural order.

    Parameters
    ----------
    sign : function of (int, int) to int
        k and m, not negative and of any size, to 1 or -1.
    """

    def check() -> str:
        cases = [(0, 0), (1, 1), (1, 2), (3, 3), (5, 7), (6, 2)]
        for k, m in [*cases, *((FRESH.getrandbits(40), FRESH.getrandbits(40)) for _ in range(50))]:
            hint = "write k and m in binary, one below the other: in how many columns have both a one?"
            got = ask(sign, k, m, kind=WHOLE, hint=hint)
            if got not in (1, -1):
                raise Wrong(f"sign({k}, {m}) = {got} is neither 1 nor -1", hint)
            if got != (-1) ** (k & m).bit_count():
                raise Wrong(f"sign({k}, {m}) = {got} is the wrong one", hint)
        return "all signs are right, also of a matrix with 2^40 rows that nobody could store"

    return judge(check)


class Counted:
    """A whole number that counts how often anything like it was added or subtracted."""

    additions = 0

    def __init__(self, value: int) -> None:
        self.value = value

    def _combined(self, other: Any, sign: int) -> Any:
        if not isinstance(other, Counted | int | np.integer):
            return NotImplemented
        Counted.additions += 1
        return Counted(self.value + sign * (other.value if isinstance(other, Counted) else int(other)))

    def __add__(self, other: Any) -> Any:
        return self._combined(other, 1)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._combined(other, -1)

    def __neg__(self) -> "Counted":
        return Counted(-self.value)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, int | np.integer) and int(other) in (-1, 0, 1):
            return Counted(self.value * int(other))
        return NotImplemented

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"{self.value}"


def transform(function: Callable[[Sequence[Any]], Sequence[Any]]) -> Verdict:
    """Check a fast Walsh-Hadamard transform of a list: right, and with n log2 n additions at most.

    Parameters
    ----------
    function : function of list to list
        The numbers, 2^d of them, to the coefficients in natural order. The numbers know only plus and minus.
    """

    def check() -> str:
        _one_transform(function, [7, 3])
        for d in (0, 1, 2, 3, 3, 5, 7):
            _one_transform(function, [FRESH.randint(-99, 99) for _ in range(1 << d)])
        return "right, and with no more additions than necessary"

    return judge(check)


def _one_transform(function: Callable[[Sequence[Any]], Sequence[Any]], x: list[int]) -> None:
    n, Counted.additions = len(x), 0
    hint = "the sums of neighbours, the differences of neighbours; then the same again, two places apart"
    got = ask(function, [Counted(v) for v in x], kind=(list, tuple, np.ndarray), hint=hint)
    numbers = [v.value if isinstance(v, Counted) else v for v in got]
    if len(numbers) != n:
        raise Wrong(f"{n} numbers have {n} coefficients, got {len(numbers)}", hint)
    expected = fwht(x).tolist()
    for k, (a, b) in enumerate(zip(numbers, expected)):
        if a != b:
            if sorted(map(int, numbers)) == sorted(expected):
                raise Wrong(f"all coefficients of {n} numbers are there, but not in natural order", hint)
            raise Wrong(f"coefficient {k} of {_few(x)} is wrong", hint)
    if Counted.additions > n * (n.bit_length() - 1):
        most = n * (n.bit_length() - 1)
        hint = "use every sum of two twice, as the butterfly does"
        raise Wrong(f"right, but {n} numbers took {Counted.additions} additions; {most} are enough", hint)


def _few(x: list[int]) -> str:
    return f"{x}" if len(x) <= 8 else f"{len(x)} numbers"


def xor_of_dice(law: Callable[[Any, int], Any]) -> Verdict:
    """Check a function that gives the law of the XOR of many throws.

    Parameters
    ----------
    law : function of (array of float, int) to array of float
        The probabilities of 0, 1, ..., 2^d - 1 in one throw, and the number of throws (up to a million), to the
        probabilities of the XOR of all throws.
    """

    def check() -> str:
        for d, throws in ((1, 1), (1, 2), (2, 2), (3, 5), (8, 3), (10, 1_000_000)):
            _one_law(law, d, throws)
        return "a million throws cost as much as two"

    return judge(check)


def _one_law(law: Callable[[Any, int], Any], d: int, throws: int) -> None:
    rng = np.random.default_rng(FRESH.getrandbits(64))
    p = rng.dirichlet(np.full(1 << d, 0.5)) if throws < 10 else np.eye(1, 1 << d)[0] * 0.999999 + 1e-6 / (1 << d)
    hint = "what does the transform of the law of two throws have to do with the transform of the law of one?"
    got = np.asarray(ask(law, p, throws, kind=(list, tuple, np.ndarray), hint=hint), dtype=float)
    if got.shape != p.shape:
        raise Wrong(f"a law of {p.size} values is needed, got shape {got.shape}", hint)
    if not np.isclose(got.sum(), 1, atol=1e-6):
        raise Wrong(f"{throws:,} throws, {p.size} values: the probabilities sum to {got.sum():.6g}, not to 1", hint)
    if not np.allclose(got, _slow_law(p, throws), atol=1e-6):
        raise Wrong(f"{throws:,} throws, {p.size} values: a probability is wrong by more than a millionth", hint)


def _slow_law(p: Any, throws: int) -> Any:
    """By doubling, one table of all pairs at a time."""
    pairs = np.arange(p.size)[:, None] ^ np.arange(p.size)
    total, power = np.eye(1, p.size)[0], p
    while throws:
        if throws & 1:
            total = power[pairs] @ total
        power, throws = power[pairs] @ power, throws >> 1
    return total
