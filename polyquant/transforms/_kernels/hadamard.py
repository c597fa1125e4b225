"""The Walsh-Hadamard transform in place, natural order: butterflies between numbers 1, 2, 4, ... apart.

A flat array holds rows of *high* numbers; a level of distance h replaces a[i], a[i+h] by their sum and difference, for
the i whose bit log2 h is 0. :func:`transform` does the levels low, 2 low, ..., high/2: with low = 1 it transforms the
rows, with low > 1 the columns of matrices that are low wide. Since all levels commute and each sum is of two numbers,
the results are bit for bit the same however levels are grouped.

What makes it quick: three levels at a time between eight loads and eight stores, on values of 64 bytes; the first six
or seven levels at once; and depth first, so that a part of the array is finished as far as it can be while the cache
still holds it.
"""

from polyquant._kernel import kernel

from .lanes import BYTES, inside, load, store


@kernel
def read(a, i, h):
    """Eight values that begin h numbers apart."""
    p, q, r, s = load(a, i), load(a, i + h), load(a, i + 2 * h), load(a, i + 3 * h)
    i += 4 * h
    return p, q, r, s, load(a, i), load(a, i + h), load(a, i + 2 * h), load(a, i + 3 * h)


@kernel
def write(a, i, h, values):
    """Put them back."""
    for j in range(8):
        store(a, i + j * h, values[j])


@kernel
def cross(p, q, r, s, t, u, v, w):
    """Eight values through three levels."""
    p, q, r, s, t, u, v, w = p + q, p - q, r + s, r - s, t + u, t - u, v + w, v - w
    p, q, r, s, t, u, v, w = p + r, q + s, p - r, q - s, t + v, u + w, t - v, u - w
    return p + t, q + u, r + v, s + w, p - t, q - u, r - v, s - w


@kernel
def first(a, start, stop, h):
    """All levels below 8 h on a[start:stop], where one value has h numbers."""
    for i in range(start, stop, 8 * h):
        p, q, r, s, t, u, v, w = read(a, i, h)
        p, q, r, s, t, u, v, w = inside(p), inside(q), inside(r), inside(s), inside(t), inside(u), inside(v), inside(w)
        write(a, i, h, cross(p, q, r, s, t, u, v, w))


@kernel
def eight(a, start, stop, h):
    """The levels h, 2 h, 4 h on a[start:stop] and what lies h, 2 h, ..., 7 h behind it."""
    for i in range(start, stop, BYTES // a.itemsize):
        p, q, r, s, t, u, v, w = read(a, i, h)
        write(a, i, h, cross(p, q, r, s, t, u, v, w))


@kernel
def four(a, start, stop, h):
    """The levels h and 2 h on a[start:stop] and what lies h, 2 h and 3 h behind it."""
    for i in range(start, stop, BYTES // a.itemsize):
        p, q, r, s = load(a, i), load(a, i + h), load(a, i + 2 * h), load(a, i + 3 * h)
        p, q, r, s = p + q, p - q, r + s, r - s
        store(a, i, p + r)
        store(a, i + h, q + s)
        store(a, i + 2 * h, p - r)
        store(a, i + 3 * h, q - s)


@kernel
def two(a, start, stop, h):
    """The level h on a[start:stop] and what lies h behind it."""
    for i in range(start, stop, BYTES // a.itemsize):
        p, q = load(a, i), load(a, i + h)
        store(a, i, p + q)
        store(a, i + h, p - q)


@kernel
def plain(a, start, stop, low, high):
    """The levels low, 2 low, ... below high on a[start:stop], one at a time and number by number."""
    for row in range(start, stop, high):
        h = low
        while h < high:
            for block in range(row, row + high, 2 * h):
                p = a[block : block + h]  # with slices the compiler uses vector instructions
                q = a[block + h : block + 2 * h]
                for i in range(h):
                    x, y = p[i], q[i]
                    p[i] = x + y
                    q[i] = x - y
            h *= 2


@kernel
def transform(a, start, stop, low, high):
    """The levels low, 2 low, ... below high on a[start:stop], whose size is a multiple of high; high/low is 2^d."""
    lanes = BYTES // a.itemsize
    base = 8 * lanes if low == 1 else low
    if high < base or base % lanes:
        plain(a, start, stop, low, high)
        return
    leaf = high  # base, 2 base or 4 base: from there on, three levels at a time
    while leaf >= 8 * base:
        leaf //= 8
    for at in range(start, stop, leaf):
        if low == 1:
            first(a, at, at + leaf, lanes)
        if leaf == 2 * base:
            two(a, at, at + base, base)
        elif leaf == 4 * base:
            four(a, at, at + base, base)
        end, h = at + leaf, leaf
        while 8 * h <= high and (end - start) % (8 * h) == 0:  # a block has become whole
            eight(a, end - 8 * h, end - 7 * h, h)
            h *= 8
