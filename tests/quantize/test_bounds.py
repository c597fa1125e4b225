import math

import numpy as np
import pytest

from polyquant.quantize import Pyramid, distortion, distortion_rate, gains, lloyd_max
from polyquant.quantize.bounds import asymptote, blahut_arimoto, cap_bound, random_code
from polyquant.quantize.trials import groups

# cap bound / random code at 1 to 4 bits, by another program
SPHERES = {
    4: [(0.248, 0.341), (0.0414, 0.0616), (0.00658, 0.00988), (0.00104, 0.00156)],
    8: [(0.267, 0.306), (0.0564, 0.0651), (0.01162, 0.01344), (0.00239, 0.00276)],
    16: [(0.268, 0.285), (0.0620, 0.0659), (0.01417, 0.01507), (0.00323, 0.00344)],
    32: [(0.264, 0.271), (0.0636, 0.0654), (0.01522, 0.01566), (0.00364, 0.00374)],
    128: [(0.256, 0.258), (0.0634, 0.0639), (0.01569, 0.01580), (0.00388, 0.00391)],
}


@pytest.mark.parametrize("bits", [0, 0.3, 1, 2.5, 7])
def test_a_gaussian_needs_a_bit_for_each_halving_of_the_error(bits):
    assert distortion_rate("gaussian", bits) == pytest.approx(4.0**-bits)


def laplacian(step, reach=12.0):
    """Probabilities of the cells of half a Laplacian and their means, scaled to mean square 1."""
    rate = math.sqrt(2)
    start = np.arange(int(reach / step)) * step
    p = np.exp(-rate * start)
    x = start + 1 / rate - step / math.expm1(rate * step)
    p /= p.sum()
    return p, x / math.sqrt(p @ x**2)


@pytest.mark.parametrize("slope", [0.35, 0.7, 1.4, 4.0])
def test_a_laplacian_by_the_algorithm_of_blahut_and_arimoto(slope):
    p, x = laplacian(0.24 / math.sqrt(2 * slope))
    y = np.concatenate([[0], x[x < 9]])
    both = np.exp(-slope * (x[:, None] - y) ** 2) / 2 + np.exp(-slope * (x[:, None] + y) ** 2) / 2
    cost = -np.log(both) / slope  # of a letter whose sign is drawn: what the algorithm weighs
    bits, mean = blahut_arimoto(p, cost, slope, tolerance=5e-4)
    # its Lagrangian is right although the cost is not the squared error: R + s D touches the curve from below
    tangent = min(r * math.log(2) + slope * distortion_rate("laplacian", r) for r in np.linspace(0, 4, 2001))
    assert bits * math.log(2) + slope * mean == pytest.approx(tangent, abs=1.5e-3)


def test_a_laplacian_lies_above_shannons_lower_bound_and_under_a_gaussian():
    rates = np.linspace(0.02, 6, 120)
    found = np.array([distortion_rate("laplacian", r) for r in rates])
    assert (found * 4**rates >= math.e / math.pi * (1 - 2e-4)).all()
    assert (found < 4**-rates).all()
    assert (np.diff(np.log(found)) < 0).all()
    assert distortion_rate("laplacian", 0) == 1
    for bits, value in ((1, 0.2172), (2, 0.0541), (3, 0.01351), (4, 0.0034)):
        assert distortion_rate("laplacian", bits) == pytest.approx(value, rel=6e-3)


@pytest.mark.parametrize("source", ["gaussian", "laplacian"])
def test_no_scalar_quantizer_is_below(source):
    for bits in range(1, 7):
        assert distortion(lloyd_max(source, 2**bits), source) > distortion_rate(source, bits)


@pytest.mark.parametrize("slope", [0.5, 2.0, 5.0])
def test_a_coin_needs_one_minus_h(slope):
    bits, cost = blahut_arimoto([0.5, 0.5], [[0, 1], [1, 0]], slope)
    assert cost == pytest.approx(1 / (1 + math.exp(slope)))
    assert bits == pytest.approx(1 + cost * math.log2(cost) + (1 - cost) * math.log2(1 - cost))


def test_the_algorithm_finds_a_gaussian_curve():
    x = np.linspace(-5, 5, 201)
    p = np.exp(-x * x / 2)
    bits, cost = blahut_arimoto(p / p.sum(), (x[:, None] - x) ** 2, 4.0, tolerance=1e-3)
    assert cost == pytest.approx(1 / 8, rel=1e-2)  # the slope of 4^-R is -1 / (2 D) in nats
    assert bits == pytest.approx(1.5, abs=1e-2)


@pytest.mark.parametrize("n", sorted(SPHERES))
def test_spheres(n):
    for bits, (cap, random) in enumerate(SPHERES[n], 1):
        assert cap_bound(n, bits) == pytest.approx(cap, rel=5e-3)
        assert random_code(n, bits) == pytest.approx(random, rel=5e-3)


def test_on_a_circle_caps_are_arcs():
    half = math.pi / 2**6  # of one of 64 arcs
    mean_of_squared_sine = 0.5 - math.sin(2 * half) / (4 * half)
    assert cap_bound(2, 3) == pytest.approx(mean_of_squared_sine, rel=1e-9)


def test_on_an_ordinary_sphere_caps_have_archimedes_area():
    height = 2 / 2**6  # of one of 64 caps; 1 - cos^2 = 1 - z^2, and z is even
    assert cap_bound(3, 2) == pytest.approx(1 - (1 - (1 - height) ** 3) / (3 * height), rel=1e-9)


def test_long_groups_tend_to_the_gaussian_curve():
    for bits in (1, 2, 4):
        for bound in (cap_bound, random_code):
            assert bound(4096, bits) == pytest.approx(4.0**-bits, rel=0.01)


@pytest.mark.parametrize(("n", "bits"), [(2, 1.5), (4, 1.0), (6, 1.5)])
def test_random_codes_do_what_is_said(n, bits):
    rng = np.random.default_rng(0)
    count = round(2 ** (n * bits))
    errors = []
    for _ in range(40):
        book, x = (groups("sphere", m, n, rng=rng) / math.sqrt(n) for m in (count, 400))
        errors.append((1 - (x @ book.T).max(axis=1).clip(min=0) ** 2).mean())
    assert abs(np.mean(errors) - random_code(n, bits)) < 5 * np.std(errors) / math.sqrt(len(errors))


@pytest.mark.parametrize(("n", "k"), [(2, 3), (4, 4), (8, 6), (16, 12)])
def test_pyramids_stay_above_the_bound(n, k):
    pyramid = Pyramid(n, k)
    x = groups("sphere", 2000, n, rng=1)
    error = 1 - (gains(x, pyramid.nearest(x)) ** 2).mean() / n
    assert error > cap_bound(n, math.log2(pyramid.count) / n)


def test_asymptotes():
    published = {"pyramid": 1.568, "lloyd-max": 2.721, "entropy": 1.423, "a2": 2.015, "d4": 1.624, "e8": 1.374}
    for code, value in published.items():
        assert asymptote(code) == pytest.approx(value, rel=5e-4)
    assert asymptote("leech") == pytest.approx(1.17, rel=5e-3)
    assert asymptote("pyramid", "laplacian") == pytest.approx(1.2315, rel=1e-4)
    gain = {s: 10 * math.log10(asymptote("lloyd-max", s) / asymptote("pyramid", s)) for s in ("gaussian", "laplacian")}
    assert gain["gaussian"] == pytest.approx(2.39, abs=0.005)  # decibels that Fischer announced in 1986
    assert gain["laplacian"] == pytest.approx(5.64, abs=0.015)


def test_scalar_quantizers_reach_their_asymptote():
    for source in ("gaussian", "laplacian"):
        assert distortion(lloyd_max(source, 1024), source) * 4**10 == pytest.approx(
            asymptote("lloyd-max", source), rel=0.01
        )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: distortion_rate("uniform", 1), "source must be one of 'gaussian', 'laplacian'"),
        (lambda: distortion_rate("gaussian", -1), "bits must be at least 0"),
        (lambda: asymptote("e8", "laplacian"), "code must be one of 'shannon', 'pyramid', 'lloyd-max', 'entropy'"),
        (lambda: cap_bound(1, 2), "n must be at least 2"),
        (lambda: cap_bound(4, 0.2), "bits must be at least 1/n"),
        (lambda: blahut_arimoto([1.0], [[0.0], [1.0]], 1.0), "cost must have 1 rows and a column"),
        (lambda: blahut_arimoto([1.0], [[0.0]], 0.0), "slope must be positive"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
