"""A share as bytes and as text, version 1.

::

    "PQSS" | version 1 | scheme 0 | flags (bit 0: tight) | code id | varint code argument | varint k | varint ell
    | varint t | 8 bytes set_id | payload, ceil(m_t / 8) bytes little-endian, unused top bits 0
    | 8 bytes BLAKE2s of everything before

varint: LEB128 in its shortest form, below 2^63. Text: ``pqss1:`` and the bytes in base64url without padding. The
checksum covers the share alone and finds accidents only; a checksum of the *secret* in a share would let anyone test
guesses of the secret, and has no place here.
"""

import base64
import binascii
import hashlib

from polyquant import _check
from polyquant.bits import Reader
from polyquant.errors import DataError, ShareFormatError

from ._share import SET_ID_BYTES, Share, share_bits
from .points import SIZES

__all__ = ["from_bytes", "from_text", "to_bytes", "to_text"]

MAGIC = b"PQSS"
VERSION = 1
EVOLVING_F2 = 0
CODES = ("unary", "gamma", "delta", "omega", "golomb", "rice", "fixed")  # 7 is kept for lambda
WITH_ARGUMENT = ("golomb", "rice", "fixed")
CHECKSUM_BYTES = 8
LONGEST_HEAD = 64
PREFIX = "pqss1:"


def to_bytes(share: Share) -> bytes:
    """The container of *share*.

    Raises
    ------
    ValueError
        The share's code has no number in this format.
    """
    name, _, argument = share.code.name.partition(":")
    if name not in CODES:
        raise ValueError(f"code must be one of {', '.join(CODES)} to be written, got {share.code.name!r}")
    head = MAGIC + bytes([VERSION, EVOLVING_F2, SIZES.index(share.size), CODES.index(name)])
    head += b"".join(varint(number) for number in (int(argument or 0), share.k, share.ell, share.t))
    head += share.set_id
    payload = share.value.to_bytes((share.bits + 7) // 8, "little")
    return b"".join([head, payload, checksum(head, payload)])


def from_bytes(data: bytes) -> Share:
    """The share in *data*.

    Raises
    ------
    ShareFormatError
        *data* are not exactly one share: truncated, damaged, of another version, or not in the one form that
        :func:`to_bytes` writes.
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"data must be bytes, got {type(data).__name__}")
    try:
        return _share(bytes(data))
    except ShareFormatError:
        raise
    except DataError as error:
        raise ShareFormatError(f"not a share: {error}") from None


def to_text(share: Share) -> str:
    """The container of *share* as one word of letters, digits, ``-`` and ``_``."""
    return PREFIX + base64.urlsafe_b64encode(to_bytes(share)).rstrip(b"=").decode()


def from_text(text: str) -> Share:
    """The share in *text*.

    Raises
    ------
    ShareFormatError
        *text* is not exactly what :func:`to_text` writes.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, got {type(text).__name__}")
    if not text.startswith(PREFIX):
        raise ShareFormatError(f"text of a share must begin with {PREFIX}")
    letters = text[len(PREFIX) :]
    try:
        data = base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ShareFormatError("text of a share must be base64url without padding") from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != letters:
        raise ShareFormatError("text of a share must be in its one canonical form")
    return from_bytes(data)


def _share(data: bytes) -> Share:
    end = max(len(data) - CHECKSUM_BYTES, 0)
    reader = Reader(data[: min(end, LONGEST_HEAD)])  # shares may be large: nothing is copied twice
    if reader.bytes(len(MAGIC), "magic") != MAGIC:
        raise ShareFormatError("not a share: it does not begin with PQSS")
    if (version := reader.u8("version")) != VERSION:
        raise ShareFormatError(f"share of version {version}, this library reads version {VERSION}")
    if checksum(memoryview(data)[:end]) != data[end:]:
        raise ShareFormatError("the checksum is wrong: the share is damaged or cut")
    if (scheme := reader.u8("scheme")) != EVOLVING_F2:
        raise ShareFormatError(f"scheme must be {EVOLVING_F2} (evolving over GF(2)), got {scheme}")
    flags, code = reader.u8("flags"), reader.u8("code")
    if flags >= len(SIZES) or code >= len(CODES):
        raise ShareFormatError(
            f"flags and code must be at most {len(SIZES) - 1} and {len(CODES) - 1}, got {flags}, {code}"
        )
    argument, k, ell, t = (_number(reader, what) for what in ("code argument", "k", "ell", "t"))
    set_id = reader.bytes(SET_ID_BYTES, "set_id")
    payload = data[reader.position // 8 : end]
    name = CODES[code]
    if argument and name not in WITH_ARGUMENT:
        raise ShareFormatError(f"code argument must be 0 for {name}, got {argument}")
    full = f"{name}:{argument}" if name in WITH_ARGUMENT else name
    try:
        bits = share_bits(full, k, ell, t, size=SIZES[flags])
        if len(payload) != (bits + 7) // 8:
            raise ShareFormatError(f"share {t} has {bits} bits, {len(payload)} bytes follow")
        return Share(t, k, ell, full, SIZES[flags], int.from_bytes(payload, "little"), set_id)  # type: ignore[arg-type]
    except ShareFormatError:
        raise
    except ValueError as error:
        raise ShareFormatError(f"not a share: {error}") from None


def _number(reader: Reader, what: str) -> int:
    value = reader.varint(what)
    if value > _check.MAX:
        raise ShareFormatError(f"{what} must be below 2^63, got {value}")
    return value


def varint(value: int) -> bytes:
    """*value* in LEB128, seven bits a byte, lowest first."""
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    return bytes([*data, value])


def checksum(*parts: bytes | memoryview) -> bytes:
    """Eight bytes that tell accidents, not enemies."""
    state = hashlib.blake2s(digest_size=CHECKSUM_BYTES)
    for part in parts:
        state.update(part)
    return state.digest()
