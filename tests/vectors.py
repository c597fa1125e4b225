"""The shared test vectors: JSON files in the folder of the same name, one object per family."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_suffix("")


@lru_cache
def load(family: str) -> dict[str, Any]:
    """All vectors of *family*, such as "prefix"."""
    return json.loads((FOLDER / f"{family}.json").read_text())


def rows(family: str, kind: str) -> list[dict[str, Any]]:
    """The list called *kind*; empty is a mistake, since a test over it would check nothing."""
    found = load(family)[kind]
    assert found, f"no {kind} in {family}.json"
    return found
