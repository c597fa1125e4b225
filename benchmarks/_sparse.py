"""The sparse transform: how often everything is found, from how many samples, how fast; beside sparse-transform.

Time without sampling is bins, peeling and least squares. Limits: the small transforms of the samples alone, which every
method of this family needs; for the whole, the dense transform of 2^n values.
"""

import time
from collections.abc import Callable

import numpy as np

from benchmarks._timing import once
from polyquant.transforms import Plan, fwht, plan, sparse_wht
from polyquant.transforms.spright.bins import points, transformed
from polyquant.transforms.spright.peel import peel
from polyquant.transforms.spright.refine import refine
from polyquant.transforms.spright.trials import decibels, function, random_spectrum

try:
    from sparse_transform import qsft
    from sparse_transform.qsft.signals.input_signal_subsampled import SubsampledSignal
except ImportError as error:  # it needs tqdm, scikit-learn and galois
    qsft = None
    print(f"left out: sparse-transform ({error})")

N, K, TRIALS, PEER_TRIALS = 20, 100, 40, 4
# dB, decoder, b, delays, samples at most, milliseconds at most; delays of the peer: a random offset has n + 1 of them
ROWS = [
    (None, "noiseless", 7, 14, 5376, 3.0, (1,)),
    (20.0, "nso", 7, 18, 6912, None, (1, 2)),
    (10.0, "osd", 7, 16, 6144, 15.0, (1, 2)),
    (5.0, "osd", 7, 20, 7680, 15.0, (2, 3)),
    (2.5, "osd", 7, 32, 12288, 15.0, ()),
    (0.0, "osd", 8, 30, 23040, 15.0, ()),
]


def case(n: int, count: int, snr: float | None, seed: int):
    """(support, function, sigma) of a random spectrum of signs."""
    support, coeffs = random_spectrum(n, count, seed)
    sigma = 0.0 if snr is None else decibels(snr, coeffs)
    return support, function(support, coeffs, n, sigma=sigma, seed=seed), sigma


def exact(design: Plan, count: int, snr: float | None, seed: int) -> bool:
    support, fn, sigma = case(design.n, count, snr, seed)
    found = sparse_wht(fn, design.n, plan=design, sigma=sigma, validate=0)
    return found.converged and np.array_equal(found.support, support)


def core(design: Plan, count: int, snr: float | None, seed: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Everything after sampling, and the small transforms alone."""
    _, fn, sigma = case(design.n, count, snr, seed)
    where = points(design)
    samples = np.asarray(fn(where.reshape(-1))).reshape(where.shape)
    noise, unique = sigma**2 / design.B, len(np.unique(where))

    def run() -> object:
        values = transformed(samples)
        return refine(design, values, peel(design, values, noise).support, noise, unique)

    return run, lambda: transformed(samples)


def best(run: Callable[[], object], rounds: int = 30) -> float:
    run()
    return min(once(run) for _ in range(rounds))


def peer(b: int, repeats: int, snr: float | None, seed: int) -> tuple[bool, int, float]:
    """Soft NSO of sparse-transform: (whether it was exact, samples, seconds after sampling)."""
    support, fn, sigma = case(N, K, snr, seed)
    np.random.seed(seed)  # the peer draws its matrices from the global generator
    powers = np.uint64(1) << np.arange(N, dtype=np.uint64)
    arguments = {"b": b, "num_subsample": 3, "num_repeat": repeats, "subsampling_method": "qsft"}
    arguments |= {"query_method": "complex", "delays_method_source": "identity", "delays_method_channel": "nso"}
    signal = SubsampledSignal(
        func=lambda bits: fn(bits.astype(np.uint64) @ powers), n=N, q=2, noise_sd=sigma, query_args=arguments
    )
    start = time.perf_counter()
    channel = "nso-soft" if snr is not None else "identity"
    found = qsft.transform(signal, "identity", channel, b, 3, repeats, noise_sd=sigma, report=True)
    seconds = time.perf_counter() - start
    indices = sorted(
        int(np.asarray(k).astype(np.uint64) @ powers) for k, F in found["transform"].items() if abs(F) > 0.5
    )
    return indices == support.tolist(), int(found["n_samples"]), seconds


def successes() -> str:
    lines = [
        f"sparse, n = {N}, {K} coefficients +1 or -1 at random places; exact supports of {TRIALS} trials, bar 38",
        "     dB decoder    samples  exact  after sampling   bar       transforms alone   sparse-transform, soft NSO",
    ]
    for snr, decoder, b, delays, samples, bar, repeats in ROWS:
        designs = [plan(N, b=b, decoder=decoder, delays=delays, seed=seed) for seed in range(TRIALS)]
        assert all(design.cost() <= samples for design in designs)
        wins = sum(exact(design, K, snr, seed) for seed, design in enumerate(designs))
        run, limit = core(designs[0], K, snr, 0)
        others = []
        for count in repeats if qsft else ():
            trials = [peer(b, count, snr, seed) for seed in range(PEER_TRIALS)]
            cost, seconds = trials[0][1], min(seconds for _, _, seconds in trials)
            others.append(f"{cost} samples {sum(won for won, *_ in trials)}/{PEER_TRIALS}, {1e3 * seconds:.0f} ms")
        noise, most = "none" if snr is None else f"{snr:g}", f"{bar:g} ms" if bar else "-"
        lines.append(
            f"  {noise:>5} {decoder:<9} {designs[0].cost():>8} {wins:>3}/{TRIALS} {1e3 * best(run):12.2f} ms   "
            f"{most:<8} {1e3 * best(limit):13.3f} ms   {'; '.join(others) or '-'}"
        )
    return "\n".join(lines)


def growth() -> str:
    """Samples and seconds as the function gets longer, and the dense transform of all its values."""
    lines = [
        "growth with n; all: sparse_wht with the test function's time and 256 fresh samples; ~: from the time at 2^20",
        "   n  K   dB decoder      samples   exact        all   after sampling            dense",
    ]
    rows = [(n, 64, None, "noiseless", 6, max(n - 6 + 9, 1), 6) for n in (10, 12, 16, 20, 30, 40, 50, 60, 62)]
    rows += [(n, 100, 10.0, "osd", 7, n - 7 + extra, 8) for n, extra in ((20, 3), (40, 5), (60, 5))]
    each = None
    for n, count, snr, decoder, b, delays, trials in rows:
        designs = [plan(n, b=b, decoder=decoder, delays=delays, seed=seed) for seed in range(trials)]
        wins = sum(exact(design, count, snr, seed) for seed, design in enumerate(designs))
        _, fn, sigma = case(n, count, snr, 0)
        whole = best(lambda fn=fn, n=n, design=designs[0], sigma=sigma: sparse_wht(fn, n, plan=design, sigma=sigma), 5)
        after = (
            f"{1e3 * best(core(designs[0], count, snr, 0)[0], 10):10.2f} ms" if designs[0].groups else "        dense"
        )
        if n <= 22:
            x = np.zeros(1 << n)
            each = best(lambda x=x: fwht(x, out=x), 5) / (n << n)
        dense = each * n * 2.0**n
        measured = (
            f"{1e3 * dense:.3g} ms" if n <= 22 else f"{dense:.3g} s" if dense < 1e5 else f"{dense / 3.156e7:.2g} a"
        )
        lines.append(
            f"  {n:>2} {count:>3} {'none' if snr is None else f'{snr:g}':>4} {decoder:<9} {designs[0].cost():>9} "
            f"{wins:>4}/{trials} {1e3 * whole:9.2f} ms {after} {'' if n <= 22 else '~'}{measured:>14}"
        )
    return "\n".join(lines)
