"""Save opening pictures of live figures: ``python -m polyquant_widgets docs/pictures kraft_strip flipped_bit``."""

import sys
from importlib import import_module
from pathlib import Path

from . import SCENES
from ._picture import picture


def save(folder: Path, names: tuple[str, ...] = SCENES) -> list[Path]:
    """One PNG for each of the scenes *names*, its sentence on the screen; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name in names:
        scene = import_module(f"{__package__}.{name}").SCENE
        frame = scene.compute(scene.Params())
        sentence = scene.describe(frame)
        files.append(folder / f"{name}.png")
        files[-1].write_bytes(picture(scene.draw(frame), sentence))
        print(f"{files[-1]}: {sentence}")
    return files


if __name__ == "__main__":
    save(Path(sys.argv[1]), tuple(sys.argv[2:]) or SCENES)
