"""Stages two and three of the sparse transform: peel, refine, and again while that finds something new."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from . import _index
from ._index import Limbs
from ._sampling import unique
from .bins import hashed, signs
from .decode import read
from .peel import Visit, peel
from .plan import Plan
from .refine import Fit, refine

PASSES = 12
"""How often what least squares leave is peeled again."""
CONFIRMED = 5.0
"""Standard errors by which the other groups must show what a crowded bin suggests."""


def search(
    plan: Plan,
    values: NDArray[np.float64],
    noise: float,
    different: int,
    tell: Callable[[str, int, int], bool],
) -> tuple[Fit, bool, list[Visit]]:
    """Peel and refine until that brings nothing new: the fit, whether it is settled, and all visits of peeling.

    One pass is enough unless a bin of noise looked like a coefficient (least squares over all bins unmask it), or no
    coefficient is alone in a bin any more. Samples are then not explained; but coefficients that all groups show stand
    out from whatever else is in their bins, the largest first, and without them others may be alone again.

    Parameters
    ----------
    values : float64 array of shape (C, P, B)
        The bins.
    noise : float
        Variance of the error of one value of a bin, 0 for exact samples: then only what is alone in a bin counts.
    different : int
        How many different samples the plan reads.
    tell : callable
        ``tell(stage, done, total)`` with stage "peel" or "refine"; it returns False to stop.
    """
    support, rest, history = np.zeros((0, _index.words(plan.n)), np.uint64), values, list[Visit]()
    for _ in range(PASSES):
        before = history[-1].round if history else 0
        peeled = peel(plan, rest, noise, progress=lambda done, total: tell("peel", done, total))
        history += [visit._replace(round=visit.round + before) for visit in peeled.history]
        tell("refine", 0, 1)
        fit = refine(plan, values, _together(support, peeled.support), noise, different)
        go_on, same = tell("refine", 1, 1), np.array_equal(fit.support, support)
        if not go_on or (peeled.finished and not (noise and fit.unresolved.any())):
            return fit, same or peeled.finished, history
        seen = confirmed(plan, fit) if noise else fit.support[:0]
        if same and not len(seen):
            break
        if len(seen):
            fit = refine(plan, values, _together(fit.support, seen), noise, different)
        support, rest = fit.support, fit.rest
    return fit, same, history


def confirmed(plan: Plan, fit: Fit) -> Limbs:
    """Indices of coefficients that unresolved bins suggest and all other groups show, shape (m, W).

    A bin is read as if it held one coefficient. In the bin itself that may be chance, for it was searched for; the
    other groups were not searched, and what their bins hold besides changes its sign at random from delay to delay.
    """
    found = [fit.support[:0]]
    for c in range(plan.C if plan.C > 1 else 0):
        hint = read(plan, c, fit.rest[c], np.flatnonzero(fit.unresolved[c]))
        where, sign = hashed(plan, hint.k), signs(plan, hint.k)
        shown = np.stack([s * bins[:, j].T for i, (j, s, bins) in enumerate(zip(where, sign, fit.rest)) if i != c])
        squares = np.maximum(shown.var(axis=2), fit.noise).sum(axis=0)
        size = shown.mean(axis=2).sum(axis=0) * np.sign(hint.size)
        found.append(hint.k[size > CONFIRMED * np.sqrt(squares / plan.P)])
    return _together(*found)


def _together(*supports: Limbs) -> Limbs:
    return unique(np.concatenate(supports))[0]
