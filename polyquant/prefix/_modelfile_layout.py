"""Where things are in a compressed model, PQMF, version 1.

Little-endian; T tensors in the order of the original file:

====== ======= ===========================================================================
offset size    field
====== ======= ===========================================================================
0      4       ``PQMF``
4      1       version, 1
5      1       flags: bit 0 if float32 was rounded to bfloat16 before
6      2       zeros
8      4       h, bytes of the original header's JSON text
12     4       z, bytes of it here
16     4       T
20     z       that text in zlib's format
20+z   16 T    for each tensor: kind (1), zeros (3), CRC-32 of its original bytes (4), bytes here (8)
...    4       CRC-32 of everything before
...            the tensors: 0 as they were, 1 a PQDF container, 2 their bytes by place (see the module ``modelfile``)
====== ======= ===========================================================================
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from polyquant.errors import CorruptError, TruncatedError

from . import _safetensors
from ._safetensors import Tensor

MAGIC = b"PQMF"
VERSION = 1
FIXED = struct.Struct("<4sBBHIII")
ENTRY = struct.Struct("<B3sIQ")
RAW, DFLOAT, PLANES = range(3)


@dataclass(frozen=True, slots=True)
class Stored:
    """How a tensor is kept: its kind, the checksum of its original bytes, its bytes here."""

    kind: int
    crc: int
    size: int


@dataclass(frozen=True, slots=True)
class Index:
    """Everything before the tensors."""

    header: bytes
    rounded: bool
    tensors: tuple[Tensor, ...]
    stored: tuple[Stored, ...]

    @property
    def original(self) -> int:
        """Bytes of the original file."""
        return 8 + len(self.header) + (self.tensors[-1].stop if self.tensors else 0)

    def to_bytes(self) -> bytes:
        """The bytes of the index; their number depends on header and number of tensors alone."""
        text = zlib.compress(self.header, 9)
        fixed = FIXED.pack(MAGIC, VERSION, self.rounded, 0, len(self.header), len(text), len(self.stored))
        body = fixed + text + b"".join(ENTRY.pack(s.kind, bytes(3), s.crc, s.size) for s in self.stored)
        return body + struct.pack("<I", zlib.crc32(body))


def read(file: BinaryIO, total: int) -> tuple[Index, int]:
    """The index at the beginning of *file*, which has *total* bytes, and its own size; all of it checked."""
    fixed = _take(file, FIXED.size, "header")
    magic, version, flags, zeros, plain, packed, count = FIXED.unpack(fixed)
    if magic != MAGIC:
        raise CorruptError(f"not a compressed model: it starts with {magic!r}, not {MAGIC!r}")
    if version != VERSION or flags > 1 or zeros:
        raise CorruptError(f"compressed model of version {version}, flags {flags}; this library reads version 1")
    size = FIXED.size + packed + ENTRY.size * count + 4
    if size > total:
        raise TruncatedError(f"the index has {size} bytes, the file {total}")
    rest = _take(file, size - FIXED.size, "index")
    if zlib.crc32(fixed + rest[:-4]) != int.from_bytes(rest[-4:], "little"):
        raise CorruptError("checksum of the index does not match its bytes")
    header = _unpacked(rest[:packed], plain)
    tensors = _safetensors.tensors(header)
    if len(tensors) != count:
        raise CorruptError(f"the header names {len(tensors)} tensors, the index {count}")
    stored = tuple(_stored(entry) for entry in ENTRY.iter_unpack(rest[packed:-4]))
    need = size + sum(part.size for part in stored)
    if need != total:
        kind = TruncatedError if need > total else CorruptError
        raise kind(f"the index says {need} bytes, the file has {total}")
    return Index(header, bool(flags), tensors, stored), size


def _unpacked(text: bytes, size: int) -> bytes:
    if size > _safetensors.MOST_HEADER:
        raise CorruptError(f"a header of {size} bytes, the format allows {_safetensors.MOST_HEADER}")
    reader = zlib.decompressobj()
    try:
        header = reader.decompress(text, size + 1)
    except zlib.error as error:
        raise CorruptError(f"the header cannot be unpacked: {error}") from None
    if len(header) != size or not reader.eof or reader.unused_data:
        raise CorruptError(f"the header is not {size} bytes, as the index says")
    return header


def _stored(entry: tuple[int, bytes, int, int]) -> Stored:
    kind, zeros, crc, size = entry
    if kind > PLANES or any(zeros):
        raise CorruptError(f"a tensor of kind {kind}, this library reads 0 to {PLANES}")
    return Stored(kind, crc, size)


def _take(file: BinaryIO, size: int, what: str) -> bytes:
    """*size* bytes of *file*; ``TruncatedError`` if it has fewer."""
    data = file.read(size)
    if len(data) != size:
        raise TruncatedError(f"the file ends {size - len(data)} bytes early, in the {what}")
    return data
