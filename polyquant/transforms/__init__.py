"""Fast orthogonal transforms."""

from .hadamard import fwht

__all__ = ["fwht"]
