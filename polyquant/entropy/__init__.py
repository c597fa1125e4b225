"""Entropy coders that are not prefix codes: they spend fractions of a bit on a symbol."""

from . import arithmetic
from .rans import Rans, normalize

__all__ = ["Rans", "arithmetic", "normalize"]
