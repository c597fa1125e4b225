"""What is special about randomised response and unary encoding; the contract tests do the rest."""

from fractions import Fraction
from math import exp, log, sqrt

import numpy as np
import pytest

from polyquant._random import repeatable
from polyquant.bits import Bits
from polyquant.errors import DomainError
from polyquant.ldp import LocalHashing, RandomizedResponse, Tally, UnaryEncoding, bayes_success
from polyquant.ldp.insight import cover_attack, cover_variance
from tests.ldp.enumeration import exact_channel, worst_ratio

EXTREMES = [1e-6, 0.01, 1.0, 20.0, 64.0]


def test_names_say_which_variant():
    assert [UnaryEncoding(3, 1.0).name, UnaryEncoding(3, 1.0, optimized=False).name] == ["oue", "sue"]
    assert [LocalHashing(9, 1.0, g=2).name, LocalHashing(9, 1.0, g=3).name] == ["blh", "olh"]


@pytest.mark.parametrize("epsilon", EXTREMES)
@pytest.mark.parametrize(
    "make",
    [
        lambda e: RandomizedResponse(4, e),
        lambda e: UnaryEncoding(4, e),
        lambda e: UnaryEncoding(4, e, optimized=False),
        lambda e: LocalHashing(2, e, g=2),
    ],
)
def test_rounding_never_takes_privacy(make, epsilon):
    mechanism = make(epsilon)
    ratio = worst_ratio(exact_channel(mechanism))
    assert 1 < ratio <= mechanism.odds
    if epsilon < 40:
        assert float(mechanism.odds - ratio) <= exp(2 * epsilon) * 2**-58
    tally = Tally(mechanism)
    tally.add(mechanism.reports([0, 1, 1], entropy=repeatable(b"extreme")))
    assert np.isfinite(mechanism.estimate(tally).frequency).all()


def test_equal_weights_keep_the_square_root():
    p = Fraction(2, 3)
    assert UnaryEncoding(3, log(4), optimized=False)._chances(Fraction(4)) == (p, 1 - p)


@pytest.mark.parametrize("optimized", [False, True])
@pytest.mark.parametrize("k", [2, 3, 9])
@pytest.mark.parametrize("epsilon", [0.01, 1.0, 5.0])
def test_the_attack_on_bits_is_that_of_the_best_attacker(k, epsilon, optimized):
    mechanism = UnaryEncoding(k, epsilon, optimized=optimized)
    assert mechanism.attack_success() == pytest.approx(bayes_success(mechanism.channel()), rel=1e-10)


@pytest.mark.parametrize("k", [1, 63, 64, 65, 200])
def test_bits_are_reported_and_counted_at_every_width(k):
    """At epsilon 64 almost nothing is noise: every other bit is 0, the user's own a fair coin."""
    k = max(k, 2)
    mechanism = UnaryEncoding(k, 64.0)
    values = np.arange(k).repeat(60)
    batch = mechanism.reports(values, entropy=repeatable(b"width"))
    assert batch.bits.size == values.size * k
    tally = Tally(mechanism)
    tally.add(batch)
    assert tally.counts.min() > 5
    assert tally.counts.max() < 55
    rows = np.unpackbits(batch.bits.array(), count=batch.bits.size).reshape(-1, k)
    assert np.array_equal(rows.sum(axis=0), tally.counts)
    assert np.array_equal(rows.sum(axis=1), rows[np.arange(values.size), values])


def test_pieces_of_a_batch_do_not_show(monkeypatch):
    mechanism = UnaryEncoding(11, 1.0)
    batch = mechanism.reports(np.zeros(100, np.int64))
    whole, pieces = Tally(mechanism), Tally(mechanism)
    whole.add(batch)
    monkeypatch.setattr(UnaryEncoding, "_at_once", 9)
    pieces.add(batch)
    assert whole == pieces


def test_tables_too_large_to_list_are_refused():
    for call in (
        RandomizedResponse(2000, 1.0).channel,
        UnaryEncoding(20, 1.0).channel,
        UnaryEncoding(500, 1.0).outputs,
        LocalHashing(20, 1.0).channel,
    ):
        with pytest.raises(DomainError, match="entries, at most"):
            call()
    with pytest.raises(DomainError, match="cannot be listed"):
        LocalHashing(3, 1.0).outputs()


@pytest.mark.parametrize(("k", "epsilon"), [(4, 1.0), (30, 0.3), (1000, 5.0)])
def test_randomised_response_is_the_t_curve_at_one_item(k, epsilon):
    mechanism = RandomizedResponse(k, epsilon)
    of_the_sample = (1 - 1 / k) / k  # users drawn at random, which the curve counts
    expected = (1 - 1 / k) ** 2 * float(cover_variance(1 / k, epsilon))
    assert mechanism.variance(1)[0] + of_the_sample == pytest.approx(expected, rel=1e-12)
    assert mechanism.attack_success() * k == pytest.approx(float(cover_attack(1 / k, epsilon)), rel=1e-12)


def test_other_wrong_arguments():
    with pytest.raises(TypeError, match="optimized must be a bool, got 1"):
        UnaryEncoding(10, 1.0, optimized=1)
    with pytest.raises(ValueError, match="k must be at most 4294967296"):
        LocalHashing(2**32 + 1, 1.0)


def test_bits_of_a_report_are_the_items():
    """Never more than a fair coin's worth: the share of ones at the own item over many reports."""
    mechanism = UnaryEncoding(8, 3.0)
    ones = sum(mechanism.report(2, entropy=entropy)[2] for entropy in [repeatable(b"own")] * 2000)
    assert abs(ones - 1000) < 6 * sqrt(500)
    assert isinstance(mechanism.report(2), Bits)
