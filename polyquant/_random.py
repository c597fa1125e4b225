"""Two kinds of randomness that never share a name.

``entropy=`` is a source of secret bytes, a callable ``size -> bytes``; privacy hangs on it, the default is the
operating system's. ``rng=`` is a numpy Generator or a seed; only repeatability hangs on it. Handing over the wrong
kind is an error.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import numpy as np

Entropy = Callable[[int], bytes]

SYSTEM: Entropy = secrets.token_bytes

_BLOCK = 4096


def entropy_source(entropy: Any) -> Entropy:
    """*entropy* if it is a source of bytes; a numpy Generator or a seed is refused by type."""
    if isinstance(entropy, np.random.Generator | np.random.BitGenerator | int) or not callable(entropy):
        raise TypeError(
            f"entropy must be a function that returns that many secret bytes, such as secrets.token_bytes, "
            f"got {type(entropy).__name__}"
        )
    return lambda size: _take(entropy, size)


def _take(entropy: Entropy, size: int) -> bytes:
    data = entropy(size)
    if not isinstance(data, bytes) or len(data) != size:
        got = f"{len(data)} bytes" if isinstance(data, bytes) else type(data).__name__
        raise ValueError(f"entropy must return exactly {size} bytes, got {got}")
    return data


def generator(rng: np.random.Generator | int | None = None) -> np.random.Generator:
    """A numpy Generator from a Generator, a seed, or None for fresh numbers."""
    if rng is None or isinstance(rng, np.random.Generator):
        return np.random.default_rng(rng)
    if isinstance(rng, bool | float) or not hasattr(rng, "__index__"):
        raise TypeError(f"rng must be a numpy Generator, a seed or None, got {type(rng).__name__}")
    if int(rng) < 0:
        raise ValueError(f"rng must be at least 0 as a seed, got {rng}")
    return np.random.default_rng(int(rng))


class repeatable:
    """Deterministic bytes for tests and lessons: a SHAKE-256 stream of *seed*. Never for real secrets.

    >>> repeatable(b"lesson")(4) == repeatable(b"lesson")(4)
    True
    """

    def __init__(self, seed: bytes) -> None:
        if not isinstance(seed, bytes):
            raise TypeError(f"seed must be bytes, got {type(seed).__name__}")
        self._seed = seed
        self._block = 0
        self._rest = b""

    def __call__(self, size: int) -> bytes:
        while len(self._rest) < size:
            block = self._seed + self._block.to_bytes(8, "little")
            self._rest += hashlib.shake_256(block).digest(_BLOCK)  # a fixed size: the stream forgets how it was cut
            self._block += 1
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def integer_below(bound: int, entropy: Entropy = SYSTEM) -> int:
    """A uniform integer in [0, bound) from secret bytes, by rejection: exact, no floats."""
    if bound < 1:
        raise ValueError(f"bound must be at least 1, got {bound}")
    bits = (bound - 1).bit_length()
    size = (bits + 7) // 8
    while True:
        value = int.from_bytes(entropy(size), "little") & ((1 << bits) - 1)
        if value < bound:
            return value
