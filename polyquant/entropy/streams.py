"""rANS for files: bytes in chunks, each with shares of its own and 64 states that take turns.

A chunk of 2^18 bytes takes a few hundred bytes for its shares and states; then each byte costs its information, not a
whole number of bits as in Huffman's code. It does not look at neighbours: text shrinks to the entropy of its letters.
The layout is in docs/formats.md.
"""

import numpy as np
from numpy.typing import NDArray

from polyquant import _check
from polyquant._parallel import chunks as pieces_of
from polyquant._parallel import run
from polyquant.bits import Bits, Reader, unwrap, wrap
from polyquant.errors import CorruptError, TruncatedError
from polyquant.prefix._coding import BytesLike, buffer

from ._kernels import streams as kernels
from ._kernels import wide
from .rans import gains

KIND = b"RANS"
VERSION = 1
LEAST_SCALE, MOST_SCALE = 8, 12  # 256 symbols need 8; a share takes 12 bits of a table's entry
LEAST_CHUNK, MOST_CHUNK = 256, 2**20
SPARE = 1024  # a chunk's header has at most 1 + 32 + 383 + 256 bytes

WRONG = {
    kernels.TRUNCATED: "it ends early",
    kernels.MODE: "no way of writing has this number",
    kernels.TABLE: "its shares do not fill the scale",
    kernels.STATE: "a state is not what it must be",
    kernels.LEFT: "bytes are left over",
}


def compress(
    data: BytesLike, *, scale_bits: int = 12, ways: int = wide.WAYS, chunk: int = 2**18, threads: int | None = 1
) -> bytes:
    """*data* in fewer bytes, close to the entropy of the single bytes of every chunk.

    >>> text = b"she sells sea shells by the sea shore " * 100
    >>> len(text), len(compress(text))
    (3800, 1516)
    >>> decompress(compress(text)) == text
    True

    Parameters
    ----------
    data : bytes, another buffer, or array of uint8
        Any bytes, any number of them; arrays of several dimensions are taken as flat.
    scale_bits : int
        8 to 12: probabilities are multiples of 2^-scale_bits.
    ways : int
        States of a chunk: 1, 2, 4, ... 64. Chunks below 1024 bytes for each get fewer.
    chunk : int
        256 to 2^20 bytes.
    threads : int, optional
        Chunks at work at a time, None for all cores; the bytes are the same for any number.
    """
    source = buffer("data", data)
    scale_bits = _check.integer("scale_bits", scale_bits, LEAST_SCALE, MOST_SCALE)
    chunk = _check.integer("chunk", chunk, LEAST_CHUNK, MOST_CHUNK)
    ways = _check.integer("ways", ways, 1, wide.WAYS)
    if ways & (ways - 1):
        raise ValueError(f"ways must be a power of two, got {ways}")

    def write(piece: tuple[int, int]) -> bytes:
        out = np.empty(2 * (piece[1] - piece[0]) + SPARE, np.uint8)
        symbols = source[piece[0] : piece[1]]
        return out[kernels.encode(symbols, scale_bits, ways, gains(scale_bits), out, wide.MODE) :].tobytes()

    written = run(write, pieces_of(source.size, chunk), threads)
    sizes = np.array([len(each) for each in written], "<u4").tobytes()
    header = bytes([VERSION, scale_bits, ways]) + source.size.to_bytes(8, "little") + chunk.to_bytes(4, "little")
    payload = b"".join([sizes, *written])
    return wrap(KIND, header, Bits(payload, 8 * len(payload)))


def decompress(data: BytesLike, *, threads: int | None = 1) -> bytes:
    """The bytes that :func:`compress` got; any bytes give the right answer or a ``DataError``.

    Raises
    ------
    TruncatedError
        *data*, or a chunk in it, ends early.
    CorruptError
        *data* contradict themselves, or are something else.
    """
    scale, ways, n, pieces, payload = _read(data if isinstance(data, bytes) else buffer("data", data).tobytes())
    ends = 4 * len(pieces) + np.cumsum(payload[: 4 * len(pieces)].view("<u4"), dtype=np.int64)
    if payload.size != (ends[-1] if pieces else 0):
        raise CorruptError(f"the chunks must end at byte {payload.size} of the payload, got {ends[-1:].sum()}")
    starts = [4 * len(pieces), *ends.tolist()]
    out = np.empty(n, np.uint8)

    def read(k: int) -> int:
        first, last = pieces[k]
        area = payload, starts[k], starts[k + 1]
        return int(kernels.decode(*area, scale, ways, out, first, last - first, wide.MODE))

    for k, status in enumerate(run(read, range(len(pieces)), threads)):
        if status != kernels.DONE:
            kind = TruncatedError if status == kernels.TRUNCATED else CorruptError
            raise kind(f"chunk {k} of {len(pieces)}: {WRONG[status]}")
    return out.tobytes()


def _read(data: bytes) -> tuple[int, int, int, list[tuple[int, int]], NDArray[np.uint8]]:
    """Scale, ways, number of bytes, chunks and payload of an envelope; nothing is as long as it says until checked."""
    header, payload = unwrap(data, KIND)
    reader = Reader(header)
    version = reader.u8("version")
    if version != VERSION:
        raise CorruptError(f"stream of version {version}, this library reads version {VERSION}")
    scale, ways = reader.u8("scale"), reader.u8("ways")
    n, chunk = reader.u64("size"), reader.u32("chunk")
    reader.end()
    if not LEAST_SCALE <= scale <= MOST_SCALE:
        raise CorruptError(f"scale must be {LEAST_SCALE} to {MOST_SCALE} bits, got {scale}")
    if not 1 <= ways <= wide.WAYS or ways & (ways - 1):
        raise CorruptError(f"ways must be a power of two up to {wide.WAYS}, got {ways}")
    if not LEAST_CHUNK <= chunk <= MOST_CHUNK:
        raise CorruptError(f"chunk must be {LEAST_CHUNK} to {MOST_CHUNK} bytes, got {chunk}")
    if payload.size % 8:
        raise CorruptError(f"payload must be whole bytes, got {payload.size} bits")
    count = -(-n // chunk)
    if 6 * count > len(payload.data):
        raise TruncatedError(f"{count} chunks need at least {6 * count} bytes, got {len(payload.data)}")
    return scale, ways, n, pieces_of(n, chunk), payload.array()
