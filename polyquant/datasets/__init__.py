"""Real data that lessons and tests share. Sources and licences: the README beside the files."""

from .categories import flights, surnames
from .forest import Forest, MaskingGame, forest
from .graphs import karate_club
from .moments import minilm_moments, minilm_output
from .text import alice, gaps, ranks, words
from .weights import minilm, minilm_exponents, minilm_path, minilm_query

__all__ = [
    "Forest",
    "MaskingGame",
    "alice",
    "flights",
    "forest",
    "gaps",
    "karate_club",
    "minilm",
    "minilm_exponents",
    "minilm_moments",
    "minilm_output",
    "minilm_path",
    "minilm_query",
    "ranks",
    "surnames",
    "words",
]
