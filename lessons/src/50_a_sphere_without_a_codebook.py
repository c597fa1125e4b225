# %% [markdown]
# # How do you name a direction in 128 dimensions, with no list of directions?
# **Lesson 50 · A sphere without a codebook**
#
# *50 minutes. You need vectors, length and angle (the cosine), and a little counting. No earlier lesson.*
#
# After this lesson you can
#
# * say why nobody quantizes sixteen numbers with a table of good vectors, and what stands in for the table;
# * count the points of a pyramid, number them, and read a number back;
# * find the point with nearly the direction of a vector, and say which textbook recipe misses it, and why;
# * prove in three lines that a search over a single scale finds the very best.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess: a wrong guess teaches more
# than a right one.

# %%
import numpy as np

from polyquant import exercises
from polyquant.quantize import Pyramid, insight
from polyquant.quantize.pyramid import count_points
from polyquant_widgets import codebook_size, counting, explorable, pyramid_3d, search_staircase, show_source

# %% [markdown]
# ## 1 · Why not a list?
#
# A neural network has millions of weights, each a number of 16 or 32 bits, and two or three bits would do. Rounding each
# number by itself to four levels is the obvious way. Better, says Shannon: take a group of $N$ numbers and replace it by
# the nearest of $2^{NR}$ well-chosen vectors, a *code book*. That costs $R$ bits a number, and the larger the group, the
# better it can be.
#
# **Guess:** 16 numbers, 2 bits each. How large is the code book? And for 64 numbers?

# %%
codebook_size.explore(n=16, rate=2.0)

# %% [markdown]
# Every number more in the group multiplies the list by $2^R$, and somebody must fill it, keep it, and search it for
# each group. Beyond eight or ten numbers nobody can.
#
# So use vectors that need no list, because a *rule* says which they are. It must be easy to say how many there are,
# to number them, to find number 1,234,567, and to find the one that is nearest to a given vector.
#
# ## 2 · The pyramid
#
# Thomas Fischer's rule of 1986 [FIS86]: all integer vectors whose magnitudes sum to $K$,
#
# $$S(N, K) = \{\, y \in \mathbb Z^N : |y_1| + |y_2| + \dots + |y_N| = K \,\}.$$
#
# Think of $K$ *pulses* that are dealt out to $N$ places; each place that got some also has a sign. Divided by its
# length, $y$ is a direction. The length of the group, the *gain*, is sent besides (lesson 51).
#
# **Guess:** three entries, four pulses. How many points? And are they spread evenly over the sphere?
#
# Move **pulses K**, let **turn** play; then look at the diamond.

# %%
pyramid_3d.explore(k=4)

# %% [markdown]
# * $4K$ points on the diamond, $4K^2 + 2$ on the octahedron: one more pulse, a finer net, and any $K$ will do. The rate
#   can be chosen in small steps.
# * The sphere is *not* covered evenly. Points crowd at the corners (orange: small cells), where a direction has one
#   large entry; in the middle of a face cells are larger. That is a price for having no list. Lesson 51 asks how high.
#
# (The octahedron is an old friend of computer graphics: the direction of a surface is stored as a point on it, too.)
#
# ## 3 · Counting
#
# How many bits name a point? $\lceil\log_2 P\rceil$, where $P(N, K)$ counts the points of $S(N, K)$.
#
# **Guess** a rule that gives $P(N, K)$ from smaller ones. What can the first entry be?
#
# *It is zero:* then the rest is a point of $S(N-1, K)$. *It is not:* take one pulse away from it. What remains is a point of
# $S(N, K-1)$, but not any one, and not once: if the entry becomes zero, it may have been $+1$ or $-1$. Count pairs:
#
# $$P(N, K) = P(N-1, K) + P(N, K-1) + P(N-1, K-1).$$
#
# Why? Points of $S(N, K-1)$ whose first entry is not zero go back in one way: one pulse more, away from zero. The
# $P(N-1, K-1)$ of them whose first entry *is* zero go back in two ways, $+1$ and $-1$, so they count once more.

# %%
P = np.zeros((9, 9), int)
P[:, 0] = 1
for n in range(1, 9):
    for k in range(1, 9):
        P[n, k] = P[n - 1, k] + P[n, k - 1] + P[n - 1, k - 1]
print(P)
print("the library agrees:", all(P[n, k] == count_points(n, k) for n in range(9) for k in range(9)))
for n, k in ((8, 6), (16, 12), (32, 22), (128, 84)):
    pyramid = Pyramid(n, k)
    print(f"P({n}, {k}) has {pyramid.bits} bits, {pyramid.bits / n:.2f} for each number")

# %% [markdown]
# These are the numbers of Delannoy's kings who walk over a chess board; here they are the size of a code book that
# nobody writes down. For 128 entries it has $2^{256}$ vectors.
#
# ## 4 · A number for each point
#
# To send a point, send its place in an order. The order is by the first entry, $+K$ first, then $+K - 1$, down to 0,
# then $-K$ up to $-1$; within equal first entries by the second, and so on. How many points begin with $v$? We know it:
# $P(N-1, K-|v|)$. So the indices fall into blocks, one for each value of the first entry.
#
# In the right panel the first row shows these blocks. The one that holds our index is opened in the row below. Move
# **index**, one at a time: which entries change? Can you predict the point of the next index?
#
# **Guess** before you look: $N = 4$, $K = 3$. Which point has index 0? Which the last, 87?

# %%
counting.explore(n=4, k=3, index=42)

# %% [markdown]
# Reading an index is: find the block, subtract its start, go on with the rest. That is all:

# %%
show_source(insight.blocks, insight.spell)

# %% [markdown]
# Nothing is searched and nothing is stored but a small table of counts. In the library the table has other sums, so that
# the way back needs additions only, a few nanoseconds an entry, for indices of any width:

# %%
rng = np.random.default_rng(50)
for n, k in ((8, 6), (16, 12), (128, 84)):
    pyramid = Pyramid(n, k)
    points = pyramid.nearest(rng.normal(size=(1000, n)))
    packed = pyramid.rank(points)
    same = np.array_equal(pyramid.unrank(packed, 1000), points)
    print(
        f"N = {n}, K = {k}: 1000 points in {len(packed.data):,} bytes, {packed.size / 1000:g} bits each, back: {same}"
    )

# %% [markdown]
# ## 5 · The nearest point
#
# A vector $x$ comes along. Which point of $S(N, K)$ has nearly its direction? We want the largest cosine
# $\langle x, y\rangle / (|x||y|)$. Signs are easy: those of $x$. So let all $x_i \ge 0$.
#
# The textbook: scale $x$ so that its entries sum to $K$, then round it. If the rounded entries don't sum to $K$, round
# those up that lost most. This *projection* finds the integer point nearest to the scaled $x$, and that can be proved.
#
# **Guess:** is that the point with the best cosine?

# %%
x = rng.normal(size=(20_000, 16))
for k in (4, 12, 27):
    pyramid = Pyramid(16, k)
    errors = {}
    for method in ("exact", "projection", "greedy", "swaps", "fast"):
        y = pyramid.nearest(x, method=method)
        cosine = (x * y).sum(axis=1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)
        errors[method] = np.mean(1 - cosine**2)
    best = errors.pop("exact")
    rest = ", ".join(f"{name} {100 * (error / best - 1):+.2f} %" for name, error in errors.items())
    print(f"K = {k:2}: the best has 1 - cos² = {best:.4f}; {rest}")

# %% [markdown]
# Up to seven percent more error, in a step that many programs take. *Nearest point* and *nearest direction* are
# different questions. The projection asks for the point nearest to $c\,x$ with $c = K/\sum x_i$. Why this $c$ and no other?
#
# Let $c$ grow from 0 and watch the nearest point. It stays the same for a while; then one pulse moves from a
# smaller entry to a larger one. A staircase. Below it, the cosine of each point with $x$.
#
# **Guess:** where along the path is the best cosine? Before, at, or after $c = 1$ (in units of $K/\sum x_i$)? Move **scale c**,
# then other **vectors**.

# %%
search_staircase.explore(vector=38, k=8)

# %% [markdown]
# The best is often a little to the right: rounding down happens more than rounding up when most entries are
# small, so aim higher. And *greedy*, one pulse after the other (that is how the audio codec Opus does it [VAL09]), can go
# wrong too, since no pulse ever moves again.
#
# But is the best point always *somewhere* on this path? It is, and the proof is short.
#
# **Theorem.** Let $y^*$ have the best cosine, $\cos\theta^*$. Take $c^* = |y^*|^2 / \langle x, y^*\rangle$. Then no point of the
# pyramid is nearer to $c^* x$ than $y^*$.
#
# *Proof.* Take any $c$ and any point $y$. Its cosine is at most $\cos\theta^*$, so
#
# $$|c x - y|^2 = |cx|^2 - 2c\langle x, y\rangle + |y|^2 \ \ge\ |cx|^2 - 2\,|cx|\,|y| \cos\theta^* + |y|^2 \ \ge\ |cx|^2 (1 - \cos^2\theta^*),$$
#
# the last step because a square, $(|y| - |cx| \cos\theta^*)^2$, is not negative. For $y^*$ and $c^*$ both steps are equalities.
# $\square$
#
# So one walk over a single number $c$, with a few dozen moves, finds the best of $2^{32}$ or $2^{256}$ points. Let us
# not believe it, and try all points where that is possible:

# %%
every = {(n, k): Pyramid(n, k).point(range(Pyramid(n, k).count)) for n, k in ((3, 7), (4, 6), (6, 4))}
for (n, k), points in every.items():
    misses, moves = 0, []
    for vector in rng.normal(size=(200, n)):
        walk = insight.sweep(vector, k)
        misses += insight.cosines(vector, points).max() - walk.cosines.max() > 1e-12
        moves.append(len(walk.scales))
    print(
        f"N = {n}, K = {k}: best of all {len(points)} points missed {misses} times, {np.mean(moves):.1f} moves a walk"
    )

# %% [markdown]
# The library's quick way, `swaps`, starts from the point nearest to $cx$ at one well-chosen $c$ and then moves single
# pulses as long as the cosine grows. In the table above it is within a fraction of a percent of the best; `method="exact"` walks.
#
# Some vectors deserve a thought: what is nearest to zero? Which of two equal entries gets the odd pulse? And 1e-300?

# %%
pyramid = Pyramid(4, 6)
for vector in ([0, 0, 0, 0], [1, 1, 1, 1], [1, -1, 0.999, 0], [1e-300, -3e-300, 0, 0], [2.0**900, 1, 1, 1]):
    print([f"{v:g}" for v in vector], "->", pyramid.nearest(np.array(vector, float)).tolist())
try:
    pyramid.nearest(np.array([1, 2, float("nan"), 0]))
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# Three numbers, where one can look: a direction $x$ becomes a point, an index, bits, and a direction again. Drag $x$, and turn the
# ball. The right panel, which lesson 51 explains, has the mean error over all directions.
#
# **Guess:** how far can $x$ be from the nearest of 102 points? Press *x into a gap*. And if each of the three numbers were rounded
# by itself, for as many bits: would less be lost, or more? Drag $K$ to its ends.

# %%
explorable("pyramid")

# %% [markdown]
# Eight levels for each number make 512 cells, which fill a cube. But $x$ has length 1: it only ever meets the cells that the sphere
# passes through, little more than half. A pyramid spends nothing on lengths: no two of its points are the same direction.
#
# ## 6 · Your turn
#
# Replace the `...` and run the cell. The check tries hidden cases; it gives a hint, never the answer.
#
# **Exercise 1.** Write `count(N, K)` for any $N$ and $K$ up to 200. Then find the largest $K$ for which a point of 16 entries
# still has an index of 64 bits.


# %%
def count(N: int, K: int) -> int:
    return ...


largest = ...

exercises.pyramid_count(count, largest)

# %% [markdown]
# **Exercise 2.** Write `decode(N, K, index)`: the point with this index, a list. An index that no point has raises
# `ValueError`. (Not with `insight.spell`, of course. Counts you may take from `count_points`.)


# %%
def decode(N: int, K: int, index: int) -> list[int]:
    return ...


exercises.pyramid_decode(decode)

# %% [markdown]
# **Exercise 3.** Find a vector, with a $K$, for which the projection is *not* the point of best cosine. Four or five
# numbers are enough; try whole ones.

# %%
vector, K = ..., ...

exercises.projection_misses(vector, K)

# %% [markdown]
# Two questions to think about:
#
# * How many bits would it take to send the entries of a point one by one, with a prefix code (lesson 10)? When is the
#   index shorter, and why can it never lose by much?
# * The proof never used that the entries of $y$ are whole. What *did* it use?
#
# ## Summary
#
# * A code book for $N$ numbers at $R$ bits each has $2^{NR}$ entries. The pyramid has as many points, and its code book is
#   a rule: magnitudes sum to $K$.
# * $P(N, K) = P(N-1, K) + P(N, K-1) + P(N-1, K-1)$. Counts of blocks turn a point into an index and back.
# * The nearest point is not the nearest direction. Over all scales $c$, the points nearest to $cx$ hold the best direction.
#
# Since 2024 language models are stored this way [OUD24]; lesson 52 does it.
#
# **What to read next.** [Lesson 51, Rate and distortion](51_rate_and_distortion.ipynb): what all this is worth, against
# Shannon's limit, and what happens to the gain. In the library: `polyquant.quantize.Pyramid`.
#
# **References.** [FIS86] T. R. Fischer, A pyramid vector quantizer, IEEE Trans. Information Theory 32(4), 568–583, 1986 ·
# [VAL09] J.-M. Valin, T. B. Terriberry, G. Maxwell, A full-bandwidth audio codec with low complexity and very low
# delay, EUSIPCO, 2009; arXiv 1602.05311 · [OUD24] T. F. A. van der Ouderaa, M. L. Croci, A. Hilmkil, J. Hensman, Pyramid
# vector quantization for LLMs, arXiv 2410.16926, 2024.
