import hashlib
from importlib import resources

import numpy as np
import pytest

from polyquant import datasets


def test_the_weights_are_the_ones_we_shipped():
    data = (resources.files("polyquant.datasets") / "minilm_query.bin").read_bytes()
    assert hashlib.sha256(data).hexdigest() == "e6ee5ca7e6b07efed9e32ec0c3b8c4fe55d35fc821806fec148b253b9b14ddfe"


def test_the_query_matrix_is_384_by_384_and_finite():
    words = datasets.minilm_query()
    assert (words.shape, words.dtype) == ((384, 384), np.uint16)
    assert (words >> 7 & 255).max() < 127  # every weight is below 1
    with pytest.raises(ValueError, match="read-only"):
        words[0, 0] = 1
