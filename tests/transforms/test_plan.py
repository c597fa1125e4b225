import itertools
import json
import math

import pytest

from polyquant.errors import CorruptError
from polyquant.transforms import Plan, plan
from polyquant.transforms.spright import _index
from polyquant.transforms.spright.plan import DECODERS, basis, certainty, check_decodable, layout, prepared
from tests.vectors import rows

ALL = [(n, b, decoder) for n, b in ((1, 0), (1, 1), (5, 2), (9, 9), (12, 4), (70, 3)) for decoder in DECODERS]


def parity(x):
    return x.bit_count() & 1


def vector_plan(case):
    groups = tuple((tuple(g["cols"]), tuple(g["delays"])) for g in case["groups"])
    return Plan(case["n"], case["b"], groups, case["scheme"], case["verify"])


@pytest.mark.parametrize("case", rows("wht", "bins"), ids=lambda case: case["n"])
def test_free_units_are_the_published_ones(case):
    free, _ = basis(case["n"], tuple(case["cols"]))
    assert [1 << unit for unit in free] == case["free_units"]


@pytest.mark.parametrize("case", rows("wht", "solve"), ids=lambda case: case["name"])
def test_published_plans_suit_their_decoders(case):
    design = vector_plan(case)
    check_decodable(design)
    assert design.cost() == case["expect"]["samples"]
    assert prepared(design).reps == (case["reps"] if case["scheme"] == "nso" else 1)
    assert Plan.from_json(design.to_json()) == design


@pytest.mark.parametrize(("n", "b", "decoder"), ALL)
def test_the_bits_of_the_bin_and_the_free_bits_give_the_index_back(n, b, decoder):
    design = plan(n, b=b, decoder=decoder, dense=False, seed=n)
    arrays = prepared(design)
    for c, (columns, delays) in enumerate(design.groups):
        back = _index.numbers(arrays.back[c])
        free = arrays.free_units[c].tolist()
        for k in {0, 1, (1 << n) - 1, (1 << n) // 3}:
            v = [parity(column & k) for column in columns] + [k >> unit & 1 for unit in free]
            total = 0
            for bit, part in zip(v, back):
                total ^= part * bit
            assert total == k
        code = _index.numbers(arrays.code[c])
        for row, delay in zip(code, delays):
            assert row >> n - b == 1
            assert [row >> t & 1 for t in range(n - b)] == [parity(delay & k) for k in back[b:]]


@pytest.mark.parametrize(("n", "b", "decoder"), ALL)
def test_a_drawn_plan_can_be_decoded_and_stored(n, b, decoder):
    design = plan(n, b=b, decoder=decoder, dense=False)
    check_decodable(design)
    assert (design.n, design.b, design.C, design.decoder) == (n, b, 3, decoder)
    assert design.cost() == design.C * design.P * 2**b
    assert Plan.from_json(design.to_json()) == design
    assert hash(Plan.from_json(design.to_json())) == hash(design)


def test_the_seed_decides():
    assert plan(20, 50, seed=3) == plan(20, 50, seed=3) != plan(20, 50, seed=4)


def test_the_stream_of_a_seed_is_frozen():
    """Stored results name a seed: the same groups for ever."""
    small = plan(9, b=2, C=2, delays=9, seed=1, dense=False)
    assert small.groups == (
        ((262, 486), (0, 1, 2, 4, 8, 16, 32, 64, 73)),
        ((485, 159), (0, 1, 2, 4, 8, 16, 32, 64, 216)),
    )


def test_costs_of_the_published_table():
    """Samples of n = 20, K = 100, three groups."""
    assert plan(20, 100, delays=14).cost() == 5376
    assert plan(20, 100, decoder="nso", delays=18, sigma=1.0).cost() == 6912
    assert plan(20, 100, sigma=math.sqrt(10), smallest=1).cost() == 6144
    assert plan(20, 100, sigma=math.sqrt(100 / 10**0.5), smallest=1).cost() == 7680
    assert plan(20, 100, sigma=10.0, smallest=1, b=8).cost() <= 23040


@pytest.mark.parametrize(
    ("n", "K", "b", "C"),
    [
        (20, 0, 3, 4),
        (20, 12, 3, 4),
        (20, 13, 4, 4),
        (20, 16, 4, 3),
        (20, 192, 7, 3),
        (20, 193, 8, 3),
        (30, None, 10, 3),
    ],
)
def test_enough_bins_for_the_coefficients(n, K, b, C):
    design = plan(n, K)
    assert (design.b, design.C) == (b, C)


@pytest.mark.parametrize("decoder", DECODERS)
def test_the_number_of_delays_can_be_chosen(decoder):
    least = {"osd": 9, "coded": 42, "rm": 18}.get(decoder, 9)  # n - b = 8 free bits
    for delays in range(least, least + 25):
        design = plan(14, b=6, decoder=decoder, delays=delays)
        check_decodable(design)
        assert delays == design.P
    with pytest.raises(ValueError, match=rf"delays must be at least .* got {least - 1}"):
        plan(14, b=6, decoder=decoder, delays=least - 1)


def test_no_sample_is_taken_twice_in_a_group():
    for decoder in DECODERS:
        design = plan(11, b=3, decoder=decoder, dense=False)
        for columns, delays in design.groups:
            spans = [sum_of(subset) for r in range(4) for subset in itertools.combinations(columns, r)]
            extra = delays[design.P - design.verify :] if decoder != "osd" else delays
            assert len({d ^ s for d in extra for s in spans}) == len(extra) * len(spans)


def sum_of(numbers):
    total = 0
    for number in numbers:
        total ^= number
    return total


def test_a_plan_that_would_read_everything_is_dense():
    for n in range(8):
        design = plan(n, 4)
        assert (design.decoder, design.b, design.groups, design.cost()) == ("dense", n, (), 2**n)
        assert Plan.from_json(design.to_json()) == design
    assert plan(7, 4, dense=False).groups


def test_layouts_by_hand():
    free = [0, 2, 3, 7]
    assert layout("noiseless", free) == layout("nso", free) == [0, 1, 4, 8, 128]
    assert layout("rm", free) == [0, 1, 4, 5, 8, 9, 12, 13, 128]
    assert layout("rm", free, 2) == [0, 1, 4, 5, 8, 128, 136]
    coded = layout("coded", free)
    assert len(coded) == 3 * (4 + 6)
    # 133 octal = 1011011: the newest bit, and those of 1, 3, 4 and 6 steps ago; at time 4 the bits 3, 1 and 0
    assert coded[3 * 4] == 128 ^ 4 ^ 1


def test_certainty_is_the_formula():
    assert certainty(20, 7, 3) == pytest.approx(math.sqrt(2 * math.log(2**14 * 3 * 128)) + 0.5)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ((), "groups must not be empty"),
        ((((1, 1), (0, 4)),), r"groups\[0\] must have linearly independent columns, got rank 1 of 2: \(1, 1\)"),
        ((((1, 0), (0, 4)),), "linearly independent columns, got rank 1"),
        ((((1, 2), (0, 4)), ((3, 5), (0,))), r"equally many delays, got \[1, 2\]"),
        ((((1,), (0, 4)),), r"groups\[0\] must have b = 2 columns, got 1"),
        ((((1, 2), ()),), r"groups\[0\] must have at least 1 delay"),
        ((((1, 8), (0, 4)),), r"groups\[0\] column must be at most 7, got 8"),
        ((((1, 2), (0, -4)),), r"groups\[0\] delay must be at least 0, got -4"),
    ],
)
def test_groups_that_are_none(groups, message):
    with pytest.raises(ValueError, match=message):
        Plan(3, 2, groups)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n": -1}, ValueError, "n must be at least 0, got -1"),
        ({"n": 2.0}, TypeError, "n must be an integer, got 2.0"),
        ({"n": 5, "K": -1}, ValueError, "K must be at least 0, got -1"),
        ({"n": 5, "b": 6}, ValueError, "b must be at most 5, got 6"),
        ({"n": 5, "b": True}, TypeError, "b must be an integer"),
        ({"n": 5, "C": 0}, ValueError, "C must be at least 1, got 0"),
        ({"n": 5, "sigma": -1.0}, ValueError, "sigma must be at least 0, got -1.0"),
        ({"n": 5, "sigma": math.nan}, ValueError, "sigma must be finite"),
        ({"n": 5, "smallest": 0}, ValueError, "smallest must be above 0, got 0"),
        ({"n": 5, "decoder": "best"}, ValueError, "decoder must be one of 'auto', 'noiseless'"),
        ({"n": 5, "delays": 0}, ValueError, "delays must be at least 1, got 0"),
        ({"n": 25, "seed": -1}, ValueError, "seed must be at least 0, got -1"),
    ],
)
def test_wrong_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        plan(**arguments)


def test_a_dense_plan_has_no_groups():
    with pytest.raises(ValueError, match="a dense plan must have b = n"):
        Plan(4, 3, (), "dense")
    with pytest.raises(ValueError, match="b must be at most 4, got 5"):
        Plan(4, 5, (), "dense")


@pytest.mark.parametrize("decoder", ["noiseless", "nso", "rm", "coded"])
def test_delays_in_another_layout_are_not_decoded(decoder):
    design = plan(9, b=3, decoder=decoder, dense=False)
    columns, delays = design.groups[0]
    changed = (*delays[:3], delays[3] ^ 511, *delays[4:])
    other = Plan(9, 3, ((columns, changed),), decoder, design.verify)
    with pytest.raises(ValueError, match=rf"groups\[0\] must have delays in the layout of {decoder}"):
        check_decodable(other)


def test_random_delays_must_tell_all_indices_apart():
    design = plan(9, b=3, decoder="osd", dense=False)
    columns, delays = design.groups[0]
    with pytest.raises(ValueError, match="delays whose code has rank 7 for osd, got 6"):
        check_decodable(Plan(9, 3, ((columns, delays[:6]),), "osd"))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{}", '{"plan": 2}', json.dumps({"plan": 1, "n": 2, "b": 1, "decoder": "osd", "verify": 0})],
)
def test_text_that_is_no_plan(text):
    with pytest.raises(CorruptError, match="not a plan"):
        Plan.from_json(text)


def test_every_truncation_of_a_stored_plan_is_noticed():
    text = plan(12, 3, C=2).to_json()
    for size in range(len(text)):
        with pytest.raises(CorruptError):
            Plan.from_json(text[:size])
