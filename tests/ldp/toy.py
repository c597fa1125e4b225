"""The smallest mechanism there is, for tests of what is around mechanisms: a report is one byte below k.

It protects nobody. Its module can be imported by processes that were spawned.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from polyquant.bits import Bits
from polyquant.ldp import Batch


@dataclass(frozen=True)
class Toy:
    k: int = 5
    epsilon: float = 1.0
    name: str = "toy"
    groups: int = 2  # even and odd bytes

    @property
    def cells(self):
        return self.k

    @property
    def fingerprint(self):
        return f"toy {self.k:12d}".encode()

    def batch(self, values):
        return Batch(self.fingerprint, "plain", len(values), Bits(bytes(values), 8 * len(values)))

    def _tally_batch(self, batch, counts, users):
        values = batch.bits.array().astype(np.int64)
        valid = values < self.k
        counts += np.bincount(values[valid], minlength=self.k)
        users += np.bincount(values[valid] % 2, minlength=2)
        return valid


def read(path):
    """A batch from a file; a file called *.deadly ends the process that reads it, once."""
    path = Path(path)
    if path.suffix == ".deadly" and path.exists():
        path = path.rename(path.with_suffix(".harmless"))
        os._exit(13)
    if not path.exists():
        path = path.with_suffix(".harmless")
    return Batch.from_bytes(path.read_bytes())
