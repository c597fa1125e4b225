"""A lesson as a page: pictures with words in place of live figures, and explorables that live without a kernel."""

import json
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from .links import moved
from .pictures import here, still

Write = Callable[[str, bytes], str]  # name and bytes of a file: its address for the page
BINDER = re.compile(r"^\[Open this lesson on Binder\]\((\S+)\).*$", re.M)


def lesson(notebook: dict[str, Any], stem: str, files: set[str], write: Write) -> dict[str, Any]:
    """The saved *notebook* ``lessons/<stem>.ipynb`` as Sphinx shall read it.

    Raises
    ------
    ValueError
        A picture without words for it.
    """
    cells = [dict(cell) for cell in notebook["cells"]]
    for place, cell in enumerate(cells):
        if cell["cell_type"] == "markdown":
            cell["source"] = moved(joined(cell["source"]), f"lessons/{stem}.ipynb", files)
        outputs = [output(o, f"{stem}-{place}", write) for o in cell.get("outputs", [])]
        if outputs:
            cell["outputs"] = outputs
    files |= {f"lessons/{stem}.ipynb", f"lessons/src/{stem}.py"}
    cells[0]["source"] = BINDER.sub(lambda match: ways(match[1], stem), cells[0]["source"])
    return {**notebook, "cells": cells}


def joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def ways(binder: str, stem: str) -> str:
    """From a page to the lesson that runs."""
    notebook, source = f"../files/lessons/{stem}.ipynb", f"../files/lessons/src/{stem}.py"
    return (
        f"*This is the lesson as it was last run.* Move its sliders yourself: [open it on Binder]({binder}), nothing to"
        f' install, or take <a href="{notebook}" download>the notebook</a> (source: <a href="{source}">{stem}.py</a>).'
    )


def output(saved: dict[str, Any], name: str, write: Write) -> dict[str, Any]:
    """A saved output; in place of a picture a figure with its sentence."""
    data = saved.get("data", {})
    if "image/png" not in data:
        return saved
    said = saved.get("metadata", {}).get("image/png", {})
    if not said.get("alt"):
        raise ValueError(f"{name}: a picture without words")
    png = b64decode(joined(data["image/png"]))
    html = still(write(f"{name}.png", png), png, said["alt"])
    if "explorable" in said:
        html = here(said["explorable"], html, said.get("state"))
    return {**saved, "data": {"text/html": html}, "metadata": {}}


def read(text: str, stem: str, files: set[str], write: Write) -> str:
    """*text* of a notebook's file as the text of the one that Sphinx reads."""
    return json.dumps(lesson(json.loads(text), stem, files, write), ensure_ascii=False, indent=1)
