"""Matrices over GF(2): arrays of 0 and 1 outside, one Python integer a row inside, so that rows add by one XOR."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant._random import generator

__all__ = ["inverse", "multiply", "random_full_rank", "rank", "row_rank", "solve"]

Matrix = NDArray[np.uint8]


def row_rank(rows: Sequence[int]) -> int:
    """Rank of the matrix whose rows are the bits of non-negative integers.

    >>> row_rank([0b011, 0b110, 0b101])
    2
    """
    pivots: dict[int, int] = {}  # highest bit -> row
    for i, row in enumerate(rows):
        row = _check.integer(f"rows[{i}]", row, 0)
        while row and (top := row.bit_length()) in pivots:
            row ^= pivots[top]
        if row:
            pivots[row.bit_length()] = row
    return len(pivots)


def rank(matrix: ArrayLike) -> int:
    """Rank of a matrix of zeros and ones, shape (m, n)."""
    return row_rank(_rows(_bits("matrix", matrix)))


def multiply(a: ArrayLike, b: ArrayLike) -> Matrix:
    """The product of a, shape (m, k), and b, shape (k, n), modulo 2."""
    left, right = _bits("a", a), _bits("b", b)
    if left.shape[1] != right.shape[0]:
        raise ValueError(f"a and b must have shapes (m, k) and (k, n), got {left.shape} and {right.shape}")
    return ((left.astype(np.int64) @ right.astype(np.int64)) & 1).astype(np.uint8)


def inverse(matrix: ArrayLike) -> Matrix:
    """The inverse of a square matrix of zeros and ones.

    Raises
    ------
    ValueError
        The matrix is singular.

    >>> inverse([[1, 1], [0, 1]])
    array([[1, 1],
           [0, 1]], dtype=uint8)
    """
    array = _bits("matrix", matrix)
    n = array.shape[0]
    if array.shape != (n, n):
        raise ValueError(f"matrix must be square, got shape {array.shape}")
    pivots, reduced = _eliminate(_rows(np.hstack([np.eye(n, dtype=np.uint8), array[:, ::-1]])), n)
    if len(pivots) < n:
        raise ValueError(f"matrix must be invertible, got rank {len(pivots)} of {n}")
    return _array([row >> n for row in reduced], n)


def solve(matrix: ArrayLike, vector: ArrayLike) -> NDArray[np.uint8] | None:
    """One x with matrix @ x = vector modulo 2, shapes (m, n), (n,), (m,); free unknowns are 0. None if none exists."""
    array, right = _bits("matrix", matrix), _bits("vector", vector, 1)
    m, n = array.shape
    if right.size != m:
        raise ValueError(f"vector must have {m} entries, got {right.size}")
    # reversed columns: bit j of a row is column j, the right side sits above all of them
    pivots, reduced = _eliminate(_rows(np.hstack([right[:, None], array[:, ::-1]])), n)
    if any(row >> n for row in reduced[len(pivots) :]):
        return None
    x = np.zeros(n, np.uint8)
    for column, row in zip(pivots, reduced):
        x[column] = row >> n & 1
    return x


def random_full_rank(n: int, b: int, *, rng: np.random.Generator | int | None = None) -> Matrix:
    """A uniform n x b matrix of zeros and ones of rank b, b <= n, by rejection; 29 of 100 draws or more are kept."""
    n = _check.integer("n", n, 1)
    b = _check.integer("b", b, 1, n)
    source = generator(rng)
    while True:
        matrix = source.integers(0, 2, (n, b), dtype=np.uint8)
        if rank(matrix) == b:
            return matrix


def _eliminate(rows: list[int], columns: int) -> tuple[list[int], list[int]]:
    """Gauss-Jordan on bits 0 to columns - 1: the pivot columns, and the rows with the pivot rows first."""
    rows = list(rows)
    pivots: list[int] = []
    for column in range(columns):
        done = len(pivots)
        found = next((i for i in range(done, len(rows)) if rows[i] >> column & 1), None)
        if found is None:
            continue
        rows[done], rows[found] = rows[found], rows[done]
        pivots.append(column)
        for i, row in enumerate(rows):
            if i != done and row >> column & 1:
                rows[i] ^= rows[done]
    return pivots, rows


def _bits(name: str, values: ArrayLike, ndim: int = 2) -> Matrix:
    array = np.asarray(values)
    if array.dtype == np.bool_:
        array = array.astype(np.uint8)
    return _check.integers(name, array, 0, 1, ndim).astype(np.uint8)


def _rows(array: Matrix) -> list[int]:
    """First column = highest bit."""
    size = array.shape[1]
    return [int.from_bytes(row.tobytes(), "big") >> -size % 8 for row in np.packbits(array, axis=1)]


def _array(rows: list[int], columns: int) -> Matrix:
    return np.array([[row >> columns - 1 - j & 1 for j in range(columns)] for row in rows], np.uint8)
