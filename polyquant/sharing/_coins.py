"""The dealer's random power series r_0 .. r_(k-2): prefixes that only ever grow.

A coefficient that was used in a share is never drawn again: two versions of one series would put old and new shares
on different curves.
"""

import hashlib
import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from polyquant._random import Entropy
from polyquant.errors import SharingError

WORD = 64
BLOCK = 8
Words = NDArray[np.uint64]
LABEL = b"polyquant/sharing/v1"

Draw = Callable[[int, int, int], bytes]
"""(series, first word, words) -> bytes of these words."""


class Coins:
    """*count* series of 64-bit words, drawn from *draw* when they are needed first, up to *limit* bits."""

    def __init__(self, count: int, draw: Draw, limit: int | None = None, known: Words | None = None) -> None:
        self._draw = draw
        self.limit = limit
        self._words = np.zeros((count, 0), np.uint64)
        self._used = 0
        if known is not None:
            self._words, self._used = self._grown(known.shape[1], known), known.shape[1]
        self._lock = threading.Lock()

    @property
    def bits(self) -> int:
        """Bits drawn so far, all series together."""
        return len(self._words) * (WORD * self._used if self.limit is None else self.limit)

    def words(self, bits: int) -> Words:
        """At least the first *bits* coefficients of every series, contiguous, shape (count, a multiple of 8 words)."""
        if self.limit is not None and bits > self.limit:
            raise SharingError(
                f"series must have {bits} bits for this share, got {self.limit} and must not be extended"
            )
        need = -(-bits // WORD)
        if need > self._used:
            with self._lock:  # two threads must not draw two versions of one coefficient
                self._extend(need)
        return self._words

    def drawn(self) -> Words:
        """Everything drawn so far, shape (count, words)."""
        return self._words[:, : self._used]

    def _extend(self, need: int) -> None:
        if need <= self._used:
            return
        words = self._grown(need, self.drawn()) if need > self._words.shape[1] else self._words
        for j in range(len(words)):
            fresh = self._draw(j, self._used, need - self._used)
            words[j, self._used : need] = np.frombuffer(fresh, "<u8")
        self._words, self._used = words, need

    def _grown(self, need: int, known: Words) -> Words:
        room = need + min(need // 8, 1 << 16)
        words = np.zeros((len(known), -(-room // BLOCK) * BLOCK), np.uint64)
        words[:, : known.shape[1]] = known
        return words


def random_coins(count: int, entropy: Entropy, known: Words | None = None) -> Coins:
    """Coins from a source of secret bytes: perfect secrecy."""
    return Coins(count, lambda j, first, words: entropy(8 * words), known=known)


def seeded_coins(count: int, seed: bytes) -> Coins:
    """Coins stretched from *seed* by SHAKE-256: nothing has to be stored, secrecy is only computational."""

    def draw(j: int, first: int, words: int) -> bytes:
        stream = hashlib.shake_256(LABEL + b"\0" + j.to_bytes(4, "little") + seed)
        return stream.digest(8 * (first + words))[8 * first :]

    return Coins(count, draw)


def given_coins(series: tuple[int, ...], bits: int) -> Coins:
    """Coins that somebody else chose, *bits* of each series."""

    def draw(j: int, first: int, words: int) -> bytes:
        return (series[j] >> WORD * first & (1 << WORD * words) - 1).to_bytes(8 * words, "little")

    return Coins(len(series), draw, limit=bits)
