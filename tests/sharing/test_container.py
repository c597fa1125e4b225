import base64
import hashlib

import pytest

from polyquant.errors import DataError, ShareFormatError, SharingError
from polyquant.sharing import Dealer, Share, container
from tests import vectors


def known(kind):
    return [case for case in vectors.load("sharing")["cases"] if case["kind"] == kind]


def sealed(body):
    return body + hashlib.blake2s(body, digest_size=8).digest()


def share_of(case):
    value, set_id = int(case["value"], 16), bytes.fromhex(case["set_id"])
    return Share(case["t"], case["k"], case["ell"], case["code"], case["size"], value, set_id)


@pytest.mark.parametrize("case", known("container"), ids=lambda case: case["id"])
def test_known_containers_both_ways(case):
    share, data = share_of(case), bytes.fromhex(case["bytes"])
    assert container.to_bytes(share) == data
    assert container.to_text(share) == case["text"]
    assert container.from_bytes(data) == container.from_text(case["text"]) == share


@pytest.mark.parametrize("case", known("container_bad"), ids=lambda case: case["id"])
def test_known_bad_containers(case):
    with pytest.raises(ShareFormatError):
        container.from_bytes(bytes.fromhex(case["bytes"]))


@pytest.mark.parametrize(
    "code", ["unary", "gamma", "delta", "omega", "golomb:1", "golomb:5", "rice:0", "rice:3", "fixed:6"]
)
@pytest.mark.parametrize("size", ["published", "tight"])
def test_every_code_travels(code, size):
    for t in (1, 2, 17, 64):
        share = Dealer(b"secret", 3, code=code, size=size).share(t)
        assert container.from_bytes(container.to_bytes(share)) == share
        assert container.from_text(container.to_text(share)) == share
        assert Share.from_bytes(share.to_bytes()) == Share.from_text(share.to_text()) == share


def test_a_code_without_a_number_cannot_be_written():
    share = Dealer(b"s", 2, code={1: "0", 2: "1"}).share(1)
    with pytest.raises(ValueError, match="code must be one of unary"):
        container.to_bytes(share)


# A container by hand: delta, k = 2, ell = 3, t = 1, so m = 3 bits in one byte.
HEAD = b"PQSS" + bytes([1, 0, 0, 2, 0, 2, 3, 1])
GOOD = HEAD + bytes(8) + b"\5"


def test_the_container_by_hand_reads():
    share = container.from_bytes(sealed(GOOD))
    assert (share.t, share.k, share.ell, share.value, share.code.name) == (1, 2, 3, 5, "delta")


def at(place, *values):
    return GOOD[:place] + bytes(values) + GOOD[place + 1 :]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"PQST" + GOOD[4:], "does not begin with PQSS"),
        (at(4, 2), "version 2"),
        (at(5, 1), "scheme must be 0"),
        (at(6, 2), "flags and code"),
        (at(6, 128), "flags and code"),
        (at(7, 7), "flags and code"),
        (at(8, 1), "code argument must be 0 for delta, got 1"),
        (at(9, 1), "k must be at least 2, got 1"),
        (at(9, 0x82, 0x00), "superfluous zero byte"),
        (at(10, 0), "ell must be at least 1, got 0"),
        (at(10, 9), "has 9 bits, 1 bytes follow"),
        (at(10, *[0xFF] * 8, 0x7F), "bits, 1 bytes follow"),
        (at(10, *[0xFF] * 9, 0x01), "below 2\\^63"),
        (at(10, *[0xFF] * 10, 0x01), "does not fit in 64 bits"),
        (at(11, 0), "t must be at least 1, got 0"),
        (at(20, 0x0D), "must have no coefficient outside its 3 bits"),
        (GOOD + b"\0", "has 3 bits, 2 bytes follow"),
        (GOOD[:-1], "has 3 bits, 0 bytes follow"),
        (GOOD[:15], "set_id needs"),
        (GOOD[:9], "not a share"),
        (b"PQSS" + bytes([1, 0, 0, 6, 3, 2, 3, 9]) + bytes(9), "t must be at most 8 for fixed:3, got 9"),
        (b"PQSS" + bytes([1, 0, 0, 4, 0, 2, 3, 1]) + bytes(9), "golomb:0"),
        (b"PQSS" + bytes([1, 0, 0, 0, 0, 2, 3, 0x81, 0x20]) + bytes(9), "at most 4096 symbols, got 4097"),
    ],
)
def test_a_sealed_container_that_is_not_exactly_of_the_form_is_refused(body, words):
    with pytest.raises(ShareFormatError, match=words):
        container.from_bytes(sealed(body))


def test_the_error_is_of_both_families():
    assert issubclass(ShareFormatError, DataError)
    assert issubclass(ShareFormatError, SharingError)


def test_text_has_one_form():
    text = container.to_text(container.from_bytes(sealed(GOOD)))
    assert len(text[6:]) % 4 == 3  # one sign of padding would be due, two bits of the last letter are unused
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[letters.index(text[-1]) ^ 1]
    standard = "pqss1:" + base64.b64encode(sealed(GOOD[:12] + b"\xff" * 8 + b"\5")).decode().rstrip("=")
    assert "/" in standard
    for bad in (
        text + "=",
        text + "\n",
        " " + text,
        text.upper(),
        text[6:],
        text[:-1],
        text[:-1] + other,
        standard,
        "pqss1:",
        "",
    ):
        with pytest.raises(ShareFormatError):
            container.from_text(bad)


def test_wrong_types_are_refused():
    with pytest.raises(TypeError, match="data must be bytes, got str"):
        container.from_bytes("PQSS")
    with pytest.raises(TypeError, match="text must be a str, got bytes"):
        container.from_text(b"pqss1:")


def test_neither_secret_nor_its_digest_is_in_a_share():
    secret = b"correct horse battery staple"
    for t in range(1, 5):
        data = container.to_bytes(Dealer(secret, 2).share(t))
        for size in (8, 16, 32):
            assert hashlib.blake2s(secret, digest_size=size).digest()[:8] not in data
        assert secret not in data
