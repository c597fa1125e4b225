"""Threshold sharing, for parties known or still to come: any k shares give the secret, fewer give nothing.

Educational. Not audited, not constant time.
"""

from ._share import Share, share_bits
from .evolving import Dealer
from .recovery import checked_bits, recover, recover_bytes
from .robust import recover_robust

__all__ = ["Dealer", "Share", "checked_bits", "recover", "recover_bytes", "recover_robust", "share_bits"]
