"""Lengths of optimal codes, canonical words, and canonical coding of whole arrays.

The first three use no arithmetic but sums and comparisons of weights, so the same source serves two kinds of numbers:
compiled for int64, and as ``.py_func`` on object arrays of Python integers of any size. Callers have checked
that int64 weights have a sum below 2^62 and that int64 words fit.
"""

import numpy as np

from polyquant._kernel import kernel

ZERO = np.uint64(0)
ONE = np.uint64(1)
WORD = np.uint64(64)
LOOKUPS = 5  # table look-ups for one load of 64 bits: 5 words of at most WINDOW bits always fit
WINDOW = 11

DONE, TRUNCATED, CORRUPT = 0, 1, 2


@kernel
def huffman_depths(weight, leaves, arity, depth):
    """Depth (nodes,) of each node of the Huffman tree; the root is the last one.

    weight (nodes,) holds the leaves' weights in ascending order, then zeros. Inner nodes are made with ascending
    weights, so the heap of the textbook is two queues: leaves and inner nodes. At equal weight the leaf goes first.
    """
    leaf = 0
    inner = leaves
    for node in range(leaves, weight.size):
        for _ in range(arity):
            if leaf < leaves and (inner >= node or weight[leaf] <= weight[inner]):
                child = leaf
                leaf += 1
            else:
                child = inner
                inner += 1
            weight[node] += weight[child]
            depth[child] = node  # the parent, until its depth is known
    depth[weight.size - 1] = 0
    for node in range(weight.size - 2, -1, -1):
        depth[node] = depth[depth[node]] + 1


@kernel
def package_merge(weight, row, packages, is_leaf, lengths):
    """Lengths (n,) of the best code with words of at most is_leaf.shape[0] bits; weight (n,) is ascending.

    Row 0 is the leaves; each further row is the leaves merged with pairs of the row before (leaves first at equal
    weight). The first 2n - 2 items of the last row hold each leaf as often as its word has bits; is_leaf
    (rows, 2n) remembers what each item was. row and packages (2n,) are work space.
    """
    n = weight.size
    size = 0
    for level in range(is_leaf.shape[0]):
        pairs = size // 2
        for i in range(pairs):
            packages[i] = row[2 * i] + row[2 * i + 1]
        size = n + pairs
        leaf = 0
        for i in range(size):
            package = i - leaf
            if leaf < n and (package >= pairs or weight[leaf] <= packages[package]):
                row[i] = weight[leaf]
                is_leaf[level, i] = 1
                leaf += 1
            else:
                row[i] = packages[package]
                is_leaf[level, i] = 0
    taken = 2 * n - 2
    for level in range(is_leaf.shape[0] - 1, -1, -1):
        leaf = 0
        for i in range(taken):
            leaf += np.int64(is_leaf[level, i])  # in plain Python its byte would make a byte of the sum
        for i in range(leaf):
            lengths[i] += 1
        taken = 2 * (taken - leaf)


@kernel
def canonical(order, lengths, arity, words):
    """The canonical word of every symbol in order, which is sorted by (length, symbol); words starts as zeros."""
    word = words[0]
    length = 0
    for symbol in order:
        while length < lengths[symbol]:
            word *= arity
            length += 1
        words[symbol] = word
        word += 1


@kernel
def encoded_size(symbols, lengths):
    """Bits of the message, or -1 - i for the first symbols[i] that is outside the alphabet or has no word."""
    size = 0
    for i in range(symbols.size):
        symbol = symbols[i]
        if symbol < 0 or symbol >= lengths.size or lengths[symbol] == 0:
            return -1 - i
        size += lengths[symbol]
    return size


@kernel
def encode(symbols, words, lengths, out):
    """Write the words of checked symbols into out, uint64 filled from the top; words have at most 63 bits."""
    word = ZERO
    free = WORD  # bits of the current word that are still empty, 1..64
    at = 0
    for symbol in symbols:
        value = np.uint64(words[symbol])
        length = np.uint64(lengths[symbol])
        if length < free:
            free -= length
            word |= value << free
        else:
            rest = length - free
            out[at] = word | (value >> rest)
            at += 1
            free = WORD - rest
            word = value << free if rest > ZERO else ZERO
    if free < WORD:
        out[at] = word


@kernel
def decode(stream, size, table, order, counts, shorter, symbols):
    """Fill symbols (count,) from size bits in stream; return (symbols decoded, bits used, status).

    stream is uint64 filled from the top, with one spare word. table (2^w,) holds symbol << 8 | length for every w bits
    that begin with a word of at most w bits, else 0; these words are the first ``shorter`` of order (the
    symbols by length, then symbol). counts[l] words have l bits. The code is complete or has one word of one bit.

    Longer words, and the last few, are decoded bit by bit: among the nodes of depth l that no shorter word covers,
    counted from the left, the first counts[l] are words. In a complete code that place is below the number of
    symbols, so it fits in an integer however long the word is.
    """
    window = 0
    while 1 << window < table.size:
        window += 1
    shift = np.uint64(64 - window)
    covered = 0  # entries of the table that begin with a word
    for length in range(1, window + 1):
        covered += counts[length] << (window - length)
    i = 0
    at = 0
    while i < symbols.size:
        if at + 64 <= size and i + LOOKUPS <= symbols.size:
            used = np.uint64(at) & np.uint64(63)
            chunk = stream[at >> 6] << used | stream[(at >> 6) + 1] >> ONE >> (np.uint64(63) - used)
            entry = 1
            for _ in range(LOOKUPS):
                entry = table[chunk >> shift]
                if entry == 0:
                    break
                symbols[i] = entry >> 8
                i += 1
                at += entry & 255
                chunk <<= np.uint64(entry & 255)
            if entry != 0:
                continue
            length = window
            place = np.int64(chunk >> shift) - covered
            index = shorter
        else:
            length = 0
            place = 0
            index = 0
        while True:
            length += 1
            if length >= counts.size:
                return i, at, CORRUPT
            if at + length > size:
                return i, at, TRUNCATED
            bit = at + length - 1
            place = 2 * place + np.int64(stream[bit >> 6] >> np.uint64(63 - (bit & 63)) & ONE)
            if place < counts[length]:
                break
            place -= counts[length]
            index += counts[length]
        symbols[i] = order[index + place]
        i += 1
        at += length
    return i, at, DONE
