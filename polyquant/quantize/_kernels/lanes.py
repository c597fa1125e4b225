"""Thirty-two real numbers as one value: one group of weights to a lane. Of uint64, eight are a value.

``load(a, i)`` takes the numbers a[i], ..., a[i + 31] as one value and ``store`` puts them back; ``+ - * /`` and
:func:`if_less` work on all of them at once. Compiled, a value lives in a few registers; as plain Python it is a numpy
array, and the kernels that use it stay the same. Nothing is contracted or reordered: both give the same bits.
Values are never changed in place: write ``x = x + y``.
"""

import operator

import numpy as np

from polyquant._kernel import HAVE_NUMBA, kernel

LANES = 32
WORDS = 8
CACHE_LINE = 64


def _compiled():
    if not HAVE_NUMBA:
        return False
    import numba

    return not numba.config.DISABLE_JIT


COMPILED = _compiled()

if COMPILED:
    import numba
    from llvmlite import ir
    from numba import types
    from numba.core.cgutils import get_or_insert_function
    from numba.core.datamodel.models import PrimitiveModel
    from numba.core.typing.templates import AbstractTemplate, infer_global, signature
    from numba.extending import intrinsic, lower_builtin, register_model

    CHECKED = bool(numba.config.BOUNDSCHECK)

    class Values(types.Type):
        """The type of one value: *count* numbers, or as many as this module takes."""

        def __init__(self, dtype, count=None):
            self.dtype = dtype
            self.count = count or (WORDS if isinstance(dtype, types.Integer) else LANES)
            super().__init__(f"Values({dtype}, {self.count})")

    @register_model(Values)
    class ValuesModel(PrimitiveModel):
        """A vector, in as many registers as it needs."""

        def __init__(self, manager, values):
            super().__init__(manager, values, _vector(manager.lookup(values.dtype).get_value_type(), values.count))

    def _vector(number, count=LANES):
        return ir.VectorType(number, count)

    def _places(numbers):
        return ir.Constant(_vector(ir.IntType(32), len(numbers)), numbers)

    def _at(context, builder, kind, array, index, vector):
        """Where a vector begins; as in memory, it is aligned like its numbers only."""
        start = builder.gep(context.make_array(kind)(context, builder, array).data, [index])
        return builder.bitcast(start, vector.as_pointer())

    def _operator(function, name):
        @infer_global(function)
        class Typed(AbstractTemplate):
            def generic(self, arguments, keywords):
                if len(arguments) == 2 and all(isinstance(argument, Values) for argument in arguments):
                    return signature(arguments[0], *arguments)

        @lower_builtin(function, Values, Values)
        def lower(context, builder, signature, arguments):
            real = isinstance(signature.return_type.dtype, types.Float)
            return getattr(builder, "f" * real + name)(*arguments)

    for _function, _name in (("add", "add"), ("sub", "sub"), ("mul", "mul"), ("truediv", "div")):
        _operator(getattr(operator, _function), _name)

    @intrinsic
    def take(typing, a, i):
        """The value at a[i]; nothing is checked."""

        def generate(context, builder, signature, arguments):
            vector = context.get_value_type(signature.return_type)
            return builder.load(_at(context, builder, a, *arguments, vector), align=a.dtype.bitwidth // 8)

        return Values(a.dtype)(a, types.intp), generate

    @intrinsic
    def put(typing, a, i, value):
        """a[i], ... = value, as whole numbers where the array's are; nothing is checked."""

        def generate(context, builder, signature, arguments):
            array, index, values = arguments
            if a.dtype != value.dtype:
                number = ir.IntType(a.dtype.bitwidth)
                values = builder.fptosi(values, _vector(ir.IntType(32)))
                if a.dtype.bitwidth < 32:
                    values = builder.trunc(values, _vector(number))
            place = _at(context, builder, a, array, index, values.type)
            builder.store(values, place, align=a.dtype.bitwidth // 8)
            return context.get_dummy_value()

        return types.void(a, types.intp, value), generate

    @intrinsic
    def widen(typing, a, i, like):
        """The small whole numbers at a[i], ... as a value of floats of the type of *like*; nothing is checked."""

        def generate(context, builder, signature, arguments):
            vector = context.get_value_type(signature.return_type)
            place = _at(context, builder, a, *arguments[:2], _vector(ir.IntType(a.dtype.bitwidth)))
            return builder.sitofp(builder.load(place, align=a.dtype.bitwidth // 8), vector)

        return like(a, types.intp, like), generate

    @intrinsic
    def width(typing, thing):
        """How many numbers a value has, or a value of an array."""
        count = thing.count if isinstance(thing, Values) else Values(thing.dtype).count
        return types.intp(thing), lambda context, builder, signature, arguments: ir.Constant(ir.IntType(64), count)

    @intrinsic
    def spread(typing, number):
        """One number in every lane."""

        def generate(context, builder, signature, arguments):
            empty = ir.Constant(context.get_value_type(signature.return_type), ir.Undefined)
            first = builder.insert_element(empty, arguments[0], ir.Constant(ir.IntType(32), 0))
            return builder.shuffle_vector(first, empty, _places([0] * LANES))

        return Values(number)(number), generate

    @intrinsic
    def if_less(typing, a, b, yes, no):
        """*yes* where a < b, otherwise *no*."""

        def generate(context, builder, signature, arguments):
            a, b, yes, no = arguments
            return builder.select(builder.fcmp_ordered("<", a, b), yes, no)

        return yes(a, b, yes, no), generate

    @intrinsic
    def floor(typing, a):
        """The whole number below."""

        def generate(context, builder, signature, arguments):
            vector = arguments[0].type
            name = f"llvm.floor.v{a.count}f{a.dtype.bitwidth}"
            known = get_or_insert_function(builder.module, ir.FunctionType(vector, [vector]), name)
            return builder.call(known, arguments)

        return a(a), generate

    @intrinsic
    def count_above(typing, a, i, number):
        """How many of the eight numbers from a[i] on are larger than *number*; nothing is checked."""

        def generate(context, builder, signature, arguments):
            array, index, least = arguments
            vector = builder.load(_at(context, builder, a, array, index, _vector(least.type, WORDS)), align=8)
            first = builder.insert_element(
                ir.Constant(vector.type, ir.Undefined), least, ir.Constant(ir.IntType(32), 0)
            )
            all_least = builder.shuffle_vector(first, first, _places([0] * WORDS))
            compare = builder.fcmp_ordered if isinstance(a.dtype, types.Float) else builder.icmp_unsigned
            found = builder.bitcast(compare(">", vector, all_least), ir.IntType(WORDS))
            return builder.ctpop(builder.zext(found, ir.IntType(64)))

        return types.intp(a, types.intp, a.dtype), generate

    @intrinsic
    def product(typing, words, a, i):
        """The sum of eight words, taken as signed, times a[i], ..., a[i + 7]; nothing is checked."""

        def generate(context, builder, signature, arguments):
            values, array, index = arguments
            real = _vector(ir.DoubleType(), WORDS)
            factors = builder.load(_at(context, builder, a, array, index, real), align=8)
            total = builder.fmul(builder.sitofp(values, real), factors)
            half = WORDS // 2
            while half:
                low, high = _places(list(range(half))), _places(list(range(half, 2 * half)))
                total = builder.fadd(
                    builder.shuffle_vector(total, total, low), builder.shuffle_vector(total, total, high)
                )
                half //= 2
            return builder.extract_element(total, ir.Constant(ir.IntType(32), 0))

        return types.float64(words, a, types.intp), generate

    def _lanes_less(relation, bits):
        @intrinsic
        def compare(typing, a, b):
            """One answer about a < b in all lanes."""

            def generate(context, builder, signature, arguments):
                found = builder.bitcast(builder.fcmp_ordered("<", *arguments), ir.IntType(LANES))
                return builder.icmp_unsigned(relation, found, ir.Constant(ir.IntType(LANES), bits))

            return types.boolean(a, b), generate

        return compare

    any_less, all_less = _lanes_less("!=", 0), _lanes_less("==", 2**LANES - 1)

    def _tile(size):
        @intrinsic
        def tile(typing, source, i, step, target, j, jump):
            """A square of numbers, rows at source[i + r step], becomes columns at target[j + r jump]."""

            def generate(context, builder, signature, arguments):
                array, start, stride, other, place, skip = arguments
                vector, align = _vector(context.get_value_type(source.dtype), size), source.dtype.bitwidth // 8
                rows = []
                for r in range(size):
                    index = builder.add(start, builder.mul(stride, ir.Constant(start.type, r)))
                    rows.append(builder.load(_at(context, builder, source, array, index, vector), align=align))
                half = size // 2
                while half:
                    low = [p + size - half if p & half else p for p in range(size)]
                    high = [p + size if p & half else p + half for p in range(size)]
                    for r in range(size):
                        if not r & half:
                            a, b = rows[r], rows[r + half]
                            rows[r] = builder.shuffle_vector(a, b, _places(low))
                            rows[r + half] = builder.shuffle_vector(a, b, _places(high))
                    half //= 2
                for r in range(size):
                    index = builder.add(place, builder.mul(skip, ir.Constant(start.type, r)))
                    builder.store(rows[r], _at(context, builder, target, other, index, vector), align=align)
                return context.get_dummy_value()

            return types.void(source, types.intp, types.intp, target, types.intp, types.intp), generate

        return tile

    _sixteen, _eight = _tile(16), _tile(8)

    @kernel
    def load(a, i):
        """The value of the numbers from a[i] on."""
        if CHECKED:
            _look(a, i, width(a))
        return take(a, i)

    @kernel
    def load_whole(a, i, like):
        """The whole numbers from a[i] on as a value of the type of *like*."""
        if CHECKED:
            _look(a, i, LANES)
        return widen(a, i, like)

    @kernel
    def store(a, i, value):
        """Put the numbers of the value to a[i], ...; whole numbers only, if the array holds such."""
        if CHECKED:
            _look(a, i, width(value))
        put(a, i, value)

    @kernel
    def above(a, i, number):
        """How many of the eight numbers from a[i] on are larger than *number*."""
        if CHECKED:
            _look(a, i, WORDS)
        return count_above(a, i, number)

    @kernel
    def weigh(words, a, i):
        """The sum of eight words, taken as signed, times a[i], ..., a[i + 7]; its rounding is left open."""
        if CHECKED:
            _look(a, i, WORDS)
        return product(words, a, i)

    @kernel
    def _look(a, i, count):
        """The array's own check at both ends, when bounds are checked."""
        if i < 0:
            raise IndexError("a value begins before its array")
        return a[i] + a[i + count - 1]

    @kernel
    def turn(source, i, step, target, j, jump, rows, columns):
        """The number at source[i + r step + c] becomes target[j + c jump + r]."""
        if CHECKED:
            _look(source, i, (rows - 1) * step + columns)
            _look(target, j, (columns - 1) * jump + rows)
        if rows % 16 == 0 and columns % 16 == 0:
            for r in range(0, rows, 16):
                for c in range(0, columns, 16):
                    _sixteen(source, i + r * step + c, step, target, j + c * jump + r, jump)
        elif rows % 8 == 0 and columns % 8 == 0:
            for r in range(0, rows, 8):
                for c in range(0, columns, 8):
                    _eight(source, i + r * step + c, step, target, j + c * jump + r, jump)
        else:
            for r in range(rows):
                for c in range(columns):
                    target[j + c * jump + r] = source[i + r * step + c]

else:

    def load(a, i):
        """The value of the numbers from a[i] on."""
        count = WORDS if a.dtype == np.uint64 else LANES
        assert 0 <= i <= a.size - count
        return a[i : i + count].copy()

    def load_whole(a, i, like):
        """The whole numbers from a[i] on as a value of the type of *like*."""
        assert 0 <= i <= a.size - LANES
        return a[i : i + LANES].astype(like.dtype)

    def store(a, i, value):
        """Put the numbers of the value to a[i], ...; whole numbers only, if the array holds such."""
        assert 0 <= i <= a.size - value.size
        a[i : i + value.size] = value

    def above(a, i, number):
        """How many of the eight numbers from a[i] on are larger than *number*."""
        assert 0 <= i <= a.size - WORDS
        return int((a[i : i + WORDS] > number).sum())

    def weigh(words, a, i):
        """The sum of eight words, taken as signed, times a[i], ..., a[i + 7]; its rounding is left open."""
        assert 0 <= i <= a.size - WORDS
        return float(words.view(np.int64) @ a[i : i + WORDS])

    def spread(number):
        """One number in every lane."""
        return np.full(LANES, number)

    def if_less(a, b, yes, no):
        """*yes* where a < b, otherwise *no*."""
        return np.where(a < b, yes, no)

    def any_less(a, b):
        """Whether a < b in any lane."""
        return bool((a < b).any())

    def all_less(a, b):
        """Whether a < b in all lanes."""
        return bool((a < b).all())

    def floor(a):
        """The whole number below."""
        return np.floor(a)

    def turn(source, i, step, target, j, jump, rows, columns):
        """The number at source[i + r step + c] becomes target[j + c jump + r]."""
        for r in range(rows):
            target[j + r : j + r + (columns - 1) * jump + 1 : jump] = source[i + r * step : i + r * step + columns]


@kernel
def aligned(size, x):
    """Room for *size* numbers of the type of *x* that begins where a line of the cache does."""
    room = np.empty(size + CACHE_LINE // x.itemsize, x.dtype)
    first = -(room.ctypes.data // x.itemsize) % (CACHE_LINE // x.itemsize)
    return room[first : first + size]
