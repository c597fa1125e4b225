"""The sparse Walsh-Hadamard transform: the few large coefficients of a function of n bits, from few samples of it."""

from .plan import Plan, plan

__all__ = ["Plan", "plan"]
