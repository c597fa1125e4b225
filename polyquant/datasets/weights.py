"""Real weights of a neural network."""

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray


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
