"""Exercises of the lesson "Huffman and its excess"."""

from collections.abc import Callable
from fractions import Fraction
from math import prod
from random import SystemRandom
from typing import Any

from polyquant.prefix import huffman

from ._verdict import Verdict, Wrong, ask, judge

FRESH = SystemRandom()
DEEP = 40
BUDGET = 600_000_000
BUDGET_HINT = "when is a merge that was just made one of the two lightest again?"


def huffman_cost(cost: Callable[[list[int]], int]) -> Verdict:
    """Check a function that finds the bits of a whole message in Huffman's code from its counts.

    Parameters
    ----------
    cost : function of list of int to int
        How often each symbol occurs, 0 or more of any size, at least two symbols above 0, to the number of bits.
    """

    def check() -> str:
        drawn = [[FRESH.randrange(10 ** FRESH.randint(1, 4)) for _ in range(FRESH.randint(2, 40))] for _ in range(40)]
        cases = [[1, 1], [1, 1, 1, 1], [5, 2, 2, 1, 1], *([1, *case, 1] for case in drawn)]
        cases += [[0, 3, 0, 5, 0, 1], [3**40 + i for i in range(20)], [2**i for i in range(80)]]
        for counts in cases:
            right = sum(length * count for length, count in zip(huffman(counts).lengths, counts))
            got = ask(
                cost, list(counts), kind=int, hint="a merge makes the words of everything below it one bit longer"
            )
            if got == right:
                continue
            if 0 in counts:
                raise Wrong("a list with zeros in it is wrong", "a symbol that never occurs is not in the forest")
            what = f"{counts}" if len(counts) < 8 else f"a list of {len(counts)} counts"
            if got == right + sum(counts) or got == right - sum(counts):
                hint = "off by one bit a symbol: which weights are added up, those of leaves or those of merges?"
                raise Wrong(f"{what} is wrong by exactly the sum of the counts", hint)
            hint = "take the two lightest, put back what they weigh together, and look again: heapq can do that"
            raise Wrong(f"{what} gives {'too few' if got < right else 'too many'} bits", hint)
        return f"{len(cases)} lists of counts, huge ones among them"

    return judge(check)


def deep_tree(counts: list[int]) -> Verdict:
    """Check counts whose Huffman code has a word of 40 bits though few symbols were counted.

    Parameters
    ----------
    counts : list of int
        At least 1 each, with a sum of at most 600,000,000.
    """

    def check() -> str:
        if not isinstance(counts, list | tuple) or not all(type(count) is int for count in counts):
            raise Wrong("a list of whole numbers is needed", BUDGET_HINT)
        if len(counts) < 2 or min(counts) < 1:
            raise Wrong("two or more counts are needed, each at least 1", BUDGET_HINT)
        if len(counts) > 10**4:
            raise Wrong("fewer symbols will do", BUDGET_HINT)
        longest = max(huffman(counts).lengths)
        if longest < DEEP:
            raise Wrong(f"the longest word has {longest} bits, {DEEP} are asked for", BUDGET_HINT)
        if sum(counts) > BUDGET:
            hint = (
                "the depth is there. Powers of two are too generous: how little must a count exceed what is below it?"
            )
            raise Wrong(f"the counts add up to {sum(counts):,}, more than {BUDGET:,}", hint)
        return f"a word of {longest} bits from {len(counts)} counts that add up to {sum(counts):,}"

    return judge(check)


def message_interval(interval: Callable[[list[int], list[int]], Any]) -> Verdict:
    """Check a function that narrows the unit interval by every symbol of a message, as arithmetic coding does.

    Parameters
    ----------
    interval : function of (list of int, list of int) to two Fractions
        The message and the counts of the symbols 0, 1, ..., to the left end and the width of the message's interval.
    """

    def check() -> str:
        cases = [([], [1, 1]), ([0], [1, 1]), ([1], [1, 3]), ([2, 1, 0, 2, 2], [1, 3, 4])]
        for _ in range(60):
            counts = [FRESH.randint(1, 9) for _ in range(FRESH.randint(2, 6))]
            cases.append(([FRESH.randrange(len(counts)) for _ in range(FRESH.randint(2, 30))], counts))
        hint = "which piece of [0, 1) has the first symbol? the second cuts that piece, in the same proportions"
        for message, counts in cases:
            got = ask(interval, list(message), list(counts), kind=(tuple, list), hint=hint)
            if len(got) != 2 or not all(type(part) in (int, Fraction) for part in got):
                raise Wrong(
                    "two numbers are needed, left end and width, as Fraction (or int)", "floats run out of bits"
                )
            _right_interval(message, counts, *got)
        return f"{len(cases)} messages, an empty one among them"

    return judge(check)


def _right_interval(message: list[int], counts: list[int], left: Fraction, width: Fraction) -> None:
    total, place = sum(counts), f"message {message}, counts {counts}"
    if width != prod((Fraction(counts[symbol], total) for symbol in message), start=Fraction(1)):
        raise Wrong(f"{place}: the interval has not the right width", "how probable is the whole message?")
    # The interval is right if reading at its left end, symbol by symbol, gives the message.
    at = Fraction(left)
    for i, symbol in enumerate(message):
        below = Fraction(sum(counts[:symbol]), total)
        at = (at - below) * Fraction(total, counts[symbol])
        if not 0 <= at < 1:
            raise Wrong(f"{place}: right width, wrong place from symbol {i} on", "all earlier symbols lie to the left")
    if at:
        raise Wrong(f"{place}: right width, wrong place", "the width to move by is the one before this symbol cuts it")
