import hashlib
from importlib import resources

import numpy as np
import pytest

from polyquant import datasets

DIGESTS = {
    "minilm_moments.bin": "367dc3aec95118e223788a568106cea41ca35fe5d4357f101ab59c09d873e329",
    "minilm_output.bin": "670a9519caabd6b012d26643a9df7447070b7b0aa046caa90ee5ae7c3aa83cd1",
}


@pytest.mark.parametrize("name", list(DIGESTS))
def test_the_files_are_the_ones_we_shipped(name):
    data = (resources.files("polyquant.datasets") / name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == DIGESTS[name]


def test_moments_are_symmetric_and_nearly_never_negative():
    for moments in datasets.minilm_moments():
        assert moments.shape == (384, 384)
        assert np.array_equal(moments, moments.T)
        values = np.linalg.eigvalsh(moments)
        assert values[0] > -1e-3 * values[-1]  # rounding to float16 may push a tiny one below zero
        with pytest.raises(ValueError, match="read-only"):
            moments[0, 0] = 1


def test_the_two_halves_of_the_book_are_alike_but_not_equal():
    calibration, test = datasets.minilm_moments()
    assert 0.1 < np.linalg.norm(calibration - test) / np.linalg.norm(calibration) < 0.4


def test_one_weight_outweighs_the_rest_of_its_row():
    words = datasets.minilm_output()
    weights = (words.astype(np.uint32) << 16).view(np.float32)
    row, column = np.unravel_index(np.abs(weights).argmax(), weights.shape)
    assert (64 + row, column) == (99, 856)
    rest = np.delete(weights[row], column)
    assert weights[row, column] ** 2 > 40 * (rest**2).sum()
    with pytest.raises(ValueError, match="read-only"):
        words[0, 0] = 1
