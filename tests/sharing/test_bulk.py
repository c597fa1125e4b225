"""Shares and secrets by the array are those one by one; damage in a hundred thousand share sets is never believed."""

import numpy as np
import pytest

from polyquant.algebra import gf2x
from polyquant.algebra._kernels import clmul
from polyquant.errors import DomainError, DuplicateShareError, InconsistentSharesError, ShareFormatError
from polyquant.sharing import Dealer, Share, recover, recover_many, recover_robust, share_bits
from polyquant.sharing._kernels import peel
from polyquant.sharing.bulk import affine_map
from polyquant.sharing.points import point_code
from polyquant.sharing.walk import deal_run, points_of

MODES = [True] if clmul.MODE else [None, True]
modes = pytest.mark.parametrize("mode", MODES, ids={True: "shifts", None: "instruction"}.get)
CODES = ["gamma", "delta", "omega", "rice:4", "fixed:12", "golomb:5", "unary", "zeta:2"]


def assert_same(dealer, blocks, parties):
    assert len({block.bits for block in blocks}) == len(blocks)
    found = {}
    for block in blocks:
        assert block.words.shape == (len(block), -(-block.bits // 64))
        for share in block:
            assert share.bits == block.bits
            found[share.t] = share
    assert sorted(found) == sorted(set(map(int, parties)))
    assert sum(map(len, blocks)) == len(parties)
    for t in list(found)[:: max(1, len(found) // 60)]:
        assert found[t] == dealer.share(t)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("k", [2, 3, 5, 8])
def test_a_range_of_parties(code, k):
    dealer = Dealer(0x1234567, k, ell=100, code=code)
    most = {"unary": 60, "golomb:5": 250, "zeta:2": 250}.get(code, 1500)
    for parties in (range(1, most), range(37, 38), range(13, 50), range(9, most, 7), range(50, 3, -3)):
        assert_same(dealer, dealer.shares(parties), parties)


@pytest.mark.parametrize("code", CODES)
def test_parties_in_any_order_keep_it_inside_a_block(code):
    parties = np.random.default_rng(1).integers(1, 60 if code == "unary" else 4000, 200)
    dealer = Dealer(b"any order, with repetitions", 4, code=code)
    blocks = dealer.shares(parties)
    assert_same(dealer, blocks, parties)
    for block in blocks:
        lengths = [share_bits(code, 4, dealer.ell, int(t)) == block.bits for t in parties]
        assert block.t.tolist() == parties[lengths].tolist()


def test_sparse_parties_up_to_the_last():
    dealer = Dealer(b"far", 3, code="omega")
    parties = [2**62, 1, 2**63 - 1, 10**18, 2**40 + 1]
    assert_same(dealer, dealer.shares(parties), parties)


@pytest.mark.parametrize("ell", [1, 63, 64, 65, 500, 4000, 5000])
@pytest.mark.parametrize("size", ["published", "tight"])
def test_secrets_of_all_lengths(ell, size):
    dealer = Dealer((1 << ell) - 1, 5, ell=ell, size=size)
    assert_same(dealer, dealer.shares(range(60, 200)), range(60, 200))


def test_no_parties_no_blocks():
    assert Dealer(b"x", 2).shares([]) == []
    assert Dealer(b"x", 2).shares(range(5, 5)) == []


def test_words_of_more_than_64_symbols():
    dealer = Dealer(b"long", 2, code="unary")
    assert_same(dealer, dealer.shares([70, 3, 69]), [70, 3, 69])
    with pytest.raises(DomainError, match="at most 64 symbols"):
        recover_many([70, 71], np.zeros((1, 2, 3), np.uint64), k=2, ell=32, code="unary")


def test_a_stream_of_blocks_is_the_whole():
    dealer = Dealer(bytes(range(200)), 3)
    stream = list(dealer.iter_shares(range(5, 300), block_bytes=4000))
    assert all(block.words.nbytes <= 4400 for block in stream)
    assert [t for block in stream for t in block.t] == list(range(5, 300))
    assert stream[-1][0] == dealer.share(int(stream[-1].t[0]))


@pytest.mark.parametrize(("words", "count"), [(1, 1), (3, 2), (6, 4), (8, 5), (9, 6), (17, 3)])
@pytest.mark.parametrize(("start", "n"), [(0, 1), (0, 64), (5, 3), (1000, 300), (31, 5000)])
def test_the_walk_is_the_evaluation(words, count, start, n):
    code = point_code("delta")
    bits, room = 64 * words - 44, -(-words // 8) * 8
    rng = np.random.default_rng(words)
    leading = rng.integers(0, 2**64, room, dtype=np.uint64)
    series = rng.integers(0, 2**64, (count, room), dtype=np.uint64)
    rows = np.empty((n, words), np.uint64)
    deal_run(affine_map(code, 2**16), start, leading, series, bits, rows)
    for i in {0, 1, n // 2, n - 1} & set(range(n)):
        value = gf2x.from_words(leading)
        for row in series[::-1]:
            value = gf2x.multiply(value, code.point(2**16 + start + i)) ^ gf2x.from_words(row)
        assert gf2x.from_words(rows[i]) == value & ((1 << bits) - 1)


# Recovery --------------------------------------------------------------------------------------------------------


def rows_of(dealer, table, width):
    return np.array([[gf2x.to_words(dealer.share(int(t)).value, width) for t in row] for row in table])


@modes
@pytest.mark.parametrize("size", ["published", "tight"])
@pytest.mark.parametrize(("code", "k", "n", "ell"), [("delta", 2, 2, 1), ("gamma", 3, 5, 70), ("omega", 5, 5, 256)])
def test_many_recoveries_are_those_one_by_one(mode, code, k, n, ell, size, monkeypatch):
    monkeypatch.setattr("polyquant.sharing.recovery.MODE", mode)
    dealer = Dealer((1 << ell) - 1, k, ell=ell, code=code, size=size)
    rng = np.random.default_rng(n)
    table = np.array([rng.choice(300, n, replace=False) + 1 for _ in range(40)])
    width = -(-share_bits(code, k, ell, 300, size=size) // 64) + 1
    secrets, good = recover_many(table, rows_of(dealer, table, width), k=k, ell=ell, code=code, size=size)
    assert good.all()
    assert all(gf2x.from_words(secret) == (1 << ell) - 1 for secret in secrets)
    again, good = recover_many(
        table[0], np.repeat(rows_of(dealer, table[:1], width), 3, 0), k=k, ell=ell, code=code, size=size
    )
    assert good.all()
    assert (again == secrets[:3]).all()


def sets_with_damage(rows, k, ell, parties, errors, seed):
    """*rows* share sets of one dealing, *errors* random shares of each replaced by anything else of their length."""
    dealer = Dealer((1 << ell) - 2, k, ell=ell, code="gamma")
    shares = [dealer.share(t) for t in parties]
    assert max(share.bits for share in shares) <= 64
    rng = np.random.default_rng(seed)
    words = np.repeat(np.array([[share.value for share in shares]], np.uint64), rows, 0)
    sizes = np.array([share.bits for share in shares], np.uint64)
    columns = np.argsort(rng.random((rows, len(parties))), axis=1)[:, :errors]
    noise = rng.integers(0, 2**64, columns.shape, dtype=np.uint64) >> (np.uint64(64) - sizes[columns])
    words[np.arange(rows)[:, None], columns] ^= noise
    return dealer, words[:, :, None]


@pytest.mark.parametrize(
    ("k", "ell", "parties"), [(2, 1, (1, 2, 3, 5)), (3, 4, (2, 3, 9, 17, 40, 5)), (4, 30, (1, 6, 7, 8, 9))]
)
def test_a_hundred_thousand_damaged_sets_never_give_a_wrong_secret(k, ell, parties):
    rows = 34_000 if clmul.COMPILED else 200
    for errors in range(1, len(parties) - k + 1):
        _, words = sets_with_damage(rows // (len(parties) - k), k, ell, parties, errors, seed=errors)
        secrets, good = recover_many(parties, words, k=k, ell=ell, code="gamma")
        assert np.count_nonzero(~good) > 0
        assert (secrets[good] == (1 << ell) - 2).all()
        assert not secrets[~good].any()


def test_damage_beyond_n_minus_k_can_pass():
    """So the test above can fail: with one more wrong share another secret comes out."""
    _, words = sets_with_damage(20_000 if clmul.COMPILED else 500, 2, 1, (1, 2, 3, 5), 3, seed=3)
    secrets, good = recover_many((1, 2, 3, 5), words, k=2, ell=1, code="gamma")
    assert (secrets[good] != 0).any()


def test_batch_and_single_recovery_believe_the_same_sets():
    dealer, words = sets_with_damage(1500 if clmul.COMPILED else 100, 3, 4, (2, 3, 9, 17), 2, seed=9)
    secrets, good = recover_many((2, 3, 9, 17), words, k=3, ell=4, code="gamma")
    for row in range(len(words)):
        shares = [
            Share(t, 3, 4, "gamma", "published", int(words[row, i, 0]), dealer.set_id)
            for i, t in enumerate((2, 3, 9, 17))
        ]
        try:
            assert recover(shares) == secrets[row, 0]
            assert good[row]
        except InconsistentSharesError:
            assert not good[row]


def test_long_shares_are_recovered_checked_and_corrected():
    secret = np.random.default_rng(0).bytes(3000)
    dealer = Dealer(secret, 3)
    shares = [dealer.share(t) for t in (1, 10**6, 77, 10**6 + 1, 3)]
    assert recover(shares).to_bytes(3000, "little") == secret
    assert recover(shares[1:4]).to_bytes(3000, "little") == secret
    for bit in (0, 5000, shares[2].bits - 1):
        bad = Share(77, 3, dealer.ell, "delta", "published", shares[2].value ^ 1 << bit, dealer.set_id)
        damaged = [*shares[:2], bad, *shares[3:]]
        with pytest.raises(InconsistentSharesError):
            recover(damaged)
        assert recover_robust(damaged, max_errors=1)[0] == int.from_bytes(secret, "little")


def test_low_bits():
    assert [int(peel.low_bits(n)) for n in (-3, 0, 1, 63, 64, 90)] == [0, 0, 1, 2**63 - 1, 2**64 - 1, 2**64 - 1]


def test_arguments_of_batch_recovery_are_checked():
    dealer = Dealer(0, 2, ell=60)
    words = rows_of(dealer, [[1, 2, 3]], 2)
    with pytest.raises(DuplicateShareError):
        recover_many([1, 2, 2], words, k=2, ell=60)
    with pytest.raises(ValueError, match="parties must be"):
        recover_many([1, 2], words, k=2, ell=60)
    with pytest.raises(ValueError, match="parties must be"):
        recover_many([1, 2, 3], words, k=4, ell=60)
    with pytest.raises(ShareFormatError, match="2 a share, got 1"):
        recover_many([1, 2, 300], words[:, :, :1], k=2, ell=60)
    stray = words.copy()
    stray[0, 1, 1] |= np.uint64(1 << 63)
    with pytest.raises(ShareFormatError, match="share 1 of row 0"):
        recover_many([1, 2, 3], stray, k=2, ell=60)
    with pytest.raises(TypeError):
        recover_many([1.0, 2.0, 3.0], words, k=2, ell=60)
    with pytest.raises(TypeError):
        dealer.shares([1.5])
    with pytest.raises(ValueError, match="parties must be at least 1"):
        dealer.shares([0])
    with pytest.raises(TypeError, match="range"):
        next(dealer.iter_shares([1, 2]))


def test_blocks_do_not_show_shares_and_cannot_be_changed():
    block = Dealer(b"hidden", 2).shares([1])[0]
    assert repr(block) == "ShareBlock(1 shares, k=2, 48 bits each)"
    with pytest.raises(ValueError, match="read-only"):
        block.words[0, 0] = 0


@pytest.mark.parametrize("name", ["gamma", "delta", "omega"])
def test_few_points_are_those_of_many(name):
    code = point_code(name)
    start, stop = code.run(10**6)
    offsets = np.random.default_rng(0).integers(0, stop - start, 50)
    run = affine_map(code, start)
    assert (points_of(run, offsets)[:9] == points_of(run, offsets[:9])).all()
    assert points_of(run, offsets[:9]).tolist() == [code.point(start + int(offset)) for offset in offsets[:9]]
