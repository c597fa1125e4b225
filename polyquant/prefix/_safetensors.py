"""The front of a .safetensors file: 8 bytes of size, then JSON with name, type, shape and place of every tensor.

The library ``safetensors`` decides whether a file is one. It gives neither the header's bytes nor the tensors' places
away, and nothing of type BF16 where numpy has to hold it; so what it has approved is read here once more, bit by bit.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from importlib import import_module, util
from pathlib import Path
from typing import Any

from polyquant.errors import CorruptError

MOST_HEADER = 100_000_000  # bytes; the library's own limit
BITS = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
}  # fmt: skip
METADATA = "__metadata__"


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of a file: ``start`` and ``stop`` of its bytes count from the first byte behind the header."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stop - self.start


def tensors(header: bytes) -> tuple[Tensor, ...]:
    """What the JSON text says, in the order of the file; ``CorruptError`` unless the tensors lie gapless in a row."""
    fields = _fields(header)
    found = sorted((_tensor(name, entry) for name, entry in fields.items() if name != METADATA), key=_place)
    end = 0
    for tensor in found:
        if tensor.start != end:
            raise CorruptError(f"tensor {tensor.name!r} starts at byte {tensor.start}, the one before ends at {end}")
        end = tensor.stop
    return tuple(found)


def _place(tensor: Tensor) -> tuple[int, int, str]:
    return tensor.start, tensor.stop, tensor.name


def _fields(header: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(header.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise CorruptError(f"the header is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise CorruptError(f"the header must be a JSON object, got {type(fields).__name__}")
    if any("\ud800" <= sign <= "\udfff" for name in fields for sign in name):
        raise CorruptError("the header has a name with half a character in it")
    return fields


def _tensor(name: str, entry: Any) -> Tensor:
    if not isinstance(entry, dict) or not isinstance(entry.get("dtype"), str):
        raise CorruptError(f"tensor {name!r} has no type")
    shape, offsets = _sizes(name, entry.get("shape")), _sizes(name, entry.get("data_offsets"))
    if len(offsets) != 2 or offsets[0] > offsets[1]:
        raise CorruptError(f"tensor {name!r} lies at {offsets}")
    tensor = Tensor(name, entry["dtype"], shape, *offsets)
    bits = BITS.get(tensor.dtype)
    if bits is not None and math.prod(tensor.shape) * bits != 8 * tensor.size:
        raise CorruptError(f"tensor {name!r}, {tensor.dtype} of shape {tensor.shape}, cannot have {tensor.size} bytes")
    return tensor


def _sizes(name: str, values: Any) -> tuple[int, ...]:
    if isinstance(values, list) and len(values) <= 64 and all(type(n) is int and 0 <= n < 2**63 for n in values):
        return tuple(values)
    raise CorruptError(f"tensor {name!r} has {str(values)[:100]} for its shape or place")


def read_header(path: Path) -> bytes:
    """The JSON text of a file, to the byte, once the library has approved of the file.

    Raises
    ------
    ModuleNotFoundError
        ``safetensors`` is not installed.
    CorruptError
        The file is none of this kind.
    """
    if util.find_spec("safetensors") is None:
        raise ModuleNotFoundError("reading .safetensors needs the package safetensors: pip install safetensors")
    library = import_module("safetensors")
    try:
        with library.safe_open(path, "np") as file:
            said = {name: _said(file, name) for name in file.keys()}  # noqa: SIM118
    except library.SafetensorError as error:
        raise CorruptError(f"{path} is not a safetensors file: {error}") from None
    with path.open("rb") as source:
        header = source.read(int.from_bytes(source.read(8), "little"))
    if {tensor.name: (tensor.dtype, tensor.shape) for tensor in tensors(header)} != said:
        raise CorruptError(f"{path} can be read in two ways")
    return header


def _said(file: Any, name: str) -> tuple[str, tuple[int, ...]]:
    part = file.get_slice(name)
    return part.get_dtype(), tuple(part.get_shape())


def rounded(header: bytes) -> bytes:
    """The header of the file in which every tensor of float32 has become one of bfloat16, the rest as it was."""
    fields, end = _fields(header), 0
    for tensor in tensors(header):
        halved = tensor.dtype == "F32"
        start, end = end, end + (tensor.size // 2 if halved else tensor.size)
        dtype = "BF16" if halved else tensor.dtype
        fields[tensor.name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()
    return text + b" " * (-len(text) % 8)
