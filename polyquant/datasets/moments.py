"""What a layer of a neural network is given, and a layer with one enormous weight."""

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

WIDTH, ROWS, INNER = 384, 64, 1536


@cache
def minilm_moments() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """E[x x^T] of the inputs of :func:`minilm_query`, over two halves of Alice in Wonderland.

    The first is for calibration; with the second one sees what the layer's outputs have become on text that nobody
    looked at.

    >>> calibration, test = minilm_moments()
    >>> calibration.shape, round(float(np.trace(calibration)), 1), round(float(np.trace(test)), 1)
    ((384, 384), 92.1, 90.8)

    Returns
    -------
    calibration, test : array of float64, shape (384, 384), symmetric, read-only
        Means over the tokens of chapters 1 to 6 and 7 to 12, kept as float16.
    """
    data = (resources.files(__package__) / "minilm_moments.bin").read_bytes()
    halves = np.frombuffer(data, "<f2").astype(np.float64).reshape(2, -1)
    out = []
    for half in halves:
        whole = np.zeros((WIDTH, WIDTH))
        whole[np.triu_indices(WIDTH)] = half
        whole += np.triu(whole, 1).T
        whole.flags.writeable = False
        out.append(whole)
    return out[0], out[1]


@cache
def minilm_output() -> NDArray[np.uint16]:
    """Real weights with an outlier: rows 64 to 127 of the output matrix of layer 0 of all-MiniLM-L6-v2, as bfloat16.

    >>> weights = (minilm_output().astype(np.uint32) << 16).view(np.float32)
    >>> weights.shape, round(float(weights.std()), 4), float(weights.max())
    ((64, 1536), 0.0503, 7.90625)

    Returns
    -------
    words : array of uint16, shape (64, 1536) as (out, in), read-only
        Bit patterns as in :func:`minilm_query`.
    """
    data = (resources.files(__package__) / "minilm_output.bin").read_bytes()
    words = np.frombuffer(data, "<u2").astype(np.uint16).reshape(ROWS, INNER)
    words.flags.writeable = False
    return words
