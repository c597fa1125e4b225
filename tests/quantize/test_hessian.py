"""Feedback through the Hessian, against elimination with the inverse matrix and against outputs."""

import numpy as np
import pytest

from polyquant.quantize import Hessian, feedback, output_error, refine


def inputs(n, count=200, seed=1):
    """Inputs with strong correlations."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, n)) @ (rng.standard_normal((n, n)) + 2)


def hessian_of(x):
    return x.T @ x / len(x)


def whole(block, start):
    return np.rint(block)


def by_elimination(w, h, group, damping):
    """The same by the inverse: each block's error goes to what is right of it, and the block leaves the problem."""
    w = w.copy()
    left = list(range(w.shape[1]))
    inverse = np.linalg.inv(h + damping * np.trace(h) / len(h) * np.eye(len(h)))
    quantized = np.empty_like(w)
    while left:
        block, rest = left[:group], left[group:]
        quantized[:, block] = np.rint(w[:, block])
        m = len(block)
        own = np.linalg.inv(inverse[:m, :m])
        w[:, rest] -= (w[:, block] - quantized[:, block]) @ own @ inverse[:m, m:]
        inverse = inverse[m:, m:] - inverse[m:, :m] @ own @ inverse[:m, m:]
        left = rest
    return quantized


@pytest.mark.parametrize("group", [1, 2, 5, 12])
def test_it_is_elimination_with_the_inverse(group):
    h = hessian_of(inputs(12))
    w = np.random.default_rng(2).normal(0, 4, (30, 12))
    assert np.array_equal(feedback(w, h, whole, group=group), by_elimination(w, h, group, 0.01))


def test_the_error_is_that_of_the_outputs():
    x = inputs(6)
    w = np.random.default_rng(3).normal(0, 4, (5, 6))
    q = np.rint(w)
    measured = ((x @ w.T - x @ q.T) ** 2).sum() / ((x @ w.T) ** 2).sum()
    assert output_error(w, q, hessian_of(x)) == pytest.approx(measured, rel=1e-9)


def test_outputs_get_better_and_weights_worse():
    h = hessian_of(inputs(24))
    w = np.random.default_rng(4).normal(0, 2, (40, 24))
    plain, fed = np.rint(w), feedback(w, h, whole, group=4)
    assert output_error(w, fed, h) < 0.7 * output_error(w, plain, h)
    assert ((fed - w) ** 2).sum() > ((plain - w) ** 2).sum()


def test_another_pass_never_makes_a_row_worse():
    h = hessian_of(inputs(24))
    w = np.random.default_rng(5).normal(0, 2, (40, 24))
    before = feedback(w, h, whole, group=4)
    taken = np.zeros((40, 6), bool)

    def keep(rows, start):
        taken[:, start // 4] = rows

    after = refine(w, h, before, whole, keep, group=4, damping=0)
    loss = [np.einsum("ij,ij->i", (w - q) @ h, w - q) for q in (before, after)]
    assert (loss[1] <= loss[0] * (1 + 1e-12)).all()
    assert loss[1].sum() < 0.95 * loss[0].sum()
    assert np.array_equal((before != after).any(axis=1), taken.any(axis=1))


def test_a_pass_over_single_columns_ends_where_no_column_can_improve():
    h = hessian_of(inputs(5))
    w = np.random.default_rng(6).normal(0, 2, (8, 5))
    q = np.rint(w)
    for _ in range(60):
        q = refine(w, h, q, whole, group=1, damping=0)
    own = np.einsum("ij,ij->i", (w - q) @ h, w - q)
    for column in range(5):
        for step in (-1, 1):
            moved = q.copy()
            moved[:, column] += step
            other = np.einsum("ij,ij->i", (w - moved) @ h, w - moved)
            assert (other >= own - 1e-9).all()


@pytest.mark.parametrize("call", [feedback, lambda w, h, r, group: refine(w, h, np.rint(w), r, group=group)])
def test_inputs_that_are_always_zero_do_no_harm(call):
    w = np.random.default_rng(7).normal(0, 2, (6, 8))
    assert np.array_equal(call(w, np.zeros((8, 8)), whole, group=4), np.rint(w))
    h = np.zeros((8, 8))
    h[:4, :4] = hessian_of(inputs(4))
    assert np.array_equal(call(w, h, whole, group=4)[:, 4:], np.rint(w[:, 4:]))


def test_pieces_add_up():
    x = inputs(7)
    pieces = Hessian(7)
    pieces.add(x[:3])
    pieces.add(x[3:199].reshape(2, 98, 7))
    pieces.add(x[199])
    assert pieces.count == 200
    assert np.allclose(pieces.mean, hessian_of(x), rtol=1e-12)
    single = Hessian(7)
    single.add(x.astype(np.float32))
    assert np.allclose(single.mean, hessian_of(x), rtol=1e-5)


def test_what_is_wrong_is_said():
    w = np.ones((2, 3))
    with pytest.raises(ValueError, match=r"hessian must have shape \(3, 3\), got \(2, 2\)"):
        feedback(w, np.eye(2), whole, group=1)
    with pytest.raises(ValueError, match="positive definite"):
        feedback(w, -np.eye(3) + 5 * np.ones((3, 3)), whole, group=1)
    with pytest.raises(ValueError, match="nan"):
        feedback(w, np.full((3, 3), np.nan), whole, group=1)
    with pytest.raises(ValueError, match="along their last axis"):
        Hessian(3).add(np.ones((4, 2)))
    with pytest.raises(ValueError, match="inputs must be finite"):
        Hessian(3).add(np.array([[1, np.inf, 1]], np.float32))
