import inspect

import polyquant_widgets
import pytest
from polyquant_widgets import ready, show_source

from polyquant import bits
from polyquant.prefix import _universal, fibonacci, gamma


def test_the_source_on_the_page_is_the_source_that_runs(capsys):
    show_source(gamma)
    text = capsys.readouterr().out
    assert inspect.getsource(_universal.write_gamma).strip() in text
    assert inspect.getsource(_universal.read_gamma).strip() in text


def test_makers_of_codes_and_plain_functions_have_sources_too(capsys):
    show_source(fibonacci(3), bits.wrap)
    text = capsys.readouterr().out
    assert "def write_fibonacci" in text
    assert "def wrap" in text


def test_ready_says_that_the_library_answers(capsys):
    ready()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(": works")
    assert lines[1].startswith("compiled cores: o")
    assert lines[2] == "live figures:   off (this is not a notebook)"


def test_an_unknown_figure_lists_the_known_ones():
    with pytest.raises(AttributeError, match="kraft_strip"):
        _ = polyquant_widgets.no_such_figure
