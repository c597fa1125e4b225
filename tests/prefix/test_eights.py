"""Small values of gamma and exp-Golomb are written eight at a time, others not; nobody can tell from the bits."""

import numpy as np
import pytest

from polyquant.bits import Bits
from polyquant.errors import DomainError
from polyquant.prefix import exp_golomb, gamma
from polyquant.prefix._kernels.eights import GROUPS, VALUES, eights

CODES = [gamma, exp_golomb(3)]
N = 3000  # two whole blocks, and a part


def values(kind, code):
    rng = np.random.default_rng(5)
    n = code.least + rng.geometric(0.2, N) - 1
    if kind == "at the edge of small":
        n[rng.integers(0, N, 9)] = code.least + 2**15 - rng.integers(-2, 3, 9)
    if kind == "at the edge of exact":
        n[rng.integers(0, N, 9)] = code.least + 2**23 - rng.integers(-2, 3, 9)
    if kind == "one large in a block":
        n[[700, 1500]] = 2**62, 2**31
    if kind == "groups too long":
        n = code.least + rng.integers(0, 2**15, N)
    if kind == "some groups too long":
        n[1040:1064] = 2**14 + 5
    if kind == "first long, then short":
        n[:1024] = 2**40
    return n


KINDS = [
    "small",
    "at the edge of small",
    "at the edge of exact",
    "one large in a block",
    "groups too long",
    "some groups too long",
]


@pytest.mark.parametrize("kind", [*KINDS, "first long, then short"])
@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_many_are_written_as_one_by_one(code, kind):
    n = values(kind, code)
    word = {t: str(code.encode(t)) for t in set(n.tolist())}
    assert code.encode_many(n) == Bits.from_text("".join(word[t] for t in n.tolist()))


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
@pytest.mark.parametrize("place", [0, 64, 1023, 2999])
def test_a_value_without_a_word_is_named_wherever_it_is(code, place):
    bad = -1 - place
    n = values("small", code)
    n[place] = bad
    with pytest.raises(DomainError, match=f"got {bad} at index {place}"):
        code.encode_many(n)


@pytest.mark.parametrize(("least", "k"), [(1, 0), (0, 0), (0, 4), (0, 15)])
def test_groups_are_what_their_words_are_together(least, k):
    more = 1 << k if least == 0 else 0
    n = np.random.default_rng(k).integers(least, 3 if k > 4 else 12, 3 * VALUES)
    words, sizes = np.zeros((2, 2 * GROUPS), np.uint64)
    seen = eights(least, np.uint64(more), np.uint64(k), n, VALUES, words, sizes, GROUPS)
    assert (n - least).max() <= seen < 16
    for g in range(GROUPS):
        numbers = [x + more for x in n[VALUES + 8 * g :][:8].tolist()]
        text = "".join(f"{x:0{2 * x.bit_length() - 1 - k}b}" for x in numbers)
        assert sizes[GROUPS + g] == len(text)
        assert words[GROUPS + g] == int(text, 2) % 2**64
    assert not words[:GROUPS].any()


def test_a_negative_value_is_seen_as_a_large_one():
    n = np.ones(VALUES, np.int64)
    n[17] = -1
    words, sizes = np.zeros((2, GROUPS), np.uint64)
    assert eights(1, np.uint64(0), np.uint64(0), n, 0, words, sizes, 0) >= 2**63
