"""CRC-32 with zlib's polynomial where the processor multiplies without carries: many bytes at a time.

The checksum is a remainder of polynomials over GF(2). So sixteen bytes may be replaced by others d bits further on that
have the same remainder: their halves times x^(d + 64) and x^d modulo P [GOP09]. Blocks are folded into those behind
them until sixteen bytes are left. All numbers are reflected, first bit lowest, as zlib reads bytes.
"""

import numpy as np

from polyquant._kernel import kernel
from polyquant.algebra._kernels.clmul import COMPILED, FEATURES, HAVE_CLMUL, product
from polyquant.bits._kernels.words import U

POLYNOMIAL = 0x1DB710641  # reflected, x^32 lowest
WIDE = bool(HAVE_CLMUL and FEATURES.get("vpclmulqdq") and FEATURES.get("avx512f"))
WORDS = 8 if WIDE else 2  # of 64 bits in a register
BLOCK = 4 * 8 * WORDS  # bytes that are folded at once, in four registers
ZERO, ALL = U(0), U(0xFFFFFFFF)


def _power(n):
    """x^n modulo P, reflected into 32 bits and moved up by one: a product of reflected numbers lacks a place."""
    value = 1 << 31  # x^0
    for _ in range(n):
        value = value >> 1 ^ (POLYNOMIAL >> 1 if value & 1 else 0)
    return value << 1


def _pair(bits):
    """Factors for the low and the high word of sixteen bytes that are replaced by others *bits* further on."""
    return U(_power(bits + 32)), U(_power(bits - 32))


def _bytewise():
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = table >> np.uint32(1) ^ np.where(table & np.uint32(1), np.uint32(POLYNOMIAL >> 1), np.uint32(0))
    return table


FAR_LOW, FAR_HIGH = _pair(8 * BLOCK)
NEAR_LOW, NEAR_HIGH = _pair(128)
BYTEWISE = _bytewise()

if COMPILED:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    WORD = ir.IntType(64)
    REGISTER = ir.VectorType(WORD, WORDS)

    def _constant(words):
        return ir.Constant(REGISTER, [ir.Constant(WORD, int(word)) for word in words])

    @intrinsic
    def fold(typing, data, at, blocks, first, state):
        """Fold *blocks* blocks from data[at] on into *state*, uint64 (BLOCK / 8,); *first* is xored to its start."""

        def generate(context, builder, signature, arguments):
            source = context.make_array(data)(context, builder, arguments[0]).data
            target = context.make_array(state)(context, builder, arguments[4]).data
            kind = "llvm.x86.pclmulqdq" + (".512" if WIDE else "")
            shape = ir.FunctionType(REGISTER, [REGISTER, REGISTER, ir.IntType(8)])
            multiply = cgutils.get_or_insert_function(builder.module, shape, kind)
            factors = _constant([FAR_LOW, FAR_HIGH] * (WORDS // 2))

            def load(place):
                return builder.load(builder.bitcast(builder.gep(source, [place]), REGISTER.as_pointer()), align=1)

            def step(k):
                return ir.Constant(WORD, 8 * WORDS * k)

            registers = [cgutils.alloca_once(builder, REGISTER) for _ in range(4)]
            for k, register in enumerate(registers):
                builder.store(load(builder.add(arguments[1], step(k))), register)
            begin = builder.insert_element(_constant([0] * WORDS), arguments[3], ir.Constant(ir.IntType(32), 0))
            builder.store(builder.xor(builder.load(registers[0]), begin), registers[0])
            with cgutils.for_range(builder, arguments[2], start=ir.Constant(WORD, 1), intp=WORD) as loop:
                here = builder.add(arguments[1], builder.mul(loop.index, ir.Constant(WORD, BLOCK)))
                for k, register in enumerate(registers):
                    value = builder.load(register)
                    low, high = (
                        builder.call(multiply, [value, factors, ir.Constant(ir.IntType(8), i)]) for i in (0, 17)
                    )
                    behind = load(builder.add(here, step(k)))
                    builder.store(builder.xor(builder.xor(low, high), behind), register)
            for k, register in enumerate(registers):
                place = builder.gep(target, [ir.Constant(WORD, WORDS * k)])
                place = builder.bitcast(place, REGISTER.as_pointer())
                builder.store(builder.load(register), place, align=8)
            return context.get_dummy_value()

        return types.void(data, types.uint64, types.uint64, types.uint64, state), generate
else:
    fold = None  # only called where there is the instruction


@kernel
def crc32(data, at, end, before, portable):
    """CRC-32 of data[at:end], uint8, behind bytes with the sum *before*.

    *portable* is MODE of :mod:`polyquant.algebra._kernels.clmul`. Not None, it goes byte by byte: zlib is faster then.
    """
    crc = before ^ ALL
    if portable is None:
        blocks = (end - at) // U(BLOCK)
        if blocks > ZERO:
            state = np.empty(BLOCK // 8, np.uint64)
            fold(data, at, blocks, crc, state)
            low, high = state[0], state[1]
            for k in range(2, BLOCK // 8, 2):
                a, b = product(low, NEAR_LOW, portable)
                c, d = product(high, NEAR_HIGH, portable)
                low, high = a ^ c ^ state[k], b ^ d ^ state[k + 1]
            crc = ZERO
            for word in (low, high):
                crc ^= word
                for _ in range(8):
                    crc = U(BYTEWISE[crc & U(255)]) ^ crc >> U(8)
            at += blocks * U(BLOCK)
    for i in range(at, end):
        crc = U(BYTEWISE[(crc ^ U(data[i])) & U(255)]) ^ crc >> U(8)
    return crc ^ ALL
