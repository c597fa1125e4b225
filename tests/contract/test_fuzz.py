"""A few hundred of the damaged containers of ``benchmarks/fuzz_containers.py``, and that its repairs are repairs."""

import pytest

from benchmarks.fuzz_containers import formats, try_one
from polyquant.errors import DataError

FORMATS = formats()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_damage_is_noticed_or_another_value(name):
    outcomes = {try_one(name, FORMATS[name], case) for case in range(250)}
    assert "another value" in outcomes
    assert "CorruptError behind right checksums" in outcomes


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_good_container_is_not_changed_by_its_repair(name):
    for example in FORMATS[name].examples:
        data = bytearray(example)
        FORMATS[name].repair(data)
        assert data == example


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_harness_sees_a_reader_that_believes_everything(name):
    form = FORMATS[name]

    def trusting(data):
        try:
            return form.read(data)
        except DataError:
            return form.read(form.examples[4])

    with pytest.raises(AssertionError, match="damage was not noticed"):
        [try_one(name, form._replace(read=trusting), case) for case in range(50)]
