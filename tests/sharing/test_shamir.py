import random
from itertools import combinations, product

import numpy as np
import pytest

from polyquant._random import repeatable
from polyquant.algebra.gf2m import BinaryField
from polyquant.algebra.gfp import PrimeField
from polyquant.errors import DuplicateShareError, InconsistentSharesError, MixedSharesError, NotEnoughSharesError
from polyquant.sharing import shamir
from polyquant.sharing.shamir import GF256, ShamirShare
from tests import vectors

FIELDS = [GF256, BinaryField(16), BinaryField(128), PrimeField(257), PrimeField(2**61 - 1)]


def known(kind):
    return [case for case in vectors.load("sharing")["cases"] if case["kind"] == kind]


def field_of(case):
    return PrimeField(int(case["p"], 16)) if "p" in case else BinaryField(case["m"], int(case["modulus"], 16))


@pytest.mark.parametrize("case", known("shamir_gf2m") + known("shamir_gfp"), ids=lambda case: case["id"])
def test_known_answers(case):
    field, secret, k = field_of(case), int(case["secret"], 16), case["k"]
    points = {int(s["x"], 16): int(s["value"], 16) for s in case["shares"]}
    coins = [int(a, 16) for a in case["rand"]]
    shares = shamir.deal(secret, k, points, field=field, coefficients=coins)
    assert {share.x: share.value for share in shares} == points
    for group in combinations(shares, k):
        assert shamir.recover(group) == secret
    assert shamir.recover(shares) == secret
    if field == GF256:
        octets = shamir.deal(bytes([secret]), k, points, coefficients=[bytes([a]) for a in coins])
        assert {share.x: share.value[0] for share in octets} == points


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_any_k_shares_give_the_secret(field):
    rng = random.Random(1)
    for k, n in [(2, 2), (2, 4), (3, 5), (5, 6)]:
        secret = rng.randrange(field.order)
        shares = shamir.deal(secret, k, n, field=field)
        assert all(shamir.recover(group) == secret for group in combinations(shares, k))


@pytest.mark.parametrize("size", [1, 16, 5000])
def test_any_k_shares_give_the_bytes(size):
    secret = random.Random(size).randbytes(size)
    shares = shamir.deal(secret, 3, [255, 1, 77, 128, 9])
    assert all(len(share.value) == size for share in shares)
    assert all(shamir.recover(group) == secret for group in combinations(shares, 3))


def test_the_largest_number_of_parties():
    shares = shamir.deal(b"all", 255, 255)
    assert shamir.recover(shares) == b"all"


@pytest.mark.parametrize("field", [PrimeField(5), BinaryField(2, 7)], ids=str)
def test_fewer_shares_are_equally_likely_under_every_secret(field):
    k, q = 3, field.order
    for xs in combinations(range(1, q), k - 1):
        seen = {}
        for secret, a, b in product(range(q), repeat=3):
            shares = shamir.deal(secret, k, range(1, q), field=field, coefficients=[a, b])
            view = tuple(share.value for share in shares if share.x in xs)
            seen.setdefault(secret, []).append(view)
        first = sorted(seen[0])
        assert all(sorted(views) == first for views in seen.values())


def test_every_share_of_one_byte_is_uniform_for_every_secret():
    for secret in range(0, 256, 51):
        values = [shamir.deal(secret, 2, [7, 9], coefficients=[a])[0].value for a in range(256)]
        assert sorted(values) == list(range(256))


def test_rows_are_the_shares_of_many_secrets_at_once():
    secret = np.random.default_rng(1).integers(0, 256, 300, dtype=np.uint8)
    rows = shamir.deal_rows(secret, 3, [1, 2, 200, 255], entropy=repeatable(b"coins"))
    coins = repeatable(b"coins")(600)
    shares = shamir.deal(secret.tobytes(), 3, [1, 2, 200, 255], coefficients=[coins[:300], coins[300:]])
    assert [row.tobytes() for row in rows] == [share.value for share in shares]
    assert np.array_equal(shamir.recover_rows([2, 200, 255], rows[1:], 3), secret)


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_a_wrong_share_among_more_than_k_is_noticed(field):
    shares = shamir.deal(1, 3, 5, field=field)
    for i, share in enumerate(shares):
        wrong = ShamirShare(share.x, 3, field, share.value - 1 if share.value else 1, share.set_id)
        with pytest.raises(InconsistentSharesError, match="the 5 shares fit no secret with threshold 3"):
            shamir.recover([*shares[:i], wrong, *shares[i + 1 :]])


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_wrong_shares_within_the_radius_are_found(field):
    rng = random.Random(2)
    for k, n in [(2, 4), (3, 7), (4, 10)]:
        for errors in range((n - k) // 2 + 1):
            secret = rng.randrange(field.order)
            shares = shamir.deal(secret, k, n, field=field)
            bad = sorted(rng.sample(range(n), errors))
            for i in bad:
                value = (shares[i].value + 1 + rng.randrange(field.order - 1)) % field.order
                shares[i] = ShamirShare(shares[i].x, k, field, value, shares[i].set_id)
            found, dropped = shamir.recover_robust(shares, max_errors=(n - k) // 2)
            assert (found, dropped) == (secret, tuple(i + 1 for i in bad))


def test_wrong_bytes_in_different_places_of_different_shares_are_found():
    rng = random.Random(3)
    for _ in range(20):
        secret = rng.randbytes(200)
        shares = shamir.deal(secret, 3, 9)
        bad = rng.sample(range(9), 3)
        for i in bad:
            value = bytearray(shares[i].value)
            for place in rng.sample(range(200), rng.choice([1, 200])):
                value[place] ^= rng.randrange(1, 256)
            shares[i] = ShamirShare(shares[i].x, 3, GF256, bytes(value), shares[i].set_id)
        found, dropped = shamir.recover_robust(shares, max_errors=3)
        assert (found, dropped) == (secret, tuple(sorted(i + 1 for i in bad)))


@pytest.mark.parametrize("secret", [5, b"five"])
def test_a_secret_beyond_the_radius_is_refused_not_guessed(secret):
    # one byte each: fresh coins would let a fifth share fit by accident, once in a hundred runs
    shares = shamir.deal(secret, 3, 7, entropy=repeatable(b"one"))
    other = shamir.deal(secret, 3, 7, entropy=repeatable(b"other"))
    mixed = [*(ShamirShare(s.x, 3, GF256, s.value, shares[0].set_id) for s in other[:3]), *shares[3:]]
    with pytest.raises(InconsistentSharesError, match="all but 2 of 7 shares"):
        shamir.recover_robust(mixed, max_errors=2)
    with pytest.raises(ValueError, match=r"max_errors must be at most \(n - k\) / 2 = 2 for 7 shares, got 3"):
        shamir.recover_robust(shares, max_errors=3)


def test_shares_that_cannot_be_combined_are_named():
    shares, other = shamir.deal(b"s", 3, 5), shamir.deal(b"s", 3, 5)
    with pytest.raises(NotEnoughSharesError, match="3 shares are needed, got 2"):
        shamir.recover(shares[:2])
    with pytest.raises(NotEnoughSharesError, match="got none"):
        shamir.recover([])
    with pytest.raises(DuplicateShareError, match="party 2 has two shares"):
        shamir.recover([shares[1], *shares])
    with pytest.raises(MixedSharesError, match="shares 1 and 4 are of different"):
        shamir.recover([*shares[:3], other[3]])
    longer = ShamirShare(4, 3, GF256, b"ss", shares[0].set_id)
    with pytest.raises(MixedSharesError):
        shamir.recover([*shares[:3], longer])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"k": 1}, "k must be at least 2, got 1"),
        ({"k": 6}, "k must be at most the number of parties, 5, got 6"),
        ({"parties": 256}, "n must be at most 255, got 256"),
        ({"parties": [1, 0, 2]}, "x must be at least 1, got 0"),
        ({"parties": [1, 256, 2]}, "x must be at most 255, got 256"),
        ({"parties": [1, 2, 1]}, "party 1 is named twice"),
        ({"secret": b""}, "secret must have at least 1 byte, got 0"),
        ({"secret": 256}, r"secret must be an element of GF\(2\^8\)"),
        ({"secret": -1}, r"secret must be an element of GF\(2\^8\)"),
        ({"field": PrimeField(257)}, r"secret must be an integer for GF\(257\)"),
        ({"coefficients": [b"abc"]}, "coefficients must be k - 1 = 2 elements, got 1"),
        ({"coefficients": [b"abc", b"d"]}, r"coefficients\[1\] must be of the kind and length of the secret"),
    ],
)
def test_wrong_arguments_are_named(change, words):
    arguments = {"secret": b"abc", "k": 3, "parties": 5} | change
    with pytest.raises(ValueError, match=words):
        shamir.deal(**arguments)


@pytest.mark.parametrize(
    "change",
    [
        {"secret": True},
        {"secret": "abc"},
        {"secret": 1.0},
        {"k": 3.0},
        {"parties": 5.0},
        {"field": 256},
        {"entropy": np.random.default_rng(1)},
        {"entropy": 1},
    ],
)
def test_wrong_types_are_refused(change):
    with pytest.raises(TypeError):
        shamir.deal(**({"secret": b"abc", "k": 3, "parties": 5} | change))


def test_no_secret_is_shown():
    (share, *_) = shares = shamir.deal(b"\xa7\xa7", 2, 3)
    assert repr(share) == "ShamirShare(x=1, k=2, 2 bytes)"
    assert repr(shamir.deal(77, 2, 3, field=PrimeField(257))[0]) == "ShamirShare(x=1, k=2, GF(257))"
    with pytest.raises(ValueError, match="secret must be") as caught:
        shamir.deal(987654321, 2, 3)
    assert "987654321" not in str(caught.value)
    assert str(share.value) not in repr(shares)


def test_two_dealings_of_one_secret_differ():
    one, two = shamir.deal(bytes(32), 2, 2), shamir.deal(bytes(32), 2, 2)
    assert one[0].value != two[0].value
    assert one[0].set_id != two[0].set_id
