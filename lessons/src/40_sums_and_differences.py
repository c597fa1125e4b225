# %% [markdown]
# # How far do sums and differences get you?
# **Lesson 40 · Sums and differences**
#
# *45 minutes, no lesson needed before. Binary numbers, vectors and matrices; no calculus.*
#
# After this lesson you can
#
# * say what each coefficient of the Walsh-Hadamard transform asks, from the binary digits of its number;
# * compute $n$ of them with $n \log_2 n$ additions, and write that down in six lines;
# * convert between three orders and three norms without a mistake;
# * say why a random rotation that costs almost nothing makes weights easier to round.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess.

# %%
import numpy as np
import sympy

from polyquant import exercises
from polyquant.ldp import HadamardResponse
from polyquant.transforms import Rotation, fwht, ifwht
from polyquant.transforms._kernels import hadamard
from polyquant_widgets import butterfly, show_source, spread_weights

# %% [markdown]
# ## 1 · Two numbers
#
# Take two numbers, 7 and 3. Keep their sum, 10, and their difference, 4. Nothing is lost: half of $10 + 4$ is 7, half
# of $10 - 4$ is 3. The same operation, done twice, gives everything back, doubled.
#
# Why would anybody do this? Because the two new numbers answer other questions: *how much* is there, and *how is it
# divided?*
#
# **Guess:** four numbers. Sums and differences of neighbours; then the same with what lies two places apart. What do
# the four results ask?

# %%
a, b, c, d = sympy.symbols("a b c d")
sums, differences = [a + b, c + d], [a - b, c - d]
first = [sums[0], differences[0], sums[1], differences[1]]
second = [first[0] + first[2], first[1] + first[3], first[0] - first[2], first[1] - first[3]]
for k, result in enumerate(second):
    print(f"{k:02b}  {result}")

# %% [markdown]
# All four; even places against odd ones; the first half against the second; and *the same or different?* Each result
# has every number in it, with a sign. Read the signs as a matrix, and the matrix of four numbers is made of four
# copies of that of two:
#
# $$H_2 = \begin{pmatrix} 1 & 1 \\ 1 & -1 \end{pmatrix}, \qquad
#   H_4 = \begin{pmatrix} H_2 & H_2 \\ H_2 & -H_2 \end{pmatrix} = H_2 \otimes H_2, \qquad
#   H_{2^n} = \underbrace{H_2 \otimes \cdots \otimes H_2}_{n}.$$

# %%
H2 = sympy.Matrix([[1, 1], [1, -1]])
H4 = sympy.kronecker_product(H2, H2)
H8 = sympy.kronecker_product(H2, H4)
print(H4 * sympy.Matrix([a, b, c, d]) == sympy.Matrix(second))
square = H8 * H8
print(square == 8 * sympy.eye(8), H8 == H8.T)
sympy.pprint(H8)

# %% [markdown]
# The sign in row $k$ and column $m$ is a product of one sign from each factor. A factor gives a minus only where both
# binary digits are 1. So
#
# $$H[k, m] = (-1)^{\langle k, m\rangle}, \qquad \langle k, m \rangle = \text{how many ones $k$ and $m$ have in common.}$$
#
# Row $k$ asks: *do the digits of the place, those that $k$ selects, have an even or an odd number of ones?* That is the
# **Walsh-Hadamard transform**. The whole matrix is in that sentence; nobody needs to store it.
#
# **Exercise 1.** Write the sign as a function.


# %%
def sign(k, m):
    return ...


exercises.sign_of(sign)

# %% [markdown]
# ## 2 · The butterfly
#
# 16 coefficients of 16 numbers: 240 additions, if each is summed on its own. **Guess:** how many are enough?
#
# In the middle are the numbers and what they become level by level. Level 1 combines neighbours, level 2 what is two
# places apart, then four, then eight. The lines, and the bars at the left, show what is in the marked sum. Move **marked level** from 0 to 4, then
# **marked place**: which digits of the place decide where the dashed lines are?

# %%
butterfly.explore(n=4, level=4, place=5)

# %% [markdown]
# Every sum of two is used twice, and again twice on the next level: that is where the saving comes from. $n$ levels of
# $2^n$ additions. Now let **levels n** grow to 10: 10,240 additions instead of a million. At $n = 24$ it is a fraction of
# a second instead of hours.
#
# Try the other **numbers** too, and guess before you look:
#
# * *one spike*: what does the transform of a single number look like? (It knows nothing about where, and everything.)
# * *a square wave*: how many coefficients does it need?
# * *a ramp* 0, 1, 2, ...: why are there coefficients at 1, 2, 4, 8, ... and nowhere else? Write $m$ in binary.
#
# This is the code that you have just watched. It is one of the two that the library has:

# %%
show_source(hadamard.plain)

# %% [markdown]
# The other one does three levels at a time on 64 bytes at once, and finishes a part of the array as far as it can while
# the cache still holds it. Same sums of two numbers, so the same result, to the last bit:

# %%
rng = np.random.default_rng(40)
x = rng.standard_normal(2**13)
slow = x.copy()
hadamard.plain(slow, 0, slow.size, 1, slow.size)
print("equal to the last bit:", np.array_equal(fwht(x), slow))
print("integers stay integers:", fwht([3, 1, 4, 1]), fwht(fwht([3, 1, 4, 1])) // 4)

# %% [markdown]
# **Exercise 2.** Your own, for a list of $2^n$ numbers. Six lines are enough. The check counts your additions.


# %%
def my_transform(x):
    return ...


exercises.transform(my_transform)

# %% [markdown]
# ## 3 · Which coefficient is which? Orders and norms
#
# The coefficients have a natural order, by the mask $k$. Two others are in use [FA76].
#
# * *dyadic* order: the digits of $k$ read backwards;
# * *sequency* order: by how often the row changes its sign, slow rows first, as in a Fourier transform.
#
# **Guess:** 64 values of a smooth hill. We keep only the first 12 of 64 coefficients, the others become 0. In which
# order does most of the hill survive? (In the figure above: numbers *a hill*, and switch the **order of the result**.)

# %%
places = np.arange(64)
hill = np.exp(-(((places - 25) / 12) ** 2))
for order in ("natural", "dyadic", "sequency"):
    coefficients = fwht(hill, order=order)
    coefficients[12:] = 0
    back = ifwht(coefficients, order=order)
    print(f"{order:9} keeps {100 * (1 - ((back - hill) ** 2).sum() / ((hill - hill.mean()) ** 2).sum()):6.1f} %")
rows = fwht(np.eye(8, dtype=int), axis=0, order="sequency")
print("changes of sign:", [int((np.diff(row) != 0).sum()) for row in rows])

# %% [markdown]
# Natural order begins with the low masks: they ask about the lowest digits of the place, about neighbours, and in a
# smooth hill neighbours are alike. The two others begin with the coarse questions, and are equally good at that.
#
# The second trap is the factor. $H H = N$, so somebody must divide by $N = 2^n$, once. Everybody does it elsewhere:
#
# | `norm` | forth | back | what it is good for |
# | --- | --- | --- | --- |
# | `None` | $H x$ | divide by $N$ | integers stay integers; counting |
# | `"ortho"` | divide by $\sqrt N$ | divide by $\sqrt N$ | lengths and angles stay: rotations, quantisers, older papers on the sparse transform |
# | `"forward"` | divide by $N$ | $H F$ | coefficient 0 is the mean, sizes do not grow with $N$; lessons 41 and 42 |

# %%
x = np.array([2.0, 4.0, 6.0, 8.0])
for norm in (None, "ortho", "forward"):
    y = fwht(x, norm=norm)
    print(f"{norm!s:8} {y}   squares: {(x**2).sum():.0f} to {(y**2).sum():.0f}   back: {ifwht(y, norm=norm)}")

# %% [markdown]
# ## 4 · What it is good for, first: counting
#
# In [lesson 30](30_one_noisy_answer.ipynb) there was a protocol HR: a user with the secret item $x$ sends a column in
# which row $x$ of this matrix has a plus; when she lies, one in which it has a minus. For each item the server needs the
# number of reports where its row has a plus, less that where it has a minus. For all $K$ items that is $K^2$ work, or
# one transform of the histogram of reports.
#
# **Guess:** a million items. How many additions for the whole estimate?

# %%
mechanism = HadamardResponse(1000, 2.0)
truth = rng.multinomial(200_000, np.arange(1000, 0, -1) / 500_500)
estimate = mechanism.estimate(mechanism.simulate(counts=truth, rng=1))
inside = np.abs(estimate.frequency - truth / 200_000) <= 2 * estimate.stderr
print(f"{100 * inside.mean():.0f} % of 1000 items within two sigma, after one transform of {mechanism.block} counts")
print(f"a million items: {20 * 2**20:,} additions")

# %% [markdown]
# Second: **XOR**. Throw two dice with faces $0 \ldots 2^n - 1$ and take the XOR of the faces. Its probabilities are
# $\sum_{i \oplus j = s} p_i q_j$: $N^2$ products. But the parity of a XOR is the sum of the parities, so the transform
# of that sum is the plain product of the two transforms. Of all things that the transform can do, that is the deepest.

# %%
p, q = rng.dirichlet(np.ones(8)), rng.dirichlet(np.ones(8))
pairs = np.zeros(8)
for i in range(8):
    for j in range(8):
        pairs[i ^ j] += p[i] * q[j]
print(np.allclose(fwht(pairs), fwht(p) * fwht(q)))

# %% [markdown]
# **Exercise 3 ★.** The law of the XOR of *many* throws of the same die, as many as a million.


# %%
def law_of_xor(p, throws):
    return ...


exercises.xor_of_dice(law_of_xor)

# %% [markdown]
# ## 5 · Second: a rotation that costs nothing
#
# The weights of a language model are to be rounded to 4 bits each. The levels must reach to the largest weight. If one
# weight in a thousand is fifteen times as large as the rest, then the rest falls between a few levels.
#
# So *turn* the vector first, round, turn back. Under a rotation lengths stay, so the error is the same after turning
# back; but a large number is now a little of everything. A random rotation of 4096 numbers is a matrix of 16 million.
# Random signs and one Walsh-Hadamard transform do it with 49,152 additions and one integer to remember [AC09].
#
# **Guess:** what is the distribution of one turned weight, a sum of a thousand weights with signs? And how many bits is
# that worth?

# %%
spread_weights.explore()

# %% [markdown]
# * The turned weights are as good as normal, whatever they were before: kurtosis 3, nothing beyond four or five. At 4
#   bits the error falls to a quarter; that is worth two bits for every weight.
# * *normal* weights gain nothing. The rotation spreads; it does not compress.
# * **Guess**, then switch to *nearly alike* and take away the **random signs**. Row 0 of $H$ asks how alike the numbers
#   are! The transform alone would make an outlier where none was. The signs see to it that no vector is unlucky for all
#   seeds.
# * Weights come in lengths such as 768 or 12,288, no powers of two. There is a Hadamard matrix of order 12, made of the
#   squares modulo 11 [PAL33], and $12 \cdot 2^m$ are factors of it and of ours.

# %%
rotation = Rotation(12_288, seed=7)
weights = rng.standard_t(3, 12_288)
turned = rotation.apply(weights)
print(rotation, "length before and after:", round(np.linalg.norm(weights), 6), round(np.linalg.norm(turned), 6))
print("largest before and after:", round(np.abs(weights).max(), 1), round(np.abs(turned).max(), 1))
print("undone:", np.allclose(rotation.undo(turned), weights))

# %% [markdown]
# ## Summary
#
# * Coefficient $k$ adds the numbers with an even number of ones in common with $k$, and subtracts the others.
# * $H_{2^n}$ is $n$ times the same two-by-two step; $n 2^n$ additions, in place, exact for integers.
# * Three orders, three norms. Say which one you mean; most mistakes with this transform are one of the two.
# * Products of transforms are XOR-convolutions; signs and one transform are a cheap random rotation.
#
# **What to read next.** [Lesson 41, Aliasing on purpose](41_aliasing_on_purpose.ipynb): what if $2^n$ numbers are far too
# many, and only a few coefficients are not zero? In the library: `polyquant.transforms.hadamard`,
# `polyquant.transforms.rotation`; beside the fastest peers: `benchmarks/bench_transforms.py`.
#
# **Limits.** Educational: not audited, not constant time.
#
# **References.** [FA76] B. J. Fino, V. R. Algazi, Unified matrix treatment of the fast Walsh-Hadamard transform, 1976 ·
# [AC09] N. Ailon, B. Chazelle, The fast Johnson-Lindenstrauss transform and approximate nearest neighbors, 2009 ·
# [PAL33] R. E. A. C. Paley, On orthogonal matrices, 1933.
