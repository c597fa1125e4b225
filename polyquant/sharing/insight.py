"""Pictures of the scheme as numbers: who is near whom, which other secret fits the same shares, how peeling goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.algebra import gf2x
from polyquant.errors import DuplicateShareError, MixedSharesError, NotEnoughSharesError
from polyquant.prefix import IntegerCode, PrefixCode

from ._share import Share
from .points import PointCode, point_code
from .recovery import Live, combinable, longest, peel_round


def valuation_matrix(
    parties: ArrayLike, code: PointCode | IntegerCode | PrefixCode | str | Mapping[int, str] = "delta"
) -> NDArray[np.int64]:
    """v(P_i - P_j) for all pairs, shape (n, n): the depth at which two codewords part; -1 on the diagonal.

    An ultrametric: of the three depths among three parties the two smallest are equal.

    >>> valuation_matrix([1, 2, 3], "gamma").tolist()
    [[-1, 0, 0], [0, -1, 2], [0, 2, -1]]
    """
    words = point_code(code)
    points = [words.point(int(t)) for t in _check.integers("parties", parties, 1)]
    if len(set(points)) < len(points):
        raise DuplicateShareError("parties must be different")
    rows = [[gf2x.valuation(p ^ q) if p != q else -1 for q in points] for p in points]
    return np.array(rows, np.int64).reshape(len(points), len(points))


def explain(shares: Iterable[Share], secret: int) -> tuple[int, ...]:
    """Why fewer than k *shares* say nothing: series r_0 .. r_(k-2) with which any *secret* has exactly these shares.

    Newton's interpolation, in the order of peeling, gives a curve of degree below k-1 through the shares; adding
    secret (y - P_1) .. (y - P_(k-1)) changes none of them. The series are polynomials; a dealer of *secret* with them
    (``series=``, and ``series_bits=`` of what is asked for) deals the same shares.

    Parameters
    ----------
    shares : iterable of Share
        1 to k-1 shares of one dealing.
    secret : int
        Any secret of ell bits.

    Raises
    ------
    InconsistentSharesError
        No dealer could have dealt these values.
    """
    together = list(shares)
    first = _one_dealing(together)
    if isinstance(secret, bool) or not isinstance(secret, int) or not 0 <= secret < 1 << first.ell:
        raise ValueError(f"secret must be an integer of {first.ell} bits")
    live = [Live(share.bits, share.t, share.code.point(share.t), share.value) for share in together]
    curve, product = [0] * first.k, [1]  # coefficients of y^0, y^1, .., each a polynomial in x
    while live:
        taken = longest(live)
        for j, coefficient in enumerate(product):
            curve[j] ^= gf2x.multiply(taken.value, coefficient)
        product = _times_linear(product, taken.point)
        live = peel_round(live)
    for j, coefficient in enumerate(product):
        curve[j + first.k - len(product)] ^= gf2x.multiply(secret, coefficient)
    return tuple(curve[:-1])


def _one_dealing(shares: Sequence[Share]) -> Share:
    """The first of 1 to k-1 shares of one dealing and of different parties."""
    if not shares:
        raise NotEnoughSharesError("shares must be at least one, got none")
    first = shares[0]
    if any(share.dealing != first.dealing for share in shares):
        raise MixedSharesError("shares must be of one dealing")
    if len({share.t for share in shares}) < len(shares):
        raise DuplicateShareError("shares must be of different parties")
    if len(shares) > first.k - 1:
        raise ValueError(f"shares must be at most k-1 = {first.k - 1}, got {len(shares)}")
    return first


def _times_linear(polynomial: Sequence[int], point: int) -> list[int]:
    """The polynomial times (y - point), coefficients of y^0 first."""
    return [high ^ gf2x.multiply(low, point) for high, low in zip([0, *polynomial], [*polynomial, 0])]


@dataclass(frozen=True, slots=True)
class Round:
    """One round of peeling: the party taken out, and how many coefficients each other party still knows after it."""

    taken: int
    precision: dict[int, int]


def peeling_rounds(shares: Iterable[Share]) -> list[Round]:
    """The k-1 rounds of :func:`polyquant.sharing.recover`; they depend on the parties, not on the values.

    >>> from polyquant.sharing import Dealer
    >>> dealer = Dealer(1, 3, ell=1, code="gamma")
    >>> peeling_rounds([dealer.share(t) for t in (1, 2, 3)])
    [Round(taken=2, precision={1: 1, 3: 3}), Round(taken=3, precision={1: 1})]
    """
    together = combinable(shares)
    live = [Live(share.bits, share.t, share.code.point(share.t), 0) for share in together]
    rounds = []
    for _ in range(together[0].k - 1):
        taken, live = longest(live).t, peel_round(live)
        rounds.append(Round(taken, {entry.t: entry.precision for entry in live}))
    return rounds
