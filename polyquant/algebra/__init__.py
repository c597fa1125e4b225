"""Exact arithmetic that schemes are built on: modules, not names.

``crt`` residue systems, ``gf2x`` polynomials over GF(2), ``gf256`` bytes, ``gf2m`` and ``gfp`` fields, ``polynomial``,
``series`` and ``reedsolomon`` over any of them, ``gf2matrix`` matrices of bits.
"""

import importlib
from types import ModuleType

__all__ = ["crt", "gf256", "gf2m", "gf2matrix", "gf2x", "gfp", "polynomial", "reedsolomon", "series"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return importlib.import_module(f"polyquant.algebra.{name}")
    raise AttributeError(f"module 'polyquant.algebra' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
