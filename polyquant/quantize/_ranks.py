"""Numbers of points: which words they need, and the way through the kernels."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check, _parallel
from polyquant.bits import Bits, pack, unpack
from polyquant.errors import CorruptError

from . import _counts
from ._kernels import index as kernels

CHUNK = 1 << 16


def limbs_of(bits: int) -> int:
    """Words of 64 bits for a number of *bits* bits, at least one."""
    return max(1, -(-bits // 64))


def whole_points(points: ArrayLike, n: int, k: int) -> NDArray[Any]:
    """*points* as int32 (..., n), each with *k* pulses."""
    array = _check.integers("points", points, ndim=None)
    if array.ndim not in (1, 2) or array.shape[-1] != n:
        raise ValueError(f"points must have shape ({n},) or (m, {n}), got {array.shape}")
    rows = array.reshape(-1, n)
    outside = (rows > k) | (rows < -k)
    wrong = outside.any(axis=1) | (np.where(outside, 0, np.abs(rows)).sum(axis=1) != k)
    if wrong.any():
        g = int(np.argmax(wrong))
        raise ValueError(f"points must have magnitudes that sum to {k}, got {rows[g].tolist()} in row {g}")
    return array.astype(np.int32)


def to_limbs(points: NDArray[Any], k: int, bits: int, threads: int = 1) -> NDArray[np.uint64]:
    """Numbers of points (m, n), shape (m, limbs), lowest word first."""
    n, limbs = points.shape[1], limbs_of(bits)
    numbers = np.zeros((len(points), limbs), np.uint64)
    table = _counts.words(n, k, limbs)

    def piece(bounds: tuple[int, int]) -> None:
        part = slice(*bounds)
        with np.errstate(over="ignore"):
            kernels.encode(points[part], table, numbers[part])

    _parallel.run(piece, _parallel.chunks(len(points), max(1, CHUNK // n)), threads)
    return numbers


def from_limbs(numbers: NDArray[np.uint64], n: int, k: int, threads: int = 1) -> NDArray[np.int32]:
    """Points (m, n) of numbers (m, limbs), which are used up."""
    points = np.empty((len(numbers), n), np.int32)
    table = _counts.words(n, k, numbers.shape[1])

    def piece(bounds: tuple[int, int]) -> None:
        part = slice(*bounds)
        with np.errstate(over="ignore"):
            kernels.decode(numbers[part], table, k, points[part])

    _parallel.run(piece, _parallel.chunks(len(points), max(1, CHUNK // n)), threads)
    return points


def too_large(numbers: NDArray[np.uint64], count: int) -> int:
    """The first row that is not below *count*, or -1."""
    limbs = numbers.shape[1]
    below = np.zeros(len(numbers), bool)
    equal = np.ones(len(numbers), bool)
    for j in range(limbs - 1, -1, -1):
        word = np.uint64((count - 1) >> 64 * j & 2**64 - 1)
        below |= equal & (numbers[:, j] < word)
        equal &= numbers[:, j] == word
    wrong = ~(below | equal)
    return int(np.argmax(wrong)) if wrong.any() else -1


def as_ints(numbers: NDArray[np.uint64]) -> list[int]:
    """Rows of words as Python integers."""
    return [int.from_bytes(row.tobytes(), "little") for row in numbers.astype("<u8")]


def as_limbs(values: list[int], limbs: int) -> NDArray[np.uint64]:
    """Python integers as rows of words."""
    data = b"".join(value.to_bytes(8 * limbs, "little") for value in values)
    return np.frombuffer(data, "<u8").astype(np.uint64).reshape(len(values), limbs)


def to_bits(numbers: NDArray[np.uint64], bits: int) -> Bits:
    """Each number in *bits* bits, highest bit first."""
    if bits == 0:
        return Bits(b"", 0)
    widths = np.tile(_widths(bits), len(numbers))
    return pack(numbers[:, ::-1].ravel(), widths)


def from_bits(bits: Bits, m: int, width: int, count: int) -> NDArray[np.uint64]:
    """The numbers that :func:`to_bits` wrote, shape (m, limbs)."""
    if width == 0:
        if bits.size:
            raise ValueError(f"bits must be empty for points without a choice, got {bits.size} bits")
        return np.zeros((m, 1), np.uint64)
    words = unpack(bits, np.tile(_widths(width), m))
    numbers = np.ascontiguousarray(words.reshape(m, limbs_of(width))[:, ::-1])
    wrong = too_large(numbers, count)
    if wrong >= 0:
        raise CorruptError(f"number {wrong} is {as_ints(numbers[wrong : wrong + 1])[0]}, but there are {count} points")
    return numbers


def _widths(bits: int) -> NDArray[np.int64]:
    limbs = limbs_of(bits)
    return np.array([bits - 64 * (limbs - 1)] + [64] * (limbs - 1))
