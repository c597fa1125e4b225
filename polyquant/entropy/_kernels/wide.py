"""Sixteen states at once, for processors that look up, squeeze and spread sixteen numbers with one instruction each.

:func:`decode` and :func:`encode` do whole turns of the 64 states of a chunk, in four vectors; what they leave (the last
words, the last symbols), and all other processors, is for the loops of :mod:`streams`. They check nothing.
"""

from polyquant.algebra._kernels.clmul import COMPILED, FEATURES

LANES = 16
VECTORS = 4
WAYS = LANES * VECTORS
NEEDS = ("avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512vbmi2")


def _have():
    if not all(FEATURES.get(name) for name in NEEDS):
        return False
    import numba

    return not numba.config.BOUNDSCHECK  # nothing here could be checked


HAVE_WIDE = _have()
MODE = None if HAVE_WIDE else True

if COMPILED:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    BIT, BYTE, SHORT, HALF, WORD = (ir.IntType(bits) for bits in (1, 8, 16, 32, 64))
    DOUBLE = ir.DoubleType()
    BYTES, STATES, INVERSES = (types.Array(kind, 1, "C") for kind in (types.uint8, types.uint32, types.float64))
    INDEX = types.int64
    DATA = types.Array(types.uint8, 1, "C", readonly=True)

    def _vector(kind, lanes=LANES):
        return ir.VectorType(kind, lanes)

    def _all(kind, value, lanes=LANES):
        return ir.Constant(_vector(kind, lanes), [value] * lanes)

    def _every(builder, value):
        """The number in all lanes."""
        one = builder.insert_element(ir.Constant(_vector(value.type), ir.Undefined), value, ir.Constant(HALF, 0))
        return builder.shuffle_vector(one, one, _all(HALF, 0))

    def _place(context, builder, kind, array, index, shape):
        """Where the vector that begins at array[index] is."""
        data = context.make_array(kind)(context, builder, array).data
        return builder.bitcast(builder.gep(data, [index]), shape.as_pointer())

    def _call(builder, name, result, arguments):
        shape = ir.FunctionType(result, [argument.type for argument in arguments])
        return builder.call(cgutils.get_or_insert_function(builder.module, shape, name), arguments)

    def _look_up(context, builder, kind, array, places):
        """array[places], sixteen numbers of 32 bits or eight doubles."""
        start = _place(context, builder, kind, array, ir.Constant(WORD, 0), BYTE)
        number, lanes = (DOUBLE, 8) if kind is INVERSES else (HALF, LANES)
        name = "dpd" if kind is INVERSES else "dpi"
        nothing = ir.Constant(_vector(number, lanes), ir.Undefined)
        size = ir.Constant(HALF, 8 if kind is INVERSES else 4)
        arguments = [nothing, start, places, _all(BIT, 1, lanes), size]
        return _call(builder, f"llvm.x86.avx512.mask.gather.{name}.512", nothing.type, arguments)

    def _count(builder, mask):
        """How many lanes are set."""
        return builder.zext(_call(builder, "llvm.ctpop.i16", SHORT, [builder.bitcast(mask, SHORT)]), WORD)

    def _states(context, builder, states):
        """A variable for each vector of states, and a function that puts all of them back."""
        shape = _vector(HALF)
        places = [_place(context, builder, STATES, states, ir.Constant(WORD, LANES * v), shape) for v in range(VECTORS)]
        variables = [cgutils.alloca_once_value(builder, builder.load(place, align=4)) for place in places]

        def put_back():
            for place, variable in zip(places, variables):
                builder.store(builder.load(variable), place, align=4)

        return variables, put_back

    @intrinsic
    def decode(typing, data, at, stop, table, scale, states, out, i, turns):
        """Up to *turns* turns while each may read 64 words before *stop*; returns (at, i) behind the last."""

        def generate(context, builder, signature, arguments):
            data, at, stop, table, scale, states, out, i, turns = arguments
            at, i, left = (cgutils.alloca_once_value(builder, value) for value in (at, i, turns))
            variables, put_back = _states(context, builder, states)
            shift = _every(builder, builder.trunc(scale, HALF))
            one = ir.Constant(WORD, 1)
            remainder = _every(builder, builder.trunc(builder.sub(builder.shl(one, scale), one), HALF))

            def turn(variable, place, at):
                x = builder.load(variable)
                entry = _look_up(context, builder, STATES, table, builder.and_(x, remainder))
                builder.store(builder.trunc(entry, _vector(BYTE)), place, align=1)
                share = builder.and_(builder.lshr(entry, _all(HALF, 8)), _all(HALF, 0xFFF))
                x = builder.add(builder.mul(share, builder.lshr(x, shift)), builder.lshr(entry, _all(HALF, 20)))
                short = builder.icmp_unsigned("<", x, _all(HALF, 2**16))
                words = builder.load(_place(context, builder, DATA, data, at, _vector(SHORT)), align=1)
                name = "llvm.x86.avx512.mask.expand.v16i16"
                spread = _call(builder, name, words.type, [words, _all(SHORT, 0), short])
                longer = builder.or_(builder.shl(x, _all(HALF, 16)), builder.zext(spread, x.type))
                builder.store(builder.select(short, longer, x), variable)
                return builder.add(at, builder.shl(_count(builder, short), one))

            def more():
                reach = builder.add(builder.load(at), ir.Constant(WORD, 2 * WAYS))
                fits = builder.icmp_signed("<=", reach, stop)
                return builder.and_(fits, builder.icmp_signed(">", builder.load(left), ir.Constant(WORD, 0)))

            head, body, end = (builder.append_basic_block(name) for name in ("head", "body", "end"))
            builder.branch(head)
            builder.position_at_end(head)
            builder.cbranch(more(), body, end)
            builder.position_at_end(body)
            here = builder.load(at)
            for v, variable in enumerate(variables):
                index = builder.add(builder.load(i), ir.Constant(WORD, LANES * v))
                here = turn(variable, _place(context, builder, BYTES, out, index, _vector(BYTE)), here)
            builder.store(here, at)
            builder.store(builder.add(builder.load(i), ir.Constant(WORD, WAYS)), i)
            builder.store(builder.sub(builder.load(left), one), left)
            builder.branch(head)
            builder.position_at_end(end)
            put_back()
            return context.make_tuple(builder, signature.return_type, [builder.load(at), builder.load(i)])

        kinds = (DATA, INDEX, INDEX, STATES, INDEX, STATES, BYTES, INDEX, INDEX)
        return types.UniTuple(INDEX, 2)(*kinds), generate

    @intrinsic
    def encode(typing, symbols, i, turns, table, inverse, scale, states, out, at):
        """*turns* turns backwards from symbols[i]; the words end at out[at]; returns where the first one is.

        table (256,) holds 2^scale - share and the start of each symbol above it.
        """

        def generate(context, builder, signature, arguments):
            symbols, i, turns, table, inverse, scale, states, out, at = arguments
            at, i = (cgutils.alloca_once_value(builder, value) for value in (at, i))
            variables, put_back = _states(context, builder, states)
            one = ir.Constant(WORD, 1)
            shift = _every(builder, builder.trunc(builder.sub(ir.Constant(WORD, 32), scale), HALF))
            whole = _every(builder, builder.trunc(builder.shl(one, scale), HALF))

            def divided(x, symbol):
                """The floor of x / share: by a product with the inverse, a hair too large; see the plain loop."""
                halves = []
                for half in range(2):
                    lanes = ir.Constant(_vector(HALF, 8), list(range(8 * half, 8 * half + 8)))
                    places = builder.shuffle_vector(symbol, symbol, lanes)
                    number = builder.uitofp(builder.shuffle_vector(x, x, lanes), _vector(DOUBLE, 8))
                    quotient = builder.fmul(number, _look_up(context, builder, INVERSES, inverse, places))
                    halves.append(builder.fptoui(quotient, _vector(HALF, 8)))
                return builder.shuffle_vector(*halves, ir.Constant(_vector(HALF), list(range(LANES))))

            def turn(variable, place, at):
                x = builder.load(variable)
                symbol = builder.zext(builder.load(place, align=1), x.type)
                entry = _look_up(context, builder, STATES, table, symbol)
                rest = builder.and_(entry, _all(HALF, 0xFFFF))
                full = builder.icmp_unsigned(">=", x, builder.shl(builder.sub(whole, rest), shift))
                at = builder.sub(at, builder.shl(_count(builder, full), one))
                target = _place(context, builder, BYTES, out, at, SHORT)
                low = builder.trunc(x, _vector(SHORT))
                _call(builder, "llvm.masked.compressstore.v16i16", ir.VoidType(), [low, target, full])
                x = builder.select(full, builder.lshr(x, _all(HALF, 16)), x)
                start = builder.add(x, builder.lshr(entry, _all(HALF, 16)))
                builder.store(builder.add(builder.mul(divided(x, symbol), rest), start), variable)
                return at

            with cgutils.for_range(builder, turns):
                here, first = builder.load(at), builder.sub(builder.load(i), ir.Constant(WORD, WAYS))
                for v in reversed(range(VECTORS)):
                    index = builder.add(first, ir.Constant(WORD, LANES * v))
                    place = _place(context, builder, DATA, symbols, index, _vector(BYTE))
                    here = turn(variables[v], place, here)
                builder.store(here, at)
                builder.store(first, i)
            put_back()
            return builder.load(at)

        kinds = (DATA, INDEX, INDEX, STATES, INVERSES, INDEX, STATES, BYTES, INDEX)
        return INDEX(*kinds), generate
else:
    decode = encode = None
