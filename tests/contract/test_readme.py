"""What the README promises exists."""

import doctest
import importlib
import importlib.metadata
import json
import re
import struct
import tomllib
from pathlib import Path

import pytest
from polyquant_widgets.__main__ import save

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_every_local_link_leads_somewhere():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link.split("#")[0]).exists()] == []


def test_every_module_in_the_table_imports():
    modules = set(re.findall(r"`(polyquant\.[a-z_.]+)`", README))
    assert len(modules) >= 4
    for name in modules:
        importlib.import_module(name)


def test_every_make_target_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"make ([a-z-]+)(?=[ `])", README.replace("with make,", ""))) - {"and"} <= targets


def test_the_examples_say_what_the_library_says():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted >= 4
    assert result.failed == 0


def test_pictures_are_what_the_figures_draw_today(tmp_path):
    pinned = re.search(r"^matplotlib==(.+)$", (ROOT / "constraints.txt").read_text(), re.M).group(1)
    if importlib.metadata.version("matplotlib") != pinned:
        pytest.skip("another matplotlib draws other pixels")
    shown = sorted((ROOT / "docs/pictures").glob("*.png"))
    assert shown
    made = save(tmp_path, tuple(path.stem for path in shown))
    assert [path.read_bytes() for path in made] == [path.read_bytes() for path in shown]


@pytest.mark.parametrize("path", re.findall(r"!\[[^\]]+\]\(((?:docs|widgets)/[^)]+)\)", README))
def test_pictures_are_small_pngs_with_words(path):
    data = (ROOT / path).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width >= 600
    assert height >= 200
    assert len(data) < 100_000
    alt = re.search(r"!\[([^\]]+)\]\(" + re.escape(path), README).group(1)
    assert len(alt) > 40


def test_every_lesson_opens_on_binder_at_the_tag_of_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for lesson in sorted((ROOT / "lessons" / "src").glob("*.py")):
        way = f"https://mybinder.org/v2/gh/polyquant/polyquant/v{version}?labpath=lessons%2F{lesson.stem}.ipynb"
        assert f"(https://mybinder.org/badge_logo.svg)]({way})" in README
        notebook = json.loads((ROOT / "lessons" / f"{lesson.stem}.ipynb").read_text())
        assert way in "".join(notebook["cells"][0]["source"])
