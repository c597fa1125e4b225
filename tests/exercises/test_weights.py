import math

import numpy as np
import pytest

from polyquant.datasets import minilm_exponents
from polyquant.exercises import limited_lengths, predicted_size, weights
from polyquant.prefix import huffman, kraft


def coins(counts, longest):
    """Package-merge as a story: a coin of each size for each symbol, cheapest pairs wrapped, 2n - 2 coins bought."""
    used = [i for i, count in enumerate(counts) if count]
    lengths = [0] * len(counts)
    if len(used) == 1:
        lengths[used[0]] = 1
        return lengths
    purse = []
    for _ in range(longest):
        pairs = [(a[0] + b[0], a[1] + b[1]) for a, b in zip(purse[::2], purse[1::2])]
        purse = sorted([(counts[i], [i]) for i in used] + pairs, key=lambda coin: coin[0])
    for _, symbols in purse[: 2 * len(used) - 2]:
        for i in symbols:
            lengths[i] += 1
    return lengths


def test_the_best_lengths_pass():
    assert repr(limited_lengths(coins)).startswith("Right: ")


def clipped(counts, longest):
    return [min(length, longest) for length in huffman(counts).lengths]


def filled(counts, longest):
    """Clipped, then the words of common symbols made longer until all fit: a code, but not the best."""
    lengths = clipped(counts, longest)
    while kraft(lengths) > 1:
        short = [i for i, length in enumerate(lengths) if 0 < length < longest]
        lengths[max(short, key=lambda i: lengths[i])] += 1
    return lengths


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda counts, longest: ..., "returned nothing"),
        (lambda counts, longest: {}, "must return list or tuple"),
        (lambda counts, longest: [1], "2 counts need as many lengths, got 1"),
        (lambda counts, longest: [1.0, 1.0], "a length is a whole number"),
        (lambda counts, longest: [True, True], "a length is a whole number"),
        (lambda counts, longest: [0, 1], "symbol 0 comes 3 times and has a word of 0 bits"),
        (lambda counts, longest: list(huffman(counts).lengths), "at most 4 are allowed"),
        (clipped, "no code has these lengths"),
        (lambda counts, longest: [1 if c else 0 for c in counts], "no code has these lengths"),
        (filled, "more than the best"),
        (lambda counts, longest: list(weights.raise_rare(np.array(counts), longest)), "more than the best"),
        (lambda counts, longest: [longest if c else 0 for c in counts], "more than the best"),
        (lambda counts, longest: 1 // 0, "raised ZeroDivisionError"),
    ],
)
def test_other_lengths_get_a_reason(answer, part):
    verdict = limited_lengths(answer)
    assert not verdict
    assert part in repr(verdict)


def test_no_hint_leaks_the_lengths():
    best = coins(minilm_exponents()[1].sum(axis=0).tolist(), 8)
    said = repr(limited_lengths(filled)) + repr(limited_lengths(clipped))
    assert str([length for length in best if length])[1:-1] not in said


def test_raising_rare_counts_gives_a_legal_and_dearer_code():
    counts = minilm_exponents()[1].sum(axis=0)
    for longest in (6, 8, 12):
        lengths = weights.raise_rare(counts, longest)
        assert max(lengths) <= longest
        assert kraft(lengths) <= 1
        assert np.dot(counts, lengths) > np.dot(counts, coins(counts.tolist(), longest))
    assert weights.raise_rare(counts, 25) == huffman(counts).lengths


def shares(law, sigma):
    edges = 2.0 ** np.arange(-60, 20)
    if law == "gauss":
        below = np.array([math.erf(edge / sigma / math.sqrt(2)) for edge in edges])
    else:
        below = 1 - np.exp(-edges * math.sqrt(2) / sigma)
    return np.diff(below)


def prediction(law, sigma, n):
    p = shares(law, sigma)
    counts = np.rint(n * p).astype(np.int64)
    lengths = np.array(huffman(counts, longest=12).lengths)
    chunks = -(-n // 65536)
    return n + n * (lengths @ p) / 8 + 172 + 20 * chunks + 2 * chunks


def test_a_prediction_from_the_law_passes():
    assert repr(predicted_size(prediction)).startswith("Right: ")


def test_the_prediction_passes_whatever_the_seed(monkeypatch):
    for seed in range(5):
        monkeypatch.setattr(weights, "SEED", seed)
        weights._tensors.cache_clear()
        assert predicted_size(prediction)
    weights._tensors.cache_clear()


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda law, sigma, n: ..., "returned nothing"),
        (lambda law, sigma, n: "many", "must return"),
        (lambda law, sigma, n: 2 * n, "too large"),
        (lambda law, sigma, n: n, "too small"),
        (lambda law, sigma, n: math.inf, "far off"),
        (lambda law, sigma, n: math.nan, "far off"),
        (lambda law, sigma, n: -1, "far off"),
        (lambda law, sigma, n: prediction("gauss", sigma, n), "laplace"),
        (lambda law, sigma, n: prediction(law, sigma, 10**6) / 10**6 * n, "what else has to be in the file"),
    ],
)
def test_other_predictions_get_a_reason(answer, part):
    verdict = predicted_size(answer)
    assert not verdict
    assert part in repr(verdict)


def test_no_hint_leaks_the_size():
    said = repr(predicted_size(lambda law, sigma, n: 2 * n))
    assert not any(str(size) in said or f"{size:,}" in said for *_, size in weights._tensors())
