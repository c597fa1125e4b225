"""A dealer as bytes, so that parties can still come after the process has ended. **Contains the secret.**

Envelope (:mod:`polyquant.bits.envelope`) of kind ``DEAL``. Header: version 1, source of the coins (0 random, 1 seed,
2 given), 1 if the size rule is "tight", eight bytes set_id, then varints k, ell, bytes of the code's name, and what
there is of the coins: 64-bit words of each series, bytes of the seed, or bits of each given series. Payload: the name,
the secret in ceil(ell / 8) bytes, the seed or the series one after the other in whole words; little-endian.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from polyquant.algebra import gf2x
from polyquant.bits import Bits, Reader, unwrap, wrap
from polyquant.errors import CorruptError

from ._coins import Words
from ._share import SET_ID_BYTES
from .points import SIZES

KIND = b"DEAL"
VERSION = 1
RANDOM, SEED, GIVEN = range(3)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class State:
    """Everything a dealer knows; *coins* are words, shape (k-1, words), or the seed."""

    source: int
    secret: int
    k: int
    ell: int
    code: str
    size: str
    set_id: bytes
    coins: Words | bytes
    amount: int

    def to_bytes(self) -> bytes:
        """The bytes that :func:`read` takes."""
        name = self.code.encode()
        header = bytes([VERSION, self.source, SIZES.index(self.size)]) + self.set_id
        header += b"".join(map(_varint, (self.k, self.ell, len(name), self.amount)))
        coins = self.coins if isinstance(self.coins, bytes) else self.coins.astype("<u8").tobytes()
        payload = name + self.secret.to_bytes((self.ell + 7) // 8, "little") + coins
        return wrap(KIND, header, Bits(payload, 8 * len(payload)))


def read(data: bytes) -> State:
    """The state in *data*, which may be any bytes; what a dealer cannot be is refused here or by the dealer."""
    header, payload = unwrap(data, KIND)
    fields = Reader(header)
    version, source, tight = fields.u8("version"), fields.u8("source"), fields.u8("size rule")
    if version != VERSION:
        raise CorruptError(f"dealer of version {version}, this library reads version {VERSION}")
    if source not in (RANDOM, SEED, GIVEN) or tight not in (0, 1):
        raise CorruptError(f"source and size rule must be at most 2 and 1, got {source} and {tight}")
    set_id = fields.bytes(SET_ID_BYTES, "set_id")
    k, ell, name_size, amount = (fields.varint(what) for what in ("k", "ell", "size of the name", "size of the coins"))
    fields.end()
    body = Reader(payload)
    name = body.bytes(name_size, "name of the code")
    secret = body.bytes((ell + 7) // 8, "secret")
    rest = body.bytes(body.left // 8, "coins")
    coins = rest if source == SEED else _series(rest, k - 1, amount if source == RANDOM else -(-amount // 64))
    if source == SEED and len(rest) != amount:
        raise CorruptError(f"the seed must have {amount} bytes, got {len(rest)}")
    size = SIZES[tight]
    code = name.decode("ascii", "replace")
    return State(source, int.from_bytes(secret, "little"), k, ell, code, size, set_id, coins, amount)


def _series(data: bytes, count: int, words: int) -> Words:
    if count < 1 or len(data) != 8 * count * words:
        raise CorruptError(f"the coins must be {count} series of {words} words, got {len(data)} bytes")
    return np.frombuffer(data, "<u8").astype(np.uint64).reshape(count, words)


def series_of(words: Words) -> tuple[int, ...]:
    """Given series as integers."""
    return tuple(gf2x.from_words(row) for row in words)


def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    return bytes(data) + bytes([value])
