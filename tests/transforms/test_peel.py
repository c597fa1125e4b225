"""Peeling beside the graph: who is alone in a bin is known from the support, and so is what nobody can resolve."""

from collections import Counter

import numpy as np
import pytest

from polyquant.transforms import bins, plan
from polyquant.transforms.spright import Plan
from polyquant.transforms.spright.peel import peel
from tests.transforms.functions import synthesis


def place(columns, k):
    return sum((column & k).bit_count() % 2 << i for i, column in enumerate(columns))


def stuck(design, support):
    """The coefficients that are in no order alone in a bin (the 2-core)."""
    where = {k: [place(columns, k) for columns, _ in design.groups] for k in support}
    alive = set(support)
    while True:
        crowd = [Counter(where[k][c] for k in alive) for c in range(design.C)]
        alone = {k for k in alive if any(crowd[c][j] == 1 for c, j in enumerate(where[k]))}
        if not alone:
            return alive
        alive -= alone


def spectrum(n, K, seed):
    rng = np.random.default_rng(seed)
    support = sorted(int(k) for k in rng.choice(2**n, K, replace=False))
    return support, rng.uniform(0.5, 1.5, K) * rng.choice([-1.0, 1.0], K)


@pytest.mark.parametrize(("C", "K"), [(2, 10), (3, 12), (3, 20), (3, 26), (4, 24), (4, 40), (1, 6)])
def test_everything_is_found_but_the_core(C, K):
    for seed in range(4):
        design = plan(11, b=3, C=C, decoder="noiseless", seed=seed, dense=False)
        support, coeffs = spectrum(11, K, seed)
        found = peel(design, bins(synthesis(support, coeffs), design))
        core = stuck(design, support)
        truth = {k: F for k, F in zip(support, coeffs) if k not in core}
        assert found.support[:, 0].tolist() == sorted(truth)
        assert np.allclose(found.amplitudes, [truth[k] for k in sorted(truth)], rtol=1e-12)
        blocked = {(c, place(columns, k)) for k in core for c, (columns, _) in enumerate(design.groups)}
        assert {(int(c), int(j)) for c, j in np.argwhere(found.unresolved)} == blocked
        assert found.finished


def test_events_tell_the_whole_story():
    design = plan(12, b=4, decoder="noiseless", seed=3, dense=False)
    support, coeffs = spectrum(12, 22, 3)
    before = bins(synthesis(support, coeffs), design)
    found = peel(design, before.copy())
    events = found.events
    left, first = before.copy(), {}
    for event, (c, j, k, size) in enumerate(zip(events.group, events.bin, events.index[:, 0].tolist(), events.size)):
        assert j == place(design.groups[c][0], k)
        first.setdefault(k, event)
        for other, (columns, delays) in enumerate(design.groups):
            left[other, :, place(columns, k)] -= [size * (-1) ** (d & k).bit_count() for d in delays]
    assert np.allclose(left, found.values, atol=1e-14)
    assert (np.diff(events.round) >= 0).all()
    assert [sum(visit) for visit in zip(*found.history)][3] == events.size.size
    assert found.history[-1].found == len(first) == len(support)
    assert found.rounds == found.history[-1].round
    assert found.history[0].tested == design.B
    assert all(visit.singles <= visit.tested for visit in found.history)


@pytest.mark.parametrize("exponent", [-1000, -40, 900])
def test_the_unit_does_not_matter(exponent):
    design = plan(10, b=3, decoder="noiseless", seed=1, dense=False)
    support, coeffs = spectrum(10, 9, 1)
    values = bins(synthesis(support, coeffs), design)
    small, large = peel(design, values), peel(design, np.ldexp(values, exponent))
    assert np.array_equal(small.support, large.support)
    assert np.array_equal(np.ldexp(small.amplitudes, exponent), large.amplitudes)


def test_rounding_is_no_coefficient_and_small_coefficients_are():
    design = plan(10, b=3, decoder="noiseless", seed=2, dense=False)
    found = peel(design, bins(synthesis([5, 77, 900], [1e6, 1e-4, -1.0]), design))
    assert found.support[:, 0].tolist() == [5, 77, 900]
    assert not found.unresolved.any()


def test_nothing_is_found_in_nothing():
    for decoder in ("noiseless", "nso", "rm", "coded", "osd"):
        design = plan(8, b=3, decoder=decoder, dense=False)
        for noise in (0.0, 1.0):
            found = peel(design, np.zeros((design.C, design.P, design.B)), noise)
            assert found.support.shape == (0, 1)
            assert found.finished
            assert not found.unresolved.any()


@pytest.mark.parametrize("decoder", ["nso", "rm", "coded", "osd"])
def test_noise_alone_is_empty_bins(decoder):
    """Of a hundred plans of pure noise, one may see something."""
    design = plan(12, b=4, decoder=decoder, dense=False)
    for seed in range(3):
        values = np.random.default_rng(seed).normal(size=(design.C, design.P, design.B))
        found = peel(design, values, 1.0)
        assert len(found.support) == 0
        assert not found.unresolved.any()


def test_progress_counts_bins_and_stops():
    design = plan(12, b=4, decoder="noiseless", seed=3, dense=False)
    support, coeffs = spectrum(12, 32, 3)
    values, seen = bins(synthesis(support, coeffs), design), []
    whole = peel(design, values, progress=lambda done, total: seen.append((done, total)))
    assert [total for _, total in seen] == [design.C * design.B] * whole.rounds
    assert seen[-1][0] == design.C * design.B
    part = peel(design, values, progress=lambda done, total: False)
    assert part.rounds == 1
    assert not part.finished
    assert part.unresolved.any()
    assert len(part.support) < len(support)


def test_bins_of_another_plan_are_refused():
    design = Plan(3, 1, groups=(((0b011,), (0b000, 0b001, 0b100)),))
    with pytest.raises(ValueError, match=r"values must have shape \(1, 3, 2\), got \(1, 3, 4\)"):
        peel(design, np.zeros((1, 3, 4)))
    with pytest.raises(ValueError, match=r"values must be finite, got nan at index \(0, 1, 0\)"):
        peel(design, np.array([[[1, 2], [np.nan, 0], [0, 0]]]))
    with pytest.raises(ValueError, match="noise must be at least 0, got -1"):
        peel(design, np.zeros((1, 3, 2)), -1.0)


@pytest.mark.parametrize("decoder", ["noiseless", "nso", "rm", "coded", "osd"])
def test_indices_of_two_limbs(decoder):
    design = plan(80, b=2, C=4, decoder=decoder, seed=8)
    support, coeffs = [5, 1 << 70 | 3, 2**80 - 1], np.array([-2.5, -1.0, 0.5])
    found = peel(design, bins(synthesis(support, coeffs), design))
    assert [low + (high << 64) for low, high in found.support.tolist()] == support
    assert np.allclose(found.amplitudes, coeffs, rtol=1e-12)


def test_hard_votes_find_less():
    """In noise, at equal cost, over many seeds: the votes of faint products are worth less."""
    wins = {True: 0, False: 0}
    for seed in range(6):
        design = plan(12, b=4, decoder="nso", delays=3 * 9 + 4, seed=seed, dense=False)
        support, coeffs = spectrum(12, 12, seed)
        noise = 0.6
        values = bins(synthesis(support, coeffs), design)
        values += noise * np.random.default_rng(seed).normal(size=values.shape)
        for hard in wins:
            wins[hard] += len(set(support) & set(peel(design, values, noise**2, hard=hard).support[:, 0].tolist()))
    assert wins[False] > wins[True]


@pytest.mark.parametrize("decoder", ["osd", "nso"])
def test_a_coefficient_that_comes_back_again_and_again_is_given_up(decoder):
    """One group shows it and the others do not: taken out of one group, it is missing in the others, without end."""
    design = plan(12, b=3, decoder=decoder, delays=24, seed=4, dense=False)
    values = bins(synthesis([77], [1.0]), design)
    values[1:] = 0
    found = peel(design, values, 1e-6)
    assert found.events.index[:, 0].tolist() == [77] * 8
    assert found.rounds < 8
    assert not found.finished
    assert found.unresolved.any()
