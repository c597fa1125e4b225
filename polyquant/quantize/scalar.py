"""Scalar quantizers: one number at a time to the nearest of a few levels."""

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check


@dataclass(frozen=True)
class Scalar:
    """Numbers below the first threshold become the first level, numbers from the last on the last level.

    >>> code = Scalar((-1.0, 0.0, 2.0))
    >>> code.thresholds
    (-0.5, 1.0)
    >>> code.index([-3, 0.9, 1]).tolist(), code.quantize([-3, 0.9, 1]).tolist()
    ([0, 1, 2], [-1.0, 0.0, 2.0])

    Parameters
    ----------
    levels : numbers
        Increasing, at least one.
    thresholds : numbers, optional
        Increasing, one fewer than the levels; midway between them if not given, which makes each number go to its
        nearest level. A number that equals a threshold goes up.

    Raises
    ------
    ValueError
        Not finite, not increasing, or the lengths do not fit.
    """

    levels: tuple[float, ...]
    thresholds: tuple[float, ...] = ()
    _levels: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _thresholds: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        levels = _increasing("levels", self.levels)
        if not levels.size:
            raise ValueError("levels must have at least 1 number, got 0")
        given = np.asarray(self.thresholds)
        thresholds = _increasing("thresholds", given if given.size else levels[:-1] / 2 + levels[1:] / 2)
        if len(thresholds) != len(levels) - 1:
            raise ValueError(f"thresholds must be one fewer than the {len(levels)} levels, got {len(thresholds)}")
        for name, array in (("levels", levels), ("thresholds", thresholds)):
            object.__setattr__(self, name, tuple(array.tolist()))
            object.__setattr__(self, f"_{name}", array)

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def bits(self) -> int:
        """Bits of an index of fixed width."""
        return (len(self.levels) - 1).bit_length()

    def index(self, x: ArrayLike) -> NDArray[Any]:
        """Which level each number of *x* becomes: uint8 for up to 256 levels, else uint16 or uint32."""
        found = np.searchsorted(self._thresholds, _check.finite("x", x), side="right")
        return found.astype(np.min_scalar_type(len(self.levels) - 1))

    def value(self, index: ArrayLike) -> NDArray[np.float64]:
        """The levels of indices from 0 to len - 1, in the shape of *index*."""
        return np.asarray(self._levels[_check.integers("index", index, 0, len(self.levels) - 1, ndim=None)])

    def quantize(self, x: ArrayLike) -> NDArray[np.float64]:
        """The level that each number of *x* becomes."""
        return np.asarray(self._levels[self.index(x)])

    def scaled(self, factor: float) -> "Scalar":
        """The same quantizer for numbers that are *factor* times as large."""
        factor = _check.real("factor", factor)
        if factor <= 0:
            raise ValueError(f"factor must be positive, got {factor}")
        return Scalar(tuple(self._levels * factor), tuple(self._thresholds * factor))


def _increasing(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = _check.finite(name, values, 1)
    for i, (a, b) in enumerate(pairwise(array.tolist())):
        if not a < b:
            raise ValueError(f"{name} must increase, got {a} and {b} at index {i}")
    return array


def uniform(bits: int, clip: float) -> Scalar:
    """2^bits levels in the middle of equal steps that cover [-clip, clip].

    >>> uniform(2, 1.0).levels
    (-0.75, -0.25, 0.25, 0.75)
    """
    bits, clip = _check.integer("bits", bits, 0, 16), _check.real("clip", clip)
    if clip <= 0:
        raise ValueError(f"clip must be positive, got {clip}")
    count = 1 << bits
    return Scalar(tuple((2 * np.arange(count) + 1 - count) * (clip / count)))


@lru_cache(maxsize=1)
def nf4() -> Scalar:
    """The 16 levels of NF4, for numbers that were divided by the largest magnitude of their block.

    Quantiles of the normal law, scaled to [-1, 1] on each side of an exact 0; seven are negative.

    >>> nf4().quantize([-2, 0.01, 0.6]).round(4).tolist()
    [-1.0, 0.0, 0.5626]

    References
    ----------
    [DET23] T. Dettmers et al., QLoRA: the data type; the outermost quantile is the mean of 1 - 1/30 and 1 - 1/32.
    """
    outermost = (1 - 1 / 30 + 1 - 1 / 32) / 2
    normal = NormalDist()
    up = [normal.inv_cdf(p) for p in np.linspace(0.5, outermost, 9)[1:]]
    down = [-normal.inv_cdf(p) for p in np.linspace(outermost, 0.5, 8)[:-1]]
    return Scalar(tuple(np.array([*down, 0.0, *up]) / up[-1]))


@lru_cache(maxsize=1)
def e2m1() -> Scalar:
    """The 15 numbers of a 4-bit float with 2 bits of exponent and 1 of mantissa, divided by the largest, which is 6.

    >>> (e2m1().quantize([1, 0.3, -0.05]) * 6).tolist()
    [6.0, 2.0, -0.5]

    References
    ----------
    [OCP23] OCP microscaling formats (MX): FP4.
    """
    positive = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]
    return Scalar(tuple(np.array([*(-v for v in reversed(positive)), 0.0, *positive]) / 6))
