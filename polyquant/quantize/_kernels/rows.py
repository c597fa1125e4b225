"""A whole group as one value: 64 or 128 numbers of float32, as many bytes, or a mask of as many bits.

How long a value is belongs to its type, and whatever has this length says so by *like*: a tuple with a zero for every
sixty-four numbers. Compiled, a value lives in registers; as plain Python it is a numpy array. As with the values of
:mod:`.lanes`, whose ``+ - * if_less floor store`` serve here too, both give the same bits.
"""

import operator

import numpy as np

from polyquant._kernel import kernel

from . import lanes

PIECE = 64  # numbers for which *like* has one zero
PLACES = 127  # the bits in which numbered numbers hold their places

if lanes.COMPILED:
    from llvmlite import ir
    from numba import types
    from numba.core.cgutils import get_or_insert_function
    from numba.core.typing.templates import AbstractTemplate, infer_global, signature
    from numba.extending import intrinsic, lower_builtin

    from .lanes import Values, _at, _look, _places, _vector

    BIT, BYTE, WORD, LONG, FLOAT = ir.IntType(1), ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.FloatType()

    def _everywhere(builder, number, count):
        first = builder.insert_element(ir.Constant(_vector(number.type, count), ir.Undefined), number, WORD(0))
        return builder.shuffle_vector(first, first, _places([0] * count))

    def _number(builder, mask):
        """A mask as one number of as many bits."""
        return builder.bitcast(mask, ir.IntType(mask.type.count))

    def _called(builder, name, result, argument):
        known = ir.FunctionType(result, [argument.type])
        return builder.call(get_or_insert_function(builder.module, known, name), [argument])

    @intrinsic
    def take(typing, a, i, like):
        """The value at a[i]; nothing is checked."""

        def generate(context, builder, signature, arguments):
            vector = context.get_value_type(signature.return_type)
            return builder.load(_at(context, builder, a, *arguments[:2], vector), align=a.dtype.bitwidth // 8)

        return Values(a.dtype, PIECE * like.count)(a, types.intp, like), generate

    @intrinsic
    def ask(typing, a, i, like):
        """Have the numbers from a[i] on brought near, if there are any: nothing is read."""

        def generate(context, builder, signature, arguments):
            start = builder.bitcast(_at(context, builder, a, *arguments[:2], BYTE), BYTE.as_pointer())
            known = ir.FunctionType(ir.VoidType(), [start.type, WORD, WORD, WORD])
            prefetch = builder.module.declare_intrinsic("llvm.prefetch", [start.type], known)
            for line in range(0, PIECE * like.count * a.dtype.bitwidth // 8, lanes.CACHE_LINE):
                builder.call(prefetch, [builder.gep(start, [LONG(line)]), WORD(0), WORD(3), WORD(1)])
            return context.get_dummy_value()

        return types.void(a, types.intp, like), generate

    @intrinsic
    def fill(typing, number, like):
        """One number in every place."""

        def generate(context, builder, signature, arguments):
            return _everywhere(builder, arguments[0], PIECE * like.count)

        return Values(number, PIECE * like.count)(number, like), generate

    @intrinsic
    def magnitudes(typing, v):
        """Numbers without their signs."""

        def generate(context, builder, signature, arguments):
            return _called(builder, f"llvm.fabs.v{v.count}f{v.dtype.bitwidth}", arguments[0].type, arguments[0])

        return v(v), generate

    @intrinsic
    def less(typing, a, b):
        """A mask: where a < b."""

        def generate(context, builder, signature, arguments):
            return builder.fcmp_ordered("<", *arguments)

        return Values(types.boolean, a.count)(a, b), generate

    @intrinsic
    def where(typing, mask, yes, no):
        """*yes* where the mask has a one, otherwise *no*."""

        def generate(context, builder, signature, arguments):
            return builder.select(*arguments)

        return yes(mask, yes, no), generate

    def _folded(combine):
        @intrinsic
        def fold(typing, v):
            """One number of all: halves are combined until one is left."""

            def generate(context, builder, signature, arguments):
                vector, half = arguments[0], v.count // 2
                while half:
                    parts = (_places(list(range(begin, begin + half))) for begin in (0, half))
                    vector = combine(builder, *(builder.shuffle_vector(vector, vector, part) for part in parts))
                    half //= 2
                return builder.extract_element(vector, WORD(0))

            return v.dtype(v), generate

        return fold

    summed = _folded(lambda builder, a, b: builder.fadd(a, b))
    least = _folded(lambda builder, a, b: builder.select(builder.fcmp_ordered("<", b, a), b, a))
    largest = _folded(lambda builder, a, b: builder.select(builder.fcmp_ordered("<", a, b), b, a))

    def _byte(which):
        @intrinsic
        def byte(typing, v):
            """One byte of each number, as its bits are."""

            def generate(context, builder, signature, arguments):
                # four registers of words share one of bytes, in the order 0, 16, 32, 48, 1, 17, ...: cheaper than to
                # shorten each, and one shuffle puts them right
                words, together = builder.bitcast(arguments[0], _vector(WORD, v.count)), None
                for r in range(0, PIECE, 16):
                    part = _places([i // 16 * PIECE + i % 16 + r for i in range(v.count // 4)])
                    part = builder.shuffle_vector(words, words, part)
                    part = builder.and_(part, ir.Constant(part.type, [255 << 8 * which] * part.type.count))
                    move = ir.Constant(part.type, [8 * abs(r // 16 - which)] * part.type.count)
                    part = builder.shl(part, move) if r // 16 > which else builder.lshr(part, move)
                    together = builder.or_(together, part) if together else part
                mixed = builder.bitcast(together, _vector(BYTE, v.count))
                order = [i // PIECE * PIECE + i % 16 * 4 + i % PIECE // 16 for i in range(v.count)]
                return builder.shuffle_vector(mixed, mixed, _places(order))

            return Values(types.uint8, v.count)(v), generate

        return byte

    low_byte, next_byte = _byte(0), _byte(1)

    @intrinsic
    def numbers(typing, v):
        """Bytes as float32."""

        def generate(context, builder, signature, arguments):
            return builder.uitofp(arguments[0], _vector(FLOAT, v.count))

        return Values(types.float32, v.count)(v), generate

    @intrinsic
    def numbered(typing, v):
        """Numbers whose lowest bits are their places: the largest of them tells where it is."""

        def generate(context, builder, signature, arguments):
            words = builder.bitcast(arguments[0], _vector(WORD, v.count))
            words = builder.and_(words, ir.Constant(words.type, [2**32 - 1 - PLACES] * v.count))
            return builder.bitcast(builder.or_(words, _places(list(range(v.count)))), arguments[0].type)

        return v(v), generate

    @intrinsic
    def place(typing, number):
        """The place in a number of :func:`numbered`."""

        def generate(context, builder, signature, arguments):
            return builder.zext(builder.and_(builder.bitcast(arguments[0], WORD), WORD(PLACES)), LONG)

        return types.intp(types.float32), generate

    @intrinsic
    def added(typing, v):
        """The sum of bytes."""

        def generate(context, builder, signature, arguments):
            wide = builder.zext(arguments[0], _vector(WORD, v.count))
            return builder.zext(_called(builder, f"llvm.vector.reduce.add.v{v.count}i32", WORD, wide), LONG)

        return types.int64(v), generate

    def _compared(relation):
        @intrinsic
        def compare(typing, v, number):
            """A mask: how bytes compare with those of another value, or with a number of 0, ..., 255."""
            others = number if isinstance(number, Values) else types.int64

            def generate(context, builder, signature, arguments):
                value, other = arguments
                if others is types.int64:
                    other = _everywhere(builder, builder.trunc(other, BYTE), v.count)
                return builder.icmp_unsigned(relation, value, other)

            return Values(types.boolean, v.count)(v, others), generate

        return compare

    above, same = _compared(">"), _compared("==")

    @intrinsic
    def capped(typing, v, w):
        """Sums of bytes, at most 255."""

        def generate(context, builder, signature, arguments):
            vector = arguments[0].type
            known = ir.FunctionType(vector, [vector, vector])
            name = f"llvm.uadd.sat.v{v.count}i8"
            return builder.call(get_or_insert_function(builder.module, known, name), arguments)

        return v(v, w), generate

    @intrinsic
    def how_many(typing, mask):
        """How many ones a mask has."""

        def generate(context, builder, signature, arguments):
            number = builder.ctpop(_number(builder, arguments[0]))
            return builder.trunc(number, LONG) if mask.count > 64 else number

        return types.int64(mask), generate

    @intrinsic
    def lowest(typing, mask):
        """The first one of a mask, alone."""

        def generate(context, builder, signature, arguments):
            number = _number(builder, arguments[0])
            return builder.bitcast(builder.and_(number, builder.neg(number)), arguments[0].type)

        return mask(mask), generate

    @intrinsic
    def plus(typing, v, mask):
        """Bytes, one more where the mask has a one."""

        def generate(context, builder, signature, arguments):
            return builder.sub(arguments[0], builder.sext(arguments[1], arguments[0].type))

        return v(v, mask), generate

    @intrinsic
    def minus(typing, v, mask):
        """Bytes, negative where the mask has a one."""

        def generate(context, builder, signature, arguments):
            value, chosen = arguments
            return builder.select(chosen, builder.neg(value), value)

        return v(v, mask), generate

    def _operator(function, name):
        @infer_global(function)
        class Typed(AbstractTemplate):
            def generic(self, arguments, keywords):
                if all(isinstance(argument, Values) for argument in arguments):
                    return signature(arguments[0], *arguments)

        @lower_builtin(function, *[Values] * (1 if name == "not_" else 2))
        def lower(context, builder, signature, arguments):
            return getattr(builder, name)(*arguments)

    for _function, _name in ((operator.and_, "and_"), (operator.or_, "or_"), (operator.invert, "not_")):
        _operator(_function, _name)

    @kernel
    def load(a, i, like):
        """The value of the numbers from a[i] on."""
        if lanes.CHECKED:
            _look(a, i, PIECE * len(like))
        return take(a, i, like)

else:

    def load(a, i, like):
        """The value of the numbers from a[i] on."""
        assert 0 <= i <= a.size - PIECE * len(like)
        return a[i : i + PIECE * len(like)].copy()

    def ask(a, i, like):
        """Have the numbers from a[i] on brought near, if there are any: nothing is read."""

    def fill(number, like):
        """One number in every place."""
        return np.full(PIECE * len(like), number)

    magnitudes, less, where, above, same, plus = np.abs, np.less, np.where, np.greater, np.equal, np.add

    def minus(v, mask):
        """Bytes, negative where the mask has a one."""
        return np.where(mask, np.negative(v), v)

    def _fold(v, combine):
        while v.size > 1:
            v = combine(v[: v.size // 2], v[v.size // 2 :])
        return v[0]

    def summed(v):
        """The sum of all, halves first."""
        return _fold(v, np.add)

    def least(v):
        """The least of all."""
        return _fold(v, np.minimum)

    def largest(v):
        """The largest of all."""
        return _fold(v, np.maximum)

    def low_byte(v):
        """The lowest byte of each number, as its bits are."""
        return v.view(np.uint32).astype(np.uint8)

    def next_byte(v):
        """The next byte of each number, as its bits are."""
        return (v.view(np.uint32) >> 8).astype(np.uint8)

    def numbers(v):
        """Bytes as float32."""
        return v.astype(np.float32)

    def numbered(v):
        """Numbers whose lowest bits are their places: the largest of them tells where it is."""
        places = np.arange(v.size, dtype=np.uint32)
        return (v.view(np.uint32) & np.uint32(2**32 - 1 - PLACES) | places).view(np.float32)

    def place(number):
        """The place in a number of :func:`numbered`."""
        return int(number.view(np.uint32)) & PLACES

    def added(v):
        """The sum of bytes."""
        return int(v.sum())

    def capped(v, w):
        """Sums of bytes, at most 255."""
        return np.where(v > 255 - w, np.uint8(255), v + w)

    def how_many(mask):
        """How many ones a mask has."""
        return int(mask.sum())

    def lowest(mask):
        """The first one of a mask, alone."""
        return mask & (np.cumsum(mask) == 1)
