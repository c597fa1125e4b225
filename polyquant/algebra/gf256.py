"""GF(256) on arrays of bytes: bit i of a byte is the coefficient of x^i, modulo x^8 + x^4 + x^3 + x + 1.

Bytes may be secret, factors are public: products go by shifts and XOR, never through a table that a secret indexes.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from ._kernels import gf256 as kernels

__all__ = ["MODULUS", "combine", "inverse", "multiply"]

MODULUS = 0x11B


def _times(a: int, b: int) -> int:
    product = 0
    for bit in range(8):
        product ^= (a << bit) * (b >> bit & 1)
    for bit in range(14, 7, -1):
        product ^= (MODULUS << bit - 8) * (product >> bit & 1)
    return product


def inverse(public: int) -> int:
    """1 / *public*, as its 254th power.

    Raises
    ------
    ZeroDivisionError
        *public* is 0.

    >>> inverse(2)
    141
    """
    power = _check.integer("public", public, 0, 255)
    if not power:
        raise ZeroDivisionError("0 has no inverse in GF(256)")
    result = 1
    for _ in range(7):  # 254 = 2 + 4 + ... + 128
        power = _times(power, power)
        result = _times(result, power)
    return result


def multiply(public: int, secret: ArrayLike) -> NDArray[np.uint8]:
    """*public* times every byte of *secret*, in the shape of *secret*.

    >>> multiply(2, [1, 128])
    array([ 2, 27], dtype=uint8)
    """
    public = _check.integer("public", public, 0, 255)
    array = _bytes("secret", secret)
    return combine([[public]], array.reshape(1, -1)).reshape(array.shape)


def combine(weights: ArrayLike, rows: ArrayLike) -> NDArray[np.uint8]:
    """Public combinations of secret rows: the product of *weights*, shape (m, k), and *rows*, shape (k, n).

    Parameters
    ----------
    weights : array of integers in [0, 256), shape (m, k)
        Public factors.
    rows : array of integers in [0, 256), shape (k, n)
        Bytes that may be secret.

    Returns
    -------
    NDArray[uint8]
        Shape (m, n).
    """
    factors, data = _bytes("weights", weights), _bytes("rows", rows)
    if factors.ndim != 2 or data.ndim != 2 or factors.shape[1] != data.shape[0]:
        raise ValueError(f"weights and rows must have shapes (m, k) and (k, n), got {factors.shape} and {data.shape}")
    out = np.empty((factors.shape[0], data.shape[1]), np.uint8)
    kernels.combine_all(factors, data, out)
    return out


def _bytes(name: str, values: ArrayLike) -> NDArray[np.uint8]:
    if isinstance(values, np.ndarray) and values.dtype == np.uint8:
        return np.ascontiguousarray(values)
    return _check.integers(name, values, 0, 255, ndim=None).astype(np.uint8)
