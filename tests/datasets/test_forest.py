import hashlib
import importlib.util
import json
from importlib import resources

import numpy as np
import pytest

from polyquant.datasets import forest

GAME = forest().game(0)
RANDOM = np.random.default_rng(0).integers(0, 1 << 30, 300)


def slowly(patient, mask):
    """The forest asked as one would ask it by hand: a sample of mixed features goes down every tree."""
    model = forest()
    sample = np.where(mask >> np.arange(30) & 1, model.patients[patient], model.background).astype(np.float32)
    total = 0.0
    for tree in model.trees:
        node = 0
        while tree.left[node] >= 0:
            side = tree.left if sample[tree.feature[node]] <= tree.threshold[node] else tree.right
            node = side[node]
        total += tree.value[node]
    return total / len(model.trees)


def test_the_forest_is_the_one_we_shipped():
    data = (resources.files("polyquant.datasets") / "forest.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == "017a6b105f38cc2061e73fd82396c9c2ae45819c3e5eadeb56001e2a0cc05349"


@pytest.mark.parametrize("patient", range(6))
def test_masks_mix_the_patient_with_the_mean(patient):
    got = forest().game(patient).predict_mask(RANDOM[:50])
    assert got == pytest.approx([slowly(patient, mask) for mask in RANDOM[:50].tolist()], abs=1e-14)


@pytest.mark.parametrize("patient", range(6))
def test_the_exact_spectrum_gives_every_answer(patient):
    game = forest().game(patient)
    support, values = game.spectrum()
    parity = np.bitwise_count(support & RANDOM.astype(np.uint64)[:, None]) & 1
    assert (1.0 - 2 * parity) @ values == pytest.approx(game.predict_mask(RANDOM), abs=1e-13)
    assert np.bitwise_count(support).max() <= 4
    assert (np.diff(support.astype(np.int64)) > 0).all()


def test_345_terms_of_a_billion():
    support, _ = GAME.spectrum()
    assert (GAME.n, support.size) == (30, 345)


def test_an_answer_does_not_depend_on_its_neighbours():
    many = np.resize(RANDOM, 20000)
    assert np.array_equal(GAME.predict_mask(many)[-7:], GAME.predict_mask(many[-7:]))
    assert GAME.predict_mask(many.astype(np.uint64))[0] == GAME.predict_mask(many[:1])[0]
    assert GAME.predict_mask(np.zeros(0, np.uint64)).shape == (0,)


@pytest.mark.parametrize(
    ("indices", "message"),
    [([0.5], "whole numbers"), ([[1]], "one dimension"), ([-1], "got -1"), ([1 << 30], "got 1073741824")],
)
def test_masks_that_do_not_exist_are_refused(indices, message):
    with pytest.raises(ValueError, match=message):
        GAME.predict_mask(indices)


def test_there_are_six_patients():
    model = forest()
    assert model.malignant == (True, True, True, True, False, False)
    with pytest.raises(ValueError, match="patient must be at most 5, got 6"):
        model.game(6)


def test_the_result_is_not_the_library_s_own():
    _, values = GAME.spectrum()
    values[:] = 0
    assert GAME.spectrum()[1].any()


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed")
@pytest.mark.filterwarnings("ignore")
def test_training_again_gives_the_same_forest():
    from polyquant.datasets import _train

    shipped = json.loads((resources.files("polyquant.datasets") / "forest.json").read_text("ascii"))
    again = json.loads(json.dumps(_train.train()))
    if again.pop("scikit-learn") != shipped.pop("scikit-learn"):
        pytest.skip("another version of scikit-learn may grow other trees")
    assert again == shipped
