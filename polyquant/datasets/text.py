"""A book, and the whole numbers that hide in it."""

import re
from collections import Counter
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray


@cache
def alice() -> str:
    """*Alice's Adventures in Wonderland* by Lewis Carroll, 1865: 148,476 characters of plain ASCII.

    >>> alice().split()[:3]
    ["ALICE'S", 'ADVENTURES', 'IN']
    """
    return (resources.files(__package__) / "alice.txt").read_text("ascii")


def words(text: str) -> list[str]:
    """The words of *text*, lower case, an apostrophe inside a word kept.

    >>> words("Oh dear!  Oh dear!  I shan't be late")
    ['oh', 'dear', 'oh', 'dear', 'i', "shan't", 'be', 'late']
    """
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())


def ranks(text: str) -> NDArray[np.int64]:
    """For each word of *text* its rank by frequency, shape (words,): 1 for the commonest, ties by first appearance.

    >>> ranks("a rose is a rose is a rose").tolist()
    [1, 2, 3, 1, 2, 3, 1, 2]
    """
    found = words(text)
    rank = {word: i for i, (word, _) in enumerate(Counter(found).most_common(), 1)}
    return np.array([rank[word] for word in found], np.int64)


def gaps(text: str, letter: str) -> NDArray[np.int64]:
    """How many letters a-z stand between one *letter* and the next, shape (occurrences - 1,); other signs don't count.

    >>> gaps("Tweedledee", "e").tolist()
    [0, 2, 1, 0]

    Raises
    ------
    ValueError
        *letter* is not one letter of a-z.
    """
    if not isinstance(letter, str) or not re.fullmatch("[a-z]", letter):
        raise ValueError(f"letter must be one of a to z, got {letter!r}")
    letters = np.frombuffer(re.sub("[^a-z]", "", text.lower()).encode(), np.uint8)
    places = np.flatnonzero(letters == ord(letter))
    return (np.diff(places) - 1).astype(np.int64)
