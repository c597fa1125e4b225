import itertools

import numpy as np
import pytest

from polyquant.quantize.insight import blocks, cosines, greedy, spell, sweep

SHAPES = [(1, 3), (2, 5), (3, 4), (4, 3), (5, 2)]


def in_order(n, k):
    """All points, first entries +k, ..., 0, -k, ..., -1, by the definition of the order."""
    if n == 0:
        return [()] if k == 0 else []
    values = [*range(k, -1, -1), *range(-k, 0)]
    return [(v, *rest) for v in values for rest in in_order(n - 1, k - abs(v))]


def groups(n, count):
    return np.random.default_rng(50).normal(size=(count, n))


@pytest.mark.parametrize(("n", "k"), SHAPES)
def test_blocks_are_the_runs_of_equal_first_entries(n, k):
    firsts = [point[0] for point in in_order(n, k)]
    runs = [(value, len(list(run))) for value, run in itertools.groupby(firsts)]
    found = blocks(n, k)
    assert [(b.value, b.size) for b in found] == runs
    assert [b.start for b in found] == [sum(size for _, size in runs[:i]) for i in range(len(runs))]


@pytest.mark.parametrize(("n", "k"), SHAPES)
def test_every_index_spells_its_point(n, k):
    points = in_order(n, k)
    assert [tuple(chosen.value for _, chosen in spell(n, k, i)) for i in range(len(points))] == points
    with pytest.raises(ValueError, match=f"index must be at most {len(points) - 1}"):
        spell(n, k, len(points))


@pytest.mark.parametrize(("n", "k"), [(2, 5), (3, 4), (4, 5)])
def test_the_sweep_visits_the_nearest_point_at_every_scale(n, k):
    every = np.array([point for point in in_order(n, k) if min(point) >= 0])
    for x in groups(n, 20):
        path, size = sweep(x, k), np.abs(x) / np.abs(x).max()
        assert np.all(np.diff(path.scales) >= 0)
        ends = [0.0, *path.scales, path.scales[-1] + 1 if path.scales.size else 1.0]
        for low, high, point in zip(ends, ends[1:], path.points):
            c = (low + high) / 2
            assert ((c * size - point) ** 2).sum() == pytest.approx(((c * size - every) ** 2).sum(axis=1).min())


@pytest.mark.parametrize(("n", "k"), [(2, 5), (3, 4), (4, 5)])
def test_the_best_cosine_of_all_points_is_on_the_sweep(n, k):
    every = np.array(in_order(n, k))
    for x in groups(n, 50):
        assert sweep(x, k).cosines.max() == pytest.approx(cosines(x, every).max(), abs=1e-14)


def test_greedy_is_the_best_for_one_and_two_pulses():
    for k in (1, 2):
        every = np.array(in_order(4, k))
        for x in groups(4, 50):
            assert cosines(np.abs(x), greedy(x, k)[-1:])[0] == pytest.approx(cosines(x, every).max(), abs=1e-14)


def test_greedy_sets_one_pulse_at_a_time():
    steps = greedy(groups(6, 1)[0], 9)
    assert steps.sum(axis=1).tolist() == list(range(1, 10))
    assert (np.diff(steps, axis=0) >= 0).all()


def test_a_vector_of_zeros_has_no_direction():
    with pytest.raises(ValueError, match="not zero"):
        sweep([0.0, 0.0], 2)
