"""Real data that lessons and tests share. Sources and licences: the README beside the files."""

from .categories import flights, surnames
from .text import alice, gaps, ranks, words

__all__ = ["alice", "flights", "gaps", "ranks", "surnames", "words"]
