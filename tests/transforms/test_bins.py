import numpy as np
import pytest

from polyquant.transforms import Plan, bins, plan
from polyquant.transforms.spright import _index
from polyquant.transforms.spright.bins import places, points, signs
from polyquant.transforms.spright.insight import kinds, members
from tests.transforms.functions import Counted, analysis, character, synthesis
from tests.vectors import rows

CASES = rows("wht", "bins")


def published(case):
    return Plan(case["n"], case["b"], ((case["cols"], case["delays"]),))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["n"])
def test_published_bins(case):
    design = published(case)
    fn = synthesis(case["support"], case["coeffs"])
    assert points(design)[0, 0].tolist() == case["subsample_first_delay"]
    assert bins(fn, design)[0] == pytest.approx(np.array(case["U"]), abs=1e-12)
    assert design.cost() == case["samples"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["n"])
def test_published_members_and_kinds(case):
    design, support = published(case), case["support"]
    found = members(design, support)[0]
    assert [[support[i] for i in bin] for bin in found] == case["members"]
    assert kinds(design, support)[0] == case["types"]


@pytest.mark.parametrize("decoder", ["noiseless", "osd"])
def test_a_bin_is_the_sum_of_its_members_with_the_signs_of_the_delay(decoder):
    """The aliasing identity, against the dense transform by its definition, for a function with all coefficients."""
    design = plan(7, b=3, C=2, decoder=decoder, dense=False)
    values = np.random.default_rng(0).normal(size=128)
    F = analysis(values)
    U = bins(lambda m: values[m.astype(int)], design)
    k = np.arange(128, dtype=np.uint64)
    where = places(design, k)
    for c, (columns, delays) in enumerate(design.groups):
        for i, column in enumerate(columns):
            assert np.array_equal(where[c] >> i & 1, character(column, k) < 0)
        for p, delay in enumerate(delays):
            for j in range(design.B):
                expected = sum(F[m] * character(delay, k[m : m + 1])[0] for m in np.flatnonzero(where[c] == j))
                assert U[c, p, j] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n", [3, 64, 70])
def test_points_and_signs_are_the_definitions(n):
    design = plan(n, b=2, C=2, decoder="osd", dense=False)
    where = points(design)
    listed = where.reshape(design.C, design.P, design.B, -1)
    for c, (columns, delays) in enumerate(design.groups):
        for p, delay in enumerate(delays):
            expected = [(row & 1) * columns[0] ^ (row >> 1) * columns[1] ^ delay for row in range(4)]
            assert _index.numbers(listed[c, p]) == expected
    k = _index.limbs([0, 1, 2**n - 1], n)
    for c, (_, delays) in enumerate(design.groups):
        for p, delay in enumerate(delays):
            assert signs(design, k)[c, :, p].tolist() == character(delay, k).tolist()


def test_samples_may_be_given_instead_of_a_function():
    design = plan(10, b=3, C=2, dense=False)
    fn = synthesis([1, 1000], [1.0, 2.0])
    samples = fn(points(design).ravel()).reshape(points(design).shape)
    assert np.array_equal(bins(samples, design), bins(fn, design))
    with pytest.raises(ValueError, match=r"samples must have shape \(2, 16, 8\), got \(2, 16\)"):
        bins(samples[..., 0], design)
    samples[0, 1, 2] = np.nan
    with pytest.raises(ValueError, match=r"samples must be finite, got nan at index \(0, 1, 2\)"):
        bins(samples, design)


def test_bits_and_batches_as_in_the_transform():
    design = plan(10, b=3, C=2, dense=False)
    fn = Counted(lambda bits: bits[:, 3].astype(float))
    assert np.allclose(bins(fn, design, bits=True, batch=7), bins(lambda m: (m >> 3 & 1).astype(float), design))
    assert max(map(len, fn.seen)) == 7


def test_a_dense_plan_has_no_bins():
    with pytest.raises(ValueError, match="plan must have groups, got a dense one"):
        bins(lambda m: m, plan(3, 1))


def test_indices_are_checked():
    with pytest.raises(ValueError, match=r"k must be below 2\^5, got 32 at index 0"):
        places(plan(5, b=2, dense=False), [32])
