"""Quantized matrices: budgets, bytes, and what the arrays mean."""

import math

import numpy as np
import pytest

from polyquant.bits import unwrap, wrap
from polyquant.errors import DataError
from polyquant.quantize import QuantizedMatrix, gain_codebook, output_error, quantize_matrix
from polyquant.quantize._blocks import block_length, choose, most_pulses, turn, turn_back, turn_both
from polyquant.transforms import Rotation


def gaussian(rows, columns, seed=1):
    return np.random.default_rng(seed).standard_normal((rows, columns))


def relative(matrix, quantized):
    return ((quantized.dense() - matrix) ** 2).sum() / (matrix**2).sum()


def same(a, b):
    arrays = [(a.points, b.points), (a.gain, b.gain), (a.scale, b.scale)]
    return all(np.array_equal(x, y) and x.dtype == y.dtype for x, y in arrays) and (a.groups, a.seed, a.exponent) == (
        b.groups,
        b.seed,
        b.exponent,
    )


def points(n, k):
    """P(n, k) by its recurrence."""
    if not n or not k:
        return int(not k)
    table = [[1] + [0] * k]
    for _ in range(n):
        row = [1]
        for j in range(1, k + 1):
            row.append(table[-1][j] + row[j - 1] + table[-1][j - 1])
        table.append(row)
    return table[n][k]


@pytest.mark.parametrize(("n", "bits", "k"), [(8, 32, 36), (12, 64, 129), (16, 32, 12), (16, 64, 58), (16, 128, 1136)])
def test_the_largest_index_that_fits_is_that_of_the_published_table(n, bits, k):
    assert most_pulses(n, bits) == k


def test_dense_is_what_the_arrays_say():
    small = quantize_matrix(gaussian(3, 11), group=4, k=5, gain_bits=2, rotate=False)
    assert small.points.shape == (3, 11)
    assert small.gain.shape == (3, 3)
    expected = np.zeros((3, 11))
    for row in range(3):
        for group, (start, stop) in enumerate([(0, 4), (4, 8), (8, 11)]):
            y = small.points[row, start:stop].astype(float)
            level = gain_codebook(stop - start, 11, 4).levels[small.gain[row, group]]
            length = level * math.sqrt(stop - start) * float(small.scale[row]) * 2.0**small.exponent
            expected[row, start:stop] = length * y / math.sqrt((y * y).sum())
    assert np.allclose(small.dense(), expected, rtol=1e-6)


def test_every_term_is_counted():
    small = quantize_matrix(np.zeros((2, 384)), k=12, gain_bits=1)
    assert small.bits_per_weight == pytest.approx((32 + 1) / 16 + 16 / 384)  # 27.4 bits of P(16, 12) would be a lie
    with_tail = quantize_matrix(gaussian(5, 22), group=16, k=12, gain_bits=2)
    tail = (points(6, with_tail.groups.tail_k) - 1).bit_length()
    terms = with_tail.accounting()
    assert terms["shape"] == 5 * (32 + tail)
    assert terms["gain"] == 5 * 2 * 2
    assert terms["scale"] == 5 * 16
    assert sum(terms.values()) == 8 * len(with_tail.to_bytes())
    assert terms["frame"] < 560
    assert with_tail.bits_per_weight * 5 * 22 == sum(terms.values()) - terms["frame"]
    assert with_tail.bits_per_weight * 22 - 32 - 4 - 16 == tail <= 6 * 32 / 16


@pytest.mark.parametrize("columns", [16, 48, 50, 384, 1000])
@pytest.mark.parametrize("group", [4, 16, 40])
def test_bits_are_a_budget_that_is_nearly_used_up(columns, group):
    for bits in (1.9, 2.6, 3.1, 5.0):
        groups = choose(columns, group, None, bits, None)
        used = groups.row_bits / columns
        assert used <= bits
        if columns % group == 0:
            assert used > bits - 2.5 / min(group, columns)  # the next pulse costs more than a bit in short groups


SHAPES = [
    (5, 40, {"bits": 3.4}),
    (5, 41, {"bits": 2.5, "rotate": False}),
    (3, 7, {}),
    (1, 1, {"bits": 18.0, "rotate": False}),
    (2, 48, {"bits": 4.2, "group": 32, "seed": 2**40}),
    (4, 64, {"k": 140, "gain_bits": 0}),
]


@pytest.mark.parametrize(("rows", "columns", "settings"), SHAPES)
@pytest.mark.parametrize("prefix", [False, True])
def test_bytes_come_back(rows, columns, settings, prefix):
    small = quantize_matrix(gaussian(rows, columns) * 1e-9, **settings)
    back = QuantizedMatrix.from_bytes(small.to_bytes(prefix=prefix))
    assert same(small, back)
    assert np.array_equal(small.dense(), back.dense())


def test_a_prefix_code_pays_for_numbers_unlike_the_pyramid():
    """One large number in each group leaves most entries 0."""
    matrix = np.zeros((16, 64))
    matrix[:, ::16] = 1
    small = quantize_matrix(matrix, k=12, gain_bits=2, rotate=False)
    assert len(small.to_bytes(prefix=True)) < 0.7 * len(small.to_bytes())
    usual = quantize_matrix(gaussian(64, 64), k=12, gain_bits=2)
    assert len(usual.to_bytes(prefix=True)) > len(usual.to_bytes())


def test_damage_behind_a_right_checksum_is_noticed_or_harmless():
    rng = np.random.default_rng(8)
    for prefix in (False, True):
        data = quantize_matrix(gaussian(2, 11), group=4, k=3, gain_bits=1, seed=3).to_bytes(prefix=prefix)
        header, payload = unwrap(data, b"PVQM")
        refused = 0
        for _ in range(150):
            damaged = bytearray(header)
            damaged[rng.integers(len(header))] = rng.integers(256)
            try:
                QuantizedMatrix.from_bytes(wrap(b"PVQM", bytes(damaged), payload)).dense()
            except DataError:
                refused += 1
        assert refused > 60


def test_threads_change_nothing():
    matrix, h = gaussian(40, 48), np.cov(gaussian(48, 400))
    assert same(*(quantize_matrix(matrix, hessian=h, threads=t) for t in (1, 3)))


def test_a_power_of_two_only_moves_the_exponent():
    matrix = gaussian(4, 32)
    one, other = (quantize_matrix(matrix * scale) for scale in (1.0, 2.0**-70))
    assert np.array_equal(one.points, other.points)
    assert np.array_equal(one.scale, other.scale)
    assert other.exponent == one.exponent - 70
    assert np.array_equal(other.dense(), one.dense() * np.float32(2.0**-70))


def test_zeros_stay():
    assert not quantize_matrix(np.zeros((3, 20))).dense().any()
    matrix = gaussian(3, 20)
    matrix[1] = 0
    dense = quantize_matrix(matrix).dense()
    assert not dense[1].any()
    assert dense[0].any()


def test_errors_are_near_those_of_the_theory():
    """After rotation everything is Gaussian; the published errors at groups of 16."""
    matrix = gaussian(32, 192)
    errors = [relative(matrix, quantize_matrix(matrix, bits=b / 16 + 16 / 192)) for b in (17, 33, 49)]
    assert errors[0] == pytest.approx(0.36, rel=0.12)
    assert errors[1] == pytest.approx(0.0924, rel=0.06)
    assert errors[2] == pytest.approx(0.0238, rel=0.06)


def test_a_rotation_helps_rows_with_outliers_and_hardly_others():
    matrix = gaussian(24, 96)
    plain = [relative(matrix, quantize_matrix(matrix, rotate=r)) for r in (False, True)]
    assert plain[1] == pytest.approx(plain[0], rel=0.15)
    matrix[:, 5] *= 40
    outliers = [relative(matrix, quantize_matrix(matrix, rotate=r)) for r in (False, True)]
    assert outliers[1] < 0.2 * outliers[0]


def test_feedback_and_passes_lower_the_output_error():
    rng = np.random.default_rng(9)
    x = rng.standard_normal((300, 48)) @ (rng.standard_normal((48, 48)) + 1)
    h, matrix = x.T @ x / 300, gaussian(24, 48)
    plain = quantize_matrix(matrix, bits=2.6)
    fed = [quantize_matrix(matrix, bits=2.6, hessian=h, passes=p) for p in (0, 1, 3)]
    losses = [output_error(matrix, q.dense(), h) for q in (plain, *fed)]
    assert losses[1] < 0.6 * losses[0]
    assert losses[2] < losses[1]
    assert losses[3] < losses[2]
    assert len({q.bits_per_weight for q in (plain, *fed)}) == 1


def test_the_scale_of_each_row_is_the_best():
    h, matrix = np.cov(gaussian(32, 100)), gaussian(6, 32)
    small = quantize_matrix(matrix, hessian=h, damping=1e-9)
    dense = small.dense().astype(float)
    losses = [np.einsum("ij,ij->i", (matrix - s * dense) @ h, matrix - s * dense) for s in (0.99, 1.0, 1.01)]
    assert (losses[1] < losses[0]).all()
    assert (losses[1] < losses[2]).all()


@pytest.mark.parametrize(("columns", "length"), [(384, 384), (576, 576), (1536, 1536), (100, 4), (7, 1), (144, 144)])
def test_every_length_can_be_turned(columns, length):
    assert block_length(columns) == length
    x = gaussian(3, columns)
    turned = turn(x, 5)
    assert np.allclose((turned**2).sum(), (x**2).sum())
    assert np.allclose(turn_back(turned, 5), x)
    assert np.allclose(turned[:, :length], Rotation(length, 5).apply(x[:, :length]))


def test_the_hessian_of_turned_inputs():
    x = gaussian(50, 20)
    assert np.allclose(turn_both(x.T @ x, 3), turn(x, 3).T @ turn(x, 3))


def test_what_is_wrong_is_said():
    for bad, message in (
        ({"matrix": [[1.0, np.nan]]}, r"matrix must be finite, got nan at index \(0, 1\)"),
        ({"matrix": [1.0]}, "matrix must have 2 dimensions"),
        ({"matrix": np.ones((0, 3))}, "must not be empty"),
        ({"bits": 0.5}, "bits must leave at least one pulse"),
        ({"matrix": np.full((2, 32), 2.0**95)}, "matrix must be below 2\\^90"),
        ({"k": 0}, "k must be at least 1"),
        ({"gain_bits": 9}, "gain_bits must be at most 8"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"hessian": np.eye(3)}, r"hessian must have shape \(32, 32\)"),
        ({"method": "best"}, "method must be one of"),
    ):
        with pytest.raises(ValueError, match=message):
            quantize_matrix(**({"matrix": gaussian(2, 32)} | bad))
    with pytest.raises(TypeError, match="k must be an integer"):
        quantize_matrix(gaussian(2, 32), k=3.0)


def test_arrays_cannot_be_written():
    small = quantize_matrix(gaussian(2, 32))
    with pytest.raises(ValueError, match="read-only"):
        small.points[0, 0] = 1
