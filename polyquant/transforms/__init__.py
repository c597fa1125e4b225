"""Fast orthogonal transforms."""

from .hadamard import fwht, ifwht
from .rotation import Rotation

__all__ = ["Rotation", "fwht", "ifwht"]
