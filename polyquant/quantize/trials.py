"""How well shape and gain together describe a source at a given rate: what the tables of rates are made of."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check, _random

from .gain import gains
from .lloyd import lloyd_max
from .pyramid import Pyramid, count_points

Array = NDArray[np.float64]

SOURCES = ("gaussian", "laplacian", "sphere")


class Split(NamedTuple):
    """Bits divided between a shape of *k* pulses and a gain of *levels* levels; 0 levels if the gain is known."""

    k: int
    levels: int


def groups(source: str, m: int, n: int, *, rng: np.random.Generator | int | None = None) -> Array:
    """*m* random groups of *n* numbers of mean square 1, shape (m, n).

    Parameters
    ----------
    source : "gaussian", "laplacian" or "sphere"
        Independent numbers, or directions without preference, whose length is exactly sqrt(n).
    m, n : int
        At least 1.
    rng : Generator or seed, optional
        Where the numbers come from.
    """
    _check.choice("source", source, SOURCES)
    shape = _check.integer("m", m, 1), _check.integer("n", n, 1)
    random = _random.generator(rng)
    if source == "laplacian":
        return random.laplace(scale=2**-0.5, size=shape)
    x = random.standard_normal(shape)
    return x / np.sqrt((x * x).mean(axis=1, keepdims=True)) if source == "sphere" else x


def split_rate(n: int, split: Split) -> float:
    """Bits per number of shape and gain, as if fractions of bits could be stored.

    >>> round(split_rate(16, Split(11, 3)), 4)
    1.9855
    """
    return (math.log2(count_points(n, split.k)) + math.log2(max(split.levels, 1))) / n


def splits(n: int, bits: float, *, known: bool = False) -> list[Split]:
    """The ways to spend at most *bits* per number: each number of pulses with all the levels that are left for it.

    The levels end where the gain would get more than two bits above its fair share, one coordinate's worth.

    >>> splits(4, 1.0)
    [Split(k=1, levels=2)]
    >>> splits(4, 1.0, known=True)
    [Split(k=1, levels=0)]

    Parameters
    ----------
    n : int
        Numbers in a group.
    bits : float
        Per number.
    known : bool
        The gain needs no bits; then there is one way.
    """
    n, bits = _check.integer("n", n, 2), _check.real("bits", bits, 0)
    most = most_pulses(n, n * bits)
    if known:
        return [Split(most, 0)] if most else []
    ways = ((k, n * bits - math.log2(count_points(n, k))) for k in range(most, 0, -1))
    found: list[Split] = []
    for k, left in ways:
        levels = math.floor(2**left * (1 + 1e-12))
        if levels > 4 * 2**bits and found:
            break
        found.append(Split(k, min(levels, 1024)))
    return found


def most_pulses(n: int, bits: float) -> int:
    """The largest k with P(n, k) <= 2^bits."""
    high = 1
    while math.log2(count_points(n, high)) <= bits:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if math.log2(count_points(n, middle)) <= bits else (low, middle)
    return low if low else 0


class Shaped:
    """Groups and their nearest points of *k* pulses: the error for any number of levels of the gain.

    >>> shaped = Shaped(groups("gaussian", 2000, 16, rng=0), 11)
    >>> round(shaped.error(1), 2), round(shaped.error(3), 2), round(shaped.shape_error, 2)
    (0.12, 0.1, 0.09)

    Parameters
    ----------
    x : array of real numbers, shape (m, n)
        Groups.
    k : int
        Pulses.
    method : str
        As for :meth:`Pyramid.nearest`.
    """

    def __init__(self, x: ArrayLike, k: int, *, method: str = "swaps") -> None:
        rows = _check.finite("x", x, 2)
        self.points = Pyramid(rows.shape[1], k).nearest(rows.astype(np.float32), method=method)
        self.gains = gains(rows, self.points)
        self._size, self._energy = rows.size, float((rows * rows).sum())

    @property
    def shape_error(self) -> float:
        """Mean squared error per number with exact gains."""
        return (self._energy - float((self.gains**2).sum())) / self._size

    def error(self, levels: int, *, training: ArrayLike | None = None) -> float:
        """Mean squared error per number with the best *levels* gains for *training* (these gains, if it is not given).

        With 0 levels the gains stay exact.
        """
        if not levels:
            return self.shape_error
        code = lloyd_max(self.gains if training is None else training, levels)
        return self.shape_error + float(((code.quantize(self.gains) - self.gains) ** 2).sum()) / self._size


def best_split(source: str, n: int, bits: float, *, numbers: int = 1 << 17, seed: int = 0) -> Split:
    """The split of at most *bits* per number with the least error on *numbers* random numbers of *source*.

    Raises
    ------
    ValueError
        Not even one pulse and one level fit.
    """
    ways = splits(n, bits, known=source == "sphere")
    if not ways:
        raise ValueError(f"bits must leave room for one pulse in {n} numbers, got {bits}")
    x = groups(source, max(1, numbers // n), n, rng=seed)
    return min(ways, key=lambda way: Shaped(x, way.k).error(way.levels))


def measured(source: str, n: int, split: Split, *, numbers: int = 1 << 21, seed: int = 1) -> float:
    """The error of *split* on *numbers* fresh numbers of *source*; its gains are trained on others."""
    m = max(2, numbers // n)
    x = groups(source, m, n, rng=seed)
    shaped = Shaped(x, split.k)
    other = Shaped(groups(source, min(m, 1 << 16), n, rng=seed + 1), split.k)
    return shaped.error(split.levels, training=other.gains)
