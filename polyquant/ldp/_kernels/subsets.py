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

# What is in *state*: place in the stream, its open bits and how many they are, whether it ran dry;
# open bits of the output, how many, and the word they will end in.
PLACE, POOL, LEFT, DRY, OPEN, FILLED, AT = 0, 1, 2, 3, 4, 5, 6
CELLS = 7


@kernel
def take(secret, state, width):
    """The next *width* <= 31 bits of the stream; 0, and DRY set, when it is empty."""
    if state[LEFT] < width:
        at = state[PLACE]
        if at >= secret.size:
            state[DRY] = 1
            return 0
        state[POOL] |= np.int64(secret[at]) << state[LEFT]
        state[LEFT] += 32
        state[PLACE] = at + 1
    value = state[POOL] & ((1 << width) - 1)
    state[POOL] >>= width
    state[LEFT] -= width
    return value


@kernel
def whole(secret, state):
    """32 bits of the stream, without looking at open ones."""
    at = state[PLACE]
    if at >= secret.size:
        state[DRY] = 1
        return 0
    state[PLACE] = at + 1
    return np.int64(secret[at])


@kernel
def coin(secret, state, threshold):
    """1 with probability threshold / 2^64, given as four digits of 16 bits: a uniform number is below it."""
    for i in range(4):
        digit = take(secret, state, 16)
        if digit != threshold[i]:
            return 1 if digit < threshold[i] else 0
    return 0


@kernel
def ones(word):
    """How many of 32 bits are set."""
    word -= (word >> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >> 2) & 0x33333333)
    return (((word + (word >> 4)) & 0x0F0F0F0F) * 0x01010101 & FULL) >> 24


@kernel
def mark(secret, state, own, inside, m, omega, levels, density, marks):
    """Marks of a uniform set of *omega* of *m* positions that holds *own* if *inside*, and else does not.

    Every position is marked with probability density / 2^levels at once, by combining random words; then positions are
    drawn to add or to remove until there are enough. All sets of one size are equally likely at any time.
    """
    words, width = (m + 31) // 32, 0
    while 1 << width < m:
        width += 1
    count = 0
    for i in range(words):
        word = 0
        for level in range(levels):
            fresh = whole(secret, state)
            word = word | fresh if density >> level & 1 else word & fresh
        if i == words - 1 and m % 32:
            word &= (1 << m % 32) - 1
        if i == own >> 5:
            word &= ~(1 << (own & 31))
        marks[i] = word
        count += ones(word)
    want = omega - inside
    while count != want and state[DRY] == 0:
        x = take(secret, state, width)
        if x >= m or x == own:
            continue
        bit = 1 << (x & 31)
        if count < want and not marks[x >> 5] & bit:
            marks[x >> 5] |= bit
            count += 1
        elif count > want and marks[x >> 5] & bit:
            marks[x >> 5] ^= bit
            count -= 1
    if inside:
        marks[own >> 5] |= 1 << (own & 31)


@kernel
def put(words, state, value, width):
    """Append *value* in *width* <= 32 bits."""
    state[OPEN] = state[OPEN] << width | value
    state[FILLED] += width
    if state[FILLED] >= 32:
        rest = state[FILLED] - 32
        words[state[AT]] = state[OPEN] >> rest
        state[OPEN] &= (1 << rest) - 1
        state[FILLED] = rest
        state[AT] += 1


@kernel
def finish(words, state):
    """Write the open bits, with zeros behind them."""
    if state[FILLED] > 0:
        words[state[AT]] = state[OPEN] << (32 - state[FILLED])


@kernel
def put_bitmap(words, state, marks, m):
    """One bit for each position, the first first."""
    for i in range(0, m, 32):
        word = marks[i >> 5]
        word = (word >> 1 & 0x55555555) | (word & 0x55555555) << 1
        word = (word >> 2 & 0x33333333) | (word & 0x33333333) << 2
        word = (word >> 4 & 0x0F0F0F0F) | (word & 0x0F0F0F0F) << 4
        word = (word >> 8 & 0x00FF00FF) | (word & 0x00FF00FF) << 8
        word = (word >> 16 | word << 16) & FULL
        width = min(32, m - i)
        put(words, state, word >> (32 - width), width)


@kernel
def put_rice(words, state, marks, m, rice):
    """The gap in front of each position by Rice's code: quotient in ones, a zero, the remainder in *rice* bits."""
    before = -1
    for i in range((m + 31) // 32):
        word = marks[i]
        while word:
            low = word & -word
            word ^= low
            x = 32 * i + LAST_BIT[((low * 0x077CB531) & FULL) >> 27]
            gap, before = x - before - 1, x
            quotient = gap >> rice
            while quotient + rice > 31:
                part = min(quotient, 16)
                if part == 0:
                    break
                put(words, state, (1 << part) - 1, part)
                quotient -= part
            top = (1 << quotient + 1) - 2
            put(words, state, top << rice | (gap & ((1 << rice) - 1)), quotient + 1 + rice)


@kernel
def put_rank(words, state, marks, m, width, binomials, limbs):
    """The colex rank of the set in *width* bits; ``binomials[i, c]`` are the limbs of C(c, i + 1), lowest first."""
    limbs[:] = 0
    i = 0
    for block in range((m + 31) // 32):
        word = marks[block]
        while word:
            low = word & -word
            word ^= low
            x = 32 * block + LAST_BIT[((low * 0x077CB531) & FULL) >> 27]
            for limb in range(limbs.size):
                limbs[limb] += np.int64(binomials[i, x, limb])
            i += 1
    carry = 0
    for limb in range(limbs.size):
        carry += limbs[limb]
        limbs[limb] = carry & FULL
        carry >>= 32
    size = width
    for limb in range(limbs.size - 1, -1, -1):
        part = size - 32 * limb
        if part > 0:
            put(words, state, limbs[limb], part)
            size -= part


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
def report(own, block, index_bits, m, omega, threshold, levels, density, codec, size, binomials, limbs, secret, state,
           marks, words):  # fmt: skip
    """Append reports of users with residues *own* of block ``block[i]``, until the stream is dry; how many.

    *codec*: 0 writes ranks in *size* bits, 1 Rice's code with parameter *size*, 2 one bit for each position. The
    arguments from *m* to *density* are arrays with an entry for each block; *size* too.
    """
    state[DRY] = 0
    for i in range(own.size):
        place, pool, left = state[PLACE], state[POOL], state[LEFT]
        j = block[i]
        inside = coin(secret, state, threshold[j])
        mark(secret, state, own[i], inside, m[j], omega[j], levels[j], density[j], marks)
        if state[DRY]:
            state[PLACE], state[POOL], state[LEFT] = place, pool, left
            return i
        if index_bits > 0:
            put(words, state, j, index_bits)
        if codec == 0:
            put_rank(words, state, marks, m[j], size[j], binomials, limbs)
        elif codec == 1:
            put_rice(words, state, marks, m[j], size[j])
        else:
            put_bitmap(words, state, marks, m[j])
    return own.size


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
        quotient, word = 0, peek(words, at)
        while word & 0x80000000:
            quotient += 1
            if quotient % 32 == 0:
                at += 32
                if at >= end:
                    return -1
                word = peek(words, at)
            else:
                word = word << 1 & FULL
        at += quotient % 32 + 1
        if at + rice > end:
            return -1
        x += 1 + (quotient << rice) + (peek(words, at) >> (32 - rice) if rice else 0)
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
