"""A string of bits as a value, and fields of many widths packed into one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.errors import TruncatedError

from ._kernels import bitstring as kernels


@dataclass(frozen=True, slots=True)
class Bits:
    """A string of *size* bits; the first is the top bit of ``data[0]``, and bits after the last are zero.

    Two ``Bits`` are equal exactly when the strings are.

    >>> Bits.from_text("01") + Bits.from_int(5, 3)
    Bits('01101')

    Parameters
    ----------
    data : bytes
        ceil(size / 8) bytes.
    size : int
        Number of bits, at least 0.

    Raises
    ------
    ValueError
        *data* is too short or too long for *size*, or has a bit set behind the last.
    """

    data: bytes
    size: int

    def __post_init__(self) -> None:
        if not isinstance(self.data, bytes):
            raise TypeError(f"data must be bytes, got {type(self.data).__name__}")
        object.__setattr__(self, "size", _check.integer("size", self.size, 0))
        if len(self.data) != (self.size + 7) // 8:
            raise ValueError(f"data must be {(self.size + 7) // 8} bytes for {self.size} bits, got {len(self.data)}")
        if self.size % 8 and self.data[-1] & (0xFF >> self.size % 8):
            raise ValueError(f"data must have zeros after bit {self.size}, got last byte {self.data[-1]:#04x}")

    @classmethod
    def from_text(cls, text: str) -> Bits:
        """The bits written as a text of 0 and 1."""
        if not isinstance(text, str):
            raise TypeError(f"text must be a str of 0 and 1, got {type(text).__name__}")
        wrong = text.strip("01")
        if wrong:
            raise ValueError(f"text must hold only 0 and 1, got {wrong[0]!r} at index {text.index(wrong[0])}")
        return cls.from_int(int(text or "0", 2), len(text))

    @classmethod
    def from_int(cls, value: int, size: int) -> Bits:
        """*value* in *size* bits, highest first."""
        size = _check.integer("size", size, 0)
        value = _check.integer("value", value, 0)
        if value.bit_length() > size:
            raise ValueError(f"value must fit in {size} bits, got {value if size < 256 else 'a longer one'}")
        return cls((value << -size % 8).to_bytes((size + 7) // 8, "big"), size)

    @classmethod
    def join(cls, parts: Iterable[Bits]) -> Bits:
        """All *parts* one behind the other, in time linear in their length."""
        flat = [np.unpackbits(part.array(), count=part.size) for part in parts]
        array = np.concatenate(flat) if flat else np.zeros(0, np.uint8)
        return cls(np.packbits(array).tobytes(), array.size)

    def to_int(self) -> int:
        """The bits as one integer, first bit highest."""
        return int.from_bytes(self.data, "big") >> -self.size % 8

    def take(self, start: int, size: int) -> Bits:
        """*size* bits from position *start* on; ``TruncatedError`` when there are fewer."""
        start = _check.integer("start", start, 0)
        size = _check.integer("size", size, 0)
        if start + size > self.size:
            raise TruncatedError(f"{size} bits from bit {start} on need {start + size} bits, got {self.size}")
        piece = self.data[start // 8 : (start + size + 7) // 8]
        if start % 8 == 0 and size % 8 == 0:
            return Bits(piece, size)
        value = int.from_bytes(piece, "big") >> -(start + size) % 8
        return Bits.from_int(value & ((1 << size) - 1), size)

    def array(self) -> NDArray[np.uint8]:
        """The bytes as a read-only array, shape (ceil(size / 8),)."""
        return np.frombuffer(self.data, np.uint8)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> int:
        """The bit at *index*, 0 or 1."""
        index = _check.integer("index", index)
        if not -self.size <= index < self.size:
            raise IndexError(f"index must be below {self.size}, got {index}")
        index %= self.size
        return self.data[index // 8] >> (7 - index % 8) & 1

    def __iter__(self) -> Iterator[int]:
        return iter(np.unpackbits(self.array(), count=self.size).tolist())

    def __add__(self, other: Bits) -> Bits:
        if not isinstance(other, Bits):
            return NotImplemented
        return Bits.from_int(self.to_int() << other.size | other.to_int(), self.size + other.size)

    def __str__(self) -> str:
        return f"{self.to_int():0{self.size}b}" if self.size else ""

    def __repr__(self) -> str:
        if self.size <= 64:
            return f"Bits('{self}')"
        return f"Bits('{self.take(0, 32)}...', {self.size} bits)"


def pack(values: ArrayLike, widths: ArrayLike | int) -> Bits:
    """The fields one behind the other: ``values[i]`` in ``widths[i]`` bits, highest bit first.

    >>> pack([5, 1, 0], [3, 2, 1])
    Bits('101010')

    Parameters
    ----------
    values : array of int, shape (n,)
        0 <= value < 2^width.
    widths : array of int, shape (n,), or one int for all
        0 to 64 bits.
    """
    numbers = _check.unsigned("values", values)
    sizes = _widths(widths, numbers.size)
    if sizes.size != numbers.size:
        raise ValueError(f"widths must be as many as values, {numbers.size}, got {sizes.size}")
    bad = int(kernels.first_misfit(numbers, sizes))
    if bad >= 0:
        raise ValueError(f"values[{bad}] = {numbers[bad]} does not fit in {sizes[bad]} bits")
    size = int(sizes.sum())
    words = np.zeros((size + 63) // 64, np.uint64)
    kernels.pack(numbers, sizes, words)
    return Bits(words.astype(">u8").tobytes()[: (size + 7) // 8], size)


def unpack(bits: Bits, widths: ArrayLike | int) -> NDArray[np.uint64]:
    """The fields that :func:`pack` wrote, shape (n,); they must use up *bits* exactly.

    >>> unpack(Bits.from_text("101010"), [3, 2, 1]).tolist()
    [5, 1, 0]

    One int for *widths* splits all bits into fields of that width.

    Raises
    ------
    TruncatedError
        *bits* is shorter than the fields.
    ValueError
        *bits* is longer than the fields.
    """
    if not isinstance(bits, Bits):
        raise TypeError(f"bits must be Bits, got {type(bits).__name__}")
    if np.ndim(widths) == 0:
        each = _check.integer("widths", widths, 1, 64)
        sizes = _widths(each, -(-bits.size // each))
    else:
        sizes = _widths(widths, 0)
    need = int(sizes.sum())
    if need > bits.size:
        raise TruncatedError(f"the fields need {need} bits, got {bits.size}")
    if need < bits.size:
        raise ValueError(f"widths must sum to the {bits.size} bits given, got {need}")
    words = np.frombuffer(bits.data + bytes(-len(bits.data) % 8 + 8), ">u8").astype(np.uint64)
    values = np.empty(sizes.size, np.uint64)
    kernels.unpack(words, sizes, values)
    return values


def _widths(widths: ArrayLike | int, n: int) -> NDArray[np.uint64]:
    if np.ndim(widths) == 0:
        return np.full(n, _check.integer("widths", widths, 0, 64), np.uint64)
    return _check.integers("widths", widths, 0, 64).astype(np.uint64)
