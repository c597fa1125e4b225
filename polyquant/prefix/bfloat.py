"""bfloat16: the upper half of a float32, kept in uint16 because numpy has no such type."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

BLOCK = 1 << 18  # weights at a time, so that rounding a tensor takes no second one


def to_bfloat16(values: ArrayLike) -> NDArray[np.uint16]:
    """The bfloat16 words nearest to float32 *values*, any shape, ties to the even word: this loses 16 bits of each.

    >>> [f"{word:04x}" for word in to_bfloat16(np.float32([1.0, -2.5, 3.1415927, np.inf]))]
    ['3f80', 'c020', '4049', '7f80']

    A value beyond the largest bfloat16, 3.39e38, becomes infinity; a NaN stays one.

    Parameters
    ----------
    values : array of float32, any shape

    Returns
    -------
    words : array of uint16, the same shape
        1 bit of sign, 8 of exponent, 7 of mantissa.
    """
    array = np.asarray(values)
    if array.dtype != np.float32:
        raise TypeError(f"values must be float32, got {array.dtype}")
    bits = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
    words = np.empty(bits.size, np.uint16)
    for start in range(0, bits.size, BLOCK):
        words[start : start + BLOCK] = _rounded(bits[start : start + BLOCK])
    return words.reshape(array.shape)


def _rounded(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    upper = bits >> 16
    nearest = (bits + (0x7FFF + (upper & 1))) >> 16
    return np.where(
        bits & 0x7FFFFFFF > 0x7F800000, upper | 0x40, nearest
    )  # rounding up could make a NaN something else


def from_bfloat16(words: ArrayLike) -> NDArray[np.float32]:
    """The float32 values that bfloat16 *words* stand for, exactly; uint16 of any shape in, the same shape out.

    >>> from_bfloat16(np.uint16([0x3F80, 0xC020])).tolist()
    [1.0, -2.5]
    """
    array = np.asarray(words)
    if array.dtype != np.uint16:
        raise TypeError(f"words must be uint16, got {array.dtype}")
    return (np.ascontiguousarray(array).astype(np.uint32) << 16).view(np.float32).reshape(array.shape)
