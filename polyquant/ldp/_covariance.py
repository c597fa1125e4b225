"""How far off residue estimates are: exact covariance of small domains, variances of large ones.

With ``phi = (1[in set] - q) / (p - q)`` of block j and g_j the users' histogram of residues, S_j = E[phi phi^T] is
``diag(alpha + gamma g) + constant + beta (g 1^T + 1 g^T)``. Block j's sums enter the estimate through
L_j = w_j G A_j^T, and sum_j L_j A_j = 1.

linear   n Cov = l sum_j L_j S_j L_j^T - diag(f)
ratio    given n_j users in block j: Cov = sum_j L_j (S_j - diag(g_j) + A_j S A_j^T) L_j^T / n_j - S / n, where
         S = n / (n - 1) (diag(f) - f f^T): which users come into which block is a draw without replacement
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ._blocks import Block
from .gram import Gram, Vector, fold, ones, plan, spread


def covariance(
    gram: Gram, blocks: Sequence[Block], f: Vector, n: int, linear: bool, users: Vector
) -> NDArray[np.float64]:
    """Covariance of the estimates, shape (k, k), for n users with histogram *f*, of whom ``users[j]`` in block j."""
    inverse = plan(gram).dense()
    total = np.zeros_like(inverse)
    for block, weight, size in zip(blocks, gram.weights, users):
        g = fold(f, block.m)
        alpha, gamma, constant, beta = block.moments()
        moment = constant + beta * (g[:, np.newaxis] + g) + np.diag(alpha + gamma * g)
        if not linear:
            moment += (n * (np.diag(g) - np.outer(g, g))) / (n - 1) - np.diag(g)
        lift = np.zeros((gram.k, block.m))
        for start in range(0, gram.k, block.m):
            part = inverse[:, start : start + block.m]
            lift[:, : part.shape[1]] += weight * part
        total += lift @ moment @ lift.T / size
    histogram = np.diag(f) if linear else n / (n - 1) * (np.diag(f) - np.outer(f, f))
    return np.asarray(total - histogram / n)


def variances(gram: Gram, blocks: Sequence[Block], f: Vector, n: int, linear: bool, quick: bool) -> Vector:
    """The diagonal of :func:`covariance` for blocks of equal size, in O(k) steps for each block, nearly exact.

    Equal residues are exact: then S_j = (I - J / m) / w_j, and the diagonal of G says all. What f changes is exact but
    for one term, gamma (diag(g) - I / m), which is computed for the residues of each item itself and left out for
    others. *quick* saves the convolutions: it takes the share of a block in f_x to be f_x / l.
    """
    k, count = gram.k, len(blocks)
    total = plan(gram).diagonal().copy()
    together = ones(gram)
    for j, (block, weight) in enumerate(zip(blocks, gram.weights)):
        g = fold(f, block.m)
        _, gamma, constant, beta = block.moments()
        excess = np.resize(g - 1 / block.m, k)
        share = f / count if quick else weight * plan(gram).solve(spread([g], k))
        total += gamma * excess * (weight * own_residue(gram, j)) ** 2
        total += weight * together * (weight * constant * together + 2 * beta * share)
        if not linear:
            total -= share**2
    return np.asarray((count * total - (f if linear else f * (1 - f))) / n)


@lru_cache(maxsize=64)
def own_residue(gram: Gram, j: int) -> Vector:
    """For each item x, the sum of G[y, x] over all y with its residue modulo m_j, shape (k,)."""
    total = plan(gram).diagonal().copy()
    for lag in range(gram.moduli[j], gram.k, gram.moduli[j]):
        far = plan(gram).diagonal(lag)
        total[:-lag] += far
        total[lag:] += far
    return total
