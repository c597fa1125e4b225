"""The evolving scheme over a field with q elements: everything as over GF(2), with symbols instead of bits.

With q-ary words fewer symbols are enough. Over GF(256) with :func:`qgamma` parties 1 to 255 have words of one symbol
and pay nothing: their shares are Shamir shares byte by byte, with the secret as leading coefficient at x = t - 1. Party
256 is the first to pay, 2 (k-1) bytes; Shamir's scheme ends there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from polyquant import _check
from polyquant._random import SYSTEM, Entropy, entropy_source, integer_below
from polyquant.algebra.polynomial import Field
from polyquant.algebra.series import Series, divide_low, multiply_low, subtract_low, valuation
from polyquant.errors import (
    DuplicateShareError,
    InconsistentSharesError,
    MixedSharesError,
    NotEnoughSharesError,
    ShareFormatError,
    SharingError,
)

from ._share import SET_ID_BYTES
from .points import point_code


def qgamma(q: int, t: int) -> Series:
    """The word of *t* over q symbols: blocks L = 1, 2, .. hold (q-1) q^(L-1) integers, their words have 2L-1 symbols.

    L-1 times the symbol q-1, then the place in the block as L digits in base q, high first. Complete: every sequence of
    symbols begins with a word.

    >>> [qgamma(3, t) for t in (1, 2, 3, 4)]
    [(0,), (1,), (2, 0, 0), (2, 0, 1)]
    """
    q = _check.integer("q", q, 2)
    place, length = _check.integer("t", t, 1, _check.MAX) - 1, 1
    while place >= (q - 1) * q ** (length - 1):
        place -= (q - 1) * q ** (length - 1)
        length += 1
    digits = [place // q**i % q for i in range(length - 1, -1, -1)]
    return (*[q - 1] * (length - 1), *digits)


def _word(field: Field, code: str, t: int) -> Series:
    """The point of *t*: a word over the field's symbols, or a binary word of zeros and ones."""
    if code == "qgamma":
        return qgamma(field.order, t)
    return tuple(map(int, point_code(code).word(t)))


@dataclass(frozen=True, slots=True, repr=False)
class FieldShare:
    """What party *t* keeps: (k-1)(length of the word - 1) + ell symbols. ``repr`` hides them."""

    t: int
    k: int
    ell: int
    field: Field
    code: str
    value: Series
    set_id: bytes

    def __post_init__(self) -> None:
        _check.integer("t", self.t, 1, _check.MAX)
        _check.integer("k", self.k, 2, _check.MAX)
        _check.integer("ell", self.ell, 1, _check.MAX)
        object.__setattr__(self, "value", _symbols("value", self.value, self.field))
        if len(self.value) != self.symbols:
            raise ShareFormatError(f"value of share {self.t} must have {self.symbols} symbols, got {len(self.value)}")

    @property
    def symbols(self) -> int:
        """m_t, the length of *value*."""
        return (self.k - 1) * (len(self.point) - 1) + self.ell

    @property
    def point(self) -> Series:
        """P_t, the coefficient of x^0 first."""
        return _word(self.field, self.code, self.t)

    def __repr__(self) -> str:
        return f"FieldShare(t={self.t}, k={self.k}, {len(self.value)} symbols of {self.field})"


class FieldDealer:
    """Deals shares of one secret, a sequence of field elements, to parties 1, 2, 3, ... for ever.

    >>> from polyquant.algebra.gfp import PrimeField
    >>> dealer = FieldDealer([1, 2, 3], 2, field=PrimeField(257))
    >>> recover_symbols([dealer.share(7), dealer.share(10**6)])
    (1, 2, 3)

    Parameters
    ----------
    secret : sequence of int
        ell >= 1 elements of *field*, the coefficient of x^0 first.
    k : int
        Threshold, at least 2.
    field : Field
        :class:`~polyquant.algebra.gfp.PrimeField` or :class:`~polyquant.algebra.gf2m.BinaryField`.
    code : str
        "qgamma", or the name of a binary prefix code, whose words are then symbols 0 and 1.
    entropy : callable
        Source of secret bytes.
    series : sequence of sequences of int, optional
        The k-1 series themselves, for lessons and test vectors; they are not extended.
    """

    def __init__(
        self,
        secret: Sequence[int],
        k: int,
        *,
        field: Field,
        code: str = "qgamma",
        entropy: Entropy = SYSTEM,
        series: Sequence[Sequence[int]] | None = None,
        set_id: bytes | None = None,
    ) -> None:
        self.field, self.code = field, code if code == "qgamma" else point_code(code).name
        self._secret = _symbols("secret", secret, field)
        if not self._secret:
            raise ValueError("secret must not be empty")
        self.k, self.ell = _check.integer("k", k, 2, _check.MAX), len(self._secret)
        self._entropy = entropy_source(entropy)
        self._given = series is not None
        self._series = [list(_symbols("series", coins, field)) for coins in series or [()] * (self.k - 1)]
        if len(self._series) != self.k - 1:
            raise ValueError(f"series must be k-1 = {self.k - 1} sequences, got {len(self._series)}")
        self.set_id = self._entropy(SET_ID_BYTES) if set_id is None else set_id

    def share(self, t: int) -> FieldShare:
        """The share of party *t*, by Horner's rule."""
        point = _word(self.field, self.code, t)
        m = (self.k - 1) * (len(point) - 1) + self.ell
        self._extend(m)
        value: Series = self._secret
        for coins in self._series[::-1]:
            product = multiply_low(self.field, point, value, m)
            value = tuple(self.field.add(a, b) for a, b in zip(product, coins))
        return FieldShare(t, self.k, self.ell, self.field, self.code, value, self.set_id)

    def _extend(self, m: int) -> None:
        if self._given and min(map(len, self._series)) < m:
            raise SharingError(f"series must have {m} symbols for this share, got {min(map(len, self._series))}")
        for coins in self._series:  # symbols that were used stay
            coins += [integer_below(self.field.order, self._entropy) for _ in range(m - len(coins))]

    def __repr__(self) -> str:
        return f"FieldDealer(k={self.k}, ell={self.ell}, field={self.field}, code={self.code!r})"

    def __reduce__(self) -> str:
        raise TypeError("a FieldDealer must not be copied: two copies would extend their coins differently")


def recover_symbols(shares: Iterable[FieldShare]) -> Series:
    """The secret, from k shares or more, by peeling as in :func:`polyquant.sharing.recover`; all are checked.

    Raises
    ------
    SharingError
        Too few, doubled or mixed shares, or no dealer could have dealt these values.
    """
    together = _combinable(shares)
    field, k, ell = together[0].field, together[0].k, together[0].ell
    live = [(share.value, share.point) for share in together]
    for _ in range(k - 1):
        longest = max(range(len(live)), key=lambda i: (len(live[i][0]), -i))
        taken = live.pop(longest)
        live = [_divide(field, entry, taken) for entry in live]
    secret = live[0][0][:ell]
    if any(value[:ell] != secret or any(value[ell:]) for value, _ in live):
        raise InconsistentSharesError(f"the {len(together)} shares fit no secret of {ell} symbols")
    return secret


def _divide(field: Field, entry: tuple[Series, Series], taken: tuple[Series, Series]) -> tuple[Series, Series]:
    (value, point), (taken_value, taken_point) = entry, taken
    difference = subtract_low(field, point, taken_point, max(len(point), len(taken_point)))
    v, m = valuation(difference), len(value)
    rest = subtract_low(field, value, taken_value, m)
    if any(rest[:v]):
        raise InconsistentSharesError("two shares differ too early to lie on one curve")
    return divide_low(field, rest[v:], difference[v:], m - v), point


def _combinable(shares: Iterable[FieldShare]) -> list[FieldShare]:
    together = sorted(shares, key=lambda share: share.t)
    if not together or len(together) < together[0].k:
        needed = f" = {together[0].k}" if together else ""
        raise NotEnoughSharesError(f"shares must be at least k{needed}, got {len(together)}")
    for one, other in pairwise(together):
        if any(getattr(one, name) != getattr(other, name) for name in ("set_id", "k", "ell", "field", "code")):
            raise MixedSharesError(f"{one!r} and {other!r} must be of one dealing")
        if one.t == other.t:
            raise DuplicateShareError(f"shares must be of different parties, got two of party {one.t}")
    return together


def _symbols(name: str, values: Sequence[int], field: Field) -> Series:
    """*values* as elements; messages tell the place, not the value, which may be secret."""
    for i, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} must be integers, got {type(value).__name__} at index {i}")
        if not 0 <= value < field.order:
            raise ShareFormatError(f"{name} must be from 0 to {field.order - 1}, which index {i} is not")
    return tuple(values)
