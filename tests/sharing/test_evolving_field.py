"""The evolving scheme over other fields: vectors, Shamir as its first 255 parties, exhaustive secrecy over GF(3)."""

from collections import Counter
from fractions import Fraction
from itertools import combinations, product
from random import Random

import pytest

from polyquant._random import repeatable
from polyquant.algebra.gf2m import BinaryField
from polyquant.algebra.gfp import PrimeField
from polyquant.algebra.polynomial import evaluate, interpolate
from polyquant.errors import (
    DuplicateShareError,
    InconsistentSharesError,
    MixedSharesError,
    NotEnoughSharesError,
    ShareFormatError,
    SharingError,
)
from polyquant.sharing import Dealer, share_bits
from polyquant.sharing.evolving_field import FieldDealer, FieldShare, qgamma, recover_symbols
from tests.vectors import load

CASES = [case for case in load("sharing")["cases"] if case["kind"] == "evolving_fq"]
BYTES = BinaryField(8)


def field_of(case):
    kind, size = case["field"].split(":")
    return PrimeField(int(size)) if kind == "p" else BinaryField(int(size))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_vectors(case):
    dealer = FieldDealer(case["secret"], case["k"], field=field_of(case), code=case["code"], series=case["rand"])
    shares = [dealer.share(row["t"]) for row in case["shares"]]
    for share, row in zip(shares, case["shares"]):
        assert list(share.point) == row["word"]
        assert list(share.value) == row["value"]
    for some in combinations(shares, case["k"]):
        assert list(recover_symbols(some)) == case["secret"]
    assert list(recover_symbols(shares)) == case["secret"]


@pytest.mark.parametrize("q", [2, 3, 4, 7])
def test_qgamma_is_a_complete_prefix_code(q):
    blocks = 3
    words = [qgamma(q, t) for t in range(1, q**blocks)]
    assert len(words) == sum((q - 1) * q ** (length - 1) for length in range(1, blocks + 1))
    assert len({word[:i] for word in words for i in range(1, len(word))} & set(words)) == 0
    assert len(set(words)) == len(words)
    rest = Fraction(1, q**blocks)  # what all longer words together weigh: they begin with that many q-1
    assert sum(Fraction(1, q ** len(word)) for word in words) == 1 - rest


def test_qgamma_over_two_symbols_is_as_long_as_gamma():
    for t in range(1, 200):
        assert len(qgamma(2, t)) == share_bits("gamma", 2, 1, t)


def test_the_first_255_parties_hold_shamir_shares():
    """Byte by byte: a polynomial of degree k-1 at x = t - 1, the secret in front of x^(k-1)."""
    secret, k = [7, 0, 255, 13], 3
    dealer = FieldDealer(secret, k, field=BYTES)
    shares = [dealer.share(t) for t in (1, 2, 9, 255)]
    for place, byte in enumerate(secret):
        curve = interpolate(BYTES, [s.t - 1 for s in shares[:k]], [s.value[place] for s in shares[:k]])
        assert [*curve, 0, 0, 0][k - 1] == byte
        assert evaluate(BYTES, curve, 254) == shares[3].value[place]
    assert [len(dealer.share(t).value) - 4 for t in (1, 255, 256)] == [0, 0, 2 * (k - 1)]


@pytest.mark.parametrize("code", ["gamma", "delta", "rice:1"])
def test_over_two_elements_it_is_the_binary_scheme(code):
    series = (0b1011001110101, 0b0101010010111)
    as_lists = [[r >> i & 1 for i in range(13)] for r in series]
    binary = Dealer(0b101, 3, ell=3, code=code, series=series, series_bits=13)
    general = FieldDealer([1, 0, 1], 3, field=PrimeField(2), code=code, series=as_lists)
    for t in (1, 2, 3, 4, 7):
        assert sum(bit << i for i, bit in enumerate(general.share(t).value)) == binary.share(t).value


def test_over_three_elements_all_views_of_too_few_are_equally_likely():
    field, k = PrimeField(3), 2
    for t in (1, 2, 3, 8):
        length = len(FieldDealer([0], k, field=field).share(t).value)
        seen = []
        for secret in range(3):
            views = Counter()
            for coins in product(range(3), repeat=length):
                views[FieldDealer([secret], k, field=field, series=[coins]).share(t).value] += 1
            seen.append(views)
        assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("field", [PrimeField(3), PrimeField(257), BYTES, BinaryField(16)], ids=str)
def test_any_k_shares_recover(field):
    random = Random(str(field))
    for round_ in range(20):
        k, ell = random.randrange(2, 5), random.randrange(1, 6)
        secret = tuple(random.randrange(field.order) for _ in range(ell))
        code = random.choice(["qgamma", "delta", "golomb:3"])
        dealer = FieldDealer(secret, k, field=field, code=code, entropy=repeatable(b"%d" % round_))
        parties = random.sample(range(1, 50), k + round_ % 3)
        shares = [dealer.share(t) for t in parties]
        assert recover_symbols(shares) == secret
        if len(shares) > k:
            share = shares[0]
            wrong = [*share.value]
            wrong[0] = field.add(wrong[0], 1)
            shares[0] = FieldShare(share.t, k, ell, field, share.code, tuple(wrong), share.set_id)
            with pytest.raises(InconsistentSharesError):
                recover_symbols(shares)


def test_sets_that_cannot_be_combined_are_refused():
    dealer = FieldDealer([1, 2], 2, field=BYTES)
    one, two = dealer.share(1), dealer.share(300)
    with pytest.raises(NotEnoughSharesError):
        recover_symbols([])
    with pytest.raises(NotEnoughSharesError):
        recover_symbols([two])
    with pytest.raises(DuplicateShareError):
        recover_symbols([one, two, one])
    with pytest.raises(MixedSharesError):
        recover_symbols([one, FieldDealer([1, 2], 2, field=BYTES).share(2)])


def test_wrong_arguments_are_refused():
    for secret in ([], [256], [-1]):
        with pytest.raises(ValueError, match="secret must"):
            FieldDealer(secret, 2, field=BYTES)
    for secret in ([True], [1.0], "ab"):
        with pytest.raises(TypeError, match="secret must"):
            FieldDealer(secret, 2, field=BYTES)
    with pytest.raises(ValueError, match="k must"):
        FieldDealer([1], 1, field=BYTES)
    with pytest.raises(ValueError, match="k-1 = 2"):
        FieldDealer([1], 3, field=BYTES, series=[[1]])
    with pytest.raises(ValueError, match="code must"):
        FieldDealer([1], 3, field=BYTES, code="qdelta")
    with pytest.raises(SharingError, match="3 symbols for this share, got 2"):
        FieldDealer([1], 2, field=BYTES, series=[[1, 2]]).share(256)
    with pytest.raises(ShareFormatError, match="1 symbols, got 2"):
        FieldShare(1, 2, 1, BYTES, "qgamma", (1, 2), bytes(8))
    assert "200" not in repr(FieldDealer([200], 2, field=BYTES)) + repr(
        FieldShare(1, 2, 1, BYTES, "qgamma", (200,), bytes(8))
    )
