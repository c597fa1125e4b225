import hashlib
import importlib.util
from importlib import resources

import numpy as np
import pytest

from polyquant import datasets


def test_the_club_is_the_one_we_shipped():
    data = (resources.files("polyquant.datasets") / "karate.csv").read_bytes()
    assert hashlib.sha256(data).hexdigest() == "ef8b3e479dd4bcbd35e723247368ab287754ef774ecbed10fa3a71cdae30ca6e"


def test_the_club_is_a_connected_graph_with_two_leaders():
    pairs, weights, officer = datasets.karate_club()
    assert pairs.shape == (78, 2)
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert len({tuple(pair) for pair in pairs.tolist()}) == 78
    assert weights.min() >= 1
    degree = np.bincount(pairs.ravel(), minlength=34)
    assert set(np.argsort(-degree)[:2].tolist()) == {0, 33}
    assert (officer[0], officer[33]) == (False, True)
    with pytest.raises(ValueError, match="read-only"):
        pairs[0, 0] = 1


@pytest.mark.skipif(importlib.util.find_spec("networkx") is None, reason="networkx is not installed")
def test_the_club_is_that_of_networkx():
    import networkx

    graph = networkx.karate_club_graph()
    pairs, weights, officer = datasets.karate_club()
    assert {(a, b): w for (a, b), w in zip(map(tuple, pairs.tolist()), weights.tolist())} == {
        (min(a, b), max(a, b)): data["weight"] for a, b, data in graph.edges(data=True)
    }
    assert [graph.nodes[i]["club"] == "Officer" for i in range(34)] == officer.tolist()
