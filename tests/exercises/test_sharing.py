import itertools
import time

import pytest

from polyquant.exercises import (
    _verdict,
    constant_term_attack,
    deal_for_two,
    one_liar,
    recover_from_two,
    sharing,
    tight_size,
)
from polyquant.exercises.sharing import is_determined
from polyquant.prefix import gamma
from polyquant.sharing import recover, recover_robust, share_bits


def blank(*_):
    pass


def deal(secret, coins, word, bits):
    for i, symbol in enumerate(word):
        if symbol == "1":
            coins ^= secret << i
    return coins % 2**bits


def combine(a, word_a, b, word_b, ell):
    d = int(word_a[::-1], 2) ^ int(word_b[::-1], 2)
    z, secret = a ^ b, 0
    while d % 2 == 0:
        d, z = d // 2, z // 2
    for i in range(ell):  # the lowest bit of what is left belongs to the quotient
        if z >> i & 1:
            z ^= d << i
            secret |= 1 << i
    return secret


def relatives(k, t):
    """By comparing words: the longest common beginning first."""
    own = str(gamma.encode(t))
    near = sorted(range(1, 2 ** (len(own) // 2 + 4)), key=lambda u: -common(own, str(gamma.encode(u))))
    return [u for u in near if u != t][: k - 1]


def common(one, two):
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, two)))


def size(k, ell, t):
    own = str(gamma.encode(t))
    return ell + sum(common(own, str(gamma.encode(u))) for u in relatives(k, t))


def without_one(shares):
    for i in range(len(shares)):
        try:
            return recover(shares[:i] + shares[i + 1 :])
        except ValueError:
            continue


RIGHT = [
    lambda: deal_for_two(deal),
    lambda: constant_term_attack("gamma", 2, lambda share: share % 2),
    lambda: constant_term_attack("omega", 1, lambda share: share & 1),
    lambda: recover_from_two(combine),
    lambda: tight_size(size, relatives),
    lambda: one_liar(without_one),
    lambda: one_liar(lambda shares: recover_robust(shares, max_errors=1)[0]),
]


@pytest.mark.parametrize("check", RIGHT)
def test_right_answers_pass_every_time(check):
    for _ in range(2):
        assert repr(check()).startswith("Right: ")


@pytest.mark.parametrize(
    ("verdict", "part"),
    [
        (lambda: deal_for_two(blank), "deal_for_two"),
        (lambda: constant_term_attack("gamma", 2, blank), "first_bit"),
        (lambda: recover_from_two(blank), "recover_from_two"),
        (lambda: tight_size(blank, blank), "tight_size"),
        (lambda: tight_size(size, blank), "tight_size"),
        (lambda: one_liar(blank), "one_liar"),
    ],
)
def test_a_blank_answer_gets_the_same_words_every_time(verdict, part):
    first = verdict()
    assert not first
    assert "returned nothing" in first.message
    assert first.hint
    assert repr(verdict()) == repr(first), part


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda s, r, w, m: deal(s, r, w, m) ^ 2, "bit 1 is wrong"),
        (lambda s, r, w, m: deal(s, r, w, 300), "more bits"),
        (lambda s, r, w, m: -1, "more bits"),
        (lambda s, r, w, m: deal(s, r, w[::-1], m), "backwards"),
        (lambda s, r, w, m: (r + s * int(w[::-1], 2)) % 2**m, "is wrong, the bits below are right"),
        (lambda s, r, w, m: str(r), "must return int"),
        (lambda s, r, w, m: w[999], "raised IndexError"),
        (7, "a function is needed"),
    ],
)
def test_wrong_dealers_get_a_reason(answer, part):
    verdict = deal_for_two(answer)
    assert not verdict
    assert part in repr(verdict)


@pytest.mark.parametrize(
    ("code", "t", "bit", "part"),
    [
        ("gamma", 2, lambda share: 0, "the first bit is another"),
        ("gamma", 1, lambda share: share & 1, "the first bit is another"),
        ("delta", 4, lambda share: share >> 1 & 1, "the first bit is another"),
        ("gamma", 2, lambda share: share & 1 ^ 1, "dealing 1 of 200"),
        ("gamma", 2, lambda share: share % 2 == 1, "must return int"),
        ("morse", 2, lambda share: share & 1, "no such code"),
        (5, 2, lambda share: share & 1, "no such code"),
        ("gamma", 0, lambda share: share & 1, "does not name a party"),
        ("gamma", "2", lambda share: share & 1, "does not name a party"),
    ],
)
def test_attacks_that_miss_get_a_reason(code, t, bit, part):
    verdict = constant_term_attack(code, t, bit)
    assert not verdict
    assert part in repr(verdict)


def cut_too_early(a, word_a, b, word_b, ell):
    return combine(a % 2**ell, word_a, b % 2**ell, word_b, ell)


def without_division(a, word_a, b, word_b, ell):
    d = int(word_a[::-1], 2) ^ int(word_b[::-1], 2)
    return ((a ^ b) >> ((d & -d).bit_length() - 1)) % 2**ell


def integer_division(a, word_a, b, word_b, ell):
    return abs(a - b) // max(1, abs(int(word_a[::-1], 2) - int(word_b[::-1], 2))) % 2**ell


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (cut_too_early, "how many bits does a division by x^v eat"),
        (without_division, "of the secret is wrong"),
        (integer_division, "wrong"),
        (lambda *given: combine(*given) | 1 << given[-1], "more bits than the secret"),
        (lambda a, u, b, v, ell: combine(a, u[::-1], b, v[::-1], ell), ""),
    ],
)
def test_wrong_recoveries_get_a_reason(answer, part):
    verdict = recover_from_two(answer)
    assert not verdict
    assert part in repr(verdict)


@pytest.mark.parametrize(
    ("size", "relatives", "part"),
    [
        (lambda k, ell, t: share_bits("gamma", k, ell, t), relatives, "fewer are too"),
        (lambda k, ell, t: size(k, ell, t) - 1, relatives, "do not serve"),
        (size, lambda k, t: [10**6 + i for i in range(k - 1)], "one bit less is still enough"),
        (size, lambda k, t: [t] * (k - 1), "different others are needed"),
        (size, lambda k, t: relatives(k, t)[1:], "different others are needed"),
        (size, lambda k, t: ["a"] * (k - 1), "parties are numbers"),
        (size, lambda k, t: [0] * (k - 1), "parties are numbers"),
    ],
)
def test_wrong_sizes_and_harmless_relatives_get_a_reason(size, relatives, part):
    verdict = tight_size(size, relatives)
    assert not verdict
    assert part in repr(verdict)


def test_whoever_trusts_the_first_three_or_nobody_is_told():
    def trusting(shares):
        try:
            return recover(shares[:3])
        except ValueError:
            return 0

    for answer in (trusting, lambda shares: 0):
        assert "that is not the secret" in repr(one_liar(answer))
    assert "raised InconsistentSharesError" in repr(one_liar(recover))


def endless(*_):
    while True:
        time.sleep(0.01)


@pytest.mark.parametrize(
    "check",
    [
        lambda: deal_for_two(endless),
        lambda: constant_term_attack("gamma", 2, endless),
        lambda: recover_from_two(endless),
        lambda: tight_size(endless, relatives),
        lambda: tight_size(size, endless),
        lambda: one_liar(endless),
    ],
)
def test_an_endless_answer_is_stopped(check, monkeypatch):
    monkeypatch.setattr(sharing, "judge", lambda body: _verdict.judge(body, seconds=0.1))
    verdict = check()
    assert not verdict
    assert "no answer after 0.1 s" in verdict.message


@pytest.mark.parametrize("k", [2, 3])
def test_the_rank_says_what_listing_all_dealings_says(k):
    ell, series_bits = 1, 3
    for t, u, v in itertools.combinations((1, 2, 3, 4), 3):
        for cut in range(3):
            sizes = {p: max(0, min(3, share_bits("gamma", k, ell, p)) - cut * (p == t)) for p in (t, u, v)[:k]}
            assert is_determined(sizes, k, ell) == listed(sizes, k, series_bits), (sizes, k)


def listed(sizes, k, series_bits):
    views = [set(), set()]
    for s in (0, 1):
        for coins in itertools.product(range(2**series_bits), repeat=k - 1):
            views[s].add(tuple(view(t, bits, [*coins, s]) for t, bits in sizes.items()))
    return not views[0] & views[1]


def view(t, bits, coefficients):
    value = 0
    for c in reversed(coefficients):
        value = deal(value, c, str(gamma.encode(t)), bits)
    return value


def test_no_hint_holds_the_answer():
    said = repr(constant_term_attack("gamma", 1, lambda share: 0)) + repr(recover_from_two(without_division))
    said += repr(tight_size(lambda k, ell, t: 1, relatives)) + repr(one_liar(lambda shares: 0))
    for secret in ("& 1", "% 2", "gamma(2)", "t=2", "<<", "robust", "divide_low", "bit_length"):
        assert secret not in said
