from itertools import product

import numpy as np
import pytest

from polyquant.algebra import gf2matrix


def span(rows):
    found = {0}
    for row in rows:
        found |= {row ^ other for other in found}
    return found


def test_the_rank_is_the_logarithm_of_the_number_of_sums_of_rows():
    for rows in product(range(8), repeat=4):
        assert 2 ** gf2matrix.row_rank(rows) == len(span(rows))
        matrix = [[row >> j & 1 for j in range(3)] for row in rows]
        assert gf2matrix.rank(matrix) == gf2matrix.rank(np.transpose(matrix)) == gf2matrix.row_rank(rows)


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 33, 70])
def test_a_matrix_times_its_inverse_is_the_unit(n):
    matrix = gf2matrix.random_full_rank(n, n, rng=n)
    inverse = gf2matrix.inverse(matrix)
    assert np.array_equal(matrix.astype(int) @ inverse % 2, np.eye(n))


def test_all_systems_of_three_by_three():
    vectors = [np.array(v) for v in product((0, 1), repeat=3)]
    for entries in list(product((0, 1), repeat=9))[::7]:
        matrix = np.reshape(entries, (3, 3))
        reachable = {tuple(matrix @ v % 2) for v in vectors}
        for vector in vectors:
            x = gf2matrix.solve(matrix, vector)
            assert (x is not None) == (tuple(vector) in reachable)
            if x is not None:
                assert np.array_equal(matrix @ x % 2, vector)


def test_oblong_systems():
    rng = np.random.default_rng(5)
    for m, n in [(2, 9), (9, 2), (12, 20)]:
        matrix, x = rng.integers(0, 2, (m, n)), rng.integers(0, 2, n)
        found = gf2matrix.solve(matrix, matrix @ x % 2)
        assert np.array_equal(matrix @ found % 2, matrix @ x % 2)


def test_random_matrices_have_full_rank_and_repeat():
    matrix = gf2matrix.random_full_rank(20, 6, rng=3)
    assert matrix.shape == (20, 6)
    assert gf2matrix.rank(matrix) == 6
    assert np.array_equal(matrix, gf2matrix.random_full_rank(20, 6, rng=3))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gf2matrix.inverse([[1, 1], [1, 1]]), "matrix must be invertible, got rank 1 of 2"),
        (lambda: gf2matrix.inverse([[1, 1]]), r"matrix must be square, got shape \(1, 2\)"),
        (lambda: gf2matrix.rank([[0, 2]]), "matrix must be at most 1, got 2"),
        (lambda: gf2matrix.multiply([[1, 1]], [[1]]), r"got \(1, 2\) and \(1, 1\)"),
        (lambda: gf2matrix.solve([[1, 1]], [1, 0]), "vector must have 1 entries, got 2"),
        (lambda: gf2matrix.random_full_rank(2, 3), "b must be at most 2, got 3"),
        (lambda: gf2matrix.row_rank([1, -1]), r"rows\[1\] must be at least 0, got -1"),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
