"""Right answers pass, usual mistakes get a reason, hints hold no answer."""

import heapq
from fractions import Fraction

import pytest

from polyquant.entropy import arithmetic
from polyquant.exercises import deep_tree, huffman_cost, message_interval


def cost(counts):
    heap = [count for count in counts if count]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        total += merged
        heapq.heappush(heap, merged)
    return total


def pairs_once(counts):
    """Sorted once and never again."""
    row, total = sorted(count for count in counts if count), 0
    while len(row) > 1:
        row = [row[0] + row[1], *row[2:]]
        total += row[0]
    return total


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda counts: ..., "returned nothing"),
        (lambda counts: cost(counts) + sum(counts), "by exactly the sum of the counts"),
        (lambda counts: cost(counts) - sum(counts), "by exactly the sum of the counts"),
        (lambda counts: cost(counts) + (0 in counts), "zeros in it"),
        (lambda counts: sum(counts) * (len(counts) - 1).bit_length(), "too many bits"),
        (pairs_once, "too many bits"),
        (lambda counts: float(cost(counts)), "must return int"),
        (lambda counts: cost(counts) if len(counts) < 3 else 0, "too few bits"),
    ],
)
def test_a_wrong_cost_gets_a_reason(answer, part):
    assert huffman_cost(cost)
    verdict = huffman_cost(answer)
    assert not verdict
    assert part in repr(verdict)


def fibonacci(n):
    numbers = [1, 1]
    while len(numbers) < n:
        numbers.append(sum(numbers[-2:]))
    return numbers


def test_fibonacci_counts_make_the_deep_tree():
    assert deep_tree(fibonacci(41))
    assert sum(fibonacci(41)) == 433_494_436


@pytest.mark.parametrize(
    ("counts", "part"),
    [
        (..., "a list of whole numbers"),
        ([1.0, 2.0], "a list of whole numbers"),
        ([True, 2], "a list of whole numbers"),
        ([5], "two or more"),
        ([0, 1, 2], "at least 1"),
        ([1] * 1000, "has 10 bits"),
        ([1] * 10_001, "fewer symbols"),
        (fibonacci(40), "has 39 bits"),
        ([1, *(2**i for i in range(40))], "more than 600,000,000"),
    ],
)
def test_a_shallow_or_heavy_tree_gets_a_reason(counts, part):
    verdict = deep_tree(counts)
    assert not verdict
    assert part in repr(verdict)


def interval(message, counts):
    left, width, total = Fraction(0), Fraction(1), sum(counts)
    for symbol in message:
        left += width * Fraction(sum(counts[:symbol]), total)
        width *= Fraction(counts[symbol], total)
    return left, width


def late(message, counts):
    left, width, total = Fraction(0), Fraction(1), sum(counts)
    for symbol in message:
        width *= Fraction(counts[symbol], total)
        left += width * Fraction(sum(counts[:symbol]), total)
    return left, width


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda message, counts: ..., "returned nothing"),
        (lambda message, counts: 0, "must return tuple or list"),
        (lambda message, counts: (0.0, 1.0), "as Fraction"),
        (lambda message, counts: interval(message, counts)[::-1], "not the right width"),
        (lambda message, counts: (Fraction(0), interval(message, counts)[1]), "wrong place"),
        (lambda message, counts: interval(message[::-1], counts), "wrong place"),
        (late, "wrong place"),
    ],
)
def test_a_wrong_interval_gets_a_reason(answer, part):
    assert message_interval(interval)
    verdict = message_interval(answer)
    assert not verdict
    assert part in repr(verdict)


def test_the_interval_of_the_exercise_holds_the_word_of_the_library():
    message, counts = [2, 1, 0, 2, 2], [1, 3, 4]
    word = arithmetic.encode(message, counts)
    left, width = interval(message, counts)
    assert left <= Fraction(word.to_int(), 2**word.size)
    assert Fraction(word.to_int() + 1, 2**word.size) <= left + width
