"""Shape and gain at a given rate, beside Lloyd-Max, lattices and the bounds: tables, and the points of the figure.

Bits per number are totals, gain included, with fractions of bits; pulses and levels of the gain are the best for each
place of the table. Errors are means over fresh numbers, to about 0.2 %.

Run: ``python -m benchmarks.rate_distortion`` prints the tables. ``python -m benchmarks.rate_distortion FILE`` computes
the points for the figure and writes them to FILE (widgets/rate_points.csv); a minute or two.
"""

import argparse
import csv
import math
import sys
from collections.abc import Iterator
from functools import cache, partial
from itertools import chain
from pathlib import Path

import numpy as np

from polyquant import datasets
from polyquant.quantize import distortion, lloyd_max
from polyquant.quantize.bounds import cap_bound, distortion_rate, random_code
from polyquant.quantize.lattices import ALL, Lattice, nearest_of
from polyquant.quantize.trials import SOURCES, Shaped, best_split, measured, split_rate, splits

LENGTHS = (4, 8, 16, 32, 128)
RATES = (1, 2, 3, 4)
CURVE_LENGTHS = (4, 8, 16, 32, 64, 128)
CURVE_RATES = tuple(r / 4 for r in range(3, 19))
LARGEST = {"A2": 4096, "D4": 10_000, "E8": 60_000}  # points of a ball
Row = tuple[str, str, int, int, int, float, float]
FIELDS = ("source", "code", "n", "k", "levels", "rate", "error")


def table(source: str, numbers: int) -> None:
    scalar = "Lloyd-Max  Shannon" if source != "sphere" else ""
    print(f"\n{source:10} R" + "".join(f"{f'N={n}':>10}" for n in LENGTHS) + f"   {scalar}")
    for rate in RATES:
        found = [best_split(source, n, rate) for n in LENGTHS]
        errors = [measured(source, n, split, numbers=numbers) for n, split in zip(LENGTHS, found)]
        row = f"{rate:12d}" + "".join(f"{error:10.5f}" for error in errors)
        if source != "sphere":
            row += f"{distortion(lloyd_max(source, 2**rate), source):12.5f}{distortion_rate(source, rate):9.5f}"
        print(row)
        print(" " * 12 + "".join(f"{f'{split.k},{split.levels}':>10}" for split in found) + "   pulses, levels")
    if source == "sphere":
        for name, bound in (("round caps", cap_bound), ("random", random_code)):
            for rate in RATES:
                print(f"{name:11}{rate}" + "".join(f"{bound(n, rate):10.5f}" for n in LENGTHS))


def lattice_error(lattice: Lattice, norm: float, numbers: int) -> tuple[float, float]:
    """Bits per number and error of the points up to *norm*, scaled as is best for a Gaussian."""
    ball = lattice.ball(norm)
    x = np.random.default_rng(0).standard_normal((numbers // lattice.n, lattice.n))

    def error(scale: float, rows: np.ndarray) -> float:
        found = lattice.nearest(rows / scale)
        out = (found**2).sum(axis=1) > norm * (1 + 1e-9)
        found[out] = ball[nearest_of(ball, rows[out] / scale)]
        return float(((found * scale - rows) ** 2).mean())

    low, high = 0.3 / math.sqrt(norm), 6 * math.sqrt(lattice.n / norm)
    for _ in range(14):  # thirds, on a sixteenth of the numbers
        a, b = low * (high / low) ** 0.4, low * (high / low) ** 0.6
        low, high = (low, b) if error(a, x[::16]) < error(b, x[::16]) else (a, high)
    return math.log2(len(ball)) / lattice.n, error(math.sqrt(low * high), x)


def lattices(numbers: int) -> Iterator[Row]:
    """Rows of the file: balls of more and more points, about an eighth of a bit apart."""
    for lattice in ALL:
        norm, last = 0.0, 2**0.7
        while (count := len(lattice.ball(norm := norm + 1))) <= LARGEST[lattice.name]:
            if math.log2(count / last) >= lattice.n / 8:
                rate, error = lattice_error(lattice, norm, numbers)
                yield "gaussian", lattice.name, lattice.n, int(norm), count, rate, error
                last = count


def pyramids(numbers: int) -> Iterator[Row]:
    """Rows of the file: the best split at many rates."""
    for source in SOURCES:
        for n in CURVE_LENGTHS:
            known = source == "sphere"
            possible = [bits for bits in CURVE_RATES if splits(n, bits, known=known)]
            for split in dict.fromkeys(best_split(source, n, bits) for bits in possible):
                yield source, "PVQ", n, *split, split_rate(n, split), measured(source, n, split, numbers=numbers)


def spheres() -> Iterator[Row]:
    """Rows of the file: what no directions can beat, and what random ones do."""
    for code, bound in (("caps", cap_bound), ("random", random_code)):
        for n in CURVE_LENGTHS:
            for bits in CURVE_RATES:
                yield "sphere", code, n, 0, 0, bits, bound(n, bits)


def weights() -> Iterator[Row]:
    """Rows of the file: two real matrices, in units of the root mean square of each row, which is not counted."""
    for source, words in (("query", datasets.minilm_query()), ("output", datasets.minilm_output())):
        rows = (words.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
        rows /= np.sqrt((rows**2).mean(axis=1, keepdims=True))
        for bits in (1, 2, 3, 4):
            code = lloyd_max(rows.ravel(), 2**bits)
            yield source, "Lloyd-Max", 1, 0, 2**bits, bits, float(((code.quantize(rows) - rows) ** 2).mean())
        for n in CURVE_LENGTHS:
            groups = rows.reshape(-1, n)
            shaped = cache(partial(Shaped, groups))
            for bits in CURVE_RATES:
                ways = splits(n, bits)
                if ways:
                    errors = [shaped(way.k).error(way.levels) for way in ways]
                    best = int(np.argmin(errors))
                    yield source, "PVQ", n, *ways[best], split_rate(n, ways[best]), errors[best]


def write(path: Path, numbers: int) -> None:
    with path.open("w", newline="", encoding="ascii") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        for *names, rate, error in chain(spheres(), lattices(numbers), weights(), pyramids(numbers)):
            writer.writerow([*names, round(rate, 5), float(f"{error:.4g}")])
            print(*names, round(rate, 5), float(f"{error:.4g}"), file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, help="write the points of the figure there")
    parser.add_argument("--numbers", type=int, default=1 << 21, help="random numbers for each place of a table")
    arguments = parser.parse_args()
    if arguments.file:
        return write(arguments.file, arguments.numbers // 4)
    for source in SOURCES:
        table(source, arguments.numbers)
    print("\nballs of lattices on a Gaussian: bits, error, as much above Shannon in decibels")
    for _, name, _, norm, count, rate, error in lattices(arguments.numbers // 4):
        above = 10 * math.log10(error / distortion_rate("gaussian", rate))
        print(f"{name} up to {norm:3d}: {count:7,d} points {rate:8.4f} {error:9.5f} {above:7.3f} dB")


if __name__ == "__main__":
    main()
