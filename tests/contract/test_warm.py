"""After ``polyquant._warm`` nothing is left to compile."""

import subprocess
import sys

import pytest

from polyquant import _kernel

# With the compiler off, every call of a kernel can be watched.
WATCH = """
import importlib, os, pkgutil, sys, types
os.environ["NUMBA_DISABLE_JIT"] = "1"
import polyquant
from polyquant import _warm

kernels = {}
for module in pkgutil.walk_packages(polyquant.__path__, "polyquant."):
    if "._kernels." in module.name:
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, types.FunctionType) and thing.__module__ == module.name:
                kernels[thing.__code__] = f"{module.name}.{thing.__name__}"

called = set()
sys.setprofile(lambda frame, event, _: called.add(frame.f_code))
_warm.warm()
sys.setprofile(None)
assert kernels
print(*sorted(name for code, name in kernels.items() if code not in called))
"""

# Numbers that come from elsewhere: frozen, in another order, of another integer type. One type of argument each, or the
# compiler starts again at a slider's move.
AFTER = """
import sys
import numpy as np
from polyquant import _warm, bits, prefix

def compiled():
    modules = [module for name, module in sys.modules.items() if "._kernels." in name and name.startswith("polyquant")]
    kernels = {f"{m.__name__}.{k}": v for m in modules for k, v in vars(m).items() if hasattr(v, "overloads")}
    return {name: len(kernel.overloads) for name, kernel in kernels.items()}

_warm.warm()
before = compiled()
frozen = np.array([1, 2, 3, 4], np.int64)
frozen.flags.writeable = False
large = frozen.astype(np.uint64)
large.flags.writeable = False
others = large, frozen[::-1], frozen[::2], frozen.astype(np.uint8), frozen.astype(np.uint64), [1, 2, 3], (4,), []
for values in (frozen, *others):
    for code in (prefix.gamma, prefix.zeta(2)):
        packed = code.encode_many(values)
        code.decode_many(packed, len(values))
        code.decode_many(bits.Bits.from_text("000") + packed, len(values), start=3)
        code.length(values)
    bits.unpack(bits.pack(values, values), values)
    prefix.huffman(values)
    prefix.package_merge(values, 5)
    word = prefix.huffman([1, 1, 2, 3, 5])
    word.decode(word.encode(values), len(values))
after = compiled()
assert len(before) > 5
print(*sorted(name for name in after if after[name] != before.get(name)))
"""


def ask(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_every_kernel_is_warmed():
    assert ask(WATCH) == ""


@pytest.mark.slow
@pytest.mark.skipif(not _kernel.FOLDER, reason="needs the compiler and its cache")
def test_no_kind_of_array_is_compiled_for_again():
    assert ask(AFTER) == ""
