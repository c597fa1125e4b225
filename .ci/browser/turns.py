"""Several lessons at once, and still times as on a machine of one's own.

Whoever looks at lessons holds a turn. Before a time is taken the others finish what they are doing and stand still.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """``with turns:`` around the work, ``turns.rest()`` wherever it may stop, ``with turns.alone():`` to take times."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._working = 0
        self._wanted = 0  # how many wait to be alone, or are
        self._alone = False

    def __enter__(self) -> None:
        with self._change:
            self._change.wait_for(lambda: not self._wanted)
            self._working += 1

    def __exit__(self, *error: object) -> None:
        with self._change:
            self._working -= 1
            self._change.notify_all()

    def rest(self) -> None:
        """Stand still while another one takes times."""
        if self._wanted:
            self.__exit__()
            self.__enter__()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Called by one who has a turn: nobody else moves meanwhile."""
        with self._change:
            self._working -= 1
            self._wanted += 1
            self._change.notify_all()
            self._change.wait_for(lambda: not self._working and not self._alone)
            self._alone = True
        try:
            yield
        finally:
            with self._change:
                self._alone = False
                self._wanted -= 1
                self._working += 1
                self._change.notify_all()
