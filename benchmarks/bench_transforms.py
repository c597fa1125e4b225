"""Walsh-Hadamard transforms. Dense ones in place, one thread, beside peers and the memory.

Peers: fht-cpu (C++ with vector instructions), products with small Hadamard matrices in torch and in numpy (matrices of
scipy), one level at a time in numpy. Limit: one copy of the numbers in memory. A peer is left out with a line when it
is not installed. The sparse transform is in ``_sparse.py``. Run: ``python -m benchmarks.bench_transforms``.
"""

import math
import sys
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks import _sparse
from benchmarks._timing import Row, times
from polyquant.transforms import fwht

try:
    import fht_cpu
except ImportError as error:
    fht_cpu = None
    print(f"left out: fht-cpu ({error})")
try:
    import torch

    torch.set_num_threads(1)
except ImportError as error:
    torch = None
    print(f"left out: torch ({error})")
try:
    from scipy.linalg import hadamard
except ImportError as error:
    hadamard = None
    print(f"left out: scipy ({error})")

SLOW = 1 << 20  # longer inputs are for ours, fht-cpu and the copy


def level_by_level(x: np.ndarray) -> np.ndarray:
    """One distance at a time, with numpy's own loops and one array of differences."""
    h = 1
    while h < x.size:
        p, q = x.reshape(-1, 2, h).swapaxes(0, 1)
        difference = p - q
        p += q
        q[...] = difference
        h *= 2
    return x


def matrices(n: int, dtype: type) -> list[np.ndarray]:
    """Hadamard matrices of order at most 64 whose Kronecker product is the transform of length n."""
    d = n.bit_length() - 1
    parts = max(1, math.ceil(d / 6))
    return [hadamard(1 << (d + j) // parts).astype(dtype) for j in range(parts)]


def by_products(x, factors):
    """The transform as products with *factors*, the last of them for the nearest neighbours; numpy or torch."""
    inner = 1
    for h in factors[::-1]:
        x = h @ x.reshape(-1, len(h), inner) if inner > 1 else x.reshape(-1, len(h)) @ h
        inner *= len(h)
    return x.reshape(-1)


def peers(n: int, dtype: type) -> dict[str, Callable[[], object]]:
    """What is timed: everything works on its own zeros, which stay zeros however often."""
    x = np.zeros(n, dtype)
    other = np.ones(n, dtype)
    found: dict[str, Callable[[], object]] = {"polyquant": lambda: fwht(x, out=x)}
    if fht_cpu:
        found["fht-cpu"] = lambda: fht_cpu.fht(x, num_threads=1)
    if n <= SLOW and hadamard:
        factors = matrices(n, dtype)
        found["products, numpy"] = lambda: by_products(x, factors)
        if torch:
            tensors, y = [torch.from_numpy(h) for h in factors], torch.from_numpy(x)
            found["products, torch"] = lambda: by_products(y, tensors)
    if n <= SLOW:
        found["levels, numpy"] = lambda: level_by_level(x)
    found["copy"] = lambda: np.copyto(other, x)
    return found


def agree(n: int, dtype: type) -> None:
    """A time counts only after the answer was looked at: here whole numbers, exact in both types."""
    x = np.random.default_rng(0).integers(-9, 10, n)
    expected = fwht(x)
    answers = [fwht(x.astype(dtype)), level_by_level(x.astype(dtype))]
    if fht_cpu:
        answers.append(fht_cpu.fht(x.astype(dtype), num_threads=1))
    if hadamard:
        factors = matrices(n, dtype)
        answers.append(by_products(x.astype(dtype), factors))
        if torch:
            tensors = [torch.from_numpy(h) for h in factors]
            answers.append(by_products(torch.from_numpy(x.astype(dtype)), tensors).numpy())
    assert all(np.array_equal(answer, expected) for answer in answers)


def dense(dtype: type, exponents=range(10, 25)) -> str:
    """Nanoseconds for a number; for peers, their time divided by ours."""
    agree(1 << 13, dtype)
    names = list(peers(2, dtype))
    lines = [f"dense, {np.dtype(dtype)}, in place, best of interleaved rounds; peers: their time is so many times ours"]
    lines.append("  n     " + "".join(f"{name + (' ns' if name == 'polyquant' else ''):>17}" for name in names))
    for d in exponents:
        rows = [Row(name, 1 << d, run) for name, run in peers(1 << d, dtype).items()]
        best = {row.name: min(seconds) for row, seconds in zip(rows, times(rows, 40 if d < 20 else 15))}
        ours = best["polyquant"]
        cells = [f"{1e9 * ours / (1 << d):17.3f}"]
        cells += [f"{best[name] / ours:15.2f} x" if name in best else f"{'-':>17}" for name in names[1:]]
        lines.append(f"  2^{d:<4}" + "".join(cells))
    return "\n".join(lines)


def dense_single() -> str:
    return dense(np.float32)


def dense_double() -> str:
    return dense(np.float64)


TABLES = [dense_single, dense_double, _sparse.successes, _sparse.growth]


@pytest.mark.parametrize("title", TABLES)
def test_table(title):
    print("\n" + title())


if __name__ == "__main__":
    for title in TABLES:
        print(title(), flush=True)
    sys.exit(0)
