"""Keys of papers resolve, and the tables of docs/ name things that exist."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

import polyquant

LIBRARY = Path(polyquant.__file__).parent
ROOT = LIBRARY.parent
REFERENCES = ROOT / "docs" / "references.md"
FORMATS = ROOT / "docs" / "formats.md"

KEY = re.compile(r"\[([A-Z]{2,}\d{2}|[A-Z]{3,}\d)\]")  # [ELI75], [DWARF5]; not [0], [i], [A]
SOURCE = re.compile(r"^\* \*\*\[(\w+)\]\*\* ", re.M)


def docstrings(path: Path) -> list[str]:
    nodes = [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef))
    ]
    return [text for node in nodes if (text := ast.get_docstring(node))]


def keys_of_the_library() -> dict[str, str]:
    """Each key and one place that uses it."""
    return {
        key: str(path.relative_to(ROOT))
        for path in sorted(LIBRARY.glob("**/*.py"))
        for text in docstrings(path)
        for key in KEY.findall(text)
    }


def rows(path: Path, title: str) -> list[list[str]]:
    """Cells of the table below the heading *title*, without its head."""
    section = re.split(r"^## ", path.read_text(), flags=re.M)
    body = next(part for part in section if part.startswith(title))
    lines = [line for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_key_of_a_docstring_is_a_source():
    used = keys_of_the_library()
    assert len(used) > 5
    known = set(SOURCE.findall(REFERENCES.read_text()))
    assert {key: place for key, place in used.items() if key not in known} == {}


def test_sources_are_sorted_and_each_is_in_a_table():
    sources = SOURCE.findall(REFERENCES.read_text())
    assert sources == sorted(set(sources))
    listed = [cells[0] for title in ("Paper, lesson, module", "Planned chapters") for cells in rows(REFERENCES, title)]
    assert sorted(listed) == [f"[{key}]" for key in sources]


@pytest.mark.parametrize("cells", rows(REFERENCES, "Paper, lesson, module"), ids=lambda cells: cells[0])
def test_modules_of_the_table_exist(cells):
    names = re.findall(r"`([\w.]+)`", cells[3])
    assert names
    for name in names:
        assert importlib.util.find_spec(name), name


def test_the_table_names_the_lessons_that_cite_a_source():
    table = {
        cells[0].strip("[]"): set(re.findall(r"`(\w+)`", cells[2]))
        for cells in rows(REFERENCES, "Paper, lesson, module")
    }
    cited = {key: set() for key in table}
    for path in sorted((ROOT / "lessons" / "src").glob("*.py")):
        for key in KEY.findall(path.read_text()):
            assert key in cited, f"{path.name} cites [{key}]"
            cited[key].add(path.stem)
    assert table == cited
    assert any(cited.values())


def test_every_kind_that_is_written_has_a_row():
    written = set()
    for path in sorted(LIBRARY.glob("**/*.py")):
        written |= set(re.findall(r"\bwrap\(b\"(\w{4})\"", path.read_text()))
        written |= set(re.findall(r"^[A-Z_]*KIND = b\"(\w{4})\"", path.read_text(), re.M))
    listed = {cells[0].strip("`") for cells in rows(FORMATS, "Kinds")}
    assert written == listed


def test_links_between_the_documents_lead_somewhere():
    for path in [ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
