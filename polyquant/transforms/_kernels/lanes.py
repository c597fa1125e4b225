"""Sixty-four bytes of neighbouring numbers as one value: what a processor adds and subtracts at once.

``load(a, i)`` takes the numbers a[i], a[i+1], ... of one value, ``+`` and ``-`` work on all of them, ``store`` puts
them back: sixteen float32, eight float64 or int64. Compiled, a value lives in a register (in two, or four, where they
are shorter); as plain Python it is a small numpy array, and the kernels that use it stay the same.
Nothing here looks at signs of zeros or at nan: sums come out bit for bit as in any other order of the same additions.
"""

import operator

import numpy as np

from polyquant._kernel import HAVE_NUMBA, kernel

BYTES = 64


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
    from numba.core.datamodel.models import PrimitiveModel
    from numba.core.typing.templates import AbstractTemplate, infer_global, signature
    from numba.extending import intrinsic, lower_builtin, register_model

    CHECKED = bool(numba.config.BOUNDSCHECK)

    class Lanes(types.Type):
        """The type of one value: as many numbers of type *dtype* as fit."""

        def __init__(self, dtype):
            self.dtype = dtype
            self.count = BYTES * 8 // dtype.bitwidth
            super().__init__(f"Lanes({dtype})")

    @register_model(Lanes)
    class LanesModel(PrimitiveModel):
        """A vector register."""

        def __init__(self, manager, lanes):
            number = manager.lookup(lanes.dtype).get_value_type()
            super().__init__(manager, lanes, ir.VectorType(number, lanes.count))

    def _place(context, builder, array, arguments):
        """Where a value begins; as in memory, it is aligned like its numbers only."""
        start = builder.gep(context.make_array(array)(context, builder, arguments[0]).data, [arguments[1]])
        return builder.bitcast(start, context.get_value_type(Lanes(array.dtype)).as_pointer())

    @intrinsic
    def take(typing, a, i):
        """The value at a[i]; nothing is checked."""

        def generate(context, builder, signature, arguments):
            return builder.load(_place(context, builder, a, arguments), align=a.dtype.bitwidth // 8)

        return Lanes(a.dtype)(a, types.intp), generate

    @intrinsic
    def put(typing, a, i, value):
        """a[i], ... = value; nothing is checked."""

        def generate(context, builder, signature, arguments):
            builder.store(arguments[2], _place(context, builder, a, arguments), align=a.dtype.bitwidth // 8)
            return context.get_dummy_value()

        return types.void(a, types.intp, value), generate

    def _operator(function, whole, real):
        @infer_global(function)
        class Typed(AbstractTemplate):
            def generic(self, arguments, keywords):
                if all(isinstance(argument, Lanes) for argument in arguments):
                    return signature(arguments[0], *arguments)

        @lower_builtin(function, Lanes, Lanes)
        def lower(context, builder, signature, arguments):
            name = real if isinstance(signature.return_type.dtype, types.Float) else whole
            return getattr(builder, name)(*arguments)

    _operator(operator.add, "add", "fadd")
    _operator(operator.sub, "sub", "fsub")

    @intrinsic
    def inside(typing, value):
        """The transform of the numbers of one value: butterflies between lanes 1, 2, 4, ... apart."""

        def generate(context, builder, signature, arguments):
            x, n = arguments[0], value.count
            places = ir.VectorType(ir.IntType(32), n)
            step = 1
            while step < n:
                swapped = builder.shuffle_vector(
                    x, ir.Constant(x.type, ir.Undefined), ir.Constant(places, [i ^ step for i in range(n)])
                )
                if isinstance(value.dtype, types.Float):  # the product with 1 or -1 is exact, and one instruction adds
                    signs = ir.Constant(x.type, [-1.0 if i & step else 1.0 for i in range(n)])
                    signed = builder.fmul(x, signs, flags=("contract",))
                    x = builder.fadd(swapped, signed, flags=("contract",))
                else:
                    chosen = ir.Constant(places, [i + n if i & step else i for i in range(n)])
                    x = builder.shuffle_vector(builder.add(swapped, x), builder.sub(swapped, x), chosen)
                step *= 2
            return x

        return value(value), generate

    @kernel
    def load(a, i):
        """The value of the numbers from a[i] on."""
        if CHECKED:
            look(a, i)
        return take(a, i)

    @kernel
    def store(a, i, value):
        """Put the numbers of the value to a[i], ..."""
        if CHECKED:
            look(a, i)
        put(a, i, value)

    @kernel
    def look(a, i):
        """The array's own check at both ends, when bounds are checked."""
        if i < 0:
            raise IndexError("a value begins before its array")
        return a[i] + a[i + BYTES // a.itemsize - 1]

else:

    def load(a, i):
        """The value of the numbers from a[i] on."""
        count = BYTES // a.itemsize
        assert 0 <= i <= a.size - count
        return a[i : i + count].copy()

    def store(a, i, value):
        """Put the numbers of the value to a[i], ..."""
        assert 0 <= i <= a.size - value.size
        a[i : i + value.size] = value

    def inside(value):
        """The transform of the numbers of one value: butterflies between lanes 1, 2, 4, ... apart."""
        places, step = np.arange(value.size), 1
        while step < value.size:
            value = np.where(places & step, -value, value) + value[places ^ step]
            step *= 2
        return value
