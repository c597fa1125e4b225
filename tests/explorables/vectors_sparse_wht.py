"""Aliasing and peeling in the browser beside the library: transforms, bins, who is alone, and what whole runs find."""

from functools import partial

import numpy as np

from polyquant.algebra.gf2matrix import row_rank
from polyquant.transforms import fwht
from polyquant.transforms.spright import Plan, bins, plan, sparse_wht
from polyquant.transforms.spright.bins import places, points
from polyquant.transforms.spright.peel import peel
from polyquant.transforms.spright.plan import basis
from polyquant.transforms.spright.trials import function, random_spectrum

N = 10
DELAYS = (0, *(1 << i for i in range(N)))
EVERYWHERE = np.arange(1 << N, dtype=np.uint64)
ENOUGH = 40


def case(call, arguments, expected, **more):
    return {"call": call, "arguments": arguments, "expected": expected, **more}


def cases():
    rng = np.random.default_rng(1)
    found = [case("parity", [x], x.bit_count() % 2) for x in (0, 1, 2, 3, 255, 256, 1023, 1 << 20, (1 << 30) - 1)]
    for n in range(N + 1):
        x = rng.normal(size=1 << n)
        found.append(case("fwht", [x.tolist()], fwht(x).tolist()))
    return [*found, *ranks(rng), *groups(), *readings(rng), *noisy_readings(rng), *runs()]


def ranks(rng):
    for many in range(1, 12):
        for bits in (2, 4, 10):
            columns = rng.integers(0, 1 << bits, many).tolist()
            yield case("rank", [columns], row_rank(columns))


def groups():
    """Where a group reads, where indices fall, what the bins show."""
    for b in (0, 1, 2, 3, 4, 6):
        for seed in range(3):
            columns = columns_of(b, 1, seed)[0]
            design = Plan(N, b, ((columns, DELAYS),))
            for p in (0, 1, 7):
                yield case("points", [columns, DELAYS[p]], points(design)[0, p].tolist())
            for k in (0, 1, 512, 1023, 37 * seed + 5):
                yield case("binOf", [columns, k], int(places(design, [k])[0, 0]))
            f = signal(9, seed)[2]
            yield case("binValues", [f.tolist(), columns, DELAYS], bins(lambda m, f=f: f[m], design)[0].tolist())


def columns_of(b, C, seed):
    return [columns for columns, _ in plan(N, b=b, C=C, decoder="noiseless", seed=seed, dense=False).groups]


def signal(K, seed, sigma=0.0):
    """Indices, coefficients of sizes 0.5 to 1.5, and all values."""
    support, coeffs = random_spectrum(N, K, seed, equal=False)
    return support, coeffs, function(support, coeffs, N, sigma=sigma, seed=seed)(EVERYWHERE)


def signs(k):
    return np.array([(-1.0) ** (k & delay).bit_count() for delay in DELAYS])


def bin_of(columns, k):
    return sum((column & k).bit_count() % 2 << i for i, column in enumerate(columns))


def readings(rng):
    """Bins of known contents: none, one, several, among them pairs that cancel at delay 0 and triples in disguise."""
    for seed in range(12):
        columns = columns_of(1 + seed % 4, 1, seed)[0]
        own = [k for k in range(1 << N) if bin_of(columns, k) == seed % 2]
        read = partial(case, "decode")
        for many in range(5):
            inside = rng.choice(own, many, replace=False).tolist()
            sizes = rng.uniform(0.5, 1.5, many) * rng.choice([-1.0, 1.0], many)
            values = sum((size * signs(k) for k, size in zip(inside, sizes)), np.zeros(len(DELAYS)))
            held = {"kind": ("empty", "alone", "several")[min(many, 2)]}
            if many == 1:
                held |= {"k": inside[0], "size": float(sizes[0])}
            yield read([columns, seed % 2, values.tolist(), 0], held)
        one, other = rng.choice(own, 2, replace=False).tolist()
        yield read([columns, seed % 2, (signs(one) - signs(other)).tolist(), 0], {"kind": "several"})
        stranger = next(k for k in range(1 << N) if bin_of(columns, k) != seed % 2)  # alone, and in the wrong bin
        yield read([columns, seed % 2, signs(stranger).tolist(), 0], {"kind": "several"})
        for third in own:  # 1 + 1 - 1 in disguise: where the two agree, so does the third
            if third not in (one, other) and one & other & ~third == 0 and third & ~(one | other) == 0:
                values = signs(one) + signs(other) - signs(third)
                held = {"kind": "alone", "k": one ^ other ^ third, "size": 1.0}
                yield read([columns, seed % 2, values.tolist(), 0], held)
                break


def noisy_readings(rng):
    """The definition, over all indices: one is alone if it explains the values up to six variances of the noise."""
    for seed in range(80):
        columns = columns_of(3, 1, seed)[0]
        inside = rng.choice(1 << N, 1 + seed % 3, replace=False).tolist()
        j, variance = bin_of(columns, inside[0]), 0.01
        own = [k for k in inside if bin_of(columns, k) == j]
        values = sum(rng.choice([-1.0, 1.0]) * rng.uniform(1.2, 3) * signs(k) for k in own)
        noise = rng.normal(0, rng.choice([0.1, 0.22, 0.27]), len(DELAYS))  # of about 1, 5 or 7 variances
        values = noise / 1.5 if seed % 5 == 4 else values + noise  # signs of loud noise alone say nothing
        sizes = {k: float((signs(k) * values).mean()) for k in range(1 << N) if bin_of(columns, k) == j}
        rest = {k: float(np.square(values - size * signs(k)).mean()) for k, size in sizes.items()}
        best = min(rest, key=lambda k: rest[k])
        held = {"kind": "several"}
        if np.square(values).mean() <= 6 * variance:
            held = {"kind": "empty"}
        elif rest[best] <= 6 * variance:
            held = {"kind": "alone", "k": best, "size": sizes[best]}
        yield case("decode", [columns, j, values.tolist(), variance], held)


SIZES = "0 3 3, 1 2 1, 4 2 2, 8 3 3, 14 3 3, 14 4 3, 18 3 3, 20 3 4, 20 2 4, 20 4 1"


def runs():
    """Whole runs: the same groups, the same samples, the same coefficients, and stuck where the library is."""
    for K, b, C in (map(int, size.split()) for size in SIZES.split(",")):
        for seed in range(6):
            design = same_delays(columns_of(b, C, seed))
            columns, f = [columns for columns, _ in design.groups], signal(K, seed)[2]
            yield case("recover", [f.tolist(), columns, 0, ENOUGH], by_the_library(f, design))
    for seed in range(6):  # with a little noise: the indices of the truth, the values nearly
        support, coeffs, f = signal(6, seed, sigma=0.25)
        found = {"status": "done", "found": [[int(k), 50 * float(F)] for k, F in zip(support, coeffs)]}
        yield case("recover", [(50 * f).tolist(), columns_of(4, 3, seed), 12.5, ENOUGH], found, tolerance=0.2)


def same_delays(all_columns):
    """The plan that the browser follows: 0 and all units. The library wants those first that its decoder reads."""
    b = len(all_columns[0])
    free = [[1 << unit for unit in basis(N, columns)[0]] for columns in all_columns]
    delays = [(0, *first, *(d for d in DELAYS[1:] if d not in first)) for first in free]
    return Plan(N, b, tuple(zip(all_columns, delays)), verify=b)


def by_the_library(f, design):
    peeled = peel(design, bins(lambda m: f[m], design))
    pairs = [[int(k), float(a)] for k, a in zip(peeled.support[:, 0], peeled.amplitudes)]
    whole = sparse_wht(lambda m: f[m], N, plan=design)
    assert whole.converged != peeled.unresolved.any()
    if whole.converged:
        assert whole.support.tolist() == [k for k, _ in pairs]
    return {"status": "stuck" if peeled.unresolved.any() else "done", "found": pairs}
