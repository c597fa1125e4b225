import pytest
from polyquant_widgets import real_numbers
from polyquant_widgets.real_numbers import FIXED, LENGTHS, LETTERS, RANKS, book, size

from polyquant.prefix import exp_golomb, golomb, zeta


@pytest.mark.parametrize("what", [*LETTERS, RANKS, LENGTHS])
def test_the_bill_is_what_the_codes_really_write(what):
    for code in (*FIXED.values(), golomb(5), zeta(2), exp_golomb(4)):
        assert size(what, code) == len(code.encode_many(book(what) - 1 + code.least).data)


@pytest.mark.parametrize("what", [*LETTERS, RANKS, LENGTHS])
def test_the_dots_are_the_whole_book(what):
    numbers = book(what)
    assert numbers.min() == 1
    assert real_numbers.compute(real_numbers.Params(what)).count == numbers.size
