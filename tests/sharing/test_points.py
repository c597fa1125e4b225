"""Codewords as points, and how many valuations a share has to pay for."""

from fractions import Fraction
from itertools import combinations, islice

import pytest

from polyquant.errors import DomainError
from polyquant.prefix import delta, gamma, golomb, huffman
from polyquant.sharing import share_bits
from polyquant.sharing.points import INFINITE, point_code
from tests.vectors import load

NAMES = [
    "unary",
    "gamma",
    "delta",
    "omega",
    "golomb:1",
    "golomb:3",
    "golomb:5",
    "golomb:7",
    "rice:0",
    "rice:2",
    "fixed:4",
]
ROWS = next(case["rows"] for case in load("sharing")["cases"] if case["kind"] == "overlap")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['code']}-k{row['k']}-t{row['t']}")
def test_overlaps_are_those_of_the_vectors(row):
    code = point_code(row["code"])
    assert code.word(row["t"]) == row["word"]
    assert code.overlap(row["k"], row["t"]) == row["published"]
    assert code.overlap(row["k"], row["t"], "tight") == row["tight"]


def common(one, other):
    return next(i for i, (a, b) in enumerate(zip(one, other)) if a != b)


@pytest.mark.parametrize("name", NAMES)
def test_the_point_is_the_word_read_backwards(name):
    code = point_code(name)
    for t in (1, 2, 3, 7, 11, 16):
        assert code.point(t) == sum(1 << i for i, symbol in enumerate(code.word(t)) if symbol == "1")
        assert code.length(t) == len(code.word(t))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("k", [2, 3, 4, 6])
def test_tight_is_the_sum_of_the_deepest_branchings(name, k):
    """Counted from the words themselves; enough parties that the k-1 nearest of the small t are among them."""
    code = point_code(name)
    parties = range(1, 17 if name == "fixed:4" else 257)
    words = {t: code.word(t) for t in parties if code.length(t) < 40}
    for t in (
        [1, 2, 3] if name == "omega" else [1, 2, 3, 5, 8, 13, 16]
    ):  # omega's nearest to 5 begin at 32, to 13 at 2^13
        depths = sorted((common(words[t], other) for u, other in words.items() if u != t), reverse=True)
        assert code.overlap(k, t, "tight") == sum(depths[: k - 1])


@pytest.mark.parametrize("name", ["gamma", "delta", "golomb:3", "golomb:5", "rice:2", "fixed:4"])
def test_siblings_and_the_word_fill_a_complete_code(name):
    """Kraft: the words that leave at depth d weigh 2^-(d+1), with infinitely many of them as with few."""
    code = point_code(name)
    parties = range(1, 17 if name == "fixed:4" else 513)
    for t in (1, 2, 5, 12, 16):
        word = code.word(t)
        for depth, count in zip(range(len(word) - 1, -1, -1), islice(code._siblings(t), 2)):
            leaving = [u for u in parties if u != t and code.length(u) < 60 and common(code.word(u), word) == depth]
            if count < INFINITE:
                assert len(leaving) == count
                assert sum(Fraction(1, 2 ** code.length(u)) for u in leaving) == Fraction(1, 2 ** (depth + 1))
            else:
                assert sum(Fraction(1, 2 ** code.length(u)) for u in leaving) < Fraction(1, 2 ** (depth + 1))
                break


def test_the_saving_of_the_tight_rule_is_a_sum_of_logarithms():
    for k, saving in [(3, 1), (5, 4), (9, 13), (16, 34), (33, 103)]:
        for name in ("gamma", "delta"):
            code = point_code(name)
            assert code.overlap(k, 10**6) - code.overlap(k, 10**6, "tight") == saving


def test_published_delta_sizes_have_floors():
    for t in [*range(1, 3000), 10**5, 2**40, 2**62]:
        n = t.bit_length() - 1
        assert share_bits("delta", 4, 7, t) == 3 * n + 6 * ((n + 1).bit_length() - 1) + 7


@pytest.mark.parametrize(
    ("code", "sizes"),
    [
        ("gamma", [256, 280, 312, 320, 360, 408, 488, 576]),
        ("delta", [256, 284, 308, 312, 332, 364, 404, 456]),
        ("omega", [256, 280, 308, 316, 336, 376, 416, 464]),
    ],
)
def test_sizes_of_the_table(code, sizes):
    parties = [1, 10, 255, 256, 10**4, 10**6, 10**9, 2**40]
    assert [share_bits(code, 5, 256, t) for t in parties] == sizes


@pytest.mark.parametrize("name", ["gamma", "delta", "omega", "rice:3", "fixed:6"])
def test_points_of_a_run_are_affine(name):
    code = point_code(name)
    for t in (1, 2, 5, 23, 64):
        start, stop = code.run(t)
        assert start <= t < stop
        assert len({code.length(u) for u in range(start, stop)}) == 1
        for a, b in combinations(range(min(stop - start, 16)), 2):
            assert code.point(start + a) ^ code.point(start + b) ^ code.point(start + (a ^ b)) == code.point(start)


def test_a_code_can_be_a_value_a_name_or_a_table():
    assert point_code(delta) == point_code("delta")
    assert point_code(golomb(5)) == point_code("golomb:5")
    assert point_code(gamma).word(9) == "0001001"
    table = point_code({1: "0", 2: "10", 7: "110"})
    assert table.word(7) == "110"
    assert table == point_code(table.name)
    letters = huffman([5, 2, 1])
    assert [point_code(letters).word(s + 1) for s in range(3)] == list(letters.codewords)


@pytest.mark.parametrize(
    "code",
    ["", "delt", "golomb", "golomb:", "golomb:0", "golomb:x", "golomb:01", "rice:-1", "delta:3", "fixed:0", "fixed:64",
     "table:", "table:1", "table:1=2", "table:1=0,1=1", "table:1=0,2=01", {1: "0", 2: "0"}, {1: "1", 3: "11"}, {},
     {1: ""}, {0: "1"}],
)  # fmt: skip
def test_what_is_no_code_is_refused(code):
    with pytest.raises(ValueError, match=r"must|no prefix"):
        point_code(code)


@pytest.mark.parametrize("code", [None, 3, b"delta", ["0", "1"], {1: 0}])
def test_what_is_not_even_a_name_is_refused(code):
    with pytest.raises((TypeError, ValueError)):
        point_code(code)


def test_parties_without_a_word_are_refused():
    with pytest.raises(DomainError, match="at most 16"):
        point_code("fixed:4").word(17)
    with pytest.raises(DomainError, match="party of the table"):
        point_code({1: "0", 2: "1"}).point(3)
    with pytest.raises(DomainError, match="4096"):
        point_code("unary").point(4097)
    with pytest.raises(ValueError, match="at least 1"):
        point_code("delta").point(0)
    with pytest.raises(ValueError, match="at most"):
        point_code("delta").point(2**63)
    assert len(point_code("unary").word(4096)) == 4096
