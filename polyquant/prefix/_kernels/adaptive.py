"""The tree of adaptive Huffman coding, in four arrays.

Places are numbered 0 .. 2A for an alphabet of A symbols, the root is 2A. Two children are neighbours, the left at an
even place and the right at the odd place above it, so the digit that leads to a place is its lowest bit.
weight, parent and content have one entry for each place: content is the left child of an inner node,
-1 - symbol at a leaf. place (A,) is where the leaf of a symbol is, or -1. The lowest place in use is the leaf "not yet
seen". Nodes trade places by trading contents.
"""

import numpy as np

from polyquant._kernel import kernel

DONE, TRUNCATED, CORRUPT = 0, 1, 2


@kernel
def _settle(at, parent, content, place):
    """Tell the nodes below, or the symbol, that their node is at a new place."""
    if content[at] < 0:
        place[-1 - content[at]] = at
    else:
        parent[content[at]] = at
        parent[content[at] + 1] = at


@kernel
def learn(symbol, lowest, weight, parent, content, place):
    """Count one more *symbol*; return the lowest place, which a new symbol moves down by two."""
    at = place[symbol]
    if at < 0:
        content[lowest] = lowest - 2
        parent[lowest - 2] = lowest
        parent[lowest - 1] = lowest
        content[lowest - 1] = -1 - symbol
        place[symbol] = lowest - 1
        at = lowest - 1
        lowest -= 2
    root = weight.size - 1
    while at < root:
        top = at
        while top < root and weight[top + 1] == weight[at]:
            top += 1
        if top != at and top != parent[at]:
            content[at], content[top] = content[top], content[at]
            _settle(at, parent, content, place)
            _settle(top, parent, content, place)
            at = top
        weight[at] += 1
        at = parent[at]
    weight[root] += 1
    return lowest


@kernel
def grow(symbols, weight, parent, content, place):
    """Count all symbols; return the lowest place."""
    lowest = weight.size - 1
    for symbol in symbols:
        lowest = learn(symbol, lowest, weight, parent, content, place)
    return lowest


@kernel
def encode(symbols, weight, parent, content, place, out):
    """The words, one digit a byte: (digits, how many). They go to *out*, or to a longer array if it is too short."""
    root = weight.size - 1
    lowest = root
    full = 0
    while 2 << full <= place.size:
        full += 1
    short = (2 << full) - place.size
    size = 0
    for symbol in symbols:
        new = place[symbol] < 0
        leaf = lowest if new else place[symbol]
        depth = 0
        at = leaf
        while at < root:
            at = parent[at]
            depth += 1
        if size + depth + full + 1 > out.size:
            longer = np.empty(2 * (size + depth + full + 1), np.uint8)
            for i in range(size):  # a slice would take seconds to compile
                longer[i] = out[i]
            out = longer
        at = leaf
        for i in range(depth):
            out[size + depth - 1 - i] = at & 1
            at = parent[at]
        size += depth
        if new:
            digits = full if symbol < short else full + 1
            value = symbol if symbol < short else symbol + short
            for i in range(digits):
                out[size + i] = value >> (digits - 1 - i) & 1
            size += digits
        lowest = learn(symbol, lowest, weight, parent, content, place)
    return out, size


@kernel
def decode(digits, weight, parent, content, place, symbols):
    """Fill symbols (count,) from one digit a byte; return (symbols decoded, digits used, status)."""
    root = weight.size - 1
    lowest = root
    full = 0
    while 2 << full <= place.size:
        full += 1
    short = (2 << full) - place.size
    position = 0
    for i in range(symbols.size):
        start = position
        at = root
        while at != lowest and content[at] >= 0:
            if position == digits.size:
                return i, start, TRUNCATED
            at = content[at] + digits[position]
            position += 1
        symbol = -1 - content[at]
        if at == lowest:
            if position + full > digits.size:
                return i, start, TRUNCATED
            symbol = np.int64(0)
            for _ in range(full):
                symbol = 2 * symbol + digits[position]
                position += 1
            if symbol >= short:
                if position == digits.size:
                    return i, start, TRUNCATED
                symbol = 2 * symbol + digits[position] - short
                position += 1
            if place[symbol] >= 0:
                return i, start, CORRUPT
        symbols[i] = symbol
        lowest = learn(symbol, lowest, weight, parent, content, place)
    return symbols.size, position, DONE
