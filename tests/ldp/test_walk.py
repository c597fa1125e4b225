"""Counts made by walking against the law of single users: histograms enumerated, moments by formula."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from polyquant.ldp._kernels.binomial import FEW, binomial, choose
from polyquant.ldp._kernels.walk import walk
from polyquant.ldp._walk import subset_counts


def chi_square(observed, expected):
    """Standard deviations by which the chi-square statistic is above its mean; cells of the expected law only."""
    assert set(observed) <= set(expected)
    total = sum(observed.values())
    terms = [(observed[cell] - total * p) ** 2 / (total * p) for cell, p in expected.items() if total * p > 5]
    return (sum(terms) - len(terms) + 1) / math.sqrt(2 * max(1, len(terms) - 1))


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (7, 0.2), (25, 0.9), (60, 0.25), (60, 0.61), (900, 0.5)])
def test_binomial_numbers_have_their_law(n, p):
    rng = np.random.default_rng(n)
    observed = Counter(binomial(rng, n, p) for _ in range(20000))
    law = {x: math.exp(math.lgamma(n + 1) - math.lgamma(x + 1) - math.lgamma(n - x + 1) + x * math.log(p)
                       + (n - x) * math.log1p(-p)) for x in range(n + 1)}  # fmt: skip
    assert abs(chi_square(observed, law)) < 6


def test_binomial_numbers_of_many_users_have_mean_and_variance():
    rng, n, p = np.random.default_rng(5), 10**12, 0.3
    z = np.array([binomial(rng, n, p) - n * p for _ in range(4000)]) / math.sqrt(n * p * (1 - p))
    assert abs(z.mean()) < 6 / math.sqrt(4000)
    assert abs((z * z).mean() - 1) < 6 * math.sqrt(2 / 4000)


def test_binomial_edges():
    rng = np.random.default_rng(1)
    assert [binomial(rng, 0, 0.5), binomial(rng, 9, 0.0), binomial(rng, 9, 1.0)] == [0, 0, 9]


@pytest.mark.parametrize(("crowd", "count"), [([3, 0, 2], 2), ([60, 50, 40], FEW + 3), ([60, 50, 40], 150)])
def test_chosen_users_are_a_uniform_subset(crowd, count):
    crowd, rng, law = np.array(crowd), np.random.default_rng(3), {}
    for split in itertools.product(*(range(c + 1) for c in crowd)):
        if sum(split) == count:
            ways = math.prod(math.comb(int(c), s) for c, s in zip(crowd, split))
            law[split] = ways / math.comb(int(crowd.sum()), count)
    chosen, pool, drawn = (np.zeros(3, np.int64) for _ in range(3))
    observed = Counter()
    for _ in range(8000):
        choose(rng, crowd, 0, 3, crowd.sum(), count, chosen, pool, drawn)
        observed[tuple(chosen.tolist())] += 1
    assert abs(chi_square(observed, law)) < 6


def law_of_counts(own, free, omega):
    """Exact law of the counts by convolving the users' uniform sets."""
    m, law = len(own), {(0,) * len(own): 1.0}
    kinds = [r for r in range(m) for _ in range(own[r])] + [None] * free
    for forced in kinds:
        sets = [z for z in itertools.combinations(range(m), omega) if forced is None or forced in z]
        new = Counter()
        for counts, p in law.items():
            for z in sets:
                new[tuple(c + (r in z) for r, c in enumerate(counts))] += p / len(sets)
        law = new
    return law


@pytest.mark.parametrize(
    ("own", "free", "omega"), [((1, 0, 2), 1, 1), ((0, 2, 1, 0), 1, 2), ((1, 1, 1, 1), 0, 3), ((0, 0, 0, 2), 2, 2)]
)
def test_counts_of_few_users_have_the_enumerated_law(own, free, omega):
    rng, observed = np.random.default_rng(11), Counter()
    for _ in range(20000):
        counts = np.zeros(len(own), np.int64)
        walk(rng, np.array(own), free, omega, counts)
        observed[tuple(counts.tolist())] += 1
    assert abs(chi_square(observed, law_of_counts(own, free, omega))) < 6


def moments(own, omega, p):
    """Mean and covariance of the counts if each user's set holds the own position with probability p."""
    m = own.size
    others = math.comb(m - 1, omega - 1), math.comb(m - 1, omega)
    mean, covariance = np.zeros(m), np.zeros((m, m))
    for r, users in enumerate(own):
        sets = np.array([[x in z for x in range(m)] for z in itertools.combinations(range(m), omega)], float)
        weight = np.where(sets[:, r] == 1, p / others[0], (1 - p) / others[1])
        one = weight @ sets
        mean += users * one
        covariance += users * ((sets.T * weight) @ sets - np.outer(one, one))
    return mean, covariance


@pytest.mark.parametrize("users", [pytest.param(3, marks=pytest.mark.once), pytest.param(400, marks=pytest.mark.slow)])
def test_counts_have_the_users_mean_and_covariance(users):
    m, omega, odds, draws = 7, 3, 4.0, 20000
    own = np.array([0, 1, 5, 2, 0, 1, 1]) * users
    p = omega * odds / (omega * odds + m - omega)
    rng = np.random.default_rng(users)
    mean, covariance = moments(own, omega, p)
    q = (omega - p) / (m - 1)
    seen = np.array([subset_counts(own, omega, p, q, rng) for _ in range(draws)]) - mean
    assert np.abs(seen.sum(1)).max() < 1e-9
    z = seen.mean(0) / np.sqrt(np.diag(covariance) / draws)
    assert np.abs(z).max() < 5.7
    products = seen[:, :, np.newaxis] * seen[:, np.newaxis, :]
    z = (products.mean(0) - covariance) / (products.std(0) / math.sqrt(draws))
    assert np.abs(z).max() < 5.7


def test_marginal_counts_have_the_right_variances():
    own, omega, p, draws = np.array([0, 1, 5, 2]) * 300, 2, 0.8, 20000
    rng = np.random.default_rng(2)
    mean, covariance = moments(own, omega, p)
    q = (omega - p) / 3
    seen = np.array([subset_counts(own, omega, p, q, rng, "marginal") for _ in range(draws)]) - mean
    assert np.abs(seen.mean(0) / np.sqrt(np.diag(covariance) / draws)).max() < 5.7
    assert np.abs((seen**2).mean(0) / np.diag(covariance) - 1).max() < 5.7 * math.sqrt(2 / draws)


def test_a_hundred_million_users_are_counted_exactly():
    own = np.full(300, 10**8 // 300)
    counts = subset_counts(own, 80, 0.5, (80 - 0.5) / 299, np.random.default_rng(1))
    assert counts.sum() == 80 * own.sum()


def test_unknown_methods_are_named():
    with pytest.raises(ValueError, match="method must be one of 'exact', 'marginal', got 'fast'"):
        subset_counts(np.array([1, 2]), 1, 0.7, 0.3, np.random.default_rng(1), "fast")
