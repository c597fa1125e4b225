"""Real data that lessons and tests share. Sources and licences: the README beside the files."""

from .text import alice, gaps, ranks, words

__all__ = ["alice", "gaps", "ranks", "words"]
