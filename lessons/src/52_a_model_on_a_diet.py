# %% [markdown]
# # How little of a neural network is enough?
# **Lesson 52 · A model on a diet**
#
# *60 minutes. You need [lesson 51](51_rate_and_distortion.ipynb): shape, gain, rotation. Matrices, eigenvectors; no
# machine learning, and no package beyond polyquant: real weights and real activations are in the library.*
#
# After this lesson you can
#
# * say which errors of a weight matrix hurt and which do not, from the data that flow through it;
# * let later weights make good what earlier ones spoiled, and prove that this is the best they can do;
# * count bits honestly, to the last scale;
# * read a comparison of methods on whole networks, and distrust one that shows a single number.
#
# Run the cells from the top with *Shift + Enter*. Wherever you see **Guess**, do guess.

# %%
import numpy as np
import sympy

from polyquant import datasets, exercises
from polyquant.quantize.hessian import feedback, output_error
from polyquant.quantize.rounding import round_blocks, round_to_nearest
from polyquant.quantize.scalar import nf4
from polyquant.quantize.weights import QuantizedMatrix, quantize_matrix
from polyquant_widgets import hessian_spectrum, pareto, show_source

weights = (datasets.minilm_query().astype(np.uint32) << 16).view(np.float32)
calibration, test = datasets.minilm_moments()

# %% [markdown]
# ## 1 · What counts is what comes out
#
# A layer takes a vector $x$ and returns $W x$. Here $W$ is the first query matrix of a small model for sentences, MiniLM, 384
# by 384. Instead of $W$ we keep $Q = W - E$. The outputs change by $E x$, and over many inputs
#
# $$\mathbb E\,|E x|^2 = \operatorname{tr}(E\, H\, E^T), \qquad H = \mathbb E[x x^T].$$
#
# For $H$ we fed chapters 1 to 6 of *Alice in Wonderland* to the model: `calibration`. Chapters 7 to 12 are kept apart for
# looking at the result: `test`.
#
# **Guess:** 384 numbers go in. How many of the 384 directions carry half of the energy?

# %%
values = np.linalg.eigvalsh(calibration)[::-1]
share = values.cumsum() / values.sum()
for part in (0.25, 0.5, 0.9, 0.99):
    print(f"{part:.0%} of the energy of the inputs in {np.searchsorted(share, part) + 1} of 384 directions")
print(
    f"strongest direction: {values[0] / values.mean():.0f} times the mean, weakest but one: 1/{values.mean() / values[-2]:.0f}"
)

# %% [markdown]
# So an error in some directions costs more than a thousand times as much as in others. Rounding that only looks at $W$ knows
# nothing of this.
#
# ## 2 · Make it good next door
#
# Two weights, two inputs. The first weight has been rounded, with an error $e_1$. The second is still free.
#
# **Guess:** if both inputs are always equal, what should the second weight do? And if they have nothing to do with each
# other?

# %%
e1, e2, h11, h12, h22 = sympy.symbols("e_1 e_2 h_11 h_12 h_22", real=True)
cost = h11 * e1**2 + 2 * h12 * e1 * e2 + h22 * e2**2
best = sympy.solve(sympy.diff(cost, e2), e2)[0]
print("best error of the second weight: ", best)
print("what is left of the cost:        ", sympy.factor(sympy.simplify(cost.subs(e2, best))))

# %% [markdown]
# Without looking next door the cost is $h_{11} e_1^2$; with it, only the part of $h_{11}$ that input 2 cannot explain. The
# second weight is *deliberately* wrong, by $-e_1 h_{12}/h_{22}$.
#
# For many weights the same thing goes on from left to right. Write $H = A A^T$ with $A$ upper triangular (Cholesky). Then
# the cost is the squared length of $E A$, and column $j$ of $E A$ is $E_j A_{jj} + \sum_{i<j} E_i A_{ij}$. When column $j$ is
# quantized, the sum is known: so don't round $W_j$, round $W_j + \sum_{i<j} E_i A_{ij} / A_{jj}$. With groups of 16 columns
# instead of one, $A_{jj}$ is a 16 by 16 block [FRA22, CHE23]. That is all there is to it:

# %%
show_source(feedback)

# %% [markdown]
# Is the cost then the least possible? Not quite: a group was chosen before those behind it were known. So the library
# goes over all groups twice more (`passes=2`): take one out, aim at what all others leave for it, quantize it again, keep
# it where the cost falls.
#
# Look at errors in the eigenvectors of $H$. **Guess** what feedback does to the *weights'* error: smaller or larger? Then
# tick **measured on the other half of the book**: did the feedback learn Alice by heart?

# %%
hessian_spectrum.explore(bits=3.1)

# %% [markdown]
# * Without feedback errors are the same in all directions (orange). With it, the strongest direction gets a small part of
#   that, the weakest several times as much: errors are swept to where nothing flows.
# * The error of the weights *grows*, by more than half. Whoever compares methods by their weights' error would choose the wrong one.
# * On the other half of the book nearly all of the gain is still there.
#
# All four combinations, on text that was not seen:

# %%
for bits in (2.1, 3.1, 4.1):
    print(f"at most {bits} bits:", end="")
    for rotate in (False, True):
        for hessian in (None, calibration):
            small = quantize_matrix(weights, bits=bits, rotate=rotate, hessian=hessian)
            name = "rotated" * rotate + " + " * (rotate and hessian is not None) + "feedback" * (hessian is not None)
            print(f"  {name or 'plain'} {output_error(weights, small.dense(), test):.4f}", end="")
    print()

# %% [markdown]
# Feedback more than halves the error: that is worth over half a bit on each weight of this layer, for nothing but
# arithmetic. (This matrix has no outliers, so the rotation does little here.)
#
# ## 3 · Honest bits
#
# "Three bits" is easily said. **Guess:** each row has a scale of 16 bits, each group of 16 a length of 3 bits, and the
# directions have whole numbers of bits. How much is it all together?

# %%
small = quantize_matrix(weights, bits=3.1, hessian=calibration)
print({name: f"{bits / weights.size:.4f}" for name, bits in small.accounting().items()}, "bits a weight")
data = small.to_bytes()
again = QuantizedMatrix.from_bytes(data)
print(f"{len(data):,} bytes, {8 * len(data) / weights.size:.4f} bits a weight, where float32 has {weights.nbytes:,}")
print("the same weights from the bytes alone:", np.array_equal(again.dense(), small.dense()))

# %% [markdown]
# The rotation is one number, its seed. The levels of the lengths follow from $N$ and $D$. There is nothing else.
#
# Others count, too. Rounding to a grid needs a scale for each group, and a group must be small to keep outliers apart:

# %%
rivals = {
    "grid, groups of 64": round_to_nearest(weights, 3, 64),
    "grid, groups of 64, clipped": round_to_nearest(weights, 3, 64, clip=True),
    "NF4, groups of 64": round_blocks(weights, nf4(), group=64),
}
for name, (dense, bits) in rivals.items():
    print(f"{name:28} {bits:.3f} bits, error of the outputs {output_error(weights, dense, test):.4f}")
print(f"{'pyramid, rotated, feedback':28} {small.bits_per_weight:.3f} bits,", end=" ")
print(f"error of the outputs {output_error(weights, small.dense(), test):.4f}")

# %% [markdown]
# ## 4 · Whole networks
#
# One layer is not a network: errors add up over layers, and they may cancel. So quantize *all* linear layers of
#
# * **MiniLM**, 36 layers, 10.6 million weights, makes vectors from sentences. Do sentences keep their vectors, and their neighbours?
# * **SmolLM2**, 210 layers, 106 million weights, continues texts. How much more surprised is it by real news than before?
#   (*Perplexity*: as if it had to choose among so many equally likely words.)
#
# That takes minutes to hours, so the numbers come from a file: what `python -m benchmarks.pareto minilm` and `smollm2` have
# measured so far. The button quantizes a third of a real layer now, with every method.
#
# **Guess** before you choose other rivals: which is worth more, the better shapes, the rotation, or the feedback? And
# what happens to a network whose layers are rounded one weight at a time, to two bits?

# %%
pareto.explore()

# %% [markdown]
# Set **error of** to *MiniLM: weights* and compare with `PVQ, rotated`: with feedback its line is the *worse* one. Now
# set it back. Whoever had chosen by the error of the weights would have thrown away about a bit a weight.
#
# The table in the file:

# %%
for view in ("MiniLM: vectors of sentences", "SmolLM2: the next word"):
    table = {name: points for name, points in pareto.compute(pareto.Params(view=view)).table.items() if points}
    if table:
        print(view, f"({pareto.VIEWS[view][2]})")
        for name, points in table.items():
            print(f"  {name:30}", "   ".join(f"{error:7.4f} at {bits:.2f}" for bits, error in points))

# %% [markdown]
# How to read such a table:
#
# * *Along* a row a bit more makes the error a quarter to a third. So a method that is better by a factor of 3 is one bit better.
# * *Without rotation* a network is as bad as its worst matrix. For `PVQ` at three bits look at *weights* and at *outputs of
#   layers*: the weights are fine on average. It is the one large weight of lesson 51. And feedback alone makes it a
#   disaster (`PVQ, feedback`): an error that cannot be made good is passed on and on.
# * The honest rival is the scalar quantizer with the same rotation and the same feedback. The pyramid's margin over it is
#   real, and much smaller than over plain rounding. Papers like to show the other comparison.
#
# To do it with a network of your own (needs torch):
#
# ```python
# from polyquant.quantize.model import quantize_model
#
# report = quantize_model(module, calibration, bits=3.1)  # every linear layer, one after the other
# print(report)
# ```
#
# ## 5 · Your turn
#
# **Exercise 5.** Write `diet(matrix, hessian)`. It gets the query matrix and the moments of the calibration text, and returns a
# `QuantizedMatrix` of at most 3.1 bits a weight whose outputs, on text that you do not see, have an error of at most 0.0105.
# Then it gets the same matrix with three enormous weights in it. (`quantize_matrix` may be used; that is what it is for.)


# %%
def diet(matrix, hessian):
    return ...


exercises.layer_on_a_diet(diet)

# %% [markdown]
# Harder: an error below 0.0090 is possible. What else than rotation and feedback can one choose?
#
# Three questions to think about:
#
# * A few *inputs* of SmolLM2 are enormous. A rotation gives every input an equal share of the error. Without feedback, is
#   that good for this network? `python -m benchmarks.pareto smollm2 --only "PVQ"` tells, in an hour.
# * Feedback goes through the columns from left to right. Would it help to take the strongest inputs first? After a rotation?
# * $H$ comes from a book for children. What if the network is then used for law reports?
#
# ## Summary
#
# * What counts is what comes out: $\operatorname{tr}(E H E^T)$, measured on data that nobody looked at.
# * $H = A A^T$, and later columns take back what earlier ones did. The error moves to where nothing flows.
# * Shape, gain, rotation, feedback, each honestly counted: three bits a weight, and the network is still itself.
#
# **What to read next.** In the library: `polyquant.quantize` and its docstrings; `benchmarks/bench_quantize.py` for speed,
# `benchmarks/pareto.py` for everything in this lesson.
#
# **Limits.** Educational. The bytes carry a version and are young; small networks on few sentences say little about large ones.
#
# **References.** [FRA22] E. Frantar, S. Ashkboos, T. Hoefler, D. Alistarh, GPTQ: accurate post-training quantization for
# generative pre-trained transformers, arXiv 2210.17323, 2022 · [CHE23] J. Chee, Y. Cai, V. Kuleshov, C. De Sa, QuIP: 2-bit
# quantization of large language models with guarantees, NeurIPS, 2023 · [OUD24] T. F. A. van der Ouderaa, M. L. Croci,
# A. Hilmkil, J. Hensman, Pyramid vector quantization for LLMs, arXiv 2410.16926, 2024.
