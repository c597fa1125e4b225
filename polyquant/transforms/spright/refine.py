"""After peeling: least squares over all bins at once, without the coefficients that turn out to be noise.

A plain averaging sweep over the coefficients diverges once bins hold several of them; conjugate gradients do not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._index import Limbs
from ._kernels import hash as kernels
from .bins import hashed, signs
from .noise import FLOOR, freedom, limits, mean_squares
from .plan import Plan, certainty

STEPS = 200
TOLERANCE = 1e-14
WITNESS = 3.0
"""Standard errors by which a coefficient must be seen in the mean of all groups but the best."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Coefficients that explain the bins, and what they leave.

    Attributes
    ----------
    support, coeffs, rest : shapes (m, W), (m,) and (C, P, B)
        Indices, coefficients, and what they leave of the bins.
    stderr : float
        Standard deviation of the error of each coefficient.
    noise : float
        The variance of one value of a bin that was assumed; 0 for exact samples.
    energy, power : float
        Mean square of what is left in a value of a bin; the same times u / (u - m) for u different samples, an estimate
        of the noise.
    spread : float
        Relative standard deviation of *power* if only noise is left.
    detectable : float
        The smallest coefficient that is seen with a chance of 97 % in a bin of its own.
    unresolved : bool array of shape (C, B)
        Bins with more left than noise explains.
    """

    support: Limbs
    coeffs: NDArray[np.float64]
    rest: NDArray[np.float64]
    stderr: float
    noise: float
    energy: float
    power: float
    spread: float
    detectable: float
    unresolved: NDArray[np.bool_]


def refine(plan: Plan, values: NDArray[np.float64], support: Limbs, noise: float, unique: int) -> Fit:
    """The coefficients at *support* that explain the bins best, without those that noise explains as well.

    A coefficient must be larger than noise, and it must be seen without the group that shows it best: what several
    small coefficients in one bin pretend to be is seen in no other group.

    Parameters
    ----------
    values : float64 array of shape (C, P, B)
        The bins.
    support : uint64 array of shape (m, W)
    noise : float
        Variance of the error of one value of a bin, 0 for exact samples.
    unique : int
        Different samples among those of the plan: asking again for the same one brings no new noise to average.
    """
    stderr = math.sqrt(noise / (plan.C * plan.P) * plan.cost() / unique)
    largest = float(np.abs(values).max())
    least = (certainty(plan.n, plan.b, plan.C) / math.sqrt(plan.C) + 3) * stderr if noise else FLOOR * largest
    while True:
        coeffs, rest = np.zeros(len(support)), np.array(values)
        where, sign = hashed(plan, support), signs(plan, support)
        kernels.least_squares(where, sign, rest, coeffs, STEPS, TOLERANCE)
        keep = np.abs(coeffs) >= least
        if noise and plan.C > 1:
            keep &= _witnesses(where, sign, rest, coeffs) >= WITNESS * math.sqrt(noise / ((plan.C - 1) * plan.P))
        if keep.all():
            break
        support = support[keep]
    squares = (rest * rest).mean(axis=1)
    energy = float(squares.mean())
    limit = limits(plan.C, plan.B, freedom(plan), plan.n - plan.b, noise=noise, largest=largest)
    free = unique - len(support)
    return Fit(
        support=support,
        coeffs=coeffs,
        rest=rest,
        stderr=stderr,
        noise=noise,
        energy=energy,
        power=energy * unique / free if free > 0 else math.inf,
        spread=math.sqrt(2 / unique),
        detectable=_detectable(plan, noise, limit.zero),
        unresolved=mean_squares(plan, rest) > limit.zero,
    )


def _witnesses(
    where: NDArray[np.int64], sign: NDArray[np.float64], rest: NDArray[np.float64], coeffs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How large each coefficient is, shape (m,), in the mean of all groups but the one that shows it largest."""
    own = [(s * values[:, j].T).mean(axis=1) + coeffs for j, s, values in zip(where, sign, rest)]
    shown = np.array(own) * np.sign(coeffs)
    witnesses: NDArray[np.float64] = (shown.sum(axis=0) - shown.max(axis=0)) / (len(shown) - 1)
    return witnesses


def _detectable(plan: Plan, noise: float, zero: float) -> float:
    """Where a coefficient a is seen with a chance of 97 %, that is 1.88 standard deviations.

    Its pattern of signs must stand out from all others; and unless the decoder looks at every bin, the mean square of
    its bin must exceed *zero*. With x = a^2 / noise that has the mean noise (1 + x) and the variance
    noise^2 (2 + 4 x) / P.
    """
    pattern = (certainty(plan.n, plan.b, plan.C) + 2) * math.sqrt(noise / freedom(plan))
    if plan.decoder == "osd" or not noise:
        return pattern
    over, v = zero / noise - 1, 1.88**2 / freedom(plan)
    x = over + 2 * v + math.sqrt(4 * v * v + 4 * v * over + 2 * v)  # (x - over)^2 = v (2 + 4 x)
    return max(pattern, math.sqrt(noise * x))
