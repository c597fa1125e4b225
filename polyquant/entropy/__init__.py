"""Entropy coders that are not prefix codes: they spend fractions of a bit on a symbol."""

from . import arithmetic, streams
from .rans import Rans, normalize
from .tans import Tans

__all__ = ["Rans", "Tans", "arithmetic", "normalize", "streams"]
