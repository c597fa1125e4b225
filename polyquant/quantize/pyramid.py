"""All integer points with a given sum of magnitudes: a codebook on the sphere that nobody has to store."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.bits import Bits

from . import _counts, _ranks, _search

MOST = 1 << 20


def count_points(n: int, k: int) -> int:
    """P(n, k): how many integer points of *n* coordinates have magnitudes that sum to *k*.

    >>> count_points(8, 6), count_points(16, 12).bit_length()
    (27008, 32)

    References
    ----------
    [FIS86] T. R. Fischer, A pyramid vector quantizer.
    """
    return _counts.count(_check.integer("n", n, 0, MOST), _check.integer("k", k, 0, MOST))


def offsets(n: int, k: int) -> NDArray[Any]:
    """U(i, j) for i = 0..n and j = 0..k + 1: how many points of i coordinates and j pulses begin with a negative one.

    >>> offsets(2, 2).tolist()
    [[1, 0, 0, 0], [0, 1, 1, 1], [0, 1, 3, 5]]

    Returns
    -------
    array of Python int, shape (n + 1, k + 2)
        The sum of the numbers above, to the left, and above left of each; P(n, k) = U(n, k) + U(n, k + 1).
    """
    n, k = _check.integer("n", n, 0, MOST), _check.integer("k", k, 0, MOST)
    return np.array(_counts.table(n, k), dtype=object)


@dataclass(frozen=True, slots=True)
class Pyramid:
    """The integer points y of *n* coordinates with |y_1| + ... + |y_n| = *k*; as directions, a codebook on the sphere.

    >>> import numpy as np
    >>> shapes = Pyramid(3, 2)
    >>> shapes.count, shapes.bits
    (18, 5)
    >>> point = shapes.nearest(np.array([0.9, -1.7, 0.1]))
    >>> point.tolist(), shapes.index(point)
    ([1, -1, 0], 4)
    >>> shapes.point(4).tolist()
    [1, -1, 0]

    The points are in a frozen order: by the first coordinate, +k, ..., +1, 0, -k, ..., -1, then by the next.

    Parameters
    ----------
    n : int
        Coordinates, at least 1.
    k : int
        Pulses, at least 0.

    References
    ----------
    [FIS86] T. R. Fischer, A pyramid vector quantizer.
    """

    n: int
    k: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", _check.integer("n", self.n, 1, MOST))
        object.__setattr__(self, "k", _check.integer("k", self.k, 0, MOST))

    @property
    def count(self) -> int:
        """How many points there are, P(n, k)."""
        return _counts.count(self.n, self.k)

    @property
    def bits(self) -> int:
        """Bits of an index, the least whole number that is enough for *count*."""
        return (self.count - 1).bit_length()

    def nearest(
        self,
        x: ArrayLike,
        *,
        method: str = "swaps",
        flush_subnormal: bool = False,
        out: NDArray[Any] | None = None,
        threads: int = 1,
    ) -> NDArray[Any]:
        """For each group of *x* a point with nearly its direction; signs follow *x*, its length has no influence.

        Parameters
        ----------
        x : array of float32 or float64, shape (m, n) or (n,)
            Finite. A group of zeros becomes (k, 0, ..., 0).
        method : str
            "exact": the largest cosine of all points. "swaps": from the better of two starts, the projection and a
            point further out, pulses move while the cosine grows; nearly as good, and hundreds of times faster.
            "fast": the point nearest to the group at one well chosen length, without a look back; every tenth group
            or so had been better off with the projection. "projection": the point nearest to k x / sum|x|. "greedy":
            one pulse after the other, as in Opus.
        flush_subnormal : bool
            Take groups without any normal number for zeros, instead of refusing them.
        out : array of int8, int16 or int32, same shape as *x*, optional
            Where to put the points.
        threads : int
            The result doesn't depend on it.

        Returns
        -------
        array of int32, same shape as *x*, or *out*
        """
        groups = _search.real_groups(x, self.n)
        _check.choice("method", method, _search.METHODS)
        points = self._place(out, groups.shape)
        rows = points.reshape(-1, self.n)
        _search.nearest(groups.reshape(-1, self.n), self.k, method, flush_subnormal, rows, threads)
        return points

    def limbs(self, points: ArrayLike, *, threads: int = 1) -> NDArray[np.uint64]:
        """Numbers of *points* (m, n) or (n,) as words of 64 bits, shape (m, L) or (L,), lowest word first."""
        array = _ranks.whole_points(points, self.n, self.k)
        numbers = _ranks.to_words(array.reshape(-1, self.n), self.k, self.bits, threads)
        return numbers if array.ndim == 2 else numbers[0]

    def index(self, points: ArrayLike, *, threads: int = 1) -> Any:
        """Place of each point in the frozen order.

        Parameters
        ----------
        points : array of int, shape (m, n) or (n,)
            Magnitudes that sum to *k*.

        Returns
        -------
        int for one point; uint64 array of shape (m,) when :attr:`bits` is at most 64; otherwise list of m ints
        """
        numbers = self.limbs(points, threads=threads)
        if numbers.ndim == 1:
            return _ranks.as_ints(numbers[np.newaxis])[0]
        return numbers[:, 0] if self.bits <= 64 else _ranks.as_ints(numbers)

    def point(self, index: Any) -> NDArray[np.int32]:
        """Inverse of :meth:`index`: the point at an int, shape (n,), or the points at many, shape (m, n).

        Raises
        ------
        ValueError
            An index is negative, or not below *count*.
        """
        if np.ndim(index) == 0:
            only: NDArray[np.int32] = self.point([index])[0]
            return only
        words = _ranks.whole_numbers(index, self.count, self.bits)
        return _ranks.from_words(words, self.n, self.k, self.bits).astype(np.int32)

    def rank(self, points: ArrayLike, *, threads: int = 1) -> Bits:
        """Indices of *points* (m, n) one behind the other, each in exactly :attr:`bits` bits, highest first."""
        numbers = self.limbs(points, threads=threads)
        return _ranks.to_bits(np.atleast_2d(numbers), self.bits)

    def unrank(self, bits: Bits, m: int, *, out: NDArray[Any] | None = None, threads: int = 1) -> NDArray[Any]:
        """The *m* points that :meth:`rank` wrote, shape (m, n).

        Raises
        ------
        TruncatedError
            There are fewer bits.
        CorruptError
            An index is not below *count*.
        ValueError
            There are more bits.
        """
        m = _check.integer("m", m, 0)
        numbers = _ranks.from_bits(bits, m, self.bits, self.count)
        points = self._place(out, (m, self.n))
        points[...] = _ranks.from_words(numbers, self.n, self.k, self.bits, threads)
        return points

    def _place(self, out: NDArray[Any] | None, shape: tuple[int, ...]) -> NDArray[Any]:
        if out is None:
            return np.empty(shape, np.int32)
        if not isinstance(out, np.ndarray) or out.dtype not in (np.int8, np.int16, np.int32):
            raise TypeError("out must be an array of int8, int16 or int32")
        if out.shape != shape:
            raise ValueError(f"out must have shape {shape}, got {out.shape}")
        if np.iinfo(out.dtype).max < self.k:
            raise ValueError(f"out must hold numbers up to {self.k}, got {out.dtype}")
        return out
