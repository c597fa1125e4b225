"""Checks of arguments: every message names the argument, the rule and the value.

Wrong arguments are the caller's mistake, so these raise plain ``ValueError`` and ``TypeError``; the tree of
:mod:`polyquant.errors` is for data.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX = 2**63 - 1


def integer(name: str, value: Any, least: int | None = None, most: int | None = None) -> int:
    """*value* as a Python int; refuses bools, floats and strings, and values outside [least, most]."""
    if isinstance(value, bool | np.bool_) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    try:
        number = int(value.__index__())
    except TypeError:  # an array has __index__ too, and refuses unless it is a scalar of integers
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    _bounds(name, number, least, most)
    return number


def real(name: str, value: Any, least: float | None = None, most: float | None = None) -> float:
    """*value* as a finite float inside [least, most]; refuses bools and strings."""
    if isinstance(value, bool | np.bool_ | str | bytes) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} must be a real number, got {value!r}")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}")
    _bounds(name, number, least, most)
    return number


def choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """*value* if it is one of *choices*."""
    known = tuple(choices)
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, got {value!r}")
    return value


def integers(
    name: str, values: ArrayLike, least: int | None = None, most: int | None = None, ndim: int | None = 1
) -> NDArray[np.int64]:
    """*values* as a contiguous int64 array inside [least, most]; refuses bools and floats, even whole ones."""
    array = _whole(name, values)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got {_kind(array)}")
    if array.dtype == np.uint64 and array.size and array.max() > MAX:
        _each(name, array, least, most)
    _dimension(name, array, ndim)
    array = np.asarray(array, dtype=np.int64, order="C")
    if array.size and ((least is not None and array.min() < least) or (most is not None and array.max() > most)):
        _each(name, array, least, most)
    return _frozen(array)


def unsigned(name: str, values: ArrayLike, ndim: int | None = 1) -> NDArray[np.uint64]:
    """*values* as a contiguous uint64 array, integers in [0, 2^64); refuses bools and floats."""
    array = _whole(name, values)
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got {_kind(array)}")
    _dimension(name, array, ndim)
    if array.dtype.kind == "i" and array.size and array.min() < 0:
        _each(name, array, 0, None)
    return _frozen(np.ascontiguousarray(array, dtype=np.uint64))


def finite(name: str, values: ArrayLike, ndim: int | None = None) -> NDArray[np.float64]:
    """*values* as a contiguous float64 array without nan and infinity; refuses bools, strings and complex numbers."""
    array = _array(name, values)
    if array.dtype.kind not in "iuf" and array.size:
        raise TypeError(f"{name} must be real numbers, got {_kind(array)}")
    _dimension(name, array, ndim)
    array = np.asarray(array, dtype=np.float64, order="C")
    good = np.isfinite(array)
    if not good.all():
        place = np.unravel_index(int(np.argmin(good)), array.shape)
        raise ValueError(f"{name} must be finite, got {array[place]}{_at(place)}")
    return _frozen(array)


def probabilities(name: str, p: ArrayLike) -> NDArray[np.float64]:
    """*p* as a 1-D array of non-negative numbers with sum 1 (within 1e-9)."""
    array = finite(name, p, 1)
    if array.size and array.min() < 0:
        place = int(np.argmin(array))
        raise ValueError(f"{name} must not be negative, got {array[place]} at index {place}")
    if not abs(float(array.sum()) - 1) <= 1e-9:
        raise ValueError(f"{name} must sum to 1, got {array.sum()}")
    return array


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """A view that cannot be written to: one type of argument for kernels, whether or not the caller's was frozen."""
    view = array.view()
    view.flags.writeable = False
    return view


def _array(name: str, values: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError:  # numpy refuses ragged lists
        raise ValueError(f"{name} must be a rectangular array, got rows of different lengths") from None


def _whole(name: str, values: ArrayLike) -> NDArray[Any]:
    array = _array(name, values)
    if array.dtype.kind == "f" and isinstance(values, list | tuple):
        array = np.asarray(values, dtype=object)  # numpy makes floats of [1, 2**64 - 1]
    return _from_objects(name, array) if array.dtype == object and array.size else array


def _from_objects(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Python integers that numpy kept as objects: as int64 or uint64, or an error for the first that fits neither."""
    for place, value in np.ndenumerate(array):
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
            raise TypeError(f"{name} must be integers, got {value!r}{_at(place)}")
        _bounds(name, int(value), -MAX - 1, 2**64 - 1, _at(place))
    return array.astype(np.int64 if all(v <= MAX for v in array.flat) else np.uint64)


def _bounds(name: str, value: float, least: float | None, most: float | None, where: str = "") -> None:
    if least is not None and value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}{where}")
    if most is not None and value > most:
        raise ValueError(f"{name} must be at most {most}, got {value}{where}")


def _each(name: str, array: NDArray[Any], least: int | None, most: int | None) -> None:
    """Raise for the first value out of range; int64 is the widest range that passes."""
    least = -MAX - 1 if least is None else least
    most = MAX if most is None else most
    for place, value in np.ndenumerate(array):
        _bounds(name, int(value), least, most, _at(place))


def _dimension(name: str, array: NDArray[Any], ndim: int | None) -> None:
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimension{'s' * (ndim != 1)}, got shape {array.shape}")


def _kind(array: NDArray[Any]) -> str:
    words = {"b": "bool", "f": "float", "c": "complex", "U": "str", "S": "bytes", "O": "object"}
    sample = f" {array.flat[0].item() if array.dtype.kind in 'bfcUS' else array.flat[0]!r}" if array.size else ""
    return words.get(array.dtype.kind, str(array.dtype)) + sample


def _at(place: tuple[Any, ...]) -> str:
    numbers = tuple(int(i) for i in place)
    if not numbers:
        return ""
    return f" at index {numbers[0] if len(numbers) == 1 else numbers}"
