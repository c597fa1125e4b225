"""Reed-Solomon codes as curves: the curve of low degree that misses the fewest of the given points."""

from collections.abc import Sequence

from . import polynomial
from .polynomial import Field

__all__ = ["decode"]


def decode(
    field: Field, xs: Sequence[int], ys: Sequence[int], k: int, max_errors: int
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The curve of degree below *k* that misses at most *max_errors* points, and the xs of those, or None.

    Gao's algorithm [GAO03]: Euclid on prod (y - x_i) and the curve through all points, stopped half way. It finds the
    curve whenever 2 max_errors <= len(xs) - k, and then there is only one.

    >>> from polyquant.algebra.gfp import PrimeField
    >>> decode(PrimeField(257), [1, 2, 3, 4], [11, 12, 99, 14], 2, 1)
    ((10, 1), (3,))

    References
    ----------
    [GAO03] S. Gao, A new algorithm for decoding Reed-Solomon codes.
    """
    old: tuple[int, ...] = (1,)
    for x in xs:
        old = polynomial.multiply(field, (field.subtract(0, x), 1), old)
    new = polynomial.interpolate(field, xs, ys)
    old_factor: tuple[int, ...] = ()
    factor: tuple[int, ...] = (1,)
    while 2 * (len(new) - 1) >= len(xs) + k:
        quotient, rest = polynomial.divide(field, old, new)
        old, new = new, rest
        product = polynomial.multiply(field, quotient, factor)
        negative = tuple(field.subtract(0, c) for c in product)
        old_factor, factor = factor, polynomial.add(field, old_factor, negative)
    curve, rest = polynomial.divide(field, new, factor)
    missed = tuple(x for x, y in zip(xs, ys) if polynomial.evaluate(field, curve, x) != y)
    if rest or len(curve) > k or len(missed) > max_errors:
        return None
    return curve, missed
