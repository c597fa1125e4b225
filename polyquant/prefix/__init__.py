"""Prefix codes and what they cost.

Four modules of their own are loaded when they are named: ``dfloat`` (bfloat16 tensors in eleven bits), ``modelfile``
(whole models on the disk), ``streams`` (Huffman's code for bytes, fast) and ``insight`` (Huffman's code looked at
closely).
"""

from importlib import import_module
from types import ModuleType

from .adaptive import AdaptiveHuffman
from .alphabetic import alphabetic
from .bfloat import from_bfloat16, to_bfloat16
from .canonical import PrefixCode
from .classic import fano, shannon, shannon_fano_elias
from .huffman import huffman
from .integers import (
    IntegerCode,
    best_golomb,
    delta,
    even_rodeh,
    exp_golomb,
    fibonacci,
    gamma,
    golomb,
    integer_code,
    leb128,
    levenshtein,
    omega,
    rice,
    unary,
    unzigzag,
    zeta,
    zigzag,
)
from .limited import package_merge
from .measures import (
    entropy,
    expected_length,
    is_prefix_free,
    is_uniquely_decodable,
    kraft,
    redundancy,
    two_readings,
)

__all__ = [
    "AdaptiveHuffman",
    "IntegerCode",
    "PrefixCode",
    "alphabetic",
    "best_golomb",
    "delta",
    "dfloat",
    "entropy",
    "even_rodeh",
    "exp_golomb",
    "expected_length",
    "fano",
    "fibonacci",
    "from_bfloat16",
    "gamma",
    "golomb",
    "huffman",
    "insight",
    "integer_code",
    "is_prefix_free",
    "is_uniquely_decodable",
    "kraft",
    "leb128",
    "levenshtein",
    "modelfile",
    "omega",
    "package_merge",
    "redundancy",
    "rice",
    "shannon",
    "shannon_fano_elias",
    "streams",
    "to_bfloat16",
    "two_readings",
    "unary",
    "unzigzag",
    "zeta",
    "zigzag",
]


def __getattr__(name: str) -> ModuleType:
    if name in ("dfloat", "insight", "modelfile", "streams"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
