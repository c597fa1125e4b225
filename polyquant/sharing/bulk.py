"""Shares by the million: the same numbers as :class:`Dealer` and :func:`recover` give one by one, as arrays of words.

Runs of parties, such as 2^19 .. 2^20 - 1 for gamma, delta and omega, have words of one length and points that are
affine in the bits of t. So points come from a few XORs, and shares of consecutive parties need no multiplication.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.algebra import gf2x
from polyquant.errors import DomainError, DuplicateShareError, ShareFormatError
from polyquant.prefix import IntegerCode, PrefixCode

from ._share import Share, share_bits
from .points import PointCode, point_code
from .recovery import peel_words
from .walk import MOST_SERIES, Run, deal_run, points_of

WORD = 64
LONGEST_WALK = 64
"""Words of the longest shares that are walked; longer ones are bound by memory, not by multiplications."""

Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ShareBlock:
    """Shares of one length: row i of *words*, shape (n, ceil(bits / 64)), is the share of party ``t[i]``.

    The coefficient of x^j is bit j % 64 of word j // 64. Both arrays are read-only.
    """

    t: NDArray[np.int64]
    k: int
    ell: int
    code: PointCode
    size: str
    bits: int
    words: Words
    set_id: bytes

    def __post_init__(self) -> None:
        self.t.flags.writeable = False
        self.words.flags.writeable = False

    def __len__(self) -> int:
        return len(self.t)

    def __getitem__(self, i: int) -> Share:
        """The share in row *i*."""
        value = gf2x.from_words(self.words[i])
        return Share(int(self.t[i]), self.k, self.ell, self.code, self.size, value, self.set_id)

    def __iter__(self) -> Iterator[Share]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"ShareBlock({len(self)} shares, k={self.k}, {self.bits} bits each)"


@dataclass(frozen=True, slots=True)
class Piece:
    """The *places* in a list of parties that lie in one run from *start* on, and the length of their shares."""

    places: slice | NDArray[np.int64]
    start: int
    bits: int


def pieces(code: PointCode, k: int, ell: int, size: str, parties: NDArray[np.int64]) -> Iterator[Piece]:
    """*parties* by the runs of *code*."""
    order = None if np.all(parties[1:] > parties[:-1]) else np.argsort(parties, kind="stable")
    ascending = parties if order is None else parties[order]
    at = 0
    while at < len(ascending):
        start, stop = code.run(int(ascending[at]))
        end = len(ascending) if stop > _check.MAX else int(np.searchsorted(ascending, stop))
        bits = share_bits(code, k, ell, int(ascending[at]), size=size)
        yield Piece(slice(at, end) if order is None else order[at:end], start, bits)
        at = end


@lru_cache(maxsize=1024)
def affine_map(code: PointCode, start: int) -> Run:
    """The run from *start* on; words of at most 64 symbols. Cached: a run has up to 63 directions."""
    if code.length(start) > WORD:
        raise DomainError(f"t must have a word of at most {WORD} symbols here, got {code.length(start)} for {start}")
    base, stop = code.point(start), code.run(start)[1]
    basis = [base ^ code.point(start + (1 << b)) for b in range((stop - start).bit_length() - 1)]
    return np.uint64(base), np.array(basis, np.uint64)


def points_and_bits(
    code: PointCode, k: int, ell: int, size: str, parties: NDArray[np.int64]
) -> tuple[Words, NDArray[np.int64]]:
    """Point and share length of every party, shapes (n,)."""
    points, bits = np.empty(len(parties), np.uint64), np.empty(len(parties), np.int64)
    for piece in pieces(code, k, ell, size, parties):
        points[piece.places] = points_of(affine_map(code, piece.start), parties[piece.places] - piece.start)
        bits[piece.places] = piece.bits
    return points, bits


def as_array(parties: range | NDArray[np.int64]) -> NDArray[np.int64]:
    """*parties* as an array."""
    return np.arange(parties.start, parties.stop, parties.step) if isinstance(parties, range) else parties


def deal(
    code: PointCode, bits: int, parties: range | NDArray[np.int64], leading: Words, series: Words, out: Words
) -> None:
    """Into *out*, shape (n, ceil(bits / 64)), the shares of *parties*, all of length *bits*.

    A range in steps of 1 inside a run is walked. leading (m,) and series (k-1, m) are words as
    :func:`polyquant.algebra.gf2x.evaluate_words` takes them.
    """
    start, stop = code.run(int(parties[0]))
    if isinstance(parties, range):
        short = len(series) <= MOST_SERIES and out.shape[1] <= LONGEST_WALK
        if short and len(parties) > 1 and parties.step == 1 and parties[-1] < stop:
            deal_run(affine_map(code, start), parties[0] - start, leading, series, bits, out)
            return
    parties = as_array(parties)
    points = np.empty(len(parties), np.uint64)
    for piece in pieces(code, len(series) + 1, 1, "published", parties):
        points[piece.places] = points_of(affine_map(code, piece.start), parties[piece.places] - piece.start)
    gf2x.evaluate_words(points, leading, series, bits, out)


def recover_many(
    parties: ArrayLike,
    words: ArrayLike,
    *,
    k: int,
    ell: int,
    code: PointCode | IntegerCode | PrefixCode | str | Mapping[int, str] = "delta",
    size: str = "published",
) -> tuple[Words, NDArray[np.bool_]]:
    """Many secrets at once, each from n >= k shares of its own dealing.

    Parameters
    ----------
    parties : array of int, shape (n,) or (rows, n)
        Who the shares belong to: the same parties in all rows, or others in each.
    words : array of uint64, shape (rows, n, W)
        The shares, the coefficient of x^j in bit j % 64 of word j // 64.

    Returns
    -------
    secrets : array of uint64, shape (rows, ceil(ell / 64))
        Zeros where the shares are inconsistent.
    good : array of bool, shape (rows,)
        Whether the shares of a row are consistent.
    """
    k, ell = _check.integer("k", k, 2, _check.MAX), _check.integer("ell", ell, 1, _check.MAX)
    code, shares = point_code(code), _check.unsigned("words", words, 3)
    rows, n, width = shares.shape
    table = np.atleast_2d(_check.integers("parties", parties, 1, ndim=np.ndim(parties)))
    if table.shape not in ((1, n), (rows, n)) or n < k:
        raise ValueError(f"parties must be {max(n, k)} in one row or {rows}, got shape {table.shape}")
    ordered = np.sort(table, axis=1)
    twice = np.flatnonzero(np.any(ordered[:, 1:] == ordered[:, :-1], axis=1))
    if twice.size:
        raise DuplicateShareError(f"parties must be different in every row, got one twice in row {twice[0]}")
    points, bits = points_and_bits(code, k, ell, size, table.reshape(-1))
    points, bits = points.reshape(table.shape), bits.reshape(table.shape)
    if width < -(-int(bits.max(initial=1)) // WORD):
        raise ShareFormatError(f"words must be {-(-int(bits.max()) // WORD)} a share, got {width}")
    return peel_words(points, bits, shares, k - 1, ell)
