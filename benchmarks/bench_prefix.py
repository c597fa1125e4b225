"""Prefix codes beside peers: ``python benchmarks/bench_prefix.py``, or ``make bench`` for all benchmarks.

Peers: bitarray (C, a dictionary of gamma words), bitstring (exp-Golomb), fast-rice (Rust, Rice words of uint32),
a str of words joined in Python. libstreamvbyte (C++, SIMD) shows what giving up the bits for bytes buys. Those that
are not installed are left out, with a line that says so. Limit: a copy of the values in memory, 8 bytes each.

All codes then get values of three laws, 2^18 of each: *geometric*, P(n) = 0.12 * 0.88^n, the law of short counts;
*own*, the law for which the code is made, P(n) = 2^-length, without what is above 2^20; *32 bits*, all numbers below
2^32 equally likely, for which no code here is made: words longer than any table.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from bitarray import bitarray, decodetree

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import _streams
from benchmarks._timing import Row, scaled, table, times
from polyquant import _parallel
from polyquant.bits import Bits
from polyquant.prefix import (
    IntegerCode,
    delta,
    even_rodeh,
    exp_golomb,
    fibonacci,
    gamma,
    golomb,
    leb128,
    levenshtein,
    omega,
    rice,
    unary,
    zeta,
)

N = 2**18
CODES = [
    *(unary, gamma, delta, omega, levenshtein, even_rodeh, fibonacci(2), fibonacci(3), golomb(5), golomb(100)),
    *(rice(2), rice(6), exp_golomb(2), zeta(2), zeta(3), leb128),
]


def geometric(code: IntegerCode) -> np.ndarray:
    return np.random.default_rng(0).geometric(0.12, N) - 1 + code.least


def own(code: IntegerCode, most: int = 2**20) -> np.ndarray:
    """Random bits read as words follow the code's own law; by inversion here: a uniform number finds its word."""
    values = np.arange(code.least, most)
    weights = np.cumsum(2.0 ** -np.minimum(code.length(values), 1000))
    return values[np.searchsorted(weights, np.random.default_rng(1).random(N) * weights[-1])]


def wide(code: IntegerCode) -> np.ndarray:
    return np.random.default_rng(2).integers(1, 2**32, N)


def peer(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed: left out")
        return None


def memory(values: np.ndarray) -> Row:
    copy = np.empty_like(values)
    return Row("a copy in memory", values.size, lambda: np.copyto(copy, values))


def pair(code: IntegerCode, values: np.ndarray) -> tuple[Row, Row]:
    bits = code.encode_many(values)
    assert (code.decode_many(bits, values.size) == values).all()
    encode = Row(f"{code.name} here", values.size, lambda: code.encode_many(values))
    return encode, Row(encode.name, values.size, lambda: code.decode_many(bits, values.size))


def four_strings(code: IntegerCode, values: np.ndarray) -> list[Row]:
    strings = [code.encode_many(part) for part in np.split(values, 4)]

    def decode(threads: int | None) -> list[np.ndarray]:
        return _parallel.run(lambda bits: code.decode_many(bits, values.size // 4), strings, threads)

    assert (np.concatenate(decode(None)) == values).all()
    in_turn = Row(f"{code.name} here, four strings", values.size, partial(decode, 1))
    return [in_turn, Row(f"{in_turn.name}, {_parallel.cores()} threads", values.size, partial(decode, None))]


def in_python(code: IntegerCode, values: np.ndarray) -> tuple[Row, Row]:
    """The one-value path: texts joined; and read word by word."""
    few = values[:2000].tolist()
    bits = code.encode_many(few)

    def encode() -> Bits:
        return Bits.from_text("".join(str(code.encode(t)) for t in few))

    def decode() -> list[int]:
        position, found = 0, []
        while position < bits.size:
            t, position = code.decode(bits, position)
            found.append(t)
        return found

    assert encode() == bits
    assert decode() == few
    return Row("word by word in Python", len(few), encode), Row("word by word in Python", len(few), decode)


def with_bitarray(code: IntegerCode, values: np.ndarray) -> tuple[Row, Row]:
    listed = values.tolist()
    words = {t: bitarray(str(code.encode(t))) for t in set(listed)}
    tree = decodetree(words)

    def encode() -> bitarray:
        out = bitarray()
        out.encode(words, listed)
        return out

    stream = encode()
    assert stream.tobytes() == code.encode_many(values).data
    assert list(stream.decode(tree)) == listed
    return Row("bitarray, a dictionary of words", N, encode), Row(
        "bitarray, a tree", N, lambda: list(stream.decode(tree))
    )


def with_bitstring(module: ModuleType, code: IntegerCode, values: np.ndarray) -> tuple[Row, Row]:
    few = values[:2000].tolist()
    stream = module.Bits().join(module.Bits(ue=t) for t in few)
    assert stream.bin == str(code.encode_many(few))

    form = ", ".join(["ue"] * len(few))
    assert stream.unpack(form) == few
    encode = Row("bitstring", len(few), lambda: module.Bits().join(module.Bits(ue=t) for t in few))
    return encode, Row("bitstring", len(few), lambda: stream.unpack(form))


def with_fast_rice(module: ModuleType, values: np.ndarray) -> tuple[Row, Row]:
    narrow = values.astype(np.uint32)
    data = module.rice_encode(narrow)
    assert (module.rice_decode(data, N) == narrow).all()
    name = f"fast-rice, uint32, {8 * len(data) / N:.2f} bits"
    return Row(name, N, lambda: module.rice_encode(narrow)), Row(name, N, lambda: module.rice_decode(data, N))


def with_streamvbyte(module: ModuleType, values: np.ndarray) -> tuple[Row, Row]:
    narrow = values.astype(np.uint32)
    data = module.encode(narrow)
    name = f"libstreamvbyte, uint32, {8 * data.size / N:.2f} bits"
    return Row(name, N, lambda: module.encode(narrow)), Row(name, N, lambda: module.decode(data, N))


def beside_peers() -> Iterator[tuple[str, list[Row]]]:
    values = own(gamma)
    pairs = [pair(gamma, values), with_bitarray(gamma, values), in_python(gamma, values)]
    yield "gamma, own law, encode", [p[0] for p in pairs] + [memory(values)]
    yield "gamma, own law, decode", [p[1] for p in pairs] + four_strings(gamma, own(gamma)) + [memory(values)]
    values = geometric(exp_golomb(0))
    pairs = [pair(exp_golomb(0), values), with_bitarray(exp_golomb(0), values)]
    if module := peer("bitstring"):
        pairs.append(with_bitstring(module, exp_golomb(0), values))
    yield "exp_golomb(0), geometric, encode", [p[0] for p in pairs] + [memory(values)]
    yield "exp_golomb(0), geometric, decode", [p[1] for p in pairs] + [memory(values)]
    values = geometric(rice(2))
    pairs = [pair(rice(2), values), with_bitarray(rice(2), values)]
    if module := peer("fast_rice"):
        pairs.append(with_fast_rice(module, values))
    if module := peer("libstreamvbyte"):
        pairs.append(with_streamvbyte(module, values))
    yield "rice(2), geometric, encode", [p[0] for p in pairs] + [memory(values)]
    yield "rice(2), geometric, decode", [p[1] for p in pairs] + [memory(values)]


def every_code(law: Callable[[IntegerCode], np.ndarray]) -> str:
    codes = [code for code in CODES if law is not wide or code.length(2**32) < 1000]
    rows, sizes = [], []
    for code in codes:
        values = law(code)
        rows += [*pair(code, values), Row("length", N, partial(code.length, values))]
        sizes.append(code.length(values).mean())
    rates = [scaled(row.amount / min(seconds)) for row, seconds in zip(rows, times(rows, 7))]
    lines = [f"{law.__name__:<14} bits/value  encode_many  decode_many       length   (values/s)"]
    for code, size, *three in zip(codes, sizes, rates[::3], rates[1::3], rates[2::3]):
        lines.append(f"  {code.name:<14} {size:8.2f} " + " ".join(f"{rate:>12}" for rate in three))
    return "\n".join(lines)


def reports() -> Iterator[str]:
    for title, rows in beside_peers():
        yield table(title, "", rows)
    for law in (geometric, own, wide):
        yield every_code(law)
    yield from _streams.reports()


def test_prefix_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        for report in reports():
            print("\n" + report)


if __name__ == "__main__":
    for report in reports():
        print(report, flush=True)
