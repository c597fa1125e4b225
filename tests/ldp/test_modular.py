"""Modular subset selection by enumeration of its reports, by exact fractions, and by many simulated runs."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from polyquant._random import repeatable
from polyquant.algebra.crt import ResidueSystem
from polyquant.bits import unpack
from polyquant.errors import DomainError, NotConverged
from polyquant.ldp import Batch, ModularSubset, SubsetSelection, Tally, bayes_success, wire
from tests.ldp.enumeration import contributions, exact_channel, fractions, p_value, second_moments, worst_ratio
from tests.vectors import rows

pytestmark = pytest.mark.once  # many runs; other tests guard the kernels

ODDS = Fraction(3)
CASES = [
    (ModularSubset(6, math.log(3), moduli=(3, 4, 5)), ODDS),
    (ModularSubset(5, math.log(2), moduli=(3, 4), omegas=(1, 2)), Fraction(2)),
    (ModularSubset(6, math.log(3), moduli=(4, 6)), ODDS),  # a common factor
    (ModularSubset(4, math.log(5), moduli=(3, 7), omegas=(2, 2)), Fraction(5)),  # a modulus above k
    (ModularSubset(5, math.log(3), moduli=(5,), omegas=(2,)), ODDS),
]
every = pytest.mark.parametrize(("mechanism", "odds"), CASES, ids=lambda case: str(getattr(case, "moduli", case)))
decodes = pytest.mark.parametrize("case", rows("ldp", "decode"), ids=lambda case: str(case["k"]))
channels = pytest.mark.parametrize(
    "case", [row for row in rows("ldp", "channels") if row["mechanism"] == "MSS"], ids=lambda case: str(case["k"])
)


def numbers(texts):
    return np.array(fractions(texts), float)


def clocks(case):
    return ModularSubset(case["k"], math.log(Fraction(case["E"])), moduli=case["moduli"], omegas=case.get("omegas"))


def tally_of(mechanism, users, counts):
    return Tally._from_counts(mechanism, np.concatenate(counts), users)


def histogram(k):
    f = 1 / np.arange(1, k + 1)
    return f / f.sum()


@every
def test_the_worst_ratio_is_exactly_e_to_the_epsilon(mechanism, odds):
    exact, client = exact_channel(mechanism, odds), exact_channel(mechanism)
    assert worst_ratio(exact) == odds
    assert odds * (1 - Fraction(1, 10**12)) < worst_ratio(client) <= mechanism.odds
    for row in (*exact, *client):
        assert sum(row) == 1


@every
def test_the_linear_estimate_is_unbiased_and_has_its_covariance(mechanism, odds):
    phi, channel = contributions(mechanism, kind="linear"), mechanism.channel()
    assert np.allclose(channel @ phi, np.eye(mechanism.k), atol=1e-10)
    for f in (histogram(mechanism.k), np.eye(mechanism.k)[1], np.full(mechanism.k, 1 / mechanism.k)):
        expected = second_moments(channel, phi, f) / 7
        assert np.allclose(mechanism.covariance(7, f, kind="linear"), expected, atol=1e-10)
        assert np.allclose(mechanism.variance(7, f, kind="linear"), expected.diagonal(), atol=1e-10)


@every
def test_the_attack_is_that_of_the_best_attacker(mechanism, odds):
    assert mechanism.attack_success() == pytest.approx(bayes_success(mechanism.channel()), rel=1e-11)


def columns(mechanism, batch):
    """Which of the channel's columns each report of *batch* is, read by the text of the format."""
    at, found, places = 0, [], {report: column for column, report in enumerate(mechanism.outputs())}
    width = (mechanism.groups - 1).bit_length()
    for _ in range(len(batch)):
        j = batch.bits.take(at, width).to_int() if width else 0
        size = width + wire.enum_bits(mechanism.moduli[j], mechanism.omegas[j])
        found.append(places[batch.bits.take(at, size)])
        at += size
    return np.array(found)


@every
def test_clients_draw_from_the_channel(mechanism, odds):
    channel = mechanism.channel()
    for x in range(mechanism.k):
        batch = mechanism.reports(np.full(4000, x), entropy=repeatable(b"clocks %d" % x))
        counts = np.bincount(columns(mechanism, batch), minlength=channel.shape[1])
        assert p_value(counts, channel[x]) > 1e-8


@pytest.mark.slow
def test_a_million_clients_draw_from_the_channel():
    mechanism = ModularSubset(6, math.log(2), moduli=(5, 6), omegas=(2, 2))  # all reports have 5 bits
    channel, places = mechanism.channel(), np.full(32, -1)
    for column, report in enumerate(mechanism.outputs()):
        places[report.to_int()] = column
    for x in range(6):
        batch = mechanism.reports(np.full(170_000, x), entropy=repeatable(b"million %d" % x))
        counts = np.bincount(places[unpack(batch.bits, 5).astype(int)], minlength=channel.shape[1])
        assert p_value(counts, channel[x]) > 1e-8


def test_a_client_that_fills_up_from_all_items_is_caught():
    """A published mistake: without the own item, the rest of the set is drawn from all items, the own one included."""
    honest = SubsetSelection(6, 1.0, omega=3)
    lucky = honest.p + (1 - honest.p) * 0.5
    cheat = honest.channel()[0].copy()
    own = np.array([0 in z for z in itertools.combinations(range(6), 3)])
    cheat[own], cheat[~own] = lucky / own.sum(), (1 - lucky) / (~own).sum()
    counts = np.random.default_rng(1).multinomial(20_000, cheat)
    assert p_value(counts, honest.channel()[0]) < 1e-8
    assert cheat[own][0] / cheat[~own][0] > 2 * math.exp(1.0)  # and it is far less private than it says


@channels
def test_channels_of_the_vectors(case):
    mechanism = clocks(case)
    assert np.allclose(mechanism.channel(), numbers(case["P"]), rtol=1e-9, atol=0)
    assert mechanism.attack_success() == pytest.approx(float(Fraction(case["dra"])), rel=1e-9)
    f, covariance = numbers(case["f"]), numbers(case["n_cov_fixed_hist"])
    assert np.allclose(10 * mechanism.covariance(10, f, kind="linear"), covariance, rtol=1e-7)
    mean = mechanism.variance(10, kind="linear").mean() * 10
    assert mean == pytest.approx(float(Fraction(case["n_mse_uniform"])), rel=1e-7)
    places = {(j, tuple(z)): column for column, (j, z) in enumerate(case["outputs"])}
    outputs = mechanism.outputs()
    tally = Tally(mechanism)
    tally.add(Batch.of(mechanism, [outputs[places[j, tuple(z)]] for j, z in case["reports"]]))
    assert np.allclose(mechanism.estimate(tally, "linear").frequency, numbers(case["estimate"]), rtol=1e-7)


@decodes
def test_estimates_of_the_vectors(case):
    mechanism = clocks(case)
    assert np.allclose(mechanism.gram.weights, numbers(case["weights"]), rtol=1e-9)
    tally = tally_of(mechanism, case["block_users"], case["block_counts"])
    for kind in ("linear", "ratio"):
        estimate = mechanism.estimate(tally, kind)
        assert np.allclose(estimate.frequency, numbers(case[kind]), rtol=1e-7, atol=1e-9)
        assert estimate.kind == kind
    variance = mechanism.variance(10, kind="linear") * 10
    assert np.allclose(variance, numbers(case["n_cov_linear_uniform_diag"]), rtol=1e-7)


@pytest.mark.parametrize("case", rows("ldp", "mss_analytic"), ids=lambda case: str(case["moduli"][:2]))
def test_designs_of_the_vectors(case):
    mechanism = ModularSubset(case["k"], math.log(Fraction(case["E"])), moduli=case["moduli"])
    assert list(mechanism.omegas) == case["omegas"]
    assert ResidueSystem(mechanism.moduli).rank(case["k"]) == case["rank"]
    assert mechanism.attack_success() == pytest.approx(float(Fraction(case["dra"])), rel=1e-9)


@pytest.mark.parametrize("users", [(2, 2), (3, 1)])
def test_the_ratio_estimate_has_its_mean_and_covariance_given_the_blocks(users):
    """All ways to deal 4 users to the blocks, and all reports that they can then send."""
    mechanism = ModularSubset(3, math.log(3), moduli=(2, 3), omegas=(1, 1))
    items = [0, 0, 1, 2]
    f = np.bincount(items) / 4
    block_laws = [conditional(mechanism, j) for j in range(2)]
    deals = [deal for deal in itertools.product(range(2), repeat=4) if (deal.count(0), deal.count(1)) == users]
    mean, second, total = np.zeros(3), np.zeros((3, 3)), 0.0
    for deal in deals:
        laws = [block_laws[j][x] for j, x in zip(deal, items)]
        for sets in itertools.product(*(law.items() for law in laws)):
            p = math.prod(chance for _, chance in sets) / len(deals)
            counts = [np.zeros(2, np.int64), np.zeros(3, np.int64)]
            for j, (z, _) in zip(deal, sets):
                counts[j][list(z)] += 1
            estimate = mechanism.estimate(tally_of(mechanism, users, counts)).frequency
            mean, second, total = mean + p * estimate, second + p * np.outer(estimate - f, estimate - f), total + p
    assert total == pytest.approx(1)
    assert np.allclose(mean, f, atol=1e-10)
    assert np.allclose(second, mechanism.covariance(4, f, users=users), atol=1e-10)


def conditional(mechanism, j):
    """For each item, the sets of block j and their probabilities."""
    m, w = mechanism.moduli[j], mechanism.omegas[j]
    p = float(mechanism._blocks()[j].p)
    laws = []
    for x in range(mechanism.k):
        chance = {
            z: p / math.comb(m - 1, w - 1) if x % m in z else (1 - p) / math.comb(m - 1, w)
            for z in itertools.combinations(range(m), w)
        }
        laws.append(chance)
    return laws


def frequencies(tally, kind):
    """The same estimate by dense least squares."""
    mechanism = tally.mechanism
    a = ResidueSystem(mechanism.moduli).incidence(mechanism.k).astype(float)
    w = np.repeat(mechanism.gram.weights, mechanism.moduli)
    law = mechanism._blocks()
    p, q = (np.repeat([float(getattr(block, name)) for block in law], mechanism.moduli) for name in ("p", "q"))
    users = np.repeat(tally.users, mechanism.moduli)
    size = users if kind == "ratio" else tally.n / mechanism.groups
    return np.linalg.solve((a.T * w) @ a, a.T @ (w * (tally.counts - users * q) / (size * (p - q))))


@pytest.mark.once
@pytest.mark.parametrize("kind", ["ratio", "linear"])
def test_two_thousand_runs_are_right_on_average(kind):
    k, n, runs = 16, 5000, 2000
    mechanism = ModularSubset(k, 1.0, moduli=(7, 9, 11))
    users = np.round(histogram(k) * n).astype(np.int64)
    users[0] += n - users.sum()
    f, rng = users / n, np.random.default_rng(8)
    draws = np.array([frequencies(mechanism.simulate(counts=users, rng=rng), kind) for _ in range(runs)])
    covariance = mechanism.covariance(n, f, kind=kind)
    tally = mechanism.simulate(counts=users, rng=1)
    assert np.allclose(mechanism.estimate(tally, kind).frequency, frequencies(tally, kind), atol=1e-12)
    error = draws - f
    assert (np.abs(error.mean(0)) / np.sqrt(covariance.diagonal() / runs)).max() <= 5.5
    square = (error**2).sum(1).mean()
    bound = 5 * math.sqrt(2 * np.trace(covariance @ covariance) / runs)
    assert abs(square - np.trace(covariance)) <= bound
    sure = mechanism.variance(n, f, kind=kind)
    assert np.allclose(sure, covariance.diagonal(), rtol=1e-9)


def test_one_clock_with_an_hour_for_each_item_is_subset_selection():
    k, epsilon = 9, 1.0
    one, plain = ModularSubset(k, epsilon, moduli=(k,)), SubsetSelection(k, epsilon)
    assert np.array_equal(one.channel(), plain.channel())
    counts = np.arange(1, k + 1) * 10
    tally = plain.simulate(counts=counts, rng=3)
    same = Tally._from_counts(one, tally.counts, tally.users)
    for kind in ("ratio", "linear"):
        assert np.allclose(one.estimate(same, kind).frequency, plain.estimate(tally).frequency)
        assert np.allclose(
            one.variance(50, counts / counts.sum(), kind=kind), plain.variance(50, counts / counts.sum())
        )
    assert one.attack_success() == plain.attack_success()


@pytest.mark.parametrize("kind", ["ratio", "linear"])
@pytest.mark.parametrize("shape", ["uniform", "skew", "spike"])
def test_variances_of_large_domains_agree_with_the_covariance(kind, shape):
    k = 300
    mechanism = ModularSubset(k, 2.0)
    spike = np.zeros(k)
    spike[17] = 1
    f = {"uniform": np.full(k, 1 / k), "skew": histogram(k), "spike": spike}[shape]
    exact = mechanism.covariance(10**6, f, kind=kind).diagonal()
    tolerance = {"uniform": 0.01, "skew": 0.02, "spike": 0.06}[shape]  # one modulus, 88, is 1 / 0.011
    assert np.abs(mechanism.variance(10**6, f, kind=kind) / exact - 1).max() < tolerance


def test_error_bars_of_an_estimate():
    mechanism = ModularSubset(300, 2.0)
    users = np.round(histogram(300) * 10**6).astype(np.int64)
    estimate = mechanism.estimate(mechanism.simulate(counts=users, rng=5))
    exact = np.sqrt(mechanism.covariance(users.sum(), users / users.sum()).diagonal())
    assert np.allclose(estimate.stderr, exact, rtol=0.03)
    z = (estimate.frequency - users / users.sum()) / exact
    assert abs((z * z).mean() - 1) < 6 * math.sqrt(2 / 300)


def test_frequencies_sum_to_one_on_request():
    mechanism = ModularSubset(40, 1.0)
    tally = mechanism.simulate(counts=np.arange(40), rng=1)
    free, bound = mechanism.estimate(tally), mechanism.estimate(tally, constrain_sum=True)
    assert abs(free.frequency.sum() - 1) > 1e-6
    assert bound.frequency.sum() == pytest.approx(1, abs=1e-12)
    inverse = np.linalg.inv(mechanism.gram.dense())  # the move that costs least in the metric of least squares
    expected = free.frequency + inverse.sum(0) * (1 - free.frequency.sum()) / inverse.sum()
    assert np.allclose(bound.frequency, expected, atol=1e-10)


def test_an_empty_block_has_no_ratio():
    mechanism = CASES[0][0]
    tally = Tally._from_counts(mechanism, [1] + [0] * 11, [1, 0, 0])
    with pytest.raises(DomainError, match="got none in 1"):
        mechanism.estimate(tally)
    assert mechanism.estimate(tally, "linear").n == 1


def test_simulation_does_not_depend_on_threads():
    mechanism, counts = ModularSubset(60, 1.0), np.arange(60) * 100
    assert mechanism.simulate(counts=counts, rng=1) == mechanism.simulate(counts=counts, rng=1, threads=3)
    marginal = mechanism.simulate(counts=counts, rng=1, method="marginal")
    assert marginal.users.tolist() == mechanism.simulate(counts=counts, rng=1).users.tolist()


def test_it_is_a_value():
    a, b = ModularSubset(6, 1.0, moduli=[3, 4, 5]), ModularSubset(6, 1.0, moduli=(3, 4, 5))
    assert (a, hash(a), a.fingerprint) == (b, hash(b), b.fingerprint)
    assert a.fingerprint != ModularSubset(6, 1.0, moduli=(3, 5, 4)).fingerprint
    with pytest.raises(ValueError, match="batch must hold reports of"):
        Tally(a).add(ModularSubset(6, 1.5, moduli=(3, 4, 5)).reports([1]))


@pytest.mark.once
def test_dials_that_cannot_tell_items_apart_are_refused():
    with pytest.raises((NotConverged, DomainError), match=r"tell|see"):
        _ = ModularSubset(200, 1.0, moduli=range(19, 31)).plan


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ModularSubset(30, 1.0, moduli=(2, 3, 5)), DomainError, "see 8 of k = 30 directions"),
        (lambda: ModularSubset(9, 1.0, moduli=(4, 6)), DomainError, "common factors are seen only once"),
        (lambda: ModularSubset(6, 1.0, moduli=5), TypeError, "moduli must be a sequence"),
        (lambda: ModularSubset(6, 1.0, moduli=(3, 1)), ValueError, r"moduli\[1\] must be at least 2, got 1"),
        (lambda: ModularSubset(6, 1.0, moduli=(3, 4), omegas=(1,)), ValueError, "one for each of 2 moduli, got 1"),
        (lambda: ModularSubset(6, 1.0, moduli=(3, 4), omegas=(1, 4)), ValueError, r"omegas\[1\] must be at most 3"),
        (lambda: CASES[0][0].variance(1), ValueError, "n must be at least 2, got 1"),
        (lambda: CASES[0][0].variance(9, kind="best"), ValueError, "kind must be one of 'ratio', 'linear'"),
        (lambda: CASES[0][0].covariance(9, histogram(6), users=[1, 2]), ValueError, "users must be 3 positive"),
        (lambda: CASES[0][0].report(6), DomainError, "below k = 6, got 6"),
        (lambda: ModularSubset(2000, 1.0).covariance(9, histogram(2000)), ValueError, "k must be at most 1024"),
    ],
)
def test_wrong_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
