"""tANS from one table entry to the next; bits are one digit a byte."""

from polyquant._kernel import kernel


@kernel
def encode(symbols, counts, starts, place, size, digits):
    """Write the bits of checked symbols to the end of digits; return (state, index of the first bit).

    The last symbol goes first, so that the reader, who undoes one step after the other, begins with the first.
    """
    x = size
    at = digits.size
    for i in range(symbols.size - 1, -1, -1):
        count = counts[symbols[i]]
        while x >= 2 * count:
            at -= 1
            digits[at] = x & 1
            x >>= 1
        x = size + place[starts[symbols[i]] + x - count]
    return x, at


@kernel
def decode(x, digits, symbol, rank, symbols):
    """Fill symbols (count,); return (symbols read, bits read, last state)."""
    size = symbol.size
    at = 0
    for i in range(symbols.size):
        symbols[i] = symbol[x - size]
        x = rank[x - size]
        while x < size:
            if at == digits.size:
                return i, at, x
            x = 2 * x + digits[at]
            at += 1
    return symbols.size, at, x
