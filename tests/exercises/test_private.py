import math
import random
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from polyquant.exercises import dials_for_200, dials_rank, points_and_lines, private, subset_client
from polyquant.ldp.moduli import search_moduli


def blank(*_):
    return ...


def law(k, omega, odds, x, z):
    """From counting weights, not from the formula of the library."""
    inside, outside = math.comb(k - 1, omega - 1), math.comb(k - 1, omega)
    return (odds if x in z else 1) / (odds * inside + outside)


def worst(client, k, omega, odds):
    found = Fraction(0)
    for z in combinations(range(k), omega):
        row = [client(k, omega, odds, x, frozenset(z)) for x in range(k)]
        found = max(found, *(a / b for a in row for b in row))
    return found


def rank(k, moduli):
    roots = {Fraction(i, m) for m in moduli for i in range(m)}
    return min(k, len(roots))


def decode(y, points, q):
    cube = np.zeros((q,) * points.shape[1])
    for c in range(1, q):
        cube[tuple((c * points % q).T)] = y
    return (np.fft.fftn(cube)[tuple(points.T)].real + y.sum()) / q


def silent(verdict, *secrets):
    """A verdict that is no, hints, and does not say any of *secrets*."""
    assert not verdict
    assert verdict.hint
    assert not any(str(secret) in repr(verdict) for secret in secrets)
    return verdict.message


def test_right_answers_pass():
    assert subset_client(law, worst)
    assert subset_client(lambda *a: float(law(*a)), lambda *a: float(worst(*a)))
    assert dials_rank(rank)
    assert points_and_lines(decode)
    assert dials_for_200(search_moduli(200, ell=4, rho=2.45, epsilon=1.0, evaluations=150))


def test_blank_answers_are_told_apart_from_wrong_ones():
    for verdict in (
        subset_client(blank, blank),
        subset_client(law, blank),
        dials_rank(blank),
        points_and_lines(blank),
        dials_for_200(...),
    ):
        assert "nothing" in silent(verdict)


def test_laws_with_mistakes_are_caught():
    def uniform(k, omega, odds, x, z):
        return Fraction(1, math.comb(k, omega))

    assert "not as likely as they should be" in silent(subset_client(uniform, worst))
    assert "sum to" in silent(subset_client(lambda *a: law(*a) / 2, worst))
    assert "a probability lies between" in repr(subset_client(lambda *a: 7, worst))
    assert not subset_client(private._careless, worst)


def test_a_ratio_that_believes_the_promise_is_caught():
    """The mistake of the careless client: the true ratio is above E."""
    message = silent(subset_client(law, lambda client, k, omega, odds: odds))
    assert "a client with a mistake" in message
    assert "below" in message
    assert "a client as it should be" in silent(subset_client(law, lambda *a: 2 * worst(*a)))


def test_the_careless_client_is_a_law_and_breaks_the_promise():
    k, omega, odds = 6, 2, Fraction(3)
    sets = [frozenset(z) for z in combinations(range(k), omega)]
    for x in range(k):
        assert sum(private._careless(k, omega, odds, x, z) for z in sets) == 1
    assert worst(private._exact, k, omega, odds) == odds
    assert worst(private._careless, k, omega, odds) > odds


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda k, moduli: min(k, math.prod(moduli)), "not what the rank asks"),
        (lambda k, moduli: min(k, sum(moduli)), "not all rows are independent"),
        (lambda k, moduli: min(k, sum(moduli) - len(moduli) + 1), "without common factors"),
        (lambda k, moduli: len({i / m for m in moduli for i in range(m)}) + k, "has no such rank"),
        (lambda k, moduli: 1, "too small"),
    ],
)
def test_wrong_ranks_get_a_hint_of_their_own(wrong, message):
    verdict = dials_rank(wrong)
    assert not verdict
    assert message in repr(verdict)


def test_designs_are_judged_by_what_they_do():
    assert "1.40 is wanted" in silent(dials_for_200([118, 121, 123, 127]))
    assert "sum is at most 490, got 500" in silent(dials_for_200([125, 125, 125, 125]))
    assert "rank" in silent(dials_for_200([20, 40, 60, 80]))
    for bad in (7, [1, 2, 3], [100.0, 90, 80, 70], [True, 90, 80, 70], [300, 90, 50, 2], "dial"):
        verdict = dials_for_200(bad)
        assert not verdict
        assert "four whole numbers" in verdict.message


def test_a_generator_of_moduli_will_do():
    found = search_moduli(200, ell=4, rho=2.45, epsilon=1.0, evaluations=150)
    assert dials_for_200(int(m) for m in found)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda y, points, q: q * decode(y, points, q), "too large by the same factor"),
        (lambda y, points, q: (q - 1) * decode(y, points, q), "how often is each line counted"),
        (lambda y, points, q: decode(y, points, q) - y.sum() / q, "off by the same amount"),
        (lambda y, points, q: decode(y, points, q)[:-1], "sums are needed"),
        (lambda y, points, q: y, "is wrong"),
        (lambda y, points, q: decode(y, points, q) + 1j, "must be real"),
        (lambda y, points, q: y.tolist()[::-1], "is wrong"),
        (lambda y, points, q: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_wrong_sums_get_a_hint_of_their_own(wrong, message):
    verdict = points_and_lines(wrong)
    assert not verdict
    assert message in repr(verdict)


def test_points_are_one_of_each_line():
    for q, t in ((2, 3), (3, 3), (5, 2)):
        points = private._points(q, t)
        assert len(points) == (q**t - 1) // (q - 1)
        lines = {frozenset(tuple((c * p % q).tolist()) for c in range(1, q)) for p in points}
        assert len(lines) == len(points)


def test_cases_are_fresh_and_the_learners_random_numbers_untouched():
    asked, state = [], random.getstate()
    for _ in range(2):
        dials_rank(lambda k, moduli: asked.append((k, moduli)) or rank(k, moduli))
    assert asked[:20] != asked[20:]
    assert random.getstate() == state
