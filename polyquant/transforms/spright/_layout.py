"""What delays look like: the layouts of the decoders, and the basis in which a group sees an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from ._kernels.viterbi import MEMORY, POLYNOMIALS

BLOCK = 3
"""Free coordinates that one block of the rm decoder reads at once."""


@lru_cache(maxsize=256)
def basis(n: int, columns: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The free units of a group, and its inverse map as n integers.

    The functionals k -> <column_i, k>, completed by the smallest unit vectors that are independent of the columns and
    of each other, give v = A k. The i-th of the n integers is column i of the inverse of A: what bit i of v adds to k.
    """
    free = _completion(n, columns)
    rows = [*columns, *(1 << unit for unit in free)]
    work = [row | 1 << n + i for i, row in enumerate(rows)]  # [A | 1], the left half in the low bits
    for bit in range(n):
        pivot = next(i for i in range(bit, n) if work[i] >> bit & 1)
        work[bit], work[pivot] = work[pivot], work[bit]
        work = [row ^ work[bit] if i != bit and row >> bit & 1 else row for i, row in enumerate(work)]
    inverse = [row >> n for row in work]  # row u: which bits of v make bit u of k
    back = [sum((inverse[u] >> i & 1) << u for u in range(n)) for i in range(n)]
    return free, tuple(back)


def _completion(n: int, columns: Sequence[int]) -> tuple[int, ...]:
    pivots: dict[int, int] = {}
    free = []
    for place, vector in [*((-1, column) for column in columns), *((u, 1 << u) for u in range(n))]:
        row = vector
        while row and (top := row.bit_length()) in pivots:
            row ^= pivots[top]
        if row:
            pivots[row.bit_length()] = row
            if place >= 0:
                free.append(place)
    return tuple(free)


def code_row(delay: int, back: Sequence[int]) -> int:
    return sum((delay & k).bit_count() % 2 << t for t, k in enumerate(back)) | 1 << len(back)


def layout(decoder: str, free: Sequence[int], block: int = BLOCK) -> list[int]:
    """The delays of one repetition of *decoder*, relative to its offset; empty for osd, which has no structure."""
    units = [1 << unit for unit in free]
    if decoder in ("noiseless", "nso"):
        return [0, *units]
    if decoder == "rm":
        blocks = [units[i : i + block] for i in range(0, len(units), block)]
        return [0, *(delay for part in blocks for delay in _sums(part)[1:])]
    if decoder == "coded":
        return list(_coded(units))
    return []


def _sums(units: Sequence[int]) -> list[int]:
    found = [0]
    for unit in units:
        found += [value ^ unit for value in found]
    return found


def _coded(units: Sequence[int]) -> Iterator[int]:
    for time in range(len(units) + MEMORY):
        for polynomial in POLYNOMIALS:
            delay = 0
            for tap in range(MEMORY + 1):
                if polynomial >> tap & 1 and 0 <= time - tap < len(units):
                    delay ^= units[time - tap]
            yield delay


def structure(
    n: int, decoder: str, verify: int, columns: tuple[int, ...], delays: tuple[int, ...]
) -> tuple[int, int] | None:
    """(repetitions, block) of the layout that the delays follow, None if they follow none."""
    free = basis(n, columns)[0]
    own = delays[: len(delays) - verify]
    for block in (BLOCK, 2, 4) if decoder == "rm" else (0,):
        parts = layout(decoder, free, block)
        reps, rest = divmod(len(own), len(parts))
        if rest or not reps or (reps > 1 and decoder in ("noiseless", "coded")):
            continue
        starts = [own[r * len(parts)] ^ parts[0] for r in range(reps)]
        if own == tuple(start ^ part for start in starts for part in parts):
            return reps, block
    return None
