"""Vectors of another implementation: counts, indices, nearest points, and what must be refused."""

import numpy as np
import pytest

from polyquant.quantize import Pyramid, _search
from tests.vectors import rows

METHODS = ["fast", "swaps", "exact", "projection", "greedy"]
SEARCH = rows("pvq", "search")
DIRECTIONS = [row for row in SEARCH if "cos_l2" in row]


def cosine(x, y):
    x, y = np.asarray(x) / np.abs(x).max(), np.asarray(y, float)
    return x @ y / np.sqrt((x @ x) * (y @ y))


def once_compiled(row, method):
    if method == "exact" and len(row["x"]) > 32 and not hasattr(_search.kernels.nearest, "signatures"):
        pytest.skip("a long sweep")


def name(row):
    return f"{row['name']}-{len(row['x'])}-{row['k']}"


@pytest.mark.parametrize("row", rows("pvq", "counts"), ids=lambda row: f"{row['n']}-{row['k']}")
def test_counts(row):
    pyramid = Pyramid(row["n"], row["k"])
    assert (str(pyramid.count), pyramid.bits) == (row["count"], row["bits"])


def test_indices_and_their_words():
    for row in rows("pvq", "index"):
        pyramid, point = Pyramid(row["n"], row["k"]), row["y"]
        assert str(pyramid.index(point)) == row["index"]
        assert [f"{word:016x}" for word in pyramid.limbs(point).tolist()] == row["limbs_le"]
        assert pyramid.point(int(row["index"])).tolist() == point


def test_bits_are_the_index_from_the_top():
    for row in rows("pvq", "index"):
        pyramid, point = Pyramid(row["n"], row["k"]), row["y"]
        bits = pyramid.rank([point, point])
        assert str(bits) == (f"{int(row['index']):0{row['bits']}b}" * 2 if row["bits"] else "")
        assert pyramid.unrank(bits, 2).tolist() == [point, point]


@pytest.mark.parametrize("row", rows("pvq", "enumeration"), ids=lambda row: f"{row['n']}-{row['k']}")
def test_order(row):
    pyramid = Pyramid(row["n"], row["k"])
    assert pyramid.point(range(pyramid.count)).tolist() == row["codewords"]
    assert list(pyramid.index(row["codewords"])) == list(range(pyramid.count))


@pytest.mark.parametrize("row", rows("pvq", "index_errors"), ids=lambda row: row["index"])
def test_an_index_out_of_range_is_refused(row):
    with pytest.raises(ValueError, match="index"):
        Pyramid(row["n"], row["k"]).point(int(row["index"]))


@pytest.mark.parametrize("row", SEARCH, ids=name)
def test_projection(row):
    assert Pyramid(len(row["x"]), row["k"]).nearest(np.array(row["x"]), method="projection").tolist() == row["y_l2"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("row", SEARCH, ids=name)
def test_signs_and_pulses(row, method):
    once_compiled(row, method)
    x = np.array(row["x"])
    point = Pyramid(len(x), row["k"]).nearest(x, method=method)
    assert np.abs(point).sum() == row["k"]
    assert (np.sign(x) * point >= 0).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("row", DIRECTIONS, ids=name)
def test_no_method_is_below_the_projection(row, method):
    once_compiled(row, method)
    point = Pyramid(len(row["x"]), row["k"]).nearest(np.array(row["x"]), method=method)
    assert cosine(row["x"], point) >= row["cos_l2"] - 1e-12


@pytest.mark.parametrize("row", [row for row in DIRECTIONS if "cos_best" in row], ids=name)
def test_the_sweep_finds_the_best_cosine(row):
    point = Pyramid(len(row["x"]), row["k"]).nearest(np.array(row["x"]), method="exact")
    assert cosine(row["x"], point) == pytest.approx(row["cos_best"], rel=0, abs=1e-12)


@pytest.mark.parametrize("row", DIRECTIONS, ids=name)
def test_greedy_is_the_search_of_opus(row):
    point = Pyramid(len(row["x"]), row["k"]).nearest(np.array(row["x"]), method="greedy")
    assert cosine(row["x"], point) >= row["cos_greedy"] - 1e-12


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("row", rows("pvq", "search_errors"), ids=lambda row: row["name"])
def test_groups_without_a_direction_are_refused(row, method):
    x = np.array([float(v) for v in row["x"]])
    with pytest.raises(ValueError):  # noqa: PT011  for an empty group it is about n
        Pyramid(len(x), 4).nearest(x, method=method)
