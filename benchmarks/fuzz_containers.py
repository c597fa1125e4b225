"""Millions of damaged containers: ``python benchmarks/fuzz_containers.py 1000000``.

Every case is a small good container of one of three formats (PQDF tensors, Huffman streams, rANS streams) with some
random damage: flipped bits, other bytes, numbers that are likely to hurt, pieces cut out, doubled or moved, an early
end. In half of the cases the checksums are repaired afterwards, so that the damage reaches what lies behind them. Then

* damage that no repair hides must raise a ``DataError``;
* behind right checksums, the reader raises a ``DataError`` or gives a value that is written and read back unchanged;
* any other exception, a crash, or memory beyond 4 GB is a failure.

Case number i is always the same. Workers of their own take 20,000 cases each, so that a crash is seen and has a place.
"""

import json
import random
import resource
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from polyquant.entropy import streams as rans
from polyquant.errors import DataError
from polyquant.prefix import dfloat
from polyquant.prefix import streams as huffman

BATCH = 20_000
MEMORY = 4 << 30
HURTS = (0, 1, 2, 3, 4, 7, 8, 12, 13, 64, 127, 128, 255, 256, 2**15, 2**16 - 1, 2**20, 2**20 + 1, 2**31, 2**32 - 1)


class Format(NamedTuple):
    """One kind of container: its reader and writer, what makes its checksums right, and good examples."""

    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]
    repair: Callable[[bytearray], None]
    examples: list[bytes]


def repair_envelope(data: bytearray) -> None:
    """Sizes and checksum of an envelope; see docs/formats.md."""
    if len(data) < 21:
        return
    header = min(int.from_bytes(data[7:9], "little"), len(data) - 21)
    data[9:17] = (8 * (len(data) - 21 - header)).to_bytes(8, "little")
    data[-4:] = zlib.crc32(data[:-4]).to_bytes(4, "little")


def repair_pqdf(data: bytearray) -> None:
    """The checksums of the chunks that are there, and that of the header."""
    if len(data) < 32:
        return
    streams, n, size, chunks, dimensions = (
        int.from_bytes(data[a:b], "little") for a, b in ((7, 8), (8, 16), (16, 20), (20, 24), (24, 25))
    )
    sizes = 32 + 8 * dimensions + 128
    crcs = sizes + 4 * streams * chunks
    at = crcs + 4 * chunks + 4
    if at > len(data):
        return
    for k in range(chunks):
        words = (int.from_bytes(data[p : p + 4], "little") for p in range(sizes + 4 * streams * k, crcs, 4))
        end = at + max(0, min(size, n - k * size)) + sum(next(words) for _ in range(streams))
        data[crcs + 4 * k : crcs + 4 * k + 4] = zlib.crc32(data[at:end]).to_bytes(4, "little")
        at = end
    header = crcs + 4 * chunks
    data[header : header + 4] = zlib.crc32(data[:header]).to_bytes(4, "little")


def formats() -> dict[str, Format]:
    """Small examples, so that much of every file is header, and a few of many chunks, streams and states."""
    random = np.random.default_rng(0)
    normal = (random.normal(0, 0.03, 900).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    tensors = [normal[:0], normal[:1], np.full(300, 0x3F80, np.uint16), normal.reshape(30, 30), normal[:255]]
    tensors.append(random.integers(0, 2**16, 600).astype(np.uint16))
    text = b"she sells sea shells by the sea shore, " * 8
    pages = [b"", b"a", bytes(700), text, text[:257], random.integers(0, 256, 300, np.uint8).tobytes(), b"ab" * 40]
    many = random.geometric(0.3, 66_000).astype(np.uint8).tobytes()  # all 64 states
    return {
        "PQDF": Format(
            dfloat.decompress,
            dfloat.compress,
            repair_pqdf,
            [dfloat.compress(t, chunk=c, streams=s) for t in tensors for c, s in ((256, 1), (512, 4), (65536, 8))],
        ),
        "HUFF": Format(
            huffman.decompress,
            huffman.compress,
            repair_envelope,
            [huffman.compress(p, chunk=c, streams=s) for p in pages for c, s in ((256, 1), (512, 4), (65536, 8))],
        ),
        "RANS": Format(
            rans.decompress,
            rans.compress,
            repair_envelope,
            [
                rans.compress(p, chunk=c, ways=w, scale_bits=s)
                for p in pages
                for c, w, s in ((256, 1, 8), (4096, 64, 12))
            ]
            + [rans.compress(many)],
        ),
    }


def damaged(example: bytes, source: random.Random) -> bytearray:
    """One to four wounds; half of them in the first 300 bytes, where the header is."""
    data = bytearray(example)
    for _ in range(source.choice((1, 1, 2, 4))):
        if not data:
            break
        at = source.randrange(min(len(data), 300) if source.random() < 0.5 else len(data))
        size = source.choice((1, 2, 4, 8))
        kind = source.randrange(7)
        if kind == 0:
            data[at] ^= 1 << source.randrange(8)
        elif kind == 1:
            data[at] = source.randrange(256)
        elif kind == 2:
            number = source.choice(HURTS) % 256**size
            data[at : at + size] = number.to_bytes(size, "little")
        elif kind == 3:
            del data[at : at + size]
        elif kind == 4:
            data[at:at] = source.randbytes(size)
        elif kind == 5:
            other = source.randrange(len(data))
            data[at : at + size] = data[other : other + size]
        elif source.random() < 0.3:
            del data[at:]
    return data


def try_one(name: str, form: Format, case: int) -> str:
    """What became of case number *case*; ``AssertionError`` if that is not allowed."""
    source = random.Random(f"{name} {case}")
    weights = [1 / (200 + len(example)) for example in form.examples]
    example = source.choices(form.examples, weights)[0]
    data = damaged(example, source)
    repaired = source.random() < 0.5
    if repaired:
        form.repair(data)
    try:
        value = form.read(bytes(data))
    except DataError as error:
        return f"{type(error).__name__}{' behind right checksums' if repaired else ''}"
    if bytes(data) == example:
        return "undamaged"
    assert repaired, f"{name} {case}: damage was not noticed"
    again = form.read(form.write(value))
    assert np.array_equal(again, value), f"{name} {case}: the value is not read back as it was written"
    assert np.shape(again) == np.shape(value), f"{name} {case}: the shape changed"
    return "another value"


def work(first: int, last: int) -> dict[str, Counter[str]]:
    """Cases first .. last - 1 of every format."""
    return {name: Counter(try_one(name, form, i) for i in range(first, last)) for name, form in formats().items()}


def main(cases: int) -> int:
    """Share the cases among workers and print what became of them."""
    per = -(-cases // len(formats()))
    total: dict[str, Counter[str]] = {name: Counter() for name in formats()}
    start, failures = time.perf_counter(), 0
    for first in range(0, per, BATCH):
        command = [sys.executable, __file__, "--worker", str(first), str(min(per, first + BATCH))]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            failures += 1
            print(f"cases {first} to {first + BATCH}: exit {done.returncode}\n{done.stderr[-2000:]}", flush=True)
            continue
        for name, counts in json.loads(done.stdout).items():
            total[name].update(counts)
    for name, counts in total.items():
        print(f"{name}: {sum(counts.values()):,} cases")
        for what, count in counts.most_common():
            print(f"    {count:>9,} {what}")
    print(f"{failures} failing batches, {time.perf_counter() - start:.0f} s")
    return int(failures > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        print(json.dumps(work(*map(int, sys.argv[2:]))))
    else:
        sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 100_000))
