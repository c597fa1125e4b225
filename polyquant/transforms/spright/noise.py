"""How much of what a bin shows can be noise: thresholds of the decoders, and the noise of measured bins."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from polyquant import _check

from .plan import Plan, prepared

FLOOR = 1e-12
"""Share of the largest value below which everything counts as rounding."""
DOUBT = 0.01
"""Chance that any of 4 C B decisions takes noise for more than it is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What separates bins of none, of one and of several coefficients.

    Attributes
    ----------
    zero : float
        A bin with a mean square of at most this is empty.
    single : float
        A bin holds one coefficient if at most this mean square is left when it is taken out.
    least : float
        A single coefficient is larger than this.
    """

    zero: float
    single: float
    least: float


@lru_cache(maxsize=64)
def distinct(plan: Plan) -> tuple[NDArray[np.int64], ...]:
    """For each group the numbers of the delays that read samples of their own, the first of equals.

    Delays that differ by a sum of columns read the same samples, with the same errors; the coded decoder starts with
    three equal ones. Counted once each, the squares of errors follow the law of as many normal numbers.
    """
    firsts = [np.unique(rows, axis=0, return_index=True)[1] for rows in prepared(plan).code]
    return tuple(np.sort(first) for first in firsts)


def freedom(plan: Plan) -> int:
    """Degrees of freedom of :func:`mean_squares`, in the group with fewest."""
    return min(first.size for first in distinct(plan))


def mean_squares(plan: Plan, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the bins show, shape (C, P, B), as mean squares over different samples, shape (C, B)."""
    return np.stack([(rows[first] ** 2).mean(axis=0) for rows, first in zip(values, distinct(plan))])


def limits(
    C: int, B: int, freedom: int, unknown: int, *, noise: float, largest: float, patterns: bool = False
) -> Limits:
    """The limits for C groups of B bins.

    Mean squares of pure noise follow a chi-square law, with one degree of freedom less when a coefficient was fitted.
    The best of 2^(unknown + 1) random patterns of signs in C B bins correlates with noise up to
    sqrt(2 ln(2^(unknown + 1) C B)) standard deviations; a decoder that searches *patterns* must see half a one more.

    Parameters
    ----------
    freedom : int
        Degrees of freedom of the mean square of a bin, see :func:`freedom`.
    unknown : int
        Bits of an index that the number of its bin leaves open.
    noise : float
        Variance of one value of a bin, 0 for exact samples.
    largest : float
        The largest absolute value of a bin: what is smaller by 10^12 is rounding.
    patterns : bool
        Whether the decoder searches for the best pattern of signs ("osd").
    """
    alpha, floor = DOUBT / (4 * C * B), FLOOR * largest
    single = noise * upper_chi2(alpha, freedom - 1) / freedom if freedom > 1 else 0.0
    least = floor
    if patterns:
        many = (unknown + 1) * math.log(2) + math.log(C) + math.log(B)
        least += (math.sqrt(2 * many) + 0.5) * math.sqrt(noise / freedom)
    return Limits(noise * upper_chi2(alpha, freedom) / freedom + floor * floor, single + floor * floor, least)


def noise_variance(plan: Plan, values: NDArray[np.float64]) -> float:
    """The variance of the noise in bin values of shape (C, P, B), if at least a tenth of the bins holds nothing else.

    The 10 % quantile of the bins' mean squares, divided by the 20 % quantile of what noise of variance 1 shows. It is
    a little low where fewer bins are shared, and 7 to 14 % high (as a standard deviation) at 1.6 coefficients a bin.
    """
    v = freedom(plan)
    return float(np.quantile(mean_squares(plan, values), 0.1)) * v / upper_chi2(0.8, v)


@lru_cache(maxsize=1024)
def upper_chi2(alpha: float, v: int) -> float:
    """The value that a sum of squares of v standard normal numbers exceeds with probability *alpha* in (0, 1).

    >>> round(upper_chi2(0.05, 3), 6)
    7.814728
    """
    alpha, v = _check.real("alpha", alpha, 1e-300, 1 - 1e-12), _check.integer("v", v, 1)
    shape, low, high = v / 2, 0.0, v / 2 + 1.0
    while _upper_gamma(shape, high) > alpha:
        low, high = high, 2 * high
    x = (low + high) / 2
    for _ in range(200):  # Newton's steps for the logarithm, kept inside an interval that shrinks
        tail = _upper_gamma(shape, x)
        low, high = (x, high) if tail > alpha else (low, x)
        density = math.exp((shape - 1) * math.log(x) - x - math.lgamma(shape))
        step = math.log(tail / alpha) * tail / density if tail > 0.0 and density > 0.0 else math.inf
        after = x + step if low < x + step < high else (low + high) / 2
        if abs(after - x) <= 1e-15 * x:
            break
        x = after
    return 2 * x


def _upper_gamma(a: float, x: float) -> float:
    """The regularised upper incomplete gamma function Q(a, x), x > 0: by its series, or by its continued fraction."""
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for i in range(1, 100_000):
            term *= x / (a + i)
            total += term
            if term < 1e-17 * total:
                break
        return 1 - scale * total
    b = x + 1 - a
    c, d = 1e300, 1 / b
    fraction = d
    for i in range(1, 100_000):  # the modified method of Lentz
        factor = i * (a - i)
        b += 2
        d, c = 1 / (factor * d + b), b + factor / c
        fraction *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return scale * fraction
