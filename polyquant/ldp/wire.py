"""Subsets on the wire: as a rank, as gaps, or as a row of bits.

========= =================================================== ==========================================
codec     a set of omega of m positions is                     bits
========= =================================================== ==========================================
enum      its rank among all such sets, in colex order         ceil(log2 C(m, omega)), the shortest
rice      the gaps between its positions, in Rice's code       near it, with no large numbers
bitmap    one bit for each position                            m
========= =================================================== ==========================================

The colex rank of z_1 < z_2 < ... is C(z_1, 1) + C(z_2, 2) + ...
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from polyquant import _check, prefix
from polyquant.bits import Bits
from polyquant.errors import CorruptError, DomainError, TruncatedError

from ._kernels import subsets as kernels

__all__ = ["CODECS", "colex_rank", "colex_unrank", "decode", "encode", "enum_bits", "rice_parameter"]

CODECS = ("enum", "rice", "bitmap")
LARGEST_TABLE = 2**24  # entries of 32 bits: with more, ranks are not the default


def colex_rank(positions: Iterable[int]) -> int:
    """The rank of a set among all sets of its size, those with small largest positions first.

    >>> colex_rank([2, 5, 9])
    96
    """
    z = sorted(_check.integer("positions", x, 0) for x in positions)
    if len(set(z)) != len(z):
        raise ValueError(f"positions must be different, got {z}")
    return sum(math.comb(x, i) for i, x in enumerate(z, 1))


def colex_unrank(rank: int, omega: int) -> tuple[int, ...]:
    """The set of *omega* positions with this rank, in rising order.

    >>> colex_unrank(96, 3)
    (2, 5, 9)
    """
    rank, omega = _check.integer("rank", rank, 0), _check.integer("omega", omega, 1)
    z, found = omega, []
    while math.comb(z, omega) <= rank:
        z *= 2
    for i in range(omega, 0, -1):
        at, low = math.comb(z, i), 0
        while at > rank:  # C(z - 1, i) = C(z, i) (z - i) / z
            at, z = at * (z - i) // z, z - 1
        rank, low = rank - at, z
        found.append(low)
    return tuple(found[::-1])


def enum_bits(m: int, omega: int) -> int:
    """ceil(log2 C(m, omega)): bits that tell all sets apart.

    >>> enum_bits(470, 126)
    390
    """
    m = _check.integer("m", m, 1)
    return (math.comb(m, _check.integer("omega", omega, 0, m)) - 1).bit_length()


def rice_parameter(m: int, omega: int) -> int:
    """Low bits of each gap that are written plainly: near log2 of ln 2 times the mean gap, in whole numbers."""
    return max(1, 2 * (m - omega) // (2 * omega + omega // 8)).bit_length() - 1


def encode(positions: Iterable[int], m: int, codec: str) -> Bits:
    """The set of *positions* below *m* as bits.

    >>> str(encode([0, 3], 5, "enum")), str(encode([0, 3], 5, "rice")), str(encode([0, 3], 5, "bitmap"))
    ('0011', '0110', '10010')
    """
    z = _check.integers("positions", sorted(positions), 0, _check.integer("m", m, 2) - 1)
    if not 1 <= len(set(z.tolist())) == z.size < m:
        raise ValueError(f"positions must be 1 to {m - 1} different ones, got {z.tolist()}")
    if _check.choice("codec", codec, CODECS) == "enum":
        return Bits.from_int(colex_rank(z.tolist()), enum_bits(m, z.size))
    if codec == "rice":
        return prefix.rice(rice_parameter(m, z.size)).encode_many(np.diff(z, prepend=-1) - 1)
    return Bits.from_text("".join("01"[x] for x in np.isin(np.arange(m), z).astype(int)))


def decode(bits: Bits, m: int, omega: int, codec: str) -> tuple[int, ...]:
    """The set that :func:`encode` wrote, in rising order; *bits* must be exactly that long.

    Raises
    ------
    DataError
        *bits* are not a set of *omega* positions below *m*.
    """
    m, omega = _check.integer("m", m, 2), _check.integer("omega", omega, 1, m - 1)
    if _check.choice("codec", codec, CODECS) == "rice":
        gaps = prefix.rice(rice_parameter(m, omega)).decode_many(bits, omega, pad=False)
        z = tuple((np.cumsum(gaps + 1) - 1).tolist())
        if not 0 <= z[0] <= z[-1] < m:
            raise CorruptError(f"positions must be below {m}, got {max(z)}")
        return z
    size = enum_bits(m, omega) if codec == "enum" else m
    if bits.size != size:
        raise (TruncatedError if bits.size < size else CorruptError)(f"a set takes {size} bits, got {bits.size}")
    if codec == "bitmap":
        z = tuple(x for x, bit in enumerate(bits) if bit)
        if len(z) != omega:
            raise CorruptError(f"a set has {omega} positions, got {len(z)}")
        return z
    if bits.to_int() >= math.comb(m, omega):
        raise CorruptError(f"there are {math.comb(m, omega)} sets, got rank {bits.to_int()}")
    return colex_unrank(bits.to_int(), omega)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What kernels need to know about the reports of several blocks."""

    m: NDArray[np.int64]
    omega: NDArray[np.int64]
    codec: int
    size: NDArray[np.int64]  # bits of a rank, or Rice's parameter
    index_bits: int
    longest: int  # bits of the longest report
    binomials: NDArray[np.uint32]  # [i, c]: limbs of C(c, i + 1); one entry if not needed
    tops: NDArray[np.uint16]  # [i, c]: which of them is the highest that is not zero


@lru_cache(maxsize=32)
def layout(moduli: tuple[int, ...], omegas: tuple[int, ...], codec: str) -> Layout:
    """The layout of reports; made once."""
    m, omega = np.array(moduli, np.int64), np.array(omegas, np.int64)
    index_bits = (len(moduli) - 1).bit_length()
    binomials, tops = np.zeros((1, 1, 1), np.uint32), np.zeros((1, 1), np.uint16)
    if codec == "enum":
        size = np.array([enum_bits(a, b) for a, b in zip(moduli, omegas)], np.int64)
        if math.prod(_table_shape(moduli, omegas)) > 4 * LARGEST_TABLE:
            raise DomainError(f"ranks of sets of up to {max(omegas)} of {max(moduli)} are too long: use rice or bitmap")
        (binomials, tops), lengths = _binomials(*_table_shape(moduli, omegas)), size
    elif codec == "rice":
        size = np.array([rice_parameter(a, b) for a, b in zip(moduli, omegas)], np.int64)
        lengths = omega * (size + 1) + ((m - omega) >> size)
    else:
        size, lengths = np.zeros_like(m), m
    return Layout(m, omega, CODECS.index(codec), size, index_bits, index_bits + int(lengths.max()), binomials, tops)


def write(
    layout: Layout,
    sets: NDArray[np.int64],
    listed: bool,
    block: NDArray[np.int64],
    words: NDArray[np.uint32],
    filled: int,
) -> int:
    """Write *sets*, rows of marks or of positions, behind the *filled* bits of *words*; how many are filled then."""
    head = sets, listed, block, layout.index_bits, layout.m, layout.omega
    if layout.codec == 0:
        limbs = np.zeros(layout.binomials.shape[2], np.int64)
        return int(kernels.write_rank(*head, layout.size, layout.binomials, limbs, words, filled))
    if layout.codec == 1:
        return int(kernels.write_rice(*head, layout.size, words, filled))
    return int(kernels.write_bitmap(*head, words, filled))


def has_table(moduli: tuple[int, ...], omegas: tuple[int, ...]) -> bool:
    """Whether the table that makes ranks fast is small."""
    return math.prod(_table_shape(moduli, omegas)) <= LARGEST_TABLE


@lru_cache(maxsize=64)
def _table_shape(moduli: tuple[int, ...], omegas: tuple[int, ...]) -> tuple[int, int, int]:
    """Sizes of sets, numbers of positions, and limbs of 32 bits: every binomial coefficient of the two fits."""
    m, omega = max(moduli), max(omegas)
    return omega, m + 1, -(-math.comb(m, min(omega, m // 2)).bit_length() // 32)


@lru_cache(maxsize=4)
def _binomials(rows: int, columns: int, limbs: int) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    table = np.zeros((rows, columns, limbs), np.uint32)
    kernels.pascal(table)
    tops = np.zeros((rows, columns), np.uint16)
    for limb in range(1, limbs):
        tops[table[:, :, limb] != 0] = limb
    return table, tops
