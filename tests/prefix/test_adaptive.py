"""Adaptive Huffman coding: vectors, a tree of objects that follows the text, the sibling property, hostile bits."""

from collections import Counter
from heapq import heapify, heappop, heappush

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant.bits import Bits
from polyquant.errors import CorruptError, DataError, DomainError, TruncatedError
from polyquant.prefix import AdaptiveHuffman
from tests.vectors import rows


class Leaf:
    """A node of the textbook's tree; the words of a path are found by climbing."""

    def __init__(self, number, parent=None):
        self.number, self.parent, self.weight, self.children, self.symbol = number, parent, 0, [], None

    def path(self):
        if self.parent is None:
            return ""
        return self.parent.path() + str(self.parent.children.index(self))

    def everything(self):
        return [self, *(node for child in self.children for node in child.everything())]


def textbook(symbols, alphabet):
    """The bits, and the tree behind them, step by step as the specification says it."""
    root = new = Leaf(2 * alphabet)
    leaves, text = {}, ""
    for symbol in symbols:
        if symbol in leaves:
            text += leaves[symbol].path()
        else:
            text += new.path() + truncated_binary(symbol, alphabet)
            new.children = [Leaf(new.number - 2, new), Leaf(new.number - 1, new)]
            new, leaves[symbol] = new.children
            leaves[symbol].symbol = symbol
        node = leaves[symbol]
        while node:
            best = max((x for x in root.everything() if x.weight == node.weight), key=lambda x: x.number)
            if best is not node and best is not node.parent:
                trade(node, best)
            node.weight += 1
            node = node.parent
    return text, root


def trade(a, b):
    i, j = a.parent.children.index(a), b.parent.children.index(b)
    a.parent.children[i], b.parent.children[j] = b, a
    a.parent, b.parent = b.parent, a.parent
    a.number, b.number = b.number, a.number


def truncated_binary(x, m):
    k = m.bit_length() - 1
    short = 2 ** (k + 1) - m
    return f"{x:0{k}b}"[:k] if x < short else f"{x + short:0{k + 1}b}"


def least_cost(weights):
    """Huffman's cost with a heap: the sum of all merged weights."""
    heap, cost = list(weights), 0
    heapify(heap)
    while len(heap) > 1:
        merged = heappop(heap) + heappop(heap)
        cost += merged
        heappush(heap, merged)
    return cost


MESSAGES = st.integers(1, 12).flatmap(
    lambda alphabet: st.tuples(st.just(alphabet), st.lists(st.integers(0, alphabet - 1), max_size=60))
)


@pytest.mark.parametrize("row", rows("prefix", "fgk"), ids=lambda row: str(row["symbols"]))
def test_bits_of_the_vectors(row):
    code = AdaptiveHuffman(row["alphabet"])
    assert str(code.encode(row["symbols"])) == row["bits"]
    assert code.decode(Bits.from_text(row["bits"]), len(row["symbols"])).tolist() == row["symbols"]


def test_the_textbook_example_a_a_r_d_v():
    a, r, d, v = 0, 17, 3, 21
    code = AdaptiveHuffman(26)
    words = [str(code.encode([a, a, r, d, v][: i + 1]))[len(code.encode([a, a, r, d, v][:i])) :] for i in range(5)]
    assert words == ["0000", "1", "0" + "10111", "00" + "0011", "000" + "11011"]


@given(MESSAGES)
def test_bits_are_those_of_a_tree_of_objects(message):
    alphabet, symbols = message
    code = AdaptiveHuffman(alphabet)
    bits = code.encode(symbols)
    assert str(bits) == textbook(symbols, alphabet)[0]
    assert code.decode(bits, len(symbols)).tolist() == symbols


@given(MESSAGES)
def test_the_snapshot_is_the_tree_of_objects(message):
    alphabet, symbols = message
    expected = sorted(textbook(symbols, alphabet)[1].everything(), key=lambda node: -node.number)
    nodes = AdaptiveHuffman(alphabet).tree(symbols)
    assert [(n.number, n.weight, n.symbol) for n in nodes] == [(x.number, x.weight, x.symbol) for x in expected]
    assert [n.parent for n in nodes] == [x.parent and x.parent.number for x in expected]
    assert [[n.left, n.right] if n.left is not None else [] for n in nodes] == [
        [child.number for child in x.children] for x in expected
    ]


@given(MESSAGES)
def test_after_every_symbol_weights_never_fall_and_siblings_are_neighbours(message):
    alphabet, symbols = message
    for n in range(len(symbols) + 1):
        nodes = AdaptiveHuffman(alphabet).tree(symbols[:n])
        numbers = [node.number for node in nodes]
        assert numbers == list(range(2 * alphabet, 2 * alphabet - len(nodes), -1))
        weights = {node.number: node.weight for node in nodes}
        assert list(weights.values()) == sorted(weights.values(), reverse=True)
        for node in nodes:
            if node.left is not None:
                assert node.right == node.left + 1
                assert node.weight == weights[node.left] + weights[node.right]


@given(MESSAGES)
def test_the_tree_is_always_one_of_huffmans(message):
    alphabet, symbols = message
    counts = Counter(symbols)
    nodes = AdaptiveHuffman(alphabet).tree(symbols)
    assert {node.symbol: node.weight for node in nodes if node.symbol is not None} == counts
    inner = sum(node.weight for node in nodes if node.left is not None)
    assert inner == least_cost([0, *counts.values()])


def test_a_long_message_of_a_large_alphabet_comes_back():
    symbols = np.random.default_rng(5).zipf(1.3, 400) % 300
    code = AdaptiveHuffman(300)
    assert code.decode(code.encode(symbols), symbols.size).tolist() == symbols.tolist()


def test_the_only_symbol_costs_one_bit_less_than_its_count():
    code = AdaptiveHuffman(1)
    assert str(code.encode([0, 0, 0])) == "11"
    assert code.decode(Bits.from_text("11"), 3).tolist() == [0, 0, 0]
    with pytest.raises(TruncatedError, match="4 symbols need at least 3 bits, got 2"):
        code.decode(Bits.from_text("11"), 4)


def test_every_truncation_and_extra_bit_is_noticed():
    code, symbols = AdaptiveHuffman(7), [3, 3, 1, 6, 0, 3, 6, 6, 2]
    bits = code.encode(symbols)
    for size in range(len(bits)):
        with pytest.raises(TruncatedError):
            code.decode(bits.take(0, size), len(symbols))
    with pytest.raises(CorruptError, match="1 bits are left over"):
        code.decode(bits + Bits.from_text("0"), len(symbols))


def test_a_known_symbol_cannot_be_new():
    with pytest.raises(CorruptError, match="the word at bit 2 calls a known symbol new"):
        AdaptiveHuffman(4).decode(Bits.from_text("01" + "0" + "01"), 2)


@pytest.mark.parametrize("alphabet", [1, 2, 3, 5])
def test_any_bits_are_a_message_or_an_error(alphabet):
    code = AdaptiveHuffman(alphabet)
    for size in range(9):
        for value in range(2**size):
            for count in range(4):
                bits = Bits.from_int(value, size)
                try:
                    symbols = code.decode(bits, count)
                except DataError:
                    continue
                assert code.encode(symbols) == bits


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="alphabet must be at least 1, got 0"):
        AdaptiveHuffman(0)
    with pytest.raises(DomainError, match=r"symbols\[1\] = 4 is outside the alphabet of 4 symbols"):
        AdaptiveHuffman(4).encode([0, 4])
    with pytest.raises(DomainError, match=r"symbols\[0\] = -1"):
        AdaptiveHuffman(4).tree([-1])
    with pytest.raises(TypeError, match="bits must be Bits"):
        AdaptiveHuffman(4).decode("01", 1)
    with pytest.raises(TruncatedError, match="5 symbols need at least 5 bits, got 2"):
        AdaptiveHuffman(4).decode(Bits.from_text("01"), 5)
