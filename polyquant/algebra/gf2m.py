"""GF(2^m): polynomials over GF(2) modulo an irreducible one, as integers whose bit i is the coefficient of x^i."""

from dataclasses import dataclass

from polyquant import _check

__all__ = ["MODULI", "BinaryField", "is_irreducible"]

MODULI = {8: 0x11B, 16: 0x1002D, 32: 0x10000008D, 64: (1 << 64) + 0x1B, 128: (1 << 128) + 0x87}
"""The usual modulus of each usual degree."""


def _remainder(a: int, modulus: int) -> int:
    size = modulus.bit_length()
    while (extra := a.bit_length() - size) >= 0:
        a ^= modulus << extra
    return a


def _quotient(a: int, b: int) -> tuple[int, int]:
    quotient, size = 0, b.bit_length()
    while (extra := a.bit_length() - size) >= 0:
        quotient ^= 1 << extra
        a ^= b << extra
    return quotient, a


def _times(a: int, b: int) -> int:
    """The product without carries; the time depends on *a* only, so let it be the public factor."""
    product = 0
    while a:
        low = a & -a
        product ^= b * low  # a shift: low is a power of two
        a ^= low
    return product


def is_irreducible(modulus: int) -> bool:
    """Whether the polynomial *modulus* over GF(2) has no proper factor (Rabin's test).

    >>> [is_irreducible(p) for p in (0b111, 0b101, 0x11B)]
    [True, False, True]
    """
    modulus = _check.integer("modulus", modulus, 0)
    m = modulus.bit_length() - 1
    if m < 1:
        return False
    power, powers = 2, [2]  # powers[i] = x^(2^i) modulo the candidate
    for _ in range(m):
        power = _remainder(_times(power, power), modulus)
        powers.append(power)
    if powers[m] != _remainder(2, modulus):
        return False
    return all(_gcd(modulus, powers[m // d] ^ 2) == 1 for d in range(2, m + 1) if m % d == 0 and _is_small_prime(d))


def _is_small_prime(d: int) -> bool:
    return all(d % i for i in range(2, d) if i * i <= d)


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, _remainder(a, b)
    return a


@dataclass(frozen=True, slots=True)
class BinaryField:
    """The field with 2^m elements; elements are the integers below 2^m.

    >>> BinaryField(8).multiply(2, 0x80) == 0x1B
    True

    Parameters
    ----------
    m : int
        Degree, 1 to 4096.
    modulus : int, optional
        An irreducible polynomial of degree *m*; known by itself for m = 8, 16, 32, 64, 128.
    """

    m: int
    modulus: int = 0

    def __post_init__(self) -> None:
        _check.integer("m", self.m, 1, 4096)
        if not self.modulus and self.m not in MODULI:
            raise ValueError(
                f"modulus must be given unless m is one of {', '.join(map(str, MODULI))}, got m = {self.m}"
            )
        object.__setattr__(self, "modulus", _check.integer("modulus", self.modulus or MODULI[self.m], 1))
        if self.modulus.bit_length() != self.m + 1:
            raise ValueError(f"modulus must have degree {self.m}, got {self.modulus.bit_length() - 1}")
        if MODULI.get(self.m) != self.modulus and not is_irreducible(self.modulus):
            raise ValueError(f"modulus must be irreducible, got {self.modulus:#x}")

    @property
    def order(self) -> int:
        """The number of elements."""
        return 1 << self.m

    def add(self, a: int, b: int) -> int:
        """The sum."""
        return a ^ b

    def subtract(self, a: int, b: int) -> int:
        """The difference."""
        return a ^ b

    def multiply(self, public: int, secret: int) -> int:
        """The product; the running time depends on the value of the first factor, and on the length of the second."""
        return _remainder(_times(public, secret), self.modulus)

    def inverse(self, a: int) -> int:
        """1 / a, by Euclid's algorithm.

        Raises
        ------
        ZeroDivisionError
            *a* is 0.
        """
        if not a:
            raise ZeroDivisionError(f"0 has no inverse in GF(2^{self.m})")
        old, new, old_factor, factor = self.modulus, a, 0, 1
        while new != 1:
            quotient, rest = _quotient(old, new)
            old, new = new, rest
            old_factor, factor = factor, old_factor ^ _times(quotient, factor)
        return _remainder(factor, self.modulus)

    def __str__(self) -> str:
        return f"GF(2^{self.m})"
