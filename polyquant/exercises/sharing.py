"""Exercises of the lesson "A guest list without end". Dealings are fresh in every run."""

from collections.abc import Callable
from dataclasses import replace
from random import SystemRandom

from polyquant.algebra import gf2x
from polyquant.algebra.gf2matrix import row_rank
from polyquant.sharing import Dealer, Share, recover, share_bits
from polyquant.sharing.points import PointCode, point_code

from ._verdict import Verdict, Wrong, ask, judge

FRESH = SystemRandom()
CODES = ("gamma", "delta", "omega")


def deal_for_two(deal: Callable[[int, int, str, int], int]) -> Verdict:
    """Check a dealer for threshold 2 written by the learner.

    Parameters
    ----------
    deal : function of (int, int, str, int) to int
        Secret, coins r (more bits than needed), word of the party, bits of the share; to the lowest bits of r + s P,
        the coefficient of x^i in bit i.
    """

    def check() -> str:
        cases = [(0b11, 0b101101, "010", 4), *(_case_for_two() for _ in range(200))]
        for secret, coins, word, bits in cases:
            got = ask(
                deal, secret, coins, word, bits, kind=int, hint="what does a factor x^i do to the bits of a number?"
            )
            _right_share(got, secret, coins, word, bits)
        return f"{len(cases)} shares of parties up to a million"

    return judge(check)


def _case_for_two() -> tuple[int, int, str, int]:
    ell, t = FRESH.randint(1, 40), _party()
    code = FRESH.choice(CODES)
    return FRESH.getrandbits(ell), FRESH.getrandbits(200), point_code(code).word(t), share_bits(code, 2, ell, t)


def _right_share(got: int, secret: int, coins: int, word: str, bits: int) -> None:
    whole = gf2x.multiply(secret, _point(word)) ^ coins
    if got == whole & ((1 << bits) - 1):
        return
    place = f"word {word}, share of {bits} bits"
    if got < 0 or got >> bits:
        raise Wrong(f"{place}: the result has more bits than that", "a dealer's coins go on, a share ends")
    if got == gf2x.multiply(secret, _point(word[::-1])) ^ coins & ((1 << bits) - 1):
        raise Wrong(f"{place}: the word is read backwards", "its first symbol is the coefficient of x^0")
    bad = (whole ^ got) & ((1 << bits) - 1)
    hint = "is every sum an XOR? a carry would change the next bit" if word.count("1") > 1 else ""
    raise Wrong(f"{place}: bit {gf2x.valuation(bad)} is wrong, the bits below are right", hint)


def constant_term_attack(code: str, t: int, first_bit: Callable[[int], int]) -> Verdict:
    """Check an attack on the dealer whose secret is the constant term, f(y) = s + r_1 y + ... + r_(k-1) y^(k-1).

    Parameters
    ----------
    code : str
        Which prefix code the attack is on.
    t : int
        Whose share it needs: one is enough, whatever the threshold.
    first_bit : function of int to int
        The share to the lowest bit of the secret. It must be right for 200 fresh secrets and coins.
    """

    def check() -> str:
        points = _named(code)
        try:
            point = points.point(t)
        except (TypeError, ValueError) as error:
            raise Wrong(f"t does not name a party: {error}") from None
        hint = "write the rows of the share below each other, as in the figure of the dealer: which bits have no coin?"
        ask(first_bit, 0, kind=int, hint=hint)
        for dealing in range(1, 201):
            k, ell = FRESH.randint(2, 6), FRESH.randint(1, 40)
            secret, bits = FRESH.getrandbits(ell), share_bits(points, k, ell, t)
            share, power = secret, 1
            for _ in range(k - 1):
                power = gf2x.multiply(power, point)
                share ^= gf2x.multiply_low(FRESH.getrandbits(bits), power, bits)
            if ask(first_bit, share & ((1 << bits) - 1), kind=int, hint=hint) != secret & 1:
                raise Wrong(f"dealing {dealing} of 200, threshold {k}, {ell} bits: the first bit is another", hint)
        return "200 fresh dealings, thresholds 2 to 6, and the first bit of every secret"

    return judge(check)


def _named(code: str) -> PointCode:
    try:
        return point_code(code)
    except (TypeError, ValueError) as error:
        raise Wrong(f"no such code: {error}") from None


def recover_from_two(combine: Callable[[int, str, int, str, int], int]) -> Verdict:
    """Check a recovery from two shares, threshold 2, whose words may differ in length.

    Parameters
    ----------
    combine : function of (int, str, int, str, int) to int
        One share and its word, another share and its word, bits of the secret; to the secret.
    """

    def check() -> str:
        dealer = Dealer(0b10, 2, ell=2, code="gamma", series=[0b101101], series_bits=6, set_id=bytes(8))
        cases = [(dealer, 2, 3), *(_two_parties() for _ in range(200))]
        for dealer, one, two in cases:
            _right_secret(combine, dealer, one, two)
        return f"{len(cases)} pairs of shares, close and distant relatives"

    return judge(check)


def _two_parties() -> tuple[Dealer, int, int]:
    """Often close relatives, whose words part late."""
    one = _party() + 1
    two = FRESH.choice([one ^ 1 << FRESH.randrange(one.bit_length() - 1), _party()])
    ell = FRESH.randint(1, 80)
    dealer = Dealer(FRESH.getrandbits(ell), 2, ell=ell, code=FRESH.choice(CODES))
    return dealer, one, two if two != one else one + 1


def _right_secret(combine: Callable[[int, str, int, str, int], int], dealer: Dealer, one: int, two: int) -> None:
    shares = [dealer.share(t) for t in (one, two)]
    words = [dealer.code.word(t) for t in (one, two)]
    hint = "the difference of the shares is s (P - P'); what divides by a number that begins with zeros?"
    got = ask(combine, shares[0].value, words[0], shares[1].value, words[1], dealer.ell, kind=int, hint=hint)
    wrong = got ^ recover(shares)
    if not wrong:
        return
    v = gf2x.valuation(_point(words[0]) ^ _point(words[1]))
    place = f"words {words[0]} and {words[1]}, {dealer.ell} bits"
    if got < 0 or got >> dealer.ell:
        raise Wrong(
            f"{place}: the result has more bits than the secret", "the quotient is a series; where does it end?"
        )
    first = gf2x.valuation(wrong)
    if v and first >= dealer.ell - v:
        hint = "how many bits does a division by x^v eat, and where do you cut?"
        raise Wrong(f"{place}: only the last {dealer.ell - first} bits may be wrong", hint)
    raise Wrong(f"{place}: bit {first} of the secret is wrong", "both words count from x^0; is the difference an XOR?")


def tight_size(size: Callable[[int, int, int], int], relatives: Callable[[int, int], list[int]]) -> Verdict:
    """Check the least size of a share in the gamma code, and parties that show it cannot be less.

    Parameters
    ----------
    size : function of (int, int, int) to int
        k, ell, t to the bits that the share of t needs so that it serves with every choice of k-1 others.
    relatives : function of (int, int) to list of int
        k, t to k-1 other parties with whom one bit less is not enough.
    """

    def check() -> str:
        cases = [(3, 2, 5), (2, 1, 1), *(_tight_case() for _ in range(25))]
        for k, ell, t in cases:
            hint = "whose words part from the word of t as late as possible?"
            _right_size(ask(size, k, ell, t, kind=int, hint=hint), k, ell, t)
            others = ask(relatives, k, t, kind=(list, tuple), hint="who shares the longest beginning with t?")
            _right_relatives(list(others), k, ell, t)
        return f"{len(cases)} parties: every size is the least, by rank"

    return judge(check)


def _tight_case() -> tuple[int, int, int]:
    return FRESH.randint(2, 5), FRESH.randint(1, 6), FRESH.randint(1, 1 << FRESH.randint(1, 9))


def _right_size(got: int, k: int, ell: int, t: int) -> None:
    right = share_bits("gamma", k, ell, t, size="tight")
    place = f"k = {k}, ell = {ell}, party {t}: {got} bits"
    if got > right:
        hint = "only one party can be the closest relative; how many are there at each distance?"
        raise Wrong(f"{place} are enough, but fewer are too", hint)
    if got < right:
        raise Wrong(f"{place} do not serve with every choice of the others", "which division eats the most bits?")


def _right_relatives(others: list[int], k: int, ell: int, t: int) -> None:
    place = f"k = {k}, party {t}"
    if any(isinstance(u, bool) or not isinstance(u, int) or not 1 <= u < 2**31 for u in others):
        raise Wrong(f"{place}: parties are numbers from 1 to 2^31 - 1")
    if len({t, *others}) != k or len(others) != k - 1:
        raise Wrong(f"{place}: {k - 1} different others are needed, got {others}")
    sizes = {u: share_bits("gamma", k, ell, u, size="tight") for u in others}
    if is_determined({**sizes, t: share_bits("gamma", k, ell, t, size="tight") - 1}, k, ell):
        hint = "they must be the closest relatives: who are they when their words are written below each other?"
        raise Wrong(f"{place}: together with {others} one bit less is still enough", hint)


def is_determined(sizes: dict[int, int], k: int, ell: int, code: str = "gamma") -> bool:
    """Whether shares cut to these *sizes* (party to bits) fix the secret: a rank over GF(2), exact.

    Unknowns are the ell bits of the secret and the bits of k-1 series; each bit of a share is a sum of some of them.

    >>> is_determined({2: 3, 3: 3}, 2, 1), is_determined({2: 2, 3: 2}, 2, 1)
    (True, False)
    """
    longest = max(sizes.values())
    rows = []
    for t, bits in sizes.items():
        point, power, columns = point_code(code).point(t), 1, []
        for _ in range(k - 1):
            columns += [gf2x.multiply_low(1 << c, power, bits) for c in range(longest)]
            power = gf2x.multiply(power, point)
        columns = [gf2x.multiply_low(1 << c, power, bits) for c in range(ell)] + columns
        rows += [sum((column >> bit & 1) << i for i, column in enumerate(columns)) for bit in range(bits)]
    return row_rank([*rows, *(1 << i for i in range(ell))]) == row_rank(rows)


def one_liar(find: Callable[[list[Share]], int]) -> Verdict:
    """Check a function that finds the secret among five shares, threshold 3, of which one is wrong.

    Parameters
    ----------
    find : function of list of Share to int
        Five shares of one dealing, any one of them replaced by another value, to the secret.
    """

    def check() -> str:
        for trial in range(60):
            secret, shares = _five_shares(trial)
            got = ask(find, list(shares), kind=int, hint="what does recover do with shares that contradict each other?")
            if got != secret:
                hint = "leave somebody out; when do the others agree?"
                raise Wrong(f"case {trial + 1}, the shares of {[s.t for s in shares]}: that is not the secret", hint)
        return "60 times five shares with a liar among them"

    return judge(check)


def _five_shares(trial: int) -> tuple[int, list[Share]]:
    ell = FRESH.randint(8, 64) if trial else 16
    secret = FRESH.getrandbits(ell)
    dealer = Dealer(secret, 3, ell=ell, code=FRESH.choice(CODES) if trial else "delta")
    parties = FRESH.sample(range(1, 200), 5) if trial else [1, 2, 3, 4, 5]
    shares = [dealer.share(t) for t in parties]
    liar = FRESH.randrange(5)
    noise = FRESH.randrange(1, 1 << shares[liar].bits)
    shares[liar] = replace(shares[liar], value=shares[liar].value ^ noise)
    return secret, shares


def _party() -> int:
    return FRESH.randint(1, 1 << FRESH.randint(0, 20))


def _point(word: str) -> int:
    return int(word[::-1], 2)
