"""Reports that travel together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyquant import _check
from polyquant.bits import Bits, Reader, unwrap, wrap
from polyquant.errors import CorruptError, TruncatedError

if TYPE_CHECKING:
    from ._mechanism import Mechanism

KIND = b"LDPB"
VERSION = 1
FINGERPRINT = 16  # bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Reports of one mechanism, one behind the other.

    Parameters
    ----------
    fingerprint : bytes
        16 bytes: which mechanism, with which parameters.
    codec : str
        How the reports are written; the mechanism knows its codecs by name.
    count : int
        How many reports, at least 0.
    bits : Bits
        The reports, nothing between them.
    """

    fingerprint: bytes
    codec: str
    count: int
    bits: Bits

    def __post_init__(self) -> None:
        if not isinstance(self.fingerprint, bytes) or len(self.fingerprint) != FINGERPRINT:
            raise ValueError(f"fingerprint must be {FINGERPRINT} bytes, got {self.fingerprint!r}")
        if not isinstance(self.codec, str) or not (self.codec.isascii() and self.codec.isalpha()):
            raise ValueError(f"codec must be a word of ASCII letters, got {self.codec!r}")
        if len(self.codec) > 255:
            raise ValueError(f"codec must have at most 255 letters, got {len(self.codec)}")
        object.__setattr__(self, "count", _check.integer("count", self.count, 0, 2**62))
        if not isinstance(self.bits, Bits):
            raise TypeError(f"bits must be Bits, got {type(self.bits).__name__}")

    @classmethod
    def of(cls, mechanism: Mechanism, reports: Iterable[Bits], *, codec: str | None = None) -> Batch:
        """The *reports* of single users of *mechanism*, unread: the tally checks them."""
        parts = list(reports)
        return cls(mechanism.fingerprint, mechanism._codec(codec), len(parts), Bits.join(parts))  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return self.count

    def to_bytes(self) -> bytes:
        """The batch in the common envelope."""
        codec = self.codec.encode("ascii")
        header = bytes([VERSION]) + self.fingerprint + bytes([len(codec)]) + codec + self.count.to_bytes(8, "little")
        return wrap(KIND, header, self.bits)

    @classmethod
    def from_bytes(cls, data: bytes) -> Batch:
        """The batch that :meth:`to_bytes` wrote; the reports are read by the tally.

        Raises
        ------
        DataError
            *data* are no batch, or damaged.
        """
        header, bits = unwrap(data, KIND)
        reader = Reader(header)
        version = reader.u8("version")
        if version != VERSION:
            raise CorruptError(f"batch of version {version}, this library reads version {VERSION}")
        fingerprint = reader.bytes(FINGERPRINT, "fingerprint")
        codec = reader.bytes(reader.u8("length of codec"), "codec").decode("latin-1")
        count = reader.u64("count")
        reader.end()
        try:
            return cls(fingerprint, codec, count, bits)
        except ValueError as error:
            raise CorruptError(f"no batch: {error}") from None


def checked_size(batch: Batch, width: int) -> Batch:
    """*batch* if it holds as many bits as its reports of *width* bits need; else nobody knows where they begin."""
    if batch.codec != "plain":
        raise CorruptError(f"reports of this mechanism are written with codec 'plain', got {batch.codec!r}")
    need, got = batch.count * width, batch.bits.size
    if got < need:
        raise TruncatedError(f"{batch.count} reports of {width} bits need {need} bits, got {got}")
    if got > need:
        raise CorruptError(f"{batch.count} reports of {width} bits are {need} bits, got {got}")
    return batch
