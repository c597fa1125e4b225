"""Fewer bits for the same job: five unlike algorithms, a library and live lessons.

The families are loaded when they are named::

    from polyquant import prefix

    prefix.gamma.encode(5)

Educational. Not audited, not constant time; byte formats carry a version and are young.
"""

import importlib
from types import ModuleType

__version__ = "0.1.0"

_FAMILIES = (
    *("algebra", "bits", "datasets", "entropy", "errors", "exercises", "ldp", "prefix", "quantize", "sharing"),
    "transforms",
)

__all__ = [
    "__version__",
    "algebra",
    "bits",
    "datasets",
    "entropy",
    "errors",
    "exercises",
    "ldp",
    "prefix",
    "quantize",
    "sharing",
    "transforms",
]


def __getattr__(name: str) -> ModuleType:
    if name in _FAMILIES:
        return importlib.import_module(f"polyquant.{name}")
    raise AttributeError(f"module 'polyquant' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
