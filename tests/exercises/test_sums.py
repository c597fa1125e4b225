import numpy as np
import pytest

from polyquant.exercises import sign_of, transform, xor_of_dice


def sign(k, m):
    return -1 if bin(k & m).count("1") % 2 else 1


def butterfly(x):
    x, h = list(x), 1
    while h < len(x):
        for i in range(len(x)):
            if not i & h:
                x[i], x[i + h] = x[i] + x[i + h], x[i] - x[i + h]
        h *= 2
    return x


def halves(x):
    if len(x) == 1:
        return x
    p, q = halves(x[: len(x) // 2]), halves(x[len(x) // 2 :])
    return [a + b for a, b in zip(p, q)] + [a - b for a, b in zip(p, q)]


def law(p, throws):
    return butterfly(np.power(butterfly(p), throws) / len(p))


def silent(verdict, *words):
    """A verdict that is no, hints, and does not say the answer."""
    assert not verdict
    assert verdict.hint
    assert not any(word in repr(verdict) for word in ("bit_count", "**", "fwht(p)", "power", *words))
    return verdict.message


def test_right_answers_pass():
    assert sign_of(sign)
    assert transform(butterfly)
    assert transform(halves)
    assert transform(lambda x: np.array(butterfly(x)))
    assert xor_of_dice(law)
    assert xor_of_dice(lambda p, throws: np.array(law(p, throws)))


@pytest.mark.parametrize("check", [sign_of, transform, xor_of_dice])
def test_nothing_written_yet(check):
    assert silent(check(lambda *_: ...))
    assert silent(check(lambda *_: None))
    assert silent(check(lambda *_: 1 / 0))
    assert not check(...)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda k, m: 1, "wrong one"),
        (lambda k, m: -sign(k, m), "wrong one"),
        (lambda k, m: sign(k ^ m, m), "wrong one"),
        (lambda k, m: (k & m).bit_count() % 2, "neither"),
        (lambda k, m: 1.0, "must return int"),
    ],
)
def test_wrong_signs(wrong, words):
    assert words in silent(sign_of(wrong))


def slow(x):
    out = []
    for k in range(len(x)):
        total = x[0]
        for m in range(1, len(x)):
            total = total + x[m] if sign(k, m) > 0 else total - x[m]
        out.append(total)
    return out


def dyadic(x):
    if len(x) == 1:
        return list(x)
    sums, differences = (
        [op(x[i], x[i + 1]) for i in range(0, len(x), 2)] for op in (lambda a, b: a + b, lambda a, b: a - b)
    )
    return dyadic(sums) + dyadic(differences)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (list, "wrong"),
        (lambda x: butterfly(x)[:-1], "have"),
        (dyadic, "not in natural order"),
        (slow, "additions"),
        (lambda x: [2 * v for v in butterfly(x)], "TypeError"),
    ],
)
def test_wrong_transforms(wrong, words):
    assert words in silent(transform(wrong))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda p, throws: p, "wrong by more"),
        (lambda p, throws: butterfly(np.power(butterfly(p), throws)), "not to 1"),
        (lambda p, throws: butterfly(np.power(butterfly(p), 2) / len(p)), "wrong by more"),
        (lambda p, throws: [1.0], "shape"),
    ],
)
def test_wrong_laws(wrong, words):
    message = silent(xor_of_dice(wrong))
    assert words in message
