"""Rivals that round each weight by itself: a grid for each group of a row, or a code for each block."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from .scalar import Scalar

HALF = 16  # bits of a scale in half precision
SHRINK = np.linspace(1.0, 0.5, 26)  # of the range, tried when a group may be clipped


class Rounded(NamedTuple):
    """Weights after rounding, float64 of the shape before, and what storing them would take."""

    dense: NDArray[np.float64]
    bits_per_weight: float


def round_to_nearest(w: ArrayLike, bits: int, group: int, *, clip: bool = False) -> Rounded:
    """Each weight to the nearest of 2^bits even steps between the least and the largest of its group.

    The steps start and end so that 0 is one of them. A group stores its step in half precision and which step is 0 in
    *bits* bits.

    >>> rounded = round_to_nearest([[0.0, 0.5, 1.5, 0.9]], bits=2, group=4)
    >>> rounded.dense.tolist(), rounded.bits_per_weight
    ([[0.0, 0.5, 1.5, 1.0]], 6.5)

    Parameters
    ----------
    w : array of real numbers, shape (rows, columns)
        Weights.
    bits : int
        From 1 to 8.
    group : int
        Columns in a group; the last group of a row may be shorter.
    clip : bool
        Let each group shrink its range, down to half, as far as its squared error gets less.

    Raises
    ------
    ValueError
        A step would be above 65,504, too large for half precision.
    """
    weights, bits = _weights(w), _check.integer("bits", bits, 1, 8)
    dense, starts = np.empty_like(weights), 0
    for place in _groups(weights.shape[1], group):
        block = weights[:, place]
        best = _grid(block, bits, 1.0)
        for ratio in SHRINK[1:] if clip else ():
            tried = _grid(block, bits, ratio)
            better = ((tried - block) ** 2).sum(axis=1) < ((best - block) ** 2).sum(axis=1)
            best[better] = tried[better]
        dense[:, place], starts = best, starts + 1
    return Rounded(dense, bits + (HALF + bits) * starts / weights.shape[1])


def round_blocks(w: ArrayLike, code: Scalar, *, group: int | None = None, by: str = "absmax") -> Rounded:
    """Each weight by *code*, after its block was divided by one number, kept in half precision.

    >>> from polyquant.quantize import nf4
    >>> round_blocks([[0.5, -0.3, 0.0, 2.0]], nf4(), group=4).dense.round(3).tolist()
    [[0.492, -0.37, 0.0, 2.0]]

    Parameters
    ----------
    w : array of real numbers, shape (rows, columns)
        Weights.
    code : Scalar
        Such as :func:`nf4`, :func:`e2m1`, or ``lloyd_max("gaussian", 8)``. A weight takes ``code.bits`` bits.
    group : int or None
        Columns in a block, the last block of a row may be shorter; None for whole rows.
    by : "absmax" or "rms"
        Divide by the largest magnitude, or by the root of the mean square.
    """
    weights = _weights(w)
    _check.choice("by", by, ("absmax", "rms"))
    dense, blocks = np.empty_like(weights), 0
    for place in _groups(weights.shape[1], weights.shape[1] if group is None else group):
        block = weights[:, place]
        size = np.abs(block).max(axis=1) if by == "absmax" else np.sqrt((block * block).mean(axis=1))
        scale = _half(size)[:, None]
        dense[:, place] = np.where(scale > 0, scale * code.quantize(block / np.where(scale > 0, scale, 1)), 0)
        blocks += 1
    return Rounded(dense, code.bits + HALF * blocks / weights.shape[1])


def _weights(w: ArrayLike) -> NDArray[np.float64]:
    weights = _check.finite("w", w, 2)
    if not weights.size:
        raise ValueError(f"w must not be empty, got shape {weights.shape}")
    return weights


def _groups(columns: int, group: int) -> Iterator[slice]:
    group = _check.integer("group", group, 1)
    return (slice(start, min(start + group, columns)) for start in range(0, columns, group))


def _grid(block: NDArray[np.float64], bits: int, ratio: float) -> NDArray[np.float64]:
    """Rows of *block* on even steps over *ratio* of their range."""
    most = (1 << bits) - 1
    low, high = ratio * block.min(axis=1).clip(max=0), ratio * block.max(axis=1).clip(min=0)
    step = _half((high - low) / most)[:, None]
    divisor = np.where(step > 0, step, 1)
    zero = np.rint(-low[:, None] / divisor).clip(0, most)
    return np.asarray(step * ((np.rint(block / divisor) + zero).clip(0, most) - zero))


def _half(size: NDArray[Any]) -> NDArray[np.float64]:
    """*size* as half precision keeps it."""
    if size.max() > np.finfo(np.float16).max:
        raise ValueError(f"w must have scales of at most 65504 (half precision), got {size.max()}")
    return size.astype(np.float16).astype(np.float64)
