"""How far a command is."""

import sys
import time

WIDTH = 30


class Bar:
    """Progress on a terminal; silent everywhere else."""

    def __init__(self, what: str, quiet: bool) -> None:
        self._what = what
        self._shown = sys.stderr.isatty() and not quiet
        self._start = time.monotonic()
        self._drawn = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._shown or (done < total and now - self._drawn < 0.1):
            return
        self._drawn = now
        filled = WIDTH * done // total
        speed = done / max(now - self._start, 1e-9) / 1e6
        line = f"\r{self._what} [{'#' * filled}{'.' * (WIDTH - filled)}] {100 * done // total:3d} %  {speed:.0f} MB/s "
        print(line, end="\n" if done == total else "", file=sys.stderr, flush=True)
