"""Peeling: read the coefficients that are alone in a bin, take them out everywhere, look again at what changed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from polyquant import _check

from ._index import Limbs
from ._kernels import peel as kernels
from .decode import singles
from .noise import FLOOR, freedom, limits, mean_squares
from .plan import Plan, prepared

RETURNS = 8
"""How often one coefficient may be taken out of the same bins: one that is misread comes two or three times."""

Row = tuple[int, int, int, int]  # a visit without its last number


class Visit(NamedTuple):
    """One look at the changed bins of one group."""

    round: int
    group: int
    tested: int  # bins looked at
    singles: int  # coefficients taken out
    found: int  # different coefficients so far


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Coefficients in the order in which they were taken out; one that was misread comes again and cancels.

    Attributes
    ----------
    round, group, bin : int64 arrays of shape (E,)
        In which round which bin of which group gave the coefficient.
    index : uint64 array of shape (E, W)
        Its index.
    size : float64 array of shape (E,)
        How much was subtracted.
    """

    round: NDArray[np.int64]
    group: NDArray[np.int64]
    bin: NDArray[np.int64]
    index: Limbs
    size: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Peeled:
    """What peeling found.

    Attributes
    ----------
    support : uint64 array of shape (m, W)
        Indices of the coefficients, ascending.
    amplitudes : float64 array of shape (m,)
        The sum of what was taken out at each of them.
    values : float64 array of shape (C, P, B)
        What is left in the bins.
    unresolved : bool array of shape (C, B)
        Bins with more left than noise explains, still to be looked at, or given up.
    events : Events
    history : tuple of Visit
    rounds : int
    finished : bool
        False if it was stopped, or gave up: on everything after 8 C B + 64 events, on a coefficient that came back
        again and again.
    """

    support: Limbs
    amplitudes: NDArray[np.float64]
    values: NDArray[np.float64]
    unresolved: NDArray[np.bool_]
    events: Events
    history: tuple[Visit, ...]
    rounds: int
    finished: bool


def peel(
    plan: Plan,
    values: NDArray[np.float64],
    noise: float = 0.0,
    *,
    hard: bool = False,
    progress: Callable[[int, int], bool | None] | None = None,
) -> Peeled:
    """Find the coefficients of a function from its bins.

    >>> from polyquant.transforms.spright import bins, plan
    >>> quarter = plan(20, 100)
    >>> found = peel(quarter, bins(lambda m: 2.0 * (-1.0) ** (m & 1), quarter))  # 2 at index 1
    >>> found.support.tolist(), found.amplitudes.tolist()
    ([[1]], [2.0])

    Parameters
    ----------
    plan : Plan
        Not a dense one.
    values : float64 array of shape (C, P, B)
        The bins, see :func:`bins`; not changed.
    noise : float
        The variance of the error of one value, 0 if they are exact.
    hard : bool
        Let every offset of an nso plan vote by its sign alone: worse, for comparison.
    progress : callable, optional
        Called after each round with how many bins are settled, of how many. It returns False to stop.

    Returns
    -------
    Peeled
    """
    arrays, shape = prepared(plan), (plan.C, plan.P, plan.B)
    values, noise = _check.finite("values", values, 3), _check.real("noise", noise, 0)
    if values.shape != shape:
        raise ValueError(f"values must have shape {shape}, got {values.shape}")
    exponent = math.frexp(float(np.abs(values).max()))[1]  # a power of two costs no digits, and squares stay in range
    left = np.ldexp(values, -exponent)
    with np.errstate(over="ignore", under="ignore"):
        noise = float(np.ldexp(noise, -2 * exponent))
    limit = limits(
        *(plan.C, plan.B, freedom(plan), plan.n - plan.b),
        noise=noise,
        largest=float(np.abs(left).max()),
        patterns=plan.decoder == "osd",
    )
    dirty, refused = np.ones((plan.C, plan.B), bool), np.zeros((plan.C, plan.B), bool)
    taken = Counter[bytes]()
    events, visits, rounds, count, go_on = [], [], 0, 0, True
    while go_on and dirty.any() and count < 8 * dirty.size + 64:
        rounds += 1
        for c in range(plan.C):
            changed = np.flatnonzero(dirty[c])
            dirty[c] = refused[c, changed] = False
            found = singles(plan, c, left[c], changed, limit, hard=hard)
            again = _returned(taken, found.k)
            refused[c, found.bin[again]] = True
            found = found.take(~again)
            kernels.take_out(left, dirty, arrays.columns, arrays.delays, found.k, found.size)
            events.append(found)
            visits.append((rounds, c, changed.size, found.size.size))
            count += found.size.size
        go_on = progress is None or progress(dirty.size - int(dirty.sum()), dirty.size) is not False
    where, index, size = (np.concatenate([event[part] for event in events]) for part in range(3))
    support, amplitudes, first = _summed(index, size)
    real = np.abs(amplitudes) > FLOOR  # the largest value of a bin is between a half and 1
    return Peeled(
        support=support[real],
        amplitudes=np.ldexp(amplitudes[real], exponent),
        values=np.ldexp(left, exponent),
        unresolved=(mean_squares(plan, left) > limit.zero) | dirty | refused,
        events=_events(visits, where, index, np.ldexp(size, exponent)),
        history=_history(visits, first),
        rounds=rounds,
        finished=not (dirty | refused).any(),
    )


def _returned(taken: Counter[bytes], k: Limbs) -> NDArray[np.bool_]:
    """Which of *k* (m, W) were *taken* too often already, shape (m,); the others are counted."""
    names = [row.tobytes() for row in k]
    again = np.array([taken[name] >= RETURNS for name in names], bool)
    taken.update(names)
    return again


def _summed(index: Limbs, size: NDArray[np.float64]) -> tuple[Limbs, NDArray[np.float64], NDArray[np.int64]]:
    """The different indices, ascending, what was taken out at each, and the first event of each."""
    different, first, place = np.unique(index[:, ::-1], axis=0, return_index=True, return_inverse=True)
    amplitudes = np.zeros(len(different))
    np.add.at(amplitudes, place.ravel(), size)
    return np.ascontiguousarray(different[:, ::-1]), amplitudes, np.sort(first)


def _events(visits: list[Row], where: NDArray[np.int64], index: Limbs, size: NDArray[np.float64]) -> Events:
    rounds, groups, _, singles = np.array(visits, np.int64).reshape(-1, 4).T
    return Events(np.repeat(rounds, singles), np.repeat(groups, singles), where, index, size)


def _history(visits: list[Row], first: NDArray[np.int64]) -> tuple[Visit, ...]:
    after = np.cumsum([singles for *_, singles in visits])
    found = np.searchsorted(first, after)  # first events before the end of the visit
    return tuple(Visit(*row, int(so_far)) for row, so_far in zip(visits, found))
