"""Containers written and read by code for any processor, and for one whose registers are narrow, are the same."""

import os
import subprocess
import sys

import pytest

from polyquant import _kernel

ASK = """
import zlib
import numpy as np
from polyquant.prefix import _coding, dfloat, streams
from polyquant.prefix._kernels import crc

page = np.random.default_rng(0).geometric(0.2, 50_000).astype(np.uint8)
words = np.random.default_rng(1).integers(0, 2**14, 50_000).astype(np.uint16)
coded, packed = streams.compress(page), dfloat.compress(words)
assert streams.decompress(coded) == page.tobytes()
assert (dfloat.decompress(packed) == words).all()
print(_coding.MODE, crc.WIDE, zlib.crc32(coded + packed))
"""
GENERIC = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
NARROW = {"NUMBA_CPU_NAME": "westmere", "NUMBA_CPU_FEATURES": "+sse4.2,+ssse3,+pclmul"}


def ask(**environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_CPU")}
    done = subprocess.run([sys.executable, "-c", ASK], env={**clean, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.slow
@pytest.mark.skipif(_kernel.FOLDER is None, reason="needs the compiler")
def test_other_processors_write_the_same(tmp_path):
    here, anywhere = ask(), ask(**GENERIC, NUMBA_CACHE_DIR=str(tmp_path))
    assert anywhere[:2] == ["True", "False"]
    assert here[2] == anywhere[2]
    if here[0] == "None":  # this one multiplies without carries: also where registers are narrow
        assert ask(**NARROW, NUMBA_CACHE_DIR=str(tmp_path)) == ["None", "False", here[2]]
