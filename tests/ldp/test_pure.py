"""What is special about randomised response, unary encoding and hashing; the contract tests do the rest."""

from fractions import Fraction
from math import exp, log, sqrt

import numpy as np
import pytest

from polyquant._random import repeatable
from polyquant.bits import Bits, pack
from polyquant.errors import DomainError
from polyquant.ldp import Batch, LocalHashing, RandomizedResponse, Tally, UnaryEncoding, bayes_success
from polyquant.ldp._kernels import hashing
from polyquant.ldp.hashing import best_cells
from polyquant.ldp.insight import cover_attack, cover_variance
from tests.ldp.enumeration import exact_channel, p_value, worst_ratio

EXTREMES = [1e-6, 0.01, 1.0, 20.0, 64.0]


def top_half(a, b, x):
    """The definition, with integers that know no overflow."""
    m = x
    m ^= m >> 16
    m = m * 0x9E3779B9 % 2**32
    m ^= m >> 15
    m = m * 0x6A09E667 % 2**32
    m ^= m >> 16
    return (a * m + b) % 2**64 >> 32


@pytest.mark.parametrize("g", [2, 3, 4, 21, 65536])
def test_client_and_server_hash_alike(g):
    """Also for items beyond one block of the kernel."""
    rng = np.random.default_rng(g)
    k = hashing.BLOCK + 5
    seeds = rng.integers(0, 2**64, (4, 2), dtype=np.uint64)
    seeds[0] = 2**64 - 1
    for a, b in seeds.tolist():
        expected = [top_half(a, b, x) * g >> 32 for x in range(k)]
        cells = np.empty(k, np.int64)
        hashing.own_cells(np.array([[a, b]], np.uint64).repeat(k, axis=0), np.arange(k), g, cells)
        assert cells.tolist() == expected
        for cell in {0, g - 1, expected[0], expected[-1]}:
            counts = np.zeros(k, np.int64)
            hashing.support(np.array([[a, b, cell]], np.uint64), g, counts)
            assert counts.tolist() == [int(value == cell) for value in expected]


def test_every_report_supports_each_item_in_exactly_one_cell():
    seeds = np.random.default_rng(1).integers(0, 2**64, (8, 2), dtype=np.uint64)
    counts = np.zeros(1100, np.int64)
    for cell in range(7):
        hashing.support(np.column_stack([seeds, np.full(8, cell, np.uint64)]), 7, counts)
    assert (counts == 8).all()


@pytest.mark.parametrize("pair", [(0, 1), (6, 7), (3, 900), (2**31, 2**32 - 1)])
def test_two_items_are_hashed_independently(pair):
    g, n = 5, 50_000
    seeds = np.frombuffer(repeatable(b"pairs")(16 * n), "<u8").reshape(n, 2).astype(np.uint64)
    both = np.zeros(n, np.int64)
    cells = np.empty(n, np.int64)
    for x in pair:
        hashing.own_cells(seeds, np.full(n, x), g, cells)
        both = both * g + cells
    assert p_value(np.bincount(both, minlength=g * g), np.full(g * g, 1 / g**2)) > 1e-8


def test_scattering_is_a_bijection():
    """Each step can be undone: a shift by at least half of the bits, and a product with an odd number."""
    rng = np.random.default_rng(2)
    low = 2**32 - 1
    for x in rng.integers(0, 2**32, 200).tolist():
        y = int(hashing.scatter(np.uint64(x)))
        y ^= y >> 16
        y = y * pow(0x6A09E667, -1, 2**32) & low
        y ^= y >> 15 ^ y >> 30
        y = y * pow(0x9E3779B9, -1, 2**32) & low
        assert y ^ y >> 16 == x


@pytest.mark.parametrize("epsilon", [0.1, 0.5, 0.9, 1.0, 1.3, log(3), 2.0, 4.0, 6.5])
def test_the_best_number_of_cells_has_the_least_variance(epsilon):
    variance = {g: LocalHashing(50, epsilon, g=g).variance(1, np.eye(50)[0])[1] for g in range(2, 800)}
    assert variance[best_cells(epsilon)] == pytest.approx(min(variance.values()), rel=1e-12)
    assert LocalHashing(50, epsilon).g == best_cells(epsilon)


def test_whole_odds_get_one_cell_more():
    assert [best_cells(log(e)) for e in (1.001, 3, 8, 50, 148)] == [2, 4, 9, 51, 149]
    assert best_cells(64.0) == 2**16


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


def test_the_reports_of_hashing_are_seed_and_cell():
    mechanism = LocalHashing(100, 1.0)
    assert mechanism.message_bits == 128 + 2
    report = mechanism.report(5)
    a, b, cell = (report.take(start, size).to_int() for start, size in ((0, 64), (64, 64), (128, 2)))
    assert cell < mechanism.g
    tally = Tally(mechanism)
    tally.add(Batch.of(mechanism, [report]))
    assert tally.counts.tolist() == [int(top_half(a, b, x) * mechanism.g >> 32 == cell) for x in range(100)]


def test_a_cell_that_does_not_exist_is_no_report():
    mechanism = LocalHashing(100, 1.0, g=5)
    batch = Batch(mechanism.fingerprint, "plain", 2, pack([1, 2, 5, 1, 2, 4], [64, 64, 3] * 2))
    tally = Tally(mechanism)
    assert tally.add(batch, on_error="drop") == 1
    assert tally.n == 1


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


@pytest.mark.parametrize("g", [1, 2**16 + 1])
def test_wrong_numbers_of_cells(g):
    with pytest.raises(ValueError, match="g must be"):
        LocalHashing(10, 1.0, g=g)


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
