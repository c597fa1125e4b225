"""Rounding errors that later columns make good: feedback through the Hessian of a layer's squared output error.

A layer turns inputs x into W x. With H = E[x x^T], quantized weights Q cost tr((W - Q) H (W - Q)^T), the mean squared
error of the outputs, not of the weights. With H = A A^T, A upper triangular, this is the squared length of (W - Q) A,
whose block j is (W_j - Q_j) A_jj + S_j, where S_j = sum over i < j of (W_i - Q_i) A_ij is known when the blocks are
quantized from left to right. So block j is not W_j rounded, but W_j + S_j A_jj^-1.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

Matrix = NDArray[np.float64]


class Hessian:
    """The sum of x x^T over inputs that arrive in pieces: what the feedback needs to know of calibration data.

    >>> hessian = Hessian(2)
    >>> hessian.add([[1, 0], [1, 2]])
    >>> hessian.add([[3, 0]])
    >>> hessian.count, hessian.mean.round(3).tolist()
    (3, [[3.667, 0.667], [0.667, 1.333]])

    Parameters
    ----------
    n : int
        Inputs of the layer.
    """

    def __init__(self, n: int) -> None:
        self._sum = np.zeros((_check.integer("n", n, 1),) * 2)
        self.count = 0

    def add(self, inputs: ArrayLike) -> None:
        """Count *inputs*, shape (..., n)."""
        x = np.asarray(inputs)
        if x.dtype != np.float32 or not np.isfinite(x).all():
            x = _check.finite("inputs", inputs)
        if not x.ndim or x.shape[-1] != len(self._sum):
            raise ValueError(f"inputs must have {len(self._sum)} numbers along their last axis, got shape {x.shape}")
        rows = x.reshape(-1, x.shape[-1])
        self._sum += rows.T @ rows
        self.count += len(rows)

    @property
    def mean(self) -> Matrix:
        """E[x x^T], shape (n, n); zero before anything was added."""
        return self._sum / max(1, self.count)


def output_error(matrix: ArrayLike, quantized: ArrayLike, hessian: ArrayLike) -> float:
    """The part of the outputs' mean square that is error: tr(E H E^T) / tr(W H W^T), with E the difference.

    >>> output_error([[2.0, 1.0]], [[2.0, 0.0]], [[4.0, 0.0], [0.0, 1.0]])
    0.058823529411764705

    Parameters
    ----------
    matrix, quantized : array, shape (rows, columns)
        Weights before and after.
    hessian : array, shape (columns, columns)
        E[x x^T] of the inputs.
    """
    w = _check.finite("matrix", matrix, 2)
    h = square(hessian, w.shape[1])
    e = w - _check.finite("quantized", quantized, 2)
    all_of_it = float(np.einsum("ij,ij->", w @ h, w))
    return float(np.einsum("ij,ij->", e @ h, e)) / all_of_it if all_of_it else 0.0


def feedback(
    matrix: ArrayLike,
    hessian: ArrayLike,
    rounding: Callable[[Matrix, int], Matrix],
    *,
    group: int,
    damping: float = 0.01,
) -> Matrix:
    """Quantize blocks of *group* columns from left to right, each after the errors to its left were passed on to it.

    >>> quantized = feedback([[0.4, 0.4]], [[1.0, 0.9], [0.9, 1.0]], lambda block, start: block.round(), group=1)
    >>> quantized.tolist()
    [[0.0, 1.0]]

    Parameters
    ----------
    matrix : array, shape (rows, columns)
        Weights.
    hessian : array, shape (columns, columns)
        E[x x^T] of the inputs.
    rounding : function
        ``rounding(block, start)`` returns the quantized block, shape (rows, at most *group*), of the columns from
        *start* on.
    group : int
        Columns of a block; the last block may be narrower.
    damping : float
        This part of the mean of the diagonal is added to the diagonal, so that inputs that never varied do no harm.

    Returns
    -------
    array, shape (rows, columns)
        What *rounding* returned.

    References
    ----------
    [FRA22] E. Frantar et al., GPTQ: feedback column by column. [CHE23] J. Chee et al., QuIP: the same as factors of H.
    """
    w = _check.finite("matrix", matrix, 2)
    group = _check.integer("group", group, 1)
    a = upper_factor(hessian, w.shape[1], damping)
    quantized, error = np.empty_like(w), np.empty_like(w)
    for start in range(0, w.shape[1], group):
        block = slice(start, min(start + group, w.shape[1]))
        seen = error[:, :start] @ a[:start, block]
        aim = w[:, block] + np.linalg.solve(a[block, block].T, seen.T).T
        quantized[:, block] = rounding(aim, start)
        error[:, block] = w[:, block] - quantized[:, block]
    return quantized


def refine(
    matrix: ArrayLike,
    hessian: ArrayLike,
    quantized: ArrayLike,
    rounding: Callable[[Matrix, int], Matrix],
    keep: Callable[[NDArray[np.bool_], int], object] | None = None,
    *,
    group: int,
    damping: float = 0.01,
) -> Matrix:
    """Quantize each block once more, now that the errors on both sides are known; keep what lowers the output error.

    With G = (W - Q) H, block j would best become Q_j + G_j H_jj^-1. The feedback only knows the errors to the left.

    >>> first = [[0.0, 1.0, 0.0]]
    >>> hessian = [[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]]
    >>> refine([[0.9, 0.3, 0.6]], hessian, first, lambda block, start: block.round(), group=1).tolist()
    [[0.0, 1.0, 1.0]]

    Parameters
    ----------
    matrix, hessian, rounding, group, damping : as for :func:`feedback`
        What is approximated, in which metric, and how.
    quantized : array, shape (rows, columns)
        Where to start.
    keep : function, optional
        ``keep(rows, start)`` hears in which rows, a mask of shape (rows,), the block just rounded was taken.

    Returns
    -------
    array, shape (rows, columns)
        No row has a larger error than in *quantized*, damping included.
    """
    w, result = _check.finite("matrix", matrix, 2), _check.finite("quantized", quantized, 2).copy()
    group = _check.integer("group", group, 1)
    h = damped(hessian, w.shape[1], damping)
    slope = (w - result) @ h
    for start in range(0, w.shape[1], group):
        block = slice(start, min(start + group, w.shape[1]))
        aim = result[:, block] + np.linalg.solve(h[block, block], slope[:, block].T).T
        step = result[:, block] - rounding(aim, start)  # how the error changes
        change = np.einsum("ij,ij->i", step, 2 * slope[:, block] + step @ h[block, block])
        better = change < 0
        step[~better] = 0
        result[:, block] -= step
        slope += step @ h[block]
        if keep is not None:
            keep(better, start)
    return result


def upper_factor(hessian: ArrayLike, n: int, damping: float = 0.01) -> Matrix:
    """The upper triangular A with A A^T = H + damping mean(diag H) I, shape (n, n); the unit matrix for H = 0."""
    h = damped(hessian, n, damping)
    try:
        return np.ascontiguousarray(np.linalg.cholesky(h[::-1, ::-1])[::-1, ::-1])
    except np.linalg.LinAlgError:
        raise ValueError("hessian must be positive definite after damping, as any E[x x^T] is") from None


def damped(hessian: ArrayLike, n: int, damping: float = 0.01) -> Matrix:
    """H + damping mean(diag H) I, or I where H is 0."""
    h = square(hessian, n)
    damping = _check.real("damping", damping, 0)
    level = float(np.trace(h)) / n
    return h + damping * level * np.eye(n) if level else np.eye(n)


def square(hessian: ArrayLike, n: int) -> Matrix:
    """*hessian* if it is finite and of shape (n, n)."""
    h = _check.finite("hessian", hessian, 2)
    if h.shape != (n, n):
        raise ValueError(f"hessian must have shape ({n}, {n}), got {h.shape}")
    return h
