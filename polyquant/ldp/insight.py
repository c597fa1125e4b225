"""One picture for all protocols: what a report costs and gives away depends on the share t of the domain it covers.

A report names a set of items (a symbol, a subset, a row of a matrix, a line of a geometry) that covers the user's own
item with odds raised by e^epsilon. Everything below holds for a uniform histogram over many items.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check


def cover_variance(t: ArrayLike, epsilon: float) -> NDArray[np.float64]:
    """Variance of one estimated frequency, times the number of users, when a report covers the share *t*.

    >>> round(float(cover_variance(best_cover(1.0), 1.0)), 6), round(4 * math.e / (math.e - 1) ** 2, 6)
    (3.682694, 3.682694)

    Parameters
    ----------
    t : float or array of float
        0 < t < 1.
    epsilon : float
        Positive.
    """
    share, gain = _share(t), math.expm1(_epsilon(epsilon))
    return np.asarray((1 + share * gain) ** 2 / (share * (1 - share) * gain**2))


def cover_attack(t: ArrayLike, epsilon: float) -> NDArray[np.float64]:
    """How many times likelier than a blind guess the best attacker names the item, from one report.

    >>> float(cover_attack(0.25, math.log(3)))
    2.0
    """
    gain = math.expm1(_epsilon(epsilon))
    return np.asarray((gain + 1) / (1 + gain * _share(t)))


def cover_bits(t: ArrayLike) -> NDArray[np.float64]:
    """Bits of a report for each item of the domain, if every set of that size may come: the entropy of a coin.

    >>> float(cover_bits(0.5))
    1.0
    """
    share = _share(t)
    return np.asarray(-share * np.log2(share) - (1 - share) * np.log2(1 - share))


def best_cover(epsilon: float) -> float:
    """The share with the least variance, 1 / (e^epsilon + 1).

    >>> best_cover(math.log(3))
    0.25
    """
    return 1 / (math.exp(_epsilon(epsilon)) + 1)


def _epsilon(epsilon: float) -> float:
    value = _check.real("epsilon", epsilon, 0)
    if value == 0:
        raise ValueError("epsilon must be above 0, got 0")
    return value


def _share(t: ArrayLike) -> NDArray[np.float64]:
    share = _check.finite("t", t)
    if share.size and not (share.min() > 0 and share.max() < 1):
        wrong = share.min() if share.min() <= 0 else share.max()
        raise ValueError(f"t must be above 0 and below 1, got {wrong}")
    return share.reshape(np.shape(t))
