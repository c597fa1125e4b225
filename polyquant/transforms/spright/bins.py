"""Bins: the small transforms of subsampled functions, in which coefficients meet.

With the columns M and a delay d, U_d[j] = (1/B) sum over l < B of f[M l XOR d] (-1)^<j, l>. Coefficients that agree in
M^T k, bit i of which is the parity of column i AND k, share a bin: U_d[j] is the sum of F[k] (-1)^<d, k> over all k
with M^T k = j. So a delay changes only signs.

[SHV15] R. Scheibler, S. Haghighatshoar, M. Vetterli, A fast Hadamard transform for signals with sublinear sparsity in
the transform domain.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.transforms.hadamard import fwht

from . import _index
from ._index import Limbs
from ._kernels import hash as kernels
from ._sampling import Function, Sampler
from .plan import Plan, prepared

__all__ = ["bins", "places", "points"]


def bins(fn: Function | ArrayLike, plan: Plan, *, batch: int = 65536, bits: bool = False) -> NDArray[np.float64]:
    """What the bins of all groups show under all delays.

    >>> from polyquant.transforms.spright import Plan
    >>> pair = Plan(3, 1, groups=(((0b001,), (0b000, 0b010, 0b100)),))
    >>> bins(lambda m: 5.0 * (-1.0) ** (m >> 1 & 1), pair)[0].tolist()  # 5 at index 2: even, so in bin 0
    [[5.0, 0.0], [-5.0, 0.0], [5.0, 0.0]]

    Parameters
    ----------
    fn : callable or array
        Takes indices as in :func:`sparse_wht`; or the samples themselves, in the order and shape of :func:`points`.
    plan : Plan
        Not a dense one.

    Returns
    -------
    float64 array of shape (C, P, B)
    """
    where = points(plan)
    if callable(fn):
        flat = where.reshape(-1, where.shape[-1]) if plan.n > 64 else where.reshape(-1, 1)
        values = Sampler(fn, plan.n, _check.integer("batch", batch, 1), bits=bits).read(flat)
    else:
        values = _check.finite("samples", fn)
        if values.shape != where.shape[:3]:
            raise ValueError(f"samples must have shape {where.shape[:3]}, got {values.shape}")
    return transformed(values.reshape(where.shape[:3]))


def transformed(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """The bins of samples of shape (C, P, B)."""
    found: NDArray[np.float64] = fwht(samples, axis=-1) / samples.shape[-1]
    return found


def points(plan: Plan) -> Limbs:
    """Where the plan samples: uint64 of shape (C, P, B), above n = 64 with a last axis of ceil(n / 64) limbs."""
    wide = limbs_of_points(plan)
    return wide[..., 0] if plan.n <= 64 else wide


def limbs_of_points(plan: Plan) -> Limbs:
    """The indices of all samples, shape (C, P, B, W)."""
    if not plan.groups:
        raise ValueError("plan must have groups, got a dense one")
    arrays = prepared(plan)
    spans = np.array([_index.span(columns) for columns in arrays.columns])
    return spans[:, np.newaxis] ^ arrays.delays[:, :, np.newaxis]


def places(plan: Plan, k: Any) -> NDArray[np.int64]:
    """The bin of each index in each group, shape (C, m).

    >>> from polyquant.transforms.spright import Plan
    >>> places(Plan(3, 1, groups=(((0b001,), (0b000, 0b010, 0b100)),)), [2, 5]).tolist()
    [[0, 1]]

    Parameters
    ----------
    k : integers of shape (m,), above n = 64 of shape (m, ceil(n / 64))
    """
    return hashed(plan, _index.widen("k", k, plan.n))


def hashed(plan: Plan, k: Limbs) -> NDArray[np.int64]:
    """As :func:`places`, for limbs of shape (m, W)."""
    found = np.empty((plan.C, len(k)), np.int64)
    kernels.places(prepared(plan).columns, np.ascontiguousarray(k), found)
    return found


def signs(plan: Plan, k: Limbs) -> NDArray[np.float64]:
    """(-1)^<d, k> for the delays d of all groups, shape (C, m, P), for limbs of shape (m, W)."""
    found = np.empty((plan.C, len(k), plan.P))
    kernels.signs(prepared(plan).delays, np.ascontiguousarray(k), found)
    return found
