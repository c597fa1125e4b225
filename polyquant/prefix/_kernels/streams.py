"""Huffman's code for bytes, several streams at a time: what stands between a file and the speed of memory.

A table of 2^12 entries knows for every 12 bits the symbols whose words lie wholly in them, six at most. One lookup after
the other in one stream mostly waits: the next begins where the last has ended. So several streams take turns, and the
processor works on all of them at once. They go on without a look at their ends for as many turns as are safe for
each; what is left then is read with all care.

An entry of the table: symbols in the upper six bytes, first symbol lowest; their number in the second byte; bits in the
lowest. A code has a complete set of words (Kraft sum 1) of 1 to 12 bits, or a single symbol, with the word 0, whose
streams are zeros: :func:`decode` is for the former, :func:`constant` for the latter. Callers have checked that all
begins and ends lie in their arrays, in order. Everything but symbols is uint64.
"""

import numpy as np

from polyquant._kernel import kernel
from polyquant.bits._kernels.words import U, load, store

ZERO, ONE, THREE, SEVEN, BYTE, WORD = U(0), U(1), U(3), U(7), U(8), U(64)
LOW = U(255)
WINDOW = 12
SIZE = 1 << WINDOW
SHIFT = U(64 - WINDOW)
MOST = U(6)  # symbols of an entry
LOOKUPS = 4  # of a turn: 48 bits behind up to 7 that are used up
FINE, TRUNCATED, CORRUPT = range(3)


@kernel
def words(lengths, out):
    """The canonical word of each symbol, uint64 (256,), as word << 4 | length; 0 for symbols without one."""
    word = ZERO
    for length in range(1, WINDOW + 1):
        word <<= ONE
        for symbol in range(256):
            if lengths[symbol] == length:
                out[symbol] = word << U(4) | U(length)
                word += ONE


@kernel
def decoding_table(lengths, table):
    """Fill *table*, uint64 (SIZE,), for a complete code with *lengths*, uint8 (256,)."""
    single = np.empty(SIZE, np.uint16)
    at = 0
    for length in range(1, WINDOW + 1):
        for symbol in range(256):
            if lengths[symbol] == length:
                step = SIZE >> length
                single[at : at + step] = np.uint16(symbol << 4 | length)
                at += step
    for window in range(SIZE):
        entry = used = count = 0
        while count < 6:
            found = np.int64(single[window << used & SIZE - 1])
            if used + (found & 15) > WINDOW:
                break
            entry |= (found >> 4) << 8 * count
            used += found & 15
            count += 1
        table[window] = U(entry) << U(16) | U(count << 8 | used)


@kernel
def decode(data, begin, end, table, lengths, out, first, last, states):
    """Read streams data[begin[i]:end[i]] to out[first[i]:last[i]], uint8; *states* (streams,) says how it went.

    *begin*, *end*, *first*, *last*: uint64 (streams,).
    """
    streams = begin.size
    which = np.empty(streams, np.int64)
    at, used, slot = np.empty(streams, np.uint64), np.empty(streams, np.uint64), np.empty(streams, np.uint64)
    for i in range(streams):
        which[i], at[i], used[i], slot[i] = i, begin[i], ZERO, first[i]
    while streams > 0:
        many = U(1 << 40)
        j = 0
        while j < streams:
            i = which[j]
            at[j] += used[j] >> THREE
            used[j] &= SEVEN
            turns = ZERO
            if at[j] + BYTE <= end[i] and slot[j] + U(2) <= last[i]:
                turns = min((end[i] - at[j] - U(2)) // U(6), (last[i] - slot[j] - U(2)) // U(24))
            if turns > ZERO:
                many = min(many, turns)
                j += 1
            else:
                states[i] = finish(data, at[j], used[j], end[i], table, lengths, out, slot[j], last[i])
                streams -= 1
                which[j], at[j], used[j], slot[j] = which[streams], at[streams], used[streams], slot[streams]
        if streams > 0:
            for _ in range(many):
                for j in range(streams):
                    place = at[j] + (used[j] >> THREE)
                    bits = used[j] & SEVEN
                    window = load(data, place) << bits
                    to = slot[j]
                    for _ in range(LOOKUPS):
                        entry = table[window >> SHIFT]
                        put(out, to, entry >> U(16))
                        to += entry >> BYTE & LOW
                        bits += entry & LOW
                        window <<= entry & U(63)
                    at[j], used[j], slot[j] = place, bits, to


@kernel
def put(out, at, word):
    """Eight bytes of *word*, lowest first, to out[at], ..."""
    for j in range(8):
        out[at + U(j)] = np.uint8(word >> U(8 * j) & LOW)


@kernel
def finish(data, at, used, end, table, lengths, out, slot, last):
    """The rest of one stream, *used* < 8 bits into data[at]: nothing is believed that lies behind its end."""
    while slot < last:
        window = ahead(data, at, end) << used
        entry = table[window >> SHIFT]
        if slot + BYTE <= last and at + BYTE <= end:
            put(out, slot, entry >> U(16))
            slot += entry >> BYTE & LOW
            used += entry & LOW
        else:
            symbol = entry >> U(16) & LOW
            used += U(lengths[symbol])
            if at * BYTE + used > end * BYTE:
                return TRUNCATED
            out[slot] = np.uint8(symbol)
            slot += ONE
        at += used >> THREE
        used &= SEVEN
    left = (end - at) * BYTE - used
    return FINE if left < BYTE and (ahead(data, at, end) << used) == ZERO else CORRUPT


@kernel
def ahead(data, at, end):
    """Eight bytes from data[at] on, first highest; zeros behind the end of the stream."""
    if at + BYTE <= end:
        return load(data, at)
    word = ZERO
    for j in range(at, end):
        word |= U(data[j]) << (U(56) - BYTE * (U(j) - at))
    return word


@kernel
def constant(data, begin, end, count):
    """Whether data[begin:end] is what *count* words 0 of one bit are: as many bytes as they need, all zero."""
    if end - begin != count + SEVEN >> THREE:
        return CORRUPT if end - begin > count >> THREE else TRUNCATED
    for i in range(begin, end):
        if data[i] != 0:
            return CORRUPT
    return FINE


@kernel
def count(symbols, first, last, counts):
    """How often each symbol occurs in symbols[first:last], added to *counts*, uint32 (256,)."""
    parts = np.zeros((4, 256), np.uint32)
    stop = first + ((last - first) >> U(2) << U(2))
    for i in range(first, stop, U(4)):
        i = U(i)
        parts[0, symbols[i]] += np.uint32(1)
        parts[1, symbols[i + ONE]] += np.uint32(1)
        parts[2, symbols[i + U(2)]] += np.uint32(1)
        parts[3, symbols[i + THREE]] += np.uint32(1)
    for i in range(stop, last):
        parts[0, symbols[i]] += np.uint32(1)
    for symbol in range(256):
        counts[symbol] += parts[0, symbol] + parts[1, symbol] + parts[2, symbol] + parts[3, symbol]


@kernel
def encode(symbols, first, last, code, data, begin, end):
    """Write the words of symbols[first:last] to data[begin:end]; True if they fill it.

    *code* is what :func:`words` makes. Whatever the symbols are, nothing is written outside.
    """
    at = begin
    word = used = ZERO
    i = first
    while i + U(4) <= last and at + BYTE <= end:
        for _ in range(4):
            entry = code[symbols[i]]
            word = word << (entry & U(15)) | entry >> U(4)
            used += entry & U(15)
            i += ONE
        store(data, at, word << (WORD - used) if used > ZERO else ZERO)
        at += used >> THREE
        used &= SEVEN
    while i < last:
        entry = code[symbols[i]]
        word = word << (entry & U(15)) | entry >> U(4)
        used += entry & U(15)
        i += ONE
        while used >= BYTE:
            if at >= end:
                return False
            used -= BYTE
            data[at] = np.uint8(word >> used & LOW)
            at += ONE
    if used > ZERO:
        if at >= end:
            return False
        data[at] = np.uint8(word << (BYTE - used) & LOW)
        at += ONE
    return at == end
