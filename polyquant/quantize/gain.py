"""The gain of a shape: how long the group is, and the quantizer for it that no data needs to train."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from .lloyd import Law, best_for_law
from .scalar import Scalar

FINE = 1 << 20  # levels are multiples of 1 / FINE: the same on machines whose logarithms differ in the last bit


def gains(x: ArrayLike, points: ArrayLike, *, kind: str = "mse") -> NDArray[np.float64]:
    """How far along the direction of each point its group lies.

    With "mse" the gain <x, y> / |y| leaves the least squared error, |x|^2 (1 - cos^2); with "norm" it is |x|, so that
    the length stays, at an error of 2 |x|^2 (1 - cos).

    >>> gains([3.0, 4.0], [1, 1]).round(4).tolist(), gains([3.0, 4.0], [1, 1], kind="norm").tolist()
    (4.9497, 5.0)

    Parameters
    ----------
    x : array of real numbers, shape (..., n)
        Groups; finite, of any size from 2^-1074 to 2^1000.
    points : array of integers, the shape of *x*
        Their points y, such as :meth:`Pyramid.nearest` finds. A point 0 has gain 0.
    kind : "mse" or "norm"
        Which gain.

    Returns
    -------
    array of float64, shape (...)
    """
    _check.choice("kind", kind, ("mse", "norm"))
    groups, places = _check.finite("x", x), _points(points)
    if groups.shape != places.shape or not groups.ndim:
        raise ValueError(f"points must have the shape of x, {groups.shape}, got {places.shape}")
    exponent = np.frexp(np.abs(groups).max(axis=-1, initial=0))[1]
    scaled = np.ldexp(groups, -exponent[..., None])  # squares must neither overflow nor vanish
    size = _norm(places)
    if kind == "norm":
        gain = np.where(size > 0, _norm(scaled), 0.0)
    else:
        gain = np.einsum("...i,...i->...", scaled, places) / np.where(size > 0, size, 1)
    return np.asarray(np.ldexp(gain, exponent))


def rebuild(gain: ArrayLike, points: ArrayLike) -> NDArray[np.float64]:
    """What is left of each group, g y / |y|: the inverse of shape and gain.

    >>> rebuild([5.0, 0.0], [[3, 4], [7, 0]]).tolist()
    [[3.0, 4.0], [0.0, 0.0]]

    Parameters
    ----------
    gain : array of real numbers, shape (...)
        Gains.
    points : array of integers, shape (..., n)
        Points; 0 stays 0.
    """
    size, places = _check.finite("gain", gain), _points(points)
    if size.shape != places.shape[:-1] or not places.ndim:
        raise ValueError(f"gain must have shape {places.shape[:-1]}, one number a point, got {size.shape}")
    length = _norm(places)
    return np.asarray((size / np.where(length > 0, length, 1))[..., None] * places)


def _points(points: ArrayLike) -> NDArray[Any]:
    """Points as float64, which is exact: no entry comes near 2^53."""
    array = np.asarray(points)
    if array.dtype.kind not in "iu" and array.size:
        array = _check.integers("points", points, ndim=None)
    return array.astype(np.float64)


def _norm(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", rows, rows)))


def gain_codebook(n: int, d: int | None, levels: int) -> Scalar:
    """The best quantizer for the gains of groups of *n* in a row of *d* numbers whose root mean square is 1.

    If turning the row changes nothing about its law, the share of a group in the squared length of the row follows the
    law Beta(n/2, (d-n)/2), whatever the weights are. So the quantizer is a constant of (n, d, levels): nobody has to
    train, store or send it. Gains are in units of sqrt(n) times the row's root mean square: their mean square is 1.

    >>> [round(level, 3) for level in gain_codebook(16, 384, 4).levels]
    [0.744, 0.917, 1.073, 1.261]

    Parameters
    ----------
    n : int
        Numbers in a group, at least 1.
    d : int or None
        Numbers in the row, at least *n*; None for a row without end, where the law is that of Gaussian numbers. With
        d = n the gain is always 1, and one level is enough.
    levels : int
        From 1 to 1024.

    Returns
    -------
    Scalar
        Levels and thresholds are multiples of 2^-20, the same on every machine.

    References
    ----------
    [LLO82] S. P. Lloyd; [MAX60] J. Max: the best levels for a law.
    """
    n = _check.integer("n", n, 1, 1 << 20)
    d = None if d is None else _check.integer("d", d, n, 1 << 40)
    levels = _check.integer("levels", levels, 1, 1024)
    return Scalar((1.0,)) if d == n else _codebook(n, d, levels)


@lru_cache(maxsize=1024)
def _codebook(n: int, d: int | None, levels: int) -> Scalar:
    best = best_for_law(_law(n, d), levels)
    return Scalar(tuple(_fine(best.levels)), tuple(_fine(best.thresholds)))


@lru_cache(maxsize=16)
def _law(n: int, d: int | None) -> Law:
    return Law(lambda a: gain_density(n, d, a), gain_support(n, d))


def _fine(values: tuple[float, ...]) -> NDArray[np.float64]:
    return np.asarray(np.rint(np.array(values) * FINE) / FINE)


def gain_density(n: int, d: int | None, a: ArrayLike) -> NDArray[np.float64]:
    """The density of sqrt(d/n Beta(n/2, (d-n)/2)) at *a*, and 0 outside [0, sqrt(d/n)].

    >>> gain_density(16, 384, [0.5, 1.0, 1.5]).round(4).tolist()
    [0.0247, 2.2814, 0.0362]

    Parameters
    ----------
    n, d, a : int, int or None, numbers
        As for :func:`gain_codebook`, with d > n.
    """
    n = _check.integer("n", n, 1)
    x = _check.finite("a", a)
    with np.errstate(divide="ignore", invalid="ignore"):
        if d is None:
            constant = math.log(2) + n / 2 * math.log(n / 2) - math.lgamma(n / 2)
            log = constant + (n - 1) * np.log(x) - n / 2 * x * x
        else:
            d = _check.integer("d", d, n + 1)
            p, q = n / 2, (d - n) / 2
            constant = math.log(2) + p * math.log(n / d) + math.lgamma(p + q) - math.lgamma(p) - math.lgamma(q)
            log = constant + (n - 1) * np.log(x) + (q - 1) * np.log1p(-x * x * n / d)
        inside = (x > 0) & (x * x < (math.inf if d is None else d / n))
        return np.where(inside, np.exp(log), 0.0)


def gain_support(n: int, d: int | None) -> tuple[float, float]:
    """Where the law of gains has all its mass but 1e-16."""
    reach = 9 / math.sqrt(n)
    return max(0.0, 1 - reach), min(1 + reach, math.inf if d is None else math.sqrt(d / n))
