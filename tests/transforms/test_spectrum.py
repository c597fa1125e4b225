import sys
from types import ModuleType

import numpy as np
import pytest

from polyquant.transforms import plan, sparse_wht
from tests.transforms.functions import synthesis

SUPPORT, COEFFS = [0, 6, 9, 4097, 8191], [4.0, -1.0, 0.5, 2.0, 1.5]


@pytest.fixture(scope="module")
def exact():
    return sparse_wht(synthesis(SUPPORT, COEFFS), 13, K=5)


@pytest.fixture(scope="module")
def noisy():
    rng = np.random.default_rng(0)
    fn = synthesis(SUPPORT, COEFFS, 0.5, lambda m: rng.normal(size=len(m)))
    return sparse_wht(fn, 13, plan=plan(13, b=4, sigma=0.5), sigma=0.5)


def test_what_was_found(exact):
    assert exact.support.tolist() == SUPPORT
    assert exact.support.dtype == np.uint64
    assert exact.coeffs == pytest.approx(COEFFS, abs=1e-12)
    assert (exact.stderr == 0).all()
    assert np.isinf(exact.confidence).all()
    assert exact.degrees.tolist() == [0, 2, 2, 2, 13]
    assert exact.converged
    assert (exact.residual, exact.unresolved_bins, exact.detectable, exact.sigma) == (0, 0, 0, 0)
    assert exact.holdout_r2 == pytest.approx(1)
    assert repr(exact) == "SparseSpectrum(n=13, 5 coefficients, converged)"


def test_confidence_is_in_standard_errors(noisy):
    assert noisy.support.tolist() == SUPPORT
    assert np.array_equal(noisy.confidence, np.abs(noisy.coeffs) / noisy.stderr)
    design = noisy.plan
    nu = 0.5 / np.sqrt(design.B)
    scale = np.sqrt(noisy.samples_asked / noisy.samples_unique)
    assert noisy.stderr == pytest.approx(nu / np.sqrt(design.C * design.P) * scale)
    assert (np.abs(noisy.coeffs - COEFFS) < 5 * noisy.stderr).all()
    assert 0.8 < noisy.residual < 1.2
    assert noisy.sigma == 0.5


def test_predictions_are_the_synthesis(exact):
    m = np.arange(0, 2**13, 7)
    assert exact.predict(m) == pytest.approx(synthesis(SUPPORT, COEFFS)(m.astype(np.uint64)))
    assert exact.predict([]).shape == (0,)
    bits = m[:, np.newaxis] >> np.arange(13) & 1
    assert np.array_equal(exact.predict(bits, bits=True), exact.predict(m))
    assert np.array_equal(exact.predict(bits.astype(bool), bits=True), exact.predict(m))


@pytest.mark.parametrize(
    ("idx", "bits", "error", "message"),
    [
        ([2**13], False, ValueError, r"idx must be below 2\^13, got 8192 at index 0"),
        ([0.5], False, TypeError, "idx must be integers"),
        ([[0] * 12], True, ValueError, "idx must have n = 13 columns, got 12"),
        ([[2] * 13], True, ValueError, "idx must be at most 1, got 2"),
    ],
)
def test_indices_are_checked(exact, idx, bits, error, message):
    with pytest.raises(error, match=message):
        exact.predict(idx, bits=bits)


def test_interactions_by_order(exact):
    assert exact.interactions(0) == [((), pytest.approx(4))]
    assert exact.interactions(1) == []
    assert exact.interactions(2) == [
        ((0, 12), pytest.approx(2)),
        ((1, 2), pytest.approx(-1)),
        ((0, 3), pytest.approx(0.5)),
    ]
    assert exact.interactions(13)[0][0] == tuple(range(13))
    with pytest.raises(ValueError, match="order must be at least 0, got -1"):
        exact.interactions(-1)


def test_history_has_a_row_for_each_visit(exact):
    assert [visit.group for visit in exact.history[:4]] == [0, 1, 2, 3]
    assert exact.history[-1].round == exact.rounds
    assert sum(visit.singles for visit in exact.history) >= len(SUPPORT)
    assert exact.history[-1].found == len(SUPPORT)


def test_results_cannot_be_changed(exact):
    for array in (exact.support, exact.coeffs, exact.stderr):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        exact.status = "converged"


def test_a_frame_has_a_row_for_each_coefficient(exact, monkeypatch):
    pandas = ModuleType("pandas")
    pandas.DataFrame = dict
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    frame = exact.to_frame()
    assert frame["index"] == SUPPORT
    assert np.array_equal(frame["coefficient"], exact.coeffs)
    assert list(frame) == ["index", "degree", "coefficient", "stderr", "confidence"]


def test_without_pandas_there_is_no_frame(exact, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match="to_frame needs pandas"):
        exact.to_frame()
