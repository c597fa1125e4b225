import numpy as np
import pytest

from polyquant.ldp._halves import half_space_counts, sign_counts


def draw(users, rng):
    return half_space_counts(users[np.newaxis], rng)[0]


def half_space(row, b):
    return [z for z in range(b) if (row & z).bit_count() % 2 == 0]


@pytest.mark.parametrize("b", [1, 2, 4, 8, 64])
def test_every_user_draws_one_symbol_of_the_own_half_space(b):
    rng = np.random.default_rng(b)
    for row in range(b):
        users = np.zeros(b, np.int64)
        users[row] = 1000
        counts = draw(users, rng)
        assert counts.sum() == 1000
        assert set(np.flatnonzero(counts)) <= set(half_space(row, b))


@pytest.mark.once
def test_pairs_of_users_follow_the_law():
    """Two users of row 5 and one of row 6, 8 symbols: the whole joint law of the counts, by chi-square."""
    rng, law, seen, runs = np.random.default_rng(1), {}, {}, 40_000
    for a in half_space(5, 8):
        for b in half_space(5, 8):
            for c in half_space(6, 8):
                key = tuple(np.bincount([a, b, c], minlength=8).tolist())
                law[key] = law.get(key, 0) + 1 / 64
    users = np.array([0, 0, 0, 0, 0, 2, 1, 0])
    for _ in range(runs):
        key = tuple(draw(users, rng).tolist())
        seen[key] = seen.get(key, 0) + 1
    assert set(seen) <= set(law)
    chi = sum((seen.get(key, 0) - runs * p) ** 2 / (runs * p) for key, p in law.items())
    freedom = len(law) - 1
    assert chi < freedom + 6 * (2 * freedom) ** 0.5  # false alarm below one in a million


def test_a_crowd_spreads_evenly():
    b, n, rng = 32, 10**9, np.random.default_rng(2)
    users = np.zeros(b, np.int64)
    users[[0, 3, 16, 31]] = n
    expected = np.zeros(b)
    for row in (0, 3, 16, 31):
        members = half_space(row, b)
        expected[members] += n / len(members)
    counts = draw(users, rng)
    assert counts.sum() == 4 * n
    assert np.all(np.abs(counts - expected) < 6 * np.sqrt(expected))


def test_the_same_seed_the_same_counts():
    users = np.arange(64)
    one, two = (draw(users, np.random.default_rng(7)) for _ in range(2))
    assert one.tolist() == two.tolist()
    assert users.tolist() == list(range(64))


def test_blocks_are_apart():
    rng, users = np.random.default_rng(3), np.zeros((3, 8), np.int64)
    users[0, 5], users[2, 6] = 100, 200
    counts = half_space_counts(users, rng)
    assert counts.sum(axis=1).tolist() == [100, 0, 200]
    assert set(np.flatnonzero(counts[0])) == set(half_space(5, 8))
    assert set(np.flatnonzero(counts[2])) == set(half_space(6, 8))


def test_a_sign_is_that_of_the_symbol_in_the_row():
    rng = np.random.default_rng(4)
    for row in range(16):
        users = np.zeros((2, 16), np.int64)
        users[1, row] = 10**6
        counts = sign_counts(users, rng)
        odd = np.array([(row & z).bit_count() % 2 for z in range(16)])
        assert counts.sum() == 10**6
        assert not counts[0].any()
        assert not counts[1, np.arange(16), 1 - odd].any()
        assert np.abs(counts[1, np.arange(16), odd] - 10**6 / 16).max() < 6 * (10**6 / 16) ** 0.5
