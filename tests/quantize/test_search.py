"""Nearest points: against enumeration, against each other, and what may not matter."""

import os
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from polyquant.quantize import Pyramid, _search

COMPILED = hasattr(_search.kernels.nearest, "signatures")
METHODS = ["fast", "swaps", "exact", "projection", "greedy"]
PAIRS = [(8, 6), (16, 12), (32, 22), (64, 43)]
LONG = [(64, 43), (128, 1), (64, 127), (128, 84), (192, 9)]  # most have registers of their own
TYPES = [np.float32, np.float64]


def groups(n, m, kind, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    if kind == "whole":
        return rng.integers(-3, 4, (m, n)).astype(dtype)
    if kind == "sparse":
        return (rng.standard_normal((m, n)) * (rng.random((m, n)) < 0.3)).astype(dtype)
    if kind == "heavy":
        return (rng.standard_normal((m, n)) / rng.random((m, n)) ** 2).astype(dtype)
    return rng.standard_normal((m, n)).astype(dtype)


def cosines(x, y):
    x, y = np.asarray(x, float), np.asarray(y, float)
    size = np.abs(x).max(axis=1, keepdims=True)
    x = x / np.where(size > 0, size, 1)
    return (x * y).sum(1) / np.sqrt(np.maximum((x * x).sum(1), 1e-300) * (y * y).sum(1))


def loss(x, y):
    return np.mean(1 - cosines(x, y) ** 2)


def largest_remainders(x, k):
    """The projection in exact fractions."""
    a = [abs(Fraction(float(v))) for v in x]
    if not sum(a):
        return [k] + [0] * (len(x) - 1)
    targets = [k * v / sum(a) for v in a]
    point = [int(t) for t in targets]
    rest = sorted(range(len(a)), key=lambda i: (point[i] - targets[i], i))
    for i in rest[: k - sum(point)]:
        point[i] += 1
    return [-y if v < 0 else y for v, y in zip(x, point)]


@pytest.mark.parametrize("kind", ["normal", "whole", "sparse", "heavy"])
@pytest.mark.parametrize(("n", "k"), [(1, 3), (2, 5), (3, 1), (3, 4), (4, 6), (5, 2)])
def test_the_sweep_has_the_largest_cosine_of_all_points(n, k, kind):
    x, pyramid = groups(n, 25, kind), Pyramid(n, k)
    x = x[np.abs(x).max(axis=1) > 0]
    every = pyramid.point(range(pyramid.count))
    best = [cosines(np.tile(row, (len(every), 1)), every).max() for row in x]
    assert cosines(x, pyramid.nearest(x, method="exact")) == pytest.approx(np.array(best), abs=1e-12)


@pytest.mark.parametrize("kind", ["normal", "whole", "sparse", "heavy"])
@pytest.mark.parametrize("dtype", TYPES)
def test_the_projection_is_that_of_exact_fractions(kind, dtype):
    for n, k in ((4, 3), (7, 12), (16, 12)):
        x = groups(n, 30, kind, dtype)
        assert Pyramid(n, k).nearest(x, method="projection").tolist() == [largest_remainders(row, k) for row in x]


@pytest.mark.parametrize("kind", ["normal", "whole", "sparse", "heavy"])
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    ("n", "k"), [(3, 2), (8, 6), (12, 30), (16, 4), (16, 12), (33, 20), (5, 300), *LONG[: 5 if COMPILED else 2]]
)
def test_swaps_are_never_below_the_projection_and_never_above_the_sweep(n, k, kind, dtype):
    x, pyramid = groups(n, 100 if COMPILED else 5, kind, dtype, seed=n), Pyramid(n, k)
    swaps, projection = (cosines(x, pyramid.nearest(x, method=m)) for m in ("swaps", "projection"))
    assert (swaps >= projection - 1e-12).all()
    assert (swaps <= cosines(x, pyramid.nearest(x, method="exact")) + 1e-12).all()


@pytest.mark.skipif(not COMPILED, reason="exact sweeps of thousands of groups")
@pytest.mark.parametrize(("n", "k"), PAIRS)
@pytest.mark.slow
def test_swaps_are_within_two_thousandths_of_the_sweep(n, k):
    x, pyramid = groups(n, 24000 // n * 4, "normal", np.float32), Pyramid(n, k)
    best, ours = loss(x, pyramid.nearest(x, method="exact")), loss(x, pyramid.nearest(x))
    assert best <= ours <= 1.002 * best
    assert ours < loss(x, pyramid.nearest(x, method="fast")) < loss(x, pyramid.nearest(x, method="projection"))


@pytest.mark.skipif(not COMPILED, reason="a mean over many long groups")
def test_a_long_group_loses_less_than_0_0963():
    x = groups(128, 1024, "normal", np.float32)
    assert loss(x, Pyramid(128, 84).nearest(x)) <= 0.0963


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("kind", ["normal", "whole", "sparse", "heavy"])
def test_every_point_lies_on_the_pyramid_and_has_the_signs_of_the_group(method, dtype, kind):
    for n, k in ((1, 4), (8, 6), (17, 40), (16, 12), (3, 200), (40, 3), *LONG[: 5 if COMPILED else 2]):
        x = groups(n, 45 if COMPILED or method != "exact" else 4, kind, dtype)
        y = Pyramid(n, k).nearest(x, method=method)
        assert (y.dtype, y.shape) == (np.int32, x.shape)
        assert (np.abs(y).sum(1) == k).all()
        assert (np.sign(x) * y >= 0).all()


@pytest.mark.skipif(not COMPILED, reason="one in a few hundred groups")
@pytest.mark.parametrize("method", ["fast", "swaps"])
@pytest.mark.parametrize(("n", "k"), [(16, 12), (48, 20), (64, 43)])
def test_zeros_get_no_pulses_where_there_is_anything_else(n, k, method):
    x = groups(n, 6000, "normal", np.float32)
    x[:, :-3] = 0
    assert not Pyramid(n, k).nearest(x, method=method)[:, :-3].any()


@pytest.mark.parametrize(("n", "k"), [(16, 12), (64, 43)])
@pytest.mark.parametrize("method", METHODS)
def test_scale_by_powers_of_two_does_not_matter(method, n, k):
    x, pyramid = groups(n, 70 if COMPILED else 7, "normal"), Pyramid(n, k)
    points = pyramid.nearest(x, method=method)
    for power in (-900, -30, 1, 25, 900):
        assert np.array_equal(pyramid.nearest(np.ldexp(x, power), method=method), points)
    small = x.astype(np.float32)
    points = pyramid.nearest(small, method=method)
    for power in (-110, -30, 30, 120):
        assert np.array_equal(pyramid.nearest(np.ldexp(small, power), method=method), points)


@pytest.mark.parametrize(("n", "k"), [(16, 12), (64, 43)])
@pytest.mark.parametrize("method", METHODS)
def test_each_group_is_on_its_own(method, n, k):
    m = 70 if COMPILED or method != "exact" else 45
    x, pyramid = groups(n, m, "normal", np.float32), Pyramid(n, k)
    points = pyramid.nearest(x, method=method)
    assert np.array_equal(pyramid.nearest(x[::-1], method=method)[::-1], points)
    assert np.array_equal(pyramid.nearest(x[37], method=method), points[37])
    x[5], x[6], x[40] = 0, x[6] * 2.0**90, x[40] * 2.0**-90
    assert np.array_equal(np.delete(pyramid.nearest(x, method=method), 5, 0), np.delete(points, 5, 0))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", TYPES)
def test_zeros_become_the_first_point(method, dtype):
    x = np.zeros((3, 4), dtype)
    x[1], x[2, 3] = -0.0, 1
    assert Pyramid(4, 6).nearest(x, method=method).tolist() == [[6, 0, 0, 0], [6, 0, 0, 0], [0, 0, 0, 6]]
    assert Pyramid(4, 0).nearest(x, method=method).tolist() == [[0, 0, 0, 0]] * 3


@pytest.mark.parametrize("n", [4, 64])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("k", [0, 6])
def test_no_direction_is_refused(method, dtype, k, n):
    x, pyramid = groups(n, 40, "normal", dtype), Pyramid(n, k)
    for value in (np.nan, np.inf, -np.inf):
        wrong = x.copy()
        wrong[33, 2] = value
        with pytest.raises(ValueError, match=r"x must be finite, got -?(nan|inf) at index \(33, 2\)"):
            pyramid.nearest(wrong, method=method)
    least = np.finfo(dtype).smallest_subnormal
    x[34] = 0
    x[34, :2] = least, -3 * least
    with pytest.raises(ValueError, match="x must not be subnormal throughout a group, as in group 34"):
        pyramid.nearest(x, method=method)
    assert pyramid.nearest(x, method=method, flush_subnormal=True)[34].tolist() == [k] + [0] * (n - 1)
    x[34, 3] = 1
    assert np.abs(pyramid.nearest(x, method=method)[34]).tolist() == [0, 0, 0, k] + [0] * (n - 4)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [4, 32, 64])
def test_equal_magnitudes_share_from_the_first_on(method, n):
    for k in (1, n - 1, n, n + 3):
        expected = [k // n + (i < k % n) for i in range(n)]
        assert Pyramid(n, k).nearest(np.full(n, 0.3), method=method).tolist() == expected
        assert Pyramid(n, k).nearest(np.full(n, np.float32(-7)), method=method).tolist() == [-y for y in expected]


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32])
@pytest.mark.parametrize("method", ["swaps", "projection"])
def test_points_are_put_where_one_wants_them(dtype, method):
    x, pyramid = groups(16, 70, "normal", np.float32), Pyramid(16, 12)
    expected = pyramid.nearest(x, method=method)
    for out in (np.zeros((70, 16), dtype), np.zeros((16, 70), dtype).T):
        assert pyramid.nearest(x, method=method, out=out) is out
        assert np.array_equal(out, expected)
    assert np.array_equal(pyramid.nearest(np.asfortranarray(x), method=method), expected)


def test_wrong_places_and_wrong_types_are_refused():
    x, pyramid = groups(4, 5, "normal"), Pyramid(4, 200)
    for out in (np.zeros((5, 4)), [[0] * 4] * 5):
        with pytest.raises(TypeError, match="out must be an array of int8, int16 or int32"):
            pyramid.nearest(x, out=out)
    with pytest.raises(ValueError, match="out must hold numbers up to 200, got int8"):
        pyramid.nearest(x, out=np.zeros((5, 4), np.int8))
    with pytest.raises(ValueError, match=r"out must have shape \(5, 4\), got \(4, 5\)"):
        pyramid.nearest(x, out=np.zeros((4, 5), np.int16))
    for wrong in (x.astype(np.float16), x.astype(int), x > 0, x.astype(complex), [[1, 2, 3, 4]], "text"):
        with pytest.raises(TypeError, match="x must be float32 or float64"):
            pyramid.nearest(wrong)
    for shape in ((5, 3), (1, 5, 4), ()):
        with pytest.raises(ValueError, match=r"x must have shape \(4,\) or \(m, 4\)"):
            pyramid.nearest(np.zeros(shape))
    with pytest.raises(ValueError, match="method must be one of 'fast'"):
        pyramid.nearest(x, method="quick")


@pytest.mark.parametrize(("search", "n"), [(_search._short, 16), (_search._long, 64)])
def test_doubts_are_rare_and_ties_are_doubts(search, n):
    def doubts(x, k):
        status = search(x, k, "swaps", np.empty(x.shape, np.int8))
        return np.mean(status == _search.kernels.DOUBT)

    for k in (12, 127):
        assert doubts(groups(n, 3200, "normal", np.float32), k) < 0.01
    assert doubts(np.full((64, n), np.float32(1)), 12) == 1


@pytest.mark.skipif(not COMPILED, reason="one in six thousand groups")
@pytest.mark.parametrize("kind", ["normal", "heavy"])
def test_of_two_points_that_look_alike_the_better_is_taken(kind):
    x, pyramid = groups(64, 12000, kind, np.float32, seed=5), Pyramid(64, 127)
    swaps, projection = (cosines(x, pyramid.nearest(x, method=m)) for m in ("swaps", "projection"))
    assert (swaps >= projection - 1e-12).all()


POINTS = """
import hashlib, numpy as np
from polyquant.quantize import Pyramid
rng, digest = np.random.default_rng(4), hashlib.sha256()
for n, k in ((16, 12), (64, 43), (128, 84), (200, 100)):
    normal = rng.standard_normal((33, n))
    for x in (normal, normal / rng.random((33, n)) ** 2, rng.integers(-3, 4, (33, n)), normal * (normal > 1)):
        for method in ("fast", "swaps"):
            digest.update(Pyramid(n, k).nearest(x.astype(np.float32), method=method).astype("<i4"))
print(digest.hexdigest())
"""


@pytest.mark.skipif(not COMPILED, reason="nothing to compare")
def test_points_are_the_same_without_a_compiler():
    answers = {
        subprocess.run(
            [sys.executable, "-c", POINTS], env={**os.environ, **switch}, capture_output=True, text=True, check=True
        ).stdout
        for switch in ({}, {"NUMBA_DISABLE_JIT": "1"})
    }
    assert len(answers) == 1
