import hashlib
from collections import Counter
from importlib import resources

import numpy as np
import pytest

from polyquant import datasets


def test_the_book_is_the_one_we_shipped():
    data = (resources.files("polyquant.datasets") / "alice.txt").read_bytes()
    assert hashlib.sha256(data).hexdigest() == "cc660e04a3bef809b5436e822536cafefa278d55fb3639fb3e93665590d6fc0a"
    assert datasets.alice().encode() == data
    assert datasets.alice().rstrip().endswith("THE END")


def test_every_file_has_its_row_in_the_readme():
    folder = resources.files("polyquant.datasets")
    readme = (folder / "README.md").read_text()
    data = [f.name for f in folder.iterdir() if f.name.endswith((".csv", ".txt"))]
    assert len(data) >= 2
    assert all(f"`{name}`" in readme for name in data)


def test_ranks_count_the_words():
    text = datasets.alice()
    ranks = datasets.ranks(text)
    found = datasets.words(text)
    assert ranks.size == len(found)
    counts = np.bincount(ranks)[1:]
    assert counts.min() >= 1
    assert np.all(np.diff(counts) <= 0)
    assert counts[0] == Counter(found)["the"]


def test_gaps_rebuild_the_places_of_a_letter():
    letters = [c for c in datasets.alice().lower() if "a" <= c <= "z"]
    gaps = datasets.gaps(datasets.alice(), "e")
    first = letters.index("e")
    places = first + np.concatenate([[0], np.cumsum(gaps + 1)])
    assert [i for i, c in enumerate(letters) if c == "e"] == places.tolist()


@pytest.mark.parametrize("letter", ["E", "", "ab", "é", 5, " "])
def test_a_letter_is_one_of_a_to_z(letter):
    with pytest.raises(ValueError, match="letter must be one of a to z, got"):
        datasets.gaps("text", letter)


def test_a_letter_that_is_missing_has_no_gaps():
    assert datasets.gaps("aaa", "z").size == 0
    assert datasets.gaps("zaa", "z").size == 0
