"""Strings of bits and the bytes they travel in. The first bit is always the top bit of the first byte."""

from .bitstring import Bits, pack, unpack
from .envelope import unwrap, wrap
from .reader import Reader

__all__ = ["Bits", "Reader", "pack", "unpack", "unwrap", "wrap"]
