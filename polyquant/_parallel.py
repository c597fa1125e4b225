"""Kernels over chunks in threads: the only place that counts cores.

Kernels release the GIL, so threads are enough. Each takes the next chunk when it is done with one, the calling thread
too: waking a thread costs as much as coding 100 KB, so no thread is woken twice. A failing chunk surfaces as an
exception, the first by position.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from polyquant._check import integer

T = TypeVar("T")
R = TypeVar("R")

_lock = threading.Lock()


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_or_all(threads: int | None) -> int:
    """*threads* checked; None means all cores."""
    return cores() if threads is None else integer("threads", threads, 1, 1024)


def chunks(n: int, size: int) -> list[tuple[int, int]]:
    """[start, stop) pieces of fixed *size* that cover range(n): the same on any number of cores."""
    size = integer("size", size, 1)
    return [(start, min(start + size, n)) for start in range(0, integer("n", n, 0), size)]


def run(function: Callable[[T], R], items: Sequence[T], threads: int | None = 1) -> list[R]:
    """``[function(item) for item in items]``, in up to *threads* threads, results in order."""
    workers = min(threads_or_all(threads), len(items))
    if workers <= 1:
        return [function(item) for item in items]
    waiting = iter(enumerate(items))  # next() of it is one step that no other thread interrupts
    results: dict[int, R] = {}
    failures: dict[int, BaseException] = {}

    def work() -> None:
        for place, item in waiting:
            try:
                results[place] = function(item)
            except BaseException as error:
                failures[place] = error
            if failures:  # chunks are taken in order: all before the failing one have been
                return

    helpers = [threading.Thread(target=work) for _ in range(workers - 1)]
    for helper in helpers:
        helper.start()
    work()
    for helper in helpers:
        try:
            helper.join()
        except KeyboardInterrupt as error:  # nobody takes another chunk, and nobody writes after the return
            failures[-1] = error
            helper.join()
    if failures:
        raise failures[min(failures)]
    return [results[place] for place in range(len(items))]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold this around a ``prange`` kernel: two at once abort the process on numba's fallback threading layer."""
    with _lock:
        yield
