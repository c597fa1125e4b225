# %% [markdown]
# # The right questions
#
# **Assignment on the Walsh-Hadamard transform** · 20 points, about two hours · after lessons 40 to 42
#
# * Write your answers where it says so, and nowhere else; add cells as you like. The cells that test you can't be
#   changed: they show an example, and your teacher's copy has more cases.
# * Every cell of tests has points of its own, so half an answer counts. A call that takes longer than some seconds is
#   stopped.
# * Before you hand in: *Kernel, Restart Kernel and Run All Cells*.
#
# $\langle k, m\rangle$ is the parity of the ones that $k$ and $m$ have in common, as in the lessons. In Python:

# %%
import numpy as np

from polyquant import datasets


def parity(k, m):
    return (k & m).bit_count() % 2


# %% [markdown]
# ## 1 · A row that nobody can write down
#
# Row $k$ of $H_{2^n}$ is $(-1)^{\langle k, m\rangle}$ for $m = 0, 1, \dots, 2^n - 1$. Sequency order sorts the rows by how
# often they change their sign from one place to the next.
#
# **q1 (3 points).** Write two functions, for $n$ up to 60:
#
# * `changes(k, n)`: how often row $k$ changes its sign;
# * `row_with(s, n)`: the $k$ of the row that changes its sign $s$ times, $0 \le s < 2^n$.
#
# On paper first, with $n = 3$. Which digits of $m$ change when $m$ becomes $m + 1$, and for how many $m$ is it just
# these?


# %% answer="q1"
def changes(k: int, n: int) -> int:
    ### BEGIN SOLUTION
    # From m to m + 1 the lowest t digits change, for 2^(n - t) of all m; the sign does if k has an odd number of them.
    return sum(2 ** (n - t) * parity(k, 2**t - 1) for t in range(1, n + 1))
    ### END SOLUTION


def row_with(s: int, n: int) -> int:
    ### BEGIN SOLUTION
    # Bit n - t of s is the parity of the lowest t digits of k; so digit t - 1 is 1 where two neighbours differ.
    k, before = 0, 0
    for t in range(1, n + 1):
        now = s >> (n - t) & 1
        k |= (now ^ before) << (t - 1)
        before = now
    return k
    ### END SOLUTION


# %% helpers="q1_helpers"
def by_doubling(k, n):
    """Row k of 2^n is that of 2^(n-1) and then the same, or its opposite."""
    count, last = 0, 0
    for i in range(n):
        flipped = k >> i & 1
        count = 2 * count + (last ^ flipped)  # where the copies meet: the last sign, and the first of the copy
        last ^= flipped
    return count


# %% test="q1_small" points=1
# Rows that can be written down
assert changes(1, 3) == 7 and changes(4, 3) == 1
### BEGIN HIDDEN TESTS
for n in range(7):
    for k in range(2**n):
        row = [parity(k, m) for m in range(2**n)]
        right = np.count_nonzero(np.diff(row))
        assert changes(k, n) == right, "hint: from m to m + 1 the ones at the end of m become zeros, and a zero a one"
### END HIDDEN TESTS

# %% test="q1_wide" points=1
# Rows with 2^60 signs
assert changes(1, 60) == 2**60 - 1
### BEGIN HIDDEN TESTS
draw = np.random.default_rng(40)
for n in (17, 41, 60):
    for k in [0, 1 << (n - 1), 2**n - 1, *(int(k) for k in draw.integers(0, 2**n, 20))]:
        assert changes(k, n) == by_doubling(k, n), (
            "hint: do not walk along the row, count the m for which t digits change"
        )
### END HIDDEN TESTS

# %% test="q1_back" points=1
# The row with s changes of sign
assert row_with(7, 3) == 1 and row_with(1, 3) == 4
### BEGIN HIDDEN TESTS
assert [row_with(s, 3) for s in range(8)] == [0, 4, 6, 2, 3, 7, 5, 1], "hint: try n = 3, all rows, on paper"
draw = np.random.default_rng(41)
for n in (1, 6, 30, 60):
    for s in [0, 2**n - 1, *(int(s) for s in draw.integers(0, 2**n, 20))]:
        k = row_with(s, n)
        assert 0 <= k < 2**n and by_doubling(k, n) == s, "hint: which digits of k does each digit of s depend on?"
### END HIDDEN TESTS


# %% mistake="q1" keeps=1
def changes(k: int, n: int) -> int:
    places = np.arange(2**n)  # writes the row down
    signs = np.array([parity(k, int(m)) for m in places])
    return int((signs[1:] != signs[:-1]).sum())


def row_with(s: int, n: int) -> int:
    return int(f"{s:0{n}b}"[::-1], 2)  # the other order, dyadic


# %% [markdown]
# ## 2 · Two in a bin
#
# The reader of lesson 41 says *several*, and waits until peeling has taken others out of the bin. If there are just
# *two*, and of different size, then nobody need wait.
#
# A bin of a function of $n$ bits holds $a$ at index $k$ and $b$ at index $l \ne k$, whole numbers with $|a| > |b| > 0$.
# You get its value at $n + 1$ delays: `values[0]` at delay 0, `values[i + 1]` at delay $2^i$.
#
# **q2 (4 points).** Write `pair(values)`. It returns `[(k, a), (l, b)]`, the larger one first. $n$ is up to 70.


# %% answer="q2"
def pair(values: list[int]) -> list[tuple[int, int]]:
    ### BEGIN SOLUTION
    # Two sizes occur, |a| + |b| and |a| - |b|. The sign of a value is that of the larger one: it spells k. What is left
    # spells l.
    sizes = [abs(v) for v in values]
    large = (max(sizes) + min(sizes)) // 2
    firsts = [large if v > 0 else -large for v in values]
    found = []
    for signs in (firsts, [v - first for v, first in zip(values, firsts)]):
        found.append((sum(1 << i for i, v in enumerate(signs[1:]) if v != signs[0]), signs[0]))
    return found
    ### END SOLUTION


# %% helpers="q2_helpers"
def shown(members, n):
    """The values of a bin at the delays 0, 1, 2, 4, ..."""
    return [sum(-a if parity(k, d) else a for k, a in members) for d in (0, *(1 << i for i in range(n)))]


def some_pairs(seed, lowest):
    """Two members, sizes from lowest up, in fresh bins."""
    draw = np.random.default_rng(seed)
    for n in (1, 2, 3, 5, 10, 10, 30, 61, 70):
        for _ in range(4):
            k, other = (int.from_bytes(draw.bytes(9), "big") % 2**n for _ in range(2))
            b = int(draw.integers(1, 20))
            a = b + int(draw.integers(1, 20))
            a, b = (int(v * draw.choice([lowest, 1])) for v in (a, b))
            if k != other:
                yield n, [(k, a), (other, b)]


# %% test="q2_positive" points=2
# Both coefficients are positive
assert [tuple(one) for one in pair([8, 2, 8, -2])] == [(0b100, 5), (0b001, 3)]
### BEGIN HIDDEN TESTS
for n, members in some_pairs(42, 1):
    got = [tuple(one) for one in pair(shown(members, n))]
    assert got == members, "hint: which two sizes do the values have, and whose sign does a value have?"
### END HIDDEN TESTS

# %% test="q2_signs" points=2
# Coefficients of either sign
assert [tuple(one) for one in pair([2, 8, 2, -8])] == [(0b100, 5), (0b001, -3)]
### BEGIN HIDDEN TESTS
for n, members in some_pairs(43, -1):
    got = [tuple(one) for one in pair(shown(members, n))]
    assert got == members, "hint: at delay 0 the two may add up or cancel already; compare with the value there"
### END HIDDEN TESTS


# %% mistake="q2" keeps=2
def pair(values: list[int]) -> list[tuple[int, int]]:
    most, least = max(map(abs, values)), min(map(abs, values))
    k = sum(1 << i for i, v in enumerate(values[1:]) if v < 0)
    other = k ^ sum(1 << i for i, v in enumerate(values[1:]) if abs(v) < most)
    return [(k, (most + least) // 2), (other, (most - least) // 2)]  # as if all were positive


# %% [markdown] written="q3" points=3
# **q3 (3 points).** Sampling $f[m \oplus d]$ instead of $f[m]$ changes signs in the bins and never moves a coefficient to
# another bin. Why? Then let $|a| = |b|$ in question 2: give two *different* pairs of indices whose bins show the same
# values at all of the delays 0, 1, 2, 4, ..., and one more delay that tells them apart. What can still be read from the
# $n + 1$ values? Four to six sentences.
#
# <!-- ### BEGIN SOLUTION -->
# $(-1)^{\langle k, m \oplus d\rangle} = (-1)^{\langle k, m\rangle} (-1)^{\langle k, d\rangle}$: the second factor does not
# depend on $m$, so it multiplies the coefficient of $k$, and the bin is decided by the first factor, by the parities of
# $k$ with the columns alone. Take $n = 2$ and $a = b = 1$: the pairs $\{00, 11\}$ and $\{01, 10\}$ both show 2, 0, 0. At
# the delay $3 = 1 \oplus 2$ the first shows 2 and the second $-2$. In general a value that is not 0 says that both agree
# in this bit, and its sign says which bit it is; a 0 says that they differ. What is missing is which of the differing
# bits belong together, and delays $2^i \oplus 2^j$ tell that.
#
# *Rubric.* 1: the sign of a XOR is a product, and the factor of $d$ is the same for all samples of the bin. 1: a right
# example, two pairs with equal values. 1: a delay that tells them apart, and what can be read: where they agree, and
# where they differ (half a point each). "Take random delays" without a reason is half a point.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## 4 · One wrong sign
#
# Samples have errors. A bin holds one coefficient, known to be positive; $m$ bits of its index are unknown. Each delay
# $d$ shows one sign, $(-1)^{\langle d, k\rangle}$, but *one* of the signs, nobody knows which, may be wrong. Every delay
# costs as many samples as there are bins, so delays are dear.
#
# One can ask for every bit three times, with new errors, and let the answers vote: $3m$ delays. For $m = 11$ that is 33
# delays. It can be done with 15.
#
# **q4 (3 points).** Write `delays(m)`: a list of delays, whole numbers below $2^m$, as short as you can. Whatever the
# $m$ bits are, and whichever of the signs is wrong (or none), the bits must be the only ones that fit. The same delay
# may come twice. Any list that is right and not longer than $3m$ gets a point, the shortest possible gets all.


# %% answer="q4"
def delays(m: int) -> list[int]:
    ### BEGIN SOLUTION
    # Hamming: each bit once, and r parities. Bit i is in the parities that its label says; labels differ and have two
    # ones at least, so that a wrong bit is told from another and from a wrong parity.
    r = 2
    while 2**r < m + r + 1:
        r += 1
    labels = [label for label in range(2**r) if label.bit_count() >= 2][:m]
    return [1 << i for i in range(m)] + [sum(1 << i for i in range(m) if labels[i] >> j & 1) for j in range(r)]
    ### END SOLUTION


# %% helpers="q4_helpers"
def told_apart(chosen, m):
    """Whether all indices can be told apart with one wrong sign: each two differ in three signs or more."""
    differ = np.zeros(2**m, np.int64)
    for d in chosen:
        differ += np.array([parity(k, d) for k in range(2**m)])  # k stands for the XOR of two indices
    return differ[1:].min() >= 3


# %% test="q4_right" points=1
# Whatever sign is wrong, the bits are found
assert len(delays(1)) == 3
### BEGIN HIDDEN TESTS
for m in range(1, 11):
    chosen = [int(d) for d in delays(m)]
    assert all(0 <= d < 2**m for d in chosen) and len(chosen) <= 3 * m, "hint: 3 m delays are enough"
    assert told_apart(chosen, m), (
        "hint: two indices whose signs differ in two places: which one is it, if one is wrong?"
    )
### END HIDDEN TESTS

# %% test="q4_few" points=2
# With as few delays as possible
assert len(delays(4)) <= 9
### BEGIN HIDDEN TESTS
for m in (2, 3, 4, 5, 6, 7, 10, 11):
    fewest = next(P for P in range(m, 99) if 2**m * (P + 1) <= 2**P)  # each index has P + 1 answers of its own
    chosen = [int(d) for d in delays(m)]
    assert len(chosen) <= fewest, "hint: a delay with several ones asks for the parity of several bits at once"
    assert all(0 <= d < 2**m for d in chosen) and told_apart(chosen, m), "hint: short, but not always right"
### END HIDDEN TESTS


# %% mistake="q4" keeps=1
def delays(m: int) -> list[int]:
    return [1 << i for i in range(m)] * 3  # the vote


# %% [markdown]
# ## 5 · Who speaks with whom?
#
# Lesson 42 read a whole society from its cuts. Now you want to know *one* thing, and questions are dear.
#
# **q5 (4 points).** Write two functions:
#
# * `meetings(cut, one, two)`: how many meetings there are between a member of group `one` and a member of group `two`,
#   two lists without a common member. `cut(side)` says how many meetings cross over between the members in the list
#   `side` and all others. You may call it three times.
# * `partners(game, n)`: a game has $n$ features, 0 to $n - 1$, and `game(on)` is its value when the features in the list
#   `on` are switched on. Each feature that is on adds an unknown number of its own. Only *two* features interact: when
#   both are on, something else is added, not 0. Return these two as a sorted list. All numbers are whole. For $n = 20$
#   you may ask 1,000 times, for $n = 60$ only 50 times; later calls raise an error.


# %%
# Something to try it on.
def counted(function, calls):
    """The same function, but it can be called so many times only."""
    left = [calls]

    def asked(members):
        left[0] -= 1
        if left[0] < 0:
            raise RuntimeError(f"only {calls} questions were allowed")
        return function(members)

    return asked


def karate(side):
    """The meetings that cross over when the members of the club in the list side stand on one side."""
    ends, weights, _ = datasets.karate_club()
    inside = np.isin(ends, list(side))
    return int(weights[inside[:, 0] != inside[:, 1]].sum())


def made_game(n, i, j, seed=0):
    """A game of n features in which i and j interact."""
    draw = np.random.default_rng(seed)
    own, extra = draw.integers(-9, 10, n).tolist(), int(draw.choice([-3, -2, -1, 1, 2, 3]))
    return lambda on: 7 + sum(own[f] for f in set(on)) + extra * ({i, j} <= set(on))


# %% answer="q5"
def meetings(cut, one: list[int], two: list[int]) -> int:
    ### BEGIN SOLUTION
    # A meeting between the groups crosses over in both cuts, and in the cut of the union not at all.
    return (cut(one) + cut(two) - cut(one + two)) // 2
    ### END SOLUTION


def partners(game, n: int) -> list[int]:
    ### BEGIN SOLUTION
    # Split all features by bit t of their number: do both halves together make more than one by one? If so, the
    # partners differ in bit t. Then halve one side of such a split; the other partner follows from the bits.
    nothing, differ = game([]), 0
    both = game(list(range(n))) + nothing
    for t in range((n - 1).bit_length()):
        one, two = ([f for f in range(n) if f >> t & 1 == side] for side in (1, 0))
        if game(one) + game(two) != both:
            differ, left, right = differ | 1 << t, one, two
    alone = game(right)
    while len(left) > 1:
        half = left[: len(left) // 2]
        apart = game(half + right) + nothing == game(half) + alone
        left = left[len(half) :] if apart else half
    return sorted((left[0], left[0] ^ differ))
    ### END SOLUTION


# %% test="q5_meetings" points=1
# Meetings between two groups
assert meetings(counted(karate, 3), [0], [1]) == 4
### BEGIN HIDDEN TESTS
ends, weights, officer = datasets.karate_club()
draw = np.random.default_rng(44)
for size in (2, 5, 10, 17):
    members = draw.permutation(34).tolist()
    one, two = members[:size], members[size : 2 * size]
    right = sum(
        w for (u, v), w in zip(ends.tolist(), weights.tolist()) if (u in one and v in two) or (u in two and v in one)
    )
    got = meetings(counted(karate, 3), one, two)
    assert got == right, "hint: in which of the cuts of one, of two and of both does a meeting between them cross over?"
### END HIDDEN TESTS

# %% test="q5_many" points=1
# Two partners among twenty, with many questions
assert list(partners(counted(made_game(20, 3, 11), 1000), 20)) == [3, 11]
### BEGIN HIDDEN TESTS
for seed, (i, j) in enumerate(((0, 1), (18, 19), (0, 19), (7, 8), (5, 16))):
    got = list(partners(counted(made_game(20, i, j, seed), 1000), 20))
    assert got == [i, j], "hint: what do i and j add together that they do not add alone? And without both?"
### END HIDDEN TESTS

# %% test="q5_few" points=2
# Two partners among sixty, with fifty questions
assert list(partners(counted(made_game(60, 3, 11), 50), 60)) == [3, 11]
### BEGIN HIDDEN TESTS
draw = np.random.default_rng(45)
places = [
    (0, 1),
    (58, 59),
    (0, 59),
    (31, 32),
    (0, 32),
    (28, 29),
    *(sorted(draw.permutation(60)[:2].tolist()) for _ in range(20)),
]
for seed, (i, j) in enumerate(places):
    got = list(partners(counted(made_game(60, i, j, seed), 50), 60))
    assert got == [i, j], "hint: ask about groups, as in meetings; which groups tell most?"
### END HIDDEN TESTS


# %% mistake="q5" keeps=1
def meetings(cut, one: list[int], two: list[int]) -> int:
    return cut(one) + cut(two) - cut(one + two)  # counts each meeting from both sides


def partners(game, n: int) -> list[int]:
    nothing, alone = game([]), [game([f]) for f in range(n)]
    for i in range(n):
        for j in range(i):  # pair by pair
            if game([j, i]) + nothing != alone[i] + alone[j]:
                return [j, i]
    return []


# %% [markdown]
# ## 6 · Sixteen levels

# %% [markdown] written="q6" points=3
# **q6 (3 points).** 4096 weights: four are $+64$ or $-64$, all others $+1$ or $-1$. Each is rounded to 4 bits, that is to
# the nearest of 16 levels at equal distances from the smallest weight to the largest. On paper, with numbers: how far
# apart are the levels, what becomes of the small weights, and what is the mean squared error? Now turn the vector first,
# with random signs and a transform of norm `"ortho"`: about how large are its numbers, the largest among them, the step
# and the error (a step $\Delta$ costs $\Delta^2/12$)? Why is the error still the same after turning back? Last, name
# 4096 weights for which turning makes it *worse*. Six to eight sentences; then try it with `Rotation`.
#
# <!-- ### BEGIN SOLUTION -->
# The levels reach from $-64$ to 64 in 15 steps of $128/15 = 8.5$, so the nearest to zero are at $\pm 4.27$: every small
# weight becomes four times as large, and the mean squared error is $3.27^2 = 10.7$, ten times what the small weights
# are worth. Turning keeps lengths: the mean square is $(4092 + 4 \cdot 64^2)/4096 = 5.0$, so each number is about 2.2 in
# size, as it is a sum of all weights with random signs over 64. The largest of 4096 such numbers is 3 to 4 times that:
# four large weights add at most 4, the many small ones are nearly normal with standard deviation 1 and reach about 3 or
# 4 more. (Tried: 6.5 to 6.9; for a normal law of this variance one expects 8.) The step is about 1 and the error
# $1/12$ (tried: 0.065), more than a hundred times less; without turning that takes 8 bits. Turning back is a rotation,
# too, and the lengths of error vectors stay. All weights $\pm 1$: two levels hold them exactly, and after turning they
# are normal, with an error that is not 0 (tried: 0.02).
#
# *Rubric.* 1: step 8.5, and an error of about 10.7 since small weights sit at $\pm 4.27$ (half a point for
# $\Delta^2/12 = 6$, which holds only where weights are spread over many steps). 1: mean square 5, largest 6 to 9, step
# about 1, error 0.06 to 0.12, and lengths stay. 1: a vector that gets worse, with the reason: few levels held it.
# Vectors that are normal already neither gain nor lose; half a point.
# <!-- ### END SOLUTION -->
