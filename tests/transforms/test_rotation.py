import math

import numpy as np
import pytest

from polyquant.transforms import Rotation
from polyquant.transforms.rotation import order_twelve

LENGTHS = [1, 2, 8, 64, 12, 24, 96, 144, 1728]


def dense(n, seed):
    return Rotation(n, seed).apply(np.eye(n)).T


@pytest.mark.parametrize("n", LENGTHS[:-1])
def test_lengths_and_angles_stay_and_every_entry_has_the_same_size(n):
    q = dense(n, 3)
    assert np.allclose(q.T @ q, np.eye(n), atol=1e-12)
    assert np.allclose(np.abs(q), 1 / math.sqrt(n), rtol=1e-12)


@pytest.mark.parametrize("n", LENGTHS)
def test_undo(n):
    rotation = Rotation(n, 11)
    x = np.random.default_rng(n).standard_normal((3, 2, n))
    assert np.allclose(rotation.undo(rotation.apply(x)), x, atol=1e-12)
    assert np.allclose(rotation.apply(rotation.undo(x)), x, atol=1e-12)
    small = x.astype(np.float32)
    assert rotation.apply(small).dtype == rotation.undo(small).dtype == np.float32
    assert np.allclose(rotation.undo(rotation.apply(small)), small, atol=1e-5)
    assert np.allclose(rotation.apply(small), rotation.apply(x), atol=1e-5)


def test_layout_does_not_matter_and_arguments_stay():
    x = np.random.default_rng(0).standard_normal((6, 4, 24))
    before, rotation = x.copy(), Rotation(24, 5)
    for axes in ((0, 1, 2), (1, 0, 2)):
        turned = x.transpose(axes)
        assert np.array_equal(rotation.apply(turned), rotation.apply(turned.copy()))
        assert np.array_equal(rotation.undo(turned), rotation.undo(turned.copy()))
    assert np.array_equal(x, before)


def test_paley_by_squares_modulo_eleven():
    h = order_twelve()
    assert np.array_equal(h @ h.T, 12 * np.eye(12))
    assert np.array_equal(np.sort(h[1, 1:]), [-1] * 6 + [1] * 5)


# The signs of seed 2026: stored matrices hang on them, so they never change.
FROZEN = (
    "+-+-+-+--++-----+-++-++++-+--+--++-+++++++--+-+-+---++---+--+-++"
    "------+-++--++-+--++++--+--+++++---++--+-++--+-+-+++-+----+++-+-"
)


def test_the_signs_of_a_seed_are_frozen():
    signs = Rotation(128, 2026).undo(np.eye(128)[0] * math.sqrt(128)).round().astype(int)
    assert "".join("-" if sign < 0 else "+" for sign in signs) == FROZEN
    assert np.array_equal(Rotation(12, 2026).undo(np.eye(12)[0] * math.sqrt(12)).round(), signs[:12])


def test_other_seeds_other_signs():
    seen = {tuple(np.sign(Rotation(64, seed).undo(np.eye(64)[0])).tolist()) for seed in (0, 1, 2, 2**63, 2**64 - 1)}
    assert len(seen) == 5


def test_outliers_are_spread():
    x = np.random.default_rng(1).standard_t(3, 4096)
    y = Rotation(4096, 0).apply(x)
    assert np.abs(y).max() < np.abs(x).max() / 2
    assert np.isclose((y**2).sum(), (x**2).sum())
    assert (
        abs((y**4).mean() / (y**2).mean() ** 2 - 3) < 0.5
    )  # five standard deviations of the kurtosis of normal numbers


def test_a_value():
    assert Rotation(8, 1) == Rotation(np.int64(8), 1)
    assert hash(Rotation(8, 1)) != hash(Rotation(8, 2))
    assert repr(Rotation(8, 1)) == "Rotation(n=8, seed=1)"


@pytest.mark.parametrize("n", [0, 3, 5, 6, 10, 18, 36, 7 * 16, 9 * 8])
def test_other_lengths_are_refused(n):
    with pytest.raises(ValueError, match=f"n must be .*got {n}$"):
        Rotation(n, 0)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Rotation(8, -1), ValueError, "seed must be at least 0, got -1"),
        (lambda: Rotation(8, 2**64), ValueError, "seed must be at most"),
        (lambda: Rotation(8.0, 1), TypeError, "n must be an integer"),
        (lambda: Rotation(8, 1).apply([1.0]), ValueError, "x must have 8 numbers along its last axis, got shape .1,."),
        (lambda: Rotation(8, 1).undo(3.0), ValueError, "y must have 8 numbers"),
        (lambda: Rotation(2, 1).apply([0, np.inf]), ValueError, "x must be finite, got inf at index 1"),
        (lambda: Rotation(2, 1).undo(np.float32([np.nan, 0])), ValueError, "y must be finite, got nan at index 0"),
        (lambda: Rotation(2, 1).apply([True, False]), TypeError, "bool"),
    ],
)
def test_wrong_arguments(make, error, words):
    with pytest.raises(error, match=words):
        make()
