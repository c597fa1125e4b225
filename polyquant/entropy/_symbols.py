"""Symbols that a law does not have."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from polyquant.errors import DomainError


def refuse_strangers(symbols: NDArray[np.int64], counts: Sequence[int]) -> None:
    """``DomainError`` for the first symbol that is outside the alphabet or has count 0."""
    known = np.array([*(count > 0 for count in counts), False])
    good = known[np.where((symbols >= 0) & (symbols < len(counts)), symbols, len(counts))]
    if good.all():
        return
    index = int(np.argmin(good))
    symbol = int(symbols[index])
    if 0 <= symbol < len(counts):
        raise DomainError(f"symbols[{index}] = {symbol} has count 0")
    raise DomainError(f"symbols[{index}] = {symbol} is outside the alphabet of {len(counts)} symbols")
