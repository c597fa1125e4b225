"""Model files: those of safetensors made without the code under test, a compressed one for the contract of formats."""

import io
import json

import numpy as np

from polyquant.prefix import _modelfile_parts as parts
from polyquant.prefix._modelfile_layout import Index
from polyquant.prefix._safetensors import tensors
from polyquant.prefix.modelfile import _restore


def safetensors(entries, metadata=None, indent=None, pad=0):
    """The bytes of a .safetensors file; *entries* are (name, dtype, shape, bytes), in the order of the file."""
    header, at = {} if metadata is None else {"__metadata__": metadata}, 0
    for name, dtype, shape, data in entries:
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header, indent=indent).encode() + b" " * pad
    return len(text).to_bytes(8, "little") + text + b"".join(data for *_, data in entries)


def weights(shape, seed=1, sigma=0.05):
    """float32, Gaussian."""
    return (sigma * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


def words(shape, seed=1):
    """bfloat16 words of Gaussian weights: cut, not rounded."""
    return (weights(shape, seed).view(np.uint32) >> 16).astype(np.uint16)


def mixed():
    """(name, dtype, shape, bytes) of tensors of many kinds."""
    special = np.array([0, 0x8000, 0x7F80, 0xFF80, 0x7FC1, 0xFFFF, 1], np.uint16)
    return [
        ("weights", "BF16", (40, 25), words((40, 25)).tobytes()),
        ("specials", "BF16", (7,), special.tobytes()),
        ("same", "BF16", (20, 20), np.full((20, 20), 0x3F80, np.uint16).tobytes()),
        ("scalar", "BF16", (), words(()).tobytes()),
        ("empty", "BF16", (0, 3), b""),
        ("float", "F32", (30, 20), weights((30, 20)).tobytes()),
        ("empty float", "F32", (3, 0), b""),
        ("double", "F64", (4,), np.arange(4.0).tobytes()),
        ("half", "F16", (500,), weights(500).astype(np.float16).tobytes()),
        ("positions", "I64", (1, 512), np.arange(512).tobytes()),
        ("mask", "BOOL", (5,), bytes([0, 1, 1, 0, 1])),
        ("eight bits", "F8_E4M3", (6,), bytes(range(6))),
        ("Übergröße/層", "U8", (2, 2), b"\x00\x01\xfe\xff"),
        ("complex", "C64", (2,), np.array([1 + 2j, -1j], np.complex64).tobytes()),
    ]


SMALL = [("w", "BF16", (2, 1), b"abcd"), ("b", "U8", (1,), b"x"), ("none", "F32", (0, 3), b"")]
EACH_KIND = [("w", "BF16", (20, 20), words((20, 20)).tobytes()), ("p", "U16", (300,), bytes(600)), SMALL[1]]


def model_file(kept):
    """A compressed model of the tensors *kept*, and no library asked."""
    data = safetensors(kept)
    header = data[8 : 8 + int.from_bytes(data[:8], "little")]
    packed = [parts.pack(np.frombuffer(plain, np.uint8), dtype, 1) for _, dtype, _, plain in kept]
    index = Index(header, False, tensors(header), tuple(stored for stored, _ in packed))
    return index.to_bytes() + b"".join(piece.tobytes() for _, kept in packed for piece in kept)


def read_model_file(data):
    """The .safetensors file that *data* say."""
    out = io.BytesIO()
    _restore(io.BytesIO(data), len(data), out, 1, None)
    return out.getvalue()
