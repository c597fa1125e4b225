"""The public vectors of single mechanisms: channel, ratio, attack, estimate and covariance, all exact fractions."""

from fractions import Fraction
from math import log

import numpy as np
import pytest

from polyquant.bits import Bits
from polyquant.ldp import (
    Batch,
    HadamardMean,
    HadamardResponse,
    LocalHashing,
    ProjectiveGeometry,
    RandomizedResponse,
    RecursiveHadamard,
    Tally,
    UnaryEncoding,
)
from tests.ldp.enumeration import exact_channel, fractions, worst_ratio
from tests.vectors import rows

MAKERS = {
    "GRR": lambda k, e, p: RandomizedResponse(k, e),
    "OUE": lambda k, e, p: UnaryEncoding(k, e),
    "SUE": lambda k, e, p: UnaryEncoding(k, e, optimized=False),
    "LH": lambda k, e, p: LocalHashing(k, e, g=p["g"]),
    "HR": lambda k, e, p: HadamardResponse(k, e),
    "HRB": lambda k, e, p: HadamardResponse(k, e, blocks=p["B"]),
    "HM": lambda k, e, p: HadamardMean(k, e),
    "PGR": lambda k, e, p: ProjectiveGeometry(k, e, q=p["q"], t=p["t"]),
    "RHR": lambda k, e, p: RecursiveHadamard(k, e, bits=p["b"]),
}
VECTORS = [row for row in rows("ldp", "channels") if row["mechanism"] in MAKERS]


def made(row):
    return MAKERS[row["mechanism"]](row["k"], log(Fraction(row["E"])), row["params"])


def estimated(row, mechanism):
    """The estimate from the vector's reports, which are outputs of the vector's list."""
    columns = [row["outputs"].index(report) for report in row["reports"]]
    if row["mechanism"] == "LH":  # an ideal hash has no seeds to send
        support = mechanism._table()[:, columns].sum(axis=1)
        return mechanism.estimate(Tally._from_counts(mechanism, support, [len(columns)]))
    outputs = mechanism.outputs()
    tally = Tally(mechanism)
    tally.add(Batch.of(mechanism, [outputs[column] for column in columns]))
    return mechanism.estimate(tally)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row['mechanism']}{row['params']}")
class TestVectors:
    def test_channel(self, row):
        mechanism, channel = made(row), fractions(row["P"])
        assert exact_channel(mechanism, Fraction(row["E"])) == channel
        assert np.allclose(mechanism.channel(), np.array(channel, float), rtol=1e-9, atol=0)

    def test_ratio(self, row):
        assert worst_ratio(exact_channel(made(row), Fraction(row["E"]))) == Fraction(row["ldp_ratio"])

    def test_attack(self, row):
        assert made(row).attack_success() == pytest.approx(float(Fraction(row["dra"])), rel=1e-9)

    def test_estimate(self, row):
        expected = np.array(fractions(row["estimate"]), float)
        assert np.allclose(estimated(row, made(row)).frequency, expected, rtol=1e-9, atol=1e-12)

    def test_covariance(self, row):
        f, expected = (np.array(fractions(row[name]), float) for name in ("f", "n_cov_fixed_hist"))
        mechanism = made(row)
        assert np.allclose(100 * mechanism.covariance(100, f), expected, rtol=1e-9, atol=1e-12)
        assert np.allclose(100 * mechanism.variance(100, f), expected.diagonal(), rtol=1e-9)
        mean = float(Fraction(row["n_mse_uniform"]))
        assert mechanism.variance(1).mean() == pytest.approx(mean, rel=1e-9)


SHORT = {"GRR": "GRR", "OUE": "OUE", "OLH": "LH", "HR": "HR"}


@pytest.mark.parametrize("row", rows("ldp", "analytic"), ids=lambda row: f"k={row['k']}, E={row['E']}")
@pytest.mark.parametrize("name", SHORT)
def test_large_domains(row, name):
    expected = row["protocols"][name]
    mechanism = MAKERS[SHORT[name]](row["k"], log(Fraction(row["E"])), {"g": None})
    empty = np.zeros(row["k"])
    empty[-1] = 1
    assert mechanism.p == pytest.approx(expected["p"], rel=1e-9)
    assert mechanism.variance(1, empty)[0] == pytest.approx(expected["n_var_f0"], rel=1e-9)
    assert mechanism.attack_success() == pytest.approx(expected["dra"], rel=1e-9)
    assert mechanism.message_bits == expected.get("bits", mechanism.message_bits)
    assert getattr(mechanism, "g", None) == expected.get("g")
    assert mechanism.cells == expected.get("K", row["k"])


def test_every_report_of_the_vectors_is_of_the_stated_length():
    for row in VECTORS:
        if row["mechanism"] != "LH":
            mechanism = made(row)
            assert mechanism.outputs() == [Bits.from_int(i, mechanism.message_bits) for i in range(len(row["outputs"]))]
