"""Imports point down. The layers are read from the sources, not from what happens to be loaded."""

import ast
from pathlib import Path

import pytest

import polyquant

ROOT = Path(polyquant.__file__).parent
WIDGETS = ROOT.parent / "widgets"

LAYER = {
    "errors": 0, "_check": 0, "_kernel": 0, "_random": 0, "_parallel": 0,
    "_output": 0, "_progress": 0,
    "bits": 1, "datasets": 1,
    "algebra": 1.5,  # polynomials are read from and written to strings of bits
    "prefix": 2, "transforms": 2,
    "sharing": 3, "ldp": 3, "quantize": 3, "entropy": 3,
    "_warm": 4, "exercises": 4,
}  # fmt: skip
WITH_TORCH = {"quantize/linear.py", "quantize/model.py"}  # loaded when one of their names is used
HEAVY = {"torch", "plotly", "ipywidgets", "anywidget", "matplotlib", "sympy", "IPython"}


def family(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imports(path: Path, root: Path) -> list[tuple[str, bool]]:
    """(module, at top level?) for every import of *path*, relative ones made absolute."""
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    package = ("polyquant", *path.relative_to(root).parts[:-1])
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module or ""]))
            found += [(f"{module}.{alias.name}", id(node) in top) for alias in node.names]
    return found


def complaints(root: Path) -> list[str]:
    said = []
    for path in sorted(root.glob("**/*.py")):
        own = family(path, root)
        inside_kernels = "_kernels" in path.parts
        for module, top in imports(path, root):
            parts = module.split(".")
            where = f"{path.relative_to(root)} imports {module}"
            if parts[0] == "polyquant_widgets":
                said.append(f"{where}: the library does not know the widgets")
            allowed = parts[0] == "torch" and (not top or path.relative_to(root).as_posix() in WITH_TORCH)
            if parts[0] in HEAVY and not allowed:
                said.append(f"{where}: a heavy package")
            if parts[0] == "numba" and own != "_kernel" and not inside_kernels:
                said.append(f"{where}: only _kernel.py and kernels know the compiler")
            if parts[0] != "polyquant" or len(parts) < 2:
                continue
            other = parts[1]
            if inside_kernels and other != "_kernel" and "_kernels" not in parts:
                said.append(f"{where}: kernels import kernels only")
            if own and other != own and other in LAYER and LAYER[other] >= LAYER[own] and LAYER[own] > 0:
                said.append(f"{where}: not downwards")
            if own and LAYER[own] == 0 and LAYER.get(other, 0) > 0:
                said.append(f"{where}: not downwards")
    return said


def test_every_family_has_a_layer():
    found = {family(p, ROOT) for p in ROOT.glob("**/*.py")} - {""}
    assert found <= set(LAYER)


def test_imports_point_down():
    assert complaints(ROOT) == []


@pytest.mark.parametrize(
    ("place", "line", "complaint"),
    [
        ("bits/bad.py", "from polyquant.prefix import gamma", "not downwards"),
        ("_check2.py", "from polyquant.bits import Bits", None),
        ("_check.py", "from polyquant.bits import Bits", "not downwards"),
        ("prefix/bad.py", "from polyquant import transforms", "not downwards"),
        ("prefix/_kernels/bad.py", "from polyquant.bits import pack", "kernels import kernels only"),
        ("prefix/_kernels/bad.py", "from ..integers import gamma", "kernels import kernels only"),
        ("prefix/bad.py", "import numba", "only _kernel.py"),
        ("prefix/bad.py", "import torch", "a heavy package"),
        ("prefix/bad.py", "def f():\n    import plotly", "a heavy package"),
        ("prefix/bad.py", "import polyquant_widgets", "does not know the widgets"),
        ("prefix/good.py", "from polyquant.bits import pack", None),
    ],
)
def test_a_planted_import_is_caught(tmp_path, place, line, complaint):
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line + "\n")
    if family(path, tmp_path) not in LAYER:
        return
    said = complaints(tmp_path)
    assert bool(said) == (complaint is not None)
    assert all(complaint in text for text in said)


def test_widgets_reach_ipywidgets_in_one_place():
    users = {p.name for p in WIDGETS.glob("*.py") if "import ipywidgets" in p.read_text()}
    assert users <= {"_explorer.py", "_figure.py", "_job.py"}


def test_nobody_imports_the_folder_widgets():
    sources = [*ROOT.glob("**/*.py"), *WIDGETS.glob("**/*.py"), *(ROOT.parent / "lessons").glob("**/*.py")]
    for path in sources:
        names = {module.split(".")[0] for module, _ in imports(path, path.parent)} if path.suffix == ".py" else set()
        assert "widgets" not in names, path
