"""What the figures about Huffman's excess claim, checked against what is known from elsewhere."""

import numpy as np
import pytest
from polyquant_widgets import adaptive_tree, block_length, floors, huffman_excess, length_limit, merging_tree

from polyquant.prefix import AdaptiveHuffman


@pytest.mark.parametrize("law", huffman_excess.LAWS)
@pytest.mark.parametrize("signs", [2, 7, 64])
def test_no_law_leaves_the_band(law, signs):
    frame = huffman_excess.compute(huffman_excess.Params(law=law, signs=signs))
    curve = np.column_stack([frame.p, frame.rate - frame.entropy])
    for p1, excess in (*curve, *frame.cloud):
        assert huffman_excess.least(np.array(p1)) - 1e-9 <= excess <= huffman_excess.most(np.array(p1)) + 1e-9


@pytest.mark.parametrize("law", huffman_excess.LAWS)
@pytest.mark.parametrize("p1", [0.05, 0.3, 0.8, 0.99])
def test_the_law_has_the_share_that_the_slider_says(law, p1):
    shares = huffman_excess._shares(law, 20, np.array([p1]))[0]
    assert shares[0] == pytest.approx(p1, abs=1e-9)
    assert shares.sum() == pytest.approx(1)
    assert (np.diff(shares) <= 1e-12).all()


# The published measurement of the same weights: bits a sign for limits of 8 to 12, and for none.
MEASURED = {8: 2.832, 9: 2.775, 10: 2.737, 11: 2.716, 12: 2.706}


def test_limits_cost_what_was_measured_on_the_exponents():
    frame = length_limit.compute(length_limit.Params(source=length_limit.EXPONENTS))
    cost = dict(zip(frame.limits.tolist(), frame.cost))
    assert {limit: round(cost[limit], 3) for limit in MEASURED} == MEASURED
    assert (round(frame.free, 4), round(frame.entropy, 4), frame.longest.max()) == (2.6975, 2.6642, 25)


@pytest.mark.parametrize("source", merging_tree.SOURCES)
@pytest.mark.parametrize("arity", [2, 3, 4])
def test_branches_of_the_forest_do_not_cross(source, arity):
    frame = merging_tree.compute(merging_tree.Params(source=source, arity=arity))
    n = len(frame.counts)
    reach = [(place, place) for place in frame.at[:n, 0]]
    for merge in frame.made:
        ends = sorted(reach[child] for child in merge.children)
        assert all(a[1] < b[0] for a, b in zip(ends, ends[1:]))  # noqa: RUF007
        reach.append((ends[0][0], ends[-1][1]))
    assert reach[-1] == (0, n - 1)
    assert frame.cost.sum() == pytest.approx(np.dot(frame.lengths, frame.counts) / sum(frame.counts))
    assert frame.cost.sum() - frame.waste.sum() == pytest.approx(frame.deserved)


@pytest.mark.parametrize("p", [0.5, 0.75, 0.9, 0.99])
@pytest.mark.parametrize("n", [1, 30, 2000])
def test_one_word_for_all_wastes_two_bits_at_most(p, n):
    frame = floors.compute(floors.Params(p=p, n=n))
    assert 0 <= frame.here[3] - frame.worth < 2
    assert (frame.bits[3] - frame.information < 2).all()
    assert frame.here[0] == n


def test_blocks_of_a_fair_coin_waste_nothing():
    frame = block_length.compute(block_length.Params(p=0.5))
    assert frame.rates == (1,) * block_length.LONGEST
    assert block_length.compute(block_length.Params(p=0.9)).worse == [7, 8]


def test_the_growing_tree_is_the_one_of_the_coder():
    frame = adaptive_tree.compute(adaptive_tree.Params(message="mississippi", step=11))
    numbers = [adaptive_tree.LETTERS.index(letter) for letter in "mississippi"]
    assert sum(frame.bits) == len(AdaptiveHuffman(26).encode(numbers))
    assert [place for place, (i, fresh) in enumerate(zip("mississippi", frame.fresh)) if fresh] == [0, 1, 2, 8]
    assert {frame.at[node.number][1] for node in frame.nodes.values() if node.parent is None} == {0}
    assert len(frame.nodes) == 2 * 4 + 1
