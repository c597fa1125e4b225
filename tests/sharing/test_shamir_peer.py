"""Agreement with an independent implementation, in both directions."""

from itertools import combinations

import pytest

from polyquant.algebra.gf2m import BinaryField
from polyquant.sharing import shamir
from polyquant.sharing.shamir import ShamirShare

peer = pytest.importorskip("Crypto.Protocol.SecretSharing").Shamir

FIELD = BinaryField(128)
SECRETS = [bytes(15) + b"\1", bytes(range(16)), b"\xff" * 16]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(("k", "n"), [(2, 3), (3, 5), (5, 6)])
def test_the_peer_reads_our_shares(secret, k, n):
    shares = shamir.deal(int.from_bytes(secret, "big"), k, n, field=FIELD)
    theirs = [(share.x, share.value.to_bytes(16, "big")) for share in shares]
    assert all(peer.combine(list(group)) == secret for group in combinations(theirs, k))


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(("k", "n"), [(2, 3), (3, 5), (5, 6)])
def test_we_read_the_shares_of_the_peer(secret, k, n):
    shares = [ShamirShare(x, k, FIELD, int.from_bytes(y, "big")) for x, y in peer.split(k, n, secret)]
    assert all(shamir.recover(group) == int.from_bytes(secret, "big") for group in combinations(shares, k))
    assert shamir.recover(shares) == int.from_bytes(secret, "big")
