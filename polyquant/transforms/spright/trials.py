"""Trials with random spectra: how often is everything found? For lessons, exercises and benchmarks.

``python -m polyquant.transforms.spright.trials phase FILE`` computes the grid of the phase transition that lessons
draw; ``noise`` instead of ``phase`` that of the decoders under noise, ``growth`` times on this machine.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.transforms.hadamard import fwht

from . import _index
from .bins import hashed, signs
from .insight import noise
from .peel import peel
from .plan import Plan, plan
from .solve import sparse_wht
from .spectrum import SparseSpectrum, predicted

__all__ = ["Outcome", "aliased", "decibels", "explained", "function", "random_spectrum", "success", "trial"]

GRID_B = (4, 5, 6, 7, 8)
GRID_C = (2, 3, 4, 5)
GRID_LOADS = tuple(round(0.25 * i, 2) for i in range(1, 19))  # coefficients a bin, 0.25 to 4.5
GRID_TRIALS = 40
GROWTH_K = (8, 32, 128)
GROWTH_N = (10, 12, 14, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60)
NOISE_K = 24
NOISE_DELAYS = (14, 24, 34, 44, 54)
NOISE_SNRS = tuple(2.5 * i for i in range(-2, 9))  # -5 to 20 dB


class Outcome(NamedTuple):
    """One trial: was the support found exactly, how many coefficients were missed, how many invented, at what cost."""

    exact: bool
    missed: int
    false: int
    samples: int
    status: str


def random_spectrum(n: int, K: int, seed: int, *, equal: bool = True) -> tuple[Any, NDArray[np.float64]]:
    """K different uniform indices, ascending, and coefficients +1 or -1, or if not *equal* of sizes 0.5 to 1.5.

    >>> random_spectrum(20, 3, 1)[0].tolist() == sorted(random_spectrum(20, 3, 1)[0].tolist())
    True

    Returns
    -------
    support : uint64 array of shape (K,), above n = 64 of shape (K, ceil(n / 64))
    coeffs : float64 array of shape (K,)
    """
    n = _check.integer("n", n, 0)
    K = _check.integer("K", K, 0, 1 << min(n, 40))
    rng = np.random.default_rng([seed, n, K])
    found: set[int] = set()
    while len(found) < K:
        raw = rng.bytes(8 * _index.words(n))
        found.add(int.from_bytes(raw, "little") >> 64 * _index.words(n) - n if n else 0)
    coeffs = rng.choice([-1.0, 1.0], K)
    if not equal:
        coeffs = coeffs * rng.uniform(0.5, 1.5, K)
    return _index.squeeze(_index.limbs(sorted(found), n), n), coeffs


def function(
    support: ArrayLike, coeffs: NDArray[np.float64], n: int, *, sigma: float = 0.0, seed: int = 0
) -> Callable[[NDArray[np.uint64]], NDArray[np.float64]]:
    """The function of n bits with these coefficients, plus normal errors of standard deviation *sigma*.

    The error belongs to the index: asking again gives the same.

    >>> function([0, 3], np.array([5.0, 1.0]), 2)(np.arange(4, dtype=np.uint64)).tolist()
    [6.0, 4.0, 4.0, 6.0]
    """
    rows = _index.widen("support", np.asarray(support, np.uint64), n)
    values = np.ascontiguousarray(coeffs, np.float64)

    def fn(indices: NDArray[np.uint64]) -> NDArray[np.float64]:
        clean = predicted(rows, values, _index.widen("indices", indices, n))
        return clean + sigma * noise(indices, seed) if sigma else clean

    return fn


def decibels(snr: float, coeffs: NDArray[np.float64]) -> float:
    """The standard deviation of the error of a sample, if the signal-to-noise ratio is *snr* dB.

    The ratio is that of sum F^2, the power of the clean samples, to the variance of the error.

    >>> decibels(20, np.ones(100))
    1.0
    """
    return float(np.sqrt(np.sum(np.square(coeffs)) / 10 ** (snr / 10)))


def aliased(plan: Plan, support: ArrayLike, coeffs: NDArray[np.float64]) -> NDArray[np.float64]:
    """What :func:`bins` gives for the function with these coefficients, by the aliasing identity: no sample is taken.

    >>> from polyquant.transforms.spright import bins, plan
    >>> design = plan(12, 5, dense=False)
    >>> support, coeffs = random_spectrum(12, 5, 1)
    >>> np.allclose(aliased(design, support, coeffs), bins(function(support, coeffs, 12), design))
    True
    """
    rows = _index.widen("support", np.asarray(support, np.uint64), plan.n)
    where, sign = hashed(plan, rows), signs(plan, rows)
    values = np.zeros((plan.C, plan.B, plan.P))
    for c in range(plan.C):
        np.add.at(values[c], where[c], sign[c] * coeffs[:, np.newaxis])
    return np.ascontiguousarray(values.transpose(0, 2, 1))


def success(n: int, b: int, C: int, K: int, seed: int) -> bool:
    """Whether peeling finds all of K random coefficients without noise, in C groups of 2^b bins."""
    design = plan(n, b=b, C=C, decoder="noiseless", seed=seed, dense=False)
    support, coeffs = random_spectrum(n, K, seed, equal=False)
    found = peel(design, aliased(design, support, coeffs))
    return found.finished and np.array_equal(_index.squeeze(found.support, n), support)


def trial(design: Plan, K: int, snr: float | None, seed: int) -> Outcome:
    """One run of the whole transform on K random coefficients +1 or -1, with noise of *snr* dB, None for none."""
    support, coeffs = random_spectrum(design.n, K, seed)
    sigma = 0.0 if snr is None else decibels(snr, coeffs)
    fn = function(support, coeffs, design.n, sigma=sigma, seed=seed)
    found = sparse_wht(fn, design.n, plan=design, sigma=sigma or None, validate=0)
    wanted, got = set(_index.numbers(_rows(support))), set(_index.numbers(_rows(found.support)))
    return Outcome(wanted == got, len(wanted - got), len(got - wanted), found.samples_asked, found.status)


def explained(fn: Callable[[NDArray[np.uint64]], NDArray[np.float64]], found: SparseSpectrum, seed: int = 0) -> float:
    """R² of *found* on 1,000 uniform indices: the share of the variance of *fn* that it predicts; n <= 63."""
    points = np.random.default_rng(seed).integers(0, 1 << found.n, 1000, np.uint64)
    actual = np.asarray(fn(points), np.float64)
    return float(1 - np.square(actual - found.predict(points)).sum() / np.square(actual - actual.mean()).sum())


def _rows(support: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return support if support.ndim == 2 else support[:, np.newaxis]


def phase_grid() -> Iterator[tuple[int, int, float, int]]:
    """Rows (b, C, coefficients a bin, successes out of GRID_TRIALS) of the phase transition, n = 16."""
    for b in GRID_B:
        for C in GRID_C:
            for load in GRID_LOADS:
                wins = sum(success(16, b, C, round(load * (1 << b)), seed) for seed in range(GRID_TRIALS))
                yield b, C, load, wins


def noise_plan(decoder: str, delays: int, seed: int) -> Plan:
    """The plan of the noise grid: n = 14, room for 24 coefficients in 3 groups of 32 bins."""
    return plan(14, b=5, C=3, decoder=decoder, delays=delays, seed=seed, dense=False)


def noise_grid() -> Iterator[tuple[str, int, float, int, int, int]]:
    """Rows (decoder, delays, dB, exact runs, coefficients missed, and invented), sums of GRID_TRIALS runs."""
    for decoder, delays in ((d, P) for d in ("osd", "nso", "rm", "coded") for P in NOISE_DELAYS):
        try:
            designs = [noise_plan(decoder, delays, seed) for seed in range(GRID_TRIALS)]
        except ValueError:  # too few delays for this decoder
            continue
        for snr in NOISE_SNRS:
            found = [trial(design, NOISE_K, snr, seed) for seed, design in enumerate(designs)]
            exact, missed, false = (sum(counts) for counts in zip(*((o.exact, o.missed, o.false) for o in found)))
            yield decoder, delays, snr, exact, missed, false


def growth_plan(n: int, K: int, noisy: bool) -> Plan:
    """A plan for K coefficients +1 or -1 of a function of n bits, without noise or at 10 dB."""
    sigma = float(np.sqrt(K / 10)) if noisy else None
    return plan(n, K, C=3, sigma=sigma, smallest=1.0 if noisy else None, seed=n, dense=False)


def dense_seconds(n: int, rounds: int = 3) -> float:
    """The shortest of some times that the transform of 2^n numbers took."""
    x = np.ones(1 << n)
    return min(_seconds(lambda: fwht(x, out=x, norm="ortho")) for _ in range(rounds))


def sparse_seconds(n: int, K: int, noisy: bool, rounds: int = 3) -> float:
    """The shortest of some times that the sparse transform took, samples included."""
    design = growth_plan(n, K, noisy)
    return min(_seconds(lambda: trial(design, K, 10.0 if noisy else None, 0)) for _ in range(rounds))


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def growth_grid() -> Iterator[tuple[str, int, int, str]]:
    """Rows (method, coefficients, n, seconds); method "dense", "exact" or "noisy"."""
    for n in (10, 2):
        dense_seconds(n)  # compiles
    for n in range(10, 25):
        yield "dense", 0, n, f"{dense_seconds(n, 7):.3g}"
    for method in ("exact", "noisy"):
        for K in GROWTH_K:
            sparse_seconds(16, K, method == "noisy", 2)
            for n in GROWTH_N:
                yield method, K, n, f"{sparse_seconds(n, K, method == 'noisy', 7):.3g}"


def main() -> None:
    heads = {"phase": ("b", "C", "load", "wins"), "noise": ("decoder", "delays", "snr", "exact", "missed", "false")}
    heads["growth"] = ("method", "K", "n", "seconds")
    grids = {"phase": phase_grid, "noise": noise_grid, "growth": growth_grid}
    if len(sys.argv) != 3 or sys.argv[1] not in heads:
        sys.exit("usage: python -m polyquant.transforms.spright.trials {phase,noise,growth} FILE")
    with open(sys.argv[2], "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(heads[sys.argv[1]])
        rows.writerows(grids[sys.argv[1]]())


if __name__ == "__main__":
    main()
