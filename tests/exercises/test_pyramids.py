import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from polyquant.exercises import projection_misses, pyramid_count, pyramid_decode, split_the_bits

VECTORS = Path(__file__).parents[1] / "vectors" / "pvq.json"


def blank(*_):
    return ...


TABLE = [[1] + [0] * 200]
for _ in range(200):
    TABLE.append([1])
    for k in range(200):
        TABLE[-1].append(TABLE[-2][k + 1] + TABLE[-2][k] + TABLE[-1][k])


def slow_count(n, k):
    return TABLE[n][k]


def decode(n, k, index):
    if not 0 <= index < slow_count(n, k):
        raise ValueError("no such index")
    out = []
    for rest in range(n - 1, -1, -1):
        for value in [*range(k, -1, -1), *range(-k, 0)]:
            size = slow_count(rest, k - abs(value))
            if index < size:
                break
            index -= size
        out.append(value)
        k -= abs(value)
    return out


def silent(verdict):
    """A verdict that is no; its message."""
    assert not verdict
    return verdict.message


def test_right_answers_pass():
    assert pyramid_count(slow_count, 58)
    assert pyramid_decode(decode)
    assert pyramid_decode(lambda *a: np.array(decode(*a)))
    assert projection_misses([2.1, 2.0, 1.2, 0.6, 0.4, 0.2], 8)


def test_the_right_decoder_is_the_one_of_the_vectors():
    for one in json.loads(VECTORS.read_text())["index"]:
        if one["n"] <= 16 and one["k"] <= 40:
            assert decode(one["n"], one["k"], int(one["index"])) == one["y"]


def test_blank_answers_are_told_apart_from_wrong_ones():
    for verdict in (
        pyramid_count(blank, 58),
        pyramid_count(slow_count, ...),
        pyramid_decode(blank),
        projection_misses(..., 3),
        split_the_bits(..., ...),
    ):
        assert "nothing" in silent(verdict)
        assert verdict.hint


@pytest.mark.parametrize(
    ("wrong", "largest", "message"),
    [
        (lambda n, k: slow_count(n, k) + (n > 10), 58, "is not the number of points"),
        (lambda n, k: slow_count(n, k) if n and k else 0, 58, r"count\([01], 0\) = 0"),
        (lambda n, k: float(slow_count(n, k)), 58, "must return int"),
        (lambda n, k: 1 / 0, 58, "ZeroDivisionError"),
        (slow_count, 57, "so does a larger one"),
        (slow_count, 59, "more than 64 bits"),
        (slow_count, 58.0, "whole number"),
    ],
)
def test_wrong_counts_are_found(wrong, largest, message):
    verdict = pyramid_count(wrong, largest)
    assert re.search(message, silent(verdict))


def test_counts_without_signs_are_named():
    def unsigned(n, k):
        return count_without(n, k)

    assert "negative" in silent(pyramid_count(unsigned, 58))


@cache
def count_without(n, k):
    return int(k == 0) if n == 0 else sum(count_without(n - 1, k - v) for v in range(k + 1))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda n, k, i: [-v for v in decode(n, k, i)], "signs turned round"),
        (lambda n, k, i: decode(n, k, i)[::-1], "another index"),
        (lambda n, k, i: decode(n, k, i)[:-1], "whole numbers"),
        (lambda n, k, i: [0] * n, "magnitudes with the sum"),
        (lambda n, k, i: decode(n, k, i % slow_count(n, k)), "yet it gives"),
        (lambda n, k, i: decode(n, k, i) if 0 <= i < slow_count(n, k) else [][0], "not IndexError"),
    ],
)
def test_wrong_decoders_are_found(wrong, message):
    assert message in silent(pyramid_decode(wrong))


def test_vectors_whose_projection_is_best_are_refused():
    assert "best cosine of all" in silent(projection_misses([1.0, 0.0], 3))
    assert "finite" in silent(projection_misses([1.0, float("nan")], 3))
    assert "whole number" in silent(projection_misses([1.0, 0.5], 0))
    assert "2 to 16" in silent(projection_misses([1.0], 3))
    assert "list of numbers" in silent(projection_misses("abc", 3))


def test_splits_are_judged_by_their_error():
    assert split_the_bits(5, 36)
    assert split_the_bits(8, 35)
    assert "need" in silent(split_the_bits(6, 36))
    for levels, k, hint in ((3, 37, "exact gain"), (36, 33, "too coarse"), (4, 30, "bits left")):
        verdict = split_the_bits(levels, k)
        assert "is wanted" in silent(verdict)
        assert hint in verdict.hint
    assert "whole number" in silent(split_the_bits(7.5, 36))
