"""Counts, indices and their bits against enumeration and exact integers."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.bits import Bits
from polyquant.errors import CorruptError, TruncatedError
from polyquant.quantize import Pyramid, _counts, _ranks, _search, count_points, offsets

SMALL = [(n, k) for n in range(1, 5) for k in range(6)]
LONG = [(1, 9), (16, 12), (16, 27), (16, 58), (16, 59), (128, 28), (128, 84), (40, 200)]  # 58 is the last of 64 bits


def everything(n, k):
    """All points, in the frozen order: +k, ..., +1, 0, -k, ..., -1 first, then the rest in the same order."""
    if n == 0:
        return [()] if k == 0 else []
    firsts = [*range(k, -1, -1), *range(-k, 0)]
    return [(first, *rest) for first in firsts for rest in everything(n - 1, k - abs(first))]


def random_points(n, k, m, seed=0):
    """Points with every coordinate tried, and the first and the last of the order."""
    rng = np.random.default_rng(seed)
    points = np.zeros((m, n), np.int64)
    for point in points:
        np.add.at(point, rng.integers(0, n, k), 1)
        point *= rng.choice([-1, 1], n)
    points[0], points[1] = 0, 0
    points[0, 0], points[1, 0], points[1, -1] = k, -min(k, 1), -(k - min(k, 1)) if n > 1 else -k
    return points


def number_of(point):
    """The sum of section and sign offsets in Python's integers, entry by entry from the definition."""
    n, k = len(point), sum(map(abs, point))
    number = 0
    for i, y in enumerate(point):
        rest = n - i - 1
        before = [*range(k, -1, -1), *range(-k, 0)]
        number += sum(count_points(rest, k - abs(first)) for first in before[: before.index(y)])
        k -= abs(y)
    return number


@pytest.mark.parametrize(("n", "k"), SMALL)
def test_counts_and_order_are_those_of_a_list_of_all(n, k):
    every = everything(n, k)
    assert len(every) == len(set(every))
    assert set(every) == {y for y in itertools.product(range(-k, k + 1), repeat=n) if sum(map(abs, y)) == k}
    pyramid = Pyramid(n, k)
    assert pyramid.count == count_points(n, k) == len(every)
    assert pyramid.point(range(pyramid.count)).tolist() == [list(y) for y in every]
    assert pyramid.index(every).tolist() == list(range(pyramid.count))
    assert 2**pyramid.bits >= len(every) > 2 ** (pyramid.bits - 1) - (pyramid.bits == 0)


def test_the_table_counts_points_that_begin_with_a_negative():
    table = offsets(4, 5)
    for n, k in SMALL:
        assert table[n, k] == sum(y[0] < 0 for y in everything(n, k))
        assert table[n, k] + table[n, k + 1] == count_points(n, k)


def test_the_widest_indices_of_one_word():
    widest = {8: 865, 12: 129, 16: 58, 20: 38, 24: 30, 32: 22, 64: 14, 128: 11, 256: 9}
    for n, k in widest.items():
        assert Pyramid(n, k).bits <= 64 < Pyramid(n, k + 1).bits


@pytest.mark.parametrize(("n", "k"), LONG)
def test_numbers_of_any_width_are_those_of_the_definition(n, k):
    pyramid, points = Pyramid(n, k), random_points(n, k, 5)
    numbers = [int(number) for number in pyramid.index(points)]
    assert numbers == [number_of(point) for point in points.tolist()]
    assert pyramid.point(numbers).tolist() == points.tolist()
    bits = pyramid.rank(points)
    assert str(bits) == "".join(f"{number:0{pyramid.bits}b}" for number in numbers)
    assert pyramid.unrank(bits, 5).tolist() == points.tolist()


@pytest.mark.parametrize(("n", "k"), [(5, 4), (16, 12), (5, 200)])
def test_list_one_word_and_many_words_agree(n, k):
    points = Pyramid(n, k).nearest(np.random.default_rng(1).standard_normal((40, n)))
    small = points.astype(_ranks.small(k))
    one, many, limbs = np.zeros(40, np.uint64), np.zeros((40, 1), np.uint64), np.empty(8, np.uint64)
    with np.errstate(over="ignore"):
        assert _ranks.kernels.encode(small, k, _counts.single(n, k), one) == -1
        assert _ranks.kernels.encode_long(small, k, _counts.limbs(n, k), limbs, many) == -1
        assert np.array_equal(one, many[:, 0])
        back = np.empty_like(small)
        _ranks.kernels.decode_long(many, k, _counts.limbs(n, k), *_counts.leading(n, k), back)
    assert np.array_equal(back, points)
    if count_points(n, k) < 1 << 16:
        assert np.array_equal(_ranks.book(n, k)[one], points)


@pytest.mark.parametrize(("n", "k"), [(16, 59), (40, 60), (8, 900)])
def test_long_numbers_beside_borders_of_sections_are_decided_exactly(n, k):
    pyramid, table = Pyramid(n, k), offsets(n, k)
    borders = [start + table[n, j] for start in (0, table[n, k + 1]) for j in range(1, k + 1, k // 4)]
    numbers = [int(border) + step for border in borders for step in (-1, 0, 1)]
    numbers = [number for number in numbers if number < pyramid.count] + [pyramid.count - 1]
    points = pyramid.point(numbers)
    assert (np.abs(points).sum(1) == k).all()
    assert pyramid.index(points.tolist()) == numbers


@pytest.mark.slow
def test_numbers_too_large_for_floats_come_back():
    pyramid, points = Pyramid(400, 420), random_points(400, 420, 4)
    assert pyramid.bits > 1024
    assert pyramid.unrank(pyramid.rank(points), 4).tolist() == points.tolist()


@given(st.integers(1, 12), st.integers(0, 40), st.data())
def test_round_trip(n, k, data):
    pyramid = Pyramid(n, k)
    number = data.draw(st.integers(0, pyramid.count - 1))
    point = pyramid.point(number)
    assert np.abs(point).sum() == k
    assert number_of(point.tolist()) == number == pyramid.index(point)


def test_one_point_and_no_points():
    assert Pyramid(3, 0).bits == 0
    assert Pyramid(3, 0).rank([[0, 0, 0]] * 4) == Bits(b"", 0)
    assert Pyramid(3, 0).unrank(Bits(b"", 0), 4).tolist() == [[0, 0, 0]] * 4
    assert Pyramid(3, 2).index(np.zeros((0, 3), np.int64)).shape == (0,)
    assert Pyramid(3, 2).unrank(Bits(b"", 0), 0).shape == (0, 3)
    assert Pyramid(3, 2).nearest(np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64, np.uint8])
def test_types_of_points(dtype):
    points = np.array([[2, 0, 0], [0, 1, 1]], dtype)
    assert Pyramid(3, 2).index(points).tolist() == [0, 6]
    assert Pyramid(3, 2).index(points[:, ::-1]).tolist() == [8, 1]


def test_words_are_lowest_first():
    words = Pyramid(128, 84).limbs(random_points(128, 84, 3))
    assert (words.shape, words.dtype) == ((3, 4), np.uint64)
    assert [sum(int(word) << 64 * j for j, word in enumerate(row)) for row in words] == Pyramid(128, 84).index(
        random_points(128, 84, 3)
    )


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([[1, 1, 1]], "points must have magnitudes that sum to 2, got \\[1, 1, 1\\] in row 0"),
        ([[2, 0, 0], [1, 0, 0]], "in row 1"),
        ([[3, -1, 0]], "points must be at most 2, got 3 at index \\(0, 0\\)"),
        ([[2, 0]], "points must have shape \\(3,\\) or \\(m, 3\\), got \\(1, 2\\)"),
        (np.full((1, 3), -128, np.int8), "points must be at least -2, got -128"),
    ],
)
def test_what_is_no_point_is_refused(points, message):
    with pytest.raises(ValueError, match=message):
        Pyramid(3, 2).index(points)


def test_a_wrong_sum_is_refused_in_long_numbers_too():
    points = random_points(128, 84, 3)
    points[2, 5] += 1
    with pytest.raises(ValueError, match="in row 2"):
        Pyramid(128, 84).rank(points)


@pytest.mark.parametrize("points", [[[1.0, 1.0, 0.0]], [[True, True, False]], np.ones((1, 3), np.float32)])
def test_points_are_integers(points):
    with pytest.raises(TypeError, match="points must be integers"):
        Pyramid(3, 2).index(points)


def test_wrong_numbers_are_refused():
    for n, k in ((0, 1), (3, -1)):
        with pytest.raises(ValueError, match="must be at least"):
            Pyramid(n, k)
    for n, k in ((2.0, 1), (True, 1), (2, "1")):
        with pytest.raises(TypeError, match="must be an integer"):
            Pyramid(n, k)
    with pytest.raises(ValueError, match="table below 1 GiB"):
        Pyramid(1 << 12, 1 << 12).point(0)
    for index in (18, -1, [0, 18]):
        with pytest.raises(ValueError, match=r"index\[.\] must be"):
            Pyramid(3, 2).point(index)
    with pytest.raises(TypeError, match="must be an integer"):
        Pyramid(3, 2).point(1.0)


@pytest.mark.parametrize(("n", "k"), [(3, 2), (16, 12), (40, 200)])
def test_every_wrong_length_and_every_number_too_large_is_refused(n, k):
    pyramid = Pyramid(n, k)
    good = pyramid.rank(random_points(n, k, 2))
    for size in range(0, good.size, 7):
        with pytest.raises(TruncatedError):
            pyramid.unrank(good.take(0, size), 2)
    with pytest.raises(ValueError, match="widths must sum"):
        pyramid.unrank(good + Bits.from_text("0"), 2)
    last = Bits.from_int(pyramid.count - 1, pyramid.bits)
    first_wrong = Bits.from_int(pyramid.count, pyramid.bits)
    assert number_of(pyramid.unrank(last, 1)[0].tolist()) == pyramid.count - 1
    for wrong in (first_wrong, Bits.from_int(2**pyramid.bits - 1, pyramid.bits)):
        with pytest.raises(CorruptError, match="number 1 is"):
            pyramid.unrank(last + wrong, 2)


def test_threads_make_no_difference(monkeypatch):
    monkeypatch.setattr(_search, "CHUNK", 256)
    monkeypatch.setattr(_ranks, "CHUNK", 256)
    pyramid = Pyramid(4, 3)
    x = np.random.default_rng(0).standard_normal((500, 4)).astype(np.float32)
    points = pyramid.nearest(x)
    assert np.array_equal(points, pyramid.nearest(x, threads=3))
    bits = pyramid.rank(points)
    assert bits == pyramid.rank(points, threads=3)
    few = pyramid.rank(points[:20])  # not enough to list all points
    assert np.array_equal(pyramid.unrank(few, 20, threads=3), points[:20])
    assert np.array_equal(pyramid.unrank(bits, len(x), threads=3), points)


def test_chunks_count_their_groups_from_the_first(monkeypatch):
    monkeypatch.setattr(_search, "CHUNK", 128)
    x = np.ones((200, 4), np.float32)
    x[150, 3] = np.nan
    with pytest.raises(ValueError, match=r"got nan at index \(150, 3\)"):
        Pyramid(4, 3).nearest(x)


@pytest.mark.parametrize("dtype", [np.uint64, np.int64, np.int32])
def test_an_array_of_places_is_read_as_a_list_is(dtype):
    pyramid = Pyramid(5, 4)
    places = np.random.default_rng(3).integers(0, pyramid.count, 40).astype(dtype)
    assert (pyramid.point(places) == pyramid.point(places.tolist())).all()
    places[7] = pyramid.count
    with pytest.raises(ValueError, match=rf"index\[7\] must be at most {pyramid.count - 1}, got {pyramid.count}"):
        pyramid.point(places)
    if dtype != np.uint64:
        places[5] = -1
        with pytest.raises(ValueError, match=r"index\[5\] must be at least 0, got -1"):
            pyramid.point(places)
