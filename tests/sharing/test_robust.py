"""The secret in spite of wrong shares, up to half of what is too many."""

from random import Random

import pytest

from polyquant._random import repeatable
from polyquant.errors import InconsistentSharesError, NotEnoughSharesError
from polyquant.sharing import Dealer, Share, recover, recover_robust
from tests.vectors import load

CASES = [case for case in load("sharing")["cases"] if case["kind"] == "robust"]


def wrong(share, mask):
    return Share(share.t, share.k, share.ell, share.code, share.size, share.value ^ mask, share.set_id)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_vectors(case):
    fixed = case["k"], case["ell"], case["code"], case["size"]
    shares = [Share(row["t"], *fixed, int(row["value"], 16), bytes(8)) for row in case["shares"]]
    with pytest.raises(InconsistentSharesError):
        recover(shares)
    secret, dropped = recover_robust(shares, max_errors=case["max_errors"])
    assert secret == int(case["secret"], 16)
    assert list(dropped) == case["wrong"]


def test_whole_shares_drop_nobody():
    dealer = Dealer(77, 3, ell=9)
    assert recover_robust([dealer.share(t) for t in range(1, 8)], max_errors=2) == (77, ())


@pytest.mark.parametrize("colluding", [False, True], ids=["random damage", "shares of another dealing"])
def test_the_secret_is_never_wrong_within_the_radius(colluding):
    random = Random(f"robust {colluding}")
    for round_ in range(200):
        k = random.randrange(2, 4)
        errors = random.randrange(0, 3)
        n = k + 2 * errors + random.randrange(2)
        ell = random.choice([1, 2, 8, 33])
        secret = random.getrandbits(ell)
        code = random.choice(["gamma", "delta", "unary", "golomb:3"])
        dealer = Dealer(secret, k, ell=ell, code=code, seed=b"%d" % round_)
        liar = Dealer(secret ^ 1, k, ell=ell, code=code, seed=b"liar %d" % round_)
        shares = [dealer.share(t) for t in random.sample(range(1, 20), n)]
        for i in random.sample(range(n), errors):
            other = liar.share(shares[i].t).value if colluding else random.getrandbits(shares[i].bits)
            shares[i] = wrong(shares[i], shares[i].value ^ other)
        assert recover_robust(shares, max_errors=errors)[0] == secret


def test_beyond_the_radius_another_secret_may_win():
    """n = 4, k = 2: two honest and two colluding shares. The promise ends at one wrong share, so do arguments."""
    dealer = Dealer(5, 2, ell=8, set_id=bytes(8), entropy=repeatable(b"dealer"))  # short shares: others may fit a third
    liar = Dealer(6, 2, ell=8, set_id=bytes(8), entropy=repeatable(b"liar"))
    shares = [liar.share(40), liar.share(41), dealer.share(50), dealer.share(51)]
    with pytest.raises(ValueError, match=r"at most \(n-k\)/2 = 1 for 4 shares, got 2"):
        recover_robust(shares, max_errors=2)
    with pytest.raises(InconsistentSharesError, match="more than 1 of the 4"):
        recover_robust(shares, max_errors=1)


def test_too_many_subsets_are_refused_before_any_is_tried():
    dealer = Dealer(1, 2, ell=1)
    shares = [dealer.share(t) for t in range(1, 62)]
    with pytest.raises(ValueError, match="1000000 subsets"):
        recover_robust(shares, max_errors=10)


def test_arguments_are_checked():
    dealer = Dealer(1, 2, ell=1)
    shares = [dealer.share(t) for t in range(1, 6)]
    for bad in (-1, 2, 100):
        with pytest.raises(ValueError, match="max_errors"):
            recover_robust(shares, max_errors=bad)
    for bad in (True, 1.0, "1"):
        with pytest.raises(TypeError, match="max_errors"):
            recover_robust(shares, max_errors=bad)
    with pytest.raises(NotEnoughSharesError):
        recover_robust(shares[:1], max_errors=0)
