"""Everything about a mechanism at small k by brute force, from its exact channel and its own server.

Nothing here knows a formula for a variance or an attack: expectations are sums over all reports.
"""

from fractions import Fraction
from math import erfc, exp, gamma, sqrt

import numpy as np

from polyquant.ldp import Batch, Tally


def exact_channel(mechanism, odds=None):
    """Rows of fractions: at e^epsilon = *odds* exactly, or as the client rounds."""
    levels = mechanism._levels(odds)
    return [[levels[level] for level in row] for row in mechanism._table().tolist()]


def contributions(mechanism, **options):
    """What one report adds to the estimate, shape (outputs, k): each report alone through the server."""
    rows = []
    for report in mechanism.outputs():
        tally = Tally(mechanism)
        tally.add(Batch.of(mechanism, [report]))
        rows.append(mechanism.estimate(tally, **options).frequency)
    return np.array(rows)


def second_moments(channel, phi, frequency):
    """n times the covariance around the users' histogram: each user's report varies around the user's own item."""
    k = len(frequency)
    total = np.zeros((k, k))
    for x in range(k):
        mean = channel[x] @ phi
        total += frequency[x] * ((phi * channel[x][:, None]).T @ phi - np.outer(mean, mean))
    return total


def worst_ratio(rows):
    """The largest ratio of two probabilities of one report."""
    return max(max(column) / min(column) for column in zip(*rows))


def chi_square_tail(x, freedom):
    """P(chi-square with *freedom* degrees > x), by the recurrence of the incomplete gamma function."""
    if freedom % 2:
        tail, term, degree = erfc(sqrt(x / 2)), sqrt(x / 2) * exp(-x / 2) / gamma(1.5), 1
    else:
        tail, term, degree = exp(-x / 2), x / 2 * exp(-x / 2), 2
    while degree < freedom:
        tail += term
        degree += 2
        term *= x / degree
    return tail


def p_value(counts, probabilities):
    """Pearson's chi-square of *counts* against exact *probabilities*, all positive."""
    expected = counts.sum() * np.asarray(probabilities)
    return chi_square_tail(float(((counts - expected) ** 2 / expected).sum()), counts.size - 1)


def fractions(texts):
    """Nested lists of "a/b" as nested lists of fractions."""
    return [fractions(text) for text in texts] if isinstance(texts, list) else Fraction(texts)
