"""Local hashing: its hash functions against whole numbers, and the independence of two items."""

from math import log

import numpy as np
import pytest

from polyquant._random import repeatable
from polyquant.bits import pack
from polyquant.ldp import Batch, LocalHashing, Tally
from polyquant.ldp._kernels import hashing
from polyquant.ldp.hashing import best_cells
from tests.ldp.enumeration import p_value


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


@pytest.mark.parametrize("g", [1, 2**16 + 1])
def test_wrong_numbers_of_cells(g):
    with pytest.raises(ValueError, match="g must be"):
        LocalHashing(10, 1.0, g=g)
