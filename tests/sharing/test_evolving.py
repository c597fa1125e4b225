"""The dealer: vectors, an oracle that writes all powers out, coins that only grow, refusals that keep secrets."""

import copy
import pickle
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant._random import repeatable
from polyquant.errors import CorruptError, DataError, ShareFormatError, SharingError
from polyquant.sharing import Dealer, Share, recover, share_bits
from polyquant.sharing.points import point_code
from tests.sharing import oracle
from tests.vectors import load

CASES = [case for case in load("sharing")["cases"] if case["kind"] == "evolving_f2"]
NAMES = ["unary", "gamma", "delta", "omega", "golomb:3", "rice:2", "fixed:5", "fibonacci:2", "table:1=00,2=01,3=1"]


def dealer_of(case):
    coins = {"seed": bytes.fromhex(case["seed"])} if "seed" in case else {}
    if "rand" in case:
        coins = {"series": [int(r, 16) for r in case["rand"]], "series_bits": case["rand_bits"]}
    secret = int(case["secret"], 16)
    return Dealer(secret, case["k"], ell=case["ell"], code=case["code"], size=case["size"], **coins)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_shares_are_those_of_the_vectors(case):
    dealer = dealer_of(case)
    for row in case["shares"]:
        share = dealer.share(row["t"])
        assert dealer.code.word(row["t"]) == row["word"]
        assert share.bits == row["bits"]
        assert share.value == int(row["value"], 16)


@given(st.data())
def test_shares_are_those_of_the_oracle(data):
    k = data.draw(st.integers(2, 6))
    ell = data.draw(st.integers(1, 130))
    code = data.draw(st.sampled_from(NAMES))
    t = data.draw(st.integers(1, 3 if code.startswith("table") else 32))
    size = data.draw(st.sampled_from(["published"] if code.startswith("fibonacci") else ["published", "tight"]))
    m = share_bits(code, k, ell, t, size=size)
    secret = data.draw(st.integers(0, 2**ell - 1))
    series = [data.draw(st.integers(0, 2**m - 1)) for _ in range(k - 1)]
    share = Dealer(secret, k, ell=ell, code=code, size=size, series=series, series_bits=m).share(t)
    assert share.value == oracle.share(point_code(code).word(t), m, secret, series, m)


def test_a_share_never_changes():
    dealer = Dealer(b"secret", 4)
    first = {t: dealer.share(t) for t in (3, 1, 10**12, 5)}
    dealer.share(2**62)
    assert all(dealer.share(t) == share for t, share in first.items())


def test_coins_are_drawn_when_they_are_needed_and_only_once():
    taken = []

    def entropy(size):
        taken.append(size)
        return repeatable(b"%d" % len(taken))(size)

    dealer = Dealer(5, 3, ell=64, entropy=entropy)
    assert taken == [8]  # the name of the dealing
    dealer.share(1)
    assert dealer.coins_bits == 2 * 64
    dealer.share(1)
    assert dealer.coins_bits == 2 * 64
    dealer.reserve([10**6, 3])
    assert dealer.coins_bits == 2 * 128
    assert sum(taken) == 8 + 2 * 16


def test_coins_differ_from_dealer_to_dealer():
    assert len({Dealer(0, 2, ell=64).share(1).value for _ in range(20)}) == 20


def test_a_seed_makes_the_dealer_stateless():
    one, other = Dealer(b"s", 3, seed=b"sixteen or more.."), Dealer(b"s", 3, seed=b"sixteen or more..")
    assert one.share(10**9) == other.share(10**9)
    assert other.share(1) == one.share(1)
    assert one.set_id == other.set_id != Dealer(b"s", 3, seed=b"another seed").set_id


def test_given_series_are_not_extended():
    dealer = Dealer(1, 2, ell=1, code="gamma", series=[2], series_bits=5)
    assert dealer.share(4).bits == 5
    with pytest.raises(SharingError, match="7 bits for this share, got 5"):
        dealer.share(8)


def test_threads_draw_one_version_of_the_coins():
    dealer, shares = Dealer(b"together", 2), {}
    parties = [1 << i for i in range(60)]

    def work(part):
        for t in part:
            shares[t] = dealer.share(t)

    threads = [threading.Thread(target=work, args=(parties[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recover(shares.values()) == int.from_bytes(b"together", "little")


@pytest.mark.parametrize("code", ["unary", "golomb:2"])
def test_words_longer_than_a_machine_word_work(code):
    dealer = Dealer(b"long words", 3, code=code)
    shares = [dealer.share(t) for t in (700, 2, 300, 299)]
    assert recover(shares) == int.from_bytes(b"long words", "little")


# Saved and resumed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coins", [{}, {"seed": b"a seed of 16 byte"}, {"series": [77, 99, 1], "series_bits": 70}])
@pytest.mark.parametrize(
    ("code", "size"), [("delta", "published"), ("golomb:3", "tight"), ({1: "0", 5: "10"}, "tight")]
)
def test_a_saved_dealer_goes_on_where_it_was(coins, code, size):
    dealer = Dealer(0b1011, 4, ell=5, code=code, size=size, **coins)
    early = dealer.share(5)
    again = Dealer.from_bytes(dealer.to_bytes())
    assert again.share(5) == early
    assert again.coins_bits == dealer.coins_bits
    assert again.to_bytes() == dealer.to_bytes()
    if code == "delta":
        parties = [again.share(t) for t in (1, 2, 9)]
        assert recover([early, *parties]) == 0b1011


def test_a_dealer_that_was_saved_after_reserve_needs_no_second_save():
    dealer = Dealer(b"x", 3)
    dealer.share(1)
    dealer.reserve(10**15)
    saved = dealer.to_bytes()
    assert Dealer.from_bytes(saved).share(10**15) == dealer.share(10**15)


def test_a_dealer_that_was_saved_too_late_deals_another_curve():
    dealer = Dealer(b"x", 2)
    saved = dealer.to_bytes()
    released = dealer.share(3)
    assert Dealer.from_bytes(saved).share(3) != released


@pytest.mark.parametrize("coins", [{}, {"seed": b"0123456789abcdef"}, {"series": [5], "series_bits": 9}])
def test_every_damaged_dealer_is_noticed(coins):
    dealer = Dealer(0b1, 2, ell=3, code="gamma", **coins)
    dealer.reserve(2)
    data = dealer.to_bytes()
    for size in range(len(data)):
        with pytest.raises(DataError):
            Dealer.from_bytes(data[:size])
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DataError):
            Dealer.from_bytes(bytes(damaged))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"gamma", b"gamme"), (b"\x02\x03\x05\x01", b"\x02\x09\x05\x01"), (b"\x02\x03\x05\x01", b"\x01\x03\x05\x01"),
     (b"\x02\x03\x05\x01", b"\x02\x03\x05\x02"), (b"gamma\x01", b"gamma\x09"), (b"\x02\x03\x05", b"\x82\x00\x03\x05")],
)  # fmt: skip
def test_a_dealer_that_cannot_be_is_refused_even_with_a_right_checksum(old, new):
    import zlib

    dealer = Dealer(0b1, 2, ell=3, code="gamma", set_id=bytes(8))
    dealer.reserve(2)
    body = dealer.to_bytes()[:-4]
    assert old in body
    body = body.replace(old, new)
    with pytest.raises(DataError):
        Dealer.from_bytes(body + zlib.crc32(body).to_bytes(4, "little"))


def test_a_dealer_cannot_be_copied():
    dealer = Dealer(b"one curve", 2)
    for copying in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="must not be copied"):
            copying(dealer)


# Refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 1}, "k must be at least 2, got 1"),
        ({"k": 2**63}, "k must be at most"),
        ({"ell": 0}, "ell must be at least 1, got 0"),
        ({"ell": 2**63}, "ell must be at most"),
        ({"ell": None}, "ell must be given"),
        ({"secret": -1}, "secret must be at least 0"),
        ({"secret": 16}, "below 2\\^4"),
        ({"secret": b"", "ell": None}, "secret must not be empty"),
        ({"secret": b"ab", "ell": 15}, "ell must be 16"),
        ({"code": "nope"}, "code must be"),
        ({"size": "small"}, "size must be one of"),
        ({"seed": b""}, "seed must not be empty"),
        ({"series": [1, 2]}, "together with series_bits"),
        ({"series_bits": 2}, "together with series_bits"),
        ({"series": [1], "series_bits": 2}, "k-1 = 2"),
        ({"series": [4, 0], "series_bits": 2}, "below 2\\^2"),
        ({"series": [1, 0], "series_bits": 2, "seed": b"s"}, "together with series"),
        ({"set_id": b"short"}, "set_id must be 8 bytes"),
        ({"entropy": lambda size: b""}, "exactly 8 bytes"),
    ],
)
def test_wrong_values_are_refused(arguments, message):
    call = {"secret": 3, "k": 3, "ell": 4, **arguments}
    with pytest.raises(ValueError, match=message):
        Dealer(call.pop("secret"), call.pop("k"), **call)


@pytest.mark.parametrize(
    "arguments",
    [{"k": True}, {"k": 2.0}, {"k": "2"}, {"ell": True}, {"ell": 4.0}, {"secret": True}, {"secret": "ab"},
     {"secret": 1.5}, {"seed": "text"}, {"seed": 5}, {"code": 5}, {"entropy": np.random.default_rng(1)}, {"entropy": 5},
     {"series": [1.0, 2], "series_bits": 5}, {"series": [1, 2], "series_bits": True}],
)  # fmt: skip
def test_wrong_types_are_refused(arguments):
    call = {"secret": 3, "k": 3, "ell": 4, **arguments}
    with pytest.raises(TypeError):
        Dealer(call.pop("secret"), call.pop("k"), **call)


@pytest.mark.parametrize(
    ("t", "error"),
    [(0, ValueError), (-1, ValueError), (2**63, ValueError), (1.0, TypeError), (True, TypeError), ("1", TypeError)],
)
def test_wrong_parties_are_refused(t, error):
    with pytest.raises(error, match="t must be"):
        Dealer(b"s", 2).share(t)
    with pytest.raises(error, match="t must be"):
        share_bits("delta", 2, 8, t)


def test_a_share_has_no_coefficient_behind_its_last():
    good = Dealer(0b101, 2, ell=3).share(4)
    Share(good.t, good.k, good.ell, good.code, good.size, 2**good.bits - 1, good.set_id)
    for value in (2**good.bits, -1):
        with pytest.raises(ShareFormatError, match=f"its {good.bits} bits"):
            Share(good.t, good.k, good.ell, good.code, good.size, value, good.set_id)


def test_nothing_shows_the_secret():
    secret = 0xDEADBEEFCAFE
    text = [str(secret), f"{secret:x}", secret.to_bytes(6, "little").decode("latin1")]
    dealer = Dealer(secret, 2, ell=48)
    share = Share(1, 2, 48, "delta", "published", secret, bytes(8))
    shown = [repr(dealer), str(dealer), repr(share), f"{share}", str([share])]
    for wrong in [(secret, 40), (-secret, 48)]:
        with pytest.raises(ValueError, match="secret") as caught:
            Dealer(wrong[0], 2, ell=wrong[1])
        shown.append(str(caught.value))
    with pytest.raises(ShareFormatError) as caught:
        Share(1, 2, 40, "delta", "published", secret, bytes(8))
    shown.append(str(caught.value))
    assert repr(share) == "Share(t=1, k=2, 48 bits)"
    assert not [line for line in shown if any(t in line for t in text)]


def test_a_saved_dealer_of_a_future_version_is_refused():
    from polyquant.bits import Bits, wrap

    with pytest.raises(CorruptError, match="version 2"):
        Dealer.from_bytes(wrap(b"DEAL", bytes([2, 0, 0]), Bits(b"", 0)))
