# %% [markdown]
# # How do five people guard a secret so that any three can open it, and two learn nothing?
# **Lesson 20 · One curve too many**
#
# *30 minutes. You need straight lines, parabolas and remainders; no earlier lesson.*
#
# After this lesson you can
#
# * share a secret with Shamir's scheme and get it back, by hand in a small field;
# * prove in one line that too few shares say nothing, and say what "nothing" means;
# * find a wrong share among right ones;
# * name the guest with whom the scheme ends.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess: a wrong guess teaches more
# than a right one.

# %%
from collections import Counter
from itertools import product

import numpy as np
import sympy

from polyquant._random import repeatable
from polyquant.algebra import gf256, polynomial
from polyquant.algebra.gfp import PrimeField
from polyquant.sharing import shamir
from polyquant_widgets import arrivals, explorable, one_curve

# %% [markdown]
# ## 1 · Half a secret is too much
#
# The code of a safe is 4711. Ann gets 47, Ben gets 11.
#
# **Guess:** how many codes must Ben try at most, and how many would a burglar who knows nothing?
#
# Ben needs 100 tries instead of 10,000: his half of the digits is *half of the secret*. A share should be worth
# nothing until there are enough. For two people there is an old trick: Ann gets a random number $a$, Ben gets
# $s - a$, counted modulo 10,000.

# %%
secret = 4711
for a in (1234, 4711, 9999):
    print(f"Ann {a:4}   Ben {(secret - a) % 10_000:4}   together {(a + (secret - a) % 10_000) % 10_000}")

# %% [markdown]
# Whatever Ben holds, each of the 10,000 codes fits exactly one number in Ann's hand. He knows as much as the burglar.
#
# But if Ann loses her number, the safe stays shut. We want more: **any three of five** people open it, and two are as
# helpless as one.
#
# ## 2 · Two points, one line
#
# Through two points there is one line. Through one point there are many. So hide the secret where a line begins: its
# value at $x = 0$. Party 1 gets the value at 1, party 2 the value at 2, and so on. Two parties draw the line and read
# off the secret.
#
# **Guess:** with ordinary whole numbers, party 2 holds the value 101 of the line $s + a x$. Does she know anything
# about $s$?
#
# She does: $s = 101 - 2a$ is odd. And if slopes are known to be small, she knows roughly how large it is. Whole
# numbers have *odd* and *large*. So count modulo a prime $p$: the numbers 0 to $p - 1$ in a circle, where nothing is
# odd and nothing is large, and where one can still divide.

# %%
field = PrimeField(17)
shares = shamir.deal(12, 2, 5, field=field, coefficients=[14])  # the line 12 + 14 x, counted modulo 17
print("values at 1 to 5:", [share.value for share in shares])
print("1/2 =", field.inverse(2), "because 2 *", field.inverse(2), "= 1, modulo 17")
print("any two give", {shamir.recover([one, two]) for one in shares for two in shares if one.x < two.x})

# %% [markdown]
# You are the party of the blue square. Suppose a secret with the slider: an orange line runs from it through your
# point, and out of the grid on one side means back in on the other. The bars at the left count, for every secret, how
# many lines pass through your point.
#
# **Guess:** how many lines are there for the secret 12? For 13?

# %%
one_curve.explore(k=2, held=1, guess=12)

# %% [markdown]
# One line each. *Every* secret is still possible, and none is likelier than another.
#
# For a threshold of three take parabolas $s + a x + b x^2$, for $k$ curves of degree $k - 1$: $k$ points fix the
# curve, $k - 1$ points don't. Below, hold two shares, then add the third: all bars but one disappear. Then try
# $k = 4$ with two shares.

# %%
one_curve.explore(k=3, held=2, guess=4)

# %% [markdown]
# ## 3 · The proof in one line
#
# You hold the shares at $x_1, \dots, x_{k-1}$ of the dealer's curve $f$, with the secret $s$. For another secret $s'$
# look at
#
# $$f'(x) = f(x) + (s' - s) \prod_{i} \frac{x_i - x}{x_i}.$$
#
# The product is 1 at $x = 0$ and 0 at each of your points. So $f'$ has the secret $s'$ and *the same shares*, and its
# degree is $k - 1$ at most. That is all. One term that vanishes at $k - 1$ places.

# %%
x, x1, x2, s, s_other, a, b = sympy.symbols("x x1 x2 s s' a b")
f = s + a * x + b * x**2
other = f + (s_other - s) * (x1 - x) / x1 * (x2 - x) / x2
print("at 0: ", sympy.simplify(other.subs(x, 0)))
print("more than f at x1 and x2:", sympy.simplify((other - f).subs(x, x1)), sympy.simplify((other - f).subs(x, x2)))
print("the slope becomes a plus", sympy.factor(sympy.Poly(other - f, x).coeff_monomial(x)))

# %% [markdown]
# The library, over GF(17): a curve with the secret 9, two of its shares, and the other curve for the secret 4.

# %%
nine = shamir.deal(9, 3, [3, 6, 1], field=field, coefficients=[5, 2])
(x1, y1), (x2, y2) = [(share.x, share.value) for share in nine[:2]]
four = polynomial.interpolate(field, [0, x1, x2], [4, y1, y2])
vanishing = polynomial.interpolate(field, [0, x1, x2], [1, 0, 0])
shifted = polynomial.add(field, (9, 5, 2), tuple(field.multiply(4 - 9, c) for c in vanishing))
print("interpolated:", four, "  by the formula:", shifted)

# %% [markdown]
# Nothing means *nothing*, and one can count it. In GF(7) with threshold 3 the dealer has $7 \cdot 7 = 49$ curves for
# each secret. List them all, and look at what parties 2 and 5 see together.

# %%
small = PrimeField(7)
seen = {
    secret: Counter(
        tuple(share.value for share in shamir.deal(secret, 3, [2, 5, 6], field=small, coefficients=coins)[:2])
        for coins in product(range(7), repeat=2)
    )
    for secret in range(7)
}
often = {count for counter in seen.values() for count in counter.values()}
print("pairs of shares:", len(seen[0]), "  how often each, for every secret:", often)

# %% [markdown]
# All 49 pairs, each once, whatever the secret. No computer, however fast, now or ever, gets more out of two shares:
# this is *perfect* secrecy, and it does not rest on any problem being hard.
#
# ## 4 · Words instead of small numbers
#
# A byte is an element of a field with 256 elements, GF(256). A text is shared byte by byte, each with curves of its
# own, and a share is as long as the text. `shamir.deal` does that; without `entropy=` it takes its coins from the
# operating system, here they are fixed so that the page stays the same.

# %%
shares = shamir.deal(b"ten o'clock", 3, 5, entropy=repeatable(b"lesson 20"))
for share in shares:
    print(share, share.value.hex())
print(shamir.recover([shares[4], shares[0], shares[2]]))

# %% [markdown]
# You hold shares 1 and 2. **Guess:** can you find a third share, so that the three say what *you* want?


# %%
def third_share(wish: bytes) -> shamir.ShamirShare:
    rows = np.array([list(wish), list(shares[0].value), list(shares[1].value)], np.uint8)
    weights = polynomial.lagrange(shamir.GF256, [0, 1, 2], 3)  # from the values at 0, 1, 2 to the value at 3
    return shamir.ShamirShare(3, 3, shamir.GF256, gf256.combine([weights], rows).tobytes(), shares[0].set_id)


for wish in (b"ten o'clock", b"half past 9", b"never again"):
    print(third_share(wish).value.hex(), "->", shamir.recover([*shares[:2], third_share(wish)]))

# %% [markdown]
# For every sentence of eleven bytes there is a third share that makes it the secret. (Its length is not hidden.) The
# first line is the true share 3, and nothing marks it. That is the one-line proof again, in a form your friends will
# believe.
#
# It is also a warning: whoever may hand in a share *last* can choose what comes out. With exactly $k$ shares nobody
# notices.
#
# ## 5 · A wrong share
#
# With more than $k$ shares one can check: do all points lie on one curve? Shares of a curve are a Reed-Solomon code,
# the code of QR codes and compact discs. With $n$ shares up to $(n - k) / 2$ wrong ones can be found, by nothing more
# than Euclid's algorithm [GAO03], and left out.

# %%
five = [*shares[:2], third_share(b"half past 9"), *shares[3:]]
try:
    shamir.recover(five)
except ValueError as error:
    print(type(error).__name__ + ":", error)
print(shamir.recover_robust(five, max_errors=1))

# %% [markdown]
# Now all of it in your hands, in the field of 17 numbers: five shares, three needed, two left. Slide the orange ring,
# then press shares to give them back. Take *share 2 is damaged* and do it again.
#
# **Guess:** with how many shares do they first notice that one is wrong? And with how many do they know whose?

# %%
explorable("secret_sharing")

# %% [markdown]
# With $k + 1$ they notice: no curve fits all of them. With $k + 2$ they know, since only without share 2 do the others
# agree. With $k$ they open the safe with a wrong number and never learn why it stays shut.
#
# ## 6 · The guest list has no end
#
# The dealer chose a field with $q$ elements, and every party sits at a place of its own, $x = 1, 2, 3, \dots$; the
# place 0 is the secret.
#
# **Guess:** what happens to guest number 256 of GF(256)?

# %%
try:
    shamir.deal(b"ten o'clock", 3, 256)
except ValueError as error:
    print(type(error).__name__ + ":", error)

# %% [markdown]
# No seat is left. A larger field must be chosen *before the first share is dealt*: afterwards all guests would have
# to come back and change their shares. And however large it is, it ends.
#
# Move **guests so far**. At the left the ring of seats fills up and a crowd forms. At the right every guest takes a
# piece of a ring, as wide as the word of a prefix code is short (lesson 10). Something is always left.

# %%
arrivals.explore(t=9, q="8")

# %% [markdown]
# Could a *word* be a place on a curve? Lesson 21 does that: the guest list never ends, no share ever changes, and any
# $k$ guests, the first or the billionth, open the safe.
#
# ## 7 · Your turn
#
# With pencil and paper. In GF(7), threshold 2, party 1 holds 5 and party 3 holds 4. Replace the `...`, then run the
# cell.

# %%
secret = ...
slope = ...

right = polynomial.interpolate(small, [1, 3], [5, 4])
print("right" if (secret, slope) == right else "not yet: from 1 to 3 the line climbs two slopes, from 5 to 4, modulo 7")

# %% [markdown]
# Two questions to think about, with `one_curve`:
#
# * Hold one share of a threshold of three. Why has every secret exactly $p$ curves?
# * Suppose a dealer saves work and takes the slope from 1 to $p - 1$, never 0. With $k = 2$, which secret can party 1
#   rule out?
#
# ## Summary
#
# * The secret is where a random curve of degree $k - 1$ begins. Any $k$ points fix the curve.
# * With $k - 1$ points, each secret has exactly one curve: add $(s' - s) \prod (x_i - x)/x_i$. This is perfect
#   secrecy, counted, not believed.
# * Of $n$ shares, $(n - k)/2$ may be wrong and the secret is still found.
# * A field of $q$ elements serves $q - 1$ parties, and that must be known beforehand.
#
# **What to read next.** Lesson 21, *A guest list without end*. In the library: `polyquant.sharing.shamir`; on real
# files: `python -m polyquant.sharing --help`.
#
# **Limits.** Educational: not audited, not constant time. A share must be kept as carefully as the secret itself.
#
# **References.** [SHA79] A. Shamir, How to share a secret, Communications of the ACM 22(11), 612–613, 1979 ·
# [GAO03] S. Gao, A new algorithm for decoding Reed-Solomon codes, in: Communications, Information and Network Security,
# 55–68, Springer, 2003.
