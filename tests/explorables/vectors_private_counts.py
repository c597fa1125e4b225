"""What polyquant says where private_counts.js computes: designs, channels, wire, dials, estimates, error bars."""

import math
from itertools import combinations

import numpy as np

from polyquant.algebra.crt import ResidueSystem
from polyquant.errors import DomainError
from polyquant.ldp import ModularSubset, RandomizedResponse, SubsetSelection, best_omega, search_moduli
from polyquant.ldp.gram import plan
from polyquant.ldp.moduli import check_moduli
from polyquant.ldp.wire import encode, enum_bits

EPSILONS = (0.25, 1.0, 2.5, 6.0)
LAWS = ("zipf", "hills", "spike")
OWN = (None, (5, 5, 9, 11), (4, 6, 9, 10), (13, 14), (2, 12, 60), (12,), (60, 2), (7, 8, 9, 10, 11, 13))


def mechanism(name, k, epsilon, dials=None):
    if name == "grr":
        return RandomizedResponse(k, epsilon)
    if name == "ss":
        return SubsetSelection(k, epsilon)
    return ModularSubset(k, epsilon, moduli=dials or chosen(k))


def chosen(k):
    return search_moduli(k, ell=4, rho=2, epsilon=1.0, seed=0)


def design(m):
    """A mechanism as the page describes it."""
    if isinstance(m, RandomizedResponse):
        return {"k": m.k, "epsilon": m.epsilon, "dials": [m.k], "sizes": [1]}
    return {"k": m.k, "epsilon": m.epsilon, "dials": list(m._moduli), "sizes": list(m._omegas)}


def designs():
    for k in (12, 24, 36, 60):
        for epsilon in EPSILONS:
            for name in ("grr", "ss", "mss"):
                yield mechanism(name, k, epsilon)
    yield from (mechanism("mss", 12, 1.0, dials) for dials in OWN)


def histogram(rng, k):
    f = rng.dirichlet(np.full(k, 0.3))
    return f / f.sum()


def cases():
    rng = np.random.default_rng(30)
    return [*choices(), *channels(rng), *dials(rng), *servers(rng), *crowds()]


def choices():
    for m in (2, 3, 5, 11, 47, 60):
        for epsilon in EPSILONS:
            yield {"call": "setSize", "arguments": [m, epsilon], "expected": best_omega(m, epsilon)}
    for k in (12, 24, 36, 48, 60):
        for name in ("grr", "ss", "mss"):
            yield {"call": "design", "arguments": [name, k, 1.0], "expected": design(mechanism(name, k, 1.0))}
    other = mechanism("mss", 24, 2.0, (8, 11, 23))
    yield {"call": "design", "arguments": ["mss", 24, 2.0, [8, 11, 23]], "expected": design(other)}


def channels(rng):
    """Every report of small designs, and of larger ones a few: its probability, its bits."""
    small = [
        mechanism("grr", 5, 1.0),
        mechanism("ss", 6, 0.5),
        mechanism("mss", 6, 1.1, (3, 4, 5)),
        mechanism("mss", 4, 1.0, (2, 3, 5)),
    ]
    for m in small:
        made, channel = design(m), m.channel()
        sets = [
            (j, hours)
            for j, (hands, size) in enumerate(zip(made["dials"], made["sizes"]))
            for hours in combinations(range(hands), size)
        ]
        assert len(sets) == channel.shape[1]
        for column, (j, hours) in enumerate(sets):
            for item in range(m.k):
                yield {
                    "call": "chanceOf",
                    "arguments": [made, item, j, hours],
                    "expected": float(channel[item, column]),
                }
            bits = str(m.outputs()[column])
            dial = (len(made["dials"]) - 1).bit_length()
            yield {"call": "reportText", "arguments": [made, j, hours], "expected": [bits[:dial], bits[dial:]]}
    for m in designs():
        made = design(m)
        for j, (hands, size, block) in enumerate(zip(made["dials"], made["sizes"], blocks(m))):
            expected = {"p": float(block[0]), "q": float(block[1]), "gap": float(block[0] - block[1])}
            yield {"call": "chances", "arguments": [hands, size, m.epsilon], "expected": expected, "tolerance": 1e-12}
            hours = sorted(rng.choice(hands, size, replace=False).tolist())
            dial = format(j, f"0{bits}b") if (bits := (len(made["dials"]) - 1).bit_length()) else ""
            yield {
                "call": "reportText",
                "arguments": [made, j, hours],
                "expected": [dial, str(encode(hours, hands, "enum")) if hands > 1 else ""],
            }
        bits = [
            (len(made["dials"]) - 1).bit_length() + enum_bits(*sizes) for sizes in zip(made["dials"], made["sizes"])
        ]
        assert max(bits) == m.message_bits
        yield {"call": "reportBits", "arguments": [made], "expected": bits}


def blocks(m):
    if isinstance(m, RandomizedResponse):
        q, p = m._levels()
        return [(p, q)]
    return [(block.p, block.q) for block in m._blocks()]


def dials(rng):
    for moduli in ((7, 9, 11, 20), (3, 5, 7), (6, 10, 15), (4, 6), (60,), (2, 3, 5), (53, 59, 60, 47, 49, 43)):
        system = ResidueSystem(moduli)
        for x in (0, 1, 23, 59, *rng.integers(0, 60, 3).tolist()):
            yield {"call": "residues", "arguments": [x, moduli], "expected": system.residues(x)}
        for x in (0, system.size - 1, *rng.integers(0, system.size, 3).tolist()):
            hands = system.residues(x)
            yield {
                "call": "readDials",
                "arguments": [hands, moduli],
                "expected": {"value": system.value(hands), "period": system.size},
            }
        for k in (5, 12, 24, 60):
            yield {"call": "rank", "arguments": [k, moduli], "expected": system.rank(k)}
    yield {"call": "readDials", "arguments": [[0, 1], [4, 6]], "raises": "No number has the hands 0, 1"}
    for item, hour, m, k, wanted in (
        (5, 6, 7, 24, 6),
        (23, 0, 7, 24, 21),
        (0, 6, 7, 24, 6),
        (11, 3, 20, 24, 3),
        (20, 3, 20, 24, 23),
        (9, 50, 60, 24, 9),
    ):
        yield {"call": "nearest", "arguments": [item, hour, m, k], "expected": wanted}


def servers(rng):
    for m in designs():
        made, f = design(m), histogram(rng, m.k)
        n = int(rng.choice([125, 8000, 1_024_000]))
        yield {"call": "deviations", "arguments": [made, n, f.tolist()], "expected": np.sqrt(m.variance(n, f)).tolist()}
        tally = m.simulate(counts=rng.multinomial(n, f), rng=rng)
        lit = np.split(tally.counts, np.cumsum(made["dials"])[:-1])
        shares = m.estimate(tally).frequency.tolist()
        yield {
            "call": "estimate",
            "arguments": [made, [part.tolist() for part in lit], tally.users.tolist()],
            "expected": shares,
        }
        if isinstance(m, ModularSubset):
            yield {"call": "inverse", "arguments": [made], "expected": plan(m.gram).dense().tolist()}
    made = design(mechanism("mss", 12, 1.0, (4, 5, 9)))
    yield {
        "call": "estimate",
        "arguments": [made, [[1] * 4, [0] * 5, [1] * 9], [4, 0, 9]],
        "raises": "drawn by no user",
    }
    for k, moduli in ((24, (2, 3, 5)), (12, (5, 7)), (24, (4, 6, 8)), (24, (7, 8, 9)), (60, (20, 20, 20))):
        try:
            check_moduli(k, moduli)
        except DomainError:
            made = {"k": k, "epsilon": 1.0, "dials": moduli, "sizes": [1] * len(moduli)}
            yield {
                "call": "inverse",
                "arguments": [made],
                "raises": f"can solve only {ResidueSystem(moduli).rank(k)} of {k}",
            }
        else:
            raise AssertionError(f"the library takes {moduli} for {k} items")


def crowds():
    """Whole users whose shares are as near to the law as can be."""
    for law in LAWS:
        for k, n in ((12, 125), (24, 8000), (60, 1_024_000)):
            weights = np.array([LAW[law](x, k) for x in range(k)])
            counts = np.diff(np.floor(n * np.cumsum(weights) / weights.sum() + 0.5), prepend=0).astype(int).tolist()
            yield {"call": "histogram", "arguments": [law, k, n], "expected": counts}


LAW = {
    "zipf": lambda x, k: 1 / (x + 1),
    "hills": lambda x, k: (
        math.exp(-(((x - k / 4) / (0.08 * k)) ** 2) / 2) + 0.6 * math.exp(-(((x - 0.7 * k) / (0.06 * k)) ** 2) / 2)
    ),
    "spike": lambda x, k: k - 1 if x == k // 3 else 1,
}
