"""A matrix of weights as points of pyramids: groups of each row, a gain for each group, a scale for each row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from . import _blocks
from ._blocks import Groups, Piece
from .gain import gains, rebuild
from .hessian import damped, feedback, refine, square

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedMatrix:
    """Points, gains and scales of a matrix; :func:`quantize_matrix` makes it.

    Parameters
    ----------
    points : array of int8 or int16, shape (rows, columns)
        One point of a pyramid for each group of each row. Read-only, as the other arrays.
    gain : array of uint8, shape (rows, groups)
        Which level of the universal codebook each group has.
    scale : array of float16, shape (rows,)
        About the root mean square of each row, in units of 2^exponent.
    exponent : int
        See *scale*.
    groups : Groups
        How rows are cut: n, k, tail_k, gain_bits.
    seed : int or None
        The rotation that the rows went through.
    """

    points: NDArray[Any]
    gain: NDArray[np.uint8]
    scale: NDArray[np.float16]
    exponent: int
    groups: Groups
    seed: int | None

    def __post_init__(self) -> None:
        for name in ("points", "gain", "scale"):
            getattr(self, name).flags.writeable = False

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        rows, columns = self.points.shape
        return rows, columns

    def dense(self) -> NDArray[np.float32]:
        """The quantized weights, shape (rows, columns), turned back."""
        unit = np.empty(self.points.shape)
        for piece in self.groups.pieces:
            first, size = piece.start // self.groups.n, (len(unit), piece.count, piece.shape.n)
            level = piece.gain.value(self.gain[:, first : first + piece.count]) * piece.shape.n**0.5
            columns = slice(piece.start, piece.stop)
            unit[:, columns] = rebuild(level, self.points[:, columns].reshape(size)).reshape(unit[:, columns].shape)
        scaled = np.ldexp(unit * self.scale[:, None].astype(np.float64), self.exponent)
        return np.asarray(_blocks.turn_back(scaled, self.seed), np.float32)

    def accounting(self) -> dict[str, int]:
        """Bits of each kind: indices of shapes, gains, scales of rows, and the frame that :meth:`to_bytes` adds."""
        rows, groups = len(self.points), self.groups
        bits = {
            "shape": rows * groups.shape_bits,
            "gain": rows * groups.count * groups.gain_bits,
            "scale": rows * _blocks.SCALE_BITS,
        }
        return bits | {"frame": 8 * len(self.to_bytes()) - sum(bits.values())}

    @property
    def bits_per_weight(self) -> float:
        """Shapes, gains and scales; the frame, less than 70 bytes a matrix, is in :meth:`accounting`."""
        return self.groups.row_bits / self.groups.columns

    def to_bytes(self, *, prefix: bool = False) -> bytes:
        """The matrix in an envelope; with *prefix*, entries and gains in Huffman's code instead of fields.

        The code pays where rows are long groups of numbers with another law than the pyramid's; short groups lose,
        since the code doesn't know that the entries of a group have a given sum.
        """
        from . import _layout

        return _layout.write(self, prefix)

    @classmethod
    def from_bytes(cls, data: bytes) -> QuantizedMatrix:
        """The matrix that :meth:`to_bytes` wrote; any other bytes are a ``DataError``."""
        from . import _layout

        return _layout.read(data)


def quantize_matrix(
    matrix: ArrayLike,
    *,
    group: int = 16,
    k: int | None = None,
    bits: float = 3.1,
    gain_bits: int | None = None,
    rotate: bool = True,
    seed: int = 0,
    hessian: ArrayLike | None = None,
    damping: float = 0.01,
    passes: int = 2,
    method: str = "swaps",
    threads: int = 1,
    progress: Progress | None = None,
) -> QuantizedMatrix:
    """Quantize each row of *matrix* in groups: the direction to a point of a pyramid, the length to a few levels.

    >>> import numpy as np
    >>> matrix = np.random.default_rng(1).standard_normal((8, 64))
    >>> small = quantize_matrix(matrix, bits=3.1)
    >>> small.groups.k, small.groups.gain_bits, small.bits_per_weight
    (21, 2, 3.0625)
    >>> bool(((small.dense() - matrix) ** 2).mean() < 0.03)
    True

    Parameters
    ----------
    matrix : array of real numbers, shape (rows, columns)
        Weights, rows for outputs; finite.
    group : int
        Columns of a group, n. What is left at the end of a row is a narrower group with fewer pulses.
    k : int, optional
        Pulses of a group. If not given, as many as *bits* pay for.
    bits : float
        Most bits per weight, with index, gain and the 16 bits of each row's scale.
    gain_bits : int, optional
        Bits of a group's gain, 0 to 8; if not given, what promises the least error.
    rotate : bool
        Rotate rows first, so that no group is unlike the others.
    seed : int
        Of the rotation.
    hessian : array, shape (columns, columns), optional
        E[x x^T] of the layer's inputs, before any rotation. The error of each group is then passed on to the columns
        behind it, which make the layer's outputs good instead of its weights.
    damping : float
        For *hessian*; see :func:`~polyquant.quantize.feedback`.
    passes : int
        How often, with *hessian*, all groups are then quantized once more (:func:`~polyquant.quantize.refine`).
    method, threads : str, int
        For the search; see :meth:`Pyramid.nearest`. The result doesn't depend on *threads*.
    progress : callable, optional
        With *hessian*, called with steps done and steps in all.

    Returns
    -------
    QuantizedMatrix
    """
    weights = _check.finite("matrix", matrix, 2)
    if not weights.size:
        raise ValueError(f"matrix must not be empty, got shape {weights.shape}")
    groups = _blocks.choose(weights.shape[1], group, k, bits, gain_bits)
    turned = _check.integer("seed", seed, 0, 2**64 - 1) if rotate else None
    exponent = int(np.frexp(np.abs(weights).max())[1])
    if exponent > _blocks.MOST_EXPONENT:
        raise ValueError(f"matrix must be below 2^{_blocks.MOST_EXPONENT}, got {np.abs(weights).max()}")
    rows = _blocks.turn(np.ldexp(weights, -exponent), turned)
    work = _Work(rows, groups, method, threads)
    metric = None
    if hessian is None:
        unit = work.all()
    else:
        metric = damped(_blocks.turn_both(square(hessian, weights.shape[1]), turned), weights.shape[1], damping)
        unit = work.with_feedback(metric, _check.integer("passes", passes, 0), progress)
    scale = _least_squares(rows, unit, metric).astype(np.float16)
    return QuantizedMatrix(work.points, work.gain, scale, exponent, groups, turned)


class _Work:
    """Rows divided by their scales, and the points and gains found so far."""

    def __init__(self, rows: NDArray[Any], groups: Groups, method: str, threads: int) -> None:
        self.groups, self.method, self.threads = groups, method, threads
        loss = _blocks.expected_loss(groups.n, groups.k)
        size = np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1]) * max(1 - loss, 0.1) ** 0.5
        self.rows = (
            rows / np.where(size > 0, size, 1)[:, None]
        )  # gains are those of points, a little shorter than groups
        self.points = np.empty(rows.shape, _blocks.entry_type(groups))
        self.gain = np.empty((len(rows), groups.count), np.uint8)
        self.places = [piece for _, piece in groups.blocks()]
        self.found: tuple[NDArray[Any], NDArray[Any]]  # points and gains of the block that was rounded last

    def all(self) -> NDArray[np.float64]:
        """Every group by itself."""
        done = [self._round_and_keep(self.rows[:, p.start : p.stop], p) for p in self.groups.pieces]
        return np.concatenate(done, axis=1)

    def with_feedback(self, metric: NDArray[np.float64], passes: int, progress: Progress | None) -> NDArray[np.float64]:
        """One group after the other, the errors of each passed on; then again, *passes* times."""
        done, steps = 0, (1 + passes) * len(self.places)

        def tell() -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress(done, steps)

        def first(aim: NDArray[np.float64], start: int) -> NDArray[np.float64]:
            tell()
            return self._round_and_keep(aim, self._place(start))

        def again(aim: NDArray[np.float64], start: int) -> NDArray[np.float64]:
            tell()
            return self._round(aim, self._place(start))

        n = self.groups.n
        unit = feedback(self.rows, metric, first, group=n, damping=0)
        for _ in range(passes):
            unit = refine(self.rows, metric, unit, again, self._keep, group=n, damping=0)
        return unit

    def _place(self, start: int) -> Piece:
        """The only group of a row from column *start* on."""
        return replace(self.places[start // self.groups.n], start=start, count=1)

    def _round_and_keep(self, aim: NDArray[np.float64], piece: Piece) -> NDArray[np.float64]:
        unit = self._round(aim, piece)
        self._keep(np.ones(len(aim), bool), piece.start)
        return unit

    def _round(self, aim: NDArray[np.float64], piece: Piece) -> NDArray[np.float64]:
        """Groups *aim*, shape (rows, count n), from their points and gains."""
        n = piece.shape.n
        x = np.ascontiguousarray(aim, np.float32).reshape(-1, n)
        points = np.empty(x.shape, self.points.dtype)
        piece.shape.nearest(x, method=self.method, flush_subnormal=True, out=points, threads=self.threads)
        index = piece.gain.index(gains(x, points) / n**0.5)
        self.found = points.reshape(aim.shape), index.reshape(len(aim), -1)
        return rebuild(piece.gain.value(index) * n**0.5, points).reshape(aim.shape)

    def _keep(self, rows: NDArray[np.bool_], start: int) -> None:
        """Take what was found for *rows*, from column *start* on."""
        points, index = self.found
        first = start // self.groups.n
        self.points[rows, start : start + points.shape[1]] = points[rows]
        self.gain[rows, first : first + index.shape[1]] = index[rows]


def _least_squares(
    rows: NDArray[np.float64], unit: NDArray[np.float64], hessian: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """The scale s of each row for which s * unit comes nearest to the row, in the metric of *hessian*."""
    weighed = unit if hessian is None else unit @ hessian
    size = np.einsum("ij,ij->i", weighed, unit)
    return np.asarray(np.maximum(np.einsum("ij,ij->i", rows, weighed) / np.where(size > 0, size, 1), 0))
