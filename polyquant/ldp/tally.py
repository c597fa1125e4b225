"""What the server keeps: exact counts that can be saved, sent and added up in any order.

A tally holds no report, only how often each cell was supported, so its size does not depend on the number of users.
Two tallies of one mechanism add up cell by cell: halls of a country, hours of a day, workers of a cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.bits import Bits, Reader, unwrap, wrap
from polyquant.errors import CorruptError

if TYPE_CHECKING:
    from ._mechanism import Batch, Mechanism

KIND = b"TALY"
MOST_USERS = 2**62  # two tallies always add up in int64
LONGEST_CHUNK = 255


class Tally:
    """Counts of one mechanism.

    Batches and other tallies are checked before anything is added: an error leaves the tally as it was.

    Parameters
    ----------
    mechanism : Mechanism
        Which reports it counts; its fingerprint must agree with theirs.
    """

    __slots__ = ("_chunks", "_counts", "_mechanism", "_rejects", "_users")

    def __init__(self, mechanism: Mechanism) -> None:
        self._mechanism = mechanism
        self._counts = np.zeros(mechanism.cells, np.int64)
        self._users = np.zeros(mechanism.groups, np.int64)
        self._rejects = 0
        self._chunks: frozenset[str] = frozenset()

    @classmethod
    def _from_counts(
        cls,
        mechanism: Mechanism,
        counts: ArrayLike,
        users: ArrayLike,
        rejects: int = 0,
        chunks: frozenset[str] = frozenset(),
    ) -> Tally:
        """A tally of *counts*, shape (cells,), and *users*, shape (groups,), which it copies."""
        tally = cls(mechanism)
        tally._users = _as_many("users", users, mechanism.groups)
        total = sum(tally._users.tolist())
        if total >= MOST_USERS:
            raise ValueError(f"users must be fewer than 2^62, got {total}")
        tally._counts = _as_many("counts", counts, mechanism.cells)
        if tally._counts.size and tally._counts.max() > total:
            raise ValueError(f"counts must be at most the number of users, {total}, got {tally._counts.max()}")
        tally._rejects = _check.integer("rejects", rejects, 0, MOST_USERS - 1)
        tally._chunks = chunks
        return tally

    @property
    def mechanism(self) -> Mechanism:
        """Whose reports are counted."""
        return self._mechanism

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many users support each cell, shape (cells,), read-only."""
        return _frozen(self._counts)

    @property
    def users(self) -> NDArray[np.int64]:
        """Users of each group, shape (groups,), read-only."""
        return _frozen(self._users)

    @property
    def n(self) -> int:
        """Users that were counted."""
        return int(self._users.sum())

    @property
    def rejects(self) -> int:
        """Reports that were dropped because no user of this mechanism could have sent them."""
        return self._rejects

    @property
    def chunks(self) -> frozenset[str]:
        """Names of the batches that are inside, as far as they were named."""
        return self._chunks

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return self._key() == other._key()

    __hash__ = None  # type: ignore[assignment]

    def _key(self) -> tuple[Any, ...]:
        arrays = self._counts.tobytes(), self._users.tobytes()
        return self._mechanism.fingerprint, *arrays, self._rejects, self._chunks

    def __repr__(self) -> str:
        name = f"{self._mechanism.name}, k={self._mechanism.k}, epsilon={self._mechanism.epsilon:.6g}"
        return f"Tally({name}: {self.n} users, {self._rejects} rejects, {len(self._chunks)} named chunks)"


def _as_many(name: str, values: ArrayLike, size: int) -> NDArray[np.int64]:
    array = _check.integers(name, values, 0)
    if array.size != size:
        raise ValueError(f"{name} must have {size} entries, got {array.size}")
    return array.copy()


def _frozen(array: NDArray[np.int64]) -> NDArray[np.int64]:
    view = array.view()
    view.flags.writeable = False
    return view
