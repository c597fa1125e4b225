"""A small society."""

import csv
import io
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray


@cache
def karate_club() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Who met whom in Zachary's karate club, before it broke in two: 34 members, 78 pairs.

    >>> pairs, weights, officer = karate_club()
    >>> len(pairs), int(weights.sum()), len(officer), int(officer.sum())
    (78, 231, 34, 17)

    Returns
    -------
    pairs : array of int64, shape (78, 2), read-only
        Members 0 to 33, the smaller first. Member 0 is the teacher, 33 the club's administrator.
    weights : array of int64, shape (78,), read-only
        In how many kinds of places the two met outside the club.
    officer : array of bool, shape (34,), read-only
        Who stayed with the administrator when the club broke.
    """
    text = (resources.files(__package__) / "karate.csv").read_text("ascii")
    rows = np.array([[int(cell) for cell in row] for row in list(csv.reader(io.StringIO(text)))[1:]], np.int64)
    teacher = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 19, 21]
    officer = np.ones(34, np.bool_)
    officer[teacher] = False
    out = np.ascontiguousarray(rows[:, :2]), np.ascontiguousarray(rows[:, 2]), officer
    for array in out:
        array.flags.writeable = False
    return out
