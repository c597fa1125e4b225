"""Shamir's scheme [SHA79]: a random curve of degree k - 1 starts at the secret, a share is another of its points.

The number of parties is bounded before the first share is dealt: a field of q elements has q - 1 points besides 0.
A secret of bytes is shared byte by byte over GF(256); an integer is one element of the field that is named.

Points are public and secrets are not: no branch and no table depends on a byte of a secret. Python's integers, used by
the other fields, promise no constant time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from polyquant import _check
from polyquant._random import SYSTEM, Entropy, entropy_source, integer_below
from polyquant.algebra import gf256, polynomial, reedsolomon
from polyquant.algebra.gf2m import BinaryField
from polyquant.algebra.gfp import PrimeField
from polyquant.errors import DuplicateShareError, InconsistentSharesError, MixedSharesError, NotEnoughSharesError

from ._rows import GF256, contradictions, deal_rows, powers, recover_rows, start

__all__ = ["GF256", "ShamirShare", "deal", "deal_rows", "recover", "recover_robust", "recover_rows"]

FiniteField = BinaryField | PrimeField


@dataclass(frozen=True, slots=True, repr=False)
class ShamirShare:
    """The point of party *x* on the curve.

    Parameters
    ----------
    x : int
        The party, 1 to q - 1.
    k : int
        How many shares give the secret.
    field : BinaryField or PrimeField
        Where the curve lives.
    value : int or bytes
        f(x); as many bytes as the secret has when that was bytes. Never shown by ``repr``.
    set_id : bytes
        Random bytes that all shares of one dealing have in common; empty if unknown.
    """

    x: int
    k: int
    field: FiniteField
    value: int | bytes
    set_id: bytes = b""

    def __post_init__(self) -> None:
        _check_field(self.field)
        _check.integer("x", self.x, 1, self.field.order - 1)
        _check.integer("k", self.k, 2, self.field.order - 1)
        _check_element("value", self.value, self.field)
        if not isinstance(self.set_id, bytes):
            raise TypeError(f"set_id must be bytes, got {type(self.set_id).__name__}")

    @property
    def dealing(self) -> tuple[object, ...]:
        """What shares must have in common to be combined."""
        return self.set_id, self.k, self.field, _size(self.value)

    def __repr__(self) -> str:
        size = _size(self.value)
        return f"ShamirShare(x={self.x}, k={self.k}, {self.field if size is None else f'{size} bytes'})"


def deal(
    secret: int | bytes,
    k: int,
    parties: int | Iterable[int],
    *,
    field: FiniteField = GF256,
    coefficients: Sequence[int | bytes] | None = None,
    entropy: Entropy = SYSTEM,
) -> list[ShamirShare]:
    """Share *secret* so that any *k* shares give it back and fewer tell nothing.

    >>> shares = deal(b"ten o'clock", 3, 5)
    >>> shares[0]
    ShamirShare(x=1, k=3, 11 bytes)
    >>> recover(shares[2:])
    b"ten o'clock"

    Parameters
    ----------
    secret : int or bytes
        An element of *field*, or bytes for GF(256).
    k : int
        Threshold, at least 2 and at most the number of parties.
    parties : int or iterable of int
        How many (they are 1 to n), or which; distinct, from 1 to q - 1.
    field : BinaryField or PrimeField
        Of q elements.
    coefficients : sequence, optional
        a_1 to a_(k-1) instead of random ones, for known answers and lessons. Whoever knows them knows the secret.
    entropy : Entropy
        Source of secret bytes.

    Raises
    ------
    DuplicateShareError
        A party is named twice.
    """
    _check_field(field)
    _check_element("secret", secret, field)
    xs = _parties(parties, field)
    k = _check.integer("k", k, 2)
    if k > len(xs):
        raise ValueError(f"k must be at most the number of parties, {len(xs)}, got {k}")
    entropy = entropy_source(entropy)
    if coefficients is None:
        coefficients = [_random_element(secret, field, entropy) for _ in range(k - 1)]
    elif len(coefficients) != k - 1:
        raise ValueError(f"coefficients must be k - 1 = {k - 1} elements, got {len(coefficients)}")
    for i, coefficient in enumerate(coefficients):
        _check_element(f"coefficients[{i}]", coefficient, field)
        if _size(coefficient) != _size(secret):
            raise ValueError(f"coefficients[{i}] must be of the kind and length of the secret")
    set_id = entropy(8)
    return [ShamirShare(x, k, field, y, set_id) for x, y in zip(xs, _curve([secret, *coefficients], xs, field))]


def recover(shares: Iterable[ShamirShare]) -> int | bytes:
    """The secret, from *k* shares or more; more are checked against each other.

    Raises
    ------
    NotEnoughSharesError, DuplicateShareError, MixedSharesError
        These shares cannot be combined.
    InconsistentSharesError
        No curve of degree below k goes through all points.
    """
    group = _one_dealing(shares)
    xs, k, field = [share.x for share in group], group[0].k, group[0].field
    if _size(group[0].value) is not None:
        return recover_rows(xs, _rows(group), k).tobytes()
    curve = polynomial.interpolate(field, xs, [_integer(share.value) for share in group])
    if len(curve) > k:
        raise _inconsistent(k, len(group))
    return curve[0] if curve else 0


def recover_robust(shares: Iterable[ShamirShare], *, max_errors: int) -> tuple[int | bytes, tuple[int, ...]]:
    """The secret although up to *max_errors* shares are wrong, and the parties whose shares are.

    Reed-Solomon decoding, in time polynomial in the number of shares.

    Parameters
    ----------
    shares : iterable of ShamirShare
        n of them.
    max_errors : int
        At most (n - k) / 2: beyond, two secrets may be equally close.

    Raises
    ------
    InconsistentSharesError
        More than *max_errors* shares are wrong.
    """
    group = _one_dealing(shares)
    k, radius = group[0].k, (len(group) - group[0].k) // 2
    budget = _check.integer("max_errors", max_errors, 0)
    if budget > radius:
        raise ValueError(f"max_errors must be at most (n - k) / 2 = {radius} for {len(group)} shares, got {budget}")
    if _size(group[0].value) is None:
        values = [_integer(share.value) for share in group]
        curve, wrong = _decode([share.x for share in group], values, k, budget, group[0].field)
        return (curve[0] if curve else 0), wrong
    return _robust_bytes(group, k, budget)


def _robust_bytes(group: list[ShamirShare], k: int, budget: int) -> tuple[bytes, tuple[int, ...]]:
    """Decode at one byte that does not fit, drop the shares that are wrong there, look again."""
    xs, rows, wrong = [share.x for share in group], _rows(group), set[int]()
    while True:
        bad = contradictions(xs, rows, k)
        if not bad.any():
            return start(xs, rows, k).tobytes(), tuple(sorted(wrong))
        column = int(np.argmax(bad))
        found = _decode(xs, rows[:, column].tolist(), k, budget - len(wrong), GF256)[1]
        wrong.update(found)
        keep = [i for i, x in enumerate(xs) if x not in wrong]
        xs, rows = [xs[i] for i in keep], np.ascontiguousarray(rows[keep])


def _decode(
    xs: list[int], ys: list[int], k: int, budget: int, field: FiniteField
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    found = reedsolomon.decode(field, xs, ys, k, budget)
    if found is None:
        raise InconsistentSharesError(f"no secret fits all but {budget} of {len(xs)} shares, threshold {k}")
    return found


def _curve(coefficients: Sequence[int | bytes], xs: list[int], field: FiniteField) -> Sequence[int | bytes]:
    if isinstance(coefficients[0], bytes):
        rows = np.frombuffer(b"".join(map(_octets, coefficients)), np.uint8).reshape(len(coefficients), -1)
        return [row.tobytes() for row in gf256.combine(powers(xs, len(coefficients)), rows)]
    values = [_integer(c) for c in coefficients]
    return [polynomial.evaluate(field, values, x) for x in xs]


def _one_dealing(shares: Iterable[ShamirShare]) -> list[ShamirShare]:
    group = sorted(shares, key=lambda share: share.x)
    if not group:
        raise NotEnoughSharesError("at least 2 shares are needed, got none")
    for share in group[1:]:
        if share.dealing != group[0].dealing:
            raise MixedSharesError(f"shares {group[0].x} and {share.x} are of different secrets or parameters")
    for one, two in pairwise(group):
        if one.x == two.x:
            raise DuplicateShareError(f"party {one.x} has two shares")
    if len(group) < group[0].k:
        raise NotEnoughSharesError(f"{group[0].k} shares are needed, got {len(group)}")
    return group


def _parties(parties: int | Iterable[int], field: FiniteField) -> list[int]:
    if isinstance(parties, Iterable):
        xs = [_check.integer("x", x, 1, field.order - 1) for x in parties]
    else:
        xs = list(range(1, _check.integer("n", parties, 1, field.order - 1) + 1))
    if len(set(xs)) < len(xs):
        twice = next(x for i, x in enumerate(xs) if x in xs[:i])
        raise DuplicateShareError(f"party {twice} is named twice")
    return xs


def _random_element(secret: int | bytes, field: FiniteField, entropy: Entropy) -> int | bytes:
    return entropy(len(secret)) if isinstance(secret, bytes) else integer_below(field.order, entropy)


def _check_field(field: FiniteField) -> None:
    if not isinstance(field, BinaryField | PrimeField):
        raise TypeError(f"field must be a BinaryField or a PrimeField, got {type(field).__name__}")


def _check_element(name: str, value: int | bytes, field: FiniteField) -> None:
    """As ``_check.integer``, but a wrong value is not shown: it may be a secret."""
    if isinstance(value, bytes):
        if field != GF256:
            raise ValueError(f"{name} must be an integer for {field}, bytes are for GF(256)")
        if not value:
            raise ValueError(f"{name} must have at least 1 byte, got 0")
    elif isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an integer or bytes, got {type(value).__name__}")
    elif not 0 <= value < field.order:
        raise ValueError(f"{name} must be an element of {field}, 0 to q - 1")


def _size(value: int | bytes) -> int | None:
    return len(value) if isinstance(value, bytes) else None


def _integer(value: int | bytes) -> int:
    assert isinstance(value, int)
    return value


def _octets(value: int | bytes) -> bytes:
    assert isinstance(value, bytes)
    return value


def _rows(group: list[ShamirShare]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(_octets(share.value) for share in group), np.uint8).reshape(len(group), -1)


def _inconsistent(k: int, n: int) -> InconsistentSharesError:
    return InconsistentSharesError(f"the {n} shares fit no secret with threshold {k}")
