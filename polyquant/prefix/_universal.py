"""How each universal code writes one integer and reads it back, bit by bit.

The texts of this file follow the table in the lessons: `bin(n)` is n in binary, `tail(n)` is `bin(n)` without its
leading 1, a codeword is a str of 0 and 1, first bit first. A writer gets an integer that its code covers. A reader
gets a :class:`Cursor` and either returns such an integer or raises a ``DataError``: a run or a group that no integer
up to 2^63 - 1 has ends the reading at once.

Everything here is exact arithmetic on Python integers. The compiled kernels compute the same words in another way;
tests compare the two.
"""

from __future__ import annotations

from functools import lru_cache

from polyquant.bits import Bits
from polyquant.errors import CorruptError, TruncatedError

MAX = 2**63 - 1


class Cursor:
    """A place in a string of bits; it moves on as bits are read."""

    def __init__(self, bits: Bits, position: int) -> None:
        self.bits = bits
        self.position = position

    def number(self, size: int) -> int:
        """The next *size* bits as a number, first bit highest."""
        start, end = self.position, self.position + size
        if end > self.bits.size:
            raise TruncatedError(f"{size} bits are needed at bit {start}, {self.bits.size - start} are left")
        self.position = end
        piece = self.bits.data[start // 8 : (end + 7) // 8]
        return int.from_bytes(piece, "big") >> -end % 8 & ((1 << size) - 1)

    def run(self, bit: int, most: int) -> int:
        """How many times *bit* comes until the other bit ends the run, which is read too."""
        count = 0
        while self.number(1) == bit:
            count += 1
            if count > most:
                raise CorruptError(f"more than {most} bits {bit} in a row before bit {self.position}")
        return count


def tail(n: int) -> str:
    """Binary without the leading 1."""
    return f"{n:b}"[1:]


def fixed(n: int, size: int) -> str:
    """Binary in exactly *size* bits, none for size 0."""
    return f"{n:0{size}b}" if size else ""


def covered(n: int) -> int:
    """*n* itself, unless it is larger than any integer that has a codeword here."""
    if n > MAX:
        raise CorruptError(f"the word stands for {n}, more than 2^63 - 1")
    return n


# unary: n ones, then a zero -------------------------------------------------------------------------------------


def write_unary(n: int) -> str:
    return "1" * n + "0"


def read_unary(bits: Cursor) -> int:
    return bits.run(1, MAX)


# truncated binary: 0 <= x < m, some x one bit shorter than the others -------------------------------------------


def write_truncated(x: int, m: int) -> str:
    k = m.bit_length() - 1
    short = 2 ** (k + 1) - m  # so many x have k bits
    return fixed(x, k) if x < short else fixed(x + short, k + 1)


def read_truncated(bits: Cursor, m: int) -> int:
    k = m.bit_length() - 1
    short = 2 ** (k + 1) - m
    x = bits.number(k)
    return x if x < short else (x << 1 | bits.number(1)) - short


# Golomb: quotient in unary, remainder in truncated binary; Rice: the same with m = 2^k --------------------------


def write_golomb(n: int, m: int) -> str:
    return write_unary(n // m) + write_truncated(n % m, m)


def read_golomb(bits: Cursor, m: int) -> int:
    quotient = bits.run(1, MAX // m)
    return covered(quotient * m + read_truncated(bits, m))


def length_golomb(n: int, m: int) -> int:
    return n // m + len(write_golomb(n % m, m))  # the run of ones alone can be longer than any memory


def write_rice(n: int, k: int) -> str:
    return write_golomb(n, 2**k)


def read_rice(bits: Cursor, k: int) -> int:
    return read_golomb(bits, 2**k)


# Elias: the length of n first (gamma, delta), and its length, and its length ... (omega) ------------------------


def write_gamma(n: int) -> str:
    return "0" * (n.bit_length() - 1) + f"{n:b}"


def read_gamma(bits: Cursor, most: int = 62) -> int:
    zeros = bits.run(0, most)  # the 1 that ends the run is the leading 1 of n
    return 1 << zeros | bits.number(zeros)


def write_delta(n: int) -> str:
    return write_gamma(n.bit_length()) + tail(n)


def read_delta(bits: Cursor) -> int:
    size = read_gamma(bits, 5) - 1
    return 1 << size | bits.number(size)


def write_omega(n: int) -> str:
    word = "0"
    while n > 1:
        word, n = f"{n:b}" + word, n.bit_length() - 1
    return word


def read_omega(bits: Cursor) -> int:
    n = 1
    while bits.number(1):  # a group of n more bits follows its leading 1
        n = 1 << n | bits.number(_group(n, 62))
    return n


# Levenshtein and Even-Rodeh: like omega, with another way to say where it ends ----------------------------------


def write_levenshtein(n: int) -> str:
    word, steps = "", 0
    while n > 0:
        word, n, steps = tail(n) + word, n.bit_length() - 1, steps + 1
    return write_unary(steps) + word


def read_levenshtein(bits: Cursor) -> int:
    n = 0
    for _step in range(bits.run(1, 6)):
        n = 1 << n | bits.number(_group(n, 62))
    return n


def write_even_rodeh(n: int) -> str:
    if n < 4:
        return fixed(n, 3)
    word = "0"
    while n >= 8:
        word, n = f"{n:b}" + word, n.bit_length()
    return fixed(n, 3) + word


def read_even_rodeh(bits: Cursor) -> int:
    n = bits.number(3)
    while n >= 4 and bits.number(1):  # a group of n bits that starts with this 1
        n = 1 << (n - 1) | bits.number(_group(n, 63) - 1)
    return n


def _group(size: int, most: int) -> int:
    if size > most:
        raise CorruptError(f"a group of {size} bits, no integer up to 2^63 - 1 needs more than {most}")
    return size


# Fibonacci of order m: a payload without m ones in a row, then m ones -------------------------------------------


@lru_cache
def fibonacci_weights(m: int) -> tuple[int, ...]:
    """W_1, W_2, ... up to the first above 2^63: 1, 2, 4, ..., 2^(m-1), then each the sum of the m before it."""
    weights = [1]
    while weights[-1] <= MAX:
        weights.append(sum(weights[-m:]) + (len(weights) < m))
    return tuple(weights)


def write_fibonacci(n: int, m: int) -> str:
    weights = fibonacci_weights(m)
    if n == 1:
        return "1" * m
    size, r = 1, n - 2  # r words of `size` payload bits come before this one
    while r >= weights[size - 1]:
        r -= weights[size - 1]
        size += 1
    payload = "0"
    for weight in reversed(weights[: size - 1]):
        payload = ("1" if weight <= r else "0") + payload
        r -= weight if weight <= r else 0
    return payload + "1" * m


def read_fibonacci(bits: Cursor, m: int) -> int:
    weights = fibonacci_weights(m)
    word = ""
    while not word.endswith("1" * m):
        if len(word) >= len(weights) + m:
            raise CorruptError(f"{len(word)} bits without the end of a word")
        word += str(bits.number(1))
    payload = word[:-m]
    if not payload:
        return 1
    shorter = 1 + sum(weights[: len(payload) - 1])
    return covered(1 + shorter + sum(w for w, bit in zip(weights, payload[:-1]) if bit == "1"))


# exp-Golomb: gamma of the high bits, then k low bits ------------------------------------------------------------


def write_exp_golomb(n: int, k: int) -> str:
    return write_gamma((n >> k) + 1) + fixed(n % 2**k, k)


def read_exp_golomb(bits: Cursor, k: int) -> int:
    high = read_gamma(bits, 63) - 1
    return covered(high << k | bits.number(k))


# zeta: which of the intervals [2^(hk), 2^((h+1)k)), then the place in it ----------------------------------------


def write_zeta(n: int, k: int) -> str:
    h = (n.bit_length() - 1) // k
    low, high = 2 ** (h * k), 2 ** ((h + 1) * k)
    return "0" * h + "1" + write_truncated(n - low, high - low)


def read_zeta(bits: Cursor, k: int) -> int:
    h = bits.run(0, 62 // k)
    low, high = 2 ** (h * k), 2 ** ((h + 1) * k)
    return covered(low + read_truncated(bits, high - low))


# LEB128: bytes of 7 bits, low ones first, the top bit says that more follow -------------------------------------


def write_leb128(n: int) -> str:
    word = ""
    while n >= 128:
        word += fixed(128 | n % 128, 8)
        n >>= 7
    return word + fixed(n, 8)


def read_leb128(bits: Cursor) -> int:
    n = 0
    for i in range(9):
        byte = bits.number(8)
        n |= byte % 128 << 7 * i
        if byte < 128:
            if i and not byte:
                raise CorruptError(f"superfluous zero byte before bit {bits.position}")
            return n
    raise CorruptError(f"more than 9 bytes before bit {bits.position}")
