"""After ``polyquant._warm`` nothing is left to compile."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import polyquant
from polyquant import _kernel

ROOT = Path(polyquant.__file__).parent


def entries():
    """Names of the kernels that Python code calls, read from the sources: ``kernels.name`` outside of ``_kernels``."""
    found = set()
    for path in ROOT.glob("**/*.py"):
        if "_kernels" in path.parts:
            continue
        tree, package = ast.parse(path.read_text()), [polyquant.__name__, *path.parent.relative_to(ROOT).parts]
        modules = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and "_kernels" in (node.module or "").split("."):
                base = ".".join(
                    [*package[: len(package) + 1 - node.level], node.module] if node.level else [node.module]
                )
                modules |= {alias.asname or alias.name: f"{base}.{alias.name}" for alias in node.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                module = importlib.import_module(modules[node.value.id])
                if hasattr(getattr(module, node.attr), "py_func"):
                    found.add(f"{module.__name__}.{node.attr}")
    return found


# With the compiler off, every call of a kernel can be watched: these run on any processor.
WATCH = """
import os, sys
os.environ["NUMBA_DISABLE_JIT"] = "1"
from polyquant import _warm
called = set()
sys.setprofile(lambda frame, event, _: called.add((frame.f_globals.get("__name__"), frame.f_code.co_name)))
_warm.warm()
sys.setprofile(None)
print(*sorted(f"{module}.{name}" for module, name in called if "._kernels." in (module or "")))
"""

# With it on, those that are compiled or came from the disk: kernels for this processor are among them.
COUNT = """
import sys

def compiled():
    modules = [module for name, module in sys.modules.items() if "._kernels." in name and name.startswith("polyquant")]
    kernels = {f"{m.__name__}.{k}": v for m in modules for k, v in vars(m).items() if hasattr(v, "overloads")}
    return {name: len(kernel.overloads) for name, kernel in kernels.items()}

from polyquant import _warm
_warm.warm()
before = compiled()
"""
READY = COUNT + "print(*sorted(name for name, count in before.items() if count))"

# Numbers that come from elsewhere: frozen, in another order, of another integer type. One type of argument each, or the
# compiler starts again at a slider's move.
AFTER = (
    COUNT
    + """
import numpy as np
from polyquant import bits, entropy, prefix

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
    prefix.alphabetic(values)
    learner = prefix.AdaptiveHuffman(5)
    learner.tree(values)
    for coder in (entropy.Rans((1, 1, 2, 3, 5), 8), entropy.Tans((1, 1, 2, 3, 5), 8)):
        coder.decode(*coder.encode(values), len(values))
    learner.decode(learner.encode(values), len(values))

words = np.arange(2000, dtype=np.uint16)
for tensor in (words, words[::2], words.reshape(40, 50), np.frombuffer(words.tobytes(), np.uint16), words[:0]):
    for streams in (1, 2, 4, 8):
        data = prefix.dfloat.compress(tensor, streams=streams, chunk=256, threads=2)
        prefix.dfloat.decompress(bytearray(data), threads=2)
    prefix.dfloat.decompress(memoryview(data), start=0, out=np.empty(tensor.size, np.uint16))
text = words.tobytes()
for source in (b"", b"aaa", text, bytearray(text), memoryview(text), np.frombuffer(text, np.uint8)):
    for module in (prefix.streams, entropy.streams):
        module.decompress(bytearray(module.compress(source, chunk=256, threads=2)), threads=2)
after = compiled()
assert len(before) > 5
print(*sorted(name for name in after if after[name] != before.get(name)))
"""
)


def ask(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.slow
def test_every_kernel_that_is_called_from_python_is_warmed():
    called = entries()
    assert len(called) > 10
    missing = called - ask(WATCH)
    if missing and _kernel.FOLDER:
        missing -= ask(READY)
    assert missing <= {name for name in called if not getattr(sys.modules[name.rpartition(".")[0]], "HAVE_WIDE", True)}


@pytest.mark.slow
@pytest.mark.skipif(not _kernel.FOLDER, reason="needs the compiler and its cache")
def test_no_kind_of_array_is_compiled_for_again():
    assert ask(AFTER) == set()
