"""Many batches, many workers, one tally: each named batch is counted exactly once, whatever breaks on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any

from polyquant import _check

from ._batch import Batch
from ._mechanism import Mechanism
from .tally import Tally

AHEAD = 64


def aggregate(
    batches: Mapping[str, Any] | Iterable[tuple[str | int, Any]],
    into: Tally,
    *,
    executor: Executor | None = None,
    load: Callable[[Any], Batch] | None = None,
    on_error: str = "raise",
    ahead: int = AHEAD,
) -> Tally:
    """Count all *batches* into the tally *into*, and return it.

    Workers make a tally of each batch, and these are merged here as they come. A batch is in the tally as a whole
    or not at all, and its name is kept. So when a worker dies and an error comes, call it again with the same *into*
    and a new executor: what is inside already is left out, and nothing is lost or counted twice.

    >>> from polyquant.ldp import RandomizedResponse
    >>> mechanism = RandomizedResponse(4, 1.0)
    >>> halls = {"north": mechanism.reports([0, 3, 3]), "south": mechanism.reports([2, 0])}
    >>> aggregate(halls, Tally(mechanism)).n
    5

    Parameters
    ----------
    batches : mapping of name to batch, or iterable of such pairs
        ``enumerate(list_of_batches)`` will do. An iterable is read only *ahead* batches in advance.
    into : Tally
        Empty, or what an earlier call has counted.
    executor : concurrent.futures.Executor, optional
        Threads, processes (with ``mp_context=multiprocessing.get_context("spawn")``), or those of a cluster, such as
        Dask's ``Client.get_executor()`` (extra ``scale``). Without one they are counted here, one after the other.
    load : function, optional
        Makes the batch from what *batches* holds (a path, a key), on the worker. With processes it must be a function
        at the top level of a module.
    on_error : str
        "raise" or "drop" for reports that cannot be right, as in :meth:`Tally.add`.
    ahead : int
        Batches that may be under way at one time, at least 1.
    """
    on_error = _check.choice("on_error", on_error, ("raise", "drop"))
    ahead = _check.integer("ahead", ahead, 1)
    if not isinstance(into, Tally):
        raise TypeError(f"into must be a Tally, got {type(into).__name__}")
    todo = ((into.mechanism, chunk, batch, load, on_error) for chunk, batch in _new(batches, into.chunks))
    if executor is None:
        for task in todo:
            into.merge(count(*task))
        return into
    waiting: set[Future[Tally]] = set()
    try:
        for task in todo:
            waiting.add(executor.submit(count, *task))
            if len(waiting) >= ahead:
                waiting = _collect(waiting, into)
        while waiting:
            waiting = _collect(waiting, into)
    finally:
        for future in waiting:
            future.cancel()
    return into


def count(
    mechanism: Mechanism, chunk: str | int, batch: Any, load: Callable[[Any], Batch] | None, on_error: str
) -> Tally:
    """The tally of one batch: what a worker does."""
    tally = Tally(mechanism)
    tally.add(batch if load is None else load(batch), chunk=chunk, on_error=on_error)
    return tally


def _new(
    batches: Mapping[str, Any] | Iterable[tuple[str | int, Any]], inside: frozenset[str]
) -> Iterator[tuple[str | int, Any]]:
    """The batches that are not inside yet. A name that comes twice in one call is caught by the merge."""
    pairs = batches.items() if isinstance(batches, Mapping) else batches
    return ((chunk, batch) for chunk, batch in pairs if str(chunk) not in inside)


def _collect(waiting: set[Future[Tally]], into: Tally) -> set[Future[Tally]]:
    """Merge what is finished; the first error is raised only when all that came out well is inside."""
    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
    errors = []
    for future in done:
        error = future.exception()
        if error is None:
            into.merge(future.result())
        else:
            errors.append(error)
    if errors:
        raise errors[0]
    return waiting
