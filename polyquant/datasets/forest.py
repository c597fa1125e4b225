"""A random forest that diagnoses breast cancer, as a function of 30 switches; nothing of it needs scikit-learn.

The masking game: bit i of an index says whether feature i has the value of one patient (1) or the mean of the benign
cells (0). The forest's answer, the share of malignant samples in the leaves, is then a function on 2^30 indices. Along
a path of a tree each switch halves the indices, so the exact spectrum comes by recursion over the trees.
"""

import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check

CHUNK = 8192  # indices at once: what a tree needs then stays in the fast cache


@dataclass(frozen=True, eq=False)
class Tree:
    """A decision tree as it was trained, arrays of shape (nodes,): left if feature <= threshold, root first.

    A leaf has left = right = -1 and in ``value`` the share of malignant samples.
    """

    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Forest:
    """A trained forest with some of the patients it saw.

    Attributes
    ----------
    features : tuple of str, length 30
    background : array of float64, shape (30,)
        Means of the benign samples.
    patients : array of float64, shape (patients, 30)
    malignant : tuple of bool
        The diagnosis of each patient.
    trees : tuple of Tree
    """

    features: tuple[str, ...]
    background: NDArray[np.float64]
    patients: NDArray[np.float64]
    malignant: tuple[bool, ...]
    trees: tuple[Tree, ...]

    def game(self, patient: int = 0) -> "MaskingGame":
        """The masking game of one *patient*.

        Raises
        ------
        ValueError
            No patient has that number.
        """
        patient = _check.integer("patient", patient, 0, len(self.patients) - 1)
        on, off = self.patients[patient].astype(np.float32), self.background.astype(np.float32)
        rows = [_switches(tree, on, off) for tree in self.trees]
        return MaskingGame(self.features, tuple(rows))


@dataclass(frozen=True, eq=False)
class Switches:
    """A tree whose nodes ask for a bit: go to child[node, bit]; leaves lead to themselves. Root first."""

    feature: NDArray[np.int64]  # shape (nodes,)
    child: NDArray[np.int64]  # shape (nodes, 2)
    value: NDArray[np.float64]  # shape (nodes,)
    depth: int


@dataclass(frozen=True, eq=False)
class MaskingGame:
    """The answer of a forest as a function of n switches, bit i of an index for feature i.

    >>> game = forest().game(0)
    >>> game.n, game.predict_mask([0, 2**30 - 1]).round(3).tolist()
    (30, [0.009, 0.956])
    """

    features: tuple[str, ...]
    trees: tuple[Switches, ...]

    @property
    def n(self) -> int:
        """How many switches there are: 30."""
        return len(self.features)

    def predict_mask(self, indices: ArrayLike) -> NDArray[np.float64]:
        """For each of the *indices*, shape (m,), from 0 to 2^n - 1, the forest's probability of malignant."""
        masks = np.asarray(indices)
        if masks.ndim != 1 or masks.dtype.kind not in "iu":
            raise ValueError(f"indices must be whole numbers in one dimension, got {masks.dtype} of {masks.shape}")
        if masks.size and not 0 <= masks.min() <= masks.max() < 1 << self.n:
            bad = masks.min() if masks.min() < 0 else masks.max()
            raise ValueError(f"indices must be from 0 to 2^{self.n} - 1, got {bad}")
        masks = masks.astype(np.int64)
        out = np.zeros(masks.size)
        for start in range(0, masks.size, CHUNK):
            part = slice(start, start + CHUNK)
            for tree in self.trees:
                out[part] += _walk(tree, masks[part])
        return out / len(self.trees)

    @cached_property
    def _spectrum(self) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
        total: dict[int, float] = {}
        for tree in self.trees:
            for k, value in _terms(tree, 0).items():
                total[k] = total.get(k, 0.0) + value / len(self.trees)
        terms = {k: value for k, value in sorted(total.items()) if abs(value) > 1e-12}
        return np.array(list(terms), np.uint64), np.array(list(terms.values()))

    def spectrum(self) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
        """The exact Walsh-Hadamard coefficients (mean at index 0): support, ascending, and values, both (terms,)."""
        support, values = self._spectrum
        return support.copy(), values.copy()


@cache
def forest() -> Forest:
    """25 trees of depth 4, trained on the 569 samples of the Wisconsin breast cancer data.

    >>> forest().features[:2], len(forest().trees)
    (('mean radius', 'mean texture'), 25)
    """
    data = json.loads((resources.files(__package__) / "forest.json").read_text("ascii"))
    trees = [
        Tree(
            np.array(tree["feature"], np.int64),
            np.array(tree["threshold"], np.float64),
            np.array(tree["left"], np.int64),
            np.array(tree["right"], np.int64),
            np.array(tree["value"], np.float64),
        )
        for tree in data["trees"]
    ]
    patients = np.array([patient["values"] for patient in data["patients"]])
    malignant = tuple(patient["malignant"] for patient in data["patients"])
    return Forest(tuple(data["features"]), np.array(data["background"]), patients, malignant, tuple(trees))


def _switches(tree: Tree, on: NDArray[np.float32], off: NDArray[np.float32]) -> Switches:
    """*tree* between two samples: a question that both answer alike is no question."""
    feature: list[int] = []
    child: list[list[int]] = []
    value: list[float] = []

    def add(node: int) -> tuple[int, int]:
        """Number and depth of the node that stands for *node*."""
        f, threshold = tree.feature[node], tree.threshold[node]
        ways = [tree.left[node] if sample[f] <= threshold else tree.right[node] for sample in (off, on)]
        inner = tree.left[node] >= 0
        if inner and ways[0] == ways[1]:
            return add(ways[0])
        here = len(feature)
        feature.append(int(f) if inner else 0)
        child.append([here, here])
        value.append(float(tree.value[node]))
        if not inner:
            return here, 0
        below = [add(way) for way in ways]
        child[here] = [number for number, _ in below]
        return here, 1 + max(depth for _, depth in below)

    _, depth = add(0)
    return Switches(np.array(feature, np.int64), np.array(child, np.int64), np.array(value), depth)


def _walk(tree: Switches, masks: NDArray[np.int64]) -> NDArray[np.float64]:
    node = np.zeros(masks.size, np.int64)
    flat = tree.child.ravel()
    for _ in range(tree.depth):
        node = flat[2 * node + (masks >> tree.feature[node] & 1)]
    return tree.value[node]


def _terms(tree: Switches, node: int) -> dict[int, float]:
    """The spectrum below *node*: mean of both sides, and half their difference, times (-1)^bit."""
    off, on = tree.child[node]
    if off == on:
        return {0: float(tree.value[node])}
    sides, bit = (_terms(tree, off), _terms(tree, on)), 1 << int(tree.feature[node])
    out: dict[int, float] = {}
    for sign, side in zip((1, -1), sides):
        for k, value in side.items():
            out[k] = out.get(k, 0.0) + value / 2
            out[k ^ bit] = out.get(k ^ bit, 0.0) + sign * value / 2
    return out
