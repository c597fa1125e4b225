import itertools

import numpy as np
import pytest

from polyquant.bits import Bits, unwrap, wrap
from polyquant.errors import CorruptError, DataError
from polyquant.ldp.tally import Tally
from tests.ldp.toy import Toy

TOY = Toy(5)


def tally(values, chunk=None):
    made = Tally(TOY)
    made.add(TOY.batch(values), chunk=chunk)
    return made


def test_a_tally_starts_empty_and_counts():
    empty = Tally(TOY)
    assert (empty.n, empty.rejects, empty.chunks) == (0, 0, frozenset())
    assert empty.counts.tolist() == [0] * 5
    assert empty.add(TOY.batch([0, 4, 4, 1]), chunk="one") == 0
    assert empty.counts.tolist() == [1, 1, 0, 0, 2]
    assert empty.users.tolist() == [3, 1]
    assert (empty.n, empty.chunks) == (4, {"one"})


def test_nobody_writes_into_the_counts():
    with pytest.raises(ValueError, match="read-only"):
        tally([1]).counts[0] = 7
    with pytest.raises(ValueError, match="read-only"):
        tally([1]).users[0] = 7


def test_a_bad_report_changes_nothing():
    kept = tally([0, 1], "a")
    before = kept.copy()
    with pytest.raises(CorruptError, match=r"report 2 of 4 cannot come from toy \(bad in all: 2\)"):
        kept.add(TOY.batch([0, 1, 9, 200]), chunk="b")
    assert kept == before


def test_bad_reports_can_be_dropped_and_are_counted():
    kept = tally([0, 1])
    assert kept.add(TOY.batch([9, 3, 200]), chunk="b", on_error="drop") == 2
    assert (kept.n, kept.rejects, kept.chunks) == (3, 2, {"b"})
    assert kept.counts.tolist() == [1, 1, 0, 1, 0]
    with pytest.raises(ValueError, match="on_error must be one of 'raise', 'drop', got 'ignore'"):
        kept.add(TOY.batch([1]), on_error="ignore")


def test_a_chunk_is_counted_once():
    kept = tally([0, 1], "monday")
    before = kept.copy()
    for act in (lambda: kept.add(TOY.batch([2]), chunk="monday"), lambda: kept.merge(tally([3], "monday"))):
        with pytest.raises(ValueError, match="chunk must be new, got 'monday'"):
            act()
        assert kept == before


def test_a_chunk_that_failed_may_come_again():
    kept = Tally(TOY)
    with pytest.raises(CorruptError):
        kept.add(TOY.batch([9]), chunk="monday")
    kept.add(TOY.batch([4]), chunk="monday")
    assert kept.chunks == {"monday"}


@pytest.mark.parametrize(("chunk", "error"), [("", ValueError), ("x" * 256, ValueError), ("\ud800", ValueError)])
@pytest.mark.parametrize("add", [True])
def test_names_of_chunks_are_short_texts(chunk, error, add):
    with pytest.raises(error, match="chunk must"):
        Tally(TOY).add(TOY.batch([1]), chunk=chunk)


def test_numbers_name_chunks_too():
    assert tally([1], 7).chunks == {"7"}
    for bad in (-1, True, 1.5, b"x"):
        with pytest.raises((TypeError, ValueError), match="chunk must"):
            tally([1], bad)


def test_merging_is_associative_and_commutative():
    rng = np.random.default_rng(1)
    for _ in range(30):
        parts = [tally(rng.integers(0, 5, rng.integers(0, 9)).tolist(), f"chunk {i}") for i in range(3)]
        parts[1].add(TOY.batch([7]), on_error="drop")
        sums = []
        for a, b, c in itertools.permutations(parts):
            sums += [(a + b) + c, a + (b + c)]
        assert all(total == sums[0] for total in sums)
        assert sums[0].n == sum(part.n for part in parts)
        assert sums[0].counts.tolist() == sum(part.counts for part in parts).tolist()
        assert sums[0].rejects == 1


def test_other_mechanisms_are_refused_by_name():
    kept, other = tally([1]), Tally(Toy(6))
    before = kept.copy()
    both = r"toy\(k=5, epsilon=1\) with fingerprint .* got toy\(k=6, epsilon=1\) with fingerprint"
    with pytest.raises(ValueError, match=both):
        kept.merge(other)
    with pytest.raises(ValueError, match=rf"{Toy(5).fingerprint.hex()}, got {Toy(6).fingerprint.hex()}"):
        kept.add(Toy(6).batch([1]))
    with pytest.raises(CorruptError, match="must count toy"):
        Tally.from_bytes(other.to_bytes(), TOY)
    assert kept == before
    assert kept != other


def test_only_tallies_merge():
    with pytest.raises(TypeError, match="other must be a Tally, got dict"):
        Tally(TOY).merge({})
    with pytest.raises(TypeError):
        _ = Tally(TOY) + 1


def test_bytes_and_back():
    for made in (Tally(TOY), tally([0, 1, 4, 4], "über"), tally([2], "a") + tally([3], "b")):
        made.add(TOY.batch([99]), on_error="drop")
        assert Tally.from_bytes(made.to_bytes(), TOY) == made


def test_bytes_do_not_depend_on_the_order():
    a, b = tally([1, 2], "a"), tally([3], "b")
    assert (a + b).to_bytes() == (b + a).to_bytes()


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, 2, "version 2"),
        (17, b"\xff" * 8, "rejects"),
        (25, 3, "groups"),
        (33, 4, "cells"),
        (41, 3, "name"),
        (41, 1, "left over"),
    ],
)
def test_a_right_checksum_does_not_help_a_wrong_header(place, value, message):
    header, payload = unwrap((tally([0, 1], "a") + tally([4], "b")).to_bytes(), b"TALY")
    value = bytes([value]) if isinstance(value, int) else value
    wrong = header[:place] + value + header[place + len(value) :]
    with pytest.raises(DataError, match=message):
        Tally.from_bytes(wrap(b"TALY", wrong, payload), TOY)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, b"\xff" * 8, "users must be at least 0"),
        (0, (2**62).to_bytes(8, "little"), r"fewer than 2\^62"),
        (16, b"\x04", "at most the number of users, 3"),
        (56, b"\x00", "rise and not be empty"),
        (57, b"b", "rise and not be empty"),
        (57, b"\xff", "names of chunks must rise"),
        (59, b"\xff", "not UTF-8"),
    ],
)
def test_a_right_checksum_does_not_help_a_wrong_payload(place, value, message):
    header, payload = unwrap((tally([0, 1], "a") + tally([4], "b")).to_bytes(), b"TALY")
    data = payload.data[:place] + value + payload.data[place + len(value) :]
    with pytest.raises(CorruptError, match=message):
        Tally.from_bytes(wrap(b"TALY", header, Bits(data, payload.size)), TOY)


def test_a_tally_never_overflows():
    full = Tally._from_counts(TOY, [0] * 5, [2**61, 2**61 - 1])
    with pytest.raises(ValueError, match=r"fewer than 2\^62 users, got 4611686018427387904"):
        full.merge(tally([1]))
    assert full.n == 2**62 - 1


@pytest.mark.parametrize(
    ("counts", "users", "message"),
    [
        ([1] * 4, [1, 1], "counts must have 5 entries, got 4"),
        ([1] * 5, [1], "users must have 2 entries, got 1"),
        ([-1, 0, 0, 0, 0], [1, 1], "counts must be at least 0"),
        ([3, 0, 0, 0, 0], [1, 1], "counts must be at most the number of users, 2, got 3"),
    ],
)
def test_impossible_counts_are_refused(counts, users, message):
    with pytest.raises(ValueError, match=message):
        Tally._from_counts(TOY, counts, users)


def test_the_counts_given_are_copied():
    counts = np.array([1, 0, 0, 0, 0])
    made = Tally._from_counts(TOY, counts, [1, 0])
    counts[0] = 0
    assert made.counts[0] == 1


def test_repr_says_how_many():
    assert repr(tally([1, 2], "a")) == "Tally(toy, k=5, epsilon=1: 2 users, 0 rejects, 1 named chunks)"
    with pytest.raises(TypeError, match="unhashable"):
        hash(tally([1]))
