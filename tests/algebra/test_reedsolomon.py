import random
from itertools import product

import pytest

from polyquant.algebra import polynomial, reedsolomon
from polyquant.algebra.gf2m import BinaryField
from polyquant.algebra.gfp import PrimeField


def test_every_word_of_a_small_code_is_decoded_to_the_nearest_curve():
    field, xs, k = PrimeField(5), [0, 1, 2, 3], 2
    curves = {c: [polynomial.evaluate(field, c, x) for x in xs] for c in product(range(5), repeat=k)}
    for ys in product(range(5), repeat=4):
        near = [
            (polynomial.trim(c), tuple(x for x, a, b in zip(xs, ys, word) if a != b))
            for c, word in curves.items()
            if sum(a != b for a, b in zip(ys, word)) <= 1
        ]
        assert len(near) <= 1
        assert reedsolomon.decode(field, xs, ys, k, 1) == (near[0] if near else None)


@pytest.mark.parametrize("field", [PrimeField(2**61 - 1), BinaryField(8), BinaryField(64)], ids=str)
def test_as_many_errors_as_the_radius(field):
    rng = random.Random(1)
    for k in range(1, 6):
        for errors in range(4):
            xs = rng.sample(range(200), k + 2 * errors)
            curve = [rng.randrange(1, field.order) for _ in range(k)]
            ys = [polynomial.evaluate(field, curve, x) for x in xs]
            wrong = rng.sample(range(len(xs)), errors)
            for i in wrong:
                ys[i] = (ys[i] + rng.randrange(1, field.order)) % field.order
            missed = tuple(x for i, x in enumerate(xs) if i in wrong)
            assert reedsolomon.decode(field, xs, ys, k, errors) == (tuple(curve), missed)
