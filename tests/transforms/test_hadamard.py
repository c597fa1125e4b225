import numpy as np
import pytest

from polyquant.transforms import fwht


def matrix(n):
    """Straight from the definition: the sign is the parity of the ones that i and j share."""
    return np.array([[(-1) ** (i & j).bit_count() for j in range(n)] for i in range(n)])


@pytest.mark.parametrize("d", range(7))
def test_the_definition(d):
    rng = np.random.default_rng(d)
    x = rng.integers(-1000, 1000, 2**d)
    assert fwht(x).tolist() == (matrix(2**d) @ x).tolist()
    assert np.allclose(fwht(x / 7), matrix(2**d) @ x / 7, rtol=1e-13)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
def test_every_axis(axis):
    x = np.random.default_rng(1).integers(-9, 9, (4, 8, 2))
    expected = np.apply_along_axis(lambda row: matrix(row.size) @ row, axis, x)
    assert np.array_equal(fwht(x, axis=axis), expected)


def test_integers_stay_exact():
    x = np.array([2**60, 1, 1, 1])
    y = fwht(x)
    assert y.dtype == np.int64
    assert y.tolist() == [2**60 + 3, 2**60 - 1, 2**60 - 1, 2**60 - 1]


def test_twice_is_n_times_and_the_argument_is_left_alone():
    x = np.random.default_rng(2).integers(-5, 5, (3, 64))
    before = x.copy()
    assert np.array_equal(fwht(fwht(x)), 64 * x)
    assert np.array_equal(x, before)


def test_nothing_in_other_axes_is_nothing():
    assert fwht(np.zeros((0, 4), np.int64)).shape == (0, 4)


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        ([1, 2, 3], ValueError, "power of two of entries along axis -1, got 3"),
        ([], ValueError, "power of two of entries along axis -1, got 0"),
        (5, ValueError, "at least 1 dimension"),
        ([1.0, np.nan], ValueError, "x must be finite, got nan at index 1"),
        ([True, False], TypeError, "bool"),
        ([1j, 0], TypeError, "complex"),
        (["a", "b"], TypeError, "str"),
    ],
)
def test_wrong_arguments(x, error, words):
    with pytest.raises(error, match=words):
        fwht(x)
