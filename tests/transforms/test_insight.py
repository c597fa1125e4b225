import math
from itertools import pairwise

import numpy as np
import pytest

from polyquant.transforms.spright.insight import density_evolution, noise, threshold
from tests.vectors import load, rows


@pytest.mark.parametrize("case", rows("wht", "noise"), ids=lambda case: case["seed"])
def test_published_noise(case):
    assert noise(np.array(case["index"], np.uint64), case["seed"]) == pytest.approx(case["value"], abs=1e-11)


def test_noise_is_normal():
    values = noise(np.arange(2**16), 5)
    assert abs(values.mean()) < 5 / 2**8
    assert abs((values**2).mean() - 1) < 5 * math.sqrt(2) / 2**8
    assert abs((values**4).mean() - 3) < 5 * math.sqrt(96) / 2**8
    assert abs((values[1:] * values[:-1]).mean()) < 5 / 2**8


def test_every_limb_counts_in_noise():
    rows = np.array([[1, 2], [1, 3], [2, 2], [2, 1]], np.uint64)
    assert len(set(noise(rows, 0))) == 4
    assert noise(np.array([[7]], np.uint64), 3) == noise([7], 3)


def test_published_thresholds():
    published = load("wht")["thresholds"]["density_evolution_K_over_B"]
    assert sorted(published) == ["2", "3", "4", "5"]
    for C, limit in published.items():
        assert threshold(int(C)) == pytest.approx(limit, abs=4e-4)  # the published ones come from finitely many rounds


@pytest.mark.parametrize("C", [3, 4, 5, 8])
def test_below_the_threshold_nothing_is_left_and_above_it_much(C):
    limit = threshold(C)
    assert density_evolution(limit - 0.01, C, 2000)[-1] < 1e-6
    assert density_evolution(limit + 0.01, C, 2000)[-1] > 0.3


def test_density_evolution_is_the_recursion():
    left = density_evolution(1.5, 3, 10)
    assert left[0] == 1
    for before, after in pairwise(left):
        assert after == pytest.approx((1 - math.exp(-1.5 * before)) ** 2)
    assert density_evolution(0.0, 3, 2) == [1, 0, 0]
    assert density_evolution(3.0, 1, 2) == [1, 1, 1]  # one group has no other to ask


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: threshold(1), "C must be at least 2, got 1"),
        (lambda: density_evolution(-1, 3), "load must be at least 0, got -1"),
        (lambda: density_evolution(1, 0), "C must be at least 1, got 0"),
        (lambda: noise([-1], 0), "idx must be at least 0"),
    ],
)
def test_wrong_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
