"""Counts with a sum of 2^s, and rANS one symbol at a time: the words of the definition, for any alphabet."""

import numpy as np

from polyquant._kernel import kernel

LEAST = np.uint64(2**16)  # a state has 17 to 32 bits
SIXTEEN = np.uint64(16)

DONE, TRUNCATED, CORRUPT = 0, 1, 2


@kernel
def normalize(counts, gains, shares):
    """Shares (n,) with a sum of gains.size that cost the least; the sum of the counts is 1 to 2^30.

    gains[m] is ln((m + 1) / m) as an integer: what one more unit saves for each occurrence of a symbol with m units.
    Every further unit saves less, so the shares are best as soon as no unit is worth more elsewhere. Begin near the
    proportional shares, hand out or take back what they miss from the sum, then move units.
    """
    whole = gains.size
    total = np.int64(0)
    for count in counts:
        total += count
    left = whole
    for i in range(counts.size):
        shares[i] = 0
        if counts[i] > 0:
            shares[i] = max(1, (2 * counts[i] * whole + total) // (2 * total))
        left -= shares[i]
    while True:
        gainer = loser = -1
        gain = loss = 0
        for i in range(counts.size):
            m = shares[i]
            if 0 < m < whole and counts[i] * gains[m] > gain:
                gainer = i
                gain = counts[i] * gains[m]
            if m > 1 and (loser < 0 or counts[i] * gains[m - 1] < loss):
                loser = i
                loss = counts[i] * gains[m - 1]
        if left == 0 and (gainer < 0 or loser < 0 or gain <= loss):
            return
        if left >= 0:
            shares[gainer] += 1
            left -= 1
        if left < 0:
            shares[loser] -= 1
            left += 1


@kernel
def encode(symbols, counts, starts, scale, words):
    """Write the words of checked symbols to the end of words, uint16; return (state, index of the first word).

    The last symbol goes first, so that the reader, who undoes one step after the other, begins with the first.
    """
    x = LEAST
    at = words.size
    for i in range(symbols.size - 1, -1, -1):
        count = counts[symbols[i]]
        if x >= count << (np.uint64(32) - scale):
            at -= 1
            words[at] = np.uint16(x & np.uint64(0xFFFF))
            x >>= SIXTEEN
        x = (x // count << scale) + x % count + starts[symbols[i]]
    return x, at


@kernel
def decode(x, words, owner, counts, starts, scale, symbols):
    """Fill symbols (count,); return (symbols read, words read, last state, status).

    owner (2^s,) is the symbol of every remainder; x has 17 to 32 bits.
    """
    mask = (np.uint64(1) << scale) - np.uint64(1)
    at = 0
    for i in range(symbols.size):
        slot = x & mask
        symbol = owner[slot]
        symbols[i] = symbol
        x = counts[symbol] * (x >> scale) + slot - starts[symbol]
        if x < LEAST:
            if at == words.size:
                return i, at, x, TRUNCATED
            x = x << SIXTEEN | np.uint64(words[at])
            at += 1
    return symbols.size, at, x, DONE
