"""Shamir over GF(256) beside peers: dealing and recovery, short secrets and long ones, coins ready.

Peers: libgfshare (C, found by the system's loader), galois (numpy and numba), pycryptodome (Python over GF(2^128), 16
bytes at a time), each if installed. Limit: writing the output, a copy in memory. Run: ``python -m
benchmarks.bench_shamir``.
"""

import ctypes
import ctypes.util
import secrets
import sys

import numpy as np
import pytest

from benchmarks._timing import Row, table
from polyquant.algebra import gf256
from polyquant.algebra.gf2m import BinaryField
from polyquant.sharing import shamir
from polyquant.sharing._rows import powers

try:
    import galois
except ImportError:
    galois = None
try:
    from Crypto.Protocol.SecretSharing import Shamir as Peer
except ImportError:
    Peer = None
_PATH = ctypes.util.find_library("gfshare")
LIBGFSHARE = ctypes.CDLL(_PATH) if _PATH else None
if LIBGFSHARE:
    LIBGFSHARE.gfshare_ctx_init_enc.restype = ctypes.c_void_p
    LIBGFSHARE.gfshare_ctx_init_dec.restype = ctypes.c_void_p
    _coins = ctypes.c_void_p.in_dll(LIBGFSHARE, "gfshare_bad_idea_but_fill_rand_using_random")
    ctypes.c_void_p.in_dll(LIBGFSHARE, "gfshare_fill_rand").value = _coins.value  # without any it jumps to 0

K = 5
LENGTHS = {"32 B, 255 parties, 2000 secrets": (32, 255, 2000), "1 MiB, 16 parties": (1 << 20, 16, 1)}


class Case:
    """*many* secrets of *size* bytes for parties 1 to *n*; all of them are one long secret for us."""

    def __init__(self, size: int, n: int, many: int) -> None:
        self.size, self.n, self.many = size, n, many
        self.xs = list(range(1, n + 1))
        self.rows = np.frombuffer(secrets.token_bytes(K * size * many), np.uint8).reshape(K, -1)
        self.shares = gf256.combine(powers(self.xs, K), self.rows)
        self.chosen = self.xs[-K:]

    def deal(self) -> np.ndarray:
        return gf256.combine(powers(self.xs, K), self.rows)

    def recover(self) -> np.ndarray:
        return shamir.recover_rows(self.chosen, self.shares[-K:], K)


def gfshare_deal(case: Case, secrets_dealt: int) -> None:
    """As many secrets as asked for; coins are drawn by the library once, outside of the loop over parties."""
    numbers = (ctypes.c_ubyte * case.n)(*case.xs)
    context = ctypes.c_void_p(LIBGFSHARE.gfshare_ctx_init_enc(numbers, case.n, K, case.size))
    secret, share = (ctypes.c_ubyte * case.size)(), (ctypes.c_ubyte * case.size)()
    LIBGFSHARE.gfshare_ctx_enc_setsecret(context, secret)
    deal = LIBGFSHARE.gfshare_ctx_enc_getshare
    for _ in range(secrets_dealt):
        for i in range(case.n):
            deal(context, ctypes.c_ubyte(i), share)
    LIBGFSHARE.gfshare_ctx_free(context)


def gfshare_recover(case: Case, times: int) -> None:
    numbers = (ctypes.c_ubyte * K)(*case.chosen)
    context = ctypes.c_void_p(LIBGFSHARE.gfshare_ctx_init_dec(numbers, K, case.size))
    secret, share = (ctypes.c_ubyte * case.size)(), (ctypes.c_ubyte * case.size)()
    for i in range(K):
        LIBGFSHARE.gfshare_ctx_dec_giveshare(context, ctypes.c_ubyte(i), share)
    for _ in range(times):
        LIBGFSHARE.gfshare_ctx_dec_extract(context, secret)
    LIBGFSHARE.gfshare_ctx_free(context)


def galois_deal(case: Case, part: np.ndarray) -> np.ndarray:
    field = galois.GF(2**8, irreducible_poly=0x11B, repr="int")
    vandermonde = field(np.array(powers(case.xs, K), np.uint8))
    return vandermonde @ field(part)


@pytest.mark.parametrize("name", LENGTHS)
def test_dealing(name):
    print("\n" + dealing(name))


@pytest.mark.parametrize("name", LENGTHS)
def test_recovering(name):
    print("\n" + recovering(name))


def dealing(name: str) -> str:
    case = Case(*LENGTHS[name])
    limit = np.empty_like(case.shares)
    rows = [Row("polyquant", case.shares.size, case.deal)]
    if LIBGFSHARE:
        few = min(case.many, 4)
        rows.append(Row("libgfshare", case.size * case.n * few, lambda: gfshare_deal(case, few)))
    if galois:
        part = np.ascontiguousarray(case.rows[:, : 1 << 15])
        assert np.array_equal(galois_deal(case, part), case.shares[:, : 1 << 15])
        rows.append(Row("galois", case.n * part.shape[1], lambda: galois_deal(case, part)))
    if Peer:
        assert peer_agrees()
        rows.append(Row("pycryptodome, 16 B at a time", 16 * 20, lambda: Peer.split(K, 20, bytes(16))))
    rows.append(Row("limit: copy of the shares", case.shares.size, lambda: np.copyto(limit, case.shares)))
    return table(f"deal, k={K}, {name}", "B", rows)


def recovering(name: str) -> str:
    case = Case(*LENGTHS[name])
    assert np.array_equal(case.recover(), case.rows[0])
    secret = case.size * case.many
    limit = np.empty_like(case.shares[-K:])
    rows = [Row("polyquant", secret, case.recover)]
    if LIBGFSHARE:
        few = min(case.many, 100)
        rows.append(Row("libgfshare", case.size * few, lambda: gfshare_recover(case, few)))
    if Peer:
        shares = Peer.split(K, K, bytes(16))
        rows.append(Row("pycryptodome, 16 B at a time", 16, lambda: Peer.combine(shares)))
    rows.append(Row("limit: copy of the k shares", secret, lambda: np.copyto(limit, case.shares[-K:])))
    return table(f"recover, k={K}, {name}", "B", rows)


def peer_agrees() -> bool:
    """pycryptodome's shares give its secret here as well."""
    shares = [
        shamir.ShamirShare(x, K, BinaryField(128), int.from_bytes(y, "big"))
        for x, y in Peer.split(K, K, b"sixteen bytes...")
    ]
    return shamir.recover(shares) == int.from_bytes(b"sixteen bytes...", "big")


if __name__ == "__main__":
    for length in LENGTHS:
        print(dealing(length))
        print(recovering(length))
    sys.exit(0)
