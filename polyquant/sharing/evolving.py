"""Evolving threshold sharing: any k shares give the secret, k-1 give nothing, and the guest list has no end.

The dealer's curve is f(y) = r_0 + r_1 y + ... + r_(k-2) y^(k-2) + s y^(k-1) with the secret s as its *leading*
coefficient and uniform formal power series r_j over GF(2). Party t gets f(P_t) modulo x^(m_t), where the point P_t is
its codeword read as a polynomial (:mod:`polyquant.sharing.points`).

*Why k shares suffice*: s is the divided difference f[P_1 .. P_k]; dividing by P_i - P_j costs at most
(length of the word - 1) coefficients, and m_t has that many to spare k-1 times.
*Why k-1 shares say nothing*: with Q(y) = (y - P_1) .. (y - P_(k-1)), f + (s' - s) Q is a dealer's curve for the secret
s', goes through the same points, and differs from f by a fixed shift of the coins.

Educational: Python integers are not constant time, and memory is not wiped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant._random import SYSTEM, Entropy, entropy_source
from polyquant.algebra import gf2x
from polyquant.algebra._kernels.clmul import COMPILED
from polyquant.errors import CorruptError
from polyquant.prefix import IntegerCode, PrefixCode

from ._coins import LABEL, Coins, Words, given_coins, random_coins, seeded_coins
from ._share import SET_ID_BYTES, Share, share_bits
from ._state import GIVEN, RANDOM, SEED, State, read, series_of
from .bulk import ShareBlock, as_array, deal, pieces
from .points import SIZES, PointCode, point_code
from .recovery import LONG, WORD


class Dealer:
    """Deals shares of one secret to parties 1, 2, 3, ... in any order, for ever; a share never changes.

    >>> from polyquant.sharing import recover_bytes
    >>> dealer = Dealer(b"attack", 3)
    >>> recover_bytes([dealer.share(t) for t in (1, 7, 10**9)])
    b'attack'

    Parameters
    ----------
    secret : bytes or int
        Bytes are read little-endian, bit i is the coefficient of x^i; an int needs *ell*.
    k : int
        Threshold, at least 2.
    ell : int, optional
        Bits of the secret; for bytes their number, 8 len(secret).
    code : PointCode, IntegerCode, PrefixCode, str or mapping
        Which word a party has, see :func:`polyquant.sharing.points.point_code`.
    size : str
        "published" or "tight", see :func:`share_bits`.
    entropy : callable
        Source of secret bytes for the coins; the default is the operating system's. Secrecy is perfect.
    seed : bytes, optional
        Stretch the coins from these bytes instead. The dealer is then stateless, and secrecy is *computational*: it
        holds against everyone who cannot invert SHAKE-256, if the seed has 16 random bytes or more and serves no
        second secret.
    series, series_bits : sequence of int, int, optional
        The coins themselves, for lessons and test vectors; a share that needs more bits raises.
    set_id : bytes, optional
        Eight bytes that name the dealing; random by default, derived from the seed if there is one.
    """

    def __init__(
        self,
        secret: bytes | int,
        k: int,
        *,
        ell: int | None = None,
        code: PointCode | IntegerCode | PrefixCode | str | Mapping[int, str] = "delta",
        size: str = "published",
        entropy: Entropy = SYSTEM,
        seed: bytes | None = None,
        series: Sequence[int] | None = None,
        series_bits: int | None = None,
        set_id: bytes | None = None,
    ) -> None:
        self._secret, self.ell = _secret(secret, ell)
        self._secret_words = np.zeros(0, np.uint64)
        self.k = _check.integer("k", k, 2, _check.MAX)
        self.code = point_code(code)
        self.size = _check.choice("size", size, SIZES)
        source = entropy_source(entropy)
        if seed is not None and series is not None:
            raise ValueError("seed must not be given together with series")
        self._seed = None if seed is None else _seed(seed)
        self._coins = self._make_coins(source, series, series_bits)
        self.set_id = _set_id(set_id, source, self._seed)

    def _make_coins(self, entropy: Entropy, series: Sequence[int] | None, series_bits: int | None) -> Coins:
        if (series is None) != (series_bits is None):
            raise ValueError("series must be given together with series_bits, or neither of them")
        if series is not None and series_bits is not None:
            return given_coins(*_series(series, series_bits, self.k))
        if self._seed is not None:
            return seeded_coins(self.k - 1, self._seed)
        return random_coins(self.k - 1, entropy)

    @property
    def coins_bits(self) -> int:
        """Random bits drawn so far, over all k-1 series."""
        return self._coins.bits

    def share(self, t: int) -> Share:
        """The share of party *t*."""
        bits = share_bits(self.code, self.k, self.ell, t, size=self.size)
        value = self._evaluate(self.code.point(t), bits)
        return Share(t, self.k, self.ell, self.code, self.size, value, self.set_id)

    def _evaluate(self, point: int, bits: int) -> int:
        """f(point) modulo x^bits, by Horner's rule."""
        series, words = self._coins.words(bits), -(-bits // WORD)
        if COMPILED and bits >= LONG and point.bit_length() <= WORD:
            out = np.empty((1, words), np.uint64)
            gf2x.evaluate_words(np.array([point], np.uint64), self._leading(series.shape[1]), series, bits, out)
            return gf2x.from_words(out[0])
        value = self._secret
        for coins in series[::-1, :words]:
            value = gf2x.multiply_low(value, point, bits) ^ gf2x.from_words(coins)
        return value & ((1 << bits) - 1)

    def _leading(self, words: int) -> Words:
        """The secret in as many words as the series have."""
        if self._secret_words.size < words:
            self._secret_words = gf2x.to_words(self._secret, words)
        return self._secret_words

    def shares(self, parties: ArrayLike | range) -> list[ShareBlock]:
        """The shares of many parties, in one block for each length; inside a block in the order of *parties*."""
        ts = _check.integers("parties", as_array(parties) if isinstance(parties, range) else parties, 1)
        source = parties if isinstance(parties, range) else ts
        places: dict[int, list[slice | NDArray[np.int64]]] = {}
        for piece in pieces(self.code, self.k, self.ell, self.size, ts):
            places.setdefault(piece.bits, []).append(piece.places)
        return [self._block(bits, _in_order(source, where)) for bits, where in places.items()]

    def _block(self, bits: int, parties: range | NDArray[np.int64]) -> ShareBlock:
        words = np.empty((len(parties), -(-bits // WORD)), np.uint64)
        series = self._coins.words(bits)
        if self.code.length(int(parties[0])) <= WORD:
            deal(self.code, bits, parties, self._leading(series.shape[1]), series, words)
        else:
            for row, t in enumerate(parties):
                words[row] = gf2x.to_words(self._evaluate(self.code.point(int(t)), bits), words.shape[1])
        return ShareBlock(as_array(parties), self.k, self.ell, self.code, self.size, bits, words, self.set_id)

    def iter_shares(self, parties: range, *, block_bytes: int = 1 << 24) -> Iterator[ShareBlock]:
        """The shares of a long range of parties, never all at once: blocks of about *block_bytes* bytes."""
        if not isinstance(parties, range):
            raise TypeError(f"parties must be a range, got {type(parties).__name__}")
        room = _check.integer("block_bytes", block_bytes, 1)
        at = 0
        while at < len(parties):
            longest = share_bits(self.code, self.k, self.ell, max(parties[at], parties[-1]), size=self.size)
            n = max(1, 8 * room // longest)
            yield from self.shares(parties[at : at + n])
            at += n

    def reserve(self, parties: int | Iterable[int]) -> None:
        """Draw the coins for the shares of *parties* now, so that the dealer can be saved before a share leaves it."""
        for t in [parties] if isinstance(parties, int | np.integer) else parties:
            self._coins.words(share_bits(self.code, self.k, self.ell, t, size=self.size))

    def to_bytes(self) -> bytes:
        """The dealer with its **secret** and its coins, for :meth:`from_bytes`.

        Save it before a share is released (:meth:`reserve`, ``to_bytes``, then :meth:`share`). A dealer that forgets
        coins it has used and draws others deals a second curve, and old and new shares no longer fit together.
        """
        source = SEED if self._seed is not None else RANDOM if self._coins.limit is None else GIVEN
        if self._seed is not None:
            coins: Words | bytes = self._seed
        else:
            self._coins.words(self._coins.limit or 0)  # given coins are kept whole
            coins = self._coins.drawn()
        amount = len(coins) if isinstance(coins, bytes) else self._coins.limit or coins.shape[1]
        state = State(source, self._secret, self.k, self.ell, self.code.name, self.size, self.set_id, coins, amount)
        return state.to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes, *, entropy: Entropy = SYSTEM) -> Dealer:
        """The dealer that :meth:`to_bytes` saved; further coins come from *entropy*.

        Raises
        ------
        DataError
            *data* are not a dealer.
        """
        state = read(data)
        coins: dict[str, Any] = {}
        if isinstance(state.coins, bytes):
            coins = {"seed": state.coins}
        elif state.source == GIVEN:
            coins = {"series": series_of(state.coins), "series_bits": state.amount}
        same: dict[str, Any] = {"ell": state.ell, "code": state.code, "size": state.size, "set_id": state.set_id}
        try:
            dealer = cls(state.secret, state.k, entropy=entropy, **same, **coins)
        except ValueError as error:
            raise CorruptError(f"no dealer is like this: {error}") from None
        if state.source == RANDOM and not isinstance(state.coins, bytes):
            dealer._coins = random_coins(state.k - 1, entropy_source(entropy), state.coins)
        return dealer

    def __repr__(self) -> str:
        return f"Dealer(k={self.k}, ell={self.ell}, code={self.code.name}, size={self.size!r})"

    def __reduce__(self) -> str:
        raise TypeError("a Dealer must not be copied: two copies would extend their coins differently; use to_bytes")


def _in_order(parties: range | NDArray[np.int64], places: list[slice | NDArray[np.int64]]) -> range | NDArray[np.int64]:
    """The parties at any of the *places*, in the order of *parties*."""
    if len(places) == 1 and isinstance(places[0], slice):
        part = parties[places[0]]
        return part if isinstance(part, range) else part.copy()  # blocks make their parties read-only
    chosen = np.zeros(len(parties), np.bool_)
    for place in places:
        chosen[place] = True
    return as_array(parties)[chosen]


def _secret(secret: bytes | int, ell: int | None) -> tuple[int, int]:
    """The secret as an integer, and its bits. Messages never show it."""
    if isinstance(secret, bytes | bytearray | memoryview):
        data = bytes(secret)
        if not data:
            raise ValueError("secret must not be empty")
        if ell is not None and _check.integer("ell", ell, 1, _check.MAX) != 8 * len(data):
            raise ValueError(f"ell must be {8 * len(data)} for a secret of {len(data)} bytes, got {ell}")
        return int.from_bytes(data, "little"), 8 * len(data)
    if isinstance(secret, bool) or not isinstance(secret, int | np.integer):
        raise TypeError(f"secret must be bytes or an integer, got {type(secret).__name__}")
    if ell is None:
        raise ValueError("ell must be given for a secret that is an integer")
    ell = _check.integer("ell", ell, 1, _check.MAX)
    if secret < 0 or int(secret).bit_length() > ell:
        raise ValueError(f"secret must be at least 0 and below 2^{ell}")
    return int(secret), ell


def _seed(seed: bytes) -> bytes:
    if not isinstance(seed, bytes):
        raise TypeError(f"seed must be bytes, got {type(seed).__name__}")
    if not seed:
        raise ValueError("seed must not be empty")
    return seed


def _series(series: Sequence[int], bits: int, k: int) -> tuple[tuple[int, ...], int]:
    bits = _check.integer("series_bits", bits, 1, _check.MAX)
    if len(series) != k - 1:
        raise ValueError(f"series must be k-1 = {k - 1} integers, got {len(series)}")
    for j, coins in enumerate(series):
        if isinstance(coins, bool) or not isinstance(coins, int):
            raise TypeError(f"series[{j}] must be an integer, got {type(coins).__name__}")
        if coins < 0 or coins.bit_length() > bits:
            raise ValueError(f"series[{j}] must be at least 0 and below 2^{bits}")
    return tuple(series), bits


def _set_id(set_id: bytes | None, entropy: Entropy, seed: bytes | None) -> bytes:
    if set_id is None:
        return entropy(SET_ID_BYTES) if seed is None else hashlib.shake_256(LABEL + b"\1" + seed).digest(SET_ID_BYTES)
    if not isinstance(set_id, bytes) or len(set_id) != SET_ID_BYTES:
        raise ValueError(f"set_id must be {SET_ID_BYTES} bytes, got {set_id!r}")
    return set_id
