"""Several functions timed in one run: interleaved, so that a busy moment hits all of them, and the best time counts."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

BUDGET = 0.5  # seconds for one row of a table, about


class Row(NamedTuple):
    """What is timed: *amount* things (symbols, values, bytes) for each call of *run*."""

    name: str
    amount: float
    run: Callable[[], object]


def once(run: Callable[[], object], calls: int = 1) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - start) / calls


def times(rows: list[Row], rounds: int = 9) -> list[list[float]]:
    """Seconds per call of every row in every round; short functions are called often enough to be seen."""
    for row in rows:
        row.run()  # compiled, and in the cache
    calls = [max(1, int(BUDGET / rounds / max(once(row.run), 1e-7))) for row in rows]
    measured: list[list[float]] = [[] for _ in rows]
    for _ in range(rounds):
        for seconds, row, n in zip(measured, rows, calls):
            seconds.append(once(row.run, n))
    return measured


def table(title: str, unit: str, rows: list[Row], rounds: int = 9) -> str:
    """Rates of *rows* as text; ratios are to the first row, which is ours."""
    measured = times(rows, rounds)
    ours = rows[0].amount / min(measured[0])
    lines = [f"{title}: {'best':>24} {'median':>12} {'ours is':>10}"]
    for row, seconds in zip(rows, measured):
        best, median = row.amount / min(seconds), row.amount / statistics.median(seconds)
        lines.append(f"  {row.name:<38} {scaled(best)}{unit}/s {scaled(median)}{unit}/s {ours / best:9.2f} x")
    return "\n".join(lines)


def scaled(rate: float) -> str:
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rate >= factor:
            return f"{rate / factor:7.2f} {prefix}"
    return f"{rate:7.2f}  "
