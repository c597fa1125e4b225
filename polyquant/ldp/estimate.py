"""What a server knows in the end: frequencies, and how far off they may be.

The raw estimate is unbiased, so rare items come out a little below zero as often as above. Making it look like a
distribution is a choice with a price (a bias), so it happens only on request.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Frequencies of all k items with their standard errors.

    Parameters
    ----------
    frequency : array of float64, shape (k,)
        Fractions of the users; unbiased, so they may lie outside [0, 1] and need not sum to 1.
    stderr : array of float64, shape (k,)
        One standard deviation of ``frequency`` around the fractions among these users, as a fraction too.
    n : int
        Users that were counted.
    kind : str
        Which estimator: "linear" or "ratio".
    """

    frequency: NDArray[np.float64]
    stderr: NDArray[np.float64]
    n: int
    kind: str = "linear"

    def __post_init__(self) -> None:
        for name in ("frequency", "stderr"):
            object.__setattr__(self, name, _check.finite(name, getattr(self, name), 1))
        object.__setattr__(self, "n", _check.integer("n", self.n, 1))
        if self.frequency.size != self.stderr.size:
            raise ValueError(f"stderr must be as long as frequency, {self.frequency.size}, got {self.stderr.size}")

    @property
    def k(self) -> int:
        """How many items."""
        return self.frequency.size

    def __repr__(self) -> str:
        return f"Estimate(k={self.k}, n={self.n}, kind={self.kind!r}, median stderr {np.median(self.stderr):.3g})"


def clip_rescale(f: ArrayLike) -> NDArray[np.float64]:
    """*f* without its negative entries, divided by what is left: a distribution, biased towards rare items.

    >>> clip_rescale([0.6, 0.6, -0.2]).tolist()
    [0.5, 0.5, 0.0]

    Parameters
    ----------
    f : array of float, shape (k,)
        An estimate; at least one entry must be positive.
    """
    clipped = np.maximum(_check.finite("f", f, 1), 0.0)
    total = clipped.sum()
    if not total > 0:
        raise ValueError("f must have a positive entry, got none")
    return np.asarray(clipped / total)


def project_simplex(f: ArrayLike) -> NDArray[np.float64]:
    """The distribution nearest to *f* in Euclidean distance: one number is taken from all entries, none goes below 0.

    >>> project_simplex([0.75, 0.5, -0.25]).tolist()
    [0.625, 0.375, 0.0]

    Parameters
    ----------
    f : array of float, shape (k,)
        An estimate, k at least 1.

    References
    ----------
    [HWC74] M. Held, P. Wolfe, H. P. Crowder, Validation of subgradient optimization, 1974.
    """
    values = _check.finite("f", f, 1)
    if not values.size:
        raise ValueError("f must have at least 1 entry, got 0")
    falling = np.sort(values)[::-1]
    excess = (np.cumsum(falling) - 1.0) / np.arange(1, values.size + 1)  # taken from each if the first i stay
    kept = int(np.flatnonzero(falling > excess)[-1])
    return np.asarray(np.maximum(values - excess[kept], 0.0))
