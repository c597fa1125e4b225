"""A random rotation that is cheap to store and to apply: signs from a seed, then the Walsh-Hadamard transform."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from .hadamard import fwht

TWELVE = 12


@dataclass(frozen=True, slots=True)
class Rotation:
    """The orthogonal map x -> Q (s x) of vectors of *n* numbers, with signs s that *seed* decides.

    Every coordinate of the result is a sum of all coordinates with signs, so a few large numbers are spread over all.
    Lengths and angles stay. Q is the Walsh-Hadamard transform for n = 2^m; for n = 2^m 12^j it is its Kronecker product
    with j Hadamard matrices of order 12.

    >>> import numpy as np
    >>> rotation = Rotation(8, seed=1)
    >>> y = rotation.apply([8, 0, 0, 0, 0, 0, 0, 0])
    >>> abs(y).round(3).tolist()
    [2.828, 2.828, 2.828, 2.828, 2.828, 2.828, 2.828, 2.828]
    >>> rotation.undo(y).round(12).tolist() == [8, 0, 0, 0, 0, 0, 0, 0]
    True

    Parameters
    ----------
    n : int
        2^m 12^j, with m and j at least 0.
    seed : int
        From 0 to 2^64 - 1. It and *n* are all one has to keep: bit i of the words of ``numpy.random.PCG64(seed)``,
        lowest bit of each word of 64 first, is 1 where the sign of coordinate i is -1.

    Raises
    ------
    ValueError
        *n* is no such product, or a number is out of range.

    References
    ----------
    [AC09] N. Ailon, B. Chazelle: random signs and a fast transform, to spread vectors out.
    [PAL33] R. E. A. C. Paley: Hadamard matrices from squares modulo a prime; order 12 is the one of 11.
    """

    n: int
    seed: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", _check.integer("n", self.n, 1))
        object.__setattr__(self, "seed", _check.integer("seed", self.seed, 0, 2**64 - 1))
        _factors(self.n)

    def apply(self, x: ArrayLike) -> NDArray[Any]:
        """The rotated vectors along the last axis of *x*, shape (..., n); float32 stays float32."""
        return self._spread(self._numbers("x", x) * self.signs, order_twelve())

    def undo(self, y: ArrayLike) -> NDArray[Any]:
        """The vectors that :meth:`apply` made *y* from, up to rounding."""
        return self._spread(self._numbers("y", y).copy(), order_twelve().T) * self.signs

    @property
    def signs(self) -> NDArray[np.int8]:
        """The 1 and -1 that *seed* stands for, shape (n,), read-only."""
        return _signs(self.n, self.seed)

    def _numbers(self, name: str, x: ArrayLike) -> NDArray[Any]:
        array = np.asarray(x)
        if array.dtype != np.float32 or not np.isfinite(array).all():
            array = _check.finite(name, x)
        if not array.ndim or array.shape[-1] != self.n:
            raise ValueError(f"{name} must have {self.n} numbers along its last axis, got shape {array.shape}")
        return array

    def _spread(self, work: NDArray[Any], twelve: NDArray[np.int64]) -> NDArray[Any]:
        """Q or its inverse, which has the transpose of the matrix of order 12; *work* is used up."""
        twos, twelves = _factors(self.n)
        rows = np.ascontiguousarray(work).reshape(-1, 1 << twos)
        fwht(rows, norm="ortho", out=rows)
        matrix = (twelve / TWELVE**0.5).astype(work.dtype)
        for j in range(twelves):
            rows = matrix @ rows.reshape(-1, TWELVE, TWELVE**j << twos)
        return rows.reshape(work.shape)


def _factors(n: int) -> tuple[int, int]:
    """The m and j of n = 2^m 12^j."""
    rest, twelves = n, 0
    while rest % 3 == 0:
        rest, twelves = rest // 3, twelves + 1
    twos = rest.bit_length() - 1 - 2 * twelves
    if rest & (rest - 1) or twos < 0:
        raise ValueError(f"n must be a power of two, or one times a power of 12, got {n}")
    return twos, twelves


@lru_cache(maxsize=8)
def _signs(n: int, seed: int) -> NDArray[np.int8]:
    """1 and -1, shape (n,)."""
    words = np.random.PCG64(seed).random_raw(-(-n // 64)).astype("<u8")
    bits = np.unpackbits(words.view(np.uint8), count=n, bitorder="little")
    signs = 1 - 2 * bits.astype(np.int8)
    signs.flags.writeable = False
    return signs


def order_twelve() -> NDArray[np.int64]:
    """Paley's Hadamard matrix of order 12: rows of 1 and -1, each orthogonal to each other.

    Row and column 0 are a frame; inside, the entry at (i, j) says whether j - i is a square modulo 11.
    """
    p = TWELVE - 1
    squares = {i * i % p for i in range(1, p)}
    matrix = np.ones((TWELVE, TWELVE), np.int64)
    for i in range(p):
        for j in range(p):
            matrix[i + 1, j + 1] = 1 if (j - i) % p in squares else -1
    matrix[1:, 0] = 1
    matrix[0, 1:] = 1
    return matrix
