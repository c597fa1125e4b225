"""Fields of Params: what they accept, what they refuse, and the corners that tests walk."""

from dataclasses import dataclass
from random import Random

import pytest
from polyquant_widgets._scene import Scene, choice, control, switch, text


@dataclass(frozen=True)
class Params:
    count: int = control(5, 1, 9, 2, "points", hint="how many")
    share: float = control(0.5, 0.0, 1.0, 0.1, "share")
    size: int = control(100, 1, 1000, 2, "size", log=True)
    law: str = choice("line", ("line", "square"), "law")
    dots: bool = switch(False, "dots")
    word: str = text("abc", "word", longest=5, alphabet="abc")


def scene(params=Params):
    return Scene(params, compute=None, draw=None, redraw=None, describe=None)


def test_controls_come_in_reading_order_with_label_and_hint():
    controls = scene().controls
    assert list(controls) == ["count", "share", "size", "law", "dots", "word"]
    assert (controls["count"].label, controls["count"].hint) == ("points", "how many")


def test_whole_defaults_and_bounds_make_a_whole_slider():
    controls = scene().controls
    assert (controls["count"].whole, controls["share"].whole, controls["size"].whole) == (True, False, True)


def test_start_values_replace_defaults():
    assert scene().params(count=3, word="cab") == Params(count=3, word="cab")


@pytest.mark.parametrize(
    ("start", "error", "message"),
    [
        ({"number": 3}, TypeError, "no parameter 'number'; this figure has count, share, size, law, dots, word"),
        ({"count": 10}, ValueError, "count must be from 1 to 9, got 10"),
        ({"count": 0}, ValueError, "count must be from 1 to 9, got 0"),
        ({"count": 2.5}, TypeError, "count must be a whole number, got 2.5"),
        ({"count": True}, TypeError, "count must be a whole number, got True"),
        ({"share": "half"}, TypeError, "share must be a number, got 'half'"),
        ({"share": float("nan")}, ValueError, "share must be from 0.0 to 1.0, got nan"),
        ({"law": "cube"}, ValueError, "law must be one of 'line', 'square', got 'cube'"),
        ({"law": 3}, ValueError, "law must be one of 'line', 'square', got 3"),
        ({"dots": 1}, TypeError, "dots must be True or False, got 1"),
        ({"word": ""}, ValueError, "word must have 1 to 5 characters, got 0"),
        ({"word": "aaaaaa"}, ValueError, "word must have 1 to 5 characters, got 6"),
        ({"word": "abd"}, ValueError, "word may only contain the characters 'abc', got 'd'"),
        ({"word": b"abc"}, TypeError, "word must be text, got b'abc'"),
    ],
)
def test_what_a_control_cannot_show_is_refused_by_name_rule_and_value(start, error, message):
    with pytest.raises(error) as caught:
        scene().params(**start)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5, 9, 1, 1, "n"), "low must be below high, got 9 and 1"),
        ((5, 1, 9, 0, "n"), "step must be positive"),
        ((10, 1, 9, 1, "n"), "default must be from 1 to 9, got 10"),
    ],
)
def test_a_slider_that_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        control(*arguments)


@pytest.mark.parametrize(("low", "step"), [(0, 2), (1, 1), (-1, 2)])
def test_a_log_slider_needs_a_positive_start_and_a_factor(low, step):
    with pytest.raises(ValueError, match="a log slider: low > 0 and a factor above 1"):
        control(5, low, 9, step, "n", log=True)


def test_a_choice_starts_at_one_of_its_options():
    with pytest.raises(ValueError, match="default must be one of 'a', 'b', got 'c'"):
        choice("c", ("a", "b"), "letter")


def test_log_sliders_stand_on_powers_of_the_step_both_ends_and_the_start():
    size = scene().controls["size"]
    assert size.grid() == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000]
    assert size.grid(100) == sorted([*size.grid(), 100])


def test_whole_log_sliders_have_no_position_twice():
    @dataclass(frozen=True)
    class Fine:
        n: int = control(1, 1, 100, 1.05, "n", log=True)

    grid = scene(Fine).controls["n"].grid()
    assert grid == sorted(set(grid))
    assert all(isinstance(value, int) for value in grid)


def test_all_corners_of_a_small_box_are_visited():
    @dataclass(frozen=True)
    class Small:
        n: int = control(5, 1, 9, 1, "n")
        law: str = choice("a", ("a", "b", "c"), "law")
        dots: bool = switch(False, "dots")

    corners = list(scene(Small).corners())
    assert len(corners) == len(set(corners)) == 2 * 3 * 2
    assert {c.n for c in corners} == {1, 9}


def test_a_large_box_is_sampled_at_its_corners_and_repeatably():
    corners = list(scene().corners(20))
    assert len(corners) == 20
    assert corners == list(scene().corners(20))
    assert all(c.count in (1, 9) and c.size in (1, 1000) for c in corners)


def test_points_inside_are_legal_and_repeatable():
    points = list(scene().inside(50))
    assert points == list(scene().inside(50))
    assert len({p.count for p in points}) == 5
    for point in points:
        scene().params(**vars(point))


def test_corners_of_a_text_are_legal():
    control_ = scene().controls["word"]
    corners = control_.corners()
    assert {len(word) for word in corners} == {1, 5}
    for word in (*corners, control_.inside(Random(1))):
        assert control_.check("word", word) == word
