"""Points to numbers and back: what each pair of n and k needs, and how numbers are written."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check, _parallel
from polyquant.bits import Bits, pack, unpack
from polyquant.errors import CorruptError, TruncatedError

from . import _counts
from ._kernels import index as kernels

CHUNK = 1 << 18  # coordinates that one thread takes at a time
BOOK = 1 << 18  # with so many points at most, a list of all is the fastest decoder


def words_of(bits: int) -> int:
    """Words of 64 bits for a number of *bits* bits, at least one."""
    return max(1, -(-bits // 64))


def small(k: int) -> type[np.int8] | type[np.int32]:
    """The type of points that kernels read and write: one byte where it is enough."""
    return np.int8 if k <= 127 else np.int32


def whole_points(points: ArrayLike, n: int, k: int) -> NDArray[Any]:
    """*points* (..., n), every coordinate from -k to k."""
    array = points if isinstance(points, np.ndarray) else np.asarray(_check.integers("points", points, ndim=None))
    if array.dtype.kind not in "iu" or (array.size and (array.min() < -k or array.max() > k)):
        array = _check.integers("points", array, -k, k, ndim=None)
    if array.ndim not in (1, 2) or array.shape[-1] != n:
        raise ValueError(f"points must have shape ({n},) or (m, {n}), got {array.shape}")
    return np.ascontiguousarray(array, dtype=small(k))


def to_words(points: NDArray[Any], k: int, bits: int, threads: int = 1) -> NDArray[np.uint64]:
    """Numbers of points (m, n), shape (m, words), lowest word first."""
    m, n = points.shape
    numbers = np.zeros((m, words_of(bits)), np.uint64)
    long = _counts.limbs(n, k) if bits > 64 else _counts.single(n, k)

    def piece(bounds: tuple[int, int]) -> None:
        part = slice(*bounds)
        with np.errstate(over="ignore"):
            if bits > 64:
                room = np.empty(long.size // ((n + 1) * (k + 2)), np.uint64)
                wrong = kernels.encode_long(points[part], k, long, room, numbers[part])
            else:
                wrong = kernels.encode(points[part], k, long, numbers[part, 0])
        if wrong >= 0:
            g = bounds[0] + int(wrong)
            raise ValueError(f"points must have magnitudes that sum to {k}, got {points[g].tolist()} in row {g}")

    _parallel.run(piece, _pieces(m, n), threads)
    return numbers


def from_words(numbers: NDArray[np.uint64], n: int, k: int, bits: int, threads: int = 1) -> NDArray[Any]:
    """Points (m, n) of numbers (m, words), which are used up."""
    m = len(numbers)
    if 4 * m >= 1 << bits and 1 << bits <= BOOK:
        return book(n, k)[numbers[:, 0]]
    points = np.empty((m, n), small(k))

    def piece(bounds: tuple[int, int]) -> None:
        part = slice(*bounds)
        with np.errstate(over="ignore"):
            if bits > 64:
                kernels.decode_long(numbers[part], k, _counts.limbs(n, k), *_counts.leading(n, k), points[part])
            else:
                kernels.decode(numbers[part, 0], k, _counts.single(n, k), points[part])

    _parallel.run(piece, _pieces(m, n), threads)
    return points


@lru_cache(maxsize=8)
def book(n: int, k: int) -> NDArray[Any]:
    """All points in order, shape (P(n, k), n)."""
    points = np.empty((_counts.count(n, k), n), small(k))
    with np.errstate(over="ignore"):
        kernels.decode(np.arange(len(points), dtype=np.uint64), k, _counts.single(n, k), points)
    return points


def _pieces(m: int, n: int) -> list[tuple[int, int]]:
    return _parallel.chunks(m, max(1, CHUNK // n))


def too_large(numbers: NDArray[np.uint64], count: int) -> int:
    """The first row that is not below *count*, or -1."""
    below = np.zeros(len(numbers), bool)
    equal = np.ones(len(numbers), bool)
    for j in range(numbers.shape[1] - 1, -1, -1):
        word = np.uint64((count - 1) >> 64 * j & 2**64 - 1)
        below |= equal & (numbers[:, j] < word)
        equal &= numbers[:, j] == word
    wrong = ~(below | equal)
    return int(np.argmax(wrong)) if wrong.any() else -1


def whole_numbers(index: Any, count: int, bits: int) -> NDArray[np.uint64]:
    """Places below *count* as rows of words."""
    if isinstance(index, np.ndarray) and index.dtype.kind in "iu" and index.ndim == 1 and bits <= 64:
        numbers = index.astype(np.uint64)[:, np.newaxis]
        if not (index.size and index.min() < 0) and too_large(numbers, count) < 0:
            return numbers
    values = [_check.integer(f"index[{i}]", v, 0, count - 1) for i, v in enumerate(index)]
    return as_words(values, words_of(bits))


def as_ints(numbers: NDArray[np.uint64]) -> list[int]:
    """Rows of words as Python integers."""
    return [int.from_bytes(row.tobytes(), "little") for row in numbers.astype("<u8")]


def as_words(values: list[int], words: int) -> NDArray[np.uint64]:
    """Python integers as rows of words."""
    data = b"".join(value.to_bytes(8 * words, "little") for value in values)
    return np.frombuffer(data, "<u8").astype(np.uint64).reshape(len(values), words)


def to_bits(numbers: NDArray[np.uint64], bits: int) -> Bits:
    """Each number in *bits* bits, highest bit first."""
    if bits == 0:
        return Bits(b"", 0)
    return pack(numbers[:, ::-1].ravel(), np.tile(_widths(bits), len(numbers)))


def from_bits(bits: Bits, m: int, width: int, count: int) -> NDArray[np.uint64]:
    """The numbers that :func:`to_bits` wrote, shape (m, words)."""
    if width == 0:
        if bits.size:
            raise ValueError(f"bits must be empty where there is only one point, got {bits.size} bits")
        return np.zeros((m, 1), np.uint64)
    if bits.size < m * width:
        raise TruncatedError(f"{m} numbers of {width} bits are {m * width} bits, got {bits.size}")
    words = unpack(bits, np.tile(_widths(width), m))
    numbers = np.ascontiguousarray(words.reshape(m, words_of(width))[:, ::-1])
    wrong = too_large(numbers, count)
    if wrong >= 0:
        raise CorruptError(f"number {wrong} is {as_ints(numbers[wrong : wrong + 1])[0]}, but there are {count} points")
    return numbers


def _widths(bits: int) -> NDArray[np.int64]:
    words = words_of(bits)
    return np.array([bits - 64 * (words - 1)] + [64] * (words - 1))
