"""Huffman's code for the bytes of files and arrays, at gigabytes a second.

:class:`PrefixCode` shows how coding works; this is the same code for work: words of at most 12 bits, four streams in
each chunk that are read at once, a checksum over all. Bytes that are equally frequent, such as packed ones, stay as
long as they were. Nobody looks for sequences that repeat: this is the coder behind such a search, not the search.
"""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polyquant import _check, _parallel
from polyquant.errors import CorruptError, TruncatedError

from . import _coding as coding
from ._coding import LARGEST, LONGEST, SMALLEST, STREAMS, BytesLike
from ._kernels import streams as kernels
from .limited import package_merge

KIND = b"HUFF"
VERSION = 1
ENVELOPE = struct.Struct("<2sB4sHQ")  # as docs/formats.md says; read and written here without a copy of the payload
HEADER = struct.Struct("<BBBBIQ")  # version, longest word, streams of a chunk, 0, bytes of a chunk, bytes in all
MOST = 2**31  # bytes that one thread counts in 32 bits


def compress(
    data: BytesLike, *, longest: int = 12, streams: int = 4, chunk: int = 65536, threads: int | None = 1
) -> bytes:
    """Bytes in Huffman's code, with all that is needed to read them; the same bytes give the same.

    >>> text = b"she sells sea shells by the sea shore " * 100
    >>> len(text), len(compress(text))
    (3800, 1633)
    >>> decompress(compress(text)) == text
    True

    Parameters
    ----------
    data : bytes, another buffer, or array of uint8
        Any bytes; arrays of several dimensions are taken as flat.
    longest : int
        Bits of the longest word, 1 to 12.
    streams : int
        1, 2, 4 or 8 streams in a chunk.
    chunk : int
        Bytes of a chunk, 256 to 2^20.
    threads : int, optional
        None: all cores.

    Raises
    ------
    DomainError
        More different bytes occur than words of *longest* bits exist.
    """
    symbols = coding.buffer("data", data)
    longest = _check.integer("longest", longest, 1, LONGEST)
    chunk = _check.integer("chunk", chunk, SMALLEST, LARGEST)
    if _check.integer("streams", streams) not in STREAMS:
        raise ValueError(f"streams must be 1, 2, 4 or 8, got {streams}")
    pieces = coding.pieces(-(-symbols.size // chunk), threads, MOST // chunk)
    counts = sum(_parallel.run(lambda p: _count(symbols[p[0] * chunk : p[1] * chunk]), pieces, threads), NOTHING)
    lengths = np.array(package_merge(counts, longest), np.uint8)
    single, pairs = coding.encoding_tables(lengths)
    first, last = _places(symbols.size, chunk, streams)

    def work(piece: tuple[int, int]) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
        part = slice(piece[0] * streams, piece[1] * streams)
        return _encode(symbols, first[part], last[part], single, pairs)

    parts = _parallel.run(work, pieces, threads)
    header = HEADER.pack(VERSION, int(lengths.max()), streams, 0, chunk, symbols.size) + coding.pack_lengths(lengths)
    sizes = np.concatenate([part[1] for part in parts] or [np.zeros(0, np.uint32)]).astype("<u4").view(np.uint8)
    return _seal(header, [sizes, *(part[0] for part in parts)])


def decompress(data: BytesLike, *, out: NDArray[np.uint8] | None = None, threads: int | None = 1) -> Any:
    """What :func:`compress` was given; any bytes give the right answer or a ``DataError``.

    Parameters
    ----------
    data : bytes, another buffer, or array of uint8
    out : array of uint8, optional
        Where to write, contiguous and of the right size: saves an allocation and a copy.
    threads : int, optional
        None: all cores.

    Returns
    -------
    bytes
        Or *out* itself if that is given.

    Raises
    ------
    DataError
        Damaged data, found before anything is allocated that a header asks for and the data do not fill.
    """
    source = coding.buffer("data", data)
    header, at = _open(source)
    longest, streams, chunk, n, lengths = header
    chunks = -(-n // chunk)
    bodies = at + 4 * streams * chunks
    end = source.size - 4
    if bodies > end or n > 8 * (end - bodies):  # a symbol has at least one bit
        raise TruncatedError(f"header says {n} bytes in {chunks} chunks, {end - at} bytes follow")
    code = coding.unpack_lengths(lengths, longest, n)
    starts, ends = np.empty((2, chunks, streams), np.uint64)
    behind = int(kernels.extents(source, np.uint64(at), np.uint64(bodies), starts, ends))
    if behind != end:
        raise CorruptError(f"sizes of streams add up to {behind - bodies} bytes, {end - bodies} follow")
    target = np.empty(n, np.uint8) if out is None else _target(out, n)
    layout = (starts.reshape(-1), ends.reshape(-1), *_places(n, chunk, streams))
    table, only = coding.decoding_table(code)

    def work(piece: tuple[int, int]) -> None:
        part = slice(piece[0] * streams, piece[1] * streams)
        begin, finish, first, last = (edges[part] for edges in layout)
        states = np.zeros(begin.size, np.uint8)
        kernels.decode_all(source, begin, finish, table, code, only, target, first, last, states)
        if states.any():
            wrong = int(np.argmax(states > 0))
            raise coding.failure(piece[0] + wrong // streams, int(states[wrong]))

    _parallel.run(work, coding.pieces(chunks, threads, max(1, chunks)), threads)
    return target.tobytes() if out is None else out


NOTHING = np.zeros(256, np.int64)


def _target(out: Any, n: int) -> NDArray[np.uint8]:
    if not isinstance(out, np.ndarray) or out.dtype != np.uint8:
        kind = out.dtype if isinstance(out, np.ndarray) else type(out).__name__
        raise TypeError(f"out must be an array of uint8, got {kind}")
    if out.size != n or not out.flags.c_contiguous or not out.flags.writeable:
        raise ValueError(f"out must be contiguous, writeable and of {n} bytes, got shape {out.shape}")
    return out.reshape(-1)


def _count(symbols: NDArray[np.uint8]) -> NDArray[np.int64]:
    counts = np.zeros(256, np.int64)
    kernels.survey(symbols, counts)
    return counts


def _places(n: int, chunk: int, streams: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Where the symbols of every stream begin and end, uint64 (chunks * streams,) each."""
    first, last = np.empty((2, -(-n // chunk), streams), np.uint64)
    kernels.places(np.uint64(n), np.uint64(chunk), first, last)
    return first.reshape(-1), last.reshape(-1)


def _encode(
    symbols: NDArray[np.uint8],
    first: NDArray[np.uint64],
    last: NDArray[np.uint64],
    single: NDArray[np.uint32],
    pairs: NDArray[np.uint32],
) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """The bytes of some streams, and their sizes."""
    sizes = np.empty(first.size, np.uint32)
    out = np.empty(int(last[-1] - first[0]) * 3 // 2 + sizes.size + 8, np.uint8)
    size = kernels.encode_all(symbols, first, last, single, pairs, out, sizes)
    return out[: int(size)], sizes


def _seal(header: bytes, parts: list[NDArray[np.uint8]]) -> bytes:
    """What ``bits.wrap`` would make of *header* and the bytes of *parts*."""
    size = sum(part.size for part in parts)
    begin = ENVELOPE.pack(b"PQ", 1, KIND, len(header), 8 * size) + header
    check = coding.checksum(np.frombuffer(begin, np.uint8))
    for part in parts:
        check = coding.checksum(part, check)
    return b"".join([begin, *(part.data for part in parts), check.to_bytes(4, "little")])


def _open(source: NDArray[np.uint8]) -> tuple[tuple[int, int, int, int, NDArray[np.uint8]], int]:
    """What the headers say, and where the payload begins, after ``bits.unwrap``'s checks and those of the header."""
    fixed = ENVELOPE.size + HEADER.size + coding.PACKED
    if source.size < fixed + 4:
        raise TruncatedError(f"Huffman streams need at least {fixed + 4} bytes, got {source.size}")
    magic, envelope, kind, header, size = ENVELOPE.unpack(source[: ENVELOPE.size].tobytes())
    if (magic, envelope, kind) != (b"PQ", 1, KIND) or header != HEADER.size + coding.PACKED or size % 8:
        raise CorruptError(f"not Huffman streams: the envelope begins with {source[:9].tobytes()!r}")
    if source.size != fixed + size // 8 + 4:
        error = TruncatedError if source.size < fixed + size // 8 + 4 else CorruptError
        raise error(f"envelope says {fixed + size // 8 + 4} bytes, got {source.size}")
    if coding.checksum(source[:-4]) != int.from_bytes(source[-4:].tobytes(), "little"):
        raise CorruptError("checksum of the envelope does not match its bytes")
    fields: tuple[Any, ...] = HEADER.unpack(source[ENVELOPE.size : ENVELOPE.size + HEADER.size].tobytes())
    version, longest, streams, zero, chunk, n = fields
    if version != VERSION or zero or streams not in STREAMS or not SMALLEST <= chunk <= LARGEST:
        raise CorruptError(f"version {version}, {streams} streams, chunks of {chunk} bytes and {zero} are not known")
    return (longest, streams, chunk, n, source[fixed - coding.PACKED : fixed]), fixed
