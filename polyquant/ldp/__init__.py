"""Frequencies from reports that protect their senders: every user randomises, the server counts.

Educational. Not audited, not constant time. Whoever reports twice spends epsilon twice.
"""

from ._mechanism import Batch, Mechanism
from .aggregate import aggregate
from .attack import bayes_success, best_guesses
from .estimate import Estimate, clip_rescale, project_simplex
from .geometry import ProjectiveGeometry
from .hadamard import HadamardMean, HadamardResponse, RecursiveHadamard
from .pure import LocalHashing, RandomizedResponse, UnaryEncoding
from .tally import Tally

__all__ = [
    "Batch",
    "Estimate",
    "HadamardMean",
    "HadamardResponse",
    "LocalHashing",
    "Mechanism",
    "ProjectiveGeometry",
    "RandomizedResponse",
    "RecursiveHadamard",
    "Tally",
    "UnaryEncoding",
    "aggregate",
    "bayes_success",
    "best_guesses",
    "clip_rescale",
    "project_simplex",
]
