"""GF(p): integers modulo a prime."""

from dataclasses import dataclass
from math import isqrt

from polyquant import _check

__all__ = ["PrimeField", "is_prime"]

_SMALL = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def is_prime(n: int) -> bool:
    """Whether *n* is prime.

    Proven below 3.3e24 [SW17], where the first thirteen primes are enough as Miller-Rabin bases. Above, a strong Lucas
    test joins in (Baillie-PSW and more); no composite number is known that passes.

    >>> [n for n in range(20) if is_prime(n)]
    [2, 3, 5, 7, 11, 13, 17, 19]

    References
    ----------
    [SW17] J. Sorenson, J. Webster, Strong pseudoprimes to twelve prime bases.
    """
    n = _check.integer("n", n)
    if n < 2:
        return False
    for p in (*_SMALL, 41):
        if n % p == 0:
            return n == p
    if not all(_is_strong_probable_prime(n, base) for base in (*_SMALL, 41)):
        return False
    return n < 3_317_044_064_679_887_385_961_981 or _is_lucas_probable_prime(n)


def _is_strong_probable_prime(n: int, base: int) -> bool:
    twos = ((n - 1) & -(n - 1)).bit_length() - 1
    power = pow(base, (n - 1) >> twos, n)
    if power in (1, n - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % n
        if power == n - 1:
            return True
    return False


def _jacobi(a: int, n: int) -> int:
    a, sign = a % n, 1
    while a:
        while a % 2 == 0:
            a //= 2
            if n % 8 in (3, 5):
                sign = -sign
        if a % 4 == 3 and n % 4 == 3:
            sign = -sign
        a, n = n % a, a
    return sign if n == 1 else 0


def _is_lucas_probable_prime(n: int) -> bool:
    """The strong Lucas test with Selfridge's parameters: the first D of 5, -7, 9, ... with Jacobi symbol -1, P = 1."""
    if isqrt(n) ** 2 == n:
        return False
    d = 5
    while _jacobi(d, n) != -1:
        d = -(d + 2) if d > 0 else 2 - d
    q = (1 - d) // 4
    twos = ((n + 1) & -(n + 1)).bit_length() - 1
    u, v, power = 0, 2, 1  # U_0, V_0, q^0
    for bit in bin((n + 1) >> twos)[2:]:
        u, v, power = u * v % n, (v * v - 2 * power) % n, power * power % n
        if bit == "1":
            u, v, power = _half(u + v, n), _half(d * u + v, n), power * q % n
    if u == 0 or v == 0:
        return True
    for _ in range(twos - 1):
        v, power = (v * v - 2 * power) % n, power * power % n
        if v == 0:
            return True
    return False


def _half(a: int, n: int) -> int:
    return (a + n * (a & 1)) // 2 % n


@dataclass(frozen=True, slots=True)
class PrimeField:
    """The field of integers modulo the prime *p*; elements are 0 to p - 1.

    >>> PrimeField(257).inverse(2)
    129
    """

    p: int

    def __post_init__(self) -> None:
        if not is_prime(_check.integer("p", self.p, 2)):
            raise ValueError(f"p must be prime, got {self.p}")

    @property
    def order(self) -> int:
        """The number of elements."""
        return self.p

    def add(self, a: int, b: int) -> int:
        """The sum."""
        return (a + b) % self.p

    def subtract(self, a: int, b: int) -> int:
        """The difference."""
        return (a - b) % self.p

    def multiply(self, public: int, secret: int) -> int:
        """The product."""
        return public * secret % self.p

    def inverse(self, a: int) -> int:
        """1 / a.

        Raises
        ------
        ZeroDivisionError
            *a* is 0.
        """
        if not a % self.p:
            raise ZeroDivisionError(f"0 has no inverse in GF({self.p})")
        return pow(a, -1, self.p)

    def __str__(self) -> str:
        return f"GF({self.p})"
