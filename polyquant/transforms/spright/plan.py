"""Which samples to take: groups of columns (how coefficients share bins) and delays (what tells them apart).

The paper's letters: N = 2^n values, K coefficients, C groups of B = 2^b bins, P delays a group. Everything is decided
here, before the first sample; a :class:`Plan` is plain integers and can be stored.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from polyquant import _check
from polyquant.algebra.gf2matrix import row_rank
from polyquant.errors import CorruptError

from . import _index
from ._index import Limbs

DECODERS = ("noiseless", "nso", "rm", "coded", "osd")
POLYNOMIALS = (0o133, 0o171, 0o165)
MEMORY = 6
"""The convolutional code of the coded decoder: rate 1/3, 2^6 states; bit t of a polynomial multiplies the message t steps ago."""
BLOCK = 3
"""Free coordinates that one block of the rm decoder reads at once."""
VERIFY = {"noiseless": 8, "nso": 4, "rm": 4, "coded": 8, "osd": 0}

Group = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to sample a function of n bits, and how its bins are to be decoded.

    >>> tiny = Plan(3, 1, groups=(((0b011,), (0b000, 0b001, 0b100)),))
    >>> tiny.cost(), tiny.B, tiny.C, tiny.P
    (6, 2, 1, 3)
    >>> Plan.from_json(tiny.to_json()) == tiny
    True

    Attributes
    ----------
    n, b : int
        The function has 2^n values, each group 2^b bins.
    groups : tuple of (columns, delays)
        b linearly independent integers below 2^n, and P integers below 2^n. A group samples f at ``M l XOR d`` for each
        delay d and each l < 2^b, where M l is the XOR of the columns that the bits of l select. Empty for "dense".
    decoder : {"noiseless", "nso", "rm", "coded", "osd", "dense"}
        What the delays are made for; all but osd need the delays of their layout first, see :func:`plan`.
    verify : int
        How many delays at the end of each group are extra ones that only check.

    Raises
    ------
    ValueError
        Columns that depend on each other, numbers that are no indices, delays that do not suit the decoder.
    """

    n: int
    b: int
    groups: tuple[Group, ...] = ()
    decoder: str = "noiseless"
    verify: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", _check.integer("n", self.n, 0))
        object.__setattr__(self, "b", _check.integer("b", self.b, 0, self.n))
        _check.choice("decoder", self.decoder, (*DECODERS, "dense"))
        groups = tuple(_group(self.n, self.b, i, group) for i, group in enumerate(self.groups))
        object.__setattr__(self, "groups", groups)
        if self.decoder == "dense":
            if groups or self.verify or self.b != self.n:
                raise ValueError("a dense plan must have b = n, no groups and nothing to verify")
            return
        if not groups:
            raise ValueError("groups must not be empty")
        if len(sizes := {len(delays) for _, delays in groups}) > 1:
            raise ValueError(f"groups must have equally many delays, got {sorted(sizes)}")
        object.__setattr__(self, "verify", _check.integer("verify", self.verify, 0, max(0, self.P - 1)))
        for i, (columns, delays) in enumerate(groups):
            _suits(self, i, columns, delays)

    @property
    def B(self) -> int:
        """Bins of a group."""
        return 1 << self.b

    @property
    def C(self) -> int:
        """Groups."""
        return len(self.groups)

    @property
    def P(self) -> int:
        """Delays of a group."""
        return len(self.groups[0][1]) if self.groups else 1

    def cost(self) -> int:
        """Samples that the plan asks for, repeated ones counted again: C P 2^b, or 2^n for a dense plan."""
        return self.C * self.P * self.B if self.groups else 1 << self.n

    def to_json(self) -> str:
        """The plan as text; :meth:`from_json` reads it."""
        groups = [{"columns": columns, "delays": delays} for columns, delays in self.groups]
        fields = {"n": self.n, "b": self.b, "decoder": self.decoder, "verify": self.verify, "groups": groups}
        return json.dumps({"plan": 1, **fields})

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The plan that :meth:`to_json` wrote; CorruptError if it is not one."""
        try:
            fields = json.loads(text)
            if fields["plan"] != 1:
                raise ValueError(f"version 1 expected, got {fields['plan']!r}")
            groups = tuple((tuple(g["columns"]), tuple(g["delays"])) for g in fields["groups"])
            return cls(fields["n"], fields["b"], groups, fields["decoder"], fields["verify"])
        except (KeyError, TypeError, ValueError) as wrong:
            raise CorruptError(f"not a plan: {wrong}") from wrong


class Prepared(NamedTuple):
    """A plan as arrays for kernels; c counts groups, W = max(1, ceil(n / 64)) limbs.

    The bin j of an index k has bit i = <columns[c, i], k>. The free coordinates of k are its bits at free_units[c], t-th
    unit = t-th free bit. v = (the b bits of j, then the n - b free bits) determines k: it is the XOR of back[c, i] over
    the bits i that are set in v. The sign of k at delay p is <delays[c, p], k>; as a function of v alone, bit t of
    code[c, p] is <delays[c, p], back[c, b + t]> for t < n - b, and bit n - b is 1 (the coefficient's sign).
    """

    columns: Limbs  # (C, b, W)
    delays: Limbs  # (C, P, W): `reps` repetitions of the decoder's layout, then `verify` extra ones
    free_units: NDArray[np.int64]  # (C, n - b), ascending
    back: Limbs  # (C, n, W)
    code: Limbs  # (C, P, ceil((n - b + 1) / 64))
    verify: int
    reps: int  # repetitions of the layout with other offsets (nso, rm); 1 otherwise
    block: int  # coordinates in a block of rm; 0 otherwise


@lru_cache(maxsize=64)
def prepared(plan: Plan) -> Prepared:
    """The arrays that kernels need, computed once a plan."""
    n, b, W = plan.n, plan.b, _index.words(plan.n)
    bases = [basis(n, columns) for columns, _ in plan.groups]
    codes = [[_code_row(d, back[b:]) for d in delays] for (_, delays), (_, back) in zip(plan.groups, bases)]
    reps, block = _repetitions(plan)
    return Prepared(
        columns=np.array([_index.limbs(columns, n) for columns, _ in plan.groups]).reshape(plan.C, b, W),
        delays=np.array([_index.limbs(delays, n) for _, delays in plan.groups]).reshape(plan.C, plan.P, W),
        free_units=np.array([free for free, _ in bases], np.int64).reshape(plan.C, n - b),
        back=np.array([_index.limbs(back, n) for _, back in bases]).reshape(plan.C, n, W),
        code=np.array([_index.limbs(rows, n - b + 1) for rows in codes]),
        verify=plan.verify,
        reps=reps,
        block=block,
    )


@lru_cache(maxsize=256)
def basis(n: int, columns: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The free units of a group, and its inverse map as n integers.

    The functionals k -> <column_i, k>, completed by the smallest unit vectors that are independent of the columns and of
    each other, give v = A k. The i-th of the n integers is column i of the inverse of A: what bit i of v adds to k.
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


def _code_row(delay: int, back: Sequence[int]) -> int:
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


def _group(n: int, b: int, i: int, group: Any) -> Group:
    columns, delays = (tuple(part) for part in group)
    columns = tuple(_check.integer(f"groups[{i}] column", c, 0, (1 << n) - 1) for c in columns)
    delays = tuple(_check.integer(f"groups[{i}] delay", d, 0, (1 << n) - 1) for d in delays)
    if len(columns) != b:
        raise ValueError(f"groups[{i}] must have b = {b} columns, got {len(columns)}")
    if (found := row_rank(columns)) < b:
        raise ValueError(f"groups[{i}] must have linearly independent columns, got rank {found} of {b}: {columns}")
    if not delays:
        raise ValueError(f"groups[{i}] must have at least 1 delay")
    return columns, delays


def _suits(plan: Plan, i: int, columns: tuple[int, ...], delays: tuple[int, ...]) -> None:
    """Raise if the delays of group i are not what the decoder reads."""
    if plan.decoder == "osd":
        back = basis(plan.n, columns)[1][plan.b :]
        least = plan.n - plan.b + 1
        if (found := row_rank([_code_row(d, back) for d in delays])) < least:
            raise ValueError(f"groups[{i}] must have delays whose code has rank {least} for osd, got {found}")
    elif _structure(plan, columns, delays) is None:
        raise ValueError(f"groups[{i}] must have delays in the layout of {plan.decoder}, then {plan.verify} to verify")


def _structure(plan: Plan, columns: tuple[int, ...], delays: tuple[int, ...]) -> tuple[int, int] | None:
    """(repetitions, block) of the layout that the delays follow, None if they follow none."""
    free = basis(plan.n, columns)[0]
    own = delays[: len(delays) - plan.verify]
    for block in (BLOCK, 2, 4) if plan.decoder == "rm" else (0,):
        parts = layout(plan.decoder, free, block)
        reps, rest = divmod(len(own), len(parts))
        if rest or not reps or (reps > 1 and plan.decoder in ("noiseless", "coded")):
            continue
        starts = [own[r * len(parts)] ^ parts[0] for r in range(reps)]
        if own == tuple(start ^ part for start in starts for part in parts):
            return reps, block
    return None


def _repetitions(plan: Plan) -> tuple[int, int]:
    if plan.decoder in ("osd", "dense"):
        return 1, 0
    found = {_structure(plan, columns, delays) for columns, delays in plan.groups}
    return max(s for s in found if s is not None)


def plan(
    n: int,
    K: int | None = None,
    b: int | None = None,
    C: int | None = None,
    decoder: str = "auto",
    delays: int | None = None,
    sigma: float | None = None,
    seed: int = 0,
    *,
    smallest: float | None = None,
    dense: bool = True,
) -> Plan:
    """A plan of random groups for a function of n bits with about K coefficients.

    >>> plan(20, 100, delays=14).cost(), 2**20
    (5376, 1048576)
    >>> plan(4, 3).decoder
    'dense'

    Parameters
    ----------
    n : int
        At least 0; not limited by the word size.
    K : int, optional
        How many coefficients to expect. Without it there is room for 1.5 * 2^(n/3) of them, at most 1536.
    b : int, optional
        Bins of a group are 2^b; the default is the smallest with K <= 1.5 * 2^b, at least 3. Peeling fails beyond
        2.4554 coefficients a bin with 3 groups and beyond 3.0891 with 4.
    C : int, optional
        Groups, at least 1; the default is 3, and 4 if K < 16.
    decoder : {"auto", "noiseless", "nso", "rm", "coded", "osd"}
        How to read an index from a bin. "auto" is noiseless without *sigma*, osd with it; if there is noise of unknown
        size, say osd.

        ============ ===================================================================== ===================
        decoder      delays of a group                                                     work for a bin
        ============ ===================================================================== ===================
        noiseless    0 and the free units                                                  n
        nso          R random offsets, each also XOR each free unit                        n R
        rm           R random offsets, each XOR the sums of blocks of 3 free units         n R
        coded        the words of a convolutional code of rate 1/3 and memory 6            64 n
        osd          random                                                                n^2 P
        ============ ===================================================================== ===================
    delays : int, optional
        Delays of a group, verifying ones included; the default suits the decoder, for osd also *sigma* and *smallest*.
    sigma : float, optional
        Standard deviation of the error of one sample.
    seed : int
        At least 0; the same seed, the same plan.
    smallest : float, optional
        The smallest coefficient that must be found; decides the number of delays of osd.
    dense : bool
        If the groups would take 2^n samples or more, plan to read the whole function instead.

    Returns
    -------
    Plan
    """
    n = _check.integer("n", n, 0)
    K = None if K is None else _check.integer("K", K, 0)
    C = _check.integer("C", C, 1) if C is not None else 4 if K is not None and K < 16 else 3
    b = _bins(n, K) if b is None else _check.integer("b", b, 0, n)
    sigma = 0.0 if sigma is None else _check.real("sigma", sigma, 0)
    decoder = _check.choice("decoder", decoder, ("auto", *DECODERS))
    if decoder == "auto":
        decoder = "osd" if sigma else "noiseless"
    if smallest is not None and not _check.real("smallest", smallest, 0):
        raise ValueError("smallest must be above 0, got 0")
    if delays is not None:
        delays = _check.integer("delays", delays, 1)
    else:
        delays = _delays(n, b, C, K, decoder, sigma, smallest)
    reps = _shares(n, b, decoder, delays)
    if dense and C * delays << b >= 1 << n:
        return Plan(n, n, (), "dense")
    raw = _Bits(_check.integer("seed", seed, 0))
    groups = tuple(_draw(raw, n, b, decoder, delays, reps) for _ in range(C))
    verify = 0 if decoder == "osd" else delays - reps * len(layout(decoder, range(n - b)))
    return Plan(n, b, groups, decoder, verify)


def _bins(n: int, K: int | None) -> int:
    if K is None:
        return min(n, 10, max(3, -(-n // 3)))
    return min(n, max(3, next(b for b in range(64) if 2 * K <= 3 << b)))


def certainty(n: int, b: int, C: int) -> float:
    """How far above its standard deviation the correlation of a bin must be: L of section "osd" in the module's notes."""
    return math.sqrt(2 * ((n - b + 1) * math.log(2) + math.log(C) + b * math.log(2))) + 0.5


def _delays(n: int, b: int, C: int, K: int | None, decoder: str, sigma: float, smallest: float | None) -> int:
    """The default number of delays of a group."""
    if decoder != "osd":
        return (3 if decoder == "nso" else 1) * len(layout(decoder, range(n - b))) + VERIFY[decoder]
    if not sigma or smallest is None:
        return n - b + 7
    strong = K is not None and K * smallest**2 >= 10 * sigma**2  # a signal of 10 dB
    needed = ((certainty(n, b, C) + 2.5) * sigma / smallest) ** 2 / (1 << b)
    return max(n - b + (3 if strong else 7), math.ceil(needed))


def _shares(n: int, b: int, decoder: str, delays: int) -> int:
    """How often the layout of the decoder is repeated, if a group has so many delays."""
    if decoder == "osd":
        if delays < n - b + 1:
            raise ValueError(f"delays must be at least n - b + 1 = {n - b + 1} for osd, got {delays}")
        return 1
    size = len(layout(decoder, range(n - b)))
    if delays < size:
        raise ValueError(f"delays must be at least {size} for {decoder} with n - b = {n - b}, got {delays}")
    return 1 if decoder in ("noiseless", "coded") else max(1, (delays - min(VERIFY[decoder], delays - size)) // size)


class _Bits:
    """Integers from the raw stream of PCG64, which numpy keeps for ever."""

    def __init__(self, seed: int) -> None:
        self._source = np.random.PCG64(seed)

    def below(self, n: int) -> int:
        """A uniform integer below 2^n."""
        if n == 0:
            return 0
        raw = self._source.random_raw(_index.words(n)).tolist()
        return sum(word << 64 * w for w, word in enumerate(raw)) >> 64 * _index.words(n) - n


def _draw(raw: _Bits, n: int, b: int, decoder: str, delays: int, reps: int) -> Group:
    columns: tuple[int, ...] = ()
    while len(columns) < b:
        longer = (*columns, raw.below(n))
        columns = longer if row_rank(longer) == len(longer) else columns
    free, back = basis(n, columns)
    while True:
        found = _draw_delays(raw, n, layout(decoder, free), delays, reps if decoder != "noiseless" else 0, back[b:])
        if decoder != "osd" or row_rank([_code_row(d, back[b:]) for d in found]) == n - b + 1:
            return columns, found


def _draw_delays(
    raw: _Bits, n: int, parts: Sequence[int], delays: int, reps: int, back: Sequence[int]
) -> tuple[int, ...]:
    """The layout at random offsets (offset 0 if reps is 0), then random delays.

    Two delays that differ by a sum of columns read the same samples, so the random ones are drawn anew until they differ
    from all others by more than that, as long as there are such.
    """
    starts = [raw.below(n) for _ in range(reps)] if parts else []
    found = [start ^ part for start in (starts if reps else [0]) for part in parts]
    seen = {_code_row(d, back) for d in found}
    while len(found) < delays:
        delay = raw.below(n)
        row = _code_row(delay, back)
        if row not in seen or len(seen) == 1 << len(back):
            found.append(delay)
            seen.add(row)
    return tuple(found)
