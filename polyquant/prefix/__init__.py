"""Prefix codes and what they cost."""

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
    "integer_code",
    "is_prefix_free",
    "is_uniquely_decodable",
    "kraft",
    "leb128",
    "levenshtein",
    "omega",
    "package_merge",
    "redundancy",
    "rice",
    "shannon",
    "shannon_fano_elias",
    "to_bfloat16",
    "two_readings",
    "unary",
    "unzigzag",
    "zeta",
    "zigzag",
]
