"""How a row of weights is cut into groups, and turned: what the two ends of a quantized matrix must agree on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polyquant import _check
from polyquant.transforms import Rotation

from .gain import gain_codebook
from .pyramid import Pyramid, count_points
from .scalar import Scalar

MOST_PULSES = 2**12 - 1  # tables grow with pulses, and entries must fit in int16
MOST_GAIN_BITS = 8
SCALE_BITS = 16
MOST_EXPONENT = 90  # 2^90 times a scale, a level and the root of a group's size is still a float32
NORMAL_LOSS = (1.0, 0.3634, 0.1175, 0.03454, 0.009497, 0.0025, 0.00064, 0.00016, 0.00004)  # Lloyd-Max, 0 to 8 bits


@dataclass(frozen=True, slots=True)
class Piece:
    """Equal groups of a row: *count* of them, each *n* wide, from column *start* on."""

    start: int
    count: int
    shape: Pyramid
    gain: Scalar

    @property
    def stop(self) -> int:
        return self.start + self.count * self.shape.n


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows of *columns* numbers cut into groups of *n* with *k* pulses; a narrower last group has *tail_k*."""

    columns: int
    n: int
    k: int
    tail_k: int
    gain_bits: int

    @property
    def count(self) -> int:
        """Groups of a row, the last one included."""
        return -(-self.columns // self.n)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return _pieces(self)

    @property
    def shape_bits(self) -> int:
        """Bits of all indices of a row."""
        return sum(piece.count * piece.shape.bits for piece in self.pieces)

    @property
    def row_bits(self) -> int:
        """Bits of a row: indices, gains, scale."""
        return self.shape_bits + self.count * self.gain_bits + SCALE_BITS

    def blocks(self) -> Iterator[tuple[int, Piece]]:
        """(index of the group, its piece) from left to right."""
        for piece in self.pieces:
            yield from ((piece.start // self.n + i, piece) for i in range(piece.count))


@lru_cache(maxsize=64)
def _pieces(groups: Groups) -> tuple[Piece, ...]:
    whole, tail = divmod(groups.columns, groups.n)
    levels = 1 << groups.gain_bits
    found = []
    for start, count, n, k in ((0, whole, groups.n, groups.k), (whole * groups.n, 1, tail, groups.tail_k)):
        if count and n:
            found.append(Piece(start, count, Pyramid(n, k), gain_codebook(n, groups.columns, levels)))
    return tuple(found)


def choose(columns: int, group: int, k: int | None, bits: float, gain_bits: int | None) -> Groups:
    """Groups of *group* columns with *k* pulses, or with as many as *bits* per weight, all terms counted, pay for."""
    n = min(_check.integer("group", group, 1, 2**16 - 1), columns)
    if gain_bits is not None:
        gain_bits = _check.integer("gain_bits", gain_bits, 0, MOST_GAIN_BITS)
    if n == columns:
        gain_bits = 0  # the scale of the row is the gain of its only group
    if k is not None:
        k = _check.integer("k", k, 1, MOST_PULSES)
        gain_bits = _split(n, Pyramid(n, k).bits, None)[0] if gain_bits is None else gain_bits
        return Groups(columns, n, k, tail_pulses(columns, n, k), gain_bits)
    bits = _check.real("bits", bits, None, 64)
    for budget in range(int(bits * n), 0, -1):  # of a group; the row has a scale, and its last group a whole gain
        most, k = _split(n, budget, gain_bits)
        groups = Groups(columns, n, k, tail_pulses(columns, n, k) if k else 0, most)
        if k and groups.row_bits <= bits * columns + 1e-6:
            return groups
    raise ValueError(f"bits must leave at least one pulse to each group of {n} columns, got {bits}")


def tail_pulses(columns: int, n: int, k: int) -> int:
    """Pulses of the last, narrower group: as many as fit in its share of the bits, but one; 0 if there is none."""
    tail = columns % n
    return max(1, most_pulses(tail, Pyramid(n, k).bits * tail // n)) if tail else 0


def entry_type(groups: Groups) -> type[np.int8] | type[np.int16]:
    """int8 if every entry of every point fits."""
    return np.int8 if max(groups.k, groups.tail_k) < 128 else np.int16


def _split(n: int, budget: int, gain_bits: int | None) -> tuple[int, int]:
    """(bits of the gain, pulses) of groups of *n* with the least expected error for *budget* bits."""
    options = range(MOST_GAIN_BITS + 1) if gain_bits is None else (gain_bits,)
    pairs = [(b, most_pulses(n, budget - b)) for b in options]
    return min(pairs, key=lambda pair: expected_loss(n, pair[1]) + NORMAL_LOSS[pair[0]] / (2 * n))


def expected_loss(n: int, k: int) -> float:
    """About what part of the square of a Gaussian group of *n* is lost by k pulses: 1.57 P^(-2/(n-1)), at most 1."""
    points = count_points(n, k)
    return 0.0 if n == 1 and k else min(1.0, 1.57 * 2 ** (-2 * log2(points) / max(1, n - 1)))


@lru_cache(maxsize=256)
def most_pulses(n: int, bits: int) -> int:
    """The largest k for which an index of S(n, k) fits in *bits*, at most 4095; 0 if not even one pulse does."""
    low, high = 0, MOST_PULSES + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if (count_points(n, middle) - 1).bit_length() <= bits else (low, middle)
    return low


def turn(matrix: NDArray[Any], seed: int | None) -> NDArray[Any]:
    """Rows rotated, in blocks of the largest divisor of their length for which there is a fast rotation."""
    if seed is None:
        return matrix
    rotation = Rotation(block_length(matrix.shape[-1]), seed)
    return rotation.apply(matrix.reshape(-1, rotation.n)).reshape(matrix.shape)


def turn_back(matrix: NDArray[Any], seed: int | None) -> NDArray[Any]:
    """The inverse of :func:`turn`."""
    if seed is None:
        return matrix
    rotation = Rotation(block_length(matrix.shape[-1]), seed)
    return rotation.undo(matrix.reshape(-1, rotation.n)).reshape(matrix.shape)


def turn_both(hessian: NDArray[Any], seed: int | None) -> NDArray[Any]:
    """R H R^T, the Hessian of rotated inputs."""
    return turn(np.ascontiguousarray(turn(hessian, seed).T), seed)


@lru_cache(maxsize=64)
def block_length(columns: int) -> int:
    """The largest divisor of *columns* of the form 2^m 12^j.

    >>> [block_length(n) for n in (384, 576, 100, 7)]
    [384, 576, 4, 1]
    """
    fits: list[int] = [12**j << m for j in range(18) for m in range(64) if 12**j << m <= columns]
    return max(n for n in fits if columns % n == 0)
