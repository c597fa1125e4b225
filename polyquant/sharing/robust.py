"""The secret in spite of wrong shares: leave out as few as possible so that the others agree.

Two dealings with different secrets agree on at most k-1 points. So as long as at most (n-k)/2 of n shares are wrong,
every consistent rest has the true secret: the same radius as that of Reed-Solomon codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from math import comb

from polyquant import _check
from polyquant.errors import InconsistentSharesError

from ._share import Share
from .recovery import combinable, peel

MOST_SUBSETS = 10**6


def recover_robust(shares: Iterable[Share], *, max_errors: int) -> tuple[int, tuple[int, ...]]:
    """The secret if at most *max_errors* of the shares are wrong, and the parties whose shares were left out.

    Only the secret is guaranteed: the parties left out are the fewest, first in order, whose absence makes the rest
    agree; another share may be the wrong one.

    Parameters
    ----------
    shares : iterable of Share
        n shares of one dealing.
    max_errors : int
        e with 2e <= n-k. Up to e, sum C(n, i) subsets are tried, at most 10^6.

    Raises
    ------
    InconsistentSharesError
        More than *max_errors* shares are wrong.
    """
    together = combinable(shares)
    n, k = len(together), together[0].k
    most = _check.integer("max_errors", max_errors, 0)
    if 2 * most > n - k:
        raise ValueError(f"max_errors must be at most (n-k)/2 = {(n - k) // 2} for {n} shares, got {max_errors}")
    subsets = sum(comb(n, errors) for errors in range(most + 1))
    if subsets > MOST_SUBSETS:
        raise ValueError(f"max_errors must leave at most {MOST_SUBSETS} subsets to try, got {subsets}")
    for errors in range(most + 1):
        for dropped in combinations(range(n), errors):
            rest = [share for i, share in enumerate(together) if i not in dropped]
            try:
                return peel(rest), tuple(together[i].t for i in dropped)
            except InconsistentSharesError:
                continue
    raise InconsistentSharesError(f"more than {most} of the {n} shares are wrong")
