# %% [markdown]
# # Many points, no list
#
# **Assignment on pyramid vector quantization** · 20 points, about two hours · after lessons 50 to 52
#
# * Write your answers where it says so, and nowhere else; add cells as you like. The cells that test you can't be
#   changed: they show an example, and your teacher's copy has more cases.
# * Every cell of tests has points of its own, so half an answer counts. A call that takes longer than some seconds is
#   stopped.
# * Before you hand in: *Kernel, Restart Kernel and Run All Cells*.
#
# $S(N, K)$ are the integer vectors of $N$ entries whose magnitudes sum to $K$, and $P(N, K)$ is their number, as in the
# lessons. `Pyramid` and everything else of the library may be used to try things; write the answers yourself.

# %%
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np

from polyquant.quantize import Pyramid

# %% [markdown]
# ## 1 · Count differently
#
# The rule of lesson 50 counts all points. Often one wants to know more: points with many zeros are cheap to send by other
# means, and a *ball* of points also has small ones.
#
# **q1 (4 points).** Write three functions, for $N$ and $K$ up to 60:
#
# * `sparse(N, K, m)`: how many points of $S(N, K)$ have exactly $m$ entries that are not zero;
# * `ball(N, K)`: how many integer vectors of $N$ entries have magnitudes that sum to *at most* $K$;
# * `zeros(N, K)`: how many entries of a point of $S(N, K)$ are zero, on average over all points: a `Fraction`.
#
# No loop over points will do: the number of points of $S(60, 60)$ has 45 digits.


# %% answer="q1"
def sparse(N: int, K: int, m: int) -> int:
    ### BEGIN SOLUTION
    # Choose the m places, cut K pulses into m parts that are not empty, choose the signs.
    if m == 0:
        return int(K == 0)
    return comb(N, m) * comb(K - 1, m - 1) * 2**m if K else 0
    ### END SOLUTION


def ball(N: int, K: int) -> int:
    ### BEGIN SOLUTION
    return sum(sparse(N, k, m) for k in range(K + 1) for m in range(N + 1))
    ### END SOLUTION


def zeros(N: int, K: int) -> Fraction:
    ### BEGIN SOLUTION
    # The first entry is zero in P(N - 1, K) of all points, and each entry as often as the first.
    P = [sum(sparse(n, K, m) for m in range(n + 1)) for n in (N - 1, N)]
    return Fraction(N * P[0], P[1])
    ### END SOLUTION


# %% helpers="q1_helpers"
def every(N, most):
    """All integer vectors of N entries whose magnitudes sum to at most so much."""
    return [y for y in product(range(-most, most + 1), repeat=N) if sum(map(abs, y)) <= most]


# %% test="q1_sparse" points=1
# Points with m entries that are not zero
assert sparse(3, 2, 1) == 6 and sparse(3, 2, 2) == 12
### BEGIN HIDDEN TESTS
for N, K in ((1, 0), (1, 4), (2, 3), (3, 4), (4, 3)):
    points = [y for y in every(N, K) if sum(map(abs, y)) == K]
    for m in range(N + 1):
        right = sum(1 for y in points if N - y.count(0) == m)
        assert sparse(N, K, m) == right, "hint: choose places, cut K into parts, choose signs"
assert sum(sparse(60, 60, m) for m in range(61)) == Pyramid(60, 60).count, "hint: all m together are all points"
### END HIDDEN TESTS

# %% test="q1_ball" points=1
# The ball
assert ball(2, 1) == 5 and ball(3, 2) == 25
### BEGIN HIDDEN TESTS
for N, K in ((1, 0), (1, 5), (2, 4), (3, 3), (4, 3)):
    assert ball(N, K) == len(every(N, K)), "hint: the ball is made of pyramids, and of the zero vector"
assert ball(60, 41) == sum(Pyramid(60, k).count for k in range(42)), "hint: sum of magnitudes 0, 1, 2, ..."
### END HIDDEN TESTS

# %% test="q1_zeros" points=2
# Zeros on average
assert zeros(2, 1) == 1
### BEGIN HIDDEN TESTS
for N, K in ((1, 3), (2, 3), (3, 2), (4, 3)):
    points = [y for y in every(N, K) if sum(map(abs, y)) == K]
    right = Fraction(sum(y.count(0) for y in points), len(points))
    assert zeros(N, K) == right, "hint: how many points have a zero in the first place?"
right = Fraction(60 * Pyramid(59, 60).count, Pyramid(60, 60).count)
assert zeros(60, 60) == right, "hint: all places are alike; a float is not exact"
### END HIDDEN TESTS


# %% mistake="q1" keeps=2
def sparse(N: int, K: int, m: int) -> int:
    return comb(N, m) * comb(K - 1, m - 1) if m else int(K == 0)  # no signs


def ball(N: int, K: int) -> int:
    return sum(Pyramid(N, k).count for k in range(1, K + 1))  # without the zero vector


def zeros(N: int, K: int) -> Fraction:
    return Fraction(N * Pyramid(N - 1, K).count if N > 1 else int(K == 0), Pyramid(N, K).count)


# %% [markdown]
# ## 2 · The way to the index
#
# Exercise 2 of lesson 50 read an index. Now the other way. The order is by the first entry, $+K, \dots, +1, 0, -K, \dots,
# -1$; within equal first entries by the second in the same way, with the pulses that are left, and so on.
#
# **q2 (4 points).** Write `encode(y)`: the index of the point $y$, a list of up to 100 entries with up to 100 pulses. It
# may take a second.


# %% answer="q2"
def encode(y: list[int]) -> int:
    ### BEGIN SOLUTION
    left = sum(map(abs, y))
    P = [[1] + [0] * left]
    for _ in y:
        P.append([1])
        for k in range(left):
            P[-1].append(P[-2][k + 1] + P[-2][k] + P[-1][k])
    index = 0
    for i, value in enumerate(y):
        order = [*range(left, -1, -1), *range(-left, 0)]
        index += sum(P[len(y) - i - 1][left - abs(before)] for before in order[: order.index(value)])
        left -= abs(value)
    return index
    ### END SOLUTION


# %% helpers="q2_helpers"
def some_points(N, K, count, seed, lowest):
    """Points with entries of either sign, or none below zero."""
    draw = np.random.default_rng(seed)
    for _ in range(count):
        y = np.bincount(draw.integers(0, N, K), minlength=N)
        yield (y * draw.choice([lowest, 1], N)).tolist()


# %% test="q2_positive" points=2
# Points without negative entries
assert encode([2, 0]) == 0 and encode([1, 1]) == 1 and encode([0, 2]) == 3
### BEGIN HIDDEN TESTS
for N, K in ((1, 3), (2, 5), (3, 4), (6, 6), (16, 12), (100, 40)):
    for y in some_points(N, K, 6, N, 1):
        assert encode(y) == Pyramid(N, K).index(np.array(y)), (
            "hint: how many points have a first entry that comes before?"
        )
### END HIDDEN TESTS

# %% test="q2_signs" points=2
# Points with negative entries
assert encode([0, -2]) == 4 and encode([-2, 0]) == 5 and encode([-1, -1]) == 7
### BEGIN HIDDEN TESTS
for N, K in ((1, 3), (2, 5), (3, 4), (6, 6), (16, 12), (100, 100)):
    for y in some_points(N, K, 6, N + 1, -1):
        assert encode(y) == Pyramid(N, K).index(np.array(y)), "hint: -K comes before -1, and both after 0"
### END HIDDEN TESTS


# %% mistake="q2" keeps=2
def encode(y: list[int]) -> int:
    index, left = 0, sum(map(abs, y))
    for i, value in enumerate(y):
        rest = len(y) - i - 1
        for before in range(left, value, -1):  # negative entries in falling order, too
            k = left - abs(before)
            index += Pyramid(rest, k).count if rest else int(k == 0)
        left -= abs(value)
    return index


# %% [markdown] written="q3" points=3
# **q3 (3 points).** The projection scales $x$ to $\sum |x_i| = K$ and finds the point of $S(N, K)$ nearest to it. (a) Why is
# that point the one of best cosine when $K = 1$? (b) Give a vector of *three* numbers and a $K$ for which it is not, with
# both points and both cosines. (c) A friend says: "then take several scales $c$, and of the points nearest to $c x$
# the one with the best cosine." Can that miss the best point? Can it be worse than the projection alone? Four to six
# sentences.
#
# <!-- ### BEGIN SOLUTION -->
# (a) With one pulse all points have length 1, so the nearest is that of the largest inner product, and that is the one of
# the best cosine: the pulse at the largest magnitude. (b) For example $x = (6, 2, 1)$, $K = 2$: scaled by $2/9$ it is $(1.33,
# 0.44, 0.22)$, and the nearest point is $(1, 1, 0)$ with cosine $8/\sqrt{82} = 0.883$; but $(2, 0, 0)$ has $12/\sqrt{164} =
# 0.937$. (`exercises.projection_misses` says whether a pair is right.) (c) By the theorem the best point is nearest to $c x$
# for *some* range of $c$; a list of scales may jump over this range, so it can miss it. If $c = K/\sum|x_i|$ is one of
# them the result is never worse than the projection, as the best of a set that holds it.
#
# *Rubric.* 1: equal lengths for $K = 1$. 1: an example with both cosines, right by calculation. 1: can miss (half a point),
# not worse if the projection's scale is among them (half a point).
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## 4 · Nobody is nearer
#
# The theorem of lesson 50: the point of best cosine is nearest to $c\,|x|$ for some $c > 0$. So walk along $c$ and keep the
# best.
#
# **q4 (5 points).** Write `nearest(x, K)`: a point of $S(N, K)$, a list, whose cosine with $x$ no other point exceeds. $x$ is a
# list of up to 40 numbers, not all zero; $K$ is up to 60. Entries must not have the wrong sign.
#
# For a given $c$ the nearest point is easy to make: start with the whole parts of $c|x_i|$; while pulses are missing, put one
# where the distance grows least; while there are too many, take one away where it grows least.


# %% answer="q4"
def nearest(x: list[float], K: int) -> list[int]:
    ### BEGIN SOLUTION
    size = np.abs(np.array(x, float))
    size /= size.max()
    N = len(size)
    y = np.full(N, K // N)
    y[np.argsort(-size, kind="stable")[: K % N]] += 1  # c = 0: as flat as possible
    best, found = -1.0, y
    while True:
        cosine = size @ y / np.sqrt(y @ y)
        if cosine > best + 1e-15:
            best, found = cosine, y.copy()
        # A pulse goes from j to i, where |x_i| > |x_j|, at c = (y_i - y_j + 1) / (|x_i| - |x_j|): the first such.
        gap = size[:, None] - size[None, :]
        when = np.where((gap > 0) & (y > 0), (y[:, None] - y[None, :] + 1) / np.where(gap > 0, gap, 1), np.inf)
        i, j = divmod(int(when.argmin()), N)
        if not np.isfinite(when[i, j]):
            return [int(v) if t >= 0 else -int(v) for v, t in zip(found, x)]
        y[i] += 1
        y[j] -= 1
    ### END SOLUTION


# %% helpers="q4_helpers"
def cosine(x, y):
    """Of the angle between two vectors."""
    x, y = np.array(x, float), np.array(y, float)
    return float(x @ y / np.sqrt(x @ x) / np.sqrt(y @ y))


def is_point(x, K, y):
    """Whether y is a point of the pyramid, without wrong signs."""
    return len(y) == len(x) and sum(map(abs, y)) == K and all(a * b >= 0 for a, b in zip(x, y))


def vectors(N, count, seed):
    return np.random.default_rng(seed).normal(size=(count, N)).round(3).tolist()


# %% test="q4_point" points=1
# It is a point of the pyramid
assert nearest([0.2, -3.0], 4) in ([0, -4], [1, -3])
### BEGIN HIDDEN TESTS
for N, K in ((1, 5), (2, 1), (5, 3), (8, 6), (40, 60)):
    for x in vectors(N, 3, N):
        assert is_point(x, K, nearest(x, K)), "hint: magnitudes sum to K, signs are those of x"
### END HIDDEN TESTS

# %% test="q4_small" points=2
# The best of few points
assert nearest([0, 7, 0], 4) == [0, 4, 0]
### BEGIN HIDDEN TESTS
for N, K in ((2, 5), (3, 4), (3, 9), (4, 5)):
    points = [y for y in product(range(-K, K + 1), repeat=N) if sum(map(abs, y)) == K]
    for x in vectors(N, 8, 100 + N):
        best = max(cosine(x, y) for y in points)
        assert cosine(x, nearest(x, K)) > best - 1e-9, "hint: one scale is not enough; where does a pulse move next?"
### END HIDDEN TESTS

# %% test="q4_large" points=2
# The best of very many points
assert is_point([1.0] * 20, 30, nearest([1.0] * 20, 30))
### BEGIN HIDDEN TESTS
for N, K in ((8, 16), (16, 27), (40, 60)):
    for x in vectors(N, 6, 200 + N):
        best = cosine(x, Pyramid(N, K).nearest(np.array(x), method="exact"))
        assert cosine(x, nearest(x, K)) > best - 1e-9, (
            "hint: between two moves of pulses nothing changes; visit all of them"
        )
### END HIDDEN TESTS


# %% mistake="q4" keeps=1
def nearest(x: list[float], K: int) -> list[int]:
    t = np.abs(x) * (K / np.abs(x).sum())
    y = np.floor(t).astype(int)
    y[np.argsort(y - t, kind="stable")[: K - int(y.sum())]] += 1  # the projection
    return [int(v) if a >= 0 else -int(v) for v, a in zip(y, x)]


# %% [markdown]
# ## 5 · Errors next door
#
# A row $w$ of weights becomes a row $q$ of whole numbers. The cost is $(w - q) H (w - q)^T$, where $H$ says which inputs occur
# together.
#
# **q5 (4 points).** Write two functions:
#
# * `feedback(w, H)`: from left to right; when column $j$ comes, the errors $e_i = w_i - q_i$ to the left are known, and the
#   columns to the right will still be free to be *any real number*. Choose for $q_j$ the whole number nearest to the value
#   that makes the final cost least, if it could be taken exactly. (Lesson 52: $H = A A^T$ with $A$ upper triangular.)
# * `best(w, H)`: the row of whole numbers with the least cost of all, for up to four weights. No entry of it is more than 3 away
#   from $w$ in the cases that are tried.


# %% answer="q5"
def feedback(w: list[float], H: list[list[float]]) -> list[int]:
    ### BEGIN SOLUTION
    # Turned round, the lower triangular factor is an upper triangular one.
    A = np.linalg.cholesky(np.array(H, float)[::-1, ::-1])[::-1, ::-1]
    error, q = np.zeros(len(w)), []
    for j, value in enumerate(w):
        q.append(round(value + float(error[:j] @ A[:j, j]) / A[j, j]))
        error[j] = value - q[-1]
    return q
    ### END SOLUTION


def best(w: list[float], H: list[list[float]]) -> list[int]:
    ### BEGIN SOLUTION
    tried = product(*(range(round(v) - 3, round(v) + 4) for v in w))
    return list(min(tried, key=lambda q: np.subtract(w, q) @ np.array(H) @ np.subtract(w, q)))
    ### END SOLUTION


# %% helpers="q5_helpers"
def cost_of(w, H, q):
    e = np.array(w, float) - np.array(q, float)
    return float(e @ np.array(H, float) @ e)


def row_and_inputs(n, seed):
    """A row of weights and moments of inputs that have much in common."""
    draw = np.random.default_rng(seed)
    inputs = draw.normal(size=(50, n)) + draw.normal(size=(50, 1))
    return (3 * draw.normal(size=n)).round(3).tolist(), (inputs.T @ inputs / 50).round(4).tolist()


def slowly(w, H):
    """Feedback by definition: the best real values of all free columns, then round the first of them."""
    w, H, q = np.array(w, float), np.array(H, float), []
    for j in range(len(w)):
        free = slice(j, None)
        fixed = w[:j] - np.array(q, float)
        e = -np.linalg.solve(H[free, free], H[free, :j] @ fixed)  # the best errors of the free columns
        q.append(round(float(w[j] - e[0])))
    return q


# %% test="q5_feedback" points=2
# Rounding with feedback
assert feedback([0.4, 0.4], [[1.0, 0.9], [0.9, 1.0]]) == [0, 1]
### BEGIN HIDDEN TESTS
for n in (1, 2, 3, 5, 8, 20):
    for seed in range(5):
        w, H = row_and_inputs(n, 10 * n + seed)
        assert feedback(w, H) == slowly(w, H), "hint: two weights first; which q_2 is best when e_1 is known?"
### END HIDDEN TESTS

# %% test="q5_best" points=2
# The best of all
assert best([0.4, 0.4], [[1.0, 0.0], [0.0, 1.0]]) == [0, 0]
### BEGIN HIDDEN TESTS
for n in (1, 2, 3, 4):
    for seed in range(2):
        w, H = row_and_inputs(n, 1000 + 10 * n + seed)
        tried = (cost_of(w, H, q) for q in product(*(range(round(v) - 3, round(v) + 4) for v in w)))
        got = best(w, H)
        assert cost_of(w, H, got) <= min(tried) + 1e-9, "hint: with four weights there are not many rows to try"
### END HIDDEN TESTS


# %% mistake="q5" keeps=2
def feedback(w: list[float], H: list[list[float]]) -> list[int]:
    q, carry = [], 0.0
    for j, value in enumerate(w):
        aim = value + (carry * H[j - 1][j] / H[j][j] if j else 0.0)  # only the neighbour's error
        q.append(round(aim))
        carry = value - q[-1]
    return q


def best(w: list[float], H: list[list[float]]) -> list[int]:
    tried = product(*(range(round(v) - 3, round(v) + 4) for v in w))
    return list(min(tried, key=lambda q: np.subtract(w, q) @ np.array(H) @ np.subtract(w, q)))
