"""The words of eight values of gamma or exp-Golomb joined to one, for eight such groups at a time.

Four times, neighbours are joined, and what lies in one vector of 64 bytes is done at once: first 32 bits a value,
where both of a pair lie in one number, then 64. The length of a number comes from the exponent that it has as a
float32. Compilers find the first step by themselves, not the change of width, and are half as fast.
"""

from polyquant._kernel import HAVE_NUMBA, kernel
from polyquant.bits._kernels.words import U

VALUES = 64  # at a time
GROUPS = VALUES // 8


def _compiled():
    if not HAVE_NUMBA:
        return False
    import numba

    return not numba.config.DISABLE_JIT


if _compiled():
    import numba
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    CHECKED = bool(numba.config.BOUNDSCHECK)
    BIT, WORD, REAL = ir.IntType(32), ir.IntType(64), ir.FloatType()
    WORDS, HALVES = ir.VectorType(WORD, 8), ir.VectorType(BIT, 16)

    def _all(kind, number):
        return ir.Constant(kind, [number] * kind.count)

    def _pick(builder, a, b, places):
        return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(BIT, len(places)), list(places)))

    def _spread(builder, number):
        """A vector of eight times *number*."""
        one = builder.insert_element(ir.Constant(WORDS, ir.Undefined), number, ir.Constant(BIT, 0))
        return _pick(builder, one, one, [0] * 8)

    def _pairs(builder, x, excess):
        """Words and sizes of pairs of neighbours in *x*, sixteen numbers; *excess*: bits fewer than gamma has."""
        exponent = builder.lshr(builder.bitcast(builder.sitofp(x, ir.VectorType(REAL, 16)), HALVES), _all(HALVES, 22))
        size = builder.sub(builder.and_(exponent, _all(HALVES, 2 * 255)), _all(HALVES, 2 * 127 - 1))
        x, size = builder.bitcast(x, WORDS), builder.bitcast(size, WORDS)
        low, half = _all(WORDS, 2**32 - 1), _all(WORDS, 32)
        behind = builder.sub(builder.lshr(size, half), excess)
        before = builder.sub(builder.and_(size, low), excess)
        word = builder.or_(builder.shl(builder.and_(x, low), behind), builder.lshr(x, half))
        return word, builder.add(before, behind)

    def _join(builder, words, sizes):
        """Words and sizes of pairs of neighbours in two vectors."""
        even, odd = range(0, 16, 2), range(1, 16, 2)
        behind = _pick(builder, *sizes, odd)
        word = builder.or_(builder.shl(_pick(builder, *words, even), behind), _pick(builder, *words, odd))
        return word, builder.add(_pick(builder, *sizes, even), behind)

    @intrinsic
    def _eights(typing, least, more, k, values, i, words, sizes, j):
        """See :func:`eights`; nothing is checked."""

        def generate(context, builder, signature, arguments):
            least, more, k = (_spread(builder, argument) for argument in arguments[:3])

            def at(array, index, offset):
                place = builder.add(arguments[index], ir.Constant(WORD, offset))
                data = context.make_array(signature.args[array])(context, builder, arguments[array]).data
                return builder.bitcast(builder.gep(data, [place]), WORDS.as_pointer())

            found = [builder.load(at(3, 4, offset), align=8) for offset in range(0, VALUES, 8)]
            seen = _all(WORDS, 0)
            for n in found:
                seen = builder.or_(seen, builder.sub(n, least))
            found = [builder.bitcast(builder.add(n, more), HALVES) for n in found]
            low = range(0, 32, 2)
            parts = [_pairs(builder, _pick(builder, a, b, low), k) for a, b in zip(found[::2], found[1::2])]
            while len(parts) > 1:
                parts = [_join(builder, *zip(*both)) for both in zip(parts[::2], parts[1::2])]
            for array, vector in zip((5, 6), parts[0]):
                builder.store(vector, at(array, 7, 0), align=8)
            for n in (4, 2, 1):
                seen = builder.or_(_pick(builder, seen, seen, range(n)), _pick(builder, seen, seen, range(n, 2 * n)))
            return builder.extract_element(seen, ir.Constant(BIT, 0))

        own = types.int64, types.uint64, types.uint64, values, types.intp, words, sizes, types.intp
        return types.uint64(*own), generate

    @kernel
    def eights(least, more, k, values, i, words, sizes, j):
        """The words of values[i], ..., VALUES of them, eight in a group, to words[j], ..., their bits to sizes[j], ...

        The word of n is n + more, its size 2 bits(n + more) - 1 - k. What is returned is as large as the largest
        n - least, up to a factor of two, or much larger if one is negative; where n + more is not below 2^24, or a
        group has more than 64 bits, what is written has no meaning.
        """
        if CHECKED:
            values[i], values[i + VALUES - 1]
            words[j], words[j + GROUPS - 1], sizes[j], sizes[j + GROUPS - 1]
        return _eights(least, more, k, values, i, words, sizes, j)

else:

    def eights(least, more, k, values, i, words, sizes, j):
        """What the compiled one does, one value after the other."""
        seen = 0
        for g in range(GROUPS):
            word = size = 0
            for n in map(int, values[i + 8 * g : i + 8 * g + 8]):
                x = n + int(more) & 2**24 - 1
                bits = max(0, 2 * x.bit_length() - 1 - int(k))
                word, size = (word << bits | x) & 2**64 - 1, size + bits
                seen |= n - int(least) & 2**64 - 1
            words[j + g], sizes[j + g] = word, size
        return U(seen)
