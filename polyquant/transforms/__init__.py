"""Fast orthogonal transforms: Walsh-Hadamard, dense and sparse, and rotations made from it."""

from .hadamard import fwht, ifwht
from .rotation import Rotation
from .spright import BudgetError, Plan, SparseSpectrum, bins, plan, sparse_wht

__all__ = ["BudgetError", "Plan", "Rotation", "SparseSpectrum", "bins", "fwht", "ifwht", "plan", "sparse_wht"]
