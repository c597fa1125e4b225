"""Random subsets from secret bits, and reports written into words of 32 bits.

Words and limbs have 32 bits and are computed with as 64-bit integers, so nothing ever overflows. A subset is first a
row of marks (bit x % 32 of word x // 32), then a report. *secret* is a stream: a report that finds it empty is begun
again when there is more, from the same place, so the law does not notice where it was cut.
"""

import numpy as np

from polyquant._kernel import kernel

FULL = 0xFFFFFFFF
LAST_BIT = np.zeros(32, np.int64)  # position of the only bit that is set, from the top of the product with a constant
for _i in range(32):
    LAST_BIT[((0x077CB531 << _i) & FULL) >> 27] = _i
LEADING = np.array([8 - (~byte & 255).bit_length() for byte in range(256)])  # ones before the first zero of 8 bits


@kernel
def ones(word):
    """How many of 32 bits are set."""
    word -= (word >> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >> 2) & 0x33333333)
    return (((word + (word >> 4)) & 0x0F0F0F0F) * 0x01010101 & FULL) >> 24


@kernel
def mirrored(word):
    """The 32 bits in reverse order."""
    word = (word >> 1 & 0x55555555) | (word & 0x55555555) << 1
    word = (word >> 2 & 0x33333333) | (word & 0x33333333) << 2
    word = (word >> 4 & 0x0F0F0F0F) | (word & 0x0F0F0F0F) << 4
    word = (word >> 8 & 0x00FF00FF) | (word & 0x00FF00FF) << 8
    return (word >> 16 | word << 16) & FULL


@kernel
def draw(own, block, m, omega, width, threshold, levels, density, secret, state, marks):
    """Marks of the sets of users with positions *own* in block ``block[i]``, until the stream is dry; how many users.

    With probability threshold / 2^64 (four digits of 16 bits) the set holds the own position, and else it does not;
    apart from that it is a uniform set of omega of m positions. Every other position is marked with probability
    density / 2^levels at once, by combining random words; then positions are drawn to add or to remove until they
    are enough. All sets of one size are equally likely at any time. The arrays from *m* to *density* have an entry
    for each block, *width* the bits of a position; *state* is the place in the stream, open bits of it and how many.
    """
    place, pool, left, supply = state[0], state[1], state[2], secret.size
    for i in range(own.size):
        state[0], state[1], state[2] = place, pool, left
        j, x = block[i], own[i]
        size, words = m[j], (m[j] + 31) >> 5
        inside, digits = 0, 0
        while digits < 4:
            if left < 16:
                if place == supply:
                    return i
                pool |= np.int64(secret[place]) << left
                place += 1
                left += 32
            digit = pool & 0xFFFF
            pool >>= 16
            left -= 16
            if digit != threshold[j, digits]:
                inside = 1 if digit < threshold[j, digits] else 0
                break
            digits += 1
        if place + levels[j] * words > supply:
            return i
        row, count = marks[i], 0
        row[:] = 0
        for level in range(levels[j]):
            some, join = secret[place : place + words], density[j] >> level & 1
            place += words
            for t in range(words):
                row[t] = row[t] | np.int64(some[t]) if join else row[t] & np.int64(some[t])
        if levels[j]:
            if size & 31:
                row[words - 1] &= (1 << (size & 31)) - 1
            row[x >> 5] &= ~(1 << (x & 31))
            for t in range(words):
                count += ones(row[t])
        missing, bits = omega[j] - inside - count, width[j]
        wanted = 0 if missing > 0 else 1  # what a position must be so that drawing it changes something
        missing = abs(missing)
        while missing > 0:
            if left < bits:
                if place == supply:
                    return i
                pool |= np.int64(secret[place]) << left
                place += 1
                left += 32
            y = pool & ((1 << bits) - 1)
            pool >>= bits
            left -= bits
            if y < size and y != x and row[y >> 5] >> (y & 31) & 1 == wanted:
                row[y >> 5] ^= 1 << (y & 31)
                missing -= 1
        if inside:
            row[x >> 5] |= 1 << (x & 31)
    state[0], state[1], state[2] = place, pool, left
    return own.size


@kernel
def put(words, filled, value, width):
    """Write *value* in *width* <= 32 bits behind the *filled* bits of *words*; how many are filled then."""
    at, room = filled >> 5, 32 - (filled & 31)
    if width <= room:
        words[at] |= value << (room - width)
    else:
        words[at] |= value >> (width - room)
        words[at + 1] |= value << (32 - width + room) & FULL
    return filled + width


@kernel
def write_bitmap(marks, block, index_bits, m, words, filled):
    """One bit for each position, the first first; how many bits of *words* are filled then."""
    for i in range(block.size):
        j, row = block[i], marks[i]
        filled = put(words, filled, j, index_bits)
        for start in range(0, m[j], 32):
            width = min(32, m[j] - start)
            filled = put(words, filled, mirrored(row[start >> 5]) >> (32 - width), width)
    return filled


@kernel
def write_rice(marks, block, index_bits, m, rice, words, filled):
    """The gap in front of each position by Rice's code: quotient in ones, a zero, the remainder in *rice* bits."""
    at, used = filled >> 5, filled & 31
    pending = np.int64(words[at]) >> (32 - used)  # the last *used* bits, not yet a whole word
    for i in range(block.size):
        j, row, before = block[i], marks[i], -1
        code, width, low_bits = j, index_bits, rice[j]
        for t in range((m[j] + 31) >> 5):
            word = row[t]
            while word:
                low = word & -word
                word ^= low
                x = 32 * t + LAST_BIT[((low * 0x077CB531) & FULL) >> 27]
                gap, before = x - before - 1, x
                quotient = gap >> low_bits
                tail = gap & ((1 << low_bits) - 1)
                while True:
                    pending, used = pending << width | code, used + width
                    if used >= 32:
                        used -= 32
                        words[at] = pending >> used
                        pending &= (1 << used) - 1
                        at += 1
                    if quotient + low_bits <= 30:
                        break
                    width = min(quotient, 16)
                    code = (1 << width) - 1
                    quotient -= width
                code, width = ((1 << quotient + 1) - 2) << low_bits | tail, quotient + 1 + low_bits
        pending, used = pending << width | code, used + width
        if used >= 32:
            used -= 32
            words[at] = pending >> used
            pending &= (1 << used) - 1
            at += 1
    words[at] = pending << (32 - used) & FULL
    return 32 * at + used


@kernel
def write_rank(marks, block, index_bits, m, size, binomials, limbs, words, filled):
    """The colex rank of each set in ``size[j]`` bits; ``binomials[i, c]``: limbs of C(c, i + 1), lowest first."""
    for i in range(block.size):
        j, row, found = block[i], marks[i], 0
        filled = put(words, filled, j, index_bits)
        limbs[:] = 0
        for t in range((m[j] + 31) >> 5):
            word = row[t]
            while word:
                low = word & -word
                word ^= low
                x = 32 * t + LAST_BIT[((low * 0x077CB531) & FULL) >> 27]
                for limb in range(limbs.size):
                    limbs[limb] += np.int64(binomials[found, x, limb])
                found += 1
        for limb in range(limbs.size - 1):
            limbs[limb + 1] += limbs[limb] >> 32
            limbs[limb] &= FULL
        rest = size[j]
        for limb in range(limbs.size - 1, -1, -1):
            width = rest - 32 * limb
            if width > 0:
                filled = put(words, filled, limbs[limb], width)
                rest -= width
    return filled


@kernel
def pascal(table):
    """Fill ``table[i, c]`` with the limbs of C(c, i + 1), for zeros at the start."""
    rows, columns, limbs = table.shape
    for i in range(rows):
        for c in range(1, columns):
            carry = 0
            for limb in range(limbs):
                above = np.int64(table[i - 1, c - 1, limb]) if i else (1 if limb == 0 else 0)
                carry += np.int64(table[i, c - 1, limb]) + above
                table[i, c, limb] = carry & FULL
                carry >>= 32


@kernel
def peek(words, at):
    """The 32 bits from bit *at* on."""
    i, off = at >> 5, at & 31
    return (np.int64(words[i]) << off & FULL) | np.int64(words[i + 1]) >> (32 - off)


@kernel
def get_bitmap(words, at, m, omega, found):
    """Positions of a bitmap; True if they are *omega*."""
    count = 0
    for start in range(0, m, 32):
        width = min(32, m - start)
        word = peek(words, at + start) >> (32 - width)
        if count + ones(word) > omega:
            return False
        while word:
            low = word & -word
            word ^= low
            found[count] = start + width - 1 - LAST_BIT[((low * 0x077CB531) & FULL) >> 27]
            count += 1
    return count == omega


@kernel
def get_rice(words, at, end, m, omega, rice, found):
    """Positions of *omega* gaps from bit *at* on; the place behind them, or -1 if they run over the end.

    Positions above m are not written; the last one tells.
    """
    x = -1
    for i in range(omega):
        word = peek(words, at)
        ones_before = LEADING[word >> 24]
        quotient = ones_before
        while ones_before == 8:
            at += 8
            if at >= end:
                return -1
            word = peek(words, at)
            ones_before = LEADING[word >> 24]
            quotient += ones_before
        at += ones_before + 1
        if at + rice > end:
            return -1
        if ones_before + 1 + rice <= 32:
            rest = (word << (ones_before + 1) & FULL) >> (32 - rice)
        else:
            rest = peek(words, at) >> (32 - rice)
        x += 1 + (quotient << rice) + rest
        at += rice
        found[i] = min(x, m)
    return at


@kernel
def get_rank(words, at, m, omega, width, binomials, limbs, found):
    """Positions of the set with the colex rank in the next *width* bits; False if there is no such set."""
    size = width
    for limb in range(limbs.size - 1, -1, -1):
        part = size - 32 * limb
        limbs[limb] = 0
        if part > 0:
            limbs[limb] = peek(words, at) >> (32 - part)
            at += part
            size -= part
    if not less(limbs, binomials, omega - 1, m):
        return False
    c = m
    for i in range(omega - 1, -1, -1):
        while less(limbs, binomials, i, c):
            c -= 1
        borrow = 0
        for limb in range(limbs.size):
            borrow += limbs[limb] - np.int64(binomials[i, c, limb])
            limbs[limb] = borrow & FULL
            borrow >>= 32
        found[i] = c
    return True


@kernel
def less(limbs, binomials, i, c):
    """Whether the number in *limbs* is below C(c, i + 1)."""
    for limb in range(limbs.size - 1, -1, -1):
        if binomials[i, c, limb] != limbs[limb]:
            return limbs[limb] < binomials[i, c, limb]
    return False


@kernel
def read(words, bits, valid, index_bits, m, omega, base, codec, size, binomials, limbs, found, counts, users):
    """Count the reports in *words*; the place behind the last one, or -1 if one runs over the end.

    ``valid[i]`` says whether report i is one that a user can have sent. A block that does not exist has reports of no
    known length, so nothing behind it is read.
    """
    at = 0
    for i in range(valid.size):
        if at + index_bits > bits:
            return -1
        j = peek(words, at) >> (32 - index_bits) if index_bits else 0
        if j >= m.size:
            return at
        at += index_bits
        if codec == 1:
            at = get_rice(words, at, bits, m[j], omega[j], size[j], found)
            if at < 0:
                return -1
            good = found[omega[j] - 1] < m[j]
        else:
            start = at
            at += size[j] if codec == 0 else m[j]
            if at > bits:
                return -1
            if codec == 0:
                good = get_rank(words, start, m[j], omega[j], size[j], binomials, limbs, found)
            else:
                good = get_bitmap(words, start, m[j], omega[j], found)
        if good:
            valid[i] = True
            users[j] += 1
            for t in range(omega[j]):
                counts[base[j] + found[t]] += 1
    return at
