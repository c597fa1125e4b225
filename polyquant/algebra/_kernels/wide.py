"""Eight words at once.

:func:`block` is Horner's rule where the processor multiplies without carries in 512-bit registers: one instruction
multiplies the words at even places, a second those at odd places. The product of word w fills the words w and w + 1,
so the even products are in place and the odd ones move up by one word. :func:`step` needs no special processor.
"""

import numpy as np

from polyquant._kernel import kernel

from .clmul import COMPILED, FEATURES, ZERO

LANES = 8
HAVE_WIDE = all(FEATURES.get(name) for name in ("pclmul", "vpclmulqdq", "avx512f", "avx512vl"))

if COMPILED:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    WORD, LANE = ir.IntType(64), ir.IntType(32)
    VECTOR = ir.VectorType(WORD, LANES)
    WORDS, INDEX = types.Array(types.uint64, 1, "C"), types.int64

    def _address(context, builder, array, index):
        """Where eight words of a flat array are."""
        data = context.make_array(WORDS)(context, builder, array).data
        return builder.bitcast(builder.gep(data, [index]), VECTOR.as_pointer())

    def _lanes(numbers):
        return ir.Constant(ir.VectorType(LANE, LANES), list(numbers))

    def _multiply(builder, value, point, half):
        shape = ir.FunctionType(VECTOR, [VECTOR, VECTOR, ir.IntType(8)])
        function = cgutils.get_or_insert_function(builder.module, shape, "llvm.x86.pclmulqdq.512")
        return builder.call(function, [value, point, ir.Constant(ir.IntType(8), half)])

    @intrinsic
    def block(typing, point, leading, at, series, stride, count, carry, out, place):
        """out[place : place + 8] = words at .. at + 7 of Horner's rule; carry, (8 count,), goes from block to block."""

        def generate(context, builder, signature, arguments):
            point, leading, at, series, stride, count, carry, out, place = arguments
            alone = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), point, ir.Constant(LANE, 0))
            points = builder.shuffle_vector(alone, alone, _lanes([0] * LANES))
            value = cgutils.alloca_once(builder, VECTOR)
            builder.store(builder.load(_address(context, builder, leading, at), align=8), value)
            with cgutils.for_range(builder, count) as loop:
                j = builder.sub(builder.sub(count, loop.index), ir.Constant(WORD, 1))
                even, odd = (_multiply(builder, builder.load(value), points, half) for half in (0x00, 0x01))
                kept = _address(context, builder, carry, builder.mul(j, ir.Constant(WORD, LANES)))
                moved = builder.shuffle_vector(
                    builder.load(kept, align=8), odd, _lanes(range(LANES - 1, 2 * LANES - 1))
                )
                builder.store(odd, kept, align=8)
                coins = builder.load(
                    _address(context, builder, series, builder.add(builder.mul(j, stride), at)), align=8
                )
                builder.store(builder.xor(builder.xor(even, moved), coins), value)
            builder.store(builder.load(value), _address(context, builder, out, place), align=8)
            return context.get_dummy_value()

        kinds = (types.uint64, WORDS, INDEX, WORDS, INDEX, INDEX, WORDS, WORDS, INDEX)
        return types.void(*kinds), generate

    @intrinsic
    def step(typing, value, first, i, second, j, out, place):
        """first[i : i + 8] ^= second[j : j + 8]; value ^= those; out[place : place + 8] = value."""

        def generate(context, builder, signature, arguments):
            value, first, i, second, j, out, place = arguments
            zero = ir.Constant(WORD, 0)
            slope, state = _address(context, builder, first, i), _address(context, builder, value, zero)
            bend = builder.load(_address(context, builder, second, j), align=8)
            bent = builder.xor(builder.load(slope, align=8), bend)
            builder.store(bent, slope, align=8)
            now = builder.xor(builder.load(state, align=8), bent)
            builder.store(now, state, align=8)
            builder.store(now, _address(context, builder, out, place), align=8)
            return context.get_dummy_value()

        return types.void(WORDS, WORDS, INDEX, WORDS, INDEX, WORDS, INDEX), generate
else:
    block = None

    def step(value, first, i, second, j, out, place):
        """first[i : i + 8] ^= second[j : j + 8]; value ^= those; out[place : place + 8] = value."""
        first[i : i + LANES] ^= second[j : j + LANES]
        value ^= first[i : i + LANES]
        out[place : place + LANES] = value


CHUNK = 512  # words of each series that all points use before the next: a few of these fit the first cache


@kernel
def horner(points, leading, series, count, words, mask, out):
    """As :func:`gf2x.horner`, on flat arrays: series (count * stride,), out (n * words,).

    leading and every series are padded to whole blocks of eight words.
    """
    stride = series.size // count
    carry = np.zeros((points.size, LANES * count), np.uint64)
    buffer = np.empty(LANES, np.uint64)
    whole = words // LANES * LANES
    for start in range(0, whole, CHUNK):
        for i in range(points.size):
            for at in range(start, min(start + CHUNK, whole), LANES):
                block(points[i], leading, at, series, stride, count, carry[i], out, i * words + at)
    for i in range(points.size):
        row = i * words
        if whole < words:
            block(points[i], leading, whole, series, stride, count, carry[i], buffer, 0)
            for w in range(words - whole):
                out[row + whole + w] = buffer[w]
        out[row + words - 1] &= mask


@kernel
def horner_short(points, leading, series, count, words, mask, out):
    """As :func:`horner` for at most eight words. A block reaches into the next row, which is written after it."""
    stride = series.size // count
    carry = np.zeros(LANES * count, np.uint64)
    buffer = np.empty(LANES, np.uint64)
    for i in range(points.size):
        carry[:] = ZERO
        row = i * words
        if row + LANES <= out.size:
            block(points[i], leading, 0, series, stride, count, carry, out, row)
        else:
            block(points[i], leading, 0, series, stride, count, carry, buffer, 0)
            for w in range(words):
                out[row + w] = buffer[w]
        out[row + words - 1] &= mask
