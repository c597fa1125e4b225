import multiprocessing
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from polyquant.errors import CorruptError
from polyquant.ldp.aggregate import aggregate
from polyquant.ldp.tally import Tally
from tests.ldp import toy

TOY = toy.Toy(5)
SPAWN = multiprocessing.get_context("spawn")


def halls(count=7, seed=0):
    rng = np.random.default_rng(seed)
    return {f"hall {i}": rng.integers(0, 5, 1 + i).tolist() for i in range(count)}


def batches(values):
    return {name: TOY.batch(row) for name, row in values.items()}


def by_hand(values):
    counts = np.bincount([value for row in values.values() for value in row], minlength=5)
    return counts.tolist()


@pytest.fixture
def files(tmp_path):
    paths = {}
    for name, batch in batches(halls()).items():
        paths[name] = tmp_path / f"{name}.batch"
        paths[name].write_bytes(batch.to_bytes())
    return paths


@pytest.mark.parametrize("ahead", [1, 2, 64])
@pytest.mark.parametrize("threads", [None, 1, 3])
def test_every_batch_is_counted_once(threads, ahead):
    values = halls()
    pool = threads and ThreadPoolExecutor(threads)
    total = aggregate(batches(values), Tally(TOY), executor=pool, ahead=ahead)
    assert total.counts.tolist() == by_hand(values)
    assert total.chunks == set(values)


def test_a_list_is_named_by_its_places():
    total = aggregate(enumerate(batches(halls()).values()), Tally(TOY))
    assert total.chunks == set("0123456")
    assert total.counts.tolist() == by_hand(halls())


def test_what_is_inside_already_is_left_out():
    values = halls()
    total = aggregate(dict(list(batches(values).items())[:3]), Tally(TOY))
    assert total.n == 1 + 2 + 3
    aggregate(batches(values), total)
    assert total.counts.tolist() == by_hand(values)


def test_a_name_that_comes_twice_is_an_error():
    with pytest.raises(ValueError, match="chunk must be new, got 'a'"):
        aggregate([("a", TOY.batch([1])), ("a", TOY.batch([2]))], Tally(TOY))


def test_a_bad_report_stops_and_loses_nothing():
    values = halls()
    bad = {**batches(values), "hall 3": TOY.batch([1, 77])}
    for pool in (None, ThreadPoolExecutor(2)):
        total = Tally(TOY)
        with pytest.raises(CorruptError, match="report 1 of 2"):
            aggregate(bad, total, executor=pool)
        assert "hall 3" not in total.chunks
        assert total.n == sum(len(values[name]) for name in total.chunks)
        aggregate(batches(values), total, executor=pool)
        assert total.counts.tolist() == by_hand(values)


def test_bad_reports_can_be_dropped():
    total = aggregate({"a": TOY.batch([1, 77]), "b": TOY.batch([99])}, Tally(TOY), on_error="drop")
    assert (total.n, total.rejects, total.chunks) == (1, 2, {"a", "b"})


def test_a_stream_is_not_read_far_ahead():
    read, finished = [], []

    class Slow(ThreadPoolExecutor):
        def submit(self, *args):
            future = super().submit(*args)
            finished.append(future)
            return future

    def stream():
        for i in range(50):
            read.append(i)
            done = sum(future.done() for future in finished)
            assert len(read) <= done + 4
            yield i, TOY.batch([i % 5])

    total = aggregate(stream(), Tally(TOY), executor=Slow(1), ahead=3)
    assert total.n == 50


def test_files_are_loaded_by_the_workers(files):
    total = aggregate(files, Tally(TOY), executor=ThreadPoolExecutor(2), load=toy.read)
    assert total.counts.tolist() == by_hand(halls())


def test_a_pool_that_breaks_after_some_work_keeps_that_work():
    class Breaks(ThreadPoolExecutor):
        """The third batch and all later ones meet a broken pool."""

        seen = 0

        def submit(self, *args):
            self.seen += 1
            if self.seen <= 2:
                return super().submit(*args)
            future = Future()
            future.set_exception(BrokenExecutor("a worker died"))
            return future

    total = Tally(TOY)
    with pytest.raises(BrokenExecutor):
        aggregate(batches(halls()), total, executor=Breaks(1), ahead=2)
    assert total.n == sum(len(halls()[name]) for name in total.chunks)
    aggregate(batches(halls()), total, executor=ThreadPoolExecutor(1))
    assert total.counts.tolist() == by_hand(halls())


@pytest.mark.slow
def test_a_killed_process_loses_and_doubles_nothing(files):
    files["hall 4"] = files["hall 4"].rename(files["hall 4"].with_suffix(".deadly"))
    total = Tally(TOY)
    with ProcessPoolExecutor(2, mp_context=SPAWN) as pool, pytest.raises(BrokenExecutor):
        aggregate(files, total, executor=pool, load=toy.read)
    assert "hall 4" not in total.chunks
    assert total.n == sum(len(halls()[name]) for name in total.chunks)
    files["hall 4"] = files["hall 4"].with_suffix(".harmless")
    with ProcessPoolExecutor(2, mp_context=SPAWN) as pool:
        aggregate(files, total, executor=pool, load=toy.read)
    assert total.counts.tolist() == by_hand(halls())
    assert total.chunks == set(files)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"into": None}, TypeError, "into must be a Tally, got NoneType"),
        ({"on_error": "skip"}, ValueError, "on_error must be one of"),
        ({"ahead": 0}, ValueError, "ahead must be at least 1, got 0"),
    ],
)
def test_arguments_are_checked(arguments, error, message):
    into = arguments.pop("into", Tally(TOY))
    with pytest.raises(error, match=message):
        aggregate({}, into, **arguments)
