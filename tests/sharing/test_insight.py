"""The x-adic picture, the other secret behind the same shares, the rounds of peeling."""

from itertools import combinations
from random import Random

import pytest

from polyquant.errors import DuplicateShareError, MixedSharesError, NotEnoughSharesError
from polyquant.sharing import Dealer, share_bits
from polyquant.sharing.insight import explain, peeling_rounds, valuation_matrix
from polyquant.sharing.points import point_code


@pytest.mark.parametrize("code", ["gamma", "delta", "omega", "unary", "golomb:3"])
def test_valuations_are_the_lengths_of_common_prefixes(code):
    words = [point_code(code).word(t) for t in range(1, 33)]
    matrix = valuation_matrix(range(1, 33), code)
    for i, j in combinations(range(32), 2):
        common = next(d for d, (a, b) in enumerate(zip(words[i], words[j])) if a != b)
        assert matrix[i, j] == matrix[j, i] == common


def test_valuations_are_an_ultrametric():
    matrix = valuation_matrix(range(1, 20), "omega")
    for i, j, k in combinations(range(19), 3):
        low, middle, _ = sorted([matrix[i, j], matrix[j, k], matrix[i, k]])
        assert low == middle


def test_a_party_is_not_compared_with_itself():
    with pytest.raises(DuplicateShareError):
        valuation_matrix([3, 3])


@pytest.mark.parametrize("parties", [(5,), (1, 2), (3, 10**6, 11), (7, 8, 9)])
@pytest.mark.parametrize("size", ["published", "tight"])
def test_every_other_secret_has_the_same_shares(parties, size):
    random, k, ell = Random(str(parties)), 4, 5
    top = max(share_bits("delta", k, ell, t, size=size) for t in parties)
    series = [random.getrandbits(top) for _ in range(k - 1)]
    secret = 0b10110
    dealer = Dealer(secret, k, ell=ell, size=size, series=series, series_bits=top, set_id=bytes(8))
    shares = [dealer.share(t) for t in parties]
    for other in range(2**ell):
        found = explain(shares, other)
        bits = max(top, *(r.bit_length() for r in found))
        liar = Dealer(other, k, ell=ell, size=size, series=found, series_bits=bits, set_id=bytes(8))
        assert [liar.share(t) for t in parties] == shares


def test_k_shares_leave_no_other_secret():
    dealer = Dealer(1, 2, ell=3)
    with pytest.raises(ValueError, match="at most k-1 = 1, got 2"):
        explain([dealer.share(1), dealer.share(2)], 2)


def test_arguments_are_checked():
    dealer = Dealer(1, 3, ell=3)
    with pytest.raises(NotEnoughSharesError):
        explain([], 1)
    with pytest.raises(MixedSharesError):
        explain([dealer.share(1), Dealer(1, 3, ell=3).share(2)], 1)
    with pytest.raises(DuplicateShareError):
        explain([dealer.share(1), dealer.share(1)], 1)
    for bad in (8, -1, True, 1.0):
        with pytest.raises(ValueError, match="secret must be"):
            explain([dealer.share(1)], bad)


def test_the_last_precision_is_enough_for_the_secret():
    for code in ("gamma", "delta", "unary"):
        for size in ("published", "tight"):
            dealer = Dealer(5, 4, ell=6, code=code, size=size)
            for parties in combinations((1, 2, 3, 7, 12, 13), 4):
                rounds = peeling_rounds([dealer.share(t) for t in parties])
                assert len(rounds) == 3
                assert min(rounds[-1].precision.values()) >= 6
                assert {r.taken for r in rounds} | set(rounds[-1].precision) == set(parties)
