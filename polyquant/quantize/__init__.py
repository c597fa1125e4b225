"""Real vectors to few bits and back: pyramid vector quantization and its rivals."""

import importlib
from typing import Any

from .gain import gain_codebook, gain_density, gains, rebuild
from .lloyd import distortion, lloyd_max
from .pyramid import Pyramid, count_points, offsets
from .rounding import Rounded, round_blocks, round_to_nearest
from .scalar import Scalar, e2m1, nf4, uniform

_WITH_TORCH: dict[str, str] = {}  # name -> module; torch is loaded when the name is first used

__all__ = [
    "Pyramid",
    "Rounded",
    "Scalar",
    "count_points",
    "distortion",
    "e2m1",
    "gain_codebook",
    "gain_density",
    "gains",
    "lloyd_max",
    "nf4",
    "offsets",
    "rebuild",
    "round_blocks",
    "round_to_nearest",
    "uniform",
]


def __getattr__(name: str) -> Any:
    if name in _WITH_TORCH:
        return getattr(importlib.import_module(f"{__name__}.{_WITH_TORCH[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
