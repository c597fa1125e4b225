"""Activations as points of pyramids, one token at a time: nothing is learned from data, nothing shared by tokens."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from . import _blocks
from ._blocks import Groups, Piece
from .gain import gains, rebuild
from .weights import QuantizedMatrix

LARGEST = float(np.finfo(np.float16).max)


def quantize_tokens(
    x: ArrayLike,
    *,
    group: int = 16,
    k: int | None = None,
    bits: float = 4.1,
    gain_bits: int | None = None,
    rotate: bool = True,
    seed: int = 0,
    method: str = "fast",
    threads: int = 1,
) -> QuantizedMatrix:
    """Each token rotated, cut into groups, each group a point and a gain, the token a scale in half precision.

    A rotation takes the place of calibration: channels that are always large are spread over all. A token comes out
    the same whatever stands beside it. Weights that were rotated with the same seed meet such tokens without turning
    either back, since (R x) . (R w) = x . w.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).standard_normal((5, 384)) * [[0.01], [1], [1], [3], [100]]
    >>> x[:, 7] *= 40
    >>> small = quantize_tokens(x, bits=4.1)
    >>> round(small.bits_per_weight, 4)  # per activation: index, gain, and the scale of the token
    4.0417
    >>> bool((((small.dense() - x) ** 2).sum(axis=1) < 0.01 * (x**2).sum(axis=1)).all())
    True

    Parameters
    ----------
    x : array of real numbers, shape (tokens, channels)
        Activations; finite. A token whose root mean square is below 2^-24 becomes 0, below 2^-14 its scale is coarse.
    group, k, bits, gain_bits, rotate, seed : see :func:`quantize_matrix`
        Bits are per activation, the 16 bits of a token's scale included.
    method, threads : str, int
        For the search; see :meth:`Pyramid.nearest`. The result doesn't depend on *threads*.

    Returns
    -------
    QuantizedMatrix
        Rows are tokens, exponent 0.

    Raises
    ------
    ValueError
        A token's scale does not fit in half precision, or the bits pay for no pulse.
    """
    tokens = _check.finite("x", x, 2)
    if not tokens.shape[1]:
        raise ValueError(f"x must have at least one channel, got shape {tokens.shape}")
    groups = _blocks.choose(tokens.shape[1], group, k, bits, gain_bits)
    turned = _check.integer("seed", seed, 0, 2**64 - 1) if rotate else None
    largest = np.abs(tokens).max(axis=1)
    exponent = np.frexp(largest)[1][:, None]
    rows = _blocks.turn(np.ldexp(tokens, -exponent), turned)
    points, gain, unit = _round(rows, groups, method, threads)
    size = np.einsum("ij,ij->i", unit, unit)
    scale = np.einsum("ij,ij->i", rows, unit) / np.where(size > 0, size, 1)  # the least squared error for these points
    scale = np.ldexp(np.maximum(scale, 0), exponent[:, 0])
    if scale.max(initial=0) > LARGEST:
        place = int(scale.argmax())
        raise ValueError(
            f"x must have scales of at most 65504 (half precision), got {scale[place]:.6g} at token {place}"
        )
    return QuantizedMatrix(points, gain, scale.astype(np.float16), 0, groups, turned)


def _round(
    rows: NDArray[np.float64], groups: Groups, method: str, threads: int
) -> tuple[NDArray[np.integer], NDArray[np.uint8], NDArray[np.float64]]:
    """Points and gains of rows that are first divided by their root mean square, and what the two stand for."""
    size = np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1])
    size *= max(1 - _blocks.expected_loss(groups.n, groups.k), 0.1) ** 0.5  # gains of points are a little shorter
    unit = rows / np.where(size > 0, size, 1)[:, None]
    points = np.empty(rows.shape, _blocks.entry_type(groups))
    gain = np.empty((len(rows), groups.count), np.uint8)
    for piece in groups.pieces:
        columns = slice(piece.start, piece.stop)
        first = piece.start // groups.n
        found, index = _groups(unit[:, columns], piece, method, threads)
        points[:, columns] = found.reshape(points[:, columns].shape)
        gain[:, first : first + piece.count] = index.reshape(len(rows), piece.count)
        level = piece.gain.value(index) * piece.shape.n**0.5
        unit[:, columns] = rebuild(level, found).reshape(points[:, columns].shape)
    return points, gain, unit


def _groups(
    unit: NDArray[np.float64], piece: Piece, method: str, threads: int
) -> tuple[NDArray[np.integer], NDArray[np.uint8]]:
    """Points, shape (groups, n), and indices of gains, of all groups of a piece."""
    x = np.ascontiguousarray(unit, np.float32).reshape(-1, piece.shape.n)
    found = piece.shape.nearest(x, method=method, flush_subnormal=True, threads=threads)
    return found, piece.gain.index(gains(x, found) / piece.shape.n**0.5)
