"""Frequencies from reports that protect their senders: every user randomises, the server counts.

Educational. Not audited, not constant time. Whoever reports twice spends epsilon twice.
"""

from ._batch import Batch
from ._mechanism import Mechanism
from .aggregate import aggregate
from .attack import bayes_success, best_guesses
from .estimate import Estimate, clip_rescale, project_simplex
from .geometry import ProjectiveGeometry
from .hadamard import HadamardMean, HadamardResponse, RecursiveHadamard
from .hashing import LocalHashing
from .modular import ModularSubset
from .moduli import mse_ratio, search_moduli
from .pure import RandomizedResponse, UnaryEncoding
from .subset import SubsetSelection, best_omega
from .tally import Tally

__all__ = [
    "Batch",
    "Estimate",
    "HadamardMean",
    "HadamardResponse",
    "LocalHashing",
    "Mechanism",
    "ModularSubset",
    "ProjectiveGeometry",
    "RandomizedResponse",
    "RecursiveHadamard",
    "SubsetSelection",
    "Tally",
    "UnaryEncoding",
    "aggregate",
    "bayes_success",
    "best_guesses",
    "best_omega",
    "clip_rescale",
    "mse_ratio",
    "project_simplex",
    "search_moduli",
]
