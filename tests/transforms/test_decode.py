"""Decoders of single bins beside brute force; everything here is Python integers."""

import itertools

import numpy as np
import pytest

from polyquant.transforms.spright import Plan, plan
from polyquant.transforms.spright._kernels import decode as kernels
from polyquant.transforms.spright._kernels import osd, viterbi
from polyquant.transforms.spright.decode import _words, read, singles
from polyquant.transforms.spright.noise import limits

DECODERS = ("noiseless", "nso", "rm", "coded", "osd")


def sign(a: int, b: int) -> int:
    return -1 if (a & b).bit_count() % 2 else 1


def place(columns, k):
    return sum((column & k).bit_count() % 2 << i for i, column in enumerate(columns))


def seen(design, c, coefficients, noise=0.0, rng=None):
    """Bins of group c, shape (P, B), from the definition of aliasing."""
    columns, delays = design.groups[c]
    values = np.zeros((design.P, design.B))
    for k, size in coefficients.items():
        values[:, place(columns, k)] += [size * sign(d, k) for d in delays]
    return values + (noise * rng.normal(size=values.shape) if noise else 0)


def indices(reading):
    return [sum(int(w) << 64 * i for i, w in enumerate(row)) for row in reading.k]


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize(("n", "b"), [(7, 2), (5, 5), (4, 0), (9, 6), (1, 0), (0, 0), (70, 3)])
def test_every_decoder_reads_every_index_and_either_sign(decoder, n, b):
    design = plan(n, b=b, decoder=decoder, seed=n + b, dense=False)
    rng = np.random.default_rng(1)
    many = 2**n if n < 5 else 60 if n < 8 else 20 if n < 10 else 3
    every = {int.from_bytes(rng.bytes(9), "little") >> 72 - n for _ in range(many)} | {0, 2**n - 1}
    for k in every:
        size = (1 + k % 3) * (-1) ** k.bit_count() / 7
        c = k % design.C
        values = seen(design, c, {k: size})
        bin = place(design.groups[c][0], k)
        found = read(design, c, values, np.array([bin]))
        assert indices(found) == [k]
        assert found.size[0] == pytest.approx(size, rel=1e-14)
        assert found.rest[0] <= 1e-28
        both = np.array(sorted({bin, 0}))
        assert indices(singles(design, c, values, both, exact(design))) == [k]


def exact(design, largest=1.0):
    return limits(design.C, design.B, design.P, design.n - design.b, noise=0.0, largest=largest)


@pytest.mark.parametrize("decoder", DECODERS)
def test_two_in_a_bin_are_not_one(decoder):
    design = plan(9, b=3, decoder=decoder, seed=5, dense=False)
    rng = np.random.default_rng(2)
    for _ in range(25):
        k, other = (int(k) for k in rng.choice(512, 2, replace=False))
        if place(design.groups[0][0], k) != place(design.groups[0][0], other):
            continue
        for pair in ((1.0, 1.0), (1.0, -1.0), (1.5, 0.25)):
            values = seen(design, 0, {k: pair[0], other: pair[1]})
            assert not indices(singles(design, 0, values, np.arange(8), exact(design)))


def test_opposite_coefficients_do_not_look_empty():
    """At delay 0 alone, a and -a in one bin would read as nothing; the energy is taken over all delays."""
    design = plan(8, b=2, decoder="noiseless", seed=1, dense=False)
    columns, delays = design.groups[0]
    k, other = next((k, m) for k, m in itertools.combinations(range(256), 2) if place(columns, k) == place(columns, m))
    values = seen(design, 0, {k: 1.0, other: -1.0})
    assert delays[0] == 0
    assert not values[0].any()
    assert ((values**2).mean(axis=0) > exact(design).zero).sum() == 1


def free_parts(design, c):
    """What each bit at a free coordinate adds to an index without leaving its bin."""
    columns = design.groups[c][0]
    return [k for k in range(1, 2**design.n) if place(columns, k) == 0]


def correlation(design, c, k, values, bin):
    return sum(sign(d, k) * u for d, u in zip(design.groups[c][1], values[:, bin]))


def best(design, c, values, bin, used):
    """The index of the bin with the largest absolute correlation over the first *used* delays."""
    columns, delays = design.groups[c]
    start = next(k for k in range(2**design.n) if place(columns, k) == bin)
    inside = [start, *(start ^ k for k in free_parts(design, c))]
    return max(inside, key=lambda k: abs(sum(sign(d, k) * u for d, u in zip(delays[:used], values[:, bin]))))


def test_viterbi_finds_the_most_likely_word():
    design = plan(7, b=2, decoder="coded", seed=3, dense=False)
    rng, used = np.random.default_rng(3), design.P - design.verify
    for _ in range(12):
        values = rng.normal(size=(design.P, design.B))  # noise alone: any word may be the best
        found = indices(read(design, 0, values, np.arange(design.B)))
        assert found == [best(design, 0, values, bin, used) for bin in range(design.B)]


def power(delays, u, k):
    """Of two offsets with the eight sums of three units each: the squares of what correlates with index k."""
    return sum(sum(sign(delays[r + v], k) * u[r + v] for v in range(8)) ** 2 for r in (0, 8))


def test_a_block_of_modulations_is_decoded_by_its_largest_power():
    design = plan(6, b=3, decoder="rm", seed=4, delays=2 * 8 + 4, dense=False)  # one block of three, two offsets
    assert design.verify == 4
    columns, delays = design.groups[1]
    rng = np.random.default_rng(4)
    for _ in range(20):
        values = rng.normal(size=(design.P, design.B))
        for bin, found in enumerate(indices(read(design, 1, values, np.arange(design.B)))):
            start = next(k for k in range(64) if place(columns, k) == bin)

            assert found == max(
                (start ^ k for k in [0, *free_parts(design, 1)]), key=lambda k: power(delays, values[:, bin], k)
            )


def test_soft_bits_weigh_what_hard_bits_count():
    delays = [r ^ d for r in (0b000, 0b101, 0b011) for d in (0, 1, 2, 4)]
    design = Plan(3, 0, (((), tuple(delays)),), "nso")
    u = np.ones(12)
    u[1], u[5], u[9] = -5.0, 0.5, 0.5  # one clear vote for a one, two faint ones against it
    soft = read(design, 0, u[:, np.newaxis], np.array([0]))
    hard = read(design, 0, u[:, np.newaxis], np.array([0]), hard=True)
    assert (indices(soft), indices(hard)) == ([1], [0])


def slow_order_two(rows, u):
    """The definition, on Python integers: rows[p] = (coefficients of the message bits, sign bit included)."""
    order = sorted(range(len(u)), key=lambda p: (-abs(u[p]), p))
    size, chosen, basis = max(row.bit_length() for row in rows), [], {}
    for p in order:
        row = rows[p]
        while row and row.bit_length() in basis:
            row ^= basis[row.bit_length()]
        if row:
            basis[row.bit_length()] = row
            chosen.append(p)
    words = {}  # bits at the chosen places -> message
    for message in range(2**size):
        words[tuple((rows[p] & message).bit_count() % 2 for p in chosen)] = message
    hard = [int(u[p] < 0) for p in chosen]
    messages = []
    for flips in itertools.chain.from_iterable(itertools.combinations(range(size), r) for r in range(3)):
        messages.append(words[tuple(bit ^ (i in flips) for i, bit in enumerate(hard))])
    return max(abs(sum(sign(row, m) * x for row, x in zip(rows, u))) for m in messages)


@pytest.mark.parametrize(("n", "b", "P"), [(7, 2, 9), (6, 0, 7), (8, 3, 20)])
def test_ordered_statistics_try_all_flips_of_two(n, b, P):
    design = plan(n, b=b, decoder="osd", delays=P, seed=6, dense=False)
    columns, delays = design.groups[0]
    rng = np.random.default_rng(7)
    basis, span = [], {0}
    for k in free_parts(design, 0):
        if k not in span:
            basis.append(k)
            span |= {s ^ k for s in span}
    rows = [sum((d & k).bit_count() % 2 << t for t, k in enumerate(basis)) | 1 << len(basis) for d in delays]
    for _ in range(8):
        values = rng.normal(size=(P, design.B))
        found = read(design, 0, values, np.arange(design.B))
        for bin, k in enumerate(indices(found)):
            assert place(columns, k) == bin
            start = next(m for m in range(2**n) if place(columns, m) == bin)
            u = [sign(d, start) * x for d, x in zip(delays, values[:, bin])]
            assert abs(correlation(design, 0, k, values, bin)) == pytest.approx(slow_order_two(rows, u), rel=1e-12)
            assert found.size[bin] == pytest.approx(correlation(design, 0, k, values, bin) / P, rel=1e-12)


def test_delays_that_cannot_tell_indices_apart_are_refused():
    same = Plan(4, 1, (((1,), (2, 4, 8, 2, 4, 8)),), "osd")
    with pytest.raises(ValueError, match="rank 4 for osd, got 3"):
        read(same, 0, np.ones((6, 2)), np.array([0]))


def test_the_same_words_without_the_compiler():
    rng = np.random.default_rng(9)
    u, design = rng.normal(size=(20, 60)), plan(10, b=3, decoder="osd", delays=60, dense=False)
    calls = [
        (kernels.soft, (u, 2)),
        (kernels.hard, (u, 3)),
        (kernels.modulated, (u, 2, 3)),
        (viterbi.coded, (u, viterbi.SYMBOLS)),
        (osd.ordered, (u, _words(design)[0])),
    ]
    for kernel, arguments in calls:
        compiled, plain = np.zeros((20, 7), np.uint8), np.ones((20, 7), np.uint8)
        kernel(*arguments, compiled)
        kernel.py_func(*arguments, plain)
        assert np.array_equal(compiled, plain)
