"""The Toeplitz algebra of residue counts against dense linear algebra and the shared vectors."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.algebra.crt import ResidueSystem
from polyquant.errors import NotConverged
from polyquant.ldp import gram as module
from polyquant.ldp._inverse import Cyclic, Triangular, fast_size, inverse
from polyquant.ldp.gram import Gram, fold, mean_variance, plan, spread
from tests.vectors import rows

DESIGNS = [(6, (3, 4, 5)), (11, (5, 7, 8)), (13, (13,)), (64, (17, 19, 23, 25)), (128, (37, 53, 61, 90))]


def number(text):
    return float(Fraction(text))


def design(k, moduli):
    return Gram(k, moduli, tuple(1 / (1 + m % 3) for m in moduli))


@pytest.mark.parametrize(("k", "moduli"), [*DESIGNS, (1, (1,)), (2, (3,)), (9, (2, 12))])
def test_gram_matrix_is_the_weighted_product_of_the_incidence_matrix(k, moduli):
    gram = design(k, moduli)
    a = ResidueSystem(moduli).incidence(k).astype(float)
    expected = a.T @ np.diag(np.repeat(gram.weights, moduli)) @ a
    np.testing.assert_allclose(gram.dense(), expected, rtol=1e-12)
    x = np.random.default_rng(k).normal(size=k)
    np.testing.assert_allclose(gram.multiply(x), expected @ x, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("case", rows("ldp", "decode"), ids=lambda case: str(case["k"]))
def test_inverses_of_the_vectors(case):
    gram = Gram(case["k"], tuple(case["moduli"]), tuple(number(w) for w in case["weights"]))
    np.testing.assert_allclose(gram.column(), [number(c) for c in case["gram_first_row"]], rtol=1e-9)
    np.testing.assert_allclose(plan(gram).column, [number(c) for c in case["G_first_column"]], rtol=1e-7)
    np.testing.assert_allclose(plan(gram).diagonal(), [number(c) for c in case["G_diagonal"]], rtol=1e-7)


@pytest.mark.parametrize(("k", "moduli"), DESIGNS)
def test_plan_is_the_dense_inverse(k, moduli):
    gram = design(k, moduli)
    inverse, x = np.linalg.inv(gram.dense()), np.random.default_rng(k).normal(size=k)
    scale = np.abs(inverse).max()
    np.testing.assert_allclose(plan(gram).dense(), inverse, atol=1e-9 * scale)
    np.testing.assert_allclose(plan(gram).diagonal(), np.diag(inverse), atol=1e-9 * scale)
    np.testing.assert_allclose(plan(gram).solve(x), inverse @ x, atol=1e-9 * scale * np.abs(x).sum())
    assert np.array_equal(plan(gram).solve(x), plan(gram).solve(x, threads=2))
    np.testing.assert_allclose(module.ones(gram), inverse.sum(0), atol=1e-9 * scale)
    assert mean_variance(gram) == pytest.approx(np.diag(inverse).mean(), rel=1e-6)


@pytest.mark.parametrize(("k", "moduli"), DESIGNS)
def test_condition_is_that_of_the_matrix(k, moduli):
    gram = design(k, moduli)
    assert plan(gram).condition() == pytest.approx(np.linalg.cond(gram.dense()), rel=0.02)


@pytest.mark.parametrize(("k", "moduli"), [(30, (2, 3, 5)), (200, tuple(range(19, 31)))])
def test_moduli_that_miss_a_direction_have_no_plan(k, moduli):
    with pytest.raises(NotConverged, match=r"hardly tell|cannot tell"):
        plan(design(k, moduli))


@pytest.mark.parametrize("k", [2, 4, 6, 22, 64, 90, 128, 1100])
def test_both_forms_are_the_inverse_of_the_toeplitz_matrix(k):
    rng = np.random.default_rng(k)
    c = rng.normal(size=k) / k
    c[0] = 3  # larger than the other entries of a row together, nearly always
    matrix = c[np.abs(np.subtract.outer(np.arange(k), np.arange(k)))]
    dense, b = np.linalg.inv(matrix), rng.normal(size=k)
    for form in (Triangular, Cyclic):
        np.testing.assert_allclose(form(dense[:, 0].copy()).solve(b, 1), dense @ b, atol=1e-12)


@pytest.mark.parametrize(
    ("k", "form"),
    [(1, Triangular), (2, Cyclic), (15, Triangular), (22_000, Cyclic), (26, Triangular), (10**6, Cyclic)],
)
def test_short_transforms_are_for_even_sizes_without_large_factors(k, form):
    assert isinstance(inverse(np.eye(1, k)[0]), form)


def test_a_plan_is_made_once():
    assert plan(design(6, (3, 4, 5))) is plan(design(6, (3, 4, 5)))
    with pytest.raises(ValueError, match="read-only"):
        plan(design(6, (3, 4, 5))).column[0] = 1


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=40), st.integers(1, 50))
def test_folding_and_spreading_are_the_incidence_matrix(values, m):
    x = np.array(values, float)
    a = ResidueSystem((m,)).incidence(x.size).astype(float)
    np.testing.assert_allclose(fold(x, m), a @ x)
    sums = np.arange(m) + 0.5
    np.testing.assert_allclose(spread([sums, sums], x.size), 2 * a.T @ sums)


@given(st.integers(1, 5000))
def test_fast_sizes_are_the_next_without_large_factors(n):
    def smooth(size):
        for p in (2, 3, 5):
            while size % p == 0:
                size //= p
        return size == 1

    assert fast_size(n) == next(size for size in range(n, 2 * n + 1) if smooth(size))


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="weights must be one for each of 2 moduli, got 1"):
        Gram(5, (2, 3), (1.0,))
    with pytest.raises(ValueError, match="b must have 5 entries, got 4"):
        design(5, (3, 4)).solve([1, 2, 3, 4])
    with pytest.raises(ValueError, match="lag must be at most 5, got 6"):
        plan(design(6, (3, 4, 5))).diagonal(6)
