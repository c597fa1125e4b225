"""One envelope for every byte format that has no pinned layout of its own.

Little-endian; 21 bytes around header and payload:

====== ===== ==================================================
offset size  field
====== ===== ==================================================
0      2     ``PQ``
2      1     version of the envelope, 1
3      4     kind, four ASCII letters or digits
7      2     h, bytes of the header
9      8     b, bits of the payload
17     h     header, its meaning belongs to the kind
17+h   b/8   payload, rounded up to a byte, padded with zeros
...    4     CRC-32 (zlib's polynomial) of everything before
====== ===== ==================================================
"""

import zlib

from polyquant.errors import CorruptError, TruncatedError

from .bitstring import Bits
from .reader import Reader

MAGIC = b"PQ"
VERSION = 1
FIXED = 21
LONGEST_HEADER = 2**16 - 1


def wrap(kind: bytes, header: bytes, payload: Bits) -> bytes:
    """*header* and *payload* as bytes that say what they are and notice damage.

    >>> data = wrap(b"DEMO", b"", Bits.from_text("101"))
    >>> unwrap(data, b"DEMO")
    (b'', Bits('101'))

    Parameters
    ----------
    kind : bytes
        Four ASCII letters or digits; the list is docs/formats.md.
    header : bytes
        At most 65,535 bytes.
    payload : Bits
        Any number of bits.
    """
    _check_kind(kind)
    if not isinstance(header, bytes):
        raise TypeError(f"header must be bytes, got {type(header).__name__}")
    if len(header) > LONGEST_HEADER:
        raise ValueError(f"header must be at most {LONGEST_HEADER} bytes, got {len(header)}")
    if not isinstance(payload, Bits):
        raise TypeError(f"payload must be Bits, got {type(payload).__name__}")
    sizes = len(header).to_bytes(2, "little") + payload.size.to_bytes(8, "little")
    body = MAGIC + bytes([VERSION]) + kind + sizes + header + payload.data
    return body + zlib.crc32(body).to_bytes(4, "little")


def unwrap(data: bytes, kind: bytes) -> tuple[bytes, Bits]:
    """Header and payload of *data*, which may be any bytes: the right answer or a ``DataError``.

    Raises
    ------
    TruncatedError
        *data* ends early.
    CorruptError
        Another kind or version, a wrong checksum, bytes left over, padding that is not zero.
    """
    _check_kind(kind)
    reader = Reader(data)
    if reader.bytes(2, "magic") != MAGIC:
        raise CorruptError(f"not a polyquant envelope: it starts with {bytes(data[:2])!r}, not {MAGIC!r}")
    version = reader.u8("version")
    if version != VERSION:
        raise CorruptError(f"envelope of version {version}, this library reads version {VERSION}")
    found = reader.bytes(4, "kind")
    if found != kind:
        raise CorruptError(f"envelope holds {found!r}, expected {kind!r}")
    header_size = reader.u16("header size")
    size = reader.u64("payload size")
    need = FIXED + header_size + (size + 7) // 8
    if need > len(data):
        raise TruncatedError(f"envelope says {need} bytes, got {len(data)}")
    if need < len(data):
        raise CorruptError(f"envelope says {need} bytes, got {len(data)}: {len(data) - need} left over")
    if zlib.crc32(memoryview(data)[:-4]) != int.from_bytes(data[-4:], "little"):
        raise CorruptError("checksum of the envelope does not match its bytes")
    header = reader.bytes(header_size, "header")
    payload = reader.bits(size, "payload")
    reader.align("payload padding")
    return header, payload


def _check_kind(kind: bytes) -> None:
    if not isinstance(kind, bytes):
        raise TypeError(f"kind must be bytes, got {type(kind).__name__}")
    if len(kind) != 4 or not kind.isalnum():
        raise ValueError(f"kind must be four ASCII letters or digits, got {kind!r}")
