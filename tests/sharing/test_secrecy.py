"""Any k shares give the secret, k-1 give nothing: proved for small worlds, by linear algebra and by listing everything.

The dealer is measured, not believed: its linear map is read off from unit dealings, one secret bit or one coin at a
time, and that it is linear is tested apart.
"""

from collections import Counter
from functools import cache
from itertools import combinations, product
from random import Random

import pytest

from polyquant.sharing import Dealer, recover, share_bits
from tests.sharing import oracle


def random_table(seed, leaves, incomplete=False):
    """A random complete prefix code of *leaves* words; one word fewer if it is to be incomplete."""
    random, words = Random(seed), [""]
    while len(words) < leaves:
        words.sort(key=len)
        word = words.pop(random.randrange(min(4, len(words))))
        words += [word + "0", word + "1"]
    random.shuffle(words)
    return dict(enumerate(words[incomplete:], 1))


CODES = {
    "gamma": "gamma",
    "delta": "delta",
    "omega": "omega",
    "unary": "unary",
    "golomb:3": "golomb:3",
    "rice:1": "rice:1",
    "fixed:3": "fixed:3",
    "first table": random_table(1, 7),
    "second table": random_table(2, 7),
    "incomplete table": random_table(3, 8, incomplete=True),
}
WORLDS = list(product(CODES, (2, 3, 4), (1, 2, 3), ("published", "tight")))
PARTIES = range(1, 8)


@cache
def dealer_map(name, k, ell, size):
    """{t: rows}; row b of party t says on which secret bits (low) and coins (above them) bit b of the share depends."""
    code = CODES[name]
    sizes = {t: share_bits(code, k, ell, t, size=size) for t in PARTIES}
    top = max(sizes.values())
    rows = {t: [0] * m for t, m in sizes.items()}
    for unknown in range(ell + (k - 1) * top):
        unit = 1 << unknown
        series = [unit >> ell + j * top & (1 << top) - 1 for j in range(k - 1)]
        dealer = Dealer(unit & (1 << ell) - 1, k, ell=ell, code=code, size=size, series=series, series_bits=top)
        for t in PARTIES:
            value = dealer.share(t).value
            for b in range(sizes[t]):
                rows[t][b] |= (value >> b & 1) << unknown
    return rows, top


def learned(rows, ell):
    """Bits of the secret that these share bits determine: what eliminating all coins leaves behind."""
    mirrored = oracle.span(rows)  # leading bits are coins first, secret bits are lowest
    return sum(leading <= ell for leading in mirrored)


@pytest.mark.parametrize("name", CODES)
def test_every_k_set_determines_the_secret_and_no_smaller_set_a_bit_of_it(name):
    for k, ell, size in product((2, 3, 4), (1, 2, 3), ("published", "tight")):
        rows, _ = dealer_map(name, k, ell, size)
        for parties in combinations(PARTIES, k):
            assert learned([row for t in parties for row in rows[t]], ell) == ell, (k, ell, size, parties)
        for parties in combinations(PARTIES, k - 1):  # smaller sets see less
            assert learned([row for t in parties for row in rows[t]], ell) == 0, (k, ell, size, parties)


@pytest.mark.parametrize("name", CODES)
def test_every_k_set_recovers(name):
    random = Random(name)
    for k, ell, size in product((2, 3, 4), (1, 2, 3), ("published", "tight")):
        secret = random.getrandbits(ell)
        dealer = Dealer(secret, k, ell=ell, code=CODES[name], size=size)
        shares = [dealer.share(t) for t in PARTIES]
        assert {recover(some) for some in combinations(shares, k)} == {secret}


@pytest.mark.parametrize("name", CODES)
def test_dealing_is_linear(name):
    """So that the rank proves what listing would; random dealings against the map of the unit dealings."""
    random = Random(name)
    for k, ell, size in product((2, 3, 4), (1, 3), ("published", "tight")):
        rows, top = dealer_map(name, k, ell, size)
        unknowns = random.getrandbits(ell + (k - 1) * top)
        series = [unknowns >> ell + j * top & (1 << top) - 1 for j in range(k - 1)]
        secret = unknowns & (1 << ell) - 1
        dealer = Dealer(secret, k, ell=ell, code=CODES[name], size=size, series=series, series_bits=top)
        for t in PARTIES:
            expected = sum(((row & unknowns).bit_count() & 1) << b for b, row in enumerate(rows[t]))
            assert dealer.share(t).value == expected


def small_worlds():
    for name, k, ell, size in WORLDS:
        sizes = {t: share_bits(CODES[name], k, ell, t, size=size) for t in PARTIES}
        for parties in combinations(PARTIES, k - 1):
            top = max(sizes[t] for t in parties)
            if ell + (k - 1) * top <= 8:
                yield name, k, ell, size, parties, top


def test_all_secrets_give_the_same_distribution_of_views():
    """No algebra at all: every secret with every sequence of coins, all views counted."""
    worlds = list(small_worlds())
    assert len(worlds) > 100
    for name, k, ell, size, parties, top in worlds:
        seen = []
        for secret in range(2**ell):
            views = Counter()
            for series in product(range(2**top), repeat=k - 1):
                dealer = Dealer(
                    secret, k, ell=ell, code=CODES[name], size=size, series=series, series_bits=top, set_id=bytes(8)
                )
                views[tuple(dealer.share(t).value for t in parties)] += 1
            seen.append(views)
        assert all(views == seen[0] for views in seen), (name, k, ell, size, parties)


def test_the_other_secret_is_one_shift_of_the_coins_away():
    """The proof itself: adding (s' - s) prod (y - P_i) keeps the k-1 shares and moves the coins by a constant."""
    random, k, ell, parties = Random(7), 4, 16, (3, 10, 11)
    top = max(share_bits("delta", k, ell, t) for t in parties)
    secret, other = 0x1234, 0xFEDC
    series = [random.getrandbits(top) for _ in range(k - 1)]
    dealer = Dealer(secret, k, ell=ell, series=series, series_bits=top)
    shift = [oracle.coefficients(secret ^ other, top)]  # times the polynomial in y, coefficients lists in x
    for t in parties:
        point = oracle.coefficients(dealer.code.point(t), 20)
        shifted = [[0]] + shift
        for j, row in enumerate(shift):
            shifted[j] = oracle.add(shifted[j], oracle.times(row, point))
        shift = shifted
    moved = [r ^ oracle.number(row[:top]) for r, row in zip(series, shift)]
    liar = Dealer(other, k, ell=ell, series=moved, series_bits=top)
    assert moved != series
    for t in parties:
        assert liar.share(t).value == dealer.share(t).value
