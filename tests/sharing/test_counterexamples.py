"""What must not be changed: every simplification one could think of leaks or fails, each in its smallest case."""

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest

from polyquant.algebra import gf2x
from polyquant.errors import InconsistentSharesError
from polyquant.sharing import Dealer, recover, share_bits
from polyquant.sharing.points import point_code
from tests.sharing import oracle

GAMMA = point_code("gamma")


def line(secret, coins, t, bits, *, constant=False, code=GAMMA):
    """k = 2: s P + r modulo x^bits, or with the secret as constant term r P + s."""
    slope, start = (coins, secret) if constant else (secret, coins)
    return gf2x.multiply_low(slope, code.point(t), bits) ^ start & ((1 << bits) - 1)


def views(secret, coins_bits, t, bits, **change):
    return Counter(line(secret, coins, t, bits, **change) for coins in range(2**coins_bits))


def test_the_scheme_itself_does_not_leak_in_these_cases():
    for t in (1, 2, 3):
        bits = share_bits("gamma", 2, 1, t)
        assert views(0, bits, t, bits) == views(1, bits, t, bits)


def test_the_secret_as_constant_term_is_the_first_bit_of_a_share():
    bits = share_bits("gamma", 2, 1, 2)
    assert GAMMA.word(2) == "010"
    assert {view & 1 for view in views(0, bits, 2, bits, constant=True)} == {0}
    assert {view & 1 for view in views(1, bits, 2, bits, constant=True)} == {1}


def test_the_constant_term_with_unit_points_is_repaired_at_k_minus_1_bits_more():
    for t in (1, 2, 3):
        unit, bits = 1 | GAMMA.point(t) << 1, GAMMA.length(t) + 1
        seen = [Counter(gf2x.multiply_low(r, unit, bits) ^ s for r in range(2**bits)) for s in (0, 1)]
        assert seen[0] == seen[1]
        assert bits == share_bits("gamma", 2, 1, t) + 1


def test_coins_as_short_as_the_secret_tell_the_secrets_apart():
    bits = share_bits("gamma", 2, 1, 2)
    assert set(views(0, 1, 2, bits)) == {0, 1}
    assert set(views(1, 1, 2, bits)) == {2, 3}


def test_coins_one_bit_shorter_than_the_share_are_too_short():
    bits = share_bits("gamma", 2, 1, 1)
    assert bits == 1
    assert set(views(0, bits - 1, 1, bits)) == {0}
    assert set(views(1, bits - 1, 1, bits)) == {1}


def learned(code, k, ell, sizes):
    """Bits of the secret that the shares {t: bits} determine, by eliminating all coins; points by *code*."""
    top, rows = max(sizes.values()), []
    for t, bits in sizes.items():
        columns = []
        for unknown in range(ell + (k - 1) * top):
            unit = 1 << unknown
            series = [unit >> ell + j * top & (1 << top) - 1 for j in range(k - 1)]
            columns.append(oracle.share(code[t], bits, unit & (1 << ell) - 1, series, top))
        rows += [sum((column >> b & 1) << u for u, column in enumerate(columns)) for b in range(bits)]
    return sum(leading <= ell for leading in oracle.span(rows))


def test_one_bit_less_than_published_recovers_nothing():
    words = {t: GAMMA.word(t) for t in (2, 3)}
    bits = share_bits("gamma", 2, 1, 2)
    assert learned(words, 2, 1, {2: bits, 3: bits}) == 1
    assert learned(words, 2, 1, {2: bits - 1, 3: bits - 1}) == 0
    assert learned(words, 2, 1, {2: bits, 3: bits - 1}) == 0


@pytest.mark.parametrize(
    ("code", "k", "parties"),
    [("gamma", 3, (4, 5, 6)), ("delta", 3, (4, 5, 7)), ("gamma", 4, (8, 9, 10, 11)), ("fixed:2", 3, (1, 2, 3))],
)
def test_one_bit_less_than_tight_fails_for_the_nearest_parties(code, k, parties):
    words = {t: point_code(code).word(t) for t in parties}
    for ell in (1, 3):
        sizes = {t: share_bits(code, k, ell, t, size="tight") for t in parties}
        assert learned(words, k, ell, sizes) == ell
        assert learned(words, k, ell, {**sizes, parties[0]: sizes[parties[0]] - 1}) < ell


def test_plain_binary_is_no_prefix_code_and_two_parties_cannot_recover():
    words = {1: "1", 3: "11"}
    sizes = {t: len(word) for t, word in words.items()}  # (k-1)(length - 1) + ell
    assert learned(words, 2, 1, sizes) == 0
    with pytest.raises(ValueError, match="prefix-free"):
        Dealer(1, 2, ell=1, code=words)


def test_the_first_symbol_at_the_highest_power_cannot_recover():
    words = {1: "0", 2: "10"}
    sizes = {1: 1, 2: 2}
    assert learned(words, 2, 1, sizes) == 1
    assert learned({t: word[::-1] for t, word in words.items()}, 2, 1, sizes) == 0


def recovered(shares):
    try:
        return recover(shares)
    except InconsistentSharesError:
        return None


def test_coins_extended_in_two_ways_put_shares_on_two_curves():
    """k = 2, gamma: t = 1 and t = 2 share the short prefix of the coins, what comes after differs."""
    early, late = ("gamma", 2, 1, 2), ("gamma", 2, 1, 4)
    short, bits = share_bits(*early), share_bits(*late)
    prefix = 0b101
    for one, other in product(range(4), repeat=2):
        old = Dealer(1, 2, ell=1, code="gamma", series=[prefix | one << short], series_bits=bits)
        new = Dealer(1, 2, ell=1, code="gamma", series=[prefix | other << short], series_bits=bits)
        assert old.share(2).value == new.share(2).value  # coins that were used already agree
        assert recovered([old.share(4), old.share(5)]) == recovered([new.share(4), new.share(5)]) == 1
        assert (recovered([old.share(4), replace(new.share(5), set_id=old.set_id)]) == 1) == (one == other)
