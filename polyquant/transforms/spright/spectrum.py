"""The result of a sparse transform: coefficients, how sure they are, and what it took to find them."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

from . import _index
from ._kernels import hash as kernels
from .peel import Visit
from .plan import Plan

__all__ = ["SparseSpectrum"]


@dataclass(frozen=True, slots=True, eq=False)
class SparseSpectrum:
    """Coefficients F[k] = (1/N) sum over m of f[m] (-1)^<k, m> of a function of n bits, all others taken as 0.

    Attributes
    ----------
    n : int
        The function has N = 2^n values.
    support : uint64 array of shape (m,), above n = 64 of shape (m, ceil(n / 64))
        Indices of the coefficients, ascending.
    coeffs, stderr : float64 arrays of shape (m,)
        The coefficients, and the standard deviation of their errors (0 for exact samples).
    status : {"converged", "unresolved", "noise-like", "stopped", "dense"}
        "converged": all bins are explained up to noise; coefficients below *detectable* may still be missing.
        "unresolved": some are not, more bins or another seed may help. "noise-like": the noise was not known, and what
        is left looks like noise but dominates; the spectrum may be dense. "stopped": *progress* said so. "dense": the
        whole function was read.
    sigma : float
        Standard deviation of the error of one sample, as given or as estimated.
    residual : float
        Mean square of what is left in the bins, in units of the noise: near 1 if all is explained. For exact samples 0
        if nothing is left, else infinite.
    unresolved_bins : int
        Bins with more left in them than noise explains.
    detectable : float
        The smallest coefficient that is seen with a chance of 97 %, if it gets a bin of its own.
    samples_asked, samples_unique : int
        Samples of the plan, and different ones among them; those of the validation come on top.
    calls : int
        Calls of the function.
    rounds : int
        Rounds of peeling over all groups; *history* has a row (round, group, tested, singles, found) a visit.
    holdout_r2 : float or None
        Share of the variance of fresh samples that the coefficients predict; None without validation.
    plan : Plan
        What was sampled.
    """

    n: int
    support: NDArray[np.uint64]
    coeffs: NDArray[np.float64]
    stderr: NDArray[np.float64]
    status: str
    sigma: float
    residual: float
    unresolved_bins: int
    detectable: float
    samples_asked: int
    samples_unique: int
    calls: int
    rounds: int
    history: tuple[Visit, ...]
    holdout_r2: float | None
    plan: Plan

    def __post_init__(self) -> None:
        for array in (self.support, self.coeffs, self.stderr):
            array.flags.writeable = False

    def __repr__(self) -> str:
        return f"SparseSpectrum(n={self.n}, {len(self.coeffs)} coefficients, {self.status})"

    @property
    def converged(self) -> bool:
        """Whether all that is above *detectable* was found, as far as the samples can tell."""
        return self.status in ("converged", "dense")

    @property
    def confidence(self) -> NDArray[np.float64]:
        """Each coefficient's absolute value in standard errors; infinite for exact samples."""
        with np.errstate(divide="ignore"):
            ratio: NDArray[np.float64] = np.abs(self.coeffs) / self.stderr
        return ratio

    @property
    def degrees(self) -> NDArray[np.int64]:
        """How many coordinates each coefficient involves: the ones in its index."""
        ones: NDArray[np.int64] = np.bitwise_count(self._limbs()).sum(axis=1, dtype=np.int64)
        return ones

    def predict(self, idx: ArrayLike, *, bits: bool = False) -> NDArray[np.float64]:
        """The function at the indices *idx*, from the coefficients.

        Parameters
        ----------
        idx : integers
            Shape (m,), above n = 64 shape (m, ceil(n / 64)); with *bits* zeros and ones of shape (m, n).

        Returns
        -------
        float64 array of shape (m,)
        """
        points = _index.from_bits(_bits(idx, self.n)) if bits else _index.widen("idx", idx, self.n)
        return predicted(self._limbs(), self.coeffs, points)

    def interactions(self, order: int) -> list[tuple[tuple[int, ...], float]]:
        """The coefficients that involve exactly *order* coordinates: (coordinates, coefficient), the largest first."""
        order = _check.integer("order", order, 0)
        rows = np.flatnonzero(self.degrees == order)
        rows = rows[np.argsort(-np.abs(self.coeffs[rows]), kind="stable")]
        ones = _index.to_bits(self._limbs()[rows], self.n)
        return [(tuple(np.flatnonzero(row).tolist()), float(F)) for row, F in zip(ones, self.coeffs[rows])]

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each coefficient; ModuleNotFoundError without pandas."""
        try:
            pandas = importlib.import_module("pandas")
        except ModuleNotFoundError as missing:
            raise ModuleNotFoundError("to_frame needs pandas, which polyquant does not install") from missing
        columns = {
            "index": _index.numbers(self._limbs()),
            "degree": self.degrees,
            "coefficient": self.coeffs,
            "stderr": self.stderr,
            "confidence": self.confidence,
        }
        return pandas.DataFrame(columns)

    def _limbs(self) -> _index.Limbs:
        return self.support.reshape(len(self.coeffs), _index.words(self.n))


def predicted(support: _index.Limbs, coeffs: NDArray[np.float64], points: _index.Limbs) -> NDArray[np.float64]:
    """Values at *points*, shape (m, W), of the function with the given coefficients."""
    found = np.empty(len(points))
    kernels.predict(np.ascontiguousarray(support).copy(), coeffs.copy(), points.copy(), found)
    return found


def _bits(values: ArrayLike, n: int) -> NDArray[np.uint8]:
    array = np.asarray(values)
    ones = _check.integers("idx", array.astype(np.uint8) if array.dtype == np.bool_ else array, 0, 1, 2)
    if ones.shape[1] != n:
        raise ValueError(f"idx must have n = {n} columns, got {ones.shape[1]}")
    return ones.astype(np.uint8)
