"""A strongly universal family of hash functions: h(x) is the top half of (a m(x) + b mod 2^64), scaled to g cells.

a and b are the 64-bit halves of a user's seed, m a fixed bijection of 32-bit numbers that scatters neighbours. For two
different items the top halves are independent and uniform over 2^32 [DIE96].
"""

import numpy as np

from polyquant._kernel import kernel

U = np.uint64
HALF = U(32)
LOW = U(2**32 - 1)
BLOCK = 1024  # items whose counts stay in the first cache while the reports pass


@kernel
def scatter(x):
    """A bijection of the numbers below 2^32."""
    x ^= x >> U(16)
    x = x * U(0x9E3779B9) & LOW
    x ^= x >> U(15)
    x = x * U(0x6A09E667) & LOW
    return x ^ x >> U(16)


@kernel
def top_half(a, b, m):
    """The top half of (a m + b mod 2^64) for m below 2^32, in steps that never overflow."""
    low = (a & LOW) * m + (b & LOW)
    return (a >> HALF) * m + (b >> HALF) + (low >> HALF) & LOW


@kernel
def own_cells(seeds, items, g, cells):
    """The cell, 0 to g-1, of items (n,) int64 under seeds (n, 2) uint64."""
    for i in range(items.size):
        top = top_half(seeds[i, 0], seeds[i, 1], scatter(U(items[i])))
        cells[i] = np.int64(top * U(g) >> HALF)


@kernel
def support(fields, g, counts):
    """Add to counts (k,) int64 how many of fields (n, 3) uint64, seed and cell, support each item."""
    cells = U(g)
    scattered = np.empty(BLOCK, np.uint32)  # a factor known to be short makes products cheap
    for start in range(0, counts.size, BLOCK):
        size = min(BLOCK, counts.size - start)
        for i in range(size):
            scattered[i] = np.uint32(scatter(U(start + i)))
        block = counts[start : start + size]
        for r in range(fields.shape[0]):
            first = ((fields[r, 2] << HALF) + cells - U(1)) // cells  # the top halves of the cell begin here
            width = ((fields[r, 2] + U(1) << HALF) + cells - U(1)) // cells - first
            shift = U(2**32) - first
            a = fields[r, 0]
            b = fields[r, 1]
            for i in range(size):
                block[i] += np.int64(top_half(a, b, U(scattered[i])) + shift & LOW < width)
