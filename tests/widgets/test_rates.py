"""The two figures of lesson 51 that compute rates: their numbers beside those of the library and of the file."""

import math

import numpy as np
import pytest
from polyquant_widgets import gain_split, rate_distortion

from polyquant.quantize import count_points, distortion_rate
from polyquant.quantize.trials import Shaped, Split, measured, split_rate

PVQ = sorted(key for key in rate_distortion._table() if key[1] == "PVQ")


@pytest.mark.parametrize("key", PVQ, ids=str)
def test_rates_in_the_file_are_those_of_pulses_and_levels(key):
    source, _, n = key
    for rate, error, k, levels in rate_distortion._table()[key].T:
        assert split_rate(n, Split(int(k), int(levels))) == pytest.approx(rate, abs=1e-5)
        if source in ("gaussian", "laplacian"):
            assert error > distortion_rate(source, rate)


@pytest.mark.parametrize(
    ("source", "n", "bits"), [("gaussian", 16, 2.0), ("laplacian", 8, 3.0), ("sphere", 8, 1.0), ("gaussian", 4, 4.0)]
)
def test_errors_in_the_file_can_be_computed_again(source, n, bits):
    rates, errors, k, levels = rate_distortion._table()[source, "PVQ", n]
    place = np.flatnonzero(rates <= bits)[-1]
    again = measured(source, n, Split(int(k[place]), int(levels[place])), numbers=1 << 17, seed=9)
    assert again == pytest.approx(errors[place], rel=0.02)


@pytest.mark.parametrize("key", PVQ, ids=str)
def test_the_drawn_curve_is_convex_and_nothing_lies_below_it(key):
    source, _, n = key
    x, y = rate_distortion._hull(source, n)
    assert (np.diff(np.diff(y) / np.diff(x)) > 0).all()
    rates, errors = rate_distortion._table()[key][:2]
    assert (errors >= np.interp(rates, x, y) * (1 - 1e-12)).all()
    assert rates[0] == x[0]


@pytest.mark.parametrize("source", sorted(rate_distortion.SOURCES))
def test_what_is_computed_now_lies_at_the_table(source):
    for n in ("8", "16"):
        frame = rate_distortion.compute(rate_distortion.SCENE.params(source=source, n=n, bits=3.0))
        rates, errors = rate_distortion._table()[rate_distortion.SOURCES[source][0], "PVQ", int(n)][:2]
        assert frame.error == pytest.approx(errors[rates == frame.rate][0], rel=0.3 if "output" in source else 0.05)
        assert 2.7 < frame.rate <= 3.0
        assert 1 < frame.times < 2.2


def test_splits_of_a_group_spend_all_bits():
    frame = gain_split.compute(gain_split.SCENE.params(n="16", bits=3.0))
    for k, levels in zip(frame.k, frame.levels):
        bits = math.log2(count_points(16, int(k)) * int(levels))
        assert bits <= 48 + 1e-9
        assert bits + math.log2(1 + 1 / levels) > 48 - 0.2  # nor does one level in eight more fit


@pytest.mark.parametrize(("n", "bits"), [("8", 2.0), ("16", 3.0), ("32", 2.0), ("64", 4.0)])
def test_the_length_is_worth_about_one_coordinate(n, bits):
    frame = gain_split.compute(gain_split.SCENE.params(n=n, bits=bits))
    assert abs(frame.spent[frame.best] - bits) < 1.5
    assert (np.diff(frame.direction) > 0).all()
    assert (np.diff(frame.length) < 0).all()


def test_the_two_errors_add_up_to_the_whole():
    frame = gain_split.compute(gain_split.SCENE.params(n="16", bits=2.0, gain_bits=2))
    shaped = Shaped(gain_split._groups(16), int(frame.k[frame.chosen]))
    assert frame.direction[frame.chosen] == pytest.approx(shaped.shape_error)
    assert frame.error[frame.chosen] == pytest.approx(shaped.error(int(frame.levels[frame.chosen])), rel=0.02)
