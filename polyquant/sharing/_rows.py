"""Shamir's scheme over GF(256) on rows of bytes: whole arrays at once, one row for each party.

A byte of a row depends on the same byte of the secret only, so many short secrets for the same parties are one long
secret.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant._random import SYSTEM, Entropy, entropy_source
from polyquant.algebra import gf256, polynomial
from polyquant.algebra.gf2m import BinaryField
from polyquant.errors import DuplicateShareError, InconsistentSharesError, NotEnoughSharesError

__all__ = ["deal_rows", "recover_rows"]

GF256 = BinaryField(8)


def deal_rows(secret: ArrayLike, k: int, xs: Sequence[int], *, entropy: Entropy = SYSTEM) -> NDArray[np.uint8]:
    """Shares over GF(256) as an array: row i belongs to party xs[i].

    Parameters
    ----------
    secret : array of bytes, shape (n,)
    k : int
        Threshold, 2 to 255.
    xs : sequence of int
        Parties, distinct, 1 to 255.

    Returns
    -------
    NDArray[uint8]
        Shape (len(xs), n).
    """
    row = np.asarray(secret)
    if row.dtype != np.uint8:
        row = _check.integers("secret", row, 0, 255).astype(np.uint8)
    if row.ndim != 1:
        raise ValueError(f"secret must have 1 dimension, got shape {row.shape}")
    points = _points(xs)
    k = _check.integer("k", k, 2, 255)
    coins = np.frombuffer(entropy_source(entropy)((k - 1) * row.size), np.uint8).reshape(k - 1, row.size)
    return gf256.combine(powers(points, k), np.vstack([row, coins]))


def recover_rows(xs: Sequence[int], rows: NDArray[np.uint8], k: int) -> NDArray[np.uint8]:
    """The secret, shape (n,), from rows of :func:`deal_rows`, shape (m, n), m >= k.

    Raises
    ------
    NotEnoughSharesError, DuplicateShareError, InconsistentSharesError
        As for :func:`recover`.
    """
    points = _points(xs)
    k = _check.integer("k", k, 2, 255)
    if rows.dtype != np.uint8 or rows.ndim != 2 or len(rows) != len(points):
        raise ValueError(f"rows must be uint8 of shape ({len(points)}, n), got {rows.dtype} of shape {rows.shape}")
    if len(points) < k:
        raise NotEnoughSharesError(f"{k} shares are needed, got {len(points)}")
    if contradictions(points, rows, k).any():
        raise InconsistentSharesError(f"the {len(points)} shares fit no secret with threshold {k}")
    return start(points, rows, k)


def start(xs: Sequence[int], rows: NDArray[np.uint8], k: int) -> NDArray[np.uint8]:
    """Where the curve through the first k rows starts, shape (n,)."""
    return gf256.combine([polynomial.lagrange(GF256, xs[:k], 0)], rows[:k]).reshape(-1)


def contradictions(xs: Sequence[int], rows: NDArray[np.uint8], k: int) -> NDArray[np.bool_]:
    """Which bytes of the shares behind the first k are not on the curve through the first k, shape (n,)."""
    bad = np.zeros(rows.shape[1], np.bool_)
    for x, row in zip(xs[k:], rows[k:]):
        bad |= gf256.combine([polynomial.lagrange(GF256, xs[:k], x)], rows[:k])[0] != row
    return bad


def powers(xs: Sequence[int], k: int) -> list[list[int]]:
    """Rows (1, x, x^2, ..., x^(k-1))."""
    table = []
    for x in xs:
        row = [1]
        for _ in range(k - 1):
            row.append(GF256.multiply(row[-1], x))
        table.append(row)
    return table


def _points(xs: Sequence[int]) -> list[int]:
    points = [_check.integer("x", x, 1, 255) for x in xs]
    if twice := [x for i, x in enumerate(points) if x in points[:i]]:
        raise DuplicateShareError(f"party {twice[0]} is named twice")
    return points
