"""Exercises of the lessons about sparse spectra. Cases are fresh in every run."""

import math
from collections.abc import Callable, Iterable, Sequence
from random import SystemRandom
from typing import Any

import numpy as np

from polyquant.algebra.gf2matrix import row_rank
from polyquant.transforms.spright import Plan, plan, sparse_wht
from polyquant.transforms.spright.trials import function, trial

from ._verdict import Verdict, Wrong, ask, judge

FRESH = SystemRandom()
SEQUENCE = (list, tuple, np.ndarray)
TOLERANCE = 1e-9


# ---- the aliasing identity


def aliasing_identity(alias: Callable[[list[int], list[float], list[int], int], Any]) -> Verdict:
    """Check a function that predicts the bins of a sparse spectrum without taking a sample.

    Parameters
    ----------
    alias : function of (list of int, list of float, list of int, int) to a sequence of float
        Support, coefficients, the b columns and the delay d, to the 2^b values U_d[j], j from 0 to 2^b - 1.
    """

    def check() -> str:
        cases = [([5], [1.0], [1, 2], 0), *(_alias_case() for _ in range(25))]
        for support, coeffs, columns, delay in cases:
            hint = "for each k: which bin does it fall into, and with which sign?"
            copies = list(support), list(coeffs), list(columns)
            got = ask(alias, *copies, delay, kind=SEQUENCE, hint=hint)
            _right_bins(got, support, coeffs, columns, delay)
        return f"{len(cases)} spectra, up to {2 ** max(len(c[2]) for c in cases)} bins, and not one sample"

    return judge(check)


def _alias_case() -> tuple[list[int], list[float], list[int], int]:
    n = FRESH.randint(3, 8)
    b = FRESH.randint(1, min(4, n))
    columns: list[int] = []
    while row_rank(columns) < b:
        columns = [FRESH.randrange(1, 1 << n) for _ in range(b)]
    support = FRESH.sample(range(1 << n), FRESH.randint(1, min(6, 1 << n)))
    return (
        support,
        [round(FRESH.uniform(0.5, 2) * FRESH.choice([-1, 1]), 3) for _ in support],
        columns,
        _odd(support, n),
    )


def _odd(support: list[int], n: int) -> int:
    """A delay that flips at least one sign, if there is one."""
    delays = [FRESH.randrange(1 << n) for _ in range(50)]
    return next((d for d in delays if any((d & k).bit_count() % 2 for k in support)), 0)


def sampled_bins(support: list[int], coeffs: list[float], columns: list[int], delay: int) -> list[float]:
    """The bins by their definition: sample the function, transform the samples, all by plain sums."""

    def f(m: int) -> float:
        return sum(-F if (k & m).bit_count() % 2 else F for k, F in zip(support, coeffs))

    size = 1 << len(columns)
    samples = []
    for place in range(size):
        m = delay
        for i, column in enumerate(columns):
            m ^= column if place >> i & 1 else 0
        samples.append(f(m))
    return [
        sum(v * (-1) ** ((j & place).bit_count() % 2) for place, v in enumerate(samples)) / size for j in range(size)
    ]


def _right_bins(got: Any, support: list[int], coeffs: list[float], columns: list[int], delay: int) -> None:
    place = f"support {support}, columns {columns}, delay {delay}"
    values = _numbers(got, place)
    right = sampled_bins(support, coeffs, columns, delay)
    if len(values) != len(right):
        raise Wrong(f"{place}: {len(right)} bins are needed, got {len(values)}", "b columns make 2^b bins")
    if _close(values, right):
        return
    if _close(values, sampled_bins(support, coeffs, columns, 0)):
        raise Wrong(f"{place}: these are the bins without delay", "what does f[m XOR d] do to (-1)^<k, m>?")
    if _close(values, sampled_bins(support, coeffs, columns[::-1], delay)):
        raise Wrong(
            f"{place}: right values in the wrong bins", "bit i of the bin belongs to columns[i], bit 0 is the last"
        )
    if _close([abs(v) for v in values], [abs(v) for v in right]):
        raise Wrong(f"{place}: a sign is wrong", "<d, k> counts the ones that d and k have in common, modulo 2")
    if _close([sum(values)], [sum(coeffs)]) and delay:
        raise Wrong(f"{place}: the delay changes signs, but not in your answer", "which factor has each F[k]?")
    factor = max(values, key=abs) / max(right, key=abs)
    if abs(factor) > TOLERANCE and _close(values, [factor * v for v in right]):
        raise Wrong(
            f"{place}: all bins are off by the same factor", "the transform of a bin is divided by 2^b: what is left?"
        )
    hint = "bit i of the bin of k is the parity of columns[i] AND k; several k may fall into one bin"
    raise Wrong(f"{place}: bin {_first(values, right)} is wrong", hint)


def _numbers(got: Any, place: str) -> list[float]:
    try:
        values = [float(v) for v in got]
    except (TypeError, ValueError):
        raise Wrong(f"{place}: the bins must be real numbers") from None
    if not all(map(math.isfinite, values)):
        raise Wrong(f"{place}: a bin is not a finite number")
    return values


def _close(a: Sequence[float], b: Sequence[float]) -> bool:
    return len(a) == len(b) and all(abs(x - y) < TOLERANCE for x, y in zip(a, b))


def _first(a: Sequence[float], b: Sequence[float]) -> int:
    return next(i for i, (x, y) in enumerate(zip(a, b)) if abs(x - y) >= TOLERANCE)


# ---- who is in a bin


def single_in_a_bin(read: Callable[[list[int], list[float]], Any]) -> Verdict:
    """Check a function that says whether a bin holds nothing, one coefficient, or several; there is no noise.

    Parameters
    ----------
    read : function of (list of int, list of float) to "empty", "several" or (int, float)
        Delays and the value of the bin at each: the delays are 0, then 1, 2, 4, ..., 512 (n = 10), then 8 random ones.
        The pair is the index k and the coefficient, if there is just one. Values are rounded as computers do.
    """

    def check() -> str:
        cases = [_first_case(), *(_bin_case(kind) for kind in _KINDS)]
        for kind, members, delays, values in cases:
            _right_reading(
                ask(read, list(delays), list(values), kind=(str, *SEQUENCE), hint=_HINTS[kind]), kind, members
            )
        return f"{len(cases)} bins with nothing, one, two and three coefficients, and you read them all"

    return judge(check)


_KINDS = ("empty", "one", "two", "one", "opposite", "three", "equal", "tiny") * 25
_HINTS = {
    "empty": "what is every value of an empty bin, whatever the delay?",
    "one": "one coefficient has the same size at every delay; the delay 2^i tells bit i by the sign",
    "tiny": "sums of numbers like 0.1 are not exact: how large is an error of rounding, compared with the values?",
    "two": "several coefficients: is there a delay at which the size differs?",
    "three": "several coefficients: is there a delay at which the size differs?",
    "opposite": "+a and -a add up to 0 at delay 0, but not at every delay",
    "equal": "+1, +1 and -1 may look like one coefficient at the first delays; what are the last eight for?",
}
_BITS = 10


def _first_case() -> tuple[str, dict[int, float], list[int], list[float]]:
    """The same in every run, so that the first complaint is, too."""
    delays = [0, *(1 << i for i in range(_BITS)), *range(3, 11)]
    return "one", {6: 1.5}, delays, [1.5 * (-1) ** ((d & 6).bit_count() % 2) for d in delays]


def _bin_case(kind: str) -> tuple[str, dict[int, float], list[int], list[float]]:
    while True:
        delays = [0, *(1 << i for i in range(_BITS)), *(FRESH.randrange(1 << _BITS) for _ in range(8))]
        members = _members(kind)
        values = [sum(a * (-1) ** ((d & k).bit_count() % 2) for k, a in members.items()) for d in delays]
        values = [v + FRESH.uniform(-1, 1) * 1e-13 * max(map(abs, members.values()), default=1.0) for v in values]
        if len(members) < 2 or max(map(abs, values)) - min(map(abs, values)) > 1e-3:
            return kind, members, delays, values


def _members(kind: str) -> dict[int, float]:
    count = {"empty": 0, "one": 1, "tiny": 1, "two": 2, "opposite": 2, "three": 3, "equal": 3}[kind]
    keys = FRESH.sample(range(1 << _BITS), count)
    if kind == "equal":  # at 0 and at the powers of two they look like one coefficient
        agree = ~(keys[0] ^ keys[1])
        third = (keys[0] & agree | keys[2] & ~agree) & ((1 << _BITS) - 1)
        if third in keys[:2]:
            return _members(kind)
        keys[2] = third
    sizes = [FRESH.choice([-1, 1]) * FRESH.uniform(0.3, 3) for _ in keys]
    if kind == "tiny":
        sizes = [size * 1e-6 for size in sizes]
    if kind == "opposite":
        sizes = [sizes[0], -sizes[0]]
    if kind == "equal":
        sizes = [sizes[0], sizes[0], -sizes[0]]
    return dict(zip(keys, sizes))


def _right_reading(got: Any, kind: str, members: dict[int, float]) -> None:
    right = {0: "empty", 1: "one coefficient"}.get(len(members), "several")
    said = str(got) if isinstance(got, str) else "one coefficient"
    if isinstance(got, str) and got not in ("empty", "several"):
        raise Wrong(f'an answer is "empty", "several" or a pair (k, coefficient), got {got!r}')
    if said != right:
        raise Wrong(f"a bin with {_story(kind)}: you said {said}", _HINTS[kind])
    if right != "one coefficient":
        return
    pair = tuple(got)
    if len(pair) != 2:
        raise Wrong(f"one coefficient is a pair (k, coefficient), got {len(pair)} values")
    (k, size), (found, value) = next(iter(members.items())), pair
    if found != k:
        raise Wrong("one coefficient: the index is wrong", "compare the signs at delay 2^i and at delay 0")
    if not math.isclose(float(value), size, rel_tol=1e-6):
        raise Wrong("one coefficient: right index, wrong value", "which delay shows the coefficient with its own sign?")


def _story(kind: str) -> str:
    return {
        "empty": "nothing in it",
        "one": "one coefficient in it",
        "tiny": "one small coefficient in it",
        "two": "two coefficients in it",
        "opposite": "a coefficient and its opposite in it",
        "three": "three coefficients in it",
        "equal": "three coefficients of one size in it",
    }[kind]


# ---- an adversary, and the answer to him

ADVERSARY_N = 12


def fixed_groups() -> Plan:
    """The groups that the adversary of the exercise knows: n = 12, three groups of 8 bins."""
    return plan(ADVERSARY_N, b=3, C=3, decoder="noiseless", seed=12, dense=False)


def defeat_the_groups(support: Iterable[int], redrawn: Plan) -> Verdict:
    """Check a support that the fixed groups cannot resolve, and groups that can.

    Parameters
    ----------
    support : two to six int
        Different indices below 2^12.
    redrawn : Plan
        Groups of the same kind and the same cost as :func:`fixed_groups`.
    """

    def check() -> str:
        fixed, found = fixed_groups(), _support(support)
        _same_kind(redrawn, fixed)
        for _ in range(5):
            coeffs = np.array([FRESH.uniform(0.5, 2) * FRESH.choice([-1, 1]) for _ in found])
            first = _transform(found, coeffs, fixed)
            if first.converged:
                hint = "two indices meet in a bin if all parities of column AND k agree: what about their XOR?"
                raise Wrong(f"the fixed groups find all {len(found)} coefficients of this support", hint)
            second = _transform(found, coeffs, redrawn)
            if not second.converged or second.support.tolist() != found:
                raise Wrong("the redrawn groups do not find this support either", "draw again, with another seed")
        return f"status {first.status!r} with the fixed groups, {second.status!r} with the others, for any coefficients"

    return judge(check, 30)


def _support(support: Any) -> list[int]:
    if support is Ellipsis or support is None:
        raise Wrong("nothing is written there yet", "which indices share their bin in every group?")
    try:
        found = [int(k) for k in support]
    except (TypeError, ValueError):
        raise Wrong(f"the support is a list of whole numbers, got {support!r}") from None
    if not 2 <= len(set(found)) == len(found) <= 6:
        raise Wrong(f"the support has two to six different indices, got {len(found)}")
    if not all(0 <= k < 1 << ADVERSARY_N for k in found):
        raise Wrong(f"indices are below 2^{ADVERSARY_N}, got {found}")
    return sorted(found)


def _same_kind(redrawn: Any, fixed: Plan) -> None:
    if not isinstance(redrawn, Plan):
        raise Wrong(f"the redrawn groups are a Plan, got {type(redrawn).__name__}", "plan(12, b=3, C=3, seed=...)")
    if (redrawn.n, redrawn.b, redrawn.C, redrawn.decoder) != (fixed.n, fixed.b, fixed.C, fixed.decoder):
        raise Wrong("the redrawn groups must be of the same kind", "plan(12, b=3, C=3, seed=...)")
    if redrawn.cost() > fixed.cost():
        raise Wrong(f"{redrawn.cost()} samples are more than the {fixed.cost()} of the fixed groups")


def _transform(support: list[int], coeffs: Any, design: Plan) -> Any:
    fn = function(np.array(support, np.uint64), coeffs, ADVERSARY_N)
    return sparse_wht(fn, ADVERSARY_N, plan=design, validate=0)


# ---- a design

DESIGN_N, DESIGN_K, DESIGN_SNR, BUDGET, RUNS, WANTED = 24, 80, 6.0, 20_000, 20, 18


def design_for_noise(b: int, C: int, P: int) -> Verdict:
    """Check a design for n = 24, 80 coefficients +1 or -1 and 6 dB, with at most 20,000 samples: 18 of 20 runs exact.

    Parameters
    ----------
    b, C, P : int
        C groups of 2^b bins with P random delays each, decoder osd.
    """

    def check() -> str:
        designs = _designs(b, C, P)
        exact, missed, false = 0, 0, 0
        for i, design in enumerate(designs, 1):
            outcome = trial(design, DESIGN_K, DESIGN_SNR, FRESH.randrange(1 << 30))
            exact, missed, false = exact + outcome.exact, missed + outcome.missed, false + outcome.false
            if i - exact > RUNS - WANTED:
                raise Wrong(f"{exact} of {i} runs were exact, {WANTED} of {RUNS} are wanted", _advice(b, C, P, missed))
        return f"{exact} of {RUNS} runs exact, with {designs[0].cost():,} samples of {1 << DESIGN_N:,}"

    return judge(check, 120)


def _designs(b: Any, C: Any, P: Any) -> list[Plan]:
    if any(value is Ellipsis or value is None for value in (b, C, P)):
        raise Wrong("nothing is written there yet", "start with the limit of lesson 41: how many coefficients a bin?")
    for name, value, low, high in (("b", b, 1, 14), ("C", C, 1, 20), ("P", P, 1, 10_000)):
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Wrong(f"{name} is a whole number from {low} to {high}, got {value!r}")
    cost = C * P << b
    if cost > BUDGET:
        raise Wrong(f"{C} x {P} x {1 << b} = {cost:,} samples, {BUDGET:,} are allowed")
    least = DESIGN_N - b + 1
    if least > P:
        raise Wrong(
            f"{P} delays cannot name {DESIGN_N - b} bits and a sign", f"how many unknowns has a bin? {C} x {P} ..."
        )
    seeds = [FRESH.randrange(1 << 30) for _ in range(RUNS)]
    return [plan(DESIGN_N, b=b, C=C, decoder="osd", delays=P, seed=seed) for seed in seeds]


def _advice(b: int, C: int, P: int, missed: int) -> str:
    load, limits = DESIGN_K / (1 << b), {1: 0.0, 2: 0.9997, 3: 2.4554, 4: 3.0891}
    if load > 0.7 * limits.get(C, 3.5):
        return f"{load:.2g} coefficients a bin in {C} groups: how far is that from the limit of lesson 41?"
    return "peeling has room enough; what averages the noise away in a bin, its 2^b samples or its P delays, or both?"
