# %% [markdown]
# # Safes, backups and liars
#
# **Assignment on secret sharing** · 20 points, about two hours · after lessons 20 and 21
#
# * Write your answers where it says so, and nowhere else; add cells as you like. The cells that test you can't be
#   changed: they show an example, and your teacher's copy has more cases.
# * Every cell of tests has points of its own, so half an answer counts. A call that takes longer than some seconds is
#   stopped.
# * Before you hand in: *Kernel, Restart Kernel and Run All Cells*.

# %%
import numpy as np

from polyquant.algebra import gf2x, polynomial
from polyquant.algebra.gfp import PrimeField
from polyquant.sharing import Dealer
from polyquant.sharing.points import point_code

# %% [markdown]
# ## 1 · Counting without opening
#
# Two ministries shared a number each, $a$ and $b$, among the same officers with Shamir's scheme over the integers
# modulo a prime $p$, with the same threshold $k$. Officer $x$ holds $f(x)$ and $g(x)$, where $f(0) = a$, $g(0) = b$
# and both curves have degree $k - 1$ at most. Nobody wants to reveal $a$ or $b$, but the **product** $ab$ is needed.
# Every officer multiplies the two shares and publishes $h(x) = f(x)\, g(x)$.
#
# **q1 (4 points).** Write `product_of_secrets(points, k, p)`. `points` are pairs $(x, h(x))$, different $x$, in any
# order. Return $ab$ modulo $p$, or `None` if these points don't determine it.


# %% answer="q1"
def product_of_secrets(points: list[tuple[int, int]], k: int, p: int) -> int | None:
    ### BEGIN SOLUTION
    # h has degree 2(k - 1) at most, so 2k - 1 points fix it, and fewer leave h(0) open.
    if len(points) < 2 * k - 1:
        return None
    total = 0
    for x, y in points:
        for other, _ in points:
            if other != x:
                y = y * other * pow(other - x, -1, p) % p
        total += y
    return total % p
    ### END SOLUTION


# %% test="q1_value" points=2
# The product, from enough points
assert product_of_secrets([(1, 6), (2, 12), (3, 3)], 2, 17) == 2
### BEGIN HIDDEN TESTS
draw = np.random.default_rng(20)
for k, p in ((2, 101), (3, 101), (4, 257), (5, 1_000_003), (2, 2**61 - 1), (7, 10_007)):
    field = PrimeField(p)
    f, g = ([int(c) for c in draw.integers(0, p, k)] for _ in range(2))
    xs = draw.choice(60, 2 * k + 1, replace=False) + 1
    h = [(int(x), polynomial.evaluate(field, f, int(x)) * polynomial.evaluate(field, g, int(x)) % p) for x in xs]
    for count in (2 * k - 1, 2 * k, 2 * k + 1):
        assert product_of_secrets(h[:count], k, p) == f[0] * g[0] % p, "hint: which curve goes through these points?"
### END HIDDEN TESTS

# %% test="q1_enough" points=2
# How many points are enough
assert product_of_secrets([(1, 6)], 2, 17) is None
### BEGIN HIDDEN TESTS
for k in (2, 3, 4, 6):
    h = [(x, (x + 1) ** (2 * (k - 1)) % 101) for x in range(1, 2 * k)]
    assert product_of_secrets(h, k, 101) == 1
    for count in range(2 * k - 1):
        assert product_of_secrets(h[:count], k, 101) is None, "hint: what is the degree of the product of two curves?"
### END HIDDEN TESTS


# %% mistake="q1" keeps=0
def product_of_secrets(points: list[tuple[int, int]], k: int, p: int) -> int | None:
    if len(points) < k:  # "the threshold is k"
        return None
    return polynomial.evaluate(PrimeField(p), polynomial.interpolate(PrimeField(p), *map(list, zip(*points[:k]))), 0)


# %% [markdown]
# ## 2 · What the published points give away
#
# It worked, and everybody knows $ab$ now. But everybody also knows all of $h$. Let the threshold be 2, so that $f$ and
# $g$ are lines. Now **one** officer, who kept $f(x_0) = y_0$, is curious.
#
# **q2 (5 points).** Write `suspects(h, x0, y0, p)`: the *sorted list* of all values $a = f(0)$ that are possible,
# given the three published points `h`, one share $(x_0, y_0)$ of the line $f$, and that $f$ and $g$ are any two lines
# (slope 0 is a line too) modulo $p$. Here $h$ is not zero everywhere. $p$ is below 1,000.


# %% answer="q2"
def suspects(h: list[tuple[int, int]], x0: int, y0: int, p: int) -> list[int]:
    ### BEGIN SOLUTION
    # Try each a: the line through (0, a) and (x0, y0), and ask whether h can be divided by it.
    field = PrimeField(p)
    curve = polynomial.interpolate(field, [x for x, _ in h], [y for _, y in h])
    found = []
    for a in range(p):
        line = polynomial.trim((a, (y0 - a) * pow(x0, -1, p) % p))
        if line:
            quotient, rest = polynomial.divide(field, curve, line)
            if not rest and len(quotient) <= 2:
                found.append(a)
    return found
    ### END SOLUTION


# %% helpers="q2_helpers"
def every_pair(h, x0, y0, p):
    """By listing every pair of lines."""
    found = set()
    for a in range(p):
        r = (y0 - a) * pow(x0, -1, p) % p
        for b in range(p):
            for s in range(p) if (a + r * h[0][0]) % p == 0 else (None,):
                x, y = h[0]
                if s is None:
                    s = (y * pow(a + r * x, -1, p) - b) * pow(x, -1, p) % p
                if all((a + r * x) * (b + s * x) % p == y for x, y in h):
                    found.add(a)
    return sorted(found)


# %% test="q2_lines" points=3 seconds=15
# Lines with a slope: one share is enough, nearly
assert suspects([(1, 11), (2, 6), (3, 0)], 4, 11, 17) == [1, 3]
### BEGIN HIDDEN TESTS
draw = np.random.default_rng(21)
for p in (7, 11, 17, 31):
    for _ in range(8):
        a, r, b, s = (int(c) for c in draw.integers(1, p, 4))
        h = [(x, (a + r * x) * (b + s * x) % p) for x in (1, 2, 3)]
        x0 = int(draw.integers(1, p))
        if (a + r * x0) % p:
            right = every_pair(h, x0, (a + r * x0) % p, p)
            assert suspects(h, x0, (a + r * x0) % p, p) == right, "hint: f divides h; where is h zero?"
### END HIDDEN TESTS

# %% test="q2_all" points=2 seconds=15
# All lines: slope 0, and a share that is 0
assert 5 in suspects([(1, 10), (2, 15), (3, 3)], 2, 5, 17)
### BEGIN HIDDEN TESTS
draw = np.random.default_rng(22)
for p in (5, 7, 13):
    for _ in range(12):
        a, r, b, s = (int(c) for c in draw.integers(0, p, 4))
        a, b = (a, b) if _ % 3 else (a * (r == 0), b)
        h = [(x, (a + r * x) * (b + s * x) % p) for x in (1, 2, 4)]
        x0 = int(draw.integers(1, p))
        if (a or r) and (b or s):
            right = every_pair(h, x0, (a + r * x0) % p, p)
            assert suspects(h, x0, (a + r * x0) % p, p) == right, "hint: list small cases on paper, y0 = 0 among them"
### END HIDDEN TESTS


# %% mistake="q2" keeps=0
def suspects(h: list[tuple[int, int]], x0: int, y0: int, p: int) -> list[int]:
    return list(range(p))  # "fewer than k shares say nothing"


# %% [markdown] written="q3" points=3
# **q3 (3 points).** Shamir's proof says that one share out of two says nothing about the secret. Which step of the
# proof (lesson 20, section 3) fails here? And name a repair: what must be done to $h$ *before* anything is published,
# so that the sum of what officers publish still gives $ab$ and nothing else? Four to six sentences.
#
# <!-- ### BEGIN SOLUTION -->
# The proof adds $(s' - s)\prod (x_i - x)/x_i$ to $f$: another curve with the same shares. It needs a dealer who could
# as well have chosen that curve, and a view that is the same for both. Here the view has $h$ as well, and the changed
# $f$ no longer divides $h$, except for a few: $h$ is no random curve with the value $ab$, it is a product.
# Repair: make it random. The officers share a *zero* first: random curves $z$ of degree $2(k-1)$ with $z(0) = 0$, one
# from each officer, and publish $h(x) + z(x)$. Then every curve with the value $ab$ at 0 is equally likely.
#
# *Rubric.* 1: the published points belong to the view (the other curve must agree with them too). 1: $h$ is not
# uniformly random among the curves with $h(0) = ab$, because it factors. 1: a repair that adds a random curve through
# (0, 0), of degree $2(k-1)$; half a point for "re-share the product" without saying how the degree gets down.
# <!-- ### END SOLUTION -->

# %% [markdown]
# ## 4 · The backup
#
# The dealer of an endless guest list (lesson 21) restored an old backup, and dealt a *second secret with the same
# coins*. Guest $t$ has a share from both times:
#
# $$\text{share} = r_0 + r_1 P + \dots + r_{k-2} P^{k-2} + s\,P^{k-1}, \quad \text{cut to } (k-1)(\ell_t - 1) + \ell
# \text{ bits},$$
#
# with the same $r_i$ both times, and $P$ the point of the guest's word. Two shares of *different* dealings of one
# guest, far fewer than $k$ guests.
#
# **q4 (4 points).** Write `difference(one, two, word, k, ell)`: the sum $s + s'$ of both secrets (over bits: their
# XOR), as an integer of `ell` bits. `one` and `two` are the values of the shares, `word` is the guest's word as a text
# like `"00101"`. From `gf2x` the functions `multiply`, `valuation` and `divide_low` may help.


# %% answer="q4"
def difference(one: int, two: int, word: str, k: int, ell: int) -> int:
    ### BEGIN SOLUTION
    # The coins cancel: one + two = (s + s') P^(k-1). P is x^v times a series that begins with 1; shift, then divide.
    power = 1
    for _ in range(k - 1):
        power = gf2x.multiply(power, int(word[::-1], 2))
    v = gf2x.valuation(power)
    return gf2x.divide_low((one ^ two) >> v, power >> v, ell)
    ### END SOLUTION


# %% helpers="q4_helpers"
def two_dealings(k, ell, name, t, seed):
    """Values of guest t's shares of two secrets with the same coins, the guest's word, the right answer."""
    draw = np.random.default_rng(seed)
    bits = (k - 1) * point_code(name).length(t) + ell + 8
    coins = [int.from_bytes(draw.bytes(bits // 8 + 1), "big") >> (8 - bits % 8) for _ in range(k - 1)]
    secrets = [int.from_bytes(draw.bytes(ell // 8 + 1), "big") % 2**ell for _ in range(2)]
    values = [Dealer(s, k, ell=ell, code=name, series=coins, series_bits=bits).share(t).value for s in secrets]
    return *values, point_code(name).word(t), k, ell, secrets[0] ^ secrets[1]


# %% test="q4_one" points=1
# Threshold 2, a word that begins with 1
assert difference(0b1010, 0b0110, "1", 2, 4) == 0b1100
### BEGIN HIDDEN TESTS
for seed, (t, ell) in enumerate(((1, 8), (1, 1), (1, 64), (1, 200))):
    *given, right = two_dealings(2, ell, "gamma", t, seed)
    assert difference(*given) == right, "hint: what remains when the coins cancel?"
### END HIDDEN TESTS

# %% test="q4_two" points=1
# Threshold 2, any word
assert difference(0b1100, 0b0000, "011", 2, 2) == 0b10
### BEGIN HIDDEN TESTS
for seed, (name, t, ell) in enumerate((("gamma", 5, 16), ("delta", 100, 32), ("omega", 7, 8), ("gamma", 10**6, 128))):
    *given, right = two_dealings(2, ell, name, t, seed)
    assert difference(*given) == right, "hint: P may begin with zeros, and then nothing can be divided by it yet"
### END HIDDEN TESTS

# %% test="q4_any" points=2
# Any threshold, any word
assert difference(0b0100, 0b0000, "01", 3, 2) == 0b01
### BEGIN HIDDEN TESTS
cases = (("gamma", 5, 16, 3), ("delta", 100, 32, 5), ("gamma", 10**9, 256, 7), ("golomb:3", 40, 20, 4))
for seed, (name, t, ell, k) in enumerate(cases):
    *given, right = two_dealings(k, ell, name, t, seed)
    assert difference(*given) == right, "hint: with which power of P is the secret multiplied?"
### END HIDDEN TESTS


# %% mistake="q4" keeps=1
def difference(one: int, two: int, word: str, k: int, ell: int) -> int:
    return (one ^ two) % 2**ell  # "as with any pad that is used twice": forgets that the secret is multiplied


# %% [markdown]
# ## 5 · As many liars as you like
#
# `recover_robust` leaves out at most $(n - k)/2$ shares; beyond that it refuses. That is the worst case. Often the
# shares at hand leave no doubt although there may be more liars, since liars who do not agree are easy to tell.
#
# **q5 (4 points).** Threshold 2, lines modulo a prime $p < 100$. Write `undoubted(points, liars, p)`: at most `liars`
# of the points are wrong. Return the secret $f(0)$ if *all* lines that are possible have the same, and `None` if they
# don't, or if no line is possible. $n$ is up to 12, all $x$ are different.


# %% answer="q5"
def undoubted(points: list[tuple[int, int]], liars: int, p: int) -> int | None:
    ### BEGIN SOLUTION
    # A line is possible if it misses no more than `liars` points. There are only p^2 lines.
    possible = set()
    for a in range(p):
        for r in range(p):
            if sum((a + r * x - y) % p != 0 for x, y in points) <= liars:
                possible.add(a)
    return possible.pop() if len(possible) == 1 else None
    ### END SOLUTION


# %% test="q5_radius" points=2 seconds=30
# Few liars: the line that most points lie on
assert undoubted([(1, 3), (2, 5), (3, 7), (4, 0)], 1, 17) == 1
### BEGIN HIDDEN TESTS
draw = np.random.default_rng(24)
for _ in range(12):
    p, n = int(draw.choice([13, 31, 61])), int(draw.integers(5, 11))
    liars = (n - 2) // 2
    a, r = (int(c) for c in draw.integers(0, p, 2))
    points = [(x, (a + r * x) % p) for x in range(1, n + 1)]
    for i in draw.choice(n, liars, replace=False):
        points[i] = (points[i][0], int(draw.integers(0, p)))
    assert undoubted(points, liars, p) == a, "hint: which lines miss no more points than there may be liars?"
### END HIDDEN TESTS

# %% test="q5_doubt" points=2 seconds=30
# Many liars: an answer exactly when there is no doubt
assert undoubted([(1, 1), (2, 2)], 1, 17) is None
### BEGIN HIDDEN TESTS
cases = [([(1, 3), (2, 5), (3, 7), (4, 0), (5, 1), (6, 2)], 3, 17), ([(1, 1), (2, 2), (3, 9)], 0, 17)]
draw = np.random.default_rng(25)
for _ in range(40):
    p, n = int(draw.choice([11, 13, 17])), int(draw.integers(3, 9))
    lines = draw.integers(0, p, (2, 2))
    points = [(x, int((lines[x % 2] @ [1, x] if x % 3 else draw.integers(0, p)) % p)) for x in range(1, n + 1)]
    cases.append((points, int(draw.integers(0, n - 1)), p))
for points, liars, p in cases:
    seen = {
        (y1 - (y2 - y1) * pow(x2 - x1, -1, p) * x1) % p
        for x1, y1 in points
        for x2, y2 in points
        if x1 < x2
        and sum((y1 + (y2 - y1) * pow(x2 - x1, -1, p) * (x - x1) - y) % p == 0 for x, y in points)
        >= len(points) - liars
    }
    if len(points) - liars < 2:
        continue
    assert undoubted(points, liars, p) == (seen.pop() if len(seen) == 1 else None), "hint: are there other lines?"
### END HIDDEN TESTS


# %% mistake="q5" keeps=2
def undoubted(points: list[tuple[int, int]], liars: int, p: int) -> int | None:
    lines = [(a, r) for a in range(p) for r in range(p)]  # the most popular line, without a look at the others
    a, _ = max(lines, key=lambda line: sum((line[0] + line[1] * x - y) % p == 0 for x, y in points))
    return a if len(points) > 2 else None
