"""A chunk of bytes in rANS with many states that take turns: symbol i of the chunk belongs to state i mod ways.

A chunk is, in this order: one byte that says how it is written; for RAW the bytes, for SAME the one byte that they all
are, for CODED 32 bytes with a bit for each symbol that occurs, the shares of all of these but the last, minus 1, in
*scale* bits each, up to a whole byte; the states; the words, low byte first. The writer goes backwards, from the last
symbol to the first and from the end of its buffer, so the reader finds the words in the order it needs them.

Shares are below 2^12 here, for *scale* is at most 12 and a chunk of one symbol is not coded. Then x >= 2^16 stays true
in any table with a sum of 2^scale, and nothing leaves 32 bits, so whatever a file says, places in the tables exist.
The last argument, *portable*, is None where :mod:`wide` may be used: a type of its own, so compilation decides.
"""

import numpy as np

from polyquant._kernel import kernel

from . import wide
from .rans import normalize

RAW, SAME, CODED = 0, 1, 2
DONE, TRUNCATED, MODE, TABLE, STATE, LEFT = range(6)  # what was wrong

ONE = np.uint64(1)
EIGHT = np.uint64(8)
SIXTEEN = np.uint64(16)
TWENTY = np.uint64(20)
LEAST = np.uint64(2**16)
BYTE = np.uint64(255)
SHARE = np.uint64(0xFFF)


@kernel
def ways_of(count, most):
    """States for a chunk of *count* symbols: a power of two up to *most*, and a thousand symbols for each."""
    ways = 1
    while 2 * ways <= most and 2048 * ways <= count:
        ways *= 2
    return ways


# writing --------------------------------------------------------------------------------------------------------


@kernel
def encode(symbols, scale, most, gains, out, portable):
    """The chunk of *symbols* at the end of *out*, which has 2 bytes for each and 1024 more; returns where it begins."""
    counts = histogram(symbols)
    used = 0
    for count in counts:
        used += count > 0
    if used == 1:
        out[out.size - 2] = SAME
        out[out.size - 1] = symbols[0]
        return out.size - 2
    shares = np.empty(256, np.int64)
    normalize(counts, gains, shares)
    states = np.empty(ways_of(symbols.size, most), np.uint32)
    for j in range(states.size):
        states[j] = 2**16
    at = _words(symbols, shares, scale, states, out, portable)
    at = _header(shares, used, scale, states, out, at)
    if out.size - at <= symbols.size:
        return at
    at = out.size - symbols.size
    for i in range(symbols.size):
        out[at + i] = symbols[i]
    out[at - 1] = RAW
    return at - 1


@kernel
def histogram(symbols):
    """How often each byte occurs; four counters in turn, so that equal neighbours don't wait for each other."""
    counts = np.zeros(4 * 256, np.int64)
    quarter = np.uint64(symbols.size // 4)
    i = np.uint64(0)
    while i < quarter:
        for j in range(4):
            counts[np.uint64(256 * j) + np.uint64(symbols[i + np.uint64(j) * quarter])] += 1
        i += ONE
    i *= np.uint64(4)
    while i < np.uint64(symbols.size):
        counts[symbols[i]] += 1
        i += ONE
    for s in range(256):
        counts[s] += counts[256 + s] + counts[512 + s] + counts[768 + s]
    return counts[:256]


@kernel
def _words(symbols, shares, scale, states, out, portable):
    """The words at the end of *out*; returns where they begin. states holds the last states then."""
    table = np.zeros(256, np.uint32)
    inverse = np.zeros(256, np.float64)
    start = 0
    for s in range(256):
        if shares[s] > 0:
            table[s] = start << 16 | ((1 << scale) - shares[s])
            inverse[s] = (1.0 + 2.0**-50) / shares[s]
            start += shares[s]
    at = out.size
    i = symbols.size
    if portable is None:  # noqa: SIM102, only so does the compiler see what is never reached
        if states.size == wide.WAYS:
            whole = i // wide.WAYS * wide.WAYS
            at = _backwards(symbols, whole, i, table, inverse, scale, states, out, at)
            return wide.encode(symbols, whole, whole // wide.WAYS, table, inverse, scale, states, out, at)
    return _backwards(symbols, 0, i, table, inverse, scale, states, out, at)


@kernel
def _backwards(symbols, first, last, table, inverse, scale, states, out, at):
    """Write symbols[first:last], the last first.

    The quotient x // share is a product with the inverse, which is too large by a factor between 1 + 2^-51 and
    1 + 2^-49. So it never falls below a whole quotient, and since x < 2^32 it never reaches the next one.
    """
    ways = np.uint64(states.size - 1)
    whole = ONE << np.uint64(scale)
    shift = np.uint64(32 - scale)
    i = np.uint64(last)
    place = np.uint64(at)
    while i > np.uint64(first):
        i -= ONE
        x = np.uint64(states[i & ways])
        entry = np.uint64(table[symbols[i]])
        rest = entry & np.uint64(0xFFFF)
        out[place - np.uint64(2)] = np.uint8(
            x & BYTE
        )  # a word, if it is time for one; a branch would often guess wrong
        out[place - ONE] = np.uint8(x >> EIGHT & BYTE)
        full = np.uint64(x >= (whole - rest) << shift)
        place -= full + full
        x >>= SIXTEEN * full
        quotient = np.uint64(np.int64(np.float64(np.int64(x)) * inverse[symbols[i]]))
        states[i & ways] = np.uint32(x + (entry >> SIXTEEN) + quotient * rest)
    return np.int64(place)


@kernel
def _header(shares, used, scale, states, out, at):
    """Everything before the words; returns where it begins."""
    for j in range(states.size - 1, -1, -1):
        at -= 4
        for k in range(4):
            out[at + k] = np.uint8(np.uint64(states[j]) >> np.uint64(8 * k) & BYTE)
    at -= ((used - 1) * scale + 7) // 8 + 33
    out[at] = CODED
    for k in range(32):
        out[at + 1 + k] = 0
    place = at + 33
    kept = 0
    size = 0
    seen = 0
    for s in range(256):
        if shares[s] == 0:
            continue
        out[at + 1 + s // 8] |= np.uint8(128 >> s % 8)
        seen += 1
        if seen < used:
            kept = kept << scale | (shares[s] - 1)
            size += scale
        while size >= 8 or (seen == used and size > 0):
            out[place] = np.uint8(kept >> (size - 8) if size >= 8 else kept << (8 - size))
            place += 1
            size = max(0, size - 8)
            kept &= (1 << size) - 1
    return at


# reading --------------------------------------------------------------------------------------------------------


@kernel
def decode(data, at, stop, scale, most, out, first, count, portable):
    """Fill out[first : first + count] from the chunk data[at:stop]; returns a status."""
    if at == stop:
        return TRUNCATED
    mode = data[at]
    at += 1
    if mode == RAW:
        if stop - at != count:
            return TRUNCATED if stop - at < count else LEFT
        for i in range(count):
            out[first + i] = data[at + i]
        return DONE
    if mode == SAME:
        if stop - at != 1:
            return TRUNCATED if stop == at else LEFT
        for i in range(count):
            out[first + i] = data[at]
        return DONE
    if mode != CODED:
        return MODE
    table = np.empty(1 << scale, np.uint32)
    at, status = _table(data, at, stop, scale, table)
    if status != DONE:
        return status
    states = np.empty(ways_of(count, most), np.uint32)
    if stop - at < 4 * states.size:
        return TRUNCATED
    for j in range(states.size):
        x = np.uint64(0)
        for k in range(4):
            x |= np.uint64(data[at + k]) << np.uint64(8 * k)
        if x < LEAST:
            return STATE
        states[j] = np.uint32(x)
        at += 4
    return _symbols(data, at, stop, table, scale, states, out, first, count, portable)


@kernel
def _occurs(data, at, symbol):
    return np.int64(data[at + symbol // 8]) >> (7 - symbol % 8) & 1


@kernel
def _table(data, at, stop, scale, table):
    """Fill table (2^scale,) with symbol, share and rank among the places of the symbol; returns (at, status)."""
    if stop - at < 32:
        return at, TRUNCATED
    used = 0
    for s in range(256):
        used += _occurs(data, at, s)
    if used < 2:
        return at, TABLE
    place = at + 32
    if stop - place < ((used - 1) * scale + 7) // 8:
        return at, TRUNCATED
    kept = 0
    size = 0
    left = 1 << scale
    seen = 0
    for s in range(256):
        if _occurs(data, at, s) == 0:
            continue
        seen += 1
        share = left
        if seen < used:
            while size < scale:
                kept = (kept << 8 | np.int64(data[place])) & 0xFFFFFFFF
                place += 1
                size += 8
            size -= scale
            share = (kept >> size & ((1 << scale) - 1)) + 1
        if share < 1 or share > left:
            return at, TABLE
        for rank in range(share):
            table[(1 << scale) - left + rank] = rank << 20 | share << 8 | s
        left -= share
    if left != 0 or kept & ((1 << size) - 1) != 0:
        return at, TABLE
    return place, DONE


@kernel
def _symbols(data, at, stop, table, scale, states, out, first, count, portable):
    """All symbols, quickly while each state may still read a word, then with care; then nothing must be left."""
    i = first
    if portable is None:  # noqa: SIM102
        if states.size == wide.WAYS:
            at, i = wide.decode(data, at, stop, table, scale, states, out, i, count // wide.WAYS)
    place, i = _turns(data, at, stop, table, scale, states, out, i, first + count)
    last = np.uint64(first + count)
    mask = (ONE << np.uint64(scale)) - ONE
    j = np.uint64(0)
    while i < last:
        x = np.uint64(states[j])
        entry = np.uint64(table[x & mask])
        out[i] = np.uint8(entry & BYTE)
        x = (entry >> EIGHT & SHARE) * (x >> np.uint64(scale)) + (entry >> TWENTY)
        if x < LEAST:
            if place + np.uint64(2) > np.uint64(stop):
                return TRUNCATED
            x = x << SIXTEEN | np.uint64(data[place]) | np.uint64(data[place + ONE]) << EIGHT
            place += np.uint64(2)
        states[j] = np.uint32(x)
        j = (j + ONE) & np.uint64(states.size - 1)
        i += ONE
    if place != np.uint64(stop):
        return LEFT
    for x in states:
        if x != 2**16:
            return STATE
    return DONE


@kernel
def _turns(data, at, stop, table, scale, states, out, i, last):
    """Whole turns of all states while each may read a word; returns (at, i). No branch waits for a state."""
    mask = (ONE << np.uint64(scale)) - ONE
    ways = np.uint64(states.size)
    place = np.uint64(at)
    i = np.uint64(i)
    while i + ways <= np.uint64(last) and place + ways + ways <= np.uint64(stop):
        for j in range(states.size):
            x = np.uint64(states[np.uint64(j)])
            entry = np.uint64(table[x & mask])
            out[i + np.uint64(j)] = np.uint8(entry & BYTE)
            x = (entry >> EIGHT & SHARE) * (x >> np.uint64(scale)) + (entry >> TWENTY)
            longer = x << SIXTEEN | np.uint64(data[place]) | np.uint64(data[place + ONE]) << EIGHT
            short = np.uint64(x < LEAST)
            states[np.uint64(j)] = np.uint32(longer if short else x)
            place += short + short
        i += ways
    return place, i
