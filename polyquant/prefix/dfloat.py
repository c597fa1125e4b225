"""bfloat16 tensors in about eleven bits a number, without loss: the container PQDF.

A bfloat16 word has a sign, eight bits of exponent and seven of mantissa. The exponents of trained weights are far from
equally likely, so they go in Huffman's code; sign and mantissa have no pattern and are kept as they are [ZHA25]. Chunks
have their own streams and checksums, so any range can be read alone, and several threads can work.
"""

from __future__ import annotations

import math
import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from polyquant import _check, _parallel
from polyquant.algebra._kernels.clmul import MODE
from polyquant.errors import CorruptError, DataError

from . import _coding as coding
from . import _pqdf_layout as layouts
from ._coding import LARGEST, LONGEST, SMALLEST, STREAMS, BytesLike
from ._kernels import dfloat as kernels
from ._pqdf_layout import Layout
from .limited import package_merge

if TYPE_CHECKING:
    import torch

MOST = 2**31  # words that one thread counts in 32 bits


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a container holds and where its bytes go, as its header says; the data themselves are not looked at.

    Attributes
    ----------
    shape : tuple of int
        Of the tensor.
    n : int
        Elements.
    chunk, streams : int
        Elements of a chunk, and streams that its exponents are cut into.
    lengths : tuple of int
        Bits of the word of each of the 256 exponents, 0 for those that do not occur.
    header_bytes, raw_bytes, exponent_bytes : int
        Header with all tables and checksums; signs and mantissas; streams of exponents.
    """

    shape: tuple[int, ...]
    n: int
    chunk: int
    streams: int
    lengths: tuple[int, ...]
    header_bytes: int
    raw_bytes: int
    exponent_bytes: int

    @property
    def total_bytes(self) -> int:
        """Bytes of the container."""
        return self.header_bytes + self.raw_bytes + self.exponent_bytes

    @property
    def bits_per_weight(self) -> float:
        """Bits of the container for each element, of 16; nan if there is none."""
        return 8 * self.total_bytes / self.n if self.n else math.nan


def compress(
    words: NDArray[np.uint16] | torch.Tensor,
    *,
    longest: int = 12,
    chunk: int = 65536,
    streams: int = 4,
    threads: int | None = 1,
) -> bytes:
    """A tensor of bfloat16 words as a PQDF container; the same words give the same bytes.

    >>> words = np.array([0x3F80, 0x3F80, 0xBF00, 0x7FC0], np.uint16)  # 1, 1, -0.5, nan
    >>> data = compress(words)
    >>> decompress(data).tolist() == words.tolist()
    True

    Parameters
    ----------
    words : array of uint16 or tensor of torch.bfloat16, at most 8 dimensions
        Any bit patterns, nan and infinities too. Tensors elsewhere are copied to the CPU.
    longest : int
        Bits of the longest word for an exponent, 1 to 12. Less than 12 costs a little and gains nothing here.
    chunk : int
        Elements that are read together, 256 to 2^20.
    streams : int
        1, 2, 4 or 8 streams of exponents in a chunk.
    threads : int, optional
        None: all cores.

    Raises
    ------
    DomainError
        More exponents occur than words of *longest* bits exist.
    """
    array = _words("words", words)
    if array.ndim > layouts.DIMENSIONS:
        raise ValueError(f"words must have at most {layouts.DIMENSIONS} dimensions, got shape {array.shape}")
    longest = _check.integer("longest", longest, 1, LONGEST)
    chunk = _check.integer("chunk", chunk, SMALLEST, LARGEST)
    if _check.integer("streams", streams) not in STREAMS:
        raise ValueError(f"streams must be 1, 2, 4 or 8, got {streams}")
    flat = coding.frozen(np.ascontiguousarray(array).reshape(-1))
    pieces = [(a * chunk, b * chunk) for a, b in coding.pieces(-(-flat.size // chunk), threads, MOST // chunk)]
    counts = sum(_parallel.run(lambda p: _count(flat[slice(*p)]), pieces, threads), np.zeros(256, np.int64))
    lengths = np.array(package_merge(counts, longest), np.uint8)
    single, pairs = coding.encoding_tables(lengths)
    parts = _parallel.run(lambda p: _encode(flat[slice(*p)], chunk, streams, single, pairs), pieces, threads)
    sizes = np.concatenate([part[1] for part in parts] or [np.zeros((0, streams), np.uint32)])
    crcs = np.concatenate([part[2] for part in parts] or [np.zeros(0, np.uint32)])
    header = Layout(array.shape, flat.size, chunk, streams, lengths, sizes, crcs).to_bytes()
    return b"".join([header, *(part[0] for part in parts)])


def decompress(
    data: BytesLike,
    *,
    start: int | None = None,
    stop: int | None = None,
    out: Any = None,
    threads: int | None = 1,
) -> Any:
    """The words of a PQDF container, or a range of them; any bytes give the right answer or a ``DataError``.

    >>> data = compress(np.arange(1000, dtype=np.uint16).reshape(10, 100))
    >>> decompress(data).shape
    (10, 100)
    >>> decompress(data, start=500, stop=503)
    array([500, 501, 502], dtype=uint16)

    Parameters
    ----------
    data : bytes, or another buffer, such as a memory map
    start, stop : int, optional
        Only the elements [start, stop) of the flat tensor, 0 <= start <= stop <= n. Only their chunks are read.
    out : array of uint16 or tensor of torch.bfloat16, optional
        Where to write; contiguous, with as many elements as there are.
    threads : int, optional
        None: all cores.

    Returns
    -------
    array of uint16
        As shaped as what was compressed; flat if *start* or *stop* is given. *out* itself if that is given.

    Raises
    ------
    DataError
        Damaged data; what *out* holds then is of no use.
    """
    source = coding.buffer("data", data)
    layout = layouts.read(source)
    ranged = start is not None or stop is not None
    high = layout.n if stop is None else _check.integer("stop", stop, 0, layout.n)
    low = 0 if start is None else _check.integer("start", start, 0, high)
    result = np.empty(high - low if ranged else layout.shape, np.uint16) if out is None else out
    flat = result.reshape(-1) if out is None else _target(out, high - low)
    if high > low:
        _decode(source, layout, low, high, flat, threads)
    return result


def inspect(data: BytesLike) -> Inspection:
    """What the header of a PQDF container says, checked.

    >>> inspect(compress(np.full(1000, 0x3F80, np.uint16))).bits_per_weight
    10.56
    """
    layout = layouts.read(coding.buffer("data", data))
    return Inspection(
        *(layout.shape, layout.n, layout.chunk, layout.streams, tuple(layout.lengths.tolist())),
        *(layout.header, layout.n, int(layout.sizes.sum(dtype=np.uint64))),
    )


def to_torch(data: BytesLike, *, threads: int | None = 1) -> torch.Tensor:
    """The tensor of torch.bfloat16 that a container holds; needs torch."""
    import torch

    return torch.from_numpy(decompress(data, threads=threads).view(np.int16)).view(torch.bfloat16)


def _count(words: NDArray[np.uint16]) -> NDArray[np.int64]:
    counts = np.zeros(256, np.int64)
    kernels.survey(words, counts)
    return counts


def _encode(
    words: NDArray[np.uint16], chunk: int, streams: int, single: NDArray[np.uint32], pairs: NDArray[np.uint32]
) -> tuple[memoryview, NDArray[np.uint32], NDArray[np.uint32]]:
    """The bytes of some chunks, sizes of their streams, and their checksums."""
    sizes = np.empty((-(-words.size // chunk), streams), np.uint32)
    out = np.empty(words.size * 5 // 2 + sizes.size + 8, np.uint8)
    crcs = np.empty(len(sizes), np.uint32)
    kernels.encode(words, chunk, single, pairs, out, sizes, crcs, MODE)
    ends = layouts.ends(sizes, chunk, words.size).tolist()
    if MODE is not None:
        crcs[:] = _crcs(out, [0, *ends])
    return out.data[: ends[-1]], sizes, crcs


def _decode(
    source: NDArray[np.uint8], layout: Layout, low: int, high: int, out: NDArray[np.uint16], threads: int | None
) -> None:
    offsets = layout.offsets()
    table, only = coding.decoding_table(layout.lengths)
    head, tail = low // layout.chunk, -(-high // layout.chunk)

    def work(piece: tuple[int, int]) -> None:
        a, b = head + piece[0], head + piece[1]
        start, stop = max(low, a * layout.chunk), min(high, b * layout.chunk)
        states = np.zeros(b - a, np.uint8)
        if MODE is not None:
            states[:] = kernels.CHECKSUM * (_crcs(source, offsets[a : b + 1]) != layout.crcs[a:b])
        if not states.any():
            kernels.rebuild(
                *(source, offsets[a : b + 1], layout.sizes[a:b], layout.crcs[a:b], MODE, layout.n, layout.chunk),
                *(table, layout.lengths, only, start, stop, out[start - low : stop - low], states),
            )
        if states.any():
            wrong = int(np.argmax(states > 0))
            raise _failure(a + wrong, int(states[wrong]))

    _parallel.run(work, coding.pieces(tail - head, threads, tail - head), threads)


def _crcs(data: NDArray[np.uint8], offsets: Iterable[int]) -> list[int]:
    """Checksums of the pieces between *offsets*, where no kernel is faster than zlib."""
    return [zlib.crc32(data[a:b].data) for a, b in pairwise(map(int, offsets))]


def _failure(chunk: int, state: int) -> DataError:
    if state == kernels.CHECKSUM:
        return CorruptError(f"checksum of chunk {chunk} does not match its bytes")
    return coding.failure(chunk, state)


def _words(name: str, words: Any) -> NDArray[np.uint16]:
    """*words* as an array of uint16, of tensors of bfloat16 too, without a copy if they lie in memory."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(words, torch.Tensor):
        if words.dtype != torch.bfloat16:
            raise TypeError(f"{name} must be a tensor of torch.bfloat16, got {words.dtype}")
        array: NDArray[np.uint16] = words.detach().cpu().view(torch.int16).numpy().view(np.uint16)
        return array
    if not isinstance(words, np.ndarray) or words.dtype != np.uint16:
        kind = words.dtype if isinstance(words, np.ndarray) else type(words).__name__
        raise TypeError(f"{name} must be an array of uint16 or a tensor of torch.bfloat16, got {kind}")
    return words


def _target(out: Any, n: int) -> NDArray[np.uint16]:
    array = _words("out", out)
    if array.size != n or not array.flags.c_contiguous or not array.flags.writeable:
        raise ValueError(f"out must be contiguous, writeable and of {n} elements, got shape {array.shape}")
    return array.reshape(-1)
