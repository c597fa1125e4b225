"""Is a coefficient alone in a bin, and which one? All decoders under one signature."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import _index
from ._index import Limbs
from ._kernels import decode as kernels
from ._kernels import osd, viterbi
from ._kernels import peel as bin_kernels
from .noise import Limits, distinct
from .plan import Plan, check_decodable, prepared

__all__ = ["Reading", "read", "singles"]


class Reading(NamedTuple):
    """What m bins hold if each holds one coefficient."""

    bin: NDArray[np.int64]  # (m,)
    k: Limbs  # (m, W): the index
    size: NDArray[np.float64]  # (m,)
    rest: NDArray[np.float64]  # (m,): the mean square that is left over different samples when it is taken out

    def take(self, chosen: NDArray[np.bool_]) -> Reading:
        """Some of the bins."""
        return Reading(self.bin[chosen], self.k[chosen], self.size[chosen], self.rest[chosen])


def read(plan: Plan, c: int, values: NDArray[np.float64], bins: NDArray[np.int64], *, hard: bool = False) -> Reading:
    """Decode *bins* of group *c*, as if each held one coefficient.

    Parameters
    ----------
    values : float64 array of shape (P, B)
        All bins of the group.
    bins : int64 array of shape (m,)
    hard : bool
        Let every offset of an nso plan vote by its sign alone.
    """
    arrays = prepared(plan)
    delays, back = arrays.delays[c], arrays.back[c]
    k, u = np.empty((bins.size, delays.shape[1]), np.uint64), np.empty((bins.size, plan.P))
    bin_kernels.collect(values, bins, delays, back, plan.b, k, u)
    free = np.empty((bins.size, plan.n - plan.b), np.uint8)
    if not free.size:
        pass  # the number of the bin says everything
    elif plan.decoder == "osd":
        osd.ordered(u, _words(plan)[c], free)
    elif plan.decoder == "coded":
        viterbi.coded(u, viterbi.SYMBOLS, free)
    elif plan.decoder == "rm":
        kernels.modulated(u, arrays.reps, arrays.block, free)
    elif hard:
        kernels.hard(u, arrays.reps, free)
    else:  # noiseless is nso with one offset
        kernels.soft(u, arrays.reps, free)
    size, rest, own = np.empty(bins.size), np.empty(bins.size), distinct(plan)[c]
    if own.size < plan.P:
        u, delays = u[:, own], delays[own]
    bin_kernels.fit(u, free, delays, back, k, size, rest)
    return Reading(bins, k, size, rest)


def singles(
    plan: Plan, c: int, values: NDArray[np.float64], bins: NDArray[np.int64], limit: Limits, *, hard: bool = False
) -> Reading:
    """Those of *bins* that hold one coefficient, as far as *limit* can tell; arguments as for :func:`read`.

    Quiet bins are not decoded, except by osd, which sees the pattern of a coefficient that is not louder than noise.
    """
    if plan.decoder != "osd":
        shown = values[distinct(plan)[c]][:, bins]
        bins = bins[(shown * shown).mean(axis=0) > limit.zero]
    found = read(plan, c, values, bins, hard=hard)
    return found.take((np.abs(found.size) > limit.least) & (found.rest <= limit.single))


@lru_cache(maxsize=64)
def _words(plan: Plan) -> Limbs:
    """What each bit of an osd message adds to the word of P signs, and then its own place: (C, n - b + 1, L) limbs."""
    check_decodable(plan)
    code, size = prepared(plan).code, plan.n - plan.b + 1
    own = np.eye(size, dtype=np.uint8)
    return np.stack([_index.from_bits(np.hstack([_index.to_bits(rows, size).T, own])) for rows in code])
