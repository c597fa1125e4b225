"""The evolving scheme: a million parties, long secrets, recovery; beside Shamir peers that stop at 255 parties.

Coins are ready and the output is allocated, as for the peers. A row counts only after its results were compared with
Python's integers. Peers: libgfshare (C), galois, pycryptodome, if installed. Limit: filling the output. Run:
``python -m benchmarks.bench_sharing``; the last table starts fresh interpreters without compiled code.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks import bench_shamir as shamir
from benchmarks._timing import Row, table
from polyquant.algebra import gf2x
from polyquant.algebra._kernels import gf2x as kernels
from polyquant.sharing import Dealer, recover, recover_many
from polyquant.sharing.bulk import deal, points_and_bits
from polyquant.sharing.points import point_code

K = 5
MILLION = 10**6
FIRST = 2**20
DELTA = point_code("delta")


class Dealing:
    """Everything that dealing to *parties* needs, and what must come out."""

    def __init__(self, secret: bytes, parties: range | np.ndarray) -> None:
        self.dealer = Dealer(secret, K)
        self.parties = parties
        self.bits = self.dealer.share(int(parties[0])).bits
        self.words = -(-self.bits // 64)
        self.series = self.dealer._coins.words(self.bits)
        self.leading = self.dealer._leading(self.series.shape[1])
        self.out = np.zeros((len(parties), self.words), np.uint64)
        self.points, _ = points_and_bits(DELTA, K, self.dealer.ell, "published", np.array(parties))
        self.mask = np.uint64((1 << (self.bits - 1) % 64 + 1) - 1)

    def consecutive(self) -> None:
        deal(DELTA, self.bits, self.parties, self.leading, self.series, self.out)

    def any_order(self) -> None:
        gf2x.evaluate_words(self.points, self.leading, self.series, self.bits, self.out)

    def portable(self) -> None:
        kernels.horner(self.points, self.leading, self.series, self.words, self.mask, self.out, True)

    def checked(self, run: Callable[[], None]) -> Callable[[], None]:
        """*run*, after one run of it was right at both ends and in the middle."""
        self.out[:] = 0
        run()
        for i in (0, len(self.parties) // 2, len(self.parties) - 1):
            assert gf2x.from_words(self.out[i]) == self.dealer.share(int(self.parties[i])).value
        return run


def peers(size: int, many: int, per_share: bool) -> list[Row]:
    """Dealing of Shamir shares of *size* bytes to 255 parties."""
    case, rows = shamir.Case(size, 255 if size < 1000 else 16, many), []
    unit = case.n if per_share else case.n * size
    if shamir.LIBGFSHARE:
        rows.append(Row("libgfshare, at most 255 parties", unit, lambda: shamir.gfshare_deal(case, 1)))
    if shamir.galois:
        part = np.ascontiguousarray(case.rows[:, : 1 << 15])
        amount = case.n * part.shape[1] / (size if per_share else 1)
        rows.append(Row("galois, at most 255 parties", amount, lambda: shamir.galois_deal(case, part)))
    if shamir.Peer:
        run = lambda: shamir.Peer.split(K, 20, bytes(16))  # noqa: E731
        rows.append(Row("pycryptodome, 16 B", 20 if per_share else 320, run))
    return rows


def short_secrets() -> str:
    one = Dealing(os.urandom(32), range(FIRST, FIRST + MILLION))
    some = Dealing(os.urandom(32), np.random.default_rng(1).permutation(one.parties)[:100_000])
    rows = [
        Row("polyquant, consecutive parties", MILLION, one.checked(one.consecutive)),
        Row("polyquant, parties in any order", len(some.parties), some.checked(some.any_order)),
        Row("polyquant, any order, shifts only", len(some.parties), some.checked(some.portable)),
        Row("polyquant, arrays allocated", MILLION, lambda: one.dealer.shares(range(FIRST, FIRST + MILLION))),
        Row("polyquant, one by one", 1, lambda: one.dealer.share(FIRST)),
        *peers(32, 2000, per_share=True),
        Row("limit: fill the output", MILLION, lambda: one.out.fill(1)),
    ]
    return table(f"shares of 256-bit secrets, k={K}, parties from 2^20", "share", rows)


def long_secrets() -> str:
    secret = os.urandom(1 << 20)
    one = Dealing(secret, range(FIRST, FIRST + 1))
    many = Dealing(secret, range(FIRST, FIRST + 16))
    rows = [
        Row("polyquant, 16 parties", many.out.nbytes, many.checked(many.consecutive)),
        Row("polyquant, one party", one.out.nbytes, one.checked(one.consecutive)),
        Row("polyquant, one party, shifts only", one.out.nbytes, one.checked(one.portable)),
        *peers(1 << 20, 1, per_share=False),
        Row("limit: fill the output", many.out.nbytes, lambda: many.out.fill(1)),
    ]
    return table(f"shares of 1 MiB, k={K}", "B", rows)


def share_sets(sets: int, parties: np.ndarray) -> tuple[np.ndarray, np.ndarray, bytes]:
    """(parties (sets, k), words (sets, k, W), secret) of one dealing."""
    secret = os.urandom(32)
    (block,) = Dealer(secret, K).shares(parties)
    return parties.reshape(sets, K), block.words.reshape(sets, K, -1), secret


def recoveries() -> str:
    sets = 20_000
    parties, words, secret = share_sets(sets, np.arange(FIRST, FIRST + sets * K))
    same = np.repeat(words[:1], sets, 0)

    def run(who: np.ndarray, what: np.ndarray) -> object:
        return recover_many(who, what, k=K, ell=256)

    for who, what in ((parties[0], same), (parties, words)):
        secrets, good = run(who, what)
        assert good.all()
        assert all(row.tobytes() == secret for row in secrets)
    dealer = Dealer(secret, K)
    shares = [dealer.share(t) for t in range(FIRST, FIRST + K)]
    rows = [
        Row("polyquant, the same parties each time", sets, lambda: run(parties[0], same)),
        Row("polyquant, other parties each time", sets, lambda: run(parties, words)),
        Row("polyquant, one by one", 1, lambda: recover(shares)),
    ]
    if shamir.LIBGFSHARE:
        case = shamir.Case(32, 255, 2000)
        rows.append(Row("libgfshare, 32 B, same parties", 100, lambda: shamir.gfshare_recover(case, 100)))
    return table(f"recoveries of 256-bit secrets, k={K}, all checked", "secret", rows)


def long_recovery() -> str:
    secret = os.urandom(1 << 20)
    (block,) = Dealer(secret, K).shares(range(FIRST, FIRST + K))
    words, target = block.words[None], np.empty_like(block.words)
    secrets, good = recover_many(block.t, words, k=K, ell=8 << 20)
    assert good.all()
    assert secrets.tobytes() == secret
    rows = [
        Row("polyquant", 1 << 20, lambda: recover_many(block.t, words, k=K, ell=8 << 20)),
        Row("limit: copy of the k shares", 1 << 20, lambda: np.copyto(target, block.words)),
    ]
    return table(f"recovery of 1 MiB, k={K}, checked", "B", rows)


CALLS = {
    "import polyquant": "import polyquant",
    "Dealer.shares": "Dealer(bytes(32), 5).shares(range(2**20, 2**20 + 5000))",
    "recover_many": "recover_many(range(1, 6), np.zeros((9, 5, 6), np.uint64), k=5, ell=256)",
}


def first_calls() -> str:
    """Seconds of the processor after the imports: with an empty cache of compiled code, and with a full one."""
    lines = ["first call in a new process, CPU seconds:      nothing compiled yet      cached"]
    for name, call in CALLS.items():
        imports = "" if name.startswith("import") else "import numpy as np\nfrom polyquant.sharing import *\n"
        program = f"{imports}import time\nt = time.process_time()\n{call}\nprint(time.process_time() - t)"
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
            cold, warm = (
                subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True).stdout
                for _ in range(2)
            )
        lines.append(f"  {name:<40} {float(cold):22.3f} {float(warm):15.3f}")
    return "\n".join(lines)


@pytest.mark.parametrize("title", [short_secrets, long_secrets, recoveries, long_recovery, first_calls])
def test_table(title):
    print("\n" + title())


if __name__ == "__main__":
    for title in (short_secrets, long_secrets, recoveries, long_recovery, first_calls):
        print(title(), flush=True)
    sys.exit(0)
