"""Frequencies from reports that protect their senders: every user randomises, the server counts.

Educational. Not audited, not constant time. Whoever reports twice spends epsilon twice.
"""

from ._mechanism import Batch, Mechanism

__all__ = [
    "Batch",
    "Mechanism",
]
