"""Hadamard mechanisms against the matrix itself."""

from fractions import Fraction
from math import exp, log

import numpy as np
import pytest

from polyquant._random import repeatable
from polyquant.ldp import HadamardMean, HadamardResponse, RecursiveHadamard, Tally
from polyquant.ldp.insight import cover_attack, cover_variance
from tests.ldp.enumeration import exact_channel, worst_ratio


def signs(n):
    return np.array([[(-1) ** (i & j).bit_count() for j in range(n)] for i in range(n)])


@pytest.mark.parametrize(("k", "blocks"), [(2, 1), (3, 1), (4, 1), (20, 1), (9, 3), (16, 5), (7, 7), (12, 8)])
def test_sets_are_half_blocks(k, blocks):
    mechanism = HadamardResponse(k, 1.0, blocks=blocks)
    b = mechanism.block
    assert b & (b - 1) == 0
    assert blocks * (b - 1) >= k > blocks * (b // 2 - 1)
    expected = np.zeros((k, blocks, b), np.int64)
    for x in range(k):
        expected[x, x // (b - 1)] = signs(b)[x % (b - 1) + 1] == 1
    assert np.array_equal(mechanism._table(), expected.reshape(k, -1))


@pytest.mark.parametrize("k", [2, 3, 4, 5, 17])
def test_a_mean_names_a_row_and_a_sign(k):
    mechanism = HadamardMean(k, 1.0)
    size = mechanism.rows
    sets = np.stack([signs(size)[:k] == 1, signs(size)[:k] == -1], axis=2)
    assert np.array_equal(mechanism._table(), sets.reshape(k, -1))
    assert size == 2 ** (k - 1).bit_length()


@pytest.mark.parametrize(("k", "bits"), [(2, 1), (2, 2), (4, 2), (6, 3), (20, 2), (20, 6)])
def test_recursion_names_a_row_a_piece_and_a_sign(k, bits):
    mechanism = RecursiveHadamard(k, 1.0, bits=bits)
    rows, pieces = mechanism.rows, 2 ** (bits - 1)
    assert rows * pieces == 2 ** (k - 1).bit_length()
    expected = np.zeros((k, rows, pieces, 2), np.int64)
    for x in range(k):
        for r in range(rows):
            expected[x, r, x // rows, int(signs(rows)[r, x % rows] == -1)] = 1
    assert np.array_equal(mechanism._table(), expected.reshape(k, -1))


def test_one_bit_of_recursion_is_the_mean():
    one, mean = RecursiveHadamard(9, 1.2), HadamardMean(9, 1.2)
    assert np.array_equal(one.channel(), mean.channel())
    assert np.allclose(one.variance(3), mean.variance(3))
    assert one.fingerprint != mean.fingerprint


def test_one_piece_an_item_is_randomised_response_on_signs():
    """With as many pieces as items nothing is left of the matrix, and the negative signs only waste reports."""
    mechanism = RecursiveHadamard(4, 1.0, bits=3)
    assert (mechanism.rows, mechanism.cells, mechanism.message_bits) == (1, 8, 3)


@pytest.mark.parametrize("e", [3, 20])
def test_rare_items_have_the_published_variance(e):
    """f = 0, in a block with the users and in another one."""
    mechanism = HadamardResponse(40, log(e), blocks=4)
    f = np.eye(40)[1]
    nearby, far = mechanism.variance(1, f)[[0, 39]]
    assert far == pytest.approx(2 * (7 + e) / (e - 1) ** 2, rel=1e-12)
    assert nearby == pytest.approx((e + 1) * (7 + e) / (e - 1) ** 2, rel=1e-12)
    recursive = RecursiveHadamard(64, log(e), bits=3)
    f = np.eye(64)[1]
    nearby, far = recursive.variance(1, f)[[0, 63]]
    assert far == pytest.approx(2 * (e + 7) / (e - 1) ** 2, rel=1e-12)
    assert nearby == pytest.approx((e + 1) * (e + 7) / (e - 1) ** 2, rel=1e-12)


def test_two_items_leave_a_symbol_that_nobody_prefers():
    """The closed form 2 E / ((E + 1) k) needs three items: rows 1 and 2 are both negative at one place of four."""
    e = 3.0
    closed = {k: 2 * e / ((e + 1) * k) for k in (2, 3, 4)}
    assert HadamardResponse(2, log(e)).attack_success() == pytest.approx((3 * e + 1) / (4 * (e + 1)))
    assert HadamardResponse(2, log(e)).attack_success() < closed[2]
    for k in (3, 4):
        assert HadamardResponse(k, log(e)).attack_success() == pytest.approx(closed[k])


def test_half_of_the_symbols_are_the_t_curve_at_one_half():
    k, epsilon = 31, 1.3
    mechanism = HadamardResponse(k, epsilon)
    gain = float(cover_variance(0.5, epsilon))
    assert mechanism.variance(1, np.eye(k)[0])[1] == pytest.approx(gain, rel=1e-12)
    assert mechanism.attack_success() * k == pytest.approx(float(cover_attack(0.5, epsilon)), rel=1e-12)


def test_a_server_that_cuts_its_factor_to_an_integer_is_wrong():
    """As a published server does, which adds a real factor to integer counts: a sole item is estimated below 1."""
    mechanism = RecursiveHadamard(16, 1.0, bits=2)
    sole = np.eye(16)[5]
    mean_of_counts = mechanism.channel()[5]  # of one user
    plus = np.einsum("ras,s->ar", mean_of_counts.reshape(mechanism.rows, -1, 2), [1, -1]) @ signs(mechanism.rows)
    gain = (exp(1.0) + 3) / (exp(1.0) - 1)
    assert np.allclose(gain * plus.reshape(-1), sole)
    assert (int(gain) * plus.reshape(-1))[5] == pytest.approx(int(gain) / gain)
    assert int(gain) / gain < 0.91


@pytest.mark.parametrize("epsilon", [1e-6, 0.5, 20.0, 64.0])
@pytest.mark.parametrize("kind", ["one", "blocks", "mean", "recursive"])
def test_rounding_never_takes_privacy(kind, epsilon):
    mechanism = {
        "one": HadamardResponse(5, epsilon),
        "blocks": HadamardResponse(5, epsilon, blocks=3),
        "mean": HadamardMean(5, epsilon),
        "recursive": RecursiveHadamard(5, epsilon, bits=2),
    }[kind]
    assert Fraction(1) < worst_ratio(exact_channel(mechanism)) <= mechanism.odds


@pytest.mark.parametrize(
    "mechanism",
    [HadamardResponse(5000, 2.0), HadamardResponse(5000, 3.0, blocks=10), HadamardMean(5000, 2.0)]
    + [RecursiveHadamard(5000, 2.0, bits=3)],
    ids=lambda mechanism: f"{mechanism.name}{mechanism.cells}",
)
def test_a_large_domain_from_end_to_end(mechanism):
    k, n = mechanism.k, 40_000
    values = np.minimum(np.random.default_rng(5).geometric(0.01, n), k) - 1
    tally = Tally(mechanism)
    tally.add(mechanism.reports(values, entropy=repeatable(b"large")))
    truth = np.bincount(values, minlength=k) / n
    for counted in (tally, mechanism.simulate(values, rng=3)):
        error = mechanism.estimate(counted).frequency - truth
        score = error / np.sqrt(mechanism.variance(n, truth))
        assert np.abs(score).max() < 6.5
        assert 0.8 < (score**2).mean() < 1.2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: HadamardResponse(5, 1.0, blocks=6), "blocks must be at most 5, got 6"),
        (lambda: HadamardResponse(5, 1.0, blocks=0), "blocks must be at least 1, got 0"),
        (lambda: RecursiveHadamard(5, 1.0, bits=5), "bits must be at most 4, got 5"),
        (lambda: RecursiveHadamard(5, 1.0, bits=0), "bits must be at least 1, got 0"),
    ],
)
def test_wrong_designs(call, words):
    with pytest.raises(ValueError, match=words):
        call()
