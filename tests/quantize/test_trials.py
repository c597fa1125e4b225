import math

import numpy as np
import pytest

from polyquant.quantize import Pyramid, count_points, distortion, lloyd_max
from polyquant.quantize.trials import SOURCES, Shaped, Split, best_split, groups, measured, split_rate, splits


@pytest.mark.parametrize("source", SOURCES)
def test_groups_have_mean_square_one(source):
    x = groups(source, 20_000, 8, rng=0)
    kurtosis = {"gaussian": 3, "laplacian": 6, "sphere": 3 * 8 / 10}[source]
    assert (x * x).mean() == pytest.approx(1, abs=0.02)
    assert (x**4).mean() == pytest.approx(kurtosis, rel=0.06)
    if source == "sphere":
        assert np.allclose((x * x).mean(axis=1), 1, rtol=1e-12)


def test_the_same_seed_draws_the_same_groups():
    assert np.array_equal(groups("laplacian", 3, 4, rng=5), groups("laplacian", 3, 4, rng=5))


@pytest.mark.parametrize("n", [2, 4, 16, 128])
@pytest.mark.parametrize("bits", [1.0, 2.0, 3.7])
def test_splits_spend_what_there_is_and_no_more(n, bits):
    found = splits(n, bits)
    assert found
    for split in found:
        assert count_points(n, split.k) * split.levels <= 2 ** (n * bits) * (1 + 1e-9)
        assert split_rate(n, split) <= bits + 1e-9
        if split.levels < 1024:
            assert count_points(n, split.k) * (split.levels + 1) > 2 ** (n * bits) * (1 - 1e-9)
    assert math.log2(count_points(n, found[0].k + 1)) > n * bits
    (known,) = splits(n, bits, known=True)
    assert known == (found[0].k, 0)
    assert split_rate(n, known) == pytest.approx(math.log2(count_points(n, known.k)) / n)


def test_no_room_for_a_pulse():
    assert splits(4, 0.5) == []
    with pytest.raises(ValueError, match=r"bits must leave room for one pulse in 4 numbers, got 0\.5"):
        best_split("gaussian", 4, 0.5)


@pytest.mark.parametrize("levels", [0, 1, 3, 20])
def test_the_error_is_that_of_the_numbers_rebuilt(levels):
    x = groups("gaussian", 500, 8, rng=1)
    shaped = Shaped(x, 6)
    points = Pyramid(8, 6).nearest(x.astype(np.float32))
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    gain = (x * unit).sum(axis=1)
    kept = lloyd_max(gain, levels).quantize(gain) if levels else gain
    assert shaped.error(levels) == pytest.approx(((x - kept[:, None] * unit) ** 2).mean())
    assert shaped.error(levels, training=gain) == shaped.error(levels)
    assert shaped.error(levels) >= shaped.shape_error


def test_training_on_other_groups_costs_little():
    shaped, other = (Shaped(groups("gaussian", 1500, 16, rng=seed), 11) for seed in (0, 1))
    assert shaped.error(4) <= shaped.error(4, training=other.gains) <= 1.02 * shaped.error(4)


# Errors per number that another program found, at a total of at most that many bits. Ours may be better: its search
# was coarser, and it always spent a bit or more on the gain (0.4278 for sixteen Gaussian numbers at one bit).
KNOWN = [
    ("gaussian", 4, 1, 0.4106), ("gaussian", 8, 1, 0.3736), ("gaussian", 8, 2, 0.1082), ("gaussian", 16, 2, 0.1007),
    ("gaussian", 16, 3, 0.02560), ("gaussian", 32, 2, 0.0998), ("laplacian", 8, 2, 0.0986),
    ("laplacian", 16, 2, 0.0848), ("laplacian", 16, 3, 0.02148), ("sphere", 4, 2, 0.0580), ("sphere", 8, 3, 0.01449),
    ("sphere", 16, 2, 0.0828), ("sphere", 32, 1, 0.3682),
]  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize(("source", "n", "bits", "error"), KNOWN)
def test_the_table_of_rates_and_errors(source, n, bits, error):
    split = best_split(source, n, bits, numbers=1 << 15)
    found = measured(source, n, split, numbers=1 << 17)
    assert 0.95 * error <= found <= 1.012 * error


def test_one_level_is_enough_for_sixteen_numbers_at_one_bit():
    split = best_split("gaussian", 16, 1.0, numbers=1 << 13)
    assert split == Split(4, 1)
    assert measured("gaussian", 16, split, numbers=1 << 14) < distortion(lloyd_max("gaussian", 2), "gaussian") * 1.02
