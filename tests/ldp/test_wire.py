"""Subsets as bits: vectors, all small sets, kernels against the text of the definition, and damage."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant._random import repeatable
from polyquant.bits import Bits
from polyquant.errors import CorruptError, DataError, DomainError, TruncatedError
from polyquant.ldp import Batch, ModularSubset, SubsetSelection, Tally, wire
from tests.vectors import load, rows

SHAPES = [(2, 1), (5, 2), (7, 6), (9, 4), (40, 3), (70, 35)]


@pytest.mark.parametrize("case", rows("ldp", "subset_rank_colex"), ids=str)
def test_ranks_of_the_vectors(case):
    assert wire.colex_rank(case["Z"]) == int(case["rank"])
    assert wire.colex_unrank(int(case["rank"]), len(case["Z"])) == tuple(case["Z"])


def test_reports_of_the_vectors():
    case = load("ldp")["wire"]
    clocks = ModularSubset(10, 1.0, moduli=case["moduli"], omegas=case["omegas"])
    for report in case["reports"]:
        j, z = report["j"], report["Z"]
        bits = Bits.from_int(j, 2) + wire.encode(z, case["moduli"][j], "enum")
        assert (bits.size, bits.data.hex()) == (report["bits"], report["hex"])
        tally = Tally(clocks)
        tally.add(Batch.of(clocks, [bits], codec="enum"))
        start = sum(case["moduli"][:j])
        assert np.flatnonzero(tally.counts).tolist() == [start + x for x in z]
        assert tally.users.tolist() == [i == j for i in range(3)]


def test_sizes_of_the_vectors():
    for case in rows("ldp", "mss_analytic"):
        clocks = ModularSubset(case["k"], math.log(int(case["E"].split("/")[0])), moduli=case["moduli"])
        assert list(clocks.omegas) == case["omegas"]
        assert [wire.enum_bits(m, w) for m, w in zip(clocks.moduli, clocks.omegas)] == case["subset_bits"]
        assert clocks.message_bits == case["index_bits"] + max(case["subset_bits"])


@pytest.mark.parametrize(("m", "omega"), [shape for shape in SHAPES if math.comb(*shape) < 1000])
def test_ranks_number_all_sets(m, omega):
    sets = sorted(itertools.combinations(range(m), omega), key=lambda z: z[::-1])
    assert [wire.colex_rank(z) for z in sets] == list(range(len(sets)))
    assert [wire.colex_unrank(rank, omega) for rank in range(len(sets))] == sets


@given(st.data())
def test_sets_come_back(data):
    m = data.draw(st.integers(2, 90))
    z = tuple(sorted(data.draw(st.sets(st.integers(0, m - 1), min_size=1, max_size=m - 1))))
    for codec in wire.CODECS:
        assert wire.decode(wire.encode(z, m, codec), m, len(z), codec) == z


@pytest.mark.parametrize("codec", wire.CODECS)
@pytest.mark.parametrize(("m", "omega"), SHAPES)
def test_kernels_write_and_read_the_same_bits(m, omega, codec):
    mechanism = SubsetSelection(m, 1.0, omega=omega)
    rng = np.random.default_rng(m)
    sets = [sorted(rng.choice(m, omega, replace=False).tolist()) for _ in range(40)]
    batch = Batch.of(mechanism, [wire.encode(z, m, codec) for z in sets], codec=codec)
    tally = Tally(mechanism)
    tally.add(batch)
    assert tally.counts.tolist() == np.bincount(np.concatenate(sets), minlength=m).tolist()
    written = mechanism.reports(rng.integers(0, m, 50), codec=codec, entropy=repeatable(b"wire"))
    at = 0
    for _ in range(50):
        found = next(z for size in lengths(m, omega, codec) if (z := attempt(written.bits, at, size, m, omega, codec)))
        at += wire.encode(found, m, codec).size
    assert at == written.bits.size


def lengths(m, omega, codec):
    low = wire.rice_parameter(m, omega)
    return {"enum": [wire.enum_bits(m, omega)], "bitmap": [m]}.get(codec) or range(omega, omega * (low + 1) + m + 1)


def attempt(bits, at, size, m, omega, codec):
    try:
        return wire.decode(bits.take(at, size), m, omega, codec)
    except DataError:
        return None


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 3.0])
def test_gaps_cost_little_more_than_ranks(epsilon):
    mechanism = SubsetSelection(400, epsilon)
    batch = mechanism.reports(np.zeros(300, np.int64), codec="rice", entropy=repeatable(b"gaps"))
    assert mechanism.message_bits <= batch.bits.size / 300 <= 1.07 * mechanism.message_bits


def test_ranks_are_the_default_while_their_table_is_small():
    assert SubsetSelection(470, 1.0).reports([0]).codec == "enum"
    assert SubsetSelection(4000, 1.0).reports([0]).codec == "rice"
    with pytest.raises(DomainError, match="use rice or bitmap"):
        SubsetSelection(4000, 1.0).reports([0], codec="enum")


BAD = [
    ("bitmap", "1100", "1110"),
    ("bitmap", "1100", "0000"),
    ("enum", "101", "110"),
    ("rice", "00", "01110"),
]


@pytest.mark.parametrize(("codec", "good", "bad"), BAD)
def test_a_bad_report_is_counted_and_changes_nothing(codec, good, bad):
    mechanism = SubsetSelection(4, 1.0, omega=2)
    good, bad = Bits.from_text(good), Bits.from_text(bad)
    batch = Batch.of(mechanism, [good, bad, good], codec=codec)
    tally, clean = Tally(mechanism), Tally(mechanism)
    clean.add(Batch.of(mechanism, [good, good], codec=codec))
    with pytest.raises(CorruptError, match="report 1 of 3"):
        tally.add(batch)
    assert tally == Tally(mechanism)
    assert tally.add(batch, on_error="drop") == 1
    assert (tally.rejects, tally.n) == (1, 2)
    assert tally.counts.tolist() == clean.counts.tolist()


def test_nothing_is_read_behind_a_block_that_does_not_exist():
    clocks = ModularSubset(6, 1.0, moduli=(3, 4, 5))
    good, bad = clocks.report(1), Bits.from_text("11")
    tally = Tally(clocks)
    assert tally.add(Batch.of(clocks, [good, bad, good]), on_error="drop") == 2
    assert (tally.n, tally.rejects) == (1, 2)
    with pytest.raises(CorruptError, match="report 1 of 3"):
        tally.add(Batch.of(clocks, [good, bad, good]))


@pytest.mark.parametrize("codec", wire.CODECS)
def test_every_length_but_the_right_one_is_refused(codec):
    clocks = ModularSubset(6, 1.0, moduli=(3, 4, 5), omegas=(1, 2, 2))
    batch = clocks.reports(np.arange(6), codec=codec, entropy=repeatable(b"cut"))
    for size in range(batch.bits.size):
        with pytest.raises(DataError):
            Tally(clocks).add(Batch(batch.fingerprint, codec, 6, batch.bits.take(0, size)))
    with pytest.raises(CorruptError, match="6 reports end after"):
        Tally(clocks).add(Batch(batch.fingerprint, codec, 6, batch.bits + Bits.from_text("0")))


@pytest.mark.parametrize("codec", wire.CODECS)
def test_random_bits_never_break_the_reader(codec):
    clocks, rng = ModularSubset(6, 1.0, moduli=(3, 4, 5), omegas=(1, 2, 2)), np.random.default_rng(1)
    for _ in range(200):
        bits = Bits.from_text("".join(map(str, rng.integers(0, 2, 40))))
        tally = Tally(clocks)
        try:
            tally.add(Batch(clocks.fingerprint, codec, 8, bits), on_error="drop")
        except DataError:
            assert tally == Tally(clocks)
        assert tally.n + tally.rejects in (0, 8)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wire.encode([0, 0], 5, "enum"), ValueError, "positions must be 1 to 4 different"),
        (lambda: wire.encode([], 5, "enum"), ValueError, "positions must be 1 to 4 different"),
        (lambda: wire.encode([5], 5, "rice"), ValueError, "positions must be at most 4, got 5"),
        (lambda: wire.encode([1], 5, "zip"), ValueError, "codec must be one of"),
        (lambda: wire.colex_rank([3, 3]), ValueError, "positions must be different"),
        (lambda: wire.decode(Bits.from_text("1111"), 5, 2, "enum"), CorruptError, "there are 10 sets, got rank 15"),
        (lambda: wire.decode(Bits.from_text("11111"), 5, 2, "bitmap"), CorruptError, "2 positions, got 5"),
        (lambda: wire.decode(Bits.from_text("111"), 5, 2, "bitmap"), TruncatedError, "takes 5 bits, got 3"),
        (lambda: wire.decode(Bits.from_text("0"), 5, 2, "rice"), TruncatedError, "stopped|ends|word"),
        (lambda: wire.decode(Bits.from_text("11111100"), 5, 2, "rice"), CorruptError, "positions must be below 5"),
    ],
)
def test_wrong_arguments_and_data_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
