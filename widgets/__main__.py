"""Save the opening picture of every live figure, and its sentence: ``python -m polyquant_widgets docs/pictures``."""

import sys
from importlib import import_module
from pathlib import Path

from . import SCENES
from ._picture import picture


def save(folder: Path) -> list[Path]:
    """One PNG for each scene; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name in SCENES:
        scene = import_module(f"{__package__}.{name}").SCENE
        frame = scene.compute(scene.Params())
        sentence = scene.describe(frame)
        files.append(folder / f"{name}.png")
        files[-1].write_bytes(picture(scene.draw(frame), sentence))
        print(f"{files[-1]}: {sentence}")
    return files


if __name__ == "__main__":
    save(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
