"""From shares back to the secret by peeling: divide differences, longest share first, until the secret is left.

One round takes the curve f to the divided difference (f(y) - f(P_0)) / (y - P_0), a curve of one degree less with the
same leading coefficient; after k-1 rounds that coefficient stands alone. The share that is taken out is only known
modulo x^(its length), so the longest goes first: then the others lose nothing but the division's valuation. What must
vanish and does not is damage: shares pass exactly if some dealer could have produced them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from polyquant.algebra import gf2x
from polyquant.algebra._kernels.clmul import COMPILED, MODE
from polyquant.errors import (
    DuplicateShareError,
    InconsistentSharesError,
    MixedSharesError,
    NotEnoughSharesError,
    ShareFormatError,
)

from ._kernels import peel as kernels
from ._share import Share

WORD = 64
LONG = 64 * WORD
"""From this many bits on compiled loops over words are faster than Python's integers."""


@dataclass(frozen=True, slots=True, repr=False)
class Live:
    """A share on its way through the rounds: a value known modulo x^precision, at a point."""

    precision: int
    t: int
    point: int
    value: int


def recover(shares: Iterable[Share]) -> int:
    """The secret, from k shares or more; all of them are checked against each other.

    With up to n-k wrong shares among n the answer is never wrong: it raises, or the damage did not matter. The check
    finds accidents; it does not authenticate, since all shares of another dealing agree as well.

    Raises
    ------
    NotEnoughSharesError, DuplicateShareError, MixedSharesError
        Fewer than k, two of one party, or of different dealings.
    InconsistentSharesError
        No dealer could have dealt these values.
    """
    together = combinable(shares)
    return peel(together)


def recover_bytes(shares: Iterable[Share]) -> bytes:
    """As :func:`recover`, for a secret that was given as bytes."""
    together = combinable(shares)
    ell = together[0].ell
    if ell % 8:
        raise ValueError(f"ell must be a multiple of 8 for a secret of bytes, got {ell}")
    return peel(together).to_bytes(ell // 8, "little")


def combinable(shares: Iterable[Share]) -> list[Share]:
    """*shares* by party, if they are k or more of one dealing and of different parties."""
    together = list(shares)
    for share in together:
        if not isinstance(share, Share):
            raise TypeError(f"shares must be Share, got {type(share).__name__}")
    if not together:
        raise NotEnoughSharesError("shares must be at least k, got none")
    first = together[0]
    for share in together:
        if share.dealing != first.dealing:
            raise MixedSharesError(
                f"shares must be of one dealing: {share!r} and {first!r} differ in {_which(share, first)}"
            )
    together.sort(key=lambda share: share.t)
    for one, other in pairwise(together):
        if one.t == other.t:
            raise DuplicateShareError(f"shares must be of different parties, got two of party {one.t}")
    if len(together) < first.k:
        raise NotEnoughSharesError(f"shares must be at least k = {first.k}, got {len(together)}")
    return together


def _which(one: Share, other: Share) -> str:
    names = ("set_id", "k", "ell", "code", "size")
    return ", ".join(name for name, a, b in zip(names, one.dealing, other.dealing) if a != b)


def peel(shares: Sequence[Share]) -> int:
    """The secret of combinable *shares*."""
    first = shares[0]
    live = [Live(share.bits, share.t, share.code.point(share.t), share.value) for share in shares]
    if COMPILED and live[0].precision >= LONG and all(entry.point.bit_length() <= WORD for entry in live):
        return _peel_words(live, first.k - 1, first.ell)
    for _ in range(first.k - 1):
        live = peel_round(live)
    secret = live[0].value
    if secret.bit_length() > first.ell or any(entry.value != secret for entry in live):
        raise InconsistentSharesError(f"the {len(shares)} shares fit no secret of {first.ell} bits")
    return secret


def _peel_words(live: Sequence[Live], rounds: int, ell: int) -> int:
    """The same on words."""
    width = -(-max(entry.precision for entry in live) // WORD)
    points = np.array([[entry.point for entry in live]], np.uint64)
    precisions = np.array([[entry.precision for entry in live]], np.int64)
    words = np.stack([gf2x.to_words(entry.value, width) for entry in live])[None]
    secrets, good = peel_words(points, precisions, words, rounds, ell)
    if not good[0]:
        raise InconsistentSharesError(f"the {len(live)} shares fit no secret of {ell} bits")
    return gf2x.from_words(secrets[0])


def peel_words(
    points: NDArray[np.uint64], precisions: NDArray[np.int64], shares: NDArray[np.uint64], rounds: int, ell: int
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Secrets (rows, words of ell), zero where inconsistent, and whether consistent, of shares (rows, n, words).

    points and precisions are (rows, n), or (1, n) for all rows.

    Raises
    ------
    ShareFormatError
        A share has a coefficient behind its last.
    """
    rows, n, words = shares.shape
    secrets, good = np.zeros((rows, -(-ell // WORD)), np.uint64), np.zeros(rows, np.bool_)
    order, divisors = np.empty((rounds, n + 1), np.int64), np.empty((3, rounds, n), np.uint64)
    left, state = np.empty(n, np.int64), np.empty((2, n), np.uint64)
    values = np.zeros((n, words + 1), np.uint64)
    room = order, divisors, left, state, values
    stray = int(kernels.recover_rows(points, precisions, shares, ell, *room, secrets, good, MODE))
    if stray >= 0:
        raise ShareFormatError(f"share {stray % n} of row {stray // n} must have no coefficient behind its last")
    secrets[~good] = 0
    return secrets, good


def longest(live: Sequence[Live]) -> Live:
    """The entry that is taken out next: of largest precision, of equals that of the smallest party."""
    return min(live, key=lambda entry: (-entry.precision, entry.t))


def peel_round(live: Sequence[Live]) -> list[Live]:
    """Take out the longest entry and divide the others."""
    taken = longest(live)
    return [_divide(entry, taken) for entry in live if entry is not taken]


def _divide(entry: Live, taken: Live) -> Live:
    """((value - taken value) / (point - taken point)), which is a power series, or the shares are damaged."""
    difference = entry.point ^ taken.point
    v = gf2x.valuation(difference)
    rest = (entry.value ^ taken.value) & ((1 << entry.precision) - 1)
    precision = entry.precision - v
    if rest & ((1 << min(v, entry.precision)) - 1):
        raise InconsistentSharesError(f"shares of parties {entry.t} and {taken.t} differ too early to lie on one curve")
    return Live(precision, entry.t, entry.point, gf2x.divide_low(rest >> v, difference >> v, precision))


def checked_bits(shares: Iterable[Share]) -> int:
    """How many bits of *shares* are redundant: random damage passes :func:`recover` with probability 2^-that."""
    together = combinable(shares)
    first, checked = together[0], 0
    live = [Live(share.bits, share.t, share.code.point(share.t), 0) for share in together]
    for _ in range(first.k - 1):
        rest = peel_round(live)
        checked += sum(entry.precision for entry in live) - max(entry.precision for entry in live)
        checked -= sum(entry.precision for entry in rest)
        live = rest
    return checked + sum(entry.precision for entry in live) - first.ell
