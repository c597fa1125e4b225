import secrets
from collections import Counter

import numpy as np
import pytest

from polyquant import _random


@pytest.mark.parametrize("wrong", [np.random.default_rng(1), np.random.PCG64(1), 7, None, b"bytes"])
def test_a_generator_is_no_source_of_secrets(wrong):
    with pytest.raises(TypeError, match="entropy must be a function"):
        _random.entropy_source(wrong)


@pytest.mark.parametrize("wrong", [lambda n: bytes(n - 1), lambda n: bytes(n + 1), lambda n: "x" * n])
def test_a_source_must_give_what_is_asked(wrong):
    with pytest.raises(ValueError, match="entropy must return exactly 8 bytes"):
        _random.entropy_source(wrong)(8)


def test_the_system_is_the_default_source():
    assert _random.SYSTEM is secrets.token_bytes
    assert len(_random.entropy_source(secrets.token_bytes)(33)) == 33


@pytest.mark.parametrize("wrong", [True, 1.5, "7", secrets.token_bytes, -1])
def test_a_source_of_bytes_is_no_generator(wrong):
    with pytest.raises((TypeError, ValueError), match="rng must be"):
        _random.generator(wrong)


def test_a_seed_repeats_and_a_generator_goes_on():
    assert _random.generator(5).integers(1 << 60) == _random.generator(np.int64(5)).integers(1 << 60)
    rng = np.random.default_rng(1)
    assert _random.generator(rng) is rng
    assert _random.generator().integers(1 << 60) != _random.generator().integers(1 << 60)


def test_repeatable_bytes_do_not_depend_on_how_they_are_taken():
    one = _random.repeatable(b"seed")
    pieces = b"".join(one(n) for n in (1, 0, 5000, 17, 4096))
    assert pieces == _random.repeatable(b"seed")(len(pieces))
    assert pieces != _random.repeatable(b"other")(len(pieces))


def test_integers_below_a_bound_are_uniform():
    counts = Counter(_random.integer_below(5, _random.repeatable(bytes([i, j]))) for i in range(80) for j in range(125))
    # 10,000 draws, expectation 2000, deviation 40: six deviations
    assert set(counts) == set(range(5))
    assert all(abs(n - 2000) < 240 for n in counts.values())


def test_integers_below_reach_both_ends_of_odd_sizes():
    for bound in (1, 2, 3, 255, 256, 257, 2**80 + 1):
        values = [_random.integer_below(bound, _random.repeatable(bytes([i]))) for i in range(64)]
        assert all(0 <= v < bound for v in values)
    with pytest.raises(ValueError, match="bound must be at least 1, got 0"):
        _random.integer_below(0)
