"""Entropy coders that are not prefix codes: they spend fractions of a bit on a symbol."""

from . import arithmetic, streams
from .rans import Rans, normalize

__all__ = ["Rans", "arithmetic", "normalize", "streams"]
