"""How much of what a bin shows can be noise: thresholds of the decoders, and the noise of measured bins."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from polyquant import _check

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


def limits(C: int, B: int, P: int, unknown: int, *, noise: float, largest: float, patterns: bool = False) -> Limits:
    """The limits for C groups of B bins with P delays.

    Mean squares of pure noise follow chi-square laws with P degrees of freedom, P - 1 when a coefficient was fitted.
    The best of 2^(unknown + 1) random patterns of signs in C B bins correlates with noise up to
    sqrt(2 ln(2^(unknown + 1) C B)) standard deviations; a decoder that searches *patterns* must see half a one more.

    Parameters
    ----------
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
    single = noise * upper_chi2(alpha, P - 1) / P if P > 1 else 0.0
    least = floor
    if patterns:
        many = (unknown + 1) * math.log(2) + math.log(C) + math.log(B)
        least += (math.sqrt(2 * many) + 0.5) * math.sqrt(noise / P)
    return Limits(noise * upper_chi2(alpha, P) / P + floor * floor, single + floor * floor, least)


def noise_variance(values: NDArray[np.float64]) -> float:
    """The variance of the noise in bin values of shape (C, P, B), if at least a tenth of the bins holds nothing else.

    The 10 % quantile of the bins' mean squares, divided by the 20 % quantile of what noise of variance 1 shows. It is
    a little low where fewer bins are shared, and 7 to 14 % high (as a standard deviation) at 1.6 coefficients a bin.
    """
    energy = (values * values).mean(axis=1)
    P: int = values.shape[1]
    return float(np.quantile(energy, 0.1)) * P / upper_chi2(0.8, P)


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
