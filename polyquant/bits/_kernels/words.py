"""64 bits at a time, at any place of an array of bytes; the first bit is the top bit of the first byte.

All numbers are uint64: numba neither wraps such an index around nor makes a float of a sum. The loops look slow and
are not: the compiler knows eight bytes put together as one load that swaps bytes, and a loop that shifts until
nothing is left as one count of leading zeros. Nothing is checked here: callers keep nine spare bytes
behind what they read and eight behind what they write.
"""

import numpy as np

from polyquant._kernel import kernel

U = np.uint64


@kernel
def load(data, at):
    """Eight bytes of *data*, uint8, from index *at* on, first byte highest."""
    word = U(0)
    for j in range(8):
        word = word << U(8) | U(data[at + U(j)])
    return word


@kernel
def store(data, at, word):
    """The inverse of :func:`load`."""
    for j in range(8):
        data[at + U(j)] = np.uint8(word >> U(56 - 8 * j) & U(255))


@kernel
def bit_length(x):
    """How many bits *x* has without leading zeros, 0 to 64."""
    length = U(0)
    while x:
        x >>= U(1)
        length += U(1)
    return length


@kernel
def peek(data, position):
    """64 bits from bit *position* on; nine bytes of *data* are there."""
    at = position >> U(3)
    inside = position & U(7)
    return load(data, at) << inside | U(data[at + U(8)]) >> (U(8) - inside)
