"""One share of the evolving scheme, and how long it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from polyquant import _check
from polyquant.errors import ShareFormatError
from polyquant.prefix import IntegerCode, PrefixCode

from .points import SIZES, PointCode, point_code

SET_ID_BYTES = 8


def share_bits(
    code: PointCode | IntegerCode | PrefixCode | str | Mapping[int, str],
    k: int,
    ell: int,
    t: int,
    *,
    size: str = "published",
) -> int:
    """Bits m_t of the share of party *t*: the ell bits of the secret and what the code costs.

    "published" is ell + (k-1)(length of the word - 1); "tight" is ell + the k-1 largest valuations P_t - P_j, the
    least that always suffices.

    >>> share_bits("delta", 5, 256, 10**6), share_bits("delta", 5, 256, 10**6, size="tight")
    (364, 360)
    """
    k = _check.integer("k", k, 2, _check.MAX)
    ell = _check.integer("ell", ell, 1, _check.MAX)
    return ell + point_code(code).overlap(k, t, size)


@dataclass(frozen=True, slots=True, repr=False)
class Share:
    """What party *t* keeps: the dealer's curve at the party's point, cut behind :attr:`bits` coefficients.

    Parameters
    ----------
    t : int
        The party, 1 to 2^63 - 1.
    k, ell : int
        How many shares give the secret, and how many bits it has.
    code : PointCode
        Any prefix code that :func:`polyquant.sharing.points.point_code` knows, or its name.
    size : str
        "published" or "tight".
    value : int
        f(P_t) modulo x^bits, the coefficient of x^i in bit i. Never shown by ``repr``.
    set_id : bytes
        Eight bytes that all shares of one dealing have in common.

    Raises
    ------
    ShareFormatError
        *value* has coefficients behind the last.
    """

    t: int
    k: int
    ell: int
    code: PointCode
    size: str
    value: int
    set_id: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "t", _check.integer("t", self.t, 1, _check.MAX))
        object.__setattr__(self, "k", _check.integer("k", self.k, 2, _check.MAX))
        object.__setattr__(self, "ell", _check.integer("ell", self.ell, 1, _check.MAX))
        object.__setattr__(self, "code", point_code(self.code))
        _check.choice("size", self.size, SIZES)
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise TypeError(f"value must be an integer, got {type(self.value).__name__}")
        if not isinstance(self.set_id, bytes) or len(self.set_id) != SET_ID_BYTES:
            raise ShareFormatError(f"set_id must be {SET_ID_BYTES} bytes, got {self.set_id!r}")
        if self.value < 0 or self.value.bit_length() > self.bits:
            raise ShareFormatError(f"value of share {self.t} must have no coefficient outside its {self.bits} bits")

    @property
    def bits(self) -> int:
        """m_t, the length of *value*."""
        return share_bits(self.code, self.k, self.ell, self.t, size=self.size)

    @property
    def dealing(self) -> tuple[bytes, int, int, PointCode, str]:
        """What shares must have in common to be combined: (set_id, k, ell, code, size)."""
        return self.set_id, self.k, self.ell, self.code, self.size

    def to_bytes(self) -> bytes:
        """The share as bytes, see :mod:`polyquant.sharing.container`."""
        from .container import to_bytes

        return to_bytes(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Share:
        """The share in *data*; raises ``ShareFormatError`` unless these are exactly one share."""
        from .container import from_bytes

        return from_bytes(data)

    def to_text(self) -> str:
        """The share as one word of text, ``pqss1:...``."""
        from .container import to_text

        return to_text(self)

    @classmethod
    def from_text(cls, text: str) -> Share:
        """The share in *text*; raises ``ShareFormatError`` unless this is exactly one share."""
        from .container import from_text

        return from_text(text)

    def __repr__(self) -> str:
        return f"Share(t={self.t}, k={self.k}, {self.bits} bits)"
