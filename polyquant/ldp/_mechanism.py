"""What every mechanism has in common: the protocol, and what does not depend on how a report is made.

A mechanism is a value: its domain size k, its privacy epsilon and the parameters of its design, nothing else. It knows
both ends, the client that randomises one item and the server that reads many reports.
"""

from __future__ import annotations

import dataclasses
import decimal
import hashlib
import math
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant._random import Entropy
from polyquant.bits import Bits
from polyquant.errors import DomainError

from ._batch import FINGERPRINT, Batch
from ._client import GRID, secret_bytes

if TYPE_CHECKING:
    from .estimate import Estimate
    from .tally import Tally

VERSION = 1  # of the mechanisms; part of their fingerprints
LARGEST_K = 2**40
# Below, the grid of 2^-64 would show in the estimates; above, there is no privacy to speak of.
EPSILON_RANGE = 1e-6, 64.0
LARGEST_TABLE = 2**20  # entries of an exact channel


@runtime_checkable
class Mechanism(Protocol):
    """A locally private frequency oracle over the items 0 to k-1: frozen, equal and hashed by value."""

    @property
    def name(self) -> str:
        """Short name, such as "grr"."""

    @property
    def k(self) -> int:
        """How many items."""

    @property
    def epsilon(self) -> float:
        """No report is more than e^epsilon times as likely for one item as for another."""

    @property
    def fingerprint(self) -> bytes:
        """16 bytes that differ when protocol, version, k, epsilon or a parameter do."""

    @property
    def cells(self) -> int:
        """Counts that the server keeps."""

    @property
    def groups(self) -> int:
        """Groups of users that are counted apart; 1 without blocks."""

    @property
    def message_bits(self) -> int:
        """Bits of the longest report with the default codec."""

    def report(self, value: int, *, entropy: Entropy = ...) -> Bits:
        """One user's report of *value*."""

    def reports(self, values: ArrayLike, *, entropy: Entropy = ..., codec: str | None = None) -> Batch:
        """A report for each of *values*, shape (n,)."""

    def simulate(
        self,
        values: ArrayLike | None = None,
        *,
        counts: ArrayLike | None = None,
        rng: np.random.Generator | int | None = None,
        method: str = "exact",
    ) -> Tally:
        """The tally of made-up users, without their reports; repeatable from a seed."""

    def estimate(self, tally: Tally) -> Estimate:
        """Unbiased frequencies of all k items."""

    def channel(self) -> NDArray[np.float64]:
        """Probability of each report for each item, shape (k, outputs); small k only."""

    def outputs(self) -> list[Bits]:
        """All reports, in the order of the channel's columns."""

    def variance(self, n: int, frequency: ArrayLike | None = None) -> NDArray[np.float64]:
        """Variance of each estimate, shape (k,), for n users with this histogram (uniform if None)."""

    def covariance(self, n: int, frequency: ArrayLike) -> NDArray[np.float64]:
        """Covariance of the estimates, shape (k, k); small k only."""

    def attack_success(self) -> float:
        """How often the best attacker guesses the item from one report, if all items are equally likely."""

    def _tally_batch(self, batch: Batch, counts: NDArray[np.int64], users: NDArray[np.int64]) -> NDArray[np.bool_]: ...


class Common:
    """The parts of a mechanism that do not depend on its protocol; the rest is in the classes themselves."""

    __slots__ = ()
    codecs: ClassVar[tuple[str, ...]] = ("plain",)  # the first is the default

    if TYPE_CHECKING:
        k: int
        epsilon: float

        @property
        def name(self) -> str: ...

        @property
        def cells(self) -> int: ...

        @property
        def message_bits(self) -> int: ...

        def reports(self, values: ArrayLike, *, entropy: Entropy = ..., codec: str | None = None) -> Batch: ...

        def simulate(
            self,
            values: ArrayLike | None = None,
            *,
            counts: ArrayLike | None = None,
            rng: np.random.Generator | int | None = None,
            method: str = "exact",
        ) -> Tally: ...

        def estimate(self, tally: Tally) -> Estimate: ...

        def outputs(self) -> list[Bits]: ...

        def covariance(self, n: int, frequency: ArrayLike) -> NDArray[np.float64]: ...

        def attack_success(self) -> float: ...

        def _spread(self, f: NDArray[np.float64]) -> NDArray[np.float64]: ...  # n times the variance at histogram f

        def _levels(self, odds: Fraction | None = None) -> list[Fraction]: ...  # None: as clients round

        def _table(self) -> NDArray[np.int64]: ...  # (k, outputs): which level

        def _tally_batch(
            self, batch: Batch, counts: NDArray[np.int64], users: NDArray[np.int64]
        ) -> NDArray[np.bool_]: ...

    @property
    def groups(self) -> int:
        """One group of users, unless a mechanism says otherwise."""
        return 1

    @property
    def fingerprint(self) -> bytes:
        """16 bytes that differ when protocol, version, k, epsilon or a parameter do."""
        return _fingerprint(self.name, *((f.name, getattr(self, f.name)) for f in dataclasses.fields(self)))  # type: ignore[arg-type]

    @property
    def odds(self) -> Fraction:
        """e^epsilon, rounded down to a multiple of 2^-64: what clients compute with."""
        return odds(self.epsilon)

    def report(self, value: int, *, entropy: Entropy = secret_bytes) -> Bits:
        """One user's report of *value*, 0 <= value < k. Whoever reports twice spends epsilon twice.

        Raises
        ------
        DomainError
            *value* is none of the k items.
        """
        return self.reports([_check.integer("value", value)], entropy=entropy).bits

    def channel(self) -> NDArray[np.float64]:
        """Probability of each report for each item, shape (k, outputs): exactly what clients do, rounded to floats.

        Raises
        ------
        DomainError
            There are too many reports to list.
        """
        table = self._table()
        return np.array([float(level) for level in self._levels()])[table]

    def variance(self, n: int, frequency: ArrayLike | None = None) -> NDArray[np.float64]:
        """Exact variance of each estimated frequency, shape (k,), around the histogram of the n users.

        Parameters
        ----------
        n : int
            Users, at least 1.
        frequency : array of float, shape (k,), optional
            Their histogram, sum 1; uniform if left out.
        """
        return self._spread(self._histogram(frequency)) / _check.integer("n", n, 1)

    def _check_domain(self, most: int = LARGEST_K) -> None:
        """The two arguments of every mechanism, checked; called before anything else."""
        object.__setattr__(self, "k", _check.integer("k", self.k, 2, most))
        object.__setattr__(self, "epsilon", _check.real("epsilon", self.epsilon, *EPSILON_RANGE))

    def _histogram(self, frequency: ArrayLike | None) -> NDArray[np.float64]:
        if frequency is None:
            return np.full(self.k, 1 / self.k)
        f = _check.probabilities("frequency", frequency)
        if f.size != self.k:
            raise ValueError(f"frequency must have {self.k} entries, got {f.size}")
        return f

    def _counted(self, tally: Tally) -> int:
        """How many users *tally* holds, which must be of this mechanism and not empty."""
        if tally.mechanism.fingerprint != self.fingerprint:
            mine, other = self.fingerprint.hex(), tally.mechanism.fingerprint.hex()
            raise ValueError(f"tally must be of the mechanism with fingerprint {mine}, got one of {other}")
        if not tally.n:
            raise ValueError("tally must hold at least 1 user, got 0")
        return tally.n

    def _estimate(self, frequency: NDArray[np.float64], n: int) -> Estimate:
        """With the error bars of the distribution nearest at hand."""
        from .estimate import Estimate

        likely = np.maximum(frequency, 0)
        total = float(likely.sum())
        spread = self._spread(likely / total if total > 0 else np.full(self.k, 1 / self.k))
        return Estimate(frequency, np.sqrt(spread / n), n, "linear")

    def _items(self, values: ArrayLike) -> NDArray[np.int64]:
        items = _check.integers("values", values)
        outside = (items < 0) | (items >= self.k)
        if outside.any():
            at = int(np.argmax(outside))
            raise DomainError(f"values must be at least 0 and below k = {self.k}, got {items[at]} at index {at}")
        return items

    def _users(self, values: ArrayLike | None, counts: ArrayLike | None) -> NDArray[np.int64]:
        """Users of each item, shape (k,), from one of the two arguments of ``simulate``."""
        if (values is None) == (counts is None):
            raise ValueError("give values or counts, one of the two")
        if values is not None:
            return np.bincount(self._items(values), minlength=self.k).astype(np.int64)
        users = _check.integers("counts", counts, 0)  # type: ignore[arg-type]
        if users.size != self.k:
            raise ValueError(f"counts must have {self.k} entries, got {users.size}")
        return users

    def _codec(self, codec: str | None) -> str:
        return self.codecs[0] if codec is None else _check.choice("codec", codec, self.codecs)

    def _check_table(self, outputs: int) -> None:
        if self.k * outputs > LARGEST_TABLE:
            raise DomainError(f"the channel has {self.k} x {outputs} entries, at most {LARGEST_TABLE} are listed")


@lru_cache
def odds(epsilon: float) -> Fraction:
    """e^epsilon, rounded down to a multiple of 2^-64."""
    with decimal.localcontext(prec=80):
        return Fraction(math.floor(decimal.Decimal(epsilon).exp() * 2**GRID), 2**GRID)


def bits_for(outputs: int) -> int:
    """Bits that tell *outputs* things apart."""
    return (outputs - 1).bit_length()


def _fingerprint(name: str, *parameters: tuple[str, Any]) -> bytes:
    text = "; ".join([f"polyquant ldp {VERSION}", name, *(f"{key} = {_canonical(value)}" for key, value in parameters)])
    return hashlib.sha256(text.encode("ascii")).digest()[:FINGERPRINT]


def _canonical(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(_canonical, value))
    return value.hex() if isinstance(value, float) else str(value)
