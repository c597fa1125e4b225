"""Code compiled for any processor, as in a Binder image, does not ask for instructions that only some have."""

import os
import subprocess
import sys

import pytest

from polyquant import _kernel

ASK = """
from polyquant import sharing
from polyquant.algebra._kernels import clmul, wide

dealer = sharing.Dealer(bytes(2000), 3, seed=bytes(16))
shares = dealer.shares([1, 5, 900])
assert sharing.recover_bytes([dealer.share(t) for t in (1, 5, 900)]) == bytes(2000)
print(clmul.HAVE_CLMUL, wide.HAVE_WIDE, sum(int(block.words.sum() % 2**32) for block in shares))
"""


def ask(**environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_CPU")}
    done = subprocess.run([sys.executable, "-c", ASK], env={**clean, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.slow
@pytest.mark.skipif(_kernel.FOLDER is None, reason="needs the compiler")
def test_a_generic_processor_gives_the_same_shares(tmp_path):
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    here, anywhere = ask(), ask(**generic)
    assert anywhere[:2] == ["False", "False"]
    assert here[2] == anywhere[2]
