"""Threshold sharing, for parties known or still to come: any k shares give the secret, fewer give nothing.

Educational. Not audited, not constant time.
"""

__all__: list[str] = []
