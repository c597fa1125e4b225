"""Indices of functions of n bits: rows of 64-bit limbs inside, plain uint64 at the border as long as n <= 64.

Coordinate i of an index is bit i % 64 of limb i // 64; bit 0 is the least significant. An array of m indices has shape
(m, W) with W = max(1, ceil(n / 64)) everywhere inside the package.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

Limbs = NDArray[np.uint64]
MASK = (1 << 64) - 1


def words(n: int) -> int:
    """Limbs of an index of n bits."""
    return max(1, -(-n // 64))


def limbs(values: Sequence[int], n: int) -> Limbs:
    """Python integers below 2^n as an array of shape (m, W)."""
    rows = [[value >> 64 * w & MASK for w in range(words(n))] for value in values]
    return np.array(rows, np.uint64).reshape(len(rows), words(n))


def numbers(array: Limbs) -> list[int]:
    """The rows of an array of shape (m, W) as Python integers."""
    return [sum(word << 64 * w for w, word in enumerate(row)) for row in array.tolist()]


def squeeze(array: Limbs, n: int) -> Limbs:
    """What the user sees: shape (m,) for n <= 64, else (m, W)."""
    return array[:, 0] if n <= 64 else array


def widen(name: str, values: ArrayLike, n: int) -> Limbs:
    """Indices of the user, shape (m,) for n <= 64, else (m, W), checked to be below 2^n."""
    array: NDArray[Any] = _check.unsigned(name, values, 1 if n <= 64 else 2)
    if n <= 64:
        array = array[:, np.newaxis]
    elif array.shape[1] != words(n):
        raise ValueError(f"{name} must have {words(n)} limbs a row for n = {n}, got {array.shape[1]}")
    unused = 64 * words(n) - n
    if array.size and unused and (top := array[:, -1] >> np.uint64(64 - unused) if unused < 64 else array[:, -1]).any():
        place = int(np.argmax(top > 0))
        raise ValueError(f"{name} must be below 2^{n}, got {numbers(array[place : place + 1])[0]} at index {place}")
    return np.ascontiguousarray(array)


def to_bits(array: Limbs, n: int) -> NDArray[np.uint8]:
    """Zeros and ones, shape (m, n): column i is coordinate i."""
    data = np.ascontiguousarray(array).astype("<u8", copy=False).view(np.uint8)
    ones: NDArray[np.uint8] = np.unpackbits(
        data.reshape(len(array), 8 * array.shape[1]), axis=1, count=n, bitorder="little"
    )
    return ones


def from_bits(bits: NDArray[np.uint8]) -> Limbs:
    """The inverse of :func:`to_bits`: shape (m, n) to (m, W)."""
    m, n = bits.shape
    padded = np.zeros((m, 8 * words(n)), np.uint8)
    packed = np.packbits(bits, axis=1, bitorder="little")
    padded[:, : packed.shape[1]] = packed
    array: Limbs = padded.view("<u8").astype(np.uint64, copy=False)
    return array


def span(columns: Limbs) -> Limbs:
    """All XORs of b columns, shape (b, W), ordered so that row l is the XOR of those that the bits of l select."""
    found = np.zeros((1, columns.shape[1]), np.uint64)
    for column in columns:
        found = np.concatenate([found, found ^ column])
    return found
