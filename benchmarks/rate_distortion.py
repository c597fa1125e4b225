"""Shape and gain at a given rate, beside Lloyd-Max, lattices and the bounds: tables, and the points of the figure.

Bits per number are totals, gain included, with fractions of bits; pulses and levels of the gain are the best for each
place of the table. Errors are means over fresh numbers, to about 0.2 %.

Run: ``python -m benchmarks.rate_distortion`` prints the tables. ``python -m benchmarks.rate_distortion FILE`` computes
the points for the figure and writes them to FILE (widgets/rate_points.csv); some minutes.
"""

import argparse
import csv
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from polyquant.quantize import distortion, lloyd_max
from polyquant.quantize.bounds import cap_bound, distortion_rate, random_code
from polyquant.quantize.lattices import ALL, Lattice, nearest_of
from polyquant.quantize.trials import SOURCES, best_split, measured, split_rate, splits

LENGTHS = (4, 8, 16, 32, 128)
RATES = (1, 2, 3, 4)
CURVE_LENGTHS = (4, 8, 16, 32, 64, 128)
CURVE_RATES = tuple(r / 4 for r in range(3, 19))
LARGEST = {"A2": 4096, "D4": 10_000, "E8": 60_000}  # points of a ball
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
        return float(((ball[nearest_of(ball, rows / scale)] * scale - rows) ** 2).mean())

    low, high = 0.3 / math.sqrt(norm), 6 * math.sqrt(lattice.n / norm)
    for _ in range(14):  # thirds, on a sixteenth of the numbers
        a, b = low * (high / low) ** 0.4, low * (high / low) ** 0.6
        low, high = (low, b) if error(a, x[::16]) < error(b, x[::16]) else (a, high)
    return math.log2(len(ball)) / lattice.n, error(math.sqrt(low * high), x)


def lattices(numbers: int) -> Iterator[tuple[object, ...]]:
    """Rows of the file: balls of more and more points."""
    for lattice in ALL:
        norm, last = 0.0, 1
        while (count := len(lattice.ball(norm := norm + 1))) <= LARGEST[lattice.name]:
            if count > last and math.log2(count) / lattice.n >= 0.7:
                rate, error = lattice_error(lattice, norm, numbers if count < 5000 else numbers // 4)
                yield "gaussian", lattice.name, lattice.n, int(norm), count, round(rate, 5), float(f"{error:.5g}")
            last = count


def pyramids(numbers: int) -> Iterator[tuple[object, ...]]:
    """Rows of the file: the best split at many rates."""
    for source in SOURCES:
        for n in CURVE_LENGTHS:
            done = set()
            for bits in CURVE_RATES:
                if not splits(n, bits, known=source == "sphere"):
                    continue
                split = best_split(source, n, bits)
                if split not in done:
                    error = measured(source, n, split, numbers=numbers)
                    yield source, "PVQ", n, *split, round(split_rate(n, split), 5), float(f"{error:.5g}")
                done.add(split)


def write(path: Path, numbers: int) -> None:
    with path.open("w", newline="", encoding="ascii") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        for make in (lattices, pyramids):
            for row in make(numbers):
                writer.writerow(row)
                file.flush()
                print(*row, file=sys.stderr, flush=True)


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
