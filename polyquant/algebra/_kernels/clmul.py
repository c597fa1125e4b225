"""The product of two 64-bit words without carries: one instruction where the processor has it, shifts elsewhere.

Kernels take a last argument *portable* and hand it down to :func:`product`. It is None for the instruction and
anything else for shifts; since None is a type of its own, the branch is decided when the kernel is compiled, and a
processor without the instruction never sees it. Callers pass :data:`MODE`.
"""

import os
import platform

import numpy as np

from polyquant._kernel import HAVE_NUMBA, kernel

ZERO = np.uint64(0)
ONE = np.uint64(1)
TOP = np.uint64(63)


def _compiled():
    if not HAVE_NUMBA:
        return False
    import numba

    return not numba.config.DISABLE_JIT


COMPILED = _compiled()


def _features():
    """What compiled code may use here; nothing if only portable code is wanted."""
    if not COMPILED or os.environ.get("POLYQUANT_PORTABLE") or platform.machine().lower() not in ("x86_64", "amd64"):
        return {}
    import llvmlite.binding
    import numba

    spelled = numba.config.CPU_FEATURES  # compiled for another processor than this one, as in a Binder image
    if spelled is not None:
        return {name[1:]: name[0] == "+" for name in spelled.split(",") if name}
    return llvmlite.binding.get_host_cpu_features()


FEATURES = _features()
HAVE_CLMUL = bool(FEATURES.get("pclmul"))
MODE = None if HAVE_CLMUL else True

if COMPILED:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    @intrinsic
    def trailing_zeros(typing, a):
        """The number of zeros below the lowest one of *a*, which is not 0."""

        def generate(context, builder, signature, arguments):
            return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

        return types.uint64(types.uint64), generate

    @intrinsic
    def instruction(typing, a, b):
        """(low word, high word) of a b."""

        def generate(context, builder, signature, arguments):
            word, pair = ir.IntType(64), ir.VectorType(ir.IntType(64), 2)
            shape = ir.FunctionType(pair, [pair, pair, ir.IntType(8)])
            multiply = cgutils.get_or_insert_function(builder.module, shape, "llvm.x86.pclmulqdq")
            first, second = (ir.Constant(ir.IntType(32), i) for i in (0, 1))
            blank = ir.Constant(pair, [ir.Constant(word, 0)] * 2)
            left, right = (builder.insert_element(blank, argument, first) for argument in arguments)
            both = builder.call(multiply, [left, right, ir.Constant(ir.IntType(8), 0)])
            halves = [builder.extract_element(both, i) for i in (first, second)]
            return context.make_tuple(builder, signature.return_type, halves)

        return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), generate
else:
    instruction = None

    def trailing_zeros(a):
        """The number of zeros below the lowest one of *a*, which is not 0."""
        return np.uint64((int(a) & -int(a)).bit_length() - 1)


@kernel
def shifts(a, public):
    """(low word, high word) of a public, one shift for each set bit of the public factor."""
    low, high = ZERO, ZERO
    while public != ZERO:
        position = trailing_zeros(public)
        low ^= a << position
        high ^= (a >> ONE) >> (TOP - position)
        public &= public - ONE
    return low, high


@kernel
def product(a, public, portable):
    """(low word, high word) of a public."""
    if portable is None:
        return instruction(a, public)
    return shifts(a, public)


@kernel
def inverse(u, portable):
    """The b with u b = 1 modulo x^64, for u with the constant term 1, by Newton's b <- u b^2."""
    b = u  # right modulo x, even modulo x^2
    for _ in range(5):
        square, _high = product(b, b, portable)
        b, _high = product(square, u, portable)
    return b
