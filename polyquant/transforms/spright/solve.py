"""The sparse transform as four stages: sample, peel, refine, validate.

[LBPR15] X. Li, J. K. Bradley, S. Pawar, K. Ramchandran, SPRIGHT: a fast and robust framework for sparse Walsh-Hadamard
transform.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polyquant import _check
from polyquant.errors import BudgetError
from polyquant.transforms.hadamard import fwht

from . import _index
from ._index import Limbs
from ._sampling import Function, Progress, Sampler, Stopped, unique
from ._verdict import foreseen, r2, ratio, status_of
from .bins import limbs_of_points, transformed
from .noise import FLOOR, noise_variance
from .plan import Plan, certainty, check_decodable
from .plan import plan as default_plan
from .refine import refine
from .search import search
from .spectrum import SparseSpectrum, predicted

__all__ = ["sparse_wht"]

MOST = 1 << 30
"""More samples than this do not fit into the memory of usual machines, with their indices."""


def sparse_wht(
    fn: Function,
    n: int,
    *,
    K: int | None = None,
    plan: Plan | None = None,
    sigma: float | None = None,
    batch: int = 65536,
    cache: bool = True,
    validate: int = 256,
    progress: Progress | None = None,
    max_samples: int | None = None,
    seed: int = 0,
    bits: bool = False,
) -> SparseSpectrum:
    """The large Walsh-Hadamard coefficients of a function of n bits, without reading its 2^n values.

    >>> chi = lambda m, k: (-1.0) ** np.bitwise_count(m & np.uint64(k))
    >>> found = sparse_wht(lambda m: 3 * chi(m, 5) - chi(m, 2**39 + 1), 40, K=2)
    >>> found.support.tolist(), found.coeffs.round(9).tolist(), found.status
    ([5, 549755813889], [3.0, -1.0], 'converged')

    Parameters
    ----------
    fn : callable
        Takes a uint64 array of m indices, shape (m,), above n = 64 of shape (m, ceil(n / 64)), limb 0 with coordinates
        0 to 63; with *bits* a uint8 array of shape (m, n) instead. Returns m finite real numbers.
    n : int
        At least 0.
    K : int, optional
        How many coefficients to expect, for the default plan.
    plan : Plan, optional
        What to sample; the default is ``plan(n, K, sigma=sigma, seed=seed)``. If its samples are all 2^n, the dense
        transform answers.
    sigma : float, optional
        Standard deviation of the error of one sample. Without it, samples are exact for a plan with the noiseless
        decoder, and for others the noise is estimated from the quietest bins. Samples that were rounded to float32 are
        not exact.
    batch : int
        Most indices in a call of *fn*.
    cache : bool
        Ask for each index once, and keep the samples of an interrupted run (an exception, a stop) for the next run over
        the same function object.
    validate : int
        How many fresh random indices to predict afterwards; fewer if *max_samples* leaves no more, or N is small.
    progress : callable, optional
        ``progress(stage, done, total)`` with stage "sample", "peel", "refine" or "validate"; it returns False to stop.
    max_samples : int, optional
        Never ask for more samples than this.
    seed : int
        At least 0, for the default plan and the validation.

    Returns
    -------
    SparseSpectrum
        Look at ``status``: decoding that fails raises nothing.

    Raises
    ------
    BudgetError
        The plan needs more than *max_samples*, or than 2^30; *fn* was not called.
    ValueError
        *fn* returns something else than m finite numbers, or an argument is out of range.
    """
    n = _check.integer("n", n, 0)
    sigma = None if sigma is None else _check.real("sigma", sigma, 0)
    batch, validate = _check.integer("batch", batch, 1), _check.integer("validate", validate, 0)
    plan = _plan(n, K, plan, sigma, _check.integer("seed", seed, 0))
    left = None if max_samples is None else _check.integer("max_samples", max_samples, 0)
    if left is not None and plan.cost() > left:
        raise BudgetError(f"max_samples must be at least {plan.cost()} for this plan, got {left}")
    if plan.cost() > MOST:
        raise BudgetError(f"plan must ask for at most {MOST} samples, got {plan.cost()}")
    if progress is not None and not callable(progress):
        raise TypeError(f"progress must be a function, got {type(progress).__name__}")
    check_decodable(plan)
    points = _points(plan)
    seen = len(unique(points)[0])
    if seen == 1 << n and plan.groups:
        plan = Plan(n, n, (), "dense")
        points = _points(plan)
    run = _Run(plan, Sampler(fn, n, batch, cache=cache, bits=bits), sigma, seen, progress)
    with_holdout = validate if left is None else min(validate, left - (seen if cache else plan.cost()))
    try:
        found = run.transform(points)
        if plan.groups and with_holdout > 0 and not run.stopped:
            found = run.validate(found, _fresh(n, with_holdout, seed))
    except BaseException:
        run.sampler.keep()
        raise
    if run.stopped:
        run.sampler.keep()
    return found


def _plan(n: int, K: int | None, plan: Plan | None, sigma: float | None, seed: int) -> Plan:
    if plan is None:
        return default_plan(n, K, sigma=sigma, seed=seed)
    if not isinstance(plan, Plan):
        raise TypeError(f"plan must be a Plan, got {type(plan).__name__}")
    if plan.n != n:
        raise ValueError(f"plan must be for n = {n}, got one for n = {plan.n}")
    return plan


def _points(plan: Plan) -> Limbs:
    if not plan.groups:
        return np.arange(1 << plan.n, dtype=np.uint64)[:, np.newaxis]
    return limbs_of_points(plan).reshape(-1, _index.words(plan.n))


def _fresh(n: int, count: int, seed: int) -> Limbs:
    """Uniform random indices, others than those that a plan of the same seed is made from."""
    W = _index.words(n)
    raw = np.random.PCG64([seed, 1]).random_raw(count * W).reshape(count, W)
    raw[:, -1] >>= np.uint64(64 * W - n) if n else np.uint64(63)
    return raw if n else np.zeros((count, 1), np.uint64)


@dataclass(slots=True)
class _Run:
    """One call of :func:`sparse_wht`: what its stages share."""

    plan: Plan
    sampler: Sampler
    sigma: float | None
    unique: int
    progress: Progress | None
    unit: float = 1.0  # a power of two near the largest sample, in which the stages count: squares stay in range
    stopped: bool = False

    def tell(self, stage: str, done: int, total: int) -> bool:
        """Report progress; False from now on once the user has said stop."""
        if self.progress is not None and self.progress(stage, done, total) is False:
            self.stopped = True
        return not self.stopped

    def transform(self, points: Limbs) -> SparseSpectrum:
        try:
            samples = self.sampler.read(points, partial(self.tell, "sample"))
        except Stopped:
            return self._result(np.zeros((0, points.shape[1]), np.uint64), np.zeros(0), "stopped")
        self.unit = math.ldexp(1.0, max(math.frexp(float(np.abs(samples).max()))[1] - 1, -1022))
        samples, sigma = samples / self.unit, None if self.sigma is None else self.sigma / self.unit
        if not self.plan.groups:
            return self._dense(samples, sigma or 0.0)
        return self._sparse(transformed(samples.reshape(self.plan.C, self.plan.P, self.plan.B)), sigma)

    def _sparse(self, values: NDArray[np.float64], sigma: float | None) -> SparseSpectrum:
        known = sigma is not None or self.plan.decoder == "noiseless"
        if known:
            noise = sigma * sigma / self.plan.B if sigma else 0.0
        else:  # at least that of rounding
            noise = max(noise_variance(self.plan, values), (FLOOR * float(np.abs(values).max())) ** 2)
        fit, settled, history = search(self.plan, values, noise, self.unique, self.tell)
        if not known and not fit.unresolved.any():
            fit = refine(self.plan, values, fit.support, fit.power, self.unique)  # the noise is now known from all bins
        return self._result(
            fit.support,
            fit.coeffs,
            "stopped" if self.stopped else status_of(fit, self.plan, settled, known),
            stderr=fit.stderr,
            sigma=math.sqrt(fit.noise * self.plan.B),
            residual=ratio(fit.energy, fit.noise, bool(fit.unresolved.any())),
            unresolved_bins=int(fit.unresolved.sum()),
            detectable=fit.detectable,
            rounds=history[-1].round,
            history=tuple(history),
        )

    def _dense(self, samples: NDArray[np.float64], sigma: float) -> SparseSpectrum:
        """All values were read: keep what is larger than rounding, or than noise."""
        F, n = fwht(samples) / samples.size, self.plan.n
        stderr = sigma / math.sqrt(samples.size)
        keep = np.abs(F) > max(certainty(n, n, 1) * stderr, FLOOR * float(np.abs(F).max()))
        return self._result(
            np.flatnonzero(keep).astype(np.uint64)[:, np.newaxis],
            F[keep],
            "dense",
            stderr=stderr,
            sigma=sigma,
            residual=ratio(float((F[~keep] ** 2).sum()) / max(1, int((~keep).sum())), stderr * stderr, False),
            detectable=(certainty(n, n, 1) + 2) * stderr,
        )

    def _result(
        self,
        support: Limbs,
        coeffs: NDArray[np.float64],
        status: str,
        *,
        stderr: float = 0.0,
        sigma: float = 0.0,
        detectable: float = math.inf,
        residual: float = math.inf,
        **numbers: Any,
    ) -> SparseSpectrum:
        """The result, in the unit of the user."""
        return SparseSpectrum(
            n=self.plan.n,
            support=np.ascontiguousarray(_index.squeeze(support, self.plan.n)),
            coeffs=coeffs * self.unit,
            stderr=np.full(len(coeffs), stderr * self.unit),
            status=status,
            sigma=sigma * self.unit if self.sigma is None else self.sigma,
            residual=residual,
            detectable=detectable * self.unit,
            samples_asked=self.plan.cost(),
            samples_unique=self.unique,
            calls=self.sampler.calls,
            holdout_r2=None,
            plan=self.plan,
            **{"unresolved_bins": 0, "rounds": 0, "history": (), **numbers},
        )

    def validate(self, found: SparseSpectrum, points: Limbs) -> SparseSpectrum:
        """Stage four: predict samples that were not seen; coefficients that fail to were fitted to chance."""
        points = self.sampler.unseen(points)
        if not len(points):
            return found
        try:
            actual = self.sampler.read(points, partial(self.tell, "validate"))
        except Stopped:
            return replace(found, status="stopped", calls=self.sampler.calls)
        missed = actual - predicted(_index.widen("support", found.support, found.n), found.coeffs, points)
        status = found.status
        if status == "converged" and not foreseen(actual, missed, found.sigma):
            status = "unresolved"
        return replace(found, status=status, calls=self.sampler.calls, holdout_r2=r2(actual, missed))
