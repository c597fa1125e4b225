# %% [markdown]
# # Which protocol should carry your data?
# **Lesson 32 · The trade-off room**
#
# *45 minutes. You need lessons [30](30_one_noisy_answer.ipynb) (noise, luck, the share that a report covers) and
# [31](31_many_clocks.ipynb) (dials).*
#
# After this lesson you can
#
# * place all protocols in one picture, and choose one for a given job, with numbers;
# * say honestly what dials buy and what they do not;
# * explain why fifteen bits can be enough for 22,000 items, and decode them with a Fourier transform;
# * count a hundred million reports in pieces, on any number of machines, without losing or doubling one.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess.

# %%
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from polyquant import datasets, exercises
from polyquant._random import repeatable
from polyquant.ldp import (
    HadamardResponse,
    LocalHashing,
    ModularSubset,
    ProjectiveGeometry,
    RandomizedResponse,
    SubsetSelection,
    Tally,
    UnaryEncoding,
    aggregate,
)
from polyquant_widgets import at_scale, show_source, trade_off_room

# %% [markdown]
# ## 1 · The room
#
# Down is accurate, left is short, blue is discreet: the colour is the luck of the best attacker, compared with subset
# selection (white).
#
# **Guess** before you look: 22,000 web pages, $\varepsilon = 1$. Subset selection needs more than 18,000 bits for a
# report of the least possible noise. How many bits do, if 2 % more noise is allowed: 9,000? 900? 15?
#
# Go through the **items k**, then move $\varepsilon$. When does the humble GRR come back into the room?

# %%
trade_off_room.explore(k="1024")

# %% [markdown]
# Said honestly:
#
# * **Dials halve the bits of subset selection** for a few percent of noise, or quarter them for some ten. More dials,
#   less noise.
# * **PGR is far shorter still**, and HR too: they send a *point*, not a set. In the room they stand at the far left.
# * OLH needs 128 bits here, because a report carries the seed of its own hash function.
# * An attacker's luck follows the cover: dials give him what subset selection gives him. PGR covers a little more and
#   gives a little less, HR covers half of the items and gives the least, as long as $\varepsilon$ is small.
# * What speaks for dials is that they need nothing but remainders: no finite field, no matrix of a special size, any
#   $k$, and a decoder whose error bars are exact. And their algebra is a pleasure.
#
# As a table, with $k = 22{,}000$, one column of numbers each:

# %%
k = 22_000
for eps in (1.0, 4.0):
    least = 4 * math.exp(eps) / math.expm1(eps) ** 2
    print(f"epsilon {eps:g}: bits, n times variance / least, luck in blind guesses")
    for mechanism in (
        RandomizedResponse(k, eps),
        SubsetSelection(k, eps),
        UnaryEncoding(k, eps),
        LocalHashing(k, eps),
        ModularSubset(k, eps),
        ProjectiveGeometry(k, eps),
        HadamardResponse(k, eps, blocks=max(1, round(math.exp(eps) / 2))),
    ):
        noise, luck = mechanism.variance(10**6).mean() * 10**6 / least, k * mechanism.attack_success()
        print(f"  {mechanism.name:3} {mechanism.message_bits:6,}  {noise:9.3f}  {luck:6.2f}")

# %% [markdown]
# (For dials `message_bits` is the longest report; the mean is half of subset selection's.)
#
# ## 2 · Points and lines
#
# Why is PGR so short? A subset mechanism may send any of $\binom{k}{\omega}$ sets. Far fewer would do, if they are
# *fair*: every item in equally many sets, every two items together in equally many. Such families are old friends: in
# a finite plane every two points lie on exactly one line [FNNT22].
#
# Take vectors of length $t$ over the numbers modulo a prime $q$, up to multiples: $K = (q^t - 1)/(q - 1)$ points. Item
# $x$ is a point. Its set are all points $z$ with $\langle z, x \rangle = 0$: a share of about $1/q$. So $q$ near
# $E + 1$ is right, and a report is the name of a point.
#
# **Guess:** $k = 22{,}000$, $\varepsilon = 1$, so $q$ is 3, 5 or so. How many bits has the name of a point?

# %%
for eps in (1.0, 2.0, 4.0, 4.5):
    geometry = ProjectiveGeometry(22_000, eps)
    noise = geometry.variance(1).mean() / (4 * math.exp(eps) / math.expm1(eps) ** 2)
    design = f"q = {geometry.q:3}, t = {geometry.t:2}, {geometry.cells:,} points"
    print(f"epsilon {eps}: {design}, {geometry.message_bits} bits, noise {noise:.3f}")

# %% [markdown]
# The server must add up, for each item $x$, the counts $y_z$ of all points in its set: $k$ sums over thousands of
# points. But $\langle z, x \rangle = 0$ can be written with roots of unity:
#
# $$[\langle z, x \rangle = 0] = \frac1q \sum_{c=0}^{q-1} e^{2 \pi i\, c \langle z, x \rangle / q}.$$
#
# So: write $y_z$ at all multiples $c z$, $c = 1, \dots, q-1$, into a cube $q \times \dots \times q$; one Fourier
# transform in $t$ dimensions; read it at the items. That is exercise 4, five lines. (For $q = 2$ it is the
# Walsh-Hadamard transform, which decodes HR.)
#
# > *Two remarks on the literature.* A speed-up of 448 against PGR is reported for $\varepsilon = 4.5$,
# > $k = 22{,}000$: with $q = 97$ the least $t$ with enough points gives 922,180 of them, and a server works on all.
# > As printed above, $q = 149$ does with 22,351, at a few percent more noise. So a good part of such a factor may be
# > the choice of $q$. And the notes quote a jump of the attacker's luck when $k$ is smaller than $K$. For the best
# > attacker there is none: on average over the reports his luck is never above the curve of lesson 30.
#
# ## 3 · At scale
#
# Counting is additive. A tally holds whole numbers, two tallies of one mechanism add up, and nobody needs to see a
# report again. That makes a hundred million users easy, *if* nothing is lost or counted twice on the way.
#
# **Guess:** from a million to a hundred million users, how much smaller does the error become?
#
# Then let **something** go **wrong**, and read what the tally says.

# %%
at_scale.explore(n=1_000_000)

# %% [markdown]
# A report that no client could have sent is refused, and the tally stays exactly as it was. The fingerprint of a
# mechanism covers protocol, $k$, $\varepsilon$ and dials, so counts made under different promises never mix. A *lie*
# in the right format is another matter. Nobody can notice it, and it weighs more than one voice: to undo the noise
# the server multiplies every report by $1/(p - q)$.
#
# The same by hand. Three districts send reports in batches; the fourth batch is the second again, since somebody was
# not sure that it had arrived.

# %%
names, share = datasets.surnames()
mechanism = ModularSubset(len(names), 1.0)
rng = np.random.default_rng(32)
batches = {}
for name in ("north", "south", "east"):
    items = rng.choice(len(names), 2000, p=share)
    batches[name] = mechanism.reports(items, entropy=repeatable(name.encode()))  # fixed coins: the page stays the same
print("a batch on the way:", f"{len(batches['north'].to_bytes()):,} bytes,", len(batches["north"]), "reports")

# %%
tally = Tally(mechanism)
for name in ("north", "south"):
    tally.add(batches[name], chunk=name)
try:
    tally.add(batches["south"], chunk="south")
except ValueError as error:
    print(error)
print(tally)

# %% [markdown]
# `aggregate` does this for any number of batches on any *executor*: threads, processes, a cluster. Batches that are
# inside already are left out. So when a worker dies, or the power fails, one calls it again with what was counted so
# far: nothing lost, nothing twice.

# %%
saved = tally.to_bytes()  # goes to a disk, with a checksum
resumed = Tally.from_bytes(saved, mechanism)
with ThreadPoolExecutor(2) as pool:
    aggregate(batches, resumed, executor=pool)
print(resumed, sorted(resumed.chunks))

by_one = Tally(mechanism)
for name, batch in batches.items():
    by_one.add(batch, chunk=name)
print("the same as counted by one:", resumed == by_one, "  as bytes:", resumed.to_bytes() == by_one.to_bytes())

# %% [markdown]
# On a cluster only the executor changes: `aggregate(paths, tally, executor=client.get_executor(), load=read_batch)`
# with a Dask client. The tests kill a worker in the middle of it.
#
# What a worker does is short enough to read:

# %%
from polyquant.ldp.aggregate import count

show_source(count, Tally.add)

# %% [markdown]
# ## 4 · The whole way, with real names
#
# Fifty million users, each with a surname of the census, $\varepsilon = 2$, eight dials. The simulation draws the
# counts from their exact law, without making fifty million reports: its cost does not grow with the users.

# %%
mechanism = ModularSubset(len(names), 2.0)
users = np.random.default_rng(50).multinomial(50_000_000, share)
tally = mechanism.simulate(counts=users, rng=50)
estimate = mechanism.estimate(tally)
truth = users / users.sum()
z = (estimate.frequency - truth) / estimate.stderr
print(
    f"{tally.n:,} users, {mechanism.message_bits} bits at most; within two sigma {100 * (np.abs(z) < 2).mean():.0f} %"
)
error, predicted = np.mean((estimate.frequency - truth) ** 2), mechanism.variance(tally.n, truth).mean()
print(f"typical error {np.sqrt(error):.6f}, predicted {np.sqrt(predicted):.6f}")

# %%
order = np.argsort(-estimate.frequency)
print("commonest ten, as estimated:", ", ".join(names[i] for i in order[:10]))
print("commonest ten, in truth:    ", ", ".join(names[:10]))

# %% [markdown]
# And how fast? Run this one yourself, times are not saved.

# %% tags=["nbval-skip", "skip-execution"]
import time

jobs = {
    "subset selection, k = 1,024, 10^8 users, exact": (SubsetSelection(1024, 1.0), 10**8),
    "eight dials, k = 22,000, 10^8 users, exact, epsilon 4": (ModularSubset(22_000, 4.0), 10**8),
    "unary encoding, k = 1,000,000, 10^9 users, exact": (UnaryEncoding(10**6, 1.0), 10**9),
}
for what, (mechanism, n) in jobs.items():
    users = np.full(mechanism.k, n // mechanism.k)
    for _ in range(2):  # the first run compiles
        start = time.perf_counter()
        mechanism.simulate(counts=users, rng=0)
    print(f"{what:55} {time.perf_counter() - start:.2f} s")

# %% [markdown]
# ## 5 · Your turn
#
# **Exercise 4.** Decode PGR. `y` holds a count for each of the $K$ points, `points` the points, an array of shape
# $(K, t)$, and $q$ is a prime. Return the $K$ sums $T_x = \sum_{z:\, \langle z, x \rangle = 0} y_z$. `np.fft.fftn`
# transforms a cube; `cube[tuple(points.T)]` reads it at all points at once. How often does the formula above count
# the multiple $c = 0$?


# %%
def decode(y, points, q):
    return ...


exercises.points_and_lines(decode)

# %% [markdown]
# Questions to think about, with the room:
#
# * A phone sends one report a day over a slow line; a server counts 500 items at $\varepsilon = 2$. Which protocol?
#   And for 8 items?
# * The law asks for an attacker's luck of at most 1.5 blind guesses. Which $\varepsilon$ may subset selection use,
#   which HR? And who has less noise then?
#
# ## Summary
#
# * One picture: noise, bits, luck. Noise and luck depend on the cover, bits on how cleverly the sets are chosen.
# * Dials halve the bits of subset selection for a few percent of noise, with plain remainders. Geometry (PGR) is
#   shorter by far; HR is as short, with the lowest luck, and a little more noise.
# * Tallies are whole numbers that add up. Names of batches and fingerprints make counting exactly-once.
#
# **What to read next.** The library: `polyquant.ldp`; for the numbers in this chapter `benchmarks/bench_ldp.py`. The
# fast transform behind HR has a chapter of its own, soon.
#
# **Limits.** Educational: not audited, not constant time. The promise is about one answer of one user.
#
# **References.** [ARC25] H. H. Arcolezi, Private frequency estimation via residue number systems, AAAI 2026 and arXiv
# 2511.11569 · [FNNT22] V. Feldman, J. Nelson, H. Nguyen, K. Talwar, Private frequency estimation via projective
# geometry, ICML 2022 · [YB18] M. Ye, A. Barg, Optimal schemes for discrete distribution estimation under locally
# differential privacy, IEEE Trans. Inf. Theory 64(8), 5662–5676, 2018 (subset selection) · [ASZ19] J. Acharya, Z. Sun,
# H. Zhang, Hadamard response, AISTATS 2019.
