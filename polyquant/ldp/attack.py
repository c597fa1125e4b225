"""What one report gives away: the best attacker knows the mechanism and guesses the most likely item [GUR22]."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check


def bayes_success(channel: ArrayLike, prior: ArrayLike | None = None) -> float:
    """How often the best attacker's guess is right: the sum over reports of the likeliest item's share.

    >>> bayes_success([[0.75, 0.25], [0.25, 0.75]])
    0.75

    Parameters
    ----------
    channel : array of float, shape (k, outputs)
        Probability of each report for each item; rows sum to 1.
    prior : array of float, shape (k,), optional
        How likely the attacker thinks each item is before the report; uniform if left out.
    """
    return float(_joint(channel, prior).max(axis=0).sum())


def best_guesses(channel: ArrayLike, prior: ArrayLike | None = None) -> NDArray[np.int64]:
    """The attacker's guess for each report, shape (outputs,); the first of equally likely items.

    >>> best_guesses([[0.75, 0.25], [0.25, 0.75]]).tolist()
    [0, 1]
    """
    return np.asarray(_joint(channel, prior).argmax(axis=0), np.int64)


def _joint(channel: ArrayLike, prior: ArrayLike | None) -> NDArray[np.float64]:
    """Probability of item and report together, shape (k, outputs)."""
    table = _check.finite("channel", channel, 2)
    if not table.size:
        raise ValueError(f"channel must have at least 1 item and 1 report, got shape {table.shape}")
    if table.min() < 0:
        raise ValueError(f"channel must not be negative, got {table.min()}")
    rows = table.sum(axis=1)
    worst = int(np.abs(rows - 1).argmax())
    if not abs(rows[worst] - 1) <= 1e-9:
        raise ValueError(f"channel must have rows that sum to 1, got {rows[worst]} in row {worst}")
    if prior is None:
        return np.asarray(table / table.shape[0])
    weights = _check.probabilities("prior", prior)
    if weights.size != table.shape[0]:
        raise ValueError(f"prior must have {table.shape[0]} entries, got {weights.size}")
    return np.asarray(table * weights[:, np.newaxis])
