"""Lessons are looked at side by side, and times are taken alone."""

import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / ".ci"))

from browser.turns import Turns


def test_nobody_moves_while_one_takes_times():
    turns, moving, seen = Turns(), [], []

    def work(name):
        for _ in range(5):
            with turns:
                for _ in range(20):
                    turns.rest()
                    moving.append(name)
                    time.sleep(0.0005)
                    moving.remove(name)
                with turns.alone():
                    seen.append(list(moving))
                    time.sleep(0.001)
                    seen.append(list(moving))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert seen == [[]] * 30
