"""Huffman's code for bytes, several streams at a time, at the speed of many symbols for one look into a table.

A table of 2^12 entries knows, for every 12 bits, the symbols whose words lie wholly in them, six at most. One lookup
mostly waits for the one before, which says where the next word begins. So several streams take turns, and the processor
works on all at once. They go on without a look at their ends for as many turns as are safe for each of them; what is
left then is read with all care. Encoding takes two symbols at a time, from a table of all pairs.

A stream holds its symbols from the last to the first. So the decoder writes downwards, and eight bytes of an entry go
to memory as they are: the first symbol highest, then the others, then bytes that the next entry will cover.

An entry: up to six symbols from the top down; in the second byte their number; in the lowest their bits. A code here
has a complete set of words (Kraft sum 1) of 1 to 12 bits, or a single symbol with the word 0, whose streams are zeros:
:func:`decode` is for the former, :func:`constant` for the latter. Callers have checked that all begins and ends lie in
their arrays, in order. Places in arrays are uint64.
"""

import numpy as np

from polyquant._kernel import kernel
from polyquant.algebra._kernels.clmul import trailing_zeros
from polyquant.bits._kernels.words import U, load, store

ZERO, ONE, TWO, THREE, SEVEN, BYTE, WORD = U(0), U(1), U(2), U(3), U(7), U(8), U(64)
LOW = U(255)
WINDOW = 12
SIZE = 1 << WINDOW
SHIFT = U(64 - WINDOW)
BLOCK = 2**15  # symbols that are counted at once
TOGETHER = 8  # streams that are read at once
LOOKUPS = 4  # of a turn: 48 bits, behind up to 7 that are used up
PACE = U(6)  # bytes of a turn at most
STRIDE = U(24)  # symbols of a turn at most
SPILL = TWO  # bytes of the last entry of a turn behind its symbols
ROOM = U(56)  # bits that go into a word beside 7 others, and leave one
FINE, TRUNCATED, CORRUPT = range(3)


@kernel
def unpack(packed, lengths, many):
    """256 half bytes of *packed*, the low one first, to *lengths*, uint8; counts of each to *many*, int64 (16,)."""
    for i in range(128):
        low, high = packed[i] & 15, packed[i] >> 4
        lengths[2 * i], lengths[2 * i + 1] = low, high
        many[low] += 1
        many[high] += 1


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
        entry = ZERO
        used = count = 0
        while count < 6:
            found = np.int64(single[window << used & SIZE - 1])
            if used + (found & 15) > WINDOW:
                break
            entry |= U(found >> 4) << U(56 - 8 * count)
            used += found & 15
            count += 1
        table[window] = entry | U(count << 8 | used)


@kernel
def places(n, chunk, first, last):
    """Fill *first* and *last*, uint64 (chunks, streams): where the symbols of every stream begin and end, of *n*."""
    chunks, streams = first.shape
    for k in range(chunks):
        start = U(k) * chunk
        c = min(n - start, chunk)
        share = (c + U(streams) - ONE) // U(streams)
        for j in range(streams):
            first[k, j] = start + min(share * U(j), c)
            last[k, j] = start + min(share * U(j + 1), c)


@kernel
def extents(data, at, body, begin, end):
    """Fill *begin* and *end*, uint64 (chunks, streams), of streams from data[body] on; returns the end of the last.

    Their sizes, four bytes each with the lowest first, stand at data[at]; the end may lie behind that of *data*.
    """
    chunks, streams = begin.shape
    for k in range(chunks):
        for j in range(streams):
            begin[k, j] = body
            for i in range(4):
                body += U(data[at + U(i)]) << U(8 * i)
            end[k, j] = body
            at += U(4)
    return body


@kernel
def decode_all(data, begin, end, table, lengths, only, out, first, last, states):
    """As :func:`decode`, for any number of streams; *only* is the symbol of a code with a single one, else -1."""
    for i in range(0, begin.size, TOGETHER):
        if only >= 0:
            for j in range(i, min(i + TOGETHER, begin.size)):
                states[j] = constant(data, begin[j], end[j], last[j] - first[j])
                out[first[j] : last[j]] = np.uint8(only)
        else:
            j = min(i + TOGETHER, begin.size)
            decode(data, begin[i:j], end[i:j], table, lengths, out, first[i:j], last[i:j], states[i:j])


@kernel
def decode(data, begin, end, table, lengths, out, first, last, states):
    """Read streams data[begin[i]:end[i]] to out[first[i]:last[i]], uint8; *states* (streams,) says how it went.

    *begin*, *end*, *first*, *last*: uint64 (streams,). A turn reads at most PACE bytes of a stream, from the eight
    where it begins, and writes at most STRIDE + SPILL: *many* turns stay inside.
    """
    streams = begin.size
    which = np.empty(streams, np.int64)
    position, slot = np.empty(streams, np.uint64), np.empty(streams, np.uint64)  # in bits; behind the next symbol
    for i in range(streams):
        which[i], position[i], slot[i] = i, begin[i] << THREE, last[i]
    while streams > 0:
        many = U(1 << 40)
        j = 0
        while j < streams:
            i = which[j]
            place = position[j] >> THREE
            turns = ZERO
            if place + BYTE <= end[i] and first[i] + SPILL <= slot[j]:
                turns = min((end[i] - place - TWO) // PACE, (slot[j] - first[i] - SPILL) // STRIDE)
            if turns > ZERO:
                many = min(many, turns)
                j += 1
            else:
                states[i] = finish(data, position[j], end[i], table, lengths, out, first[i], slot[j])
                streams -= 1
                which[j], position[j], slot[j] = which[streams], position[streams], slot[streams]
        if streams > 0:
            for _ in range(many):
                for j in range(streams):
                    place = position[j] >> THREE
                    window = (load(data, place) | ONE) << (position[j] & SEVEN)  # zeros behind the one: bits used
                    to = slot[j]
                    for _ in range(LOOKUPS):
                        entry = table[window >> SHIFT]
                        put(out, to - BYTE, entry)
                        to -= entry >> BYTE & LOW
                        window <<= entry & U(63)
                    position[j], slot[j] = (place << THREE) + trailing_zeros(window), to


@kernel
def put(out, at, word):
    """Eight bytes of *word*, the lowest to out[at]."""
    for j in range(8):
        out[at + U(j)] = np.uint8(word >> U(8 * j) & LOW)


@kernel
def finish(data, position, end, table, lengths, out, first, slot):
    """The rest of one stream from bit *position* on; no bit behind its end is believed."""
    stop = end << THREE
    while slot > first:
        entry = table[ahead(data, position >> THREE, end) << (position & SEVEN) >> SHIFT]
        if slot - first >= BYTE and position + (entry & LOW) <= stop:
            put(out, slot - BYTE, entry)
            slot -= entry >> BYTE & LOW
            position += entry & LOW
        else:
            symbol = entry >> U(56)
            position += U(lengths[symbol])
            if position > stop:
                return TRUNCATED
            slot -= ONE
            out[slot] = np.uint8(symbol)
    padding = ahead(data, position >> THREE, end) << (position & SEVEN)
    return FINE if stop - position < BYTE and padding == ZERO else CORRUPT


@kernel
def ahead(data, at, end):
    """Eight bytes from data[at] on, the first highest; zeros from data[end] on."""
    if at + BYTE <= end:
        return load(data, at)
    if at >= end:
        return ZERO
    if end >= BYTE:
        return load(data, end - BYTE) << (at + BYTE - end << THREE)
    word = ZERO
    for j in range(at, end):
        word |= U(data[j]) << (U(56) - BYTE * (U(j) - at))
    return word


@kernel
def constant(data, begin, end, count):
    """Whether data[begin:end] is what *count* words 0 of one bit are: as many bytes as they need, all zero."""
    need = count + SEVEN >> THREE
    if end - begin != need:
        return TRUNCATED if end - begin < need else CORRUPT
    for i in range(begin, end):
        if data[i] != 0:
            return CORRUPT
    return FINE


@kernel
def survey(symbols, counts):
    """Add to *counts*, int64 (256,), how often each of *symbols*, uint8, occurs; they are fewer than 2^32."""
    table = np.zeros(65536, np.uint32)
    for start in range(0, symbols.size, BLOCK):
        count(symbols[start : start + BLOCK], table, counts)
    if symbols.size >= BLOCK:
        count_both(table, counts)


@kernel
def count(symbols, table, counts):
    """Count pairs of a whole block of *symbols* in *table*, uint32 (65536,), those of a shorter one in *counts*.

    Pairs take half as many steps, and are seldom the same twice in a row, which a processor waits for.
    """
    if symbols.size < BLOCK:
        for symbol in symbols:
            counts[symbol] += 1
    else:
        for i in range(BYTE, U(symbols.size + 1), BYTE):
            for j in range(0, 8, 2):
                table[pair(symbols, U(i) - U(j))] += np.uint32(1)


@kernel
def count_both(table, counts):
    """Add to *counts*, int64 (256,), the symbols of the pairs in *table*."""
    for high in range(256):
        row = table[high << 8 : high + 1 << 8]
        total = 0
        for low in range(U(256)):
            counts[U(low)] += np.int64(row[U(low)])
        for low in range(U(256)):
            total += np.int64(row[U(low)])
        counts[high] += total


@kernel
def pair(symbols, at):
    """The two symbols before symbols[at], as a place in a table of pairs; the one that is coded first is higher."""
    return U(symbols[at - ONE]) << BYTE | U(symbols[at - TWO])


@kernel
def encoding_tables(lengths, single, pairs):
    """Fill *single*, uint32 (256,), and *pairs*, uint32 (65536,), with word << 8 | length for the symbols in use."""
    word = 0
    used = np.empty(256, np.int64)
    many = 0
    for length in range(1, WINDOW + 1):
        word <<= 1
        for symbol in range(256):
            if lengths[symbol] == length:
                single[symbol] = np.uint32(word << 8 | length)
                used[many] = symbol
                word += 1
                many += 1
    for i in range(many):
        before = np.int64(single[used[i]])
        for j in range(many):
            behind = np.int64(single[used[j]])
            length = behind & 255
            word = before >> 8 << length | behind >> 8
            pairs[used[i] << 8 | used[j]] = np.uint32(word << 8 | length + (before & 255))


@kernel
def encode(symbols, first, last, single, pairs, data, begin):
    """Write the words of symbols[first:last], the last one first, to data[begin], ...; returns the place behind.

    *data* has room for 12 bits a symbol and eight bytes more.
    """
    at = begin
    word = used = ZERO  # the lowest bits of word, up to seven, are to be written
    i = last
    while i >= first + BYTE:
        a, b = U(pairs[pair(symbols, i)]), U(pairs[pair(symbols, i - TWO)])
        c, d = U(pairs[pair(symbols, i - U(4))]), U(pairs[pair(symbols, i - U(6))])
        i -= BYTE
        left, right = (a + b) & LOW, (c + d) & LOW
        before = a >> BYTE << (b & U(63)) | b >> BYTE
        behind = c >> BYTE << (d & U(63)) | d >> BYTE
        if left + right <= ROOM:
            before = before << right | behind
            left += right
            right = ZERO
        word = word << left | before
        used += left
        store(data, at, word << (WORD - used))
        at += used >> THREE
        used &= SEVEN
        if right > ZERO:
            word = word << right | behind
            used += right
            store(data, at, word << (WORD - used))
            at += used >> THREE
            used &= SEVEN
    while i > first:
        i -= ONE
        entry = U(single[symbols[i]])
        word = word << (entry & U(63)) | entry >> BYTE
        used += entry & U(63)
        store(data, at, word << (WORD - used))
        at += used >> THREE
        used &= SEVEN
    return at + (used + SEVEN >> THREE)


@kernel
def encode_all(symbols, first, last, single, pairs, data, sizes):
    """:func:`encode` for many streams, one behind the other; fills *sizes*, uint32 (streams,), and returns the end."""
    at = ZERO
    for i in range(sizes.size):
        behind = encode(symbols, first[i], last[i], single, pairs, data, at)
        sizes[i] = np.uint32(behind - at)
        at = behind
    return at
