# %% [markdown]
# # How few bits will do?
# **Start here** · *5 minutes, no prerequisites*
#
# polyquant teaches five beautiful algorithms that have nothing in common, except one idea: *fewer bits for the
# same job*.
# Here is the smallest example. You want to write down the number $t$, and the reader must see where it ends.
#
# Run the next cell (*Shift + Enter*), then drag **number t**.
# **Guess first:** plain binary needs 7 bits for 100. What does it cost to say where the number ends?

# %%
from polyquant_widgets import integer_codes, ready

integer_codes.explore(t=100, largest=1000)

# %% [markdown]
# Five ways to write the same number, and none of them is best for all numbers. Unary wins at 1 and is absurd at
# 100. The others pay for the digits of $t$ and,
# on top, for saying how many there are: gamma twice over, delta less, LEB128 (whole bytes) one bit in eight.
# Which one is right depends on
# *which numbers you expect*. That one sentence is the first chapter.
#
# ## Does everything work here?

# %%
ready()

# %% [markdown]
# ## The lessons
#
# | | question | minutes | you need |
# | --- | --- | --- | --- |
# | [10 · Words that end themselves](10_words_that_end_themselves.ipynb) | How does a reader know where a word ends? | 40 | binary numbers |
# | [11 · Guessing the law](11_guessing_the_law.ipynb) | Which code is the right one for your numbers? | 45 | lesson 10 |
# | [12 · Huffman and its excess](12_huffman_and_its_excess.ipynb) | How close to the entropy can whole bits come? | 75 | lesson 10 |
# | [13 · Eleven bits are enough](13_eleven_bits_are_enough.ipynb) | How can sixteen bits fit into eleven? | 60 | lesson 12 |
# | [20 · One curve too many](20_one_curve_too_many.ipynb) | How do five people guard a secret so that any three can open it, and two learn nothing? | 30 | school algebra |
# | [21 · A guest list without end](21_a_guest_list_without_end.ipynb) | How do you share a secret with guests you do not know yet? | 60 | lessons 10, 20 |
# | [30 · One noisy answer](30_one_noisy_answer.ipynb) | How do you count a crowd in which everybody may lie? | 45 | probabilities, mean and variance |
# | [31 · Many clocks](31_many_clocks.ipynb) | How many small clocks does it take to read a large number? | 60 | lesson 30, matrices |
# | [32 · The trade-off room](32_the_trade_off_room.ipynb) | Which protocol should carry your data? | 45 | lessons 30, 31 |
# | [40 · Sums and differences](40_sums_and_differences.ipynb) | How far do sums and differences get you? | 45 | binary numbers, matrices |
# | [41 · Aliasing on purpose](41_aliasing_on_purpose.ipynb) | How do you find a hundred needles in a million values without looking at the hay? | 60 | lesson 40 |
# | [42 · What did the forest learn?](42_what_did_the_forest_learn.ipynb) | What hangs on what in a model that only answers questions? | 60 | lesson 41, variances |
# | [50 · A sphere without a codebook](50_a_sphere_without_a_codebook.ipynb) | How do you name a direction in 128 dimensions, with no list of directions? | 50 | vectors, angles |
# | [51 · Rate and distortion](51_rate_and_distortion.ipynb) | How much error must two bits make? | 60 | lesson 50, the normal law |
# | [52 · A model on a diet](52_a_model_on_a_diet.ipynb) | How little of a neural network is enough? | 60 | lesson 51, eigenvectors |
#
# ## How to use a lesson
#
# * Run the cells from the top. Each picture has sliders; the sentence below it says what the picture shows and
#   follows them. Sliders work with the mouse, and with
#   the arrow keys after *Tab*.
# * Where it says **Guess**, write your guess down before you move anything.
# * Exercises have a check that tries hidden cases. It says what went wrong and gives a hint, never the answer.
# * Nothing is re-typed for the page: what a lesson shows is what the library runs. To use it in your own work:

# %%
from polyquant.prefix import delta

numbers = [3, 1, 4, 1, 5, 926535]
bits = delta.encode_many(numbers)
print(f"{len(numbers)} numbers in {bits.size} bits:", bits)
print("and back:", delta.decode_many(bits, len(numbers)).tolist())

# %% [markdown]
# **Limits, said first.** polyquant is educational: not audited, not constant time, and its file formats are
# young. Don't guard real secrets with it.
#
# **What to read next.** [Lesson 10, Words that end themselves](10_words_that_end_themselves.ipynb).
