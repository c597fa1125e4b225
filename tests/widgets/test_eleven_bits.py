import pytest
from polyquant_widgets import flipped_byte
from polyquant_widgets.eleven_bits import bits_per_weight

from polyquant.datasets import minilm_query
from polyquant.prefix import dfloat


@pytest.mark.parametrize(("chunk", "streams", "longest"), [(256, 8, 12), (1000, 2, 5), (65536, 4, 12), (262144, 1, 9)])
def test_sizes_are_counted_as_they_are_written(chunk, streams, longest):
    written = dfloat.compress(minilm_query(), chunk=chunk, streams=streams, longest=longest)
    assert bits_per_weight(chunk, streams, longest) == 8 * len(written) / minilm_query().size


def test_the_slider_reaches_every_byte():
    assert len(flipped_byte._container()[1]) == flipped_byte.BYTES


def test_parts_cover_the_container_without_a_gap():
    at = 0
    for _, start, size in flipped_byte._spans(flipped_byte._container()[1]):
        assert start == at
        at += size
    assert at == flipped_byte.BYTES


def test_repaired_checksums_are_right():
    _, data = flipped_byte._container()
    assert flipped_byte._damage(data, flipped_byte.NONE, True) == data
    mended = bytearray(data)
    for at in (233, 250, 264):  # checksums of chunks and of the header
        mended[at] ^= 1
    flipped_byte._repair(mended, flipped_byte._spans(data))
    assert mended == data
