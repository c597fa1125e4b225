# %% [markdown]
# # The honest liar
#
# **Assignment on private frequencies** · 20 points, about two hours · after lessons 30 and 31
#
# * Write your answers where it says so, and nowhere else; add cells as you like. The cells that test you can't be
#   changed: they show an example, and your teacher's copy has more cases.
# * Every cell of tests has points of its own, so half an answer counts. A call that takes longer than some seconds is
#   stopped.
# * Before you hand in: *Kernel, Restart Kernel and Run All Cells*.

# %%
import math
from fractions import Fraction

import numpy as np

from polyquant.algebra.crt import ResidueSystem

die = [[Fraction(5, 6), Fraction(1, 6)], [Fraction(1, 6), Fraction(5, 6)]]

# %% [markdown]
# ## 1 · Read the small print
#
# A questionnaire has a die: at 1 to 4 tell the truth, at 5 say *yes*, at 6 say *no*. Its channel, a row for each
# truth, a column for each thing that can be said, is
#
# $$\begin{pmatrix} 5/6 & 1/6 \\ 1/6 & 5/6 \end{pmatrix}.$$
#
# **q1 (4 points).** Write two functions for any channel of `Fraction`s, a list of rows:
#
# * `odds(channel)`: the exact $E = e^\varepsilon$ that it promises, the largest ratio of two entries of one column; or
#   `None` when no $E$ is enough. A column of zeros only is never said and does not count.
# * `true_shares(channel, counts)`: for a *square* channel that can be inverted, the unbiased estimate of the shares of
#   the truths, as exact `Fraction`s, from how often each thing was said. It may be negative.


# %% answer="q1"
def odds(channel: list[list[Fraction]]) -> Fraction | None:
    ### BEGIN SOLUTION
    worst = Fraction(1)
    for column in zip(*channel):
        if any(column):
            if not all(column):
                return None
            worst = max(worst, Fraction(max(column)) / min(column))
    return worst
    ### END SOLUTION


def true_shares(channel: list[list[Fraction]], counts: list[int]) -> list[Fraction]:
    ### BEGIN SOLUTION
    # What is said has the law f C. Solve f C = counts / n by elimination.
    n, k = sum(counts), len(counts)
    rows = [[Fraction(channel[x][y]) for x in range(k)] + [Fraction(counts[y], n)] for y in range(k)]
    for i in range(k):
        pivot = next(j for j in range(i, k) if rows[j][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(k):
            if j != i:
                rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i])]
    return [row[-1] for row in rows]
    ### END SOLUTION


# %% test="q1_odds" points=2
# What a channel promises
assert odds(die) == 5
### BEGIN HIDDEN TESTS
third, none = Fraction(1, 3), Fraction(0)
assert odds([[third, third, third]] * 4) == 1
assert odds([[Fraction(1, 2), Fraction(1, 2), none], [Fraction(1, 4), Fraction(3, 4), none]]) == 2, "hint: never said"
assert odds([[Fraction(1, 2), Fraction(1, 2), none], [Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)]]) is None, (
    "hint: what does a report say that one truth never sends?"
)
draw = np.random.default_rng(30)
for _ in range(10):
    weights = draw.integers(1, 30, (int(draw.integers(2, 6)), int(draw.integers(2, 6))))
    channel = [[Fraction(int(w), int(row.sum())) for w in row] for row in weights]
    ratios = [one[y] / two[y] for one in channel for two in channel for y in range(len(one))]
    assert odds(channel) == max(ratios), "hint: all pairs of truths, for each report"
### END HIDDEN TESTS

# %% test="q1_shares" points=2
# Shares from what was said
assert true_shares(die, [180, 220]) == [Fraction(17, 40), Fraction(23, 40)]
### BEGIN HIDDEN TESTS
assert true_shares(die, [6, 0]) == [Fraction(5, 4), Fraction(-1, 4)], "hint: it is allowed to be negative"
one, half, zero = Fraction(1), Fraction(1, 2), Fraction(0)
lopsided = [[one, zero], [half, half]]
assert true_shares(lopsided, [3, 1]) == [half, half], "hint: a row for each truth: f C = said, not C f = said"
draw = np.random.default_rng(31)
for k in (3, 4, 6):
    weights = draw.integers(1, 9, (k, k)) + 12 * np.eye(k, dtype=np.int64)[draw.permutation(k)]
    channel = [[Fraction(int(w), int(row.sum())) for w in row] for row in weights]
    counts = draw.integers(0, 100, k).tolist()
    shares = true_shares(channel, counts)
    said = [sum(f * row[y] for f, row in zip(shares, channel)) for y in range(k)]
    assert said == [Fraction(c, sum(counts)) for c in counts], "hint: would these shares say what was said?"
### END HIDDEN TESTS


# %% mistake="q1" keeps=0
def odds(channel: list[list[Fraction]]) -> Fraction | None:
    return max(max(row) / min(row) for row in channel if min(row))  # along rows: what one user says, not who said it


def true_shares(channel: list[list[Fraction]], counts: list[int]) -> list[Fraction]:
    n = sum(counts)
    shares = [Fraction(c, n) for c in counts]
    return [sum(row[y] * shares[y] for y in range(len(shares))) for row in channel]


# %% [markdown]
# ## 2 · Only one answer is embarrassing
#
# Who did not cheat has nothing to hide. So allow two different promises: a *yes* may raise the odds that somebody
# cheated by a factor of $E_1$ at most, a *no* may lower them by a factor of $E_2$ at most. A cheater says yes with
# probability $p$, an honest student with probability $q < p$:
#
# $$\frac{p}{q} \le E_1, \qquad \frac{1 - q}{1 - p} \le E_2 .$$
#
# Cheaters are rare, and then the variance of the estimated share is $q (1 - q) / (p - q)^2 / n$, as in lesson 30.
#
# **q2 (3 points).** Write `best_coins(E1, E2)`: the exact $(p, q)$, `Fraction`s, with the least variance under both
# promises. $E_1 > 1$ and $E_2 > 1$ are `Fraction`s or whole numbers.


# %% answer="q2"
def best_coins(E1: Fraction, E2: Fraction) -> tuple[Fraction, Fraction]:
    ### BEGIN SOLUTION
    # Both promises are used up: p = E1 q and 1 - q = E2 (1 - p).
    q = Fraction(E2 - 1) / Fraction(E1 * E2 - 1)
    return E1 * q, q
    ### END SOLUTION


# %% test="q2_same" points=1
# The same promise twice: Warner's coins
assert best_coins(Fraction(3), Fraction(3)) == (Fraction(3, 4), Fraction(1, 4))
### BEGIN HIDDEN TESTS
for E in (Fraction(2), Fraction(7, 2), Fraction(11, 10), Fraction(100)):
    assert tuple(best_coins(E, E)) == (E / (E + 1), 1 / (E + 1)), "hint: lesson 30, one coin for all"
### END HIDDEN TESTS

# %% test="q2_two" points=2
# Two promises, against all other coins on a grid
p, q = best_coins(Fraction(3), Fraction(9))
assert 0 < q < p < 1 and p / q <= 3 and (1 - q) / (1 - p) <= 9
### BEGIN HIDDEN TESTS
for E1, E2 in ((3, 9), (9, 3), (Fraction(3, 2), 50), (50, Fraction(3, 2)), (2, Fraction(5, 4))):
    p, q = best_coins(Fraction(E1), Fraction(E2))
    assert 0 < q < p < 1 and p <= E1 * q and 1 - q <= E2 * (1 - p), "hint: both promises must be kept, exactly"
    mine = float(q * (1 - q) / (p - q) ** 2)
    b, a = np.meshgrid(np.linspace(0.002, 0.998, 499), np.linspace(0.002, 0.998, 499))  # q and p
    fair = (a > b) & (a <= float(E1) * b) & (1 - b <= float(E2) * (1 - a))
    least = (b[fair] * (1 - b[fair]) / (a[fair] - b[fair]) ** 2).min()
    assert mine <= least * (1 + 1e-9), "hint: other coins keep both promises and are more accurate"
### END HIDDEN TESTS


# %% mistake="q2" keeps=1
def best_coins(E1: Fraction, E2: Fraction) -> tuple[Fraction, Fraction]:
    E = Fraction(min(E1, E2))  # keeps both promises, and wastes one of them
    return E / (E + 1), 1 / (E + 1)


# %% [markdown] written="q3" points=3
# **q3 (3 points).** Let $E_2$ grow without limit and keep $E_1 = 3$. What do cheaters say then, and what do honest
# students? What has somebody admitted who says *no*, and why does this not break the promise? And who pays: why does
# the protection of the cheaters need honest students who say yes? Four to six sentences.
#
# <!-- ### BEGIN SOLUTION -->
# $p \to 1$ and $q \to 1/3$: cheaters always say yes, honest students say yes once in three times. A *no* then proves
# that somebody did not cheat; nothing was promised about that, since only a yes is embarrassing. A yes is three times
# as likely from a cheater, whatever else one knows. Cheaters hide among the honest who say yes: without them $q = 0$,
# a yes would be a confession, and no $E_1$ would hold. (If hardly anybody is honest, the crowd is thin, but the ratio
# is a promise about each answer and does not depend on how many there are.)
#
# *Rubric.* 1: both limits, $p = 1$ and $q = 1/3$. 1: a no reveals honesty for certain, and the promise is one-sided.
# 1: false yeses of honest students are the cover; $q = 0$ makes the ratio infinite. Half a point off for saying that
# a yes reveals nothing at all.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## 4 · The audit
#
# A company sells you a client for *subset selection* with $k = 6$ items, sets of $\omega = 2$ and $E = 4$. You can't
# read its code, but you may call it: `client(x)` gives a report for item `x`, a list of two items, and new coins each
# time. An honest client includes $x$ with probability $p = \omega E/(\omega E + k - \omega) = 2/3$, and all sets that
# agree with this are equally likely.
#
# **q4 (4 points).** Write `honest(client)`. It returns `True` or `False`, after at most 3,000 calls; later ones raise
# an error. It must be right in each of the hidden cases. The faults are not subtle (no probability is wrong by less
# than 0.1), but they are not all in the same place.


# %%
# A client to try your audit on: x is included with probability x_in(x); other(x, inside, coins) may draw the set.
import random


def made(x_in, other=None, k=6, calls=3000, seed=0):
    """A client: x is included with probability x_in(x); other(x, others) may change how the others are drawn."""
    coins, left = random.Random(seed), [calls]

    def client(x):
        left[0] -= 1
        if left[0] < 0:
            raise RuntimeError("3,000 calls were allowed")
        others = [y for y in range(k) if y != x]
        inside = coins.random() < x_in(x)
        if other is not None:
            return other(x, inside, coins)
        return [x, coins.choice(others)] if inside else coins.sample(others, 2)

    return client


# %% answer="q4"
def honest(client) -> bool:
    ### BEGIN SOLUTION
    # For every item x: how often does each item y come? The own item with 2/3, the others share what is left. With
    # 500 calls a share moves by 0.02, so 0.08 is hardly ever reached by chance.
    calls, k = 500, 6
    for x in range(k):
        counts = np.bincount([y for _ in range(calls) for y in client(x)], minlength=k)
        expected = np.full(k, (2 - 2 / 3) / 5)
        expected[x] = 2 / 3
        if (np.abs(counts / calls - expected) > 0.08).any():
            return False
    return True
    ### END SOLUTION


# %% test="q4_own" points=2 seconds=60
# How often the own item is included
assert honest(made(lambda x: 2 / 3)) is True
### BEGIN HIDDEN TESTS
for seed in range(2):
    assert honest(made(lambda x: 2 / 3, seed=seed)) is True, "hint: chance moves every count; how far, with n calls?"
assert honest(made(lambda x: 0.9, seed=5)) is False, "hint: with which probability is x in the set?"
assert honest(made(lambda x: 2 / 3 if x else 1.0, seed=6)) is False, "hint: it may treat items differently"


def careless(x, inside, coins):
    return [x, coins.choice([y for y in range(6) if y != x])] if inside else coins.sample(range(6), 2)


assert honest(made(lambda x: 2 / 3, careless, seed=7)) is False, "hint: the own item may slip back in"
### END HIDDEN TESTS

# %% test="q4_others" points=2 seconds=60
# What else the set may give away
assert honest(made(lambda x: 2 / 3, seed=10)) is True
### BEGIN HIDDEN TESTS


def neighbour(x, inside, coins):
    """The own item as often as it should be, but always together with the next one."""
    others = [y for y in range(6) if y != x]
    return [x, (x + 1) % 6] if inside else coins.sample(others, 2)


for seed in range(2):
    assert honest(made(lambda x: 2 / 3, seed=20 + seed)) is True, "hint: chance moves every count"
    assert honest(made(lambda x: 2 / 3, neighbour, seed=seed)) is False, "hint: how often do the other items come?"
### END HIDDEN TESTS


# %% mistake="q4" keeps=2
def honest(client) -> bool:
    for x in range(6):  # looks at the own item only
        inside = sum(x in client(x) for _ in range(500)) / 500
        if abs(inside - 2 / 3) > 0.08:
            return False
    return True


# %% [markdown]
# ## 5 · Twins
#
# Two crowds are *twins* for a set of dials (lesson 31) if every dial shows the same for both: for each $m_j$ and each
# hour $r$ as many people have an item $x \equiv r \pmod{m_j}$. However many users report, and however large
# $\varepsilon$ is, a server with these dials can't tell twins apart.
#
# **q5 (4 points).** Write `twins(k, moduli)`: two *different* crowds as lists of $k$ whole numbers, 0 or more (how many
# people have each item), that are twins; or `None` when there are none. Think of $F(z) = \sum_x f_x z^x$.


# %% answer="q5"
def twins(k: int, moduli: tuple[int, ...]) -> tuple[list[int], list[int]] | None:
    ### BEGIN SOLUTION
    # What no dial sees is a multiple of every z^m - 1: the least common multiple L, if its degree is below k.
    import sympy

    z = sympy.Symbol("z")
    least = sympy.Poly(sympy.lcm_list([z**m - 1 for m in moduli]), z)
    if least.degree() >= k:
        return None
    unseen = [int(c) for c in reversed(least.all_coeffs())]
    unseen += [0] * (k - len(unseen))
    return [max(c, 0) for c in unseen], [max(-c, 0) for c in unseen]
    ### END SOLUTION


# %% test="q5_find" points=2 seconds=20
# Twins where there are some
one, two = twins(30, (2, 3, 5))
assert len(one) == 30 and one != two
### BEGIN HIDDEN TESTS
for k, moduli in ((30, (2, 3, 5)), (12, (4, 6)), (9, (4, 6)), (60, (6, 10, 15)), (5, (4,)), (100, (3, 5, 7, 11, 13))):
    one, two = twins(k, moduli)
    assert len(one) == len(two) == k and list(one) != list(two), "hint: two different lists of k numbers"
    assert all(isinstance(n, int) and n >= 0 for n in [*one, *two]), "hint: nobody is counted less than zero times"
    for m in moduli:
        shown = [[sum(crowd[x] for x in range(r, k, m)) for r in range(m)] for crowd in (one, two)]
        assert shown[0] == shown[1], "hint: one of the dials sees a difference"
### END HIDDEN TESTS

# %% test="q5_none" points=2 seconds=20
# None where there are none
assert twins(4, (4,)) is None
### BEGIN HIDDEN TESTS
cases = ((8, (2, 3, 5)), (8, (4, 6)), (20, (6, 10, 15)), (20, (13, 17)), (30, (11, 12, 13)), (50, (13, 17, 24)))
for k, moduli in cases:
    full = ResidueSystem(moduli).rank(k) == k
    assert (twins(k, moduli) is None) == full, "hint: the rank decides, and common factors lower it"
assert twins(9, (2, 3, 5)) is not None
assert twins(29, (13, 17)) is None
### END HIDDEN TESTS


# %% mistake="q5" keeps=0
def twins(k: int, moduli: tuple[int, ...]) -> tuple[list[int], list[int]] | None:
    if math.prod(moduli) >= k:  # "the product names every item"
        return None
    return [1] + [0] * (k - 1), [0] * math.prod(moduli) + [1] + [0] * (k - 1 - math.prod(moduli))


# %% [markdown] written="q6" points=2
# **q6 (2 points).** Somebody answers: "Then let every user report on *all* dials at once, with the same $\varepsilon$
# in total. Now the server sees the hands together, and a product of $k$ is enough." Is that right? What does it cost?
# Two to four sentences.
#
# <!-- ### BEGIN SOLUTION -->
# It is right that joint reports can tell twins apart: the hands together name the item, and a server that counts
# combinations of hands can estimate every share. But the promise is now split: with $\ell$ dials each report may use
# only $\varepsilon / \ell$, and the noise of each grows about like $\ell^2 / \varepsilon^2$ for small $\varepsilon$; the
# estimate of a combination is a product of $\ell$ such noisy factors, which is far worse. (Reporting all hands as one
# symbol with the whole $\varepsilon$ is just a protocol for $k$ items again: nothing was won.)
#
# *Rubric.* 1: identifiable, but the budget is divided among the dials. 1: what that does to the noise, with a reason;
# or that a joint symbol is the old problem with $k$ items.
# <!-- ### END SOLUTION -->
