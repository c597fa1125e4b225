"""Which samples to take: groups of columns (how coefficients share bins) and delays (what tells them apart).

The paper's letters: N = 2^n values, K coefficients, C groups of B = 2^b bins, P delays a group. Everything is decided
here, before the first sample; a :class:`Plan` is plain integers and can be stored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from polyquant import _check
from polyquant.algebra.gf2matrix import row_rank
from polyquant.errors import CorruptError

from . import _draw
from ._draw import certainty
from ._layout import BLOCK, basis, code_row, layout, structure
from ._prepared import Prepared, prepared

__all__ = [
    "BLOCK",
    "DECODERS",
    "Plan",
    "Prepared",
    "basis",
    "certainty",
    "check_decodable",
    "layout",
    "plan",
    "prepared",
]

DECODERS = ("noiseless", "nso", "rm", "coded", "osd")
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
        What reads the bins; all but osd need the delays of their layout first, see :func:`plan`.
    verify : int
        How many delays at the end of each group are extra ones that only check.

    Raises
    ------
    ValueError
        Columns that depend on each other, numbers that are no indices.
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


@lru_cache(maxsize=64)
def check_decodable(plan: Plan) -> None:
    """Raise ValueError if the delays of a group are not what the decoder reads: sampling makes sense, decoding not."""
    for i, (columns, delays) in enumerate(plan.groups):
        if plan.decoder == "osd":
            back = basis(plan.n, columns)[1][plan.b :]
            least = plan.n - plan.b + 1
            if (found := row_rank([code_row(d, back) for d in delays])) < least:
                raise ValueError(f"groups[{i}] must have delays whose code has rank {least} for osd, got {found}")
        elif structure(plan.n, plan.decoder, plan.verify, columns, delays) is None:
            extra = f", then {plan.verify} to verify" if plan.verify else ""
            raise ValueError(f"groups[{i}] must have delays in the layout of {plan.decoder}{extra}, got {delays}")


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
    b = _draw.default_bins(n, K) if b is None else _check.integer("b", b, 0, n)
    sigma = 0.0 if sigma is None else _check.real("sigma", sigma, 0)
    decoder = _check.choice("decoder", decoder, ("auto", *DECODERS))
    if decoder == "auto":
        decoder = "osd" if sigma else "noiseless"
    if smallest is not None and not _check.real("smallest", smallest, 0):
        raise ValueError("smallest must be above 0, got 0")
    if delays is not None:
        delays = _check.integer("delays", delays, 1)
    else:
        delays = _draw.default_delays(n, b, C, K, decoder, sigma, smallest)
    reps = _draw.repetitions(n, b, decoder, delays)
    if dense and C * delays << b >= 1 << n:
        return Plan(n, n, (), "dense")
    raw = _draw.Raw(_check.integer("seed", seed, 0))
    groups = tuple(_draw.draw(raw, n, b, decoder, delays, reps) for _ in range(C))
    verify = 0 if decoder == "osd" else delays - reps * len(layout(decoder, range(n - b)))
    return Plan(n, b, groups, decoder, verify)
