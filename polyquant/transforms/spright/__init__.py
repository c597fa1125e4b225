"""The sparse Walsh-Hadamard transform: the few large coefficients of a function of n bits, from few samples of it."""

from polyquant.errors import BudgetError

from .bins import bins
from .plan import Plan, plan
from .solve import sparse_wht
from .spectrum import SparseSpectrum

__all__ = ["BudgetError", "Plan", "SparseSpectrum", "bins", "plan", "sparse_wht"]
