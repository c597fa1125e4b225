"""Threshold sharing, for parties known or still to come: any k shares give the secret, fewer give nothing.

Educational. Not audited, not constant time.
"""

from ._share import Share, share_bits
from .bulk import ShareBlock, recover_many
from .evolving import Dealer
from .evolving_field import FieldDealer, FieldShare, qgamma, recover_symbols
from .insight import explain, peeling_rounds, valuation_matrix
from .points import PointCode, point_code
from .recovery import checked_bits, recover, recover_bytes
from .robust import recover_robust

__all__ = [
    "Dealer",
    "FieldDealer",
    "FieldShare",
    "PointCode",
    "Share",
    "ShareBlock",
    "checked_bits",
    "explain",
    "peeling_rounds",
    "point_code",
    "qgamma",
    "recover",
    "recover_bytes",
    "recover_many",
    "recover_robust",
    "recover_symbols",
    "share_bits",
    "valuation_matrix",
]
