"""Many integers at once: checks around the compiled kernels, the tables they use, and what their states mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from polyquant import _check
from polyquant.bits import Bits, unpack
from polyquant.errors import CorruptError, DomainError, TruncatedError

from ._kernels import cursors, universal
from ._kernels import integers as kernels
from ._universal import fibonacci_weights

if TYPE_CHECKING:
    from .integers import IntegerCode

LONGEST_WORD = int(kernels.LONGEST)
MOST_BITS = 2**36
"""The longest string that is written, in bits: 8 GiB."""

# Without a compiler a table costs more than it saves, but the same paths should run: small ones.
_COMPILED = hasattr(kernels.encode, "signatures")
_VALUES, _WIDTH = (4096, 12) if _COMPILED else (64, 6)


_Code = tuple[int, np.uint64, NDArray[np.uint64]]  # kind, parameter, rows


@dataclass(frozen=True, slots=True, eq=False)
class _Core:
    """What the kernels are told about a code."""

    code: _Code
    least: int
    encoder: NDArray[np.uint64]
    decoder: NDArray[np.uint64]


@lru_cache(maxsize=64)
def _core(kind: int, parameter: int, least: int) -> _Core:
    code = kind, np.uint64(parameter), _weights(parameter) if kind == universal.FIBONACCI else _rules(kind, parameter)
    decoder = np.empty(2**_WIDTH, np.uint64)
    cursors.decode_table(*code, decoder)
    return _Core(code, least, _encoder(code, least), decoder)


def _rules(kind: int, parameter: int) -> NDArray[np.uint64]:
    """How words follow from integers of one length, in two rows."""
    rows = np.zeros((2, 64), np.uint64)
    kernels.rules(kind, np.uint64(parameter), rows)
    return rows


def _weights(m: int) -> NDArray[np.uint64]:
    """Fibonacci's weights of order *m* and the sum of those before each, in two rows."""
    weights = [*fibonacci_weights(m), 2**64 - 1]
    sums = [min(sum(weights[:i]), 2**64 - 1) for i in range(len(weights))]
    return np.array([weights, sums], np.uint64)


def _encoder(code: _Code, least: int) -> NDArray[np.uint64]:
    """The kernels' table of words, made by the kernels without a table."""
    table = np.full(_VALUES + 1, kernels.MISS)
    values = integers("values", np.arange(least, _VALUES), least)  # of the type that callers' values have
    sizes = np.empty(values.size, np.int64)
    kernels.lengths(*code, least, table[-1:], kernels.LONGEST, values, sizes)
    values, sizes = integers("values", values[sizes <= kernels.MOST], least), sizes[sizes <= kernels.MOST]
    out = np.empty(8 * sizes.size + 16, np.uint8)
    _, position = kernels.encode(*code, least, table[-1:], values, 0, out, np.uint64(0))
    words = unpack(_bits(out, int(position)), sizes)
    table[values] = words << np.uint64(6) | sizes.astype(np.uint64)
    return table


def _bits(out: NDArray[np.uint8], size: int) -> Bits:
    return Bits(out[: (size + 7) // 8].tobytes(), size)


def integers(name: str, values: ArrayLike, least: int | None = None, most: int | None = None) -> NDArray[np.int64]:
    """As ``_check.integers`` for any shape, with a ``DomainError`` for what is out of range."""
    try:
        return _check.integers(name, values, least, most, ndim=None)
    except ValueError as error:
        raise DomainError(str(error)) from None


def lengths(code: IntegerCode, ts: ArrayLike) -> NDArray[np.int64]:
    """Bits of the codeword of each of *ts*, in the shape of *ts*."""
    values = integers("t", ts)
    core = _core(code._kind, code._parameter, code.least)
    out, bad = _lengths(core, values.reshape(-1), _check.MAX)
    if bad >= 0:
        _refuse(code, "t", values.reshape(-1), bad, "2^63 - 1")
    return out.reshape(values.shape)


def _lengths(core: _Core, values: NDArray[np.int64], most: int) -> tuple[NDArray[np.int64], int]:
    out = np.empty(values.size, np.int64)
    return out, kernels.lengths(*core.code, core.least, core.encoder, np.uint64(most), values, out)


def _refuse(code: IntegerCode, name: str, values: NDArray[np.int64], bad: int, most: str) -> NoReturn:
    """Say what is wrong with the value at index *bad*: not covered, or its word is too long."""
    t = int(values[bad])
    if t < code.least:
        raise DomainError(f"{name} must be from {code.least} to 2^63 - 1 for {code.name}, got {t} at index {bad}")
    size = code.length(t)
    raise DomainError(f"{name} must have {code.name} words of at most {most} bits, got {size} for {t} at index {bad}")


def encode(code: IntegerCode, ts: ArrayLike) -> Bits:
    """The codewords of *ts* one behind the other."""
    values = integers("ts", ts)
    if values.ndim != 1:
        raise ValueError(f"ts must have 1 dimension, got shape {values.shape}")
    core = _core(code._kind, code._parameter, code.least)
    arguments = *core.code, code.least, core.encoder, values
    out = np.empty(values.size + 64, np.uint8)  # eight bits for each, mostly enough, spares a look at all lengths
    done, position = kernels.encode(*arguments, 0, out, np.uint64(0))
    if done < values.size:
        sizes, bad = _lengths(core, values[done:], LONGEST_WORD)
        if bad >= 0:
            _refuse(code, "ts", values, done + bad, str(LONGEST_WORD))
        rest = int(sizes.sum())
        if position + rest > MOST_BITS:
            total = int(position) + rest
            raise DomainError(f"ts must have {code.name} words of at most {MOST_BITS} bits together, got {total}")
        out = np.concatenate([out[: int(position) // 8 + 1], np.empty(rest // 8 + 64, np.uint8)])
        _, position = kernels.encode(*arguments, done, out, np.uint64(position))
    return _bits(out, int(position))


def decode(code: IntegerCode, bits: Bits, count: int, start: int, pad: bool) -> NDArray[np.int64]:
    """The *count* integers whose codewords fill *bits* from *start* on."""
    if not isinstance(bits, Bits):
        raise TypeError(f"bits must be Bits, got {type(bits).__name__}")
    count = _check.integer("count", count, 0)
    start = _check.integer("start", start, 0, bits.size)
    if count > bits.size - start:
        raise TruncatedError(f"{count} words have at least {count} bits, got {bits.size - start} from bit {start} on")
    core = _core(code._kind, code._parameter, code.least)
    data = np.concatenate([bits.array(), np.zeros(32, np.uint8)])
    out = np.empty(count, np.int64)
    done, at, state = cursors.decode(*core.code, core.decoder, data, np.uint64(bits.size), np.uint64(start), out)
    where = f"decoded {done} of {count} symbols, stopped at bit {at} of {bits.size}"
    if state == cursors.TRUNCATED:
        raise TruncatedError(f"{where}: the bits end inside a {code.name} word")
    if state == cursors.CORRUPT:
        raise CorruptError(f"{where}: no {code.name} word of an integer up to 2^63 - 1 begins like this")
    left = bits.size - int(at)
    if left and not (pad and left < 8 and not bits.take(int(at), left).to_int()):
        raise CorruptError(f"{where}: {left} bits are left over")
    return out
