"""What becomes a page: links, lessons, formulas, keys, docstrings."""

import base64
import doctest
import json
import re
from pathlib import Path

import pytest

from polysite import anchors, api, docstrings, finish, formulas, links, notebooks, pictures, stage, terms

ROOT = Path(__file__).resolve().parent.parent.parent
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
DOT = base64.b64encode(
    b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (7).to_bytes(4, "big") + (5).to_bytes(4, "big")
).decode()
MATH = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?!\s)([^$\n]+?(?:\n[^$\n]+?)?)(?<!\s)\$(?!\d)", re.S)


@pytest.mark.parametrize("module", [anchors, docstrings, finish, formulas, links, notebooks, pictures, terms])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


# -------------------------------------------------------------------------------- links


@pytest.mark.parametrize(
    ("origin", "link", "moved"),
    [
        ("docs/teaching.md", "formats.md", "formats.md"),
        ("docs/teaching.md", "formats.md#kinds", "formats.md#kinds"),
        ("docs/teaching.md", "../lessons/00_start_here.ipynb", "lessons/00_start_here.ipynb"),
        ("docs/explorables/pyramid.md", "../../lessons/50_x.ipynb", "../lessons/50_x.ipynb"),
        ("docs/explorables/pyramid.md", "?pyramid.k=3", "?pyramid.k=3"),
        ("docs/explorables/pyramid.md", "../../polyquant/errors.py", "../files/polyquant/errors.py"),
        ("lessons/00_start_here.ipynb", "10_x.ipynb", "10_x.ipynb"),
        ("lessons/00_start_here.ipynb", "../docs/glossary.md", "../glossary.md"),
        ("CONTRIBUTING.md", "docs/references.md", "references.md"),
        ("polyquant/datasets/README.md", "../../LICENSE", "files/LICENSE"),
        ("docs/teaching.md", "https://example.org/a.md", "https://example.org/a.md"),
        ("docs/teaching.md", "#here", "#here"),
    ],
)
def test_links_lead_to_pages_or_files(origin, link, moved):
    assert links.moved(f"see [it]({link}).", origin, set()) == f"see [it]({moved})."


def test_code_is_left_as_it_is():
    text = "`[a](../LICENSE)`\n\n```sh\n[a](../LICENSE)\n```\n\n[a](../LICENSE)"
    assert links.moved(text, "docs/x.md", set()) == text[: -len("../LICENSE)")] + "files/LICENSE)"


def test_only_pages_have_links_that_move():
    with pytest.raises(ValueError, match="is no page"):
        links.moved("", "LICENSE", set())


# -------------------------------------------------------------------------------- lessons


def notebook(metadata):
    output = {
        "output_type": "display_data",
        "data": {"image/png": DOT, "text/plain": "x"},
        "metadata": {"image/png": metadata},
    }
    cells = [
        {"cell_type": "markdown", "source": "# Why?\n\n[Open this lesson on Binder](https://b/x), nothing to install."},
        {"cell_type": "code", "source": "x", "outputs": [output]},
    ]
    return {"cells": cells, "metadata": {}}


def test_a_picture_gets_its_words_and_size():
    kept = {}
    made = notebooks.lesson(
        notebook({"alt": 'a < b & "c"'}), "10_a", files := set(), lambda n, b: kept.setdefault(n, b) and n
    )
    html = made["cells"][1]["outputs"][0]["data"]["text/html"]
    assert 'src="10_a-1.png" alt="a &lt; b &amp; &quot;c&quot;" width="7" height="5"' in html
    assert "pq-here" not in html
    assert list(kept) == ["10_a-1.png"]
    assert files == {"lessons/10_a.ipynb", "lessons/src/10_a.py"}
    assert "https://b/x" in made["cells"][0]["source"]


def test_an_explorable_keeps_its_state_and_its_still():
    said = {"alt": "a", "explorable": "pyramid", "state": {"k": 3, "text": "\"'<"}}
    html = notebooks.lesson(notebook(said), "50_a", set(), lambda n, b: n)["cells"][1]["outputs"][0]["data"][
        "text/html"
    ]
    assert 'data-explorable="pyramid"' in html
    assert "<img" in html
    state = re.search(r'data-state="([^"]*)"', html)[1]
    assert json.loads(state.replace("&quot;", '"').replace("&#x27;", "'").replace("&lt;", "<")) == said["state"]


def test_a_picture_without_words_is_refused():
    with pytest.raises(ValueError, match="10_a-1: a picture without words"):
        notebooks.lesson(notebook({}), "10_a", set(), lambda n, b: n)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_lead_to_binder_and_to_their_source(path):
    first = notebooks.lesson(json.loads(path.read_text()), path.stem, set(), lambda n, b: n)["cells"][0]["source"]
    assert f"lessons%2F{path.stem}.ipynb" in first
    assert f"../files/lessons/src/{path.stem}.py" in first


# -------------------------------------------------------------------------------- formulas


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_formula_of_the_lessons_is_mathml(path):
    cells = [c["source"] for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "markdown"]
    for cell in cells:
        text = re.sub(r"`[^`]*`", "", cell if isinstance(cell, str) else "".join(cell))
        for block, line in MATH.findall(text):
            made = formulas.mathml(block or line, bool(block))
            assert made.startswith("<math")
            assert "\\" not in made


@pytest.mark.parametrize("latex", [r"\nosuchthing x", r"\frac{1", "{x"])
def test_a_formula_that_cannot_be_is_told(latex):
    with pytest.raises(ValueError, match="no MathML for"):
        formulas.mathml(latex)


@pytest.mark.parametrize(
    ("latex", "spaces"),
    [(r"\lg p", 1), (r"p\lg p", 2), (r"\lg(p)", 0), (r"\log_2 x", 1), (r"\lg\lg e", 2), ("p q", 0), (r"\log_2(x)", 0)],
)
def test_names_of_functions_stand_apart(latex, spaces):
    assert formulas.mathml(latex).count("<mspace") == spaces


def test_dots_stand_where_they_belong():
    assert "⋯" in formulas.mathml(r"a + \dots + b")
    assert "…" in formulas.mathml(r"a, \dots, b")
    assert formulas.mathml(r"\tfrac12") == formulas.mathml(r"\frac{1}{2}")


# -------------------------------------------------------------------------------- keys and docstrings


def test_keys_are_known_and_cited():
    keys = anchors.known(ROOT / "docs" / "references.md")
    assert {"HUF52", "SHA79", "DWARF5"} <= keys
    assert [key for _, key in anchors.cited("[LLO82, MAX60] and [0, A] and [NOSUCH1]", {"LLO82", "MAX60"})] == [
        None, "LLO82", None, "MAX60", None,
    ]  # fmt: skip
    assert anchors.cited("nothing [here]", keys) == []


def test_bars_are_bars_outside_examples():
    lines = ["|x|, ``|y|``::", "", "    |z|", "", "|w|", ">>> a | b", "|c|", "", "|d|"]
    assert docstrings.escaped(lines) == [
        r"\|x\|, ``|y|``::", "", "    |z|", "", r"\|w\|", ">>> a | b", "|c|", "", r"\|d\|",
    ]  # fmt: skip


def test_every_public_name_is_on_a_page():
    import polyquant

    assert set(api.FAMILIES) == set(polyquant.__all__) - {"__version__"}
    for family in api.FAMILIES:
        page = api.page(family)
        for name in getattr(polyquant, family).__all__:
            whole, parted = rf":: polyquant\.{family}\.{name}$", rf":: {name}\n   :module: polyquant\.{family}$"
            elsewhere = rf":exc:`polyquant\.errors\.{name}`$"
            assert re.search(f"{whole}|{parted}|{elsewhere}", page, re.M), name


def test_repairs_of_the_theme():
    html = '<p role="heading">a</p><th class="head"><p></p></th>'
    html += '<aside class="sidebar-drawer"><aside class="toc-drawer no"><div id="search-results">'
    made, counts = finish.repaired(html)
    assert counts == [1, 1, 1, 1, 1]
    assert made.count("<h1>") == 1


# -------------------------------------------------------------------------------- the tree


def test_the_front_page_leads_to_every_lesson_and_to_binder():
    text = (ROOT / "docs" / "index.md").read_text()
    assert [path.stem for path in LESSONS] == re.findall(r"<lessons/(\w+)>", text)
    assert json.loads(LESSONS[0].read_text())["cells"][0]["source"][-1].split("(")[1].split(")")[0] in text


def test_the_tree_is_made_and_what_is_gone_is_taken_away(tmp_path):
    stage.stage(ROOT, tmp_path)
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {"index.md", "changelog.md", "lessons/10_words_that_end_themselves.ipynb", "api/prefix.rst"} <= made
    assert {
        "_extra/files/LICENSE",
        "_extra/.nojekyll",
        "_shelf/explorables/kit.js",
        "_shelf/explorables/here.js",
    } <= made
    assert not [name for name in made if "_site" in name]
    (tmp_path / "old.md").write_text("")
    times = {name: (tmp_path / name).stat().st_mtime_ns for name in made}
    stage.stage(ROOT, tmp_path)
    assert not (tmp_path / "old.md").exists()
    assert times == {name: (tmp_path / name).stat().st_mtime_ns for name in made}


# -------------------------------------------------------------------------------- terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a prefix-free code", ["prefix-free"]),
        ("two code trees, a word", ["code tree"]),
        ("Shannon’s code and the kraft sum", ["Shannon’s code", "kraft sum"]),
        ("a decode tree; a code treehouse; non-prefix-free", []),
    ],
)
def test_terms_that_mean_nothing_else_are_found(text, found):
    pattern = terms.clear(("word", "code tree", "Kraft sum", "prefix-free", "Shannon's code"))
    assert [match["term"] for match in pattern.finditer(text)] == found


def test_every_term_of_the_glossary_is_known_by_its_name():
    names = terms.known(ROOT / "docs" / "glossary.md")
    assert {"word", "code tree", "Kraft sum", "Lloyd-Max"} <= set(names)
    assert not {"point", "peeling"} & set(names)  # two entries each
    assert not [name for name in names if anchors.identifier("term", name) == "term-"]
