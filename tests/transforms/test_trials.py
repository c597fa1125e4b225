"""Random spectra and the grids that lessons draw."""

import csv
import sys
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest

from polyquant.transforms import fwht
from polyquant.transforms.spright import bins, plan, sparse_wht, trials
from polyquant.transforms.spright._kernels import peel as kernels

pytestmark = pytest.mark.once  # many runs; other tests guard the kernels

compiled = pytest.mark.skipif(not hasattr(kernels.take_out, "overloads"), reason="needs the compiler")


def test_a_random_spectrum_has_K_different_indices_and_depends_on_the_seed_alone():
    support, coeffs = trials.random_spectrum(20, 50, 3)
    assert len(set(support.tolist())) == 50
    assert (np.diff(support.astype(np.int64)) > 0).all()
    assert set(coeffs.tolist()) == {-1.0, 1.0}
    assert np.array_equal(trials.random_spectrum(20, 50, 3)[0], support)
    assert not np.array_equal(trials.random_spectrum(20, 50, 4)[0], support)
    assert sorted(trials.random_spectrum(3, 8, 0)[0].tolist()) == list(range(8))
    assert trials.random_spectrum(0, 1, 0)[0].tolist() == [0]


def test_sizes_are_from_a_half_to_one_and_a_half_if_wanted_and_wide_indices_have_rows():
    support, coeffs = trials.random_spectrum(100, 30, 1, equal=False)
    assert support.shape == (30, 2)
    assert (support[:, 1] < 1 << 36).all()
    assert 0.5 <= np.abs(coeffs).min() < np.abs(coeffs).max() <= 1.5


def test_the_function_of_a_spectrum_has_that_spectrum():
    support, coeffs = trials.random_spectrum(8, 9, 1, equal=False)
    values = trials.function(support, coeffs, 8)(np.arange(256, dtype=np.uint64))
    F = fwht(values) / 256
    assert np.flatnonzero(np.abs(F) > 1e-12).tolist() == support.tolist()
    assert F[support.astype(np.int64)] == pytest.approx(coeffs)


def test_errors_have_the_size_of_the_decibels_and_stay_when_asked_again():
    support, coeffs = trials.random_spectrum(11, 5, 1)
    sigma, every = trials.decibels(3, coeffs), np.arange(1 << 11, dtype=np.uint64)
    noisy = trials.function(support, coeffs, 11, sigma=sigma, seed=5)(every)
    errors = noisy - trials.function(support, coeffs, 11)(every)
    assert 10 * np.log10(5 / np.mean(errors**2)) == pytest.approx(3, abs=0.5)
    again = trials.function(support, coeffs, 11, sigma=sigma, seed=5)(every[::-1])
    assert np.array_equal(again[::-1], noisy)


@pytest.mark.parametrize("n", [9, 70])
def test_the_aliasing_identity_is_what_sampling_gives(n):
    design = plan(n, b=4, C=2, decoder="noiseless", dense=False)
    support, coeffs = trials.random_spectrum(n, 30, 1, equal=False)
    sampled = bins(trials.function(support, coeffs, n), design)
    assert trials.aliased(design, support, coeffs) == pytest.approx(sampled, abs=1e-12)


@compiled
@pytest.mark.parametrize(("load", "every"), [(1.0, True), (3.5, False)])
def test_peeling_bins_of_the_identity_succeeds_when_the_whole_transform_does(load, every):
    K = round(load * 32)
    for seed in range(4):
        assert trials.success(14, 5, 3, K, seed) == every
        support, coeffs = trials.random_spectrum(14, K, seed, equal=False)
        design = plan(14, b=5, C=3, decoder="noiseless", seed=seed, dense=False)
        found = sparse_wht(trials.function(support, coeffs, 14), 14, plan=design, validate=0)
        assert np.array_equal(found.support, support) == every


def test_a_trial_counts_what_is_missed_and_what_is_invented():
    design = plan(12, b=3, C=3, decoder="noiseless", seed=1, dense=False)
    good, crowded = trials.trial(design, 4, None, 1), trials.trial(design, 60, None, 1)
    assert good == (True, 0, 0, design.cost(), "converged")
    assert crowded.missed > 0
    assert (crowded.exact, crowded.status) == (False, "unresolved")


def test_the_share_that_is_explained():
    support, coeffs = trials.random_spectrum(10, 12, 1, equal=False)
    fn, design = trials.function(support, coeffs, 10), plan(10, b=3, C=3, decoder="noiseless", dense=False)
    found = sparse_wht(fn, 10, plan=design, validate=0)
    assert trials.explained(fn, found) == pytest.approx(1)
    few = replace(found, support=found.support[:6], coeffs=found.coeffs[:6])
    power = np.square(found.coeffs)
    assert trials.explained(fn, few) == pytest.approx(power[:6].sum() / power.sum(), abs=0.1)


def shipped(name):
    return list(csv.DictReader((resources.files("polyquant_widgets") / name).read_text("ascii").splitlines()))


@compiled
def test_cells_of_the_shipped_grid_of_the_phase_transition_can_be_computed_again():
    rows = {(int(r["b"]), int(r["C"]), float(r["load"])): int(r["wins"]) for r in shipped("phase_grid.csv")}
    assert set(rows) == {(b, C, x) for b in trials.GRID_B for C in trials.GRID_C for x in trials.GRID_LOADS}
    for b, C, load in ((4, 3, 1.5), (5, 2, 0.75), (5, 4, 3.0)):
        K = round(load * (1 << b))
        assert rows[b, C, load] == sum(trials.success(16, b, C, K, seed) for seed in range(trials.GRID_TRIALS))


@compiled
def test_a_row_of_the_shipped_noise_grid_can_be_computed_again():
    rows = {(r["decoder"], int(r["delays"]), float(r["snr"])): r for r in shipped("noise_grid.csv")}
    assert {decoder for decoder, _, _ in rows} == {"osd", "nso", "rm", "coded"}
    for key in (("osd", 24, 2.5), ("nso", 24, 5.0)):
        decoder, delays, snr = key
        seeds = range(trials.GRID_TRIALS)
        found = [trials.trial(trials.noise_plan(decoder, delays, s), trials.NOISE_K, snr, s) for s in seeds]
        assert sum(outcome.exact for outcome in found) == int(rows[key]["exact"])
        assert sum(outcome.missed for outcome in found) == int(rows[key]["missed"])


def test_the_shipped_times_grow_as_they_must():
    rows = {(r["method"], int(r["K"]), int(r["n"])): float(r["seconds"]) for r in shipped("growth.csv")}
    assert {(K, n) for method, K, n in rows if method == "noisy"} == {
        (K, n) for K in trials.GROWTH_K for n in trials.GROWTH_N
    }
    assert rows["dense", 0, 24] > 1000 * rows["dense", 0, 10]
    assert rows["exact", 128, 60] < rows["dense", 0, 24]


def test_the_command_writes_a_grid(tmp_path, monkeypatch):
    monkeypatch.setattr(trials, "GRID_B", (3,))
    monkeypatch.setattr(trials, "GRID_C", (3,))
    monkeypatch.setattr(trials, "GRID_LOADS", (0.5,))
    monkeypatch.setattr(trials, "GRID_TRIALS", 2)
    monkeypatch.setattr(sys, "argv", ["trials", "phase", str(tmp_path / "grid.csv")])
    trials.main()
    assert (tmp_path / "grid.csv").read_text() == "b,C,load,wins\n3,3,0.5,2\n"
    monkeypatch.setattr(sys, "argv", ["trials", "phases", "x"])
    with pytest.raises(SystemExit, match="usage"):
        trials.main()


def test_too_few_delays_leave_a_decoder_out(monkeypatch):
    monkeypatch.setattr(trials, "GRID_TRIALS", 1)
    monkeypatch.setattr(trials, "NOISE_DELAYS", (14,))
    monkeypatch.setattr(trials, "NOISE_SNRS", (20.0,))
    monkeypatch.setattr(trials, "NOISE_K", 2)
    assert [row[:3] for row in trials.noise_grid()] == [("osd", 14, 20.0), ("nso", 14, 20.0)]


def test_times_are_positive_and_plans_of_the_growth_fit_the_noise():
    assert trials.dense_seconds(4, 1) > 0
    assert trials.sparse_seconds(10, 3, False, 1) > 0
    assert trials.growth_plan(30, 8, True).decoder == "osd"
    assert trials.growth_plan(30, 8, False).decoder == "noiseless"
