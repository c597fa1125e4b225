"""Prefix codes in the browser beside the library: sums, words, best lengths, streams cut off or with a bit flipped."""

from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np

from polyquant.bits import Bits
from polyquant.errors import DataError
from polyquant.prefix import PrefixCode, entropy, expected_length, huffman, kraft

FULL = ((1, 1), (1, 2, 2), (2, 2, 2, 2), (2, 1, 3, 3), (2, 2, 3, 4, 5, 2, 5), (3,) * 8, (5, 4, 3, 2, 1, 5))
OPEN = ((1,), (2, 2), (3, 1, 3), (5, 5, 5, 5), (2, 3, 3, 4, 0, 4), (0, 0, 2), (4, 2, 4, 2, 4))  # words are left over


def case(call, arguments, expected, **more):
    return {"call": call, "arguments": arguments, "expected": expected, **more}


def cases():
    rng = np.random.default_rng(10)
    return [*lengths(rng), *costs(rng), *streams(rng), *damages(rng), *settings(rng)]


def lengths(rng):
    """Every choice of up to 4 small lengths, and some long ones."""
    chosen = [given for n in (1, 2, 3, 4) for given in product(range(1, 4), repeat=n)]
    chosen += [tuple(rng.integers(0, 8, rng.integers(1, 9)).tolist()) for _ in range(60)]
    chosen += [(*range(1, 41), 40), (*range(1, 41), 40, 40), (50, 1, 49), (0, 0), *FULL, *OPEN]
    for given in chosen:
        total = kraft(given)
        yield case("kraft", [given], [total.numerator, total.denominator])
        if total <= 1:
            yield case("canonical", [given], PrefixCode(given).codewords)
        else:
            told = f"no prefix code has these lengths: Kraft sum {total} > 1"
            yield {"call": "canonical", "arguments": [given], "raises": told}


def costs(rng):
    """Counts with many ties, the steepest ones that a message can have, and letters that don't occur."""
    counted = [(1,), (7, 0), (1, 1), (0, 0, 3, 0), (1, 1, 2, 3, 5, 8), (8, 5, 3, 2, 1, 1), (3, 4, 1, 1, 1, 2, 1)]
    counted += [(1,) * 8, (2, 2, 1, 1, 1, 1)]
    for n, high in product((2, 3, 5, 8, 13), (3, 5, 30)):
        counted += rng.integers(0, high, (6, n)).tolist()
    for counts in counted:
        yield case("huffman", [counts], huffman(counts).lengths)
        if not sum(counts):
            continue
        p = np.array(counts) / sum(counts)
        yield case("entropy", [counts], entropy(p))
        for given in (huffman(counts).lengths, [3] * len(counts)):
            yield case("mean", [given, counts], expected_length(given, p))


def streams(rng):
    for given in (*FULL, *OPEN):
        code = PrefixCode(given)
        used = [s for s, length in enumerate(given) if length]
        for n in (1, 2, 9):
            message = rng.choice(used, n).tolist()
            sent = str(code.encode(message))
            yield case("encode", [code.codewords, message], sent)
            for place in range(len(sent) + 1):
                back = flipped(sent, place)
                yield case("flipped", [sent, place], back)
                yield case("decode", [code.codewords, back], read(code, back))
            for size in range(len(sent)):
                yield case("decode", [code.codewords, sent[:size]], read(code, sent[:size]))
        for size in (1, 2, 5, 30):
            noise = "".join(rng.choice(["0", "1"], size))
            yield case("decode", [code.codewords, noise], read(code, noise))
    yield {"call": "encode", "arguments": [["0", "", "10"], [0, 2, 1]], "raises": "symbol 1 has no codeword"}
    yield {"call": "encode", "arguments": [["0", "1"], [2]], "raises": "symbol 2 has no codeword"}


def flipped(bits, place):
    """One bit, from 1, the other way round; none for 0."""
    if not place:
        return bits
    mask = 1 << (len(bits) - place)
    return format(int(bits, 2) ^ mask, f"0{len(bits)}b")


def read(code, text):
    """What the library decodes from place to place, one symbol at a time."""
    at, cut = 0, []
    while at < len(text):
        sizes = range(1, min(code.longest, len(text) - at) + 1)
        found = [(size, symbol) for size in sizes if (symbol := one(code, text[at : at + size])) is not None]
        assert len(found) < 2
        size, symbol = found[0] if found else (len(text) - at, -1)
        cut.append({"start": at, "size": size, "symbol": symbol})
        at += size
    return cut


@cache
def one(code, text):
    """The symbol whose word *text* is, or None. The library decodes only codes that leave nothing over."""
    if code.kraft < 1:
        return code.codewords.index(text) if text in code.codewords else None
    try:
        return int(code.decode(Bits.from_text(text), 1)[0])
    except DataError:
        return None


def damages(rng):
    """Two readings as sets: lost is what is missing from the other, in step where both begin a word."""
    for given in FULL:
        code = PrefixCode(given)
        for _ in range(3):
            sent = str(code.encode(rng.integers(0, len(given), 12)))
            for place in range(1, len(sent) + 1):
                out, back = read(code, sent), read(code, flipped(sent, place))
                yield case("damage", [out, back, place], told(out, back, place))


def told(out, back, place):
    lost = len({tuple(word.values()) for word in out} - {tuple(word.values()) for word in back})
    spans = [[(word["start"], word["size"]) for word in cut] for cut in (out, back)]
    if spans[0] == spans[1] and all(word["symbol"] >= 0 for word in back):
        return {"lost": lost, "again": -1}
    both = {word["start"] for word in out} & {word["start"] for word in back if word["symbol"] >= 0}
    return {"lost": lost, "again": min((start + 1 for start in both if start >= place), default=0)}


def settings(rng):
    """Whole settings: message, lengths, flip."""
    start = {"message": "i seem to see", "code": "own", "lengths": "_2e2i3m4o5s2t5", "flip": 3}
    yield case("compute", [start], computed(**start))
    messages = ["banana bandana", "abracadabra", "ab", "no room at all", "a b c d e f g", "z" * 23 + "a"]
    for message, code in product([*messages, "aabbbccccceeeeeeeeeeeeee"], ("own", "best", "same")):
        given = {**start, "message": message, "code": code, "flip": int(rng.integers(0, 121))}
        yield case("compute", [given], computed(**given))


def computed(message, code, lengths, flip):
    letters = sorted(set(message))
    counts = [message.count(letter) for letter in letters]
    equal = (len(letters) - 1).bit_length()
    own = dict(zip(lengths[::2].replace("_", " "), map(int, lengths[1::2])))
    every = {"own": [own.get(letter, equal) for letter in letters], "best": huffman(counts).lengths}
    every["same"] = [equal] * len(letters)
    p = np.array(counts) / len(message)
    chosen = every[code]
    total, start, pieces = kraft(chosen), Fraction(0), []
    for length, i in sorted(zip(chosen, range(len(letters)))):
        pieces.append({"i": i, "start": float(start), "end": float(start := start + Fraction(1, 2**length))})
    means = {key: expected_length(list(given), p) if kraft(given) <= 1 else None for key, given in every.items()}
    found = {"letters": letters, "counts": counts, "lengths": chosen, "fits": total <= 1}
    found |= {
        "sum": [total.numerator, total.denominator],
        "pieces": pieces,
        "means": means,
        "floor": entropy(p),
        "best": every["best"],
    }
    if total > 1:
        return found
    words = PrefixCode(chosen)
    bits = str(words.encode([letters.index(letter) for letter in message]))
    out = read(words, bits)
    flip = min(flip, len(bits))
    lost = [told(out, read(words, flipped(bits, place)), place)["lost"] for place in range(1, len(bits) + 1)]
    back = read(words, flipped(bits, flip))
    found |= {"codewords": words.codewords, "bits": bits, "sent": out, "flip": flip, "back": back}
    return found | {"most": max(lost), "worst": int(np.argmax(lost)) + 1} | told(out, back, flip)
