"""Plain data on the way from foreign code: whatever bytes come, the result is plain data or an error.

The other way round pickles are safe, since the grader made them.
"""

import base64
import json
import math
import numbers
import socket
import struct
import time
from fractions import Fraction
from typing import Any

import numpy as np

from polyquant.bits import Bits

LARGEST = 16 << 20
"""Bytes of one message."""


class NotData(TypeError):
    """A value that is no plain data, or bytes that are no value."""


def dumps(value: Any) -> bytes:
    """*value* as JSON; numbers, texts, bytes, containers of them, fractions, bits, arrays of numbers."""
    return json.dumps(_plain(value)).encode()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | np.bool_):
        return None if value is None else bool(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, numbers.Integral):
        number = int(value)
        return number if abs(number) < 2**53 else {"int": hex(number)}
    if isinstance(value, numbers.Rational):
        return {"fraction": [hex(int(value.numerator)), hex(int(value.denominator))]}
    if isinstance(value, numbers.Real):
        return float(value)
    if isinstance(value, numbers.Complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, bytes | bytearray):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, Bits):
        return {"bits": str(value)}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        array = np.ascontiguousarray(value)
        return {"array": [array.dtype.str, list(array.shape), base64.b64encode(array.tobytes()).decode()]}
    if isinstance(value, dict):
        return {"dict": [[_plain(k), _plain(v)] for k, v in value.items()]}
    for name, kind in (("tuple", tuple), ("set", set), ("frozenset", frozenset)):
        if isinstance(value, kind):
            return {name: [_plain(x) for x in value]}
    if isinstance(value, list):
        return [_plain(x) for x in value]
    raise NotData(f"a {type(value).__name__} where plain data was asked for")


def loads(data: bytes) -> Any:
    """The value again, or :class:`NotData`."""
    try:
        return _value(json.loads(data))
    except NotData:
        raise
    except Exception as error:  # whatever a forged message makes of the readers below
        raise NotData(f"no value: {type(error).__name__}") from None


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_value(x) for x in plain]
    if not isinstance(plain, dict):
        return plain
    ((kind, said),) = plain.items()
    if kind == "int":
        return int(said, 16)
    if kind == "fraction":
        return Fraction(int(said[0], 16), int(said[1], 16))
    if kind == "complex":
        return complex(float(said[0]), float(said[1]))
    if kind == "bytes":
        return bytes.fromhex(said)
    if kind == "bits":
        return Bits.from_text(said)
    if kind == "array":
        return _array(*said)
    if kind == "dict":
        return {_value(k): _value(v) for k, v in said}
    return {"tuple": tuple, "set": set, "frozenset": frozenset}[kind](_value(x) for x in said)


def _array(name: str, shape: list[int], text: str) -> Any:
    kind = np.dtype(name)
    if kind.kind not in "biufc":
        raise NotData(f"an array of {kind}")
    return np.frombuffer(base64.b64decode(text), kind).reshape(shape).copy()


def send(connection: socket.socket, data: bytes) -> None:
    """One message."""
    connection.sendall(struct.pack("<I", len(data)) + data)


def receive(connection: socket.socket, deadline: float = math.inf) -> bytes:
    """One message; ``EOFError`` when the other side is gone, ``TimeoutError`` at the *deadline* (monotonic time)."""
    (size,) = struct.unpack("<I", _exactly(connection, 4, deadline))
    if size > LARGEST:
        raise NotData(f"more than {LARGEST >> 20} MB")
    return _exactly(connection, size, deadline)


def _exactly(connection: socket.socket, size: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        if deadline < math.inf:  # at every part: one byte now and then must not win time
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
        part = connection.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError("the other side is gone")
        parts += part
    return bytes(parts)
