"""Pyramids: nearest points and their numbers, one thread, beside peers and the memory.

All rates are weights per second of processor time, so that a busy machine counts less. Input is float32 in groups, the
same for all; output int8 where a peer allows it. Peers: the projection in numpy, 4-bit codes of bitsandbytes (NF4),
optimum-quanto (qint4), turbo-quant-lite and pyturboquant; one that is not installed is named and left out. Limit: to
read the input once. Losses, 1 - cos^2, stand beside, since a rate without its loss says nothing.
Run: ``python -m benchmarks.bench_quantize``.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import pytest

from polyquant.quantize import Pyramid

WEIGHTS = 1 << 18
PAIRS = [(8, 6), (16, 12), (16, 27), (32, 22), (64, 43), (128, 84)]
ROUNDS = 40


def best(functions: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Least seconds of each, interleaved in short rounds."""
    for run in functions.values():
        run()
    seconds = dict.fromkeys(functions, np.inf)
    for _ in range(rounds):
        for name, run in functions.items():
            start = time.thread_time()
            run()
            seconds[name] = min(seconds[name], time.thread_time() - start)
    return seconds


def groups(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((WEIGHTS // n, n)).astype(np.float32)


def loss(x: np.ndarray, y: np.ndarray) -> float:
    x, y = x.astype(float), y.astype(float)
    return float(np.mean(1 - (x * y).sum(1) ** 2 / ((x * x).sum(1) * (y * y).sum(1))))


def projection(x: np.ndarray, k: int) -> np.ndarray:
    """Largest remainders with numpy's sort."""
    a = np.abs(x)
    t = k * a / a.sum(1, keepdims=True)
    y = np.floor(t)
    order = np.argsort(y - t, axis=1)
    need = (k - y.sum(1)).astype(int)[:, np.newaxis]
    np.put_along_axis(y, order, np.take_along_axis(y, order, 1) + (np.arange(x.shape[1]) < need), 1)
    return np.copysign(y, x)


def searches() -> str:
    """Nearest points: rate and loss of each method, and how much above the exact sweep (of 2,000 groups)."""
    lines = [f"{'nearest points, Mw/s':<24}{'n':>5}{'k':>5}{'rate':>10}{'loss':>11}{'above exact':>13}"]
    for n, k in PAIRS:
        pyramid, x, out = Pyramid(n, k), groups(n), np.empty((WEIGHTS // n, n), np.int8)
        few = x[: 2000 if n < 64 else 300]
        exact = loss(few, pyramid.nearest(few, method="exact"))
        runs = {m: lambda m=m: pyramid.nearest(x, method=m, out=out) for m in ("fast", "swaps")}
        rates = best({**runs, "read once": lambda: x.sum()})
        slow = best({m: lambda m=m: pyramid.nearest(few, method=m) for m in ("greedy", "exact")}, 2)
        slow["numpy projection"] = best({"": lambda: projection(x[:4096], k)}, 5)[""]
        sizes = {"greedy": few.size, "exact": few.size, "numpy projection": x[:4096].size}
        for name, seconds in {**rates, **slow}.items():
            rate = sizes.get(name, x.size) / seconds / 1e6
            cells = f"  {name:<22}{n:5}{k:5}{rate:10.1f}"
            if name != "read once":
                y = projection(few, k) if name == "numpy projection" else pyramid.nearest(few, method=name)
                cells += f"{loss(few, y):11.6f}{100 * (loss(few, y) / exact - 1):12.2f}%"
            lines.append(cells)
    return "\n".join(lines)


def numbers() -> str:
    """Points to words of 64 bits and back, and to packed bits and back."""
    lines = [f"{'points and numbers, Mw/s':<26}{'bits':>5}{'encode':>10}{'decode':>10}{'rank':>10}{'unrank':>10}"]
    for n, k in PAIRS:
        pyramid = Pyramid(n, k)
        points = pyramid.nearest(groups(n), out=np.empty((WEIGHTS // n, n), np.int8), method="fast")
        from polyquant.quantize import _ranks

        words, packed = pyramid.limbs(points), pyramid.rank(points)
        assert np.array_equal(pyramid.unrank(packed, len(points)), points)
        out = np.empty_like(points)
        seconds = best(
            {
                "encode": lambda: pyramid.limbs(points),
                "decode": lambda: _ranks.from_words(words.copy(), n, k, pyramid.bits),
                "rank": lambda: pyramid.rank(points),
                "unrank": lambda: pyramid.unrank(packed, len(points), out=out),
            },
            20,
        )
        rates = "".join(f"{points.size / s / 1e6:10.1f}" for s in seconds.values())
        lines.append(f"  n = {n:<4} k = {k:<12} {pyramid.bits:5}{rates}")
    return "\n".join(lines)


def peers() -> str:
    """What other packages need for 4 bits a weight, with the mean squared error on Gaussian weights."""
    x = np.random.default_rng(1).standard_normal((256, 1024)).astype(np.float32)
    lines = [f"{'4 bits a weight':<34}{'quantize':>10}{'back':>10}{'error':>10}   Mw/s, mean squared error"]

    def line(name: str, forward: Callable[[], object], back: Callable[[], np.ndarray], note: str = "") -> None:
        seconds = best({"forward": forward, "back": back}, 8)
        error = float(np.mean((np.asarray(back(), float).reshape(x.shape) - x) ** 2))
        rates = "".join(f"{x.size / seconds[key] / 1e6:10.1f}" for key in ("forward", "back"))
        lines.append(f"  {name:<32}{rates}{error:10.4f}   {note}")

    pyramid = Pyramid(16, 56)
    rows = x.reshape(-1, 16)
    points = pyramid.nearest(rows).astype(np.float32)
    gain = (rows * points).sum(1) / (points * points).sum(1)
    line(
        "polyquant, n = 16, k = 56",
        lambda: pyramid.rank(pyramid.nearest(rows, out=np.empty(rows.shape, np.int8))),
        lambda: pyramid.unrank(pyramid.rank(points.astype(np.int8)), len(points)) * gain[:, np.newaxis],
        f"{pyramid.bits / 16:.3f} bits for the shape, gains exact; back: with its packing",
    )
    for rival in (_bitsandbytes, _quanto, _turbo_lite, _pyturbo):
        try:
            line(*rival(x))
        except (ImportError, AttributeError, RuntimeError, OSError) as error:
            lines.append(f"  left out: {rival.__name__[1:]} ({type(error).__name__}: {str(error)[:60]})")
    return "\n".join(lines)


def _bitsandbytes(x: np.ndarray):
    import torch
    from bitsandbytes.functional import dequantize_4bit, quantize_4bit

    torch.set_num_threads(1)
    t = torch.from_numpy(x)
    code, state = quantize_4bit(t, blocksize=64, quant_type="nf4")
    return (
        "bitsandbytes NF4, blocks of 64",
        lambda: quantize_4bit(t, blocksize=64, quant_type="nf4"),
        lambda: dequantize_4bit(code, state).numpy(),
    )


def _quanto(x: np.ndarray):
    import torch
    from optimum.quanto import MaxOptimizer, qint4, quantize_weight

    torch.set_num_threads(1)
    t = torch.from_numpy(x)

    def run():
        scale, shift = MaxOptimizer()(t, qint4, 0, 128)
        return quantize_weight(t, qint4, 0, scale, shift, 128)

    code = run()
    return "optimum-quanto qint4, groups of 128", run, lambda: code.dequantize().numpy()


def _turbo_lite(x: np.ndarray):
    from turbo_quant_lite import TurboQuant

    coder = TurboQuant(dim=x.shape[1], bits=4)
    code = coder.encode(x)
    return "turbo-quant-lite", lambda: coder.encode(x), lambda: coder.decode(code)


def _pyturbo(x: np.ndarray):
    import torch
    from pyturboquant import mse_dequantize, mse_quantize

    torch.set_num_threads(1)
    t = torch.from_numpy(x)
    code = mse_quantize(t, bits=4)
    return "pyturboquant", lambda: mse_quantize(t, bits=4), lambda: mse_dequantize(code).numpy()


TABLES = [searches, numbers, peers]


@pytest.mark.parametrize("title", TABLES)
def test_table(title):
    print("\n" + title())


if __name__ == "__main__":
    for title in TABLES:
        print(title(), flush=True)
    sys.exit(0)
