"""The table of whole models that ``python -m benchmarks.pareto`` made: what the project says of them is in it."""

import csv
from collections import defaultdict
from pathlib import Path

import polyquant_widgets
import pytest

TABLE = Path(polyquant_widgets.__file__).parent / "pareto.csv"
OURS, RIVAL = "PVQ, rotated, feedback", "Lloyd-Max, rotated, feedback"


@pytest.fixture(scope="module")
def table():
    """(model, method, bits) -> rows, one for each rotation."""
    found = defaultdict(list)
    with TABLE.open(newline="") as file:
        for row in csv.DictReader(file):
            values = {name: float(value) for name, value in row.items() if name not in ("model", "method") and value}
            found[row["model"], row["method"], int(row["bits"])].append(values)
    return found


def mean(rows, column):
    return sum(row[column] for row in rows) / len(rows)


def test_no_place_is_there_twice(table):
    for rows in table.values():
        assert sorted(row["seed"] for row in rows) == list(range(len(rows)))


def test_bits_are_all_bits(table):
    """Index and gain of each group of 16, and 16 bits a row: 384 weights, or 1536 for a third of all."""
    for bits in (2, 3, 4):
        for row in table["minilm", OURS, bits]:
            assert row["bits_per_weight"] == pytest.approx(bits + 1 / 16 + (16 / 384 * 2 + 16 / 1536) / 3, abs=1e-4)


@pytest.mark.parametrize(("bits", "cosine"), [(2, 0.885), (3, 0.970), (4, 0.992)])
def test_sentences_keep_their_vectors(table, bits, cosine):
    assert mean(table["minilm", OURS, bits], "cosine") >= cosine


def test_at_two_bits_news_items_still_find_their_own_rest(table):
    assert mean(table["minilm", OURS, 2], "top1") >= 0.50


@pytest.mark.parametrize(("model", "column", "better"), [("minilm", "cosine", 1), ("smollm2", "perplexity", -1)])
def test_the_scalar_rival_with_the_same_rotation_and_feedback_is_behind(table, model, column, better):
    both = [bits for bits in (2, 3, 4) if (model, OURS, bits) in table and (model, RIVAL, bits) in table]
    assert both
    for bits in both:
        ours, rival = (mean(table[model, method, bits], column) for method in (OURS, RIVAL))
        assert better * ours > better * rival


@pytest.mark.parametrize(("bits", "ratio"), [(3, 1.25), (4, 1.05)])
def test_the_language_model_is_hardly_more_surprised(table, bits, ratio):
    assert mean(table["smollm2", OURS, bits], "ratio") <= ratio
