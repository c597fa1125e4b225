# %% [markdown]
# # How close to the entropy can whole bits come?
# **Lesson 12 · Huffman and its excess**
#
# *75 minutes, or two sittings with a break after section 4. You need [lesson 10](10_words_that_end_themselves.ipynb):
# Kraft's sum, entropy. From lesson 11 one sentence: a code is a bet on a law. Logarithms and limits help.*
#
# After this lesson you can
#
# * build Huffman's code by hand, and say why no code with whole bits is better;
# * point at the very merge that wastes something, and say how much;
# * bound the waste from one number, the share of the commonest sign;
# * buy it back with blocks, and say what that costs; limit the longest word, and say what that costs;
# * name the floor below which words can't go, and two coders that stand on it.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess: a wrong guess teaches more
# than a right one.

# %%
from fractions import Fraction

import numpy as np
import sympy

from polyquant import datasets, exercises
from polyquant.entropy import Rans, Tans, arithmetic
from polyquant.prefix import AdaptiveHuffman, alphabetic, entropy, expected_length, fano, huffman, redundancy, shannon
from polyquant.prefix.insight import block_rates, merges, wasted
from polyquant_widgets import adaptive_tree, block_length, floors, huffman_excess, length_limit, merging_tree

# %% [markdown]
# ## 1 · Three ways to round
#
# A sign of probability $p$ deserves $-\lg p$ bits, and a word has a whole number of them. In 1948 Shannon rounded up.
# A year later Fano proposed to cut the list of signs, commonest first, where the halves weigh most alike, and each half
# again. Huffman, a student in Fano's course, found a third way in 1951, instead of sitting the examination.
#
# Five signs come 14, 5, 5, 5 and 5 times. **Guess:** who needs the fewest bits? Isn't Fano's cut as fair as can be?

# %%
counts = [14, 5, 5, 5, 5]
for name, words in {"Shannon": shannon(counts), "Fano": fano(counts), "Huffman": huffman(counts).codewords}.items():
    bits = sum(count * len(word) for count, word in zip(counts, words))
    print(f"{name:8} {bits} bits  ", *words)
p = np.array(counts) / sum(counts)
print(f"entropy  {sum(counts) * entropy(p):.1f} bits")

# %% [markdown]
# Fano's first cut, 19 against 15, is the fairest there is, and wrong: what looks best at the top leaves the rest
# without a good choice. Huffman starts at the bottom.
#
# ## 2 · From the bottom up
#
# Huffman's rule: **tie the two lightest together; from now on they are one sign that weighs as much as both. Repeat.**
#
# In the picture a tree stands at the height of its weight, and one step up is a doubling. So from a sign up to the root
# it is as far as the bits that the sign *deserves*; the knots on the way are the bits that it *gets*.
#
# **Guess:** which two go next? Play the slider, merge by merge. Then choose *halves*: what is special about that tree?

# %%
merging_tree.explore(step=8)

# %% [markdown]
# **Why is that the best?** Take any best code. Its two longest words end in the same knot (a longest word without a
# brother could be shortened). Now let the two rarest signs trade places with these two: the long words go to the rare
# signs, so the bill does not rise. So *some* best code has the two rarest signs as brothers. Below their knot there is
# nothing left to decide; it acts like one sign that weighs as much as both, with one sign less to go. That is the rule
# [HUF52].
#
# The argument also tells the bill. A merge makes the words of all signs below it one bit longer, so it costs as many
# bits as it weighs: **the message takes the sum of the weights of all merges.** Without a single word being written:

# %%
text = " ".join(datasets.words(datasets.alice().replace("'", "")))
signs = sorted(set(text))
message = np.array([signs.index(sign) for sign in text])
counts = np.bincount(message)
code = huffman(counts)
print(f"{len(text):,} signs of a book, written in words: {len(code.encode(message)):,} bits")
print(f"sum of the weights of {len(merges(counts))} merges:  {sum(merge.weight for merge in merges(counts)):,}")

# %% [markdown]
# ## 3 · Where the excess sits
#
# A merge of weight $w$ spends one bit in $w$ of $N$ signs, and this bit answers: left or right? If the children weigh
# $w_1$ and $w_2$, the answer carries $h(w_1/w)$ bits, where $h(x) = -x \lg x - (1-x) \lg (1-x)$, and that is 1 only for
# equal weights. And what all answers carry, taken together, is the entropy: to say which sign comes is to answer one
# question after the other. For three signs $a$, $b$ and the rest, as formulas:

# %%
a, b = sympy.symbols("a b", positive=True)


def H(*p):
    return -sum(x * sympy.log(x, 2) for x in p)


which = H(a, b, 1 - a - b)
first, then = H(a + b, 1 - a - b), (a + b) * H(a / (a + b), b / (a + b))
print("which - (first + then) =", sympy.simplify(sympy.expand_log(sympy.expand(which - first - then), force=True)))

# %% [markdown]
# So the excess, mean length minus entropy, is a sum over the merges, and none of its terms is negative:
#
# $$\text{excess} = \sum_{\text{merges}} \frac{w}{N}\,\Bigl(1 - h\bigl(\tfrac{w_1}{w}\bigr)\Bigr).$$
#
# These are the red tips of the bars in the picture. **Guess:** of the 26 merges of a book, how many account for most of
# the waste?

# %%
waste = wasted(counts)
p = counts / counts.sum()
print(f"sum over the merges {waste.sum():.6f}, mean length minus entropy {redundancy(code, p):.6f}")
top = np.argsort(-waste)[:3]
print("the worst merges:", ", ".join(f"number {i + 1} wastes {waste[i]:.4f}" for i in top))
print(f"all other {waste.size - 3} together: {waste.sum() - waste[top].sum():.4f}")

# %% [markdown]
# Near the top, where each merge is in every word. A hundredth of a bit here and there: for letters Huffman's code is
# within one percent, and nobody would look for more.
#
# ## 4 · When is it bad?
#
# Two signs: whatever their probabilities, both words have one bit. **Guess:** how large can the excess become with two
# signs? Never above a half?

# %%
x = sympy.Symbol("p", positive=True)
h = H(x, 1 - x)
print("excess of two signs at p = 1/2:", sympy.simplify((1 - h).subs(x, sympy.Rational(1, 2))))
print("excess of two signs as p -> 1: ", sympy.limit(1 - h, x, 1, "-"))

# %% [markdown]
# A whole bit, for a message that says almost nothing. The formula of section 3 tells what one number, the share $p_1$ of
# the commonest sign, says about every law. Say $p_1 \ge \tfrac12$. Then the last merge ties this sign to all the rest. It
# wastes $1 - h(p_1)$. The rest is a smaller Huffman tree with a share $1 - p_1$ of the signs, and no tree wastes a bit or
# more (Shannon's rounding up wastes less than one, and Huffman is no worse). So
#
# $$1 - h(p_1) \;\le\; \text{excess} \;\le\; 2 - h(p_1) - p_1 .$$
#
# For smaller $p_1$ Gallager [GAL78] proved excess $\le p_1 + 0.0861$, a number that is $1 - \lg e + \lg \lg e$.
#
# **Guess:** many signs or few, which waste more? In the right picture each dot is a law drawn at random. Move **p1**,
# and look for a law that leaves the band.

# %%
huffman_excess.explore(p1=0.8, signs=8)

# %% [markdown]
# The upper edge has a dip: there is a $p_1$ for which even the worst law is not so bad. Where?

# %%
edge = 2 - h - x
(safest,) = sympy.solve(sympy.diff(edge, x), x)
print(f"p1 = {safest}: no law wastes more than", sympy.simplify(edge.subs(x, safest)), "=", end=" ")
print(f"{float(edge.subs(x, safest)):.4f}")
print(f"Gallager's constant: {float(1 - sympy.log(sympy.E, 2) + sympy.log(sympy.log(sympy.E, 2), 2)):.4f}")

# %% [markdown]
# ## 5 · Blocks: buying it back
#
# One bit a toss for a coin that shows heads nine times of ten, though a toss tells only 0.469 bits. The way out: a word
# for *three tosses at once*, 8 words. A block of $n$ independent signs has the entropy $nH$, Huffman's code for blocks
# takes less than $nH + 1$, and so a sign takes
#
# $$H \;\le\; \frac{L_n}{n} \;<\; H + \frac1n .$$
#
# **Guess:** longer blocks are better. Always? And is 9 better than 6?

# %%
block_length.explore(p=0.9, n=3)

# %% [markdown]
# The *bound* falls with each step, the cost need not. Exactly, in fractions, so that nobody can blame rounding:

# %%
tells = entropy([0.9, 0.1])
for n, rate in enumerate(block_rates([9, 1], 9), 1):
    excess = float(rate) - tells
    print(f"n = {n}: {2**n:3} words, {str(rate):>22} = {float(rate):.5f} bits a toss, {excess:.5f} too many")

# %% [markdown]
# Why? Ask the merges. The last one separates *all heads* from the rest, and it is fair where $0.9^n$ is near one half;
# the others work on the rest.

# %%
block = np.ones(1, np.int64)
for n in range(1, 10):
    block = np.multiply.outer(block, [9, 1]).ravel()
    *others, last = wasted(block) / n
    if n > 3:
        print(f"n = {n}: all heads {0.9**n:.3f}, its merge wastes {last:.5f} a toss, the others {sum(others):.5f}")

# %% [markdown]
# Six tosses are lucky twice: 0.531 is nearly one half, and the blocks with one tail, 0.059 each, are nearly a sixteenth.
# With seven the first cut is even fairer, but a block with one tail has 0.053, and there are seven of them.
#
# The price is on the axis: $2^n$ words. With the 27 signs of the book, blocks of three need 19,683 words, and their
# counts must be known at both ends. Halving the bound squares the table.
#
# ## 6 · Not too long, please
#
# **Guess:** counts that fit in 63 bits. How long can the longest word be: 8 bits, 20, 63?

# %%
fibonacci = [1, 1]
while sum(fibonacci) + sum(fibonacci[-2:]) < 2**63:
    fibonacci.append(sum(fibonacci[-2:]))
bits, longest = sum(fibonacci).bit_length(), huffman(fibonacci).longest
print(f"{len(fibonacci)} Fibonacci numbers with a sum of {bits} bits: a word of {longest} bits")

# %% [markdown]
# Longer than a machine word. With Fibonacci counts the tree just made is always among the two lightest again, and the
# tree becomes a comb. A fast reader looks at the next $L$ bits and finds the word in a table of $2^L$ entries; it can't
# have a table for 89 bits. So one asks for **the best code whose words have at most $L$ bits.**
#
# Cutting long words off and repairing Kraft's sum by hand is a popular way, not the best one. *Package-merge* [LH90] is
# the best. Think of a coin of value $2^{-i}$ for each sign and each level $i$ from 1 to $L$, and let it cost the weight of
# the sign. Buy coins worth $n - 1$ in all as cheaply as possible, smallest values first, tying the cheapest pairs into a
# coin of the next value. Then a sign's word has as many bits as coins were bought from it.
#
# Here are the exponents of 22.7 million weights of a language model, the subject of lesson 13. Their longest word in
# Huffman's code has 25 bits. **Guess:** what does a limit of 8 cost? Of 12?

# %%
length_limit.explore(limit=8)

# %% [markdown]
# From 12 bits on nobody notices, and the table has 4,096 entries instead of 33 million: the long words belong to signs
# that hardly ever come. Who pays for a tight limit is on the right: one common sign takes a bit more, to make room.
#
# ## 7 · In order, please
#
# Huffman's words are in no order. It would be handy if coded texts could be *sorted* without decoding them, as in the
# index of a data base: `a` < `b` must mean that the word of `a` is before the word of `b`. Then the leaves of the tree
# are in the order of the alphabet, and the rule "the two lightest" is of no use, for only neighbours may be tied.
#
# The best such tree can be found too, by ties between neighbours that are not quite neighbours (Garsia and Wachs
# [GW77]). **Guess:** what does the order cost for the letters of a book: a tenth of a bit, half a bit, a bit?

# %%
ordered = alphabetic(counts)
print(f"Huffman {expected_length(code, p):.4f}, in order {expected_length(ordered, p):.4f}, entropy {entropy(p):.4f}")
print("e, t, blank:", *(ordered[signs.index(sign)] for sign in "et "), "  z:", ordered[signs.index("z")])
names = ["alice", "hatter", "hare", "queen", "cat", "king"]
coded = {name: "".join(ordered[signs.index(sign)] for sign in name) for name in names}
print("sorted by their bits:", sorted(names, key=coded.get))

# %% [markdown]
# A twelfth of a bit. The price is never more than two bits above the entropy: the words that Shannon, Fano and Elias cut
# from the middle of each share are in order and take less than $H + 2$.
#
# ## 8 · Nobody knows the counts
#
# So far the reader needed the table. Can both ends *learn* it while they talk?
#
# Start with a tree of one empty leaf. A letter that was seen before goes as its path; a new one goes as the path to the
# empty leaf, then spelled out. After each letter *both* ends raise its count and put the tree right, by trading places of
# nodes so that weights never fall from one node to the next, row by row (Gallager's *sibling property*; Faller, Gallager,
# Knuth [KNU85]). A tree with this property is one of Huffman's.
#
# **Guess:** for `abracadabra`, does it save anything? Change the message. What would be the worst message, and the best?

# %%
adaptive_tree.explore(message="abracadabra", step=7)

# %%
learner = AdaptiveHuffman(len(signs))
for size in (100, 1000, 10_000, len(message)):
    seen = message[:size]
    static = len(huffman(np.bincount(seen)).encode(seen))
    print(f"{size:7,} signs: learning {len(learner.encode(seen)):7,} bits, Huffman {static:7,} and a table")

# %% [markdown]
# A table of 27 lengths takes some 100 bits; learning costs a few hundred, once and for all, and needs to see the text
# only once. What it does not do is forget: an author who changes the language half-way pays for the old counts to the end.
#
# ## 9 · Below words
#
# All of this is about codes in which each sign, or block, has a word of its own. Who says that it must?
#
# **One word for all.** Let the signs share the interval from 0 to 1 as in lesson 10, but by $p$ itself and not by
# $2^{-l}$. The first sign of the message chooses a piece, the next cuts it in the same proportions, and so on. In the end
# the message owns an interval as wide as it is probable, $P$. Its one word is the shortest dyadic interval inside, and
# that has at most $-\lg P + 2$ bits, *for the whole message* [RIS76].
#
# **Guess:** a coin shows heads 999 times of 1000. A thousand heads in Huffman's words: 1000 bits. And here?

# %%
print("a thousand heads:", str(arithmetic.encode([0] * 1000, [999, 1])))
left, width, total = Fraction(0), Fraction(1), 1 + 3 + 4
for sign in (2, 1, 0):  # three signs that come 1, 3 and 4 times of 8
    left, width = left + width * Fraction([0, 1, 4][sign], total), width * Fraction([1, 3, 4][sign], total)
    print(f"after sign {sign}: [{left}, {left + width})")
print("the word of 2, 1, 0:", str(arithmetic.encode([2, 1, 0], [1, 3, 4])))

# %% [markdown]
# **One number for all.** Intervals grow long; here is the same trick with whole numbers [DUD13]. Give sign $s$ a number
# $f_s$ of the remainders modulo $2^k$, from $F_s$ on. The state is a number $x$. To put a sign on top of it, let $x$ become
# the number of rank $x$ among those whose remainder belongs to $s$:
#
# $$x \;\to\; 2^k \lfloor x / f_s \rfloor + (x \bmod f_s) + F_s .$$
#
# It grows by the factor $2^k / f_s$: by $-\lg p_s$ bits, a fraction of a bit if that is what $s$ is worth. The remainder
# tells which sign came last, and so the way back; the last sign goes first, so that the reader meets the first one
# first. That is all of *rANS*. Shares of 15 and 1 in 16, a message of 60 signs:

# %%
f, F, start = [15, 1], [0, 15], 16
sent = [0] * 20 + [1] + [0] * 39
state = start
for sign in reversed(sent):
    state = 16 * (state // f[sign]) + state % f[sign] + F[sign]
print(f"{len(sent)} signs in a number of {state.bit_length()} bits: {state}")
read = []
while state != start:
    sign = int(state % 16 >= 15)
    read.append(sign)
    state = f[sign] * (state // 16) + state % 16 - F[sign]
print("read back:", read == sent)

# %% [markdown]
# The library's `Rans` keeps $x$ in 32 bits and sheds 16 when it would overflow. Rounding $p$ to $f_s/2^k$ is (almost) all
# that it wastes.
#
# **Guess:** four coders, one message. Which curve grows with the message, and which stays flat? Where does rANS pay, and
# when is that worth it? Try **s** = 3 with p = 0.97.

# %%
floors.explore(p=0.9, n=250, s=6)

# %% [markdown]
# Words waste the same at every toss. Arithmetic coding wastes two bits at most, once. rANS pays for its state, once, and
# for the rounding of $p$, at every toss but little. (Short messages may cost *less* than their information in words:
# that is luck, paid back by other messages.) And on the book:

# %%
information = -np.log2(p)[message].sum()
print(f"information {information:,.0f} bits")
print(f"Huffman     {len(code.encode(message)):,} bits, {len(code.encode(message)) - information:,.0f} too many")
for scale_bits in (8, 12, 16):
    size = 32 + 16 * Rans(counts, scale_bits).encode(message)[1].size
    print(f"rANS, s = {scale_bits:2} {size:,} bits, {size - information:,.0f} too many")
size = 12 + Tans(counts, 12).encode(message)[1].size
print(f"tANS, s = 12 {size:,} bits, {size - information:,.0f} too many")
short = message[:10_000]
one = len(arithmetic.encode(short, counts))
print(f"arithmetic, the first 10,000 signs: {one - -np.log2(p)[short].sum():.1f} bits too many")

# %% [markdown]
# *tANS* is rANS with all of its steps in a table, so that nobody multiplies or divides. It sheds bit by bit, and its state
# has only as many bits as the table, here 12, so it also begins cheaper. It is inside many a compressor of today [COL18].
#
# Finer shares are not always better: with $s = 16$ a state of 32 bits holds $x / f_s$ with few digits, and rounding
# *there* costs more than the rounding of $p$ saves.
#
# One percent: for letters it hardly matters which coder one takes, and Huffman's reader is the fastest. For a coin
# that is nearly always heads, words are hopeless. Between them lies the question of lesson 13: what is the right coder
# for the weights of a neural network?
#
# ## 10 · Your turn
#
# Replace the `...` and run the cell. The check tries hidden cases; it gives a hint, never the answer.
#
# **Exercise 1.** How many bits does a message take in Huffman's code? Find it from the counts alone, without making a
# word. Counts may be huge, and some may be 0.


# %%
def huffman_cost(counts: list[int]) -> int:
    return ...


exercises.huffman_cost(huffman_cost)

# %% [markdown]
# **Exercise 2.** Find counts for which Huffman's code has a word of 40 bits, though they add up to at most 600 million.
# Write a rule, not the numbers.

# %%
counts_of_mine = ...

exercises.deep_tree(counts_of_mine)

# %% [markdown]
# **Exercise 3.** The interval of a message: its left end and its width, as `Fraction`. Sign $s$ comes `counts[s]` times
# and owns the piece behind those of the smaller signs.


# %%
def interval(message: list[int], counts: list[int]) -> tuple[Fraction, Fraction]:
    return ...


exercises.message_interval(interval)

# %% [markdown]
# ## Summary
#
# * Tie the two lightest together, again and again: no code with whole bits is better. The bill is the sum of the merges,
#   and each wastes $1 - h$ of its bit.
# * The excess is below one bit, and near it only when one sign has nearly all the weight. Blocks of $n$ press it below
#   $1/n$ at the price of a table that grows exponentially, and not at every step.
# * A limit on the longest word, words in order, counts that nobody knows: each is a small tax on real data.
# * Words are the limit, not the entropy. An interval or a number for the whole message wastes a few bits in all.
#
# **What to read next.** Lesson 13, [Eleven bits are enough](13_eleven_bits_are_enough.ipynb): Huffman's code on the
# weights of a language model. In the library: `polyquant.prefix.huffman`, `polyquant.prefix.limited`,
# `polyquant.entropy.rans`.
#
# **References.** [SHA48] C. E. Shannon, A mathematical theory of communication, Bell Syst. Tech. J. 27, 379–423 and
# 623–656, 1948 · [FAN49] R. M. Fano, The transmission of information, MIT, 1949 ·
# [HUF52] D. A. Huffman, A method for the construction of minimum-redundancy codes, Proc. IRE 40, 1098–1101, 1952 ·
# [GAL78] R. G. Gallager, Variations on a theme by Huffman, IEEE Trans. Inf. Theory 24, 668–674, 1978 ·
# [LH90] L. L. Larmore and D. S. Hirschberg, A fast algorithm for optimal length-limited Huffman codes, J. ACM 37,
# 464–473, 1990 · [GW77] A. M. Garsia and M. L. Wachs, A new algorithm for minimum cost binary trees, SIAM J. Comput. 6,
# 622–642, 1977 · [KNU85] D. E. Knuth, Dynamic Huffman coding, J. Algorithms 6, 163–180, 1985 ·
# [RIS76] J. J. Rissanen, Generalized Kraft inequality and arithmetic coding, IBM J. Res. Dev. 20, 198–203, 1976 ·
# [DUD13] J. Duda, Asymmetric numeral systems, arXiv 1311.2540, 2013 · [COL18] Y. Collet and M. Kucherawy, Zstandard
# compression, RFC 8478, 2018.
