"""Every mechanism at small k, by exact enumeration: privacy, unbiasedness, covariance, attack, and the client's law.

A new mechanism joins ``CASES``; one with several estimators names the one that is linear in ``OPTIONS``.
"""

import dataclasses
import pickle
from fractions import Fraction
from math import log

import numpy as np
import pytest

from polyquant._random import repeatable
from polyquant.bits import Bits, unpack
from polyquant.errors import DataError, DomainError
from polyquant.ldp import (
    Batch,
    HadamardMean,
    HadamardResponse,
    LocalHashing,
    Mechanism,
    ModularSubset,
    ProjectiveGeometry,
    RandomizedResponse,
    RecursiveHadamard,
    SubsetSelection,
    Tally,
    UnaryEncoding,
    bayes_success,
)
from polyquant.ldp._kernels import hashing
from tests.ldp.enumeration import contributions, exact_channel, p_value, second_moments, worst_ratio

E = Fraction(3)
EPSILON = log(3)

# mechanism, and e^epsilon as a fraction
CASES: list[tuple[Mechanism, Fraction]] = [
    (RandomizedResponse(2, EPSILON), E),
    (RandomizedResponse(5, EPSILON), E),
    (SubsetSelection(2, EPSILON), E),
    (SubsetSelection(5, EPSILON, omega=2), E),
    (SubsetSelection(6, log(2), omega=4), Fraction(2)),
    (UnaryEncoding(4, EPSILON), E),
    (UnaryEncoding(3, log(4), optimized=False), Fraction(4)),
    (LocalHashing(3, EPSILON, g=2), E),
    (LocalHashing(4, EPSILON, g=3), E),
    (HadamardResponse(2, EPSILON), E),
    (HadamardResponse(6, EPSILON), E),
    (HadamardResponse(5, log(5), blocks=2), Fraction(5)),
    (HadamardResponse(5, log(8), blocks=4), Fraction(8)),
    (HadamardMean(2, EPSILON), E),
    (HadamardMean(5, EPSILON), E),
    (RecursiveHadamard(4, EPSILON, bits=2), E),
    (RecursiveHadamard(5, log(7), bits=3), Fraction(7)),
    (RecursiveHadamard(6, EPSILON), E),
    (RecursiveHadamard(3, EPSILON, bits=3), E),
    (ProjectiveGeometry(7, EPSILON, q=2, t=3), E),
    (ProjectiveGeometry(5, log(2), q=2, t=3), Fraction(2)),
    (ProjectiveGeometry(8, EPSILON, q=3, t=3), E),
    (ProjectiveGeometry(3, EPSILON, q=2, t=4), E),
    (ProjectiveGeometry(4, log(5), q=5, t=2), Fraction(5)),
    (SubsetSelection(6, log(4), omega=1), Fraction(4)),
    (ModularSubset(6, EPSILON, moduli=(3, 4, 5)), E),
    (ModularSubset(5, log(2), moduli=(3, 4), omegas=(1, 2)), Fraction(2)),
    (ModularSubset(9, log(4), moduli=(4, 6, 9)), Fraction(4)),
]


# Arguments of estimate, variance and covariance: the estimator that adds up what each report says on its own.
OPTIONS: dict[type, dict] = {ModularSubset: {"kind": "linear"}}


def options(mechanism):
    return OPTIONS.get(type(mechanism), {})


def label(case):
    return repr(case).replace(f"epsilon={getattr(case, 'epsilon', 0)}", "eps")


MECHANISMS = [mechanism for mechanism, _ in CASES]
every = pytest.mark.parametrize("mechanism", MECHANISMS, ids=label)
every_exact = pytest.mark.parametrize(("mechanism", "odds"), CASES, ids=label)


def listed_columns(mechanism, batch):
    """Which of the channel's columns each report of *batch* is; no report begins another."""
    words = [str(report) for report in mechanism.outputs()]
    longest = max(map(len, words))
    column, size = np.full((2, 2**longest), -1)
    for c, word in enumerate(words):  # everything that begins with the word
        start, stop = (int(end, 2) for end in (word.ljust(longest, "0"), word.ljust(longest, "1")))
        column[start : stop + 1], size[start : stop + 1] = c, len(word)
    bits = np.unpackbits(batch.bits.array(), count=batch.bits.size)
    padded = np.append(bits, np.zeros(longest, np.int64))
    windows = sum(padded[i : i + bits.size] << longest - 1 - i for i in range(longest))
    steps, starts, at = size[windows].tolist(), [], 0
    while at < bits.size:
        starts.append(at)
        at += steps[at]
    return column[windows[starts]]


def hashing_columns(mechanism, batch):
    """The seed's function by its values, as the ideal hash counts them."""
    fields = unpack(batch.bits, mechanism._widths(batch.count)).reshape(-1, 3)
    function = np.zeros(batch.count, np.int64)
    cells = np.empty(batch.count, np.int64)
    for x in range(mechanism.k):
        hashing.own_cells(fields[:, :2], np.full(batch.count, x), mechanism.g, cells)
        function = function * mechanism.g + cells
    return function * mechanism.g + fields[:, 2].astype(np.int64)


def columns(mechanism, batch):
    return (hashing_columns if isinstance(mechanism, LocalHashing) else listed_columns)(mechanism, batch)


def phi(mechanism):
    """Contribution of each report; an ideal hash has no reports, but its server needs only what they support."""
    if isinstance(mechanism, LocalHashing):
        return (mechanism._table().T - mechanism.q) / (mechanism.p - mechanism.q)
    return contributions(mechanism, **options(mechanism))


def histogram(k):
    f = 1 / np.arange(1, k + 1)
    return f / f.sum()


@every_exact
def test_the_worst_ratio_is_exactly_e_to_the_epsilon(mechanism, odds):
    rows = exact_channel(mechanism, odds)
    assert worst_ratio(rows) == odds
    assert all(sum(row) == 1 for row in rows)


@every_exact
def test_the_client_stays_just_below(mechanism, odds):
    rows = exact_channel(mechanism)
    assert odds * (1 - Fraction(1, 10**12)) < worst_ratio(rows) <= mechanism.odds < odds * (1 + Fraction(1, 10**12))
    assert all(sum(row) == 1 for row in rows)
    assert np.array_equal(mechanism.channel(), np.array(rows, float))


@every
def test_the_estimate_is_unbiased(mechanism):
    assert np.allclose(mechanism.channel() @ phi(mechanism), np.eye(mechanism.k), rtol=1e-11, atol=1e-11)


@every
@pytest.mark.parametrize("shape", ["skew", "spike", "uniform"])
def test_the_covariance_is_that_of_all_reports(mechanism, shape):
    k = mechanism.k
    f = {"skew": histogram(k), "spike": np.eye(k)[k - 1], "uniform": np.full(k, 1 / k)}[shape]
    expected = second_moments(mechanism.channel(), phi(mechanism), f) / 7
    extra = options(mechanism)
    assert np.allclose(mechanism.covariance(7, f, **extra), expected, rtol=1e-10, atol=1e-11)
    assert np.allclose(mechanism.variance(7, f, **extra), expected.diagonal(), rtol=1e-10, atol=1e-12)
    if shape == "uniform":
        assert np.array_equal(mechanism.variance(7, **extra), mechanism.variance(7, f, **extra))


@every
def test_the_attack_is_that_of_the_best_attacker(mechanism):
    assert mechanism.attack_success() == pytest.approx(bayes_success(mechanism.channel()), rel=1e-11)


def client_p_values(mechanism, reports, source):
    channel = mechanism.channel()
    for x in range(mechanism.k):
        batch = mechanism.reports(np.full(reports, x), entropy=source(x))
        counts = np.bincount(columns(mechanism, batch), minlength=channel.shape[1])
        assert counts.size == channel.shape[1]
        yield p_value(counts, channel[x])


@every
def test_the_client_draws_from_the_channel(mechanism):
    assert min(client_p_values(mechanism, 4000, lambda x: repeatable(b"client law %d" % x))) > 1e-8


@pytest.mark.slow
@pytest.mark.parametrize("mechanism", {mechanism.name: mechanism for mechanism in MECHANISMS}.values(), ids=label)
def test_a_million_clients_draw_from_the_channel(mechanism):
    assert min(client_p_values(mechanism, 1_000_000 // mechanism.k, lambda x: np.random.default_rng(x).bytes)) > 1e-8


def test_a_client_of_another_law_is_caught():
    """Two percent more often the truth."""
    mechanism, other = RandomizedResponse(5, EPSILON), RandomizedResponse(5, EPSILON + 0.1)
    batch = other.reports(np.zeros(20_000, np.int64), entropy=repeatable(b"wrong"))
    assert p_value(np.bincount(listed_columns(other, batch), minlength=5), mechanism.channel()[0]) < 1e-8


@every
def test_one_user_reports_like_many(mechanism):
    entropy = repeatable(b"one"), repeatable(b"one")
    for x in range(mechanism.k):
        report = mechanism.report(x, entropy=entropy[0])
        assert report == mechanism.reports([x], entropy=entropy[1]).bits
        assert report.size <= mechanism.message_bits


@every
def test_simulated_tallies_follow_the_channel(mechanism):
    """Mean and covariance of 200 tallies of the same users, each entry within 6 standard errors."""
    k, runs, extra = mechanism.k, 200, options(mechanism)
    users = np.arange(1, k + 1) * 3
    rng = np.random.default_rng(11)
    tallies = [mechanism.simulate(counts=users, rng=rng) for _ in range(runs)]
    draws = np.array([mechanism.estimate(tally, **extra).frequency for tally in tallies])
    truth, expected = users / users.sum(), mechanism.covariance(users.sum(), users / users.sum(), **extra)
    assert_moments(draws, truth, expected)


@every
def test_one_simulation_of_many_users_is_close(mechanism):
    """Tens of millions of users leave an error below a thousandth, so that a slightly wrong probability shows."""
    users = np.arange(1, mechanism.k + 1) * 10**7
    truth = users / users.sum()
    error = mechanism.estimate(mechanism.simulate(counts=users, rng=2)).frequency - truth
    assert np.abs(error / np.sqrt(mechanism.variance(users.sum(), truth))).max() < 6


@every
def test_tallies_of_clients_follow_the_channel(mechanism):
    k, runs, extra = mechanism.k, 100, options(mechanism)
    values = np.repeat(np.arange(k), 4)
    entropy = repeatable(b"many")
    draws = []
    for _ in range(runs):
        tally = Tally(mechanism)
        tally.add(mechanism.reports(values, entropy=entropy))
        draws.append(mechanism.estimate(tally, **extra).frequency)
    assert_moments(np.array(draws), np.full(k, 1 / k), mechanism.covariance(values.size, np.full(k, 1 / k), **extra))


def assert_moments(draws, mean, covariance):
    runs = len(draws)
    spread = np.sqrt(covariance.diagonal())
    assert (np.abs(draws.mean(axis=0) - mean) <= 6 * spread / np.sqrt(runs)).all()
    error = draws - mean
    products = error[:, :, None] * error[:, None, :]
    assert (np.abs(products.mean(axis=0) - covariance) <= 6 * products.std(axis=0) / np.sqrt(runs) + 1e-15).all()


@every
def test_simulation_repeats_from_a_seed_and_counts_all(mechanism):
    values = np.arange(mechanism.k).repeat(5)
    users = np.full(mechanism.k, 5)
    first = mechanism.simulate(values, rng=4)
    assert first == mechanism.simulate(counts=users, rng=4)
    assert first != mechanism.simulate(counts=users, rng=5)
    assert first.n == values.size


@every
def test_error_bars_are_the_standard_deviation(mechanism):
    users = np.arange(1, mechanism.k + 1) * 1000
    estimate = mechanism.estimate(mechanism.simulate(counts=users, rng=1))
    exact = np.sqrt(mechanism.variance(users.sum(), users / users.sum()))
    assert np.allclose(estimate.stderr, exact, rtol=0.2)
    assert estimate.n == users.sum()


@every
def test_it_is_a_value(mechanism):
    again = dataclasses.replace(mechanism)
    assert again == mechanism
    assert hash(again) == hash(mechanism)
    assert isinstance(mechanism, Mechanism)
    with pytest.raises(dataclasses.FrozenInstanceError):
        mechanism.k = 3
    assert not hasattr(mechanism, "__dict__")


def test_fingerprints_tell_mechanisms_apart():
    others = [dataclasses.replace(mechanism, epsilon=2.5) for mechanism in MECHANISMS]
    prints = {mechanism.fingerprint for mechanism in [*MECHANISMS, *others]}
    assert len(prints) == len(MECHANISMS) + len(others)
    assert {len(text) for text in prints} == {16}


@every
def test_all_reports_that_can_come_are_counted_and_no_others(mechanism):
    width = mechanism.message_bits
    if isinstance(mechanism, LocalHashing):  # of three seeds, one cell too many if g is 3
        good = [Bits.from_int(4 * seed + cell, width) for seed in range(3) for cell in range(mechanism.g)]
        bad = [Bits.from_int(4 * seed + 3, width) for seed in range(3) if mechanism.g == 3]
    else:
        good = mechanism.outputs()
        all_of_one_length = {len(report) for report in good} == {width}
        others = [Bits.from_int(number, width) for number in range(2**width)] if all_of_one_length else []
        bad = [report for report in others if report not in set(good)]
    tally = Tally(mechanism)
    assert tally.add(Batch.of(mechanism, [*bad, *good, *bad]), on_error="drop") == 2 * len(bad)
    assert (tally.n, tally.rejects) == (len(good), 2 * len(bad))
    for report in bad:
        empty = Tally(mechanism)
        with pytest.raises(DataError):
            empty.add(Batch.of(mechanism, [report]))
        assert empty == Tally(mechanism)


@every
def test_a_batch_that_is_too_short_or_too_long_changes_nothing(mechanism):
    batch = mechanism.reports([0, 1], entropy=repeatable(b"size"))
    for bits in (batch.bits.take(0, batch.bits.size - 1), batch.bits + Bits.from_text("0")):
        for on_error in ("raise", "drop"):
            tally = Tally(mechanism)
            with pytest.raises(DataError, match="2 reports"):
                tally.add(dataclasses.replace(batch, bits=bits), on_error=on_error)
            assert tally == Tally(mechanism)


@every
def test_a_batch_in_another_codec_changes_nothing(mechanism):
    batch = dataclasses.replace(mechanism.reports([0]), codec="morse")
    tally = Tally(mechanism)
    with pytest.raises(ValueError, match="codec"):
        tally.add(batch, on_error="drop")
    assert tally == Tally(mechanism)


@every
def test_it_travels_to_other_processes(mechanism):
    copy = pickle.loads(pickle.dumps(mechanism))  # noqa: S301 (our own bytes)
    assert copy == mechanism
    assert copy.fingerprint == mechanism.fingerprint
    tally = mechanism.simulate(counts=np.full(mechanism.k, 3), rng=1)
    assert Tally.from_bytes(tally.to_bytes(), copy) == tally


@every
def test_no_reports_are_a_batch_too(mechanism):
    tally = Tally(mechanism)
    tally.add(mechanism.reports([]))
    assert tally == Tally(mechanism)
    with pytest.raises(ValueError, match="at least 1 user, got 0"):
        mechanism.estimate(tally)


@every
def test_wrong_arguments_are_named(mechanism):
    k, wrong = mechanism.k, dataclasses.replace(mechanism, epsilon=0.3)
    for call, error, words in [
        (lambda: mechanism.report(k), DomainError, "values must be at least 0 and below k"),
        (lambda: mechanism.report(-1), DomainError, "values must be at least 0"),
        (lambda: mechanism.report(1.0), TypeError, "value must be an integer"),
        (lambda: mechanism.reports([True]), TypeError, "values must be integers"),
        (lambda: mechanism.reports([0], entropy=np.random.default_rng(1)), TypeError, "entropy must be a function"),
        (lambda: mechanism.reports([0], codec="morse"), ValueError, "codec must be one of"),
        (lambda: mechanism.simulate([0], rng=1, method="guess"), ValueError, "method must be one of"),
        (lambda: mechanism.simulate(rng=1), ValueError, "values or counts"),
        (lambda: mechanism.simulate([0], counts=[1] * k), ValueError, "values or counts"),
        (lambda: mechanism.simulate(counts=[1] * (k + 1)), ValueError, f"counts must have {k} entries"),
        (lambda: mechanism.simulate(counts=[-1] * k), ValueError, "counts must be at least 0"),
        (lambda: mechanism.estimate(wrong.simulate([0], rng=1)), ValueError, mechanism.fingerprint.hex()),
        (lambda: mechanism.variance(0), ValueError, "n must be at least"),
        (lambda: mechanism.variance(9, [0.5] * k), ValueError, "frequency" if k > 2 else ""),
        (lambda: mechanism.covariance(9, [1.0] + [0.0] * k), ValueError, f"frequency must have {k} entries"),
        (lambda: dataclasses.replace(mechanism, k=1), ValueError, "k must be at least 2, got 1"),
        (lambda: dataclasses.replace(mechanism, k=2.0), TypeError, "k must be an integer"),
        (lambda: dataclasses.replace(mechanism, epsilon=0), ValueError, "epsilon must be at least"),
        (lambda: dataclasses.replace(mechanism, epsilon=float("nan")), ValueError, "epsilon must be finite"),
        (lambda: dataclasses.replace(mechanism, epsilon="1"), TypeError, "epsilon must be a real number"),
    ]:
        if words:
            with pytest.raises(error, match=words):
                call()
