"""How one tensor of a compressed model is kept: whatever takes the fewest bytes."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from polyquant.errors import CorruptError, DataError, TruncatedError

from . import dfloat, streams
from ._modelfile_layout import DFLOAT, PLANES, RAW, Stored
from ._safetensors import BITS, Tensor

Bytes = NDArray[np.uint8]
SIZE = struct.Struct("<Q")


def take(file: BinaryIO, size: int, what: str) -> Bytes:
    """The next *size* bytes of *file*, to be written to as well; ``TruncatedError`` if it has fewer."""
    data = np.empty(size, np.uint8)
    found = file.readinto(data.data)  # type: ignore[attr-defined]
    if found != size:
        raise TruncatedError(f"the file ends {size - found} bytes early, in {what}")
    return data


def pack(data: Bytes, dtype: str, threads: int | None) -> tuple[Stored, list[Bytes]]:
    """How the *data* of a tensor are stored, and the pieces to write."""
    kind, kept = RAW, [data]
    if dtype == "BF16":
        packed = dfloat.compress(data.view("<u2").astype(np.uint16, copy=False), threads=threads)
        if len(packed) < data.size:
            kind, kept = DFLOAT, [np.frombuffer(packed, np.uint8)]
    else:
        planes = _planes(data, BITS.get(dtype, 8) // 8)
        if sum(piece.size for piece in planes) < data.size:
            kind, kept = PLANES, planes
    return Stored(kind, zlib.crc32(data.data), sum(piece.size for piece in kept)), kept


def unpack(tensor: Tensor, stored: Stored, kept: Bytes, threads: int | None) -> Bytes:
    """The original bytes of a tensor.

    Raises
    ------
    DataError
        *kept* is damaged, or holds something else than this tensor; the message names it.
    """
    try:
        if stored.kind == RAW:
            data = kept
        elif stored.kind == DFLOAT:
            data = _words(tensor, kept, threads)
        else:
            data = _joined(kept, tensor.size, BITS.get(tensor.dtype, 8) // 8, threads)
        if data.size != tensor.size:
            raise CorruptError(f"{data.size} bytes are kept of {tensor.size}")
        if zlib.crc32(data.data) != stored.crc:
            raise CorruptError("checksum does not match")
    except DataError as error:
        raise type(error)(f"tensor {tensor.name!r}: {error}") from None
    return data


def _words(tensor: Tensor, kept: Bytes, threads: int | None) -> Bytes:
    if tensor.dtype != "BF16" or 2 * dfloat.inspect(kept).n != tensor.size:
        raise CorruptError(f"a PQDF container for {tensor.size} bytes of {tensor.dtype}")
    words: NDArray[np.uint16] = dfloat.decompress(kept, threads=threads)
    return words.astype("<u2", copy=False).reshape(-1).view(np.uint8)


def _planes(data: Bytes, width: int) -> list[Bytes]:
    """First bytes of all elements, second bytes, ...: 8 bytes of size, then a stream or, if not shorter, as they are.

    The bytes of a number have laws of their own: in float32 the upper ones hold exponents and are worth coding.
    """
    pieces: list[Bytes] = []
    for place in range(width):
        plane = np.ascontiguousarray(data[place::width])
        packed = streams.compress(plane)
        kept = np.frombuffer(packed, np.uint8) if len(packed) < plane.size else plane
        pieces += [np.frombuffer(SIZE.pack(kept.size), np.uint8), kept]
    return pieces


def _joined(kept: Bytes, size: int, width: int, threads: int | None) -> Bytes:
    data, at = np.empty(size, np.uint8), 0
    for place in range(width):
        if kept.size - at < SIZE.size:
            raise TruncatedError(f"no size of plane {place}")
        (length,) = SIZE.unpack_from(kept.data, at)
        at += SIZE.size
        if length > kept.size - at:
            raise TruncatedError(f"plane {place} says {length} bytes, {kept.size - at} follow")
        data[place::width] = _plane(kept[at : at + length], size // width, threads)
        at += length
    if at != kept.size:
        raise CorruptError(f"{kept.size - at} bytes are left over")
    return data


def _plane(part: Bytes, size: int, threads: int | None) -> Bytes:
    if part.size == size:
        return part
    plane = np.frombuffer(streams.decompress(part, threads=threads), np.uint8)
    if plane.size != size:
        raise CorruptError(f"a plane of {plane.size} bytes, {size} elements need one")
    return plane
