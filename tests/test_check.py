import numpy as np
import pytest

from polyquant import _check


@pytest.mark.parametrize("value", [0, 7, np.int8(7), np.uint64(2**63), 2**200])
def test_integers_pass_whatever_their_type(value):
    result = _check.integer("k", value)
    assert result == value
    assert type(result) is int


@pytest.mark.parametrize("value", [True, np.True_, 1.0, np.float64(1), "1", None, [1], np.array([1, 2]), np.array(1.5)])
def test_what_is_not_an_integer_is_refused(value):
    with pytest.raises(TypeError, match="k must be an integer, got"):
        _check.integer("k", value)


def test_bounds_are_named_with_the_value():
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        _check.integer("k", 0, 1)
    with pytest.raises(ValueError, match="k must be at most 5, got 9223372036854775808"):
        _check.integer("k", 2**63, 1, 5)
    assert _check.integer("k", 5, 5, 5) == 5


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -np.inf])
def test_a_real_number_is_finite(value):
    with pytest.raises(ValueError, match="theta must be finite"):
        _check.real("theta", value)


@pytest.mark.parametrize("value", [True, "1", None, 1j])
def test_what_is_not_real_is_refused(value):
    with pytest.raises(TypeError, match="theta must be a real number"):
        _check.real("theta", value)


def test_a_choice_lists_what_there_is():
    assert _check.choice("order", "b", ("a", "b")) == "b"
    with pytest.raises(ValueError, match="order must be one of 'a', 'b', got 3"):
        _check.choice("order", 3, ("a", "b"))


@pytest.mark.parametrize("values", [[], (), np.zeros(0), np.zeros(0, np.uint8)])
def test_an_empty_array_is_an_array_of_integers(values):
    assert _check.integers("t", values).dtype == np.int64
    assert _check.unsigned("t", values).dtype == np.uint64


@pytest.mark.parametrize("values", [[True], np.array([False]), [1.0], np.array([2.5]), ["a"], [None], [1j], [1, None]])
def test_arrays_of_something_else_are_refused(values):
    for check in (_check.integers, _check.unsigned):
        with pytest.raises(TypeError, match="t must be integers, got"):
            check("t", values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2, 0], "t must be at least 1, got 0 at index 2"),
        ([2**63], "t must be at most 9223372036854775807, got 9223372036854775808 at index 0"),
        (np.array([1, 2**63], np.uint64), "got 9223372036854775808 at index 1"),
        ([1, 2**70], "got 1180591620717411303424 at index 1"),
        ([[1]], r"t must have 1 dimension, got shape \(1, 1\)"),
        (5, r"t must have 1 dimension, got shape \(\)"),
        ([[1], [1, 2]], "t must be a rectangular array"),
    ],
)
def test_the_first_wrong_entry_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        _check.integers("t", values, 1)


def test_unsigned_covers_64_bits():
    assert _check.unsigned("t", [0, 2**64 - 1]).tolist() == [0, 2**64 - 1]
    with pytest.raises(ValueError, match="got 18446744073709551616 at index 1"):
        _check.unsigned("t", [0, 2**64])
    with pytest.raises(ValueError, match="t must be at least 0, got -3 at index 0"):
        _check.unsigned("t", [-3])


def test_finite_names_the_place():
    x = np.zeros((3, 6))
    x[2, 5] = np.nan
    with pytest.raises(ValueError, match=r"matrix must be finite, got nan at index \(2, 5\)"):
        _check.finite("matrix", x)
    assert _check.finite("x", [1, 2], 1).dtype == np.float64
    with pytest.raises(TypeError, match="x must be real numbers, got bool True"):
        _check.finite("x", [True])


def test_probabilities_sum_to_one():
    assert _check.probabilities("p", [0.25, 0.75]).tolist() == [0.25, 0.75]
    with pytest.raises(ValueError, match="p must sum to 1"):
        _check.probabilities("p", [0.5, 0.4])
    with pytest.raises(ValueError, match=r"p must not be negative, got -0.5 at index 1"):
        _check.probabilities("p", [1.5, -0.5])
    with pytest.raises(ValueError, match="p must sum to 1"):
        _check.probabilities("p", [])


@pytest.mark.parametrize("check", [_check.integers, _check.unsigned, _check.finite])
def test_checked_arrays_are_frozen_and_the_callers_is_not(check):
    mine = np.arange(3).astype(check("x", [1], ndim=1).dtype)
    checked = check("x", mine, ndim=1)
    assert not checked.flags.writeable
    assert mine.flags.writeable
    assert np.shares_memory(mine, checked)
