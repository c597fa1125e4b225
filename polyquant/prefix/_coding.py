"""What containers of coded bytes share: buffers without copies, tables that are made once, work for threads."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polyquant import _parallel
from polyquant.algebra._kernels.clmul import MODE
from polyquant.errors import CorruptError, DataError, TruncatedError

from ._kernels import streams as kernels
from ._kernels.crc import crc32

BytesLike = bytes | bytearray | memoryview | NDArray[np.uint8]

STREAMS = (1, 2, 4, 8)
SMALLEST, LARGEST = 256, 2**20  # symbols of a chunk
LONGEST = 12  # bits of a word
PACKED = 128  # bytes of 256 lengths
ENOUGH = 1024  # bytes from which on a kernel is quicker than zlib


def buffer(name: str, data: Any) -> NDArray[np.uint8]:
    """The bytes of *data*, uint8 (bytes,), without a copy and not to be written."""
    if isinstance(data, np.ndarray) and data.dtype != np.uint8:
        raise TypeError(f"{name} must be bytes, got an array of {data.dtype}")
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError(f"{name} must be bytes, or a buffer of them, got {type(data).__name__}") from None
    if not view.c_contiguous:
        raise ValueError(f"{name} must be contiguous, got strides {view.strides}")
    return frozen(np.frombuffer(view, np.uint8) if view.nbytes else np.zeros(0, np.uint8))


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """A view that cannot be written to: one type of argument for kernels."""
    view = array.view()
    view.flags.writeable = False
    return view


def pieces(chunks: int, threads: int | None, most: int) -> list[tuple[int, int]]:
    """The chunks cut into runs of at most *most*: one for a single thread, a few for each of several."""
    workers = _parallel.threads_or_all(threads)
    if workers == 1 and 0 < chunks <= most:
        return [(0, chunks)]
    runs = 1 if workers == 1 else 4 * workers
    return _parallel.chunks(chunks, max(1, min(most, -(-chunks // runs))))


def checksum(data: NDArray[np.uint8], before: int = 0) -> int:
    """CRC-32 of *data*, uint8 (bytes,), as zlib counts; *before* is that of what comes before."""
    if MODE is not None or data.size < ENOUGH:
        return zlib.crc32(data.data, before)
    return int(crc32(frozen(data), np.uint64(0), np.uint64(data.size), np.uint64(before), MODE))


def pack_lengths(lengths: NDArray[np.uint8]) -> bytes:
    """256 lengths of words as 128 bytes, the even ones in the low half."""
    pairs = lengths.reshape(-1, 2)
    return (pairs[:, 0] | pairs[:, 1] << 4).astype(np.uint8).tobytes()


def unpack_lengths(packed: NDArray[np.uint8], longest: int, n: int) -> NDArray[np.uint8]:
    """The 256 lengths, if they are a complete code, or a single word of one bit, or none for no symbols."""
    lengths, counts = np.empty(256, np.uint8), np.zeros(16, np.int64)
    kernels.unpack(packed, lengths, counts)
    many = counts.tolist()[1:]  # words of 1, 2, ... bits
    top = max((length for length, words in enumerate(many, 1) if words), default=0)
    if longest > LONGEST or top != longest or (longest == 0) != (n == 0):
        raise CorruptError(f"header says longest word {longest} for {n} symbols, its table of lengths {top}")
    room = sum(words << LONGEST - length for length, words in enumerate(many[:LONGEST], 1))  # Kraft sum, of 2^12
    if n and room != 1 << LONGEST and (top, many[0]) != (1, 1):
        raise CorruptError(f"lengths of words have Kraft sum {room / 2**LONGEST}, not 1")
    return lengths


def decoding_table(lengths: NDArray[np.uint8]) -> tuple[NDArray[np.uint64], int]:
    """The table for a code that :func:`unpack_lengths` let pass, and the symbol of one that has a single one, else -1.

    The table is not to be used if there is such a symbol.
    """
    return _decoding_table(lengths.tobytes())


@lru_cache(maxsize=16)
def _decoding_table(lengths: bytes) -> tuple[NDArray[np.uint64], int]:
    table, code = np.zeros(kernels.SIZE, np.uint64), np.frombuffer(lengths, np.uint8)
    used = np.flatnonzero(code)
    only = int(used[0]) if used.size == 1 else -1
    if only < 0:
        kernels.decoding_table(code, table)
    return frozen(table), only


def encoding_tables(lengths: NDArray[np.uint8]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Words of single symbols, (256,), and of pairs, (65536,)."""
    single, pairs = np.zeros(256, np.uint32), np.zeros(65536, np.uint32)
    kernels.encoding_tables(lengths, single, pairs)
    return single, pairs


def failure(chunk: int, state: int) -> DataError:
    """What is wrong with the streams of a chunk that were read with *state*."""
    if state == kernels.TRUNCATED:
        return TruncatedError(f"a stream of chunk {chunk} ends inside a word")
    return CorruptError(f"a stream of chunk {chunk} has bits left over, or other bits than zeros behind its last word")
