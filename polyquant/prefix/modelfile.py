"""Whole models: a .safetensors file made smaller, and the same file, to the byte, made from that again.

Tensors of bfloat16 become PQDF containers (:mod:`polyquant.prefix.dfloat`). Of all others the first bytes of their
elements, the second ones and so on go in Huffman's code where that is shorter: of a float32 one byte has the sign and
most of the exponent, and not all of its values are equally likely. One tensor at a time is in memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from polyquant._output import Outputs

from . import _modelfile_layout as layout
from . import _modelfile_parts as parts
from . import _safetensors
from ._modelfile_layout import RAW, Index, Stored
from ._safetensors import Tensor
from .bfloat import to_bfloat16

__all__ = ["ModelFile", "Part", "compress_file", "decompress_file"]

Progress = Callable[[int, int], None]
AnyPath = str | os.PathLike[str]
KINDS = ("raw", "dfloat", "planes")
DTYPES = {
    "BOOL": "?",
    "U8": "u1",
    "I8": "i1",
    "U16": "<u2",
    "I16": "<i2",
    "F16": "<f2",
    "BF16": "<u2",
    "U32": "<u4",
    "I32": "<i4",
    "F32": "<f4",
    "U64": "<u8",
    "I64": "<i8",
    "F64": "<f8",
    "C64": "<c8",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One tensor of a compressed model.

    Attributes
    ----------
    name, dtype, shape
        As the .safetensors file says; dtype is "BF16", "F32", ...
    kind : str
        How it is kept: "dfloat" (a PQDF container), "planes" (byte by byte in Huffman's code), or "raw".
    size, stored : int
        Bytes, originally and here.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    kind: str
    size: int
    stored: int


class ModelFile:
    """A compressed model on the disk: what it holds, and any tensor of it without reading the others.

    Parameters
    ----------
    path : str or path
        Written by :func:`compress_file`.

    Raises
    ------
    DataError
        The file is something else, or its index is damaged.
    """

    def __init__(self, path: AnyPath) -> None:
        self._path = Path(path)
        self._stored_size = self._path.stat().st_size
        with self._path.open("rb") as file:
            self._index, start = layout.read(file, self._stored_size)
        self._places: dict[str, tuple[Tensor, Stored, int]] = {}
        for tensor, stored in zip(self._index.tensors, self._index.stored):
            self._places[tensor.name] = tensor, stored, start
            start += stored.size

    @property
    def names(self) -> tuple[str, ...]:
        """Of all tensors, in the order of the file."""
        return tuple(self._places)

    @property
    def size(self) -> int:
        """Bytes of the .safetensors file that this becomes again."""
        return self._index.original

    @property
    def stored(self) -> int:
        """Bytes of the compressed file."""
        return self._stored_size

    @property
    def rounded(self) -> bool:
        """Whether float32 was rounded to bfloat16 before, so that the first file of all is lost."""
        return self._index.rounded

    def inspect(self, name: str) -> Part:
        """What is kept of one tensor, and how."""
        tensor, stored, _ = self._find(name)
        return Part(name, tensor.dtype, tensor.shape, KINDS[stored.kind], tensor.size, stored.size)

    def read(self, name: str, *, threads: int | None = 1) -> NDArray[Any]:
        """One tensor as an array.

        Parameters
        ----------
        name : str
            One of ``names``.
        threads : int, optional
            None: all cores.

        Returns
        -------
        array
            In the shape of the tensor. BF16 comes as words of uint16 (``torch.from_numpy(words).view(torch.bfloat16)``
            is a tensor of it); a type that numpy does not have, as flat bytes.

        Raises
        ------
        DataError
            This tensor is damaged.
        """
        tensor, stored, start = self._find(name)
        with self._path.open("rb") as file:
            file.seek(start)
            kept = parts.take(file, stored.size, f"tensor {name!r}")
        data = parts.unpack(tensor, stored, kept, threads)
        dtype = DTYPES.get(tensor.dtype)
        if dtype is None:
            return data
        return data.view(dtype).astype(np.dtype(dtype).newbyteorder("="), copy=False).reshape(tensor.shape)

    def _find(self, name: str) -> tuple[Tensor, Stored, int]:
        if name not in self._places:
            raise ValueError(f"name must be one of {len(self._places)} tensors, got {name!r}")
        return self._places[name]

    def __repr__(self) -> str:
        return f"ModelFile({str(self._path)!r}, {len(self._places)} tensors, {self.stored:,} of {self.size:,} bytes)"


def compress_file(
    source: AnyPath,
    target: AnyPath,
    *,
    rounded: bool = False,
    threads: int | None = 1,
    force: bool = False,
    progress: Progress | None = None,
) -> ModelFile:
    """Write the model of a .safetensors file smaller; needs the package ``safetensors``.

    Parameters
    ----------
    source, target : str or path
        *target* appears when it is complete, and not at all if anything goes wrong.
    rounded : bool
        Round float32 to the nearest bfloat16 first. **This is lossy**; nothing else here is.
    threads : int, optional
        None: all cores.
    force : bool
        Replace *target* if it exists.
    progress : function of (int, int), optional
        Called with the bytes of *source* that are done, and all of them, after every tensor.

    Raises
    ------
    CorruptError
        *source* is no .safetensors file.
    FileExistsError
        There is a *target*.
    """
    source, target = Path(source), Path(target)
    header = _safetensors.read_header(source)
    goal = _safetensors.rounded(header) if rounded else header
    before, after = _safetensors.tensors(header), _safetensors.tensors(goal)
    stored = [Stored(RAW, 0, 0)] * len(after)
    index = Index(goal, rounded, after, tuple(stored)).to_bytes()
    with source.open("rb") as file, Outputs(force, source.stat().st_mode & 0o777) as outputs:
        out = outputs.create(target)
        out.write(index)  # its place is kept
        total = 8 + len(header) + (before[-1].stop if before else 0)
        file.seek(8 + len(header))
        for i, (old, new) in enumerate(zip(before, after)):
            stored[i] = _move(file, out, old, new, threads)
            _report(progress, 8 + len(header) + old.stop, total)
        out.seek(0)
        out.write(Index(goal, rounded, after, tuple(stored)).to_bytes())
        outputs.release()
    return ModelFile(target)


def decompress_file(
    source: AnyPath,
    target: AnyPath,
    *,
    threads: int | None = 1,
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write the .safetensors file again that a compressed model was made from, the same to the byte.

    Parameters are those of :func:`compress_file`; *progress* counts bytes of *target*, whose path is returned.

    Raises
    ------
    DataError
        *source* is damaged. There is no *target* then, or still the old one.
    """
    source, target = Path(source), Path(target)
    with source.open("rb") as file, Outputs(force, source.stat().st_mode & 0o777) as outputs:
        out = outputs.create(target)
        _restore(file, source.stat().st_size, out, threads, progress)
        outputs.release()
    return target


def _move(file: BinaryIO, out: BinaryIO, old: Tensor, new: Tensor, threads: int | None) -> Stored:
    """The next tensor of *file*, smaller, to *out*; a function, so that nothing of it is left in memory."""
    data = parts.take(file, old.size, f"tensor {old.name!r}")
    if new.dtype != old.dtype:
        values = data.view("<f4").astype(np.float32, copy=False)
        data = to_bfloat16(values).astype("<u2", copy=False).view(np.uint8)
    stored, kept = parts.pack(data, new.dtype, threads)
    for piece in kept:
        out.write(piece.data)
    return stored


def _restore(file: BinaryIO, size: int, out: BinaryIO, threads: int | None, progress: Progress | None) -> None:
    index, _ = layout.read(file, size)
    out.write(len(index.header).to_bytes(8, "little") + index.header)
    for tensor, stored in zip(index.tensors, index.stored):
        _move_back(file, out, tensor, stored, threads)
        _report(progress, 8 + len(index.header) + tensor.stop, index.original)


def _move_back(file: BinaryIO, out: BinaryIO, tensor: Tensor, stored: Stored, threads: int | None) -> None:
    kept = parts.take(file, stored.size, f"tensor {tensor.name!r}")
    out.write(parts.unpack(tensor, stored, kept, threads).data)


def _report(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)
