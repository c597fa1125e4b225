"""Reading many words: several cursors in one string, so that while one waits for its table the others go on.

Where a word ends is known when it has been read, so one cursor mostly waits. The others begin at guessed places. What
they read there is nonsense at first, but as a rule they are in step after some words, and from any place on there is
only one way to read. So a cursor reads a few words that count for nothing and notes where it is: when the one before
it comes to exactly this place, all that it has read since is right, and else nothing is lost but its time. What is
returned, errors included, never depends on the guesses.

An entry of the table belongs to the next w bits of the string, its index: in its top 16 bits, how many values they
stand for (2 bits) and how many bits these take (6 bits); below, up to three values of 16 bits. Where that is nothing,
the first word is longer. If only binary digits follow in all words that begin so, the entry goes on with the digits
known so far, the number of those to come (6 bits) and the size of the word (6 bits).
"""

import numpy as np

from polyquant._kernel import kernel
from polyquant.bits._kernels.words import U, bit_length, load, peek

from . import direct
from .universal import (
    ALL,
    FIBONACCI,
    GOLOMB,
    LEB128,
    ONE,
    RICE,
    UNARY,
    WORD,
    ZERO,
    after_ones,
    read_fibonacci,
    word,
)

FINE, TRUNCATED, CORRUPT = range(3)
CURSORS = U(4)
FEW = U(1024)  # words that are not worth a guess
SECTION = U(3072)  # words for a cursor before its turn to be believed comes, about
ROOM = U(4096)  # words for a cursor at most
ASTRAY = U(12)  # lookups, four at a time, until a cursor is taken to be in step
AT, BEGIN, END, SLOT, LIMIT, LARGE = range(6)
INFO = U(48)


@kernel
def decode_table(kind, parameter, rows, table):
    """Fill *table*, uint64, of 2^w entries, w <= 12."""
    width = bit_length(U(table.size)) - ONE
    for window in range(table.size):
        high = U(window) << (WORD - width)
        used = count = entry = ZERO
        n, size = _first(kind, parameter, rows, high, ZERO)
        while used + size <= width and n < U(2**16) and count < U(3):
            entry |= n << (U(16) * count)
            count += ONE
            used += size
            n, size = _first(kind, parameter, rows, high << used, ZERO)
        table[window] = entry | (count << U(6) | used) << INFO
        if count == ZERO and width < size < WORD:
            # only digits follow if the last word that begins so is as long, and as many values behind as there are
            last, same = _first(kind, parameter, rows, high | ALL >> width, ALL)
            rest = size - width
            behind = (ONE << rest) - ONE
            if same == size and n & behind == ZERO and last == n | behind:
                table[window] = (n >> rest) << U(12) | rest << U(6) | size


@kernel
def _first(kind, parameter, rows, high, low):
    """Value and size of the word at the beginning of 128 bits; size 255 if there is none."""
    if kind == FIBONACCI:
        n, size, good = read_fibonacci(high, low, parameter, rows)
    else:
        n, size, good = word(kind, parameter, high, low)
    return (n, size) if good else (ZERO, U(255))


@kernel
def decode(kind, parameter, rows, table, data, size, position, out):
    """Read out.size words, int64, from bit *position* of the *size* bits of *data*.

    Behind these bits *data* holds at least 32 bytes of zeros. Returns (values decoded, position, state).
    """
    count = U(out.size)
    done = ZERO
    sparse = size - position > U(5) * count  # a lookup would hardly ever find two words
    room = CURSORS * ROOM if count > FEW else ZERO
    small = np.empty(room, np.uint16)
    large = np.empty(U(2) * room, np.int64)
    places = np.empty((6, 4), np.uint64)
    guess = position  # no guesses before this place
    while done < count and position < size:
        cursors = ONE
        places[BEGIN, 0] = size if position >= guess else guess
        span = (size - position) * min(SECTION, (count - done) >> U(2)) // (count - done) >> U(3) << U(3)
        if kind == UNARY and sparse:
            done, position = direct.unary(data, size, position, done, out)
            places[BEGIN, 0] = position + ONE  # one word with all care
        elif kind == LEB128 and position & U(7) == ZERO:
            done, position = direct.leb128(data, size, position, done, out)
            places[BEGIN, 0] = position + ONE
        elif count - done > FEW and span > U(2048) and position >= guess:
            cursors = CURSORS
            for c in range(CURSORS):
                places[AT, c] = places[BEGIN, c] = position + U(c) * span
                places[END, c] = places[AT, c] + span
                places[LIMIT, c] = U(c) * ROOM + ROOM
                places[SLOT, c] = places[LARGE, c] = U(c) * ROOM
            _read(kind, parameter, rows, table, data, size, cursors, ASTRAY, places, small, large, out)
            for c in range(1, CURSORS):
                places[BEGIN, c] = places[END, c - 1] = places[AT, c]
                places[SLOT, c] = places[LARGE, c] = U(c) * ROOM
            _read(kind, parameter, rows, table, data, size, cursors, ROOM, places, small, large, out)
        believed = 0
        for c in range(cursors):
            begin = places[BEGIN, c]
            if position < begin:
                places[AT, 0], places[END, 0], places[SLOT, 0], places[LIMIT, 0] = position, begin, done, count
                state = _read(kind, parameter, rows, table, data, size, ONE, ONE, places, small, large, out)
                position, done = places[AT, 0], places[SLOT, 0]
                if state != FINE:
                    return done, position, state
            base = U(c) * ROOM
            words = places[SLOT, c] - base
            if cursors == CURSORS and position == begin and words <= count - done:
                for j in range(words):
                    out[done + U(j)] = small[base + U(j)]
                for j in range(base, places[LARGE, c]):
                    out[done + U(large[U(2) * U(j)]) - base] = large[U(2) * U(j) + ONE]
                position = places[AT, c]
                done += words
                believed += 1
        if cursors == CURSORS and believed < 3:  # words that look alike, perhaps: alone for a while
            guess = min(position + U(8) * CURSORS * span, size)
    return done, position, FINE if done == count else TRUNCATED


@kernel
def _read(kind, parameter, rows, table, data, size, cursors, turns, places, small, large, out):
    """Let one or all cursors read on, and return what stopped the first.

    *places*, uint64 (6, CURSORS): where they are, began, and should be in the end; the next free index of values, its
    limit, and the next free index of values above 16 bits. One cursor writes to *out*, int64, and reads until it is at
    its end or its limit. All together read *turns* times at most, as long as nobody is near its end, and write to
    *small*, uint16, and *large*, int64, pairs of an index and a value. Who finds no word begins anew one bit on, but
    for the first.
    """
    at, slots, limits = places[AT], places[SLOT], places[LIMIT]
    shift = U(65) - bit_length(U(table.size))
    while True:
        if cursors == CURSORS:
            many = turns
            for c in range(CURSORS):
                left = places[END, c] - min(places[END, c], at[c])
                many = min(many, left >> U(6), (limits[c] - slots[c]) >> U(4))
            if many == ZERO:
                return FINE
            turns -= many
            while many > ZERO:  # four cursors step by step: the order in which a processor can overlap them
                many -= ONE
                w0 = load(data, at[0] >> U(3)) << (at[0] & U(7))
                w1 = load(data, at[1] >> U(3)) << (at[1] & U(7))
                w2 = load(data, at[2] >> U(3)) << (at[2] & U(7))
                w3 = load(data, at[3] >> U(3)) << (at[3] & U(7))
                e0 = e1 = e2 = e3 = ZERO
                # index of the next value, and bits used in this turn, 48 at most, in the low six bits
                s0, s1, s2, s3 = slots[0] << U(6), slots[1] << U(6), slots[2] << U(6), slots[3] << U(6)
                for _ in range(4):
                    e0, e1, e2, e3 = table[w0 >> shift], table[w1 >> shift], table[w2 >> shift], table[w3 >> shift]
                    for j in range(4):
                        small[(s0 >> U(6)) + U(j)] = np.uint16(e0 >> U(16 * j) & U(0xFFFF))
                    for j in range(4):
                        small[(s1 >> U(6)) + U(j)] = np.uint16(e1 >> U(16 * j) & U(0xFFFF))
                    for j in range(4):
                        small[(s2 >> U(6)) + U(j)] = np.uint16(e2 >> U(16 * j) & U(0xFFFF))
                    for j in range(4):
                        small[(s3 >> U(6)) + U(j)] = np.uint16(e3 >> U(16 * j) & U(0xFFFF))
                    e0, e1, e2, e3 = e0 >> INFO, e1 >> INFO, e2 >> INFO, e3 >> INFO
                    w0, w1, w2, w3 = w0 << (e0 & U(63)), w1 << (e1 & U(63)), w2 << (e2 & U(63)), w3 << (e3 & U(63))
                    s0, s1, s2, s3 = s0 + e0, s1 + e1, s2 + e2, s3 + e3
                slots[0], slots[1], slots[2], slots[3] = s0 >> U(6), s1 >> U(6), s2 >> U(6), s3 >> U(6)
                at[0], at[1] = at[0] + (s0 & U(63)), at[1] + (s1 & U(63))
                at[2], at[3] = at[2] + (s2 & U(63)), at[3] + (s3 & U(63))
                if e0 == ZERO or e1 == ZERO or e2 == ZERO or e3 == ZERO:  # a longer word
                    break
            turns += many
        else:
            position, slot, end = at[0], slots[0], places[END, 0]
            if position >= end or slot >= limits[0]:
                return FINE
            if slot + U(16) <= limits[0]:
                window = load(data, position >> U(3)) << (position & U(7))
                for _ in range(4):
                    entry = table[window >> shift]
                    used = entry >> INFO & U(63)
                    if used == ZERO or used > end - position:
                        break
                    for j in range(3):
                        out[slot + U(j)] = np.int64(entry >> U(16 * j) & U(0xFFFF))
                    window <<= used
                    position += used
                    slot += entry >> INFO >> U(6)
                if position > at[0]:
                    at[0], slots[0] = position, slot
                    continue
        for c in range(cursors):
            position, slot = at[c], slots[c]
            high = peek(data, position)
            entry = table[high >> shift]
            if cursors == CURSORS and (entry >> INFO > ZERO or slot == limits[c]):
                continue
            if ZERO < entry < ONE << INFO:
                rest = entry >> U(6) & U(63)
                n = entry >> U(12) << rest | high << (WORD - shift) >> ONE >> (U(63) - rest)
                used, good = entry & U(63), True
            elif kind == FIBONACCI:
                n, used, good = read_fibonacci(high, peek(data, position + WORD), parameter, rows)
            elif high == ALL and kind in (UNARY, RICE, GOLOMB):
                ones = WORD
                while peek(data, position + ones) == ALL:
                    ones += WORD
                ones += WORD - bit_length(peek(data, position + ones) ^ ALL)
                n, used, good = after_ones(kind, parameter, ones, peek(data, position + ones + ONE))
            else:
                n, used, good = word(kind, parameter, high, peek(data, position + WORD))
            if good and used <= size - position:
                at[c], slots[c] = position + used, slot + ONE
                if cursors == ONE:
                    out[slot] = np.int64(n)
                else:
                    small[slot] = np.uint16(n & U(0xFFFF))
                    spare = places[LARGE, c]
                    large[U(2) * spare] = np.int64(slot)
                    large[U(2) * spare + ONE] = np.int64(n)
                    places[LARGE, c] = spare + U(n >> U(16) > ZERO)
            elif c == 0:
                return TRUNCATED if used > size - position else CORRUPT
            else:
                at[c] = places[BEGIN, c] = position + ONE
                slots[c] = places[LARGE, c] = U(c) * ROOM
