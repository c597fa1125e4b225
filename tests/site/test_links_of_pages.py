"""The half of the site check that needs no browser sees what is broken."""

import pytest
from browser import pages

GOOD = '<html lang="en"><body><h1 id="a">A</h1><h2>B</h2><a href="#a">x</a><img src="p.png" alt=""></body></html>'


@pytest.fixture
def site(tmp_path):
    (tmp_path / "p.png").write_bytes(b"")
    (tmp_path / "in").mkdir()
    (tmp_path / "index.html").write_text(GOOD)
    pages.there.cache_clear()
    pages.read.cache_clear()
    return tmp_path


def told(site, name, old, new):
    (site / name).write_text(GOOD.replace(old, new))
    return list(pages.problems(site))


def test_a_good_page_has_no_problem(site):
    (site / "in" / "b.html").write_text(GOOD.replace("p.png", "../p.png").replace("#a", "../index.html#a"))
    assert list(pages.problems(site)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("#a", "#b", "b.html: #b leads to no place of that page"),
        ("#a", "index.html#b", "b.html: index.html#b leads to no place of that page"),
        ("#a", "gone.html", "b.html: gone.html leads nowhere"),
        ("#a", "../outside.html", "b.html: ../outside.html leads nowhere"),
        ("#a", "/index.html", "b.html: /index.html holds only at the top of a host"),
        ("p.png", "q.png", "b.html: q.png leads nowhere"),
        ("p.png", "https://cdn.example.org/p.png", "b.html: loads https://cdn.example.org/p.png from another host"),
        (' alt=""', "", "b.html: a picture without words: p.png"),
        (' lang="en"', "", "b.html: does not say its language"),
        ("h2", "h3", "b.html: a heading of level 3 right below one of level 1"),
        ("h1", "h2", "b.html: 0 headings of level 1"),
    ],
)
def test_every_fault_is_told(site, old, new, problem):
    assert told(site, "b.html", old, new) == [problem]
