import numpy as np
import pytest

from polyquant.transforms import fwht, ifwht
from polyquant.transforms._kernels import hadamard as kernels
from polyquant.transforms._kernels import lanes
from tests import vectors

TYPES = (np.int64, np.float32, np.float64)


def matrix(n):
    """Straight from the definition: the sign is the parity of the ones that i and j share."""
    return np.array([[(-1) ** (i & j).bit_count() for j in range(n)] for i in range(n)])


def level_by_level(x, axis=-1):
    """The same sums in numpy, one distance at a time: additions of two numbers, so equal to the last bit."""
    rows = np.moveaxis(np.array(x), axis, -1)
    shape, h = rows.shape, 1
    while h < shape[-1]:
        pairs = rows.reshape(*shape[:-1], -1, 2, h)
        p, q = pairs[..., 0, :], pairs[..., 1, :]
        rows = np.stack([p + q, p - q], -2).reshape(shape)
        h *= 2
    return np.moveaxis(rows, -1, axis)


def numbers(shape, dtype, seed=0):
    x = 1000 * np.random.default_rng(seed).standard_normal(shape)
    return x.astype(dtype)


def changes(row):
    return int((np.diff(np.sign(row)) != 0).sum())


@pytest.mark.parametrize("d", range(7))
def test_the_definition(d):
    rng = np.random.default_rng(d)
    x = rng.integers(-1000, 1000, 2**d)
    assert fwht(x).tolist() == (matrix(2**d) @ x).tolist()
    assert np.allclose(fwht(x / 7), matrix(2**d) @ x / 7, rtol=1e-13, atol=1e-9)


@pytest.mark.parametrize("row", vectors.rows("wht", "dense"), ids=lambda row: f"n{row['n']}")
@pytest.mark.parametrize("order", ["natural", "sequency", "dyadic"])
def test_vectors(row, order):
    for dtype in TYPES:
        x = np.array(row["x"], dtype)
        found = fwht(x, order=order)
        assert found.dtype == dtype
        assert found.tolist() == row[order]
        assert np.array_equal(ifwht(found, order=order), x)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("d", [*range(12), 15])
def test_every_length_to_the_last_bit(d, dtype):
    x = numbers(2**d, dtype, d)
    assert np.array_equal(fwht(x), level_by_level(x))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(4, 8, 2), (3, 256), (16, 24), (8, 5), (2, 64, 16), (128, 8), (64, 48)])
def test_every_axis(shape, dtype):
    x = numbers(shape, dtype)
    for axis, n in enumerate(shape):
        if n & (n - 1) == 0:
            expected = level_by_level(x, axis)
            assert np.array_equal(fwht(x, axis=axis), expected)
            assert np.array_equal(fwht(x, axis=axis - len(shape)), expected)


def test_other_layouts_of_memory():
    x = numbers((8, 64), np.float64)
    for other in (np.asfortranarray(x), x[::-1], x[:, ::-1], np.repeat(x, 2, 0)[::2], x.astype(">f8")):
        assert np.array_equal(fwht(other), level_by_level(other))


@pytest.mark.parametrize("norm", [None, "ortho", "forward"])
@pytest.mark.parametrize("order", ["natural", "sequency", "dyadic"])
def test_the_inverse(norm, order):
    x = numbers((3, 32), np.float64)
    there = fwht(x, norm=norm, order=order)
    assert np.allclose(ifwht(there, norm=norm, order=order), x, rtol=1e-13, atol=1e-10)
    assert np.allclose(fwht(ifwht(x, norm=norm, order=order), norm=norm, order=order), x, rtol=1e-13, atol=1e-10)


def test_norms_divide_by_nothing_the_root_and_the_length():
    x = np.arange(16)
    h = matrix(16) @ x
    assert np.array_equal(fwht(x, norm="ortho"), h / 4)
    assert np.array_equal(fwht(x, norm="forward"), h / 16)
    assert fwht(x, norm="forward")[0] == x.mean()
    assert np.array_equal(ifwht(x), h / 16)
    assert ifwht(x, norm="forward").tolist() == h.tolist()


def test_orders_are_the_bits_backwards_and_the_number_of_changes():
    bits = 5
    rows = fwht(np.eye(2**bits, dtype=np.int64), axis=0, order="sequency")
    assert [changes(row) for row in rows] == list(range(2**bits))
    dyadic = fwht(np.eye(2**bits, dtype=np.int64), axis=0, order="dyadic")
    backwards = [int(f"{s:05b}"[::-1], 2) for s in range(2**bits)]
    assert np.array_equal(dyadic, matrix(2**bits)[backwards])


def test_integers_stay_exact():
    x = np.array([2**60, 1, 1, 1])
    y = fwht(x)
    assert y.dtype == np.int64
    assert y.tolist() == [2**60 + 3, 2**60 - 1, 2**60 - 1, 2**60 - 1]
    many = np.random.default_rng(0).integers(-(2**40), 2**40, 2**10)
    assert fwht(fwht(many)).tolist() == (2**10 * many).tolist()


def test_integers_that_would_overflow_are_refused():
    assert fwht([2**62, 2**62 - 1]).tolist() == [2**63 - 1, 1]
    assert fwht([[2**62, 0], [0, 2**62]]).tolist() == [[2**62, 2**62], [2**62, -(2**62)]]
    for x in ([2**62, 2**62], [-(2**62), 2**62], [-(2**63), 0]):
        with pytest.raises(ValueError, match="sum to less than 2\\^63, got 9223372036854775808"):
            fwht(x)


def test_kinds_of_numbers():
    for dtype in (np.int8, np.uint8, np.int32, np.uint64):
        assert fwht(np.ones(4, dtype)).dtype == np.int64
    for dtype in (np.float16, np.float64, ">f4"):
        assert fwht(np.ones(4, dtype)).dtype == np.float64
    assert fwht(np.ones(4, np.float32), norm="ortho").dtype == np.float32


@pytest.mark.parametrize(("dtype", "bound"), [(np.float32, 1e-6), (np.float64, 1e-15)])
def test_rounding(dtype, bound):
    d = 10
    x = np.random.default_rng(3).standard_normal(2**d).astype(dtype)
    exact = level_by_level(x.astype(np.longdouble))
    assert np.abs(fwht(x) - exact).max() <= bound * d * np.abs(exact).max()


def test_twice_is_n_times_and_the_argument_is_left_alone():
    x = np.random.default_rng(2).integers(-5, 5, (3, 64))
    before = x.copy()
    assert np.array_equal(fwht(fwht(x)), 64 * x)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("dtype", TYPES)
def test_out_is_where_it_goes(dtype):
    x = numbers((4, 128), dtype)
    expected, before = level_by_level(x), x.copy()
    out = np.empty_like(x)
    assert fwht(x, out=out) is out
    assert np.array_equal(out, expected)
    assert np.array_equal(x, before)
    assert fwht(x, out=x) is x
    assert np.array_equal(x, expected)
    for order in ("sequency", "dyadic"):
        again = before.copy()
        assert np.array_equal(fwht(again, out=again, order=order), fwht(before, order=order))
    shifted = np.concatenate([before.reshape(-1), np.zeros(128, dtype)])
    assert np.array_equal(fwht(shifted[:-128].reshape(4, 128), out=shifted[128:].reshape(4, 128)), expected)


@pytest.mark.once
@pytest.mark.parametrize("shape", [(2**16,), (64, 2**11), (3, 2**15), (2**11, 64), (2**10, 65)])
def test_threads_give_the_same(shape):
    x = numbers(shape, np.float64)
    for axis, n in enumerate(shape):
        if n & (n - 1) == 0:
            assert np.array_equal(fwht(x, axis=axis, threads=3), level_by_level(x, axis))
            assert np.array_equal(fwht(x, axis=axis, threads=None), level_by_level(x, axis))


def test_nothing_in_other_axes_is_nothing():
    assert fwht(np.zeros((0, 4), np.int64)).shape == (0, 4)
    assert fwht(np.zeros((4, 0), np.float32), axis=0, threads=2).shape == (4, 0)


def test_numbers_that_are_not_finite_are_found_afterwards():
    x = numbers((3, 64), np.float64)
    for bad in (np.nan, np.inf, -np.inf):
        x[2, 5] = bad
        for given in (x, x.astype(np.float32)):
            with pytest.raises(ValueError, match=rf"x must be finite, got {bad} at index \(2, 5\)"):
                fwht(given)
    with pytest.raises(ValueError, match="its numbers are lost"):
        fwht(x, out=x)


def test_sums_beyond_the_largest_number_are_infinite():
    with np.errstate(over="ignore"):
        assert fwht([1e308, 1e308]).tolist() == [np.inf, 0]


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
    for transform in (fwht, ifwht):
        with pytest.raises(error, match=words):
            transform(x)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"norm": "backward"}, ValueError, "norm must be None, 'ortho' or 'forward', got 'backward'"),
        ({"order": "walsh"}, ValueError, "order must be one of 'natural', 'sequency', 'dyadic', got 'walsh'"),
        ({"axis": 2}, ValueError, "axis must be at most 1, got 2"),
        ({"threads": 0}, ValueError, "threads must be at least 1, got 0"),
        ({"out": [0, 0]}, TypeError, "out must be an array"),
        ({"out": np.zeros((2, 4), np.float32)}, ValueError, "type float64, got shape .2, 4. and type float32"),
        ({"out": np.zeros((2, 2))}, ValueError, "out must have shape .2, 4."),
        ({"out": np.zeros((4, 2)).T}, ValueError, "out must be C-contiguous"),
        ({"out": np.broadcast_to(0.0, (2, 4))}, ValueError, "writeable"),
    ],
)
def test_wrong_options(options, error, words):
    with pytest.raises(error, match=words):
        fwht(np.zeros((2, 4)), **options)


def test_a_value_beyond_the_array_is_seen_when_bounds_are_checked():
    if lanes.COMPILED and not lanes.CHECKED:
        pytest.skip("bounds are not checked")
    for start in (-1, 1):
        with pytest.raises((IndexError, AssertionError)):
            kernels.two(np.zeros(16), start, start + 8, 8)
