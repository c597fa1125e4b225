"""Recovery: vectors, every consistent set and no other, the Laurent form of Lagrange, refusals."""

from fractions import Fraction
from itertools import combinations, permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant._random import repeatable
from polyquant.errors import (
    DuplicateShareError,
    InconsistentSharesError,
    MixedSharesError,
    NotEnoughSharesError,
)
from polyquant.sharing import Dealer, Share, checked_bits, recover, recover_bytes
from tests.sharing import oracle
from tests.vectors import load

CASES = [case for case in load("sharing")["cases"] if case["kind"] in ("evolving_f2", "inconsistent", "robust")]
CONSISTENT = [case for case in CASES if case["kind"] == "evolving_f2"]
DAMAGED = [case for case in CASES if case["kind"] != "evolving_f2"]


def shares_of(case):
    fixed = case["k"], case["ell"], case["code"], case["size"]
    return [Share(row["t"], *fixed, int(row["value"], 16), bytes(8)) for row in case["shares"]]


def damaged(share, mask):
    return Share(share.t, share.k, share.ell, share.code, share.size, share.value ^ mask, share.set_id)


@pytest.mark.parametrize("case", CONSISTENT, ids=lambda case: case["id"])
def test_vectors_recover_with_the_promised_checks(case):
    shares = shares_of(case)
    subset = [share for share in shares if share.t in case["subset"]]
    assert recover(shares) == recover(subset) == int(case["secret"], 16)
    assert checked_bits(shares) == case["checked_bits_all"]
    assert checked_bits(subset) == case["checked_bits_subset"]


@pytest.mark.parametrize("case", DAMAGED, ids=lambda case: case["id"])
def test_damaged_vectors_are_inconsistent(case):
    with pytest.raises(InconsistentSharesError):
        recover(shares_of(case))


def test_the_worked_example():
    dealer = Dealer(0b11, 3, ell=2, code="gamma", series=(0b101101, 0b011010), series_bits=6)
    shares = [dealer.share(t) for t in (1, 2, 3)]
    assert [f"{s.value:0{s.bits}b}"[::-1] for s in shares] == ["00", "101010", "101100"]
    assert recover(shares) == 3
    of_secret, of_coins, sizes = columns(3, 2, "gamma", "published", (1, 2, 3))
    assert checked_bits(shares) == sum(sizes) - oracle.rank(of_secret + of_coins) == 2


@pytest.mark.parametrize(
    ("parties", "bits"),
    [(range(1, 6), 15), (range(10**6, 10**6 + 5), 262), ([10, 10**3, 10**5, 10**7, 10**9], 53), (range(1, 7), 284)],
)
def test_redundancy_of_the_table(parties, bits):
    dealer = Dealer(7, 5, ell=256, seed=b"redundancy of it")
    assert checked_bits([dealer.share(t) for t in parties]) == bits


def laurent(a, b, terms):
    """The first *terms* coefficients of a / b as a Laurent series: (valuation, coefficients)."""
    v = (a & -a).bit_length() - (b & -b).bit_length()
    a, b = a // (a & -a), b // (b & -b)
    out = []
    for _ in range(terms):
        out.append(a & 1)
        a = (a ^ b if a & 1 else a) >> 1
    return v, out


def lagrange(shares):
    """sum f(P_i) / prod (P_i - P_j) modulo x^ell: the definition of the divided difference, in Laurent series."""
    total = {}
    for i, share in enumerate(shares):
        product = [1]
        for j, other in enumerate(shares):
            if i != j:
                product = oracle.times(
                    product, oracle.coefficients(share.code.point(share.t) ^ other.code.point(other.t), 80)
                )
        if share.value:
            v, terms = laurent(share.value, oracle.number(product), 200)
            for e, bit in enumerate(terms, v):
                total[e] = total.get(e, 0) ^ bit
    assert not any(bit for e, bit in total.items() if e < 0)
    return sum(bit << e for e, bit in total.items() if 0 <= e < shares[0].ell)


@given(st.data())
def test_any_k_shares_give_the_secret_by_two_ways(data):
    k = data.draw(st.integers(2, 5))
    ell = data.draw(st.integers(1, 40))
    code = data.draw(st.sampled_from(["unary", "gamma", "delta", "omega", "golomb:3", "rice:2"]))
    size = data.draw(st.sampled_from(["published", "tight"]))
    secret = data.draw(st.integers(0, 2**ell - 1))
    parties = data.draw(st.lists(st.integers(1, 40), min_size=k, max_size=k, unique=True))
    seed = data.draw(st.binary(min_size=8, max_size=8))
    dealer = Dealer(secret, k, ell=ell, code=code, size=size, seed=seed)
    shares = [dealer.share(t) for t in parties]
    assert recover(shares) == secret
    assert lagrange(shares) == secret


def test_the_order_of_the_shares_does_not_matter():
    dealer = Dealer(b"any order", 3)
    shares = [dealer.share(t) for t in (9, 1, 10**7, 8)]
    assert {recover_bytes(order) for order in permutations(shares)} == {b"any order"}


def test_bytes_keep_their_zeros():
    for secret in (b"\0", b"\0\0\0", b"\x01\0", b"\0\x01"):
        dealer = Dealer(secret, 2)
        assert recover_bytes([dealer.share(2), dealer.share(77)]) == secret
    dealer = Dealer(1, 2, ell=9)
    with pytest.raises(ValueError, match="multiple of 8"):
        recover_bytes([dealer.share(1), dealer.share(2)])


def columns(k, ell, code, size, parties):
    """The share vector of every unit dealing as one integer: what the dealer is, as a linear map; and its bits."""
    probe = Dealer(0, k, ell=ell, code=code, size=size, seed=b"only for lengths")
    sizes = [probe.share(t).bits for t in parties]
    top = max(sizes)

    def vector(secret, series):
        dealer = Dealer(secret, k, ell=ell, code=code, size=size, series=series, series_bits=top)
        value, at = 0, 0
        for t, bits in zip(parties, sizes):
            value |= dealer.share(t).value << at
            at += bits
        return value

    zero = [0] * (k - 1)
    of_secret = [vector(1 << i, zero) for i in range(ell)]
    of_coins = [
        vector(0, [(1 << i) * (j == place) for j in range(k - 1)]) for place in range(k - 1) for i in range(top)
    ]
    return of_secret, of_coins, sizes


@pytest.mark.parametrize("size", ["published", "tight"])
@pytest.mark.parametrize(
    ("code", "k", "ell", "parties"),
    [("gamma", 2, 3, (1, 2, 5)), ("delta", 3, 4, (1, 4, 5, 9)), ("omega", 3, 2, (2, 3, 4)), ("delta", 2, 8, (6, 7, 33)),
     ("golomb:3", 4, 3, (1, 2, 3, 7, 8)), ("unary", 3, 5, (1, 2, 3, 4)), ("fixed:3", 3, 1, (1, 4, 8, 5, 6))],
)  # fmt: skip
def test_accepted_exactly_if_some_dealer_could_have_dealt_it(code, k, ell, parties, size):
    of_secret, of_coins, sizes = columns(k, ell, code, size, parties)
    basis = oracle.span(of_secret + of_coins)
    fixed = k, ell, code, size
    assert checked_bits([Share(t, *fixed, 0, bytes(8)) for t in parties]) == sum(sizes) - len(basis)
    random = Random(f"{code} {k} {ell} {size}")
    accepted = 0
    for _ in range(300):
        vector = random.getrandbits(sum(sizes)) if random.random() < 0.3 else 0
        for column in of_secret + of_coins:
            vector ^= column if random.random() < 0.5 else 0
        vector ^= 1 << random.randrange(sum(sizes)) if random.random() < 0.5 else 0
        at, shares = 0, []
        for t, bits in zip(parties, sizes):
            shares.append(Share(t, *fixed, vector >> at & ((1 << bits) - 1), bytes(8)))
            at += bits
        possible = oracle.reduce(basis, vector) == 0
        try:
            secret = recover(shares)
        except InconsistentSharesError:
            assert not possible
            continue
        assert possible
        accepted += 1
        of_it = 0
        for i in range(ell):
            of_it ^= of_secret[i] if secret >> i & 1 else 0
        assert oracle.reduce(oracle.span(of_coins), vector ^ of_it) == 0
    assert 0 < accepted < 300


def test_shortest_first_would_lose_precision():
    """Why the order matters: gamma, k = 3, ell = 1, parties 1, 2, 3 with the shortest taken first."""
    dealer = Dealer(1, 3, ell=1, code="gamma", seed=b"order")
    left = [(share.bits, share.code.point(share.t)) for share in map(dealer.share, (1, 2, 3))]
    for _ in range(2):
        taken = min(left)
        left.remove(taken)
        left = [(min(m, taken[0]) - ((p ^ taken[1]) & -(p ^ taken[1])).bit_length() + 1, p) for m, p in left]
    assert left[0][0] == -1


# Refusals --------------------------------------------------------------------------------------------------------


def test_sets_that_cannot_be_combined_are_refused():
    dealer = Dealer(b"abc", 3, entropy=repeatable(b"refusals"))
    one, two, three = (dealer.share(t) for t in (1, 2, 3))
    for few in ([], [one], [one, two]):
        with pytest.raises(NotEnoughSharesError):
            recover(few)
    with pytest.raises(DuplicateShareError, match="party 2"):
        recover([one, two, two, three])
    with pytest.raises(DuplicateShareError, match="party 2"):
        recover([one, two, damaged(two, 1), three])
    with pytest.raises(TypeError, match="Share"):
        recover([one, two, b"three"])


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"k": 4}, "k"),
        ({"ell": 23}, "ell"),
        ({"code": "gamma"}, "code"),
        ({"size": "tight"}, "size"),
        ({"set_id": b"another "}, "set_id"),
    ],
)
def test_shares_of_different_dealings_are_refused(change, name):
    dealer = Dealer(b"abc", 3)
    fields = {
        "t": 9,
        "k": 3,
        "ell": 24,
        "code": "delta",
        "size": "published",
        "value": 0,
        "set_id": dealer.set_id,
        **change,
    }
    with pytest.raises(MixedSharesError, match=f"differ in {name}$"):
        recover([dealer.share(1), dealer.share(2), Share(**fields)])


def test_a_whole_second_dealing_is_consistent():
    """The check is no authentication."""
    first = Dealer(b"true", 2, set_id=bytes(8))
    second = Dealer(b"fake", 2, set_id=bytes(8))
    assert recover_bytes([second.share(1), second.share(2)]) == b"fake"
    with pytest.raises(InconsistentSharesError):
        recover([first.share(500), first.share(501), second.share(502), second.share(503)])


def test_with_up_to_n_minus_k_wrong_shares_the_answer_is_never_wrong():
    random, raised = Random(5), 0
    for round_ in range(600):
        k = random.randrange(2, 4)
        n = k + random.randrange(1, 4)
        ell = random.choice([1, 3, 16])
        secret = random.getrandbits(ell)
        dealer = Dealer(secret, k, ell=ell, code=random.choice(["gamma", "delta", "rice:1"]), seed=b"%d" % round_)
        shares = [dealer.share(t) for t in random.sample(range(1, 30), n)]
        for i in random.sample(range(n), random.randrange(1, n - k + 1)):
            shares[i] = damaged(shares[i], random.getrandbits(shares[i].bits))
        try:
            assert recover(shares) == secret
        except InconsistentSharesError:
            raised += 1
    assert raised > 300


def test_random_damage_passes_as_often_as_the_checked_bits_say():
    """gamma, k = 2, ell = 1, parties 1, 2, 3: four checked bits; every damage of all shares is tried."""
    dealer = Dealer(1, 2, ell=1, code="gamma", seed=b"all damages")
    shares = [dealer.share(t) for t in (1, 2, 3)]
    total, passed = 0, 0
    for a in range(2):
        for b in range(8):
            for c in range(8):
                total += 1
                try:
                    recover([damaged(s, mask) for s, mask in zip(shares, (a, b, c))])
                    passed += 1
                except InconsistentSharesError:
                    pass
    assert Fraction(passed, total) == Fraction(1, 2 ** checked_bits(shares))


def test_every_pair_of_many_parties_recovers():
    dealer = Dealer(0x1234, 2, ell=16, code="omega")
    shares = [dealer.share(t) for t in range(1, 25)]
    assert {recover(pair) for pair in combinations(shares, 2)} == {0x1234}
