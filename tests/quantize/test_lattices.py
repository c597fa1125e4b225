import itertools
import math

import numpy as np
import pytest

from polyquant.quantize.lattices import Lattice, a2, d4, e8, nearest_of

LATTICES = [a2, d4, e8]

# How many points at each squared distance: the first coefficients of the theta series.
THETA = {
    "A2": {0: 1, 1: 6, 3: 6, 4: 6, 7: 12, 9: 6},
    "D4": {0: 1, 2: 24, 4: 24, 6: 96, 8: 24, 10: 144},
    "E8": {0: 1, 2: 240, 4: 2160, 6: 6720},
}
VOLUME = {"A2": math.sqrt(3) / 2, "D4": 2.0, "E8": 1.0}  # of the region of a point


@pytest.mark.parametrize("lattice", LATTICES, ids=lambda lattice: lattice.name)
def test_points_at_each_distance(lattice):
    norms = (lattice.ball(max(THETA[lattice.name])) ** 2).sum(axis=1)
    assert (np.diff(norms) > -1e-9).all()
    found, counts = np.unique(norms.round(6), return_counts=True)
    assert dict(zip(found.tolist(), counts.tolist())) == THETA[lattice.name]


@pytest.mark.parametrize("lattice", LATTICES, ids=lambda lattice: lattice.name)
def test_sums_and_differences_stay_in_the_lattice(lattice):
    points = lattice.ball(4)
    sums = points[:50, None] - points[None, -50:]
    assert np.allclose(lattice.nearest(sums), sums, atol=1e-12)


@pytest.mark.parametrize("lattice", LATTICES, ids=lambda lattice: lattice.name)
def test_no_other_point_is_nearer(lattice):
    x = np.random.default_rng(0).standard_normal((2000, lattice.n)) * 3
    found = lattice.nearest(x)
    around = found[:, None] + lattice.ball(4)  # two shells hold all neighbours whose walls touch
    distance = ((around - x[:, None]) ** 2).sum(axis=2)
    assert (distance[:, 0] <= distance.min(axis=1) + 1e-12).all()
    assert np.allclose(lattice.nearest(found), found, atol=1e-12)


@pytest.mark.parametrize("lattice", LATTICES, ids=lambda lattice: lattice.name)
def test_the_second_moment(lattice):
    x = np.random.default_rng(1).uniform(-50, 50, (200_000, lattice.n))
    error = ((lattice.nearest(x) - x) ** 2).mean(axis=1) / VOLUME[lattice.name] ** (2 / lattice.n)
    assert abs(error.mean() - lattice.second_moment) < 5 * error.std() / math.sqrt(len(error))
    assert lattice.second_moment < 1 / 12


def test_hexagons_are_regular():
    six = a2.ball(1)[1:]
    angles = np.sort(np.arctan2(six[:, 1], six[:, 0]))
    assert np.allclose(np.diff(angles), math.pi / 3)


def test_products_of_points_of_e8_are_whole_and_their_norms_even():
    points = e8.ball(4)[:600]
    products = points @ points.T
    assert np.array_equal(products, np.rint(products))
    assert (np.diag(products) % 2 == 0).all()


def test_trying_all_agrees_with_rounding_well_inside_a_ball():
    x = np.random.default_rng(2).standard_normal((300, 4)) * 0.7
    book = d4.ball(24)
    assert np.allclose(((book[nearest_of(book, x)] - x) ** 2).sum(1), ((d4.nearest(x) - x) ** 2).sum(1))


def test_trying_all_is_brute_force():
    rng = np.random.default_rng(3)
    book, x = rng.standard_normal((7, 3)), rng.standard_normal((40, 3))
    expected = [min(range(7), key=lambda i: math.dist(book[i], row)) for row in x]
    assert nearest_of(book, x).tolist() == expected


def test_small_balls_by_enumeration():
    whole = [p for p in itertools.product(range(-3, 4), repeat=4) if sum(p) % 2 == 0 and sum(v * v for v in p) <= 6]
    assert sorted(map(tuple, d4.ball(6).astype(int).tolist())) == sorted(whole)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: e8.nearest([1.0, 2.0]), r"x must have 8 numbers along its last axis, got shape \(2,\)"),
        (lambda: e8.nearest([math.nan] * 8), "x must be finite"),
        (lambda: e8.ball(-1), "norm must be at least 0"),
        (lambda: e8.ball(1000), r"norm must leave at most 2\^22 points"),
        (lambda: nearest_of([[1.0, 2.0]], [[1.0]]), "points must have shape"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_lattices_are_values():
    assert a2 == Lattice(a2.name, a2.n, a2.second_moment, a2.step, a2.even, a2.shifts)
