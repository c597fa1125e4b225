# %% [markdown]
# # A code for the telegraph office
#
# **Assignment on prefix codes** · 20 points, about two hours · after lessons 10 and 11
#
# * Write your answers where it says so, and nowhere else; add cells as you like. The cells that test you can't be
#   changed: they show an example, and your teacher's copy has more cases.
# * Every cell of tests has points of its own, so half an answer counts. A call that takes longer than some seconds is
#   stopped.
# * Before you hand in: *Kernel, Restart Kernel and Run All Cells*.

# %%
from fractions import Fraction

import numpy as np

from polyquant.datasets import alice, ranks
from polyquant.prefix import fibonacci, kraft, rice

# %% [markdown]
# ## 1 · Too many short words
#
# An office has a price list: for each customer the length of the word that the customer would like to have. There are
# too many short ones, the Kraft sum is above 1. Somebody must take a longer word. Nobody gets a shorter one: a word
# of another length than on the list is at least one bit longer.
#
# **q1 (5 points).** Write `make_room(lengths)`. It returns new lengths, in the same order, for which a prefix code
# exists, such that the lengths grow by *as few bits in total* as possible. Lengths are 1 or more and may be in the
# thousands. If the list is fine as it is, it comes back unchanged.
#
# Think before you write: to make room, is it better to lengthen a short word or a long one?


# %% answer="q1"
def make_room(lengths: list[int]) -> list[int]:
    ### BEGIN SOLUTION
    # A bit more for a word of l bits frees 2^-(l+1). Each further bit frees half as much, so taking the largest gain
    # first is best, and the largest gain is always at the shortest word.
    new = list(lengths)
    while kraft(new) > 1:
        shortest = new.index(min(new))
        new[shortest] += 1
    return new
    ### END SOLUTION


# %% test="q1_small" points=2
# Short lists, compared with every other way
assert make_room([2, 2, 2]) == [2, 2, 2]
assert sorted(make_room([1, 1, 1])) == [1, 2, 2]
### BEGIN HIDDEN TESTS
from itertools import product


def cheapest(lengths):
    for extra in range(40):
        for more in product(range(extra + 1), repeat=len(lengths)):
            if sum(more) == extra and sum(Fraction(1, 2 ** (n + m)) for n, m in zip(lengths, more)) <= 1:
                return extra


for lengths in ([1], [1, 1], [1, 1, 2], [1, 1, 3], [2, 2, 2, 2, 2], [1, 2, 2, 3], [1, 2, 3, 3, 3], [1, 1, 1, 5]):
    new = make_room(list(lengths))
    assert isinstance(new, list) and len(new) == len(lengths), "hint: one length for each customer"
    assert all(b >= a for a, b in zip(lengths, new)), "hint: nobody gets a shorter word"
    assert sum(Fraction(1, 2**n) for n in new) <= 1, "hint: is there a prefix code for your lengths?"
    assert sum(new) - sum(lengths) == cheapest(lengths), "hint: it works with fewer bits"
### END HIDDEN TESTS

# %% test="q1_few" points=2
# Longer lists: as few bits as possible
assert sum(make_room([1, 2, 2, 2, 2])) == 9 + 3
### BEGIN HIDDEN TESTS
import heapq


def least(lengths):
    excess = sum(Fraction(1, 2**n) for n in lengths) - 1
    gains, bits = [-Fraction(1, 2 ** (n + 1)) for n in lengths], 0
    heapq.heapify(gains)
    while excess > 0:
        gain = heapq.heappop(gains)
        heapq.heappush(gains, gain / 2)
        excess, bits = excess + gain, bits + 1
    return bits


draw = np.random.default_rng(10)
for size in (5, 8, 12, 20, 40):
    for _ in range(6):
        lengths = draw.integers(1, 9, size).tolist()
        new = make_room(list(lengths))
        assert len(new) == size and all(b >= a for a, b in zip(lengths, new))
        assert sum(Fraction(1, 2**n) for n in new) <= 1, "hint: is there a prefix code for your lengths?"
        assert sum(new) - sum(lengths) == least(lengths), "hint: which word frees most room with one bit more?"
### END HIDDEN TESTS

# %% test="q1_long" points=1
# Very long words: floats cannot see them
assert make_room([1, 2, 2000]) == [1, 2, 2000]
### BEGIN HIDDEN TESTS
for lengths in ([1, 2, 3, 3, 1500], [1, 1, 1100], [2, 2, 2, 2, 3000, 3000]):
    new = make_room(list(lengths))
    assert all(b >= a for a, b in zip(lengths, new))
    assert sum(Fraction(1, 2**n) for n in new) <= 1, "hint: 1 + 2^-1500 is more than 1, but not as a float"
    assert sum(new) - sum(lengths) == 1
### END HIDDEN TESTS


# %% mistake="q1" keeps=0
def make_room(lengths: list[int]) -> list[int]:
    new = list(lengths)  # "a long word hardly notices one bit more"
    while kraft(new) > 1:
        longest = new.index(max(new))
        new[longest] += 1
        if new[longest] > 60:
            new[new.index(min(new))] += 1
    return new


# %% [markdown]
# ## 2 · The telegraphist who came late
#
# Lesson 10 says of the Fibonacci code: whoever sees `11` is at the end of a word. Is that so? A telegraphist wakes up
# and writes down a piece of a long message: he may have missed the beginning, and the end is cut off as well.
#
# **q2 (5 points).** Write `certain(piece)`: the list of those numbers whose *whole* words are in the piece *whatever
# came before it*. A number counts when every way to read the piece, from every possible state at its beginning, finds
# this same word at this same place. Words are those of `fibonacci(2)`: 1, 2, 3, 4 are `11`, `011`, `0011`, `1011`.


# %% answer="q2"
def certain(piece: str) -> list[int]:
    ### BEGIN SOLUTION
    # Ones at the beginning may end a word or begin one: 111 can be ..1|11 or 11|1.. . After a zero the next 11 ends a
    # word for sure, since a zero is always inside a word (or begins one). From there on all is plain reading.
    found = piece.find("011")
    if found < 0:
        return []
    numbers, rest = [], piece[found + 3 :]
    while (end := rest.find("11")) >= 0:
        word, rest = rest[: end + 2], rest[end + 2 :]
        numbers.append(number(word))
    return numbers


def number(word: str) -> int:
    weights = [1, 2]
    while len(weights) < len(word):
        weights.append(weights[-1] + weights[-2])
    return sum(weight for weight, bit in zip(weights, word[:-1]) if bit == "1")
    ### END SOLUTION


# %% test="q2_read" points=2
# The piece begins in the middle of a word, with a zero
assert certain("0011" + "11" + "1011" + "00") == [1, 4]
### BEGIN HIDDEN TESTS
draw = np.random.default_rng(11)
for _ in range(40):
    numbers = [int(n) for n in draw.integers(1, 500, draw.integers(1, 9))]
    text = "".join(str(fibonacci(2).encode(n)) for n in numbers)
    got = certain("0" + "10" * int(draw.integers(0, 3)) + "11" + text)
    assert got == numbers, "hint: after the first certain end of a word, read on as always"
### END HIDDEN TESTS

# %% test="q2_ones" points=3
# Any piece, many ones at its beginning among them
assert certain("1") == []
### BEGIN HIDDEN TESTS


def readings(piece):
    """For each state in which the piece may begin: the (place, word) of all words that lie wholly in it."""
    for fresh, last in ((True, 0), (False, 0), (False, 1)):
        words, start = set(), 0 if fresh else None
        for i, bit in enumerate(piece):
            if bit == "1" and last:
                if start is not None:
                    words.add((start, piece[start : i + 1]))
                start, last = i + 1, 0
            else:
                last = int(bit)
        yield words


book = {str(fibonacci(2).encode(n)): n for n in range(1, 2600)}
for size in range(1, 13):
    for i in range(2**size):
        piece = f"{i:0{size}b}"
        sure = sorted(set.intersection(*readings(piece)))
        if i % 7 == 0 or piece.startswith("11"):
            right = [book[word] for _, word in sure]
            assert certain(piece) == right, "hint: what could 111 be, at the very beginning of a piece?"
### END HIDDEN TESTS


# %% mistake="q2" keeps=2
def certain(piece: str) -> list[int]:
    numbers, rest = [], piece[piece.find("11") + 2 :] if "11" in piece else ""  # "11 is always the end of a word"
    while (end := rest.find("11")) >= 0:
        word, rest = rest[: end + 2], rest[end + 2 :]
        weights = [1, 2]
        while len(weights) < len(word):
            weights.append(weights[-1] + weights[-2])
        numbers.append(sum(w for w, bit in zip(weights, word[:-1]) if bit == "1"))
    return numbers


# %% [markdown] written="q3" points=3
# **q3 (3 points).** The same in Elias gamma: is there *any* piece, however long, that tells a late reader for certain
# where a word ends? Give such a piece with the reason, or prove that there is none. Three to six sentences.
#
# <!-- ### BEGIN SOLUTION -->
# There is none. The binary digits of a number in gamma are free after the leading 1: for every piece $w$ of $n$ bits
# there is a number whose digits are 1, then $w$, then anything. Its word is $N$ zeros and then these digits, with
# $N \ge n$; a message may hold this word, and then the whole piece lies inside one word, with no end of a word in it.
# So no end of a word in the piece is certain. (Fibonacci differs: `011` cannot stand inside a word.)
#
# *Rubric.* 1: says no, and what has to be shown (for every piece a message in which nothing ends there). 1: the
# piece as digits of one large number. 1: complete, with the zeros in front, or with what distinguishes Fibonacci. No
# points for "gamma loses synchronisation" with an example: one bad piece does not show that all are bad.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## 4 · Changing horses
#
# The law of real numbers changes on the way. So cut the list into blocks: each block is written with one Rice code,
# `rice(k)` with $k$ from 0 to 15, and pays 5 bits in advance for saying its $k$ and that it begins. Long blocks save
# the 5 bits, short ones adapt.
#
# **q4 (5 points).** Write `cheapest_cut(numbers)`: the least number of bits, over all ways to cut the list and all
# choices of $k$. Numbers are 0 or more; an empty list costs nothing. `rice(k).length(numbers)` gives the lengths of
# all words at once. The last cell of tests has all words of a book: 26,683 numbers.


# %% answer="q4"
def cheapest_cut(numbers: np.ndarray) -> int:
    ### BEGIN SOLUTION
    # cost[k]: the cheapest way to write everything so far, when the block that goes on now uses k.
    if len(numbers) == 0:
        return 0
    bits = np.array([rice(k).length(numbers) for k in range(16)]).T
    cost = bits[0] + 5
    for row in bits[1:]:
        cost = np.minimum(cost, cost.min() + 5) + row
    return int(cost.min())
    ### END SOLUTION


# %% test="q4_small" points=2
# Short lists, compared with all ways to cut them
assert cheapest_cut(np.array([0, 0, 0])) == 5 + 3
### BEGIN HIDDEN TESTS
from itertools import combinations


def by_trying(numbers):
    size = len(numbers)
    block = {
        (i, j): 5 + min(sum((n >> k) + 1 + k for n in numbers[i:j]) for k in range(16))
        for i in range(size)
        for j in range(i + 1, size + 1)
    }
    cuts = (c for r in range(size) for c in combinations(range(1, size), r))
    return min(sum(block[i, j] for i, j in zip((0, *c), (*c, size))) for c in cuts)


draw = np.random.default_rng(12)
for size in range(1, 8):
    for _ in range(4):
        numbers = (2 ** draw.uniform(0, 9, size)).astype(np.int64) * draw.integers(0, 2, size)
        assert cheapest_cut(numbers) == by_trying(numbers.tolist()), "hint: what does the empty list cost, and a block?"
### END HIDDEN TESTS

# %% test="q4_middle" points=1 seconds=10
# A few hundred numbers, and none at all
assert cheapest_cut(np.arange(0)) == 0
### BEGIN HIDDEN TESTS
numbers = np.concatenate([np.arange(60) % 3, 1000 + np.arange(60) * 7, np.arange(60) % 5])
assert cheapest_cut(numbers) == 1019, "hint: small, then large, then small: three blocks should win"
assert cheapest_cut(np.full(300, 40)) == 5 + 300 * 7
### END HIDDEN TESTS

# %% test="q4_book" points=2 seconds=15
# The words of a whole book, within seconds
words = ranks(alice()) - 1
assert cheapest_cut(words[:100]) < rice(5).length(words[:100]).sum()
### BEGIN HIDDEN TESTS
assert cheapest_cut(words) == 247_896, "hint: from left to right, what has to be remembered at each place?"
assert cheapest_cut(np.sort(words)) == 189_643
### END HIDDEN TESTS


# %% mistake="q4" keeps=0
def cheapest_cut(numbers: np.ndarray) -> int:
    total, k = 0, None  # always the best k for the next number: greedy
    bits = np.array([rice(j).length(numbers) for j in range(16)]).T
    for row in bits:
        costs = row + 5
        if k is not None:
            costs[k] -= 5
        k = int(costs.argmin())
        total += int(costs[k])
    return total


# %% [markdown] written="q5" points=2
# **q5 (2 points).** Run your `cheapest_cut` on the words of the book as they stand, and sorted. One of the two bills
# is a quarter shorter than the other. Did sorting compress the book? What does the shorter bill not pay for? Two to
# four sentences.
#
# <!-- ### BEGIN SOLUTION -->
# Sorted, equal ranks stand together, and each stretch gets its own code. But the reader gets a heap of words and not
# the story: the bill leaves out the order. To restore it one must say which of all arrangements of these words it was,
# about $\lg\bigl(26683! / \prod_w c_w!\bigr)$ bits, nearly 26,683 times the entropy: several times what was saved.
#
# *Rubric.* 1: the order is lost and the story cannot be read from it. 1: the order costs at least as much as was
# saved, with some reason (number of arrangements, or entropy). Half a point for "side information" without saying
# which.
# <!-- ### END SOLUTION -->
