# %% [markdown]
# # Which code is the right one for your numbers?
# **Lesson 11 · Guessing the law**
#
# *45 minutes. You need [lesson 10](10_words_that_end_themselves.ipynb): Kraft's sum, the gamma code, the entropy.*
#
# After this lesson you can
#
# * see from its word lengths which law a code bets on, sometimes as a straight line;
# * say what a wrong bet costs, in bits, before coding anything;
# * derive the best Golomb parameter and explain it with a fair coin;
# * choose a code for the real numbers in a book, and name what the bill leaves out.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess: a wrong guess teaches more
# than a right one.

# %%
from fractions import Fraction

import numpy as np
import sympy

from polyquant import exercises
from polyquant.datasets import alice, gaps, ranks, words
from polyquant.prefix import best_golomb, delta, exp_golomb, fibonacci, gamma, golomb, omega, unary, zeta
from polyquant.prefix import entropy, expected_length, kraft
from polyquant_widgets import golomb_panel, implied_laws, real_numbers

# %% [markdown]
# ## 1 · A code is a bet
#
# In lesson 10 a word of $l$ bits owned $2^{-l}$ of the interval from 0 to 1, and the words of gamma filled it
# exactly. Shares that add up to 1 are a *probability law*. So every complete code has a law of its own,
#
# $$Q(n) = 2^{-\text{length}(n)},$$
#
# and it is the right code precisely for numbers that follow this law. Choosing a code means betting on $Q$, whether
# you meant to or not.
#
# **Guess:** what does gamma believe? How often does 1 come? And how often a number of at least 1024?

# %%
believed = [Fraction(1, 2 ** gamma.length(n)) for n in range(1, 9)]
print("gamma gives 1, 2, ..., 8 the shares", *believed)
print("and 1024 and all numbers beyond:   ", 1 - kraft(gamma.length(range(1, 1024))))

# %% [markdown]
# Half of all numbers are 1, says gamma, and one in a thousand is above a thousand. Each time $n$ doubles the word
# grows by 2 bits, so $Q$ falls to a quarter: $Q(n)$ is $1/n^2$ up to a factor of 2.
#
# The *zeta* codes [BV05] make this slope a parameter. The words of zeta($k$) grow by $k + 1$ bits each time $n$
# doubles $k$ times:

# %%
for k in (1, 2, 3, 4):
    print(f"zeta({k}) at 1, 2^{k}, 4^{k}, 8^{k}, 16^{k}:", *zeta(k).length(2 ** (k * np.arange(5))), "bits")
n = np.arange(1, 100_000)
print("zeta(1) is gamma:", bool((zeta(1).length(n) == gamma.length(n)).all()))

# %% [markdown]
# Drawn as bits over $n$ with each doubling one step to the right, zeta($k$) climbs along a line of slope $1 + 1/k$. A
# slope $s$ on such paper *is* the law $1/n^s$.
#
# ## 2 · The price of a wrong bet
#
# Numbers come with probability $P(n)$; the code bets on $Q$. It pays $-\lg Q(n)$ where the law asked for $-\lg P(n)$.
# On average
#
# $$\underbrace{\sum P \cdot \text{length}}_{\text{mean length}} - \underbrace{\sum P\,(-\lg P)}_{\text{entropy}}
# = \sum_n P(n)\,\lg\frac{P(n)}{Q(n)} = D(P \Vert Q) \ge 0 ,$$
#
# because $\ln x \le x - 1$ gives $\sum P \ln (Q/P) \le \sum Q - 1 \le 0$. The price is zero only where $Q = P$. It
# has a name, the *divergence* of $P$ and $Q$. Here are both sides, for numbers each 0.88 times as likely as the one
# before. All codes start at 1 here: the codes that have a word for 0 get $n - 1$.


# %%
def bits(code, numbers):
    return code.length(numbers - 1 + code.least)


n = np.arange(1, 600)
P = 0.88**n / np.sum(0.88**n)
for code in (gamma, zeta(3), unary):
    left = expected_length(bits(code, n), P) - entropy(P)
    right = np.sum(P * (np.log2(P) + bits(code, n)))
    print(f"{code.name:8} mean length minus entropy {left:.6f}   divergence {right:.6f}")

# %% [markdown]
# Now the whole race. Two runners are new: exp-Golomb($k$) [TEU78] sends the $k$ low bits of $n$ as they are and the
# rest in gamma, so it starts flat; Golomb($m$) is the subject of section 3. In the left picture the black line is
# what the law asks for, the stairs are what eight codes pay. The price of a bet is the mean gap between its stairs
# and the black line, counted only where numbers really fall: the pale band holds nine of ten. The right picture shows
# that price for each code; the winner is green. The law is $P(n) \sim \theta^n / n^s$ up to $N$: geometric for $s =
# 0$, Zipf for $\theta = 1$, all alike for both.
#
# **Guess:** set the ratio θ to 0.5. Who wins, and by how much does it miss the entropy?

# %%
implied_laws.explore()

# %% [markdown]
# Unary! It bets on $2^{-n}$, the law of coin tosses up to the first tails, and there it meets the entropy exactly. At
# θ = 0.88 it is the worst of all. A code is neither good nor bad, only right or wrong about the numbers.
#
# More to try, each with a guess first:
#
# * θ = 1, $s = 2$: which slope was that?
# * θ = 1, $s = 0$, $N = 64$ and Golomb $m = 64$: each word is 6 bits and one more that is always 0, in case the
#   numbers go on beyond 64. Can a smaller $m$ waste less?
# * θ = 1, $s = 1$, $N$ = 16,384, Zipf's law. Slope $1 + 1/k$ should be near 1, so $k$ should be large. Move zeta $k$
#   to 8. Is that better than 3?
#
# It is worse, and the next cell says why: the share of its bets that a code puts on numbers above 16,384. They never
# come, but their share is gone. (The rest of the loss is the wide flat stairs of large $k$.)

# %%
N = 16_384
for k in (1, 3, 8, 12):
    lost = 1 - kraft(zeta(k).length(np.arange(1, N + 1)))
    print(f"zeta({k}): slope {1 + 1 / k:.3f}, {float(lost):7.3%} of the bets lie beyond N")

# %% [markdown]
# ## 3 · Golomb: one fair coin after the other
#
# Golomb's code [GOL66] cuts $n = qm + r$ (here $n$ starts at 0), sends $q$ in unary and the remainder $r$ in $k$ or
# $k + 1$ bits, where $2^k \le m < 2^{k+1}$: the first $u = 2^{k+1} - m$ remainders get the short form.
#
# **Guess:** numbers of a geometric law with θ = 0.88 have the mean $\theta / (1 - \theta) \approx 7.3$. Which $m$ is
# best? Change the next line.

# %%
my_m = 7

# %% [markdown]
# The left curve is the mean length over $m$ for a geometric law, the right one for the real gaps between two letters
# of a book. A green dot marks the $m$ of a rule that we are about to derive, a diamond the best $m$, the orange
# square yours. The dashed line is the entropy of a geometric law with the same mean.
#
# Look at the left side first. **Guess:** when θ goes to 0.97, where does the dot go?

# %%
golomb_panel.explore(theta=0.88, letter="e", m=my_m)

# %% [markdown]
# **Why there?** Write $x = \theta^m$. That is the chance that $n \ge m$, and that the first bit of unary is a 1;
# every further 1 has the same chance. So the unary part has $1/(1 - x)$ bits on average. The remainder has $k$ bits,
# and one more when $r \ge u$, with the chance $(\theta^u - x)/(1 - x)$. Together, with $k$ and $u$ as above,
#
# $$L(m) = \frac{1}{1-x} + k + \frac{\theta^u - x}{1-x} = k + 1 + \frac{\theta^u}{1-\theta^m}.$$
#
# Is that so? Sum over all words instead. Words of the same remainder are one bit longer from each $q$ to the next, so
# both sums are geometric series, and sympy compares the results as formulas in θ, not as numbers:

# %%
t = sympy.Symbol("theta", positive=True)


def mean_length(m, theta):
    k = m.bit_length() - 1
    return k + 1 + theta ** (2 ** (k + 1) - m) / (1 - theta**m)


for m in (1, 2, 3, 5, 8, 13):
    x = t**m  # sum of x^q is 1 / (1 - x), sum of q x^q is x / (1 - x)^2
    summed = sum((1 - t) * t**r * (golomb(m).length(r) / (1 - x) + x / (1 - x) ** 2) for r in range(m))
    print(f"m = {m:2}: summed minus formula =", sympy.cancel(summed - mean_length(m, t)))

# %% [markdown]
# Since $\theta^u = \theta^{2^{k+1}} / x$, the last term is a constant over $x(1 - x)$. **The best $m$ makes $x(1-x)$
# as large as it can be: $x = \theta^m$ as near to ½ as possible.** Then "is $n \ge m$?" is a fair coin, and each bit
# of unary carries a full bit. $m$ is the *half-life* of the law. (At θ = 0.97 the half-life is 22.8, and the dot
# stood at 23.)
#
# When is $m$ at least as good as $m + 1$? Compare $x(1-x)$ for $x = \theta^m$ and $\theta x$:

# %%
x = sympy.Symbol("x", positive=True)
print(sympy.factor(x * (1 - x) - t * x * (1 - t * x)))

# %% [markdown]
# Below θ = 1 the sign is that of $1 - x - \theta x$. So $m$ is at least as good as $m + 1$ if and only if
#
# $$\theta^m + \theta^{m+1} \le 1,$$
#
# and the least such $m$ is best: the rule of Gallager and Van Voorhis [GV75]. (At a power of two $k$ grows by one and
# $u$ jumps, but both formulas agree there.) Against all $m$ up to 150, in exact fractions, and against your guess:

# %%
thetas = [Fraction(i, 100) for i in range(1, 100)]
best = [min(range(1, 151), key=lambda m: mean_length(m, theta)) for theta in thetas]
agree = sum(best_golomb(theta) == m for theta, m in zip(thetas, best))
print(f"the rule agrees for {agree} of {len(thetas)} thetas")
m = best_golomb(0.88)
least, mine = mean_length(m, 0.88), mean_length(my_m, 0.88)
print(f"theta = 0.88: m = {m} takes {least:.4f} bits, half-life {np.log(0.5) / np.log(0.88):.2f}")
print(f"your m = {my_m} takes {mine:.4f} bits, {mine / least - 1:.2%} more")

# %% [markdown]
# ## 4 · A real book
#
# Now the right side of that picture. If the letters of *Alice in Wonderland* were drawn from a bag, the gap from one
# e to the next would be geometric: the same chance of an e each time. **Guess:** are the gaps geometric? Where would
# English disagree?

# %%
found = gaps(alice(), "e")
theta = found.mean() / (1 + found.mean())
print(f"{found.size:,} gaps, mean {found.mean():.2f}, theta {theta:.3f}")
for gap in (0, 1, 2, 4, 8, 16, 32):
    bag = found.size * (1 - theta) * theta**gap
    print(f"{gap:2} letters between: {np.count_nonzero(found == gap):5} times, from a bag {bag:5.0f}")

# %% [markdown]
# Not quite. *ee* comes only a third as often as from the bag, long gaps are too rare as well, and gaps of 4 make up
# for it: English spreads its e's evenly. Still, one number, the mean, was enough: the rule's $m = 5$ costs less than
# one thousandth of a bit more than the best, $m = 4$.
#
# Choose the letter **a** in the picture above. The code dips *below* the dashed line. Did it beat the entropy?
#
# No: the dashed line is the entropy of the guess, not of the gaps. Among all laws with a given mean the geometric law
# has the largest entropy; it bets on nothing but the mean. Real gaps are more regular (dotted line), and no code goes
# below *their* entropy.
#
# ### Words
#
# Replace each word of the book by its rank: *the* is 1, *and* 2, and so on to 2,636. Zipf's law says that rank $n$
# comes like $1/n^s$ with $s$ near 1.
#
# **Guess:** which code and which parameter writes these ranks in the fewest bytes? Change the next line; the check
# after the picture compares.

# %%
my_code = zeta(11)  # or gamma, delta, omega, fibonacci(2), golomb(100), exp_golomb(3), ...
word_ranks = ranks(alice())
n = np.arange(1, 1001)
slope = np.polyfit(np.log(n), np.log(np.bincount(word_ranks)[1:1001]), 1)[0]
print(f"slope of the first 1,000 ranks {slope:.2f}, so 1 + 1/k = {-slope:.2f} and k = {1 / (-slope - 1):.0f}?")

# %% [markdown]
# Dots: how often each rank really comes. Stairs: the laws that six codes bet on. A code is good where its stairs
# follow the dots, and bars to the right are the bytes it really writes for all 26,683 words; the dashed line is the
# entropy. Move zeta $k$ up to 11, then look for the best exp-Golomb $k$.

# %%
real_numbers.explore()

# %%
codes = [gamma, delta, omega, fibonacci(2), fibonacci(3), *map(golomb, (50, 100, 200, 400)), *map(zeta, range(1, 12))]
codes += [*map(exp_golomb, range(10)), my_code]
bill = {code.name: len(code.encode_many(word_ranks - 1 + code.least).data) for code in codes}
for name in sorted(bill, key=bill.get)[:4]:
    print(f"{bill[name]:7,} bytes in {name}")
print(f"{bill[my_code.name]:7,} bytes in {my_code.name}, your guess")
print(f"{word_ranks.size * 12 // 8:7,} bytes at 12 bits each,  {word_ranks.size * 2:,} at 16 bits each")
H = entropy(np.bincount(word_ranks)[1:] / word_ranks.size)
print(f"{word_ranks.size * H / 8:7,.0f} bytes by the entropy, {H:.3f} bits a word")

# %% [markdown]
# The slope was right and the bet was wrong: zeta(11) writes more than plain 12 bits each. Count per doubling instead:

# %%
doublings = np.bincount(np.frexp(word_ranks)[1] - 1)
for i, count in enumerate(doublings):
    print(f"ranks {2**i:5,} to {2 ** (i + 1) - 1:5,}: {count / word_ranks.size:6.1%}")

# %% [markdown]
# About a tenth of the words falls into each doubling, and then the book ends. Zipf's slope holds in the middle only.
# Exp-Golomb(5) starts flat, gives the first 32 ranks 6 bits each, and asks 2 more for every doubling after that: a
# cautious start and few bets on ranks that never come.
#
# The same race on other numbers of the book, as bits a number:

# %%
lists = {f"from {a} to {a}": gaps(alice(), a) + 1 for a in "et"}
lists["letters in a word"] = np.array([len(word) for word in words(alice())])
lists["word ranks"] = word_ranks
codes += [unary, *map(golomb, range(1, 12))]
for what, numbers in lists.items():
    won = min(codes, key=lambda code: int(bits(code, numbers).sum()))
    plain, H = int(numbers.max()).bit_length(), entropy(np.bincount(numbers) / numbers.size)
    print(f"{what:18} fixed {plain:2}   {won.name:13} {bits(won, numbers).mean():.3f}   entropy {H:.3f}")

# %% [markdown]
# ## 5 · What these numbers hide
#
# Be suspicious of every table of compression results, this one included.
#
# **The entropy comes without its table.** There are only 77 gaps between two letters z. **Guess:** what is their
# entropy? And what does the best code pay?

# %%
z = gaps(alice(), "z") + 1
codes += [*map(golomb, range(200, 2000, 50))]
won = min(codes, key=lambda code: int(bits(code, z).sum()))
H = entropy(np.bincount(z) / z.size)
print(f"entropy {H:.2f} bits a gap, best code {won.name} {bits(won, z).mean():.2f} bits a gap")
print(f"{z.size} gaps, {len(set(z.tolist()))} of them different; lg {z.size} = {np.log2(z.size):.2f}")

# %% [markdown]
# Almost all gaps are different, so their entropy is nearly $\lg 77$, *whatever they are*. A code that reaches it
# needs a table of the frequencies, and that table is as long as the list.
#
# **Order does not count.** All codes here look at one number at a time. Sort the words of the book, and the story is
# gone but the bill is the same:

# %%
story = exp_golomb(5).encode_many(word_ranks - 1)
heap = exp_golomb(5).encode_many(np.sort(word_ranks) - 1)
print(f"the story {story.size:,} bits, its words sorted {heap.size:,} bits")
print("read back:", bool((exp_golomb(5).decode_many(story, word_ranks.size) == word_ranks - 1).all()))

# %% [markdown]
# **Side information.** The reader also needs the name of the code, its parameter, the count, and for ranks the list
# of 2,636 words. We chose the code *after* looking at the numbers: saying which of 32 codes it was takes 5 bits,
# honest and cheap. Huffman's code does not bet but learns the law from the numbers, and its table has to travel. When
# that pays is a matter for lesson 12.
#
# ## 6 · Your turn
#
# Replace the `...` and run the cell. The check tries hidden cases; it gives a hint, never the answer.
#
# **Exercise 1.** The lengths of all words at once: write the length of Golomb's code for an array $n$ of numbers from
# 0 up, without a loop. Numbers up to $2^{62}$ will come, so keep floats away.


# %%
def golomb_length(n: np.ndarray, m: int) -> np.ndarray:
    return ...


exercises.golomb_lengths(golomb_length)

# %% [markdown]
# **Exercise 2.** You see a sample of 4,000 numbers, from 0 up, of a geometric law with an unknown θ. Choose $m$. The
# mean length under the true law must be within 0.5 % of the best.


# %%
def choose_m(sample: np.ndarray) -> int:
    return ...


exercises.golomb_parameter(choose_m)

# %% [markdown]
# **Exercise 3.** Now any law: geometric, Zipf, all alike, a book. You see 1,000 numbers, from 1 up, and return a code
# such as `zeta(3)`. Under the true law its mean length must be within 3 % of the best code of this lesson.


# %%
def choose_code(sample: np.ndarray):
    return ...


exercises.best_bet(choose_code)

# %% [markdown]
# ## Summary
#
# * Every complete code is a bet on a law, $Q(n) = 2^{-\text{length}(n)}$, and a bet on the wrong law costs the
#   divergence $D(P \Vert Q)$ on average.
# * Golomb bets on a geometric law and is best when $m$ is its half-life; gamma and zeta bet on powers of $n$, a
#   straight line on logarithmic paper.
# * On a real book look at the whole law, its end included, not only at a fitted slope; and ask of every bill what the
#   reader had to know beforehand.
#
# **What to read next.** Lesson 12, [Huffman and its excess](12_huffman_and_its_excess.ipynb): the code that learns the
# law. In the library: `polyquant.prefix.integers`, where `best_golomb` decides the rule without rounding.
#
# **References.** [ELI75] P. Elias, Universal codeword sets and representations of the integers, IEEE Trans. Inf.
# Theory 21(2), 194–203, 1975 ·
# [GOL66] S. W. Golomb, Run-length encodings, IEEE Trans. Inf. Theory 12(3), 399–401, 1966 ·
# [GV75] R. G. Gallager and D. C. Van Voorhis, Optimal source codes for geometrically distributed integer
# alphabets, IEEE Trans. Inf. Theory 21(2), 228–230, 1975 ·
# [TEU78] J. Teuhola, A compression method for clustered bit-vectors, Inf. Process. Lett. 7(6), 308–311, 1978 ·
# [BV05] P. Boldi and S. Vigna, Codes for the World Wide Web, Internet Math. 2(4), 407–429, 2005 ·
# [SHA48] C. E. Shannon, A mathematical theory of communication, Bell Syst. Tech. J. 27, 379–423 and 623–656, 1948.
