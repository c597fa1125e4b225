"""Asking the user's function: in batches, each index once, with checks of what comes back; interrupted runs resume."""

from __future__ import annotations

import types
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _index
from ._index import Limbs

Function = Callable[[NDArray[Any]], Any]
Progress = Callable[[str, int, int], bool | None]

_interrupted: dict[Any, dict[int, tuple[Limbs, NDArray[np.float64]]]] = {}
"""Samples of functions whose last run did not end, as long as the function lives: weak reference -> n -> samples."""


class Stopped(Exception):
    """The user's progress function returned False."""


class Sampler:
    """A function of n bits with a memory.

    Attributes
    ----------
    keys : uint64 array of shape (u, W)
        Indices that were sampled, each once; *values*, shape (u,), what came back.
    calls : int
        Calls of the function.
    """

    def __init__(self, fn: Function, n: int, batch: int = 65536, *, cache: bool = True, bits: bool = False) -> None:
        if not callable(fn):
            raise TypeError(f"fn must be a function of an array of indices, got {type(fn).__name__}")
        self._fn, self._n, self._batch, self._cache, self._bits = fn, n, batch, cache, bits
        self.keys: Limbs = np.zeros((0, _index.words(n)), np.uint64)
        self.values = np.zeros(0)
        self.calls = 0
        if cache:
            self.keys, self.values = _interrupted.get(_reference(fn), {}).pop(n, (self.keys, self.values))

    def read(self, points: Limbs, progress: Callable[[int, int], bool | None] | None = None) -> NDArray[np.float64]:
        """The function at the indices *points*, shape (m, W); values of shape (m,).

        With the cache, each index is asked once, in ascending order. Whatever ends the reading, the samples that came
        back are in the memory.
        """
        if not self._cache:
            return self._ask(points, progress)
        wanted, back = unique(points)
        known = len(self.keys)
        keys, place = unique(np.concatenate([self.keys, wanted]))
        missing = np.ones(len(keys), bool)
        missing[place[:known]] = False
        values = np.empty(len(keys))
        values[place[:known]] = self.values
        values[missing] = self._ask(keys[missing], progress)
        self.keys, self.values = keys, values
        found: NDArray[np.float64] = values[place[known:]][back]
        return found

    def keep(self) -> None:
        """Keep the samples for the next run over the same function, if it can be recognised."""
        reference = _reference(self._fn, _interrupted.pop)
        if self._cache and reference is not None and len(self.keys):
            _interrupted.setdefault(reference, {})[self._n] = self.keys, self.values

    def unseen(self, points: Limbs) -> Limbs:
        """Those of *points* that were not sampled yet, each once."""
        known = len(self.keys)
        keys, place = unique(np.concatenate([self.keys, points]))
        new = np.ones(len(keys), bool)
        new[place[:known]] = False
        return keys[new]

    def _ask(self, points: Limbs, progress: Callable[[int, int], bool | None] | None) -> NDArray[np.float64]:
        values, done = np.empty(len(points)), 0
        try:
            while done < len(points):
                part = points[done : done + self._batch]
                values[done : done + len(part)] = self._call(part)
                done += len(part)
                if progress is not None and progress(done, len(points)) is False:
                    raise Stopped
        except BaseException:
            if self._cache:
                self.keys = np.concatenate([self.keys, points[:done]])
                self.values = np.concatenate([self.values, values[:done]])
            raise
        return values

    def _call(self, points: Limbs) -> NDArray[np.float64]:
        own = _index.to_bits(points, self._n) if self._bits else _index.squeeze(points, self._n).copy()
        self.calls += 1
        returned = np.asarray(self._fn(own))
        if returned.dtype.kind not in "biuf":
            raise TypeError(f"fn must return real numbers, got an array of {returned.dtype}")
        if returned.shape != (len(points),):
            raise ValueError(
                f"fn must return {len(points)} numbers for {len(points)} indices, got shape {returned.shape}"
            )
        values = returned.astype(np.float64)
        if not (good := np.isfinite(values)).all():
            place = int(np.argmin(good))
            index = _index.numbers(points[place : place + 1])[0]
            raise ValueError(f"fn must return finite numbers, got {values[place]} at index {index}")
        return values


def unique(points: Limbs) -> tuple[Limbs, NDArray[np.int64]]:
    """The different rows of an array of shape (m, W), ascending as numbers, and for each row the place of its equal."""
    if points.shape[1] == 1:
        keys, back = np.unique(points[:, 0], return_inverse=True)
        return keys[:, np.newaxis], back
    order = np.lexsort(points.T)
    ordered = points[order]
    first = np.ones(len(points), bool)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    back = np.empty(len(points), np.int64)
    back[order] = np.cumsum(first) - 1
    return ordered[first], back


def _reference(fn: Function, gone: Callable[..., Any] | None = None) -> Any:
    """A weak reference that equals other references to the same function; None if there is no such thing."""
    callback = (lambda reference: gone(reference, None)) if gone else None
    try:
        reference = weakref.WeakMethod(fn, callback) if isinstance(fn, types.MethodType) else weakref.ref(fn, callback)
        hash(reference)
    except TypeError:
        return None
    return reference
