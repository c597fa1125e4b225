import math
import time

import numpy as np
import pytest

from polyquant.exercises import _verdict, best_bet, golomb_lengths, golomb_parameter, laws
from polyquant.prefix import exp_golomb, gamma, golomb, unary


def lengths(n, m):
    k = m.bit_length() - 1
    return n // m + 1 + k + (n % m >= 2 ** (k + 1) - m)


def with_float_logarithm(n, m):
    k = math.floor(math.log2(m))
    return n // m + 1 + k + (n % m >= 2 ** (k + 1) - m)


def test_right_golomb_lengths_pass():
    assert repr(golomb_lengths(lengths)).startswith("Right: ")


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda n, m: ..., "returned nothing"),
        (lambda n, m: lengths(n, m).tolist(), "must return ndarray"),
        (lambda n, m: lengths(n, m)[:-1], "must give an array of shape (11,), got (10,)"),
        (lambda n, m: lengths(n, m) / 1, "whole numbers"),
        (lambda n, m: n // m + 1 + m.bit_length(), "does not have 3 bits"),
        (lambda n, m: lengths(n, m) + 0 * n[0], "raised IndexError"),
        (with_float_logarithm, "does a float round something"),
        (lambda n, m: np.floor(n / m).astype(np.int64) - n // m + lengths(n, m), "does a float round something"),
        (5, "a function is needed"),
    ],
)
def test_wrong_golomb_lengths_get_a_reason(answer, part):
    verdict = golomb_lengths(answer)
    assert not verdict
    assert part in repr(verdict)


def rule(sample):
    theta = sample.mean() / (1 + sample.mean())
    return 1 if theta == 0 else max(1, math.ceil(math.log(1 + theta) / -math.log(theta)))


def test_the_rule_of_gallager_and_van_voorhis_passes():
    assert repr(golomb_parameter(rule)).startswith("Right: ")


def test_the_rule_passes_whatever_the_seed(monkeypatch):
    for seed in range(20):
        monkeypatch.setattr(laws, "SEED", seed)
        assert golomb_parameter(rule)


def zeros_forgotten(sample):
    return math.ceil(math.log(1 + sample.mean() / (1 + sample.mean())) / -math.log(sample.mean() / (1 + sample.mean())))


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda sample: ..., "returned nothing"),
        (lambda sample: 5, "more than the best"),
        (lambda sample: max(1, round(sample.mean())), "more than the best"),
        (lambda sample: 1 + int(sample.max()), "more than the best"),
        (lambda sample: 2 ** int(rule(sample)).bit_length(), "more than the best"),
        (lambda sample: sample.mean(), "must return int"),
        (lambda sample: True, "must return int"),
        (lambda sample: 0, "from 1 to 2^63 - 1, got 0"),
        (lambda sample: 10**400, "from 1 to 2^63 - 1"),
        (zeros_forgotten, "raised ValueError"),
    ],
)
def test_a_wrong_parameter_gets_a_reason(answer, part):
    verdict = golomb_parameter(answer)
    assert not verdict
    assert part in repr(verdict)


def test_forgotten_zeros_are_hinted_at():
    assert "zeros" in golomb_parameter(zeros_forgotten).hint


@pytest.mark.parametrize(("theta", "m"), [(0.0, 1), (0.0, 6), (0.3, 1), (0.88, 5), (0.88, 8), (0.97, 33)])
def test_the_formula_for_the_mean_is_the_sum(theta, m):
    code = golomb(m)
    terms = ((1 - theta) * theta**n * code.length(n) for n in range(4000))
    assert laws.mean_golomb(theta, m) == pytest.approx(math.fsum(terms), abs=1e-9)


def cheapest(sample):
    return min(laws.family(), key=lambda code: int(code.length(sample - 1 + code.least).sum()))


def test_trying_every_code_passes():
    assert repr(best_bet(cheapest)).startswith("Right: ")


def test_trying_every_code_passes_by_a_margin():
    draw = np.random.default_rng(5)
    for p in laws._hidden_laws(draw):
        bits = np.array([laws._lengths(code, p.size) for code in laws.family()])
        seen = np.bincount(draw.choice(p.size, 1000, p=p), minlength=p.size)
        costs = np.sum(bits * p, axis=1)
        assert costs[np.argmin(np.sum(bits * seen, axis=1))] < 1.015 * costs.min()


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda sample: None, "returned nothing"),
        (lambda sample: gamma, "more than the best"),
        (lambda sample: unary, "more than the best"),
        (lambda sample: exp_golomb(5), "more than the best"),
        (lambda sample: golomb(rule(sample - 1)), "more than the best"),
        (lambda sample: "gamma", "must return IntegerCode"),
        (lambda sample: golomb(0), "raised DomainError"),
    ],
)
def test_a_poor_bet_gets_a_reason(answer, part):
    verdict = best_bet(answer)
    assert not verdict
    assert part in repr(verdict)


def endless(*_):
    while True:
        time.sleep(0.01)


@pytest.mark.parametrize("check", [golomb_lengths, golomb_parameter, best_bet])
def test_an_endless_answer_is_stopped(check, monkeypatch):
    monkeypatch.setattr(laws, "judge", lambda body, seconds=0: _verdict.judge(body, seconds=0.1))
    verdict = check(endless)
    assert not verdict
    assert "no answer after 0.1 s" in verdict.message


def test_no_hint_holds_the_answer():
    said = repr(golomb_parameter(lambda sample: 10**6)) + repr(best_bet(lambda sample: unary))
    said += repr(golomb_lengths(lambda n, m: n * 0))
    for secret in ("log", "ceil", "0.69", "golomb(", "zeta", "2 **", "(1 +"):
        assert secret not in said
