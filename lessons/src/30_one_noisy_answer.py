# %% [markdown]
# # How do you count a crowd in which everybody may lie?
# **Lesson 30 · One noisy answer**
#
# *45 minutes. You need probabilities, mean and variance; no earlier lesson.*
#
# After this lesson you can
#
# * ask an embarrassing question so that nobody's answer says anything, and count the answers anyway;
# * say what $\varepsilon$ promises, and check the promise of a protocol by listing everything it may say;
# * name the one number that decides noise, luck of an attacker and length of a report;
# * read an estimate with its error bars, and say what it costs to make it pretty.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess: a wrong guess teaches more
# than a right one.

# %%
import math

import numpy as np
import sympy

from polyquant import datasets, exercises
from polyquant._random import repeatable
from polyquant.ldp import (
    Batch,
    HadamardMean,
    HadamardResponse,
    LocalHashing,
    RandomizedResponse,
    SubsetSelection,
    Tally,
    UnaryEncoding,
    clip_rescale,
    project_simplex,
)
from polyquant_widgets import noisy_answer, t_curve

# %% [markdown]
# ## 1 · A coin against shame
#
# 400 students are asked: *did you ever cheat in an exam?* Nobody wants to say yes. So everybody tosses two coins in
# secret. First coin heads: tell the truth. First coin tails: say what the second coin says, heads yes, tails no.
#
# 180 of the 400 say yes. **Guess:** how many did cheat?
#
# Half of them, 200, only read a coin aloud: about 100 of those say yes. The other 200 told the truth, and 80 of them
# said yes. So 40 percent, 160 students. And whoever said yes may point at the coin.

# %%
odds = 3  # a cheater says yes three times as often as an honest student: 3/4 against 1/4
coins = RandomizedResponse(2, math.log(odds))
print("what is said, for each truth:", coins.channel().round(4).tolist())

cheated = np.array([1] * 160 + [0] * 240)
said = coins.reports(cheated, entropy=repeatable(b"lesson 30"))
print("first answers:", said.bits.take(0, 40), " yes:", sum(said.bits))
tally = Tally(coins)
tally.add(said)
estimate = coins.estimate(tally)
print(f"who cheated: {400 * estimate.frequency[1]:.0f}, give or take {2 * 400 * estimate.stderr[1]:.0f}")

# %% [markdown]
# This is *randomised response*, from 1965 [WAR65]. What does it promise? Every answer is at most $3$ times as likely
# for one truth as for the other. That is all an employer, a thief or a court can ever get out of your answer: if they
# thought "one to nine" before, they may think "one to three" after, and nothing can bring them further. The word for
# it is **$\varepsilon$-local differential privacy**:
#
# $$P(\text{report} \mid x) \le e^{\varepsilon}\, P(\text{report} \mid x') \quad\text{for all reports and all } x, x'.$$
#
# Here $e^\varepsilon = 3$. We write $E$ for $e^\varepsilon$. No trust is needed: the lie is told on your own phone.
# The price is noise.
#
# ## 2 · A thousand answers instead of two
#
# What is your surname? Your favourite page? Where do you live? With $k$ possible answers do the same: say the truth
# with a probability $p$, else any of the $k - 1$ others, so that the truth is $E$ times as likely as any other word.
#
# **Guess:** $k = 64$, $\varepsilon = 1$, 10,000 users. How many of the 64 shares can be told from zero?
#
# In the figure the pale bars are the truth; a dot with its bar is what the server computes. At the right is one
# single user's report: what it speaks for, and which item is truly hers.

# %%
noisy_answer.explore()

# %% [markdown]
# * Move **users n**. Four times the users halve the bars. How many does it take?
# * Move **items k** to 1024. The noise of GRR grows with $k$: almost all users lie, and there are many more lies to
#   spread than truths.
# * Now go through the **protocols**. They promise the same $\varepsilon$!
#
# Some dots miss (orange): two sigma are honest bars, 1 in 20 must lie outside. And the estimates are below zero as
# often as above for rare items. This is not a mistake, it is what *unbiased* looks like.
#
# ## 3 · One curve for all
#
# What do the protocols do differently? Look at the report again. GRR speaks for one item. SS (*subset selection*)
# speaks for a whole **set** in which your item hides, OLH for all items that a hash function sends to one cell, HR for
# half of all items.
#
# Let the set cover a share $t$ of all items. The own item is covered with odds raised by $E$, everything else with
# probability $t$. With many items:
#
# $$p = \frac{t E}{t E + 1 - t}, \qquad q = t, \qquad \hat f_x = \frac{\text{share of reports that cover } x - q}{p - q}.$$
#
# The variance of one such estimate, of an item that nobody has, is $q (1 - q) / (p - q)^2 / n$. **Guess:** for
# $E = 3$, which share $t$ is best? One item, half of the items, or something between?

# %%
t, E = sympy.symbols("t E", positive=True)
p, q = t * E / (t * E + 1 - t), t
h = sympy.factor(sympy.simplify(q * (1 - q) / (p - q) ** 2))
print("n Var =", h)
best = [s for s in sympy.solve(sympy.diff(h, t), t) if s.subs(E, 3) > 0]
print("least at t =", best, " there it is", sympy.factor(sympy.simplify(h.subs(t, best[0]))))

# %% [markdown]
# One line of algebra for a whole field of research: cover a share of $1/(E+1)$ of the items. For $E = 3$ a quarter.
#
# And the attacker? He has one report and guesses the item. The best he can do is to name any covered item. His luck,
# compared with a blind guess:

# %%
luck = sympy.factor(sympy.simplify(p / t))
print("luck at t:     ", luck)
print("at the best t: ", sympy.simplify(luck.subs(t, best[0])))
print("as t goes to 1:", sympy.limit(luck, t, 1), "   as t goes to 0:", sympy.limit(luck, t, 0))

# %% [markdown]
# So accuracy and attack hang on *one* slider. Small sets: the attacker is lucky and the server learns little. At the
# best $t$ both settle; further right the attacker gets less *and* the estimate gets worse again.
#
# Move **share t**. Then find the protocols: where is GRR, and why does it move with $k$? Which four stand at the
# bottom of the valley? And which of these sends the fewest bits?

# %%
t_curve.explore()

# %% [markdown]
# The curve in the third panel is the price when *all* sets of that size may come, as in subset selection: almost a bit
# per item. PGR stands at the same noise with a handful of bits, since its sets are chosen well: the lines of a finite
# geometry. We come back to this in lesson 32.
#
# The sets of OUE have a random size; among many items that makes no difference. The same numbers, from the library:

# %%
k, eps = 1024, 1.0
for mechanism in (
    RandomizedResponse(k, eps),
    SubsetSelection(k, eps),
    UnaryEncoding(k, eps, optimized=False),
    UnaryEncoding(k, eps),
    LocalHashing(k, eps),
    HadamardMean(k, eps),
    HadamardResponse(k, eps),
):
    noise, luck = mechanism.variance(1).mean(), k * mechanism.attack_success()
    print(f"{mechanism.name:4} n Var {noise:8.2f}   luck {luck:5.2f}   {mechanism.message_bits:5} bits a report")

# %% [markdown]
# ## 4 · Do not believe it: list it
#
# A protocol for four items has few reports. One can list them all, with their probabilities, and check three claims:
# the ratio is $E$ and never more; the estimate is unbiased; its variance is what the formula says. (The estimate is a
# mean over users, so it is enough to look at the estimate from *one* report.) The library's tests do this for every
# protocol.


# %%
def from_one(mechanism, report):
    tally = Tally(mechanism)
    tally.add(Batch.of(mechanism, [report]))
    return mechanism.estimate(tally).frequency


# %%
k, eps, f = 4, math.log(3), np.array([0.5, 0.25, 0.25, 0.0])
protocols = (
    RandomizedResponse(k, eps),
    SubsetSelection(k, eps, omega=2),
    UnaryEncoding(k, eps),
    HadamardResponse(k, eps),
)
for mechanism in protocols:
    channel = mechanism.channel()  # a row for each item, a column for each report
    phi = np.array([from_one(mechanism, report) for report in mechanism.outputs()])  # a row for each report
    ratio, bias = (channel.max(axis=0) / channel.min(axis=0)).max(), np.abs(channel @ phi - np.eye(k)).max()
    gap = np.abs(f @ channel @ phi**2 - f - mechanism.variance(1, f)).max()
    print(
        f"{mechanism.name:3} {len(phi):2} reports: largest ratio {ratio:.9f}, bias {bias:.9f}, variance off by {gap:.9f}"
    )

# %% [markdown]
# ## 5 · Pretty or honest?
#
# The surnames of the United States (census of 1990, the 1,024 commonest), a million users, $\varepsilon = 1$.

# %%
names, share = datasets.surnames()
mechanism = SubsetSelection(len(names), 1.0)
users = np.random.default_rng(30).multinomial(10**6, share)
estimate = mechanism.estimate(mechanism.simulate(counts=users, rng=30))
for i in (0, 1, 2, 9, 99, 999):
    print(
        f"{names[i]:10} {users[i] / 10**6:7.4f}   estimated {estimate.frequency[i]:7.4f} ± {2 * estimate.stderr[i]:.4f}"
    )
print("sum of all estimates:", round(estimate.frequency.sum(), 4), " below zero:", (estimate.frequency < 0).sum())

# %% [markdown]
# Hundreds of negative shares look silly. One can cut them off and rescale, or take the distribution that is nearest to
# the estimate. **Guess:** what happens to SMITH, and to the rare names, on average over many runs?

# %%
raw, clipped, projected = [], [], []
for seed in range(40):
    f = mechanism.estimate(mechanism.simulate(counts=users, rng=seed)).frequency
    raw.append(f)
    clipped.append(clip_rescale(f))
    projected.append(project_simplex(f))
truth = users / users.sum()
for name, runs in (("raw", raw), ("clipped", clipped), ("projected", projected)):
    mean, rms = np.mean(runs, axis=0), np.sqrt(np.mean((np.array(runs) - truth) ** 2))
    print(f"{name:9}  SMITH {mean[0]:.4f}   the rarer half together {mean[512:].sum():.3f}   typical error {rms:.5f}")
print(f"truth      SMITH {truth[0]:.4f}   the rarer half together {truth[512:].sum():.3f}")

# %% [markdown]
# Both make the typical error smaller, and the answer wrong on average. A rare name can now only be too high, never too
# low; all rare names together gain, and the common ones pay for it. After cutting and rescaling SMITH has lost a
# third. So the library keeps the raw estimate with its bars, and post-processing is a function that *you* call.
#
# ## 6 · A real client
#
# Up to here `simulate` drew the counts of a crowd at once, from a seed: fine for a server's plans, worth nothing for
# anybody's privacy. A real client
#
# * takes its coins from the operating system or from a generator that it feeds (`entropy=`), never from a seed;
# * compares whole numbers, no floats: $E$ and $p$ are rounded *down* to a grid of $2^{-64}$, and the server uses the
#   same rounded numbers;
# * answers *once*. Two reports about the same thing spend $2\varepsilon$, ten spend $10\varepsilon$.

# %%
report = mechanism.report(names.index("NGUYEN"))  # other bits every time
print(report.size, "bits")

channel = HadamardResponse(64, 1.0).channel()
said = np.random.default_rng(30).choice(channel.shape[1], p=channel[7], size=(1000, 30))  # 30 times each of 1000 users
belief = np.exp(np.log(channel)[:, said].cumsum(axis=2))
belief /= belief.sum(axis=0)
for number in (1, 2, 5, 10, 20, 30):
    mean = belief[7, :, number - 1].mean()
    print(f"after {number:2} reports of one user the attacker gives her item {mean:.3f}, not 1/64 = 0.016")

# %% [markdown]
# Small mistakes matter. One published program for subset selection decides correctly whether to include the own item,
# and when it is *left out*, draws the set from *all* items. The own item slips back in. It runs, the output looks
# random, and neither promise nor estimate is true any more. In the exercise you catch it.
#
# ## 7 · Your turn
#
# Replace the `...` and run the cell. The check tries hidden cases, fresh ones every time; it hints, and never answers.
#
# **Exercise 1.** Subset selection: with probability $p = \omega E / (\omega E + k - \omega)$ the set holds $x$ and
# $\omega - 1$ others, else $\omega$ others; all sets that agree with this are equally likely.
#
# * `law`: the probability of the set $Z$ for a client with item $x$. ($E$ is a `Fraction`, so the result may be
#   exact.)
# * `worst`: the largest ratio $P(Z \mid x) / P(Z \mid x')$ of *any* law that you are handed, by listing all sets. It
#   will meet clients as they should be, and the one with the mistake.


# %%
def law(k, omega, E, x, Z):
    return ...


def worst(law, k, omega, E):
    return ...


exercises.subset_client(law, worst)

# %% [markdown]
# Two questions to think about:
#
# * At the best $t$ the attacker's luck is $(E + 1)/2$. For $\varepsilon = 1$ and $k = 1024$, how often is he right? Is
#   $\varepsilon = 8$ still private?
# * Why does a report of HR with $k = 1024$ need 11 bits and not 10?
#
# ## Summary
#
# * Local privacy: every report is at most $E = e^\varepsilon$ times as likely for one truth as for another. No trust,
#   but noise.
# * A report covers a share $t$ of the items. Noise $(1 + t(E-1))^2 / (t (1-t) (E-1)^2 n)$, least at $t = 1/(E+1)$,
#   where it is $4E / ((E-1)^2 n)$; luck of the attacker $E / (1 + t (E-1))$.
# * The estimate is unbiased and comes with error bars. Everything prettier is biased.
#
# **What to read next.** [Lesson 31, Many clocks](31_many_clocks.ipynb): the same noise with shorter reports, by
# arithmetic from ancient China. In the library: `polyquant.ldp`.
#
# **Limits.** Educational: not audited, not constant time. Local privacy hides *what* you answer, not *that* you do.
#
# **References.** [WAR65] S. L. Warner, Randomized response: a survey technique for eliminating evasive answer bias,
# Journal of the American Statistical Association 60(309), 63–69, 1965 ·
# [WAN17] T. Wang, J. Blocki, N. Li, S. Jha, Locally differentially private protocols for frequency estimation, USENIX
# Security 2017 (OUE, OLH) ·
# [ASZ19] J. Acharya, Z. Sun, H. Zhang, Hadamard response, AISTATS 2019.
