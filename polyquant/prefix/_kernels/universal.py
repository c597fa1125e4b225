"""One codeword of any universal code in 64-bit arithmetic: the general case behind the tables.

A code is a *kind* (a number below), a *parameter* (uint64, 0 for codes without one) and for Fibonacci's code *weights*
(uint64: two rows, the weights of order *parameter* and the sums of those before each). All numbers but kinds and
states are uint64. But for its ones, which can be as many as the integer, a codeword has at most 128 bits, the first 64
called high and the others low.

Functions take numbers, not arrays: handing an array on costs more than the arithmetic. Nothing here follows the texts
of the one-value path; tests compare the two. No sum or difference leaves 64 bits and no shift reaches 64, so plain
Python gives the same answers without a warning.
"""

from polyquant._kernel import kernel
from polyquant.bits._kernels.words import U, bit_length

UNARY, GAMMA, DELTA, OMEGA, LEVENSHTEIN, EVEN_RODEH, FIBONACCI, GOLOMB, RICE, EXP_GOLOMB, ZETA, LEB128 = range(12)
MAX = U(2**63 - 1)
ALL = U(2**64 - 1)
ZERO = U(0)
ONE = U(1)
WORD = U(64)
HIGH_BITS = U(0x8080808080808080)  # of each byte


# writing --------------------------------------------------------------------------------------------------------


@kernel
def parts(kind, parameter, n):
    """The codeword of *n*, first bits first: a run of ones, up to 64 bits of head, up to 64 bits of body.

    Returns (ones, head, head_size, body, body_size). The caller has checked that the code covers *n*, and calls
    :func:`fibonacci` for that code.
    """
    if kind == GAMMA:
        return _gamma(n, ZERO)
    if kind == EXP_GOLOMB:
        return _gamma(n + (ONE << parameter), parameter)
    if kind == DELTA:
        size = bit_length(n)
        return ZERO, size, U(2) * bit_length(size) - ONE, n - (ONE << (size - ONE)), size - ONE
    if kind == RICE:
        return n >> parameter, ZERO, ONE, n & ((ONE << parameter) - ONE), parameter
    if kind == UNARY:
        return n, ZERO, ONE, ZERO, ZERO
    if kind == GOLOMB:
        return _golomb(n, parameter)
    if kind == ZETA:
        return _zeta(n, parameter)
    if kind == OMEGA:
        return _omega(n)
    if kind == LEVENSHTEIN:
        return _levenshtein(n)
    if kind == EVEN_RODEH:
        return _even_rodeh(n)
    return _leb128(n)


@kernel
def _gamma(x, k):
    """The binary digits of x behind one zero for each but the first and the last k of them."""
    size = bit_length(x)
    return ZERO, ZERO, size - ONE - k, x, size


@kernel
def _golomb(n, m):
    rest = n % m
    k = bit_length(m) - ONE
    short = (ONE << k) - (m - (ONE << k))  # 2^(k+1) - m
    if rest < short:
        return n // m, ZERO, ONE, rest, k
    return n // m, ZERO, ONE, rest + short, k + ONE


@kernel
def _zeta(n, k):
    """0^h 1, then n - 2^(hk) in w - 1 bits if n < 2^(hk+1), else n in w bits, w = (h+1)k <= 124."""
    digits = bit_length(n) - ONE
    h = digits // k
    size = (h + ONE) * k
    if digits == h * k:
        n -= ONE << digits
        size -= ONE
    spill = size - U(63) if size > U(63) else ZERO  # leading zeros that do not fit into the body
    return ZERO, ONE << spill, h + ONE + spill, n, size - spill


@kernel
def _omega(n):
    if n == ONE:
        return ZERO, ZERO, ZERO, ZERO, ONE
    size = bit_length(n)
    body, body_size = n << ONE, size + ONE
    head = head_size = ZERO
    n = size - ONE
    while n > ONE:
        size = bit_length(n)
        head |= n << head_size
        head_size += size
        n = size - ONE
    return ZERO, head, head_size, body, body_size


@kernel
def _levenshtein(n):
    if n == ZERO:
        return ZERO, ZERO, ZERO, ZERO, ONE
    size = bit_length(n)
    body, body_size = n - (ONE << (size - ONE)), size - ONE
    head = head_size = ZERO
    steps = ONE
    n = size - ONE
    while n > ZERO:
        size = bit_length(n)
        head |= (n - (ONE << (size - ONE))) << head_size
        head_size += size - ONE
        steps += ONE
        n = size - ONE
    return steps, head, head_size + ONE, body, body_size


@kernel
def _even_rodeh(n):
    if n < U(4):
        return ZERO, ZERO, ZERO, n, U(3)
    if n < U(8):
        return ZERO, ZERO, ZERO, n << ONE, U(4)
    size = bit_length(n)
    body, body_size = n << ONE, size + ONE
    head = head_size = ZERO
    n = size
    while n >= U(8):
        size = bit_length(n)
        head |= n << head_size
        head_size += size
        n = size
    return ZERO, head | n << head_size, head_size + U(3), body, body_size


@kernel
def fibonacci(n, m, weights):
    """The *parts* of a Fibonacci word. The payload bit of the first weight is the first bit, so it lies highest."""
    low = (ONE << m) - ONE if m < WORD else ALL
    if n == ONE:
        return ZERO, ZERO, ZERO, low, m
    n -= U(2)
    size = bit_length(n >> ONE)  # payload bits before the last, which is 0; at least so many
    while n >= weights[1, size + ONE]:
        size += ONE
    n -= weights[1, size]
    high = ZERO
    for i in range(size):
        weight = weights[0, size - ONE - U(i)]  # from the largest down
        bit = ONE if n >= weight else ZERO
        n -= weight * bit
        place = m + ONE + U(i)
        if place < WORD:
            low |= bit << place
        else:
            high |= bit << (place - WORD)
    total = size + ONE + m
    if total <= WORD:
        return ZERO, ZERO, ZERO, low, total
    return ZERO, high, total - WORD, low, WORD


@kernel
def _leb128(n):
    count = (bit_length(n | ONE) + U(6)) // U(7)
    if count == U(9):  # the first byte goes to the head, the ninth to the end
        x = spread(n) | HIGH_BITS
        return ZERO, x & U(255), U(8), swap(x) << U(8) | n >> U(56), WORD
    x = spread(n) | HIGH_BITS & ((ONE << U(8) * (count - ONE)) - ONE)
    return ZERO, ZERO, ZERO, swap(x) >> (WORD - U(8) * count), U(8) * count


@kernel
def spread(n):
    """The low 56 bits of *n*, seven to a byte, from the lowest byte on."""
    n = (n & U(0x0FFFFFFF)) | (n & U(0x0FFFFFFF << 28)) << U(4)
    n = (n & U(0x00003FFF00003FFF)) | (n & U(0x0FFFC0000FFFC000)) << U(2)
    return (n & U(0x007F007F007F007F)) | (n & U(0x3F803F803F803F80)) << U(1)


@kernel
def gather(x):
    """The inverse of :func:`spread`; the top bit of each byte does not count."""
    x = (x & U(0x007F007F007F007F)) | (x & U(0x7F007F007F007F00)) >> U(1)
    x = (x & U(0x00003FFF00003FFF)) | (x & U(0x3FFF00003FFF0000)) >> U(2)
    return (x & U(0x0FFFFFFF)) | (x & U(0x0FFFFFFF00000000)) >> U(4)


@kernel
def swap(x):
    """The eight bytes in the other order."""
    y = ZERO
    for j in range(8):
        y = y << U(8) | x >> U(8 * j) & U(255)
    return y


# reading --------------------------------------------------------------------------------------------------------


@kernel
def word(kind, parameter, high, low):
    """The word at the beginning of the next 128 bits: (value, bits read, whether it is a word).

    The caller calls :func:`read_fibonacci` for that code, and :func:`after_ones` when 64 ones or more come.
    """
    if kind == GAMMA:
        return _read_gamma(high, low, ZERO, U(62))
    if kind == EXP_GOLOMB:
        return _read_exp_golomb(high, low, parameter)
    if kind == DELTA:
        return _read_delta(high, low)
    if kind == ZETA:
        return _read_zeta(high, low, parameter)
    if kind == OMEGA:
        return _read_omega(high, low)
    if kind == LEVENSHTEIN:
        return _read_levenshtein(high, low)
    if kind == EVEN_RODEH:
        return _read_even_rodeh(high, low)
    if kind == LEB128:
        return _read_leb128(high, low)
    ones = WORD - bit_length(high ^ ALL)
    return after_ones(kind, parameter, ones, text(high, low, ones + ONE))


@kernel
def text(high, low, start):
    """The 64 bits from bit *start*, 0 to 127, on; zeros behind the last."""
    if start >= WORD:
        return low << (start - WORD)
    return high << start | low >> ONE >> (U(63) - start)


@kernel
def field(high, low, start, size):
    """The *size* bits, 0 to 63, from bit *start* on, as a number."""
    return text(high, low, start) >> ONE >> (U(63) - size)


@kernel
def after_ones(kind, parameter, ones, rest):
    """The unary, Rice or Golomb word that begins with *ones* ones and a zero; *rest* are the 64 bits behind."""
    if kind == UNARY:
        return ones, ones + ONE, True
    if kind == RICE:
        n = ones << parameter | rest >> ONE >> (U(63) - parameter)
        return n, ones + ONE + parameter, ones <= MAX >> parameter
    m = parameter
    k = bit_length(m) - ONE
    short = (ONE << k) - (m - (ONE << k))
    n = rest >> ONE >> (U(63) - k)
    if n >= short:
        k += ONE
        n = (rest >> (WORD - k)) - short
    if ones >> (WORD - bit_length(m) - ONE) > ZERO and ones > MAX // m:  # the quick test spares most divisions
        return ZERO, ones + ONE + k, False
    n += ones * m
    return n, ones + ONE + k, n <= MAX


@kernel
def _read_gamma(high, low, k, most):
    """At most *most* zeros, then as many digits as zeros, one more, and k more."""
    zeros = WORD - bit_length(high)
    if zeros > most:
        return ZERO, most + ONE, False
    digits = zeros + ONE + k
    if digits > WORD:
        return ZERO, zeros + digits, False
    return text(high, low, zeros) >> (WORD - digits), zeros + digits, True


@kernel
def _read_exp_golomb(high, low, k):
    n, used, good = _read_gamma(high, low, k, U(63))
    if not good:
        return ZERO, used, False
    n -= ONE << k
    return n, used, n <= MAX


@kernel
def _read_delta(high, low):
    size, used, good = _read_gamma(high, low, ZERO, U(5))
    if not good:
        return ZERO, used, False
    size -= ONE
    return ONE << size | field(high, low, used, size), used + size, True


@kernel
def _read_zeta(high, low, k):
    most = U(62) // k
    h = WORD - bit_length(high)
    if h > most:
        return ZERO, most + ONE, False
    size = (h + ONE) * k - ONE
    end = h + ONE + size
    if size > U(63):  # what stands before the last 63 bits would make it too large
        if field(high, low, h + ONE, size - U(63)) > ZERO:
            return ZERO, end, False
        size = U(63)
    n = field(high, low, end - size, size)
    least = ONE << (h * k)
    if n < least:
        return n + least, end, True
    n = n << ONE | field(high, low, end, ONE)
    return n, end + ONE, n <= MAX


@kernel
def _read_omega(high, low):
    n = ONE
    at = ZERO
    while field(high, low, at, ONE) > ZERO:
        if n > U(62):
            return ZERO, at + ONE, False
        size = n + ONE
        n = field(high, low, at, size)
        at += size
    return n, at + ONE, True


@kernel
def _read_levenshtein(high, low):
    steps = WORD - bit_length(high ^ ALL)
    if steps > U(6):
        return ZERO, U(7), False
    at = steps + ONE
    n = ZERO
    while steps > ZERO:
        if n > U(62):
            return ZERO, at, False
        size = n
        n = ONE << size | field(high, low, at, size)
        at += size
        steps -= ONE
    return n, at, True


@kernel
def _read_even_rodeh(high, low):
    n = high >> U(61)
    at = U(3)
    if n < U(4):
        return n, at, True
    while field(high, low, at, ONE) > ZERO:
        if n > U(63):
            return ZERO, at + ONE, False
        size = n
        n = field(high, low, at, size)
        at += size
    return n, at + ONE, True


@kernel
def _read_leb128(high, low):
    n = at = ZERO
    while at < U(72):
        byte = field(high, low, at, U(8))
        n |= (byte & U(127)) << (at - (at >> U(3)))
        at += U(8)
        if byte < U(128):
            return n, at, byte > ZERO or at == U(8)
    return ZERO, at, False


@kernel
def read_fibonacci(high, low, m, weights):
    """As :func:`word`. Payload bits b_1 .. b_j stand for 2 + sum of (1 + b_i) W_i over i < j, no payload for 1."""
    run_high, run_low = high, low  # ones where the next ones begin, as many as have been looked for
    for _ in range(m - ONE):
        run_high, run_low = run_high & (run_high << ONE | run_low >> U(63)), run_low & run_low << ONE
    size = WORD - bit_length(run_high)
    if size == WORD:
        size += WORD - bit_length(run_low)
    if size == ZERO:
        return ONE, m, True
    size -= ONE
    if size + m >= U(128) or weights[1, min(size, U(weights.shape[1] - 1))] > MAX:
        return ZERO, min(size + ONE + m, U(128)), False
    n = ONE + weights[1, size]  # one less than the value, which might not fit
    for start in range(0, size, 64):
        bits = text(high, low, U(start))
        if size - U(start) < WORD:
            bits = bits >> ONE >> (U(63 + start) - size) << (U(64 + start) - size)
        while bits > ZERO:
            place = bit_length(bits) - ONE
            bits ^= ONE << place
            n += weights[0, U(start + 63) - place]
    if n >= MAX:
        return ZERO, size + ONE + m, False
    return n + ONE, size + ONE + m, True
