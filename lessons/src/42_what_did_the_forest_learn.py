# %% [markdown]
# # What did the forest learn?
# **Lesson 42 · What did the forest learn?**
#
# *60 minutes. You need [lesson 41](41_aliasing_on_purpose.ipynb): bins, delays, peeling, the limits of K/B. Variance of
# a mean; the binomial law helps. No package beyond polyquant is needed: the trained forest is in the library.*
#
# After this lesson you can
#
# * find few coefficients in many samples that are all wrong, and say what a dB of noise costs;
# * transform functions of 60 bits in milliseconds, though nobody can store them;
# * read a social network from the sizes of its cuts;
# * explain the answer of a random forest by the features that act together, and say how far the explanation carries;
# * design a plan for a given noise and budget.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess.

# %%
import numpy as np

from polyquant import datasets, exercises
from polyquant.transforms.spright import plan, sparse_wht
from polyquant.transforms.spright.trials import decibels, function, random_spectrum
from polyquant_widgets import forest, never_build, noise_curves

# %% [markdown]
# ## 1 · All samples are wrong
#
# Measured values have errors. A hundred coefficients $\pm 1$ in $2^{20}$, and every sample off by a normal error of
# standard deviation $\sigma$. The *signal-to-noise ratio* is $\sum F^2/\sigma^2$, the power of the clean samples over that of
# the errors, in decibels: 10 dB is a factor of ten, 0 dB is as much noise as signal.
#
# **Guess:** at 5 dB, $\sigma = 5.6$, a single coefficient of size 1 is buried in each sample. Can the 100 still be found
# from less than one percent of the samples?

# %%
n, K = 20, 100
support, coeffs = random_spectrum(n, K, seed=1)
sigma = decibels(5, coeffs)
f = function(support, coeffs, n, sigma=sigma, seed=7)
found = sparse_wht(f, n, K=K, sigma=sigma, plan=plan(n, K, b=7, C=3, sigma=sigma, delays=20))
print(f"sigma {sigma:.2f}, {found.samples_asked:,} samples, {100 * found.samples_asked / 2**n:.2f} % of all")
print("all found, none invented:", np.array_equal(found.support, support), " status:", found.status)
z = (found.coeffs - coeffs) / found.stderr
print(f"errors {np.sqrt(np.mean((found.coeffs - coeffs) ** 2)):.3f}, promised {found.stderr[0]:.3f};", end=" ")
print(f"within two sigma {100 * np.mean(np.abs(z) < 2):.0f} %")

# %% [markdown]
# Two kinds of averages do it. A bin is the mean of $B = 128$ samples, so its noise has only the standard deviation
# $\nu = \sigma/\sqrt B$, while a coefficient keeps its size. And the index is not read bit by bit any more.
#
# **Guess:** what happens with the sign trick of lesson 41, delay $2^i$ against delay 0, if each sign is wrong with
# probability 1/10 and there are 14 bits to read?
#
# All 14 right: $0.9^{14} = 0.23$. One can repeat each bit and let it be voted on (decoder `nso`). Better: let the delays be
# *random*. Then the signs $\langle d_p, k\rangle$ of all delays are a code word of a random linear code, with the
# unknown bits of $k$ as the message. Signs with large values are reliable, those near 0 are not. The decoder `osd` trusts
# the most reliable ones that determine $k$, tries to flip one or two of them, and keeps the $k$ that fits *all* values best.
#
# Move the noise; then compare **decoder** at equal cost. How many dB is `osd` worth? Where do false coefficients
# appear, and where are some merely missed?

# %%
noise_curves.explore(snr=2.5)

# %% [markdown]
# What is missed is *known* to be missable: `detectable` is the size that is seen with 97 % probability. Coefficients
# below may be missing from a result that says `converged`, and that is all it promises.

# %%
for snr in (20, 10, 5, 0, -5):
    sigma = decibels(snr, coeffs)
    f = function(support, coeffs, n, sigma=sigma, seed=7)
    found = sparse_wht(f, n, plan=plan(n, K, b=7, C=3, sigma=sigma, delays=20), sigma=sigma)
    right = np.isin(found.support, support).sum()
    false = found.support.size - right
    print(f"{snr:3} dB: {right:3} right, {false} false, detectable {found.detectable:.2f}, {found.status}")

# %% [markdown]
# In the last rows even `detectable` is above 1, and the result says that it is not done.
#
# And if nobody knows $\sigma$? Then the quietest bins tell it. But a spectrum that is *dense* looks exactly like noise:
# no method can tell them apart from few samples. The library calls that `noise-like`, or `unresolved` if some bin looks
# special by chance, never `converged`. Eight functions whose 65,536 coefficients are all alive:

# %%
for seed in range(8):
    dense = np.random.default_rng(seed).normal(size=1 << 16)
    found = sparse_wht(lambda m, values=dense: values[m.astype(np.int64)], 16, plan=plan(16, 50, decoder="osd"))
    print(f"{found.status:10} R² on fresh samples {abs(found.holdout_r2):.1f}")

# %% [markdown]
# ## 2 · Never build N
#
# The dense transform of $2^{24}$ numbers takes a fraction of a second. **Guess:** that of $2^{60}$? And the sparse one?
#
# Move **n**. The diamond is a real run, each time. The button measures the curves on this machine.

# %%
never_build.explore(n=60)

# %% [markdown]
# An index is a number with 60 bits, and the function is *asked*, never stored. There is nothing special about 64 either:
# wider indices are rows of several words, and for functions that would rather see bits there is `bits=True`.

# %%
n = 200
secret = {(3, 77, 150): 1.5, (12, 199): -0.5, (): 2.0}


def wide(bits):
    """2 + 1.5 (-1)^(x3 + x77 + x150) - 0.5 (-1)^(x12 + x199)"""
    return sum(F * (1 - 2.0 * (bits[:, list(members)].sum(axis=1) % 2)) for members, F in secret.items())


found = sparse_wht(wide, n, K=3, bits=True)
terms = [f"{F:+.1f} at {members}" for order in (0, 2, 3) for members, F in found.interactions(order)]
print(f"n = {n}, {found.samples_unique:,} samples:", ", ".join(terms))

# %% [markdown]
# ## 3 · Reading a society from its cuts
#
# In 1977 an anthropologist described a karate club of 34 members that broke in two [ZAC77]. 78 pairs met outside the club,
# some more often than others. You may not see the list. But you may ask: *divide the club into two sides; how many meetings
# cross over?* That is a function of 34 bits, the sides of the members:
#
# $$\text{cut}(x) = \sum_{\text{pairs } uv} w_{uv}\, [x_u \ne x_v], \qquad [x_u \ne x_v] = \tfrac12 - \tfrac12 (-1)^{x_u + x_v}.$$
#
# **Guess:** how many coefficients has it, at which indices? And how many of the 17,179,869,184 cuts must one ask for?

# %%
pairs, weights, officer = datasets.karate_club()


def cut(x):
    """Meetings that cross over, for each index in x: bit i is the side of member i."""
    sides = (x[:, None] >> np.arange(34, dtype=np.uint64)) & np.uint64(1)
    return (sides[:, pairs[:, 0]] != sides[:, pairs[:, 1]]) @ weights


found = sparse_wht(cut, 34, plan=plan(34, b=6, C=3))
edges = {members: round(-2 * F) for members, F in found.interactions(2)}
print(f"{found.status} from {found.samples_asked:,} cuts: {found.support.size} coefficients")
truth = {tuple(pair): w for pair, w in zip(pairs.tolist(), weights.tolist())}
print("the same pairs, the same weights:", edges == truth)

# %% [markdown]
# One question for each possible pair would also have done it, 561 of them, in this case. But nobody had to know that only
# *pairs* matter. The club split where? The bits of `officer` are one cut among the cheap ones:

# %%
split = np.array([sum(1 << i for i in np.flatnonzero(officer).tolist())], np.uint64)
some = found.predict(np.random.default_rng(0).integers(0, 1 << 34, 10_000, dtype=np.uint64))
print(
    f"the real split cuts {cut(split)[0]} of {weights.sum()} meetings; random ones {some.min():.0f} to {some.max():.0f}"
)

# %% [markdown]
# **Guess** for $b = 5$: 79 coefficients in 32 bins are $K/B = 2.47$. What does the limit of lesson 41 say?

# %%
for b in (5, 6):
    runs = [sparse_wht(cut, 34, plan=plan(34, b=b, C=3, seed=seed)) for seed in range(20)]
    good = sum(run.converged for run in runs)
    print(f"b = {b}: {good} of 20 plans find everything, {runs[0].samples_asked:,} cuts each")

# %% [markdown]
# ## 4 · The forest
#
# Now a function that nobody has made up. A random forest of 25 trees was trained on 569 samples of breast tissue, with 30
# measured features each [WSM93]. It says: malignant, with probability 0.96. *Why?*
#
# Play a game with it. For each of the 30 features a switch: the patient's own value (1), or the mean of the benign samples
# (0). The answers to all $2^{30}$ settings say everything about *this* diagnosis: what each feature adds, and which
# features matter only *together*.

# %%
game = datasets.forest().game(patient=0)
everything_off, everything_on = game.predict_mask([0, 2**game.n - 1])
print(f"probability of malignant: all features benign {everything_off:.3f}, all of the patient {everything_on:.3f}")
exact_support, exact_values = game.spectrum()  # from the trees, by recursion: the truth, for comparison
print(f"{exact_support.size} coefficients of {2**game.n:,} are not zero, with at most", end=" ")
print(max(k.bit_count() for k in exact_support.tolist()), "features each")

# %% [markdown]
# **Guess:** why at most four? (The trees have depth 4.) And how many terms would do for 90 % of the variance?
#
# In the figure, shaded bars are the truth, diamonds what was found by asking. The switch of an effect counts $-1$ (off) or
# $+1$ (on), so a bar to the right means: on raises the probability.
#
# The slider **sigma** is a trick. The answers are exact. But there are hundreds of terms that are too small to care for,
# more than the bins can hold. Telling the decoder that answers are *uncertain* makes it treat them as noise. **Guess**,
# then try: what happens with `b = 6` and sigma 0? With `b = 8`?

# %%
forest.explore(b=6)

# %% [markdown]
# Read the picture as a scientist: R² is measured on *fresh* random settings, which were not used. It says how much of the
# forest's behaviour the explanation carries. An explanation without such a number is a story.
#
# With everything, then cheaply:

# %%
for b, sigma in ((8, None), (7, 0.04), (6, 0.05), (5, 0.06)):
    design = plan(30, b=b, C=3, delays=34, decoder="osd" if sigma else "noiseless", seed=1)
    found = sparse_wht(game.predict_mask, 30, plan=design, sigma=sigma, validate=2000)
    false = (~np.isin(found.support, exact_support)).sum()
    print(f"b = {b}: {found.samples_asked:6,} questions, {found.support.size:3} terms,", end=" ")
    print(f"{false} false, R² {found.holdout_r2:.3f}, {found.status}")

# %% [markdown]
# And which are they? Sum up by the number of features: single effects, pairs, triples. With $s = \pm 1$ for on and off, a
# term of an odd number of features changes its sign.

# %%
found = sparse_wht(game.predict_mask, 30, plan=plan(30, b=8, C=3), validate=2000)
total = sum(F**2 for order in range(1, 5) for _, F in found.interactions(order))
for order in range(1, 5):
    terms = found.interactions(order)
    members, F = terms[0]
    names = " × ".join(game.features[i] for i in members)
    share = sum(F**2 for _, F in terms) / total
    print(f"{order} together: {len(terms):3} terms, {100 * share:4.1f} % of the variance")
    print(f"    the first {(-1) ** order * F:+.3f}, {names}")

# %% [markdown]
# So most of this diagnosis is a *sum* of single effects, and a sixth is not: features that speak only together. That is
# how large language models are explained, too, with words or pixels as the switches [KAN25]. What the game cannot say: how
# the forest behaves for settings that do not occur in any patient, and whether it is *right*.
#
# Try patients 2 to 5 in the figure: the forest doubts them. How do their terms differ?
#
# ## 5 · Your turn
#
# **Exercise 4.** $n = 24$, $K = 80$ coefficients $\pm 1$, 6 dB of signal to noise. Choose $b$, $C$ and $P$ (the delays of a
# group, decoder `osd`), with at most 20,000 samples $C \cdot P \cdot 2^b$. At least 18 of 20 fresh runs must be exact. Some
# help: the limits of lesson 41; a bin has $n - b$ unknown bits and a sign; the noise of a bin is $\sigma/\sqrt{2^b}$.

# %%
b, C, P = ..., ..., ...

exercises.design_for_noise(b, C, P)

# %% [markdown]
# Harder: who gets along with 6,000 samples? With the `plan` of the library one can look up what it would take:
# `plan(24, 80, sigma=..., smallest=1.0).cost()`.
#
# ## Summary
#
# * Bins average the noise away, random delays are a code, and a good decoder is worth several dB.
# * $2^{60}$ values cost as much as $K$ coefficients times 60: the function is asked, never built.
# * A graph from its cuts, a diagnosis from its switches: sparse spectra are real. R² on fresh questions says how far to
#   trust them.
#
# **What to read next.** Pyramids instead of code books (lessons 50 to 53, on their way). In the library:
# `polyquant.transforms.spright`, `polyquant.datasets.forest`; the numbers: `benchmarks/bench_transforms.py`.
#
# **Limits.** Educational: not audited, and no medical device.
#
# **References.** [LBPR15] X. Li, J. K. Bradley, S. Pawar, K. Ramchandran, SPRIGHT: a fast and robust framework for sparse
# Walsh-Hadamard transform, arXiv 1508.06336, 2015 · [FOS95] M. P. C. Fossorier, S. Lin, Soft-decision decoding of linear
# block codes based on ordered statistics, IEEE Trans. Inf. Theory 41(5), 1379–1396, 1995 · [KAN25] J. S. Kang and others,
# SPEX: scaling feature interaction explanations for LLMs, arXiv 2502.13870, 2025 · [ZAC77] W. W. Zachary, An information
# flow model for conflict and fission in small groups, J. Anthropological Research 33, 452–473, 1977 · [WSM93] W. Wolberg,
# O. Mangasarian, N. Street, W. Street, Breast cancer Wisconsin (diagnostic), UCI Machine Learning Repository, 1993.
