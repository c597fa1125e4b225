"""sparse_wht from end to end: corners, dense answers, statuses, and what it says about itself."""

from functools import partial

import numpy as np
import pytest

from polyquant.transforms import Plan, plan, sparse_wht
from polyquant.transforms.spright._kernels import hash as kernels
from polyquant.transforms.spright.insight import noise
from polyquant.transforms.spright.plan import DECODERS
from tests.transforms.functions import Counted, analysis, synthesis

pytestmark = pytest.mark.once  # many runs; other tests guard the kernels

COMPILED = hasattr(kernels.places, "overloads")


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("K", [None, 0, 1, 4])
def test_small_functions_are_read_whole(n, K):
    values = np.random.default_rng(n).integers(-5, 6, 2**n).astype(float)
    fn = Counted(lambda m: values[m])
    found = sparse_wht(fn, n, K=K)
    F = analysis(values)
    assert (found.status, found.converged) == ("dense", True)
    assert found.support.tolist() == np.flatnonzero(np.abs(F) > 1e-12).tolist()
    assert found.coeffs == pytest.approx(F[np.abs(F) > 1e-12], abs=1e-12)
    assert found.predict(np.arange(2**n)) == pytest.approx(values)
    assert (found.samples_asked, found.samples_unique, fn.total) == (2**n, 2**n, 2**n)
    assert found.plan.decoder == "dense"
    assert found.holdout_r2 is None


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize(("n", "b"), [(1, 0), (1, 1), (2, 0), (6, 0), (6, 6), (9, 1), (0, 0)])
def test_one_bin_and_as_many_bins_as_values(decoder, n, b):
    design = plan(n, b=b, decoder=decoder, dense=False, seed=1)
    k = (1 << n) - 1
    found = sparse_wht(synthesis([k], [-3.0]), n, plan=design, sigma=0.0)
    assert found.converged
    assert (found.support.tolist(), found.coeffs.tolist()) == ([k], [pytest.approx(-3)])


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("sigma", [None, 0.0, 1.0])
def test_the_zero_function_has_no_coefficients(decoder, sigma):
    design = plan(12, b=3, decoder=decoder)
    found = sparse_wht(lambda m: np.zeros(len(m)), 12, plan=design, sigma=sigma)
    assert len(found.support) == 0
    assert found.status == "converged"
    assert found.holdout_r2 == 1
    assert found.predict([5]).tolist() == [0]


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_constant_is_its_mean(decoder):
    found = sparse_wht(lambda m: np.full(len(m), 1e-3), 12, plan=plan(12, b=3, decoder=decoder), sigma=0.0)
    assert (found.support.tolist(), found.coeffs.tolist()) == ([0], [pytest.approx(1e-3, rel=1e-12)])
    assert found.holdout_r2 == 1


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e-9, 1e9, 1e150, 1e300])
@pytest.mark.parametrize("decoder", DECODERS)
def test_the_unit_of_the_function_does_not_matter(decoder, scale):
    design = plan(12, b=3, decoder=decoder, seed=2)
    coeffs = np.array([1.0, -2.0, 0.25])
    found = sparse_wht(synthesis([3, 700, 4000], scale * coeffs), 12, plan=design, sigma=0.0)
    assert found.status == "converged"
    assert found.coeffs == pytest.approx(scale * coeffs, rel=1e-9)
    assert found.holdout_r2 == pytest.approx(1)


@pytest.mark.parametrize("scale", [1e-300, 1e300])
@pytest.mark.parametrize("decoder", DECODERS)
def test_tiny_and_huge_functions_are_not_trusted_either(decoder, scale):
    rng = np.random.default_rng(0)
    fn = synthesis(rng.choice(2**12, 300, replace=False), scale * rng.normal(size=300))
    for sigma in (0.0, 1e-2 * scale):
        found = sparse_wht(fn, 12, plan=plan(12, b=3, decoder=decoder, dense=False), sigma=sigma)
        assert found.status == "unresolved"
        assert found.sigma == sigma


def test_a_plan_that_happens_to_touch_every_index_is_dense():
    design = plan(5, b=2, dense=False, delays=9)
    fn = Counted(synthesis([7, 20], [1.0, 2.0]))
    found = sparse_wht(fn, 5, plan=design)
    assert found.status == "dense"
    assert fn.total == found.samples_asked == 32


def test_a_given_plan_that_repeats_itself_is_followed():
    design = plan(8, b=3, delays=14, dense=False, C=2)
    assert 150 < design.cost() < 256
    found = sparse_wht(synthesis([7, 200], [1.0, 2.0]), 8, plan=design)
    assert (found.status, found.samples_asked) == ("converged", 224)
    assert found.samples_unique < 224


def test_a_noisy_function_that_is_read_whole_keeps_what_stands_out():
    fn = synthesis([3, 17], [1.0, -1.0], 0.5, partial(noise, seed=2))
    found = sparse_wht(fn, 8, plan=plan(8, 60), sigma=0.5)
    assert found.status == "dense"
    assert found.support.tolist() == [3, 17]
    assert found.stderr == pytest.approx(0.5 / 16)
    assert 0.7 < found.residual < 1.3
    assert 0 < found.detectable < 0.5


@pytest.mark.parametrize(("n", "samples"), [(12, 2880), (20, 4416), (40, 8256), (62, 12480)])
def test_samples_grow_with_n_not_with_N(n, samples):
    rng = np.random.default_rng(n)
    support = sorted({int(k) for k in rng.integers(0, 2**n, 64)})
    coeffs = rng.choice([-1.0, 1.0], len(support))
    found = sparse_wht(synthesis(support, coeffs), n, plan=plan(n, 64, b=6))
    assert found.samples_asked == samples
    assert found.status == "converged"
    assert found.support.tolist() == support
    assert found.coeffs == pytest.approx(coeffs, abs=1e-9)


@pytest.mark.parametrize("n", [100, 200])
def test_wide_functions_with_and_without_noise(n):
    rng = np.random.default_rng(n)
    support = sorted(int.from_bytes(rng.bytes(n // 8 + 1), "little") >> 8 - n % 8 for _ in range(12))
    coeffs = rng.choice([-1.0, 1.0], 12)
    for sigma in (0.0, 0.5) if COMPILED else (0.0,):
        fn = synthesis(support, coeffs, sigma, partial(noise, seed=1))
        found = sparse_wht(fn, n, plan=plan(n, 12, sigma=sigma), sigma=sigma, validate=64)
        assert found.status == "converged"
        rows = [sum(int(word) << 64 * w for w, word in enumerate(row)) for row in found.support]
        assert rows == support


@pytest.mark.skipif(not COMPILED, reason="a minute without the compiler")
@pytest.mark.parametrize("decoder", DECODERS)
def test_what_is_called_detectable_is_seen(decoder):
    """97 % are promised; fewer than 36 of 40 would happen to one in a thousand correct programs."""
    designs = [plan(14, b=5, decoder=decoder, seed=seed) for seed in range(40)]
    size = sparse_wht(lambda m: np.zeros(len(m)), 14, plan=designs[0], sigma=1.0).detectable
    seen = 0
    for seed, design in enumerate(designs):
        k = 2**14 // 41 * (seed + 1)
        found = sparse_wht(synthesis([k], [size], 1.0, partial(noise, seed=seed)), 14, plan=design, sigma=1.0)
        seen += found.support.tolist() == [k]
    assert seen >= 36


def test_the_seed_decides_everything():
    fn = synthesis([3, 700, 4000], [1.0, -2.0, 0.25], 0.3, partial(noise, seed=1))
    one, same, other = (sparse_wht(fn, 14, K=3, sigma=0.3, seed=seed) for seed in (5, 5, 6))
    assert one.plan == same.plan != other.plan
    assert np.array_equal(one.coeffs, same.coeffs)
    assert one.holdout_r2 == same.holdout_r2 != other.holdout_r2


def test_without_sigma_the_noise_is_measured():
    fn = synthesis([3, 700, 4000, 9999], [1.0, -2.0, 1.5, 1.0], 0.8, partial(noise, seed=3))
    found = sparse_wht(fn, 14, plan=plan(14, b=5, decoder="osd"))
    assert found.status == "converged"
    assert found.support.tolist() == [3, 700, 4000, 9999]
    assert found.sigma == pytest.approx(0.8, rel=0.1)
    assert found.residual == pytest.approx(1, abs=0.05)
    assert found.holdout_r2 == pytest.approx(1 - 0.64 / 8.89, abs=0.05)


def test_pure_noise_is_noise_like():
    found = sparse_wht(partial(noise, seed=1), 16, plan=plan(16, b=5, decoder="osd"))
    assert (found.status, len(found.support)) == ("noise-like", 0)
    assert found.sigma == pytest.approx(1, rel=0.1)
    assert abs(found.holdout_r2) < 0.1


def test_noise_of_known_size_alone_is_an_empty_spectrum():
    for seed in range(5 if COMPILED else 1):
        found = sparse_wht(partial(noise, seed=seed), 16, plan=plan(16, b=5, decoder="osd"), sigma=1.0)
        assert (found.status, len(found.support)) == ("converged", 0)


def test_a_mean_in_noise_is_still_noise_like():
    found = sparse_wht(lambda m: 5 + noise(m, 1), 16, plan=plan(16, b=5, decoder="osd"))
    assert (found.status, found.support.tolist()) == ("noise-like", [0])


@pytest.mark.skipif(not COMPILED, reason="seven seconds without the compiler")
def test_repeated_indices_bring_no_new_noise():
    """4082 different samples asked four times: the error is that of 4082, and nothing false gets through."""
    for seed in range(3):
        fn = synthesis([5, 1000], [1.0, -1.0], 1.0, partial(noise, seed=seed))
        design = plan(12, b=6, C=8, decoder="osd", delays=30, dense=False, seed=seed)
        found = sparse_wht(fn, 12, plan=design, sigma=1.0)
        assert found.status in ("converged", "dense")
        assert found.support.tolist() == [5, 1000]
        assert found.stderr[0] == pytest.approx(1 / 64, rel=0.02)
        assert (np.abs(found.coeffs - [1, -1]) < 5 / 64).all()


def test_an_overloaded_plan_says_so_and_more_bins_help():
    rng = np.random.default_rng(1)
    support = np.sort(rng.choice(2**16, 60, replace=False))
    fn = synthesis(support, rng.choice([-1.0, 1.0], 60))
    small, large = (sparse_wht(fn, 16, K=K) for K in (16, 60))
    assert (small.status, small.converged) == ("unresolved", False)
    assert small.unresolved_bins > 0
    assert small.residual == np.inf
    assert large.converged
    assert large.support.tolist() == support.tolist()


def test_other_groups_solve_what_these_cannot():
    """Two indices whose difference is in the null space of all columns share a bin in every group."""
    groups = (((1, 2), (0, 4, 8, 16, 32)), ((1, 3), (0, 4, 8, 16, 32)))
    blind = Plan(6, 2, groups)
    fn = synthesis([5, 9], [1.0, 0.5])  # both are 1 on the columns' coordinates
    assert sparse_wht(fn, 6, plan=blind).status == "unresolved"
    assert sparse_wht(fn, 6, plan=plan(6, b=2, C=2, seed=1, delays=5, dense=False)).converged


@pytest.mark.parametrize("sigma", [None, 0.0])
@pytest.mark.parametrize("decoder", DECODERS)
def test_exact_samples_need_no_sigma(decoder, sigma):
    """Whatever the decoder: noise that is measured in exact samples is rounding."""
    support, coeffs = [1, 77, 1234, 4000], [3.0, 1.0, -1.0, 0.01]
    design = plan(13, b=4, decoder=decoder, seed=4)
    found = sparse_wht(synthesis(support, coeffs), 13, plan=design, sigma=sigma)
    assert found.status == "converged"
    assert found.support.tolist() == support
    assert found.coeffs == pytest.approx(coeffs, abs=1e-9)
    assert found.sigma < 1e-9


def test_fresh_samples_are_fresh():
    fn = Counted(synthesis([5], [1.0]))
    found = sparse_wht(fn, 14, K=1, validate=64)
    asked = np.concatenate(fn.seen)
    assert len(np.unique(asked)) == len(asked)
    assert 0 < fn.total - found.samples_unique <= 64
    assert found.calls == len(fn.seen) == 2
