import time

import pytest

from polyquant.exercises import _verdict, broken_prefix, gamma_code, missing_length
from polyquant.prefix import kraft


def encode(n):
    return "0" * (n.bit_length() - 1) + f"{n:b}"


def decode(text):
    out = []
    while text:
        zeros = len(text) - len(text.lstrip("0"))
        if len(text) < 2 * zeros + 1:
            raise ValueError("ends inside a word")
        out.append(int(text[: 2 * zeros + 1], 2))
        text = text[2 * zeros + 1 :]
    return out


def test_a_right_gamma_code_passes():
    verdict = gamma_code(encode, decode)
    assert verdict
    assert repr(verdict).startswith("Right: ")


def forgetful(text):
    return decode(text)[:-1] if len(text) > 60 else decode(text)


def careless(text):
    try:
        return decode(text)
    except ValueError:
        return [text[len(text)]]


def trusting(text):
    try:
        return decode(text)
    except ValueError:
        return []


@pytest.mark.parametrize(
    ("enc", "dec", "part"),
    [
        (lambda n: ..., decode, "returned nothing"),
        (lambda n: f"{n:b}", decode, "not its length in gamma"),
        (lambda n: "0" * (n.bit_length() - 1) + f"{n:b}"[::-1], decode, "other bits"),
        (lambda n: "x", decode, "signs other than 0 and 1"),
        (lambda n: 1 / 0, decode, "raised ZeroDivisionError"),
        (lambda n: 5, decode, "must return str, got 5"),
        (encode, lambda text: None, "returned nothing"),
        (encode, forgetful, "comes back wrong"),
        (encode, trusting, "ends inside a word"),
        (encode, careless, "not IndexError"),
        ("no function", decode, "a function is needed"),
    ],
)
def test_a_wrong_gamma_code_gets_a_reason(enc, dec, part):
    verdict = gamma_code(enc, dec)
    assert not verdict
    assert part in repr(verdict)


def test_an_endless_answer_is_stopped(monkeypatch):
    def loop():
        while True:
            time.sleep(0.01)

    verdict = _verdict.judge(loop, seconds=0.1)
    assert not verdict
    assert "no answer after 0.1 s" in verdict.message


def find(lengths):
    rest = 1 - kraft(lengths)
    return None if rest <= 0 else next(n for n in range(200) if rest * 2**n >= 1)


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda lengths: None, "still has room"),
        (lambda lengths: 1, "does not fit"),
        (lambda lengths: None if kraft(lengths) == 1 else 60, "shorter than 60 bits fits too"),
        (lambda lengths: -1, "not negative"),
        (lambda lengths: "2", "must return int"),
        (lambda lengths: max(lengths) + undefined, "raised NameError"),  # noqa: F821
    ],
)
def test_a_wrong_length_gets_a_reason(answer, part):
    assert missing_length(find)
    verdict = missing_length(answer)
    assert not verdict
    assert part in repr(verdict)


def test_floats_are_not_exact_enough():
    def with_floats(lengths):
        rest = 1 - sum(0.1**length * 5**length for length in lengths)
        return None if rest <= 0 else next(n for n in range(200) if rest * 2**n >= 1)

    assert not missing_length(with_floats)


def test_two_words_that_break_the_prefix_property():
    assert broken_prefix("111", "1111")
    assert broken_prefix("1111", "111")


@pytest.mark.parametrize(
    ("first", "second", "part"),
    [
        ("111", "111", "neither of the two"),
        ("111", "0111", "neither of the two"),
        ("111", "11111", "is not a word"),
        ("011", "0111", "is not a word"),
        ("11", "111", "is not a word"),
        (3, "111", "a word is a string"),
    ],
)
def test_two_words_that_do_not(first, second, part):
    assert part in repr(broken_prefix(first, second))


def test_no_hint_holds_the_answer():
    assert encode(5) not in repr(gamma_code(lambda n: "0", decode))
    assert "1111" not in repr(broken_prefix("111", "0111"))
