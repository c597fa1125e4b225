"""The bytes of a shared file: headers, blocks, and what a dealer keeps of them. Version 1.

A file is cut into blocks of at most 2^18 bytes (the last one shorter), and every block is a dealing of its own with
fresh coins: only one block and its shares are ever in memory, and damage stays in its block.

*A share of a file* (``PQSF``)::

    "PQSF" | version 1 | code id | varint k | varint t | varint bytes of a block | varint bytes of the file
    | 8 bytes set_id | 8 bytes BLAKE2s of everything before | one share container (PQSS) for every block

The containers must have the k, t and code of the header, 8 ell bits where the block has ell bytes, and the block's own
set_id: BLAKE2s of the file's set_id and the block's number. So a block that is moved to another place, file or party
is found out. The checksums cover shares, never the secret.

*A dealer of a file* (``PQSD``), **as secret as the file itself**::

    "PQSD" | version 1 | code id | varint k | varint bytes of a block | varint bytes of the file | 8 bytes set_id
    | kind | 8 bytes BLAKE2s of everything before | ...

Kind 0: behind it stand the dealers of all blocks (``Dealer.to_bytes``, each with its size in a u32 before it). Their
coins are long enough for every party below 2^63, so the file never changes again and no state can be lost between two
parties: about k times the size of the file, and *perfect* secrecy.
Kind 1: before the checksum stand a seed of 32 bytes and BLAKE2b-256 of the file. The coins are stretched from the
seed, the file itself is needed to deal again, and secrecy is *computational*. Whoever has this file can test guesses
of the secret, and with one share has the secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from polyquant import _check
from polyquant.bits import Reader
from polyquant.errors import CorruptError, DataError, ShareFormatError, TruncatedError

from . import container
from ._share import SET_ID_BYTES, Share, share_bits
from .container import CHECKSUM_BYTES, checksum, varint
from .evolving import Dealer

LARGEST_BLOCK = 1 << 18
SMALLEST_BLOCK = 1 << 12
LARGEST_K = 1 << 10
LARGEST_PARTY = _check.MAX
CODES = ("gamma", "delta", "omega")
"""Codes whose word of the largest party is short, so that coins for all parties can be drawn at once."""
SEED_BYTES = DIGEST_BYTES = 32
VERSION = 1
LONGEST_HEADER = 128
PERFECT, SEEDED = range(2)
_LABEL = b"polyquant/sharing/file/v1"


@dataclass(frozen=True, slots=True)
class Layout:
    """What the shares of one file have in common.

    Parameters
    ----------
    k : int
        Threshold, 2 to 1024.
    code : str
        "gamma", "delta" or "omega".
    block : int
        Bytes of every block but the last.
    size : int
        Bytes of the file.
    set_id : bytes
        Eight random bytes.
    """

    k: int
    code: str
    block: int
    size: int
    set_id: bytes

    def __post_init__(self) -> None:
        _check.integer("k", self.k, 2, LARGEST_K)
        _check.choice("code", self.code, CODES)
        _check.integer("bytes of a block", self.block, 1, LARGEST_BLOCK)
        _check.integer("bytes of the file", self.size, 1, _check.MAX)

    @property
    def blocks(self) -> int:
        """The number of blocks."""
        return -(-self.size // self.block)

    def bytes_of(self, index: int) -> int:
        """Bytes of the secret in block *index*."""
        return min(self.block, self.size - index * self.block)

    def container_bytes(self, index: int, t: int) -> int:
        """Bytes of the container of block *index* for party *t*."""
        ell = 8 * self.bytes_of(index)
        numbers = sum(len(varint(number)) for number in (0, self.k, ell, t))
        return 8 + numbers + SET_ID_BYTES + -(-share_bits(self.code, self.k, ell, t) // 8) + CHECKSUM_BYTES

    def set_id_of(self, index: int) -> bytes:
        """The set_id of the dealing of block *index*."""
        place = self.set_id + index.to_bytes(8, "little")
        return hashlib.blake2s(place, digest_size=SET_ID_BYTES, person=b"PQSF").digest()

    def dealer(self, index: int, secret: bytes, seed: bytes | None = None) -> Dealer:
        """The dealer of block *index*, with coins from the operating system or stretched from the file's *seed*."""
        own = (
            None if seed is None else hashlib.shake_256(_LABEL + b"\0" + index.to_bytes(8, "little") + seed).digest(32)
        )
        return Dealer(secret, self.k, code=self.code, seed=own, set_id=self.set_id_of(index))

    def _fields(self, *behind_k: int) -> bytes:
        numbers = (self.k, *behind_k, self.block, self.size)
        return bytes([VERSION, container.CODES.index(self.code)]) + b"".join(map(varint, numbers)) + self.set_id


def block_bytes(k: int, parties: int) -> int:
    """A power of two; fewer bytes for many parties, so that a block with coins and shares stays small."""
    most = max((LARGEST_BLOCK << 3) // (k + parties), 1)
    return min(max(1 << most.bit_length() - 1, SMALLEST_BLOCK), LARGEST_BLOCK)


def share_header(layout: Layout, t: int) -> bytes:
    """How the share file of party *t* begins."""
    return _sealed(b"PQSF" + layout._fields(t))


def read_share_header(file: BinaryIO) -> tuple[Layout, int]:
    """The layout and the party; *file* stands behind the header afterwards."""
    reader, code = _begin(file, b"PQSF", "a share of a file")
    k, t = reader.varint("k"), reader.varint("t")
    layout = _layout(reader, k, code)
    _end(file, reader)
    if not 1 <= t <= LARGEST_PARTY:
        raise CorruptError(f"t must be from 1 to 2^63 - 1, got {t}")
    return layout, t


def read_block(file: BinaryIO, layout: Layout, index: int, t: int) -> Share:
    """The share of block *index* from the share file of party *t*."""
    size = layout.container_bytes(index, t)
    data = file.read(size)
    if len(data) < size:
        raise TruncatedError(f"the file ends {size - len(data)} bytes early")
    share = container.from_bytes(data)
    expected = (layout.set_id_of(index), layout.k, 8 * layout.bytes_of(index), t, layout.code, "published")
    if (share.set_id, share.k, share.ell, share.t, share.code.name, share.size) != expected:
        raise ShareFormatError("it belongs to another place")
    return share


def state_header(layout: Layout, seed: bytes | None = None, digest: bytes = b"") -> bytes:
    """How the dealer file begins; that is all of it if there is a *seed*."""
    kind = PERFECT if seed is None else SEEDED
    return _sealed(b"PQSD" + layout._fields() + bytes([kind]) + (seed or b"") + digest)


def read_state_header(file: BinaryIO) -> tuple[Layout, bytes | None, bytes]:
    """Layout, seed if there is one, digest of the file if there is one."""
    reader, code = _begin(file, b"PQSD", "a dealer of a file")
    layout = _layout(reader, reader.varint("k"), code)
    kind = reader.u8("kind")
    if kind not in (PERFECT, SEEDED):
        raise CorruptError(f"kind must be 0 or 1, got {kind}")
    seed = reader.bytes(SEED_BYTES, "seed") if kind == SEEDED else None
    digest = reader.bytes(DIGEST_BYTES, "digest") if kind == SEEDED else b""
    _end(file, reader)
    return layout, seed, digest


def dealer_record(dealer: Dealer) -> bytes:
    """A dealer that can serve every party, for the dealer file."""
    dealer.reserve(LARGEST_PARTY)
    data = dealer.to_bytes()
    return len(data).to_bytes(4, "little") + data


def read_dealers(file: BinaryIO, layout: Layout) -> Iterator[Dealer]:
    """The dealers of all blocks, one after the other."""
    for index in range(layout.blocks):
        size = int.from_bytes(file.read(4), "little")
        if size > (layout.k + 1) * (layout.block + SMALLEST_BLOCK):
            raise CorruptError(f"block {index + 1} of the dealer cannot have {size} bytes")
        data = file.read(size)
        if len(data) < size:
            raise TruncatedError(f"block {index + 1} of the dealer ends {size - len(data)} bytes early")
        try:
            dealer = Dealer.from_bytes(data)
        except DataError as error:
            raise type(error)(f"block {index + 1} of the dealer: {error}") from None
        found = (dealer.set_id, dealer.k, dealer.ell, dealer.code.name, dealer.size)
        if found != (layout.set_id_of(index), layout.k, 8 * layout.bytes_of(index), layout.code, "published"):
            raise CorruptError(f"block {index + 1} of the dealer belongs to another place")
        yield dealer
    read_end(file)


def read_end(file: BinaryIO) -> None:
    """Nothing may follow the last block."""
    if file.read(1):
        raise CorruptError("bytes are left over behind the last block")


def _begin(file: BinaryIO, magic: bytes, what: str) -> tuple[Reader, str]:
    reader = Reader(file.read(LONGEST_HEADER))
    if reader.left < 8 * len(magic) or reader.bytes(len(magic), "magic") != magic:
        raise CorruptError(f"this is not {what}: it does not begin with {magic.decode()}")
    if (version := reader.u8("version")) != VERSION:
        raise CorruptError(f"{what} of version {version}, this library reads version {VERSION}")
    code = reader.u8("code")
    if code >= len(container.CODES) or container.CODES[code] not in CODES:
        raise CorruptError(f"code must be {', '.join(CODES)}, got number {code}")
    return reader, container.CODES[code]


def _layout(reader: Reader, k: int, code: str) -> Layout:
    block, size = reader.varint("bytes of a block"), reader.varint("bytes of the file")
    try:
        return Layout(k, code, block, size, reader.bytes(SET_ID_BYTES, "set_id"))
    except DataError:
        raise
    except ValueError as error:
        raise CorruptError(str(error)) from None


def _end(file: BinaryIO, reader: Reader) -> None:
    """Check the seal and put *file* behind it."""
    size = reader.position // 8
    seal = reader.bytes(CHECKSUM_BYTES, "checksum")
    file.seek(0)
    if checksum(file.read(size)) != seal:
        raise CorruptError("the checksum of the header is wrong")
    file.seek(size + CHECKSUM_BYTES)


def _sealed(head: bytes) -> bytes:
    return head + checksum(head)
