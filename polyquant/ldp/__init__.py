"""Frequencies from reports that protect their senders: every user randomises, the server counts.

Educational. Not audited, not constant time. Whoever reports twice spends epsilon twice.
"""

from ._mechanism import Batch, Mechanism
from .aggregate import aggregate
from .estimate import Estimate, clip_rescale, project_simplex
from .tally import Tally

__all__ = [
    "Batch",
    "Estimate",
    "Mechanism",
    "Tally",
    "aggregate",
    "clip_rescale",
    "project_simplex",
]
