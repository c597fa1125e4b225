"""Batches, the exact e^epsilon, and what is shared by all mechanisms."""

import dataclasses
import decimal
from fractions import Fraction
from math import exp, inf, nextafter

import pytest

from polyquant.bits import Bits, unwrap, wrap
from polyquant.errors import CorruptError, DataError
from polyquant.ldp import Batch, HadamardMean, RandomizedResponse
from polyquant.ldp._batch import KIND
from polyquant.ldp._mechanism import odds

MECHANISM = RandomizedResponse(10, 1.5)


@pytest.mark.parametrize("epsilon", [1e-6, 0.1, 1.0, 2.5, 64.0])
def test_odds_are_just_below_e_to_the_epsilon(epsilon):
    """The series of the exponential, in fractions, ends above and below."""
    x, term, total = Fraction(epsilon), Fraction(1), Fraction(0)
    for i in range(1, 400):
        total += term
        term = term * x / i
    assert term < Fraction(1, 2**100)
    assert total - Fraction(1, 2**64) < odds(epsilon) <= total
    assert float(odds(epsilon)) == pytest.approx(exp(epsilon), rel=1e-14)


def test_odds_do_not_depend_on_the_decimal_context_of_the_caller():
    odds.cache_clear()
    with decimal.localcontext(prec=3):
        rough = odds(2.25)
    odds.cache_clear()
    assert odds(2.25) == rough


def test_the_next_float_is_another_mechanism():
    other = dataclasses.replace(MECHANISM, epsilon=nextafter(1.5, inf))
    assert other.fingerprint != MECHANISM.fingerprint
    assert HadamardMean(10, 1.5).fingerprint != MECHANISM.fingerprint


def test_a_fingerprint_stays_what_it_is():
    """Tallies and batches on disk name their mechanism by it."""
    assert MECHANISM.fingerprint.hex() == "e291a272d357a136e53fa4aed701a8b4"


def test_a_batch_is_the_reports_in_order():
    reports = [MECHANISM.report(x) for x in (3, 1, 4)]
    batch = Batch.of(MECHANISM, reports)
    assert str(batch.bits) == "".join(map(str, reports))
    assert (batch.count, len(batch), batch.codec) == (3, 3, "plain")
    assert batch.fingerprint == MECHANISM.fingerprint
    assert Batch.of(MECHANISM, []) == Batch(MECHANISM.fingerprint, "plain", 0, Bits(b"", 0))


def test_bytes_give_the_batch_back():
    batch = MECHANISM.reports([1, 2, 3])
    data = batch.to_bytes()
    assert Batch.from_bytes(data) == batch
    assert len(data) == 21 + 26 + len("plain") + 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda header: b"\x02" + header[1:],
        lambda header: header[:17] + b"\x05pla1n" + header[23:],
        lambda header: header[:17] + b"\x00" + header[23:],
        lambda header: header[:17] + b"\x05pl\xe4in" + header[23:],
        lambda header: header[:-1],
        lambda header: header + b"\x00",
        lambda header: header[:-8] + b"\xff" * 8,
        lambda header: b"",
    ],
)
def test_a_header_that_contradicts_itself_is_refused(damage):
    header, bits = unwrap(MECHANISM.reports([1, 2, 3]).to_bytes(), KIND)
    with pytest.raises(DataError):
        Batch.from_bytes(wrap(KIND, damage(header), bits))


def test_another_version_says_so():
    header, bits = unwrap(MECHANISM.reports([1]).to_bytes(), KIND)
    with pytest.raises(CorruptError, match="batch of version 7"):
        Batch.from_bytes(wrap(KIND, b"\x07" + header[1:], bits))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((bytes(15), "plain", 0, Bits(b"", 0)), ValueError, "fingerprint must be 16 bytes"),
        ((bytes(16), "two words", 0, Bits(b"", 0)), ValueError, "codec must be a word"),
        ((bytes(16), "", 0, Bits(b"", 0)), ValueError, "codec must be a word"),
        ((bytes(16), "x" * 256, 0, Bits(b"", 0)), ValueError, "at most 255 letters, got 256"),
        ((bytes(16), "plain", -1, Bits(b"", 0)), ValueError, "count must be at least 0"),
        ((bytes(16), "plain", 0, b""), TypeError, "bits must be Bits"),
    ],
)
def test_wrong_batches(arguments, error, words):
    with pytest.raises(error, match=words):
        Batch(*arguments)
