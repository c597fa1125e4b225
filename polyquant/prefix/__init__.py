"""Prefix codes and what they cost."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .canonical import PrefixCode
    from .huffman import fano, huffman, shannon, shannon_fano_elias
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

_MODULES = {
    "canonical": ("PrefixCode",),
    "huffman": ("fano", "huffman", "shannon", "shannon_fano_elias"),
    "integers": (
        "IntegerCode",
        "best_golomb",
        "delta",
        "even_rodeh",
        "exp_golomb",
        "fibonacci",
        "gamma",
        "golomb",
        "integer_code",
        "leb128",
        "levenshtein",
        "omega",
        "rice",
        "unary",
        "unzigzag",
        "zeta",
        "zigzag",
    ),
    "limited": ("package_merge",),
    "measures": (
        "entropy",
        "expected_length",
        "is_prefix_free",
        "is_uniquely_decodable",
        "kraft",
        "redundancy",
        "two_readings",
    ),
}
