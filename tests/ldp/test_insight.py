import math
from itertools import combinations

import numpy as np
import pytest

from polyquant.ldp.insight import best_cover, cover_attack, cover_bits, cover_variance


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 4.0, 8.0])
def test_no_share_is_better_than_the_best(epsilon):
    t = best_cover(epsilon)
    least = 4 * math.exp(epsilon) / (math.exp(epsilon) - 1) ** 2
    assert cover_variance(t, epsilon) == pytest.approx(least, rel=1e-12)
    assert cover_attack(t, epsilon) == pytest.approx((math.exp(epsilon) + 1) / 2, rel=1e-12)
    shares = np.linspace(0.001, 0.999, 999)
    assert cover_variance(shares, epsilon).min() >= least * (1 - 1e-12)


@pytest.mark.parametrize(("m", "w"), [(6, 1), (6, 2), (7, 3), (8, 4)])
def test_the_curve_is_what_enumeration_of_all_subsets_gives(m, w):
    """Subset selection over m items: list every set, add up its probabilities."""
    odds, t = 3.0, w / m
    sets = list(combinations(range(m), w))
    channel = np.array([[odds if x in z else 1.0 for z in sets] for x in range(m)])
    channel /= channel.sum(1, keepdims=True)
    inside = np.array([[x in z for z in sets] for x in range(m)], float)
    p, q = channel[0] @ inside[0], channel[0] @ inside[1]
    phi = (inside - q) / (p - q)
    second = channel.mean(0) @ (phi[0] ** 2)  # uniform users
    variance = second - 1 / m  # around a fixed histogram
    curve = (1 - 1 / m) ** 2 * cover_variance(t, math.log(odds))
    assert variance == pytest.approx(curve + 1 / m**2 - 1 / m, rel=1e-12)
    assert channel.max(0).sum() / m == pytest.approx(cover_attack(t, math.log(odds)) / m, rel=1e-12)


def test_bits_are_the_entropy_of_a_coin():
    assert cover_bits([0.5, 0.25]).tolist() == pytest.approx([1.0, 2 - 0.75 * math.log2(3)])
    # ... and what a set of a tenth of a thousand items costs, up to a few bits
    assert math.log2(math.comb(1000, 100)) == pytest.approx(1000 * float(cover_bits(0.1)), rel=0.02)


@pytest.mark.parametrize("t", [0, 1, -0.1, [0.5, 1.5]])
def test_a_share_lies_between_nothing_and_everything(t):
    for function in (lambda: cover_variance(t, 1.0), lambda: cover_attack(t, 1.0), lambda: cover_bits(t)):
        with pytest.raises(ValueError, match="t must be above 0 and below 1, got"):
            function()


def test_without_epsilon_there_is_nothing_to_learn():
    for bad in (0, -1):
        with pytest.raises(ValueError, match="epsilon must be"):
            cover_variance(0.5, bad)
        with pytest.raises(ValueError, match="epsilon must be"):
            best_cover(bad)
