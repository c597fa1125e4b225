"""Limits of time: they interrupt, they leave what stood before, and one may stand in another."""

import signal
import threading
import time

import pytest

from polyquant.exercises._verdict import judge, time_limit

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs signals that interrupt")


class Rung(BaseException):
    pass


def test_an_endless_answer_is_stopped_though_it_swallows_every_exception():
    def endless():
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    verdict = judge(endless, seconds=0.05)
    assert not verdict
    assert verdict.message == "no answer after 0.05 s"


def test_the_outer_limit_goes_on_counting_after_an_inner_one():
    def body():
        with time_limit(0.2, Rung("outer")):
            with time_limit(30, Rung("inner")):
                time.sleep(0.01)
            time.sleep(30)

    with pytest.raises(Rung, match="outer"):
        body()


def test_the_inner_limit_is_its_own():
    with time_limit(30, Rung("outer")):
        with pytest.raises(Rung, match="inner"), time_limit(0.02, Rung("inner")):
            time.sleep(30)
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 30


def test_nothing_is_left_behind():
    before = signal.getsignal(signal.SIGALRM)
    with time_limit(30, Rung()):
        assert signal.getsignal(signal.SIGALRM) is not before
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_in_other_threads_nothing_is_limited():
    done = []

    def body():
        with time_limit(0.001, Rung()):
            time.sleep(0.02)
            done.append(True)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert done == [True]
