"""What secret_sharing.js must compute, from polyquant.sharing.shamir and polyquant.algebra."""

from collections import Counter
from functools import cache
from itertools import combinations, product

import numpy as np

from polyquant.algebra import polynomial
from polyquant.algebra.gfp import PrimeField
from polyquant.errors import InconsistentSharesError
from polyquant.sharing import shamir

PRIMES = (7, 11, 17)


def cases():
    rng = np.random.default_rng(20)
    return [*arithmetic(rng), *dealings(rng), *damages(rng), *enumerations(rng)]


def case(call, *arguments, **said):
    return {"call": call, "arguments": list(arguments), **said}


def arithmetic(rng):
    for p in (2, 3, *PRIMES):
        field = PrimeField(p)
        yield from (case("inverse", a, p, expected=field.inverse(a)) for a in range(1, p))
        yield case("inverse", 0, p, raises="no inverse")
        yield from (case("mod", a, p, expected=a % p) for a in (-3 * p, -p - 1, -1, 0, p - 1, p, 7 * p + 1))
        for degree in range(-1, 5):
            curve = rng.integers(p, size=degree + 1).tolist()
            values = [polynomial.evaluate(field, curve, x) for x in range(p)]
            yield from (case("evaluate", curve, x, p, expected=value) for x, value in enumerate(values))
    for p, size in product(PRIMES, range(1, 7)):
        field = PrimeField(p)
        xs = rng.permutation(p)[:size].tolist()  # also the place 0
        for at in (0, p - 1, xs[0]):
            yield case("weights", xs, at, p, expected=list(polynomial.lagrange(field, xs, at)))
        ys = rng.integers(p, size=size).tolist()
        curve = polynomial.interpolate(field, xs, ys)
        points = list(zip(xs, ys))
        yield case("interpolate", points, p, expected=list(curve))
        yield from (case("weighed", points, at, p, expected=polynomial.evaluate(field, curve, at)) for at in range(p))
    yield case("interpolate", [[1, 0], [2, 0]], 7, expected=[])
    yield case("interpolate", [], 7, expected=[])


def dealt(rng, p, k, n):
    """Secret, coins, and the shares 1 to n."""
    secret, *coins = rng.integers(p, size=k).tolist()
    return secret, coins, shamir.deal(secret, k, n, field=PrimeField(p), coefficients=coins)


def points_of(shares):
    return [[share.x, share.value] for share in shares]


def dealings(rng):
    """Deal, lose, recover, and what a further secret would take."""
    for p, k, n in product(PRIMES, (2, 3, 4), (4, 5, 6)):
        secret, coins, shares = dealt(rng, p, k, n)
        yield case("deal", secret, coins, list(range(1, n + 1)), p, expected=points_of(shares))
        yield case("recoveries", points_of(shares), k, p, expected=[secret] * len(list(combinations(shares, k))))
        yield case("suspects", points_of(shares), k, p, expected=list(range(1, n + 1)) if n > k + 1 else [])
        few = [shares[i] for i in sorted(rng.permutation(n)[: k - 1].tolist())]
        yield case("recoveries", points_of(few), k, p, expected=[])
        yield case("counts", points_of(few), k, p, expected=[1] * p)
        for guess in range(p):
            xs, ys = [0, *(share.x for share in few)], [guess, *(share.value for share in few)]
            curve = polynomial.interpolate(PrimeField(p), xs, ys)
            coins = [*curve, *[0] * (k - len(curve))][1:k]
            yield case("interpolate", [[0, guess], *points_of(few)], p, expected=list(curve))
            yield case("deal", guess, coins, xs[1:], p, expected=points_of(few))  # another secret, the same shares


def damages(rng):
    """One share is wrong: k + 1 notice it, k + 2 say whose it is."""
    for p, k, n in product(PRIMES, (2, 3, 4), (4, 5, 6)):
        _, _, shares = dealt(rng, p, k, n)
        at = int(rng.integers(n))
        value = (shares[at].value + int(rng.integers(1, p))) % p
        shares[at] = shamir.ShamirShare(at + 1, k, PrimeField(p), value, shares[at].set_id)
        said = [shamir.recover(chosen) for chosen in combinations(shares, k)]
        yield case("recoveries", points_of(shares), k, p, expected=said)
        yield case("counts", points_of(shares), k, p, expected=fitting(shares, p))
        if n > k + 1:
            _, wrong = shamir.recover_robust(shares, max_errors=1)
            yield case("suspects", points_of(shares), k, p, expected=list(wrong))
        if n > k:
            alone = shares[: k + 1] if at <= k else [shares[at], *shares[:k]]
            yield case("counts", points_of(alone), k, p, expected=[0] * p)


def fitting(shares, p):
    """For each secret how many curves have it and go through all *shares*, which are k or more: 0 or 1."""
    try:
        found = shamir.recover(shares)
    except InconsistentSharesError:
        found = None
    return [int(secret == found) for secret in range(p)]


@cache
def all_dealings(p, k, n):
    """Every curve of degree below k: its secret and the values at 1 to n."""
    return [
        (secret, [share.value for share in shamir.deal(secret, k, n, field=PrimeField(p), coefficients=coins)])
        for secret in range(p)
        for coins in product(range(p), repeat=k - 1)
    ]


def enumerations(rng):
    """Possible secrets, counted by trying every curve there is; the values need not come from any dealing."""
    for p, k in ((3, 2), (5, 2), (5, 3), (7, 2), (7, 3), (11, 2)):
        n = min(p - 1, 4)
        for held, _ in product(range(n + 1), range(3)):
            xs = sorted((rng.permutation(n)[:held] + 1).tolist())
            ys = rng.integers(p, size=held).tolist()
            begun = Counter(s for s, values in all_dealings(p, k, n) if [values[x - 1] for x in xs] == ys)
            yield case("counts", list(zip(xs, ys)), k, p, expected=[begun[s] for s in range(p)])
