"""Exercises of the lesson "Words that end themselves"."""

import random
from collections.abc import Callable
from fractions import Fraction

from polyquant.prefix import gamma, kraft

from ._verdict import Verdict, Wrong, ask, judge


def gamma_code(encode: Callable[[int], str], decode: Callable[[str], list[int]]) -> Verdict:
    """Check an Elias gamma code written by the learner.

    Parameters
    ----------
    encode : function of int to str
        n >= 1 to its word of 0 and 1.
    decode : function of str to list of int
        Words one behind the other to the numbers; a string that ends inside a word must raise ValueError.
    """

    def check() -> str:
        numbers = [1, 2, 3, 4, 7, 8, *(random.getrandbits(random.randint(1, 63)) + 1 for _ in range(200))]
        for n in numbers:
            _right_word(n, ask(encode, n, kind=str, hint="how many zeros must the reader see to know what follows?"))
        for size in (0, 1, 2, 50):
            message = [random.choice(numbers) for _ in range(size)]
            text = "".join(str(gamma.encode(n)) for n in message)
            got = ask(decode, text, kind=list, hint="read zeros, then that many more bits after the first one")
            if got != message:
                place = next((i for i, (a, b) in enumerate(zip(got, message)) if a != b), min(len(got), len(message)))
                raise Wrong(f"of {size} numbers number {place} comes back wrong", "where does the next word start?")
        _refuses_half_a_word(decode)
        return f"{len(numbers)} words and their way back"

    return judge(check)


def _right_word(n: int, word: str) -> None:
    right = str(gamma.encode(n))
    if word == right:
        return
    if set(word) - {"0", "1"}:
        raise Wrong(f"the word of {n} holds signs other than 0 and 1")
    if len(word) != len(right):
        hint = "gamma spends floor(lg n) zeros, then the binary digits of n"
        raise Wrong(f"the word of {n} has {len(word)} bits, which is not its length in gamma", hint)
    raise Wrong(f"the word of {n} has the right length but other bits", "the binary digits go highest first")


def _refuses_half_a_word(decode: Callable[[str], list[int]]) -> None:
    for text in ("0", "00", "001", "10001"):
        try:
            got = decode(text)
        except ValueError:
            continue
        except Exception as error:
            raise Wrong(f"{text!r} ends inside a word: raise ValueError, not {type(error).__name__}") from None
        raise Wrong(f"{text!r} ends inside a word, yet it decodes to {got!r}", "count the bits before you trust them")


def missing_length(find: Callable[[list[int]], int | None]) -> Verdict:
    """Check a function that finds the shortest length one more codeword may have.

    Parameters
    ----------
    find : function of list of int to int or None
        Lengths of the words a binary prefix code has already; the answer is the least length that still fits,
        or None when nothing does.
    """

    def check() -> str:
        draw = random.Random(random.getrandbits(64))
        drawn = [_random_lengths(draw, full=i % 3 == 0) for i in range(300)]
        for lengths in [[2, 2], *drawn]:
            rest = 1 - kraft(lengths)
            got = _answer(find, lengths)
            if got is None and rest > 0:
                raise Wrong(f"{lengths} still has room", "what is left of the interval from 0 to 1?")
            if got is not None and Fraction(1, 2**got) > rest:
                raise Wrong(f"with {lengths} a word of {got} bits does not fit", "add up 2^-length, exactly")
            if got is not None and got > 0 and Fraction(1, 2 ** (got - 1)) <= rest:
                raise Wrong(f"with {lengths} a word shorter than {got} bits fits too")
        return "300 codes, full ones among them"

    return judge(check)


def _answer(find: Callable[[list[int]], int | None], lengths: list[int]) -> int | None:
    try:
        if find(list(lengths)) is None:
            return None
    except NotImplementedError:
        raise Wrong("nothing is written there yet", "how much of the interval from 0 to 1 is taken?") from None
    except Exception as error:
        raise Wrong(f"{lengths} raised {type(error).__name__}: {error}") from None
    got: int = ask(find, list(lengths), kind=int)
    if got < 0:
        raise Wrong(f"{lengths}: a length is not negative, got {got}")
    return got


def _random_lengths(draw: random.Random, full: bool) -> list[int]:
    """Lengths of a complete code: leaves split at random; one of them is taken away unless *full*."""
    leaves = [1, 1]
    for _ in range(draw.randint(1, 12)):
        leaf = leaves.pop(draw.choice([0, draw.randrange(len(leaves)), len(leaves) - 1]))
        leaves += [leaf + 1, leaf + 1]
    draw.shuffle(leaves)
    if not full:
        for _ in range(draw.randint(1, len(leaves) - 1)):
            leaves.pop()
    return leaves


def broken_prefix(first: str, second: str) -> Verdict:
    """Check two words of "order-3 Zeckendorf digits, then 11" that show it is no prefix code.

    The words are strings of 0 and 1, least significant weight first (weights 1, 2, 4, 7, 13, ...), the representation
    without three ones in a row, followed by 11.
    """

    def check() -> str:
        for word in (first, second):
            if not isinstance(word, str) or set(word) - {"0", "1"}:
                raise Wrong(f"a word is a string of 0 and 1, got {word!r}")
            digits = word[:-2]
            if not word.endswith("11") or not digits.endswith("1") or "111" in digits:
                hint = "digits of n: highest digit 1, never three ones in a row; then 11"
                raise Wrong(f"{word!r} is not a word of this code", hint)
        if first == second or not (first.startswith(second) or second.startswith(first)):
            raise Wrong("neither of the two words begins with the other", "the smallest numbers suffice")
        return "one word is the beginning of the other, so a reader cannot know where it ends"

    return judge(check)
