import json
from pathlib import Path

import numpy as np
import pytest

from polyquant.exercises import (
    aliasing_identity,
    defeat_the_groups,
    design_for_noise,
    fixed_groups,
    single_in_a_bin,
    spectra,
)
from polyquant.transforms.spright import plan
from polyquant.transforms.spright._kernels import peel as kernels

COMPILED = hasattr(kernels.take_out, "overloads")
VECTORS = Path(__file__).parents[1] / "vectors" / "wht.json"


def blank(*_):
    return ...


def alias(support, coeffs, columns, delay):
    bins = [0.0] * (1 << len(columns))
    for k, F in zip(support, coeffs):
        place = sum((c & k).bit_count() % 2 << i for i, c in enumerate(columns))
        bins[place] += F * (-1) ** ((delay & k).bit_count() % 2)
    return bins


def read(delays, values):
    largest = max(map(abs, values))
    if largest < 1e-9:
        return "empty"
    if largest - min(map(abs, values)) > 1e-9 * largest:
        return "several"
    k = sum(1 << i for i in range(10) if values[1 + i] * values[0] < 0)
    signs = [(-1) ** ((d & k).bit_count() % 2) for d in delays]
    sizes = [v * sign for v, sign in zip(values, signs)]
    return "several" if max(sizes) - min(sizes) > 1e-9 * largest else (k, values[0])


def silent(verdict):
    """A verdict that is no and hints."""
    assert not verdict
    assert verdict.hint
    return verdict.message


def test_right_answers_pass():
    assert aliasing_identity(alias)
    assert aliasing_identity(lambda *a: np.array(alias(*a)))
    assert single_in_a_bin(read)


def test_blank_answers_are_told_apart_from_wrong_ones():
    for verdict in (
        aliasing_identity(blank),
        single_in_a_bin(blank),
        defeat_the_groups(..., fixed_groups()),
        design_for_noise(..., 3, 30),
    ):
        assert "nothing" in silent(verdict)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda s, F, c, d: alias(s, F, c, 0), "the bins without delay"),
        (lambda s, F, c, d: alias(s, F, c[::-1], d), "in the wrong bins"),
        (lambda s, F, c, d: [v / 2 ** len(c) for v in alias(s, F, c, d)], "off by the same factor"),
        (lambda s, F, c, d: alias(s, F, c, d)[:-1], "bins are needed"),
        (lambda s, F, c, d: [1j for _ in alias(s, F, c, d)], "must be real"),
        (lambda s, F, c, d: [float("nan") for _ in alias(s, F, c, d)], "not a finite number"),
        (lambda s, F, c, d: 1 / 0, "ZeroDivisionError"),
        (lambda s, F, c, d: [v + 1 for v in alias(s, F, c, d)], "is wrong"),
        (lambda s, F, c, d: alias(s[:1], F[:1], c, d), "is wrong"),
    ],
)
def test_wrong_bins_get_a_hint_of_their_own(wrong, message):
    verdicts = [aliasing_identity(wrong) for _ in range(5)]
    assert not any(verdicts)
    assert any(message in repr(verdict) for verdict in verdicts)


def test_the_oracle_of_the_identity_samples_the_function():
    if not VECTORS.exists():
        pytest.skip("no vectors")
    for case in json.loads(VECTORS.read_text())["bins"]:
        for delay, values in zip(case["delays"], case["U"]):
            got = spectra.sampled_bins(case["support"], case["coeffs"], case["cols"], delay)
            assert got == pytest.approx(values, abs=1e-9)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda d, u: read(d, u) if any(u) and abs(u[0]) > 1e-12 else "several", "a bin with nothing in it"),
        (lambda d, u: "empty" if abs(u[0]) < 1e-9 else read(d, u), "a coefficient and its opposite"),
        (lambda d, u: "empty" if max(map(abs, u)) < 1e-3 else read(d, u), "one small coefficient"),
        (lambda d, u: read(d[:11], u[:11]), "coefficients of one size"),
        (lambda d, u: read(d, u) if isinstance(read(d, u), str) else (read(d, u)[0] ^ 1, u[0]), "the index is wrong"),
        (lambda d, u: read(d, u) if isinstance(read(d, u), str) else (read(d, u)[0], -u[0]), "wrong value"),
        (lambda d, u: read(d, u) if isinstance(read(d, u), str) else (1, 2, 3), "got 3 values"),
        (lambda d, u: "seven", 'an answer is "empty"'),
        (lambda d, u: 7, "must return"),
    ],
)
def test_wrong_readings_get_a_hint_of_their_own(wrong, message):
    verdict = single_in_a_bin(wrong)
    assert not verdict
    assert message in repr(verdict)


def test_bins_of_the_exercise_are_what_they_say():
    for kind in set(spectra._KINDS):
        _, members, delays, values = spectra._bin_case(kind)
        assert len(delays) == len(values) == 19
        if kind == "equal":  # looks like one at the first delays, and not at the others
            sizes = np.abs(values)
            assert np.ptp(sizes[:11]) < 1e-9 < np.ptp(sizes)
        if kind == "opposite":
            assert abs(values[0]) < 1e-9
        assert len(members) == {"empty": 0, "one": 1, "tiny": 1, "two": 2, "opposite": 2}.get(kind, 3)


def blind_spot():
    """Two indices whose XOR no column of the fixed groups sees."""
    columns = [c for group, _ in fixed_groups().groups for c in group]
    unseen = next(x for x in range(1, 1 << 12) if not any((c & x).bit_count() % 2 for c in columns))
    return [5, 5 ^ unseen]


def test_a_support_in_the_common_null_space_defeats_fixed_groups_and_no_others():
    verdict = defeat_the_groups(blind_spot(), plan(12, b=3, C=3, decoder="noiseless", seed=77, dense=False))
    assert verdict
    assert "'unresolved' with the fixed groups" in verdict.message
    assert "do not find this support either" in silent(defeat_the_groups(blind_spot(), fixed_groups()))


def test_supports_that_do_not_defeat_anybody_are_told():
    redrawn = plan(12, b=3, C=3, decoder="noiseless", seed=77, dense=False)
    assert "find all 2 coefficients" in silent(defeat_the_groups([1, 2], redrawn))
    for bad, message in (
        (7, "list of whole numbers"),
        ([1, 1], "different"),
        ([1], "different"),
        ([1, 1 << 12], "below 2"),
    ):
        assert message in repr(defeat_the_groups(bad, redrawn))


@pytest.mark.parametrize(
    ("redrawn", "message"),
    [
        (7, "are a Plan"),
        (plan(12, b=4, C=3, decoder="noiseless", dense=False), "of the same kind"),
        (plan(12, b=3, C=3, decoder="noiseless", delays=40, dense=False), "more than the"),
    ],
)
def test_redrawn_groups_are_of_the_same_kind_and_no_dearer(redrawn, message):
    assert message in repr(defeat_the_groups(blind_spot(), redrawn))


@pytest.mark.parametrize(
    ("design", "message"),
    [
        ((7, 3, 100), "20,000 are allowed"),
        ((5, 3, 10), "cannot name"),
        ((5.0, 3, 40), "b is a whole number"),
        ((0, 3, 40), "b is a whole number"),
        ((5, True, 40), "C is a whole number"),
    ],
)
def test_designs_that_cannot_be_run_are_told(design, message):
    assert message in repr(design_for_noise(*design))


@pytest.mark.slow
@pytest.mark.skipif(not COMPILED, reason="needs the compiler")
def test_a_good_design_passes_and_bad_ones_hear_why():
    verdict = design_for_noise(7, 3, 40)
    assert verdict
    assert "15,360 samples" in verdict.message
    crowded = design_for_noise(5, 3, 24)
    assert "runs were exact" in silent(crowded)
    assert "the limit of lesson 41" in crowded.hint
    deaf = design_for_noise(6, 3, 19)
    assert "runs were exact" in silent(deaf)
