"""Private frequencies: clients, wire, simulation and decoders; beside multi-freq-ldpy and pure-ldp in what they have.

A peer is left out with a line when it is not installed. pure-ldp also needs xxhash, scipy, scikit-learn and
statsmodels, which it does not ask for. Peers answer one user at a time, so their rates are per user too. Run:
``python -m benchmarks.bench_ldp``; a row counts only after its result was looked at.
"""

import math
import os
import sys
import time
from collections.abc import Callable
from itertools import cycle

import numpy as np
import pytest

from benchmarks._timing import Row, table
from polyquant import ldp
from polyquant.ldp import gram
from polyquant.ldp._client import secret_bytes
from polyquant.ldp._designs import DESIGNS

try:
    from multi_freq_ldpy.pure_frequency_oracles.SS import SS_Aggregator_MI, SS_Client
    from multi_freq_ldpy.pure_frequency_oracles.UE import UE_Client
except ImportError as error:
    SS_Client = UE_Client = None
    print(f"left out: multi-freq-ldpy ({error})")
try:
    from pure_ldp.frequency_oracles.unary_encoding import UEClient
except ImportError as error:
    UEClient = None
    print(f"left out: pure-ldp ({error})")

USERS = 20_000
MANY = 10**8


class Ready:
    """Bytes that were made before: what a client costs without its source of secrets."""

    def __init__(self) -> None:
        self._data, self._at = os.urandom(1 << 23), 0

    def __call__(self, size: int) -> bytes:
        self._at = 0 if self._at + size > len(self._data) else self._at
        self._at += size
        return self._data[self._at - size : self._at]


def clients(mechanism: ldp.SubsetSelection | ldp.ModularSubset, title: str) -> str:
    m, epsilon = mechanism.k, mechanism.epsilon
    values, ready = np.arange(USERS) % m, Ready()
    assert ldp.Tally(mechanism).add(mechanism.reports(values)) == 0  # none is bad
    size = mechanism.reports(values, codec="bitmap", entropy=(spent := Spent())) and spent.size // USERS
    sources = {"": {}, ", bytes ready": {"entropy": ready}}
    rows = [
        Row(f"polyquant, {codec}{name}", USERS, lambda c=codec, e=extra: mechanism.reports(values, codec=c, **e))
        for name, extra in sources.items()
        for codec in mechanism.codecs
    ]
    rows.append(Row(f"limit: {size} secret bytes a user", USERS, lambda: secret_bytes(size * USERS)))
    rows.append(Row("the same, from the operating system", USERS, lambda: os.urandom(size * USERS)))
    if SS_Client and isinstance(mechanism, ldp.SubsetSelection):
        items = cycle(range(m))
        rows.append(Row("multi-freq-ldpy, a list, not secret", 1, lambda: SS_Client(next(items), m, epsilon)))
    return table(f"clients of {title}", "report", rows, 5)


class Spent:
    """Counts the bytes that were asked for."""

    size = 0

    def __call__(self, size: int) -> bytes:
        self.size += size
        return os.urandom(size)


def servers(m: int, epsilon: float) -> str:
    mechanism = ldp.SubsetSelection(m, epsilon)
    values = np.arange(USERS) % m
    batches = {codec: mechanism.reports(values, codec=codec) for codec in mechanism.codecs}
    rows = [Row(f"polyquant, {c}", USERS, lambda b=batch: ldp.Tally(mechanism).add(b)) for c, batch in batches.items()]
    if SS_Client:
        lists = [SS_Client(int(x), m, epsilon) for x in values[:200]]
        rows.append(Row("multi-freq-ldpy", 200, lambda: SS_Aggregator_MI(lists, m, epsilon)))
    return table(f"reading and counting, m = {m}, epsilon = {epsilon}", "report", rows, 5)


def unary(k: int) -> str:
    mechanism = ldp.UnaryEncoding(k, 1.0)
    values, users = np.arange(2000) % k, np.full(k, MANY // k)
    rows = [
        Row("polyquant", 2000, lambda: mechanism.reports(values)),
        Row("polyquant, tally of 10^8 users", MANY, lambda: mechanism.simulate(counts=users, rng=1)),
    ]
    if UE_Client:
        rows.append(Row("multi-freq-ldpy, not secret", 1, lambda: UE_Client(5, k, 1.0, True)))
    if UEClient:
        peer = UEClient(1.0, k, use_oue=True)
        rows.append(Row("pure-ldp, not secret", 1, lambda: peer.privatise(5)))
    return table(f"clients of optimised unary encoding, k = {k}", "report", rows, 5)


def best_of(run: Callable[[], object], rounds: int = 3) -> float:
    run()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def crowds() -> str:
    """Seconds for the exact tally of 10^8 users."""
    design = DESIGNS[22000, 8, 4.0]
    cases = [
        ("subset selection k=1024 eps=1", ldp.SubsetSelection(1024, 1.0), "exact", 0.1),
        ("subset selection k=22000 eps=4", ldp.SubsetSelection(22000, 4.0), "exact", 1.0),
        ("modular k=22000 l=8 eps=4", ldp.ModularSubset(22000, 4.0, moduli=design), "exact", 3.0),
        ("modular k=22000 l=8 eps=1", ldp.ModularSubset(22000, 1.0, moduli=design), "exact", 8.0),
        ("modular k=22000 l=8 eps=4, marginal", ldp.ModularSubset(22000, 4.0, moduli=design), "marginal", 0.05),
    ]
    lines = ["exact tallies of 10^8 users: best of 2, and the target"]
    for name, mechanism, method, target in cases:
        users = np.full(mechanism.k, MANY // mechanism.k)
        seconds = best_of(lambda m=mechanism, u=users, w=method: m.simulate(counts=u, rng=1, method=w), 2)
        lines.append(f"  {name:<38} {seconds:8.3f} s   at most {target} s")
    return "\n".join(lines)


def decoders() -> str:
    lines = ["decoding with a plan: best of 5, and the target"]
    for k, target in ((1024, math.nan), (22000, 0.005), (10**6, 0.25)):
        matrix = ldp.ModularSubset(k, 1.0).gram
        start = time.perf_counter()
        plan = gram.plan(matrix)
        made = time.perf_counter() - start
        b = np.random.default_rng(1).normal(size=k)
        assert np.abs(matrix.multiply(plan.solve(b)) - b).max() < 1e-9
        seconds = best_of(lambda p=plan, v=b: p.solve(v), 5)
        both = best_of(lambda p=plan, v=b: p.solve(v, threads=2), 5)
        spectrum = best_of(lambda p=plan, v=b: np.fft.rfft(v, p.inverse.size), 5)
        lines.append(
            f"  k = {k:<8} {1e3 * seconds:8.2f} ms, in two threads {1e3 * both:.2f} ms, at most {1e3 * target} ms; "
            f"the real transform of length {plan.inverse.size} "
            f"{1e3 * spectrum:.2f} ms; plan {made:.2f} s in {plan.steps} steps"
        )
    return "\n".join(lines)


def searches() -> str:
    lines = ["searching moduli, k = 1024, epsilon = 1"]
    for ell, evaluations, bound in ((8, 200, 1.22), (16, 60, 1.11), (48, 30, 1.05)):
        start = time.perf_counter()
        found = ldp.search_moduli(1024, ell=ell, rho=ell / 2, epsilon=1.0, evaluations=evaluations)
        seconds, ratio = time.perf_counter() - start, ldp.mse_ratio(1024, found, 1.0)
        lines.append(f"  l = {ell:<3} {evaluations} designs in {seconds:.2f} s: MSE ratio {ratio:.3f}, at most {bound}")
    return "\n".join(lines)


def subsets() -> str:
    """Clients and servers of subset selection, dense sets and thin ones."""
    parts = []
    for m, epsilon in ((470, 1.0), (470, 4.0), (1024, 1.0)):
        mechanism = ldp.SubsetSelection(m, epsilon)
        parts += [clients(mechanism, f"subset selection, m = {m}, epsilon = {epsilon}"), servers(m, epsilon)]
    return "\n\n".join(parts)


def modular() -> str:
    """Clients of modular subset selection whose moduli are 470 on average."""
    moduli = DESIGNS[1024, 8, 4.0]
    parts = []
    for epsilon in (1.0, 4.0):
        mechanism = ldp.ModularSubset(1024, epsilon, moduli=moduli)
        title = f"modular subset selection, k = 1024, mean modulus {sum(moduli) // 8}, epsilon = {epsilon}"
        parts.append(clients(mechanism, title))
    return "\n\n".join(parts)


def unary_encoding() -> str:
    return unary(1024)


TABLES = [subsets, modular, unary_encoding, crowds, decoders, searches]


@pytest.mark.parametrize("title", TABLES)
def test_table(title):
    print("\n" + title())


if __name__ == "__main__":
    for title in TABLES:
        print(title(), flush=True)
    sys.exit(0)
