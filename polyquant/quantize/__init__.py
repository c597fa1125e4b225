"""Real vectors to few bits and back: pyramid vector quantization and its rivals."""

import importlib
from typing import Any

from .pyramid import Pyramid, count_points, offsets

_WITH_TORCH: dict[str, str] = {}  # name -> module; torch is loaded when the name is first used

__all__ = [
    "Pyramid",
    "count_points",
    "offsets",
]


def __getattr__(name: str) -> Any:
    if name in _WITH_TORCH:
        return getattr(importlib.import_module(f"{__name__}.{_WITH_TORCH[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
