# %% [markdown]
# # How many small clocks does it take to read a large number?
# **Lesson 31 · Many clocks**
#
# *60 minutes. You need [lesson 30](30_one_noisy_answer.ipynb): reports that cover a set of items, noise and luck.
# Remainders; a matrix, its rank and its eigenvalues.*
#
# After this lesson you can
#
# * hide an item on the dial of a clock, and say how much shorter the report becomes;
# * say how many dials are enough to *name* an item, and how many to *count* items: not the same;
# * predict the rank of a set of dials with roots of unity, on paper;
# * choose dials that do not amplify the noise;
# * read four published claims about this method with a pencil in your hand.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess.

# %%
import math

import numpy as np
import sympy

from polyquant import exercises
from polyquant.algebra.crt import ResidueSystem
from polyquant.ldp import ModularSubset, SubsetSelection, mse_ratio, search_moduli
from polyquant.ldp.gram import Gram, plan
from polyquant.ldp.wire import enum_bits
from polyquant_widgets import alike_dials, clocks, dials_matrix, explorable

# %% [markdown]
# ## 1 · Soldiers in rows
#
# A Chinese textbook, some 1,600 years old, asks: a number of things is unknown. Counted by threes, two are left; by
# fives, three; by sevens, two.
#
# **Guess:** how many things are there? Is there one answer below 105?

# %%
print(ResidueSystem((3, 5, 7)).value((2, 3, 2)), "and no other number below", 3 * 5 * 7)
print("the same dials show 100 as", ResidueSystem((3, 5, 7)).residues(100))

# %% [markdown]
# A clock with $m$ hours shows $x \bmod m$. A few small clocks without common factors, together, name every number
# below the product of their hours. This is the Chinese remainder theorem. (Lesson 20 used it for polynomials: values
# at enough places name a curve.)
#
# The idea of *modular subset selection* [ARC25]: hide the hour of **one** clock instead of the item. The client
#
# 1. draws one of the $\ell$ dials, whatever the item is;
# 2. reads the item on it, $r = x \bmod m_j$;
# 3. plays subset selection on the $m_j$ hours, with the whole $\varepsilon$; sends the dial and the set of hours.
#
# Which dial it was says nothing, and the set is as private as ever. So the promise is kept.
#
# In the figure the hands show item $x$; one dial has the lit hours of a report. Below, orange marks the items that
# agree with a dial's hand, blue those for which the report speaks. **Guess:** go to the dials *6, 10, 15*: how many
# items of 60 look the same?

# %%
clocks.explore(x=23, report=1)

# %% [markdown]
# The dials 6, 10, 15 share factors: they say everything twice and still confuse 23 with 53. And blue is a *comb*: a
# report speaks for all items at the lit hours, a quarter of all at $\varepsilon = 1$. The same cover, the same noise
# on that dial, the same luck for an attacker as with subset selection. But it is shorter:

# %%
k, eps = 1024, 1.0
subset, modular = SubsetSelection(k, eps), ModularSubset(k, eps)
sizes = [3 + enum_bits(m, omega) for m, omega in zip(modular.moduli, modular.omegas)]
print("subset selection:", subset.message_bits, "bits")
print("dials with      ", modular.moduli, "hours")
print("take            ", sizes, f"bits, on average {np.mean(sizes):.0f}")
luck = [k * mechanism.attack_success() for mechanism in (subset, modular)]
print(f"luck of an attacker: {luck[0]:.3f} and {luck[1]:.3f} times a blind guess")

# %% [markdown]
# Why hundreds of hours, if a product of 1024 would do? A few tiny dials, 3, 7, 11 and 13, name 3003 items. Their
# reports would have a dozen bits!
#
# ## 2 · The trap
#
# Naming is not counting. The server never sees the hands of one user together: every user shows *one* dial. All it
# has are the counts of each dial, its hours' shares:
#
# $$\text{share of hour } r \text{ on dial } j \;=\; \sum_{x \,\equiv\, r \,(m_j)} f_x .$$
#
# These are equations for the $k$ unknown shares $f_x$. **Guess:** dials 2, 3, 5 name 30 items. For how many of the 30
# unknowns can one solve the ten equations?
#
# The top left shows all equations, a row each. Look at the rank meter, and at the red crosses: directions in which a
# histogram can change without any dial noticing. Then make dials larger until all crosses are gone.

# %%
dials_matrix.explore(a=2, b=3, c=5, d=1, k=30)

# %% [markdown]
# Ten equations, and two of them are superfluous: every dial counts all users, so their sums are equal. Rank 8, 22
# directions lost. To *see* 30 unknowns the dials need $\sum m_j - (\ell - 1) \ge 30$, **as many hours as items**.
#
# > *A remark on the literature.* The notes on the paper that we could read ask for $\prod m_j \ge k$, and for full
# > rank. The first is necessary, and very far from enough; the second implies it. What decides is the sum.
#
# ## 3 · Counting roots of unity
#
# Here is the exact rank, also for dials with common factors, in four lines. Write the histogram as a polynomial
# $F(z) = \sum_x f_x z^x$. Reading $x$ modulo $m$ means $z^m = 1$: dial $j$ shows exactly $F \bmod (z^{m_j} - 1)$.
# That is, it shows the values of $F$ at the $m_j$ roots of $z^{m_j} = 1$. All dials together show $F$ at *all these
# roots*, and $k$ coefficients are seen in as many directions as there are different roots, $k$ at most.
#
# The root 1 is on every dial. Others are shared exactly if moduli have common factors. **Guess** the ranks for the
# dials (4, 6) and (6, 10, 15), then let sympy count the roots as the degree of a common multiple:

# %%
z = sympy.Symbol("z")
for moduli in ((2, 3, 5), (4, 6), (6, 10, 15), (13, 17, 24)):
    roots = int(sympy.degree(sympy.lcm_list([z**m - 1 for m in moduli]), z))
    dials = ResidueSystem(moduli)
    measured = np.linalg.matrix_rank(dials.incidence(60))
    print(
        f"{moduli!s:12}  different roots {roots:2}   rank measured {measured:2}   from the library {dials.rank(60):2}"
    )

# %% [markdown]
# ## 4 · Full rank is not enough
#
# Now choose ten dials for 1,024 items with four times as many hours in all as needed. The obvious choice: primes close
# to each other, about 400.
#
# **Guess:** how much noisier is this than one dial of 1,024 hours? 10 % more? Twice? Move **spread** from small to
# large.

# %%
alike_dials.explore(spread=3)

# %% [markdown]
# Near-equal dials are a catastrophe: more than seventy times the noise. The roots of unity tell why. A dial of 400
# hours asks for $F$ at angle $1/400$ of a turn, one of 401 hours at $1/401$. Over only 1,024 items these two are
# almost the same question, so the small differences that matter drown. In the figure above: eigenvalues near zero.
#
# Dials should be as unlike as a choir: spread from half to one and a half of the mean. And more dials are better, if
# they are chosen with care; evenly spread ones are not good enough for 16 dials. So the library searches, and has a
# table of what it found. Mean noise in units of the least possible:

# %%
searched = search_moduli(1024, ell=16, rho=8, epsilon=1.0, evaluations=60)
for moduli in ((315, 389, 512, 827), modular.moduli, searched):
    noise = mse_ratio(1024, moduli, 1.0)
    print(f"{len(moduli):2} dials, {sum(moduli) / 1024:.1f} k hours, about half of the bits: {noise:.3f}")

# %% [markdown]
# Now all of it in your hands: 8,000 users, 24 items, four dials, and beside them the two mechanisms of lesson 30. Turn a
# hand; let her report again; press the rows of *The trade*. Around each dial stands what its counts tell: the
# histogram, wound up.
#
# **Guess:** are there dials that beat 7, 9, 11, 20 in bits *and* in noise? Type *your own dials*. Then raise epsilon to
# 3: who wins in both columns, and why?

# %%
explorable("private_counts")

# %% [markdown]
# There are, but by a hair: 5, 6, 7, 8, 13, 20. And with $E = 20$ a set of one hour is the best, on 24 hours as on 7. So
# SS *is* GRR, its report is as short as can be, and many dials only add the noise of which one was drawn.
#
# ## 5 · One column says it all
#
# The server solves a weighted least squares problem with $k$ unknowns. For $k = 22{,}000$ the matrix $A^\top W A$ has
# half a billion entries. Look at a small one:

# %%
gram = Gram(8, (3, 4, 5), (1.0, 10.0, 100.0))
print(gram.dense().astype(int))

# %% [markdown]
# **Guess:** which rule fills it?
#
# The entry depends on $x - x'$ only: at distance $d$ stands the sum of the weights of all dials that divide $d$. A
# *Toeplitz* matrix. And for those there is a small miracle [GS72]: the first column $u$ of the inverse holds the whole
# inverse. It is made of two triangles that are Toeplitz themselves, so it multiplies by fast Fourier transforms:
#
# $$G\,b = \frac{1}{u_0}\left( L(u) L(u)^\top - L(v) L(v)^\top \right) b, \qquad v = (0, u_{k-1}, \dots, u_1).$$
#
# Even better, reading off the diagonal, the variances of *all* items come in one pass:
# $d_{i+1} = d_i + (u_{i+1}^2 - u_{k-1-i}^2)/u_0$.

# %%
inverse, exact = plan(gram), np.linalg.inv(gram.dense())
u = inverse.column
d = u[0] + np.concatenate([[0], np.cumsum(u[1:] ** 2 - u[:0:-1] ** 2)]) / u[0]
print("one column: ", u.round(4))
print("recurrence: ", d.round(4))
print("dense       ", np.diag(exact).round(4))
b = np.arange(8.0)
print("G b off by  ", f"{np.abs(inverse.solve(b) - exact @ b).max():.9f}")

# %% [markdown]
# So: one solution by conjugate gradients, once for a set of dials, then every decoding costs six transforms. Run this
# one yourself, times are not saved.

# %% tags=["nbval-skip", "skip-execution"]
import time

large = ModularSubset(22_000, 4.0)
start = time.perf_counter()
tally = large.simulate(counts=np.full(22_000, 4545), rng=1)
print(f"{tally.n:,} users simulated, exactly, in {time.perf_counter() - start:.2f} s")
for what in ("first decoding, with the plan", "next decoding"):
    start = time.perf_counter()
    large.estimate(tally)
    print(f"{what}: {1000 * (time.perf_counter() - start):.1f} ms")

# %% [markdown]
# ## 6 · Two ways to divide
#
# Dial $j$ was drawn by $n_j$ users, not by exactly $n / \ell$. The server may divide the counts by the expected
# $n / \ell$ (*linear*), or by the true $n_j$ (*ratio*).
#
# **Guess:** all users have the same item. Which one is better, and why does it matter most then?

# %%
k, eps, n = 256, 4.0, 10_000
modular = ModularSubset(k, eps)
spike = np.zeros(k)
spike[100] = 1.0
for name, f in (("uniform", np.full(k, 1 / k)), ("spike", spike)):
    least = SubsetSelection(k, eps).variance(n, f).sum()
    linear, ratio = (modular.variance(n, f, kind=kind).sum() / least for kind in ("linear", "ratio"))
    print(f"{name:7}  variance of all items together, subset selection = 1: linear {linear:.3f}, ratio {ratio:.3f}")

# %% [markdown]
# If dial 3 happened to be drawn a little too often, *all* its counts are a little too high. The ratio takes that out.
# With a spike everything sits in a few hours, and their error is the error of $n_j$.
#
# The linear estimate is unbiased without any condition, the ratio as long as every dial was drawn. Both come with
# exact variances. `estimate` uses the ratio unless told otherwise.
#
# ## 7 · Four claims, with a pencil
#
# The method is from a paper of 2025 [ARC25]. We know its abstract and two public reading notes, not its body and not
# its code; the notes may have shortened what they quote. Its idea is beautiful, and everything on this page is derived
# anew and checked by listing all reports of small cases. Four sentences did not survive that in the form in which we
# met them. They are worth knowing, since each is a mistake that anybody could make.
#
# **1. Bits.** The abstract counts $\lceil \lg \ell \rceil + \lceil \lg m_j \rceil$ bits for a report. That names
# *one* hour. A set of $\omega$ hours takes $\lceil \lg \binom{m}{\omega} \rceil$, which is the same only for
# $\omega = 1$, that is for dials of no more than about $1.4\,(E + 1)$ hours.

# %%
for m in (3, 5, 100, 500):
    omega = SubsetSelection(m, 1.0).omega
    bits, hour = enum_bits(m, omega), (m - 1).bit_length()
    print(f"{m:3} hours, epsilon 1: sets of {omega:3} hours, {bits:3} bits; lg m, rounded up: {hour}")

# %% [markdown]
# **2. Covering.** $\prod m_j \ge k$ does not suffice; section 2.
#
# **3. A bound on the error.** The notes quote: mean squared error at most $\kappa \cdot 4E / ((E-1)^2 n)$, with the
# condition number $\kappa$. Let $\varepsilon$ grow: the bound goes to zero. But *which dial a user drew* is chance
# too, and does not go away when everybody tells the truth.

# %%
E, moduli = 1e6, (5, 7)
nearly_open = ModularSubset(9, math.log(E), moduli=moduli)
eigenvalues = np.linalg.eigvalsh(nearly_open.gram.dense())
bound = eigenvalues[-1] / eigenvalues[0] * 4 * E / (E - 1) ** 2
for kind in ("linear", "ratio"):
    error = nearly_open.variance(10**6, kind=kind).mean() * 10**6
    print(f"k = 9, dials {moduli}, E = {E:.0e}, {kind:6}: n MSE = {error:.4f}")
print(f"the bound: {bound:.6f}")

# %% [markdown]
# For $\varepsilon$ up to 5 and thousands of items it does hold in all cases that we tried. The library needs no
# bound, it has the exact variance.
#
# **4. Luck.** The notes quote $\frac{1}{\ell} \sum_j p_j / (\omega_j \lceil k / m_j \rceil)$ for the success of an
# attacker, and call it the lowest of all protocols. This counts every hour as if $\lceil k/m_j \rceil$ items had it.
# Some hours have one item less, and make a luckier attacker. He gets $\frac{1}{\ell} \sum_j p_j m_j / (\omega_j k)$.
# Listing all reports decides:

# %%
small = ModularSubset(6, math.log(3), moduli=(3, 4, 5))
p = [omega * 3 / (omega * 3 + m - omega) for m, omega in zip(small.moduli, small.omegas)]
quoted = np.mean([pj / (omega * math.ceil(6 / m)) for pj, m, omega in zip(p, small.moduli, small.omegas)])
listed = small.channel().max(axis=0).sum() / 6
print(f"quoted {quoted:.4f}   all reports listed {listed:.4f}   our formula {small.attack_success():.4f}")

# %% [markdown]
# With sets of about $m/(E+1)$ hours the luck is that of subset selection, $(E+1)/2$ blind guesses: the same cover, the
# same luck, as the curve of lesson 30 says. Protocols that cover half of the items do have a lower one.
#
# ## 8 · Your turn
#
# Replace the `...` and run the cell. The checks try hidden cases; they hint, and never answer.
#
# **Exercise 2.** Predict the rank of the equations for $k$ items and any moduli, common factors or not. Do it on paper
# for (4, 6) first.


# %%
def rank(k, moduli):
    return ...


exercises.dials_rank(rank)

# %% [markdown]
# **Exercise 3 ★.** Four dials for 200 items at $\varepsilon = 1$, with 490 hours at most in all, and at most 1.40
# times the least noise. `mse_ratio(200, moduli, 1.0)` tells what you have. By hand it takes some patience, with a
# loop some seconds. (`search_moduli` could do it. But then, who learned something?)

# %%
moduli = ...

exercises.dials_for_200(moduli)

# %% [markdown]
# ## Summary
#
# * A report on one small dial instead of all items: shorter by the number of dials divided by $\rho$, where the dials
#   have $\rho k$ hours in all. Same promise, same luck.
# * To name an item a product of $k$ is enough. To count items the *sum* must be $k + \ell - 1$; the exact rank is a
#   number of different roots of unity.
# * Near-equal dials amplify noise enormously; spread and searched ones hardly: at half the bits 1.19 with 8 dials,
#   1.10 with 16.
# * The equations are Toeplitz: one column of the inverse decodes in $k \lg k$, and gives every variance.
#
# **What to read next.** [Lesson 32, The trade-off room](32_the_trade_off_room.ipynb): is it worth it? In the library:
# `polyquant.ldp.modular`, `polyquant.ldp.gram`, `polyquant.algebra.crt`.
#
# **Limits.** Educational: not audited, not constant time.
#
# **References.** [ARC25] H. H. Arcolezi, Private frequency estimation via residue number systems, AAAI 2026 and arXiv
# 2511.11569 · [GS72] I. C. Gohberg, A. A. Semencul, On the inversion of finite Toeplitz matrices and their continuous
# analogs, 1972 (in Russian) · The problem of the unknown number: *Sunzi Suanjing* (Master Sun's mathematical manual),
# about 400 CE.
