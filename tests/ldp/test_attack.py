import numpy as np
import pytest

from polyquant.ldp import bayes_success, best_guesses


def played(channel, prior, guess, seed=5, rounds=200_000):
    """How often *guess* is right in a game."""
    rng = np.random.default_rng(seed)
    items = rng.choice(len(prior), rounds, p=prior)
    report = (rng.random((rounds, 1)) > np.cumsum(channel, axis=1)[items]).sum(axis=1)
    return (np.asarray(guess)[report] == items).mean()


CHANNEL = np.array([[0.5, 0.25, 0.25, 0.0], [0.125, 0.5, 0.25, 0.125], [0.0, 0.25, 0.25, 0.5]])


@pytest.mark.parametrize("prior", [[1 / 3] * 3, [0.5, 0.25, 0.25], [0.0, 0.0, 1.0]])
def test_no_other_guess_is_better_and_the_game_agrees(prior):
    best = bayes_success(CHANNEL, prior)
    guess = best_guesses(CHANNEL, prior)
    joint = CHANNEL * np.array(prior)[:, None]
    others = [sum(joint[g[z], z] for z in range(4)) for g in np.ndindex(3, 3, 3, 3)]
    assert best == pytest.approx(max(others), rel=1e-12)
    assert abs(played(CHANNEL, prior, guess) - best) < 6 * np.sqrt(0.25 / 200_000)


def test_who_knows_the_item_needs_no_report():
    assert bayes_success(CHANNEL, [0, 1, 0]) == 1


def test_a_report_that_says_nothing_leaves_the_prior():
    assert bayes_success(np.full((4, 5), 0.2)) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("channel", "prior", "words"),
    [
        ([[0.5, 0.5], [0.5, 0.4]], None, "rows that sum to 1, got 0.9 in row 1"),
        ([[1.5, -0.5]], None, "must not be negative, got -0.5"),
        ([0.5, 0.5], None, "2 dimensions"),
        (np.zeros((0, 3)), None, "at least 1 item"),
        ([[1.0], [1.0]], [1.0], "prior must have 2 entries, got 1"),
        ([[1.0], [1.0]], [1.0, 1.0], "prior must sum to 1"),
    ],
)
def test_wrong_arguments(channel, prior, words):
    with pytest.raises(ValueError, match=words):
        bayes_success(channel, prior)
