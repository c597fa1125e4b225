"""How often each position is in the subsets that many users report, without making the subsets."""

import numpy as np
from numpy.typing import NDArray

from polyquant import _check

from ._kernels import walk as kernels

METHODS = ("exact", "marginal")


def subset_counts(
    own: NDArray[np.int64], omega: int, p: float, q: float, rng: np.random.Generator, method: str = "exact"
) -> NDArray[np.int64]:
    """Counts of the positions, shape (m,), if ``own[r]`` users report subset selections around r.

    A report is a uniform set of *omega* positions, or, for a part of the users, one that is forced to hold their own.
    With "exact" the counts have the law of real reports, all dependence included, at a cost that does not grow with
    the users. With "marginal" each count alone has the right law, but counts are independent of each other.

    Parameters
    ----------
    own : array of int64, shape (m,)
        Users of each position.
    omega : int
        Size of the sets, 1 to m - 1.
    p, q : float
        Probability that a set holds its user's own position, or another one.
    """
    if _check.choice("method", method, METHODS) == "marginal":
        return np.asarray(rng.binomial(own, p) + rng.binomial(own.sum() - own, q))
    m = own.size
    forced = rng.binomial(own, max(0.0, (p * m - omega) / (m - omega)))  # p = forced + (1 - forced) omega / m
    counts = np.zeros(m, np.int64)
    kernels.walk(rng, forced, int(own.sum() - forced.sum()), omega, counts)
    return counts
