"""Where things are in a PQDF container, version 1: bytes of one tensor of bfloat16 words.

Little-endian; the first bit of a stream is the top bit of its first byte.

====== ============ ==========================================================================
offset size         field
====== ============ ==========================================================================
0      4            ``PQDF``
4      1 + 1        version 1, flags 0
6      1            length of the longest word, 0 to 12; 0 if and only if n = 0
7      1            S, streams of a chunk: 1, 2, 4 or 8
8      8            n, elements
16     4            C, elements of a chunk, 256 to 2^20
20     4            chunks, ceil(n / C)
24     1 + 7        dimensions, 0 to 8; zeros
32     8 each       the dimensions; their product is n
...    128          lengths of the words of exponents 0 to 255, two to a byte, even ones in the low half
...    4 S chunks   bytes of each stream, chunk by chunk
...    4 chunks     CRC-32 (zlib's polynomial) of each chunk
...    4            CRC-32 of everything before
...                 for each chunk c bytes of sign and mantissa, then its S streams
====== ============ ==========================================================================
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polyquant.errors import CorruptError, TruncatedError

from . import _coding as coding
from ._coding import LARGEST, PACKED, SMALLEST, STREAMS

MAGIC = b"PQDF"
VERSION = 1
FIXED = struct.Struct("<4sBBBBQIIB7s")
DIMENSIONS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A checked header. ``lengths`` uint8 (256,), ``sizes`` uint32 (chunks, streams), ``crcs`` uint32 (chunks,)."""

    shape: tuple[int, ...]
    n: int
    chunk: int
    streams: int
    lengths: NDArray[np.uint8]
    sizes: NDArray[np.uint32]
    crcs: NDArray[np.uint32]

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.n // self.chunk)

    @property
    def header(self) -> int:
        """Bytes before the first chunk."""
        return FIXED.size + 8 * len(self.shape) + PACKED + 4 * (self.streams + 1) * self.chunks + 4

    def offsets(self) -> NDArray[np.uint64]:
        """Where each chunk begins, and the end of the last, uint64 (chunks + 1,)."""
        offsets = np.full(self.chunks + 1, self.header, np.uint64)
        offsets[1:] += ends(self.sizes, self.chunk, self.n)
        return offsets

    def to_bytes(self) -> bytes:
        """The header."""
        fixed = FIXED.pack(
            *(MAGIC, VERSION, 0, int(self.lengths.max()), self.streams, self.n),
            *(self.chunk, self.chunks, len(self.shape), bytes(7)),
        )
        body = b"".join(
            [
                fixed,
                struct.pack(f"<{len(self.shape)}Q", *self.shape),
                coding.pack_lengths(self.lengths),
                self.sizes.astype("<u4").tobytes(),
                self.crcs.astype("<u4").tobytes(),
            ]
        )
        return body + struct.pack("<I", zlib.crc32(body))


def ends(sizes: NDArray[np.uint32], chunk: int, n: int) -> NDArray[np.uint64]:
    """Where the chunks of n elements end, uint64 (chunks,), counted from the first; *sizes* (chunks, streams)."""
    elements = np.minimum(np.arange(1, len(sizes) + 1, dtype=np.uint64) * np.uint64(chunk), np.uint64(n))
    found: NDArray[np.uint64] = elements + np.cumsum(sizes.sum(axis=1, dtype=np.uint64), dtype=np.uint64)
    return found


def read(data: NDArray[np.uint8]) -> Layout:
    """The header of *data*, uint8 (bytes,), with everything in it checked; nothing is allocated for sizes before."""
    total = data.size
    if total < FIXED.size:
        raise TruncatedError(f"a PQDF header needs at least {FIXED.size} bytes, got {total}")
    magic, version, flags, longest, streams, n, chunk, chunks, ndim, zeros = FIXED.unpack(data[: FIXED.size].tobytes())
    if magic != MAGIC:
        raise CorruptError(f"not a PQDF container: it starts with {magic!r}, not {MAGIC!r}")
    if version != VERSION or flags:
        raise CorruptError(f"PQDF version {version} with flags {flags}, this library reads version {VERSION} without")
    if streams not in STREAMS or not SMALLEST <= chunk <= LARGEST or ndim > DIMENSIONS or any(zeros):
        raise CorruptError(f"PQDF header says {streams} streams, chunks of {chunk} elements, {ndim} dimensions")
    if chunks != -(-n // chunk):
        raise CorruptError(f"{n} elements in chunks of {chunk} are {-(-n // chunk)} chunks, the header says {chunks}")
    table = FIXED.size + 8 * ndim
    header = table + PACKED + 4 * (streams + 1) * chunks + 4
    if header + n > total:  # each element has a byte of its own
        raise TruncatedError(f"PQDF header says at least {header + n} bytes, got {total}")
    if zlib.crc32(data[: header - 4].data) != int.from_bytes(data[header - 4 : header].tobytes(), "little"):
        raise CorruptError("checksum of the PQDF header does not match its bytes")
    shape = struct.unpack(f"<{ndim}Q", data[FIXED.size : table].tobytes())
    if math.prod(shape) != n:
        raise CorruptError(f"a tensor of shape {shape} does not have {n} elements")
    lengths = coding.unpack_lengths(data[table : table + PACKED], longest, n)
    numbers = data[table + PACKED : header - 4].view("<u4").astype(np.uint32)  # a copy: what is checked stays
    sizes, crcs = numbers[: streams * chunks].reshape(chunks, streams), numbers[streams * chunks :]
    need = header + n + int(sizes.sum(dtype=np.uint64))
    if need != total:
        error = TruncatedError if need > total else CorruptError
        raise error(f"PQDF header says {need} bytes, got {total}")
    return Layout(shape, n, chunk, streams, lengths, sizes, crcs)
