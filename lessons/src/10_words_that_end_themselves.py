# %% [markdown]
# # How does a reader know where a word ends?
# **Lesson 10 · Words that end themselves**
#
# *40 minutes. You need binary numbers and a little Python; no earlier lesson.*
#
# After this lesson you can
#
# * say at a glance which word lengths a code may have, and why (Kraft's inequality);
# * write down the Elias gamma code of any number and read it back;
# * predict what one flipped bit destroys, and choose a code that recovers;
# * give the letters of a book words that are within one percent of the best possible.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess: a wrong guess teaches
# more than a right one.

# %%
import sympy

from polyquant import datasets, exercises
from polyquant.prefix import delta, fibonacci, gamma, huffman, is_prefix_free, kraft, omega, two_readings
from polyquant_widgets import explorable, flipped_bit, kraft_strip, letters, show_source

# %% [markdown]
# ## 1 · No commas
#
# Three signs get the words `0`, `01` and `10`. Somebody sends you `010`.
#
# **Guess:** which signs are these?

# %%
words = ["0", "01", "10"]
first, second = two_readings(words)
print("one reading:    ", " ".join(words[i] for i in first))
print("another reading:", " ".join(words[i] for i in second))

# %% [markdown]
# Both are right, so the code is useless. Spaces would help, but a wire carries only 0 and 1: the words themselves
# must tell where they end.
#
# The simplest way: **no word is the beginning of another**. Then a reader who has seen a whole word knows it,
# without looking further.
# Such a set of words is a *prefix code*.

# %%
for candidate in (["0", "01", "10"], ["0", "10", "11"], ["0", "100", "101", "110", "111"]):
    print(candidate, "is a prefix code" if is_prefix_free(candidate) else "is not")

# %% [markdown]
# ## 2 · Short words are expensive
#
# Everybody wants short words. What stops us?
#
# Think of a string of bits as a number behind a binary point: `101...` is 0.101... in binary. All strings that
# begin with a word of $l$ bits
# fill one piece of the interval from 0 to 1, and its width is $2^{-l}$. In a prefix code no string begins with
# two different words, so **the
# pieces do not overlap**. They lie side by side in an interval of length 1:
#
# $$\sum_i 2^{-l_i} \le 1.$$
#
# That is Kraft's inequality. In the picture the tree of words hangs over their pieces: each leaf stands over the
# piece it owns, and the
# pale piece at the right is what nobody owns yet.
#
# **Guess:** A has one bit. Can B and C both have two? Move the sliders and see what the strip does.

# %%
kraft_strip.explore(a=1, b=3, c=3, d=3, e=4)

# %% [markdown]
# Two things to try: fill the strip exactly, and overfill it.
#
# * When the sum is 1, nothing is left: every string of bits can be read. Such a code is *complete*.
# * When the sum is above 1, no cleverness helps. This holds even for codes that are not prefix codes but can
#   still be read in one way only
#   (McMillan, 1956). So nobody ever needs anything but prefix codes.
#
# The words themselves hardly matter. Once the lengths fit, the *canonical* words are handed out from left to
# right: count upwards, and add zeros
# when the length grows.

# %%
lengths = [1, 3, 3, 3, 4]
print("Kraft sum:", kraft(lengths))
print("with one more word of 4 bits:", kraft([*lengths, 4]), "  of 3 bits:", kraft([*lengths, 3]))

# %% [markdown]
# ## 3 · A word for every number
#
# So far there were a few signs. Now we want a word for **every** whole number 1, 2, 3, ... without end.
#
# Plain binary fails: `1` is the beginning of `10`. In 1975 Peter Elias announced the length first, in zeros: a
# number with $N + 1$ binary digits
# gets $N$ zeros in front. The reader counts zeros and then knows how many digits to take. This is the *gamma* code.

# %%
for n in (1, 2, 3, 4, 5, 17, 1000):
    print(f"{n:5d}  {n:b}".ljust(20), "->  ", gamma.encode(n))

# %% [markdown]
# **Guess:** infinitely many words. What is their Kraft sum? Infinite? Something below 1?
#
# There are $2^N$ numbers with $N + 1$ digits, and each has a word of $2N + 1$ bits:

# %%
N = sympy.symbols("N", integer=True, nonnegative=True)
total = sympy.summation(2**N * sympy.Rational(1, 2) ** (2 * N + 1), (N, 0, sympy.oo))
print("Kraft sum of gamma, all numbers: ", total)
below = kraft(gamma.length(range(1, 2**10)))
print("the numbers below 2^10 alone:    ", below, "=", float(below))

# %% [markdown]
# Exactly 1: gamma is complete, not a single string is wasted. You cannot shorten one word without lengthening
# another.
#
# This is the code that just ran, not a copy of it:

# %%
show_source(gamma)

# %% [markdown]
# Gamma says the length in unary, which doubles the bill. *Delta* says the length in gamma, *omega* says the
# length of the length of the length ...
# **Guess:** from which number on is delta shorter than gamma? And is it ever longer?

# %%
shorter = [n for n in range(1, 10_000) if gamma.length(n) < delta.length(n)]
print("gamma is shorter than delta only for n =", shorter)
for e in (1, 3, 6, 18):
    bits = [int(code.length(10**e)) for code in (gamma, delta, omega)]
    print(f"n = 10^{e:<2}  gamma {bits[0]:3} bits   delta {bits[1]:3}   omega {bits[2]:3}")

# %% [markdown]
# ## 4 · One wrong bit
#
# A prefix code trusts every bit. Below, twelve numbers are sent (blue, as words of alternating shade) and one bit
# arrives flipped (framed).
# The lower row is what the reader makes of it: green words are right, red ones are not.
#
# **Guess:** in which code does the damage spread furthest: gamma or Fibonacci? Then move *flip bit number*
# through both.

# %%
flipped_bit.explore(code="Elias gamma", flip=6)

# %% [markdown]
# In gamma a wrong zero shifts the boundary of the word, and the next word starts in the middle of nowhere. It may
# fall back into step by luck,
# or never. Delta, the cleverer code, suffers more: a wrong bit in the length of the length moves everything.

# %%
for name in ("Elias gamma", "Elias delta", "Fibonacci"):
    lost = [flipped_bit.compute(flipped_bit.Params(code=name, flip=i)).wrong for i in range(1, 41)]
    print(f"{name:12} loses {sum(lost) / 40:.1f} numbers a flipped bit on average, {max(lost):2} of 12 at worst")

# %% [markdown]
# *Fibonacci* words all end in `11` and hold `11` nowhere else. Whatever happened before, a reader who sees `11`
# after a zero is at the end of a word, and soon in
# step again. Look at the words:

# %%
for n in (1, 2, 3, 4, 5, 17, 1000):
    print(f"{n:5d}  ->  {fibonacci(2).encode(n)}")

# %% [markdown]
# The price: for very large numbers they are longer, 1.44 bits for every binary digit, where delta needs hardly
# more than 1. Nothing is free.
#
# ## 5 · A real book
#
# Lewis Carroll's *Alice's Adventures in Wonderland*, its 26 letters and the blank. Five bits would do for each.
# But `e` comes 174 times as often
# as `z`.
#
# A word of $l$ bits owns a share of $2^{-l}$ of all strings. It seems fair that a letter of probability $p$ owns
# a share of $p$, that is, has
# $-\lg p$ bits. Lengths must be whole, so the fair length has to be rounded, and that is where the methods
# differ. The blue bars are the words, the orange
# step is what each letter deserves.
#
# **Guess:** how many bits a letter does the best code need: 5, 4.5, 4, 3.5? How much do Shannon's rounded-up
# words give away?

# %%
letters.explore(method="Huffman")

# %% [markdown]
# Rounding up (Shannon) is safe: $\sum 2^{-\lceil -\lg p \rceil} \le \sum p = 1$, so the code exists. But it
# wastes up to a bit a letter. Huffman's code
# is the best there is with whole bits (lesson 12 shows why). No code of this kind goes below the **entropy** $H =
# -\sum p \lg p$:
# the dotted line is the floor.
#
# Does the bill in the picture hold on the real text?

# %%
text = " ".join(datasets.words(datasets.alice().replace("'", "")))
alphabet = sorted(set(text))
code = huffman([text.count(c) for c in alphabet])
bits = code.encode([alphabet.index(c) for c in text])
print(f"{len(text):,} signs at five bits each: {5 * len(text) / 8:,.0f} bytes, in Huffman words: {len(bits.data):,}")
print("read back:", "".join(alphabet[s] for s in code.decode(bits, len(text)))[:63])

# %% [markdown]
# The table of lengths must travel too: 27 lengths, one byte each, change nothing here, but they would for a short
# letter.
#
# Lengths, words and a wrong bit belong together, so here they are in one picture. It computes in your browser: drag
# the leaves to make a code of your own, press a bit to flip it.
#
# **Guess:** the third bit of *i seem to see* arrives wrong. Will the reader notice? Then choose *the same for
# all letters*: what does a wrong bit cost now? Press *Worst flip*: why does the reader stop?

# %%
explorable("prefix_codes")

# %% [markdown]
# Nothing tells: the first code is full, so whatever arrives can be read, and after six letters the reader is in step by
# luck. Words of one length keep their places, and a wrong bit costs one letter. But seven of eight words are in use: at
# the eighth, 111, which nobody owns, the reader knows that something is wrong.
#
# ## 6 · Your turn
#
# Replace the `...` and run the cell. The check tries hidden cases; it gives a hint, never the answer.
#
# **Exercise 1.** Write the gamma code, both ways, with strings. A string that ends inside a word must raise
# `ValueError`.


# %%
def gamma_encode(n: int) -> str:
    return ...


def gamma_decode(text: str) -> list[int]:
    return ...


exercises.gamma_code(gamma_encode, gamma_decode)

# %% [markdown]
# **Exercise 2.** A code has words of the given lengths. What is the shortest length that one more word may have?
# `None` if nothing fits.
# Lengths may be long; floats will betray you, `fractions.Fraction` won't.


# %%
def shortest_that_fits(lengths: list[int]) -> int | None:
    return ...


exercises.missing_length(shortest_that_fits)

# %% [markdown]
# **Exercise 3, a trap.** Fibonacci words end in `11` because Zeckendorf digits never hold two ones in a row.
# Somebody proposes: allow two ones in a row, never
# three (weights 1, 2, 4, 7, 13, ... instead of 1, 2, 3, 5, 8, ...), digits of the least weight first, and still
# put `11` behind.
# Find two words of this "code" that break it.

# %%
exercises.broken_prefix("", "")

# %% [markdown]
# ## Summary
#
# * A word of $l$ bits costs $2^{-l}$ of an interval of length 1. Lengths that fit (Kraft sum at most 1) have a
#   prefix code; others have none at all.
# * Infinitely many numbers fit too. Gamma says the length first, delta says it more cleverly, Fibonacci ends
#   every word with a mark.
# * A sign of probability $p$ deserves $-\lg p$ bits. The mean of what is deserved is the entropy, and no prefix
#   code goes below it.
#
# **What to read next.** Lesson 11, *Guessing the law*: every code is a bet on how often each number comes.
#
# **References.** [ELI75] P. Elias, Universal codeword sets and representations of the integers, IEEE Trans. Inf.
# Theory 21, 1975 ·
# [KRA49] L. G. Kraft, A device for quantizing, grouping, and coding amplitude-modulated pulses, MIT, 1949 ·
# [MCM56] B. McMillan, Two inequalities implied by unique decipherability, IRE Trans. Inf. Theory 2, 1956 ·
# [HUF52] D. A. Huffman, A method for the construction of minimum-redundancy codes, Proc. IRE 40, 1952 ·
# [AF87] A. Apostolico and A. S. Fraenkel, Robust transmission of unbounded strings using Fibonacci
# representations, IEEE Trans. Inf. Theory 33, 1987.
