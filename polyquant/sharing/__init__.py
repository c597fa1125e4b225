"""Threshold sharing, for parties known or still to come: any k shares give the secret, fewer give nothing.

Educational. Not audited, not constant time.
"""

from ._share import Share, share_bits
from .bulk import ShareBlock, recover_many
from .evolving import Dealer
from .recovery import checked_bits, recover, recover_bytes
from .robust import recover_robust

__all__ = [
    "Dealer",
    "Share",
    "ShareBlock",
    "checked_bits",
    "recover",
    "recover_bytes",
    "recover_many",
    "recover_robust",
    "share_bits",
]
