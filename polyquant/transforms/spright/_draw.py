"""How many bins and delays a plan has by default, and the random integers in it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from polyquant.algebra.gf2matrix import row_rank

from . import _index
from ._layout import basis, code_row, layout

VERIFY = {"noiseless": 8, "nso": 4, "rm": 4, "coded": 8, "osd": 0}


def default_bins(n: int, K: int | None) -> int:
    if K is None:
        return min(n, 10, max(3, -(-n // 3)))
    return min(n, max(3, next((b for b in range(n) if 3 << b >= 2 * K), n)))


def certainty(n: int, b: int, C: int) -> float:
    """How far above its standard deviation the correlation of a bin must be: the L of osd."""
    return math.sqrt(2 * ((n - b + 1) * math.log(2) + math.log(C) + b * math.log(2))) + 0.5


def default_delays(n: int, b: int, C: int, K: int | None, decoder: str, sigma: float, smallest: float | None) -> int:
    """The default number of delays of a group."""
    if decoder != "osd":
        return (3 if decoder == "nso" else 1) * len(layout(decoder, range(n - b))) + VERIFY[decoder]
    if not sigma or smallest is None:
        return n - b + 7
    strong = K is not None and K * smallest**2 >= 9.999 * sigma**2  # a signal of 10 dB
    needed = ((certainty(n, b, C) + 2.5) * sigma / smallest) ** 2 / (1 << b)
    return max(n - b + (3 if strong else 7), math.ceil(needed))


def repetitions(n: int, b: int, decoder: str, delays: int) -> int:
    """How often the layout of the decoder is repeated, if a group has so many delays."""
    if decoder == "osd":
        if delays < n - b + 1:
            raise ValueError(f"delays must be at least n - b + 1 = {n - b + 1} for osd, got {delays}")
        return 1
    size = len(layout(decoder, range(n - b)))
    if delays < size:
        raise ValueError(f"delays must be at least {size} for {decoder} with n - b = {n - b}, got {delays}")
    return 1 if decoder in ("noiseless", "coded") else max(1, (delays - min(VERIFY[decoder], delays - size)) // size)


class Raw:
    """Integers from the raw stream of PCG64, which numpy keeps for ever."""

    def __init__(self, seed: int) -> None:
        self._source = np.random.PCG64(seed)

    def below(self, n: int) -> int:
        """A uniform integer below 2^n."""
        if n == 0:
            return 0
        raw = self._source.random_raw(_index.words(n)).tolist()
        return int(sum(word << 64 * w for w, word in enumerate(raw)) >> 64 * _index.words(n) - n)


def draw(raw: Raw, n: int, b: int, decoder: str, delays: int, reps: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    columns: tuple[int, ...] = ()
    while len(columns) < b:
        longer = (*columns, raw.below(n))
        columns = longer if row_rank(longer) == len(longer) else columns
    free, back = basis(n, columns)
    while True:
        found = _draw_delays(raw, n, layout(decoder, free), delays, reps if decoder != "noiseless" else 0, back[b:])
        if decoder != "osd" or row_rank([code_row(d, back[b:]) for d in found]) == n - b + 1:
            return columns, found


def _draw_delays(
    raw: Raw, n: int, parts: Sequence[int], delays: int, reps: int, back: Sequence[int]
) -> tuple[int, ...]:
    """The layout at random offsets (offset 0 if reps is 0), then random delays.

    Two delays that differ by a sum of columns read the same samples, so the random ones are drawn anew until they
    differ from all others by more than that, as long as there are such.
    """
    starts = [raw.below(n) for _ in range(reps)] if parts else []
    found = [start ^ part for start in (starts if reps else [0]) for part in parts]
    seen = {code_row(d, back) for d in found}
    while len(found) < delays:
        delay = raw.below(n)
        row = code_row(delay, back)
        if row not in seen or len(seen) == 1 << len(back):
            found.append(delay)
            seen.add(row)
    return tuple(found)
