"""The tree that Sphinx reads: documents, lessons and pages of the library, with links that hold on the site."""

import shutil
from pathlib import Path

from . import api, notebooks
from .links import FILES, PAGES, moved, page

EXTRA = "_extra"  # goes to the site as it is
STATIC = "_shelf"  # becomes _static/ of the site


def put(path: Path, data: bytes) -> None:
    """Write *data* unless it is there: Sphinx reads again what is newer."""
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def stage(root: Path, target: Path) -> None:
    """Fill *target* from the repository *root*, and take away what is no longer made."""
    made: dict[str, bytes] = {}
    files: set[str] = {"LICENSE", "LICENSE-lessons"}
    documents = [*PAGES, *sorted(str(path.relative_to(root)) for path in root.glob("docs/**/*.md"))]
    for path in documents:
        if "_site" not in path and (staged := page(path)):
            made[staged] = moved((root / path).read_text(), path, files).encode()

    for path in sorted((root / "lessons").glob("*.ipynb")):

        def write(name: str, png: bytes) -> str:
            made[f"{EXTRA}/lessons/pictures/{name}"] = png
            return f"pictures/{name}"

        made[f"lessons/{path.name}"] = notebooks.read(path.read_text(), path.stem, files, write).encode()
    made["api/index.rst"] = api.index().encode()
    made |= {f"api/{family}.rst": api.page(family).encode() for family in api.FAMILIES}
    made |= {f"{EXTRA}/{FILES}/{path}": (root / path).read_bytes() for path in sorted(files)}
    made[f"{EXTRA}/.nojekyll"] = b""  # some hosts drop folders whose names begin with _ without it

    shelf = [*(root / "widgets" / "explorables").iterdir(), root / "docs" / "_site" / "static" / "here.js"]
    made |= {f"{STATIC}/explorables/{p.name}": p.read_bytes() for p in shelf if p.suffix in {".js", ".css", ".png"}}

    for path in target.glob("**/*"):
        if path.is_file() and str(path.relative_to(target)) not in made:
            path.unlink()
    for name, data in made.items():
        put(target / name, data)


def clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
