import math

import numpy as np
import pytest

from polyquant.transforms import plan
from polyquant.transforms.spright.noise import distinct, freedom, limits, mean_squares, noise_variance, upper_chi2


@pytest.mark.parametrize(
    ("alpha", "v", "printed"),  # Abramowitz and Stegun, table 26.8
    [(0.05, 1, 3.84146), (0.01, 2, 9.21034), (0.5, 5, 4.35146), (0.005, 10, 25.1882), (0.9, 30, 20.5992)],
)
def test_the_printed_table(alpha, v, printed):
    assert upper_chi2(alpha, v) == pytest.approx(printed, abs=6e-5)


@pytest.mark.parametrize("v", [2, 4, 26, 400])
@pytest.mark.parametrize("alpha", [0.8, 0.2, 1e-3, 1e-9])
def test_even_degrees_have_a_closed_tail(alpha, v):
    """Q(m, x) = e^-x sum of x^i / i!, i < m = v / 2: a Poisson number below m."""
    x = upper_chi2(alpha, v) / 2
    tail = math.fsum(math.exp(i * math.log(x) - x - math.lgamma(i + 1)) for i in range(v // 2))
    assert tail == pytest.approx(alpha, rel=1e-11)


@pytest.mark.parametrize("alpha", [0.8, 0.01, 1e-12])
def test_one_degree_is_the_square_of_a_normal_number(alpha):
    assert math.erfc(math.sqrt(upper_chi2(alpha, 1) / 2)) == pytest.approx(alpha, rel=1e-12)


def test_as_scipy():
    special = pytest.importorskip("scipy.special")
    for v in (1, 2, 3, 7, 15, 16, 60, 999, 5000):
        for alpha in (0.99, 0.8, 0.5, 0.01, 1e-6, 1e-14):
            assert upper_chi2(alpha, v) == pytest.approx(special.chdtri(v, alpha), rel=1e-11)


def test_limits_are_the_formulas():
    C, B, P, unknown, noise = 3, 128, 16, 13, 0.25
    found = limits(C, B, P, unknown, noise=noise, largest=0.0, patterns=True)
    alpha = 0.01 / (4 * C * B)
    assert found.zero == pytest.approx(noise * upper_chi2(alpha, P) / P)
    q = upper_chi2(alpha, P - 1) / (P - 1)
    assert found.single == pytest.approx(noise * q * (P - 1) / P)
    L = math.sqrt(2 * math.log(2 ** (unknown + 1) * C * B)) + 0.5
    assert found.least == pytest.approx(L * 0.5 / math.sqrt(P))
    assert limits(C, B, P, unknown, noise=noise, largest=0.0).least == 0


def test_exact_samples_leave_only_rounding():
    found = limits(3, 8, 10, 5, noise=0.0, largest=2.0)
    assert found.zero == found.single == pytest.approx(4e-24)
    assert found.least == pytest.approx(2e-12)
    assert limits(1, 1, 1, 0, noise=0.0, largest=0.0).zero == 0


def test_one_in_a_hundred_plans_sees_a_bin_of_noise():
    """The limit of empty bins is passed with probability 0.01 / 4 by any bin of a plan: 1/4 % of the plans, not 2 %."""
    rng, C, B, P, plans = np.random.default_rng(1), 3, 16, 12, 4000
    zero = limits(C, B, P, 5, noise=1.0, largest=0.0).zero
    energy = (rng.normal(size=(plans, C * B, P)) ** 2).mean(axis=2)
    wrong = int((energy > zero).any(axis=1).sum())
    assert 1 <= wrong <= 29  # 10 expected, six standard deviations


@pytest.mark.parametrize(("load", "least", "most"), [(0.0, 0.91, 0.93), (0.4, 0.93, 1.02), (1.6, 1.0, 1.2)])
def test_noise_is_measured_in_the_quietest_bins(load, least, most):
    """Bias of the standard deviation, averaged over runs; coefficients 1 and noise 1/4 in a bin.

    Bins of pure noise are taken for a mixture: the square root of the quantiles 10.86 / 12.86 of 18 degrees is 0.919.
    """
    rng, design, ratios = np.random.default_rng(2), plan(18, b=7, decoder="osd", delays=18), []
    C, P, B = design.C, design.P, design.B
    for _ in range(20):
        values = 0.25 * rng.normal(size=(C, P, B))
        for c in range(C):
            for j in rng.integers(0, B, round(load * B)):
                values[c, :, j] += rng.choice([-1.0, 1.0], P)
        ratios.append(math.sqrt(noise_variance(design, values)) / 0.25)
    assert least < np.mean(ratios) < most


def test_a_sample_that_is_read_again_is_no_new_evidence():
    """The coded decoder's first three delays are equal, and others too, up to sums of columns: equal up to signs."""
    design = plan(12, b=4, C=3, decoder="coded", seed=8, dense=False)
    columns, delays = design.groups[0]
    span = {0}
    for column in columns:
        span |= {s ^ column for s in span}
    classes = [min(d ^ s for s in span) for d in delays]
    firsts = [p for p, kind in enumerate(classes) if kind not in classes[:p]]
    assert distinct(design)[0].tolist() == firsts
    assert delays[0] == delays[1] == delays[2]
    assert freedom(design) <= len(firsts) < design.P
    rng, kinds = np.random.default_rng(3), sorted(set(classes))
    place = [kinds.index(kind) for kind in classes]
    zero = limits(1, design.B, len(firsts), 8, noise=1.0, largest=0.0).zero
    passed = 0
    for _ in range(2000):
        values = np.zeros((design.C, design.P, design.B))
        values[0] = rng.normal(size=(len(kinds), design.B))[place] * rng.choice([-1.0, 1.0], (design.P, 1))
        passed += bool((mean_squares(design, values)[0] > zero).any())
    assert passed <= 20  # 5 expected; 130 if every delay counted
