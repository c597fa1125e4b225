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
    from ._batch import Batch
    from ._mechanism import Mechanism

KIND = b"TALY"
VERSION = 1
MOST_USERS = 2**62  # two tallies always add up in int64
LONGEST_CHUNK = 255


class Tally:
    """Counts of one mechanism.

    Batches and other tallies are checked before anything is added: an error leaves the tally as it was.

    Parameters
    ----------
    mechanism : Mechanism
        Which reports it counts; its fingerprint must agree with theirs.

    >>> from polyquant.ldp import RandomizedResponse
    >>> north, south = (RandomizedResponse(3, 1.0).simulate(counts=counts, rng=1) for counts in ([5, 0, 1], [2, 2, 2]))
    >>> (north + south).n, north + south == south + north
    (12, True)
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

    def add(self, batch: Batch, *, chunk: str | int | None = None, on_error: str = "raise") -> int:
        """Count the reports of *batch*; returns how many were dropped.

        Parameters
        ----------
        batch : Batch
            Reports of this mechanism.
        chunk : str or int, optional
            A name of the batch, at most 255 bytes. The same name never gets in twice, so a batch that was sent again
            is noticed, also after tallies were merged.
        on_error : "raise" or "drop"
            What happens when a report is not one that the mechanism can send: "raise" counts nothing of the batch,
            "drop" leaves such reports out and adds their number to ``rejects``.

        Raises
        ------
        CorruptError
            With "raise": a report that no user could have sent.
        ValueError
            A batch of another mechanism, or a *chunk* that is already inside.
        """
        on_error = _check.choice("on_error", on_error, ("raise", "drop"))
        name = _chunk_name(chunk)
        if batch.fingerprint != self._mechanism.fingerprint:
            raise ValueError(f"batch must hold reports of {_who(self._mechanism)}, got {batch.fingerprint.hex()}")
        counts, users = np.zeros_like(self._counts), np.zeros_like(self._users)
        valid = np.asarray(self._mechanism._tally_batch(batch, counts, users), np.bool_)
        bad = int(valid.size - np.count_nonzero(valid))
        if bad and on_error == "raise":
            first = int(np.argmin(valid))
            raise CorruptError(
                f"report {first} of {valid.size} cannot come from {self._mechanism.name} (bad in all: {bad})"
            )
        self._take(counts, users, bad, name)
        return bad

    def merge(self, other: Tally) -> None:
        """Add all that *other* counted; the order of merging never matters.

        Raises
        ------
        ValueError
            *other* counts another mechanism, or a named chunk is in both.
        """
        if not isinstance(other, Tally):
            raise TypeError(f"other must be a Tally, got {type(other).__name__}")
        if other._mechanism.fingerprint != self._mechanism.fingerprint:
            raise ValueError(f"other must count {_who(self._mechanism)}, got {_who(other._mechanism)}")
        self._take(other._counts, other._users, other._rejects, other._chunks)

    def _take(self, counts: NDArray[np.int64], users: NDArray[np.int64], rejects: int, chunks: frozenset[str]) -> None:
        """Everything is checked before anything changes."""
        twice = self._chunks & chunks
        if twice:
            raise ValueError(f"chunk must be new, got {min(twice)!r}, which is counted already")
        total = self.n + sum(users.tolist())
        if total >= MOST_USERS:
            raise ValueError(f"a tally holds fewer than 2^62 users, got {total}")
        self._counts += counts
        self._users += users
        self._rejects += rejects
        self._chunks |= chunks

    def copy(self) -> Tally:
        """A tally of its own with the same counts."""
        return Tally._from_counts(self._mechanism, self._counts, self._users, self._rejects, self._chunks)

    def __add__(self, other: Tally) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        total = self.copy()
        total.merge(other)
        return total

    def to_bytes(self) -> bytes:
        """The tally as bytes that notice damage; docs/formats.md draws them."""
        head = bytes([VERSION]) + self._mechanism.fingerprint + self._rejects.to_bytes(8, "little")
        sizes = b"".join(n.to_bytes(8, "little") for n in (self._users.size, self._counts.size, len(self._chunks)))
        arrays = self._users.astype("<i8").tobytes() + self._counts.astype("<i8").tobytes()
        names = b"".join(len(name).to_bytes(1, "little") + name for name in sorted(map(str.encode, self._chunks)))
        body = arrays + names
        return wrap(KIND, head + sizes, Bits(body, 8 * len(body)))

    @classmethod
    def from_bytes(cls, data: bytes, mechanism: Mechanism) -> Tally:
        """The tally that :meth:`to_bytes` wrote, for the same *mechanism*.

        Raises
        ------
        DataError
            Bytes that are damaged, contradict themselves, or belong to another mechanism.
        """
        header, payload = unwrap(data, KIND)
        head = Reader(header)
        version = head.u8("version")
        if version != VERSION:
            raise CorruptError(f"tally of version {version}, this library reads version {VERSION}")
        fingerprint, rejects = head.bytes(16, "fingerprint"), head.u64("rejects")
        sizes = [head.u64(what) for what in ("groups", "cells", "number of chunks")]
        head.end()
        if fingerprint != mechanism.fingerprint:
            raise CorruptError(f"the tally must count {_who(mechanism)}, got {fingerprint.hex()}")
        if sizes[:2] != [mechanism.groups, mechanism.cells]:
            raise CorruptError(f"{sizes[0]} groups and {sizes[1]} cells, not {mechanism.groups} and {mechanism.cells}")
        body = Reader(payload)
        users = np.frombuffer(body.bytes(8 * sizes[0], "users"), "<i8")
        counts = np.frombuffer(body.bytes(8 * sizes[1], "counts"), "<i8")
        chunks = _read_chunks(body, sizes[2])
        try:
            return cls._from_counts(mechanism, counts.astype(np.int64), users.astype(np.int64), rejects, chunks)
        except ValueError as error:
            raise CorruptError(f"the tally contradicts itself: {error}") from None

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


def _who(mechanism: Mechanism) -> str:
    name = f"{mechanism.name}(k={mechanism.k}, epsilon={mechanism.epsilon:.6g})"
    return f"{name} with fingerprint {mechanism.fingerprint.hex()}"


def _chunk_name(chunk: str | int | None) -> frozenset[str]:
    if chunk is None:
        return frozenset()
    name = chunk if isinstance(chunk, str) else str(_check.integer("chunk", chunk, 0))
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise ValueError(f"chunk must be a text that UTF-8 can hold, got {name!r}") from None
    if not 1 <= size <= LONGEST_CHUNK:
        raise ValueError(f"chunk must have 1 to {LONGEST_CHUNK} bytes, got {size}")
    return frozenset([name])


def _read_chunks(body: Reader, count: int) -> frozenset[str]:
    """*count* names in rising order, then the end."""
    names: list[bytes] = []
    while len(names) < count:  # a false count runs out of bytes first
        size = body.u8("size of a chunk's name")
        name = body.bytes(size, "name of a chunk")
        if not name or (names and name <= names[-1]):
            raise CorruptError(f"names of chunks must rise and not be empty, got {name!r}")
        names.append(name)
    body.end()
    try:
        return frozenset(name.decode() for name in names)
    except UnicodeDecodeError as error:
        raise CorruptError(f"name of a chunk is not UTF-8: {error}") from None


def _as_many(name: str, values: ArrayLike, size: int) -> NDArray[np.int64]:
    array = _check.integers(name, values, 0)
    if array.size != size:
        raise ValueError(f"{name} must have {size} entries, got {array.size}")
    return array.copy()


def _frozen(array: NDArray[np.int64]) -> NDArray[np.int64]:
    view = array.view()
    view.flags.writeable = False
    return view
