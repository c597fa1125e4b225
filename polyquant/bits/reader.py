"""Reading untrusted bytes: never past the end, and never a size that is believed before it is checked."""

from __future__ import annotations

from polyquant import _check
from polyquant.errors import CorruptError, TruncatedError

from .bitstring import Bits


class Reader:
    """A cursor over bytes or bits; every method returns what is there or raises a ``DataError``.

    Whole numbers are little-endian, bits come first bit first. *what* names the field in messages.

    >>> reader = Reader(bytes([7, 1, 0]))
    >>> reader.u8("count"), reader.u16("size")
    (7, 1)
    >>> reader.end()
    """

    def __init__(self, source: bytes | bytearray | memoryview | Bits) -> None:
        if not isinstance(source, bytes | bytearray | memoryview | Bits):
            raise TypeError(f"source must be bytes or Bits, got {type(source).__name__}")
        self._bits = source if isinstance(source, Bits) else Bits(bytes(source), 8 * memoryview(source).nbytes)
        self._position = 0

    @property
    def position(self) -> int:
        """Bits read so far."""
        return self._position

    @property
    def left(self) -> int:
        """Bits still to read."""
        return self._bits.size - self._position

    def bits(self, size: int, what: str = "field") -> Bits:
        """The next *size* bits."""
        size = _check.integer("size", size, 0)
        if size > self.left:
            raise TruncatedError(f"{what} needs {size} bits, {self.left} are left at bit {self._position}")
        start, self._position = self._position, self._position + size
        return self._bits.take(start, size)

    def bytes(self, size: int, what: str = "field") -> bytes:
        """The next *size* bytes."""
        size = _check.integer("size", size, 0)
        if 8 * size > self.left:
            raise TruncatedError(f"{what} needs {size} bytes, {self.left // 8} are left at bit {self._position}")
        start, self._position = self._position, self._position + 8 * size
        if start % 8:
            return self._bits.take(start, 8 * size).data
        return self._bits.data[start // 8 : start // 8 + size]

    def u8(self, what: str = "u8") -> int:
        """The next byte."""
        return self._whole(1, what)

    def u16(self, what: str = "u16") -> int:
        """The next two bytes, little-endian."""
        return self._whole(2, what)

    def u32(self, what: str = "u32") -> int:
        """The next four bytes, little-endian."""
        return self._whole(4, what)

    def u64(self, what: str = "u64") -> int:
        """The next eight bytes, little-endian."""
        return self._whole(8, what)

    def varint(self, what: str = "varint") -> int:
        """A LEB128 number below 2^64; forms with a superfluous last byte are corrupt."""
        value = 0
        for i in range(10):
            byte = self.u8(what)
            value |= (byte & 127) << 7 * i
            if byte < 128:
                if i and not byte:
                    raise CorruptError(f"{what} ends in a superfluous zero byte at bit {self._position - 8}")
                if value >> 64:
                    break
                return value
        raise CorruptError(f"{what} does not fit in 64 bits, read to bit {self._position}")

    def align(self, what: str = "padding") -> None:
        """Step to the next byte; the bits in between must be zero."""
        if self.bits(min(-self._position % 8, self.left), what).to_int():
            raise CorruptError(f"{what} must be zero, got a bit set before bit {self._position}")

    def end(self) -> None:
        """Raise unless everything has been read."""
        if self.left:
            raise CorruptError(f"{self.left} bits are left over after bit {self._position}")

    def _whole(self, size: int, what: str) -> int:
        return int.from_bytes(self.bytes(size, what), "little")
