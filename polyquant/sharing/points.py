"""Codewords become points: where on the dealer's curve a party stands.

Party t has the codeword of t; its first symbol is the coefficient of x^0 of the point P_t. Two words of a prefix-free
code part inside both, so the valuation of P_i - P_j is below both lengths. Nothing else about the code is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

from polyquant import _check
from polyquant.errors import DomainError
from polyquant.prefix import IntegerCode, PrefixCode, integer_code, is_prefix_free

LONGEST_WORD = 4096
INFINITE = 1 << 70
"""Stands for "infinitely many codewords"."""

Siblings = Callable[[int], Iterator[int]]
Run = Callable[[int], tuple[int, int]]


@dataclass(frozen=True, slots=True, repr=False)
class PointCode:
    """A prefix code as a map from parties t >= 1 to points; equal when the names are. Made by :func:`point_code`.

    >>> point_code("gamma").word(2), point_code("gamma").point(2)
    ('010', 2)
    """

    name: str
    _length: Callable[[int], int] = field(compare=False)
    _write: Callable[[int], str] = field(compare=False)
    _siblings: Siblings | None = field(compare=False, default=None)
    _run: Run | None = field(compare=False, default=None)

    def length(self, t: int) -> int:
        """Symbols of the word of party *t*, at most 4096."""
        size = self._length(_check.integer("t", t, 1, _check.MAX))
        if size > LONGEST_WORD:
            raise DomainError(
                f"t must have a word of at most {LONGEST_WORD} symbols, got {size} in {self.name} for {t}"
            )
        return size

    def word(self, t: int) -> str:
        """The codeword of party *t*, first symbol first."""
        self.length(t)
        return self._write(t)

    def point(self, t: int) -> int:
        """P_t, the coefficient of x^i in bit i."""
        return int(self.word(t)[::-1] or "0", 2)

    def run(self, t: int) -> tuple[int, int]:
        """(start, stop) around *t* so that P_(start + i) is an affine map of the bits of i, and lengths are equal."""
        return self._run(t) if self._run else (t, t + 1)

    def overlap(self, k: int, t: int, size: str = "published") -> int:
        """What the share of *t* needs beyond ell bits: (k-1)(length - 1), or the k-1 largest valuations ("tight")."""
        least = (k - 1) * (self.length(t) - 1)
        return least if _check.choice("size", size, SIZES) == "published" else self._tight(k, t)

    def _tight(self, k: int, t: int) -> int:
        if self._siblings is None:
            raise ValueError(f"size must be 'published' for the code {self.name}, its siblings are not known")
        total, missing = 0, k - 1
        for depth, count in zip(range(self.length(t) - 1, -1, -1), self._siblings(t)):
            taken = min(count, missing)
            total += taken * depth
            missing -= taken
            if not missing:
                break
        return total

    def __repr__(self) -> str:
        return self.name


SIZES = ("published", "tight")


def point_code(code: PointCode | IntegerCode | PrefixCode | str | Mapping[int, str]) -> PointCode:
    """*code* as a map to points.

    Parameters
    ----------
    code : PointCode, IntegerCode, PrefixCode, str or mapping
        A code of :mod:`polyquant.prefix` (those that begin at 0 encode t - 1; symbol s of a finite code is party
        s + 1), its name with the argument behind a colon ("delta", "golomb:5"), "fixed:B" for exactly 2^B parties,
        or a table from parties to words of 0 and 1, also as a name: "table:1=0,2=10".

    Raises
    ------
    ValueError
        No such code, or a table that is not prefix-free.
    """
    if isinstance(code, PointCode):
        return code
    if isinstance(code, IntegerCode):
        return _named(code.name.replace("(", ":").rstrip(")"))
    if isinstance(code, PrefixCode):
        return _table({s + 1: code.codeword(s) for s, length in enumerate(code.lengths) if length})
    if isinstance(code, Mapping):
        return _table(code)
    if isinstance(code, str):
        return _named(code)
    raise TypeError(f"code must be a prefix code, its name or a table of words, got {type(code).__name__}")


# Codes of the integers ------------------------------------------------------------------------------------------


_ARGUMENTS = {"golomb": "m", "rice": "k", "fibonacci": "m", "exp_golomb": "k", "zeta": "k", "fixed": "B"}


@cache
def _named(name: str) -> PointCode:
    kind, colon, text = name.partition(":")
    if kind == "table":
        return _table(_words(text))
    if (kind in _ARGUMENTS) != bool(colon) or (colon and (not text.isascii() or str(_number(text)) != text)):
        raise ValueError(f"code must be a known prefix code such as 'delta', 'golomb:3' or 'fixed:8', got {name!r}")
    if kind == "fixed":
        return _fixed(_check.integer("B of fixed:B", int(text), 1, 63))
    try:
        code = integer_code(kind, **({_ARGUMENTS[kind]: int(text)} if colon else {}))
    except ValueError as error:
        raise ValueError(f"code must be a known prefix code, got {name!r}: {error}") from None
    shift = 1 - code.least
    siblings = _SIBLINGS.get(kind)
    runs: dict[str, Run] = {
        "gamma": _octave,
        "delta": _octave,
        "omega": _octave,
        "rice": partial(_aligned, width=int(text or 0)),
    }
    return PointCode(
        name,
        lambda t: int(code.length(t - shift)),
        lambda t: str(code.encode(t - shift)),
        partial(siblings, argument=int(text or 0)) if siblings else None,
        runs.get(kind),
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else -1


def _octave(t: int) -> tuple[int, int]:
    start = 1 << (t.bit_length() - 1)
    return start, 2 * start


def _aligned(t: int, width: int) -> tuple[int, int]:
    start = ((t - 1) >> width << width) + 1
    return start, start + (1 << width)


# How many words leave the path of t, from its last symbol upwards -------------------------------------------------


def _powers(n: int) -> Iterator[int]:
    yield from (1 << i for i in range(n))


def _gamma_siblings(t: int, argument: int) -> Iterator[int]:
    yield from _powers(t.bit_length() - 1)
    yield INFINITE


def _delta_siblings(t: int, argument: int) -> Iterator[int]:
    length = t.bit_length()
    yield from _powers(length - 1)
    for b in range(length.bit_length() - 1):
        first = (length >> b ^ 1) << b  # other lengths that agree above bit b; 2^(l-1) integers have length l
        yield (1 << (first + (1 << b) - 1)) - (1 << (first - 1))
    yield INFINITE


def _endless_sibling(t: int, argument: int) -> Iterator[int]:
    yield INFINITE


def _golomb_siblings(t: int, argument: int) -> Iterator[int]:
    """A remainder below *short* has ``high`` bits, the others one more."""
    remainder, high = (t - 1) % argument, max((argument - 1).bit_length() - 1, 0)
    short = (1 << (high + 1)) - argument if argument > 1 else 1
    node = remainder if remainder < short else (remainder + short) >> 1
    if remainder >= short:
        yield 1
    for b in range(high):
        first = (node >> b ^ 1) << b
        last = first + (1 << b)
        yield last - first + max(0, last - max(first, short))
    yield INFINITE


def _rice_siblings(t: int, argument: int) -> Iterator[int]:
    yield from _powers(argument)
    yield INFINITE


_SIBLINGS: dict[str, Callable[..., Iterator[int]]] = {
    "gamma": _gamma_siblings,
    "delta": _delta_siblings,
    "omega": _endless_sibling,
    "unary": _endless_sibling,
    "golomb": _golomb_siblings,
    "rice": _rice_siblings,
}


# Finite sets of parties -----------------------------------------------------------------------------------------


def _fixed(width: int) -> PointCode:
    def inside(t: int) -> int:
        if t > 1 << width:
            raise DomainError(f"t must be at most {1 << width} for fixed:{width}, got {t}")
        return t

    def write(t: int) -> str:
        return f"{inside(t) - 1:0{width}b}"

    return PointCode(
        f"fixed:{width}",
        lambda t: width if inside(t) else 0,
        write,
        lambda t: _powers(width),
        partial(_aligned, width=width),
    )


def _words(text: str) -> dict[int, str]:
    pairs = [pair.partition("=") for pair in text.split(",")]
    if any(_number(t) < 1 or str(_number(t)) != t for t, _, _ in pairs) or len({t for t, _, _ in pairs}) < len(pairs):
        raise ValueError("code must list different parties and words as in 'table:1=0,2=10'")
    return {int(t): word for t, _, word in pairs}


def _table(words: Mapping[int, str]) -> PointCode:
    table = {_check.integer("party of the table", t, 1, _check.MAX): word for t, word in sorted(words.items())}
    for t, word in table.items():
        if not isinstance(word, str) or not word or word.strip("01"):
            raise ValueError(f"word of party {t} must be one or more of 0 and 1, got {word!r}")
    if not table or not is_prefix_free(list(table.values())):
        raise ValueError(f"code must be a prefix-free table of words, got {len(table)} words that are not")

    def write(t: int) -> str:
        if t not in table:
            raise DomainError(f"t must be a party of the table, got {t}")
        return table[t]

    def siblings(t: int) -> Iterator[int]:
        own = write(t)
        for d in range(len(own) - 1, -1, -1):
            yield sum(word[:d] == own[:d] and word != own and word[d] != own[d] for word in table.values())

    name = "table:" + ",".join(f"{t}={word}" for t, word in table.items())
    return PointCode(name, lambda t: len(write(t)), write, siblings)
