from fractions import Fraction

import numpy as np
import pytest

from polyquant.ldp.estimate import Estimate, clip_rescale, project_simplex
from tests.vectors import rows


def floats(texts):
    return np.array([float(Fraction(text)) for text in texts])


@pytest.mark.parametrize("row", rows("ldp", "simplex_projection"))
def test_projection_agrees_with_exact_fractions(row):
    np.testing.assert_allclose(project_simplex(floats(row["v"])), floats(row["out"]), rtol=0, atol=1e-12)


@pytest.mark.parametrize("k", [1, 2, 3, 50])
def test_no_other_distribution_is_nearer(k):
    rng = np.random.default_rng(k)
    for _ in range(50):
        v = rng.normal(1 / k, 1, k)
        p = project_simplex(v)
        assert p.min() >= 0
        assert p.sum() == pytest.approx(1, abs=1e-12)
        # p is nearest in a convex set exactly when no corner of it lies on v's side: (v - p)(corner - p) <= 0
        assert np.all((v - p) - (v - p) @ p <= 1e-12)


def test_a_distribution_stays_as_it_is():
    f = np.array([0.5, 0.25, 0.25, 0.0])
    assert project_simplex(f).tolist() == clip_rescale(f).tolist() == f.tolist()


def test_clipping_keeps_the_proportions():
    out = clip_rescale([0.9, 0.3, -0.4])
    assert out.tolist() == pytest.approx([0.75, 0.25, 0])


@pytest.mark.parametrize("function", [clip_rescale, project_simplex])
@pytest.mark.parametrize("bad", [[], [[0.5, 0.5]], [np.nan, 1.0], [np.inf]])
def test_post_processing_wants_finite_rows(function, bad):
    with pytest.raises(ValueError, match="f must"):
        function(bad)


def test_nothing_to_rescale():
    with pytest.raises(ValueError, match="f must have a positive entry"):
        clip_rescale([-0.1, 0.0])


def test_an_estimate_checks_itself():
    good = Estimate([0.5, 0.6, -0.1], [0.1, 0.1, 0.1], 100)
    assert (good.k, good.n, good.kind) == (3, 100, "linear")
    assert not good.frequency.flags.writeable
    with pytest.raises(ValueError, match="stderr must be as long as frequency, 2, got 1"):
        Estimate([0.5, 0.5], [0.1], 3)
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        Estimate([1.0], [0.0], 0)
