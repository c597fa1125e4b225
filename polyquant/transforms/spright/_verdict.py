"""What a result may call itself."""

import math

import numpy as np
from numpy.typing import NDArray

from .plan import Plan
from .refine import Fit

ROUNDING = 1e-9
"""Share of the largest fresh sample by which predictions of exact samples may be off."""
DOMINATED = 0.5
"""Coefficients with less power than this share of an estimated noise are not called the spectrum."""


def status_of(fit: Fit, plan: Plan, settled: bool, known: bool) -> str:
    """What the bins say: all that is left in them is noise, and it is the noise that was *known*."""
    if fit.unresolved.any() or not settled:
        return "unresolved"
    if known and fit.noise and fit.power >= fit.noise * (1 + 4 * fit.spread):
        return "unresolved"
    waves = fit.coeffs[fit.support.any(axis=1)]  # all but the mean
    if not known and float((waves * waves).sum()) < DOMINATED * fit.noise * plan.B:
        return "noise-like"
    return "converged"


def foreseen(actual: NDArray[np.float64], missed: NDArray[np.float64], sigma: float) -> bool:
    """Whether predictions *missed* fresh samples by no more than their noise, or by rounding."""
    largest = float(np.abs(actual).max())
    error = float(np.abs(missed).max())
    if error <= ROUNDING * largest:
        return True
    square = float(np.square(missed / error).mean())  # in a unit in which squares stay in range
    return math.sqrt(square) <= sigma / error * math.sqrt(1 + 8 * math.sqrt(2 / missed.size))


def r2(actual: NDArray[np.float64], missed: NDArray[np.float64]) -> float:
    """1 - (sum of squared errors) / (sum of squared deviations); of a constant 1 if it is met, else 0."""
    unit = max(float(np.abs(actual).max()), float(np.abs(missed).max())) or 1.0
    actual, missed = actual / unit, missed / unit
    deviations = float(np.square(actual - actual.mean()).sum())
    errors, size = float(np.square(missed).sum()), float(np.square(actual).sum())
    if deviations <= 1e-24 * size:
        return 1.0 if errors <= 1e-18 * size else 0.0
    return 1 - errors / deviations


def ratio(power: float, noise: float, left: bool) -> float:
    """*power* in units of the noise; for exact samples 0, or infinite if something is *left*."""
    return power / noise if noise else math.inf if left else 0.0
