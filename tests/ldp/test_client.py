"""The exact chances of a client, against their laws."""

import math
import secrets
import sys
from fractions import Fraction

import numpy as np
import pytest

from polyquant._random import repeatable
from polyquant.ldp import SubsetSelection, Tally
from polyquant.ldp._client import FEW_BYTES, Coins, floor_to_grid, secret_bytes
from polyquant.ldp._kernels import subsets as kernels


def scripted(*words):
    """Entropy that hands out these 64-bit words, one after the other."""
    stream = b"".join(word.to_bytes(8, "little") for word in words)
    at = 0

    def take(size):
        nonlocal at
        at += size
        assert at <= len(stream), "more was taken than was there"
        return stream[at - size : at]

    return take


def test_a_coin_compares_all_64_bits():
    p = Fraction(3, 2**64)
    assert Coins(scripted(0, 2, 3, 4, 2**64 - 1)).heads(p, 5).tolist() == [True, True, False, False, False]
    assert Coins(scripted(2**63 - 1, 2**63)).heads(Fraction(1, 2), 2).tolist() == [True, False]


@pytest.mark.parametrize("p", [Fraction(1, 2), Fraction(5, 16), Fraction(11, 2**64), Fraction(2**64 - 1, 2**64)])
def test_many_coins_in_a_word_are_the_same_comparison(p):
    """The digits that were drawn for one bit, put together, are the number that is compared."""
    drawn = np.frombuffer(repeatable(b"digits")(64 * 8), "<u8").tolist()
    if p == Fraction(11, 2**64):
        drawn = [0] * 60 + drawn[60:]  # or nothing would be open when the first one comes
    if p == Fraction(2**64 - 1, 2**64):
        drawn = [2**64 - 1] * 60 + drawn[60:]
    (word,) = Coins(scripted(*drawn)).bits(p, 1).tolist()
    for bit in range(64):
        uniform = sum((digits >> bit & 1) << 63 - place for place, digits in enumerate(drawn))
        assert (word >> bit & 1) == (Fraction(uniform, 2**64) < p)


def test_nothing_is_drawn_for_a_coin_that_never_shows_heads():
    assert Coins(scripted()).bits(Fraction(0), 3).tolist() == [0, 0, 0]


@pytest.mark.parametrize("bound", [1, 2, 3, 5, 255, 256, 257, 70_000, 2**33 + 1])
def test_integers_stay_below_their_bound(bound):
    numbers = Coins(repeatable(b"below")).below(bound, 5000)
    assert numbers.min() >= 0
    assert numbers.max() < bound
    assert abs(numbers.mean() - (bound - 1) / 2) <= 6 * bound / math.sqrt(12 * 5000)


def test_small_integers_are_uniform():
    counts = np.bincount(Coins(repeatable(b"uniform")).below(5, 100_000), minlength=5)
    assert ((counts - 20_000) ** 2 / 20_000).sum() < 40  # four degrees of freedom: 4e-8


def test_rejection_draws_again_and_takes_no_remainder():
    words = bytes([7, 5, 2, 6, 4])  # three bits each: 7 and 5 are drawn again, then 6
    source = iter([words[:3], words[3:], bytes([3])])
    assert Coins(lambda size: next(source)).below(5, 3).tolist() == [3, 4, 2]


def test_probabilities_round_down_to_the_grid():
    third = floor_to_grid(Fraction(1, 3))
    assert third == Fraction((2**64 - 1) // 3, 2**64)
    assert floor_to_grid(third) == third


@pytest.mark.parametrize("p", [Fraction(1, 3), Fraction(1), Fraction(-1, 2)])
def test_other_probabilities_are_refused(p):
    with pytest.raises(ValueError, match="multiple of 2\\^-64"):
        Coins(secrets.token_bytes).heads(p, 1)


def test_a_seeded_generator_is_no_entropy():
    with pytest.raises(TypeError, match="entropy must be a function"):
        Coins(np.random.default_rng(1))


@pytest.mark.parametrize("size", [0, 1, FEW_BYTES - 1, FEW_BYTES, 3 * FEW_BYTES + 1])
def test_secret_bytes_are_as_many_as_asked_for_and_never_the_same(size):
    first, second = secret_bytes(size), secret_bytes(size)
    assert (len(first), len(second)) == (size, size)
    if size >= FEW_BYTES:
        assert len({secret_bytes(size)[:16] for _ in range(20)}) == 20
        counts = np.bincount(np.frombuffer(first, np.uint8), minlength=256)
        assert ((counts - size / 256) ** 2 / (size / 256)).sum() < 440  # 255 degrees of freedom: 1e-11


@pytest.mark.parametrize(("size", "source"), [(FEW_BYTES - 1, "system"), (FEW_BYTES, "openssl")])
def test_few_bytes_come_from_the_system_and_many_from_openssl(monkeypatch, size, source):
    ssl = pytest.importorskip("ssl")
    asked = []
    monkeypatch.setattr(ssl, "RAND_bytes", lambda n: asked.append("openssl") or bytes(n))
    monkeypatch.setattr(secrets, "token_bytes", lambda n: asked.append("system") or bytes(n))
    secret_bytes(size)
    assert asked == [source]


def test_without_openssl_the_system_makes_all_bytes(monkeypatch):
    monkeypatch.setitem(sys.modules, "ssl", None)
    monkeypatch.setattr(secrets, "token_bytes", lambda n: b"s" * n)
    assert secret_bytes(FEW_BYTES) == b"s" * FEW_BYTES


def test_a_source_that_is_given_makes_every_byte():
    asked = []

    def source(size):
        asked.append(size)
        return secrets.token_bytes(size)

    SubsetSelection(470, 1.0).reports(np.zeros(100, np.int64), codec="bitmap", entropy=source)
    assert 120 * 100 < sum(asked) < 200 * 100


def test_fields_choose_all_positions_equally_often():
    """All fields of 16 bits, once each: the positions but the own one, 65536 // 469 times; what is left is refused."""
    m, own, n = 470, 7, 2**16
    columns, lists, todo = np.empty((6, 512), np.int32), np.empty((n, 1), np.int64), np.arange(n)
    tables = np.array([m]), np.array([1]), np.array([2**16 % (m - 1)]), 16
    users, zeros = np.full(n, own), np.zeros(n, np.int64)
    left = kernels.draw_few(users, zeros, zeros, *tables, np.arange(n).astype(np.uint16), columns, todo, lists)
    done = np.ones(n, bool)
    done[todo[:left]] = False
    assert left == 2**16 % (m - 1)
    assert np.bincount(lists[done, 0], minlength=m).tolist() == [(x != own) * (n // (m - 1)) for x in range(m)]


@pytest.mark.parametrize(("m", "omega"), [(3, 1), (9, 3), (40, 6), (40, 13), (257, 16), (5000, 4)])
def test_large_and_small_sets_hold_every_position_as_often_as_they_should(m, omega):
    n, mechanism = 5000, SubsetSelection(m, 1.0, omega=omega)
    own = m // 2
    tally = Tally(mechanism)
    tally.add(mechanism.reports(np.full(n, own), codec="rice", entropy=repeatable(b"%d" % m)))
    expected = np.where(np.arange(m) == own, mechanism.p, mechanism.q) * n
    assert ((tally.counts - expected) ** 2 / expected).max() < 45  # the largest of at most 5000 squares
    assert tally.counts.sum() == n * omega
