# %% [markdown]
# # How much error must two bits make?
# **Lesson 51 · Rate and distortion**
#
# *60 minutes. You need [lesson 50](50_a_sphere_without_a_codebook.ipynb): pyramids and the nearest point. Mean and
# variance, the normal law; some integrals are done for you.*
#
# After this lesson you can
#
# * read a curve of rate and distortion, and say where Lloyd-Max, pyramids, lattices and Shannon lie on it;
# * derive, in four lines, what a pyramid is worth at high rates, and why it was made for another law than the normal one;
# * split bits between a direction and a length, and quantize the length without any training;
# * say what a rotation does to real weights, and what a single large weight does without it.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess.

# %%
import numpy as np
import sympy

from polyquant import datasets, exercises
from polyquant.quantize import Pyramid, distortion, gain_codebook, gains, lloyd_max, rebuild
from polyquant.quantize.bounds import asymptote, distortion_rate
from polyquant.quantize.weights import quantize_matrix
from polyquant.transforms import Rotation
from polyquant_widgets import gain_split, rate_distortion, rotation_before_after

# %% [markdown]
# ## 1 · Two bits for a normal number
#
# Numbers arrive, independent, normal, with mean 0 and variance 1. Each may be described with $R$ bits. What is the
# least mean squared error $D$?
#
# One number at a time: $2^R$ levels, each in the middle of the numbers that go to it. Stuart Lloyd and Joel Max
# found the best ones [LLO82, MAX60]. Many numbers at once: Claude Shannon proved that no code of any kind gets below
# $D = 4^{-R}$, and that long enough codes come as near as one likes [SHA59].
#
# **Guess:** two bits. Four levels leave an error of 0.1175. How low could one go?

# %%
print("bits   Lloyd-Max   Shannon   decibels between   bits wasted")
for bits in (1, 2, 3, 4, 8):
    best, bound = distortion(lloyd_max("gaussian", 2**bits), "gaussian"), distortion_rate("gaussian", bits)
    ratio = best / bound
    print(f"{bits:4} {best:11.6f} {bound:9.6f} {10 * np.log10(ratio):12.2f} dB {np.log(ratio) / np.log(4):13.2f}")

# %% [markdown]
# Half the error is unnecessary: at eight bits a scalar quantizer wastes 0.7 bits on every single number, for any
# application, on any machine. That is what codes for groups are after.
#
# ## 2 · What is a pyramid worth?
#
# Take the pyramid of lesson 50, with many entries and many more pulses. Four facts, one line each:
#
# * A group of $N$ numbers has $\sum |x_i| \approx N m$, with $m = E|x|$. Scaled so that this becomes $K$, a step of one
#   pulse is as long as $\Delta = N m / K$ in $x$.
# * Rounding to steps of $\Delta$ leaves $D = \Delta^2/12$.
# * There are about $P \approx (2K)^N / N!$ points: the volume of the pyramid.
# * So the bits are $N R = \log_2 P$. And $N! \approx (N/e)^N$ (Stirling).
#
# Solve for $D$:

# %%
N, K, R, m = sympy.symbols("N K R m", positive=True)
pulses = sympy.solve(sympy.Eq(2**R, 2 * K / (N / sympy.E)), K)[0]  # the N-th root of P = 2^(N R)
D = sympy.simplify((N * m / pulses) ** 2 / 12)
print("K =", pulses, "    D =", D)
x = sympy.symbols("x", positive=True)
laws = {
    "Laplacian": sympy.exp(-sympy.sqrt(2) * x) / sympy.sqrt(2),
    "Gaussian": sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi),
}
for name, density in laws.items():
    mean = sympy.integrate(2 * x * density, (x, 0, sympy.oo))
    constant = sympy.simplify(D.subs(m, mean) * 4**R)
    print(f"{name:9} m = {mean},  D 4^R = {constant} = {float(constant):.4f}", end=",  the library: ")
    print(f"{asymptote('pyramid', name.lower()):.4f}, Lloyd-Max {asymptote('lloyd-max', name.lower()):.4f}")

# %% [markdown]
# Lloyd-Max tends to 2.72 and 4.5. So the pyramid wins 2.4 dB on normal numbers and 5.6 dB on Laplacian ones: Fischer's
# figures of 1986, [FIS86]. Why so much more there? A group of Laplacian numbers has a density that depends on $\sum |x_i|$
# alone: its typical vectors *are* a pyramid. Those of normal numbers fill a sphere, and a pyramid is not round.
#
# ## 3 · The curves
#
# High rates and endless groups are theory. Real groups have 8, 16 or 32 numbers at 2, 3, 4 bits. The points in the figure
# were computed before (`python -m benchmarks.rate_distortion FILE`).
#
# **Guess:** from how many bits on does a pyramid of 16 entries beat Lloyd-Max? Does $N = 128$ do much better than 16?

# %%
rate_distortion.explore()

# %% [markdown]
# * At one bit a number a pyramid has no advantage on normal numbers. From two bits on it beats every scalar code.
# * On normal numbers nothing much is won beyond $N = 16$ or 32. On Laplacian ones a lot is.
# * The lattice $E_8$ and codes with trellises are better at 2 bits. The pyramid's case is another: any rate, any $N$, no
#   code book, and billions of numbers a second.
#
# Nothing hidden; all of it fits in a few lines:


# %%
def shape_and_gain(x, k, levels):
    """Mean squared error when each row becomes a point of k pulses and one of so many lengths."""
    points = Pyramid(x.shape[1], k).nearest(x)
    length = gains(x, points)
    code = lloyd_max(length, levels)  # trained on these very lengths
    return np.mean((rebuild(code.quantize(length), points) - x) ** 2)


numbers = np.random.default_rng(51).normal(size=(20_000, 16))
for k, levels in ((11, 3), (24, 6), (51, 13)):
    bits = np.log2(float(Pyramid(16, k).count * levels)) / 16
    error = shape_and_gain(numbers, k, levels)
    print(f"{k:2} pulses, {levels:2} lengths: {bits:.3f} bits, D = {error:.5f}, D 4^R = {error * 4**bits:.3f}")

# %% [markdown]
# ## 4 · A direction and a length
#
# A pyramid point is a direction. Which length should it get? The *gain* that leaves the least error is
# $g = \langle x, y\rangle / |y|$, a bit shorter than $|x|$; then what is left is $|x|^2 (1 - \cos^2)$. (Keeping $g = |x|$
# leaves $2|x|^2 (1 - \cos)$. **Guess:** is that much worse?)

# %%
for k in (4, 11, 24):
    points = Pyramid(16, k).nearest(numbers)
    left = [np.mean((rebuild(gains(numbers, points, kind=kind), points) - numbers) ** 2) for kind in ("mse", "norm")]
    print(
        f"{k:2} pulses: least error {left[0]:.4f}, with the length kept {left[1]:.4f}, {100 * left[1] / left[0] - 100:.0f} % more"
    )

# %% [markdown]
# The length has to be rounded, too. Its error adds to that of the direction, and its bits are taken from the direction.
# **Guess** for 16 numbers at 3 bits each, 48 bits in all: how many of them for the length? One? Three? Eight?

# %%
gain_split.explore()

# %% [markdown]
# About as many as each of the numbers gets: *the length is one more coordinate*. A bit too many for it costs little,
# two too few cost a lot.
#
# ## 5 · Lengths that need no training
#
# Which lengths occur? If a row of $D$ weights points anywhere with equal probability, then a group of $N$ of them has a
# share of the squared length of the row that follows a law with a name, $\text{Beta}(N/2, (D - N)/2)$. Whatever the
# weights mean! So the levels for the length are constants of $N$ and $D$: no training, nothing to store.

# %%
n, d, t = sympy.symbols("n d t", positive=True)
p, q = n / 2, (d - n) / 2
variance = sympy.simplify(p * q / ((p + q) ** 2 * (p + q + 1)) * (d / n) ** 2)  # of the share, 1 = expected
print("variance of the squared length:", sympy.factor(variance))
print("levels for 16 of 384:", np.round(gain_codebook(16, 384, 4).levels, 3))

query = (datasets.minilm_query().astype(np.uint32) << 16).view(np.float32)  # real weights, 384 x 384
output = (datasets.minilm_output().astype(np.uint32) << 16).view(np.float32)  # and 64 rows of 1536
for name, rows in (("query", query), ("output", output)):
    width, spread = rows.shape[1], []
    for turned in (rows, Rotation(width, seed=0).apply(rows)):
        unit = turned / np.sqrt(np.mean(turned**2, axis=1, keepdims=True))
        spread.append(np.sqrt(np.mean(unit.reshape(-1, 16) ** 2, axis=1)).std())
    theory = np.sqrt(float(variance.subs({n: 16, d: width})) / 4)  # the root of 1 + e is 1 + e/2, nearly
    print(f"{name:6} spread of lengths: as trained {spread[0]:.3f}, rotated {spread[1]:.3f}, the law says {theory:.3f}")

# %% [markdown]
# Trained rows don't point anywhere with equal probability. But *rotated* ones do, nearly: multiply each row by random signs
# and a Walsh-Hadamard transform (lesson 40). That is an orthogonal matrix, so lengths and errors stay as they are, and it
# can be undone: $W x = (W R^T)(R x)$.
#
# ## 6 · One weight out of line
#
# These 64 rows of MiniLM's first layer hold the largest weight of the network. **Guess:** the root mean square of its row
# is 1; how large is it? 5? 10? Then tick **rotated**.

# %%
rotation_before_after.explore()

# %% [markdown]
# That weight is almost its whole row, so its group is ten times as long as expected, and the highest of the four lengths
# is 1.27. Twenty-five percent of the matrix is lost, for a single number. Rotated, its size is shared by 1,536 entries, and
# nothing sticks out any more. What is left is the normal law, whatever the network had learned.

# %%
for name, rows in (("query", query), ("output", output)):
    for rotate in (False, True):
        small = quantize_matrix(rows, bits=3.1, rotate=rotate)
        error = np.mean((small.dense() - rows) ** 2) / np.mean(rows**2)
        words = "rotated" if rotate else "as trained"
        print(f"{name:6} {words:10} {small.bits_per_weight:.3f} bits a weight, relative error {error:.4f}")

# %% [markdown]
# For the query matrix a rotation changes nothing: it has no such weights. Most matrices need no rotation, and a few need
# it badly; nobody wants to look at each. The price: on Laplacian numbers pyramids are best, and after a rotation
# nothing is Laplacian.
#
# ## 7 · Your turn
#
# **Exercise 4.** 72 bits for 24 normal numbers. Choose how many lengths (`levels`) and how many pulses (`K`), so that
# *one* index from 0 to `levels` $\cdot P(24, K) - 1$ fits in the 72 bits, and the error is at most 0.0253. With scalar
# quantizers of three bits it is 0.0345. (The figure has no groups of 24; `shape_and_gain` above can be asked.)

# %%
levels, K = ..., ...

exercises.split_the_bits(levels, K)

# %% [markdown]
# Two questions to think about:
#
# * The derivation of section 2 used $m = E|x|$ and nothing else of the law. For which law of variance 1 is the constant
#   smallest? Would you like to quantize it?
# * Rows of a rotated matrix look normal. Somebody proposes to rotate *activations*, too, and to quantize those. What has
#   to be known in advance about them, and what not?
#
# ## Summary
#
# * No code gets below $4^{-R}$ on normal numbers. Lloyd-Max ends at $2.72 \cdot 4^{-R}$, pyramids at $1.57 \cdot 4^{-R}$,
#   and at $1.23 \cdot 4^{-R}$ on Laplacian ones, where their shape is right.
# * A direction and a length: the length is one more coordinate, and its quantizer is a constant.
# * A rotation turns any weights into normal ones. A single large weight no longer ruins its group.
#
# **What to read next.** [Lesson 52, A model on a diet](52_a_model_on_a_diet.ipynb): errors that later weights make good, and
# whole networks at 2, 3 and 4 bits. In the library: `polyquant.quantize`, tables: `python -m benchmarks.rate_distortion`.
#
# **References.** [FIS86] T. R. Fischer, A pyramid vector quantizer, IEEE Trans. Information Theory 32(4), 568–583, 1986 ·
# [SHA59] C. E. Shannon, Coding theorems for a discrete source with a fidelity criterion, IRE National Convention Record 7,
# 142–163, 1959 · [LLO82] S. P. Lloyd, Least squares quantization in PCM, IEEE Trans. Information Theory 28(2), 129–137,
# 1982 · [MAX60] J. Max, Quantizing for minimum distortion, IRE Trans. Information Theory 6(1), 7–12, 1960 · [OUD24]
# T. F. A. van der Ouderaa, M. L. Croci, A. Hilmkil, J. Hensman, Pyramid vector quantization for LLMs, arXiv 2410.16926, 2024.
