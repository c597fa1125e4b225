import numpy as np
import pytest

from polyquant.quantize import lloyd_max, nf4, round_blocks, round_to_nearest, uniform


def weights(rows=6, columns=256, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, columns))


@pytest.mark.parametrize(
    ("bits", "group", "expected"), [(4, 128, 4.15625), (3, 128, 3.1484375), (2, 128, 2.140625), (4, 64, 4.3125)]
)
def test_every_bit_is_counted(bits, group, expected):
    assert round_to_nearest(weights(), bits, group).bits_per_weight == expected
    assert round_to_nearest(weights(), bits, group, clip=True).bits_per_weight == expected


def test_bits_of_a_short_last_group_are_counted_too():
    assert round_to_nearest(weights(2, 10), 2, 8).bits_per_weight == 2 + 2 * 18 / 10
    assert round_blocks(weights(2, 10), nf4(), group=8).bits_per_weight == 4 + 2 * 16 / 10
    assert round_blocks(weights(), nf4(), group=64).bits_per_weight == 4.25
    assert round_blocks(weights(), lloyd_max("gaussian", 8), by="rms").bits_per_weight == 3 + 16 / 256


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("shift", [0.0, 5.0, -5.0])
def test_one_group_has_few_values_and_zero_is_among_them(bits, shift):
    w = weights(3, 64) + shift
    w[:, 5] = 0
    rounded = round_to_nearest(w, bits, 64).dense
    for row, before in zip(rounded, w):
        assert len(np.unique(row)) <= 2**bits
        step = (max(before.max(), 0) - min(before.min(), 0)) / (2**bits - 1)
        assert np.abs(row - before).max() <= 1.001 * step  # half a step, and half more at the ends, since 0 snaps
    assert (rounded[:, 5] == 0).all()


def test_weights_on_the_grid_stay():
    w = np.random.default_rng(1).integers(-3, 5, (4, 32)) * 0.25
    w[:, 0], w[:, 1] = -0.75, 1.0
    assert np.array_equal(round_to_nearest(w, 3, 32).dense, w)


def test_clipping_never_hurts_and_saves_a_group_with_an_outlier():
    w = weights(40, 128)
    w[:, 7] = 9
    plain, clipped = (((round_to_nearest(w, 2, 64, clip=clip).dense - w) ** 2).sum(axis=1) for clip in (False, True))
    assert (clipped <= plain).all()
    gauss = weights(40, 128)
    plain, clipped = (((round_to_nearest(gauss, 2, 64, clip=c).dense - gauss) ** 2).mean() for c in (False, True))
    assert clipped < 0.65 * plain


def test_blocks_do_not_see_each_other():
    w = weights(2, 64)
    a = round_blocks(w, nf4(), group=16).dense
    w[:, 16:] *= 100
    assert np.array_equal(a[:, :16], round_blocks(w, nf4(), group=16).dense[:, :16])


@pytest.mark.parametrize(
    ("levels", "error"), [(2, 0.3634), (4, 0.1175), (8, 0.03454)]
)  # Max's table, for numbers of variance 1
def test_rows_by_their_root_mean_square_have_the_error_of_the_law(levels, error):
    w = weights(64, 2048, 3) * np.geomspace(1e-3, 1e3, 64)[:, None]
    rounded = round_blocks(w, lloyd_max("gaussian", levels), by="rms").dense
    assert ((rounded - w) ** 2).sum(axis=1) / (w * w).sum(axis=1) == pytest.approx(error, rel=0.15)
    assert (((rounded - w) ** 2).sum(axis=1) / (w * w).sum(axis=1)).mean() == pytest.approx(error, rel=0.015)


def test_blocks_of_zeros_and_below_half_precision_become_zero():
    for size in (0.0, 1e-12):
        w = np.full((2, 8), size)
        assert (round_blocks(w, nf4(), group=4).dense == 0).all()
        assert (round_to_nearest(w, 4, 4, clip=True).dense == 0).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: round_to_nearest([1.0], 4, 4), "w must have 2 dimensions"),
        (lambda: round_to_nearest(np.zeros((0, 4)), 4, 4), "w must not be empty"),
        (lambda: round_to_nearest([[np.nan]], 4, 4), "w must be finite"),
        (lambda: round_to_nearest([[1.0]], 9, 4), "bits must be at most 8"),
        (lambda: round_to_nearest([[1.0]], 4, 0), "group must be at least 1"),
        (lambda: round_blocks([[1e6]], nf4()), "w must have scales of at most 65504"),
        (lambda: round_blocks([[1.0]], uniform(2, 1.0), by="max"), "by must be one of 'absmax', 'rms'"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
