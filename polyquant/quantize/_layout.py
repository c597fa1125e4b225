"""The bytes of a quantized matrix: kind ``PVQM`` of the envelope, version 1; docs/formats.md has the table."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from polyquant.bits import Bits, Reader, pack, unpack, unwrap, wrap
from polyquant.errors import CorruptError
from polyquant.prefix import PrefixCode, huffman

from . import _blocks, _counts
from ._blocks import Groups
from .weights import QuantizedMatrix

KIND = b"PVQM"
VERSION = 1
ROTATED, PREFIX = 1, 2  # flags
MOST = 2**31 - 1  # rows and columns; with what follows, no size overflows before it is compared with the payload's


def write(matrix: QuantizedMatrix, prefix: bool) -> bytes:
    """The envelope; with *prefix*, gains and entries are in Huffman's code, whose lengths are in the header."""
    rows, groups = len(matrix.points), matrix.groups
    flags = ROTATED * (matrix.seed is not None) + PREFIX * prefix
    numbers = (rows, groups.columns, groups.n, groups.k, groups.tail_k, groups.gain_bits, matrix.seed or 0)
    header = bytes([VERSION, flags]) + matrix.exponent.to_bytes(2, "little", signed=True)
    header += b"".join(map(_varint, numbers))
    scales = pack(matrix.scale.view(np.uint16), 16)
    if not prefix:
        return wrap(KIND, header, Bits.join([scales, gain_bits(matrix), point_bits(matrix)]))
    far = int(np.abs(matrix.points).max())
    entries = matrix.points.ravel().astype(np.int64) + far
    parts = []
    for symbols, size in ((matrix.gain.ravel(), 1 << groups.gain_bits), (entries, 2 * far + 1)):
        code = huffman(np.bincount(symbols, minlength=size))
        parts.append(code.encode(symbols))
        header += _varint(size) + bytes(code.lengths) + _varint(parts[-1].size)
    return wrap(KIND, header, Bits.join([scales, *parts]))


def read(data: bytes) -> QuantizedMatrix:
    """The matrix that :func:`write` wrote, or a ``DataError``."""
    header, payload = unwrap(data, KIND)
    head, body = Reader(header), Reader(payload)
    version, flags = head.u8("version"), head.u8("flags")
    if version != VERSION:
        raise CorruptError(f"matrix of version {version}, this library reads version {VERSION}")
    if flags & ~(ROTATED | PREFIX):
        raise CorruptError(f"reserved flags must be zero, got {flags}")
    exponent = int.from_bytes(head.bytes(2, "exponent"), "little", signed=True)
    if exponent > _blocks.MOST_EXPONENT:
        raise CorruptError(f"exponent must be at most {_blocks.MOST_EXPONENT}, got {exponent}")
    rows, columns, n, k, tail_k, gain_bits, seed = (head.varint(name) for name in FIELDS)
    groups = checked(rows, columns, n, k, tail_k, gain_bits)
    if not flags & ROTATED and seed:
        raise CorruptError(f"seed must be 0 without a rotation, got {seed}")
    if payload.size < rows * (
        _blocks.SCALE_BITS + (columns if flags & PREFIX else groups.row_bits - _blocks.SCALE_BITS)
    ):
        raise CorruptError(f"payload of {payload.size} bits is too short for {rows} rows of {columns} columns")
    scale = scales(body.bits(16 * rows, "scales"))
    if flags & PREFIX:
        gain, points = _coded(head, body, rows, groups)
    else:
        gain = gain_from(body.bits(rows * groups.count * gain_bits, "gains"), rows, groups)
        points = points_from(body.bits(rows * groups.shape_bits, "points"), rows, groups)
    head.end()
    body.end()
    return QuantizedMatrix(points, gain, scale, exponent, groups, seed if flags & ROTATED else None)


FIELDS = ("rows", "columns", "group", "pulses", "pulses of the last group", "bits of gains", "seed")


def checked(rows: int, columns: int, n: int, k: int, tail_k: int, gain_bits: int) -> Groups:
    """Groups that :func:`polyquant.quantize.quantize_matrix` can have made, or ``CorruptError``."""
    for name, value, least, most in (
        ("rows", rows, 1, MOST),
        ("columns", columns, 1, MOST),
        ("group", n, 1, min(columns, 2**16 - 1)),
        ("pulses", k, 1, _blocks.MOST_PULSES),
        ("bits of gains", gain_bits, 0, 0 if n == columns else _blocks.MOST_GAIN_BITS),
    ):
        if not least <= value <= most:
            raise CorruptError(f"{name} must be {least} to {most}, got {value}")
    if not _counts.fits(n, k):
        raise CorruptError(f"groups of {n} with {k} pulses need a table above 1 GiB")
    groups = Groups(columns, n, k, _blocks.tail_pulses(columns, n, k), gain_bits)
    if groups.tail_k != tail_k:
        raise CorruptError(f"pulses of the last group must be {groups.tail_k}, got {tail_k}")
    return groups


def scales(bits: Bits) -> NDArray[np.float16]:
    """Scales, all of them finite and none negative."""
    found = unpack(bits, 16).astype(np.uint16).view(np.float16)
    check_scales(found)
    return found


def check_scales(scale: NDArray[np.float16]) -> None:
    if not (np.isfinite(scale) & ~np.signbit(scale)).all():
        raise CorruptError("a scale is negative or not finite")


def gain_bits(matrix: QuantizedMatrix) -> Bits:
    """Indices of gains, row by row."""
    return pack(matrix.gain.ravel(), matrix.groups.gain_bits)


def gain_from(bits: Bits, rows: int, groups: Groups) -> NDArray[np.uint8]:
    """The inverse of :func:`gain_bits`."""
    widths = np.full(rows * groups.count, groups.gain_bits, np.int64)
    return unpack(bits, widths).astype(np.uint8).reshape(rows, groups.count)


def point_bits(matrix: QuantizedMatrix) -> Bits:
    """Indices of all points of the full groups, row by row, then of the last groups."""
    pieces = matrix.groups.pieces
    return Bits.join([p.shape.rank(matrix.points[:, p.start : p.stop].reshape(-1, p.shape.n)) for p in pieces])


def points_from(bits: Bits, rows: int, groups: Groups) -> NDArray[Any]:
    """The inverse of :func:`point_bits`."""
    reader, points = Reader(bits), _empty(rows, groups)
    for p in groups.pieces:
        m = rows * p.count
        part = p.shape.unrank(reader.bits(m * p.shape.bits, "points"), m)
        points[:, p.start : p.stop] = part.reshape(rows, -1)
    return points


def _coded(head: Reader, body: Reader, rows: int, groups: Groups) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Gains and points in Huffman's code."""
    found: list[NDArray[np.int64]] = []
    for count, most in ((groups.count, 1 << groups.gain_bits), (groups.columns, 2 * _blocks.MOST_PULSES + 1)):
        size = head.varint("symbols")
        if not 1 <= size <= most:
            raise CorruptError(f"symbols must be 1 to {most}, got {size}")
        code = PrefixCode(tuple(head.bytes(size, "lengths of words")))
        found.append(
            code.decode(body.bits(head.varint("bits of a part"), "words"), rows * count) - size // 2 * (len(found))
        )
    points = _empty(rows, groups)
    for p in groups.pieces:
        part = found[1].reshape(rows, -1)[:, p.start : p.stop]
        if (np.abs(part).reshape(rows, p.count, -1).sum(axis=2) != p.shape.k).any():
            raise CorruptError(f"a point's magnitudes do not sum to {p.shape.k}")
        points[:, p.start : p.stop] = part
    return found[0].astype(np.uint8).reshape(rows, -1), points


def _empty(rows: int, groups: Groups) -> NDArray[Any]:
    return np.empty((rows, groups.columns), _blocks.entry_type(groups))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
