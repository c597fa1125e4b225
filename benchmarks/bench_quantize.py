"""Pyramids: nearest points and their numbers, one thread, beside peers and the memory.

All rates are weights per second of processor time, so that a busy machine counts less. Input is float32 in groups, the
same for all; output int8 where a peer allows it. Peers: the projection in numpy, 4-bit codes of bitsandbytes (NF4),
optimum-quanto (qint4), turbo-quant-lite and pyturboquant-cpu; one that is not installed is named and left out.
Limit: to read the input once. Losses, 1 - cos^2, stand beside, since a rate without its loss says nothing.
Run: ``python -m benchmarks.bench_quantize``.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import pytest

from polyquant.quantize import Pyramid, _ranks

WEIGHTS = 1 << 18
PAIRS = [(8, 6), (16, 12), (16, 27), (32, 22), (64, 43), (128, 84)]
ROUNDS = 30


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
    """Nearest points: rate and loss of each method, and how much above the exact sweep (of fewer groups)."""
    head = f"{'nearest points, Mw/s':<24}{'n':>5}{'k':>5}{'rate':>10}{'loss':>11}{'above exact':>13}"
    return "\n".join([head, *(line for n, k in PAIRS for line in search(n, k))])


def search(n: int, k: int) -> list[str]:
    pyramid, x, out = Pyramid(n, k), groups(n), np.empty((WEIGHTS // n, n), np.int8)
    few = x[: 1 << 15 - (n // 8).bit_length()]
    quick = {
        "fast": lambda: pyramid.nearest(x, method="fast", out=out),
        "swaps": lambda: pyramid.nearest(x, method="swaps", out=out),
        "read once": lambda: x.sum(),
    }
    slow = {
        "greedy": lambda: pyramid.nearest(few, method="greedy"),
        "exact": lambda: pyramid.nearest(few, method="exact"),
        "numpy projection": lambda: projection(few, k),
    }
    rates = {name: x.size / s for name, s in best(quick).items()} | {
        name: few.size / s for name, s in best(slow, 1).items()
    }
    exact, lines = loss(few, slow["exact"]()), []
    for name, rate in rates.items():
        cells = f"  {name:<22}{n:5}{k:5}{rate / 1e6:10.1f}"
        if name != "read once":
            lost = loss(few, slow[name]() if name in slow else quick[name]()[: len(few)])
            cells += f"{lost:11.6f}{100 * (lost / exact - 1):12.2f}%"
        lines.append(cells)
    return lines


def numbers() -> str:
    """Points to words of 64 bits and back, and to packed bits and back."""
    head = f"{'points and numbers, Mw/s':<26}{'bits':>5}{'encode':>10}{'decode':>10}{'rank':>10}{'unrank':>10}"
    return "\n".join([head, *(number(n, k) for n, k in PAIRS)])


def number(n: int, k: int) -> str:
    pyramid = Pyramid(n, k)
    points = pyramid.nearest(groups(n), out=np.empty((WEIGHTS // n, n), np.int8), method="fast")
    words, packed, out = pyramid.limbs(points), pyramid.rank(points), np.empty_like(points)
    assert np.array_equal(pyramid.unrank(packed, len(points)), points)
    runs = {
        "encode": lambda: pyramid.limbs(points),
        "decode": lambda: _ranks.from_words(words.copy(), n, k, pyramid.bits),
        "rank": lambda: pyramid.rank(points),
        "unrank": lambda: pyramid.unrank(packed, len(points), out=out),
    }
    rates = "".join(f"{points.size / s / 1e6:10.1f}" for s in best(runs, 20).values())
    return f"  n = {n:<4} k = {k:<12} {pyramid.bits:5}{rates}"


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
    packed = pyramid.rank(points.astype(np.int8))
    line(
        "polyquant, n = 16, k = 56",
        lambda: pyramid.rank(pyramid.nearest(rows, out=np.empty(rows.shape, np.int8))),
        lambda: pyramid.unrank(packed, len(points)) * gain[:, np.newaxis],
        f"{pyramid.bits / 16:.3f} bits for the shape, packed; gains exact",
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
    code = coder.encode_batch(x)
    return "turbo-quant-lite", lambda: coder.encode_batch(x), lambda: coder.decode_batch(*code)


def _pyturbo(x: np.ndarray):
    from pyturboquant_cpu import dequantize_mse, quantize_mse

    code = quantize_mse(x, 4)
    return "pyturboquant-cpu", lambda: quantize_mse(x, 4), lambda: dequantize_mse(code)


TABLES = [searches, numbers, peers]


@pytest.mark.parametrize("title", TABLES)
def test_table(title):
    print("\n" + title())


if __name__ == "__main__":
    for title in TABLES:
        print(title(), flush=True)
    sys.exit(0)
