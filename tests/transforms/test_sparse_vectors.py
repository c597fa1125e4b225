"""The shared vectors of the sparse transform, made by another implementation from the same groups and samples."""

from functools import partial

import numpy as np
import pytest

from polyquant.transforms import Plan, sparse_wht
from polyquant.transforms.spright.insight import noise
from tests.transforms.functions import synthesis
from tests.vectors import rows

CASES = rows("wht", "solve")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_same_spectrum(case):
    groups = tuple((tuple(group["cols"]), tuple(group["delays"])) for group in case["groups"])
    design = Plan(case["n"], case["b"], groups, decoder=case["scheme"], verify=case["verify"])
    error = partial(noise, seed=case["noise_seed"])
    fn = synthesis(case["support"], case["coeffs"], case["sigma"], error)
    expect = case["expect"]
    for sigma in {case["sigma"], case["sigma"] or None}:  # exact samples may be called so or not
        found = sparse_wht(fn, case["n"], plan=Plan.from_json(design.to_json()), sigma=sigma)
        assert found.support.tolist() == expect["support"]
        assert np.abs(found.coeffs - expect["coeffs"]).max() < 1e-8  # the same least squares, printed with 9 digits
        assert np.allclose(found.stderr, expect["stderr"], rtol=1e-9, atol=0)
        assert found.converged is expect["converged"]
        assert (found.samples_asked, found.samples_unique) == (expect["samples"], expect["unique_samples"])
        if case["sigma"]:
            assert (np.abs(found.coeffs - case["coeffs"]) < 5 * found.stderr).all()
        else:
            assert np.abs(found.coeffs - case["coeffs"]).max() < 1e-9
