import threading
import time

import pytest

from polyquant import _parallel


def test_chunks_cover_everything_once():
    for n in (0, 1, 9, 10, 11):
        pieces = _parallel.chunks(n, 5)
        assert [i for a, b in pieces for i in range(a, b)] == list(range(n))
        assert all(b - a <= 5 for a, b in pieces)


@pytest.mark.parametrize("threads", [1, 2, 5, None])
def test_results_keep_their_order_on_any_number_of_threads(threads):
    assert _parallel.run(lambda x: x * x, range(20), threads) == [x * x for x in range(20)]


def test_a_failing_chunk_surfaces():
    def work(x):
        if x == 3:
            raise ValueError("chunk 3 is bad")
        return x

    for threads in (1, 3):
        with pytest.raises(ValueError, match="chunk 3 is bad"):
            _parallel.run(work, range(6), threads)


def test_after_an_interruption_no_chunk_is_begun(monkeypatch):
    begun, go_on, join = [], threading.Event(), threading.Thread.join

    def work(x):
        begun.append(x)
        if threading.current_thread() is not threading.main_thread():
            assert go_on.wait(20)
        else:
            time.sleep(0.05)
            raise ValueError("the last that the calling thread takes")

    def interrupted(thread, timeout=None):
        monkeypatch.setattr(threading.Thread, "join", join)
        threading.Timer(0.05, go_on.set).start()
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _parallel.run(work, range(6), 2)
    assert sorted(begun) == [0, 1]


def test_threads_really_run_side_by_side():
    barrier = threading.Barrier(2, timeout=20)
    places = _parallel.run(lambda _: barrier.wait(), range(2), 2)  # one alone would wait until the timeout
    assert sorted(places) == [0, 1]


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_a_number_of_threads_is_checked(threads):
    with pytest.raises((ValueError, TypeError), match="threads must be"):
        _parallel.run(abs, [1, 2], threads)


def test_only_one_holds_the_lock():
    inside = []

    def work(_):
        with _parallel.one_at_a_time():
            inside.append(1)
            assert len(inside) == 1
            time.sleep(0.001)
            inside.pop()

    _parallel.run(work, range(8), 4)
    assert not inside
