"""Build lessons: sources in percent format become executed, clean, committed notebooks.

    python .ci/build_lessons.py lessons/src --out lessons                  all of them
    python .ci/build_lessons.py lessons/src/10_name.py --out lessons       one
    python .ci/build_lessons.py lessons/src --out lessons --check          are sources and notebooks in step? (no run)

More than running and saving:
  * stable cell ids (from file name and position), no timings, no versions: the same bytes when built again;
  * no widget state, which would be 5 MB for a figure, and no live views, which an unrun notebook would show as an
    error: what is saved is the figure's picture and its sentence;
  * the first cell gets a link to the same lesson on Binder, at the tag of this version;
  * it fails when a cell raises, when a live figure has no picture, no words beside it (text/plain, and alt of the
    picture), or when a lesson is larger than --max-kb.
"""

import argparse
import hashlib
import sys
import time
import tomllib
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

VIEW = "application/vnd.jupyter.widget-view+json"
PLOTLY = "application/vnd.plotly.v1+json"
KEEP = ("tags", "nbgrader", "editable", "deletable", "slideshow")
ROOT = Path(__file__).resolve().parent.parent
SERVICE = "https://mybinder.org/v2/gh/polyquant/polyquant"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def read(source: Path) -> nbformat.NotebookNode:
    """The source as a notebook that has not run."""
    notebook = jupytext.read(source)
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL})
    for i, cell in enumerate(notebook.cells):
        cell["id"] = hashlib.sha256(f"{source.stem}:{i}".encode()).hexdigest()[:8]
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in KEEP if key in cell.metadata})
    if notebook.cells[0].cell_type == "markdown":
        notebook.cells[0].source += f"\n\n{binder(source.stem)}"
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def binder(lesson: str) -> str:
    """The way to a lesson without installing anything: a link, for a badge would be asked of another host.

    It leads to the tag of this version: on a branch every commit would build another image.
    """
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return f"[Open this lesson on Binder]({SERVICE}/v{version}?labpath=lessons%2F{lesson}.ipynb), nothing to install."


def clean(notebook: nbformat.NotebookNode) -> list[str]:
    """Take out what must not be saved; complaints about live figures that would leave nothing to see."""
    complaints = []
    for i, cell in enumerate(notebook.cells):
        if "outputs" in cell:
            cell.outputs = joined(cell.outputs)
        for output in cell.get("outputs", []):
            if output.output_type not in ("display_data", "execute_result"):
                continue
            data = output.data
            live = data.pop(VIEW, None) is not None or PLOTLY in data
            output.metadata = nbformat.from_dict({kind: said for kind, said in output.metadata.items() if kind in data})
            if live and "controls-only" not in cell.metadata.get("tags", []):
                complaints += [f"cell {i}: a live figure without {what}" for what in lacking(data, output.metadata)]
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL})
    return complaints


def joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Prints that follow each other as one; where the kernel cut them depends on the moment."""
    kept: list[nbformat.NotebookNode] = []
    for output in outputs:
        if kept and output.output_type == "stream" and kept[-1].get("name") == output.name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def lacking(data: dict[str, str], metadata: dict[str, dict[str, str]]) -> list[str]:
    """What a reader without a kernel would miss of a live figure."""
    text = data.get("text/plain", "")
    spoken = text and not text.startswith("<") and "FigureWidget" not in text and "(children=" not in text
    seen = {
        "a picture (image/png)": "image/png" in data,
        "a sentence (text/plain)": spoken,
        "words for its picture (alt)": metadata.get("image/png", {}).get("alt"),
    }
    return [what for what, there in seen.items() if not there]


def build(source: Path, target: Path, timeout: int, max_kb: int) -> list[str]:
    """Run *source* in the folder of *target* and save it there; complaints."""
    notebook, start = read(source), time.perf_counter()
    settings = {"store_widget_state": False, "record_timing": False, "kernel_name": "python3", "timeout": timeout}
    NotebookClient(notebook, resources={"metadata": {"path": str(target.parent)}}, **settings).execute()
    complaints = clean(notebook)
    nbformat.validate(notebook)
    nbformat.write(notebook, target)
    kb = target.stat().st_size / 1024
    if kb > max_kb:
        complaints.append(f"{kb:.0f} KB, over {max_kb}")
    print(f"built {target.name}  {time.perf_counter() - start:.1f} s  {kb:.0f} KB")
    return complaints


def compare(source: Path, target: Path) -> list[str]:
    """How the saved notebook differs from its source, or was never run."""
    if not target.exists():
        return ["not built"]
    fresh, saved = read(source), nbformat.read(target, 4)

    def text(notebook: nbformat.NotebookNode) -> list[tuple[object, ...]]:
        return [(c.cell_type, c.source.rstrip(), c.id, tuple(c.metadata.get("tags", []))) for c in notebook.cells]

    complaints = [] if text(fresh) == text(saved) else [f"not in step with {source.name}; build it again"]
    for i, cell in enumerate(saved.cells):
        skipped = "nbval-skip" in cell.metadata.get("tags", [])
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None and not skipped:
            complaints.append(f"cell {i} was never run")
        if any(VIEW in output.get("data", {}) for output in cell.get("outputs", [])):
            complaints.append(f"cell {i} holds a live view")
    return complaints + (["it holds widget state"] if "widgets" in saved.metadata else [])


def main() -> int:
    parser = argparse.ArgumentParser(description="Build lessons/*.ipynb from lessons/src/*.py.")
    parser.add_argument("sources", nargs="+", type=Path, help="percent-format files, or folders of them")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--check", action="store_true", help="compare, do not run")
    parser.add_argument("--timeout", type=int, default=120, help="seconds for a cell")
    parser.add_argument("--max-kb", type=int, default=400)
    args = parser.parse_args()
    files = sorted(file for source in args.sources for file in (source.glob("*.py") if source.is_dir() else [source]))
    failed = 0
    for file in files:
        target = args.out / f"{file.stem}.ipynb"
        try:
            found = compare(file, target) if args.check else build(file, target, args.timeout, args.max_kb)
        except Exception as error:  # a cell raised, or the source does not parse
            found = [f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:300]}"]
        failed += bool(found)
        for line in found:
            print(f"! {target.name}: {line}")
    if args.check:
        built = {file.stem for file in args.out.glob("*.ipynb")}
        orphans = sorted(built - {file.stem for file in files}) if any(s.is_dir() for s in args.sources) else []
        failed += len(orphans)
        for name in orphans:
            print(f"! {name}.ipynb: has no source")
    print(f"{len(files) - failed} passed, {failed} failed")
    return int(failed > 0 or not files)


if __name__ == "__main__":
    sys.exit(main())
