# %% [markdown]
# # How do you find a hundred needles in a million values without looking at the hay?
# **Lesson 41 · Aliasing on purpose**
#
# *60 minutes. You need [lesson 40](40_sums_and_differences.ipynb): the Walsh-Hadamard transform. XOR, the parity of a
# number of ones; a system of equations modulo 2.*
#
# After this lesson you can
#
# * say into which bin a coefficient falls when a function is sampled too thinly, and with which sign;
# * read index and value of a coefficient that is alone in its bin;
# * peel a spectrum out of its bins, step by step, and say when that gets stuck;
# * predict how many bins are enough, from one line of theory;
# * choose functions that defeat given bins, and disarm whoever does that.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess.

# %%
import numpy as np

from polyquant import exercises
from polyquant.algebra import gf2matrix
from polyquant.transforms import fwht
from polyquant.transforms.spright import plan, sparse_wht
from polyquant.transforms.spright.bins import places, points
from polyquant.transforms.spright.insight import density_evolution, threshold
from polyquant.transforms.spright.trials import function, random_spectrum
from polyquant_widgets import aliasing_bins, bipartite_peeling, explorable, phase_transition

# %% [markdown]
# ## 1 · Too few samples
#
# A function of $n = 20$ bits has 1,048,576 values. Here is one with only 100 coefficients that are not zero:
#
# $$f[m] = \sum_k F[k]\,(-1)^{\langle k, m\rangle}, \qquad \langle k, m\rangle = \text{parity of } k \text{ AND } m.$$
#
# The fast transform of lesson 40 needs all million values. Must one look at all of them to find 100 numbers?

# %%
n, K = 20, 100
support, coeffs = random_spectrum(n, K, seed=1)
f = function(support, coeffs, n)  # called with indices, it returns values: nothing is built
print("some values: ", f(np.array([0, 1, 2, 3, 1_000_000], np.uint64)))
print("coefficients:", ", ".join(f"{F:+.0f} at {k:,}" for k, F in zip(support[:3].tolist(), coeffs)), "...")

# %% [markdown]
# Films know the trouble with too few samples: wheels of a coach turn backwards. Frequencies that differ look alike,
# they *alias*. Here the same happens, and we do it on purpose.
#
# Take $b$ indices $c_0, c_1, \dots$, the **columns**, and look at $f$ only at their $B = 2^b$ XORs. So instead of $m$
# one walks through $M\ell$, where bit $i$ of $\ell$ says whether $c_i$ takes part. Then transform these $B$ samples.
#
# **Guess:** $n = 6$, 64 coefficients, and 8 samples. How many of the 64 land in each of the 8 bins? Which have
# something in common?
#
# Look at the numbers on the left. Then move **delay**: which numbers change, which do not?

# %%
aliasing_bins.explore(columns=2)

# %% [markdown]
# Every bin collects the same number of indices, 64/8 of them. The coloured ones are not zero, and a bin shows the *sum*
# of those that fall into it: bars that were predicted, a diamond that was measured. Why?
#
# $(-1)^{\langle k, M\ell\rangle}$ depends on $k$ only through the $b$ parities $\langle k, c_i\rangle$. These are bits of
# a number $j$, and for the samples $k$ *is* $j$. That is the whole proof. If one looks at $f[M\ell \oplus d]$ instead,
# each coefficient picks up the constant $(-1)^{\langle d, k\rangle}$:
#
# $$U_d[j] \;=\; \sum_{k \text{ in bin } j} (-1)^{\langle d, k\rangle} F[k], \qquad
#   \text{bit } i \text{ of the bin of } k = \langle c_i, k\rangle .$$
#
# So a **delay** $d$ changes signs and nothing else. By hand, for one group of eight bins:

# %%
design = plan(6, b=3, C=1, decoder="noiseless", seed=2, dense=False)
columns, delays = design.groups[0]
small = function([37, 12, 50, 7], np.array([1.0, -0.7, 0.55, 0.9]), 6)
where = points(design)[0, 0]  # M l for l = 0 ... 7, no delay
print("columns", columns, " samples at", where.tolist())
print("transform / 8:", (fwht(small(where)) / 8).round(2))
print("bins of 37, 12, 50, 7:", places(design, [37, 12, 50, 7])[0].tolist())

# %% [markdown]
# **Exercise 1.** The aliasing identity in code. Given support, coefficients, columns and a delay, return the $2^b$ bin
# values, without any sample. In Python `(a & b).bit_count() % 2` is the parity $\langle a, b\rangle$.


# %%
def alias(support, coeffs, columns, delay):
    return ...


exercises.aliasing_identity(alias)

# %% [markdown]
# ## 2 · Who are you?
#
# Suppose a coefficient is *alone* in its bin. It shows $\pm F[k]$ whatever the delay. **Guess:** which delays would you
# choose to learn its index $k$, and how many?
#
# With delay $d = 2^i$, alone in position $i$, the sign flips exactly if bit $i$ of $k$ is 1. So $n$ delays and the
# delay 0 spell the index, bit by bit. (The bin number says $b$ of the bits already: the library asks for $n - b$.)

# %%
k, F = 0b1011010010, 1.5
for i in range(10):
    print(f"delay 2^{i}: {F * (-1) ** ((k >> i) & 1):+.1f}   so bit {i} is {(k >> i) & 1}")

# %% [markdown]
# And if two are in the bin? Their sum is not of one size: at some delay they add, at another they cancel. *Some* more
# delays, random ones, make it certain. Eight are enough that three coefficients of equal size are mistaken for one with
# probability $(3/4)^8 = 0.1$ at worst, usually far less; and what was mistaken is often repaired later.
#
# **Exercise 2.** Say who is in a bin. You get the delays and the value of the bin at each. Return `"empty"`,
# `"several"`, or the pair `(k, coefficient)`. Mind that computers round, and that $+a$ and $-a$ at delay 0 look empty.


# %%
def read(delays, values):
    return ...


exercises.single_in_a_bin(read)

# %% [markdown]
# ## 3 · Peeling
#
# With 100 coefficients in 128 bins many are not alone. Therefore *several groups* of bins, each with columns of its own:
# who shares a bin in one group is likely to be alone in another. And now the beautiful part. A coefficient that was
# read in one bin is *known*. So it can be subtracted from its bins in all other groups. That leaves somebody else alone.
#
# **Guess:** 12 coefficients, three groups of 8 bins. How many bins have just one at the start? And in the end?
#
# Press play, or move **coefficients taken out**. Then try 20 coefficients, and other **luck**.

# %%
bipartite_peeling.explore(step=3, K=12)

# %% [markdown]
# Peeling ends well, or in a *core*: coefficients of which each shares all of its bins (dashed, red). Try $K = 22$ with
# $b = 3$: how often does it get stuck? With one group or two?
#
# Now with your own hands, from the samples on: *Next* takes out one coefficient, and you see by which signs it was read.
# Press any bin to look into it.
#
# **Guess:** how many of the 14 come out? *To the end* tells. Then $b = 4$, one bit more; or $b = 3$ again and $C = 4$, one
# group more. Which of the two frees the rest, and which costs fewer samples?

# %%
explorable("sparse_wht")

# %% [markdown]
# Wherever C was, M was too. One bit more cuts each bin in two, and may part them; one group more meets them in other
# company. Here both help. But the bit doubles the bins of all groups, while the group only adds its own.
#
# All this on the million. **Guess:** how many samples?

# %%
found = sparse_wht(f, n, K=K)
print(found)
print(f"samples {found.samples_unique:,} of {2**n:,}: {100 * found.samples_unique / 2**n:.2f} %")
print("the same coefficients:", np.array_equal(found.support, support), np.allclose(found.coeffs, coeffs))
print("round, group, bins tested, alone, found so far")
for visit in found.history:
    print(*(f"{value:5}" for value in visit))

# %% [markdown]
# Where do these samples come from? $C$ groups of $2^b$ bins, with $P$ delays each: $C \cdot P \cdot 2^b$. Here that is

# %%
used = found.plan
print(f"{used.C} x {used.P} x {used.B} = {used.cost():,}, where {used.verify} of the {used.P} delays only check")
for many in (12, 20, 40, 62):
    design = plan(many, 64, b=6)
    print(f"n = {many}: {design.cost():6,} samples of {2**many:,}")

# %% [markdown]
# The number of bins grows with $K$, the number of delays with $n = \log_2 N$: about $K \log N$ samples. That is the
# promise of [LBPR15], and of [SHV15] before.
#
# ## 4 · How full may the bins be?
#
# Fewer bins, fewer samples. But there is a cliff. Each cell of the map is the share of random spectra that peeling
# recovers, for $K/B$ coefficients a bin and $C$ groups.
#
# **Guess** before you look: with three groups, how many coefficients a bin are possible? Less than one? Two? Five?
#
# Move **b** from 4 to 8 and watch the edge of the cliff. The diamond is computed as you move it. With the button, 200
# more spectra; **Stop** stops.

# %%
phase_transition.explore(load=2.0, C=3)

# %% [markdown]
# With more bins the cliff becomes steeper, and approaches the dashed line. Where does that line come from? Follow one
# of the lines of the figure before, between a coefficient and a bin, and ask whether it is still there.
#
# Let $x$ be the chance that a line is left after some rounds. A bin has about $K/B$ lines, and the number of the others
# is Poisson distributed. Nobody else is left in the bin with probability $e^{-x K/B}$; then the coefficient is read
# there. A line stays only if none of the $C - 1$ other bins of its coefficient reads it:
#
# $$x \;\leftarrow\; \left(1 - e^{-x K/B}\right)^{C-1}.$$
#
# Start at $x = 1$. If this goes to 0, peeling ends well; if it stops at a fixed point above 0, a core remains. This is
# *density evolution*, from the theory of codes for erased packets [LMSS01].

# %%
for load in (2.0, 2.4, 2.5, 3.0):
    x = density_evolution(load, C=3, rounds=60)
    print(f"K/B = {load}: after 5 rounds {x[5]:.3f}, after 20 {x[20]:.3f}, after 60 {x[60]:.3f}")
for C in (2, 3, 4, 5):
    limit = threshold(C)
    print(f"C = {C}: K/B up to {limit:.4f}, that is {C / limit:.2f} bins a coefficient, all groups together")

# %% [markdown]
# Three groups use the fewest bins in all, 1.22 for a coefficient. Two groups are hopeless: there the core is a *cycle*,
# and random graphs have some even when they are thin. (The map shows it: $C = 2$ fails well below its limit.)
#
# **Guess:** $K = 100$. Which $b$ would you take with three groups, and what does the library take?

# %%
for b in (5, 6, 7):
    wins = 0
    for seed in range(20):
        support, coeffs = random_spectrum(n, K, seed)
        result = sparse_wht(function(support, coeffs, n), n, plan=plan(n, b=b, C=3, seed=seed))
        wins += np.array_equal(result.support, support)
    cost = result.plan.cost()
    print(f"b = {b}, {K / 2**b:.2f} a bin, {cost:5,} samples: {wins:2} of 20 right; the last is {result.status}")

# %% [markdown]
# Mind the last word of each row. When it does not work, the library says so; `converged` is a promise.
#
# ## 5 · An adversary
#
# Everything so far was about *random* coefficients. Somebody who knows your columns can choose a function that they
# cannot resolve. **Guess:** how, if your three groups are fixed? Two coefficients are enough.
#
# **Exercise 3 ★.** `exercises.fixed_groups()` are three groups of 8 bins for $n = 12$. Find a support, two to six
# indices, that they can never resolve, whatever the coefficients are. Then groups `redrawn` of the same kind that can.
# By hand: nine columns of twelve bits are nine equations modulo 2. How many indices solve all of them with zeros?

# %%
fixed = exercises.fixed_groups()
rows = [[c >> i & 1 for i in range(12)] for columns, _ in fixed.groups for c in columns]
print("rank of the nine columns:", gf2matrix.rank(rows))
support = ...
redrawn = plan(12, b=3, C=3, decoder="noiseless", seed=0, dense=False)

exercises.defeat_the_groups(support, redrawn)

# %% [markdown]
# The answer to an adversary is *your own randomness, drawn after his*: the seed of the plan. For fixed coefficients
# almost every draw is good, for fixed columns almost every function is good. Only both fixed can be bad. The same idea
# saves hash tables, quicksort, and primality tests.
#
# ## Summary
#
# * Sampling on the XORs of $b$ columns folds $2^n$ coefficients into $2^b$ bins: $k$ falls where its parities with the
#   columns say. A delay changes signs only, and signs spell the index.
# * Peeling: read who is alone, subtract everywhere, repeat. With three groups it works up to 2.4554 coefficients a bin.
# * $K \log N$ samples instead of $N$; the result says honestly whether everything was explained.
#
# **What to read next.** [Lesson 42, What did the forest learn?](42_what_did_the_forest_learn.ipynb): noise, sixty bits,
# and a function that is not made up. In the library: `polyquant.transforms.spright`.
#
# **Limits.** Educational: not audited. The promise holds for functions whose large coefficients are few.
#
# **References.** [LBPR15] X. Li, J. K. Bradley, S. Pawar, K. Ramchandran, SPRIGHT: a fast and robust framework for sparse
# Walsh-Hadamard transform, arXiv 1508.06336, 2015 · [SHV15] R. Scheibler, S. Haghighatshoar, M. Vetterli, A fast
# Hadamard transform for signals with sublinear sparsity in the transform domain, IEEE Trans. Inf. Theory 61(4),
# 2115–2132, 2015 · [LMSS01] M. Luby, M. Mitzenmacher, A. Shokrollahi, D. Spielman, Efficient erasure correcting codes,
# IEEE Trans. Inf. Theory 47(2), 569–584, 2001.
