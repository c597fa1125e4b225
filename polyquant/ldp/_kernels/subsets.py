"""Random subsets from secret bits, and reports written into words of 32 bits.

Words and limbs have 32 bits and are computed with as 64-bit integers, so nothing ever overflows. A subset is a row of
marks (bit x % 32 of word x // 32) or, if it is small, a list of positions in rising order, and then a report.
"""

import numpy as np

from polyquant._kernel import kernel

FULL = 0xFFFFFFFF
LAST_BIT = np.zeros(32, np.int64)  # position of the only bit that is set, from the top of the product with a constant
for _i in range(32):
    LAST_BIT[((0x077CB531 << _i) & FULL) >> 27] = _i


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
def draw(own, block, inside, m, omega, width, levels, density, secret, state, marks):
    """Marks of the sets of users with positions *own* in block ``block[i]``, until *secret* is dry; how many users.

    A set holds the own position if ``inside[i]`` says so; apart from that it is a uniform set of omega of m positions.
    Every other position is marked with probability density / 2^levels at once, by combining random words; then
    positions are drawn to add or to remove until they are enough. All sets of one size are equally likely at any time.
    The arrays from *m* to *density* have an entry for each block, *width* the bits of a position; a row of marks has
    space for 2^width positions. ``state[0]`` is the place in *secret*: a report that finds it empty is begun again
    when there is more, from the same place, so the law does not notice where it was cut.
    """
    place, supply = state[0], secret.size
    for i in range(own.size):
        state[0] = place
        j, x, row = block[i], own[i], marks[i]
        size, words, bits, count = m[j], (m[j] + 31) >> 5, width[j], 0
        if place + levels[j] * words > supply:
            return i
        for t in range(row.size):
            row[t] = 0
        for level in range(levels[j]):
            some, join = secret[place : place + words], density[j] >> level & 1
            place += words
            for t in range(words):
                row[t] = row[t] | np.int64(some[t]) if join else row[t] & np.int64(some[t])
        if size & 31:
            row[words - 1] &= (1 << (size & 31)) - 1
        row[x >> 5] &= ~(1 << (x & 31))
        for t in range(words):
            count += ones(row[t])
        missing = omega[j] - inside[i] - count
        wanted = 0 if missing > 0 else 1  # what a position must be so that drawing it changes something
        missing, mask = abs(missing), (1 << bits) - 1
        row[x >> 5] |= (1 - wanted) << (x & 31)  # never wanted
        while missing > 0:
            if place == supply:
                return i
            drawn = np.int64(secret[place])
            place += 1
            for _ in range(32 // bits):
                y = drawn & mask
                drawn >>= bits
                old = row[y >> 5]
                hit = (old >> (y & 31) ^ wanted ^ 1) & (1 if y < size else 0) & (1 if missing > 0 else 0)
                row[y >> 5] = old ^ (hit << (y & 31))
                missing -= hit
        row[x >> 5] = row[x >> 5] & ~(1 << (x & 31)) | inside[i] << (x & 31)
    state[0] = place
    return own.size


@kernel
def draw_few(own, block, inside, m, omega, unfair, bits, fields, columns, todo, lists):
    """Lists of the sets of the users *todo*, until *fields* are used up; how many are left, in front of *todo*.

    The own position, if ``inside[i]`` is 1, and others of m - 1 possible ones: each is the high part of the product of
    m - 1 and a random number of so many *bits*, a field. Fields with a low part below *unfair*, the remainder of
    2^bits, would favour some positions. A list with such a field or with two equal positions is drawn again, which
    leaves all sets equally likely. Steps go over many users without a branch; *columns* is work space for them.
    """
    slots, room = columns.shape[0] - 5, columns.shape[1]
    x, bound, least, many, good = (
        columns[slots],
        columns[slots + 1],
        columns[slots + 2],
        columns[slots + 3],
        columns[-1],
    )
    place, waiting, mask = 0, todo.size, (1 << bits) - 1
    while waiting:
        left = 0
        for start in range(0, waiting, room):
            size = min(room, waiting - start)
            if place + slots * size > fields.size:
                for i in range(start, waiting):
                    todo[left] = todo[i]
                    left += 1
                return left
            for i in range(size):
                user = todo[start + i]
                j = block[user]
                x[i], bound[i], least[i], many[i], good[i] = own[user], m[j] - 1, unfair[j], omega[j], 1
            for t in range(slots):
                drawn, column = fields[place : place + size], columns[t]
                place += size
                for i in range(size):
                    product = np.int64(drawn[i]) * np.int64(bound[i])
                    y = product >> bits
                    y += 1 if y >= x[i] else 0
                    good[i] &= 1 if product & mask >= least[i] else 0
                    column[i] = y if t < many[i] else (1 << 30) + t  # behind all positions
            for i in range(size):
                if inside[todo[start + i]]:
                    columns[0, i] = x[i]
            for turn in range(slots):  # neighbours change places until all are in order
                for t in range(turn & 1, slots - 1, 2):
                    low, high = columns[t], columns[t + 1]
                    for i in range(size):
                        a, b = low[i], high[i]
                        low[i], high[i] = min(a, b), max(a, b)
            for t in range(1, slots):
                low, high = columns[t - 1], columns[t]
                for i in range(size):
                    good[i] &= 1 if low[i] != high[i] else 0
            for i in range(size):
                user = todo[start + i]
                for t in range(slots):
                    lists[user, t] = columns[t, i]
                todo[left] = user
                left += 1 - good[i]
        waiting = left
    return 0


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
def members(sets, i, size, listed, count, found):
    """Write the positions of a set in rising order to *found*, from its list or from its marks."""
    if listed:
        for t in range(count):
            found[t] = sets[i, t]
        return
    at = 0
    for t in range((size + 31) >> 5):
        word = sets[i, t]
        while word:
            low = word & -word
            word ^= low
            found[at] = 32 * t + LAST_BIT[((low * 0x077CB531) & FULL) >> 27]
            at += 1


@kernel
def write_bitmap(sets, listed, block, index_bits, m, omega, words, filled):
    """One bit for each position, the first first; how many bits of *words* are filled then."""
    for i in range(block.size):
        j = block[i]
        filled = put(words, filled, j, index_bits)
        if listed:
            for t in range(omega[j]):
                place = filled + sets[i, t]
                words[place >> 5] |= 1 << (31 - (place & 31))
        else:
            at, used, rest = filled >> 5, filled & 31, m[j] & 31
            pending = np.int64(words[at]) >> (32 - used)  # the last *used* bits, not yet a whole word
            for t in range(m[j] >> 5):
                pending = pending << 32 | mirrored(sets[i, t])
                words[at + t] = pending >> used
                pending &= (1 << used) - 1
            at += m[j] >> 5
            words[at] = pending << (32 - used) & FULL
            if rest:
                put(words, 32 * at + used, mirrored(sets[i, m[j] >> 5]) >> (32 - rest), rest)
        filled += m[j]
    return filled


@kernel
def write_rice(sets, listed, block, index_bits, m, omega, rice, words, filled):
    """The gap in front of each position by Rice's code: quotient in ones, a zero, the remainder in *rice* bits."""
    at, used = filled >> 5, filled & 31
    pending = np.int64(words[at]) >> (32 - used)
    found = np.zeros(omega.max(), np.int64)
    for i in range(block.size):
        j, before = block[i], -1
        members(sets, i, m[j], listed, omega[j], found)
        code, width, low_bits = j, index_bits, rice[j]
        for t in range(omega[j]):
            gap, before = found[t] - before - 1, found[t]
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
def write_rank(sets, listed, block, index_bits, m, omega, size, binomials, limbs, words, filled):
    """The colex rank of each set in ``size[j]`` bits; ``binomials[i, c]``: limbs of C(c, i + 1), lowest first."""
    found = np.zeros(omega.max(), np.int64)
    for i in range(block.size):
        j = block[i]
        filled = put(words, filled, j, index_bits)
        members(sets, i, m[j], listed, omega[j], found)
        limbs[:] = 0
        for t in range(omega[j]):
            for limb in range(limbs.size):
                limbs[limb] += np.int64(binomials[t, found[t], limb])
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
