"""Slow and obvious: polynomials over GF(2) as lists of coefficients, Gaussian elimination on rows kept as integers."""

from itertools import zip_longest


def add(a, b):
    return [x ^ y for x, y in zip_longest(a, b, fillvalue=0)]


def times(a, b):
    product = [0] * (len(a) + len(b))
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            product[i + j] ^= x & y
    return product


def coefficients(number, count):
    return [number >> i & 1 for i in range(count)]


def number(coefficients):
    return sum(bit << i for i, bit in enumerate(coefficients))


def share(word, m, secret, series, bits):
    """sum r_j P^j + s P^(k-1) modulo x^m, all powers written out; integers of *bits* coefficients."""
    point = [int(symbol) for symbol in word]
    power, value = [1], []
    for r in (*series, secret):
        value = add(value, times(coefficients(r, bits), power))
        power = times(power, point)
    return number(value[:m])


def reduce(basis, row):
    """*row* minus what *basis* {leading bit: row} can cancel."""
    while row and row.bit_length() in basis:
        row ^= basis[row.bit_length()]
    return row


def span(rows):
    basis = {}
    for row in rows:
        row = reduce(basis, row)
        if row:
            basis[row.bit_length()] = row
    return basis


def rank(rows):
    return len(span(rows))
