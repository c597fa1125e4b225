"""A plan as arrays: what the compiled cores read."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import _index
from ._index import Limbs
from ._layout import basis, code_row, structure

if TYPE_CHECKING:
    from .plan import Plan


class Prepared(NamedTuple):
    """A plan as arrays for kernels; c counts groups, W = max(1, ceil(n / 64)) limbs.

    The bin j of an index k has bit i = <columns[c, i], k>; the free bits of k are its bits at free_units[c]. Together,
    v = (the b bits of j, then the n - b free bits), they determine k: the XOR of back[c, i] over the bits i that are
    set in v. The sign of k at delay p is <delays[c, p], k>. In terms of the free bits, bit t of code[c, p] is
    <delays[c, p], back[c, b + t]> for t < n - b, and bit n - b is 1 (the coefficient's sign).
    """

    columns: Limbs  # (C, b, W)
    delays: Limbs  # (C, P, W): `reps` repetitions of the decoder's layout, then `verify` extra ones
    free_units: NDArray[np.int64]  # (C, n - b), ascending
    back: Limbs  # (C, n, W)
    code: Limbs  # (C, P, ceil((n - b + 1) / 64))
    verify: int
    reps: int  # repetitions of the layout with other offsets (nso, rm), else 1; 0 if the delays do not follow it
    block: int  # coordinates in a block of rm; 0 otherwise


@lru_cache(maxsize=64)
def prepared(plan: Plan) -> Prepared:
    """The arrays that kernels need, computed once a plan."""
    n, b, W = plan.n, plan.b, _index.words(plan.n)
    bases = [basis(n, columns) for columns, _ in plan.groups]
    codes = [[code_row(d, back[b:]) for d in delays] for (_, delays), (_, back) in zip(plan.groups, bases)]
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


def _repetitions(plan: Plan) -> tuple[int, int]:
    if plan.decoder in ("osd", "dense"):
        return 1, 0
    found = {structure(plan.n, plan.decoder, plan.verify, columns, delays) for columns, delays in plan.groups}
    return (0, 0) if None in found else max(s for s in found if s is not None)
